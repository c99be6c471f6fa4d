//! Services that answer whether who calls may come in with a struct, not with an error.

//@ GET /a required
//@ GET /b required
//@ GET /c required
//@ GET /d required
//@ GET /e required
//@ GET /f required
//@ GET /g required
//@ GET /h required
//@ GET /never none
//@ GET /always optional
//@ GET /ignored optional
//@ GET /inverted optional
//@ GET /default optional

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use std::sync::LazyLock;

static DB: LazyLock<sqlx::PgPool> = LazyLock::new(|| todo!());
static CACHE: LazyLock<dashmap::DashMap<String, User>> = LazyLock::new(Default::default);

#[derive(Clone, Default, sqlx::FromRow)]
struct User {
    email: String,
    password_hash: String,
    token: String,
    salt: String,
    root: bool,
}

#[derive(Default)]
struct Verdict {
    is_valid: bool,
    email: String,
    role: Option<u8>,
}

struct Admitted {
    email: String,
}

enum AuthError {
    Unauthorized(String),
    Forbidden(String),
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        match self {
            AuthError::Unauthorized(m) => (StatusCode::UNAUTHORIZED, m).into_response(),
            AuthError::Forbidden(m) => (StatusCode::FORBIDDEN, m).into_response(),
        }
    }
}

async fn user(email: &str) -> Option<User> {
    if let Some(known) = CACHE.get(email) {
        return Some(known.value().clone());
    }
    sqlx::query_as::<_, User>("select * from users where email = $1")
        .bind(email)
        .fetch_optional(&*DB)
        .await
        .ok()
        .flatten()
}

fn hash(password: &str, salt: &str) -> String {
    use argon2::Argon2;
    let mut out = [0u8; 32];
    Argon2::default()
        .hash_password_into(password.as_bytes(), salt.as_bytes(), &mut out)
        .unwrap();
    hex::encode(out)
}

async fn verdict(email: &str, password: &str) -> Result<Verdict, AuthError> {
    let Some(user) = user(email).await else {
        return Ok(Verdict { is_valid: false, ..Default::default() });
    };
    if user.token == password {
        return Ok(Verdict { is_valid: true, email: user.email, role: None });
    }
    let hashed = hash(password, &user.salt);
    if hashed != user.password_hash {
        return Ok(Verdict { is_valid: false, ..Default::default() });
    }
    Ok(Verdict { is_valid: true, email: user.email, role: Some(1) })
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let text = text.strip_prefix("Basic ")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

async fn plain(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match verdict(&name, &password).await {
        Ok(v) if v.is_valid => next.run(req).await,
        Ok(_) => StatusCode::UNAUTHORIZED.into_response(),
        Err(e) => e.into_response(),
    }
}

async fn admit(name: &str, password: &str) -> Result<Admitted, AuthError> {
    match verdict(name, password).await {
        Ok(res) => {
            if res.is_valid {
                Ok(Admitted { email: res.email })
            } else {
                Err(AuthError::Unauthorized("no".into()))
            }
        }
        Err(e) => Err(e),
    }
}

async fn one_further(mut req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match admit(&name, &password).await {
        Ok(who) => {
            req.headers_mut().insert("user", who.email.parse().unwrap());
            next.run(req).await
        }
        Err(e) => e.into_response(),
    }
}

// Credentials gathered by an extractor that refuses who brings none.
#[derive(Clone)]
struct Gathered {
    auth: String,
    skip_rights: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Gathered {
    type Rejection = AuthError;
    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Self, AuthError> {
        let auth = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|it| it.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if auth.is_empty() {
            return Err(AuthError::Unauthorized("nothing".into()));
        }
        Ok(Gathered { auth, skip_rights: false })
    }
}

struct Asked {
    path: String,
    headers: HeaderMap,
}

async fn may(email: &str, _gathered: &Gathered) -> bool {
    sqlx::query_scalar::<_, bool>("select may from rights where email = $1")
        .bind(email)
        .fetch_one(&*DB)
        .await
        .unwrap_or(false)
}

async fn by_kind(asked: &Asked, gathered: &Gathered) -> Result<Admitted, AuthError> {
    let (from_session, auth) = if let Some(rest) = gathered.auth.strip_prefix("Session::") {
        if let Some((_, token)) = rest.split_once("::") {
            (true, token.to_string())
        } else {
            (false, gathered.auth.clone())
        }
    } else {
        (false, gathered.auth.clone())
    };
    if let Some(info) = auth.strip_prefix("Basic ").map(str::trim) {
        let decoded = match base64::engine::general_purpose::STANDARD.decode(info) {
            Ok(it) => String::from_utf8(it).unwrap_or_default(),
            Err(_) => return Err(AuthError::Unauthorized("no".into())),
        };
        let (name, password) = match decoded.split_once(':') {
            Some((a, b)) => (a.to_owned(), b.to_owned()),
            None => return Err(AuthError::Unauthorized("no".into())),
        };
        let mut changed = gathered.clone();
        changed.skip_rights = from_session || gathered.skip_rights;
        with_rights(asked, &name, &password, &changed).await
    } else {
        Err(AuthError::Unauthorized("no".into()))
    }
}

async fn with_rights(
    asked: &Asked,
    name: &str,
    password: &str,
    gathered: &Gathered,
) -> Result<Admitted, AuthError> {
    let _path = asked.path.strip_prefix("/api/").unwrap_or(&asked.path);
    match if gathered.auth.starts_with("{") {
        verdict(name, password).await
    } else {
        verdict(name, password.trim()).await
    } {
        Ok(res) => {
            if res.is_valid {
                if gathered.skip_rights || may(&res.email, gathered).await {
                    Ok(Admitted { email: res.email })
                } else {
                    Err(AuthError::Forbidden("no".into()))
                }
            } else {
                Err(AuthError::Unauthorized("no".into()))
            }
        }
        Err(e) => Err(e),
    }
}

async fn gathered_first(req: Request, next: Next) -> Response {
    let asked = Asked { path: req.uri().path().to_owned(), headers: req.headers().clone() };
    let (mut parts, body) = req.into_parts();
    let gathered = match Gathered::from_request_parts(&mut parts, &()).await {
        Ok(it) => it,
        Err(e) => return e.into_response(),
    };
    match by_kind(&asked, &gathered).await {
        Ok(who) => {
            parts.headers.insert("user", who.email.parse().unwrap());
            next.run(Request::from_parts(parts, body)).await
        }
        Err(e) => e.into_response(),
    }
}

// A verdict of several parts: the enum says which.
enum Outcome {
    Valid(User),
    Expired,
    Invalid,
}

async fn outcome(token: &str) -> Outcome {
    let row = sqlx::query_as::<_, User>("select * from users where token = $1")
        .bind(token)
        .fetch_optional(&*DB)
        .await;
    match row {
        Ok(Some(user)) if user.root => Outcome::Valid(user),
        Ok(Some(_)) => Outcome::Expired,
        _ => Outcome::Invalid,
    }
}

async fn by_outcome(req: Request, next: Next) -> Result<Response, StatusCode> {
    let token = req.headers().get("x-token").and_then(|it| it.to_str().ok());
    let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
    match outcome(token).await {
        Outcome::Valid(_) => Ok(next.run(req).await),
        Outcome::Expired | Outcome::Invalid => Err(StatusCode::UNAUTHORIZED),
    }
}

// The verdict asked by a method.
impl Verdict {
    fn admits(&self) -> bool {
        self.is_valid && !self.email.is_empty()
    }
    fn refused() -> Verdict {
        Verdict::default()
    }
}

async fn by_method(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let v = verdict(&name, &password).await.unwrap_or_else(|_| Verdict::refused());
    if !v.admits() {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(req).await
}

// A verdict that is filled step by step.
async fn step_by_step(name: &str, password: &str) -> Verdict {
    let mut v = Verdict::default();
    if let Some(user) = user(name).await {
        if hash(password, &user.salt) == user.password_hash {
            v.is_valid = true;
            v.email = user.email;
        }
    }
    v
}

async fn filled(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let v = step_by_step(&name, &password).await;
    if v.is_valid {
        next.run(req).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

// A verdict as a tuple, and one as an Option of a bool.
async fn pair(name: &str, password: &str) -> (bool, Option<User>) {
    match user(name).await {
        Some(user) if hash(password, &user.salt) == user.password_hash => (true, Some(user)),
        Some(user) => (false, Some(user)),
        None => (false, None),
    }
}

async fn by_pair(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let (ok, _user) = pair(&name, &password).await;
    if ok { next.run(req).await } else { StatusCode::UNAUTHORIZED.into_response() }
}

async fn maybe(name: &str, password: &str) -> anyhow::Result<Option<bool>> {
    let Some(user) = user(name).await else { return Ok(None) };
    Ok(Some(hash(password, &user.salt) == user.password_hash))
}

async fn by_maybe(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match maybe(&name, &password).await {
        Ok(Some(true)) => next.run(req).await,
        Ok(Some(false)) | Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

// Wrong: nobody asks the verdict.
async fn ignored(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match verdict(&name, &password).await {
        Ok(_) => next.run(req).await,
        Err(e) => e.into_response(),
    }
}

// Wrong: whoever is not valid comes in.
async fn inverted(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match verdict(&name, &password).await {
        Ok(v) if v.is_valid => StatusCode::UNAUTHORIZED.into_response(),
        Ok(_) => next.run(req).await,
        Err(e) => e.into_response(),
    }
}

// Wrong: one branch says yes to everybody.
async fn lenient(name: &str, password: &str) -> Result<Verdict, AuthError> {
    let Some(user) = user(name).await else {
        return Ok(Verdict { is_valid: true, ..Default::default() });
    };
    let is_valid = hash(password, &user.salt) == user.password_hash;
    Ok(Verdict { is_valid, email: user.email, role: None })
}

async fn always(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match lenient(&name, &password).await {
        Ok(v) if v.is_valid => next.run(req).await,
        Ok(_) => StatusCode::UNAUTHORIZED.into_response(),
        Err(e) => e.into_response(),
    }
}

struct Yes {
    is_valid: bool,
}

impl Default for Yes {
    fn default() -> Yes {
        Yes { is_valid: true }
    }
}

async fn yes(name: &str, password: &str) -> Yes {
    let Some(user) = user(name).await else { return Yes::default() };
    Yes { is_valid: hash(password, &user.salt) == user.password_hash }
}

async fn by_default(req: Request, next: Next) -> Response {
    let Some((name, password)) = basic(req.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if yes(&name, &password).await.is_valid {
        next.run(req).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn ok() -> &'static str {
    "ok"
}

fn app() -> Router {
    let one = |path: &str| Router::<()>::new().route(path, get(ok));
    Router::new()
        .route("/never", get(ok))
        .merge(one("/a").layer(from_fn(plain)))
        .merge(one("/b").layer(from_fn(one_further)))
        .merge(one("/c").layer(from_fn(gathered_first)))
        .merge(one("/d").layer(from_fn(by_outcome)))
        .merge(one("/e").layer(from_fn(by_method)))
        .merge(one("/f").layer(from_fn(filled)))
        .merge(one("/g").layer(from_fn(by_pair)))
        .merge(one("/h").layer(from_fn(by_maybe)))
        .merge(one("/ignored").layer(from_fn(ignored)))
        .merge(one("/inverted").layer(from_fn(inverted)))
        .merge(one("/always").layer(from_fn(always)))
        .merge(one("/default").layer(from_fn(by_default)))
}

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app()).await.unwrap();
}
