//! The order in which filters run: what happens before a check, and what a handler checks itself.

use serde::Deserialize;
use sqlx::PgPool;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply, reject};

#[derive(Debug)]
struct Denied;
impl reject::Reject for Denied {}

#[derive(Deserialize)]
struct Note {
    text: String,
}

async fn user_of(token: String, pool: PgPool) -> Result<i64, Rejection> {
    sqlx::query_scalar::<_, i64>("select user_id from sessions where token = $1")
        .bind(token)
        .fetch_optional(&pool)
        .await
        .map_err(|_| reject::reject())?
        .ok_or_else(|| reject::custom(Denied))
}

async fn save(note: Note, pool: PgPool) -> Result<StatusCode, Rejection> {
    sqlx::query("insert into notes(text) values ($1)")
        .bind(note.text)
        .execute(&pool)
        .await
        .map_err(|_| reject::reject())?;
    Ok(StatusCode::CREATED)
}

async fn only_for_users(token: String, note: Note, pool: PgPool) -> Result<impl Reply, Rejection> {
    user_of(token, pool.clone()).await?;
    save(note, pool).await
}

/// The answer depends on the check, the note does not.
async fn saved_first(token: String, note: Note, pool: PgPool) -> Result<impl Reply, Rejection> {
    let status = save(note, pool.clone()).await?;
    user_of(token, pool).await?;
    Ok(status)
}

/// Whether there is such a user makes no difference.
async fn ignored(token: String, note: Note, pool: PgPool) -> Result<impl Reply, Rejection> {
    let _ = user_of(token, pool.clone()).await;
    save(note, pool).await
}

/// A refusal as an answer.
async fn answered(token: String, note: Note, pool: PgPool) -> Result<Box<dyn Reply>, Rejection> {
    match user_of(token, pool.clone()).await {
        Ok(_) => Ok(Box::new(save(note, pool).await?)),
        Err(_) => Ok(Box::new(StatusCode::UNAUTHORIZED)),
    }
}

fn with(
    pool: PgPool,
) -> impl Filter<Extract = (PgPool,), Error = std::convert::Infallible> + Clone {
    warp::any().map(move || pool.clone())
}

fn auth(pool: PgPool) -> impl Filter<Extract = (i64,), Error = Rejection> + Clone {
    warp::header::<String>("authorization")
        .and(with(pool))
        .and_then(user_of)
}

fn note() -> impl Filter<Extract = (Note,), Error = Rejection> + Clone {
    warp::body::content_length_limit(16 * 1024).and(warp::body::json())
}

pub async fn serve(pool: PgPool) {
    let token = || warp::header::<String>("authorization");
    let post = |name: &'static str| warp::post().and(warp::path(name)).and(warp::path::end());
    let before = post("before")
        .and(auth(pool.clone()))
        .and(note())
        .and(with(pool.clone()))
        .and_then(|_, note, pool| save(note, pool));
    let last = post("last")
        .and(note())
        .and(with(pool.clone()))
        .and(auth(pool.clone()))
        .and_then(|note, pool, _user| save(note, pool));
    let after = post("after")
        .and(note())
        .and(with(pool.clone()))
        .and_then(save)
        .and(auth(pool.clone()))
        .map(|status, _user| status);
    let inside = post("inside")
        .and(token())
        .and(note())
        .and(with(pool.clone()))
        .and_then(only_for_users);
    let late = post("late")
        .and(token())
        .and(note())
        .and(with(pool.clone()))
        .and_then(saved_first);
    let dropped = post("dropped")
        .and(token())
        .and(note())
        .and(with(pool.clone()))
        .and_then(ignored);
    let told = post("told")
        .and(token())
        .and(note())
        .and(with(pool.clone()))
        .and_then(answered);
    let decorated = post("decorated")
        .and(token())
        .and(note())
        .and(with(pool))
        .and_then(only_for_users)
        .map(|reply| warp::reply::with_header(reply, "x-served-by", "notes"))
        .with(warp::log("notes"));
    warp::serve(
        before
            .or(last)
            .or(after)
            .or(inside)
            .or(late)
            .or(dropped)
            .or(told)
            .or(decorated),
    )
    .run(([0, 0, 0, 0], 8080))
    .await;
}

fn main() {}

//@ POST /before required
//@ POST /last required
//@ POST /after optional
//@ POST /inside required
//@ POST /late optional
//@ POST /dropped optional
//@ POST /told required
//@ POST /decorated required
