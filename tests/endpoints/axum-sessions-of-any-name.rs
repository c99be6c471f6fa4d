//! Entries of sessions that are called anyhow: only the service writes them, so it counts who is
//! given one.

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Form, Json, Router};
use serde::Deserialize;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

const NO: StatusCode = StatusCode::UNAUTHORIZED;
const CREW: &str = "crew";

#[derive(Clone)]
struct Ship {
    hash: String,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

fn broken<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

//@ POST /login none
async fn login(State(ship): State<Ship>, session: Session, Form(form): Form<Login>) -> Result<(), StatusCode> {
    let hash = PasswordHash::new(&ship.hash).map_err(broken)?;
    let verified = Argon2::default().verify_password(form.password.as_bytes(), &hash);
    if verified.is_err() {
        return Err(NO);
    }
    session.insert("skipper", &form.name).await.map_err(broken)?;
    session.insert(CREW, &form.name).await.map_err(broken)?;
    session.insert("bunk", 1).await.map_err(broken)?;
    Ok(())
}

// It verifies, and does not care.
//@ POST /login/lax none
async fn login_lax(State(ship): State<Ship>, session: Session, Form(form): Form<Login>) -> Result<(), StatusCode> {
    let hash = PasswordHash::new(&ship.hash).map_err(broken)?;
    let verified = Argon2::default().verify_password(form.password.as_bytes(), &hash);
    session.insert("mate", verified.is_ok()).await.map_err(broken)?;
    Ok(())
}

// Whoever asks for a bunk is given one.
//@ POST /bunk none
async fn bunk(session: Session, Json(number): Json<i32>) -> Result<(), StatusCode> {
    session.insert("bunk", number).await.map_err(broken)
}

fn sink() {
    let _ = std::fs::remove_dir_all("/var/lib/ship");
}

async fn demanded(session: &Session, entry: &str) -> Result<(), StatusCode> {
    let found: Option<String> = session.get(entry).await.map_err(broken)?;
    found.map(|_| ()).ok_or(NO)
}

//@ POST /skipper required
async fn skipper(session: Session) -> Result<(), StatusCode> {
    let found: Option<String> = session.get("skipper").await.map_err(broken)?;
    found.ok_or(NO)?;
    sink();
    Ok(())
}

//@ POST /crew required
async fn crew(session: Session) -> Result<(), StatusCode> {
    demanded(&session, CREW).await?;
    sink();
    Ok(())
}

// Near misses: one that others are given as well, one that tells of a login that failed, and one
// that nobody is given.
//@ POST /sleeper none
async fn sleeper(session: Session) -> Result<(), StatusCode> {
    let found: Option<i32> = session.get("bunk").await.map_err(broken)?;
    found.ok_or(NO)?;
    sink();
    Ok(())
}

//@ POST /mate none
async fn mate(session: Session) -> Result<(), StatusCode> {
    let found: Option<bool> = session.get("mate").await.map_err(broken)?;
    found.ok_or(NO)?;
    sink();
    Ok(())
}

//@ POST /stowaway none
async fn stowaway(session: Session) -> Result<(), StatusCode> {
    demanded(&session, "stowaway").await?;
    sink();
    Ok(())
}

pub fn app() -> Router {
    let hash = std::fs::read_to_string("/etc/ship/hash").expect("a hash");
    Router::new()
        .route("/login", post(login))
        .route("/login/lax", post(login_lax))
        .route("/bunk", post(bunk))
        .route("/skipper", post(skipper))
        .route("/crew", post(crew))
        .route("/sleeper", post(sleeper))
        .route("/mate", post(mate))
        .route("/stowaway", post(stowaway))
        .layer(SessionManagerLayer::new(MemoryStore::default()))
        .with_state(Ship { hash })
}
