//! Where checks stand and how they refuse, in axum.

use std::collections::HashSet;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::{Deserialize, Deserializer};

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| HashSet::from(["/", "/shop", "/account"]));

#[derive(Deserialize)]
struct After {
    next: String,
    other: String,
    strict: bool,
}

#[derive(Clone)]
struct Settings {
    allowed: Vec<String>,
    strict: bool,
}

type Answer = Result<Redirect, StatusCode>;

struct BadTarget;

impl IntoResponse for BadTarget {
    fn into_response(self) -> Response {
        StatusCode::BAD_REQUEST.into_response()
    }
}

fn validate_target(target: &str) -> Result<(), BadTarget> {
    if KNOWN.contains(target) { Ok(()) } else { Err(BadTarget) }
}

fn parse_target(target: &str) -> Option<&'static str> {
    KNOWN.get(target).copied()
}

fn log_target(target: &str) -> Result<(), BadTarget> {
    println!("to {target}");
    Ok(())
}

async fn static_set(Query(after): Query<After>) -> Answer {
    if !KNOWN.contains(after.next.as_str()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&after.next)) // near miss: static set
}

async fn settings_list(State(settings): State<Settings>, Query(after): Query<After>) -> Answer {
    if !settings.allowed.contains(&after.next) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&after.next)) // near miss: settings list
}

async fn list_of_the_request(Query(after): Query<After>) -> Answer {
    // The caller fills the list.
    let allowed: Vec<&str> = after.other.split(',').collect();
    if !allowed.contains(&after.next.as_str()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

async fn equal_to_another(Query(after): Query<After>) -> Answer {
    if after.next != after.other {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

async fn validated(Query(after): Query<After>) -> Result<Redirect, BadTarget> {
    validate_target(&after.next)?;
    Ok(Redirect::to(&after.next)) // near miss: validated
}

async fn validated_by_match(Query(after): Query<After>) -> Answer {
    match validate_target(&after.next) {
        Ok(()) => Ok(Redirect::to(&after.next)), // near miss: validated by match
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}

async fn validated_by_if_let(Query(after): Query<After>) -> Answer {
    if let Err(_error) = validate_target(&after.next) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&after.next)) // near miss: validated by if let
}

async fn validated_is_ok(Query(after): Query<After>) -> Answer {
    if validate_target(&after.next).is_ok() { Ok(Redirect::to(&after.next)) } else { Ok(Redirect::to("/")) } // near miss: validated is ok
}

async fn validated_is_err(Query(after): Query<After>) -> Answer {
    if validate_target(&after.next).is_err() { Ok(Redirect::to(&after.next)) } else { Ok(Redirect::to("/")) } //~ open-redirect
}

async fn validated_and_logged(Query(after): Query<After>) -> Answer {
    if validate_target(&after.next).is_err() {
        println!("strange target");
    }
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

async fn validated_another(Query(after): Query<After>) -> Result<Redirect, BadTarget> {
    validate_target(&after.other)?;
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

async fn validated_sometimes(State(settings): State<Settings>, Query(after): Query<After>) -> Result<Redirect, BadTarget> {
    if settings.strict {
        validate_target(&after.next)?;
    }
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

async fn validated_before_change(Query(after): Query<After>) -> Result<Redirect, BadTarget> {
    validate_target(&after.next)?;
    let target = format!("{}{}", after.other, after.next);
    Ok(Redirect::to(&target)) //~ open-redirect
}

async fn validated_copy(Query(after): Query<After>) -> Result<Redirect, BadTarget> {
    let mut target = after.next.clone();
    validate_target(&target)?;
    target = after.other;
    Ok(Redirect::to(&target)) //~ open-redirect
}

async fn only_logged(Query(after): Query<After>) -> Result<Redirect, BadTarget> {
    log_target(&after.next)?;
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

async fn parsed(Query(after): Query<After>) -> Answer {
    let target = parse_target(&after.next).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Redirect::to(target)) // near miss: parsed
}

async fn then(Query(after): Query<After>) -> Answer {
    let target = KNOWN.contains(after.next.as_str()).then_some(after.next.as_str()).unwrap_or("/");
    Ok(Redirect::to(target)) // near miss: then
}

async fn filtered(Query(after): Query<After>) -> Answer {
    let target = Some(after.next).filter(|it| KNOWN.contains(it.as_str())).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Redirect::to(&target)) // near miss: filtered
}

async fn filtered_for_length(Query(after): Query<After>) -> Answer {
    let target = Some(after.next).filter(|it| it.len() < 200).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Redirect::to(&target)) //~ open-redirect
}

async fn asserted(Query(after): Query<After>) -> Redirect {
    assert!(KNOWN.contains(after.next.as_str()), "an unknown target");
    Redirect::to(&after.next) // near miss: asserted
}

async fn asserted_in_debug(Query(after): Query<After>) -> Redirect {
    debug_assert!(KNOWN.contains(after.next.as_str()), "an unknown target");
    Redirect::to(&after.next) //~ open-redirect
}

async fn guard(Query(after): Query<After>) -> Redirect {
    match after.next.as_str() {
        it if KNOWN.contains(it) => Redirect::to(it), // near miss: guard
        _ => Redirect::to("/"), // near miss: guard
    }
}

async fn guard_of_another(Query(after): Query<After>) -> Redirect {
    match after.next.as_str() {
        it if after.strict => Redirect::to(it), //~ open-redirect
        _ => Redirect::to("/"), // near miss: guard of another
    }
}

async fn bound_pattern(Query(after): Query<After>) -> Redirect {
    match after.next.as_str() {
        it @ ("/" | "/shop") => Redirect::to(it), // near miss: bound pattern
        _ => Redirect::to("/"), // near miss: bound pattern
    }
}

async fn let_chain(Query(after): Query<After>) -> Redirect {
    if after.strict
        && let Some(target) = parse_target(&after.next)
    {
        return Redirect::to(target); // near miss: let chain
    }
    Redirect::to("/") // near miss: let chain
}

async fn variable(Query(after): Query<After>) -> Answer {
    let known = KNOWN.contains(after.next.as_str());
    if !known {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&after.next)) // near miss: variable
}

async fn variable_unused(Query(after): Query<After>) -> Answer {
    let known = KNOWN.contains(after.next.as_str());
    println!("{known}");
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

async fn found(Query(after): Query<After>) -> Redirect {
    for known in KNOWN.iter() {
        if *known == after.next {
            return Redirect::to(known); // near miss: found
        }
    }
    Redirect::to("/") // near miss: found
}

async fn found_and_ours(Query(after): Query<After>) -> Redirect {
    let mut target = "/";
    if after.next == "/shop" {
        target = "/shop";
    }
    Redirect::to(target) // near miss: found and ours
}

async fn case_ignored(Query(after): Query<After>) -> Redirect {
    if after.next.eq_ignore_ascii_case("/shop") {
        return Redirect::to(&after.next); // near miss: case ignored
    }
    Redirect::to("/") // near miss: case ignored
}

macro_rules! ensure {
    ($condition:expr) => {
        if !$condition {
            return Err(StatusCode::BAD_REQUEST);
        }
    };
}

async fn ensured(Query(after): Query<After>) -> Answer {
    ensure!(KNOWN.contains(after.next.as_str()));
    Ok(Redirect::to(&after.next)) // near miss: ensured
}

async fn ensured_another(Query(after): Query<After>) -> Answer {
    ensure!(KNOWN.contains(after.other.as_str()));
    Ok(Redirect::to(&after.next)) //~ open-redirect
}

struct Target(String);

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if KNOWN.contains(text.as_str()) { Ok(Target(text)) } else { Err(serde::de::Error::custom("unknown target")) }
    }
}

#[derive(Deserialize)]
struct Checked {
    next: Target,
}

async fn checked_while_read(Query(checked): Query<Checked>) -> Redirect {
    Redirect::to(&checked.next.0) //~ open-redirect (wrongly)
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/1", get(static_set).post(settings_list).put(list_of_the_request).delete(equal_to_another))
        .route("/2", get(validated).post(validated_by_match).put(validated_by_if_let).delete(validated_is_ok))
        .route("/3", get(validated_is_err).post(validated_and_logged).put(validated_another))
        .route("/4", get(validated_sometimes).post(validated_before_change).put(validated_copy).delete(only_logged))
        .route("/5", get(parsed).post(then).put(filtered).delete(filtered_for_length))
        .route("/6", get(asserted).post(asserted_in_debug).put(guard).delete(guard_of_another))
        .route("/7", get(bound_pattern).post(let_chain).put(variable).delete(variable_unused))
        .route("/8", get(found).post(found_and_ours).put(case_ignored).delete(ensured).patch(ensured_another))
        .route("/9", get(checked_while_read))
        .with_state(Settings { allowed: vec!["/".to_string()], strict: false });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
