//! Endpoints of the program's own, which check or do not, and routers that choose between them.

use std::sync::Arc;

use poem::endpoint::{BoxEndpoint, DynEndpoint, EitherEndpoint};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::{Endpoint, EndpointExt, Error, IntoResponse, Middleware, Request, Response, Result, Route, Server, handler};
use subtle::ConstantTimeEq;

fn allowed(req: &Request, secret: &str) -> bool {
    match req.header("x-hook-secret") {
        Some(sent) => sent.as_bytes().ct_eq(secret.as_bytes()).into(),
        None => false,
    }
}

struct Hook {
    secret: String,
}

impl Endpoint for Hook {
    type Output = Response;

    async fn call(&self, mut req: Request) -> Result<Response> {
        if !allowed(&req, &self.secret) {
            return Err(Error::from_status(StatusCode::FORBIDDEN));
        }
        let body = req.take_body().into_string().await?;
        tokio::fs::write("hook.log", body).await.map_err(poem::error::InternalServerError)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}

struct OpenHook;

impl Endpoint for OpenHook {
    type Output = ();

    async fn call(&self, mut req: Request) -> Result<()> {
        let body = req.take_body().into_vec().await?;
        tokio::fs::write("hook.log", body).await.map_err(poem::error::InternalServerError)
    }
}

/// Wraps what it is given without being middleware.
struct Guarded<E> {
    inner: E,
    secret: String,
}

impl<E: Endpoint> Endpoint for Guarded<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        if !allowed(&req, &self.secret) {
            return Err(StatusCode::FORBIDDEN.into());
        }
        self.inner.call(req).await
    }
}

/// Middleware whose endpoint is boxed.
struct Boxing {
    secret: Arc<str>,
}

impl<E: Endpoint + 'static> Middleware<E> for Boxing {
    type Output = BoxedGuard;

    fn transform(&self, ep: E) -> BoxedGuard {
        BoxedGuard { ep: ep.map_to_response().boxed(), secret: self.secret.clone() }
    }
}

struct BoxedGuard {
    ep: BoxEndpoint<'static>,
    secret: Arc<str>,
}

impl Endpoint for BoxedGuard {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        if allowed(&req, &self.secret) {
            self.ep.call(req).await
        } else {
            Err(Error::from_status(StatusCode::FORBIDDEN))
        }
    }
}

#[handler]
async fn write(body: String) -> String {
    body
}

fn secret() -> String {
    std::env::var("HOOK_SECRET").expect("HOOK_SECRET is set")
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let shared = Arc::new(Route::new().at("/shared", write));
    let app = Route::new()
        .at("/hook", Hook { secret: secret() })
        .at("/open-hook", OpenHook)
        .at("/mapped", OpenHook.map_to_response().with(Boxing { secret: secret().into() }))
        .at("/wrapped", Guarded { inner: write, secret: secret() })
        .nest("/wrapped-route", Guarded { inner: Route::new().at("/x", write), secret: secret() })
        .nest("/boxing", Route::new().at("/x", write).with(Boxing { secret: secret().into() }))
        .nest("/arc", shared);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ ANY /hook required
//@ ANY /open-hook none
//@ ANY /mapped required
//@ ANY /wrapped required
//@ ANY /wrapped-route/x required
//@ ANY /boxing/x required
//@ ANY /arc/shared none
