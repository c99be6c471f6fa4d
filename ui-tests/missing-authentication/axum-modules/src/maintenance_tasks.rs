//! Tasks for operators, in a file that is called otherwise than its module.

use web::Router;
use web::extract::State;
use web::http::StatusCode;
use web::routing::post;

use crate::auth::Caller;
use crate::state::AppState;

/// A router that is built by a method.
#[derive(Default)]
pub struct Maintenance {
    prefix: Option<&'static str>,
}

impl Maintenance {
    pub fn into_router(self) -> Router<AppState> {
        let tasks = Router::new()
            .route("/reindex", post(reindex)) // near miss: a handler that asks for a caller
            .route("/cache/clear", post(clear_cache)); //~ missing-authentication
        #[cfg(feature = "demo")]
        let tasks = tasks.route("/reset", post(reset)); //~ missing-authentication
        Router::new().nest(self.prefix.unwrap_or("/maintenance"), tasks)
    }
}

async fn reindex(_caller: Caller, State(state): State<AppState>) -> StatusCode {
    let query = sqlx::query("REINDEX TABLE product");
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::NO_CONTENT)
}

async fn clear_cache(State(state): State<AppState>) -> StatusCode {
    let query = sqlx::query("TRUNCATE cache");
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::NO_CONTENT)
}

/// Every set of features counts: somebody builds with this one.
#[cfg(feature = "demo")]
async fn reset(State(state): State<AppState>) -> StatusCode {
    let query = sqlx::query("TRUNCATE product");
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::NO_CONTENT)
}
