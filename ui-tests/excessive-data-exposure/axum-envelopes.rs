//! Answers that hold rows in envelopes, lists, enums and generic types.

use actix_web::{HttpResponse, Responder, web};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize, Serializer};
use sqlx::PgPool;

#[derive(Serialize)]
struct Envelope<T> {
    data: T,
    next: Option<i64>,
}

#[derive(Serialize, sqlx::FromRow)]
struct Member {
    id: i64,
    hashed_password: String, //~ excessive-data-exposure
}

#[derive(Serialize, sqlx::FromRow)]
struct Device {
    id: i64,
    #[serde(rename = "secret")]
    mfa_secret: Vec<u8>, //~ excessive-data-exposure
}

#[derive(Serialize)]
struct Overview {
    devices: Vec<Device>,
}

#[derive(Serialize, sqlx::FromRow)]
struct Operator {
    name: String,
    password: String, //~ excessive-data-exposure
}

#[derive(Serialize, sqlx::FromRow)]
struct Invited {
    email: String,
    reset_token: Option<String>, // missed: excessive-data-exposure
}

#[derive(Serialize, sqlx::FromRow)]
struct Hidden {
    id: i64,
    #[serde(skip)]
    password_hash: String, // near miss: serde skips it
}

fn masked<S: Serializer>(_: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("***")
}

#[derive(Serialize, sqlx::FromRow)]
struct Masked {
    id: i64,
    #[serde(serialize_with = "masked")]
    password_hash: String, // near miss: written in a way of its own
}

#[derive(Serialize)]
struct Created {
    name: String,
    password: String, // near miss: told once, no row
}

#[derive(Serialize, sqlx::FromRow)]
struct Checked {
    id: i64,
    password_hash: bool, // near miss: no text
}

#[derive(Serialize, sqlx::FromRow)]
struct Inner {
    id: i64,
    password_hash: String, // near miss: turned into another type
}

#[derive(Serialize)]
struct Shown {
    id: i64,
}

impl From<Inner> for Shown {
    fn from(inner: Inner) -> Self {
        Shown { id: inner.id }
    }
}

#[derive(Serialize, sqlx::FromRow)]
struct Kept {
    id: i64,
    password_hash: String, // near miss: written to a file, and not into an answer
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password_hash: String, // near miss: only read
}

fn failed(_: sqlx::Error) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn members(State(db): State<PgPool>) -> Result<Json<Envelope<Vec<Member>>>, StatusCode> {
    let data = sqlx::query_as("SELECT * FROM members").fetch_all(&db).await.map_err(failed)?;
    Ok(Json(Envelope { data, next: None }))
}

async fn devices(State(db): State<PgPool>) -> impl IntoResponse {
    let found = sqlx::query_as::<_, Device>("SELECT * FROM devices").fetch_all(&db).await;
    match found {
        Ok(devices) => Json(Overview { devices }).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn operator(State(db): State<PgPool>, Path(id): Path<i64>) -> Result<impl IntoResponse, StatusCode> {
    let operator: Operator = sqlx::query_as("SELECT * FROM operators WHERE id = $1").bind(id).fetch_one(&db).await.map_err(failed)?;
    Ok((StatusCode::OK, Json(operator)))
}

async fn invited(db: web::Data<PgPool>) -> impl Responder {
    let found = sqlx::query_as::<_, Invited>("SELECT * FROM invited").fetch_optional(db.get_ref()).await;
    match found {
        Ok(Some(invited)) => HttpResponse::Ok().json(invited),
        _ => HttpResponse::NotFound().finish(),
    }
}

async fn hidden(State(db): State<PgPool>) -> Result<Json<Vec<Hidden>>, StatusCode> {
    sqlx::query_as("SELECT * FROM hidden").fetch_all(&db).await.map(Json).map_err(failed)
}

async fn masked_ones(State(db): State<PgPool>) -> Result<Json<Vec<Masked>>, StatusCode> {
    sqlx::query_as("SELECT * FROM masked").fetch_all(&db).await.map(Json).map_err(failed)
}

async fn created() -> Json<Created> {
    Json(Created { name: "a".to_owned(), password: uuid::Uuid::new_v4().to_string() })
}

async fn checked(State(db): State<PgPool>) -> Result<Json<Vec<Checked>>, StatusCode> {
    sqlx::query_as("SELECT id, password_hash IS NOT NULL AS password_hash FROM users").fetch_all(&db).await.map(Json).map_err(failed)
}

async fn shown(State(db): State<PgPool>, Path(id): Path<i64>) -> Result<Json<Shown>, StatusCode> {
    let inner: Inner = sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(id).fetch_one(&db).await.map_err(failed)?;
    Ok(Json(inner.into()))
}

async fn kept(State(db): State<PgPool>) -> Result<StatusCode, StatusCode> {
    let all: Vec<Kept> = sqlx::query_as("SELECT * FROM users").fetch_all(&db).await.map_err(failed)?;
    let text = serde_json::to_vec(&all).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    std::fs::write("/var/backups/users.json", text).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn login(Json(login): Json<Login>) -> Json<bool> {
    Json(login.name.len() == login.password_hash.len())
}

fn app(db: PgPool) -> Router {
    Router::new()
        .route("/members", get(members))
        .route("/devices", get(devices))
        .route("/operators/{id}", get(operator))
        .route("/hidden", get(hidden))
        .route("/masked", get(masked_ones))
        .route("/created", post(created))
        .route("/checked", get(checked))
        .route("/shown/{id}", get(shown))
        .route("/kept", post(kept))
        .route("/login", post(login))
        .with_state(db)
}

fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/invited").route(web::get().to(invited)));
}

fn main() {}
