//! Middleware of actix-web that checks credentials, and what it does where it could not.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorForbidden, ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpServer, dev::Payload, web};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;
use std::future::{Ready, ready};

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn token_of(request: &ServiceRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn claims(token: &str, request: &ServiceRequest) -> Result<Claims, Error> {
    let key = request.app_data::<web::Data<DecodingKey>>().ok_or_else(|| ErrorInternalServerError("no key"))?;
    let data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default());
    data.map(|it| it.claims).map_err(ErrorUnauthorized)
}

async fn session(db: &PgPool, token: &str) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT account FROM session WHERE token = $1").bind(token).fetch_optional(db).await
}

async fn open_on_error(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let db = request.app_data::<web::Data<PgPool>>().cloned().ok_or_else(|| ErrorInternalServerError("no database"))?;
    let token = token_of(&request).unwrap_or_default().to_owned();
    match session(&db, &token).await {
        Ok(Some(_)) => next.call(request).await,
        Ok(None) => Err(ErrorUnauthorized("log in first")),
        Err(error) => {
            tracing::warn!(%error, "the session store is down");
            next.call(request).await //~ fail-open-middleware
        }
    }
}

async fn open_without_token(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(token) = token_of(&request) {
        claims(token, &request)?;
    }
    next.call(request).await //~ fail-open-middleware
}

async fn strict(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let token = token_of(&request).ok_or_else(|| ErrorUnauthorized("log in first"))?;
    claims(token, &request)?;
    next.call(request).await // near miss: whatever is wrong is refused
}

async fn strict_on_error(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let db = request.app_data::<web::Data<PgPool>>().cloned().ok_or_else(|| ErrorInternalServerError("no database"))?;
    let token = token_of(&request).unwrap_or_default().to_owned();
    match session(&db, &token).await {
        Ok(Some(_)) => next.call(request).await, // near miss: an error of the store refuses, too
        Ok(None) => Err(ErrorUnauthorized("log in first")),
        Err(error) => Err(ErrorInternalServerError(error)),
    }
}

async fn identify(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(token) = token_of(&request) {
        let claims = claims(token, &request)?;
        request.extensions_mut().insert(claims);
    }
    next.call(request).await // near miss: handlers take the claims out of the extensions
}

async fn note(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(Ok(claims)) = token_of(&request).map(|it| claims(it, &request)) {
        tracing::info!(user = claims.sub, "request");
    }
    next.call(request).await // near miss: it refuses nobody, and looks like it
}

async fn all_but_login(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.path() == "/login" {
        return next.call(request).await; // near miss: one path is exempt
    }
    let token = token_of(&request).ok_or_else(|| ErrorUnauthorized("log in first"))?;
    claims(token, &request)?;
    next.call(request).await
}

async fn all_but_preflights(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::OPTIONS {
        return next.call(request).await; // near miss: one method is exempt
    }
    let token = token_of(&request).ok_or_else(|| ErrorUnauthorized("log in first"))?;
    claims(token, &request)?;
    next.call(request).await
}

async fn switched(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if std::env::var("AUTH_DISABLED").is_ok() {
        return next.call(request).await; // near miss: a setting decides, which `routes` calls conditional
    }
    let token = token_of(&request).ok_or_else(|| ErrorUnauthorized("log in first"))?;
    claims(token, &request)?;
    next.call(request).await
}

async fn same_origin(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match request.headers().get(header::ORIGIN) {
        Some(origin) if origin != "https://example-shop.com" => Err(ErrorForbidden("another origin")),
        _ => next.call(request).await, // near miss: where a page is from is no credential
    }
}

async fn inner(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(token) = token_of(&request) {
        claims(token, &request)?;
    }
    next.call(request).await // near miss: the middleware around it is strict
}

async fn before_users(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(token) = token_of(&request) {
        claims(token, &request)?;
    }
    next.call(request).await // near miss: every handler behind it takes the user
}

async fn before_health(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(token) = token_of(&request) {
        claims(token, &request)?;
    }
    next.call(request).await // near miss: nothing behind it wants to be guarded
}

struct User(i64);

impl FromRequest for User {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer "));
        let key = request.app_data::<web::Data<DecodingKey>>();
        let user = token.zip(key).and_then(|(token, key)| {
            let data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok()?;
            Some(User(data.claims.sub))
        });
        ready(user.ok_or_else(|| ErrorUnauthorized("log in first")))
    }
}

async fn touch(db: &PgPool, what: &'static str, id: i64) -> HttpResponse {
    let query = sqlx::query("INSERT INTO event (what, id) VALUES ($1, $2)").bind(what).bind(id);
    match query.execute(db).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn create(db: web::Data<PgPool>) -> HttpResponse {
    touch(&db, "create", 0).await
}

async fn by_user(user: User, db: web::Data<PgPool>) -> HttpResponse {
    touch(&db, "own", user.0).await
}

async fn by_claims(claims: web::ReqData<Claims>, db: web::Data<PgPool>) -> HttpResponse {
    touch(&db, "own", claims.sub).await
}

async fn health() -> &'static str {
    "ok"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let key = web::Data::new(DecodingKey::from_secret(secret.as_bytes()));
    let db = web::Data::new(db);
    HttpServer::new(move || {
        App::new()
            .app_data(key.clone())
            .app_data(db.clone())
            .service(web::scope("/on-error").wrap(from_fn(open_on_error)).route("", web::post().to(create))) //~| fail-open-middleware
            .service(web::scope("/without-token").wrap(from_fn(open_without_token)).route("", web::post().to(create))) //~| fail-open-middleware
            .service(web::scope("/strict").wrap(from_fn(strict)).route("", web::post().to(create)))
            .service(web::scope("/strict-on-error").wrap(from_fn(strict_on_error)).route("", web::post().to(create)))
            .service(web::scope("/identify").wrap(from_fn(identify)).route("", web::post().to(by_claims)))
            .service(web::scope("/note").wrap(from_fn(note)).route("", web::post().to(by_user)))
            .service(web::scope("/login").wrap(from_fn(all_but_login)).route("", web::post().to(create)))
            .service(web::scope("/preflights").wrap(from_fn(all_but_preflights)).route("", web::post().to(create)))
            .service(web::scope("/switched").wrap(from_fn(switched)).route("", web::post().to(create)))
            .service(web::scope("/origin").wrap(from_fn(same_origin)).route("", web::post().to(by_user)))
            .service(
                web::scope("/inner").wrap(from_fn(inner)).wrap(from_fn(strict)).route("", web::post().to(create)),
            )
            .service(web::scope("/users").wrap(from_fn(before_users)).route("", web::post().to(by_user)))
            .service(web::scope("/health").wrap(from_fn(before_health)).route("", web::get().to(health)))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
