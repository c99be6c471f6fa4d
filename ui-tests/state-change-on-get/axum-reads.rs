//! What `GET` does in axum.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Html;
use axum::routing::{any, delete, get, post};
use sqlx::PgPool;

async fn run(db: &PgPool, sql: &'static str, id: i64) {
    let _ = sqlx::query(sql).bind(id).execute(db).await;
}

async fn erase(State(db): State<PgPool>, Path(id): Path<i64>) {
    let _ = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id).execute(&db).await;
}

async fn remove_note(State(db): State<PgPool>, Path(id): Path<i64>) {
    run(&db, "DELETE FROM notes WHERE id = $1", id).await;
}

async fn toggle_star(State(db): State<PgPool>, Path(id): Path<i64>) {
    let _ = sqlx::query("UPDATE notes SET starred = NOT starred WHERE id = $1").bind(id).execute(&db).await;
}

async fn by_delete(State(db): State<PgPool>, Path(id): Path<i64>) {
    erase(State(db), Path(id)).await; // near miss: asked by `DELETE`
}

async fn by_post(State(db): State<PgPool>, Path(id): Path<i64>) {
    erase(State(db), Path(id)).await; // near miss: asked by `POST`
}

async fn add_form() -> Html<&'static str> {
    Html("<form method=post>") // near miss: the form for it
}

async fn delete_form(State(db): State<PgPool>, Path(id): Path<i64>) -> Html<String> {
    // near miss: asks first whether it is meant
    let found = sqlx::query("SELECT * FROM notes WHERE id = $1").bind(id).fetch_optional(&db).await;
    Html(format!("<form method=post>{}</form>", found.is_ok()))
}

async fn page(State(db): State<PgPool>, Path(id): Path<i64>) -> String {
    run(&db, "UPDATE pages SET seen = seen + 1 WHERE id = $1", id).await; // near miss: counts its visitors
    format!("page {id}")
}

async fn latest(State(db): State<PgPool>) -> String {
    run(&db, "UPDATE feeds SET asked = now() WHERE id = $1", 1).await; // near miss: keeps what it fetched
    "feed".to_owned()
}

async fn created_notes(State(db): State<PgPool>) -> String {
    // near miss: tells what was created
    let found = sqlx::query("SELECT * FROM notes ORDER BY created").fetch_all(&db).await;
    found.map(|it| it.len()).unwrap_or_default().to_string()
}

async fn address(State(db): State<PgPool>, Path(token): Path<String>) -> String {
    // near miss: neither its name nor its path says so
    let _ = sqlx::query("SELECT 1 FROM addresses WHERE token = $1").bind(&token).fetch_optional(&db).await;
    token
}

async fn confirm(State(db): State<PgPool>, Path(token): Path<String>) {
    // near miss: a link in a mail, which is followed once
    let _ = sqlx::query("UPDATE users SET confirmed = true WHERE token = $1").bind(token).execute(&db).await;
}

async fn logout(State(db): State<PgPool>, Path(id): Path<i64>) {
    run(&db, "DELETE FROM sessions WHERE id = $1", id).await; // near miss: ends a session
}

async fn set_theme(Path(name): Path<String>) -> String {
    name // near miss: nothing is stored
}

async fn additions(State(db): State<PgPool>) -> String {
    run(&db, "UPDATE reports SET asked = now() WHERE id = $1", 1).await; // near miss: a noun
    "added".to_owned()
}

fn app(db: PgPool) -> Router {
    Router::new()
        .route("/notes/{id}/delete", get(erase)) //~ state-change-on-get
        .route("/gone/{id}", get(remove_note)) //~ state-change-on-get
        .route("/notes/{id}/star", get(toggle_star)) //~ state-change-on-get
        .route("/notes/{id}", delete(by_delete))
        .route("/notes/{id}/remove", post(by_post).get(delete_form))
        .route("/notes/add", get(add_form))
        .route("/pages/{id}", get(page))
        .route("/feed", get(latest))
        .route("/created", get(created_notes))
        .route("/addresses/{token}", get(address))
        .route("/users/confirm/{token}", get(confirm))
        .route("/logout/{id}", get(logout))
        .route("/theme/{name}", get(set_theme))
        .route("/additions", get(additions))
        .with_state(db)
}

fn main() {}
