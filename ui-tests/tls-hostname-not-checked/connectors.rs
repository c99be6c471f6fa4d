//! Connectors that are set up in helpers, by constants and by settings.

use lettre::transport::smtp::client::{TlsParameters, TlsParametersBuilder};
use native_tls::{TlsConnector, TlsConnectorBuilder};
use openssl::ssl::{ConnectConfiguration, SslConnector, SslMethod};
use reqwest::ClientBuilder;

mod defaults {
    pub const ANY_NAME: bool = true;
    pub const MATCH_NAMES: bool = true;
}

use defaults::ANY_NAME as LENIENT;

#[derive(serde::Deserialize)]
struct Settings {
    any_name: bool,
}

fn lenient(builder: &mut TlsConnectorBuilder) -> &mut TlsConnectorBuilder {
    builder.danger_accept_invalid_hostnames(LENIENT) //~ tls-hostname-not-checked
}

pub fn connector() -> native_tls::Result<TlsConnector> {
    let mut builder = TlsConnector::builder();
    lenient(&mut builder).build()
}

pub fn client() -> reqwest::Result<reqwest::Client> {
    let mut builder = ClientBuilder::new().user_agent("shop");
    builder = builder.danger_accept_invalid_hostnames(true); //~ tls-hostname-not-checked
    builder.build()
}

pub fn configured(connector: &SslConnector) -> Result<ConnectConfiguration, openssl::error::ErrorStack> {
    let mut configuration = connector.configure()?;
    configuration.set_verify_hostname(false); //~ tls-hostname-not-checked
    Ok(configuration)
}

pub fn chained(connector: &SslConnector) -> Result<ConnectConfiguration, openssl::error::ErrorStack> {
    let check = false;
    Ok(connector
        .configure()?
        .use_server_name_indication(true)
        .verify_hostname(check)) //~ tls-hostname-not-checked
}

pub fn mail(relay: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    fn relaxed(host: &str) -> TlsParametersBuilder {
        TlsParameters::builder(host.into()).dangerous_accept_invalid_hostnames(true) //~ tls-hostname-not-checked
    }
    relaxed(relay).build()
}

pub fn strict(connector: &SslConnector) -> Result<ConnectConfiguration, openssl::error::ErrorStack> {
    let mut configuration = connector.configure()?;
    configuration.set_verify_hostname(true); // near miss: names are verified
    configuration.set_use_server_name_indication(false); // near miss: another setting of the same type
    Ok(configuration)
}

pub fn by_constant() -> native_tls::Result<TlsConnector> {
    let mut builder = TlsConnector::builder();
    builder.danger_accept_invalid_hostnames(!defaults::MATCH_NAMES); // near miss: the negation of what is true
    builder.build()
}

pub fn by_settings(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    ClientBuilder::new().danger_accept_invalid_hostnames(settings.any_name).build() // near miss: a file decides
}

pub fn by_environment() -> native_tls::Result<TlsConnector> {
    let mut builder = TlsConnector::builder();
    if std::env::var_os("SHOP_ANY_NAME").is_some() {
        builder.danger_accept_invalid_hostnames(true); // near miss: the environment decides
    }
    builder.build()
}

pub fn without_indication() -> native_tls::Result<TlsConnector> {
    TlsConnector::builder().use_sni(false).build() // near miss: what is said to the server is not what is verified
}

struct Crawler {
    names: bool,
}

impl Crawler {
    fn verify_hostname(mut self, names: bool) -> Self {
        self.names = names;
        self
    }
}

fn crawler() -> Crawler {
    Crawler { names: true }.verify_hostname(false) // near miss: a method of another type
}

#[cfg(feature = "lab")]
pub fn in_the_lab() -> native_tls::Result<TlsConnector> {
    TlsConnector::builder().danger_accept_invalid_hostnames(true).build() // near miss: under a cfg
}

fn main() {}
