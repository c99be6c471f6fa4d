//! Secrets that come in headers, cookies, queries and bodies of any name: what they are compared
//! with, or looked up in, says that they are secrets.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sqlx::PgPool;
use subtle::ConstantTimeEq;

const NO: StatusCode = StatusCode::UNAUTHORIZED;

#[derive(Clone)]
struct App {
    pool: PgPool,
    secret: Arc<str>,
    version: String,
    operator: Operator,
    shared: Arc<Operator>,
}

#[derive(Clone)]
struct Operator {
    name: String,
    token: Option<String>,
    api_key: String,
    admin_password: String,
    page_token: String,
}

fn purge() {
    let _ = std::fs::remove_dir_all("/var/lib/shop");
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|it| it.to_str().ok())
}

//@ POST /header required
async fn header(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    if headers.get("x-static").map(|it| it.as_bytes()) != Some(app.secret.as_bytes()) {
        return Err(NO);
    }
    purge();
    Ok(())
}

//@ POST /header/const required
async fn header_const(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let given = text(&headers, "x-operator").ok_or(NO)?;
    if bool::from(given.as_bytes().ct_eq(app.operator.api_key.as_bytes())) {
        purge();
        return Ok(());
    }
    Err(NO)
}

// Who sends nothing passes where nothing is set.
//@ POST /header/unset conditional if app.operator.token is set
async fn header_unset(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    if text(&headers, "x-operator") != app.operator.token.as_deref() {
        return Err(NO);
    }
    purge();
    Ok(())
}

// The same behind a pointer.
//@ POST /header/shared conditional if app.shared.token is set
async fn header_shared(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let given = headers.get("x-operator").and_then(|it| it.to_str().ok());
    if given != app.shared.token.as_deref() {
        return Err(NO);
    }
    purge();
    Ok(())
}

//@ POST /header/shared/both required
async fn header_shared_both(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let given = headers.get("x-operator").and_then(|it| it.to_str().ok());
    match (given, app.shared.token.as_deref()) {
        (Some(given), Some(token)) if given == token => purge(),
        _ => return Err(NO),
    }
    Ok(())
}

// Near misses: neither is a secret.
//@ POST /header/version none
async fn header_version(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    if text(&headers, "x-client") != Some(app.version.as_str()) {
        return Err(StatusCode::CONFLICT);
    }
    purge();
    Ok(())
}

//@ POST /header/name none
async fn header_name(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    if text(&headers, "x-operator") != Some(app.operator.name.as_str()) {
        return Err(NO);
    }
    purge();
    Ok(())
}

#[derive(Deserialize)]
struct Asked {
    code: String,
    page: String,
}

//@ POST /query required
async fn query(State(app): State<App>, Query(asked): Query<Asked>) -> Result<(), StatusCode> {
    if asked.code != *app.secret {
        return Err(StatusCode::FORBIDDEN);
    }
    purge();
    Ok(())
}

// Near misses: where a list goes on, and as many letters as anybody likes.
//@ POST /query/page none
async fn query_page(State(app): State<App>, Query(asked): Query<Asked>) -> Result<(), StatusCode> {
    if asked.page != app.operator.page_token {
        return Err(StatusCode::GONE);
    }
    purge();
    Ok(())
}

//@ POST /query/length none
async fn query_length(State(app): State<App>, Query(asked): Query<Asked>) -> Result<(), StatusCode> {
    if asked.code.len() != app.operator.api_key.len() {
        return Err(StatusCode::FORBIDDEN);
    }
    purge();
    Ok(())
}

//@ POST /query/compared-late optional
async fn query_late(State(app): State<App>, Query(asked): Query<Asked>) -> Result<(), StatusCode> {
    purge();
    if asked.code != *app.secret {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(())
}

//@ POST /path/{code} required
async fn path(State(app): State<App>, Path(code): Path<String>) -> Result<(), StatusCode> {
    if code != app.operator.api_key {
        return Err(StatusCode::NOT_FOUND);
    }
    purge();
    Ok(())
}

#[derive(Deserialize)]
struct Ordered {
    approval: String,
    text: String,
}

//@ POST /form required
async fn form(State(app): State<App>, Form(ordered): Form<Ordered>) -> Result<(), StatusCode> {
    match app.operator.token.as_deref() == Some(ordered.approval.as_str()) {
        true => purge(),
        false => return Err(NO),
    }
    Ok(())
}

// Whoever logs in is not yet anybody.
//@ POST /login none
async fn login(
    State(app): State<App>,
    jar: CookieJar,
    Form(ordered): Form<Ordered>,
) -> Result<CookieJar, StatusCode> {
    if ordered.approval != app.operator.api_key {
        return Err(NO);
    }
    Ok(jar.add(Cookie::new("sid", "1")))
}

// A password is asked of people, to give them something.
//@ POST /unlock none
async fn unlock(State(app): State<App>, Json(ordered): Json<Ordered>) -> Result<(), StatusCode> {
    if ordered.approval != app.operator.admin_password {
        return Err(NO);
    }
    purge();
    Ok(())
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

fn claims(token: &str) -> Result<Claims, StatusCode> {
    let key = std::env::var("JWT_KEY").expect("JWT_KEY");
    let key = DecodingKey::from_secret(key.as_bytes());
    decode::<Claims>(token, &key, &Validation::default())
        .map(|it| it.claims)
        .map_err(|_| NO)
}

// As browsers do for web sockets.
//@ GET /stream required
async fn stream(Query(asked): Query<Asked>) -> Result<String, StatusCode> {
    let who = claims(&asked.code)?;
    std::fs::read_to_string(format!("/var/lib/shop/{}", who.sub)).map_err(|_| NO)
}

//@ POST /body required
async fn body(Json(ordered): Json<Ordered>) -> Result<(), StatusCode> {
    claims(&ordered.approval)?;
    purge();
    Ok(())
}

//@ POST /body/ignored optional
async fn body_ignored(Json(ordered): Json<Ordered>) -> Result<(), StatusCode> {
    let _ = claims(&ordered.approval);
    purge();
    Ok(())
}

//@ POST /reset-password none
async fn reset_password(Json(ordered): Json<Ordered>) -> Result<(), StatusCode> {
    claims(&ordered.approval)?;
    purge();
    Ok(())
}

async fn owner(pool: &PgPool, sql: &'static str, value: &str) -> Result<i64, StatusCode> {
    let found: Option<(i64,)> = sqlx::query_as(sql)
        .bind(value)
        .fetch_optional(pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(found.ok_or(NO)?.0)
}

//@ POST /cookie required
async fn cookie(State(app): State<App>, jar: CookieJar) -> Result<(), StatusCode> {
    let raw = jar.get("tok").ok_or(NO)?;
    let found: Option<(i64,)> =
        sqlx::query_as("select account from tokens where hash = sha256($1)")
            .bind(raw.value())
            .fetch_optional(&app.pool)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    found.ok_or(NO)?;
    purge();
    Ok(())
}

// Near misses: what they say, anybody may.
//@ POST /cookie/shop none
async fn cookie_shop(State(app): State<App>, jar: CookieJar) -> Result<(), StatusCode> {
    let raw = jar.get("shop").ok_or(NO)?;
    let found: Option<(i64,)> = sqlx::query_as("select id from shops where name = $1")
        .bind(raw.value())
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    found.ok_or(NO)?;
    purge();
    Ok(())
}

//@ POST /cookie/user none
async fn cookie_user(State(app): State<App>, jar: CookieJar) -> Result<(), StatusCode> {
    let raw = jar.get("u").ok_or(NO)?;
    let found: Option<(i64,)> = sqlx::query_as("select id from sessions where user_id = $1")
        .bind(raw.value())
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    found.ok_or(NO)?;
    purge();
    Ok(())
}

//@ POST /header/tenant none
async fn header_tenant(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let tenant = text(&headers, "x-tenant").ok_or(NO)?;
    owner(&app.pool, "select id from tokens where tenant = $1", tenant).await?;
    purge();
    Ok(())
}

fn app(app: App) -> Router {
    Router::new()
        .route("/header", post(header))
        .route("/header/const", post(header_const))
        .route("/header/unset", post(header_unset))
        .route("/header/shared", post(header_shared))
        .route("/header/shared/both", post(header_shared_both))
        .route("/header/version", post(header_version))
        .route("/header/name", post(header_name))
        .route("/header/tenant", post(header_tenant))
        .route("/query", post(query))
        .route("/query/page", post(query_page))
        .route("/query/length", post(query_length))
        .route("/query/compared-late", post(query_late))
        .route("/path/{code}", post(path))
        .route("/form", post(form))
        .route("/login", post(login))
        .route("/unlock", post(unlock))
        .route("/stream", get(stream))
        .route("/body", post(body))
        .route("/body/ignored", post(body_ignored))
        .route("/reset-password", post(reset_password))
        .route("/cookie", post(cookie))
        .route("/cookie/shop", post(cookie_shop))
        .route("/cookie/user", post(cookie_user))
        .with_state(app)
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect_lazy("postgres://localhost/shop").expect("an address");
    let secret = std::env::var("SECRET").expect("SECRET").into();
    let operator = Operator {
        name: "shop".into(),
        token: std::env::var("OPERATOR_TOKEN").ok(),
        api_key: std::env::var("OPERATOR_KEY").expect("OPERATOR_KEY"),
        admin_password: std::env::var("OPERATOR_PASSWORD").expect("OPERATOR_PASSWORD"),
        page_token: "first".into(),
    };
    let state = App {
        pool,
        secret,
        version: "1".into(),
        shared: Arc::new(operator.clone()),
        operator,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.expect("a port");
    axum::serve(listener, app(state)).await.expect("a server");
}
