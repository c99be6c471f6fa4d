//! Tokens that a client has sent, and tokens that somebody else has answered with.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use jsonwebtoken::{decode, DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[derive(Clone)]
struct App { pool: PgPool, key: DecodingKey, http: reqwest::Client }
#[derive(Deserialize)]
struct Callback { code: String, state: String }
#[derive(Deserialize)]
struct Tokens { access_token: String }
#[derive(Deserialize, Serialize)]
struct Claims { sub: String }
#[derive(Deserialize)]
struct Refresh { access_token: String }
#[derive(Deserialize)]
struct Report { access_token: String, text: String }

async fn callback(State(app): State<App>, Query(query): Query<Callback>) -> Result<String, StatusCode> {
    let tokens: Tokens = app.http.post("https://id.example.org/token").form(&[("code", &query.code)]).send().await
        .map_err(|_| StatusCode::BAD_GATEWAY)?.json().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let claims = decode::<Claims>(&tokens.access_token, &app.key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    sqlx::query("INSERT INTO logins (sub) VALUES ($1)").bind(&claims.claims.sub).execute(&app.pool).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(claims.claims.sub)
}

async fn exchange(app: &App, code: &str) -> Result<Tokens, reqwest::Error> {
    app.http.post("https://id.example.org/token").form(&[("code", code)]).send().await?.json::<Tokens>().await
}

async fn github(State(app): State<App>, Query(query): Query<Callback>) -> Result<String, StatusCode> {
    let tokens = exchange(&app, &query.code).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let claims = decode::<Claims>(&tokens.access_token, &app.key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(claims.claims.sub)
}

async fn refresh(State(app): State<App>, Json(body): Json<Refresh>) -> Result<String, StatusCode> {
    let claims = decode::<Claims>(&body.access_token, &app.key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(claims.claims.sub)
}

async fn report(State(app): State<App>, Json(body): Json<Report>) -> Result<String, StatusCode> {
    let claims = decode::<Claims>(&body.access_token, &app.key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    sqlx::query("INSERT INTO reports (sub, text) VALUES ($1, $2)").bind(&claims.claims.sub).bind(&body.text).execute(&app.pool).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(claims.claims.sub)
}

pub fn app(app: App) -> Router {
    Router::new()
        .route("/oauth/callback", get(callback))
        .route("/connect/github", get(github))
        .route("/auth/refresh", post(refresh))
        .route("/reports", post(report))
        .with_state(app)
}

//@ GET /oauth/callback none
//@ GET /connect/github none
//@ POST /auth/refresh required
//@ POST /reports required
