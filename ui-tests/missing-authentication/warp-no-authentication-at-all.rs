//! A service in which nobody is asked who they are.

use sqlx::PgPool;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply};

async fn create(text: String, db: PgPool) -> Result<impl Reply, Rejection> {
    let query = sqlx::query("INSERT INTO note (text) VALUES ($1)").bind(text);
    query.execute(&db).await.map_err(|_| warp::reject::reject())?;
    Ok(StatusCode::CREATED)
}

async fn remove(id: i64, db: PgPool) -> Result<impl Reply, Rejection> {
    let query = sqlx::query("DELETE FROM note WHERE id = $1").bind(id);
    query.execute(&db).await.map_err(|_| warp::reject::reject())?;
    Ok(StatusCode::NO_CONTENT)
}

fn notes(db: PgPool) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let db = warp::any().map(move || db.clone());
    let create = warp::path!("notes")
        .and(warp::post())
        .and(warp::body::json())
        .and(db.clone())
        .and_then(create); //~ missing-authentication
    let remove = warp::path!("notes" / i64).and(warp::delete()).and(db).and_then(remove); //~| missing-authentication
    create.or(remove)
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("set")).expect("an address");
    warp::serve(notes(db)).run(([127, 0, 0, 1], 3030)).await;
}
