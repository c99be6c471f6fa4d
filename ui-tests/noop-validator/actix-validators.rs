//! Validators and middleware of actix-web that look like checks.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorForbidden, ErrorUnauthorized};
use actix_web::http::header;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpResponse, HttpServer, web};
use actix_web_httpauth::extractors::basic::BasicAuth;
use actix_web_httpauth::extractors::bearer::BearerAuth;
use actix_web_httpauth::middleware::HttpAuthentication;
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

type Validated = Result<ServiceRequest, (Error, ServiceRequest)>;

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn claims(request: &ServiceRequest, token: &str) -> Result<Claims, Error> {
    let key = request.app_data::<web::Data<DecodingKey>>().ok_or_else(|| ErrorUnauthorized("no key"))?;
    let data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default());
    data.map(|it| it.claims).map_err(ErrorUnauthorized)
}

async fn any_token(request: ServiceRequest, _credentials: BearerAuth) -> Validated { //~ noop-validator
    Ok(request)
}

async fn any_password(request: ServiceRequest, credentials: BasicAuth) -> Validated { //~ noop-validator
    log::info!("{} logs in", credentials.user_id());
    return Ok(request);
}

async fn whatever_it_says(request: ServiceRequest, credentials: BearerAuth) -> Validated { //~ noop-validator
    match claims(&request, credentials.token()) {
        Ok(claims) => {
            tracing::info!(user = claims.sub, "known");
            Ok(request)
        }
        Err(error) => {
            tracing::warn!(%error, "unknown");
            Ok(request)
        }
    }
}

async fn without_credentials(request: ServiceRequest, _credentials: Option<BearerAuth>) -> Validated { //~ noop-validator
    Ok(request)
}

async fn require_permission(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> { //~ noop-validator
    if request.headers().get(header::AUTHORIZATION).is_none() {
        tracing::warn!("no credentials");
    }
    next.call(request).await
}

async fn by_claims(request: ServiceRequest, credentials: BearerAuth) -> Validated {
    match claims(&request, credentials.token()) {
        Ok(_) => Ok(request),
        Err(error) => Err((error, request)), // near miss: one branch refuses
    }
}

async fn by_question_mark(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    claims(&request, header.unwrap_or_default())?; // near miss: a question mark refuses
    next.call(request).await
}

async fn leaves_the_token(request: ServiceRequest, credentials: BearerAuth) -> Validated {
    request.extensions_mut().insert(credentials.token().to_owned()); // near miss: handlers decide by what is left in the extensions
    Ok(request)
}

async fn log_authorization(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    tracing::debug!(path = request.path(), "request"); // near miss: its name says that it only logs
    next.call(request).await
}

async fn note_the_time(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    tracing::debug!("request"); // near miss: its name says nothing of access
    next.call(request).await
}

async fn before_strict_handlers(request: ServiceRequest, _credentials: BearerAuth) -> Validated {
    Ok(request) // near miss: the only handler behind it checks the token itself
}

#[cfg(debug_assertions)]
async fn by_build(request: ServiceRequest, _credentials: BearerAuth) -> Validated {
    Ok(request) // near miss: only in builds for development
}

#[cfg(not(debug_assertions))]
async fn by_build(request: ServiceRequest, credentials: BearerAuth) -> Validated {
    match claims(&request, credentials.token()) {
        Ok(_) => Ok(request),
        Err(error) => Err((error, request)),
    }
}

fn refuse(request: ServiceRequest, known: bool) -> Validated {
    match known {
        true => Ok(request),
        false => Err((ErrorForbidden("unknown"), request)),
    }
}

async fn by_another(request: ServiceRequest, credentials: BearerAuth) -> Validated {
    let known = claims(&request, credentials.token()).is_ok();
    refuse(request, known) // near miss: what another function answers
}

async fn create(db: web::Data<PgPool>) -> HttpResponse {
    match sqlx::query("INSERT INTO event (what) VALUES ('create')").execute(db.get_ref()).await {
        Ok(_) => HttpResponse::Created().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn create_as(request: HttpRequest, db: web::Data<PgPool>, key: web::Data<DecodingKey>) -> HttpResponse {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer ")).unwrap_or_default();
    match jsonwebtoken::decode::<Claims>(token, &key, &Validation::default()) {
        Ok(_) => create(db).await,
        Err(_) => HttpResponse::Unauthorized().finish(),
    }
}

fn notes() -> actix_web::Resource {
    web::resource("/notes").route(web::post().to(create))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(web::scope("/1").wrap(HttpAuthentication::bearer(any_token)).service(notes()))
            .service(web::scope("/2").wrap(HttpAuthentication::basic(any_password)).service(notes()))
            .service(web::scope("/3").wrap(HttpAuthentication::bearer(whatever_it_says)).service(notes()))
            .service(web::scope("/4").wrap(HttpAuthentication::with_fn(without_credentials)).service(notes()))
            .service(web::scope("/5").wrap(from_fn(require_permission)).service(notes()))
            .service(web::scope("/6").wrap(HttpAuthentication::bearer(by_claims)).service(notes()))
            .service(web::scope("/7").wrap(from_fn(by_question_mark)).service(notes()))
            .service(web::scope("/8").wrap(HttpAuthentication::bearer(leaves_the_token)).service(notes()))
            .service(web::scope("/9").wrap(from_fn(log_authorization)).service(notes()))
            .service(web::scope("/10").wrap(from_fn(note_the_time)).service(notes()))
            .service(web::scope("/11").wrap(HttpAuthentication::bearer(before_strict_handlers)).route("", web::post().to(create_as)))
            .service(web::scope("/12").wrap(HttpAuthentication::bearer(by_build)).service(notes()))
            .service(web::scope("/13").wrap(HttpAuthentication::bearer(by_another)).service(notes()))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
