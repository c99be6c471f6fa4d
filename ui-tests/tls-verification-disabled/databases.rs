//! Clients of databases and stores, and near misses.

use elasticsearch::cert::{Certificate, CertificateValidation};
use elasticsearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};
use mongodb::options::TlsOptions;
use object_store::ClientOptions;
use redis::{ConnectionAddr, TlsMode};
use vaultrs::client::{VaultClientSettings, VaultClientSettingsBuilder};

const CACHE: &str = "rediss://cache.internal.example-shop.io/#insecure";

fn cache() -> redis::RedisResult<redis::Client> {
    redis::Client::open(CACHE) //~ tls-verification-disabled
}

fn cache_address(host: String) -> ConnectionAddr {
    ConnectionAddr::TcpTls {
        host,
        port: 6380,
        insecure: true, //~ tls-verification-disabled
        tls_params: None,
    }
}

fn cluster_mode() -> TlsMode {
    TlsMode::Insecure //~ tls-verification-disabled
}

async fn documents() -> mongodb::error::Result<mongodb::Client> {
    mongodb::Client::with_uri_str("mongodb://db.example-shop.io/?tls=true&tlsInsecure=true").await //~ tls-verification-disabled
}

fn search(url: url::Url) -> TransportBuilder {
    TransportBuilder::new(SingleNodeConnectionPool::new(url)).cert_validation(CertificateValidation::None) //~ tls-verification-disabled
}

fn objects() -> ClientOptions {
    ClientOptions::new().with_allow_http(false).with_allow_invalid_certificates(true) //~ tls-verification-disabled
}

fn secrets() -> Option<VaultClientSettings> {
    VaultClientSettingsBuilder::default()
        .address("https://vault.example-shop.io:8200")
        .verify(false) //~ tls-verification-disabled
        .build()
        .ok()
}

fn verified_cache() -> redis::RedisResult<redis::Client> {
    // near miss: verified
    redis::Client::open("rediss://cache.internal.example-shop.io/")
}

fn verified_address(host: String) -> ConnectionAddr {
    ConnectionAddr::TcpTls {
        host,
        port: 6380,
        // near miss: verified
        insecure: false,
        tls_params: None,
    }
}

fn verified_mode() -> TlsMode {
    // near miss: verified
    TlsMode::Secure
}

async fn verified_documents() -> mongodb::error::Result<mongodb::Client> {
    // near miss: verified
    mongodb::Client::with_uri_str("mongodb://db.example-shop.io/?tls=true&tlsInsecure=false").await
}

fn verified_search(url: url::Url, root: &[u8]) -> Result<TransportBuilder, elasticsearch::Error> {
    let root = Certificate::from_pem(root)?;
    // near miss: by a root of its own
    Ok(TransportBuilder::new(SingleNodeConnectionPool::new(url)).cert_validation(CertificateValidation::Full(root)))
}

fn is_off(validation: &CertificateValidation) -> bool {
    // near miss: only asked
    matches!(validation, CertificateValidation::None)
}

fn document_options() -> TlsOptions {
    TlsOptions::builder()
        .ca_file_path(std::path::PathBuf::from("/etc/shop/ca.pem"))
        .allow_invalid_certificates(true) //~ tls-verification-disabled
        .build()
}

fn verified_document_options() -> TlsOptions {
    // near miss: verified
    TlsOptions::builder().allow_invalid_certificates(false).build()
}

fn verified_objects() -> ClientOptions {
    // near miss: verified
    ClientOptions::new().with_allow_invalid_certificates(false)
}

fn verified_secrets() -> Option<VaultClientSettings> {
    // near miss: verified
    VaultClientSettingsBuilder::default().address("https://vault.example-shop.io:8200").verify(true).build().ok()
}

fn main() {}
