//! SSH clients that take any server for theirs, and those that ask first.

use russh::client;
use russh::keys::PublicKey;

struct Anyone;

impl client::Handler for Anyone {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _key: &PublicKey) -> Result<bool, Self::Error> { //~ ssh-host-key-not-checked
        Ok(true)
    }
}

struct Noted;

impl client::Handler for Noted {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKey) -> Result<bool, Self::Error> { //~ ssh-host-key-not-checked
        tracing::info!("server key: {key:?}");
        return Ok(true);
    }
}

// near miss: compared with a known one
struct Pinned {
    key: PublicKey,
}

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKey) -> Result<bool, Self::Error> {
        Ok(*key == self.key)
    }
}

// near miss: looked up
struct Known {
    host: String,
}

impl client::Handler for Known {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKey) -> Result<bool, Self::Error> {
        let is_known = russh::keys::check_known_hosts(&self.host, 22, key);
        Ok(is_known.unwrap_or(false))
    }
}

// near miss: nobody is let in
struct Nobody;

impl client::Handler for Nobody {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _key: &PublicKey) -> Result<bool, Self::Error> {
        Ok(false)
    }
}

// near miss: the library's own answer is no
struct Default;

impl client::Handler for Default {
    type Error = russh::Error;
}

// near miss: a trait of the program's own
trait Handler {
    async fn check_server_key(&mut self, key: &PublicKey) -> Result<bool, russh::Error>;
}

struct Own;

impl Handler for Own {
    async fn check_server_key(&mut self, _key: &PublicKey) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

async fn connect(host: &str) -> Result<(), russh::Error> {
    let config = std::sync::Arc::new(client::Config::default());
    client::connect(config.clone(), (host, 22), Anyone).await?;
    client::connect(config.clone(), (host, 22), Noted).await?;
    client::connect(config.clone(), (host, 22), Known { host: host.to_owned() }).await?;
    client::connect(config.clone(), (host, 22), Nobody).await?;
    client::connect(config, (host, 22), Default).await?;
    Ok(())
}

async fn by_openssh(host: &str) -> Result<openssh::Session, openssh::Error> {
    openssh::Session::connect(host, openssh::KnownHosts::Accept).await //~ ssh-host-key-not-checked
}

async fn by_tokio(host: &str, password: &str) -> Result<async_ssh2_tokio::Client, async_ssh2_tokio::Error> {
    let auth = async_ssh2_tokio::AuthMethod::with_password(password);
    let check = async_ssh2_tokio::ServerCheckMethod::NoCheck; //~ ssh-host-key-not-checked
    async_ssh2_tokio::Client::connect((host, 22), "deploy", auth, check).await
}

// near miss: the file of the user's known hosts
async fn by_known_hosts(host: &str, password: &str) -> Result<async_ssh2_tokio::Client, async_ssh2_tokio::Error> {
    let auth = async_ssh2_tokio::AuthMethod::with_password(password);
    let check = async_ssh2_tokio::ServerCheckMethod::DefaultKnownHostsFile;
    async_ssh2_tokio::Client::connect((host, 22), "deploy", auth, check).await
}

// near miss: known hosts alone
async fn strictly(host: &str) -> Result<openssh::Session, openssh::Error> {
    openssh::Session::connect(host, openssh::KnownHosts::Strict).await
}

// near miss: new ones are written down
async fn adding(host: &str) -> Result<openssh::Session, openssh::Error> {
    openssh::Session::connect(host, openssh::KnownHosts::Add).await
}

// near miss: a question to somebody else decides
struct Asked {
    answers: std::collections::HashMap<String, bool>,
}

impl client::Handler for Asked {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKey) -> Result<bool, Self::Error> {
        let print = format!("{key:?}");
        match self.answers.get(&print) {
            Some(answer) => Ok(*answer),
            None => Ok(false),
        }
    }
}

fn main() {}
