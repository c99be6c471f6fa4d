//! Layers that authenticate, and what is added to their routers after them.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, Validation};
use sha2::Sha256;
use sqlx::PgPool;
use tower::ServiceBuilder;
use tower_http::services::ServeDir;
use tower_http::trace::TraceLayer;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
    webhook_key: Vec<u8>,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn user_of(headers: &HeaderMap, key: &DecodingKey) -> Option<i64> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok()?;
    Some(data.claims.sub)
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        user_of(&parts.headers, &state.key).map(User).ok_or(StatusCode::UNAUTHORIZED)
    }
}

async fn require_user(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match user_of(request.headers(), &state.key) {
        Some(_) => next.run(request).await,
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn note_user(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(user) = user_of(request.headers(), &state.key) {
        tracing::info!(user, "request");
    }
    next.run(request).await
}

async fn touch(db: &PgPool, what: &'static str, id: i64) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (what, id) VALUES ($1, $2)").bind(what).bind(id);
    if query.execute(db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn create(State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "create", 0).await
}

async fn update(State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    touch(&state.db, "update", id).await
}

async fn remove(State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    touch(&state.db, "remove", id).await
}

async fn own(user: User, State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "own", user.0).await
}

async fn list(State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    let rows = sqlx::query_scalar("SELECT what FROM event").fetch_all(&state.db).await;
    rows.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn catch_all(State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "legacy", 0).await
}

async fn paid(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&state.webhook_key) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    mac.update(&body);
    let sent = headers.get("x-signature").and_then(|it| hex::decode(it.as_bytes()).ok()).unwrap_or_default();
    if mac.verify_slice(&sent).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    touch(&state.db, "paid", 0).await
}

async fn login(State(state): State<AppState>, Json((name, password)): Json<(String, String)>) -> StatusCode {
    let row: Result<Option<String>, _> =
        sqlx::query_scalar("SELECT hash FROM account WHERE name = $1").bind(name).fetch_optional(&state.db).await;
    match row {
        Ok(Some(hash)) if bcrypt::verify(password, &hash).unwrap_or(false) => StatusCode::NO_CONTENT,
        _ => StatusCode::UNAUTHORIZED,
    }
}

async fn health() -> &'static str {
    "ok"
}

/// A route below the line.
fn one_route(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .route("/{id}", delete(remove)) //~ unprotected-by-layer-order
}

/// Several, of which the finding stands at the first.
fn several_routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .route_layer(from_fn_with_state(state.clone(), require_user))
        .route("/health", get(health)) // near miss: health checks are open by nature
        .route("/{id}", put(update)) //~ unprotected-by-layer-order
        .route("/{id}/copy", post(update)) //~| unprotected-by-layer-order
        .route("/copies", get(list)) // near miss: an open read among them may be meant
}

/// A router merged below the line.
fn merged(state: &AppState) -> Router<AppState> {
    let more = Router::new()
        .route("/{id}", delete(remove)) //~| unprotected-by-layer-order
        .route("/{id}/copy", post(update)) //~| unprotected-by-layer-order
        .layer(TraceLayer::new_for_http());
    Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .merge(more) //~ unprotected-by-layer-order
}

/// A router nested below the line, by a function of its own.
fn nested(state: &AppState) -> Router<AppState> {
    let app = Router::new().route("/", post(create)).layer(from_fn_with_state(state.clone(), require_user));
    let app = app.nest("/items", items()); //~ unprotected-by-layer-order
    app.layer(TraceLayer::new_for_http())
}

fn items() -> Router<AppState> {
    Router::new().route("/{id}", delete(remove)) //~| unprotected-by-layer-order
}

/// The layer comes first, as it would in other frameworks, and covers nothing at all.
fn layer_first(state: &AppState) -> Router<AppState> {
    Router::new()
        .layer(from_fn_with_state(state.clone(), require_user))
        .route("/reports", get(list)) //~ unprotected-by-layer-order
}

/// A privileged read.
fn privileged(state: &AppState) -> Router<AppState> {
    let mut router = Router::new().route("/settings", put(create));
    router = router.layer(from_fn_with_state(state.clone(), require_user));
    router.route("/admin/accounts", get(list)) //~ unprotected-by-layer-order
}

/// What is open by nature stands below the line on purpose.
fn open_by_nature(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create)) // near miss: covered
        .layer(from_fn_with_state(state.clone(), require_user))
        .route("/login", post(login)) // near miss: nobody has an identity before the login
        .route("/webhooks/payments", post(paid)) // near miss: the sender's signature is verified
        .nest_service("/static", ServeDir::new("static")) // near miss: files for everybody
}

/// Who asks by himself needs no layer.
fn asks_itself(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .route("/own", post(own)) // near miss: the handler takes the user
        .route("/{id}", delete(remove).layer(from_fn_with_state(state.clone(), require_user))) // near miss: a layer of its own
}

/// A later layer covers both.
fn covered_later(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .route("/{id}", delete(remove)) // near miss: the same layer is added once more below
        .layer(ServiceBuilder::new().layer(from_fn_with_state(state.clone(), require_user)))
}

/// The router in which it is nested has a layer, too.
fn covered_outside(state: &AppState) -> Router<AppState> {
    let inner = Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .route("/{id}", delete(remove)); // near miss: the router around it authenticates
    Router::new().nest("/inner", inner).layer(from_fn_with_state(state.clone(), require_user))
}

/// A merged router that brings its own.
fn brings_its_own(state: &AppState) -> Router<AppState> {
    let more = Router::new()
        .route("/{id}", delete(remove)) // near miss: its own router has the layer
        .layer(from_fn_with_state(state.clone(), require_user));
    Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .merge(more)
}

/// A layer that would not have helped.
fn no_protection(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(own))
        .layer(TraceLayer::new_for_http())
        .layer(from_fn_with_state(state.clone(), note_user))
        .route("/{id}", delete(remove)) // near miss: neither layer keeps anybody out, which is for another lint to say
}

/// A layer that is only there in one set-up.
fn on_one_branch(state: &AppState, strict: bool) -> Router<AppState> {
    let mut router = Router::new().route("/", post(own));
    if strict {
        router = router.layer(from_fn_with_state(state.clone(), require_user));
    }
    router.route("/{id}", delete(remove)) // near miss: without the branch there is no layer that it could miss
}

/// A router that says that it is for everybody.
fn for_everybody(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .merge(public_routes()) // near miss: meant to be open, and reported as open by another lint
}

fn public_routes() -> Router<AppState> {
    Router::new().route("/ratings", post(create))
}

/// What no route answers.
fn with_fallback(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .route_layer(from_fn_with_state(state.clone(), require_user))
        .fallback(catch_all) // near miss: a fallback is no route that was forgotten
}

fn app(state: AppState) -> Router {
    Router::new()
        .nest("/one", one_route(&state))
        .nest("/several", several_routes(&state))
        .nest("/merged", merged(&state))
        .nest("/nested", nested(&state))
        .nest("/first", layer_first(&state))
        .nest("/privileged", privileged(&state))
        .nest("/nature", open_by_nature(&state))
        .nest("/itself", asks_itself(&state))
        .nest("/later", covered_later(&state))
        .nest("/outside", covered_outside(&state))
        .nest("/brings", brings_its_own(&state))
        .nest("/none", no_protection(&state))
        .nest("/branch", on_one_branch(&state, std::env::var("STRICT").is_ok()))
        .nest("/everybody", for_everybody(&state))
        .nest("/fallback", with_fallback(&state))
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let webhook_key = std::env::var("WEBHOOK_KEY").expect("WEBHOOK_KEY is set").into_bytes();
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()), webhook_key };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
