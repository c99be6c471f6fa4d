//! Passwords of requests that come to where they are kept under another name, in documents and in rows.

use axum::Router;
use axum::extract::{Json, State};
use axum::http::StatusCode;
use axum::routing::post;
use mongodb::bson::{Document, doc};
use mongodb::{Collection, Database};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[derive(Clone)]
struct Stores {
    rows: PgPool,
    documents: Database,
}

#[derive(Serialize, Deserialize)]
struct Account {
    name: String,
    password: String,
}

#[derive(Serialize)]
struct Exported<'a> {
    name: &'a str,
    password: &'a str,
}

async fn insert(db: &PgPool, name: &str, secret: &str) -> bool {
    let query = sqlx::query("INSERT INTO people (name, password) VALUES ($1, $2)").bind(name);
    query.bind(secret).execute(db).await.is_ok() //~ cleartext-storage
}

async fn rename(db: &PgPool, id: i64, text: &str) -> bool {
    // near miss: what it is called with is no password
    let query = sqlx::query("UPDATE people SET name = $1, password_changed = now() WHERE id = $2");
    query.bind(text).bind(id).execute(db).await.is_ok()
}

async fn register(State(stores): State<Stores>, Json(account): Json<Account>) -> StatusCode {
    let Account { name, password } = account;
    let trimmed = password.trim().to_owned();
    let done = insert(&stores.rows, &name, &trimmed).await && rename(&stores.rows, 7, &name).await;
    answer(done)
}

async fn register_hashed(State(stores): State<Stores>, Json(account): Json<Account>) -> StatusCode {
    let Ok(made) = bcrypt::hash(&account.password, 12) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    // near miss: the same helper with what a hash has made of it
    answer(insert_hashed(&stores.rows, &account.name, &made).await)
}

async fn insert_hashed(db: &PgPool, name: &str, made: &str) -> bool {
    let query = sqlx::query("INSERT INTO people (name, password) VALUES ($1, $2)").bind(name);
    query.bind(made).execute(db).await.is_ok()
}

fn record(name: &str, secret: String) -> Document {
    doc! { "name": name, "password": secret } //~ cleartext-storage
}

async fn register_document(State(stores): State<Stores>, Json(account): Json<Account>) -> StatusCode {
    let row = record(&account.name, account.password.clone());
    answer(stores.documents.collection::<Document>("people").insert_one(row).await.is_ok())
}

async fn register_whole(State(stores): State<Stores>, Json(account): Json<Account>) -> StatusCode {
    let people: Collection<Account> = stores.documents.collection("people");
    answer(people.insert_one(account).await.is_ok()) //~ cleartext-storage
}

async fn register_whole_hashed(State(stores): State<Stores>, Json(mut account): Json<Account>) -> StatusCode {
    let Ok(made) = bcrypt::hash(&account.password, 12) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    account.password = made;
    let people: Collection<Account> = stores.documents.collection("people");
    answer(people.insert_one(account).await.is_ok()) // near miss: hashed before
}

async fn export(Json(account): Json<Account>) -> StatusCode {
    let row = Exported { name: &account.name, password: &account.password };
    let Ok(text) = serde_json::to_vec_pretty(&row) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    answer(tokio::fs::write("last.json", text).await.is_ok()) //~ cleartext-storage
}

async fn export_name(Json(account): Json<Account>) -> StatusCode {
    let row = Exported { name: &account.name, password: "" };
    let Ok(text) = serde_json::to_vec_pretty(&row) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    answer(tokio::fs::write("last.json", text).await.is_ok()) // near miss: without the password
}

fn answer(done: bool) -> StatusCode {
    match done {
        true => StatusCode::CREATED,
        false => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn app(stores: Stores) -> Router {
    Router::new()
        .route("/people", post(register))
        .route("/people/hashed", post(register_hashed))
        .route("/people/document", post(register_document))
        .route("/people/whole", post(register_whole))
        .route("/people/whole/hashed", post(register_whole_hashed))
        .route("/people/export", post(export))
        .route("/people/export/name", post(export_name))
        .with_state(stores)
}

fn main() {}
