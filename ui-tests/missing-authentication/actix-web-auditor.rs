//! What only an auditor wants to see: every open read, each at its place.
//@ persona: auditor

use actix_identity::Identity;
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::{App, HttpServer, Result, get, web};
use sqlx::PgPool;

// near miss: not even an auditor wants to hear of it
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

// near miss: this read asks for an identity
#[get("/drafts")]
async fn drafts(user: Identity, db: web::Data<PgPool>) -> Result<String> {
    let author = user.id().map_err(ErrorUnauthorized)?;
    let query = sqlx::query_scalar("SELECT string_agg(title, ',') FROM draft WHERE author = $1").bind(author);
    query.fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)
}

#[get("/articles")]
async fn articles(db: web::Data<PgPool>) -> Result<String> { //~ missing-authentication
    let query = sqlx::query_scalar("SELECT string_agg(title, ',') FROM article");
    query.fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)
}

async fn article(db: web::Data<PgPool>, id: web::Path<i64>) -> Result<String> {
    let query = sqlx::query_scalar("SELECT text FROM article WHERE id = $1").bind(*id);
    query.fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .service((health, drafts, articles))
            .route("/articles/{id}", web::get().to(article)) //~ missing-authentication
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
