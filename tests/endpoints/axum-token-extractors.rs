//! Extractors that verify a token after caches, retries and another scheme.

use axum::{
    Router,
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, request::Parts},
    middleware::Next,
    response::Response,
    routing::get,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::*;
use std::sync::Arc;
pub struct User {
    name: String,
    pwd: String,
    salt: String,
}
pub enum DbError {
    NotFound,
    Mismatch,
}
#[async_trait]
pub trait Db {
    async fn by_token(&self, t: &str) -> Result<User, DbError>;
    async fn get_user(&self, n: &str) -> Result<User, DbError>;
    async fn authenticate(&self, n: &str, p: &str) -> Result<User, DbError>;
}
pub struct Real {
    con: DatabaseConnection,
}
fn hash_token(t: &str) -> String {
    use sha2::Digest;
    let mut h = sha2::Sha256::new();
    h.update(t);
    hex::encode(h.finalize())
}
fn hash_pwd(t: &str, s: &str) -> String {
    use sha2::Digest;
    let mut h = sha2::Sha256::new();
    h.update(t);
    h.update(s);
    hex::encode(h.finalize())
}
#[async_trait]
impl Db for Real {
    async fn by_token(&self, token: &str) -> Result<User, DbError> {
        let token = hash_token(token);
        let u = user::Entity::find()
            .join(JoinType::InnerJoin, user::Relation::T.def())
            .filter(Expr::col((A::Table, A::Token)).eq(token))
            .one(&self.con)
            .await?
            .ok_or(DbError::NotFound)?;
        Ok(User::from(u))
    }
    async fn get_user(&self, n: &str) -> Result<User, DbError> {
        user::Entity::find()
            .filter(user::Column::Name.eq(n))
            .one(&self.con)
            .await?
            .ok_or(DbError::NotFound)
    }
    async fn authenticate(&self, n: &str, p: &str) -> Result<User, DbError> {
        let user = self.get_user(n).await?;
        if hash_pwd(p, &user.salt) == user.pwd {
            Ok(user)
        } else {
            Err(DbError::Mismatch)
        }
    }
}
#[derive(Clone)]
pub struct App {
    db: Arc<dyn Db>,
    cache: Arc<Cache>,
    required: bool,
}
pub struct Cached {
    user: String,
}
pub struct Cache {
    cache: Option<moka::future::Cache<String, Cached>>,
}
impl Cache {
    pub async fn get(&self, token: &str) -> Option<Cached> {
        match &self.cache {
            Some(c) => c.get(token).await,
            None => None,
        }
    }
}
fn token(h: &HeaderMap) -> Result<&str, StatusCode> {
    h.get("Authorization")
        .ok_or(StatusCode::UNAUTHORIZED)?
        .to_str()
        .map_err(|_| StatusCode::BAD_REQUEST)
}
macro_rules! ex { ($t:ident, $parts:ident, $s:ident, $b:block) => { pub struct $t(String); impl FromRequestParts<App> for $t { type Rejection = StatusCode; async fn from_request_parts($parts: &mut Parts, $s: &App) -> Result<Self, Self::Rejection> $b } } }
ex!(A, p, s, {
    let t = token(&p.headers)?;
    let Ok(u) = s.db.by_token(t).await else {
        return Err(StatusCode::FORBIDDEN);
    };
    Ok(A(u.name))
});
ex!(B, p, s, {
    let t = token(&p.headers)?;
    if let Some(c) = s.cache.get(t).await {
        return Ok(B(c.user));
    }
    Err(StatusCode::FORBIDDEN)
});
ex!(C, p, s, {
    let mut t = token(&p.headers)?;
    if t.starts_with("Bearer ") {
        t = &t[7..];
    }
    let Ok(u) = s.db.by_token(t).await else {
        return Err(StatusCode::FORBIDDEN);
    };
    Ok(C(u.name))
});
async fn retry(db: &Arc<dyn Db>, t: &str, max: u32) -> Result<User, DbError> {
    let mut n = 0;
    loop {
        match db.by_token(t).await {
            Ok(u) => return Ok(u),
            Err(e) => {
                if matches!(e, DbError::NotFound) {
                    return Err(e);
                }
                n += 1;
                if n > max {
                    return Err(e);
                }
                sleep(1).await;
            }
        }
    }
}
ex!(D, p, s, {
    let t = token(&p.headers)?;
    let Ok(u) = retry(&s.db, t, 3).await else {
        return Err(StatusCode::FORBIDDEN);
    };
    Ok(D(u.name))
});
ex!(F, p, s, {
    let t = token(&p.headers)?;
    if t.starts_with("Basic ") {
        let d = STANDARD
            .decode(&t[6..])
            .map_err(|_| StatusCode::BAD_REQUEST)?;
        let d = String::from_utf8(d).map_err(|_| StatusCode::BAD_REQUEST)?;
        let (u, pw) = d.split_once(':').ok_or(StatusCode::BAD_REQUEST)?;
        let user = s.db.get_user(u).await.map_err(|_| StatusCode::FORBIDDEN)?;
        if s.db.authenticate(&user.name, pw).await.is_err() {
            return Err(StatusCode::FORBIDDEN);
        }
        return Ok(F(user.name));
    }
    Err(StatusCode::FORBIDDEN)
});
impl A {
    pub async fn from_header(h: &HeaderMap, db: &Arc<dyn Db>) -> Result<Self, StatusCode> {
        Self::extract(h, db).await
    }
    async fn extract(h: &HeaderMap, db: &Arc<dyn Db>) -> Result<Self, StatusCode> {
        let t = token(h)?;
        let Ok(u) = db.by_token(t).await else {
            return Err(StatusCode::FORBIDDEN);
        };
        Ok(A(u.name))
    }
}
async fn when(State(state): State<App>, request: axum::extract::Request, next: Next) -> Response {
    if !state.required {
        return next.run(request).await;
    }
    let token = A::from_header(request.headers(), &state.db).await;
    match token {
        Ok(_) => next.run(request).await,
        Err(s) => {
            let mut r = Response::new(Body::empty());
            (*r.status_mut()) = s;
            r
        }
    }
}
async fn a(_: A) -> &'static str {
    ""
}
async fn b(_: B) -> &'static str {
    ""
}
async fn c(_: C) -> &'static str {
    ""
}
async fn d(_: D) -> &'static str {
    ""
}
async fn f(_: F) -> &'static str {
    ""
}
async fn g() -> &'static str {
    ""
}
fn main() {
    let s = App {};
    let r = Router::new()
        .route("/a", get(a))
        .route("/b", get(b))
        .route("/c", get(c))
        .route("/d", get(d))
        .route("/f", get(f))
        .merge(
            Router::new()
                .route("/g", get(g))
                .route_layer(axum::middleware::from_fn_with_state(s.clone(), when)),
        )
        .with_state(s);
    axum::serve(l, r);
}

//@ GET /a required
//@ GET /b required
//@ GET /c required
//@ GET /d required
//@ GET /f required
//@ GET /g conditional if App.required
