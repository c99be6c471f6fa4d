//! Query documents of MongoDB that requests write.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use mongodb::bson::{self, Bson, Document, doc, oid::ObjectId};
use mongodb::{Collection, Database};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize, Serialize)]
struct User {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct Login {
    name: Value,
    password: Value,
}

#[derive(Deserialize, Serialize)]
struct Typed {
    name: String,
    age: Option<u32>,
    tags: Vec<String>,
}

async fn whole(State(db): State<Database>, Json(filter): Json<Document>) -> String {
    let users: Collection<User> = db.collection("users");
    users.find_one(filter).await.is_ok().to_string() //~ nosql-injection
}

async fn values(State(db): State<Database>, Json(login): Json<Login>) -> String {
    let users: Collection<User> = db.collection("users");
    let Ok(name) = bson::to_bson(&login.name) else { return String::new() };
    let Ok(password) = bson::to_bson(&login.password) else { return String::new() };
    let filter = doc! { "name": name, "password": password };
    users.find_one(filter).await.is_ok().to_string() //~ nosql-injection
}

async fn converted(State(db): State<Database>, Json(filter): Json<Value>) -> String {
    let users: Collection<User> = db.collection("users");
    let Ok(filter) = bson::to_document(&filter) else { return String::new() };
    users.delete_many(filter).await.is_ok().to_string() //~ nosql-injection
}

async fn read_from_text(State(db): State<Database>, Query(query): Query<HashMap<String, String>>) -> String {
    let users: Collection<User> = db.collection("users");
    let text = query.get("filter").cloned().unwrap_or_default();
    let Ok(filter) = serde_json::from_str::<Document>(&text) else { return String::new() };
    users.count_documents(filter).await.unwrap_or_default().to_string() //~ nosql-injection
}

async fn any_field(State(db): State<Database>, Query(query): Query<HashMap<String, String>>) -> String {
    let users: Collection<User> = db.collection("users");
    let Ok(filter) = bson::to_document(&query) else { return String::new() };
    users.find(filter).await.is_ok().to_string() //~ nosql-injection
}

async fn code(State(db): State<Database>, Path(name): Path<String>) -> String {
    let users: Collection<User> = db.collection("users");
    let script = format!("this.name == '{name}'");
    users.find(doc! { "$where": script }).await.is_ok().to_string() //~ nosql-injection
}

async fn pipeline(State(db): State<Database>, Json(stages): Json<Vec<Document>>) -> String {
    let users: Collection<User> = db.collection("users");
    users.aggregate(stages).await.is_ok().to_string() //~ nosql-injection
}

async fn updated(State(db): State<Database>, Json(filter): Json<Document>) -> String {
    let users: Collection<User> = db.collection("users");
    users.update_one(filter, doc! { "$set": { "seen": true } }).await.is_ok().to_string() //~ nosql-injection
}

async fn text(State(db): State<Database>, Json(login): Json<User>) -> String {
    let users: Collection<User> = db.collection("users");
    // near miss: a text is no operator
    let filter = doc! { "name": &login.name, "password": &login.password };
    users.find_one(filter).await.is_ok().to_string()
}

async fn of_path(State(db): State<Database>, Path(name): Path<String>) -> String {
    let users: Collection<User> = db.collection("users");
    // near miss: a text is no operator
    users.find_one(doc! { "name": name }).await.is_ok().to_string()
}

async fn struct_of_texts(State(db): State<Database>, Json(typed): Json<Typed>) -> String {
    let users: Collection<User> = db.collection("users");
    // near miss: each field is a text, a number or a list of texts
    let Ok(filter) = bson::to_document(&typed) else { return String::new() };
    users.find_one(filter).await.is_ok().to_string()
}

async fn by_id(State(db): State<Database>, Path(id): Path<String>) -> String {
    let users: Collection<User> = db.collection("users");
    let Ok(id) = ObjectId::parse_str(&id) else { return String::new() };
    // near miss: an identifier has a form
    users.find_one(doc! { "_id": id }).await.is_ok().to_string()
}

async fn inserted(State(db): State<Database>, Json(user): Json<Value>) -> String {
    let rows: Collection<Value> = db.collection("rows");
    // near miss: what is stored is no query
    rows.insert_one(user).await.is_ok().to_string()
}

async fn one_of_a_map(State(db): State<Database>, Query(query): Query<HashMap<String, String>>) -> String {
    let users: Collection<User> = db.collection("users");
    let Some(name) = query.get("name") else { return String::new() };
    // near miss: one value of a map of texts
    users.find_one(doc! { "name": name }).await.is_ok().to_string()
}

async fn as_text(State(db): State<Database>, Json(login): Json<Login>) -> String {
    let users: Collection<User> = db.collection("users");
    let Some(name) = login.name.as_str() else { return String::new() };
    // near miss: a JSON value that has to be a text
    users.find_one(doc! { "name": name }).await.is_ok().to_string()
}

async fn changed(State(db): State<Database>, Path(id): Path<uuid::Uuid>, Json(patch): Json<Typed>) -> String {
    let users: Collection<User> = db.collection("users");
    // near miss: what is set is no query
    let change = doc! { "$set": { "name": patch.name } };
    users.update_one(doc! { "id": id.to_string() }, change).await.is_ok().to_string()
}

async fn counted(State(db): State<Database>, Query(typed): Query<Typed>) -> String {
    let users: Collection<User> = db.collection("users");
    // near miss: a number, under an operator of the program's own
    let filter = doc! { "age": { "$gt": typed.age.unwrap_or_default() } };
    users.count_documents(filter).await.unwrap_or_default().to_string()
}

async fn listed(State(db): State<Database>, Json(typed): Json<Typed>) -> String {
    let users: Collection<User> = db.collection("users");
    // near miss: a list of texts
    users.find(doc! { "tags": { "$in": typed.tags } }).await.is_ok().to_string()
}

async fn wrapped(State(db): State<Database>, Json(user): Json<User>) -> String {
    let users: Collection<User> = db.collection("users");
    // near miss: a text as a value of BSON
    users.find_one(doc! { "name": Bson::String(user.name) }).await.is_ok().to_string()
}

fn app() -> Router<Database> {
    Router::new()
        .route("/1", post(whole))
        .route("/2", post(values))
        .route("/3", post(converted))
        .route("/4", get(read_from_text))
        .route("/5", get(any_field))
        .route("/6/{name}", get(code))
        .route("/7", post(pipeline))
        .route("/8", post(updated))
        .route("/9", post(text))
        .route("/10/{name}", get(of_path))
        .route("/11", post(struct_of_texts))
        .route("/12/{id}", get(by_id))
        .route("/13", post(inserted))
        .route("/14", get(one_of_a_map))
        .route("/15", post(as_text))
        .route("/16/{id}", post(changed))
        .route("/17", get(counted))
        .route("/18", post(listed))
        .route("/19", post(wrapped))
}

fn main() {}
