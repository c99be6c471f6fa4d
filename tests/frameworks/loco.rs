//! The service in loco: its JWT extractor, layers on controllers, hooks.

use std::path::Path as FilePath;

use axum::Router as AxumRouter;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::from_extractor_with_state;
use loco_rs::app::{AppContext, Hooks};
use loco_rs::bgworker::Queue;
use loco_rs::boot::{BootResult, StartMode, create_app};
use loco_rs::config::Config;
use loco_rs::controller::AppRoutes;
use loco_rs::controller::extractor::auth::extract_jwt_from_request_parts;
use loco_rs::environment::Environment;
use loco_rs::hash;
use loco_rs::prelude::*;
use loco_rs::task::Tasks;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;

mod shop;

use shop::{Credentials, ITEM_LIMIT, Item};

/// What is there to buy; in the context's shared store.
type Shop = std::sync::Arc<shop::Shop>;

/// Who asks, if they say so.
struct MaybeUser(Option<auth::JWT>);

impl<S> FromRequestParts<S> for MaybeUser
where
    AppContext: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        Ok(MaybeUser(extract_jwt_from_request_parts(parts, state).ok()))
    }
}

async fn list_items(SharedStore(shop): SharedStore<Shop>) -> Result<Response> {
    format::json(shop.list())
}

async fn get_item(
    MaybeUser(user): MaybeUser,
    SharedStore(shop): SharedStore<Shop>,
    Path(id): Path<u32>,
) -> Result<Response> {
    if let Some(user) = user {
        tracing::debug!(pid = user.claims.pid, id, "looked at");
    }
    match shop.get(id) {
        Some(item) => format::json(item),
        None => not_found(),
    }
}

async fn create_item(
    _auth: auth::JWT,
    SharedStore(shop): SharedStore<Shop>,
    Json(item): Json<Item>,
) -> Result<Response> {
    format::json(shop.add(item))
}

async fn delete_item(
    auth: auth::JWT,
    SharedStore(shop): SharedStore<Shop>,
    Path(id): Path<u32>,
) -> Result<Response> {
    let role = auth.claims.claims.get("role").and_then(|it| it.as_str());
    if role != Some("admin") {
        return unauthorized("not for you");
    }
    match shop.remove(id) {
        true => format::empty(),
        false => not_found(),
    }
}

async fn stats(SharedStore(shop): SharedStore<Shop>) -> Result<Response> {
    format::json(shop.count())
}

async fn login(
    State(ctx): State<AppContext>,
    Json(credentials): Json<Credentials>,
) -> Result<Response> {
    let stored = std::env::var("PASSWORD_HASH").map_err(|_| Error::InternalServerError)?;
    if !hash::verify_password(&credentials.password, &stored) {
        return unauthorized("wrong credentials");
    }
    let jwt = ctx.config.get_jwt_config()?;
    let token = loco_rs::auth::jwt::JWT::new(&jwt.secret).generate_token(
        jwt.expiration,
        credentials.name,
        serde_json::Map::new(),
    );
    format::json(token.or_else(|_| unauthorized("no token"))?)
}

async fn health() -> Result<Response> {
    format::text("ok")
}

async fn no_such_page() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "no such page")
}

fn items() -> Routes {
    Routes::new()
        .prefix("items")
        .add("/", get(list_items))
        .add(
            "/",
            post(create_item).layer(DefaultBodyLimit::max(ITEM_LIMIT)),
        )
        .add("/{id}", get(get_item))
}

fn admin(ctx: &AppContext) -> Routes {
    Routes::new()
        .prefix("admin")
        .add("/items/{id}", delete(delete_item))
        .add("/stats", get(stats))
        .layer(from_extractor_with_state::<auth::JWT, AppContext>(
            ctx.clone(),
        ))
}

fn accounts() -> Routes {
    let rate = GovernorConfigBuilder::default()
        .per_second(10)
        .burst_size(5)
        .finish()
        .expect("a valid rate");
    Routes::new()
        .add("/login", post(login))
        .layer(GovernorLayer::new(rate))
}

pub struct App;

#[async_trait]
impl Hooks for App {
    fn app_name() -> &'static str {
        env!("CARGO_CRATE_NAME")
    }

    async fn boot(
        mode: StartMode,
        environment: &Environment,
        config: Config,
    ) -> Result<BootResult> {
        create_app::<Self>(mode, environment, config).await
    }

    fn routes(ctx: &AppContext) -> AppRoutes {
        AppRoutes::empty()
            .add_route(items())
            .add_route(admin(ctx))
            .add_route(accounts())
            .add_route(Routes::new().add("/health", get(health)))
    }

    async fn after_routes(router: AxumRouter, _ctx: &AppContext) -> Result<AxumRouter> {
        Ok(router.fallback(no_such_page))
    }

    async fn after_context(ctx: AppContext) -> Result<AppContext> {
        ctx.shared_store.insert(Shop::new(shop::Shop::from_env()));
        Ok(ctx)
    }

    async fn connect_workers(_ctx: &AppContext, _queue: &Queue) -> Result<()> {
        Ok(())
    }

    fn register_tasks(_tasks: &mut Tasks) {}

    async fn truncate(_ctx: &AppContext) -> Result<()> {
        Ok(())
    }

    async fn seed(_ctx: &AppContext, _base: &FilePath) -> Result<()> {
        Ok(())
    }
}
