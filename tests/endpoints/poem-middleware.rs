//! Middleware of the program's own, judged by what its endpoint does before it calls the rest.

use std::collections::HashSet;
use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, dangerous, decode};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::headers::authorization::Bearer;
use poem::web::headers::{Authorization, HeaderMapExt};
use poem::{
    Endpoint, EndpointExt, Error, IntoResponse, Middleware, Request, Response, Result, Route, Server,
    handler, post,
};
use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct Claims {
    sub: i64,
}

fn claims_of(req: &Request, key: &DecodingKey) -> Result<Claims> {
    let token = req
        .headers()
        .typed_get::<Authorization<Bearer>>()
        .ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
    decode::<Claims>(token.token(), key, &Validation::default())
        .map(|data| data.claims)
        .map_err(|_| Error::from_status(StatusCode::UNAUTHORIZED))
}

/// Verifies, with a tuple struct for its endpoint.
struct Jwt(Arc<DecodingKey>);
struct JwtImpl<E>(E, Arc<DecodingKey>);

impl<E: Endpoint> Middleware<E> for Jwt {
    type Output = JwtImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        JwtImpl(ep, self.0.clone())
    }
}

impl<E: Endpoint> Endpoint for JwtImpl<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> Result<Response> {
        let claims = claims_of(&req, &self.1)?;
        req.set_data(claims);
        self.0.call(req).await.map(IntoResponse::into_response)
    }
}

/// Verifies, and goes on whatever came out.
struct Looks(Arc<DecodingKey>);
struct LooksImpl<E> {
    inner: E,
    key: Arc<DecodingKey>,
}

impl<E: Endpoint> Middleware<E> for Looks {
    type Output = LooksImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        LooksImpl { inner: ep, key: self.0.clone() }
    }
}

impl<E: Endpoint> Endpoint for LooksImpl<E> {
    type Output = E::Output;

    async fn call(&self, mut req: Request) -> Result<Self::Output> {
        if let Ok(claims) = claims_of(&req, &self.key) {
            req.set_data(Some(claims));
        }
        self.inner.call(req).await
    }
}

/// Verifies when everything has already happened.
struct TooLate(Arc<DecodingKey>);
struct TooLateImpl<E> {
    ep: E,
    key: Arc<DecodingKey>,
}

impl<E: Endpoint> Middleware<E> for TooLate {
    type Output = TooLateImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        TooLateImpl { ep, key: self.0.clone() }
    }
}

impl<E: Endpoint> Endpoint for TooLateImpl<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        let claims = claims_of(&req, &self.key);
        let response = self.ep.call(req).await?.into_response();
        claims?;
        Ok(response)
    }
}

/// Asks for a token, of anybody.
struct AnyToken;
struct AnyTokenImpl<E>(E);

impl<E: Endpoint> Middleware<E> for AnyToken {
    type Output = AnyTokenImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        AnyTokenImpl(ep)
    }
}

impl<E: Endpoint> Endpoint for AnyTokenImpl<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        if req.header("authorization").is_none() {
            return Err(Error::from_string("no token", StatusCode::UNAUTHORIZED));
        }
        self.0.call(req).await
    }
}

/// Reads what nobody has signed.
struct Unverified;
struct UnverifiedImpl<E>(E);

impl<E: Endpoint> Middleware<E> for Unverified {
    type Output = UnverifiedImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        UnverifiedImpl(ep)
    }
}

impl<E: Endpoint> Endpoint for UnverifiedImpl<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        let token = req.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
        match token.map(|it| dangerous::insecure_decode::<Claims>(it)) {
            Some(Ok(_)) => self.0.call(req).await,
            _ => Err(StatusCode::UNAUTHORIZED.into()),
        }
    }
}

/// Answers by itself, with a response and not an error.
struct Keys(Arc<HashSet<String>>);
struct KeysImpl<E> {
    next: E,
    keys: Arc<HashSet<String>>,
}

impl<E: Endpoint> Middleware<E> for Keys {
    type Output = KeysImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        KeysImpl { next: ep, keys: self.0.clone() }
    }
}

impl<E: Endpoint> Endpoint for KeysImpl<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        let Some(key) = req.header("x-api-key") else {
            return Ok(StatusCode::UNAUTHORIZED.into_response());
        };
        if !self.keys.contains(key) {
            return Ok(StatusCode::FORBIDDEN.into_response());
        }
        Ok(self.next.get_response(req).await)
    }
}

/// Does nothing with what it is given.
struct Log;
struct LogImpl<E>(E);

impl<E: Endpoint> Middleware<E> for Log {
    type Output = LogImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        LogImpl(ep)
    }
}

impl<E: Endpoint> Endpoint for LogImpl<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        tracing::info!(path = req.uri().path());
        let Self(ep) = self;
        match ep.call(req).await {
            Ok(response) => Ok(response.into_response()),
            Err(error) => Err(error),
        }
    }
}

/// Knows the path: one of them is public.
struct ButHealth(Arc<DecodingKey>);
struct ButHealthImpl<E>(E, Arc<DecodingKey>);

impl<E: Endpoint> Middleware<E> for ButHealth {
    type Output = ButHealthImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        ButHealthImpl(ep, self.0.clone())
    }
}

impl<E: Endpoint> Endpoint for ButHealthImpl<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        if req.uri().path() != "/health" {
            claims_of(&req, &self.1)?;
        }
        self.0.call(req).await
    }
}

#[handler]
async fn write(body: String) -> String {
    body
}

fn one() -> Route {
    Route::new().at("/x", post(write))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let key = Arc::new(DecodingKey::from_secret(secret.as_bytes()));
    let keys = std::env::var("API_KEYS").expect("API_KEYS is set");
    let keys: Arc<HashSet<String>> = Arc::new(keys.split(',').map(str::to_owned).collect());
    let app = Route::new()
        .nest("/jwt", one().with(Jwt(key.clone())))
        .nest("/looks", one().with(Looks(key.clone())))
        .nest("/too-late", one().with(TooLate(key.clone())))
        .nest("/any-token", one().with(AnyToken))
        .nest("/unverified", one().with(Unverified))
        .nest("/keys", one().with(Keys(keys)))
        .nest("/log", one().with(Log))
        .at("/health", post(write).with(ButHealth(key.clone())))
        .at("/sick", post(write).with(ButHealth(key)));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /jwt/x required
//@ POST /looks/x none
//@ POST /too-late/x none
//@ POST /any-token/x none
//@ POST /unverified/x none
//@ POST /keys/x required
//@ POST /log/x none
//@ POST /health none
//@ POST /sick required
