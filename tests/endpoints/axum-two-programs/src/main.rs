//! A server, and a program beside it that includes the same module to describe its answers.
//!
//@ GET /health none
//@ POST /things none

mod web;

#[tokio::main]
async fn main() {
    let serving = std::thread::spawn(move || web::run("0.0.0.0:80"));
    serving.join().expect("a server");
}
