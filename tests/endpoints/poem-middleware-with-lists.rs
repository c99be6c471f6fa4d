//! Middleware of the program's own that knows for which paths nobody has to be known, and an extractor
//! that runs another one.

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, decode};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::Data;
use poem::{
    Endpoint, EndpointExt, Error, FromRequest, IntoResponse, Middleware, Request, RequestBody,
    Response, Result, Route, Server, get, handler,
};

#[derive(Clone)]
struct Keys {
    all: Arc<[DecodingKey]>,
}

#[derive(Clone, serde::Deserialize)]
struct Caller {
    sub: String,
}

impl Keys {
    fn caller(&self, req: &Request) -> Result<Caller, StatusCode> {
        let token = req.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        let read = |key| decode::<Caller>(token, key, &Validation::default()).ok();
        self.all.iter().find_map(read).map(|it| it.claims).ok_or(StatusCode::UNAUTHORIZED)
    }
}

struct Gate {
    keys: Keys,
    open: &'static [&'static str],
}

impl<E: Endpoint> Middleware<E> for Gate {
    type Output = Gated<E>;
    fn transform(&self, ep: E) -> Gated<E> {
        Gated { ep, keys: self.keys.clone(), open: self.open }
    }
}

struct Gated<E> {
    ep: E,
    keys: Keys,
    open: &'static [&'static str],
}

impl<E: Endpoint> Endpoint for Gated<E> {
    type Output = Response;
    async fn call(&self, req: Request) -> Result<Response> {
        if !self.open.contains(&req.original_uri().path()) {
            self.keys.caller(&req).map_err(Error::from_status)?;
        }
        self.ep.call(req).await.map(IntoResponse::into_response)
    }
}

/// Runs another extractor by its whole name.
struct Known(Caller);

impl<'a> FromRequest<'a> for Known {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Data(keys) = <Data<&Keys> as FromRequest>::from_request(req, body).await?;
        keys.caller(req).map(Known).map_err(Error::from_status)
    }
}

/// The same, and nothing is asked of what it gives.
struct Unasked(usize);

impl<'a> FromRequest<'a> for Unasked {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let keys = Data::<&Keys>::from_request(req, body).await?;
        Ok(Unasked(keys.0.all.len()))
    }
}

/// What runs another extractor that does not hold stands on that.
struct Around(Known);

impl<'a> FromRequest<'a> for Around {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        <Known as FromRequest>::from_request(req, body).await.map(Around)
    }
}

#[handler]
fn wipe() -> &'static str {
    let _ = std::fs::remove_dir_all("wiped");
    "wiped"
}

//@ GET /known required
#[handler]
fn known(who: Known) -> String {
    who.0.sub
}

//@ GET /unasked none
#[handler]
fn unasked(of: Unasked) -> String {
    of.0.to_string()
}

//@ GET /around required
#[handler]
fn around(who: Around) -> String {
    who.0.0.sub
}

//@ GET /sys/status none
//@ GET /sys/wipe required
//@ GET /sys/status/all required
#[tokio::main]
async fn main() -> std::io::Result<()> {
    let keys = Keys { all: Arc::new([]) };
    let gate = Gate { keys: keys.clone(), open: &["/sys/status"] };
    let sys = Route::new()
        .at("/status", get(wipe))
        .at("/status/all", get(wipe))
        .at("/wipe", get(wipe))
        .with(gate);
    let app = Route::new()
        .nest("/sys", sys)
        .at("/known", get(known))
        .at("/unasked", get(unasked))
        .at("/around", get(around))
        .data(keys);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
