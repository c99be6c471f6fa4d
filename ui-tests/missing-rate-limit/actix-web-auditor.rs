//! What only an auditor wants to see: that the service as a whole limits nothing, once.
//@ persona: auditor

use actix_web::{App, HttpResponse, HttpServer, get, post, put, web};
use sqlx::PgPool;

// near miss: a read
#[get("/todos")]
async fn list(db: web::Data<PgPool>) -> HttpResponse {
    match sqlx::query_scalar::<_, String>("SELECT text FROM todo").fetch_all(db.get_ref()).await {
        Ok(all) => HttpResponse::Ok().json(all),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

// near miss: a mutation without limited siblings is not alone
#[post("/todos")]
async fn add(db: web::Data<PgPool>, text: String) -> HttpResponse { //~| missing-rate-limit
    match sqlx::query("INSERT INTO todo (text) VALUES ($1)").bind(text).execute(db.get_ref()).await {
        Ok(_) => HttpResponse::Created().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

// near miss: the service is one finding, its endpoints are none
#[put("/todos/{id}")]
async fn change(db: web::Data<PgPool>, id: web::Path<i64>, text: String) -> HttpResponse { //~| missing-rate-limit
    let query = sqlx::query("UPDATE todo SET text = $1 WHERE id = $2").bind(text).bind(*id);
    match query.execute(db.get_ref()).await {
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
            .service(add) //~ missing-rate-limit
            .service(change)
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
