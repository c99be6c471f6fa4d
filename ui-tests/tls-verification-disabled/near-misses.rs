//! What looks like it, and verifies, or leaves it to who runs the program.

use native_tls::TlsConnector;
use openssl::ssl::{SslAcceptor, SslConnector, SslMethod, SslVerifyMode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Settings {
    accept_invalid_certs: bool,
    mode: Mode,
}

#[derive(Deserialize, PartialEq)]
enum Mode {
    Verify,
    Insecure,
}

struct Builder;

impl Builder {
    fn danger_accept_invalid_certs(self, _accept: bool) -> Builder {
        self
    }
}

const STRICT: bool = true;

fn verifies() -> reqwest::Result<reqwest::Client> {
    // near miss: switched off in so many words
    reqwest::Client::builder().danger_accept_invalid_certs(false).build()
}

fn strict() -> reqwest::Result<reqwest::Client> {
    // near miss: the constant is negated
    reqwest::Client::builder().danger_accept_invalid_certs(!STRICT).build()
}

fn both(proxy: bool) -> reqwest::Result<reqwest::Client> {
    let accept = if proxy { false } else { !STRICT };
    // near miss: neither branch accepts
    reqwest::Client::builder().danger_accept_invalid_certs(accept).build()
}

fn own() -> Builder {
    // near miss: a method of the program's own
    Builder.danger_accept_invalid_certs(true)
}

fn as_set(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    // near miss: who runs the program decides
    reqwest::Client::builder().danger_accept_invalid_certs(settings.accept_invalid_certs).build()
}

fn in_a_branch(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    if settings.accept_invalid_certs {
        // near miss: only where a setting asks for it
        builder = builder.danger_accept_invalid_certs(true);
    }
    builder.build()
}

fn in_an_arm(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder();
    match settings.mode {
        Mode::Verify => builder.build(),
        // near miss: one of several modes
        Mode::Insecure => builder.danger_accept_invalid_certs(true).build(),
    }
}

fn after_a_return(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    if settings.mode == Mode::Verify {
        return reqwest::Client::builder().build();
    }
    // near miss: others have left before
    reqwest::Client::builder().danger_accept_invalid_certs(true).build()
}

fn insecure() -> reqwest::Result<reqwest::Client> {
    // near miss: called only where a setting asks for it
    reqwest::Client::builder().danger_accept_invalid_certs(true).build()
}

fn chosen(settings: &Settings) -> reqwest::Result<reqwest::Client> {
    if settings.accept_invalid_certs { insecure() } else { reqwest::Client::builder().build() }
}

fn from_environment() -> reqwest::Result<reqwest::Client> {
    let insecure = std::env::var("INSECURE").is_ok_and(|it| it == "1");
    // near miss: the environment decides
    reqwest::Client::builder().danger_accept_invalid_certs(insecure).build()
}

fn peer() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    // near miss: the mode that verifies
    builder.set_verify(SslVerifyMode::PEER);
    Ok(builder.build())
}

fn server() -> Result<SslAcceptor, openssl::error::ErrorStack> {
    let mut builder = SslAcceptor::mozilla_intermediate(SslMethod::tls())?;
    // near miss: a server that asks its clients for no certificates
    builder.set_verify(SslVerifyMode::NONE);
    Ok(builder.build())
}

fn native() -> native_tls::Result<TlsConnector> {
    // near miss: a root of the program's own is added, and verified with
    TlsConnector::builder().use_sni(true).build()
}

#[cfg(test)]
mod tests {
    #[test]
    fn connects() {
        // near miss: a test against a server of its own
        let _ = reqwest::Client::builder().danger_accept_invalid_certs(true).build();
    }
}

fn main() {}
