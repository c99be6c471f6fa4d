//! Page sizes of queries that diesel and MongoDB build.

use actix_web::{App, HttpResponse, Responder, web};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Document, doc};
use serde::Deserialize;

diesel::table! {
    note (id) {
        id -> Integer,
        owner -> Integer,
        text -> Text,
    }
}

#[derive(Deserialize)]
struct Page {
    limit: i64,
    page: i64,
}

fn connect() -> PgConnection {
    PgConnection::establish("postgres://localhost/notes").unwrap_or_else(|error| panic!("{error}"))
}

fn answer(all: QueryResult<Vec<String>>) -> HttpResponse {
    match all {
        Ok(all) => HttpResponse::Ok().json(all),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn by_table(page: web::Query<Page>) -> impl Responder {
    let query = note::table.select(note::text).order(note::id);
    answer(query.limit(page.limit).load(&mut connect())) //~ unbounded-page-size
}

async fn by_box(page: web::Query<Page>) -> impl Responder {
    let mut query = note::table.select(note::text).into_boxed();
    query = query.filter(note::owner.gt(0));
    query = query.limit(page.limit); //~ unbounded-page-size
    answer(query.load(&mut connect()))
}

async fn from(page: web::Query<Page>) -> impl Responder {
    let query = note::table.select(note::text);
    answer(query.limit(20).offset(page.page * 20).load(&mut connect())) // near miss: the page, not its size
}

async fn no_more(page: web::Query<Page>) -> impl Responder {
    let query = note::table.select(note::text);
    answer(query.limit(page.limit.min(100)).load(&mut connect())) // near miss: bounded
}

struct Window {
    limit: i64,
}

impl Window {
    fn limit(&self, wanted: i64) -> i64 {
        self.limit.min(wanted)
    }
}

async fn by_window(page: web::Query<Page>) -> impl Responder {
    let window = Window { limit: 50 };
    let query = note::table.select(note::text);
    answer(query.limit(window.limit(page.limit)).load(&mut connect())) // near miss: a method of the program's own
}

async fn documents(notes: web::Data<Collection<Document>>, page: web::Query<Page>) -> impl Responder {
    let cursor = notes.find(doc! { "shown": true }).limit(page.limit).await; //~ unbounded-page-size
    match cursor {
        Ok(cursor) => HttpResponse::Ok().json(cursor.try_collect::<Vec<Document>>().await.unwrap_or_default()),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn few_documents(notes: web::Data<Collection<Document>>, page: web::Query<Page>) -> impl Responder {
    let limit = if page.limit < 100 { page.limit } else { 100 };
    let cursor = notes.find(doc! { "shown": true }).limit(limit).await; // near miss: by a condition
    match cursor {
        Ok(cursor) => HttpResponse::Ok().json(cursor.try_collect::<Vec<Document>>().await.unwrap_or_default()),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

pub fn app() -> App<impl actix_web::dev::ServiceFactory<actix_web::dev::ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()>> {
    App::new()
        .route("/1", web::get().to(by_table))
        .route("/2", web::get().to(by_box))
        .route("/3", web::get().to(from))
        .route("/4", web::get().to(no_more))
        .route("/5", web::get().to(by_window))
        .route("/6", web::get().to(documents))
        .route("/7", web::get().to(few_documents))
}

fn main() {}
