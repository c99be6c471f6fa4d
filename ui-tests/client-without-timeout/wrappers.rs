//! Clients in wrappers, statics and helpers.
//@ persona: auditor

use std::sync::LazyLock;
use std::time::Duration;

use reqwest::{Client, ClientBuilder};

static SHARED: LazyLock<Client> = LazyLock::new(Client::new); //~ client-without-timeout

fn base() -> ClientBuilder {
    Client::builder().user_agent("shop") //~ client-without-timeout
}

fn patient() -> ClientBuilder {
    base().timeout(Duration::from_secs(10))
}

pub fn built() -> reqwest::Result<Client> {
    base().build()
}

pub fn connecting() -> reqwest::Result<Client> {
    let builder = base();
    let builder = builder.connect_timeout(Duration::from_secs(1));
    builder.build()
}

#[derive(Default)]
struct Api {
    client: Client,
}

pub fn new() -> Client {
    reqwest::Client::new() //~ client-without-timeout
}

pub fn by_helper() -> reqwest::Result<Client> {
    patient().build() // near miss: the helper sets it
}

pub fn reading() -> reqwest::Result<Client> {
    let mut builder = base();
    builder = builder.read_timeout(Duration::from_secs(5));
    builder.build() // near miss: for each read
}

pub fn optional(seconds: u64) -> reqwest::Result<Client> {
    let limit = Duration::from_secs(seconds);
    ClientBuilder::timeout(base(), limit).build() // near miss: by its path
}

mod own {
    pub struct Client;

    impl Client {
        pub fn new() -> Self {
            Client
        }
    }
}

pub fn other() -> own::Client {
    own::Client::new() // near miss: a type of this program
}

fn main() {}
