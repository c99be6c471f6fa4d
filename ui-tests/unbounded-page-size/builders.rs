//! Page sizes of queries that diesel and MongoDB build.

use actix_web::{App, HttpResponse, Responder, web};
use diesel::prelude::*;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
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

type Connections = web::Data<Pool<AsyncPgConnection>>;

fn answer(all: QueryResult<Vec<String>>) -> HttpResponse {
    match all {
        Ok(all) => HttpResponse::Ok().json(all),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn by_table(connections: Connections, page: web::Query<Page>) -> impl Responder {
    let mut connection = connections.get().await.unwrap_or_else(|error| panic!("{error}"));
    let query = note::table.select(note::text).order(note::id);
    answer(query.limit(page.limit).load(&mut connection).await) //~ unbounded-page-size
}

async fn by_box(connections: Connections, page: web::Query<Page>) -> impl Responder {
    let mut connection = connections.get().await.unwrap_or_else(|error| panic!("{error}"));
    let mut query = note::table.select(note::text).into_boxed();
    query = query.filter(note::owner.gt(0));
    query = query.limit(page.limit); //~ unbounded-page-size
    answer(query.load(&mut connection).await)
}

async fn from(connections: Connections, page: web::Query<Page>) -> impl Responder {
    let mut connection = connections.get().await.unwrap_or_else(|error| panic!("{error}"));
    let query = note::table.select(note::text);
    answer(query.limit(20).offset(page.page * 20).load(&mut connection).await) // near miss: the page, not its size
}

async fn no_more(connections: Connections, page: web::Query<Page>) -> impl Responder {
    let mut connection = connections.get().await.unwrap_or_else(|error| panic!("{error}"));
    let query = note::table.select(note::text);
    answer(query.limit(page.limit.min(100)).load(&mut connection).await) // near miss: bounded
}

struct Window {
    limit: i64,
}

impl Window {
    fn limit(&self, wanted: i64) -> i64 {
        self.limit.min(wanted)
    }
}

async fn by_window(connections: Connections, page: web::Query<Page>) -> impl Responder {
    let mut connection = connections.get().await.unwrap_or_else(|error| panic!("{error}"));
    let window = Window { limit: 50 };
    let query = note::table.select(note::text);
    answer(query.limit(window.limit(page.limit)).load(&mut connection).await) // near miss: a method of the program's own
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
