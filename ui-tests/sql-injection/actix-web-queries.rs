//! Statements that are made of requests, in actix-web.

use std::collections::HashMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::{ErrorBadRequest, ErrorInternalServerError};
use actix_web::{App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer, get, post, web};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Deserialize)]
struct Listing {
    sort: Option<String>,
    order: Option<Order>,
    page: Option<u32>,
    search: Option<String>,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "UPPERCASE")]
enum Order {
    Asc,
    Desc,
}

struct Schema(String);

impl FromRequest for Schema {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        match request.headers().get("x-schema").map(|it| it.to_str()) {
            Some(Ok(schema)) => ready(Ok(Schema(schema.to_string()))),
            _ => ready(Err(ErrorBadRequest("no schema"))),
        }
    }
}

struct Language(&'static str);

impl FromRequest for Language {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let german = request.headers().get("accept-language").is_some_and(|it| it.as_bytes().starts_with(b"de"));
        ready(Ok(Language(if german { "german" } else { "english" })))
    }
}

struct Repository<'a> {
    db: &'a PgPool,
}

impl Repository<'_> {
    async fn all(&self, sort: &str) -> Result<Vec<String>, sqlx::Error> {
        let statement = format!("SELECT name FROM item ORDER BY {sort}");
        sqlx::query_scalar(&statement).fetch_all(self.db).await //~ sql-injection
    }

    async fn page(&self, page: u32) -> Result<Vec<String>, sqlx::Error> {
        let statement = format!("SELECT name FROM item OFFSET {}", page * 20);
        sqlx::query_scalar(&statement).fetch_all(self.db).await // near miss: page
    }

    async fn in_language(&self, language: &str) -> Result<Vec<String>, sqlx::Error> {
        let statement = format!("SELECT name FROM item_{language}");
        sqlx::query_scalar(&statement).fetch_all(self.db).await // near miss: in language
    }
}

#[get("/sorted")]
async fn get_sorted(db: web::Data<PgPool>, listing: web::Query<Listing>) -> Result<HttpResponse, Error> {
    let sort = listing.sort.clone().unwrap_or_else(|| "id".to_string());
    let names = Repository { db: &db }.all(&sort).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(names))
}

#[get("/page")]
async fn get_page(db: web::Data<PgPool>, listing: web::Query<Listing>) -> Result<HttpResponse, Error> {
    let names = Repository { db: &db }.page(listing.page.unwrap_or(0)).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(names))
}

#[get("/language")]
async fn get_language(db: web::Data<PgPool>, language: Language) -> Result<HttpResponse, Error> {
    let names = Repository { db: &db }.in_language(language.0).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(names))
}

#[get("/ordered")]
async fn get_ordered(db: web::Data<PgPool>, listing: web::Query<Listing>) -> Result<HttpResponse, Error> {
    let order = listing.order.unwrap_or(Order::Asc);
    let statement = format!("SELECT name FROM item ORDER BY name {order:?}");
    let names: Vec<String> = sqlx::query_scalar(&statement).fetch_all(db.get_ref()).await.map_err(ErrorInternalServerError)?; // near miss: get ordered
    Ok(HttpResponse::Ok().json(names))
}

#[get("/dynamic")]
async fn get_dynamic(db: web::Data<PgPool>, listing: web::Query<Listing>) -> Result<HttpResponse, Error> {
    let Listing { sort, search, page, .. } = listing.into_inner();
    let mut statement = String::from("SELECT name FROM item WHERE true");
    if let Some(search) = search {
        statement += &format!(" AND name LIKE '%{search}%'");
    }
    if let Some(page) = page {
        statement += &format!(" OFFSET {page}");
    }
    let names: Vec<String> = sqlx::query_scalar(&statement) //~ sql-injection
        .fetch_all(db.get_ref())
        .await
        .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json((names, sort)))
}

#[get("/dynamic-bound")]
async fn get_dynamic_bound(db: web::Data<PgPool>, listing: web::Query<Listing>) -> Result<HttpResponse, Error> {
    let Listing { sort, search, page, .. } = listing.into_inner();
    let mut statement = String::from("SELECT name FROM item WHERE true");
    if search.is_some() {
        statement += " AND name LIKE $1";
    }
    if let Some(page) = page {
        statement += &format!(" OFFSET {page}");
    }
    let mut query = sqlx::query_scalar(&statement); // near miss: get dynamic bound
    if let Some(search) = search {
        query = query.bind(format!("%{search}%"));
    }
    let names: Vec<String> = query.fetch_all(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json((names, sort)))
}

#[get("/schema")]
async fn get_schema(db: web::Data<PgPool>, schema: Schema) -> Result<HttpResponse, Error> {
    let statement = format!("SELECT count(*) FROM {}.item", schema.0);
    let count: i64 = sqlx::query_scalar(&statement).fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)?; //~ sql-injection
    Ok(HttpResponse::Ok().json(count))
}

#[get("/tenant/{tenant}/{id}")]
async fn get_tenant(db: web::Data<PgPool>, path: web::Path<(String, uuid::Uuid)>) -> Result<HttpResponse, Error> {
    let (tenant, id) = path.into_inner();
    let statement = format!("SELECT name FROM item WHERE id = '{id}'");
    let _: Vec<String> = sqlx::query_scalar(&statement).fetch_all(db.get_ref()).await.map_err(ErrorInternalServerError)?; // near miss: get tenant
    let statement = format!("SELECT name FROM tenant_{tenant}");
    let names: Vec<String> = sqlx::query_scalar(&statement).fetch_all(&**db).await.map_err(ErrorInternalServerError)?; //~ sql-injection
    Ok(HttpResponse::Ok().json(names))
}

#[post("/update")]
async fn post_update(db: web::Data<PgPool>, body: web::Json<HashMap<String, serde_json::Value>>) -> Result<HttpResponse, Error> {
    let mut parts = Vec::new();
    for (index, column) in body.keys().enumerate() {
        parts.push(format!("{column} = ${}", index + 1));
    }
    // The names of the columns are the caller's.
    let statement = format!("UPDATE item SET {}", parts.join(", "));
    let mut query = sqlx::query(&statement); //~ sql-injection
    for value in body.values() {
        query = query.bind(value.to_string());
    }
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().finish())
}

#[post("/update-known")]
async fn post_update_known(db: web::Data<PgPool>, body: web::Json<HashMap<String, String>>) -> Result<HttpResponse, Error> {
    let mut parts = Vec::new();
    let mut values = Vec::new();
    for column in ["name", "price", "stock"] {
        if let Some(value) = body.get(column) {
            values.push(value);
            parts.push(format!("{column} = ${}", values.len()));
        }
    }
    let statement = format!("UPDATE item SET {}", parts.join(", "));
    let mut query = sqlx::query(&statement); // near miss: post update known
    for value in values {
        query = query.bind(value);
    }
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().finish())
}

#[post("/import")]
async fn post_import(db: web::Data<PgPool>, body: web::Bytes) -> Result<HttpResponse, Error> {
    let text = String::from_utf8(body.to_vec()).map_err(ErrorBadRequest)?;
    for statement in text.split(';').filter(|it| !it.trim().is_empty()) {
        sqlx::query(statement).execute(db.get_ref()).await.map_err(ErrorInternalServerError)?; //~ sql-injection
    }
    Ok(HttpResponse::Ok().finish())
}

#[post("/import-lines")]
async fn post_import_lines(db: web::Data<PgPool>, body: String) -> Result<HttpResponse, Error> {
    for line in body.lines() {
        let Some((name, price)) = line.split_once(',') else { continue };
        let Ok(price) = price.parse::<i32>() else { continue };
        let statement = format!("UPDATE item SET price = {price} WHERE name = $1");
        sqlx::query(&statement).bind(name).execute(db.get_ref()).await.map_err(ErrorInternalServerError)?; // near miss: post import lines
    }
    Ok(HttpResponse::Ok().finish())
}

#[post("/import-lines-raw")]
async fn post_import_lines_raw(db: web::Data<PgPool>, body: String) -> Result<HttpResponse, Error> {
    for line in body.lines() {
        let Some((name, price)) = line.split_once(',') else { continue };
        let Ok(price) = price.parse::<i32>() else { continue };
        let statement = format!("UPDATE item SET price = {price} WHERE name = '{name}'");
        sqlx::query(&statement).execute(db.get_ref()).await.map_err(ErrorInternalServerError)?; //~ sql-injection
    }
    Ok(HttpResponse::Ok().finish())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .service((get_sorted, get_page, get_language, get_ordered, get_dynamic, get_dynamic_bound))
            .service((get_schema, get_tenant, post_update, post_update_known))
            .service((post_import, post_import_lines, post_import_lines_raw))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
