//! Clients that take any certificate, by whatever way the switch gets there.

use lettre::transport::smtp::client::TlsParameters;
use native_tls::TlsConnector;
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};

const ACCEPT: bool = true;

struct Options {
    verify: bool,
}

fn literal() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .danger_accept_invalid_certs(true) //~ tls-verification-disabled
        .build()
}

fn constant() -> reqwest::Result<reqwest::Client> {
    reqwest::ClientBuilder::new()
        .danger_accept_invalid_certs(ACCEPT) //~ tls-verification-disabled
        .build()
}

fn negated() -> reqwest::Result<reqwest::Client> {
    let verify = false;
    let builder = reqwest::Client::builder();
    let builder = builder.danger_accept_invalid_certs(!verify); //~ tls-verification-disabled
    builder.build()
}

fn field() -> reqwest::Result<reqwest::Client> {
    let options = Options { verify: false };
    reqwest::Client::builder()
        .danger_accept_invalid_certs(!options.verify) //~ tls-verification-disabled
        .build()
}

fn with(accept: bool) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .danger_accept_invalid_certs(accept) //~ tls-verification-disabled
        .build()
}

fn first() -> reqwest::Result<reqwest::Client> {
    with(true)
}

fn second() -> reqwest::Result<reqwest::Client> {
    with(ACCEPT)
}

fn both_branches(proxy: Option<reqwest::Proxy>) -> reqwest::Result<reqwest::Client> {
    let lenient = if proxy.is_some() { true } else { ACCEPT };
    let mut builder = reqwest::Client::builder();
    builder = builder.danger_accept_invalid_certs(lenient); //~ tls-verification-disabled
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    builder.build()
}

fn where_there_is_tls(url: &str) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    if url.starts_with("https://") {
        builder = builder.danger_accept_invalid_certs(true); //~ tls-verification-disabled
    }
    builder.build()
}

fn native() -> native_tls::Result<TlsConnector> {
    let mut builder = TlsConnector::builder();
    builder.danger_accept_invalid_certs(true); //~ tls-verification-disabled
    builder.build()
}

fn of_openssl() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    builder.set_verify(SslVerifyMode::NONE); //~ tls-verification-disabled
    Ok(builder.build())
}

fn mailer(host: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    TlsParameters::builder(host.to_owned())
        .dangerous_accept_invalid_certs(true) //~ tls-verification-disabled
        .build()
}

fn of_ureq() -> ureq::Agent {
    let tls = ureq::tls::TlsConfig::builder()
        .disable_verification(true) //~ tls-verification-disabled
        .build();
    ureq::Agent::config_builder().tls_config(tls).build().into()
}

fn main() {}
