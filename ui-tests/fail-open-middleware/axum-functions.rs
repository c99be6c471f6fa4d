//! Middleware that checks credentials, and what it does where it could not.

use std::task::{Context, Poll};

use axum::extract::{Extension, FromRequestParts, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;
use subtle::ConstantTimeEq;
use tower::{Layer, Service};

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
    operator: String,
}

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn claims(token: &str, key: &DecodingKey) -> Result<Claims, jsonwebtoken::errors::Error> {
    jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).map(|it| it.claims)
}

async fn session(db: &PgPool, token: &str) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT account FROM session WHERE token = $1").bind(token).fetch_optional(db).await
}

/// The store is down, and everybody is in.
async fn open_on_error(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let token = bearer(request.headers()).unwrap_or_default().to_owned();
    match session(&state.db, &token).await {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => {
            tracing::warn!(%error, "the session store is down");
            next.run(request).await //~ fail-open-middleware
        }
    }
}

/// Only who brings a token has it checked.
async fn open_without_token(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(token) = bearer(request.headers()) {
        if claims(token, &state.key).is_err() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
    }
    next.run(request).await //~ fail-open-middleware
}

/// The same by an early exit.
async fn open_without_header(State(state): State<AppState>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let Some(token) = bearer(request.headers()) else {
        return Ok(next.run(request).await); //~ fail-open-middleware
    };
    claims(token, &state.key).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

/// A missing token is refused, an invented one is only noted.
async fn open_to_invented(State(state): State<AppState>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = bearer(request.headers()).ok_or(StatusCode::UNAUTHORIZED)?;
    if let Err(error) = claims(token, &state.key) {
        tracing::warn!(%error, "token");
    }
    Ok(next.run(request).await) //~ fail-open-middleware
}

/// A service of its own, with the same gap.
#[derive(Clone)]
struct TokenLayer {
    key: DecodingKey,
}

impl<S> Layer<S> for TokenLayer {
    type Service = TokenService<S>;

    fn layer(&self, inner: S) -> TokenService<S> {
        TokenService { inner, key: self.key.clone() }
    }
}

#[derive(Clone)]
struct TokenService<S> {
    inner: S,
    key: DecodingKey,
}

impl<S> Service<Request> for TokenService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let known = bearer(request.headers()).map(|token| claims(token, &self.key).is_ok());
        let mut inner = self.inner.clone();
        Box::pin(async move {
            match known {
                Some(true) => inner.call(request).await,
                Some(false) => Ok(StatusCode::UNAUTHORIZED.into_response()),
                None => inner.call(request).await, //~ fail-open-middleware
            }
        })
    }
}

/// Refuses all who are not known.
async fn strict(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match bearer(request.headers()).map(|it| claims(it, &state.key)) {
        Some(Ok(_)) => next.run(request).await, // near miss: every other arm refuses
        Some(Err(_)) => StatusCode::UNAUTHORIZED.into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

/// An error of the store is an error.
async fn strict_on_error(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let token = bearer(request.headers()).unwrap_or_default().to_owned();
    match session(&state.db, &token).await {
        Ok(Some(_)) => next.run(request).await, // near miss: an error of the store refuses, too
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Says who it is where somebody is, and refuses forged tokens.
async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Result<Response, StatusCode> {
    if let Some(token) = bearer(request.headers()) {
        let claims = claims(token, &state.key).map_err(|_| StatusCode::UNAUTHORIZED)?;
        request.extensions_mut().insert(claims);
    }
    Ok(next.run(request).await) // near miss: handlers take the claims out of the extensions
}

/// The same, of which a page makes something for visitors.
async fn greet_visitors(State(state): State<AppState>, mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let known = match bearer(request.headers()) {
        Some(token) => Some(claims(token, &state.key).map_err(|_| StatusCode::UNAUTHORIZED)?),
        None => None,
    };
    request.extensions_mut().insert(known);
    Ok(next.run(request).await) // near miss: whether somebody is known is left to the handlers
}

/// Notes who it is, and refuses nobody.
async fn note(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match bearer(request.headers()).map(|it| claims(it, &state.key)) {
        Some(Ok(claims)) => tracing::info!(user = claims.sub, "request"),
        Some(Err(error)) => tracing::info!(%error, "request"),
        None => {}
    }
    next.run(request).await // near miss: it refuses nobody, and looks like it
}

/// Lets the login pass.
async fn all_but_login(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/login" {
        return next.run(request).await; // near miss: one path is exempt
    }
    match bearer(request.headers()).map(|it| claims(it, &state.key)) {
        Some(Ok(_)) => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Lets what browsers ask beforehand pass.
async fn all_but_preflights(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return next.run(request).await; // near miss: one method is exempt
    }
    match bearer(request.headers()).map(|it| claims(it, &state.key)) {
        Some(Ok(_)) => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Either credential will do.
async fn either(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let sent = request.headers().get("x-operator").map(|it| it.as_bytes()).unwrap_or_default();
    if bool::from(sent.ct_eq(state.operator.as_bytes())) {
        return next.run(request).await; // near miss: another credential was checked
    }
    match bearer(request.headers()).map(|it| claims(it, &state.key)) {
        Some(Ok(_)) => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// A switch in the settings.
async fn switched(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if std::env::var("AUTH_DISABLED").is_ok() {
        return next.run(request).await; // near miss: a setting decides, which `routes` calls conditional
    }
    match bearer(request.headers()).map(|it| claims(it, &state.key)) {
        Some(Ok(_)) => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Looks at something else than credentials.
async fn same_origin(request: Request, next: Next) -> Response {
    match request.headers().get(header::ORIGIN) {
        Some(origin) if origin != "https://example-shop.com" => StatusCode::FORBIDDEN.into_response(),
        _ => next.run(request).await, // near miss: where a page is from is no credential
    }
}

/// Only lets through who has no token, too, and stands inside of middleware that is strict.
async fn inner(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(token) = bearer(request.headers()) {
        if claims(token, &state.key).is_err() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
    }
    next.run(request).await // near miss: the layer around it is strict
}

/// The same, in front of handlers that ask themselves.
async fn before_users(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(token) = bearer(request.headers()) {
        if claims(token, &state.key).is_err() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
    }
    next.run(request).await // near miss: every handler behind it takes the user
}

/// The same, in front of what is open by nature.
async fn before_health(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(token) = bearer(request.headers()) {
        if claims(token, &state.key).is_err() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
    }
    next.run(request).await // near miss: nothing behind it wants to be guarded
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let token = bearer(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)?;
        claims(token, &state.key).map(|it| User(it.sub)).map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

async fn touch(db: &PgPool, what: &'static str, id: i64) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (what, id) VALUES ($1, $2)").bind(what).bind(id);
    if query.execute(db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn create(State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "create", 0).await
}

async fn remove(State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    touch(&state.db, "remove", id).await
}

async fn by_user(user: User, State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "own", user.0).await
}

async fn by_claims(Extension(claims): Extension<Claims>, State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "own", claims.sub).await
}

async fn greet(Extension(known): Extension<Option<Claims>>) -> String {
    known.map_or_else(|| "hello".to_owned(), |it| format!("hello {}", it.sub))
}

async fn list(State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    let rows = sqlx::query_scalar("SELECT what FROM event").fetch_all(&state.db).await;
    rows.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn health() -> &'static str {
    "ok"
}

fn writes() -> Router<AppState> {
    Router::new().route("/", post(create)).route("/{id}", delete(remove))
}

/// The layers, one on each.
macro_rules! behind {
    ($state:expr, $router:expr, $middleware:expr) => {
        $router.layer(middleware::from_fn_with_state($state.clone(), $middleware))
    };
}

fn app(state: AppState) -> Router {
    let users = || Router::new().route("/", post(by_user));
    Router::new()
        .nest("/on-error", behind!(state, Router::new().route("/", post(create)), open_on_error)) //~| fail-open-middleware
        .nest("/without-token", behind!(state, Router::new().route("/", post(create)), open_without_token)) //~| fail-open-middleware
        .nest("/without-header", behind!(state, Router::new().route("/", post(create)), open_without_header)) //~| fail-open-middleware
        .nest("/invented", behind!(state, Router::new().route("/", post(create)), open_to_invented)) //~| fail-open-middleware
        .nest("/service", Router::new().route("/", post(create)).layer(TokenLayer { key: state.key.clone() })) //~| fail-open-middleware
        .nest("/strict", behind!(state, writes(), strict))
        .nest("/strict-on-error", behind!(state, writes(), strict_on_error))
        .nest("/identify", behind!(state, Router::new().route("/", post(by_claims)), identify))
        .nest("/greet", behind!(state, Router::new().route("/", get(greet)), greet_visitors))
        .nest("/note", behind!(state, users(), note))
        .nest("/login", behind!(state, writes(), all_but_login))
        .nest("/preflights", behind!(state, writes(), all_but_preflights))
        .nest("/either", behind!(state, writes(), either))
        .nest("/switched", behind!(state, writes(), switched))
        .nest("/origin", users().layer(middleware::from_fn(same_origin)))
        .nest("/inner", behind!(state, behind!(state, writes(), inner), strict))
        .nest("/users", behind!(state, users(), before_users))
        .nest("/health", behind!(state, Router::new().route("/health", get(health)), before_health))
        .nest("/reads", behind!(state, Router::new().route("/", get(list)), open_on_error)) //~| fail-open-middleware
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let operator = std::env::var("OPERATOR").expect("OPERATOR is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()), operator };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
