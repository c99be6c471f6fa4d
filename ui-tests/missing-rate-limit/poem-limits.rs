//! Which limits reach the endpoints that invite guessing, in poem.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::{SizeLimit, TowerLayerCompatExt};
use poem::session::{CookieConfig, MemoryStorage, ServerSession, Session};
use poem::web::{Data, Json, RealIp};
use poem::{
    Endpoint, EndpointExt, Error, FromRequest, Middleware, Request, RequestBody, Response, Result, Route, Server, get,
    handler, post,
};
use sqlx::PgPool;
use tower::limit::{ConcurrencyLimitLayer, RateLimitLayer};

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>;

#[derive(serde::Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

fn allow(limiter: &Limiter, ip: Option<IpAddr>) -> Result<()> {
    match ip {
        Some(ip) if limiter.check_key(&ip).is_ok() => Ok(()),
        _ => Err(Error::from_status(StatusCode::TOO_MANY_REQUESTS)),
    }
}

/// Middleware of our own that limits.
struct Throttle(Arc<Limiter>);

impl<E: Endpoint> Middleware<E> for Throttle {
    type Output = ThrottleImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        ThrottleImpl { ep, limiter: self.0.clone() }
    }
}

struct ThrottleImpl<E> {
    ep: E,
    limiter: Arc<Limiter>,
}

impl<E: Endpoint> Endpoint for ThrottleImpl<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        let ip = RealIp::from_request_without_body(&req).await?;
        match ip.0 {
            Some(ip) if self.limiter.check_key(&ip).is_ok() => self.ep.call(req).await,
            _ => Err(Error::from_status(StatusCode::TOO_MANY_REQUESTS)),
        }
    }
}

async fn limited(ep: impl Endpoint, req: Request) -> Result<Response> {
    let limiter = req.data::<Arc<Limiter>>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let ip = RealIp::from_request_without_body(&req).await?;
    if ip.0.is_none_or(|ip| limiter.check_key(&ip).is_err()) {
        return Err(Error::from_status(StatusCode::TOO_MANY_REQUESTS));
    }
    Ok(ep.get_response(req).await)
}

async fn counted(ep: impl Endpoint, req: Request) -> Result<Response> {
    tracing::info!("another request");
    Ok(ep.get_response(req).await)
}

/// An extractor that limits.
struct Slowly;

impl<'a> FromRequest<'a> for Slowly {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let limiter = req.data::<Arc<Limiter>>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        allow(limiter, req.remote_addr().as_socket_addr().map(|it| it.ip()))?;
        Ok(Slowly)
    }
}

async fn authenticate(db: &PgPool, session: &Session, form: &Credentials) -> Result<()> {
    let query = sqlx::query_as("SELECT id, hash FROM account WHERE email = $1").bind(form.email.clone());
    let row: Option<(i64, String)> = query.fetch_optional(db).await.map_err(poem::error::InternalServerError)?;
    let (id, hash) = row.ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
    let hash = PasswordHash::new(&hash).map_err(|_| Error::from_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    Argon2::default()
        .verify_password(form.password.as_bytes(), &hash)
        .map_err(|_| Error::from_status(StatusCode::UNAUTHORIZED))?;
    session.set("user_id", id);
    Ok(())
}

#[handler]
async fn login(db: Data<&PgPool>, session: &Session, form: Json<Credentials>) -> Result<()> {
    authenticate(&db, session, &form).await
}

#[handler]
async fn login_slowly(_slowly: Slowly, db: Data<&PgPool>, session: &Session, form: Json<Credentials>) -> Result<()> {
    authenticate(&db, session, &form).await
}

#[handler]
async fn login_checked(
    limiter: Data<&Arc<Limiter>>,
    ip: RealIp,
    db: Data<&PgPool>,
    session: &Session,
    form: Json<Credentials>,
) -> Result<()> {
    allow(&limiter, ip.0)?;
    authenticate(&db, session, &form).await
}

#[handler]
async fn login_in_body(
    limiter: Data<&Arc<Limiter>>,
    ip: RealIp,
    db: Data<&PgPool>,
    session: &Session,
    form: Json<Credentials>,
) -> Result<()> {
    let ip = ip.0.ok_or(StatusCode::BAD_REQUEST)?;
    limiter.check_key(&ip).map_err(|_| Error::from_status(StatusCode::TOO_MANY_REQUESTS))?;
    authenticate(&db, session, &form).await
}

#[handler]
fn health() -> &'static str {
    "ok"
}

#[handler]
fn logout(session: &Session) {
    session.purge();
}

#[handler]
fn profile(session: &Session) -> Result<String> {
    let id: i64 = session.get("user_id").ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(id.to_string())
}

fn one() -> Route {
    Route::new().at("/login", post(login))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let limiter: Arc<Limiter> = Arc::new(Limiter::keyed(Quota::per_minute(NonZeroU32::new(5).expect("not zero"))));
    let app = Route::new()
        // near miss: middleware of our own around a nested router
        .nest("/middleware", one().with(Throttle(limiter.clone())))
        // near miss: the same on the handler
        .at("/handler/login", post(login.with(Throttle(limiter.clone()))))
        // near miss: one of several
        .nest("/several", one().with((SizeLimit::new(1024), Throttle(limiter.clone()))))
        // near miss: a function around it
        .nest("/around", one().around(limited))
        // near miss: a layer of tower's
        .nest("/tower", one().with(RateLimitLayer::new(5, Duration::from_secs(30)).compat()))
        // near miss: an extractor that limits
        .at("/slowly/login", post(login_slowly))
        // near miss: a function that the handler calls
        .at("/checked/login", post(login_checked))
        // near miss: a check in the body
        .at("/body/login", post(login_in_body))
        // near miss: nothing to guess
        .at("/health", get(health))
        // near miss: logging out guesses nothing
        .at("/logout", post(logout))
        // near miss: a read, for those who are logged in
        .at("/profile", get(profile))
        .at("/login", post(login)) //~ missing-rate-limit
        .at("/sized/login", post(login).with(SizeLimit::new(1024))) //~| missing-rate-limit
        .at("/counted/login", post(login).around(counted)) //~| missing-rate-limit
        .at("/at-once/login", post(login).with(ConcurrencyLimitLayer::new(5).compat())) //~| missing-rate-limit
        .with(ServerSession::new(CookieConfig::default(), MemoryStorage::new()))
        .data(limiter)
        .data(db);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
