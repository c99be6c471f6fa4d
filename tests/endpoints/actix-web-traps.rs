//! Small mistakes in actix-web services, each beside the code without it.

use std::collections::HashMap;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Mutex;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpServer, web};
use actix_web_httpauth::extractors::bearer::BearerAuth;
use actix_web_httpauth::middleware::HttpAuthentication;
use jsonwebtoken::{DecodingKey, Validation, dangerous, decode, decode_header};
use serde::Deserialize;
use sqlx::PgPool;
use tokio::sync::mpsc;

#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
}
struct State {
    pool: PgPool,
    secret: String,
    key: DecodingKey,
    keys: HashMap<String, DecodingKey>,
    sessions: Mutex<HashMap<String, i64>>,
    jobs: mpsc::Sender<String>,
}
type Answer = Result<HttpResponse, Error>;

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
async fn clear(state: web::Data<State>) -> Answer {
    sqlx::query("DELETE FROM notes")
        .execute(&state.pool)
        .await
        .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::NoContent().finish())
}

/// A token's form is read, its signature is not.
struct Read(Claims);
impl FromRequest for Read {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(token) = header(request.headers(), "authorization") else {
            return ready(Err(ErrorUnauthorized("token")));
        };
        ready(match dangerous::insecure_decode::<Claims>(token) {
            Ok(data) => Ok(Read(data.claims)),
            Err(_) => Err(ErrorUnauthorized("token")),
        })
    }
}
struct Verified(Claims);
impl FromRequest for Verified {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(token) = header(request.headers(), "authorization") else {
            return ready(Err(ErrorUnauthorized("token")));
        };
        let state = request.app_data::<web::Data<State>>().expect("state");
        ready(
            match decode::<Claims>(token, &state.key, &Validation::default()) {
                Ok(data) => Ok(Verified(data.claims)),
                Err(_) => Err(ErrorUnauthorized("token")),
            },
        )
    }
}
/// Whoever the token says is a user of ours.
struct Named(String);
impl FromRequest for Named {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = Read::from_request(request, payload);
        let state = request
            .app_data::<web::Data<State>>()
            .cloned()
            .expect("state");
        Box::pin(async move {
            let Read(claims) = read.await?;
            sqlx::query_scalar("SELECT name FROM users WHERE id = $1")
                .bind(claims.sub)
                .fetch_optional(&state.pool)
                .await
                .map_err(ErrorInternalServerError)?
                .map(Named)
                .ok_or_else(|| ErrorUnauthorized("user"))
        })
    }
}
async fn read(claims: Read, state: web::Data<State>) -> Answer {
    tracing::info!("{}", claims.0.sub);
    clear(state).await
}
async fn verified(claims: Verified, state: web::Data<State>) -> Answer {
    tracing::info!("{}", claims.0.sub);
    clear(state).await
}
async fn named(name: Named, state: web::Data<State>) -> Answer {
    tracing::info!("{}", name.0);
    clear(state).await
}
async fn known_kid(auth: BearerAuth, state: web::Data<State>) -> Answer {
    let head = decode_header(auth.token()).map_err(ErrorUnauthorized)?;
    if !head.kid.is_some_and(|kid| state.keys.contains_key(&kid)) {
        return Err(ErrorUnauthorized("key"));
    }
    clear(state).await
}
async fn used_kid(auth: BearerAuth, state: web::Data<State>) -> Answer {
    let head = decode_header(auth.token()).map_err(ErrorUnauthorized)?;
    let key = head
        .kid
        .and_then(|kid| state.keys.get(&kid))
        .ok_or_else(|| ErrorUnauthorized("key"))?;
    decode::<Claims>(auth.token(), key, &Validation::default()).map_err(ErrorUnauthorized)?;
    clear(state).await
}
/// The error is made, and not returned.
async fn made_only(auth: BearerAuth, state: web::Data<State>) -> Answer {
    if auth.token() != state.secret {
        let _ = ErrorUnauthorized("token");
    }
    clear(state).await
}
async fn returned(auth: BearerAuth, state: web::Data<State>) -> Answer {
    if auth.token() != state.secret {
        return Err(ErrorUnauthorized("token"));
    }
    clear(state).await
}
async fn session_made(auth: BearerAuth, state: web::Data<State>) -> Answer {
    let user = *state
        .sessions
        .lock()
        .unwrap()
        .entry(auth.token().to_owned())
        .or_insert(0);
    tracing::info!(user);
    clear(state).await
}
async fn session_found(auth: BearerAuth, state: web::Data<State>) -> Answer {
    let user = state.sessions.lock().unwrap().get(auth.token()).copied();
    let Some(user) = user else {
        return Err(ErrorUnauthorized("session"));
    };
    tracing::info!(user);
    clear(state).await
}
async fn queued_first(request: HttpRequest, state: web::Data<State>, body: String) -> Answer {
    state
        .jobs
        .send(body)
        .await
        .map_err(ErrorInternalServerError)?;
    if header(request.headers(), "x-api-key") != Some(state.secret.as_str()) {
        return Err(ErrorUnauthorized("key"));
    }
    Ok(HttpResponse::Accepted().finish())
}
async fn queued_last(request: HttpRequest, state: web::Data<State>, body: String) -> Answer {
    if header(request.headers(), "x-api-key") != Some(state.secret.as_str()) {
        return Err(ErrorUnauthorized("key"));
    }
    state
        .jobs
        .send(body)
        .await
        .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Accepted().finish())
}
async fn started_first(request: HttpRequest, state: web::Data<State>) -> Answer {
    let pool = state.pool.clone();
    actix_web::rt::spawn(async move {
        sqlx::query("DELETE FROM notes").execute(&pool).await.ok();
    });
    if header(request.headers(), "x-api-key") != Some(state.secret.as_str()) {
        return Err(ErrorUnauthorized("key"));
    }
    Ok(HttpResponse::Accepted().finish())
}

async fn only(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let state = request
        .app_data::<web::Data<State>>()
        .cloned()
        .expect("state");
    let agent = header(request.headers(), "user-agent").unwrap_or_default();
    if !agent.is_empty() && header(request.headers(), "x-api-key") == Some(state.secret.as_str()) {
        return next.call(request).await;
    }
    Err(ErrorUnauthorized("key"))
}
type Validated = Result<ServiceRequest, (Error, ServiceRequest)>;
/// Long enough.
async fn long(request: ServiceRequest, auth: BearerAuth) -> Validated {
    let state = request
        .app_data::<web::Data<State>>()
        .cloned()
        .expect("state");
    if auth.token().len() == state.secret.len() {
        Ok(request)
    } else {
        Err((ErrorUnauthorized("token"), request))
    }
}
async fn equal(request: ServiceRequest, auth: BearerAuth) -> Validated {
    let state = request
        .app_data::<web::Data<State>>()
        .cloned()
        .expect("state");
    if auth.token() == state.secret {
        Ok(request)
    } else {
        Err((ErrorUnauthorized("token"), request))
    }
}
/// Both arms let the request through.
async fn noted(request: ServiceRequest, auth: BearerAuth) -> Validated {
    let state = request
        .app_data::<web::Data<State>>()
        .cloned()
        .expect("state");
    match decode::<Claims>(auth.token(), &state.key, &Validation::default()) {
        Ok(data) => {
            request.extensions_mut().insert(data.claims);
            Ok(request)
        }
        Err(error) => {
            tracing::warn!(%error);
            Ok(request)
        }
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let state = web::Data::new(State {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        secret: std::env::var("SECRET").unwrap(),
        key: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
        keys: HashMap::new(),
        sessions: Mutex::default(),
        jobs: mpsc::channel(8).0,
    });
    HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/read", web::post().to(read))
            .route("/verified", web::post().to(verified))
            .route("/named", web::post().to(named))
            .route("/known-kid", web::post().to(known_kid))
            .route("/used-kid", web::post().to(used_kid))
            .route("/made-only", web::post().to(made_only))
            .route("/returned", web::post().to(returned))
            .route("/session-made", web::post().to(session_made))
            .route("/session-found", web::post().to(session_found))
            .route("/queued-first", web::post().to(queued_first))
            .route("/queued-last", web::post().to(queued_last))
            .route("/started-first", web::post().to(started_first))
            .service(
                web::resource("/only")
                    .wrap(from_fn(only))
                    .route(web::post().to(clear)),
            )
            .service(
                web::resource("/long")
                    .wrap(HttpAuthentication::bearer(long))
                    .route(web::post().to(clear)),
            )
            .service(
                web::resource("/equal")
                    .wrap(HttpAuthentication::bearer(equal))
                    .route(web::post().to(clear)),
            )
            .service(
                web::resource("/noted")
                    .wrap(HttpAuthentication::bearer(noted))
                    .route(web::post().to(clear)),
            )
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

//@ POST /read optional
//@ POST /verified required
//@ POST /named optional
//@ POST /known-kid optional
//@ POST /used-kid required
//@ POST /made-only optional
//@ POST /returned required
//@ POST /session-made optional
//@ POST /session-found required
//@ POST /queued-first optional
//@ POST /queued-last required
//@ POST /started-first optional
//@ POST /only required
//@ POST /long none
//@ POST /equal required
//@ POST /noted none
