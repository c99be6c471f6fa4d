//! Bodies that repositories store, through patterns, helpers and other types.

use actix_web::{HttpResponse, web};
use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{patch, post, put};
use axum::{Form, Json, Router};
use jsonwebtoken::{DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

type Done = Result<(), StatusCode>;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Claims {
    sub: i64,
}

struct Member(i64);

impl FromRequestParts<AppState> for Member {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        Ok(Member(data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims.sub))
    }
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct User {
    name: String,
    email: String,
    #[serde(default)]
    is_admin: bool,
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Wallet {
    label: String,
    #[serde(rename = "amount", default)]
    balance: i64,
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Note {
    title: String,
    owner_id: i64,
}

#[derive(Deserialize, sqlx::FromRow)]
struct Account {
    email: String,
    role: String,
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Profile {
    bio: String,
    #[serde(skip_deserializing)]
    is_staff: bool, // near miss: serde skips it
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Ticket {
    text: String,
    approved: bool, // near miss: set by the code
}

#[derive(Deserialize)]
struct NewShop {
    name: String,
    verified: bool, // near miss: no stored row
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Vote {
    choice: i32,
    user_id: i64, // near miss: compared with the caller
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Plan {
    title: String,
    credits: i64, // near miss: not read out of a body
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Report {
    text: String,
    banned: bool, // near miss: only answered with
}

fn failed(_: sqlx::Error) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn insert(db: &PgPool, user: &User) -> sqlx::Result<()> {
    let query = sqlx::query("INSERT INTO users (name, email, is_admin) VALUES ($1, $2, $3)");
    query.bind(&user.name).bind(&user.email).bind(user.is_admin).execute(db).await.map(drop)
}

async fn register(State(state): State<AppState>, Json(user): Json<User>) -> Done { //~ mass-assignment
    insert(&state.db, &user).await.map_err(failed)
}

async fn fill(State(state): State<AppState>, _: Member, Path(id): Path<i64>, body: Json<Wallet>) -> Done { // missed: mass-assignment
    let Json(Wallet { label, balance }) = body;
    let query = sqlx::query("UPDATE wallets SET label = $1, balance = $2 WHERE id = $3");
    query.bind(label).bind(balance).bind(id).execute(&state.db).await.map(drop).map_err(failed)
}

async fn noted(member: Member, State(state): State<AppState>, Form(note): Form<Note>) -> Done { //~ mass-assignment
    tracing::info!("{} notes", member.0);
    let query = sqlx::query("INSERT INTO notes (title, owner_id) VALUES ($1, $2)").bind(note.title);
    query.bind(note.owner_id).execute(&state.db).await.map(drop).map_err(failed)
}

async fn in_actix(db: web::Data<PgPool>, account: web::Json<Account>) -> HttpResponse { //~ mass-assignment
    let account = account.into_inner();
    let query = sqlx::query("INSERT INTO accounts (email, role) VALUES ($1, $2)");
    match query.bind(account.email).bind(account.role).execute(db.get_ref()).await {
        Ok(_) => HttpResponse::Created().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn profiled(State(state): State<AppState>, Json(profile): Json<Profile>) -> Done {
    let query = sqlx::query("INSERT INTO profiles (bio, is_staff) VALUES ($1, $2)").bind(profile.bio);
    query.bind(profile.is_staff).execute(&state.db).await.map(drop).map_err(failed)
}

async fn ticket(State(state): State<AppState>, Json(body): Json<Ticket>) -> Done {
    let ticket = Ticket { approved: false, ..body };
    let query = sqlx::query("INSERT INTO tickets (text, approved) VALUES ($1, $2)").bind(ticket.text);
    query.bind(ticket.approved).execute(&state.db).await.map(drop).map_err(failed)
}

async fn shop(State(state): State<AppState>, Json(shop): Json<NewShop>) -> Done {
    let query = sqlx::query("INSERT INTO shops (name, verified) VALUES ($1, $2)").bind(shop.name);
    query.bind(shop.verified).execute(&state.db).await.map(drop).map_err(failed)
}

async fn voted(member: Member, State(state): State<AppState>, Json(vote): Json<Vote>) -> Done {
    if vote.user_id != member.0 {
        return Err(StatusCode::FORBIDDEN);
    }
    let query = sqlx::query("INSERT INTO votes (choice, user_id) VALUES ($1, $2)").bind(vote.choice);
    query.bind(vote.user_id).execute(&state.db).await.map(drop).map_err(failed)
}

async fn planned(State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<Plan>, StatusCode> {
    let plan: Plan = sqlx::query_as("SELECT * FROM plans WHERE id = $1").bind(id).fetch_one(&state.db).await.map_err(failed)?;
    let query = sqlx::query("INSERT INTO history (credits) VALUES ($1)").bind(plan.credits);
    query.execute(&state.db).await.map_err(failed)?;
    Ok(Json(plan))
}

async fn reported(State(state): State<AppState>, Json(report): Json<Report>) -> Result<Json<Report>, StatusCode> {
    let query = sqlx::query("INSERT INTO reports (text) VALUES ($1)").bind(&report.text);
    query.execute(&state.db).await.map_err(failed)?;
    Ok(Json(report))
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/users", post(register))
        .route("/wallets/{id}", put(fill))
        .route("/notes", post(noted))
        .route("/profiles", post(profiled))
        .route("/tickets", post(ticket))
        .route("/shops", post(shop))
        .route("/votes", post(voted))
        .route("/plans/{id}", post(planned))
        .route("/reports", patch(reported))
        .with_state(state)
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/accounts", web::post().to(in_actix));
}

fn main() {}
