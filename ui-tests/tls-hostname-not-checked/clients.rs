//! Certificates that are verified, but may be anybody's; and near misses.

use lettre::transport::smtp::client::TlsParameters;
use native_tls::TlsConnector;
use openssl::ssl::{SslConnector, SslMethod};
use serde::Deserialize;

#[derive(Deserialize)]
struct Settings {
    check_hostname: bool,
}

fn native() -> native_tls::Result<TlsConnector> {
    TlsConnector::builder()
        .danger_accept_invalid_hostnames(true) //~ tls-hostname-not-checked
        .build()
}

fn mailer(host: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let any_name = true;
    TlsParameters::builder(host.to_owned())
        .dangerous_accept_invalid_hostnames(any_name) //~ tls-hostname-not-checked
        .build()
}

fn of_openssl() -> Result<(), openssl::error::ErrorStack> {
    let connector = SslConnector::builder(SslMethod::tls())?.build();
    let mut config = connector.configure()?;
    config.set_verify_hostname(false); //~ tls-hostname-not-checked
    Ok(())
}

fn checks_native() -> native_tls::Result<TlsConnector> {
    // near miss: said to be checked
    TlsConnector::builder().danger_accept_invalid_hostnames(false).build()
}

fn checks_mailer(host: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    // near miss: said to be checked
    TlsParameters::builder(host.to_owned()).dangerous_accept_invalid_hostnames(false).build()
}

fn checks_openssl() -> Result<(), openssl::error::ErrorStack> {
    let connector = SslConnector::builder(SslMethod::tls())?.build();
    let mut config = connector.configure()?;
    // near miss: the other way round
    config.set_verify_hostname(true);
    // near miss: no name is sent, but the certificate's is compared
    config.set_use_server_name_indication(false);
    Ok(())
}

fn as_set(settings: &Settings) -> native_tls::Result<TlsConnector> {
    // near miss: a setting decides
    TlsConnector::builder().danger_accept_invalid_hostnames(!settings.check_hostname).build()
}

fn in_a_branch(settings: &Settings) -> native_tls::Result<TlsConnector> {
    let mut builder = TlsConnector::builder();
    if !settings.check_hostname {
        // near miss: only where a setting asks for it
        builder.danger_accept_invalid_hostnames(true);
    }
    builder.build()
}

fn no_name() -> native_tls::Result<TlsConnector> {
    // near miss: a client that does not name the server it asks for
    TlsConnector::builder().use_sni(false).build()
}

struct Names;

impl Names {
    fn danger_accept_invalid_hostnames(&self, _: bool) {}
}

fn own() {
    // near miss: a method of the program's own
    Names.danger_accept_invalid_hostnames(true);
}

#[cfg(test)]
mod tests {
    #[test]
    fn connects() {
        // near miss: a test
        let _ = native_tls::TlsConnector::builder().danger_accept_invalid_hostnames(true).build();
    }
}

fn negated() -> native_tls::Result<TlsConnector> {
    let check = true;
    // near miss: not what is checked is not accepted
    TlsConnector::builder().danger_accept_invalid_hostnames(!check).build()
}

fn main() {}
