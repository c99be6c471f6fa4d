//! Which limits reach the endpoints that invite guessing, in axum.

use std::num::NonZeroU32;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRef, FromRequestParts, Multipart, Path, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sqlx::PgPool;
use tower::ServiceBuilder;
use tower::limit::ConcurrencyLimitLayer;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::GlobalKeyExtractor;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>;

#[derive(Clone, FromRef)]
struct AppState {
    db: PgPool,
    limiter: Arc<Limiter>,
    mailer: AsyncSmtpTransport<Tokio1Executor>,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    sub: i64,
    exp: i64,
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        jsonwebtoken::decode::<Claims>(token, &state.decoding, &Validation::default())
            .map(|data| User(data.claims.sub))
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

/// Rejects whoever asks too often.
struct Throttle;

impl<S> FromRequestParts<S> for Throttle
where
    S: Send + Sync,
    Arc<Limiter>: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, state)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        let limiter = Arc::<Limiter>::from_ref(state);
        limiter.check_key(&peer.ip()).map(|()| Throttle).map_err(|_| StatusCode::TOO_MANY_REQUESTS)
    }
}

async fn throttle(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    state.limiter.check_key(&peer.ip()).map_err(|_| StatusCode::TOO_MANY_REQUESTS)?;
    Ok(next.run(request).await)
}

/// Refuses everybody once the trial is over.
async fn trial(State(state): State<AppState>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let query = sqlx::query_scalar("SELECT until > now() FROM trial");
    let ongoing: bool = query.fetch_one(&state.db).await.map_err(internal)?;
    if !ongoing {
        return Err(StatusCode::TOO_MANY_REQUESTS);
    }
    Ok(next.run(request).await)
}

/// Counts, and lets everybody pass.
async fn count(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if state.limiter.check_key(&peer.ip()).is_err() {
        tracing::warn!(%peer, "many requests");
    }
    next.run(request).await
}

#[derive(Clone, serde::Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

fn internal<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn authenticate(state: &AppState, form: &Credentials) -> Result<String, StatusCode> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE email = $1")
        .bind(form.email.clone())
        .fetch_optional(&state.db)
        .await
        .map_err(internal)?;
    let (id, hash) = row.ok_or(StatusCode::UNAUTHORIZED)?;
    let hash = PasswordHash::new(&hash).map_err(internal)?;
    Argon2::default().verify_password(form.password.as_bytes(), &hash).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let claims = Claims { sub: id, exp: chrono::Utc::now().timestamp() + 3600 };
    jsonwebtoken::encode(&Header::default(), &claims, &state.encoding).map_err(internal)
}

async fn login(State(state): State<AppState>, Json(form): Json<Credentials>) -> Result<String, StatusCode> {
    authenticate(&state, &form).await
}

async fn login_with_guard(
    _: Throttle,
    State(state): State<AppState>,
    Json(form): Json<Credentials>,
) -> Result<String, StatusCode> {
    authenticate(&state, &form).await
}

async fn login_with_check(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json(form): Json<Credentials>,
) -> Result<String, StatusCode> {
    check_rate_limit(&state, peer)?;
    authenticate(&state, &form).await
}

fn check_rate_limit(state: &AppState, peer: SocketAddr) -> Result<(), StatusCode> {
    if state.limiter.check_key(&peer.ip()).is_err() {
        return Err(StatusCode::TOO_MANY_REQUESTS);
    }
    Ok(())
}

async fn login_with_late_check(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json(form): Json<Credentials>,
) -> Result<String, StatusCode> {
    let token = authenticate(&state, &form).await?;
    check_rate_limit(&state, peer)?;
    Ok(token)
}

async fn login_with_ignored_check(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json(form): Json<Credentials>,
) -> Result<String, StatusCode> {
    let _ = check_rate_limit(&state, peer);
    authenticate(&state, &form).await
}

async fn register(State(state): State<AppState>, Json(form): Json<Credentials>) -> Result<StatusCode, StatusCode> {
    use argon2::password_hash::{PasswordHasher, SaltString, rand_core::OsRng};
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2::Argon2::default().hash_password(form.password.as_bytes(), &salt).map_err(internal)?.to_string();
    let query = sqlx::query("INSERT INTO account (email, hash) VALUES ($1, $2)").bind(form.email).bind(hash);
    query.execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::CREATED)
}

async fn forgot_password(State(state): State<AppState>, Json(email): Json<String>) -> Result<StatusCode, StatusCode> {
    let token = uuid::Uuid::new_v4().to_string();
    let query = sqlx::query("INSERT INTO reset (token, email) VALUES ($1, $2)").bind(token.clone()).bind(email.clone());
    query.execute(&state.db).await.map_err(internal)?;
    let to = email.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let from = "shop@example.com".parse().map_err(internal)?;
    let message = Message::builder().to(to).from(from).subject("New password").body(token).map_err(internal)?;
    state.mailer.send(message).await.map_err(internal)?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(serde::Deserialize)]
struct OneTimeCode {
    account: i64,
    code: String,
}

async fn verify_otp(State(state): State<AppState>, Json(form): Json<OneTimeCode>) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("DELETE FROM one_time_code WHERE account = $1 AND code = $2");
    let deleted = query.bind(form.account).bind(form.code).execute(&state.db).await.map_err(internal)?;
    if deleted.rows_affected() == 1 { Ok(StatusCode::NO_CONTENT) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn login_by_comparison(Json(form): Json<Credentials>) -> Result<StatusCode, StatusCode> {
    let password = std::env::var("ADMIN_PASSWORD").map_err(internal)?;
    if form.password == password { Ok(StatusCode::OK) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn count_bytes(_: User, mut form: Multipart) -> Result<String, StatusCode> {
    let mut count = 0;
    while let Some(field) = form.next_field().await.map_err(internal)? {
        count += field.bytes().await.map_err(internal)?.len();
    }
    Ok(count.to_string())
}

#[derive(serde::Deserialize)]
struct Nickname {
    nickname: String,
}

async fn login_as_anybody(State(state): State<AppState>, Json(form): Json<Nickname>) -> Result<StatusCode, StatusCode> {
    sqlx::query("INSERT INTO seen (nickname) VALUES ($1)")
        .bind(form.nickname)
        .execute(&state.db)
        .await
        .map_err(internal)?;
    Ok(StatusCode::CREATED)
}

async fn upload(_: User, mut form: Multipart) -> Result<StatusCode, StatusCode> {
    while let Some(field) = form.next_field().await.map_err(|_| StatusCode::BAD_REQUEST)? {
        let bytes = field.bytes().await.map_err(|_| StatusCode::BAD_REQUEST)?;
        tokio::fs::write(format!("uploads/{}", uuid::Uuid::new_v4()), bytes).await.map_err(internal)?;
    }
    Ok(StatusCode::CREATED)
}

async fn profile(user: User) -> String {
    user.0.to_string()
}

async fn comment(user: User, State(state): State<AppState>, text: String) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("INSERT INTO comment (author, text) VALUES ($1, $2)").bind(user.0).bind(text);
    query.execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::CREATED)
}

async fn pin(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("UPDATE comment SET pinned = true WHERE author = $1 AND id = $2").bind(user.0).bind(id);
    query.execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn react(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("INSERT INTO reaction (author, comment) VALUES ($1, $2)").bind(user.0).bind(id);
    query.execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::CREATED)
}

async fn health() -> &'static str {
    "ok"
}

fn covered() -> Router<AppState> {
    let limits = GovernorConfigBuilder::default().per_second(4).burst_size(2).finish().expect("not zero");
    Router::new()
        .route("/login", post(login)) // near miss: the limiter comes below, and covers what stands above
        .route("/register", post(register)) // near miss: the same limiter
        .route("/forgot-password", post(forgot_password)) // near miss: the same for mail
        .layer(GovernorLayer::new(limits))
}

fn nested() -> Router<AppState> {
    let limits = GovernorConfigBuilder::default().per_second(1).burst_size(5).finish().expect("not zero");
    let inner = Router::new().route("/login", post(login)); // near miss: the router that it is nested in is limited
    Router::new().nest("/inner", inner).route_layer(GovernorLayer::new(limits))
}

fn stacked() -> Router<AppState> {
    let limits = GovernorConfigBuilder::default().key_extractor(GlobalKeyExtractor).finish().expect("not zero");
    let stack = ServiceBuilder::new().layer(RequestBodyLimitLayer::new(4096)).layer(GovernorLayer::new(limits));
    Router::new().route("/login", post(login)).layer(stack) // near miss: a stack of layers, one of which limits
}

fn single() -> Router<AppState> {
    let limits = Arc::new(GovernorConfigBuilder::default().per_second(1).burst_size(5).finish().expect("not zero"));
    Router::new()
        .route("/otp", post(verify_otp).layer(GovernorLayer::new(limits.clone()))) // near miss: the limiter is on the method router
        .route("/upload", post(upload).route_layer(GovernorLayer::new(limits))) // near miss: a limited upload
}

fn hand_made(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/login", post(login)) // near miss: a middleware of ours that asks a keyed governor
        .layer(from_fn_with_state(state.clone(), throttle))
}

fn in_the_handler() -> Router<AppState> {
    Router::new()
        .route("/guard", post(login_with_guard)) // near miss: an extractor of ours that limits
        .route("/check", post(login_with_check)) // near miss: a check in the body before the password
}

fn bare() -> Router<AppState> {
    Router::new()
        .route("/login", post(login)) //~ missing-rate-limit
        .route("/register", post(register)) //~| missing-rate-limit
        .route("/forgot-password", post(forgot_password)) //~| missing-rate-limit
        .route("/otp", post(verify_otp)) //~| missing-rate-limit
        .route("/upload", post(upload).layer(DefaultBodyLimit::max(1 << 20))) //~| missing-rate-limit
        .route("/comparing/login", post(login_by_comparison)) //~| missing-rate-limit
        .route("/count", post(count_bytes)) // near miss: nothing of it is kept
        .route("/anybody/login", post(login_as_anybody)) // near miss: nothing secret is asked
        .route("/late", post(login_with_late_check)) //~ missing-rate-limit
        .route("/ignored", post(login_with_ignored_check)) //~ missing-rate-limit
}

fn too_late() -> Router<AppState> {
    let limits = GovernorConfigBuilder::default().per_second(1).burst_size(5).finish().expect("not zero");
    Router::new()
        .route("/profile", get(profile))
        .layer(GovernorLayer::new(limits))
        .route("/login", post(login)) //~ missing-rate-limit
}

/// A limit on what happens at once is none on what happens in a minute.
fn concurrency() -> Router<AppState> {
    Router::new()
        .route("/login", post(login)) //~ missing-rate-limit
        .layer(ConcurrencyLimitLayer::new(64))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(5)))
}

fn only_counted(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/login", post(login)) //~ missing-rate-limit
        .layer(from_fn_with_state(state.clone(), count))
}

/// A plan that has run out is answered with the same status.
fn only_for_the_plan(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/login", post(login)) //~ missing-rate-limit
        .layer(from_fn_with_state(state.clone(), trial))
}

/// Siblings are limited, and one mutation is not.
fn siblings() -> Router<AppState> {
    let limits = GovernorConfigBuilder::default().per_second(1).burst_size(30).finish().expect("not zero");
    Router::new()
        .route("/comments", post(comment))
        .route("/comments/{id}", post(comment))
        .route("/comments/{id}/replies", post(comment))
        .layer(GovernorLayer::new(limits))
        .route("/comments/{id}/reactions", post(react)) //~ missing-rate-limit
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/health", get(health)) // near miss: nothing to guess
        .route("/profile", get(profile)) // near miss: a read, for authenticated users
        .route("/comments/{id}/pin", post(pin)) // near miss: what is done to a comment, and no code
        .nest("/covered", covered())
        .nest("/nested", nested())
        .nest("/stacked", stacked())
        .nest("/single", single())
        .nest("/hand-made", hand_made(&state))
        .nest("/handler", in_the_handler())
        .nest("/bare", bare())
        .nest("/late", too_late())
        .nest("/concurrency", concurrency())
        .nest("/counted", only_counted(&state))
        .nest("/trial", only_for_the_plan(&state))
        .nest("/siblings", siblings())
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let state = AppState {
        db: PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL"),
        limiter: Arc::new(RateLimiter::keyed(quota)),
        mailer: AsyncSmtpTransport::<Tokio1Executor>::relay("mail.example.com").expect("a host").build(),
        encoding: EncodingKey::from_secret(secret.as_bytes()),
        decoding: DecodingKey::from_secret(secret.as_bytes()),
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state).into_make_service_with_connect_info::<SocketAddr>()).await
}
