//! Clients that are put together in factories, wrappers and structs of settings.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use lettre::transport::smtp::client::TlsParameters;
use native_tls::TlsConnector as Connector;
use openssl::ssl::{SslConnector, SslConnectorBuilder, SslMethod, SslVerifyMode as Mode};
use reqwest::ClientBuilder;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

const TRUST_ANYONE: bool = true;
const STRICT: bool = false;
const CHECK_PEERS: bool = true;

fn base() -> ClientBuilder {
    ClientBuilder::new().timeout(Duration::from_secs(5)).user_agent("shop")
}

pub fn by_constant() -> reqwest::Result<reqwest::Client> {
    let builder = base();
    let builder = builder.danger_accept_invalid_certs(TRUST_ANYONE); //~ tls-verification-disabled
    builder.build()
}

pub fn by_negated_constant() -> reqwest::Result<reqwest::Client> {
    base()
        .danger_accept_invalid_certs(!STRICT) //~ tls-verification-disabled
        .build()
}

pub fn checked_by_negated_constant() -> reqwest::Result<reqwest::Client> {
    base().danger_accept_invalid_certs(!CHECK_PEERS).build() // near miss: the negation of what is true
}

fn with_trust(builder: ClientBuilder, any: bool) -> ClientBuilder {
    builder.danger_accept_invalid_certs(any) //~ tls-verification-disabled
}

pub fn for_the_ledger() -> reqwest::Result<reqwest::Client> {
    with_trust(base(), true).build()
}

fn with_choice(builder: ClientBuilder, any: bool) -> ClientBuilder {
    builder.danger_accept_invalid_certs(any) // near miss: callers choose
}

pub fn for_tools(insecure: bool) -> reqwest::Result<reqwest::Client> {
    with_choice(base(), insecure).build()
}

pub fn for_shops() -> reqwest::Result<reqwest::Client> {
    with_choice(base(), false).build()
}

/// How the clients of this program are made.
struct HttpOptions {
    any_certificate: bool,
    seconds: u64,
}

impl HttpOptions {
    fn internal() -> Self {
        Self { any_certificate: true, seconds: 3 }
    }
}

struct Upstream {
    options: HttpOptions,
}

impl Upstream {
    fn new() -> Self {
        Upstream { options: HttpOptions::internal() }
    }

    fn client(&self) -> reqwest::Result<reqwest::Client> {
        ClientBuilder::new()
            .timeout(Duration::from_secs(self.options.seconds))
            .danger_accept_invalid_certs(self.options.any_certificate) //~ tls-verification-disabled
            .build()
    }
}

pub fn upstream() -> reqwest::Result<reqwest::Client> {
    Upstream::new().client()
}

pub fn by_path(builder: ClientBuilder) -> ClientBuilder {
    ClientBuilder::danger_accept_invalid_certs(builder, true) //~ tls-verification-disabled
}

pub fn native() -> native_tls::Result<Connector> {
    let mut builder = Connector::builder();
    builder.min_protocol_version(Some(native_tls::Protocol::Tlsv12));
    builder.danger_accept_invalid_certs(true); //~ tls-verification-disabled
    builder.build()
}

pub fn native_made_strict_again() -> native_tls::Result<Connector> {
    let mut builder = Connector::builder();
    builder.danger_accept_invalid_certs(false); // near miss: said in so many words
    builder.build()
}

fn trusting(builder: &mut SslConnectorBuilder) {
    builder.set_verify(Mode::NONE); //~ tls-verification-disabled
}

pub fn by_openssl() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    trusting(&mut builder);
    Ok(builder.build())
}

pub fn by_callback() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    builder.set_verify_callback(Mode::PEER, |_, _| true); // missed: tls-verification-disabled
    Ok(builder.build())
}

pub fn by_callback_that_looks() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    builder.set_verify_callback(Mode::PEER, |ok, chain| ok && chain.error_depth() < 3); // near miss: what openssl says counts
    Ok(builder.build())
}

pub fn by_openssl_checked() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    builder.set_verify(Mode::PEER | Mode::FAIL_IF_NO_PEER_CERT); // near miss: flags that verify
    Ok(builder.build())
}

pub fn agent() -> ureq::Agent {
    let tls = ureq::tls::TlsConfig::builder()
        .disable_verification(true) //~ tls-verification-disabled
        .build();
    ureq::Agent::config_builder().tls_config(tls).build().into()
}

pub fn mail(host: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let parameters = TlsParameters::builder(host.to_owned());
    let parameters = parameters.dangerous_accept_invalid_certs(true); //~ tls-verification-disabled
    parameters.build()
}

pub fn by_environment() -> reqwest::Result<reqwest::Client> {
    let any = std::env::var("SHOP_INSECURE").map(|it| it == "1").unwrap_or(false);
    base().danger_accept_invalid_certs(any).build() // near miss: the environment decides
}

pub fn while_developing() -> reqwest::Result<reqwest::Client> {
    base().danger_accept_invalid_certs(cfg!(debug_assertions)).build() // near miss: not in a release
}

#[derive(Parser)]
struct Arguments {
    /// Take any certificate.
    #[arg(long)]
    insecure: bool,
}

pub fn by_flag() -> reqwest::Result<reqwest::Client> {
    let arguments = Arguments::parse();
    let mut builder = base();
    if arguments.insecure {
        builder = builder.danger_accept_invalid_certs(true); // near miss: a flag of the command line decides
    }
    builder.build()
}

/// A builder of this program's own.
#[derive(Default)]
pub struct Probe {
    any: bool,
}

impl Probe {
    pub fn danger_accept_invalid_certs(mut self, any: bool) -> Self {
        self.any = any;
        self
    }
}

pub fn probe() -> Probe {
    Probe::default().danger_accept_invalid_certs(true) // near miss: a builder of another type
}

/// Notes who answers, and takes it.
#[derive(Debug)]
struct Permissive(Arc<CryptoProvider>);

impl ServerCertVerifier for Permissive {
    fn verify_server_cert( //~ tls-verification-disabled
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if end_entity.len() > 4096 {
            tracing::debug!("{:?} sent {} bytes", server_name, end_entity.len());
        }
        let verdict = ServerCertVerified::assertion();
        Ok(verdict)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes certificates that are short.
#[derive(Debug)]
struct Asserting(Permissive);

impl ServerCertVerifier for Asserting {
    // near miss: not all certificates get through
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if end_entity.len() > 4096 {
            panic!("too long");
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Takes one certificate, whoever signed it.
#[derive(Debug)]
struct Pinned(Vec<u8>, Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for Pinned {
    // near miss: the certificate is compared with the one that is known
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        (end_entity.as_ref() == self.0.as_slice())
            .then(ServerCertVerified::assertion)
            .ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.1.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.1.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.supported_verify_schemes()
    }
}

/// Counts what the other one says.
#[derive(Debug)]
struct Counting(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for Counting {
    // near miss: another verifier is asked
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp, now)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

pub fn permissive(provider: Arc<CryptoProvider>) -> Result<rustls::ClientConfig, Error> {
    let builder = rustls::ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let verifier: Arc<dyn ServerCertVerifier> = Arc::new(Permissive(provider));
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

pub fn pinned(known: Vec<u8>, inner: Arc<WebPkiServerVerifier>) -> rustls::ClientConfig {
    let verifier = Arc::new(Pinned(known, inner));
    rustls::ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
}

#[cfg(test)]
mod tests {
    #[test]
    fn answers() {
        let client = reqwest::Client::builder().danger_accept_invalid_certs(true).build(); // near miss: a test
        assert!(client.is_ok());
    }
}

fn main() {}
