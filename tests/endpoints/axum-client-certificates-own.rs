//! Client certificates of which code of the service says which are genuine: all of them.

use axum::extract::ConnectInfo;
use axum::extract::connect_info::Connected;
use axum::http::StatusCode;
use axum::{Router, routing::post};
use rustls::DistinguishedName;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

#[derive(Debug)]
struct Anybody;

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }
}

#[derive(Clone)]
pub struct Peer {
    certificate: Option<Vec<u8>>,
}

impl Connected<Peer> for Peer {
    fn connect_info(target: Peer) -> Self {
        target
    }
}

async fn accept(acceptor: TlsAcceptor, stream: TcpStream) -> Result<Peer, std::io::Error> {
    let stream = acceptor.accept(stream).await?;
    let certificates = stream.get_ref().1.peer_certificates();
    let first = certificates.and_then(|all| all.first());
    Ok(Peer {
        certificate: first.map(|it| it.to_vec()),
    })
}

//@ POST /orders unknown
async fn order(ConnectInfo(peer): ConnectInfo<Peer>) -> Result<String, StatusCode> {
    let certificate = peer.certificate.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(hex::encode(certificate))
}

pub fn app() -> Router {
    Router::new().route("/orders", post(order))
}
