//! Conditions of builds, sibling servers and guests in the extensions.
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Condition, Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpResponse, HttpServer, error, web};

#[derive(Clone)]
pub struct Principal {
    name: String,
    guest: bool,
}

fn verified(req: &ServiceRequest) -> Option<Principal> {
    let token = req.headers().get("authorization")?.to_str().ok()?;
    (token == std::env::var("API_TOKEN").ok()?).then(|| Principal {
        name: "api".into(),
        guest: false,
    })
}
async fn strict(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let principal = verified(&req).ok_or_else(|| error::ErrorUnauthorized("token"))?;
    req.extensions_mut().insert(principal);
    next.call(req).await
}
async fn guests(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let principal = verified(&req).unwrap_or_else(|| Principal {
        name: "guest".into(),
        guest: true,
    });
    req.extensions_mut().insert(principal);
    next.call(req).await
}

async fn show(who: web::ReqData<Principal>) -> HttpResponse {
    HttpResponse::Ok().body(who.name.clone())
}
async fn members(who: web::ReqData<Principal>, body: String) -> HttpResponse {
    if who.guest {
        return HttpResponse::Forbidden().finish();
    }
    std::fs::write("wall", body).ok();
    HttpResponse::Ok().finish()
}
async fn plain() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let secure = std::env::var("INSECURE").is_err();
    let public = HttpServer::new(move || {
        App::new()
            .service(
                web::scope("/strict")
                    .wrap(from_fn(strict))
                    .route("/me", web::get().to(show)),
            )
            .service(
                web::scope("/guests")
                    .wrap(from_fn(guests))
                    .route("/me", web::get().to(show))
                    .route("/wall", web::post().to(members)),
            )
            .service(
                web::resource("/release")
                    .wrap(Condition::new(!cfg!(debug_assertions), from_fn(strict)))
                    .route(web::post().to(plain)),
            )
            .service(
                web::resource("/env")
                    .wrap(Condition::new(secure, from_fn(strict)))
                    .route(web::post().to(plain)),
            )
    })
    .bind(("0.0.0.0", 8080))?
    .run();
    let internal = HttpServer::new(|| {
        App::new()
            .route("/metrics", web::get().to(plain))
            .wrap(from_fn(strict))
    })
    .bind(("0.0.0.0", 9090))?
    .run();
    futures_util::future::try_join(public, internal).await?;
    Ok(())
}

//@ GET /guests/me optional
//@ GET /metrics required
//@ GET /strict/me required
//@ POST /env conditional if secure
//@ POST /guests/wall required
//@ POST /release conditional if !cfg!(debug_assertions)
