//! A check that a setting switches off makes an endpoint conditional: no finding, but no blessing either.

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone)]
struct Settings {
    auth_required: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { auth_required: true }
    }
}

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
    settings: Settings,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn user(parts: &Parts, key: &DecodingKey) -> Option<i64> {
    let token = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok().map(|data| data.claims.sub)
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        user(parts, &state.key).map(User).ok_or(StatusCode::UNAUTHORIZED)
    }
}

async fn require_user(State(state): State<AppState>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, body) = request.into_parts();
    if state.settings.auth_required && user(&parts, &state.key).is_none() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

async fn save(State(state): State<AppState>, text: String) -> StatusCode {
    let query = sqlx::query("INSERT INTO page (text) VALUES ($1)").bind(text);
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::CREATED)
}

async fn save_as(user: User, State(state): State<AppState>, text: String) -> StatusCode {
    let query = sqlx::query("INSERT INTO page (author, text) VALUES ($1, $2)").bind(user.0).bind(text);
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::CREATED)
}

fn app(state: AppState) -> Router {
    let conditional = Router::new()
        .route("/pages", post(save)) // near miss: a setting decides whether the middleware rejects, and it is on by default
        .layer(from_fn_with_state(state.clone(), require_user));

    let mut app = Router::new()
        .route("/drafts", post(save_as)) // near miss: no setting switches this extractor off
        .nest("/conditional", conditional);
    if std::env::var_os("READ_ONLY").is_none() {
        app = app.route("/writes", post(save)); //~ missing-authentication
    }
    app.with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let key = DecodingKey::from_secret(secret.as_bytes());
    let state = AppState { db, key, settings: Settings::default() };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
