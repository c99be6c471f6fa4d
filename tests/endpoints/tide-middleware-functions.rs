//! tide 0.16: middleware as functions and closures, what it hands on in extensions, order, `Before`, prefixes that are
//! taken off, what lets everybody pass.
//@ GET /me required
//@ GET /guess none
//@ GET /open/me optional
//@ POST /late/{id} required
//@ GET /key/status required
//@ GET /closure required
//@ GET /inner/deep/secret required
//@ GET /inner/deep/public none
//@ GET /stripped none
//@ GET /stripped/{*rest} none
//@ GET /before none
//@ GET /presence none

use std::future::Future;
use std::pin::Pin;

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use tide::utils::Before;
use tide::{Next, Request, Response, Result, StatusCode};

#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
}

fn claims(request: &Request<()>) -> Option<Claims> {
    let header = request.header("Authorization")?;
    let token = header.as_str().strip_prefix("Bearer ")?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<Claims>(token, &key, &Validation::default()).ok().map(|it| it.claims)
}

fn require_user<'a>(
    mut request: Request<()>,
    next: Next<'a, ()>,
) -> Pin<Box<dyn Future<Output = Result> + Send + 'a>> {
    Box::pin(async move {
        match claims(&request) {
            Some(claims) => {
                request.set_ext(claims);
                Ok(next.run(request).await)
            }
            None => Ok(Response::builder(StatusCode::Unauthorized).body("log in").build()),
        }
    })
}

/// Lets everybody pass.
fn note_user<'a>(
    request: Request<()>,
    next: Next<'a, ()>,
) -> Pin<Box<dyn Future<Output = Result> + Send + 'a>> {
    Box::pin(async move {
        if let Some(claims) = claims(&request) {
            tide::log::info!("{}", claims.sub);
        }
        Ok(next.run(request).await)
    })
}

/// Any header will do.
fn need_header<'a>(
    request: Request<()>,
    next: Next<'a, ()>,
) -> Pin<Box<dyn Future<Output = Result> + Send + 'a>> {
    Box::pin(async move {
        if request.header("Authorization").is_none() {
            return Err(tide::Error::from_str(StatusCode::Unauthorized, "log in"));
        }
        Ok(next.run(request).await)
    })
}

async fn me(request: Request<()>) -> Result {
    let claims: &Claims = request.ext().expect("the middleware has put it there");
    Ok(claims.sub.as_str().into())
}

async fn whoever(request: Request<()>) -> Result<String> {
    Ok(request.param("id").unwrap_or("nobody").to_owned())
}

async fn greet(request: Request<()>) -> Result<String> {
    Ok(match claims(&request) {
        Some(claims) => claims.sub,
        None => "stranger".to_owned(),
    })
}

async fn by_key(request: Request<()>) -> Result {
    let key = std::env::var("API_KEY")?;
    let sent = request.header("X-Api-Key").map(|it| it.as_str());
    if sent != Some(key.as_str()) {
        return Ok(Response::new(403));
    }
    Ok("fine".into())
}

#[async_std::main]
async fn main() -> std::io::Result<()> {
    let mut app = tide::new();
    app.at("/me").with(require_user).get(me);
    app.at("/guess").get(whoever);
    app.at("/open/me").get(greet);
    app.at("/late/:id").with(note_user).with(require_user).post(whoever);
    app.at("/key").at("/status").get(by_key);
    app.at("/closure").get(|request: Request<()>| async move {
        let claims = claims(&request).ok_or_else(|| tide::Error::from_str(401, "log in"))?;
        Ok(claims.sub)
    });
    let mut deep = tide::new();
    deep.at("/secret").with(require_user).get(whoever);
    deep.at("/public").get(whoever);
    let mut inner = tide::new();
    inner.at("/deep").nest(deep);
    app.at("/inner").nest(inner);
    app.at("/stripped").strip_prefix().get(whoever);
    app.at("/before")
        .with(Before(|mut request: Request<()>| async move {
            request.set_ext(std::time::Instant::now());
            request
        }))
        .get(whoever);
    app.at("/presence").with(need_header).get(whoever);
    app.listen("127.0.0.1:8080").await
}
