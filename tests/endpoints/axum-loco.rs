//! loco's controllers: prefixes, nesting, layers and what its hooks add.

use loco_rs::app::{AppContext, Hooks};
use loco_rs::controller::AppRoutes;
use loco_rs::prelude::*;

pub struct App;

impl Hooks for App {
    fn routes(_ctx: &AppContext) -> AppRoutes {
        AppRoutes::with_default_routes()
            .prefix("/api")
            .add_route(notes())
            .nest_route("v1", auth_routes())
            .add_routes(vec![reports().prefix("reports/")])
    }
}

fn notes() -> Routes {
    Routes::new()
        .prefix("notes")
        .add("/", get(list))
        .add("/", post(add))
        .add("{id}", delete(remove))
        .merge(Routes::new().prefix("dropped").add("/merged", get(list)))
        .nest("/deep", Routes::new().add("/", get(list)))
}

fn auth_routes() -> Routes {
    Routes::at("auth").add("/login", post(login))
}

fn reports() -> Routes {
    Routes::new()
        .add("/secret", get(list))
        .layer(axum::middleware::from_extractor::<auth::JWT>())
        .add("/open", get(list))
}

async fn list() -> Result<Response> {
    format::json("[]")
}

async fn login() -> Result<Response> {
    format::json("{}")
}

async fn add(_auth: auth::JWT, State(ctx): State<AppContext>) -> Result<Response> {
    format::json("{}")
}

async fn remove(
    auth: auth::JWTWithUser<Account>,
    Path(id): Path<i32>,
    State(ctx): State<AppContext>,
) -> Result<Response> {
    format::json("{}")
}

pub struct Account;

//@ GET /_ping none
//@ GET /_health none
//@ GET /_readiness none
//@ GET /api/notes none
//@ POST /api/notes required
//@ DELETE /api/notes/{id} required
//@ GET /api/notes/merged none
//@ GET /api/notes/deep none
//@ POST /api/v1/auth/login none
//@ GET /api/reports/secret required
//@ GET /api/reports/open none
