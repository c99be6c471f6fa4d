//! Versions of TLS that are allowed, and near misses.

use native_tls::{Protocol, TlsAcceptor, TlsConnector};
use openssl::ssl::{SslConnector, SslMethod, SslVersion};
use serde::Deserialize;

const OLDEST: Option<Protocol> = Some(Protocol::Tlsv10);

#[derive(Deserialize)]
struct Settings {
    legacy: bool,
}

fn of_reqwest() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .min_tls_version(reqwest::tls::Version::TLS_1_0) //~ old-tls-version
        .build()
}

fn native() -> native_tls::Result<TlsConnector> {
    let mut builder = TlsConnector::builder();
    builder.min_protocol_version(OLDEST); //~ old-tls-version
    builder.build()
}

fn acceptor(identity: native_tls::Identity) -> native_tls::Result<TlsAcceptor> {
    let oldest = Protocol::Tlsv11;
    TlsAcceptor::builder(identity)
        .min_protocol_version(Some(oldest)) //~ old-tls-version
        .build()
}

fn of_openssl() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1))?; //~ old-tls-version
    Ok(builder.build())
}

fn new_reqwest() -> reqwest::Result<reqwest::Client> {
    // near miss: 1.2 is good
    reqwest::Client::builder().min_tls_version(reqwest::tls::Version::TLS_1_2).build()
}

fn newest() -> reqwest::Result<reqwest::Client> {
    // near miss: an upper bound
    reqwest::Client::builder().max_tls_version(reqwest::tls::Version::TLS_1_3).build()
}

fn new_native() -> native_tls::Result<TlsConnector> {
    // near miss: 1.2 is good
    TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).build()
}

fn upper() -> native_tls::Result<TlsConnector> {
    // near miss: an upper bound, which leaves the lower one as it is
    TlsConnector::builder().max_protocol_version(Some(Protocol::Tlsv12)).build()
}

fn default() -> native_tls::Result<TlsConnector> {
    // near miss: whatever the library takes
    TlsConnector::builder().min_protocol_version(None).build()
}

fn new_openssl() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    // near miss: 1.3
    builder.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    // near miss: an upper bound
    builder.set_max_proto_version(Some(SslVersion::TLS1_3))?;
    Ok(builder.build())
}

fn as_set(settings: &Settings) -> native_tls::Result<TlsConnector> {
    let oldest = if settings.legacy { Protocol::Tlsv10 } else { Protocol::Tlsv12 };
    // near miss: a setting decides
    TlsConnector::builder().min_protocol_version(Some(oldest)).build()
}

fn label(version: SslVersion) -> &'static str {
    match version {
        // near miss: named, and not allowed
        SslVersion::TLS1 => "TLS 1.0",
        _ => "another",
    }
}

fn in_a_branch(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    if settings.legacy {
        // near miss: only where a setting asks for it
        builder = builder.min_tls_version(reqwest::tls::Version::TLS_1_0);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    #[test]
    fn refuses() {
        // near miss: a test of what the server refuses
        let _ = reqwest::Client::builder().min_tls_version(reqwest::tls::Version::TLS_1_0).build();
    }
}

fn main() {}
