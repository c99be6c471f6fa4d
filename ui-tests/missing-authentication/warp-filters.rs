//! Filters that authenticate, and filters that only look as if they did.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, dangerous, decode};
use sqlx::PgPool;
use subtle::ConstantTimeEq;
use tokio::sync::RwLock;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, StatusCode};
use warp::{Filter, Rejection, Reply, reject};

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

#[derive(Debug)]
enum Refusal {
    Unauthorized,
    Forbidden,
    Internal,
}
impl reject::Reject for Refusal {}

type Sessions = Arc<RwLock<HashMap<String, i64>>>;

fn with<T: Clone + Send + Sync + 'static>(value: T) -> impl Filter<Extract = (T,), Error = Infallible> + Clone {
    warp::any().map(move || value.clone())
}

fn bearer(headers: &HeaderMap) -> Result<&str, Rejection> {
    let header = headers.get("authorization").ok_or_else(|| reject::custom(Refusal::Unauthorized))?;
    let header = header.to_str().map_err(|_| reject::custom(Refusal::Unauthorized))?;
    header.strip_prefix("Bearer ").ok_or_else(|| reject::custom(Refusal::Unauthorized))
}

async fn verify(headers: HeaderMap, key: DecodingKey) -> Result<Claims, Rejection> {
    let token = bearer(&headers)?;
    let data = decode::<Claims>(token, &key, &Validation::default());
    data.map(|it| it.claims).map_err(|_| reject::custom(Refusal::Unauthorized))
}

fn user(key: DecodingKey) -> impl Filter<Extract = (Claims,), Error = Rejection> + Clone {
    warp::header::headers_cloned().and(with(key)).and_then(verify)
}

fn admin(key: DecodingKey) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    user(key)
        .and_then(|claims: Claims| async move {
            match claims.admin {
                true => Ok(()),
                false => Err(reject::custom(Refusal::Forbidden)),
            }
        })
        .untuple_one()
}

/// Whoever sends a token that reads well.
fn unverified() -> impl Filter<Extract = (Claims,), Error = Rejection> + Clone {
    warp::header::headers_cloned().and_then(|headers: HeaderMap| async move {
        let data = dangerous::insecure_decode::<Claims>(bearer(&headers)?);
        data.map(|it| it.claims).map_err(|_| reject::custom(Refusal::Unauthorized))
    })
}

fn perhaps(key: DecodingKey) -> impl Filter<Extract = (Option<Claims>,), Error = Infallible> + Clone {
    user(key).map(Some).or(warp::any().map(|| None)).unify()
}

async fn known(token: String, sessions: Sessions) -> Result<i64, Rejection> {
    match sessions.read().await.get(&token) {
        Some(user) => Ok(*user),
        None => Err(reject::custom(Refusal::Unauthorized)),
    }
}

async fn purge(db: PgPool) -> Result<StatusCode, Rejection> {
    let done = sqlx::query("DELETE FROM post").execute(&db).await;
    done.map(|_| StatusCode::NO_CONTENT).map_err(|_| reject::custom(Refusal::Internal))
}

async fn delete_post(id: i64, claims: Claims, db: PgPool) -> Result<StatusCode, Rejection> {
    let query = sqlx::query("DELETE FROM post WHERE id = $1 AND author = $2").bind(id).bind(claims.sub);
    let done = query.execute(&db).await;
    done.map(|_| StatusCode::NO_CONTENT).map_err(|_| reject::custom(Refusal::Internal))
}

async fn delete_for(claims: Option<Claims>, db: PgPool) -> Result<StatusCode, Rejection> {
    let Some(claims) = claims else {
        return Err(reject::custom(Refusal::Unauthorized));
    };
    delete_post(0, claims, db).await
}

/// A refusal is an answer here.
async fn delete_if(token: String, key: DecodingKey, db: PgPool) -> Result<StatusCode, Rejection> {
    match decode::<Claims>(&token, &key, &Validation::default()) {
        Ok(data) => delete_post(0, data.claims, db).await,
        Err(_) => Ok(StatusCode::UNAUTHORIZED),
    }
}

async fn compared(sent: String, expected: Arc<str>) -> Result<(), Rejection> {
    match bool::from(sent.as_bytes().ct_eq(expected.as_bytes())) {
        true => Ok(()),
        false => Err(reject::custom(Refusal::Unauthorized)),
    }
}

async fn refused(rejection: Rejection) -> Result<StatusCode, Rejection> {
    match rejection.find::<Refusal>() {
        Some(Refusal::Unauthorized) => Ok(StatusCode::UNAUTHORIZED),
        _ => Err(rejection),
    }
}

/// Puts the check before whatever it is given.
fn behind<F>(key: DecodingKey, inner: F) -> BoxedFilter<F::Extract>
where
    F: Filter<Error = Rejection> + Clone + Send + Sync + 'static,
    F::Extract: Send,
{
    admin(key).and(inner).boxed()
}

fn routes(
    key: DecodingKey,
    sessions: Sessions,
    secret: Arc<str>,
    db: PgPool,
) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let delete = |name: &'static str| warp::path(name).and(warp::path::end()).and(warp::delete());
    let ignoring = |_: Claims, db: PgPool| purge(db);

    // near miss: a filter in the chain verifies
    let own = warp::path!("posts" / i64)
        .and(warp::delete())
        .and(user(key.clone()))
        .and(with(db.clone()))
        .and_then(delete_post);
    // near miss: the claims are checked and thrown away
    let checked = delete("checked").and(admin(key.clone())).and(with(db.clone())).and_then(purge);
    // near miss: the check stands between other filters, and comes before the effect
    let late = delete("late").and(with(db.clone())).and(user(key.clone())).and_then(|db, _| purge(db));
    // near miss: the handler asks for somebody
    let asked = delete("asked").and(perhaps(key.clone())).and(with(db.clone())).and_then(delete_for);
    // near miss: the handler verifies, and answers with a refusal
    let answered = delete("answered")
        .and(warp::header::<String>("authorization"))
        .and(with(key.clone()))
        .and(with(db.clone()))
        .and_then(delete_if);
    // near miss: one of two ways to say who one is
    let either = delete("either")
        .and(
            user(key.clone())
                .map(|claims: Claims| claims.sub)
                .or(warp::cookie::<String>("session").and(with(sessions.clone())).and_then(known))
                .unify(),
        )
        .and(with(db.clone()))
        .and_then(|_, db| purge(db));
    // near miss: a fixed secret of the service's settings
    let shared = delete("shared")
        .and(warp::header::<String>("x-api-key"))
        .and(with(secret))
        .and_then(compared)
        .untuple_one()
        .and(with(db.clone()))
        .and_then(purge);
    // near miss: a function puts the check before the routes that it is given
    let wrapped = behind(
        key.clone(),
        delete("wrapped").and(with(db.clone())).and_then(purge).or(
            // near miss: both routes are behind it
            delete("wrapped-too").and(with(db.clone())).and_then(purge),
        ),
    );
    // near miss: what answers rejections lets nobody in
    let recovered = delete("recovered")
        .and(user(key.clone()))
        .and(with(db.clone()))
        .and_then(ignoring)
        .recover(refused);
    // near miss: a wrapper puts the check before it
    let around = {
        let key = key.clone();
        let inner = delete("around").and(with(db.clone())).and_then(purge);
        inner.with(warp::wrap_fn(move |inner| admin(key.clone()).and(inner)))
    };
    // near miss: it changes nothing
    let health = warp::path!("health").and(warp::post()).map(|| StatusCode::OK);

    let open = delete("open").and(with(db.clone())).and_then(purge); //~ missing-authentication
    let believed = delete("believed")
        .and(unverified())
        .and(with(db.clone()))
        .and_then(ignoring); //~ missing-authentication
    let optional = delete("optional")
        .and(perhaps(key))
        .and(with(db))
        .and_then(|_, db| purge(db)); //~ missing-authentication

    own.or(checked)
        .or(late)
        .or(asked)
        .or(answered)
        .or(either)
        .or(shared)
        .or(wrapped)
        .or(recovered)
        .or(around)
        .or(health)
        .or(open)
        .or(believed)
        .or(optional)
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("set")).expect("an address");
    let secret = std::env::var("API_KEY").expect("set").into();
    let key = DecodingKey::from_secret(std::env::var("JWT_KEY").expect("set").as_bytes());
    warp::serve(routes(key, Sessions::default(), secret, db)).run(([127, 0, 0, 1], 3030)).await;
}
