//! A service in which nothing authenticates is one finding, where it is put together: at the first registration.

use actix_web::{App, HttpResponse, HttpServer, delete, get, post, web};
use sqlx::PgPool;

#[get("/todos")]
async fn list(db: web::Data<PgPool>) -> HttpResponse {
    match sqlx::query_scalar::<_, String>("SELECT text FROM todo").fetch_all(db.get_ref()).await {
        Ok(all) => HttpResponse::Ok().json(all),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[post("/todos")]
async fn add(db: web::Data<PgPool>, text: String) -> HttpResponse { //~| missing-authentication
    match sqlx::query("INSERT INTO todo (text) VALUES ($1)").bind(text).execute(db.get_ref()).await {
        Ok(_) => HttpResponse::Created().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[delete("/todos/{id}")]
async fn remove(db: web::Data<PgPool>, id: web::Path<i64>) -> HttpResponse { //~| missing-authentication
    match sqlx::query("DELETE FROM todo WHERE id = $1").bind(*id).execute(db.get_ref()).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .service(list)
            .service(add) //~ missing-authentication
            .service(remove)
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
