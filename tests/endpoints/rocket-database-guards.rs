//! Guards that look a token up through macros, trait objects and two databases.

use mongodb::bson::doc;
use rocket::{
    Request, get,
    http::Status,
    request::{FromRequest, Outcome},
    routes,
};
macro_rules! query {
    ( $self: ident, $type: ident, $collection: expr, $($rest:expr),+ ) => {
        $self.$type($collection, $($rest),+).await
            .map_err(|err| {
                E
            })
    };
}
pub struct E;
pub struct MongoDb(pub ::mongodb::Client, pub String);
pub struct ReferenceDb {
    s: std::sync::Arc<tokio::sync::Mutex<std::collections::HashMap<String, Session>>>,
}
#[async_trait]
trait Sessions {
    async fn fetch(&self, token: &str) -> Result<Session, E>;
}
pub enum Database {
    Reference(ReferenceDb),
    MongoDb(MongoDb),
}
impl std::ops::Deref for Database {
    type Target = dyn Sessions;
    fn deref(&self) -> &Self::Target {
        match &self {
            Database::Reference(d) => d,
            Database::MongoDb(m) => m,
        }
    }
}
impl MongoDb {
    pub fn col<T>(&self, collection: &str) -> mongodb::Collection<T> {
        self.0.database(&self.1).collection(collection)
    }
    pub async fn find_one<T>(
        &self,
        collection: &'static str,
        projection: Document,
    ) -> Result<Option<T>, mongodb::error::Error> {
        self.col::<T>(collection)
            .find_one(projection)
            .with_options(None)
            .await
    }
}
#[async_trait]
impl Sessions for MongoDb {
    async fn fetch(&self, token: &str) -> Result<Session, E> {
        query!(self, find_one, "x", doc! { "token": token })?.ok_or_else(|| E)
    }
}
#[async_trait]
impl Sessions for ReferenceDb {
    async fn fetch(&self, token: &str) -> Result<Session, E> {
        let s = self.s.lock().await;
        s.values()
            .find(|s| s.token == token)
            .cloned()
            .ok_or_else(|| E)
    }
}
pub struct Session {
    token: String,
}
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = E;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if let Some(token) = request.headers().get("x-session-token").next() {
            if let Ok(session) = request
                .rocket()
                .state::<Database>()
                .expect("db")
                .fetch(token)
                .await
            {
                Outcome::Success(session)
            } else {
                Outcome::Error((Status::Unauthorized, E))
            }
        } else {
            Outcome::Error((Status::Unauthorized, E))
        }
    }
}
pub struct S1(Session);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for S1 {
    type Error = E;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if let Some(token) = request.headers().get("x-session-token").next() {
            let db: &MongoDb = request.rocket().state::<MongoDb>().expect("db");
            if let Ok(session) = db.fetch(token).await {
                Outcome::Success(S1(session))
            } else {
                Outcome::Error((Status::Unauthorized, E))
            }
        } else {
            Outcome::Error((Status::Unauthorized, E))
        }
    }
}
pub struct S3(Session);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for S3 {
    type Error = E;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if let Some(token) = request.headers().get("x-session-token").next() {
            let db: &Database = request.rocket().state::<Database>().expect("db");
            if let Ok(session) = db.fetch(token).await {
                Outcome::Success(S3(session))
            } else {
                Outcome::Error((Status::Unauthorized, E))
            }
        } else {
            Outcome::Error((Status::Unauthorized, E))
        }
    }
}
pub struct S4(Session);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for S4 {
    type Error = E;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if let Some(token) = request.headers().get("x-session-token").next() {
            if let Ok(session) = request
                .rocket()
                .state::<MongoDb>()
                .expect("db")
                .fetch(token)
                .await
            {
                Outcome::Success(S4(session))
            } else {
                Outcome::Error((Status::Unauthorized, E))
            }
        } else {
            Outcome::Error((Status::Unauthorized, E))
        }
    }
}
pub struct S2(Session);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for S2 {
    type Error = E;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if let Some(token) = request.headers().get("x-session-token").next() {
            let db: &ReferenceDb = request.rocket().state::<ReferenceDb>().expect("db");
            if let Ok(session) = db.fetch(token).await {
                Outcome::Success(S2(session))
            } else {
                Outcome::Error((Status::Unauthorized, E))
            }
        } else {
            Outcome::Error((Status::Unauthorized, E))
        }
    }
}
#[get("/a")]
fn a(s: Session) -> String {
    "".into()
}
#[get("/b")]
fn b(s: S1) -> String {
    "".into()
}
#[get("/d")]
fn d(s: S3) -> String {
    "".into()
}
#[get("/e")]
fn e(s: S4) -> String {
    "".into()
}
#[get("/c")]
fn c(s: S2) -> String {
    "".into()
}
#[rocket::launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![a, b, c, d, e])
}

//@ GET /a required
//@ GET /b required
//@ GET /c required
//@ GET /d required
//@ GET /e required
