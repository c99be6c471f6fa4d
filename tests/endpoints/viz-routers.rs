//! viz 0.10: what stands before `with` is covered, nested routers, resources, routes of several methods,
//! middleware as functions and as types, extractors.
//@ GET / none
//@ GET /items none
//@ POST /items required
//@ DELETE /items/{id} required
//@ GET /me required
//@ GET /admin/users required
//@ DELETE /admin/users/{id} required
//@ GET /admin/late none
//@ ANY /any none
//@ GET /books none
//@ POST /books none
//@ GET /books/{book_id} none
//@ DELETE /books/{book_id} none
//@ GET /typed/secret required
//@ GET /wrapped required

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use viz::{
    BoxHandler, Error, FromRequest, Handler, HandlerExt, IntoHandler, IntoResponse, Next, Request,
    Resources, Response, Result, Route, Router, StatusCode, Transform, Tree, get, serve,
};

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

pub struct User {
    name: String,
}

fn verified(request: &Request) -> Option<User> {
    let token = request.headers().get("authorization")?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(User { name: data.claims.sub })
}

impl FromRequest for User {
    type Error = Error;

    async fn extract(request: &mut Request) -> Result<User, Error> {
        verified(request).ok_or_else(|| StatusCode::UNAUTHORIZED.into_error())
    }
}

async fn guarded<H>((request, next): Next<Request, H>) -> Result<Response>
where
    H: Handler<Request, Output = Result<Response>>,
{
    if verified(&request).is_none() {
        return Err(StatusCode::UNAUTHORIZED.into_error());
    }
    next.call(request).await
}

async fn watched((request, next): Next<Request, BoxHandler>) -> Result<Response> {
    let _ = verified(&request);
    next.call(request).await
}

#[derive(Clone)]
struct Gate;

impl<H> Transform<H> for Gate {
    type Output = GateHandler<H>;

    fn transform(&self, inner: H) -> Self::Output {
        GateHandler(inner)
    }
}

#[derive(Clone)]
struct GateHandler<H>(H);

impl<H> Handler<Request> for GateHandler<H>
where
    H: Handler<Request, Output = Result<Response>>,
{
    type Output = Result<Response>;

    async fn call(&self, request: Request) -> Self::Output {
        let key = std::env::var("API_KEY").expect("a key");
        let sent = request.headers().get("x-api-key").and_then(|it| it.to_str().ok());
        if sent != Some(key.as_str()) {
            return Err(StatusCode::UNAUTHORIZED.into_error());
        }
        self.0.call(request).await
    }
}

async fn index(_: Request) -> Result<&'static str> {
    Ok("index")
}

async fn items(_: Request) -> Result<&'static str> {
    Ok("items")
}

async fn create(request: Request) -> Result<String> {
    let Some(user) = verified(&request) else {
        return Err(StatusCode::UNAUTHORIZED.into_error());
    };
    Ok(user.name)
}

async fn me(user: User) -> Result<String> {
    Ok(user.name)
}

fn admin() -> Router {
    Router::new()
        .get("/users", items)
        .delete("/users/:id", index)
        .with_handler(guarded)
        .get("/late", index)
}

fn books() -> Resources {
    Resources::default().named("book").index(items).create(index).show(index).destroy(index)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new()
        .get("/", index)
        .route("/items", get(items).post(create))
        .route("/items/:id", Route::new().delete(index).with_handler(guarded))
        .get("/me", me.into_handler())
        .nest("/admin", admin())
        .any("/any", index)
        .resources("/books", books())
        .nest("/typed", Router::new().get("/secret", index).with(Gate))
        .get("/wrapped", index.with(Gate))
        .with_handler(watched);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await?;
    serve(listener, Arc::new(Tree::from(app))).await
}
