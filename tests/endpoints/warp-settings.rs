//! Routes and checks that a setting switches on.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::RwLock;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply, reject};

#[derive(Clone)]
struct Config {
    require_key: bool,
    admin: bool,
    key: String,
}

type Db = Arc<RwLock<HashMap<i64, String>>>;

#[derive(Debug)]
struct Denied;
impl reject::Reject for Denied {}

async fn check(key: Option<String>, config: Config) -> Result<(), Rejection> {
    if config.require_key && key.as_deref() != Some(config.key.as_str()) {
        return Err(reject::custom(Denied));
    }
    Ok(())
}

fn with_config(
    config: Config,
) -> impl Filter<Extract = (Config,), Error = std::convert::Infallible> + Clone {
    warp::any().map(move || config.clone())
}

async fn remove(id: i64, db: Db) -> Result<impl Reply, Rejection> {
    db.write().await.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}

async fn wipe(db: Db) -> Result<StatusCode, Rejection> {
    db.write().await.clear();
    Ok(StatusCode::NO_CONTENT)
}

#[tokio::main]
async fn main() {
    let config = Config {
        require_key: std::env::var("REQUIRE_KEY").is_ok(),
        admin: std::env::var("ADMIN").is_ok(),
        key: std::env::var("KEY").unwrap_or_default(),
    };
    let db = Db::default();
    let with_db = warp::any().map(move || db.clone());
    let configured = warp::path!("configured" / i64)
        .and(warp::delete())
        .and(
            warp::header::optional::<String>("x-api-key")
                .and(with_config(config.clone()))
                .and_then(check)
                .untuple_one(),
        )
        .and(with_db.clone())
        .and_then(remove);
    let health = warp::path!("health")
        .and(warp::get())
        .map(|| StatusCode::OK);
    let mut routes: BoxedFilter<(Box<dyn Reply>,)> = configured
        .or(health)
        .map(|it| Box::new(it) as Box<dyn Reply>)
        .boxed();
    if config.admin {
        let admin = warp::path!("admin" / "wipe")
            .and(warp::post())
            .and(with_db.clone())
            .and_then(wipe)
            .map(|it| Box::new(it) as Box<dyn Reply>);
        routes = routes.or(admin).unify().boxed();
    }
    warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;
}

//@ DELETE /configured/{id} conditional if config.require_key and the secret is set
//@ GET /health none
//@ POST /admin/wipe none
