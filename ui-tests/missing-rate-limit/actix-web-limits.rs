//! Which limits reach the endpoints that invite guessing, in actix-web.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_governor::{Governor, GovernorConfigBuilder};
use actix_identity::Identity;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorInternalServerError, ErrorTooManyRequests, ErrorUnauthorized};
use actix_web::middleware::{Condition, Logger, Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpResponse, HttpServer, Result, get, post, web};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use sqlx::PgPool;

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>;

#[derive(serde::Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

async fn authenticate(request: &HttpRequest, db: &PgPool, form: &Credentials) -> Result<HttpResponse> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE email = $1")
        .bind(form.email.clone())
        .fetch_optional(db)
        .await
        .map_err(ErrorInternalServerError)?;
    let (id, hash) = row.ok_or_else(|| ErrorUnauthorized("wrong credentials"))?;
    let hash = PasswordHash::new(&hash).map_err(|_| ErrorInternalServerError("bad hash"))?;
    Argon2::default()
        .verify_password(form.password.as_bytes(), &hash)
        .map_err(|_| ErrorUnauthorized("wrong credentials"))?;
    Identity::login(&request.extensions(), id.to_string()).map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn login(request: HttpRequest, db: web::Data<PgPool>, form: web::Json<Credentials>) -> Result<HttpResponse> {
    authenticate(&request, &db, &form).await
}

async fn register(db: web::Data<PgPool>, form: web::Json<Credentials>) -> Result<HttpResponse> {
    use argon2::password_hash::{PasswordHasher, SaltString, rand_core::OsRng};
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2::Argon2::default()
        .hash_password(form.password.as_bytes(), &salt)
        .map_err(|_| ErrorInternalServerError("no hash"))?
        .to_string();
    let query = sqlx::query("INSERT INTO account (email, hash) VALUES ($1, $2)").bind(form.email.clone()).bind(hash);
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Created().finish())
}

async fn request_reset(db: web::Data<PgPool>, email: web::Json<String>) -> Result<HttpResponse> {
    let query = sqlx::query("INSERT INTO password_reset (token, email) VALUES ($1, $2)");
    let query = query.bind(uuid::Uuid::new_v4().to_string()).bind(email.into_inner());
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Accepted().finish())
}

fn allow(limiter: &Limiter, request: &HttpRequest) -> Result<()> {
    let peer = request.peer_addr().ok_or_else(|| ErrorInternalServerError("no peer"))?;
    limiter.check_key(&peer.ip()).map_err(|_| ErrorTooManyRequests("slow down"))
}

// near miss: a check in the body before the password
#[post("/body/login")]
async fn login_with_check(
    request: HttpRequest,
    limiter: web::Data<Limiter>,
    db: web::Data<PgPool>,
    form: web::Json<Credentials>,
) -> Result<HttpResponse> {
    allow(&limiter, &request)?;
    authenticate(&request, &db, &form).await
}

#[post("/body/late-login")]
async fn login_with_late_check( //~ missing-rate-limit
    request: HttpRequest,
    limiter: web::Data<Limiter>,
    db: web::Data<PgPool>,
    form: web::Json<Credentials>,
) -> Result<HttpResponse> {
    let response = authenticate(&request, &db, &form).await?;
    allow(&limiter, &request)?;
    Ok(response)
}

#[post("/body/ignored-login")]
async fn login_with_ignored_check( //~ missing-rate-limit
    request: HttpRequest,
    limiter: web::Data<Limiter>,
    db: web::Data<PgPool>,
    form: web::Json<Credentials>,
) -> Result<HttpResponse> {
    if allow(&limiter, &request).is_err() {
        tracing::warn!("many logins");
    }
    authenticate(&request, &db, &form).await
}

async fn throttle(
    limiter: web::Data<Limiter>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let peer = request.peer_addr().ok_or_else(|| ErrorInternalServerError("no peer"))?;
    if limiter.check_key(&peer.ip()).is_err() {
        return Err(ErrorTooManyRequests("slow down"));
    }
    next.call(request).await
}

// near miss: nothing to guess
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

// near miss: a read, for authenticated users
#[get("/profile")]
async fn profile(user: Identity) -> Result<String> {
    user.id().map_err(ErrorUnauthorized)
}

// near miss: logging out guesses nothing
#[post("/logout")]
async fn logout(user: Identity) -> HttpResponse {
    user.logout();
    HttpResponse::NoContent().finish()
}

fn auth_routes(config: &mut web::ServiceConfig) {
    config
        .route("/login", web::post().to(login)) // near miss: configured into a scope that is limited
        .route("/register", web::post().to(register)); // near miss: the same scope
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let limiter = web::Data::new(Limiter::keyed(Quota::per_minute(NonZeroU32::new(5).expect("not zero"))));
    let limits = GovernorConfigBuilder::default().seconds_per_request(4).burst_size(2).finish().expect("not zero");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .app_data(limiter.clone())
            .wrap(Logger::default())
            .service((health, profile, logout, login_with_check, login_with_late_check, login_with_ignored_check))
            .service(web::scope("/auth").wrap(Governor::new(&limits)).configure(auth_routes))
            .service(
                web::scope("/outer").wrap(Governor::new(&limits)).service(
                    web::scope("/inner").route("/login", web::post().to(login)), // near miss: the outer scope is limited
                ),
            )
            .service(
                web::resource("/resource/login")
                    .route(web::post().to(login)) // near miss: the limiter is on the resource, below the route
                    .wrap(Governor::new(&limits)),
            )
            .route("/route/reset-password", web::post().to(request_reset).wrap(Governor::new(&limits))) // near miss: on the route
            .service(
                web::scope("/hand-made")
                    .wrap(from_fn(throttle))
                    .route("/login", web::post().to(login)), // near miss: a middleware of ours that asks a keyed governor
            )
            .service(
                web::scope("/always")
                    .wrap(Condition::new(true, Governor::new(&limits)))
                    .route("/login", web::post().to(login)), // near miss: a `Condition` that is constantly true
            )
            .service(
                web::scope("/never")
                    .wrap(Condition::new(false, Governor::new(&limits)))
                    .route("/login", web::post().to(login)), //~ missing-rate-limit
            )
            .service(web::scope("/elsewhere").wrap(Governor::new(&limits)).route("/profile", web::get().to(HttpResponse::Ok)))
            .route("/login", web::post().to(login)) //~ missing-rate-limit
            .route("/register", web::post().to(register)) //~| missing-rate-limit
            .route("/reset-password", web::post().to(request_reset)) //~| missing-rate-limit
    })
    .max_connections(1000)
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
