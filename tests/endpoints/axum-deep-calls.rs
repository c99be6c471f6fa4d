//! How deep calls are followed: a check that lies deeper is doubt, not nothing; without a credential
//! there is none to doubt.
//@ GET /near required
//@ GET /far unknown
//@ GET /deep none
//@ GET /round none

use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::get};
use jsonwebtoken::{DecodingKey, Validation, decode};

struct Claims {
    sub: String,
}

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok());
    header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)
}

fn is_genuine(token: &str) -> Result<Claims, StatusCode> {
    let key = DecodingKey::from_secret(std::env::var("JWT_SECRET").unwrap().as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default());
    data.map(|it| it.claims).map_err(|_| StatusCode::UNAUTHORIZED)
}

async fn near_by(headers: HeaderMap) -> Result<String, StatusCode> {
    let claims = near_0(token(&headers)?)?;
    Ok(claims.sub)
}

async fn far_off(headers: HeaderMap) -> Result<String, StatusCode> {
    let claims = far_0(token(&headers)?)?;
    Ok(claims.sub)
}

async fn without_a_credential() -> Result<String, StatusCode> {
    deep_0(3)
}

// It calls itself, and nobody is asked for anything.
async fn round(headers: HeaderMap) -> Result<String, StatusCode> {
    let length = counted(headers.len())?;
    Ok(length.to_string())
}

fn counted(left: usize) -> Result<usize, StatusCode> {
    match left {
        0 => Ok(0),
        _ => counted(left - 1),
    }
}

pub fn app() -> Router {
    Router::new()
        .route("/near", get(near_by))
        .route("/far", get(far_off))
        .route("/deep", get(without_a_credential))
        .route("/round", get(round))
}

fn near_0(token: &str) -> Result<Claims, StatusCode> {
    near_1(token)
}

fn near_1(token: &str) -> Result<Claims, StatusCode> {
    near_2(token)
}

fn near_2(token: &str) -> Result<Claims, StatusCode> {
    near_3(token)
}

fn near_3(token: &str) -> Result<Claims, StatusCode> {
    is_genuine(token)
}

fn far_0(token: &str) -> Result<Claims, StatusCode> {
    far_1(token)
}

fn far_1(token: &str) -> Result<Claims, StatusCode> {
    far_2(token)
}

fn far_2(token: &str) -> Result<Claims, StatusCode> {
    far_3(token)
}

fn far_3(token: &str) -> Result<Claims, StatusCode> {
    far_4(token)
}

fn far_4(token: &str) -> Result<Claims, StatusCode> {
    far_5(token)
}

fn far_5(token: &str) -> Result<Claims, StatusCode> {
    far_6(token)
}

fn far_6(token: &str) -> Result<Claims, StatusCode> {
    far_7(token)
}

fn far_7(token: &str) -> Result<Claims, StatusCode> {
    far_8(token)
}

fn far_8(token: &str) -> Result<Claims, StatusCode> {
    far_9(token)
}

fn far_9(token: &str) -> Result<Claims, StatusCode> {
    far_10(token)
}

fn far_10(token: &str) -> Result<Claims, StatusCode> {
    far_11(token)
}

fn far_11(token: &str) -> Result<Claims, StatusCode> {
    far_12(token)
}

fn far_12(token: &str) -> Result<Claims, StatusCode> {
    far_13(token)
}

fn far_13(token: &str) -> Result<Claims, StatusCode> {
    is_genuine(token)
}

fn deep_0(count: usize) -> Result<String, StatusCode> {
    deep_1(count)
}

fn deep_1(count: usize) -> Result<String, StatusCode> {
    deep_2(count)
}

fn deep_2(count: usize) -> Result<String, StatusCode> {
    deep_3(count)
}

fn deep_3(count: usize) -> Result<String, StatusCode> {
    deep_4(count)
}

fn deep_4(count: usize) -> Result<String, StatusCode> {
    deep_5(count)
}

fn deep_5(count: usize) -> Result<String, StatusCode> {
    deep_6(count)
}

fn deep_6(count: usize) -> Result<String, StatusCode> {
    deep_7(count)
}

fn deep_7(count: usize) -> Result<String, StatusCode> {
    deep_8(count)
}

fn deep_8(count: usize) -> Result<String, StatusCode> {
    deep_9(count)
}

fn deep_9(count: usize) -> Result<String, StatusCode> {
    deep_10(count)
}

fn deep_10(count: usize) -> Result<String, StatusCode> {
    deep_11(count)
}

fn deep_11(count: usize) -> Result<String, StatusCode> {
    deep_12(count)
}

fn deep_12(count: usize) -> Result<String, StatusCode> {
    deep_13(count)
}

fn deep_13(count: usize) -> Result<String, StatusCode> {
    Ok(count.to_string())
}
