//! leptos 0.8 on axum: server functions that `leptos_routes` mounts behind what layers come later, arguments that change path
//! and method, checks in bodies.
//@ POST /api/list_todos{hash} none
//@ POST /api/add_todo{hash} required
//@ GET /api/search{hash} none
//@ POST /admin/delete_todo{hash} required
//@ POST /api/todos/rename required
//@ PUT /v1/replace none
//@ POST /api/whoami{hash} optional
//@ GET /health none

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use jsonwebtoken::{DecodingKey, Validation, decode};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json, PutUrl};
use leptos_axum::{LeptosRoutes, extract, generate_route_list};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Todo {
    id: i64,
    title: String,
}

/// Who asks, by a token that was verified.
pub struct User {
    name: String,
}

fn verified(headers: &HeaderMap) -> Option<User> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(User { name: data.claims.sub })
}

impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<User, StatusCode> {
        verified(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)
    }
}

fn pool() -> Result<PgPool, ServerFnError> {
    use_context::<PgPool>().ok_or_else(|| ServerFnError::new("no pool"))
}

#[server]
pub async fn list_todos() -> Result<Vec<Todo>, ServerFnError> {
    let pool = pool()?;
    let rows = sqlx::query_as::<_, (i64, String)>("SELECT id, title FROM todos").fetch_all(&pool).await?;
    Ok(rows.into_iter().map(|(id, title)| Todo { id, title }).collect())
}

#[server]
pub async fn add_todo(title: String) -> Result<(), ServerFnError> {
    let user: User = extract().await?;
    let pool = pool()?;
    sqlx::query("INSERT INTO todos (title, author) VALUES ($1, $2)").bind(title).bind(user.name).execute(&pool).await?;
    Ok(())
}

#[server(input = GetUrl, output = Json)]
pub async fn search(text: String) -> Result<Vec<String>, ServerFnError> {
    Ok(vec![text])
}

#[server(DeleteTodo, "/admin")]
pub async fn delete_todo(id: i64) -> Result<(), ServerFnError> {
    let parts = expect_context::<Parts>();
    if verified(&parts.headers).is_none() {
        return Err(ServerFnError::new("log in"));
    }
    let pool = pool()?;
    sqlx::query("DELETE FROM todos WHERE id = $1").bind(id).execute(&pool).await?;
    Ok(())
}

#[server(name = RenameTodo, endpoint = "/todos/rename")]
pub async fn rename_todo(id: i64, title: String) -> Result<(), ServerFnError> {
    let User { name } = extract::<User>().await?;
    let pool = pool()?;
    sqlx::query("UPDATE todos SET title = $1, by = $2 WHERE id = $3").bind(title).bind(name).bind(id).execute(&pool).await?;
    Ok(())
}

#[server(prefix = "/v1", endpoint = "replace", input = PutUrl)]
pub async fn replace(id: i64, title: String) -> Result<(), ServerFnError> {
    let pool = expect_context::<PgPool>();
    sqlx::query("UPDATE todos SET title = $1 WHERE id = $2").bind(title).bind(id).execute(&pool).await?;
    Ok(())
}

#[server]
pub async fn whoami() -> Result<String, ServerFnError> {
    match extract::<User>().await {
        Ok(user) => Ok(user.name),
        Err(_) => Ok("nobody".to_owned()),
    }
}

/// No server function: it has another's name.
mod other {
    pub async fn server() {}
}

#[component]
pub fn App() -> impl IntoView {
    view! { <p>"todos"</p> }
}

async fn health() -> &'static str {
    "ok"
}

#[tokio::main]
async fn main() {
    let conf = get_configuration(None).unwrap();
    let options = conf.leptos_options;
    let pool = PgPool::connect_lazy("postgres://localhost/todos").unwrap();
    let routes = generate_route_list(App);
    let app = Router::new()
        .route("/health", get(health))
        .leptos_routes_with_context(&options, routes, move || provide_context(pool.clone()), App)
        .with_state(options);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
