//! Page sizes that are bound to statements of sqlx.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Deserializer};
use sqlx::{PgPool, Postgres, QueryBuilder};

const MAX: i64 = 100;

#[derive(Deserialize)]
struct Page {
    limit: Option<i64>,
    offset: Option<i64>,
}

#[derive(Deserialize)]
struct SmallPage {
    limit: u16,
}

#[derive(Deserialize)]
struct ReadPage {
    #[serde(deserialize_with = "bounded")]
    limit: i64,
}

fn bounded<'de, D: Deserializer<'de>>(reader: D) -> Result<i64, D::Error> {
    Ok(i64::deserialize(reader)?.min(MAX))
}

type Texts = Result<Json<Vec<String>>, StatusCode>;

fn answer(all: Result<Vec<String>, sqlx::Error>) -> Texts {
    all.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn with_default(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let limit = page.limit.unwrap_or(20);
    let query = sqlx::query_scalar("SELECT text FROM note WHERE shown LIMIT $1 OFFSET $2");
    answer(query.bind(limit).bind(page.offset.unwrap_or(0)).fetch_all(&db).await) //~ unbounded-page-size
}

async fn behind_another(State(db): State<PgPool>, Path(owner): Path<i64>, Query(page): Query<Page>) -> Texts {
    let query = sqlx::query_scalar("SELECT text FROM note WHERE owner = $1 ORDER BY id LIMIT $2")
        .bind(owner)
        .bind(page.limit.unwrap_or(20)); //~ unbounded-page-size
    answer(query.fetch_all(&db).await)
}

async fn by_builder(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let mut query: QueryBuilder<Postgres> = QueryBuilder::new("SELECT text FROM note");
    if let Some(limit) = page.limit {
        query.push(" LIMIT ").push_bind(limit); //~ unbounded-page-size
    }
    answer(query.build_query_scalar().fetch_all(&db).await)
}

async fn by_builder_in_steps(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let mut query: QueryBuilder<Postgres> = QueryBuilder::new("SELECT text FROM note");
    query.push(" ORDER BY id LIMIT ");
    query.push_bind(page.limit.unwrap_or(20)); //~ unbounded-page-size
    query.push(" OFFSET ");
    query.push_bind(page.offset.unwrap_or(0)); // near miss: where it begins, not how many
    answer(query.build_query_scalar().fetch_all(&db).await)
}

async fn in_a_text(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let limit = page.limit.unwrap_or(20);
    let text = format!("SELECT text FROM note ORDER BY id LIMIT {limit}"); //~ unbounded-page-size
    answer(sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_all(&db).await)
}

async fn read(db: &PgPool, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT text FROM note LIMIT $1").bind(limit).fetch_all(db).await //~ unbounded-page-size
}

async fn by_another(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    answer(read(&db, page.limit.unwrap_or(20)).await)
}

async fn by_body(State(db): State<PgPool>, Json(page): Json<Page>) -> Texts {
    let limit = page.limit.filter(|it| *it > 0).unwrap_or(20);
    let query = sqlx::query_scalar("SELECT text FROM note LIMIT $1");
    answer(query.bind(limit).fetch_all(&db).await) //~ unbounded-page-size
}

async fn read_some(db: &PgPool, limit: i64) -> Texts {
    answer(sqlx::query_scalar("SELECT text FROM note LIMIT $1").bind(limit).fetch_all(db).await)
}

async fn by_min(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    read_some(&db, page.limit.unwrap_or(20).min(MAX)).await // near miss: no more than a constant
}

async fn by_clamp(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    read_some(&db, page.limit.map_or(20, |it| it.clamp(1, 50))).await // near miss: in a closure
}

async fn by_refusal(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let limit = page.limit.unwrap_or(20);
    if limit > MAX {
        return Err(StatusCode::BAD_REQUEST);
    }
    read_some(&db, limit).await // near miss: what is more is refused
}

async fn by_assignment(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let mut limit = page.limit.unwrap_or(20);
    if limit > MAX {
        limit = MAX;
    }
    read_some(&db, limit).await // near miss: what is more is cut
}

async fn by_builder_alone(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let mut query = QueryBuilder::<Postgres>::new("SELECT text FROM note ORDER BY id LIMIT ");
    query.push_bind(page.limit); //~ unbounded-page-size
    query.build_query_scalar().fetch_all(&db).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn by_builder_of_owner(State(db): State<PgPool>, Path(owner): Path<i64>) -> Texts {
    let mut query = QueryBuilder::<Postgres>::new("SELECT text FROM note WHERE owner = ");
    query.push_bind(owner); // near miss: no limit
    query.build_query_scalar().fetch_all(&db).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn by_match(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let limit = match page.limit {
        Some(limit) if (1..=MAX).contains(&limit) => limit,
        _ => 20,
    };
    read_some(&db, limit).await // near miss: inside of a range
}

async fn by_guard(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    let limit = match page.limit {
        Some(limit) if limit <= MAX => limit,
        Some(_) => return Err(StatusCode::BAD_REQUEST),
        None => 20,
    };
    read_some(&db, limit).await // near miss: by the guard of an arm
}

fn checked(limit: Option<i64>) -> Result<i64, StatusCode> {
    match limit.unwrap_or(20) {
        it if it > MAX => Err(StatusCode::BAD_REQUEST),
        it => Ok(it),
    }
}

async fn by_function(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    read_some(&db, checked(page.limit)?).await // near miss: another function refuses what is more
}

async fn by_filter(State(db): State<PgPool>, Query(page): Query<Page>) -> Texts {
    read_some(&db, page.limit.filter(|it| *it <= MAX).unwrap_or(20)).await // near miss: by a filter
}

async fn by_type(State(db): State<PgPool>, Query(page): Query<SmallPage>) -> Texts {
    read_some(&db, i64::from(page.limit)).await // near miss: 16 bits
}

async fn by_reader(State(db): State<PgPool>, Query(page): Query<ReadPage>) -> Texts {
    read_some(&db, page.limit).await // near miss: a function reads the field
}

async fn by_reader_taken_apart(State(db): State<PgPool>, Query(ReadPage { limit }): Query<ReadPage>) -> Texts {
    read_some(&db, limit).await // near miss: the same in a pattern
}

async fn one_of_an_owner(State(db): State<PgPool>, Path(owner): Path<i64>) -> Texts {
    let query = sqlx::query_scalar("SELECT text FROM note WHERE owner = $1 LIMIT 20");
    answer(query.bind(owner).fetch_all(&db).await) // near miss: the limit is fixed, and something else is bound
}

async fn store_limit(State(db): State<PgPool>, Json(page): Json<Page>) -> StatusCode {
    let query = sqlx::query("UPDATE setting SET page_limit = $1").bind(page.limit); // near miss: a column of that name
    match query.execute(&db).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub fn app(db: PgPool) -> Router {
    Router::new()
        .route("/1", get(with_default))
        .route("/21", get(by_builder_alone))
        .route("/22/{owner}", get(by_builder_of_owner))
        .route("/2/{owner}", get(behind_another))
        .route("/3", get(by_builder))
        .route("/4", get(by_builder_in_steps))
        .route("/5", get(in_a_text))
        .route("/6", get(by_another))
        .route("/7", post(by_body))
        .route("/8", get(by_min))
        .route("/9", get(by_clamp))
        .route("/10", get(by_refusal))
        .route("/11", get(by_assignment))
        .route("/12", get(by_match))
        .route("/13", get(by_guard))
        .route("/14", get(by_function))
        .route("/15", get(by_filter))
        .route("/16", get(by_type))
        .route("/17", get(by_reader))
        .route("/18", get(by_reader_taken_apart))
        .route("/19/{owner}", get(one_of_an_owner))
        .route("/20", post(store_limit))
        .with_state(db)
}

fn main() {}
