//! Checks chained by methods of `Result`, `Option` and `bool`, and by `ensure!` and `bail!`.

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use sqlx::{PgPool, Row};

#[derive(Clone)]
struct App {
    pool: PgPool,
    key: String,
}

struct Failure(anyhow::Error);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, self.0.to_string()).into_response()
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure(error)
    }
}

fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-api-key")?.to_str().ok()
}

fn check(headers: &HeaderMap, app: &App) -> Result<(), StatusCode> {
    match key(headers) {
        Some(sent) if sent == app.key => Ok(()),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn wipe(app: &App) -> Result<(), StatusCode> {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(())
}

async fn and(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    let name = check(&headers, &app).and(Ok("notes"))?;
    let _ = name;
    wipe(&app).await
}

/// `or` takes the other where the first fails.
async fn or(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    check(&headers, &app).or(Ok::<(), StatusCode>(()))?;
    wipe(&app).await
}

async fn reversed(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    Ok(()).and(check(&headers, &app))?;
    wipe(&app).await
}

async fn filtered(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    let sent = key(&headers).filter(|sent| *sent == app.key).ok_or(StatusCode::UNAUTHORIZED)?;
    let _ = sent;
    wipe(&app).await
}

async fn filtered_by_length(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    let sent = key(&headers).filter(|sent| sent.len() == 32).ok_or(StatusCode::UNAUTHORIZED)?;
    let _ = sent;
    wipe(&app).await
}

async fn then_some(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    (key(&headers) == Some(app.key.as_str())).then_some(()).ok_or(StatusCode::UNAUTHORIZED)?;
    wipe(&app).await
}

async fn then_some_in_vain(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    let _allowed = (key(&headers) == Some(app.key.as_str())).then_some(());
    wipe(&app).await
}

async fn chained(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    headers
        .get("x-api-key")
        .ok_or(StatusCode::UNAUTHORIZED)
        .and_then(|it| it.to_str().map_err(|_| StatusCode::BAD_REQUEST))
        .and_then(|it| if it == app.key { Ok(it) } else { Err(StatusCode::FORBIDDEN) })?;
    wipe(&app).await
}

async fn chained_form_only(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    headers
        .get("x-api-key")
        .ok_or(StatusCode::UNAUTHORIZED)
        .and_then(|it| it.to_str().map_err(|_| StatusCode::BAD_REQUEST))
        .and_then(|it| if it.is_empty() { Err(StatusCode::FORBIDDEN) } else { Ok(it) })?;
    wipe(&app).await
}

async fn mapped(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    check(&headers, &app).map(|()| app.pool.clone())?;
    wipe(&app).await
}

async fn ensured(headers: HeaderMap, State(app): State<App>) -> Result<(), Failure> {
    async fn run(headers: HeaderMap, app: App) -> anyhow::Result<()> {
        let sent = key(&headers).context("no key")?;
        ensure!(sent == app.key, "another key");
        sqlx::query("DELETE FROM notes").execute(&app.pool).await?;
        Ok(())
    }
    Ok(run(headers, app).await?)
}

async fn bailed(headers: HeaderMap, State(app): State<App>) -> Result<(), Failure> {
    async fn run(headers: HeaderMap, app: App) -> anyhow::Result<()> {
        let Some(sent) = key(&headers) else { bail!("no key") };
        if sent != app.key {
            bail!("another key");
        }
        sqlx::query("DELETE FROM notes").execute(&app.pool).await?;
        Ok(())
    }
    Ok(run(headers, app).await?)
}

async fn ensured_of_nothing(headers: HeaderMap, State(app): State<App>) -> Result<(), Failure> {
    async fn run(headers: HeaderMap, app: App) -> anyhow::Result<()> {
        let sent = key(&headers).context("no key")?;
        ensure!(!sent.is_empty(), "an empty key");
        sqlx::query("DELETE FROM notes").execute(&app.pool).await?;
        Ok(())
    }
    Ok(run(headers, app).await?)
}

async fn in_closure(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    let check = || {
        let sent = key(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
        if sent != app.key {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(())
    };
    check()?;
    wipe(&app).await
}

/// The question mark leaves the closure only.
async fn in_closure_in_vain(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    let check = || {
        let sent = key(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
        if sent != app.key {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(())
    };
    let _ = check();
    wipe(&app).await
}

async fn in_block(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    let checked: Result<(), StatusCode> = async {
        let sent = key(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
        if sent != app.key {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(())
    }
    .await;
    checked?;
    wipe(&app).await
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/x").await.unwrap();
    let app = Router::new()
        .route("/and", post(and))
        .route("/or", post(or))
        .route("/reversed", post(reversed))
        .route("/filtered", post(filtered))
        .route("/filtered-by-length", post(filtered_by_length))
        .route("/then-some", post(then_some))
        .route("/then-some-in-vain", post(then_some_in_vain))
        .route("/chained", post(chained))
        .route("/chained-form-only", post(chained_form_only))
        .route("/mapped", post(mapped))
        .route("/ensured", post(ensured))
        .route("/bailed", post(bailed))
        .route("/ensured-of-nothing", post(ensured_of_nothing))
        .route("/in-closure", post(in_closure))
        .route("/in-closure-in-vain", post(in_closure_in_vain))
        .route("/in-block", post(in_block))
        .with_state(App { pool, key: std::env::var("KEY").unwrap() });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /and required
//@ POST /or optional
//@ POST /reversed required
//@ POST /filtered required
//@ POST /filtered-by-length optional
//@ POST /then-some required
//@ POST /then-some-in-vain optional
//@ POST /chained required
//@ POST /chained-form-only optional
//@ POST /mapped required
//@ POST /ensured required
//@ POST /bailed required
//@ POST /ensured-of-nothing optional
//@ POST /in-closure required
//@ POST /in-closure-in-vain optional
//@ POST /in-block required
