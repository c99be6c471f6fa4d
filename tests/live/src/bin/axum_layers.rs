//! axum: what a layer covers. Before and after `merge`, `route`, `fallback`; on methods; on handlers; in stacks.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: invented Authorization: Basic Z29sZDpnb2xk
//! live: undecided optional_on authentication conditional, is required: `option_layer` may be given nothing
//! live: presence any_token: the layer looks whether a header is there
//! live: absent GET /items/extra/more
//! live: absent GET /late
//! live: absent DELETE /items

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodRouter, any, delete, get, patch, post, put};
use moat_live::reached;
use tower::ServiceBuilder;
use tower::util::option_layer;

#[derive(Clone)]
struct App {
    sessions: Arc<HashMap<String, String>>,
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// Refuses everybody without a session.
async fn require_session(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let token = bearer(request.headers()).ok_or(StatusCode::UNAUTHORIZED)?;
    app.sessions.get(token).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

/// Looks the session up and does nothing with the answer.
async fn look_up_session(State(app): State<App>, request: Request, next: Next) -> Response {
    let session = bearer(request.headers()).and_then(|token| app.sessions.get(token));
    if session.is_none() {
        eprintln!("a request without a session");
    }
    next.run(request).await
}

/// Refuses who brings no token, and takes any.
async fn require_token(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.headers().get(header::AUTHORIZATION).is_none() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// Checks when the handler has already run.
async fn check_afterwards(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let token = bearer(request.headers()).map(str::to_owned);
    let response = next.run(request).await;
    let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
    app.sessions.get(&token).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(response)
}

/// An extractor that is only used as a layer.
struct Session;

impl<S> FromRequestParts<S> for Session
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let app = App::from_ref(state);
        let token = bearer(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)?;
        match app.sessions.get(token) {
            Some(_) => Ok(Session),
            None => Err(StatusCode::UNAUTHORIZED),
        }
    }
}

async fn list_items() {
    reached("list_items");
}
async fn add_item() {
    reached("add_item");
}
async fn remove_item() {
    reached("remove_item");
}
async fn late_item() {
    reached("late_item");
}
async fn merged_before() {
    reached("merged_before");
}
async fn merged_after() {
    reached("merged_after");
}
async fn first_layered() {
    reached("first_layered");
}
async fn then_open() {
    reached("then_open");
}
async fn all_layered() {
    reached("all_layered");
}
async fn all_layered_too() {
    reached("all_layered_too");
}
async fn merged_get() {
    reached("merged_get");
}
async fn merged_put() {
    reached("merged_put");
}
async fn handler_layer() {
    reached("handler_layer");
}
async fn handler_beside() {
    reached("handler_beside");
}
async fn every_method() {
    reached("every_method");
}
async fn only_looked_at() {
    reached("only_looked_at");
}
async fn any_token() {
    reached("any_token");
}
async fn too_late() {
    reached("too_late");
}
async fn from_extractor() {
    reached("from_extractor");
}
async fn stacked() {
    reached("stacked");
}
async fn optional_on() {
    reached("optional_on");
}
async fn optional_off() {
    reached("optional_off");
}
async fn sealed() {
    reached("sealed");
}
async fn sealed_fallback() {
    reached("sealed_fallback");
}
async fn route_layered() {
    reached("route_layered");
}
async fn route_layer_fallback() {
    reached("route_layer_fallback");
}
async fn under_outer() {
    reached("under_outer");
}
async fn outer_fallback() {
    reached("outer_fallback");
}
async fn beside_merged() {
    reached("beside_merged");
}
async fn with_merged() {
    reached("with_merged");
}
async fn merged_fallback() {
    reached("merged_fallback");
}
async fn before_fallback() {
    reached("before_fallback");
}
async fn late_fallback() {
    reached("late_fallback");
}
async fn looped_a() {
    reached("looped_a");
}
async fn looped_b() {
    reached("looped_b");
}
async fn rebound() {
    reached("rebound");
}
async fn rebound_late() {
    reached("rebound_late");
}

/// Routes added after the layer stand outside of it.
fn items(app: &App) -> Router<App> {
    Router::new()
        .route("/items", get(list_items).post(add_item))
        .route("/items/{id}", delete(remove_item))
        .layer(middleware::from_fn_with_state(app.clone(), require_session))
        .route("/items/{id}/late", get(late_item))
}

/// What is merged before the layer is covered, what is merged after it is not.
fn merges(app: &App) -> Router<App> {
    let before = Router::new().route("/merged/before", post(merged_before));
    let after = Router::new().route("/merged/after", post(merged_after));
    Router::new()
        .merge(before)
        .layer(middleware::from_fn_with_state(app.clone(), require_session))
        .merge(after)
}

/// A layer on a method router covers the methods that are there already.
fn methods(app: &App) -> Router<App> {
    let auth = middleware::from_fn_with_state(app.clone(), require_session);
    let readable: MethodRouter<App> = get(merged_get);
    let writable: MethodRouter<App> = put(merged_put).layer(auth.clone());
    Router::new()
        .route(
            "/methods/first",
            get(first_layered).layer(auth.clone()).post(then_open),
        )
        .route(
            "/methods/all",
            get(all_layered).patch(all_layered_too).layer(auth.clone()),
        )
        .route("/methods/merged", readable.merge(writable))
        .route(
            "/methods/handler",
            get(handler_layer.layer(auth.clone())).delete(handler_beside),
        )
        .route("/methods/any", any(every_method).layer(auth))
}

/// Layers that are there and protect nothing.
fn twins(app: &App) -> Router<App> {
    let looks = middleware::from_fn_with_state(app.clone(), look_up_session);
    let late = middleware::from_fn_with_state(app.clone(), check_afterwards);
    Router::new()
        .route("/twins/looks", post(only_looked_at).layer(looks))
        .route(
            "/twins/token",
            post(any_token).layer(middleware::from_fn(require_token)),
        )
        .route("/twins/late", post(too_late).layer(late))
}

/// Stacks, extractors as layers, and layers that may not be there.
fn stacks(app: &App) -> Router<App> {
    let auth = middleware::from_fn_with_state(app.clone(), require_session);
    let looks = middleware::from_fn_with_state(app.clone(), look_up_session);
    Router::new()
        .route(
            "/stacks/extractor",
            patch(from_extractor).layer(middleware::from_extractor_with_state::<Session, App>(
                app.clone(),
            )),
        )
        .route(
            "/stacks/builder",
            post(stacked).layer(ServiceBuilder::new().layer(looks).layer(auth.clone())),
        )
        .route(
            "/stacks/on",
            post(optional_on).layer(option_layer(Some(auth.clone()))),
        )
        .route(
            "/stacks/off",
            post(optional_off).layer(option_layer(false.then_some(auth))),
        )
}

/// `layer` covers the fallback, `route_layer` does not.
fn fallbacks(app: &App) -> Router<App> {
    let auth = middleware::from_fn_with_state(app.clone(), require_session);
    let sealed_routes = Router::new()
        .route("/here", get(sealed))
        .fallback(sealed_fallback)
        .layer(auth.clone());
    let open_fallback = Router::new()
        .route("/here", get(route_layered))
        .fallback(route_layer_fallback)
        .route_layer(auth.clone());
    // What is nested and has no fallback takes that of the router around it.
    let outer = Router::new()
        .nest("/x", Router::new().route("/here", get(under_outer)))
        .fallback(outer_fallback)
        .layer(auth.clone());
    // A fallback comes along with its layers.
    let merged = Router::new().route("/beside", get(beside_merged)).merge(
        Router::new()
            .route("/with", get(with_merged))
            .fallback(merged_fallback)
            .layer(auth.clone()),
    );
    let late = Router::new()
        .route("/before", get(before_fallback))
        .layer(auth)
        .fallback(late_fallback);
    Router::new()
        .nest("/sealed", sealed_routes)
        .nest("/half", open_fallback)
        .nest("/outer", outer)
        .nest("/with-merged", merged)
        .nest("/late-fallback", late)
}

/// Routers that grow in a loop and by rebinding.
fn grown(app: &App) -> Router<App> {
    let mut router = Router::new();
    for (path, method) in [("/grown/a", get(looped_a)), ("/grown/b", post(looped_b))] {
        router = router.route(path, method);
    }
    router = router.route("/grown/rebound", get(rebound));
    let router = router.route_layer(middleware::from_fn_with_state(app.clone(), require_session));
    router.route("/grown/late", get(rebound_late))
}

#[tokio::main]
async fn main() {
    let app = App {
        sessions: Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())])),
    };
    let router = Router::new()
        .merge(items(&app))
        .merge(merges(&app))
        .merge(methods(&app))
        .merge(twins(&app))
        .merge(stacks(&app))
        .merge(fallbacks(&app))
        .merge(grown(&app))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(moat_live::address())
        .await
        .expect("the port is free");
    axum::serve(listener, router).await.expect("it serves");
}
