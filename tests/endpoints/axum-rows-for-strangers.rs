//! Conditions that rows meet whatever the token is that they are asked with, in SQL and by query
//! builders.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::{Basic, Bearer};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection};
use mongodb::Database;
use mongodb::bson::{Document, doc};
use sqlx::PgPool;

diesel::table! {
    passes (id) {
        id -> Int4,
        pass -> Text,
        holder -> Int4,
        is_open -> Bool,
    }
}

#[derive(Clone)]
struct Rink {
    sql: PgPool,
    pool: Pool<ConnectionManager<PgConnection>>,
    documents: Database,
}

type Token = TypedHeader<Authorization<Bearer>>;

const NO: StatusCode = StatusCode::UNAUTHORIZED;

fn broken<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

fn melt() {
    let _ = std::fs::remove_dir_all("/var/lib/rink");
}

impl Rink {
    fn connection(&self) -> Result<PooledConnection<ConnectionManager<PgConnection>>, StatusCode> {
        self.pool.get().map_err(broken)
    }
}

// There is a row that says how many there are, none included.
//@ POST /how-many optional
async fn how_many(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let found: Option<i64> = sqlx::query_scalar("SELECT count(id) FROM passes WHERE pass = $1")
        .bind(pass.token())
        .fetch_optional(&rink.sql)
        .await
        .map_err(broken)?;
    found.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /not-withdrawn optional
async fn not_withdrawn(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let fine: bool =
        sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM withdrawn WHERE pass = $1)")
            .bind(pass.token())
            .fetch_one(&rink.sql)
            .await
            .map_err(broken)?;
    if fine {
        melt();
        return Ok(());
    }
    Err(NO)
}

//@ POST /after optional
async fn after(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    sqlx::query("SELECT id FROM passes WHERE pass > $1")
        .bind(pass.token())
        .fetch_one(&rink.sql)
        .await
        .map_err(|_| NO)?;
    melt();
    Ok(())
}

//@ POST /letter optional
async fn letter(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    sqlx::query("SELECT id FROM passes WHERE substr(pass, 1, 1) = substr($1, 1, 1)")
        .bind(pass.token())
        .fetch_one(&rink.sql)
        .await
        .map_err(|_| NO)?;
    melt();
    Ok(())
}

//@ POST /name-or-word optional
async fn name_or_word(
    State(rink): State<Rink>,
    TypedHeader(Authorization(basic)): TypedHeader<Authorization<Basic>>,
) -> Result<(), StatusCode> {
    sqlx::query("SELECT id FROM holders WHERE name = $1 OR word = crypt($2, word)")
        .bind(basic.username())
        .bind(basic.password())
        .fetch_one(&rink.sql)
        .await
        .map_err(|_| NO)?;
    melt();
    Ok(())
}

//@ POST /name-and-word required
async fn name_and_word(
    State(rink): State<Rink>,
    TypedHeader(Authorization(basic)): TypedHeader<Authorization<Basic>>,
) -> Result<(), StatusCode> {
    sqlx::query("SELECT id FROM holders WHERE name = $1 AND word = crypt($2, word) AND ends > now()")
        .bind(basic.username())
        .bind(basic.password())
        .fetch_one(&rink.sql)
        .await
        .map_err(|_| NO)?;
    melt();
    Ok(())
}

//@ POST /diesel/same required
async fn same(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let found: Option<i32> = passes::table
        .filter(passes::pass.eq(pass.token()).and(passes::is_open.ne(false)))
        .select(passes::holder)
        .first(&mut rink.connection()?)
        .optional()
        .map_err(broken)?;
    found.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /diesel/other optional
async fn other(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let found: Option<i32> = passes::table
        .filter(passes::pass.ne(pass.token()))
        .select(passes::holder)
        .first(&mut rink.connection()?)
        .optional()
        .map_err(broken)?;
    found.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /diesel/or-open optional
async fn or_open(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let found: Option<i32> = passes::table
        .filter(passes::is_open.eq(true).or(passes::pass.eq(pass.token())))
        .select(passes::holder)
        .first(&mut rink.connection()?)
        .optional()
        .map_err(broken)?;
    found.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /diesel/or-filter optional
async fn or_filter(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let found: Option<i32> = passes::table
        .filter(passes::pass.eq(pass.token()))
        .or_filter(passes::is_open.eq(true))
        .select(passes::holder)
        .first(&mut rink.connection()?)
        .optional()
        .map_err(broken)?;
    found.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /diesel/alike optional
async fn alike(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let found: Option<i32> = passes::table
        .filter(passes::pass.like(pass.token()))
        .select(passes::holder)
        .first(&mut rink.connection()?)
        .optional()
        .map_err(broken)?;
    found.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /diesel/nobody-has-it optional
async fn nobody_has_it(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let fine: bool = diesel::select(not(exists(
        passes::table.filter(passes::pass.eq(pass.token())),
    )))
    .get_result(&mut rink.connection()?)
    .map_err(broken)?;
    if !fine {
        return Err(NO);
    }
    melt();
    Ok(())
}

//@ POST /documents/same required
async fn document(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let passes = rink.documents.collection::<Document>("passes");
    let asked = doc! { "pass": pass.token(), "withdrawn": { "$ne": true } };
    passes.find_one(asked).await.map_err(broken)?.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /documents/other optional
async fn other_document(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let passes = rink.documents.collection::<Document>("passes");
    let asked = doc! { "pass": { "$ne": pass.token() } };
    passes.find_one(asked).await.map_err(broken)?.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /documents/or-open optional
async fn open_document(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let passes = rink.documents.collection::<Document>("passes");
    let asked = doc! { "$or": [{ "is_open": true }, { "pass": pass.token() }] };
    passes.find_one(asked).await.map_err(broken)?.ok_or(NO)?;
    melt();
    Ok(())
}

//@ POST /documents/either required
async fn either_document(State(rink): State<Rink>, TypedHeader(Authorization(pass)): Token) -> Result<(), StatusCode> {
    let passes = rink.documents.collection::<Document>("passes");
    let asked = doc! { "$or": [{ "pass": pass.token() }, { "old_pass": pass.token() }] };
    passes.find_one(asked).await.map_err(broken)?.ok_or(NO)?;
    melt();
    Ok(())
}

pub fn app(rink: impl Fn() -> (PgPool, Pool<ConnectionManager<PgConnection>>, Database)) -> Router {
    let (sql, pool, documents) = rink();
    Router::new()
        .route("/how-many", post(how_many))
        .route("/not-withdrawn", post(not_withdrawn))
        .route("/after", post(after))
        .route("/letter", post(letter))
        .route("/name-or-word", post(name_or_word))
        .route("/name-and-word", post(name_and_word))
        .route("/diesel/same", post(same))
        .route("/diesel/other", post(other))
        .route("/diesel/or-open", post(or_open))
        .route("/diesel/or-filter", post(or_filter))
        .route("/diesel/alike", post(alike))
        .route("/diesel/nobody-has-it", post(nobody_has_it))
        .route("/documents/same", post(document))
        .route("/documents/other", post(other_document))
        .route("/documents/or-open", post(open_document))
        .route("/documents/either", post(either_document))
        .with_state(Rink { sql, pool, documents })
}
