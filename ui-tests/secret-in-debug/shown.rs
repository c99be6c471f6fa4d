//! `Debug` by hand that shows a secret, and panics that show one that is derived; and what only looks like it.

use std::fmt;

use secrecy::SecretString;
use tracing::{info, instrument};

struct Account {
    name: String,
    password: String,
    refresh_token: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            // near miss: hidden
            .field("password", &"***")
            .field("refresh_token", &self.refresh_token) //~ secret-in-debug
            .finish()
    }
}

/// Shown as a part of this.
#[derive(Debug)]
struct Session {
    id: u64,
    account: Option<Account>,
}

fn opened(session: &Session) {
    info!("opened {:?}", session);
}

struct Login {
    user: String,
    password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.password) //~ secret-in-debug
    }
}

#[instrument]
fn log_in(login: Login) -> bool {
    login.user.is_empty()
}

struct Client {
    host: String,
    api_key: Option<String>,
    client_secret: SecretString,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, api_key, client_secret } = self;
        f.debug_struct("Client")
            .field("host", host)
            .field("api_key", api_key) //~ secret-in-debug
            // near miss: shows nothing of it
            .field("client_secret", client_secret)
            .finish()
    }
}

fn connects(client: &Client) {
    assert!(!client.host.is_empty(), "no host in {client:?}");
}

#[derive(Debug)]
struct Settings {
    port: u16,
    jwt_secret: String,
}

fn check(settings: &Settings) {
    if settings.port == 0 {
        panic!("cannot run with {settings:?}"); //~ secret-in-debug
    }
}

fn bind(settings: &Settings) -> std::net::TcpListener {
    std::net::TcpListener::bind(("127.0.0.1", settings.port)).expect(&format!("cannot listen: {settings:?}")) //~ secret-in-debug
}

fn check_port(settings: &Settings) {
    // near miss: a field that is none
    assert!(settings.port > 0, "port {:?}", settings.port);
}

struct Masked {
    access_token: String,
    api_key: String,
    password: Option<String>,
    password_hash: String,
    client_secret: String,
    token_ttl: u64,
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masked")
            // near miss: its beginning alone
            .field("access_token", &format_args!("{}..", &self.access_token[..4]))
            // near miss: what a function makes of it
            .field("api_key", &mask(&self.api_key))
            // near miss: whether it is there
            .field("password", &self.password.as_ref().map(|_| "[redacted]"))
            // near miss: how long it is
            .field("client_secret", &self.client_secret.len())
            // near miss: a hash, by its name
            .field("password_hash", &self.password_hash)
            // near miss: a time
            .field("token_ttl", &self.token_ttl)
            .finish()
    }
}

fn mask(text: &str) -> String {
    "*".repeat(text.len().min(8))
}

fn masked(masked: &Masked) {
    info!("{masked:?}");
}

struct OnRequest {
    password: String,
}

impl fmt::Debug for OnRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // near miss: `{:#?}` asks for it
        match f.alternate() {
            true => f.debug_struct("OnRequest").field("password", &self.password).finish(),
            false => f.write_str("OnRequest"),
        }
    }
}

fn on_request(it: &OnRequest) {
    info!("{it:?}");
}

struct Quiet {
    password: String,
}

impl fmt::Debug for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // near miss: shown nowhere, so that auditors alone hear of it
        f.debug_struct("Quiet").field("password", &self.password).finish()
    }
}

fn quiet(it: &Quiet) {
    // near miss: a field that is counted
    info!("{:?}", it.password.len());
}

struct Form {
    password: String,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // near miss: another trait, which is what sends it
        write!(f, "password={}", self.password)
    }
}

fn form(form: &Form) -> String {
    form.to_string()
}

#[derive(Debug)]
struct Public {
    public_key: String,
    page_token: Option<String>,
}

fn public(public: &Public) {
    // near miss: everybody may know it
    assert!(!public.public_key.is_empty(), "{public:?}");
}

fn main() {}
