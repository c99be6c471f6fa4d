//! An identity that a middleware leaves in the request's extensions, and what takes it out.

use std::marker::PhantomData;

use axum::extract::{Extension, FromRequestParts, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_extractor_with_state, from_fn_with_state};
use axum::response::Response;
use axum::routing::{post, put};
use axum::Router;
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

#[derive(Clone)]
struct Principal {
    id: i64,
    admin: bool,
}

#[derive(Clone)]
enum Visitor {
    Anonymous,
    Known(Principal),
}

fn principal(parts: &Parts, state: &AppState) -> Option<Principal> {
    let token = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default()).ok()?;
    Some(Principal { id: data.claims.sub, admin: data.claims.admin })
}

/// Inserts only what has been verified, and otherwise rejects.
async fn authenticate(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let (mut parts, body) = request.into_parts();
    let principal = principal(&parts, &state).ok_or(StatusCode::UNAUTHORIZED)?;
    parts.extensions.insert(principal);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Inserts what has been verified, and lets everybody pass.
async fn identify(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Some(principal) = principal(&parts, &state) {
        parts.extensions.insert(principal);
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Inserts something for everybody.
async fn classify(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = principal(&parts, &state).map_or(Visitor::Anonymous, Visitor::Known);
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, body)).await
}

/// Believes what a header says.
async fn believe(request: Request, next: Next) -> Result<Response, StatusCode> {
    let (mut parts, body) = request.into_parts();
    let id = parts.headers.get("x-user-id").and_then(|it| it.to_str().ok()).and_then(|it| it.parse().ok());
    let id = id.ok_or(StatusCode::UNAUTHORIZED)?;
    parts.extensions.insert(Believed(id));
    Ok(next.run(Request::from_parts(parts, body)).await)
}

#[derive(Clone)]
struct Believed(i64);

/// Takes the principal out, or rejects.
struct CurrentUser(Principal);

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Principal>().cloned().map(CurrentUser).ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// A policy that says who may, chosen by a type parameter.
trait Policy {
    fn allows(principal: &Principal) -> bool;
}

struct AdminOnly;

impl Policy for AdminOnly {
    fn allows(principal: &Principal) -> bool {
        principal.admin
    }
}

struct Guarded<P> {
    principal: Principal,
    policy: PhantomData<P>,
}

impl<P: Policy> FromRequestParts<AppState> for Guarded<P> {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let principal = principal(parts, state).ok_or(StatusCode::UNAUTHORIZED)?;
        if !P::allows(&principal) {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(Guarded { principal, policy: PhantomData })
    }
}

async fn save(state: &AppState, user: i64, text: &str) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("INSERT INTO page (author, text) VALUES ($1, $2)").bind(user).bind(text.to_owned());
    query.execute(&state.db).await.map(|_| StatusCode::CREATED).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn by_extension(
    Extension(user): Extension<Principal>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    save(&state, user.id, &text).await
}

async fn by_extractor(user: CurrentUser, State(state): State<AppState>, text: String) -> Result<StatusCode, StatusCode> {
    save(&state, user.0.id, &text).await
}

async fn by_policy(
    guarded: Guarded<AdminOnly>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    save(&state, guarded.principal.id, &text).await
}

async fn by_variant(
    Extension(visitor): Extension<Visitor>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    match visitor {
        Visitor::Known(user) => save(&state, user.id, &text).await,
        Visitor::Anonymous => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn by_optional(
    user: Option<Extension<Principal>>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let Extension(user) = user.ok_or(StatusCode::UNAUTHORIZED)?;
    save(&state, user.id, &text).await
}

async fn plain(State(state): State<AppState>, text: String) -> Result<StatusCode, StatusCode> {
    save(&state, 0, &text).await
}

async fn any_visitor(
    Extension(visitor): Extension<Visitor>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let author = match visitor {
        Visitor::Known(user) => user.id,
        Visitor::Anonymous => 0,
    };
    save(&state, author, &text).await
}

async fn any_principal(
    user: Option<Extension<Principal>>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    save(&state, user.map(|Extension(it)| it.id).unwrap_or(0), &text).await
}

async fn believed(
    Extension(user): Extension<Believed>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    save(&state, user.0, &text).await
}

fn app(state: AppState) -> Router {
    let strict = Router::new()
        .route("/extension", post(by_extension)) // near miss: the middleware verifies, inserts and otherwise rejects
        .route("/unread", put(plain)) // near miss: the handler need not look, the middleware has rejected
        .layer(from_fn_with_state(state.clone(), authenticate));

    let lenient = Router::new()
        .route("/extractor", post(by_extractor)) // near miss: an extractor insists on what a lenient middleware inserts
        .route("/optional", post(by_optional)) // near miss: an optional extension that the body insists on
        .route("/any", post(any_principal)) //~ missing-authentication
        .route("/unread", put(plain)) //~ missing-authentication
        .layer(from_fn_with_state(state.clone(), identify));

    let classified = Router::new()
        .route("/variant", post(by_variant)) // near miss: the anonymous variant is rejected in the body
        .route("/any", post(any_visitor)) //~ missing-authentication
        .layer(from_fn_with_state(state.clone(), classify));

    let extracted = Router::new()
        .route("/", post(plain)) // near miss: `from_extractor` runs an extractor that rejects
        .layer(from_extractor_with_state::<Guarded<AdminOnly>, AppState>(state.clone()));

    let trusting = Router::new()
        .route("/", post(believed)) //~ missing-authentication
        .layer(axum::middleware::from_fn(believe));

    Router::new()
        .route("/policy", post(by_policy)) // near miss: a type parameter chooses the policy
        .nest("/strict", strict)
        .nest("/lenient", lenient)
        .nest("/classified", classified)
        .nest("/extracted", extracted)
        .nest("/trusting", trusting)
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()) };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
