//! The same function behind a guarded filter and behind an open one at the same path: whom the one
//! rejects, the other lets pass.

use warp::reject::Reject;
use warp::{Filter, Rejection, Reply};

#[derive(Debug)]
struct Turned;

impl Reject for Turned {}

async fn checked(shown: String) -> Result<(), Rejection> {
    let ours = std::fs::read_to_string("/etc/yard/key").map_err(|_| warp::reject::custom(Turned))?;
    match !ours.is_empty() && shown == ours {
        true => Ok(()),
        false => Err(warp::reject::custom(Turned)),
    }
}

fn key() -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::header::<String>("x-api-key")
        .and_then(checked)
        .untuple_one()
}

async fn clear() -> Result<&'static str, Rejection> {
    std::fs::remove_dir_all("/var/lib/yard").map_err(|_| warp::reject::custom(Turned))?;
    Ok("cleared")
}

//@ DELETE /members none
//@ DELETE /open-first none
//@ DELETE /twice required
//@ DELETE /once required
pub fn app() -> impl Filter<Extract = impl Reply, Error = Rejection> + Clone {
    let members = warp::path!("members").and(warp::delete()).and(key()).and_then(clear);
    let others = warp::path!("members").and(warp::delete()).and_then(clear);
    let open = warp::path!("open-first").and(warp::delete()).and_then(clear);
    let behind = warp::path!("open-first").and(warp::delete()).and(key()).and_then(clear);
    let twice = warp::path!("twice").and(warp::delete()).and(key()).and_then(clear);
    let again = warp::path!("twice").and(key()).and(warp::delete()).and_then(clear);
    let once = warp::path!("once").and(warp::delete()).and(key()).and_then(clear);
    members.or(others).or(open).or(behind).or(twice).or(again).or(once)
}
