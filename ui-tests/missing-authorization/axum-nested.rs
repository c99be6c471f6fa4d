//! Routers of administrators that are nested, layered and put together by modules.

use axum::extract::{Extension, FromRef, FromRequestParts, OptionalFromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
enum Role {
    Member,
    Admin,
}

#[derive(Clone, serde::Deserialize)]
struct Caller {
    sub: i64,
    role: Role,
}

fn caller(parts: &header::HeaderMap, state: &AppState) -> Result<Caller, StatusCode> {
    let header = parts.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let data = jsonwebtoken::decode::<Caller>(token, &state.key, &Validation::default());
    Ok(data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims)
}

async fn authenticated(State(state): State<AppState>, mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let caller = caller(request.headers(), &state)?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

async fn only_admins(Extension(caller): Extension<Caller>, request: Request, next: Next) -> Result<Response, StatusCode> {
    match caller.role {
        Role::Admin => Ok(next.run(request).await),
        Role::Member => Err(StatusCode::FORBIDDEN),
    }
}

/// Whoever has a token.
struct User(Caller);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        caller(&parts.headers, state).map(User)
    }
}

/// Whoever has the token of an administrator.
struct Staff(Caller);

impl FromRequestParts<AppState> for Staff {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let caller = caller(&parts.headers, state)?;
        if caller.role != Role::Admin {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(Staff(caller))
    }
}

async fn run(db: &PgPool, sql: &'static str, id: i64) -> Result<(), StatusCode> {
    let done = sqlx::query(sql).bind(id).execute(db).await;
    done.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

mod account {
    use super::*;

    async fn profile(Extension(caller): Extension<Caller>) -> Json<i64> {
        Json(caller.sub)
    }

    async fn rename(user: User, State(state): State<AppState>) -> Result<(), StatusCode> {
        run(&state.db, "UPDATE users SET name = 'x' WHERE id = $1", user.0.sub).await
    }

    pub fn routes() -> Router<AppState> {
        Router::new().route("/profile", get(profile)).route("/name", put(rename))
    }
}

mod admin {
    use super::*;

    async fn ban(State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        run(&state.db, "UPDATE users SET banned = true WHERE id = $1", id).await
    }

    async fn unban(Extension(caller): Extension<Caller>, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        tracing::info!(by = caller.sub, "unban");
        run(&state.db, "UPDATE users SET banned = false WHERE id = $1", id).await
    }

    pub fn routes() -> Router<AppState> {
        Router::new()
            .route("/users/{id}/ban", post(ban).delete(unban)) //~ missing-authorization
    }
}

mod backoffice {
    use super::*;

    async fn refund(_: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        run(&state.db, "UPDATE orders SET refunded = true WHERE id = $1", id).await
    }

    pub fn routes() -> Router<AppState> {
        let orders = Router::new().route("/{id}/refund", post(refund)); //~ missing-authorization
        Router::new().nest("/orders", orders)
    }
}

mod impersonation {
    use super::*;

    async fn start(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        let done = sqlx::query("INSERT INTO sessions (real, shown) VALUES ($1, $2)").bind(user.0.sub).bind(id);
        done.execute(&state.db).await.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub fn routes() -> Router<AppState> {
        Router::new().route("/impersonate/{id}", post(start)) //~ missing-authorization
    }
}

mod guarded {
    use super::*;

    async fn purge(State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        run(&state.db, "DELETE FROM users WHERE id = $1", id).await
    }

    pub fn routes() -> Router<AppState> {
        Router::new().route("/users/{id}", delete(purge)).layer(from_fn(only_admins)) // near miss: a layer demands a role
    }
}

mod typed {
    use super::*;

    async fn close(_: Staff, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        run(&state.db, "UPDATE shops SET closed = true WHERE id = $1", id).await
    }

    pub fn routes() -> Router<AppState> {
        Router::new().route("/shops/{id}/close", post(close)) // near miss: the extractor demands a role
    }
}

mod asked {
    use super::*;

    fn permitted(caller: &Caller) -> Result<(), StatusCode> {
        (caller.role == Role::Admin).then_some(()).ok_or(StatusCode::FORBIDDEN)
    }

    async fn open(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        permitted(&user.0)?;
        run(&state.db, "UPDATE shops SET closed = false WHERE id = $1", id).await
    }

    async fn drop_shop(User(caller): User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        if !matches!(caller.role, Role::Admin) {
            return Err(StatusCode::FORBIDDEN);
        }
        run(&state.db, "DELETE FROM shops WHERE id = $1", id).await
    }

    async fn by_database(User(caller): User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        let admin: bool = sqlx::query_scalar("SELECT is_admin FROM users WHERE id = $1")
            .bind(caller.sub)
            .fetch_one(&state.db)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        if !admin {
            return Err(StatusCode::FORBIDDEN);
        }
        run(&state.db, "DELETE FROM coupons WHERE id = $1", id).await
    }

    pub fn routes() -> Router<AppState> {
        Router::new()
            .route("/shops/{id}/open", post(open)) // near miss: a helper asks
            .route("/shops/{id}/drop", post(drop_shop)) // near miss: the body asks
            .route("/coupons/{id}", delete(by_database)) // near miss: the database is asked
    }
}

mod others {
    use super::*;

    async fn appoint(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
        let query = sqlx::query("UPDATE teams SET admin = $1 WHERE id = $2 AND owner = $1").bind(user.0.sub).bind(id);
        query.execute(&state.db).await.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
    }

    async fn guide(_: User) -> &'static str {
        "ask them"
    }

    pub fn routes() -> Router<AppState> {
        Router::new()
            .route("/teams/{id}/admin", put(appoint)) // near miss: behind a parameter
            .route("/administration-guide", get(guide)) // near miss: another word, and nothing is reached
    }
}

fn app(state: AppState) -> Router {
    Router::new()
        .nest("/me", account::routes())
        .nest("/admin", admin::routes())
        .nest("/backoffice", backoffice::routes())
        .nest("/api", impersonation::routes())
        .nest("/admin", guarded::routes().merge(typed::routes()).merge(asked::routes()))
        .merge(others::routes())
        .layer(from_fn_with_state(state.clone(), authenticated))
        .with_state(state)
}

fn main() {}
