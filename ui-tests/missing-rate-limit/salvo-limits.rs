//! Which limits reach the endpoints that invite guessing, in salvo.

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use salvo::affix_state;
use salvo::http::StatusCode;
use salvo::oapi::extract::JsonBody;
use salvo::prelude::*;
use salvo::rate_limiter::{BasicQuota, FixedGuard, MokaStore, RateLimiter, RemoteIpIssuer};
use sqlx::{PgPool, Row};
use std::net::IpAddr;
use std::num::NonZeroU32;

type Keyed = governor::DefaultKeyedRateLimiter<String>;

#[derive(serde::Deserialize, ToSchema)]
struct Credentials {
    email: String,
    password: String,
}

async fn check(depot: &Depot, form: &Credentials) -> Result<String, StatusError> {
    let db = depot.obtain::<PgPool>().map_err(|_| StatusError::internal_server_error())?;
    let query = sqlx::query("SELECT hash FROM account WHERE email = $1").bind(form.email.clone());
    let row = query.fetch_one(db).await.map_err(|_| StatusError::unauthorized())?;
    let hash = PasswordHash::new(row.get("hash")).map_err(|_| StatusError::internal_server_error())?;
    Argon2::default()
        .verify_password(form.password.as_bytes(), &hash)
        .map_err(|_| StatusError::unauthorized())?;
    Ok(uuid::Uuid::new_v4().to_string())
}

#[endpoint]
async fn login(form: JsonBody<Credentials>, depot: &mut Depot) -> Result<String, StatusError> {
    check(depot, &form).await
}

#[endpoint]
async fn unlock(form: JsonBody<Credentials>, depot: &mut Depot) -> Result<String, StatusError> {
    check(depot, &form).await
}

// near miss: a read
#[handler]
async fn articles() -> &'static str {
    "[]"
}

/// A hoop of ours that counts and refuses.
#[handler]
async fn throttle(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    let limiter = depot.obtain::<std::sync::Arc<Keyed>>().expect("the limiter is there");
    if limiter.check_key(&req.remote_addr().to_string()).is_err() {
        res.status_code(StatusCode::TOO_MANY_REQUESTS);
    }
}

/// A hoop that only counts who comes.
#[handler]
async fn count(req: &mut Request, depot: &mut Depot) {
    depot.insert("peer", req.remote_addr().to_string());
}

/// Limits itself.
#[endpoint]
async fn login_limited(form: JsonBody<Credentials>, depot: &mut Depot) -> Result<String, StatusError> {
    let limiter = depot.obtain::<std::sync::Arc<Keyed>>().map_err(|_| StatusError::internal_server_error())?;
    limiter.check_key(&form.email).map_err(|_| StatusError::too_many_requests())?;
    check(depot, &form).await
}

fn slow() -> impl Handler {
    RateLimiter::new(FixedGuard::new(), MokaStore::new(), RemoteIpIssuer, BasicQuota::per_minute(5))
}

fn limited() -> Router {
    let limiter = RateLimiter::new(FixedGuard::new(), MokaStore::new(), RemoteIpIssuer, BasicQuota::per_minute(5));
    Router::with_path("limited")
        // near miss: added before the limiter, and covered by it
        .push(Router::with_path("login").post(login))
        // near miss: two routers below it
        .push(Router::with_path("v1").push(Router::with_path("unlock").post(unlock)))
        .hoop(limiter)
}

fn app(db: PgPool, limiter: std::sync::Arc<Keyed>) -> Router {
    Router::new()
        .hoop(affix_state::inject(db).inject(limiter))
        .push(limited())
        // near miss: the limiter comes out of a function
        .push(Router::with_path("slow/login").hoop(slow()).post(login))
        // near miss: a hoop of ours limits
        .push(Router::with_path("ours/login").hoop(throttle).post(login))
        // near miss: a limiter in the body
        .push(Router::with_path("body/login").post(login_limited))
        // near miss: the router is made with the limiter
        .push(Router::with_hoop(throttle).path("made/login").post(login))
        // near miss: the limiter stands beside another hoop
        .push(Router::with_path("two/login").hoop(count).hoop(throttle).post(login))
        // near miss: the handler brings it
        .push(Router::with_path("own/login").post(login.hoop(throttle)))
        .push(Router::with_path("articles").get(articles))
        .push(
            Router::with_path("open")
                // how much at once, how large and how long is not how often
                .hoop(max_concurrency(10))
                .hoop(max_size(1024))
                .push(Router::with_path("login").post(login)), //~ missing-rate-limit
        )
        .push(Router::with_path("counted/login").hoop(count).post(unlock)) //~ missing-rate-limit
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").expect("a database")).await.expect("a database");
    let quota = governor::Quota::per_minute(NonZeroU32::MIN);
    let limiter = std::sync::Arc::new(governor::RateLimiter::keyed(quota));
    // near miss: what limits all of the service limits its login
    let whole = Service::new(Router::with_path("whole/login").hoop(affix_state::inject(db.clone()).inject(limiter.clone())).post(login))
        .hoop(slow());
    let one = TcpListener::new("127.0.0.1:8698").bind().await;
    let two = TcpListener::new("127.0.0.1:8699").bind().await;
    tokio::join!(Server::new(one).serve(app(db, limiter)), Server::new(two).serve(whole));
}
