//! Links that change something, by paths, handlers and services.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{MethodFilter, get, on, post};
use axum::{Json, Router};
use sqlx::PgPool;

type Done = Result<Redirect, StatusCode>;

#[derive(Clone)]
struct Store {
    db: PgPool,
}

impl Store {
    async fn run(&self, sql: &'static str, id: i64) -> Done {
        let done = sqlx::query(sql).bind(id).execute(&self.db).await;
        done.map(|_| Redirect::to("/")).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
    }

    async fn disable(&self, id: i64) -> Done {
        self.run("UPDATE users SET disabled = true WHERE id = $1", id).await
    }
}

async fn remove(State(store): State<Store>, Path(id): Path<i64>) -> Done {
    store.run("DELETE FROM users WHERE id = $1", id).await
}

async fn off(State(store): State<Store>, Path(id): Path<i64>) -> Done {
    store.disable(id).await
}

async fn toggle_flag(State(store): State<Store>, Query(id): Query<i64>) -> Done {
    store.run("UPDATE flags SET set = NOT set WHERE id = $1", id).await
}

async fn approve(State(store): State<Store>, Path(id): Path<i64>) -> Done {
    let outcome = sqlx::query("UPDATE posts SET approved = true WHERE id = $1").bind(id);
    outcome.execute(&store.db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Redirect::to("/posts"))
}

// near miss: shows a form
async fn delete_form(Path(id): Path<i64>) -> String {
    format!("<form method=post action=/users/{id}>")
}

// near miss: counts who reads
async fn article(State(store): State<Store>, Path(id): Path<i64>) -> Done {
    store.run("UPDATE articles SET seen = seen + 1 WHERE id = $1", id).await
}

// near miss: confirms an address
async fn confirm_email(State(store): State<Store>, Path(token): Path<String>) -> Done {
    let done = sqlx::query("UPDATE users SET confirmed = true WHERE token = $1").bind(token).execute(&store.db).await;
    done.map(|_| Redirect::to("/")).map_err(|_| StatusCode::NOT_FOUND)
}

// near miss: only reads
async fn settings(State(store): State<Store>) -> Result<Json<Vec<String>>, StatusCode> {
    let found = sqlx::query_scalar("SELECT name FROM settings").fetch_all(&store.db).await;
    found.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

// near miss: only reads
async fn additions(State(store): State<Store>) -> Result<Json<i64>, StatusCode> {
    let found = sqlx::query_scalar("SELECT COUNT(*) FROM articles").fetch_one(&store.db).await;
    found.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

fn app() -> Router<Store> {
    let users = Router::new()
        .route("/{id}/delete", get(remove)) //~ state-change-on-get
        .route("/{id}/disable", get(off)) //~ state-change-on-get
        .route("/{id}/remove", get(delete_form).post(remove)); // near miss: a form, and a `POST`
    Router::new()
        .nest("/users", users)
        .route("/flags", on(MethodFilter::GET, toggle_flag)) //~ state-change-on-get
        .route("/posts/{id}", post(remove).get(approve)) //~ state-change-on-get
        .route("/articles/{id}", get(article))
        .route("/confirm/{token}", get(confirm_email))
        .route("/settings", get(settings).post(toggle_flag)) // near miss: `settings` is not `set`
        .route("/additions", get(additions)) // near miss: `additions` is not `add`
}

fn main() {}
