//! Generates what `lib.rs` includes.

fn main() {
    println!("cargo::rerun-if-changed=../proto/other");
    tonic_build::configure()
        .compile_protos(&["../proto/other/unserved.proto"], &["../proto"])
        .unwrap();
}
