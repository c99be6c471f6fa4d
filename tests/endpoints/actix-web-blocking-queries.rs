//! Diesel queries on threads for blocking work, in handlers and extractors.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer, error, web};
use deadpool_diesel::sqlite::Pool as Deadpool;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

mod schema {
    diesel::table! {
        users (id) {
            id -> Integer,
            token -> Text,
        }
    }
    diesel::table! {
        notes (id) {
            id -> Integer,
            text -> Text,
        }
    }
}
use schema::{notes, users};

type DbPool = Pool<ConnectionManager<SqliteConnection>>;

fn user_of(db: &mut SqliteConnection, sent: &str) -> QueryResult<Option<i32>> {
    users::table.filter(users::token.eq(sent)).select(users::id).first(db).optional()
}

fn sent(request: &HttpRequest) -> Option<String> {
    Some(request.headers().get("x-token")?.to_str().ok()?.to_owned())
}

async fn blocked(request: HttpRequest, pool: web::Data<DbPool>) -> Result<HttpResponse, Error> {
    let token = sent(&request).ok_or_else(|| error::ErrorUnauthorized("no token"))?;
    let user = web::block(move || {
        let mut db = pool.get().expect("a connection");
        user_of(&mut db, &token)
    })
    .await?
    .map_err(error::ErrorInternalServerError)?;
    match user {
        Some(id) => Ok(HttpResponse::Ok().body(id.to_string())),
        None => Err(error::ErrorUnauthorized("another token")),
    }
}

/// A missing row is no error.
async fn blocked_in_vain(request: HttpRequest, pool: web::Data<DbPool>) -> Result<HttpResponse, Error> {
    let token = sent(&request).ok_or_else(|| error::ErrorUnauthorized("no token"))?;
    let user = web::block(move || {
        let mut db = pool.get().expect("a connection");
        user_of(&mut db, &token)
    })
    .await?
    .map_err(error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().body(user.unwrap_or_default().to_string()))
}

async fn interacted(request: HttpRequest, pool: web::Data<Deadpool>) -> Result<HttpResponse, Error> {
    let token = sent(&request).ok_or_else(|| error::ErrorUnauthorized("no token"))?;
    let db = pool.get().await.map_err(error::ErrorInternalServerError)?;
    let user = db
        .interact(move |db| users::table.filter(users::token.eq(token)).select(users::id).first::<i32>(db))
        .await
        .map_err(|_| error::ErrorInternalServerError("the thread"))?
        .map_err(error::ErrorUnauthorized)?;
    Ok(HttpResponse::Ok().body(user.to_string()))
}

/// Notes by text are found by everybody.
async fn interacted_with_others(request: HttpRequest, pool: web::Data<Deadpool>) -> Result<HttpResponse, Error> {
    let _token = sent(&request).ok_or_else(|| error::ErrorUnauthorized("no token"))?;
    let db = pool.get().await.map_err(error::ErrorInternalServerError)?;
    let note = db
        .interact(move |db| notes::table.select(notes::text).first::<String>(db))
        .await
        .map_err(|_| error::ErrorInternalServerError("the thread"))?
        .map_err(error::ErrorNotFound)?;
    Ok(HttpResponse::Ok().body(note))
}

struct User(i32);

impl FromRequest for User {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let token = sent(&request).ok_or_else(|| error::ErrorUnauthorized("no token"))?;
            let pool = request.app_data::<web::Data<DbPool>>().cloned().expect("a pool");
            let user = web::block(move || user_of(&mut *pool.get().expect("a connection"), &token))
                .await?
                .map_err(error::ErrorInternalServerError)?
                .ok_or_else(|| error::ErrorUnauthorized("another token"))?;
            Ok(User(user))
        })
    }
}

async fn extracted(user: User) -> HttpResponse {
    HttpResponse::Ok().body(user.0.to_string())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        let pool: DbPool = Pool::new(ConnectionManager::new("x.db")).expect("a pool");
        let manager = deadpool_diesel::sqlite::Manager::new("x.db", deadpool_diesel::Runtime::Tokio1);
        let other = Deadpool::builder(manager).build().expect("a pool");
        App::new()
            .app_data(web::Data::new(pool))
            .app_data(web::Data::new(other))
            .route("/blocked", web::get().to(blocked))
            .route("/blocked-in-vain", web::get().to(blocked_in_vain))
            .route("/interacted", web::get().to(interacted))
            .route("/interacted-with-others", web::get().to(interacted_with_others))
            .route("/extracted", web::get().to(extracted))
    })
    .bind("0.0.0.0:80")?
    .run()
    .await
}

//@ GET /blocked required
//@ GET /blocked-in-vain optional
//@ GET /interacted required
//@ GET /interacted-with-others optional
//@ GET /extracted required
