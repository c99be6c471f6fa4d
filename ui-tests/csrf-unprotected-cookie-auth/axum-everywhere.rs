//! A session behind a cookie that goes along with requests of any page, and what goes by it.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::routing::{delete, get, post, put};
use axum::{Form, Json, Router};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(serde::Deserialize)]
struct Transfer {
    to: i64,
    amount: i64,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
}

/// Who has signed in, by the cookie.
struct Visitor(i64);

impl FromRequestParts<AppState> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let jar = CookieJar::from_headers(&parts.headers);
        let token = jar.get("session").ok_or(StatusCode::UNAUTHORIZED)?.value().to_owned();
        let query = sqlx::query_scalar("SELECT account FROM session WHERE token = $1").bind(token);
        let row: Result<Option<i64>, _> = query.fetch_optional(&state.db).await;
        row.ok().flatten().map(Visitor).ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// Who has a token, in a header that no form can send.
struct Client(i64);

impl FromRequestParts<AppState> for Client {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        data.map(|it| Client(it.claims.sub)).map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

async fn login(State(state): State<AppState>, jar: CookieJar, Form((name, password)): Form<(String, String)>) -> Result<CookieJar, StatusCode> {
    let query = sqlx::query_scalar("SELECT hash FROM account WHERE name = $1").bind(name);
    let hash: Option<String> = query.fetch_optional(&state.db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    if !hash.is_some_and(|hash| bcrypt::verify(password, &hash).unwrap_or(false)) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let token = hex::encode(rand::random::<[u8; 32]>());
    let session = Cookie::build(("session", token)).secure(true).http_only(true).same_site(SameSite::None);
    Ok(jar.add(session))
}

async fn touch(db: &PgPool, by: i64, what: i64) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (account, what) VALUES ($1, $2)").bind(by).bind(what);
    if query.execute(db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn transfer(visitor: Visitor, State(state): State<AppState>, Form(form): Form<Transfer>) -> StatusCode {
    touch(&state.db, visitor.0, form.to + form.amount).await
}

async fn close(visitor: Visitor, State(state): State<AppState>) -> StatusCode {
    touch(&state.db, visitor.0, 0).await
}

async fn upload(visitor: Visitor, State(state): State<AppState>, mut files: Multipart) -> StatusCode {
    let field = files.next_field().await;
    touch(&state.db, visitor.0, i64::from(field.is_ok())).await
}

async fn transfer_json(visitor: Visitor, State(state): State<AppState>, Json(form): Json<Transfer>) -> StatusCode {
    touch(&state.db, visitor.0, form.to + form.amount).await
}

async fn transfer_bytes(visitor: Visitor, State(state): State<AppState>, body: Bytes) -> StatusCode {
    touch(&state.db, visitor.0, body.len() as i64).await
}

async fn transfer_with_header(visitor: Visitor, State(state): State<AppState>, headers: HeaderMap) -> StatusCode {
    if !headers.contains_key("x-requested-with") {
        return StatusCode::BAD_REQUEST;
    }
    touch(&state.db, visitor.0, 0).await
}

async fn by_client(client: Client, State(state): State<AppState>, Form(form): Form<Transfer>) -> StatusCode {
    touch(&state.db, client.0, form.to + form.amount).await
}

async fn replace(visitor: Visitor, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    touch(&state.db, visitor.0, id).await
}

async fn remove(visitor: Visitor, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    touch(&state.db, visitor.0, id).await
}

async fn own(visitor: Visitor, State(state): State<AppState>) -> Result<Json<Vec<i64>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT what FROM event WHERE account = $1").bind(visitor.0);
    query.fetch_all(&state.db).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn search(_: Visitor, State(state): State<AppState>, Form(what): Form<i64>) -> Result<Json<Vec<i64>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT account FROM event WHERE what = $1").bind(what);
    query.fetch_all(&state.db).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/login", post(login)) // near miss: a login goes by what is in the form
        .route("/transfers", post(transfer)) //~ csrf-unprotected-cookie-auth
        .route("/account/close", post(close)) //~| csrf-unprotected-cookie-auth
        .route("/files", post(upload)) //~| csrf-unprotected-cookie-auth
        .route("/json", post(transfer_json)) // near miss: no form sends JSON
        .route("/bytes", post(transfer_bytes)) // near miss: who knows what these bytes must be
        .route("/header", post(transfer_with_header)) // near miss: the headers may be looked at
        .route("/client", post(by_client)) // near miss: goes by a header that no form can send
        .route("/items/{id}", put(replace).delete(remove)) // near miss: no form sends `PUT` or `DELETE`
        .route("/own", get(own)) // near miss: changes nothing
        .route("/search", post(search)) // near miss: only asks
        .route("/old/{id}", delete(remove)) // near miss: no form sends `DELETE`
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()) };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
