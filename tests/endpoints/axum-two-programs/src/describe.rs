//! The program that only describes what the other one answers.

#[expect(dead_code, reason = "only its answers are described")]
mod web;

fn main() {
    println!("{}", web::SCHEMA);
}
