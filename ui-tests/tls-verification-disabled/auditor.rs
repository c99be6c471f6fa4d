//! What a setting or a `cfg` decides.
//@ persona: auditor

use serde::Deserialize;

#[derive(Deserialize)]
struct Settings {
    insecure: bool,
}

fn as_set(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .danger_accept_invalid_certs(settings.insecure) //~ tls-verification-disabled
        .build()
}

fn in_a_branch(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    if settings.insecure {
        builder = builder.danger_accept_invalid_certs(true); //~ tls-verification-disabled
    }
    builder.build()
}

fn in_debug_builds() -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    if cfg!(debug_assertions) {
        builder = builder.danger_accept_invalid_certs(true); //~ tls-verification-disabled
    }
    builder.build()
}

fn by_default() -> reqwest::Result<reqwest::Client> {
    let insecure = std::env::var("INSECURE").ok().and_then(|it| it.parse().ok());
    reqwest::Client::builder()
        .danger_accept_invalid_certs(insecure.unwrap_or(true)) //~ tls-verification-disabled
        .build()
}

fn main() {}
