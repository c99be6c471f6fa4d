//! Checks in the body of a handler: whether every path to the first effect passes one.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post, put};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    role: String,
}

struct AppError(StatusCode);

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<sqlx::Error> for AppError {
    fn from(_: sqlx::Error) -> Self {
        AppError(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

type Reply = Result<StatusCode, AppError>;

mod access {
    use super::*;

    /// Two calls down from the handlers.
    pub fn claims(headers: &HeaderMap, key: &DecodingKey) -> Option<Claims> {
        let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok().map(|data| data.claims)
    }

    #[derive(Default)]
    pub struct Access {
        role: Option<&'static str>,
    }

    impl Access {
        pub fn new() -> Self {
            Access::default()
        }

        pub fn role(mut self, role: &'static str) -> Self {
            self.role = Some(role);
            self
        }

        pub async fn check(&self, headers: &HeaderMap, state: &AppState) -> Result<i64, AppError> {
            let claims = claims(headers, &state.key).ok_or(AppError(StatusCode::UNAUTHORIZED))?;
            if self.role.is_some_and(|role| claims.role != role) {
                return Err(AppError(StatusCode::FORBIDDEN));
            }
            let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE id = $1)")
                .bind(claims.sub)
                .fetch_one(&state.db)
                .await?;
            if known { Ok(claims.sub) } else { Err(AppError(StatusCode::UNAUTHORIZED)) }
        }
    }
}

use access::{Access, claims};

macro_rules! require_user {
    ($headers:expr, $state:expr) => {
        match claims(&$headers, &$state.key) {
            Some(claims) => claims,
            None => return Err(AppError(StatusCode::UNAUTHORIZED)),
        }
    };
}

async fn save(db: &PgPool, user: i64, text: &str) -> Reply {
    let query = sqlx::query("INSERT INTO page (author, text) VALUES ($1, $2)").bind(user).bind(text.to_owned());
    query.execute(db).await?;
    Ok(StatusCode::CREATED)
}

async fn question_mark(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let user = Access::new().check(&headers, &state).await?;
    save(&state.db, user, &text).await
}

async fn with_role(State(state): State<AppState>, headers: HeaderMap, Path(id): Path<i64>) -> Reply {
    Access::new().role("admin").check(&headers, &state).await?;
    sqlx::query("DELETE FROM page WHERE id = $1").bind(id).execute(&state.db).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn early_return(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let user = claims(&headers, &state.key);
    if user.is_none() {
        tracing::warn!("anonymous write");
        return Err(AppError(StatusCode::UNAUTHORIZED));
    }
    save(&state.db, user.map(|it| it.sub).unwrap_or_default(), &text).await
}

async fn by_match(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    match claims(&headers, &state.key) {
        Some(claims) if claims.role == "editor" => save(&state.db, claims.sub, &text).await,
        Some(_) => Err(AppError(StatusCode::FORBIDDEN)),
        None => Err(AppError(StatusCode::UNAUTHORIZED)),
    }
}

async fn by_if_let(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    if let Some(claims) = claims(&headers, &state.key) {
        save(&state.db, claims.sub, &text).await
    } else {
        Err(AppError(StatusCode::UNAUTHORIZED))
    }
}

async fn by_macro(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let user = require_user!(headers, state);
    save(&state.db, user.sub, &text).await
}

async fn ok_or(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let user = claims(&headers, &state.key).ok_or(AppError(StatusCode::UNAUTHORIZED))?;
    save(&state.db, user.sub, &text).await
}

async fn delegated(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    tracing::debug!(length = text.len(), "page");
    checked_save(&state, &headers, &text).await
}

/// Checks and writes, one call down.
async fn checked_save(state: &AppState, headers: &HeaderMap, text: &str) -> Reply {
    let user = Access::new().check(headers, state).await?;
    save(&state.db, user, text).await
}

async fn harmless_first(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(AppError(StatusCode::BAD_REQUEST));
    }
    let user = Access::new().check(&headers, &state).await?;
    save(&state.db, user, &text).await
}

async fn both_branches(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    if text.starts_with("draft:") {
        let user = Access::new().check(&headers, &state).await?;
        save(&state.db, user, &text).await
    } else {
        let user = Access::new().role("editor").check(&headers, &state).await?;
        save(&state.db, user, &text).await
    }
}

async fn ignored(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let _ = Access::new().check(&headers, &state).await;
    save(&state.db, 0, &text).await
}

async fn after_the_write(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let saved = save(&state.db, 0, &text).await?;
    Access::new().check(&headers, &state).await?;
    Ok(saved)
}

async fn one_branch(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    if !text.starts_with("draft:") {
        Access::new().check(&headers, &state).await?;
    }
    save(&state.db, 0, &text).await
}

async fn only_if_present(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    if headers.contains_key(header::AUTHORIZATION) {
        Access::new().check(&headers, &state).await?;
    }
    save(&state.db, 0, &text).await
}

async fn only_logged(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    if Access::new().check(&headers, &state).await.is_err() {
        tracing::warn!("anonymous write");
    }
    save(&state.db, 0, &text).await
}

async fn or_default(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let user = Access::new().check(&headers, &state).await.unwrap_or(0);
    save(&state.db, user, &text).await
}

async fn in_the_background(State(state): State<AppState>, headers: HeaderMap, text: String) -> Reply {
    let copy = state.clone();
    tokio::spawn(async move { Access::new().check(&headers, &copy).await.is_ok() });
    save(&state.db, 0, &text).await
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/question-mark", post(question_mark)) // near miss: `check(..).await?` two calls down and in another module
        .route("/pages/{id}", delete(with_role)) // near miss: a builder that ends in the check
        .route("/early-return", post(early_return)) // near miss: `is_none()` returns before the write
        .route("/by-match", put(by_match)) // near miss: only one arm of the `match` writes
        .route("/by-if-let", post(by_if_let)) // near miss: the `else` branch rejects
        .route("/by-macro", post(by_macro)) // near miss: a macro of ours hides the `return Err`
        .route("/ok-or", post(ok_or)) // near miss: `ok_or(..)?` on an `Option`
        .route("/delegated", post(delegated)) // near miss: check and write are in the same callee
        .route("/harmless-first", post(harmless_first)) // near miss: the input is validated before the check, without an effect
        .route("/both-branches", post(both_branches)) // near miss: each branch has its own check
        .route("/ignored", post(ignored)) //~ missing-authentication
        .route("/after-the-write", post(after_the_write)) //~ missing-authentication
        .route("/one-branch", post(one_branch)) // near miss: drafts may be meant to be open; whether they are is a question for auditors
        .route("/only-if-present", post(only_if_present)) //~ missing-authentication
        .route("/only-logged", post(only_logged)) //~ missing-authentication
        .route("/or-default", post(or_default)) //~ missing-authentication
        .route("/background", post(in_the_background)) //~ missing-authentication
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()) };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
