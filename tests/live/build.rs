//! Makes the code of the gRPC services in `proto/`, without protoc.

use std::io;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=proto");
    let services = protox::compile(["proto/live.proto"], ["proto"]).map_err(io::Error::other)?;
    tonic_prost_build::configure()
        .build_client(false)
        .compile_fds(services)
}
