//! Parts of a token that everybody can make: its length, its form, the word before it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use sqlx::PgPool;

struct Config {
    secret: String,
    prefix: String,
    realm: String,
}
#[derive(Clone)]
struct App {
    config: Arc<Config>,
    pool: PgPool,
}
type Outcome = Result<StatusCode, StatusCode>;
const PREFIX: &str = "sk_live_";

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let value = headers.get("x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
    value.to_str().map_err(|_| StatusCode::BAD_REQUEST)
}
async fn clear(app: &App) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}
fn demand(holds: bool) -> Result<(), StatusCode> {
    if holds {
        Ok(())
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}

async fn length(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if token(&headers)?.len() != app.config.secret.len() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn length_and_text(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if token.len() != app.config.secret.len() || token != app.config.secret {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn demanded_length(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (given, secret) = (token(&headers)?, &app.config.secret);
    demand(given.chars().count() == secret.chars().count())?;
    clear(&app).await
}
async fn demanded_text(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (given, secret) = (token(&headers)?, &app.config.secret);
    demand(given == secret)?;
    clear(&app).await
}
/// The prefix stands in the documentation.
async fn first_part(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (prefix, rest) = token(&headers)?
        .split_once('_')
        .ok_or(StatusCode::BAD_REQUEST)?;
    if prefix != app.config.prefix || rest.is_empty() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn second_part(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (prefix, rest) = token(&headers)?
        .split_once('_')
        .ok_or(StatusCode::BAD_REQUEST)?;
    if prefix != app.config.prefix || rest != app.config.secret {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn public_prefix(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if !token.starts_with(PREFIX) || token.len() != 40 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn cut_prefix(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if token.get(..PREFIX.len()) != Some(PREFIX) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn behind_prefix(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let rest = token(&headers)?
        .strip_prefix(PREFIX)
        .ok_or(StatusCode::UNAUTHORIZED)?;
    if rest != app.config.secret {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// The empty text is at the beginning of every secret.
async fn begins_like(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !app.config.secret.starts_with(token(&headers)?) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// As far as both go: the empty token is right.
async fn zipped(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if !token
        .bytes()
        .zip(app.config.secret.bytes())
        .all(|(a, b)| a == b)
    {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn form(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !token(&headers)?.chars().all(|it| it.is_ascii_hexdigit()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn realm(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let mut parts = token(&headers)?.split(' ');
    if parts.next() != Some(app.config.realm.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn behind_realm(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let mut parts = token(&headers)?.split(' ');
    let (_, token) = (parts.next(), parts.next());
    if token != Some(app.config.secret.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

#[tokio::main]
async fn main() {
    let setting = |name: &str| std::env::var(name).unwrap();
    let config = Config {
        secret: setting("SECRET"),
        prefix: setting("PREFIX"),
        realm: setting("REALM"),
    };
    let app = Router::new()
        .route("/length", post(length))
        .route("/length-and-text", post(length_and_text))
        .route("/demanded-length", post(demanded_length))
        .route("/demanded-text", post(demanded_text))
        .route("/first-part", post(first_part))
        .route("/second-part", post(second_part))
        .route("/public-prefix", post(public_prefix))
        .route("/cut-prefix", post(cut_prefix))
        .route("/behind-prefix", post(behind_prefix))
        .route("/begins-like", post(begins_like))
        .route("/zipped", post(zipped))
        .route("/form", post(form))
        .route("/realm", post(realm))
        .route("/behind-realm", post(behind_realm))
        .with_state(App {
            config: Arc::new(config),
            pool: PgPool::connect_lazy("postgres://").unwrap(),
        });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /length optional
//@ POST /length-and-text required
//@ POST /demanded-length optional
//@ POST /demanded-text required
//@ POST /first-part optional
//@ POST /second-part required
//@ POST /public-prefix optional
//@ POST /cut-prefix optional
//@ POST /behind-prefix required
//@ POST /begins-like optional
//@ POST /zipped optional
//@ POST /form optional
//@ POST /realm optional
//@ POST /behind-realm required
