//! A session that is a cookie which the service has encrypted.

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::session::{CookieConfig, CookieSession, Session};
use poem::web::cookie::CookieKey;
use poem::{Endpoint, EndpointExt, Error, Middleware, Request, Result, Route, Server, handler, post};

struct LoggedIn;
struct LoggedInImpl<E>(E);

impl<E: Endpoint> Middleware<E> for LoggedIn {
    type Output = LoggedInImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        LoggedInImpl(ep)
    }
}

impl<E: Endpoint> Endpoint for LoggedInImpl<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        let session = req.extensions().get::<Session>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        if session.get::<i64>("user_id").is_none() {
            return Err(Error::from_status(StatusCode::UNAUTHORIZED));
        }
        self.0.call(req).await
    }
}

#[handler]
async fn write(session: &Session, body: String) -> Result<String> {
    let user: String = session.get("username").ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(format!("{user}: {body}"))
}

#[handler]
async fn guarded(body: String) -> String {
    body
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let key = std::env::var("COOKIE_KEY").expect("COOKIE_KEY is set");
    let config = CookieConfig::private(CookieKey::derive_from(key.as_bytes())).name("sid");
    let app = Route::new()
        .at("/write", post(write))
        .at("/guarded", post(guarded.with(LoggedIn)))
        .with(CookieSession::new(config));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /write required
//@ POST /guarded required
