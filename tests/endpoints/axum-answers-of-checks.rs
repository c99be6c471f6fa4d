//! Checks whose answers take many forms: found in a loop, turned into truth values, signatures of
//! tokens, constants, derived extractors.

use axum::extract::{FromRequestParts, OptionalFromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::Router;
use axum_extra::either::Either;
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sha2::Sha256;

const NO: StatusCode = StatusCode::UNAUTHORIZED;
const ENFORCED: bool = true;
const LENIENT: bool = true;
static SWITCH: bool = true;

#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    level: i64,
}

#[derive(Clone)]
struct App {
    secret: String,
    parsers: Vec<Parser>,
    first: Option<Parser>,
    second: Option<Parser>,
}

#[derive(Clone)]
struct Parser {
    key: DecodingKey,
}

impl Parser {
    fn read(&self, token: &str) -> Option<Result<Claims, String>> {
        match decode::<Claims>(token, &self.key, &Validation::default()) {
            Ok(data) => Some(Ok(data.claims)),
            Err(error) => Some(Err(error.to_string())),
        }
    }
}

fn purge() {
    let _ = std::fs::remove_dir_all("/var/lib/shop");
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get("authorization").and_then(|it| it.to_str().ok())
}

fn claims(headers: &HeaderMap) -> Result<Claims, StatusCode> {
    let token = bearer(headers).ok_or(NO)?;
    let key = std::env::var("JWT_KEY").expect("JWT_KEY");
    let key = DecodingKey::from_secret(key.as_bytes());
    decode::<Claims>(token, &key, &Validation::default())
        .map(|it| it.claims)
        .map_err(|_| NO)
}

fn is_allowed(headers: &HeaderMap) -> bool {
    match claims(headers) {
        Ok(user) => user.level > 2,
        Err(_) => false,
    }
}

fn is_allowed_or_new(headers: &HeaderMap) -> bool {
    match claims(headers) {
        Ok(user) => user.level > 2,
        Err(_) => headers.get("x-new").is_some(),
    }
}

//@ POST /truth required
async fn truth(headers: HeaderMap) -> Result<(), StatusCode> {
    if !is_allowed(&headers) {
        return Err(NO);
    }
    purge();
    Ok(())
}

// What a token is made of is looked at first.
//@ POST /truth/of-letters required
async fn truth_of_letters(headers: HeaderMap) -> Result<(), StatusCode> {
    let token = bearer(&headers).ok_or(NO)?;
    if !token.chars().all(char::is_alphanumeric) || !is_allowed(&headers) {
        return Err(NO);
    }
    purge();
    Ok(())
}

//@ POST /truth/letters-only optional
async fn truth_letters_only(headers: HeaderMap) -> Result<(), StatusCode> {
    let token = bearer(&headers).ok_or(NO)?;
    if !token.chars().all(char::is_alphanumeric) {
        return Err(NO);
    }
    purge();
    Ok(())
}

//@ POST /truth/else optional
async fn truth_else(headers: HeaderMap) -> Result<(), StatusCode> {
    if !is_allowed_or_new(&headers) {
        return Err(NO);
    }
    purge();
    Ok(())
}

//@ POST /loop required
async fn looped(headers: HeaderMap) -> Result<(), StatusCode> {
    let mut who = None;
    for name in ["authorization", "x-auth"] {
        if let Some(token) = headers.get(name).and_then(|it| it.to_str().ok()) {
            let key = DecodingKey::from_secret(std::env::var("JWT_KEY").expect("JWT_KEY").as_bytes());
            if let Ok(data) = decode::<Claims>(token, &key, &Validation::default()) {
                who = Some(data.claims);
                break;
            }
        }
    }
    let Some(_) = who else {
        return Err(NO);
    };
    purge();
    Ok(())
}

// What is set on the way out of the loop lets everybody in who asks so.
//@ POST /loop/invited optional
async fn looped_invited(headers: HeaderMap) -> Result<(), StatusCode> {
    let mut known = false;
    for name in ["authorization", "x-invited"] {
        if name == "x-invited" && headers.contains_key(name) {
            known = true;
            break;
        }
        known = claims(&headers).is_ok();
    }
    if !known {
        return Err(NO);
    }
    purge();
    Ok(())
}

//@ POST /parsers required
async fn parsers(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let token = bearer(&headers).ok_or(NO)?;
    let found = app.parsers.iter().filter_map(|it| it.read(token)).next();
    if let Some(Ok(_)) = found {
        purge();
        return Ok(());
    }
    Err(NO)
}

//@ POST /parsers/two required
async fn two_parsers(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let token = bearer(&headers).ok_or(NO)?;
    let both = [app.first.as_ref(), app.second.as_ref()];
    let found = both.into_iter().flatten().find_map(|it| it.read(token));
    match found {
        Some(Ok(_)) => purge(),
        _ => return Err(NO),
    }
    Ok(())
}

// Whoever sends something that cannot be read, gets in.
//@ POST /parsers/any optional
async fn any_parser(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let token = bearer(&headers).ok_or(NO)?;
    let found = app.parsers.iter().filter_map(|it| it.read(token)).next();
    found.ok_or(NO)?.ok();
    purge();
    Ok(())
}

fn opened(key: &str, sealed: &str) -> Option<String> {
    let (text, tag) = sealed.split_once('.')?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length");
    mac.update(text.as_bytes());
    let expected = format!("{:x}", mac.finalize().into_bytes());
    (expected == tag).then(|| text.to_owned())
}

//@ POST /sealed required
async fn sealed(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let sealed = bearer(&headers).ok_or(NO)?;
    opened(&app.secret, sealed).ok_or(NO)?;
    purge();
    Ok(())
}

// The key is a part of what is sent.
//@ POST /sealed/by-itself optional
async fn sealed_by_itself(headers: HeaderMap) -> Result<(), StatusCode> {
    let sealed = bearer(&headers).ok_or(NO)?;
    opened(sealed, sealed).ok_or(NO)?;
    purge();
    Ok(())
}

// With an empty key everybody can seal.
//@ POST /sealed/unset conditional if the secret is set
async fn sealed_unset(headers: HeaderMap) -> Result<(), StatusCode> {
    let sealed = bearer(&headers).ok_or(NO)?;
    let key = std::env::var("SEAL_KEY").unwrap_or_default();
    opened(&key, sealed).ok_or(NO)?;
    purge();
    Ok(())
}

//@ POST /lower-case required
async fn lower_case(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let token = bearer(&headers).ok_or(NO)?;
    if !token.eq_ignore_ascii_case(&app.secret) {
        return Err(NO);
    }
    purge();
    Ok(())
}

//@ POST /constant required
async fn constant(headers: HeaderMap) -> Result<(), StatusCode> {
    if ENFORCED {
        claims(&headers)?;
    }
    purge();
    Ok(())
}

//@ POST /constant/lenient none
async fn lenient(headers: HeaderMap) -> Result<(), StatusCode> {
    if !LENIENT {
        claims(&headers)?;
    }
    purge();
    Ok(())
}

//@ POST /constant/static conditional if SWITCH
async fn switched(headers: HeaderMap) -> Result<(), StatusCode> {
    if SWITCH {
        claims(&headers)?;
    }
    purge();
    Ok(())
}

impl<S: Send + Sync> FromRequestParts<S> for Claims {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        claims(&parts.headers)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Claims {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, StatusCode> {
        Ok(claims(&parts.headers).ok())
    }
}

#[derive(FromRequestParts)]
struct Context {
    user: Claims,
    headers: HeaderMap,
}

#[derive(FromRequestParts)]
struct Perhaps {
    user: Option<Claims>,
}

#[derive(FromRequestParts, Deserialize)]
#[from_request(via(Query))]
struct User {
    name: String,
}

//@ POST /derived required
async fn derived(context: Context) {
    purge();
}

//@ POST /derived/perhaps none
async fn derived_perhaps(perhaps: Perhaps) {
    purge();
}

//@ POST /derived/refused required
async fn derived_refused(perhaps: Perhaps) -> Result<(), StatusCode> {
    perhaps.user.ok_or(NO)?;
    purge();
    Ok(())
}

//@ POST /derived/query none
async fn derived_query(user: User) {
    purge();
}

struct Anyone;

impl<S: Send + Sync> FromRequestParts<S> for Anyone {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Anyone)
    }
}

//@ POST /either required
async fn either(who: Either<Claims, Anyone>) -> Result<(), StatusCode> {
    let Either::E1(_) = who else {
        return Err(NO);
    };
    purge();
    Ok(())
}

//@ POST /either/of-them optional
async fn either_of_them(who: Either<Claims, Anyone>) -> Result<(), StatusCode> {
    purge();
    Ok(())
}

fn app(app: App) -> Router {
    Router::new()
        .route("/truth", post(truth))
        .route("/truth/of-letters", post(truth_of_letters))
        .route("/truth/letters-only", post(truth_letters_only))
        .route("/truth/else", post(truth_else))
        .route("/loop", post(looped))
        .route("/loop/invited", post(looped_invited))
        .route("/parsers", post(parsers))
        .route("/parsers/two", post(two_parsers))
        .route("/parsers/any", post(any_parser))
        .route("/sealed", post(sealed))
        .route("/sealed/by-itself", post(sealed_by_itself))
        .route("/sealed/unset", post(sealed_unset))
        .route("/lower-case", post(lower_case))
        .route("/constant", post(constant))
        .route("/constant/lenient", post(lenient))
        .route("/constant/static", post(switched))
        .route("/derived", post(derived))
        .route("/derived/perhaps", post(derived_perhaps))
        .route("/derived/refused", post(derived_refused))
        .route("/derived/query", post(derived_query))
        .route("/either", post(either))
        .route("/either/of-them", post(either_of_them))
        .with_state(app)
}

#[tokio::main]
async fn main() {
    let key = DecodingKey::from_secret(std::env::var("JWT_KEY").expect("JWT_KEY").as_bytes());
    let parser = Parser { key };
    let state = App {
        secret: std::env::var("SECRET").expect("SECRET"),
        parsers: vec![parser.clone()],
        first: Some(parser.clone()),
        second: Some(parser),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.expect("a port");
    axum::serve(listener, app(state)).await.expect("a server");
}
