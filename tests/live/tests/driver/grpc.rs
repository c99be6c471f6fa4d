//! As much of a gRPC client as the driver needs: HTTP/2 with prior knowledge, one call, one connection, one message.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use h2::client;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::http::Request;

/// Makes a call, and says how it went in HTTP's words: 200 is what gRPC calls OK. Nothing where there is no answer.
pub fn send(to: SocketAddr, request: &Request, at_most: Duration) -> Option<u16> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    runtime.block_on(async { timeout(at_most, call(to, request)).await.ok()? })
}

async fn call(to: SocketAddr, request: &Request) -> Option<u16> {
    let stream = TcpStream::connect(to).await.ok()?;
    let (mut client, connection) = client::handshake(stream).await.ok()?;
    // It ends with the runtime.
    tokio::spawn(connection);
    let mut head = http::Request::builder()
        .method(request.method.as_str())
        .uri(format!("http://{to}{}", request.target))
        .body(())
        .ok()?;
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        head.headers_mut()
            .insert(name, HeaderValue::from_str(value).ok()?);
    }
    let headers = head.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.insert("te", HeaderValue::from_static("trailers"));
    let (response, mut body) = client.send_request(head, false).ok()?;
    // Who refuses a call may do so before its message has been sent.
    let _ = body.send_data(message(&request.body), true);
    let (head, mut answer) = response.await.ok()?.into_parts();
    let mut code = status_of(&head.headers);
    if code.is_none() {
        while let Some(Ok(part)) = answer.data().await {
            let _ = answer.flow_control().release_capacity(part.len());
        }
        let trailers = answer.trailers().await.ok().flatten();
        code = trailers.and_then(|it| status_of(&it));
    }
    // What is no answer of a gRPC service has a status of HTTP.
    Some(code.unwrap_or(head.status.as_u16()))
}

/// A frame with a message whose only field is this text; one without fields if there is none.
fn message(text: &[u8]) -> Bytes {
    let mut field = BytesMut::new();
    if !text.is_empty() {
        // Number 1, and a length follows, seven bits in a byte.
        field.put_u8(0x0a);
        let mut rest = text.len();
        while rest >= 0x80 {
            field.put_u8((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        field.put_u8(rest as u8);
        field.put_slice(text);
    }
    let mut frame = BytesMut::new();
    // Not compressed.
    frame.put_u8(0);
    frame.put_u32(field.len() as u32);
    frame.extend_from_slice(&field);
    frame.freeze()
}

/// The status of a call, by the table that gateways use.
fn status_of(headers: &HeaderMap) -> Option<u16> {
    Some(status(headers.get("grpc-status")?.to_str().ok()?))
}

/// The same of one code.
pub fn status(code: &str) -> u16 {
    match code {
        "0" => 200,
        // What a server cancels by itself has taken too long.
        "1" | "4" => 504,
        "3" => 400,
        "7" => 403,
        "8" => 429,
        "11" => 413,
        "5" | "12" => 404,
        "16" => 401,
        _ => 500,
    }
}

#[test]
fn messages_are_framed() {
    assert_eq!(message(b"")[..], [0, 0, 0, 0, 0]);
    assert_eq!(message(b"ab")[..], [0, 0, 0, 0, 4, 0x0a, 2, b'a', b'b']);
    assert_eq!(message(&[b'x'; 300])[5..8], [0x0a, 0xac, 2]);
}
