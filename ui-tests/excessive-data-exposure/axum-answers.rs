//! What axum's handlers answer with.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize, Serializer};
use sqlx::PgPool;

#[derive(Serialize, sqlx::FromRow)]
struct User {
    id: i64,
    password_hash: String, //~ excessive-data-exposure
}

async fn user(State(db): State<PgPool>) -> Result<Json<User>, StatusCode> {
    let found = sqlx::query_as("SELECT * FROM users LIMIT 1").fetch_one(&db).await;
    found.map(Json).map_err(|_| StatusCode::NOT_FOUND)
}

#[derive(Serialize, sqlx::FromRow)]
struct Member {
    id: i64,
    #[serde(rename = "pw")]
    password: String, //~ excessive-data-exposure
}

#[derive(Serialize)]
struct Team {
    name: String,
    members: Vec<Member>,
}

#[derive(Serialize)]
struct Page<T> {
    items: Vec<T>,
    total: usize,
}

async fn teams() -> Json<Page<Team>> {
    Json(Page { items: Vec::new(), total: 0 })
}

#[derive(Serialize, Clone)]
struct Account {
    email: String,
    hashed_password: Option<String>, //~ excessive-data-exposure
}

async fn account(State(db): State<PgPool>) -> impl IntoResponse {
    let account = Account { email: "ann@example.org".into(), hashed_password: None };
    (StatusCode::OK, Json(account))
}

#[derive(Serialize)]
enum Answer {
    Known(Row),
    Unknown,
}

#[derive(Serialize, sqlx::FromRow)]
struct Row {
    totp_secret: String, //~ excessive-data-exposure
}

async fn known() -> Response {
    Json(Answer::Unknown).into_response()
}

/// near miss: serde leaves it out
#[derive(Serialize, sqlx::FromRow)]
struct Skipped {
    id: i64,
    #[serde(skip)]
    password_hash: String,
}

async fn skipped() -> Json<Option<Skipped>> {
    Json(None)
}

/// near miss: written as stars
#[derive(Serialize, sqlx::FromRow)]
struct Masked {
    #[serde(serialize_with = "stars")]
    password_hash: String,
}

fn stars<S: Serializer>(_: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("***")
}

async fn masked() -> Json<Vec<Masked>> {
    Json(Vec::new())
}

/// near miss: read, and never written
#[derive(Deserialize, Serialize, sqlx::FromRow)]
struct Login {
    name: String,
    password: String,
}

async fn login(Json(login): Json<Login>) -> Json<String> {
    Json(login.name)
}

/// near miss: a row that is never answered with
#[derive(Serialize, sqlx::FromRow)]
struct Stored {
    id: i64,
    password_hash: String,
}

#[derive(Serialize)]
struct Shown {
    id: i64,
}

async fn shown(State(db): State<PgPool>) -> Result<Json<Shown>, StatusCode> {
    let found = sqlx::query_as::<_, Stored>("SELECT * FROM users LIMIT 1").fetch_one(&db).await;
    let found = found.map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(Json(Shown { id: found.id }))
}

/// near miss: it has just been made, and is told once
#[derive(Serialize)]
struct Fresh {
    password: String,
}

async fn fresh() -> Json<Fresh> {
    Json(Fresh { password: "made up".into() })
}

/// near miss: whether there is one
#[derive(Serialize, sqlx::FromRow)]
struct Flags {
    password: bool,
    totp_secret: bool,
}

async fn flags() -> Json<Vec<Flags>> {
    Json(Vec::new())
}

/// near miss: an impl of its own decides what is written
#[derive(sqlx::FromRow)]
struct Own {
    id: i64,
    password_hash: String,
}

impl Serialize for Own {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.id)
    }
}

async fn own() -> Json<Vec<Own>> {
    Json(Vec::new())
}

/// near miss: becomes another type before it is written
#[derive(Serialize, Clone, sqlx::FromRow)]
#[serde(into = "Public")]
struct Turned {
    id: i64,
    password_hash: String,
}

#[derive(Serialize)]
struct Public {
    id: i64,
}

impl From<Turned> for Public {
    fn from(it: Turned) -> Public {
        Public { id: it.id }
    }
}

async fn turned() -> Json<Vec<Turned>> {
    Json(Vec::new())
}

/// near miss: the error of a handler is not what it answers with
async fn failing() -> Result<Json<Shown>, Failed> {
    Err(Failed(Stored { id: 0, password_hash: String::new() }))
}

struct Failed(Stored);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

/// near miss: a page, which shows what the template shows
async fn page(State(db): State<PgPool>) -> Html<String> {
    let found = sqlx::query_as::<_, Stored>("SELECT * FROM users LIMIT 1").fetch_one(&db).await;
    Html(found.map(|it| it.id.to_string()).unwrap_or_default())
}

/// near miss: policies are no passwords
#[derive(Serialize, sqlx::FromRow)]
struct Policy {
    password_length: i32,
    password_hint: String,
    salt_grams: String,
}

async fn policy() -> Json<Vec<Policy>> {
    Json(Vec::new())
}

/// near miss: only part of it leaves
#[derive(Serialize)]
struct Wrapper {
    #[serde(skip)]
    inner: Vec<Stored>,
    count: usize,
}

async fn wrapped() -> Json<Wrapper> {
    Json(Wrapper { inner: Vec::new(), count: 0 })
}

fn app(db: PgPool) -> Router {
    Router::new()
        .route("/user", get(user))
        .route("/teams", get(teams))
        .route("/account", get(account))
        .route("/known", get(known))
        .route("/skipped", get(skipped))
        .route("/masked", get(masked))
        .route("/login", post(login))
        .route("/shown", get(shown))
        .route("/fresh", post(fresh))
        .route("/flags", get(flags))
        .route("/own", get(own))
        .route("/turned", get(turned))
        .route("/failing", get(failing))
        .route("/page", get(page))
        .route("/policy", get(policy))
        .route("/wrapped", get(wrapped))
        .with_state(db)
}

fn main() {}
