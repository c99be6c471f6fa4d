//! Middleware of actix-web that lets some requests pass before it looks at credentials.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::header;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use sqlx::PgPool;

async fn check(request: &ServiceRequest) -> Result<(), Error> {
    let db = request.app_data::<web::Data<PgPool>>().cloned().ok_or_else(|| ErrorInternalServerError("no database"))?;
    let header = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or_else(|| ErrorUnauthorized("log in first"))?.to_owned();
    let query = sqlx::query_scalar::<_, i64>("SELECT account FROM session WHERE token = $1").bind(token);
    match query.fetch_optional(db.get_ref()).await {
        Ok(Some(_)) => Ok(()),
        _ => Err(ErrorUnauthorized("log in first")),
    }
}

async fn by_agent(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let agent = request.headers().get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or("");
    if agent.starts_with("probe/") {
        return next.call(request).await; //~ early-return-before-auth
    }
    check(&request).await?;
    next.call(request).await
}

async fn by_query(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.query_string().contains("test=true") {
        return next.call(request).await; //~ early-return-before-auth
    }
    check(&request).await?;
    next.call(request).await
}

async fn by_build(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if cfg!(debug_assertions) {
        return next.call(request).await; // near miss: the build decides
    }
    check(&request).await?;
    next.call(request).await
}

async fn create(db: web::Data<PgPool>) -> HttpResponse {
    match sqlx::query("INSERT INTO event (what) VALUES ('create')").execute(db.get_ref()).await {
        Ok(_) => HttpResponse::Created().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(web::scope("/1").wrap(from_fn(by_agent)).route("", web::post().to(create)))
            .service(web::scope("/2").wrap(from_fn(by_query)).route("", web::post().to(create)))
            .service(web::scope("/3").wrap(from_fn(by_build)).route("", web::post().to(create)))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
