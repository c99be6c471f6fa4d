//! Identity that a middleware puts into the request's data, and handlers take out.

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, decode};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::Data;
use poem::{
    Endpoint, EndpointExt, Error, FromRequest, Middleware, Request, RequestBody, Result, Route, Server,
    handler, post,
};
use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct User {
    id: i64,
}

#[derive(Clone)]
struct Account(i64);

/// Everybody has one of these.
#[derive(Clone)]
struct Locale(String);

/// The application hands one to everybody, and the middleware replaces it.
#[derive(Clone)]
struct Caller {
    name: String,
}

fn user_of(req: &Request, key: &DecodingKey) -> Option<User> {
    let token = req.header("authorization")?.strip_prefix("Bearer ")?;
    decode::<User>(token, key, &Validation::default()).ok().map(|data| data.claims)
}

struct Identify(Arc<DecodingKey>);

impl<E: Endpoint> Middleware<E> for Identify {
    type Output = IdentifyImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        IdentifyImpl { ep, key: self.0.clone() }
    }
}

struct IdentifyImpl<E> {
    ep: E,
    key: Arc<DecodingKey>,
}

impl<E: Endpoint> Endpoint for IdentifyImpl<E> {
    type Output = E::Output;

    async fn call(&self, mut req: Request) -> Result<Self::Output> {
        req.set_data(Locale(req.header("accept-language").unwrap_or("en").to_owned()));
        if let Some(user) = user_of(&req, &self.key) {
            req.set_data(Caller { name: user.id.to_string() });
            req.extensions_mut().insert(Account(user.id));
            req.set_data(user);
        }
        self.ep.call(req).await
    }
}

/// Takes out what only a verified request has.
struct Current(i64);

impl<'a> FromRequest<'a> for Current {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let user = req.data::<User>().ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
        Ok(Current(user.id))
    }
}

#[handler]
async fn by_data(user: Data<&User>) -> String {
    user.id.to_string()
}

#[handler]
async fn by_account(Data(account): Data<&Account>) -> String {
    account.0.to_string()
}

#[handler]
async fn by_optional(user: Option<Data<&User>>) -> String {
    user.map_or_else(String::new, |it| it.id.to_string())
}

#[handler]
async fn by_request(req: &Request) -> Result<String> {
    let user = req.data::<User>().ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(user.id.to_string())
}

#[handler]
async fn by_extensions(req: &Request) -> Result<String> {
    match req.extensions().get::<Account>() {
        Some(account) => Ok(account.0.to_string()),
        None => Err(StatusCode::UNAUTHORIZED.into()),
    }
}

#[handler]
async fn by_extractor(current: Current) -> String {
    current.0.to_string()
}

#[handler]
async fn by_locale(locale: Data<&Locale>) -> String {
    locale.0.0.clone()
}

#[handler]
async fn by_caller(caller: Data<&Caller>) -> String {
    caller.name.clone()
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let key = Arc::new(DecodingKey::from_secret(secret.as_bytes()));
    let app = Route::new()
        .at("/data", post(by_data))
        .at("/account", post(by_account))
        .at("/optional", post(by_optional))
        .at("/request", post(by_request))
        .at("/extensions", post(by_extensions))
        .at("/extractor", post(by_extractor))
        .at("/locale", post(by_locale))
        .at("/caller", post(by_caller))
        .with(Identify(key))
        .data(Caller { name: "anonymous".into() });
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /data required
//@ POST /account required
//@ POST /optional optional
//@ POST /request required
//@ POST /extensions required
//@ POST /extractor required
//@ POST /locale none
//@ POST /caller optional
