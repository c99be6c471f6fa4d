//! Which limits reach the endpoints that invite guessing, in warp.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use sqlx::PgPool;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply, reject};

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>;

#[derive(Debug)]
enum Refusal {
    TooManyRequests,
    Unauthorized,
    Internal,
}
impl reject::Reject for Refusal {}

#[derive(serde::Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

fn with<T: Clone + Send + Sync + 'static>(value: T) -> impl Filter<Extract = (T,), Error = Infallible> + Clone {
    warp::any().map(move || value.clone())
}

async fn rate_limit(peer: Option<SocketAddr>, limiter: Arc<Limiter>) -> Result<(), Rejection> {
    let Some(peer) = peer else {
        return Err(reject::custom(Refusal::TooManyRequests));
    };
    limiter.check_key(&peer.ip()).map_err(|_| reject::custom(Refusal::TooManyRequests))
}

/// A limiter by another name.
async fn slowly(peer: Option<SocketAddr>, limiter: Arc<Limiter>) -> Result<(), Rejection> {
    match peer.map(|peer| limiter.check_key(&peer.ip())) {
        Some(Ok(())) => Ok(()),
        _ => Err(reject::custom(Refusal::TooManyRequests)),
    }
}

/// Knows who asks, and limits nothing.
async fn noted(peer: Option<SocketAddr>) -> Result<(), Rejection> {
    tracing::info!(?peer, "a login");
    Ok(())
}

fn limited(limiter: Arc<Limiter>) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::addr::remote().and(with(limiter)).and_then(rate_limit).untuple_one()
}

async fn login(form: Credentials, db: PgPool) -> Result<impl Reply, Rejection> {
    let query = sqlx::query_scalar("SELECT hash FROM account WHERE email = $1").bind(form.email);
    let hash: Option<String> = query.fetch_optional(&db).await.map_err(|_| reject::custom(Refusal::Internal))?;
    let hash = hash.ok_or_else(|| reject::custom(Refusal::Unauthorized))?;
    let hash = PasswordHash::new(&hash).map_err(|_| reject::custom(Refusal::Internal))?;
    let verified = Argon2::default().verify_password(form.password.as_bytes(), &hash);
    verified.map_err(|_| reject::custom(Refusal::Unauthorized))?;
    Ok(uuid::Uuid::new_v4().to_string())
}

async fn login_slowly(
    form: Credentials,
    peer: Option<SocketAddr>,
    limiter: Arc<Limiter>,
    db: PgPool,
) -> Result<impl Reply, Rejection> {
    slowly(peer, limiter).await?;
    login(form, db).await
}

fn routes(limiter: Arc<Limiter>, db: PgPool) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let post = |area: &'static str, name: &'static str| {
        warp::path(area).and(warp::path(name)).and(warp::path::end()).and(warp::post())
    };
    let form = || warp::body::content_length_limit(4096).and(warp::body::json::<Credentials>());

    // near miss: a filter that limits stands before the handler
    let named = post("a", "login")
        .and(limited(limiter.clone()))
        .and(form())
        .and(with(db.clone()))
        .and_then(login);
    // near miss: it limits whatever its name is
    let quiet = post("b", "login")
        .and(warp::addr::remote().and(with(limiter.clone())).and_then(slowly).untuple_one())
        .and(form())
        .and(with(db.clone()))
        .and_then(login);
    // near miss: a closure asks the limiter
    let inline = post("c", "login")
        .and(warp::addr::remote())
        .and(with(limiter.clone()))
        .and_then(|peer, limiter| async move { rate_limit(peer, limiter).await })
        .untuple_one()
        .and(form())
        .and(with(db.clone()))
        .and_then(login);
    // near miss: the handler limits itself
    let inside = post("d", "login")
        .and(form())
        .and(warp::addr::remote())
        .and(with(limiter.clone()))
        .and(with(db.clone()))
        .and_then(login_slowly);
    // near miss: the limit stands before several routes
    let several = limited(limiter.clone()).and(
        post("e", "login")
            .and(form())
            .and(with(db.clone()))
            .and_then(login)
            // near miss: and is in force for each of them
            .or(post("f", "login").and(form()).and(with(db.clone())).and_then(login)),
    );
    // near miss: a wrapper puts it before the routes
    let around = {
        let limiter = limiter.clone();
        let inner = post("g", "login").and(form()).and(with(db.clone())).and_then(login);
        inner.with(warp::wrap_fn(move |inner| limited(limiter.clone()).and(inner)))
    };
    // near miss: what decorates the answer hides nothing
    let decorated = post("h", "login")
        .and(limited(limiter.clone()))
        .and(form())
        .and(with(db.clone()))
        .and_then(login)
        .map(|reply| warp::reply::with_header(reply, "cache-control", "no-store"));
    // near miss: it comes after the body, and before the handler
    let behind = post("i", "login")
        .and(form())
        .and(with(db.clone()))
        .and(limited(limiter))
        .and_then(login);
    // near miss: the page with the form
    let page = warp::path!("login").and(warp::get()).map(|| warp::reply::html("<form>"));
    // near miss: whoever logs out guesses nothing
    let logout = warp::path!("logout").and(warp::post()).map(|| StatusCode::NO_CONTENT);

    let unlimited = post("x", "login").and(form()).and(with(db.clone())).and_then(login); //~ missing-rate-limit
    let watched = post("y", "login")
        .and(warp::addr::remote().and_then(noted).untuple_one())
        .and(form())
        .and(with(db))
        .and_then(login); //~ missing-rate-limit

    named
        .or(quiet)
        .or(inline)
        .or(inside)
        .or(several)
        .or(around)
        .or(decorated)
        .or(behind)
        .or(page)
        .or(logout)
        .or(unlimited)
        .or(watched)
}

#[tokio::main]
async fn main() {
    let limiter = Arc::new(RateLimiter::keyed(Quota::per_minute(5.try_into().expect("not zero"))));
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("set")).expect("an address");
    warp::serve(routes(limiter, db)).run(([127, 0, 0, 1], 3030)).await;
}
