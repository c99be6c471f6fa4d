//! More tokens in the formats of their providers. In one file they would be too many: code that
//! holds tokens of four providers and more is about tokens (see `near-misses-catalogue.rs`).

const SLACK: &str = concat!("xoxb", "-", "482910573648-5820193746512-qT7vXk2LmZ9nWc4YbJ8sDfRa"); //~ hardcoded-secret
const SENDGRID: &str = concat!("SG", ".", "vT8kXq2LmZr7WnYb4Jc9Ds", ".", "Qw3Hg6FtPx5KzV1NbR8mTc2LdYs7JqWe4XvZk9HuG0A"); //~ hardcoded-secret
const GOOGLE: &str = concat!("AIza", "SyD7kXq2LmZr8WnYb4Jc9DsQw3Hg6FtPx5K"); //~ hardcoded-secret

fn main() {
    println!("{}", SLACK.len() + SENDGRID.len() + GOOGLE.len());
}
