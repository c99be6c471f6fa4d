//! Checks that something else is tried for when they reject: `or`, `or_else` and `recover`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::RwLock;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply};

type Sessions = Arc<RwLock<HashMap<String, User>>>;
type Notes = Arc<RwLock<Vec<String>>>;

#[derive(Clone)]
struct User {
    id: i64,
}

#[derive(Debug)]
struct Unauthorized;
impl warp::reject::Reject for Unauthorized {}

async fn find(token: String, sessions: Sessions) -> Result<User, Rejection> {
    let sessions = sessions.read().await;
    sessions
        .get(&token)
        .cloned()
        .ok_or_else(|| warp::reject::custom(Unauthorized))
}

fn user(sessions: Sessions) -> impl Filter<Extract = (User,), Error = Rejection> + Clone {
    warp::header::<String>("authorization")
        .and(warp::any().map(move || sessions.clone()))
        .and_then(find)
}

fn by_cookie(sessions: Sessions) -> impl Filter<Extract = (User,), Error = Rejection> + Clone {
    warp::cookie::<String>("session")
        .and(warp::any().map(move || sessions.clone()))
        .and_then(find)
}

fn perhaps(
    sessions: Sessions,
) -> impl Filter<Extract = (Option<User>,), Error = Infallible> + Clone {
    user(sessions)
        .map(Some)
        .or(warp::any().map(|| None))
        .unify()
}

fn rescued(
    sessions: Sessions,
) -> impl Filter<Extract = (Option<User>,), Error = Rejection> + Clone {
    user(sessions)
        .map(Some)
        .or_else(|_| async { Ok::<(Option<User>,), Rejection>((None,)) })
}

/// Nobody gets past it: it rejects again.
fn translated(sessions: Sessions) -> impl Filter<Extract = (User,), Error = Rejection> + Clone {
    user(sessions).or_else(|_| async { Err::<(User,), Rejection>(warp::reject::not_found()) })
}

fn guest(sessions: Sessions) -> impl Filter<Extract = (User,), Error = Infallible> + Clone {
    user(sessions)
        .recover(|_: Rejection| async { Ok::<User, Infallible>(User { id: 0 }) })
        .unify()
}

async fn clear(notes: Notes) -> Result<StatusCode, Rejection> {
    notes.write().await.clear();
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_if_known(user: Option<User>, notes: Notes) -> Result<StatusCode, Rejection> {
    let Some(_user) = user else {
        return Err(warp::reject::custom(Unauthorized));
    };
    notes.write().await.clear();
    Ok(StatusCode::NO_CONTENT)
}

async fn refused(error: Rejection) -> Result<impl Reply, Rejection> {
    if error.find::<Unauthorized>().is_some() {
        Ok(warp::reply::with_status("log in", StatusCode::UNAUTHORIZED))
    } else {
        Err(error)
    }
}

#[tokio::main]
async fn main() {
    let sessions = Sessions::default();
    let notes = Notes::default();
    let with_notes = warp::any().map(move || notes.clone());
    let routes = warp::path!("one-of-two")
        .and(warp::post())
        .and(
            user(sessions.clone())
                .or(by_cookie(sessions.clone()))
                .unify(),
        )
        .and(with_notes.clone())
        .and_then(|_, notes| clear(notes))
        .or(warp::path!("perhaps")
            .and(warp::post())
            .and(perhaps(sessions.clone()))
            .and(with_notes.clone())
            .and_then(|_, notes| clear(notes)))
        .or(warp::path!("perhaps-checked")
            .and(warp::post())
            .and(perhaps(sessions.clone()))
            .and(with_notes.clone())
            .and_then(clear_if_known))
        .or(warp::path!("rescued")
            .and(warp::post())
            .and(rescued(sessions.clone()))
            .and(with_notes.clone())
            .and_then(|_, notes| clear(notes)))
        .or(warp::path!("rescued-checked")
            .and(warp::post())
            .and(rescued(sessions.clone()))
            .and(with_notes.clone())
            .and_then(clear_if_known))
        .or(warp::path!("translated")
            .and(warp::post())
            .and(translated(sessions.clone()))
            .and(with_notes.clone())
            .and_then(|_, notes| clear(notes)))
        .or(warp::path!("guest")
            .and(warp::post())
            .and(guest(sessions.clone()))
            .and(with_notes.clone())
            .and_then(|_, notes| clear(notes)))
        .or(warp::path!("recovered")
            .and(warp::post())
            .and(user(sessions))
            .and(with_notes)
            .and_then(|_, notes| clear(notes))
            .recover(refused))
        .recover(refused);
    warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;
}

//@ POST /one-of-two required
//@ POST /perhaps optional
//@ POST /perhaps-checked required
//@ POST /rescued optional
//@ POST /rescued-checked required
//@ POST /translated required
//@ POST /guest optional
//@ POST /recovered required
