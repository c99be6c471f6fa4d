//! Filters that are handed around: arguments, fields, vectors, macros, boxes, traits.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::RwLock;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply};

type Keys = Arc<RwLock<HashMap<String, i64>>>;
type Db = Arc<RwLock<Vec<String>>>;

#[derive(Debug)]
struct Denied;
impl warp::reject::Reject for Denied {}

macro_rules! any_of {
    ($only:expr $(,)?) => { $only };
    ($first:expr, $($rest:expr),+ $(,)?) => { $first.or(any_of!($($rest),+)) };
}

macro_rules! tree {
    (@one $x:expr) => { $x.boxed() };
    ($x:expr) => { tree!(@one $x) };
    ($x:expr, $y:expr) => { tree!(@one $x).or(tree!(@one $y)).unify().boxed() };
    ($x:expr, $y:expr, $($rest:expr),+) => { tree!($x, $y).or(tree!($($rest),+)).unify().boxed() };
}

mod handlers {
    use super::*;

    pub async fn list(db: Db) -> Result<impl Reply, Rejection> {
        Ok(warp::reply::json(&*db.read().await))
    }

    pub async fn add(item: String, db: Db) -> Result<impl Reply, Rejection> {
        db.write().await.push(item);
        Ok(StatusCode::CREATED)
    }

    pub async fn clear(db: Db) -> Result<impl Reply, Rejection> {
        db.write().await.clear();
        Ok(StatusCode::NO_CONTENT)
    }
}

async fn known(key: String, keys: Keys) -> Result<(), Rejection> {
    if keys.read().await.contains_key(&key) {
        Ok(())
    } else {
        Err(warp::reject::custom(Denied))
    }
}

fn with<T: Clone + Send + Sync + 'static>(
    value: T,
) -> impl Filter<Extract = (T,), Error = std::convert::Infallible> + Clone {
    warp::any().map(move || value.clone())
}

fn keyed(keys: Keys) -> BoxedFilter<()> {
    warp::header::<String>("x-api-key")
        .and(with(keys))
        .and_then(known)
        .untuple_one()
        .boxed()
}

/// Puts the check in front of whatever it is given.
fn guarded<F>(keys: Keys, inner: F) -> impl Filter<Extract = F::Extract, Error = Rejection> + Clone
where
    F: Filter<Error = Rejection> + Clone + Send + Sync + 'static,
    F::Extract: Send,
{
    keyed(keys).and(inner)
}

trait Guard: Filter<Error = Rejection> + Clone + Send + Sync + 'static {
    fn behind(self, keys: Keys) -> BoxedFilter<Self::Extract>
    where
        Self: Sized,
        Self::Extract: Send;
}

impl<F> Guard for F
where
    F: Filter<Error = Rejection> + Clone + Send + Sync + 'static,
    F::Extract: Send,
{
    fn behind(self, keys: Keys) -> BoxedFilter<Self::Extract> {
        keyed(keys).and(self).boxed()
    }
}

struct Api {
    public: BoxedFilter<(Box<dyn Reply>,)>,
    private: BoxedFilter<(Box<dyn Reply>,)>,
}

impl Api {
    fn new(keys: Keys, db: Db) -> Api {
        Api {
            public: warp::path!("api" / "list")
                .and(warp::get())
                .and(with(db.clone()))
                .and_then(handlers::list)
                .map(|it| Box::new(it) as Box<dyn Reply>)
                .boxed(),
            private: warp::path!("api" / "clear")
                .and(warp::post())
                .and(keyed(keys))
                .and(with(db))
                .and_then(handlers::clear)
                .map(|it| Box::new(it) as Box<dyn Reply>)
                .boxed(),
        }
    }

    fn routes(self) -> BoxedFilter<(Box<dyn Reply>,)> {
        self.public.or(self.private).unify().boxed()
    }
}

fn probe(name: &'static str) -> BoxedFilter<(StatusCode,)> {
    warp::path("probe")
        .and(warp::path(name))
        .and(warp::path::end())
        .and(warp::get())
        .map(|| StatusCode::OK)
        .boxed()
}

fn probes() -> BoxedFilter<(StatusCode,)> {
    let all = vec![probe("live"), probe("ready")];
    let mut routes = probe("start");
    for one in all {
        routes = routes.or(one).unify().boxed();
    }
    routes
}

#[tokio::main]
async fn main() {
    let (keys, db) = (Keys::default(), Db::default());
    let list = warp::path!("list")
        .and(warp::get())
        .and(with(db.clone()))
        .and_then(handlers::list);
    let add = warp::path!("add" / String)
        .and(warp::post())
        .and(with(db.clone()))
        .and_then(handlers::add);
    let clear = warp::path!("clear")
        .and(warp::delete())
        .and(with(db.clone()))
        .and_then(handlers::clear);
    let open_clear = warp::path!("open" / "clear")
        .and(warp::delete())
        .and(with(db.clone()))
        .and_then(handlers::clear);
    let behind = warp::path!("behind")
        .and(warp::delete())
        .and(with(db.clone()))
        .and_then(handlers::clear);
    let one = warp::path!("tree" / "one")
        .and(warp::get())
        .map(|| StatusCode::OK);
    let two = warp::path!("tree" / "two")
        .and(warp::get())
        .map(|| StatusCode::OK);
    let three = warp::path!("tree" / "three")
        .and(warp::get())
        .map(|| StatusCode::OK);
    let folded = vec![probe("a"), probe("b"), probe("c")]
        .into_iter()
        .reduce(|all, one| all.or(one).unify().boxed())
        .expect("there are some");
    let routes = any_of![list, open_clear, guarded(keys.clone(), add.or(clear))].boxed();
    let routes = routes
        .or(behind.behind(keys.clone()))
        .map(|it| Box::new(it) as Box<dyn Reply>)
        .boxed();
    let routes = routes
        .or(tree!(one, two, three))
        .or(probes())
        .or(folded)
        .or(Api::new(keys, db).routes())
        .with(warp::wrap_fn(|routes| {
            warp::any().and(warp::path("base")).and(routes)
        }));
    warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;
}

//@ GET /base/list none
//@ DELETE /base/open/clear none
//@ POST /base/add/{item} required
//@ DELETE /base/clear required
//@ DELETE /base/behind required
//@ GET /base/tree/one none
//@ GET /base/tree/two none
//@ GET /base/tree/three none
//@ GET /base/probe/start none
//@ GET /base/probe/live none
//@ GET /base/probe/ready none
//@ GET /base/probe/a none
//@ GET /base/probe/b none
//@ GET /base/probe/c none
//@ GET /base/api/list none
//@ POST /base/api/clear required
