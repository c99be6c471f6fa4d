//! Tokens in the formats of their providers, keys, and credentials in URLs.
//!
//! The tokens were made up, and are put together by `concat!` so that the scanners of code hosts
//! leave this file alone.

const GITHUB: &str = concat!("ghp_", "mavzfVABqZ5YsOOlB1f46RfHk7hp3I4XLQxD"); //~ hardcoded-secret
const AWS_ID: &str = concat!("AKIA", "Q3EGV7XWLM2NRT5P"); //~ hardcoded-secret
const STRIPE: &str = concat!("sk_", "live_", "51NqT8vKx2WmZr7LpYb4Jc9DsQw3Hg6Ft"); //~ hardcoded-secret

const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPq3vT8xK2mZr7WnYb4Jc9DsQw3Hg6FtPx5KzV1NbR8m
-----END PRIVATE KEY-----
";
//~^^^^ hardcoded-secret

const DATABASE: &str = "mysql://shop:zT5-vK8x!Qm2@db.example-shop.io:3306/shop"; //~ hardcoded-secret
const PROXY: &str = "https://build:Xw9kT2zLm4Qv@proxy.example-shop.io:3128"; //~ hardcoded-secret

fn broker() -> String {
    format!("amqps://{}@{}/%2f", "orders:Vx8mQ3zT7kRw", "mq.example-shop.io") //~ hardcoded-secret
}

fn main() {
    println!("{}", GITHUB.len() + AWS_ID.len() + STRIPE.len());
    println!("{}", PRIVATE_KEY.len() + DATABASE.len() + PROXY.len() + broker().len());
}
