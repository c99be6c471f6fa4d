//! Filters that ask a limiter and reject: what a rejection becomes is decided elsewhere.

use std::sync::Arc;

use governor::DefaultKeyedRateLimiter;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply};

type Limiter = Arc<DefaultKeyedRateLimiter<String>>;

#[derive(Debug)]
struct Again;
impl warp::reject::Reject for Again {}

async fn ask(client: String, limiter: Limiter) -> Result<(), Rejection> {
    if limiter.check_key(&client).is_err() {
        return Err(warp::reject::custom(Again));
    }
    Ok(())
}

/// Asks, and rejects nobody.
async fn note(client: String, limiter: Limiter) {
    let _ = limiter.check_key(&client);
}

async fn answer(rejection: Rejection) -> Result<impl Reply, Rejection> {
    match rejection.find::<Again>() {
        Some(_) => Ok(StatusCode::from_u16(429).unwrap()),
        None => Err(rejection),
    }
}

//@ POST /login none
//@ POST /noted none
//@ POST /free none
//= POST /login rate_limit required
#[tokio::main]
async fn main() {
    let quota = governor::Quota::per_minute(std::num::NonZeroU32::MIN);
    let limiter: Limiter = Arc::new(DefaultKeyedRateLimiter::keyed(quota));
    let with = {
        let limiter = limiter.clone();
        warp::any().map(move || limiter.clone())
    };
    let login = warp::path!("login")
        .and(warp::post())
        .and(warp::header::<String>("x-client").and(with.clone()).and_then(ask).untuple_one())
        .map(|| StatusCode::OK);
    let noted = warp::path!("noted")
        .and(warp::post())
        .and(warp::header::<String>("x-client").and(with).then(note).untuple_one())
        .map(|| StatusCode::OK);
    let free = warp::path!("free").and(warp::post()).map(|| StatusCode::OK);
    warp::serve(login.or(noted).or(free).recover(answer)).run(([127, 0, 0, 1], 3030)).await;
}
