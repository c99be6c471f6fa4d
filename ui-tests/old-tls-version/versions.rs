//! Versions through constants, lists, parameters and settings.

use std::str::FromStr;

use native_tls::{Protocol, TlsAcceptor, TlsConnector};
use openssl::ssl::{SslAcceptor, SslContextBuilder, SslMethod, SslOptions, SslVersion as Version};
use reqwest::tls;

const OLDEST: Option<Protocol> = Some(Protocol::Tlsv10);
const FLOOR: Version = Version::TLS1_1;
static MODERN: Protocol = Protocol::Tlsv12;

pub fn connector() -> native_tls::Result<TlsConnector> {
    TlsConnector::builder()
        .min_protocol_version(OLDEST) //~ old-tls-version
        .build()
}

pub fn acceptor(identity: native_tls::Identity) -> native_tls::Result<TlsAcceptor> {
    let mut builder = TlsAcceptor::builder(identity);
    builder.min_protocol_version(Some(Protocol::Sslv3)); //~ old-tls-version
    builder.build()
}

fn at_least(builder: &mut SslContextBuilder, version: Version) -> Result<(), openssl::error::ErrorStack> {
    builder.set_min_proto_version(Some(version)) //~ old-tls-version
}

pub fn context(builder: &mut SslContextBuilder) -> Result<(), openssl::error::ErrorStack> {
    at_least(builder, FLOOR)
}

pub fn client() -> reqwest::Result<reqwest::Client> {
    let version = tls::Version::TLS_1_0;
    reqwest::Client::builder()
        .min_tls_version(version) //~ old-tls-version
        .build()
}

pub fn client_by_path() -> reqwest::Result<reqwest::Client> {
    use tls::Version as V;
    let builder = reqwest::ClientBuilder::new();
    reqwest::ClientBuilder::min_tls_version(builder, V::TLS_1_1).build() //~ old-tls-version
}

pub fn no_newer() -> native_tls::Result<TlsConnector> {
    TlsConnector::builder()
        .max_protocol_version(Some(Protocol::Tlsv11)) //~ old-tls-version
        .build()
}

pub fn modern() -> native_tls::Result<TlsConnector> {
    TlsConnector::builder().min_protocol_version(Some(MODERN)).build() // near miss: 1.2
}

pub fn modern_at_most() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().max_tls_version(tls::Version::TLS_1_3).build() // near miss: the newest there is
}

pub fn unbounded(builder: &mut SslContextBuilder) -> Result<(), openssl::error::ErrorStack> {
    builder.set_min_proto_version(None) // near miss: what the library takes by itself
}

pub fn switched_off(builder: &mut SslContextBuilder) {
    builder.set_options(SslOptions::NO_SSLV3 | SslOptions::NO_TLSV1 | SslOptions::NO_TLSV1_1); // near miss: old ones are switched off
}

pub fn by_setting(builder: &mut SslContextBuilder) -> Result<(), Box<dyn std::error::Error>> {
    let version = match std::env::var("TLS_FLOOR")?.as_str() {
        "1.0" => Version::TLS1,
        "1.1" => Version::TLS1_1,
        _ => Version::TLS1_2,
    };
    builder.set_min_proto_version(Some(version))?; // near miss: the environment decides
    Ok(())
}

pub fn server() -> Result<SslAcceptor, openssl::error::ErrorStack> {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    builder.set_min_proto_version(Some(Version::TLS1_3))?; // near miss: 1.3
    Ok(builder.build())
}

pub fn asks(version: Version) -> bool {
    version == Version::TLS1 || version == Version::SSL3 // near miss: only compared
}

pub fn name(version: &Protocol) -> &'static str {
    match version {
        Protocol::Tlsv10 => "1.0", // near miss: only named
        Protocol::Tlsv11 => "1.1",
        _ => "newer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_old_ones() {
        let old = TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv10)).build(); // near miss: a test
        assert!(old.is_ok());
    }
}

fn main() {}
