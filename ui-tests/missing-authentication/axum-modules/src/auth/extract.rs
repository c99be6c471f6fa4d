//! Extractors.

use jsonwebtoken::{Validation, decode};
use web::extract::FromRequestParts;
use web::http::{StatusCode, header::AUTHORIZATION, request::Parts};

use crate::state::AppState;

#[derive(serde::Deserialize)]
pub struct Claims {
    pub sub: i64,
    pub staff: bool,
}

pub struct Session(pub Claims);

/// The name under which handlers ask for a session.
pub type Caller = Session;

impl FromRequestParts<AppState> for Session {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        match decode::<Claims>(token, &state.key, &Validation::default()) {
            Ok(data) => Ok(Session(data.claims)),
            Err(_) => Err(StatusCode::UNAUTHORIZED),
        }
    }
}
