//! Validators of \`HttpAuthentication\`, one of which says always yes.

use actix_web::{App, Error, HttpServer, dev::ServiceRequest, middleware::Condition, web};
use actix_web_httpauth::{extractors::bearer::BearerAuth, middleware::HttpAuthentication};
async fn h() -> String {
    String::new()
}
async fn v(req: ServiceRequest, c: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    if c.token() == std::env::var("T").unwrap() {
        Ok(req)
    } else {
        Err((actix_web::error::ErrorUnauthorized("x"), req))
    }
}
async fn ok(req: ServiceRequest, c: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    Ok(req)
}
fn main() {
    HttpServer::new(|| {
        let auth = HttpAuthentication::bearer(v);
        App::new()
            .service(
                web::resource("/a")
                    .wrap(HttpAuthentication::bearer(v))
                    .route(web::get().to(h)),
            )
            .service(web::resource("/b").wrap(auth).route(web::get().to(h)))
            .service(
                web::resource("/c")
                    .wrap(HttpAuthentication::bearer(ok))
                    .route(web::get().to(h)),
            )
            .service(
                web::resource("/d")
                    .wrap(Condition::new(true, HttpAuthentication::bearer(v)))
                    .route(web::get().to(h)),
            )
            .service(
                web::resource("/e")
                    .wrap(Condition::new(false, HttpAuthentication::bearer(v)))
                    .route(web::get().to(h)),
            )
    });
}

//@ GET /a required
//@ GET /b required
//@ GET /c none
//@ GET /d required
//@ GET /e none
