//! Request guards with small mistakes, each beside the guard without it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonwebtoken::{DecodingKey, Validation, dangerous, decode, decode_header};
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{State, launch, post, routes};
use serde::Deserialize;
use sqlx::PgPool;
use tokio::sync::mpsc;

#[derive(Clone, Default, Deserialize)]
struct Claims {
    sub: String,
}
struct App {
    pool: PgPool,
    secret: String,
    key: DecodingKey,
    keys: HashMap<String, DecodingKey>,
    sessions: Mutex<HashMap<String, i64>>,
    jobs: mpsc::Sender<String>,
}

async fn clear(app: &App) -> Status {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .ok();
    Status::NoContent
}
fn app<'r>(request: &'r Request<'_>) -> &'r App {
    request
        .rocket()
        .state::<App>()
        .expect("the state is managed")
}

/// Whatever does not verify becomes somebody without a name.
struct Perhaps(Claims);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Perhaps {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(token) = request.headers().get_one("authorization") else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let data = decode::<Claims>(token, &app(request).key, &Validation::default());
        Outcome::Success(Perhaps(data.map(|it| it.claims).unwrap_or_default()))
    }
}
struct Certainly(Claims);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Certainly {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(token) = request.headers().get_one("authorization") else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        match decode::<Claims>(token, &app(request).key, &Validation::default()) {
            Ok(data) => Outcome::Success(Certainly(data.claims)),
            Err(_) => Outcome::Forward(Status::Unauthorized),
        }
    }
}
/// The cookie can be written by hand.
struct Plain(i64);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Plain {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let user = request
            .cookies()
            .get("user_id")
            .and_then(|it| it.value().parse::<i64>().ok());
        let Some(user) = user else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let found = sqlx::query_scalar("SELECT id FROM users WHERE id = $1")
            .bind(user)
            .fetch_optional(&app(request).pool)
            .await;
        match found {
            Ok(Some(user)) => Outcome::Success(Plain(user)),
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
struct Sealed(i64);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Sealed {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let user = request
            .cookies()
            .get_private("user_id")
            .and_then(|it| it.value().parse::<i64>().ok());
        match user {
            Some(user) => Outcome::Success(Sealed(user)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
/// A name and no password.
struct Basic(String);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Basic {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let header = request
            .headers()
            .get_one("authorization")
            .and_then(|it| it.strip_prefix("Basic "));
        let text = header
            .and_then(|it| hex::decode(it).ok())
            .and_then(|it| String::from_utf8(it).ok());
        let Some((name, _password)) = text.as_deref().and_then(|it| it.split_once(':')) else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let found = sqlx::query_scalar("SELECT name FROM users WHERE name = $1")
            .bind(name)
            .fetch_optional(&app(request).pool)
            .await;
        match found {
            Ok(Some(name)) => Outcome::Success(Basic(name)),
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
struct BasicWithPassword(String);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for BasicWithPassword {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let header = request
            .headers()
            .get_one("authorization")
            .and_then(|it| it.strip_prefix("Basic "));
        let text = header
            .and_then(|it| hex::decode(it).ok())
            .and_then(|it| String::from_utf8(it).ok());
        let Some((name, password)) = text.as_deref().and_then(|it| it.split_once(':')) else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let hash: Result<Option<String>, _> =
            sqlx::query_scalar("SELECT hash FROM users WHERE name = $1")
                .bind(name)
                .fetch_optional(&app(request).pool)
                .await;
        match hash {
            Ok(Some(hash)) if bcrypt::verify(password, &hash).unwrap_or(false) => {
                Outcome::Success(BasicWithPassword(name.to_owned()))
            }
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
struct KnownKey;
#[rocket::async_trait]
impl<'r> FromRequest<'r> for KnownKey {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let token = request.headers().get_one("authorization");
        let kid = token
            .and_then(|it| decode_header(it).ok())
            .and_then(|it| it.kid);
        match kid.and_then(|it| app(request).keys.get(&it)) {
            Some(_) => Outcome::Success(KnownKey),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
struct Made(i64);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Made {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(cookie) = request.cookies().get("session") else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let mut sessions = app(request).sessions.lock().unwrap();
        Outcome::Success(Made(
            *sessions.entry(cookie.value().to_owned()).or_insert(0),
        ))
    }
}
struct Found(i64);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Found {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(cookie) = request.cookies().get("session") else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        match app(request).sessions.lock().unwrap().get(cookie.value()) {
            Some(user) => Outcome::Success(Found(*user)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
/// Only takes the header along.
struct Key(String);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Key {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.headers().get_one("x-api-key") {
            Some(key) => Outcome::Success(Key(key.to_owned())),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

#[post("/perhaps")]
async fn perhaps(who: Perhaps, app: &State<App>) -> Status {
    tracing::info!("{}", who.0.sub);
    clear(app).await
}
#[post("/certainly")]
async fn certainly(who: Certainly, app: &State<App>) -> Status {
    tracing::info!("{}", who.0.sub);
    clear(app).await
}
#[post("/plain")]
async fn plain(who: Plain, app: &State<App>) -> Status {
    tracing::info!("{}", who.0);
    clear(app).await
}
#[post("/sealed")]
async fn sealed(who: Sealed, app: &State<App>) -> Status {
    tracing::info!("{}", who.0);
    clear(app).await
}
#[post("/basic")]
async fn basic(who: Basic, app: &State<App>) -> Status {
    tracing::info!("{}", who.0);
    clear(app).await
}
#[post("/basic-with-password")]
async fn basic_with_password(who: BasicWithPassword, app: &State<App>) -> Status {
    tracing::info!("{}", who.0);
    clear(app).await
}
#[post("/known-key")]
async fn known_key(_key: KnownKey, app: &State<App>) -> Status {
    clear(app).await
}
#[post("/made")]
async fn made(who: Made, app: &State<App>) -> Status {
    tracing::info!("{}", who.0);
    clear(app).await
}
#[post("/found")]
async fn found(who: Found, app: &State<App>) -> Status {
    tracing::info!("{}", who.0);
    clear(app).await
}
#[post("/length")]
async fn length(key: Key, app: &State<App>) -> Status {
    if key.0.len() != app.secret.len() {
        return Status::Unauthorized;
    }
    clear(app).await
}
#[post("/text")]
async fn text(key: Key, app: &State<App>) -> Status {
    if key.0 != app.secret {
        return Status::Unauthorized;
    }
    clear(app).await
}
#[post("/sent-first", data = "<body>")]
async fn sent_first(key: Key, app: &State<App>, body: String) -> Status {
    app.jobs.send(body).await.ok();
    if key.0 != app.secret {
        return Status::Unauthorized;
    }
    Status::Accepted
}
#[post("/sent-last", data = "<body>")]
async fn sent_last(key: Key, app: &State<App>, body: String) -> Status {
    if key.0 != app.secret {
        return Status::Unauthorized;
    }
    app.jobs.send(body).await.ok();
    Status::Accepted
}
#[post("/started-first")]
async fn started_first(key: Key, app: &State<App>) -> Status {
    let pool = app.pool.clone();
    rocket::tokio::spawn(async move { sqlx::query("DELETE FROM notes").execute(&pool).await.ok() });
    if key.0 != app.secret {
        return Status::Unauthorized;
    }
    Status::Accepted
}
#[post("/default")]
async fn default(jar: &CookieJar<'_>, app: &State<App>) -> Status {
    let token = jar
        .get("token")
        .map(|it| it.value().to_owned())
        .unwrap_or_else(|| app.secret.clone());
    if token != app.secret {
        return Status::Unauthorized;
    }
    clear(app).await
}
#[post("/no-default")]
async fn no_default(jar: &CookieJar<'_>, app: &State<App>) -> Status {
    let token = jar
        .get("token")
        .map(|it| it.value().to_owned())
        .unwrap_or_default();
    if token != app.secret {
        return Status::Unauthorized;
    }
    clear(app).await
}

#[launch]
fn rocket() -> _ {
    let app = App {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        secret: std::env::var("SECRET").unwrap(),
        key: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
        keys: HashMap::new(),
        sessions: Mutex::default(),
        jobs: mpsc::channel(8).0,
    };
    rocket::build().manage(app).mount(
        "/",
        routes![
            perhaps,
            certainly,
            plain,
            sealed,
            basic,
            basic_with_password,
            known_key,
            made,
            found,
            length,
            text,
            sent_first,
            sent_last,
            started_first,
            default,
            no_default
        ],
    )
}

//@ POST /perhaps optional
//@ POST /certainly required
//@ POST /plain none
//@ POST /sealed required
//@ POST /basic optional
//@ POST /basic-with-password required
//@ POST /known-key optional
//@ POST /made optional
//@ POST /found required
//@ POST /length optional
//@ POST /text required
//@ POST /sent-first optional
//@ POST /sent-last required
//@ POST /started-first optional
//@ POST /default optional
//@ POST /no-default required
