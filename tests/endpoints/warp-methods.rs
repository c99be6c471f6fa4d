//! Filters that methods of a type make, routes that fall through to open ones, checks that a feature switches on.

use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::RwLock;
use warp::http::{HeaderMap, StatusCode};
use warp::{Filter, Rejection, Reply};

#[derive(Debug)]
struct No;
impl warp::reject::Reject for No {}

#[derive(Clone)]
struct Auth {
    tokens: Arc<RwLock<HashMap<String, i64>>>,
}

impl Auth {
    async fn check(&self, headers: HeaderMap) -> Result<i64, Rejection> {
        let token = headers
            .get("authorization")
            .and_then(|it| it.to_str().ok())
            .ok_or_else(|| warp::reject::custom(No))?;
        self.tokens
            .read()
            .await
            .get(token)
            .copied()
            .ok_or_else(|| warp::reject::custom(No))
    }

    fn required(&self) -> impl Filter<Extract = (i64,), Error = Rejection> + Clone + use<> {
        let this = self.clone();
        warp::header::headers_cloned().and_then(move |headers| {
            let this = this.clone();
            async move { this.check(headers).await }
        })
    }

    fn presence(&self) -> impl Filter<Extract = (), Error = Rejection> + Clone + use<> {
        warp::header::headers_cloned()
            .map(|headers: HeaderMap| headers.get("authorization").is_some())
            .and_then(|there: bool| async move {
                if there {
                    Ok(())
                } else {
                    Err(warp::reject::custom(No))
                }
            })
            .untuple_one()
    }
}

type Db = Arc<RwLock<Vec<String>>>;

async fn clear(_user: i64, db: Db) -> Result<impl Reply, Rejection> {
    db.write().await.clear();
    Ok(StatusCode::OK)
}
async fn clear_any(db: Db) -> Result<impl Reply, Rejection> {
    db.write().await.clear();
    Ok(StatusCode::OK)
}

fn with_db(db: Db) -> impl Filter<Extract = (Db,), Error = std::convert::Infallible> + Clone {
    warp::any().map(move || db.clone())
}

#[tokio::main]
async fn main() {
    let auth = Auth {
        tokens: Default::default(),
    };
    let db = Db::default();
    let one = warp::path!("one")
        .and(warp::post())
        .and(auth.required())
        .and(with_db(db.clone()))
        .and_then(clear);
    let two = warp::path!("two")
        .and(warp::post())
        .and(auth.presence())
        .and(with_db(db.clone()))
        .and_then(clear_any);
    // Whoever is refused by the first is let in by the second.
    let three = warp::path!("three")
        .and(warp::post())
        .and(auth.required())
        .and(with_db(db.clone()))
        .and_then(clear)
        .or(warp::path!("three")
            .and(warp::post())
            .and(with_db(db.clone()))
            .and_then(clear_any));
    let inner = warp::path!("a")
        .and(warp::post())
        .and(with_db(db.clone()))
        .and_then(clear_any)
        .or(auth
            .required()
            .and(warp::path!("b").and(warp::post()).and(with_db(db.clone())))
            .and_then(clear));
    let secured = cfg!(feature = "secured");
    let maybe = if secured {
        auth.presence().boxed()
    } else {
        warp::any().boxed()
    };
    let four = warp::path!("four")
        .and(warp::post())
        .and(maybe)
        .and(with_db(db.clone()))
        .and_then(clear_any);
    let real = if secured {
        auth.required().map(|_| ()).untuple_one().boxed()
    } else {
        warp::any().boxed()
    };
    let five = warp::path!("five")
        .and(warp::post())
        .and(real)
        .and(with_db(db.clone()))
        .and_then(clear_any);
    warp::serve(
        one.or(two)
            .or(three)
            .or(warp::path("in").and(inner))
            .or(four)
            .or(five),
    )
    .run(([127, 0, 0, 1], 1))
    .await;
}
//@ POST /one required
//@ POST /two optional
//@ POST /three required
//@ POST /three none
//@ POST /in/a none
//@ POST /in/b required
//@ POST /four none
//@ POST /five conditional if secured
