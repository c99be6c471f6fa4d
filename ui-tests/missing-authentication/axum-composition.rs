//! Routers that are put together by macros, loops, traits and struct fields.

use axum::Router;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, post, put};
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
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default())
            .map(|data| User(data.claims.sub))
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

async fn require_user(_: User, request: Request, next: Next) -> Response {
    next.run(request).await
}

async fn touch(db: &PgPool, what: &'static str) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (what) VALUES ($1)").bind(what);
    query.execute(db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::NO_CONTENT)
}

async fn create(State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "create").await
}

async fn update(State(state): State<AppState>, Path(_): Path<i64>) -> StatusCode {
    touch(&state.db, "update").await
}

async fn remove(State(state): State<AppState>, Path(_): Path<i64>) -> StatusCode {
    touch(&state.db, "remove").await
}

async fn own(user: User, State(state): State<AppState>) -> StatusCode {
    tracing::info!(user = user.0, "own");
    touch(&state.db, "own").await
}

/// A macro that registers and protects.
macro_rules! guarded {
    ($state:expr, $($path:literal => $method:expr),+ $(,)?) => {
        Router::new()$(.route($path, $method))+.layer(from_fn_with_state($state.clone(), require_user))
    };
}

/// A macro that only registers.
macro_rules! routes {
    ($router:expr, $($path:literal => $method:expr),+ $(,)?) => {
        $router$(.route($path, $method))+
    };
}

/// An extension trait that protects.
trait Protect {
    fn for_users(self, state: &AppState) -> Self;
}

impl Protect for Router<AppState> {
    fn for_users(self, state: &AppState) -> Self {
        self.layer(from_fn_with_state(state.clone(), require_user))
    }
}

/// Every module of the service has a router.
trait Module {
    fn router(&self) -> Router<AppState>;
}

struct Orders {
    state: AppState,
}

impl Module for Orders {
    fn router(&self) -> Router<AppState> {
        Router::new()
            .route("/", post(create)) // near miss: a router behind a trait object, protected by itself
            .for_users(&self.state)
    }
}

struct Reviews;

impl Module for Reviews {
    fn router(&self) -> Router<AppState> {
        Router::new().route("/", post(own)) // near miss: a router behind a trait object, whose handler asks
    }
}

/// A field holds what is nested later.
struct Sections {
    admin: Router<AppState>,
}

fn parts(state: &AppState) -> Sections {
    let admin = Router::new().route("/{id}", delete(remove)); // near miss: protected where the field is read
    Sections { admin }
}

fn protected(method: MethodRouter<AppState>, state: &AppState) -> MethodRouter<AppState> {
    method.layer(from_fn_with_state(state.clone(), require_user))
}

fn app(state: AppState) -> Router {
    let by_macro = guarded!(state,
        "/" => post(create), // near miss: the macro adds the layer
        "/{id}" => put(update), // near miss: the second arm of the same macro
    );

    let mut looped = Router::new();
    for path in ["/one", "/two"] {
        looped = looped.route(path, post(create)); // near miss: registered in a loop, protected after it
    }
    let looped = looped.for_users(&state);

    let modules: Vec<(&str, Box<dyn Module>)> =
        vec![("/orders", Box::new(Orders { state: state.clone() })), ("/reviews", Box::new(Reviews))];
    let folded = modules
        .iter()
        .fold(Router::new(), |router, (path, module)| router.nest(path, module.router()));

    let by_function = Router::new()
        .route("/{id}", protected(put(update), &state)) // near miss: a function adds the layer to the method router
        .route("/{id}/twice", protected(put(update), &state).delete(remove)); //~ missing-authentication

    let by_field = parts(&state).admin.for_users(&state);

    let unprotected = routes!(Router::new(), //~ missing-authentication
        "/" => post(own), // near miss: a macro that only registers a handler that asks
        "/{id}" => put(update), // what a macro registers stands where the macro is called
    );

    let optional = Router::new()
        .route("/", post(create)) // near miss: `option_layer` of something
        .layer(tower::util::option_layer(Some(from_fn_with_state(state.clone(), require_user))));

    Router::new()
        .nest("/macro", by_macro)
        .nest("/looped", looped)
        .merge(folded)
        .nest("/function", by_function)
        .nest("/field", by_field)
        .nest("/unprotected", unprotected)
        .nest("/optional", optional)
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
