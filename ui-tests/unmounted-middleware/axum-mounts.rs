//! Middleware that is mounted by other ways than its name in a layer, and some that is not.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

mod guards {
    use super::*;

    pub async fn require_login(request: Request, next: Next) -> Result<Response, StatusCode> {
        if request.headers().contains_key("authorization") {
            return Ok(next.run(request).await);
        }
        Err(StatusCode::UNAUTHORIZED)
    }

    pub async fn admin_only(request: Request, next: Next) -> Response { //~ unmounted-middleware
        match request.headers().get("x-role") {
            Some(role) if role == "admin" => next.run(request).await,
            _ => (StatusCode::FORBIDDEN, "no").into_response(),
        }
    }

    pub async fn rate_limit(State(most): State<usize>, request: Request, next: Next) -> Result<Response, StatusCode> { //~ unmounted-middleware
        if most == 0 {
            return Err(StatusCode::TOO_MANY_REQUESTS);
        }
        Ok(next.run(request).await)
    }

    // near miss: mounted under another name
    pub async fn check_csrf(request: Request, next: Next) -> Result<Response, StatusCode> {
        if request.headers().contains_key("x-csrf") { Ok(next.run(request).await) } else { Err(StatusCode::FORBIDDEN) }
    }

    // near miss: refuses nobody
    pub async fn auth_timing(request: Request, next: Next) -> Response {
        let started = std::time::Instant::now();
        let answer = next.run(request).await;
        tracing::debug!(?started, "answered");
        answer
    }

    // near miss: called by another one
    pub async fn verify_key(request: Request, next: Next) -> Result<Response, StatusCode> {
        if request.headers().contains_key("x-key") { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
    }

    // near miss: is mounted, and calls one
    pub async fn require_key(request: Request, next: Next) -> Result<Response, StatusCode> {
        verify_key(request, next).await
    }

    // near miss: in a macro
    pub async fn session_required(request: Request, next: Next) -> Result<Response, StatusCode> {
        if request.headers().contains_key("cookie") { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
    }
}

use guards::check_csrf as forms;

macro_rules! guarded {
    ($router:expr) => {
        $router.layer(from_fn(guards::session_required))
    };
}

pub async fn token_guard( //~ unmounted-middleware
    request: ServiceRequest,
    next: actix_web::middleware::Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if request.headers().contains_key("x-token") {
        return next.call(request).await;
    }
    Err(actix_web::error::ErrorUnauthorized("no token"))
}

// near miss: mounted in actix-web
pub async fn bearer_guard(
    request: ServiceRequest,
    next: actix_web::middleware::Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if request.headers().contains_key("authorization") {
        return next.call(request).await;
    }
    Err(actix_web::error::ErrorForbidden("no token"))
}

// near miss: does not guard by its name
pub async fn maintenance(request: Request, next: Next) -> Result<Response, StatusCode> {
    if std::env::var_os("CLOSED").is_some() { Err(StatusCode::FORBIDDEN) } else { Ok(next.run(request).await) }
}

// near miss: kept in a variable
pub async fn jwt_auth(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.headers().contains_key("x-jwt") { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // near miss: a test
    async fn auth_for_tests(_: Request, _: Next) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    fn mounted() -> Router {
        Router::new().layer(from_fn(guards::admin_only))
    }
}

async fn page() -> &'static str {
    "page"
}

fn app() -> Router {
    let by_variable = jwt_auth;
    let router = Router::new()
        .route("/", get(page))
        .layer(middleware::from_fn(guards::require_login))
        .layer(from_fn(guards::require_key))
        .layer(from_fn(guards::auth_timing))
        .layer(from_fn(by_variable))
        .layer(from_fn(forms));
    guarded!(router)
}

fn main() {
    let _ = app();
    let _ = actix_web::App::new().wrap(actix_web::middleware::from_fn(bearer_guard));
}
