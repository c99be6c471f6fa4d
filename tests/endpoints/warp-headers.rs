//! What asking for a header or cookie by its name proves.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::RwLock;
use warp::http::StatusCode;
use warp::{Filter, Rejection};

const API_KEY: &str = env!("CARGO_PKG_NAME");

type Sessions = Arc<RwLock<HashMap<String, i64>>>;
type Notes = Arc<RwLock<Vec<String>>>;

#[derive(Debug)]
struct Unauthorized;
impl warp::reject::Reject for Unauthorized {}

async fn known(key: String, sessions: Sessions) -> Result<i64, Rejection> {
    let sessions = sessions.read().await;
    match sessions.get(&key) {
        Some(user) => Ok(*user),
        None => Err(warp::reject::custom(Unauthorized)),
    }
}

/// The lookup is made, and its being empty is no error.
async fn guessed(key: String, sessions: Sessions) -> Result<i64, Rejection> {
    Ok(sessions.read().await.get(&key).copied().unwrap_or(0))
}

async fn empty(notes: Notes) -> Result<StatusCode, Rejection> {
    notes.write().await.clear();
    Ok(StatusCode::NO_CONTENT)
}

#[tokio::main]
async fn main() {
    let sessions = Sessions::default();
    let notes = Notes::default();
    let with_notes = {
        let notes = notes.clone();
        warp::any().map(move || notes.clone())
    };
    let with_sessions = warp::any().map(move || sessions.clone());
    let delete = |name: &'static str| warp::path(name).and(warp::path::end()).and(warp::delete());

    let fixed = delete("fixed")
        .and(warp::header::exact("x-api-key", API_KEY))
        .and(with_notes.clone())
        .and_then(empty);
    let polite = delete("polite")
        .and(warp::header::exact("x-requested-with", "XMLHttpRequest"))
        .and(with_notes.clone())
        .and_then(empty);
    let there = delete("there")
        .and(warp::header::<String>("authorization"))
        .and(with_notes.clone())
        .and_then(|_, notes| empty(notes));
    let maybe = delete("maybe")
        .and(warp::header::optional::<String>("authorization"))
        .and(with_notes.clone())
        .and_then(|_, notes| empty(notes));
    let session = delete("session")
        .and(
            warp::cookie::cookie("session")
                .and(with_sessions.clone())
                .and_then(known),
        )
        .and(with_notes.clone())
        .and_then(|_, notes| empty(notes));
    let guess = delete("guess")
        .and(
            warp::cookie::cookie("session")
                .and(with_sessions.clone())
                .and_then(guessed),
        )
        .and(with_notes.clone())
        .and_then(|_, notes| empty(notes));
    let language = delete("language")
        .and(warp::header::<String>("accept-language"))
        .and(with_notes.clone())
        .and_then(|_, notes| empty(notes));
    let compared = delete("compared")
        .and(warp::header::<String>("x-api-key"))
        .and_then(|key: String| async move {
            let expected = std::env::var("API_KEY").map_err(|_| warp::reject::not_found())?;
            if key == expected {
                Ok(())
            } else {
                Err(warp::reject::custom(Unauthorized))
            }
        })
        .untuple_one()
        .and(with_notes.clone())
        .and_then(empty);
    let swapped = delete("swapped")
        .and(warp::header::<String>("x-api-key"))
        .and_then(|key: String| async move {
            let expected = std::env::var("API_KEY").map_err(|_| warp::reject::not_found())?;
            if key != expected {
                Ok(())
            } else {
                Err(warp::reject::custom(Unauthorized))
            }
        })
        .untuple_one()
        .and(with_notes.clone())
        .and_then(empty);
    let host = delete("host")
        .and(warp::host::exact("localhost"))
        .and(with_notes)
        .and_then(empty);
    let routes = fixed
        .or(polite)
        .or(there)
        .or(maybe)
        .or(session)
        .or(guess)
        .or(language)
        .or(compared)
        .or(swapped)
        .or(host);
    warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;
}

//@ DELETE /fixed required
//@ DELETE /polite none
//@ DELETE /there optional
//@ DELETE /maybe optional
//@ DELETE /session required
//@ DELETE /guess optional
//@ DELETE /language none
//@ DELETE /compared required
//@ DELETE /swapped optional
//@ DELETE /host none
