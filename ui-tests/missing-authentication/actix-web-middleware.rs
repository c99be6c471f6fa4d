//! Middleware: what it wraps, whether it rejects, and what is registered outside of it.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_governor::{Governor, GovernorConfigBuilder};
use actix_session::SessionExt;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::header;
use actix_web::middleware::{Condition, Logger, Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpResponse, HttpServer, Result, guard, web};
use actix_web_httpauth::extractors::bearer::BearerAuth;
use actix_web_httpauth::middleware::HttpAuthentication;
use futures_util::future::LocalBoxFuture;
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn verify(token: &str, key: &DecodingKey) -> Option<Claims> {
    jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok().map(|data| data.claims)
}

async fn check_bearer(request: ServiceRequest, auth: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    let claims = request.app_data::<web::Data<DecodingKey>>().and_then(|key| verify(auth.token(), key));
    match claims {
        Some(claims) => {
            request.extensions_mut().insert(claims);
            Ok(request)
        }
        None => Err((ErrorUnauthorized("wrong token"), request)),
    }
}

/// A validator that always says yes.
async fn accept_bearer(request: ServiceRequest, auth: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    tracing::debug!(length = auth.token().len(), "token seen");
    Ok(request)
}

async fn require_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let user = request.get_session().get::<i64>("user").map_err(ErrorInternalServerError)?;
    if user.is_none() {
        return Err(ErrorUnauthorized("log in first"));
    }
    next.call(request).await
}

/// Reads the session, and lets everybody pass.
async fn note_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Ok(Some(user)) = request.get_session().get::<i64>("user") {
        tracing::info!(user, "request");
    }
    next.call(request).await
}

/// A pair of `Transform` and `Service`.
struct RequireToken {
    key: DecodingKey,
}

impl<S, B> Transform<S, ServiceRequest> for RequireToken
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RequireTokenMiddleware<S>;
    type InitError = ();
    type Future = Ready<std::result::Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequireTokenMiddleware { service: Rc::new(service), key: self.key.clone() }))
    }
}

struct RequireTokenMiddleware<S> {
    service: Rc<S>,
    key: DecodingKey,
}

impl<S, B> Service<ServiceRequest> for RequireTokenMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = self.service.clone();
        let token = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let claims = token.and_then(|it| it.strip_prefix("Bearer ")).and_then(|it| verify(it, &self.key));
        Box::pin(async move {
            let Some(claims) = claims else {
                return Ok(request.into_response(HttpResponse::Unauthorized().finish()).map_into_right_body());
            };
            request.extensions_mut().insert(claims);
            service.call(request).await.map(ServiceResponse::map_into_left_body)
        })
    }
}

async fn touch(db: &PgPool, what: &'static str) -> HttpResponse {
    match sqlx::query("INSERT INTO event (what) VALUES ($1)").bind(what).execute(db).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn create(db: web::Data<PgPool>) -> HttpResponse {
    touch(&db, "create").await
}

async fn update(db: web::Data<PgPool>) -> HttpResponse {
    touch(&db, "update").await
}

async fn remove(db: web::Data<PgPool>) -> HttpResponse {
    touch(&db, "remove").await
}

async fn by_claims(claims: web::ReqData<Claims>, db: web::Data<PgPool>) -> HttpResponse {
    tracing::info!(user = claims.sub, "update");
    touch(&db, "update").await
}

async fn by_extensions(request: HttpRequest, db: web::Data<PgPool>) -> HttpResponse {
    let claims = request.extensions().get::<Claims>().cloned();
    match claims {
        Some(_) => touch(&db, "update").await,
        None => HttpResponse::Unauthorized().finish(),
    }
}

fn configure_notes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/notes")
            .route(web::post().to(create)) // near miss: registered through `configure`, in a scope that authenticates
            .route(web::delete().to(remove)), // near miss: the second method of the same resource
    );
}

fn configure_open(config: &mut web::ServiceConfig) {
    config.route("/drafts", web::post().to(create)); //~ missing-authentication
}

fn key() -> DecodingKey {
    DecodingKey::from_secret(std::env::var("JWT_SECRET").expect("JWT_SECRET is set").as_bytes())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let limits = GovernorConfigBuilder::default().seconds_per_request(1).burst_size(20).finish().expect("not zero");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .app_data(web::Data::new(key()))
            .wrap(Logger::default())
            .service(
                web::scope("/bearer")
                    .wrap(HttpAuthentication::bearer(check_bearer))
                    .route("", web::post().to(create)) // near miss: the scope verifies bearer tokens
                    .route("/claims", web::put().to(by_claims)) // near miss: `ReqData` of what the scope's middleware inserts
                    .route("/extensions", web::put().to(by_extensions)) // near miss: the extensions are asked in the body
                    .service(web::scope("/inner").configure(configure_notes)), // near miss: a scope within a scope
            )
            .service(
                web::scope("/session")
                    .route("", web::post().to(create)) // near miss: routes above the `wrap` are wrapped just as well
                    .wrap(from_fn(require_session)),
            )
            .service(
                web::scope("/transform")
                    .wrap(Logger::default())
                    .wrap(RequireToken { key: key() })
                    .wrap(Governor::new(&limits))
                    .route("", web::post().to(create)), // near miss: a `Transform` of our own between two others
            )
            .service(
                web::resource("/resource")
                    .wrap(HttpAuthentication::bearer(check_bearer))
                    .route(web::post().to(create)), // near miss: the middleware is on the resource
            )
            .route("/route", web::post().to(update).wrap(from_fn(require_session))) // near miss: the middleware is on the route
            .service(
                web::scope("/closure")
                    .wrap_fn(|request, service| {
                        let user = request.get_session().get::<i64>("user").ok().flatten();
                        let call = user.map(|_| service.call(request));
                        async move {
                            match call {
                                Some(call) => call.await,
                                None => Err(ErrorUnauthorized("log in first")),
                            }
                        }
                    })
                    .route("", web::post().to(create)), // near miss: `wrap_fn` that calls the service only for a user
            )
            .service(
                web::scope("/always")
                    .wrap(Condition::new(true, HttpAuthentication::bearer(check_bearer)))
                    .route("", web::post().to(create)), // near miss: a `Condition` that is constantly true
            )
            .service(
                web::scope("/never")
                    .wrap(Condition::new(false, HttpAuthentication::bearer(check_bearer)))
                    .route("", web::post().to(create)), //~ missing-authentication
            )
            .service(
                web::scope("/accepting")
                    .wrap(HttpAuthentication::bearer(accept_bearer))
                    .route("", web::post().to(create)), //~ missing-authentication
            )
            .service(
                web::scope("/noting")
                    .wrap(from_fn(note_session))
                    .route("", web::post().to(create)), //~ missing-authentication
            )
            .service(
                web::scope("/guarded")
                    .guard(guard::Header("content-type", "application/json"))
                    .route("", web::post().to(create)), //~ missing-authentication
            )
            .service(
                web::scope("/limited")
                    .wrap(Governor::new(&limits))
                    .route("", web::post().to(create)), //~ missing-authentication
            )
            .configure(configure_open)
            .default_service(web::to(update)) //~ missing-authentication
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
