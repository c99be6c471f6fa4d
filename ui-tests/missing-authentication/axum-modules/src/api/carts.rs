//! Carts belong to somebody.

use web::Router;
use web::extract::{Path, State};
use web::http::StatusCode;
use web::routing::{delete, post};

use crate::auth::{Caller, Session as Customer};
use crate::state::AppState;

// near miss: an extractor under an alias, re-exported by a glob
async fn add(caller: Caller, State(state): State<AppState>, text: String) -> StatusCode {
    let query = sqlx::query("INSERT INTO cart (customer, item) VALUES ($1, $2)").bind(caller.0.sub).bind(text);
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::CREATED)
}

// near miss: an extractor that is renamed where it is imported
async fn remove(customer: Customer, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    let query = sqlx::query("DELETE FROM cart WHERE id = $1 AND customer = $2").bind(id).bind(customer.0.sub);
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::NO_CONTENT)
}

async fn merge(State(state): State<AppState>, Path((from, to)): Path<(i64, i64)>) -> StatusCode {
    let query = sqlx::query("UPDATE cart SET id = $1 WHERE id = $2").bind(to).bind(from);
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::NO_CONTENT)
}

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", post(add))
        .route("/{id}", delete(remove))
        .route("/{from}/merge/{to}", post(merge)) //~ missing-authentication
}
