//! What axum's handlers store of the bodies that they read.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{patch, post, put};
use axum::{Form, Json, Router};
use jsonwebtoken::{DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

struct Caller {
    id: i64,
}

fn claims(parts: &Parts, state: &AppState) -> Result<Claims, StatusCode> {
    let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(data.claims)
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        Ok(Caller { id: claims(parts, state)?.sub })
    }
}

struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        if !claims(parts, state)?.admin {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(Admin)
    }
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct User {
    id: i64,
    name: String,
    is_admin: bool,
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Note {
    owner_id: i64,
    text: String,
}

/// Nothing in it is worth forging.
#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Comment {
    post: i64,
    text: String,
}

/// The client's side of it.
#[derive(Deserialize)]
struct Wish {
    name: String,
    is_admin: bool,
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Profile {
    name: String,
    #[serde(skip)]
    role: String,
    #[serde(skip_deserializing, default)]
    balance: i64,
}

const UPDATE: &str = "UPDATE users SET name = $1, is_admin = $2 WHERE id = $3";

async fn by_field(State(state): State<AppState>, Path(id): Path<i64>, Json(user): Json<User>) { //~ mass-assignment
    let _ = sqlx::query(UPDATE).bind(&user.name).bind(user.is_admin).bind(id).execute(&state.db).await;
}

async fn through_a_variable(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    body: Json<User>, //~ mass-assignment
) {
    let user = body.0;
    let _ = sqlx::query(UPDATE).bind(&user.name).bind(user.is_admin).bind(id).execute(&state.db).await;
}

async fn store(db: &PgPool, user: User) {
    let _ = sqlx::query(UPDATE).bind(&user.name).bind(user.is_admin).bind(user.id).execute(db).await;
}

struct Users(PgPool);

impl Users {
    async fn replace(&self, user: &User) {
        let _ = sqlx::query(UPDATE).bind(&user.name).bind(user.is_admin).bind(user.id).execute(&self.0).await;
    }
}

async fn in_a_function(State(state): State<AppState>, Json(user): Json<User>) { //~ mass-assignment
    store(&state.db, user).await;
}

async fn in_a_method(State(state): State<AppState>, Form(user): Form<User>) { //~ mass-assignment
    Users(state.db.clone()).replace(&user).await;
}

async fn of_somebody_else(
    State(state): State<AppState>,
    _caller: Caller,
    Json(note): Json<Note>, //~ mass-assignment
) {
    let _ = sqlx::query("INSERT INTO notes VALUES ($1, $2)").bind(note.owner_id).bind(&note.text).execute(&state.db).await;
}

async fn only_the_name(State(state): State<AppState>, Path(id): Path<i64>, Json(user): Json<User>) {
    // near miss: the type has the field, and the handler leaves it alone
    let _ = sqlx::query("UPDATE users SET name = $1 WHERE id = $2").bind(&user.name).bind(id).execute(&state.db).await;
}

async fn overwritten(State(state): State<AppState>, Json(mut user): Json<User>) {
    user.is_admin = false; // near miss: whatever the client sent is gone
    store(&state.db, user).await;
}

async fn refused(State(state): State<AppState>, Json(user): Json<User>) -> StatusCode {
    if user.is_admin {
        return StatusCode::FORBIDDEN; // near miss: who asks for it is refused
    }
    store(&state.db, user).await;
    StatusCode::OK
}

async fn by_an_administrator(State(state): State<AppState>, _admin: Admin, Json(user): Json<User>) {
    store(&state.db, user).await; // near miss: administrators may make others so
}

async fn below_admin(State(state): State<AppState>, _caller: Caller, Json(user): Json<User>) {
    store(&state.db, user).await; // near miss: the path says that only administrators are meant
}

async fn comment(State(state): State<AppState>, Json(comment): Json<Comment>) {
    // near miss: a row without a field of the kind
    let _ = sqlx::query("INSERT INTO comments VALUES ($1, $2)").bind(comment.post).bind(&comment.text).execute(&state.db).await;
}

async fn profile(State(state): State<AppState>, Json(profile): Json<Profile>) {
    // near miss: serde never fills these fields
    let query = sqlx::query("INSERT INTO profiles VALUES ($1, $2, $3)").bind(&profile.name).bind(&profile.role).bind(profile.balance);
    let _ = query.execute(&state.db).await;
}

async fn wish(State(state): State<AppState>, Json(wish): Json<Wish>) {
    // near miss: a type of its own, of which the service takes what it wants
    let _ = sqlx::query("INSERT INTO users (name) VALUES ($1)").bind(&wish.name).execute(&state.db).await;
}

async fn echo(Json(user): Json<User>) -> Json<User> {
    Json(user) // near miss: nothing is stored
}

async fn found(State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<User>, StatusCode> {
    // near miss: the row goes out and does not come in
    let found = sqlx::query_as::<_, User>("SELECT * FROM users WHERE id = $1").bind(id).fetch_one(&state.db).await;
    found.map(Json).map_err(|_| StatusCode::NOT_FOUND)
}

async fn note_of_a_stranger(State(state): State<AppState>, Json(note): Json<Note>) {
    // near miss: nobody is known here, so the row is nobody else's either
    let _ = sqlx::query("INSERT INTO notes VALUES ($1, $2)").bind(note.owner_id).bind(&note.text).execute(&state.db).await;
}

fn is_ordinary(user: &User) -> bool {
    user.id > 0
}

async fn asked_about(Json(user): Json<User>) -> StatusCode {
    match is_ordinary(&user) {
        true => StatusCode::OK, // near miss: the function that takes it only looks
        false => StatusCode::BAD_REQUEST,
    }
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/by-field/{id}", put(by_field))
        .route("/by-variable/{id}", put(through_a_variable))
        .route("/by-function", post(in_a_function))
        .route("/by-method", post(in_a_method))
        .route("/notes", post(of_somebody_else))
        .route("/names/{id}", put(only_the_name))
        .route("/overwritten", post(overwritten))
        .route("/refused", post(refused))
        .route("/users", post(by_an_administrator))
        .route("/admin/users", post(below_admin))
        .route("/comments", post(comment))
        .route("/profile", patch(profile))
        .route("/wish", post(wish))
        .route("/echo", post(echo))
        .route("/found/{id}", post(found))
        .route("/guestbook", post(note_of_a_stranger))
        .route("/asked", post(asked_about))
        .with_state(state)
}

fn main() {}
