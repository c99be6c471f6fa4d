//! A program that logs in by ssh2, and never looks at the server's key.

use std::net::TcpStream;

fn connect(host: &str, password: &str) -> Result<ssh2::Session, Box<dyn std::error::Error>> {
    let mut session = ssh2::Session::new()?;
    session.set_tcp_stream(TcpStream::connect((host, 22))?);
    session.handshake()?; //~ ssh-host-key-not-checked
    session.userauth_password("deploy", password)?;
    Ok(session)
}

struct Own;

impl Own {
    fn handshake(&self) {}
}

// near miss: another's handshake
fn other(own: &Own) {
    own.handshake();
}

fn main() {}
