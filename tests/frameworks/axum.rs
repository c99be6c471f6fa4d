//! The service in axum: an extractor of its own, middleware on a nested router, tower's layers.

mod shop;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{
    DefaultBodyLimit, FromRequestParts, OptionalFromRequestParts, Path, Request, State,
};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::PeerIpKeyExtractor;

/// Who asks, by a token that was verified.
struct User(Claims);

fn claims(parts: &Parts, shop: &Shop) -> Option<Claims> {
    let header = parts.headers.get(header::AUTHORIZATION);
    shop.verify(header.and_then(|it| it.to_str().ok()))
}

impl FromRequestParts<Arc<Shop>> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        shop: &Arc<Shop>,
    ) -> Result<Self, Self::Rejection> {
        claims(parts, shop)
            .map(User)
            .ok_or(StatusCode::UNAUTHORIZED)
    }
}

impl OptionalFromRequestParts<Arc<Shop>> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        shop: &Arc<Shop>,
    ) -> Result<Option<Self>, Self::Rejection> {
        Ok(claims(parts, shop).map(User))
    }
}

async fn require_user(
    State(shop): State<Arc<Shop>>,
    request: Request<Body>,
    next: Next,
) -> Result<Response, StatusCode> {
    let (mut parts, body) = request.into_parts();
    let claims = claims(&parts, &shop).ok_or(StatusCode::UNAUTHORIZED)?;
    parts.extensions.insert(claims);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

async fn list_items(State(shop): State<Arc<Shop>>) -> Json<Vec<Item>> {
    Json(shop.list())
}

async fn get_item(
    user: Option<User>,
    State(shop): State<Arc<Shop>>,
    Path(id): Path<u32>,
) -> Result<Json<Item>, StatusCode> {
    if let Some(User(claims)) = user {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    shop.get(id).map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn create_item(
    _user: User,
    State(shop): State<Arc<Shop>>,
    Json(item): Json<Item>,
) -> (StatusCode, Json<u32>) {
    (StatusCode::CREATED, Json(shop.add(item)))
}

async fn delete_item(
    Extension(claims): Extension<Claims>,
    State(shop): State<Arc<Shop>>,
    Path(id): Path<u32>,
) -> Result<StatusCode, StatusCode> {
    if claims.role != Role::Admin {
        return Err(StatusCode::FORBIDDEN);
    }
    match shop.remove(id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(StatusCode::NOT_FOUND),
    }
}

async fn stats(State(shop): State<Arc<Shop>>) -> Json<usize> {
    Json(shop.count())
}

async fn login(
    State(shop): State<Arc<Shop>>,
    Json(credentials): Json<Credentials>,
) -> Result<String, StatusCode> {
    shop.sign_in(&credentials).ok_or(StatusCode::UNAUTHORIZED)
}

async fn health() -> &'static str {
    "ok"
}

async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "no such page")
}

fn app(shop: Arc<Shop>) -> Router {
    let rate = GovernorConfigBuilder::default()
        .per_second(10)
        .burst_size(5)
        .key_extractor(PeerIpKeyExtractor)
        .finish()
        .expect("a valid rate");
    let admin = Router::new()
        .route("/items/{id}", delete(delete_item))
        .route("/stats", get(stats))
        .layer(from_fn_with_state(shop.clone(), require_user));
    Router::new()
        .route(
            "/items",
            get(list_items).merge(post(create_item).layer(DefaultBodyLimit::max(ITEM_LIMIT))),
        )
        .route("/items/{id}", get(get_item))
        .nest("/admin", admin)
        .route("/login", post(login).layer(GovernorLayer::new(rate)))
        .route("/health", get(health))
        .fallback(not_found)
        .with_state(shop)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = app(Arc::new(Shop::from_env()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let service = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).await
}
