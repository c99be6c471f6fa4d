//! What handlers demand of whom they have identified: roles, permissions, ownership; in extractors,
//! in helpers, in queries, too late, or on some paths only.

//@ GET /plain required
//@ GET /by-extractor required
//@ GET /by-call required
//@ GET /by-flag required
//@ GET /by-kind required
//@ GET /all-but-guests required
//@ GET /each-kind required
//@ GET /by-permission required
//@ GET /only-sometimes required
//@ GET /more-for-admins required
//@ GET /not-banned required
//@ GET /open none
//@ DELETE /owned/{id} required
//@ DELETE /scoped/{id} required
//@ DELETE /unscoped/{id} required
//@ DELETE /late/{id} required
//@ PUT /written/{id} required
//@ POST /created required
//@ POST /same required
//= GET /by-extractor authorization required: user.role == Role::Admin
//= GET /by-call authorization required: user.is_admin
//= GET /by-flag authorization required: user.is_admin
//= GET /by-kind authorization required: user.role is Role::Admin | Role::Editor
//= GET /all-but-guests authorization required: user.role is not Role::Guest
//= GET /by-permission authorization required: held == "notes:write"
//= GET /only-sometimes authorization optional: user.is_admin
//= DELETE /owned/{id} authorization required: author == user.id
//= DELETE /scoped/{id} authorization required: sqlx::query("DELETE FROM notes WHERE id = $1 AND author = $…
//= DELETE /late/{id} authorization optional: user.is_admin
//= PUT /written/{id} authorization unknown

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Clone, PartialEq, Deserialize)]
enum Role {
    Admin,
    Editor,
    Guest,
}

#[derive(Clone, Deserialize)]
struct User {
    id: i64,
    role: Role,
    is_admin: bool,
    banned: bool,
    permissions: Vec<String>,
}

#[derive(Clone)]
struct App {
    db: PgPool,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

#[derive(Deserialize)]
struct Listing {
    all: bool,
}

type Answer = Result<&'static str, StatusCode>;

impl FromRequestParts<App> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let header = parts.headers.get("authorization");
        let token = header
            .and_then(|it| it.to_str().ok())
            .ok_or(StatusCode::UNAUTHORIZED)?;
        let read = decode::<User>(token, &app.key, &Validation::default());
        read.map(|it| it.claims)
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

struct Admin;

impl FromRequestParts<App> for Admin {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let user = User::from_request_parts(parts, app).await?;
        if user.role != Role::Admin {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(Admin)
    }
}

fn demand_admin(user: &User) -> Result<(), StatusCode> {
    if user.is_admin {
        Ok(())
    } else {
        Err(StatusCode::FORBIDDEN)
    }
}

async fn plain(_user: User) -> &'static str {
    "plain"
}

async fn by_extractor(_admin: Admin) -> &'static str {
    "by extractor"
}

async fn by_call(user: User) -> Answer {
    demand_admin(&user)?;
    Ok("by call")
}

async fn by_flag(user: User) -> Answer {
    if !user.is_admin {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok("by flag")
}

async fn by_kind(user: User) -> Answer {
    match user.role {
        Role::Admin | Role::Editor => Ok("by kind"),
        _ => Err(StatusCode::FORBIDDEN),
    }
}

async fn all_but_guests(user: User) -> Answer {
    match user.role {
        Role::Guest => Err(StatusCode::FORBIDDEN),
        _ => Ok("all but guests"),
    }
}

/// Nobody is refused.
async fn each_kind(user: User) -> Answer {
    match user.role {
        Role::Admin => Ok("admin"),
        Role::Editor => Ok("editor"),
        Role::Guest => Ok("guest"),
    }
}

async fn by_permission(user: User) -> Answer {
    if !user.permissions.iter().any(|held| held == "notes:write") {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok("by permission")
}

async fn only_sometimes(user: User, Query(listing): Query<Listing>) -> Answer {
    if listing.all && !user.is_admin {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok("only sometimes")
}

/// Everybody gets something.
async fn more_for_admins(user: User) -> Answer {
    if user.is_admin {
        return Ok("all of it");
    }
    Ok("some of it")
}

/// A condition on the account, and not on what its owner may do.
async fn not_banned(user: User) -> Answer {
    if user.banned {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok("not banned")
}

async fn open() -> &'static str {
    "open"
}

fn failed(_: sqlx::Error) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn remove(app: &App, id: i64) -> Result<(), StatusCode> {
    let query = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id);
    query.execute(&app.db).await.map_err(failed)?;
    Ok(())
}

async fn owned(user: User, State(app): State<App>, Path(id): Path<i64>) -> Answer {
    let query = sqlx::query_scalar("SELECT author FROM notes WHERE id = $1").bind(id);
    let author: i64 = query.fetch_one(&app.db).await.map_err(failed)?;
    if author != user.id && !user.is_admin {
        return Err(StatusCode::FORBIDDEN);
    }
    remove(&app, id).await?;
    Ok("owned")
}

async fn scoped(user: User, State(app): State<App>, Path(id): Path<i64>) -> Answer {
    sqlx::query("DELETE FROM notes WHERE id = $1 AND author = $2")
        .bind(id)
        .bind(user.id)
        .execute(&app.db)
        .await
        .map_err(failed)?;
    Ok("scoped")
}

async fn unscoped(_user: User, State(app): State<App>, Path(id): Path<i64>) -> Answer {
    remove(&app, id).await?;
    Ok("unscoped")
}

async fn late(user: User, State(app): State<App>, Path(id): Path<i64>) -> Answer {
    remove(&app, id).await?;
    demand_admin(&user)?;
    Ok("late")
}

/// Whether the author is among what chooses the row or among what is written, the order of the
/// values tells, and that is not read.
async fn written(
    user: User,
    State(app): State<App>,
    Path(id): Path<i64>,
    Json(note): Json<Note>,
) -> Answer {
    sqlx::query("UPDATE notes SET text = $1, author = $2 WHERE id = $3")
        .bind(note.text)
        .bind(user.id)
        .bind(id)
        .execute(&app.db)
        .await
        .map_err(failed)?;
    Ok("written")
}

async fn created(user: User, State(app): State<App>, Json(note): Json<Note>) -> Answer {
    sqlx::query("INSERT INTO notes (author, text) VALUES ($1, $2)")
        .bind(user.id)
        .bind(note.text)
        .execute(&app.db)
        .await
        .map_err(failed)?;
    Ok("created")
}

/// Refuses whom it is, and nobody else.
async fn same(user: User, Json(other): Json<i64>) -> Answer {
    if user.id == other {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok("another")
}

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("a database");
    let key = std::env::var("JWT_KEY").expect("a key");
    let app = App {
        db: PgPool::connect(&url).await.expect("a database"),
        key: DecodingKey::from_secret(key.as_bytes()),
    };
    let router = Router::new()
        .route("/plain", get(plain))
        .route("/by-extractor", get(by_extractor))
        .route("/by-call", get(by_call))
        .route("/by-flag", get(by_flag))
        .route("/by-kind", get(by_kind))
        .route("/all-but-guests", get(all_but_guests))
        .route("/each-kind", get(each_kind))
        .route("/by-permission", get(by_permission))
        .route("/only-sometimes", get(only_sometimes))
        .route("/more-for-admins", get(more_for_admins))
        .route("/not-banned", get(not_banned))
        .route("/open", get(open))
        .route("/owned/{id}", delete(owned))
        .route("/scoped/{id}", delete(scoped))
        .route("/unscoped/{id}", delete(unscoped))
        .route("/late/{id}", delete(late))
        .route("/written/{id}", put(written))
        .route("/created", post(created))
        .route("/same", post(same))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080")
        .await
        .expect("a port");
    axum::serve(listener, router).await.expect("a server");
}
