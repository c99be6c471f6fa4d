//! A session that is a cookie, neither signed nor encrypted: whoever writes one is who they say.

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::session::{CookieConfig, CookieSession, Session};
use poem::{EndpointExt, Result, Route, Server, handler, post};

#[handler]
async fn write(session: &Session, body: String) -> Result<String> {
    let user: String = session.get("username").ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(format!("{user}: {body}"))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let app = Route::new()
        .at("/write", post(write))
        .with(CookieSession::new(CookieConfig::new().name("sid").secure(true)));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /write optional
