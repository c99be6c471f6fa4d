//! Generates what `main.rs` includes.

fn main() {
    tonic_build::compile_protos("proto/plain.proto").unwrap();
    tonic_build::configure()
        .compile_protos(&["proto/nested/deep/files.proto"], &["proto"])
        .unwrap();
}
