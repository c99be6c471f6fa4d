//! Checks that are made and ignored are not the same as no checks at all.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    pool: PgPool,
    key: String,
}

fn verify(headers: &HeaderMap, app: &App) -> Result<(), StatusCode> {
    let sent = headers.get("x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
    if sent.as_bytes() != app.key.as_bytes() {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(())
}

async fn wipe(app: &App) -> StatusCode {
    match sqlx::query("DELETE FROM notes").execute(&app.pool).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn dropped(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    let _ = verify(&headers, &app);
    wipe(&app).await
}

async fn underscored(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    let _checked = verify(&headers, &app);
    wipe(&app).await
}

async fn made_ok(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    verify(&headers, &app).ok();
    wipe(&app).await
}

async fn compared(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    let _known = headers.get("x-api-key").is_some_and(|it| it.as_bytes() == app.key.as_bytes());
    wipe(&app).await
}

async fn logged(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    if verify(&headers, &app).is_err() {
        println!("nobody we know");
    }
    wipe(&app).await
}

async fn too_late(headers: HeaderMap, State(app): State<App>) -> Result<StatusCode, StatusCode> {
    let status = wipe(&app).await;
    verify(&headers, &app)?;
    Ok(status)
}

async fn unchecked(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    println!("{}", headers.len());
    wipe(&app).await
}

async fn other_header(headers: HeaderMap, State(app): State<App>) -> Result<StatusCode, StatusCode> {
    headers.get("content-type").ok_or(StatusCode::UNSUPPORTED_MEDIA_TYPE)?;
    Ok(wipe(&app).await)
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/x").await.unwrap();
    let app = App { pool, key: std::env::var("KEY").unwrap() };
    let app = Router::new()
        .route("/dropped", post(dropped))
        .route("/underscored", post(underscored))
        .route("/made-ok", post(made_ok))
        .route("/compared", post(compared))
        .route("/logged", post(logged))
        .route("/too-late", post(too_late))
        .route("/unchecked", post(unchecked))
        .route("/other-header", post(other_header))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /dropped optional
//@ POST /underscored optional
//@ POST /made-ok optional
//@ POST /compared optional
//@ POST /logged optional
//@ POST /too-late optional
//@ POST /unchecked none
//@ POST /other-header none
