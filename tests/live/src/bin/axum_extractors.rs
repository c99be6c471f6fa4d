//! axum: who is asked for in the signature, in the extensions, in the body, and how far down.
//!
//! live: valid Authorization: Bearer gold
//! live: valid Cookie: sid=gold
//! live: valid X-Api-Key: gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: gold
//! live: invented Cookie: sid=tin
//! live: invented X-Api-Key: tin
//! live: invented X-Api-Key: go
//! live: presence presence_only: the extractor looks whether a header is there
//! live: presence signed_by_nobody: the token is taken apart and not verified
//! live: body create_note application/json {"text":"x"}
//! live: body note_after_body text/plain hello
//! live: absent GET /notes/7
//! live: absent PUT /me

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{
    Extension, FromRef, FromRequestParts, OptionalFromRequestParts, Path, Request, State,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use moat_live::reached;

#[derive(Clone)]
struct App {
    sessions: Arc<HashMap<String, User>>,
    key: Arc<str>,
    notes: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct User {
    name: String,
    admin: bool,
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get(header::COOKIE)?.to_str().ok()?;
    all.split("; ").find_map(|it| it.strip_prefix("sid="))
}

impl FromRequestParts<App> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let token = bearer(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)?;
        let user = app.sessions.get(token).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(user.clone())
    }
}

impl OptionalFromRequestParts<App> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, StatusCode> {
        Ok(bearer(&parts.headers).and_then(|it| app.sessions.get(it).cloned()))
    }
}

/// For any state that has the service's own in it.
struct GenericUser(String);

impl<S> FromRequestParts<S> for GenericUser
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let app = App::from_ref(state);
        let token = bearer(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)?;
        let user = app.sessions.get(token).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(GenericUser(user.name.clone()))
    }
}

/// An administrator, by way of the user.
struct Admin(User);

impl FromRequestParts<App> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let user = <User as FromRequestParts<App>>::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        if !user.admin {
            return Err(StatusCode::FORBIDDEN.into_response());
        }
        Ok(Admin(user))
    }
}

/// Whoever sends the header is let in.
struct Token(String);

impl<S: Send + Sync> FromRequestParts<S> for Token {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let token = bearer(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Token(token.to_owned()))
    }
}

/// A name out of a token that anybody can write.
struct Unverified(String);

impl<S: Send + Sync> FromRequestParts<S> for Unverified {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let token = bearer(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)?;
        let name = token.split('.').next().ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Unverified(name.to_owned()))
    }
}

/// Never refuses: visitors have a name, too.
struct Visitor(String);

impl FromRequestParts<App> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let user = session_cookie(&parts.headers).and_then(|it| app.sessions.get(it));
        Ok(Visitor(
            user.map_or("nobody".to_owned(), |it| it.name.clone()),
        ))
    }
}

/// Taken out of the extensions, into which only the layer puts it.
#[derive(Clone)]
struct Principal(String);

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let principal = parts.extensions.get::<Principal>().cloned();
        principal.ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// Puts the principal in if there is one, and lets everybody pass.
async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let user = session_cookie(request.headers()).and_then(|it| app.sessions.get(it));
    if let Some(user) = user {
        request
            .extensions_mut()
            .insert(Principal(user.name.clone()));
    }
    next.run(request).await
}

/// Who the request says it is from.
#[derive(Clone)]
struct Claimed(String);

async fn believe(mut request: Request, next: Next) -> Response {
    let name = request
        .headers()
        .get("x-api-key")
        .and_then(|it| it.to_str().ok());
    let claimed = Claimed(name.unwrap_or("nobody").to_owned());
    request.extensions_mut().insert(claimed);
    next.run(request).await
}

async fn me(user: User) -> String {
    reached("me");
    user.name
}

async fn maybe_me(user: Option<User>) -> String {
    reached("maybe_me");
    user.map(|it| it.name).unwrap_or_default()
}

async fn result_me(user: Result<User, StatusCode>) -> Result<String, StatusCode> {
    let user = user?;
    reached("result_me");
    Ok(user.name)
}

async fn result_ignored(user: Result<User, StatusCode>) -> StatusCode {
    reached("result_ignored");
    user.err().unwrap_or(StatusCode::OK)
}

async fn demanded_option(user: Option<User>) -> Result<String, StatusCode> {
    let Some(user) = user else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    reached("demanded_option");
    Ok(user.name)
}

async fn admin_only(Admin(user): Admin, Path(id): Path<u32>) -> String {
    reached("admin_only");
    format!("{} {id}", user.name)
}

async fn presence_only(Token(token): Token) -> String {
    reached("presence_only");
    token
}

async fn signed_by_nobody(Unverified(name): Unverified) -> String {
    reached("signed_by_nobody");
    name
}

async fn visitors(Visitor(name): Visitor) -> String {
    reached("visitors");
    name
}

async fn principal(Principal(name): Principal) -> String {
    reached("principal");
    name
}

async fn principal_extension(Extension(Principal(name)): Extension<Principal>) -> String {
    reached("principal_extension");
    name
}

async fn principal_maybe(principal: Option<Extension<Principal>>) -> String {
    reached("principal_maybe");
    principal.map(|it| it.0.0).unwrap_or_default()
}

async fn claimed(Extension(Claimed(name)): Extension<Claimed>) -> String {
    reached("claimed");
    name
}

#[derive(serde::Deserialize)]
struct Note {
    text: String,
}

async fn create_note(
    State(app): State<App>,
    headers: HeaderMap,
    Json(note): Json<Note>,
) -> Result<String, StatusCode> {
    let user = access::authorise(&app, &headers)?;
    reached("create_note");
    Ok(format!("{}: {}", user.name, note.text))
}

async fn note_after_body(
    State(app): State<App>,
    headers: HeaderMap,
    text: String,
) -> Result<String, StatusCode> {
    if text.is_empty() {
        return Err(StatusCode::BAD_REQUEST);
    }
    access::require_key(&app, &headers).await?;
    reached("note_after_body");
    Ok(text)
}

async fn dropped_check(State(app): State<App>, headers: HeaderMap) -> StatusCode {
    let _ = access::authorise(&app, &headers);
    reached("dropped_check");
    StatusCode::OK
}

async fn logged_check(State(app): State<App>, headers: HeaderMap) -> StatusCode {
    if let Err(error) = access::authorise(&app, &headers) {
        eprintln!("refused: {error}");
    }
    reached("logged_check");
    StatusCode::OK
}

async fn branch_check(State(app): State<App>, headers: HeaderMap) -> Response {
    match access::authorise(&app, &headers) {
        Ok(user) if user.admin => {
            reached("branch_check");
            user.name.into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn status_check(State(app): State<App>, headers: HeaderMap) -> StatusCode {
    match access::authorise(&app, &headers) {
        Ok(_) => {
            reached("status_check");
            StatusCode::OK
        }
        Err(status) => status,
    }
}

async fn result_check(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<StatusCode, StatusCode> {
    match access::authorise(&app, &headers) {
        Ok(_) => {
            reached("result_check");
            Ok(StatusCode::OK)
        }
        Err(status) => Err(status),
    }
}

async fn written_first(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<StatusCode, StatusCode> {
    std::fs::remove_file("no-such-note").ok();
    reached("written_first");
    access::authorise(&app, &headers)?;
    Ok(StatusCode::OK)
}

async fn pushed_first(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<StatusCode, StatusCode> {
    let mut notes = app
        .notes
        .lock()
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    notes.push("from anybody".to_owned());
    reached("pushed_first");
    access::authorise(&app, &headers)?;
    Ok(StatusCode::OK)
}

async fn generic_state(GenericUser(name): GenericUser) -> String {
    reached("generic_state");
    name
}

async fn or_check(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let known = access::authorise(&app, &headers).is_ok();
    if !(known || access::require_key(&app, &headers).await.is_ok()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    reached("or_check");
    Ok(())
}

async fn loose_check(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    // Whoever brings no token is not asked.
    if bearer(&headers).is_some() {
        access::authorise(&app, &headers)?;
    }
    reached("loose_check");
    Ok(())
}

async fn prefix_check(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let key = headers
        .get("x-api-key")
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    // The wrong way round: any beginning of the key is taken, and none at all.
    if !app.key.starts_with(key) {
        return Err(StatusCode::FORBIDDEN);
    }
    reached("prefix_check");
    Ok(())
}

mod access {
    //! Three calls down.

    use axum::http::{HeaderMap, StatusCode};

    use super::{App, User, bearer};

    pub fn authorise(app: &App, headers: &HeaderMap) -> Result<User, StatusCode> {
        let user = find(app, headers)?;
        Ok(user)
    }

    fn find(app: &App, headers: &HeaderMap) -> Result<User, StatusCode> {
        let token = bearer(headers).ok_or(StatusCode::UNAUTHORIZED)?;
        look_up(app, token).ok_or(StatusCode::FORBIDDEN)
    }

    fn look_up(app: &App, token: &str) -> Option<User> {
        app.sessions.get(token).cloned()
    }

    pub async fn require_key(app: &App, headers: &HeaderMap) -> Result<(), StatusCode> {
        let key = headers.get("x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
        if key.as_bytes() != app.key.as_bytes() {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() {
    let ann = User {
        name: "ann".to_owned(),
        admin: true,
    };
    let app = App {
        sessions: Arc::new(HashMap::from([("gold".to_owned(), ann)])),
        key: Arc::from("gold"),
        notes: Arc::default(),
    };
    let identified = Router::new()
        .route("/principal", post(principal))
        .route("/principal/extension", post(principal_extension))
        .route("/principal/maybe", post(principal_maybe))
        .layer(middleware::from_fn_with_state(app.clone(), identify));
    let believed = Router::new()
        .route("/claimed", post(claimed))
        .layer(middleware::from_fn(believe));
    let router = Router::new()
        .route("/me", get(me))
        .route("/me/maybe", get(maybe_me))
        .route("/me/result", get(result_me))
        .route("/me/ignored", get(result_ignored))
        .route("/me/demanded", get(demanded_option))
        .route("/users/{id}", delete(admin_only))
        .route("/token/presence", post(presence_only))
        .route("/token/unverified", post(signed_by_nobody))
        .route("/visitors", get(visitors))
        .route("/notes", post(create_note))
        .route("/notes/after", post(note_after_body))
        .route("/checks/dropped", post(dropped_check))
        .route("/checks/logged", post(logged_check))
        .route("/checks/branch", post(branch_check))
        .route("/checks/status", post(status_check))
        .route("/checks/result", post(result_check))
        .route("/checks/written", post(written_first))
        .route("/checks/pushed", post(pushed_first))
        .route("/me/generic", get(generic_state))
        .route("/checks/or", post(or_check))
        .route("/checks/loose", post(loose_check))
        .route("/checks/prefix", post(prefix_check))
        .merge(identified)
        .merge(believed)
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(moat_live::address())
        .await
        .expect("the port is free");
    axum::serve(listener, router).await.expect("it serves");
}
