//! An attribute that asks for an authority, conditions that are constant, and closures that a
//! function of another place calls.

use std::collections::HashSet;

use actix_web::dev::ServiceRequest;
use actix_web::middleware::Condition;
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, get, post, web};
use actix_web_grants::{GrantsMiddleware, protect};
use actix_web_httpauth::extractors::bearer::BearerAuth;
use actix_web_httpauth::middleware::HttpAuthentication;
use constant_time_eq::constant_time_eq;

async fn authorities(request: &ServiceRequest) -> Result<HashSet<String>, Error> {
    Ok(roles_of(request))
}

#[post("/protected")]
#[protect("ADMIN")]
async fn protected() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/open")]
async fn open() -> HttpResponse {
    HttpResponse::Ok().finish()
}

struct Keys {
    key: String,
}

impl Keys {
    fn check<'a>(&self, header: impl Fn() -> Option<&'a str>) -> bool {
        let Some(key) = header() else {
            return false;
        };
        constant_time_eq(key.as_bytes(), self.key.as_bytes())
    }
}

#[get("/closure")]
async fn closure(request: HttpRequest, keys: web::Data<Keys>) -> HttpResponse {
    if !keys.check(|| request.headers().get("authorization").and_then(|it| it.to_str().ok())) {
        return HttpResponse::Unauthorized().finish();
    }
    HttpResponse::Ok().finish()
}

async fn bearer(
    request: ServiceRequest,
    bearer: BearerAuth,
) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    if constant_time_eq(bearer.token().as_bytes(), key().as_bytes()) {
        Ok(request)
    } else {
        Err((actix_web::error::ErrorUnauthorized("no"), request))
    }
}

const ALWAYS: bool = true;

async fn plain() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(
                web::scope("/grants")
                    .service(protected)
                    .service(open)
                    .route("/nothing", web::head().to(HttpResponse::MethodNotAllowed))
                    .wrap(GrantsMiddleware::with_extractor(authorities)),
            )
            .service(closure)
            .service(
                web::scope("/always")
                    .wrap(Condition::new(ALWAYS, HttpAuthentication::bearer(bearer)))
                    .route("", web::post().to(plain)),
            )
            .service(
                web::scope("/never")
                    .wrap(Condition::new(!ALWAYS, HttpAuthentication::bearer(bearer)))
                    .route("", web::post().to(plain)),
            )
    })
    .run()
    .await
}

//@ POST /grants/protected unknown
//@ GET /grants/open none
//@ HEAD /grants/nothing none
//@ GET /closure required
//@ POST /always required
//@ POST /never none
