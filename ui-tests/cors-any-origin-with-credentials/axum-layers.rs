//! What tower-http's CORS layer allows around endpoints that go by cookies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::routing::{get, post};
use axum::Router;
use axum_extra::extract::CookieJar;
use tower::ServiceBuilder;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer};

#[derive(Clone)]
struct Shop {
    sessions: Arc<Mutex<HashMap<String, String>>>,
    origins: Vec<HeaderValue>,
}

impl Shop {
    fn visitor(&self, jar: &CookieJar) -> Result<String, StatusCode> {
        let token = jar.get("session").ok_or(StatusCode::UNAUTHORIZED)?;
        let sessions = self.sessions.lock().unwrap();
        sessions.get(token.value()).cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}

async fn account(State(shop): State<Shop>, jar: CookieJar) -> Result<String, StatusCode> {
    shop.visitor(&jar)
}

async fn prices() -> &'static str {
    "1, 2, 3"
}

fn mirrored(shop: Shop) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request()) //~ cors-any-origin-with-credentials
        .allow_credentials(true);
    Router::new().route("/mirrored", get(account)).layer(cors).with_state(shop)
}

fn preset(shop: Shop) -> Router {
    Router::new()
        .route("/preset", get(account))
        .layer(CorsLayer::very_permissive()) //~ cors-any-origin-with-credentials
        .with_state(shop)
}

fn predicate(shop: Shop) -> Router {
    let everybody = AllowOrigin::predicate(|_, _| true);
    let cors = CorsLayer::new().allow_credentials(true);
    let cors = cors.allow_origin(everybody); //~ cors-any-origin-with-credentials
    Router::new().route("/predicate", get(account)).layer(cors).with_state(shop)
}

fn anybody(origin: &HeaderValue) -> bool {
    !origin.is_empty()
}

fn ours_alone(origin: &HeaderValue) -> bool {
    !origin.is_empty() && origin.as_bytes().ends_with(b".shop.example.com")
}

fn by_function(shop: Shop) -> Router {
    let everybody = AllowOrigin::predicate(|origin, _| anybody(origin));
    let cors = CorsLayer::new().allow_credentials(true);
    let cors = cors.allow_origin(everybody); //~ cors-any-origin-with-credentials
    // near miss: a predicate that looks at the origin
    let named = CorsLayer::new().allow_credentials(true).allow_origin(AllowOrigin::predicate(|origin, _| ours_alone(origin)));
    Router::new()
        .route("/by-function", get(account))
        .layer(cors)
        .merge(Router::new().route("/by-function/named", get(account)).layer(named))
        .with_state(shop)
}

fn by_scheme(shop: Shop) -> Router {
    let secure = AllowOrigin::predicate(|origin, _| origin.as_bytes().starts_with(b"https://"));
    let cors = CorsLayer::new().allow_credentials(true);
    let cors = cors.allow_origin(secure); //~ cors-any-origin-with-credentials
    Router::new().route("/by-scheme", get(account)).layer(cors).with_state(shop)
}

fn in_a_function(shop: Shop) -> Router {
    let stack = ServiceBuilder::new().layer(development());
    Router::new().route("/in-a-function", post(account)).layer(stack).with_state(shop)
}

fn development() -> CorsLayer {
    CorsLayer::new()
        .allow_methods(AllowMethods::mirror_request())
        .allow_credentials(true)
        .allow_origin(AllowOrigin::mirror_request()) //~ cors-any-origin-with-credentials
}

fn step_by_step(shop: Shop) -> Router {
    let mut cors = CorsLayer::new().allow_credentials(true);
    cors = cors.allow_origin(AllowOrigin::mirror_request()); //~ cors-any-origin-with-credentials
    Router::new().route("/step-by-step", get(account)).layer(cors).with_state(shop)
}

fn near_misses(shop: Shop) -> Router {
    let ours = HeaderValue::from_static("https://shop.example.com");
    // near miss: credentials for one named origin
    let named = CorsLayer::new().allow_origin(ours.clone()).allow_credentials(true);
    // near miss: credentials for a list that comes from the settings
    let listed = CorsLayer::new().allow_origin(shop.origins.clone()).allow_credentials(true);
    // near miss: a predicate that looks at the origin
    let ends_with = CorsLayer::new().allow_origin(subdomains()).allow_credentials(true);
    // near miss: any origin, and no credentials
    let any = CorsLayer::new().allow_origin(Any).allow_headers(Any);
    // near miss: the preset for everything that leaves credentials out
    let permissive = CorsLayer::permissive();
    // near miss: any origin by its name, and no credentials
    let mirror = CorsLayer::new().allow_origin(AllowOrigin::mirror_request());
    // near miss: credentials are switched off
    let off = CorsLayer::very_permissive().allow_credentials(false);
    // near miss: the preset is narrowed down to one origin
    let narrowed = CorsLayer::very_permissive().allow_origin(ours.clone());
    Router::new()
        .merge(Router::new().route("/named", get(account)).layer(named))
        .merge(Router::new().route("/listed", get(account)).layer(listed))
        .merge(Router::new().route("/ends-with", get(account)).layer(ends_with))
        .merge(Router::new().route("/any", get(account)).layer(any))
        .merge(Router::new().route("/permissive", get(account)).layer(permissive))
        .merge(Router::new().route("/mirror", get(account)).layer(mirror))
        .merge(Router::new().route("/off", get(account)).layer(off))
        .merge(Router::new().route("/narrowed", get(account)).layer(narrowed))
        // near miss: headers and methods are mirrored, origins are not
        .merge(behind("/headers", mirrors_headers(ours)))
        .with_state(shop)
}

fn behind(path: &'static str, cors: CorsLayer) -> Router<Shop> {
    Router::new().route(path, get(account)).layer(cors)
}

fn subdomains() -> AllowOrigin {
    AllowOrigin::predicate(|origin, _| origin.as_bytes().ends_with(b".shop.example.com"))
}

fn mirrors_headers(ours: HeaderValue) -> CorsLayer {
    CorsLayer::new()
        .allow_headers(AllowHeaders::mirror_request())
        .allow_methods(AllowMethods::mirror_request())
        .allow_origin(ours)
        .allow_credentials(true)
}

fn refused(shop: Shop) -> Router {
    // near miss: `*` with credentials, with which the service does not start
    let cors = CorsLayer::new().allow_origin(Any).allow_credentials(true);
    Router::new().route("/refused", get(account)).layer(cors).with_state(shop)
}

fn covers_nothing(shop: Shop) -> Router {
    // near miss: the layer is added before the routes, and covers none
    Router::new().layer(CorsLayer::very_permissive()).route("/uncovered", get(account)).with_state(shop)
}

fn public() -> Router {
    // near miss: the preset around what looks at no credentials
    Router::new().route("/prices", get(prices)).layer(CorsLayer::very_permissive())
}

fn by_setting(shop: Shop) -> Router {
    let cors = CorsLayer::new().allow_credentials(true);
    // near miss: a development setting opens it
    let cors = if std::env::var_os("DEVELOPMENT").is_some() {
        cors.allow_origin(AllowOrigin::mirror_request())
    } else {
        cors.allow_origin(HeaderValue::from_static("https://shop.example.com"))
    };
    Router::new().route("/by-setting", get(account)).layer(cors).with_state(shop)
}

fn main() {}
