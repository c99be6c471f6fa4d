//! Queries of MongoDB through repositories, builders and documents of requests.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{self, Bson, Document, doc};
use mongodb::{Collection, Database};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct Search {
    collection: String,
    filter: Value,
    limit: i64,
}

#[derive(Deserialize, Serialize)]
struct Note {
    title: String,
    tags: Vec<String>,
}

struct Store {
    notes: Collection<Document>,
}

impl Store {
    fn of(db: &Database) -> Self {
        Store { notes: db.collection("notes") }
    }

    async fn matching(&self, filter: Document) -> u64 {
        self.notes.count_documents(filter).await.unwrap_or(0) //~ nosql-injection
    }

    async fn called(&self, title: &str) -> u64 {
        self.notes.count_documents(doc! { "title": title }).await.unwrap_or(0) // near miss: a text
    }
}

async fn by_store(State(db): State<Database>, Json(filter): Json<Document>) -> String {
    Store::of(&db).matching(filter).await.to_string()
}

async fn by_store_called(State(db): State<Database>, Query(note): Query<HashMap<String, String>>) -> String {
    let title = note.get("title").map(String::as_str).unwrap_or_default();
    Store::of(&db).called(title).await.to_string()
}

async fn searched(State(db): State<Database>, Json(search): Json<Search>) -> Result<String, StatusCode> {
    let Ok(Bson::Document(filter)) = bson::to_bson(&search.filter) else {
        return Err(StatusCode::BAD_REQUEST);
    };
    let found = db.collection::<Document>("notes").find(filter).limit(search.limit.min(50)).await; //~ nosql-injection
    Ok(found.is_ok().to_string())
}

async fn parsed(State(db): State<Database>, Query(parameters): Query<HashMap<String, String>>) -> Option<String> {
    let filter: Document = serde_json::from_str(parameters.get("filter")?).ok()?;
    let done = db.collection::<Document>("notes").delete_many(filter).await; //~ nosql-injection
    Some(done.is_ok().to_string())
}

async fn piped(State(db): State<Database>, Json(stages): Json<Vec<Document>>) -> String {
    let mut pipeline = vec![doc! { "$match": { "public": true } }];
    pipeline.extend(stages);
    db.collection::<Document>("notes").aggregate(pipeline).await.is_ok().to_string() //~ nosql-injection
}

async fn coded(State(db): State<Database>, Path(name): Path<String>) -> String {
    let code = format!("this.name == '{name}'");
    let filter = doc! { "$where": code }; //~ nosql-injection
    db.collection::<Document>("users").find_one(filter).await.is_ok().to_string()
}

async fn in_actix(db: web::Data<Database>, query: web::Json<Value>) -> HttpResponse {
    let Ok(filter) = bson::to_document(&query.into_inner()) else {
        return HttpResponse::BadRequest().finish();
    };
    let update = doc! { "$set": { "seen": true } };
    let done = db.collection::<Document>("notes").update_many(filter, update).await; //~ nosql-injection
    HttpResponse::Ok().body(done.is_ok().to_string())
}

async fn keyed(State(db): State<Database>, Json(fields): Json<HashMap<String, String>>) -> String {
    let mut filter = Document::new();
    for (key, value) in fields {
        filter.insert(key, value);
    }
    db.collection::<Document>("notes").find_one(filter).await.is_ok().to_string() // missed: nosql-injection
}

async fn by_texts(State(db): State<Database>, Json(login): Json<Login>) -> String {
    let Login { name, password } = login;
    let filter = doc! { "name": &name, "password": { "$eq": password } };
    db.collection::<Document>("users").find_one(filter).await.is_ok().to_string() // near miss: texts
}

async fn inserted(State(db): State<Database>, Json(note): Json<Document>) -> String {
    db.collection::<Document>("notes").insert_one(note).await.is_ok().to_string() // near miss: what is stored
}

async fn updated(State(db): State<Database>, Path(id): Path<String>, Json(fields): Json<Document>) -> Option<String> {
    let id = ObjectId::parse_str(&id).ok()?;
    let change = doc! { "$set": fields };
    let done = db.collection::<Document>("notes").update_one(doc! { "_id": id }, change).await; // near miss: what is stored, and an id
    Some(done.is_ok().to_string())
}

async fn typed(State(db): State<Database>, Json(note): Json<Note>) -> Option<String> {
    let filter = bson::to_document(&note).ok()?;
    Some(db.collection::<Document>("notes").find_one(filter).await.is_ok().to_string()) // near miss: a struct of texts
}

async fn listed(State(db): State<Database>, Json(names): Json<Vec<String>>) -> String {
    let filter = doc! { "name": { "$in": names } };
    db.collection::<Document>("users").find(filter).await.is_ok().to_string() // near miss: a list of texts
}

async fn as_text(State(db): State<Database>, Json(body): Json<Value>) -> Option<String> {
    let name = body.get("name")?.as_str()?;
    Some(db.collection::<Document>("users").find_one(doc! { "name": name }).await.is_ok().to_string()) // near miss: a text out of the value
}

async fn paged(State(db): State<Database>, Query(search): Query<HashMap<String, u32>>) -> Option<String> {
    let skip = *search.get("skip")?;
    let found = db.collection::<Document>("notes").find(doc! {}).skip(skip.into()).await; // near miss: a number
    Some(found.is_ok().to_string())
}

async fn in_memory(Json(notes): Json<Vec<Note>>, Path(title): Path<String>) -> Option<String> {
    notes.iter().find(|it| it.title == title).map(|it| it.tags.join(",")) // near miss: another `find`
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/seen", web::post().to(in_actix));
}

fn app() -> Router<Database> {
    // Answers are of no interest here.
    Router::new()
        .route("/1", post(by_store).get(by_store_called).put(searched))
        .route("/2", post(piped).put(keyed))
        .route("/3/{name}", get(coded))
        .route("/4", get(|db: State<Database>, it: Query<HashMap<String, String>>| async { parsed(db, it).await.unwrap_or_default() }))
        .route("/5", post(by_texts).put(inserted).patch(listed))
        .route("/6/{id}", post(|db: State<Database>, id: Path<String>, it: Json<Document>| async { updated(db, id, it).await.unwrap_or_default() }))
        .route("/7", post(|db: State<Database>, it: Json<Note>| async { typed(db, it).await.unwrap_or_default() }))
        .route("/8", post(|db: State<Database>, it: Json<Value>| async { as_text(db, it).await.unwrap_or_default() }))
        .route("/9", get(|db: State<Database>, it: Query<HashMap<String, u32>>| async { paged(db, it).await.unwrap_or_default() }))
}

fn main() {}
