//! Checks whose secret anybody may have, or that stand where they come too late or not at all.

use std::sync::{Arc, Mutex};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, middleware::from_fn};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

const NO: StatusCode = StatusCode::UNAUTHORIZED;

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
}

#[derive(Clone)]
struct Config {
    /// Empty unless somebody sets it.
    soft_key: String,
    hard_key: String,
    shared: Arc<String>,
    notes: Arc<Mutex<Vec<String>>>,
}

impl Config {
    fn load() -> Config {
        Config {
            soft_key: std::env::var("SOFT").unwrap_or_default(),
            hard_key: std::env::var("HARD").expect("it is set"),
            shared: Arc::new(std::env::var("SHARED").expect("it is set")),
            notes: Arc::default(),
        }
    }
}

fn sent(headers: &HeaderMap) -> Result<&str, StatusCode> {
    headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or(NO)
}

fn verify(headers: &HeaderMap, key: &str) -> Result<Claims, StatusCode> {
    let key = DecodingKey::from_secret(key.as_bytes());
    decode::<Claims>(sent(headers)?, &key, &Validation::default()).map(|it| it.claims).map_err(|_| NO)
}

fn wipe(of: &str) -> Result<(), StatusCode> {
    std::fs::remove_dir_all(of).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn soft(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    if sent(&headers)? != config.soft_key {
        return Err(NO);
    }
    wipe("soft")
}

async fn hard(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    if sent(&headers)? != config.hard_key {
        return Err(NO);
    }
    wipe("hard")
}

async fn soft_key(headers: HeaderMap) -> Result<(), StatusCode> {
    let key = std::env::var("KEY").unwrap_or_else(|_| String::new());
    wipe(&verify(&headers, &key)?.sub)
}

async fn empty_key(headers: HeaderMap) -> Result<(), StatusCode> {
    let key = DecodingKey::from_secret(b"");
    let read = decode::<Claims>(sent(&headers)?, &key, &Validation::default());
    wipe(&read.map_err(|_| NO)?.claims.sub)
}

async fn own_name_as_key(headers: HeaderMap) -> Result<(), StatusCode> {
    let token = sent(&headers)?;
    let name = decode_header(token).map_err(|_| NO)?.kid.ok_or(NO)?;
    let key = DecodingKey::from_secret(name.as_bytes());
    let read = decode::<Claims>(token, &key, &Validation::default());
    wipe(&read.map_err(|_| NO)?.claims.sub)
}

async fn contained(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !config.shared.contains(sent(&headers)?) {
        return Err(NO);
    }
    wipe("contained")
}

async fn beginning(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    let token = sent(&headers)?;
    let length = token.len().min(config.hard_key.len());
    if token[..length] != config.hard_key[..length] {
        return Err(NO);
    }
    wipe("beginning")
}

async fn behind_the_scheme(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    let header = sent(&headers)?;
    if !header.starts_with("Bearer ") || header[7..] != config.hard_key {
        return Err(NO);
    }
    wipe("behind")
}

async fn name_of_the_package(headers: HeaderMap) -> Result<(), StatusCode> {
    if sent(&headers)? != env!("CARGO_PKG_NAME") {
        return Err(NO);
    }
    wipe("name")
}

struct Caller;

impl FromRequestParts<Config> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, config: &Config) -> Result<Caller, StatusCode> {
        verify(&parts.headers, &config.hard_key).map(|_| Caller)
    }
}

async fn taken_in_some_builds(#[cfg(feature = "strict")] _caller: Caller) -> Result<(), StatusCode> {
    wipe("taken in some")
}

async fn taken(_caller: Caller) -> Result<(), StatusCode> {
    wipe("taken")
}

async fn in_some_builds(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    #[cfg(feature = "strict")]
    verify(&headers, &config.hard_key)?;
    let _ = (&config, &headers);
    wipe("some builds")
}

async fn in_tests(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    #[cfg(test)]
    verify(&headers, &config.hard_key)?;
    let _ = (&config, &headers);
    wipe("tests")
}

async fn in_all_builds(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    #[cfg(feature = "strict")]
    let user = verify(&headers, &config.hard_key)?;
    #[cfg(not(feature = "strict"))]
    let user = verify(&headers, &config.shared)?;
    wipe(&user.sub)
}

async fn written_first(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    config.notes.lock().map_err(|_| NO)?.push("from anybody".to_owned());
    verify(&headers, &config.hard_key).map(|_| ())
}

async fn written_last(State(config): State<Config>, headers: HeaderMap) -> Result<(), StatusCode> {
    let user = verify(&headers, &config.hard_key)?;
    config.notes.lock().map_err(|_| NO)?.push(user.sub);
    Ok(())
}

async fn greeted(State(config): State<Config>, headers: HeaderMap) -> String {
    verify(&headers, &config.hard_key).ok().map(|it| it.sub).unwrap_or_default()
}

async fn told(State(config): State<Config>, headers: HeaderMap) -> (StatusCode, &'static str) {
    if let Err(status) = verify(&headers, &config.hard_key) {
        return (status, "no");
    }
    let _ = wipe("told");
    (StatusCode::OK, "done")
}

async fn open() -> Result<(), StatusCode> {
    wipe("open")
}

async fn after_it(headers: HeaderMap, response: Response) -> Result<Response, StatusCode> {
    verify(&headers, &std::env::var("HARD").map_err(|_| NO)?)?;
    Ok(response)
}

async fn before_it(State(config): State<Config>, request: Request, next: Next) -> Result<Response, StatusCode> {
    verify(request.headers(), &config.hard_key)?;
    Ok(next.run(request).await)
}

async fn nothing(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[tokio::main]
async fn main() {
    let config = Config::load();
    let layered = Router::new().route("/layered", post(open)).layer(from_fn(nothing));
    #[cfg(feature = "strict")]
    let layered = layered.layer(from_fn_with_state(config.clone(), before_it));
    let guarded = Router::new().route("/guarded", post(open));
    let guarded = guarded.layer(from_fn_with_state(config.clone(), before_it));
    let app = Router::new()
        .route("/soft", post(soft))
        .route("/hard", post(hard))
        .route("/soft-key", post(soft_key))
        .route("/empty-key", post(empty_key))
        .route("/own-name-as-key", post(own_name_as_key))
        .route("/contained", post(contained))
        .route("/beginning", post(beginning))
        .route("/behind-the-scheme", post(behind_the_scheme))
        .route("/name-of-the-package", post(name_of_the_package))
        .route("/taken-in-some-builds", post(taken_in_some_builds))
        .route("/taken", post(taken))
        .route("/in-some-builds", post(in_some_builds))
        .route("/in-tests", post(in_tests))
        .route("/in-all-builds", post(in_all_builds))
        .route("/written-first", post(written_first))
        .route("/written-last", post(written_last))
        .route("/greeted", get(greeted))
        .route("/told", post(told))
        .route("/after-it", post(open).layer(map_response(after_it)))
        .merge(layered)
        .merge(guarded)
        .with_state(config);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /soft conditional if config.soft_key is set
//@ POST /hard required
//@ POST /soft-key conditional if the secret is set
//@ POST /empty-key optional
//@ POST /own-name-as-key optional
//@ POST /contained optional
//@ POST /beginning optional
//@ POST /behind-the-scheme required
//@ POST /name-of-the-package optional
//@ POST /taken-in-some-builds conditional if feature = "strict"
//@ POST /taken required
//@ POST /in-some-builds conditional if feature = "strict"
//@ POST /in-tests none
//@ POST /in-all-builds required
//@ POST /written-first optional
//@ POST /written-last required
//@ GET /greeted none
//@ POST /told required
//@ POST /after-it none
//@ POST /layered conditional if feature = "strict"
//@ POST /guarded required
