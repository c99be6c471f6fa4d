//! What stands around poem's routes, and what only looks as if it did.

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, decode};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::Tracing;
use poem::web::{Data, Path};
use poem::{
    Body, Endpoint, EndpointExt, Error, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response, Result,
    Route, Server, get, handler, post, put,
};
use sqlx::PgPool;

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn verify(req: &Request) -> Result<Claims> {
    let key = req.data::<Arc<DecodingKey>>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let token = req.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let token = token.ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
    let data = decode::<Claims>(token, key, &Validation::default());
    Ok(data.map_err(|_| Error::from_status(StatusCode::UNAUTHORIZED))?.claims)
}

/// Verifies, and leaves who it is in the request.
struct Authenticated;

impl<E: Endpoint> Middleware<E> for Authenticated {
    type Output = AuthenticatedImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        AuthenticatedImpl(ep)
    }
}

struct AuthenticatedImpl<E>(E);

impl<E: Endpoint> Endpoint for AuthenticatedImpl<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> Result<Response> {
        let claims = verify(&req)?;
        req.set_data(claims);
        self.0.call(req).await.map(IntoResponse::into_response)
    }
}

/// Says in the log who nobody is.
struct Watched;

impl<E: Endpoint> Middleware<E> for Watched {
    type Output = WatchedImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        WatchedImpl(ep)
    }
}

struct WatchedImpl<E>(E);

impl<E: Endpoint> Endpoint for WatchedImpl<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        if verify(&req).is_err() {
            tracing::warn!("anonymous request");
        }
        self.0.call(req).await
    }
}

async fn around(ep: impl Endpoint, req: Request) -> Result<Response> {
    verify(&req)?;
    Ok(ep.get_response(req).await)
}

async fn afterwards(ep: impl Endpoint, req: Request) -> Result<Response> {
    let outcome = verify(&req);
    let response = ep.get_response(req).await;
    outcome?;
    Ok(response)
}

async fn before(req: Request) -> Result<Request> {
    verify(&req)?;
    Ok(req)
}

struct User(i64);

impl<'a> FromRequest<'a> for User {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(User(verify(req)?.sub))
    }
}

/// A header that is there.
struct Token(String);

impl<'a> FromRequest<'a> for Token {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let token = req.header("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Token(token.to_owned()))
    }
}

async fn save(db: &PgPool, author: i64, text: &str) -> Result<()> {
    let query = sqlx::query("INSERT INTO note (author, text) VALUES ($1, $2)").bind(author).bind(text.to_owned());
    query.execute(db).await.map_err(poem::error::InternalServerError)?;
    Ok(())
}

#[handler]
async fn write(db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, 0, &body).await
}

#[handler]
async fn write_looked_at(db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, 0, &body).await
}

#[handler]
async fn read(db: Data<&PgPool>, Path(id): Path<i64>) -> Result<String> {
    let query = sqlx::query_scalar("SELECT text FROM note WHERE id = $1").bind(id);
    query.fetch_one(db.0).await.map_err(poem::error::NotFound)
}

#[handler]
async fn write_own(user: User, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, user.0, &body).await
}

#[handler]
async fn write_claimed(claims: Data<&Claims>, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, claims.sub, &body).await
}

#[handler]
async fn write_insisting(user: Option<User>, db: Data<&PgPool>, body: String) -> Result<()> {
    let user = user.ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
    save(&db, user.0, &body).await
}

#[handler]
async fn write_by_hand(req: &Request, db: Data<&PgPool>, body: Body) -> Result<()> {
    let user = User::from_request_without_body(req).await?;
    save(&db, user.0, &body.into_string().await?).await
}

#[handler]
async fn write_maybe(user: Option<User>, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, user.map_or(0, |it| it.0), &body).await
}

#[handler]
async fn write_with_token(token: Token, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, token.0.len() as i64, &body).await
}

#[handler]
fn health() -> &'static str {
    "ok"
}

fn notes() -> Route {
    Route::new().at("/", post(write)).at("/:id", get(read).delete(write))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Route::new()
        // near miss: middleware of our own around a nested router
        .nest("/notes", notes().with(Authenticated))
        // near miss: a function around it
        .nest("/around", notes().around(around))
        // near miss: a function before it, with other middleware around that
        .nest("/before", notes().before(before).with(Tracing))
        // near miss: several of them, of which one authenticates
        .nest("/several", notes().with((Tracing, Authenticated, Watched)))
        // near miss: middleware on the one method that writes
        .at("/method/:id", get(read).delete(write.with(Authenticated)))
        // near miss: an extractor that verifies
        .at("/own", post(write_own))
        // near miss: what verified middleware left in the request
        .at("/claimed", post(write_claimed).with(Authenticated))
        // near miss: an optional extractor that the body insists on
        .at("/insisting", post(write_insisting))
        // near miss: an extractor that the body runs
        .at("/by-hand", put(write_by_hand))
        // near miss: it says that it is well
        .at("/health", get(health))
        .at("/maybe", post(write_maybe)) //~ missing-authentication
        .at("/stamped", post(write_with_token)) //~ missing-authentication
        .at("/looked-at", post(write_looked_at.with(Watched))) //~ missing-authentication
        .at("/afterwards", post(write).around(afterwards)) //~ missing-authentication
        .with(Tracing)
        .data(Arc::new(DecodingKey::from_secret(secret.as_bytes())))
        .data(db);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
