//! As much of an HTTP/1.1 client as the driver needs: one request, one connection, a limit on everything.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::grpc;

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);
/// Nothing that a service here answers is longer.
const LONGEST: u64 = 1 << 20;

/// A header's name and value.
pub type Header = (String, String);

/// What is sent.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
    /// Whether it goes over HTTP/2, as a gRPC call with the body for the text of its message.
    pub is_grpc: bool,
}

/// What comes back.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// Zero where the connection ended without an answer.
    pub status: u16,
    pub took: Duration,
}

/// Sends a request and waits for the end of the answer.
pub fn send(to: SocketAddr, request: &Request) -> Answer {
    let began = Instant::now();
    let status = match request.is_grpc {
        true => grpc::send(to, request, ANSWER),
        false => attempt(to, request, began),
    };
    let status = status.unwrap_or(0);
    Answer {
        status,
        took: began.elapsed(),
    }
}

fn attempt(to: SocketAddr, request: &Request, began: Instant) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&to, CONNECT).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    stream.set_write_timeout(Some(ANSWER)).ok()?;
    let Request {
        method,
        target,
        headers,
        body,
        ..
    } = request;
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || matches!(method.as_str(), "POST" | "PUT" | "PATCH") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    // Who refuses a long body may hang up before it has all been sent: the answer is there nevertheless.
    let _ = stream.write_all(&bytes);
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..read]);
        if answer.len() as u64 > LONGEST || began.elapsed() > ANSWER {
            break;
        }
    }
    let mut lines = answer.split(|it| *it == b'\n');
    let line = std::str::from_utf8(lines.next()?).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    // A gRPC service says that there is no such call, whoever asks.
    let head = lines.map_while(|it| std::str::from_utf8(it).ok().map(str::trim));
    let mut head = head.take_while(|it| !it.is_empty());
    let code = head.find_map(|it| it.strip_prefix("grpc-status: "));
    Some(code.map_or(status, grpc::status))
}

/// All that somebody has to say who is asked nothing.
pub fn read(from: SocketAddr) -> std::io::Result<String> {
    let stream = TcpStream::connect_timeout(&from, CONNECT)?;
    stream.set_read_timeout(Some(ANSWER))?;
    let mut text = String::new();
    stream.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}
