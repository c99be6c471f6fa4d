//! Modes that ask for TLS and not for a certificate, for auditors.
//@ persona: auditor

use sqlx::postgres::{PgConnectOptions, PgSslMode};

fn encrypted() -> PgConnectOptions {
    PgConnectOptions::new().host("db.example-shop.io").ssl_mode(PgSslMode::Require) //~ tls-verification-disabled
}

fn if_possible() -> PgConnectOptions {
    PgConnectOptions::new().host("db.example-shop.io").ssl_mode(PgSslMode::Prefer) //~ tls-verification-disabled
}

fn verified() -> PgConnectOptions {
    // near miss: certificate and name are verified
    PgConnectOptions::new().host("db.example-shop.io").ssl_mode(PgSslMode::VerifyFull)
}

fn by_authority() -> PgConnectOptions {
    // near miss: the certificate is verified
    PgConnectOptions::new().host("db.example-shop.io").ssl_mode(PgSslMode::VerifyCa)
}

fn main() {}
