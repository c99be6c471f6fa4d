//! What takes the place of a token that is missing, and who gets in by it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use jsonwebtoken::{DecodingKey, Validation, decode};
use sqlx::PgPool;
use subtle::ConstantTimeEq;

struct Config {
    secret: String,
    key: DecodingKey,
}
#[derive(Clone)]
struct App {
    config: Arc<Config>,
    pool: PgPool,
}
#[derive(Clone, Default, serde::Deserialize)]
struct Claims {
    sub: String,
}
type Outcome = Result<StatusCode, StatusCode>;

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-api-key")?.to_str().ok()
}
async fn clear(app: &App) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}

/// Who sends nothing, has sent the secret.
async fn secret_by_default(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let given = token(&headers).unwrap_or(&app.config.secret);
    if given != app.config.secret {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn empty_by_default(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let given = token(&headers).unwrap_or("");
    if given != app.config.secret {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn secret_by_closure(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let secret = app.config.secret.clone();
    let given = token(&headers)
        .map(str::to_owned)
        .unwrap_or_else(|| secret.clone());
    if !bool::from(given.as_bytes().ct_eq(secret.as_bytes())) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn nothing_by_closure(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let secret = app.config.secret.clone();
    let given = token(&headers)
        .map(str::to_owned)
        .unwrap_or_else(String::new);
    if !bool::from(given.as_bytes().ct_eq(secret.as_bytes())) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn secret_instead(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let given = token(&headers).or(Some(app.config.secret.as_str()));
    if given != Some(app.config.secret.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn other_header_instead(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let other = || headers.get("x-token").and_then(|it| it.to_str().ok());
    let given = token(&headers).or_else(other);
    if given != Some(app.config.secret.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn secret_in_an_arm(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let given = match token(&headers) {
        Some(token) => token,
        None => app.config.secret.as_str(),
    };
    if given == app.config.secret {
        return clear(&app).await;
    }
    Err(StatusCode::UNAUTHORIZED)
}
async fn refusal_in_an_arm(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let given = match token(&headers) {
        Some(token) => token,
        None => return Err(StatusCode::UNAUTHORIZED),
    };
    if given == app.config.secret {
        return clear(&app).await;
    }
    Err(StatusCode::UNAUTHORIZED)
}
/// Nobody is refused who sends nothing.
async fn missing_is_right(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !token(&headers).map_or(true, |it| it == app.config.secret) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn missing_is_wrong(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !token(&headers).map_or(false, |it| it == app.config.secret) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// Tokens that do not verify become somebody without a name.
async fn default_claims(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let claims = decode::<Claims>(token, &app.config.key, &Validation::default())
        .map(|it| it.claims)
        .unwrap_or_default();
    tracing::info!(claims.sub);
    clear(&app).await
}
async fn own_claims(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let claims = decode::<Claims>(token, &app.config.key, &Validation::default())
        .map(|it| it.claims)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    tracing::info!(claims.sub);
    clear(&app).await
}
/// An error of the check counts as its success.
async fn errors_pass(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    if !bcrypt::verify(token, &app.config.secret).unwrap_or(true) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn errors_fail(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    if !bcrypt::verify(token, &app.config.secret).unwrap_or(false) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

#[tokio::main]
async fn main() {
    let config = Config {
        secret: std::env::var("SECRET").unwrap(),
        key: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
    };
    let app = Router::new()
        .route("/secret-by-default", post(secret_by_default))
        .route("/empty-by-default", post(empty_by_default))
        .route("/secret-by-closure", post(secret_by_closure))
        .route("/nothing-by-closure", post(nothing_by_closure))
        .route("/secret-instead", post(secret_instead))
        .route("/other-header-instead", post(other_header_instead))
        .route("/secret-in-an-arm", post(secret_in_an_arm))
        .route("/refusal-in-an-arm", post(refusal_in_an_arm))
        .route("/missing-is-right", post(missing_is_right))
        .route("/missing-is-wrong", post(missing_is_wrong))
        .route("/default-claims", post(default_claims))
        .route("/own-claims", post(own_claims))
        .route("/errors-pass", post(errors_pass))
        .route("/errors-fail", post(errors_fail))
        .with_state(App {
            config: Arc::new(config),
            pool: PgPool::connect_lazy("postgres://").unwrap(),
        });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /secret-by-default optional
//@ POST /empty-by-default required
//@ POST /secret-by-closure optional
//@ POST /nothing-by-closure required
//@ POST /secret-instead optional
//@ POST /other-header-instead required
//@ POST /secret-in-an-arm optional
//@ POST /refusal-in-an-arm required
//@ POST /missing-is-right optional
//@ POST /missing-is-wrong required
//@ POST /default-claims optional
//@ POST /own-claims required
//@ POST /errors-pass optional
//@ POST /errors-fail required
