//! Keys, tokens and answers that anybody has or that nobody looks at: dates, public keys, empty
//! settings, an unknown key's default, `Ok(false)`, nothing compared with nothing.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use chrono::Utc;
use clap::Parser;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use sqlx::PgPool;

const NO: StatusCode = StatusCode::UNAUTHORIZED;
type Outcome = Result<(), StatusCode>;

#[derive(Parser)]
struct Flags {
    #[arg(long, env, default_value = "")]
    old_key: String,
    #[arg(long, env, default_value_t = String::new())]
    pass: String,
    #[arg(long, env, default_value = "127.0.0.1")]
    host: String,
    #[arg(long, env)]
    key: String,
}
#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    soft_token: String,
    #[serde(default)]
    pin: String,
    hard_token: String,
    public_key: String,
}
/// Whatever is not set is empty.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Loose {
    token: String,
}
#[derive(Deserialize)]
struct Claims {
    sub: String,
}
#[derive(Clone)]
struct App {
    flags: Arc<Flags>,
    settings: Arc<Settings>,
    loose: Arc<Loose>,
    ring: Arc<HashMap<String, String>>,
    pool: PgPool,
}

fn sent(headers: &HeaderMap) -> Result<&str, StatusCode> {
    headers.get("x-api-key").and_then(|it| it.to_str().ok()).ok_or(NO)
}
fn wipe() -> Outcome {
    std::fs::remove_dir_all("/data").map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
fn same(headers: &HeaderMap, wanted: &str) -> Outcome {
    if sent(headers)? != wanted {
        return Err(NO);
    }
    wipe()?;
    Ok(())
}

// Settings that are empty where nobody has set them.
async fn flag_empty(State(app): State<App>, headers: HeaderMap) -> Outcome {
    same(&headers, &app.flags.old_key)
}
async fn flag_made_empty(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if sent(&headers)? != app.flags.pass {
        return Err(NO);
    }
    wipe()
}
async fn flag_asked_for(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let _host = &app.flags.host;
    same(&headers, &app.flags.key)
}
async fn setting_empty(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if sent(&headers)? != app.settings.soft_token {
        return Err(NO);
    }
    wipe()
}
async fn pin_empty(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if sent(&headers)? != app.settings.pin {
        return Err(NO);
    }
    wipe()
}
async fn setting_asked_for(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if sent(&headers)? != app.settings.hard_token {
        return Err(NO);
    }
    wipe()
}
async fn all_empty(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if sent(&headers)? != app.loose.token {
        return Err(NO);
    }
    wipe()
}

// Nothing compared with nothing.
async fn both_missing(headers: HeaderMap) -> Outcome {
    let wanted = std::env::var("TOKEN").ok();
    let given = headers.get("x-api-key").and_then(|it| it.to_str().ok()).map(str::to_owned);
    if given == wanted { wipe() } else { Err(NO) }
}
async fn one_missing(headers: HeaderMap) -> Outcome {
    let wanted = std::env::var("TOKEN").map_err(|_| NO)?;
    let given = headers.get("x-api-key").and_then(|it| it.to_str().ok()).map(str::to_owned);
    if given == Some(wanted) { wipe() } else { Err(NO) }
}

// What everybody knows.
async fn today(headers: HeaderMap) -> Outcome {
    let wanted = Utc::now().format("%Y%m%d").to_string();
    if sent(&headers)? != wanted {
        return Err(NO);
    }
    wipe()
}
async fn this_second(headers: HeaderMap) -> Outcome {
    let wanted = format!("{}", Utc::now().timestamp());
    if sent(&headers)? != wanted {
        return Err(NO);
    }
    wipe()
}
async fn today_and_a_secret(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let wanted = format!("{}{}", Utc::now().format("%Y%m%d"), app.settings.hard_token);
    if sent(&headers)? != wanted {
        return Err(NO);
    }
    wipe()
}

// Keys of which one half is given to everybody.
async fn public_as_secret(headers: HeaderMap) -> Outcome {
    let token = sent(&headers)?;
    let algorithm = decode_header(token).map_err(|_| NO)?.alg;
    let pem = include_bytes!("keys/public.pem");
    let key = match algorithm {
        Algorithm::HS256 => DecodingKey::from_secret(pem),
        _ => DecodingKey::from_rsa_pem(pem).map_err(|_| NO)?,
    };
    decode::<Claims>(token, &key, &Validation::new(algorithm)).map_err(|_| NO)?;
    wipe()
}
async fn public_setting_as_secret(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let key = DecodingKey::from_secret(app.settings.public_key.as_bytes());
    decode::<Claims>(sent(&headers)?, &key, &Validation::default()).map_err(|_| NO)?;
    wipe()
}
async fn public_as_public(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let key = DecodingKey::from_rsa_pem(app.settings.public_key.as_bytes()).map_err(|_| NO)?;
    decode::<Claims>(sent(&headers)?, &key, &Validation::new(Algorithm::RS256)).map_err(|_| NO)?;
    wipe()
}
async fn included_as_public(headers: HeaderMap) -> Outcome {
    let key = DecodingKey::from_rsa_pem(include_bytes!("keys/public.pem")).map_err(|_| NO)?;
    decode::<Claims>(sent(&headers)?, &key, &Validation::new(Algorithm::RS256)).map_err(|_| NO)?;
    wipe()
}
async fn included_secret(headers: HeaderMap) -> Outcome {
    let key = DecodingKey::from_secret(include_bytes!("keys/signing.key"));
    decode::<Claims>(sent(&headers)?, &key, &Validation::default()).map_err(|_| NO)?;
    wipe()
}

// Key rings that have an answer for every name.
async fn unknown_is_empty(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = sent(&headers)?;
    let name = decode_header(token).map_err(|_| NO)?.kid.unwrap_or_default();
    let key = app.ring.get(&name).cloned().unwrap_or_default();
    let key = DecodingKey::from_secret(key.as_bytes());
    wipe_of(decode::<Claims>(token, &key, &Validation::default()).map_err(|_| NO)?.claims)
}
fn ring() -> HashMap<String, String> {
    std::env::vars().filter(|(name, _)| name.starts_with("KEY_")).collect()
}
async fn removed_or_empty(headers: HeaderMap) -> Outcome {
    let token = sent(&headers)?;
    let name = decode_header(token).map_err(|_| NO)?.kid.unwrap_or_default();
    let key = ring().remove(&name).unwrap_or_default();
    let key = DecodingKey::from_secret(key.as_bytes());
    wipe_of(decode::<Claims>(token, &key, &Validation::default()).map_err(|_| NO)?.claims)
}
async fn unknown_is_refused(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = sent(&headers)?;
    let name = decode_header(token).map_err(|_| NO)?.kid.unwrap_or_default();
    let key = app.ring.get(&name).ok_or(NO)?;
    let key = DecodingKey::from_secret(key.as_bytes());
    wipe_of(decode::<Claims>(token, &key, &Validation::default()).map_err(|_| NO)?.claims)
}
fn wipe_of(claims: Claims) -> Outcome {
    std::fs::remove_dir_all(claims.sub).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

// Answers of a check that nobody looks at: rust-argon2 says `Ok(false)` of a wrong password.
async fn hash_of(pool: &PgPool) -> Result<String, StatusCode> {
    let row: (String,) = sqlx::query_as("SELECT hash FROM keys LIMIT 1").fetch_one(pool).await.map_err(|_| NO)?;
    Ok(row.0)
}
async fn unread(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let hash = hash_of(&app.pool).await?;
    argon2::verify_encoded(&hash, sent(&headers)?.as_bytes()).map_err(|_| NO)?;
    wipe()
}
async fn read(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let hash = hash_of(&app.pool).await?;
    let is_right = argon2::verify_encoded(&hash, sent(&headers)?.as_bytes()).map_err(|_| NO)?;
    if !is_right {
        return Err(NO);
    }
    wipe()
}
async fn read_or_wrong(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let hash = hash_of(&app.pool).await?;
    if !argon2::verify_encoded(&hash, sent(&headers)?.as_bytes()).unwrap_or(false) {
        return Err(NO);
    }
    wipe()
}

// Variables into which the secret is put when nothing was sent.
async fn filled_in(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let mut given = String::new();
    if let Some(token) = headers.get("x-api-key").and_then(|it| it.to_str().ok()) {
        given = token.to_owned();
    } else {
        given.push_str(&app.settings.hard_token);
    }
    if given != app.settings.hard_token {
        return Err(NO);
    }
    wipe()
}
async fn filled_with_what_was_sent(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let mut given = String::new();
    if let Some(token) = headers.get("x-api-key").and_then(|it| it.to_str().ok()) {
        given.push_str(token);
    } else {
        given.push_str("nothing");
    }
    if given != app.settings.hard_token {
        return Err(NO);
    }
    wipe()
}

#[tokio::main]
async fn main() {
    let app = App {
        flags: Arc::new(Flags::parse()),
        settings: Arc::new(serde_json::from_str(&std::fs::read_to_string("settings.json").unwrap()).unwrap()),
        loose: Arc::new(serde_json::from_str(&std::fs::read_to_string("loose.json").unwrap()).unwrap()),
        ring: Arc::new(ring()),
        pool: PgPool::connect_lazy("postgres://").unwrap(),
    };
    let app = Router::new()
        .route("/flag-empty", post(flag_empty))
        .route("/flag-made-empty", post(flag_made_empty))
        .route("/flag-asked-for", post(flag_asked_for))
        .route("/setting-empty", post(setting_empty))
        .route("/pin-empty", post(pin_empty))
        .route("/setting-asked-for", post(setting_asked_for))
        .route("/all-empty", post(all_empty))
        .route("/both-missing", post(both_missing))
        .route("/one-missing", post(one_missing))
        .route("/today", post(today))
        .route("/this-second", post(this_second))
        .route("/today-and-a-secret", post(today_and_a_secret))
        .route("/public-as-secret", post(public_as_secret))
        .route("/public-setting-as-secret", post(public_setting_as_secret))
        .route("/public-as-public", post(public_as_public))
        .route("/included-as-public", post(included_as_public))
        .route("/included-secret", post(included_secret))
        .route("/unknown-is-empty", post(unknown_is_empty))
        .route("/removed-or-empty", post(removed_or_empty))
        .route("/unknown-is-refused", post(unknown_is_refused))
        .route("/unread", post(unread))
        .route("/read", post(read))
        .route("/read-or-wrong", post(read_or_wrong))
        .route("/filled-in", post(filled_in))
        .route("/filled-with-what-was-sent", post(filled_with_what_was_sent))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /flag-empty conditional if app.flags.old_key is set
//@ POST /flag-made-empty conditional if app.flags.pass is set
//@ POST /flag-asked-for required
//@ POST /setting-empty conditional if app.settings.soft_token is set
//@ POST /pin-empty conditional if app.settings.pin is set
//@ POST /setting-asked-for required
//@ POST /all-empty conditional if app.loose.token is set
//@ POST /both-missing conditional if environment variable TOKEN is set
//@ POST /one-missing required
//@ POST /today optional
//@ POST /this-second optional
//@ POST /today-and-a-secret required
//@ POST /public-as-secret optional
//@ POST /public-setting-as-secret optional
//@ POST /public-as-public required
//@ POST /included-as-public required
//@ POST /included-secret required
//@ POST /unknown-is-empty optional
//@ POST /removed-or-empty optional
//@ POST /unknown-is-refused required
//@ POST /unread optional
//@ POST /read required
//@ POST /read-or-wrong required
//@ POST /filled-in optional
//@ POST /filled-with-what-was-sent required
