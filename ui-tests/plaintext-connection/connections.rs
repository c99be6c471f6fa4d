//! Connections to servers that are not web servers, in plain text.

use ldap3::{LdapConn, LdapConnSettings};
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, SmtpTransport, Tokio1Executor};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{Connection, PgConnection};
use tokio_postgres::NoTls;

const CACHE: &str = "redis://cache.example-shop.io:6379"; //~ plaintext-connection

fn cache() -> redis::RedisResult<redis::Client> {
    redis::Client::open(CACHE)
}

fn cache_by_host(db: u8) -> redis::RedisResult<redis::Client> {
    redis::Client::open(format!("redis://sessions.example-shop.io/{db}")) //~ plaintext-connection
}

async fn sqlx_by_url(password: &str) -> sqlx::Result<sqlx::PgPool> {
    let url = format!("postgres://shop:{password}@db.example-shop.io/shop?sslmode=disable"); //~ plaintext-connection
    PgPoolOptions::new().connect(&url).await
}

async fn sqlx_through_a_trait() -> sqlx::Result<PgConnection> {
    PgConnection::connect("postgres://db.example-shop.io/shop?sslmode=disable").await //~ plaintext-connection
}

fn sqlx_by_option() -> PgConnectOptions {
    let options = PgConnectOptions::new().host("db.example-shop.io");
    options.ssl_mode(PgSslMode::Disable) //~ plaintext-connection
}

async fn postgres() -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect("host=db.example-shop.io user=shop", NoTls).await?; //~ plaintext-connection
    tokio::spawn(connection);
    Ok(client)
}

fn mailer() -> SmtpTransport {
    SmtpTransport::builder_dangerous("mail.example-shop.io").build() //~ plaintext-connection
}

fn asynchronous_mailer() -> AsyncSmtpTransport<Tokio1Executor> {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("mail.example-shop.io").port(587).build() //~ plaintext-connection
}

fn relay_without_tls() -> Result<SmtpTransport, lettre::transport::smtp::Error> {
    let relay = SmtpTransport::relay("mail.example-shop.io")?;
    Ok(relay.tls(Tls::None).build()) //~ plaintext-connection
}

// near miss: TLS
fn cache_with_tls() -> redis::RedisResult<redis::Client> {
    redis::Client::open("rediss://cache.example-shop.io:6380")
}

// near miss: loopback
fn local_cache() -> redis::RedisResult<redis::Client> {
    redis::Client::open("redis://127.0.0.1:6379/0")
}

// near miss: loopback by name
fn named_local_cache() -> redis::RedisResult<redis::Client> {
    redis::Client::open("redis://localhost/")
}

// near miss: a Unix socket
fn cache_by_socket() -> redis::RedisResult<redis::Client> {
    redis::Client::open("redis+unix:///run/redis.sock")
}

// near miss: a name of one label, for auditors
fn cache_in_the_same_network() -> redis::RedisResult<redis::Client> {
    redis::Client::open("redis://redis:6379")
}

// near miss: who deploys decides
fn cache_from_environment() -> redis::RedisResult<redis::Client> {
    redis::Client::open(std::env::var("REDIS_URL").unwrap_or_default())
}

// near miss: TLS is negotiated unless it is switched off
async fn sqlx_default(password: &str) -> sqlx::Result<sqlx::PgPool> {
    PgPoolOptions::new().connect(&format!("postgres://shop:{password}@db.example-shop.io/shop")).await
}

// near miss: TLS is demanded, and the certificate checked
fn sqlx_verified() -> PgConnectOptions {
    PgConnectOptions::new().host("db.example-shop.io").ssl_mode(PgSslMode::VerifyFull)
}

// near miss: without TLS, over loopback
fn sqlx_local() -> PgConnectOptions {
    PgConnectOptions::new().host("127.0.0.1").ssl_mode(PgSslMode::Disable)
}

// near miss: without TLS, over a Unix socket
async fn postgres_by_socket() -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect("host=/run/postgresql user=shop", NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

// near miss: TLS from the first byte
fn tls_mailer() -> Result<SmtpTransport, lettre::transport::smtp::Error> {
    Ok(SmtpTransport::relay("mail.example-shop.io")?.build())
}

// near miss: TLS after `STARTTLS`, which is demanded
fn starttls_mailer() -> Result<SmtpTransport, lettre::transport::smtp::Error> {
    Ok(SmtpTransport::starttls_relay("mail.example-shop.io")?.build())
}

// near miss: the "dangerous" builder, with TLS demanded afterwards
fn required_tls_mailer() -> Result<SmtpTransport, lettre::transport::smtp::Error> {
    let tls = TlsParameters::new("mail.example-shop.io".to_owned())?;
    Ok(SmtpTransport::builder_dangerous("mail.example-shop.io").tls(Tls::Required(tls)).build())
}

fn directory() -> ldap3::result::Result<(LdapConn, LdapConn)> {
    let plain = LdapConn::new("ldap://ldap.example-shop.io")?; //~ plaintext-connection
    let settings = LdapConnSettings::new().set_starttls(true);
    // near miss: STARTTLS, for this connection and not for the one before
    let secured = LdapConn::with_settings(settings, "ldap://ldap.example-shop.io")?;
    Ok((plain, secured))
}

// near miss: a mail catcher on this machine
fn local_mailer() -> SmtpTransport {
    SmtpTransport::builder_dangerous("localhost").port(1025).build()
}

// near miss: a comparison
fn is_plain(url: &str) -> bool {
    url.starts_with("redis://") || url.starts_with("amqp://")
}

// near miss: a message
fn usage() -> &'static str {
    "set REDIS_URL, for instance to redis://cache.example-shop.io:6379"
}

fn main() {
    println!("{} {}", usage(), is_plain(CACHE));
}
