//! Endpoints for administrators in axum, and what they ask for.

use axum::extract::{Extension, FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
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

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
    roles: Vec<String>,
}

struct User {
    id: i64,
    admin: bool,
    roles: Vec<String>,
}

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        let claims = data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims;
        Ok(User { id: claims.sub, admin: claims.admin, roles: claims.roles })
    }
}

impl User {
    fn require_admin(&self) -> Result<(), StatusCode> {
        match self.admin {
            true => Ok(()),
            false => Err(StatusCode::FORBIDDEN),
        }
    }
}

/// An identity that asks for more.
struct Chief(User);

impl FromRequestParts<AppState> for Chief {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let user = User::from_request_parts(parts, state).await?;
        user.require_admin()?;
        Ok(Chief(user))
    }
}

async fn delete_user(db: &PgPool, id: i64) -> Result<(), StatusCode> {
    let query = sqlx::query("DELETE FROM users WHERE id = $1").bind(id);
    query.execute(db).await.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn me(user: User) -> Json<i64> {
    Json(user.id)
}

async fn unasked(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    tracing::info!("{} deletes {id}", user.id);
    delete_user(&state.db, id).await
}

async fn all_users(_user: User, State(state): State<AppState>) -> Result<String, StatusCode> {
    let found = sqlx::query("SELECT * FROM users").fetch_all(&state.db).await;
    found.map(|it| it.len().to_string()).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn by_a_flag(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    if !user.admin {
        return Err(StatusCode::FORBIDDEN); // near miss: asked for in the body
    }
    delete_user(&state.db, id).await
}

async fn by_a_helper(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    user.require_admin()?; // near miss: asked for in a method
    delete_user(&state.db, id).await
}

async fn by_a_list(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    if !user.roles.iter().any(|it| it == "admin") {
        return Err(StatusCode::FORBIDDEN); // near miss: a role among several
    }
    delete_user(&state.db, id).await
}

async fn by_a_type(Chief(_): Chief, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    delete_user(&state.db, id).await // near miss: asked for in an extractor whose name says nothing
}

async fn is_admin(db: &PgPool, id: i64) -> bool {
    let found = sqlx::query("SELECT 1 FROM admins WHERE user_id = $1").bind(id).fetch_optional(db).await;
    matches!(found, Ok(Some(_)))
}

async fn by_a_row(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    if !is_admin(&state.db, user.id).await {
        return Err(StatusCode::FORBIDDEN); // near miss: asked for in the database
    }
    delete_user(&state.db, id).await
}

async fn below_a_layer(State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    delete_user(&state.db, id).await // near miss: a layer asks for the role
}

async fn only_chiefs(user: User, request: Request, next: Next) -> Result<Response, StatusCode> {
    user.require_admin()?;
    Ok(next.run(request).await)
}

async fn greeting(user: User) -> String {
    format!("hello {}", user.id) // near miss: nothing of anybody else is told
}

async fn admins_of_a_team(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    // near miss: who the administrators are of something
    let found = sqlx::query("SELECT * FROM team_admins WHERE team = $1").bind(id).fetch_all(&state.db).await;
    found.map(|it| it.len().to_string()).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn administer(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    delete_user(&state.db, id).await // near miss: a path that holds the letters, and not the word
}

async fn unknown(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    let enforcer: Box<dyn Enforcer> = enforcer();
    enforcer.enforce(user.id, "users", "delete")?; // near miss: decided by what is not in sight
    delete_user(&state.db, id).await
}

trait Enforcer: Send + Sync {
    fn enforce(&self, who: i64, what: &str, how: &str) -> Result<(), StatusCode>;
}

fn enforcer() -> Box<dyn Enforcer> {
    unimplemented!()
}

async fn login() -> Result<String, StatusCode> {
    Err(StatusCode::UNAUTHORIZED) // near miss: where administrators sign in
}

fn app(state: AppState) -> Router {
    let chiefs = Router::new()
        .route("/admin/layered/{id}", delete(below_a_layer))
        .route_layer(from_fn_with_state(state.clone(), only_chiefs));
    Router::new()
        .route("/me", get(me))
        .route("/admin/users/{id}", delete(unasked)) //~| missing-authorization
        .route("/admin/users", get(all_users)) //~ missing-authorization
        .route("/admin/flag/{id}", delete(by_a_flag))
        .route("/admin/helper/{id}", delete(by_a_helper))
        .route("/admin/list/{id}", delete(by_a_list))
        .route("/admin/type/{id}", delete(by_a_type))
        .route("/admin/row/{id}", delete(by_a_row))
        .route("/admin/greeting", get(greeting))
        .route("/teams/{id}/admins", get(admins_of_a_team))
        .route("/administer-drugs/{id}", post(administer))
        .route("/admin/unknown/{id}", delete(unknown))
        .route("/admin/login", post(login))
        .merge(chiefs)
        .with_state(state)
}

fn main() {}
