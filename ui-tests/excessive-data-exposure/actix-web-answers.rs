//! What actix-web's handlers answer with.

use actix_web::{HttpRequest, HttpResponse, Responder, Result, get, post, web};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[derive(Serialize, sqlx::FromRow)]
struct User {
    id: i64,
    password_hash: String, //~ excessive-data-exposure
}

#[get("/users/{id}")]
async fn user(db: web::Data<PgPool>, id: web::Path<i64>) -> impl Responder {
    let found: std::result::Result<User, sqlx::Error> =
        sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(id.into_inner()).fetch_one(db.get_ref()).await;
    match found {
        Ok(user) => HttpResponse::Ok().json(user),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

#[derive(Serialize, sqlx::FromRow)]
struct Account {
    email: String,
    salt: Vec<u8>, //~ excessive-data-exposure
}

#[get("/accounts")]
async fn accounts() -> Result<web::Json<Vec<Account>>> {
    Ok(web::Json(Vec::new()))
}

/// near miss: left out when it is written
#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Skipped {
    email: String,
    #[serde(skip_serializing)]
    password: String,
}

#[get("/skipped")]
async fn skipped() -> impl Responder {
    let all: Vec<Skipped> = Vec::new();
    HttpResponse::Ok().json(all)
}

/// near miss: a body that is read
#[derive(Deserialize, Serialize)]
struct Credentials {
    name: String,
    password: String,
}

#[post("/login")]
async fn login(credentials: web::Json<Credentials>) -> impl Responder {
    HttpResponse::Ok().json(&credentials.name)
}

/// near miss: told once, when it is made
#[derive(Serialize)]
struct Made {
    password: String,
}

#[post("/reset")]
async fn reset() -> web::Json<Made> {
    web::Json(Made { password: "made up".into() })
}

#[derive(Serialize, sqlx::FromRow)]
struct Hidden {
    id: i64,
    password_hash: String,
}

#[derive(Serialize)]
struct View {
    id: i64,
}

#[get("/view")]
async fn view(db: web::Data<PgPool>) -> impl Responder {
    let found = sqlx::query_as::<_, Hidden>("SELECT * FROM users LIMIT 1").fetch_one(db.get_ref()).await;
    match found {
        Ok(it) => HttpResponse::Ok().json(View { id: it.id }), // near miss: only what the view has
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

#[get("/ids")]
async fn ids(db: web::Data<PgPool>) -> impl Responder {
    let found = sqlx::query_as::<_, Hidden>("SELECT * FROM users").fetch_all(db.get_ref()).await.unwrap_or_default();
    let ids: Vec<i64> = found.into_iter().map(|it| it.id).collect();
    HttpResponse::Ok().json(ids) // near miss: numbers made of the rows
}

#[get("/count")]
async fn amount(db: web::Data<PgPool>) -> impl Responder {
    let found = sqlx::query_as::<_, Hidden>("SELECT * FROM users").fetch_all(db.get_ref()).await.unwrap_or_default();
    HttpResponse::Ok().json(found.len()) // near miss: how many there are
}

#[get("/text")]
async fn text(db: web::Data<PgPool>) -> impl Responder {
    let found = sqlx::query_as::<_, Hidden>("SELECT * FROM users").fetch_all(db.get_ref()).await.unwrap_or_default();
    HttpResponse::Ok().body(format!("{} users", found.len())) // near miss: a text
}

fn log(row: &Hidden) -> String {
    serde_json::to_string(&row.id).unwrap_or_default()
}

#[get("/logged")]
async fn logged(request: HttpRequest) -> impl Responder {
    let row = Hidden { id: 1, password_hash: String::new() };
    HttpResponse::Ok().body(log(&row)) // near miss: a function that writes the number
}

/// near miss: whether there is a password
#[derive(Serialize, sqlx::FromRow)]
struct Flags {
    password: bool,
    password_changed: i64,
}

#[get("/flags")]
async fn flags() -> web::Json<Option<Flags>> {
    web::Json(None)
}

/// near miss: a secret that clients are there for
#[derive(Serialize)]
struct Enrolment {
    totp_secret: String,
    url: String,
}

#[post("/enrol")]
async fn enrol() -> web::Json<Enrolment> {
    web::Json(Enrolment { totp_secret: "made up".into(), url: String::new() })
}

fn configure(config: &mut web::ServiceConfig) {
    config
        .service(user)
        .service(accounts)
        .service(skipped)
        .service(login)
        .service(reset)
        .service(view)
        .service(ids)
        .service(amount)
        .service(text)
        .service(logged)
        .service(flags)
        .service(enrol);
}

fn main() {}
