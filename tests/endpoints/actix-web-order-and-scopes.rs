//! Where middleware is put.
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Condition, Logger, Next, NormalizePath, from_fn};
use actix_web::{App, Error, HttpResponse, HttpServer, error, web};
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct Config {
    auth: AuthConfig,
}
#[derive(Clone, Deserialize)]
pub struct AuthConfig {
    #[serde(default)]
    enabled: bool,
    token: String,
}

async fn guard_token(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let config = req.app_data::<web::Data<Config>>().expect("config").clone();
    let header = req.headers().get("x-token").and_then(|h| h.to_str().ok());
    match header {
        Some(token) if token == config.auth.token => next.call(req).await,
        Some(_) => Err(error::ErrorForbidden("wrong token")),
        None => Err(error::ErrorUnauthorized("missing token")),
    }
}

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn users(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/users").route("", web::get().to(ok)).service(
            web::resource("/{id}")
                .get(ok)
                .delete(ok)
                .wrap(from_fn(guard_token)),
        ),
    );
}

fn internal(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/internal")
            .wrap(Logger::default())
            .wrap(from_fn(guard_token))
            .service(web::scope("/jobs").route("/run", web::post().to(ok)))
            .route("/ping", web::get().to(ok)),
    )
    .route("/outside", web::post().to(ok));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let config: Config = config::Config::builder()
        .add_source(config::File::with_name("settings"))
        .build()
        .and_then(|it| it.try_deserialize())
        .expect("settings");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(config.clone()))
            .wrap(NormalizePath::trim())
            .configure(users)
            .configure(internal)
            .service(
                web::scope("/optional")
                    .wrap(Condition::new(config.auth.enabled, from_fn(guard_token)))
                    .route("/jobs", web::post().to(ok)),
            )
            .service(
                web::scope("/late")
                    .route("/a", web::post().to(ok))
                    .wrap(from_fn(guard_token))
                    .route("/b", web::post().to(ok)),
            )
            .service(
                web::resource("/per-route")
                    .route(web::get().to(ok))
                    .route(web::post().wrap(from_fn(guard_token)).to(ok)),
            )
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

// `wrap` of a scope covers what is added later, too.

//@ DELETE /users/{id} required
//@ GET /internal/ping required
//@ GET /per-route none
//@ GET /users none
//@ GET /users/{id} required
//@ POST /internal/jobs/run required
//@ POST /late/a required
//@ POST /late/b required
//@ POST /optional/jobs conditional if config.auth.enabled (default false)
//@ POST /outside none
//@ POST /per-route required
