//! Statements in repositories, constants and handlers, with owners of other names.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

type Done = Result<(), StatusCode>;

#[derive(Clone)]
struct AppState {
    invoices: Invoices,
    db: PgPool,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Claims {
    sub: i64,
}

struct Account {
    id: i64,
}

impl FromRequestParts<AppState> for Account {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        Ok(Account { id: data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims.sub })
    }
}

#[derive(Serialize, sqlx::FromRow)]
struct Invoice {
    id: i64,
    customer_id: i64,
    amount: i64,
}

fn failed(_: sqlx::Error) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

#[derive(Clone)]
struct Invoices {
    db: PgPool,
}

impl Invoices {
    async fn of(&self, customer: i64) -> sqlx::Result<Vec<Invoice>> {
        sqlx::query_as("SELECT id, customer_id, amount FROM invoices WHERE customer_id = $1").bind(customer).fetch_all(&self.db).await
    }

    async fn pay(&self, id: i64, customer: i64) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE invoices SET paid = true WHERE id = $1 AND customer_id = $2");
        query.bind(id).bind(customer).execute(&self.db).await.map(drop)
    }

    async fn dispute(&self, id: i64, customer: i64) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE invoices SET disputed = true WHERE customer_id = $2 AND id = $1");
        query.bind(id).bind(customer).execute(&self.db).await.map(drop)
    }

    async fn remind(&self, id: i64, customer: i64) -> sqlx::Result<()> {
        let sql = "UPDATE invoices SET reminded = now() WHERE id = $1 AND customer_id = $2";
        sqlx::query(sql).bind(id).bind(customer).execute(&self.db).await.map(drop)
    }

    async fn cancel(&self, id: i64, customer: i64) -> sqlx::Result<()> {
        let query = sqlx::query("DELETE FROM invoices WHERE id = $1 AND customer_id = $2");
        query.bind(id).bind(customer).execute(&self.db).await.map(drop)
    }

    async fn by_id(&self, id: i64) -> sqlx::Result<Invoice> {
        sqlx::query_as("SELECT id, customer_id, amount FROM invoices WHERE id = $1") //~ object-access-without-owner
            .bind(id)
            .fetch_one(&self.db)
            .await
    }

    async fn total(&self, id: i64, customer: i64) -> sqlx::Result<i64> {
        let query = "SELECT SUM(amount) FROM invoices WHERE parent = $1 AND customer_id = $2";
        sqlx::query_scalar(query).bind(id).bind(customer).fetch_one(&self.db).await
    }
}

async fn listed(account: Account, State(state): State<AppState>) -> Result<Json<Vec<Invoice>>, StatusCode> {
    state.invoices.of(account.id).await.map(Json).map_err(failed)
}

async fn paid(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    state.invoices.pay(id, account.id).await.map_err(failed)
}

async fn disputed(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    state.invoices.dispute(id, account.id).await.map_err(failed)
}

async fn reminded(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    state.invoices.remind(id, account.id).await.map_err(failed)
}

async fn cancelled(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    state.invoices.cancel(id, account.id).await.map_err(failed)
}

async fn summed(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<i64>, StatusCode> {
    state.invoices.total(id, account.id).await.map(Json).map_err(failed)
}

async fn shown(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<Invoice>, StatusCode> {
    tracing::info!(account = account.id, id, "shown");
    state.invoices.by_id(id).await.map(Json).map_err(failed)
}

/// Reads by its id, and asks whose it is afterwards.
async fn compared(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<Invoice>, StatusCode> {
    let query = sqlx::query_as("SELECT id, customer_id, amount FROM invoices WHERE id = $1"); // near miss: compared below
    let invoice: Invoice = query.bind(id).fetch_one(&state.db).await.map_err(failed)?;
    if invoice.customer_id != account.id {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(Json(invoice))
}

fn visible(invoice: &Invoice, account: &Account) -> Done {
    (invoice.customer_id == account.id).then_some(()).ok_or(StatusCode::FORBIDDEN)
}

async fn compared_by_helper(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<Invoice>, StatusCode> {
    let query = sqlx::query_as("SELECT id, customer_id, amount FROM invoices WHERE id = $1"); // near miss: a helper asks
    let invoice: Invoice = query.bind(id).fetch_one(&state.db).await.map_err(failed)?;
    visible(&invoice, &account)?;
    Ok(Json(invoice))
}

async fn asked_before(account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    let own = sqlx::query("SELECT 1 FROM invoices WHERE id = $1 AND customer_id = $2").bind(id).bind(account.id);
    own.fetch_one(&state.db).await.map_err(|_| StatusCode::NOT_FOUND)?;
    let query = sqlx::query("UPDATE invoices SET seen = true WHERE id = $1").bind(id); // near miss: asked before
    query.execute(&state.db).await.map(drop).map_err(failed)
}

async fn product(_account: Account, State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<String>, StatusCode> {
    let query = sqlx::query_scalar("SELECT name FROM products WHERE id = $1"); // near miss: a table that is nobody's
    query.bind(id).fetch_one(&state.db).await.map(Json).map_err(failed)
}

async fn public(State(state): State<AppState>, Path(number): Path<String>) -> Result<Json<i64>, StatusCode> {
    let query = sqlx::query_scalar("SELECT amount FROM invoices WHERE public_number = $1"); // near miss: another column
    query.bind(number).fetch_one(&state.db).await.map(Json).map_err(failed)
}

async fn newest(account: Account, State(state): State<AppState>) -> Result<Json<i64>, StatusCode> {
    let query = sqlx::query_scalar("SELECT MAX(id) FROM invoices WHERE customer_id = $1"); // near miss: asks for the owner
    query.bind(account.id).fetch_one(&state.db).await.map(Json).map_err(failed)
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/invoices", get(listed))
        .route("/invoices/newest", get(newest))
        .route("/invoices/{id}", get(shown).delete(cancelled))
        .route("/invoices/{id}/pay", post(paid))
        .route("/invoices/{id}/dispute", post(disputed))
        .route("/invoices/{id}/remind", post(reminded))
        .route("/invoices/{id}/total", get(summed))
        .route("/invoices/{id}/compared", get(compared).post(compared_by_helper).put(asked_before))
        .route("/products/{id}", get(product))
        .route("/public/{number}", get(public))
        .with_state(state)
}

fn main() {}
