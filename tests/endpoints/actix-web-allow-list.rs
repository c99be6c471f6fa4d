//! The same list of public paths as constants: equality, `matches!`, `contains`.
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse, HttpServer, error, web};

const PUBLIC: [&str; 2] = ["/b/health", "/b/login"];

fn check(req: &ServiceRequest) -> Result<(), Error> {
    let token = req
        .headers()
        .get("x-token")
        .and_then(|it| it.to_str().ok())
        .ok_or_else(|| error::ErrorUnauthorized("token"))?;
    if token != std::env::var("TOKEN").unwrap() {
        return Err(error::ErrorUnauthorized("token"));
    }
    Ok(())
}
async fn equal(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if req.path() == "/a/health" {
        return next.call(req).await;
    }
    check(&req)?;
    next.call(req).await
}
async fn contains(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if !PUBLIC.contains(&req.path()) {
        check(&req)?;
    }
    next.call(req).await
}
async fn matched(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match req.path() {
        "/c/health" | "/c/login" => {}
        path if path.starts_with("/c/public/") => {}
        _ => check(&req)?,
    }
    next.call(req).await
}
/// Only one prefix is protected.
async fn prefixed(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if req.path().starts_with("/d/admin") {
        check(&req)?;
    }
    next.call(req).await
}
async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(
                web::scope("/a")
                    .wrap(from_fn(equal))
                    .route("/health", web::get().to(ok))
                    .route("/data", web::post().to(ok)),
            )
            .service(
                web::scope("/b")
                    .wrap(from_fn(contains))
                    .route("/health", web::get().to(ok))
                    .route("/data", web::post().to(ok)),
            )
            .service(
                web::scope("/c")
                    .wrap(from_fn(matched))
                    .route("/health", web::get().to(ok))
                    .route("/data", web::post().to(ok))
                    .route("/public/{x}", web::post().to(ok)),
            )
            .service(
                web::scope("/d")
                    .wrap(from_fn(prefixed))
                    .route("/admin/users", web::post().to(ok))
                    .route("/data", web::post().to(ok)),
            )
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

//@ GET /a/health none
//@ GET /b/health none
//@ GET /c/health none
//@ POST /a/data required
//@ POST /b/data required
//@ POST /c/data required
//@ POST /c/public/{x} none
//@ POST /d/admin/users required
//@ POST /d/data none
