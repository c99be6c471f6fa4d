//! Any origin around endpoints that go by sessions in cookies.

use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode};
use axum::routing::{get, post};
use axum::Router;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};
use tower_sessions::Session;

async fn account(session: Session) -> Result<String, StatusCode> {
    let user = session.get::<String>("user").await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    user.ok_or(StatusCode::UNAUTHORIZED)
}

async fn prices() -> &'static str {
    "1, 2, 3"
}

async fn search(Query(words): Query<Vec<(String, String)>>) -> String {
    words.len().to_string()
}

fn preset() -> Router {
    let cors = CorsLayer::permissive(); //~ permissive-cors
    Router::new().route("/preset/account", get(account)).route("/preset/prices", get(prices)).layer(cors)
}

fn any() -> Router {
    let cors = CorsLayer::new()
        .allow_methods(Any)
        .allow_origin(Any); //~ permissive-cors
    Router::new().route("/any/account", post(account)).layer(cors)
}

fn mirrored() -> Router {
    let cors = CorsLayer::new().allow_origin(AllowOrigin::mirror_request()); //~ permissive-cors
    Router::new().route("/mirrored/account", get(account)).layer(cors)
}

fn star() -> Router {
    let cors = CorsLayer::new().allow_origin("*".parse::<HeaderValue>().unwrap()); //~ permissive-cors
    Router::new().route("/star/account", get(account)).layer(cors)
}

fn around_some(router: Router) -> Router {
    // near miss: any origin around the public endpoints only
    let public = Router::new()
        .route("/public/prices", get(prices))
        .route("/public/search", get(search))
        .layer(CorsLayer::permissive());
    router.route("/private/account", get(account)).merge(public)
}

fn narrow() -> Router {
    let ours = HeaderValue::from_static("https://shop.example.com");
    // near miss: one named origin
    let named = CorsLayer::new().allow_origin(ours.clone());
    // near miss: a list of origins
    let listed = CorsLayer::new().allow_origin([ours.clone(), HeaderValue::from_static("https://admin.example.com")]);
    // near miss: the preset is narrowed down
    let narrowed = CorsLayer::permissive().allow_origin(ours.clone());
    // near miss: no origin is named, so none is allowed
    let nobody = CorsLayer::new().allow_methods(Any).allow_headers(Any);
    // near miss: a predicate that looks at the origin
    let checked = CorsLayer::new().allow_origin(AllowOrigin::predicate(|origin, _| origin == "https://shop.example.com"));
    // near miss: any method and any header for one origin
    let methods = CorsLayer::new().allow_methods(Any).allow_headers(Any).allow_origin(ours);
    Router::new()
        .merge(Router::new().route("/named", get(account)).layer(named))
        .merge(Router::new().route("/listed", get(account)).layer(listed))
        .merge(Router::new().route("/narrowed", get(account)).layer(narrowed))
        .merge(Router::new().route("/nobody", get(account)).layer(nobody))
        .merge(Router::new().route("/checked", get(account)).layer(checked))
        .merge(Router::new().route("/methods", get(account)).layer(methods))
        // near miss: with credentials it is a lint of its own
        .merge(Router::new().route("/credentials", get(account)).layer(CorsLayer::very_permissive()))
        // near miss: the layer is added before the route
        .merge(Router::new().layer(CorsLayer::permissive()).route("/before", get(account)))
}

fn by_setting() -> Router {
    let origin = std::env::var("ORIGIN");
    // near miss: open only where a setting says so
    let cors = match origin {
        Ok(origin) => CorsLayer::new().allow_origin(origin.parse::<HeaderValue>().unwrap()),
        Err(_) => CorsLayer::permissive(),
    };
    Router::new().route("/setting", get(account)).layer(cors)
}

fn main() {}
