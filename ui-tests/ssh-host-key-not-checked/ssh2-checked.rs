//! A program that logs in by ssh2, and looks at the server's key first.

use std::net::TcpStream;

// near miss: checked by another function
fn connect(host: &str, password: &str) -> Result<ssh2::Session, Box<dyn std::error::Error>> {
    let mut session = ssh2::Session::new()?;
    session.set_tcp_stream(TcpStream::connect((host, 22))?);
    session.handshake()?;
    check(&session, host)?;
    session.userauth_password("deploy", password)?;
    Ok(session)
}

fn check(session: &ssh2::Session, host: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (key, _) = session.host_key().ok_or("no key")?;
    let hosts = session.known_hosts()?;
    match hosts.check(host, key) {
        ssh2::CheckResult::Match => Ok(()),
        _ => Err("another key".into()),
    }
}

fn main() {}
