//! Request guards: which of them prove who is calling, and which only look as if they did.

use rocket::form::{Form, FromForm};
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::serde::json::Json;
use rocket::{State, delete, launch, post, put, routes};
use jsonwebtoken::{DecodingKey, Validation, dangerous};
use sqlx::PgPool;

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.headers().get_one("Authorization")?.strip_prefix("Bearer ")
}

fn verify(token: &str, key: &DecodingKey) -> Option<Claims> {
    jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok().map(|data| data.claims)
}

/// Verifies the signature of a JWT.
struct User {
    id: i64,
    admin: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = &'static str;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let Some(key) = request.rocket().state::<DecodingKey>() else {
            return Outcome::Error((Status::InternalServerError, "no key"));
        };
        match bearer(request).and_then(|token| verify(token, key)) {
            Some(claims) => Outcome::Success(User { id: claims.sub, admin: claims.admin }),
            None => Outcome::Error((Status::Unauthorized, "no valid token")),
        }
    }
}

/// Delegates to another guard, then asks for more.
struct Admin(User);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin {
    type Error = &'static str;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let user = rocket::outcome::try_outcome!(request.guard::<User>().await);
        if user.admin { Outcome::Success(Admin(user)) } else { Outcome::Error((Status::Forbidden, "administrators only")) }
    }
}

/// An API key whose owner is looked up in the database.
struct ApiKey {
    owner: i64,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ApiKey {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (Some(key), Some(db)) = (request.headers().get_one("x-api-key"), request.rocket().state::<PgPool>()) else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let query = sqlx::query_scalar("SELECT owner FROM api_key WHERE key = $1").bind(key.to_owned());
        match query.fetch_optional(db).await {
            Ok(Some(owner)) => Outcome::Success(ApiKey { owner }),
            Ok(None) => Outcome::Error((Status::Unauthorized, ())),
            Err(_) => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

/// Forwards instead of failing; no other route takes over.
struct Member(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Member {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let cookie = request.cookies().get_private("member");
        match cookie.and_then(|it| it.value().parse().ok()) {
            Some(id) => Outcome::Success(Member(id)),
            None => Outcome::Forward(Status::Unauthorized),
        }
    }
}

/// Proves only that there is a header.
struct HasToken(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for HasToken {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match bearer(request) {
            Some(token) => Outcome::Success(HasToken(token.to_owned())),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// Reads the claims without verifying the signature.
struct Unverified(Claims);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Unverified {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match bearer(request).and_then(|token| dangerous::insecure_decode::<Claims>(token).ok()) {
            Some(data) => Outcome::Success(Unverified(data.claims)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// Never says no.
struct Visitor(Option<i64>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Visitor(request.guard::<User>().await.succeeded().map(|user| user.id)))
    }
}

/// A plain cookie can be invented.
struct PlainCookie(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for PlainCookie {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.cookies().get("user").and_then(|it| it.value().parse().ok()) {
            Some(id) => Outcome::Success(PlainCookie(id)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

#[derive(FromForm)]
struct Note {
    text: String,
}

async fn save(db: &PgPool, author: i64, text: &str) -> Status {
    let query = sqlx::query("INSERT INTO note (author, text) VALUES ($1, $2)").bind(author).bind(text.to_owned());
    query.execute(db).await.map_or(Status::InternalServerError, |_| Status::Created)
}

// near miss: a guard of our own verifies the signature
#[post("/notes", data = "<text>")]
async fn create(user: User, db: &State<PgPool>, text: String) -> Status {
    save(db, user.id, &text).await
}

// near miss: a guard that delegates through `try_outcome!`
#[delete("/notes/<id>")]
async fn remove(_admin: Admin, db: &State<PgPool>, id: i64) -> Status {
    let query = sqlx::query("DELETE FROM note WHERE id = $1").bind(id);
    query.execute(db.inner()).await.map_or(Status::InternalServerError, |_| Status::NoContent)
}

// near miss: an API key that is looked up
#[post("/notes/import", data = "<note>")]
async fn import(key: ApiKey, db: &State<PgPool>, note: Json<String>) -> Status {
    save(db, key.owner, &note).await
}

// near miss: a guard that forwards, and no route of a lower rank takes over
#[post("/notes/member", data = "<note>")]
async fn member(member: Member, db: &State<PgPool>, note: Form<Note>) -> Status {
    save(db, member.0, &note.text).await
}

// near miss: an optional guard that the body insists on
#[post("/notes/optional", data = "<text>")]
async fn optional(user: Option<User>, db: &State<PgPool>, text: String) -> Status {
    let Some(user) = user else {
        return Status::Unauthorized;
    };
    save(db, user.id, &text).await
}

// near miss: the result of a guard that the body propagates
#[post("/notes/result", data = "<text>")]
async fn result(user: Result<User, &'static str>, db: &State<PgPool>, text: String) -> Result<Status, Status> {
    let user = user.map_err(|_| Status::Unauthorized)?;
    Ok(save(db, user.id, &text).await)
}

// near miss: a private cookie that the body insists on
#[post("/notes/cookie", data = "<text>")]
async fn cookie(jar: &CookieJar<'_>, db: &State<PgPool>, text: String) -> Result<Status, Status> {
    let cookie = jar.get_private("member").ok_or(Status::Unauthorized)?;
    let id = cookie.value().parse().map_err(|_| Status::Unauthorized)?;
    Ok(save(db, id, &text).await)
}

// near miss: a session token from a plain cookie that is looked up before the write
#[post("/notes/session", data = "<text>")]
async fn session(jar: &CookieJar<'_>, db: &State<PgPool>, text: String) -> Result<Status, Status> {
    let token = jar.get("session").map(|it| it.value().to_owned()).ok_or(Status::Unauthorized)?;
    let user = account_of(db, token).await?;
    Ok(save(db, user, &text).await)
}

async fn account_of(db: &PgPool, token: String) -> Result<i64, Status> {
    let query = sqlx::query_scalar("SELECT account FROM session WHERE token = $1 AND expires > now()").bind(token);
    let account: Option<i64> = query.fetch_optional(db).await.map_err(|_| Status::InternalServerError)?;
    account.ok_or(Status::Unauthorized)
}

// near miss: a visitor who is nobody is rejected by the `match`
#[put("/notes/visitor", data = "<text>")]
async fn visitor(visitor: Visitor, db: &State<PgPool>, text: String) -> Status {
    match visitor.0 {
        Some(id) => save(db, id, &text).await,
        None => Status::Unauthorized,
    }
}

// near miss: two guards, of which the second authenticates
#[post("/notes/two", data = "<text>")]
async fn two_guards(visitor: Visitor, user: User, db: &State<PgPool>, text: String) -> Status {
    rocket::info!("known visitor: {}", visitor.0.is_some());
    save(db, user.id, &text).await
}

#[post("/notes/open", data = "<text>")]
async fn open(db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, 0, &text).await
}

#[post("/notes/optional-unread", data = "<text>")]
async fn optional_unread(user: Option<User>, db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, user.map(|it| it.id).unwrap_or(0), &text).await
}

#[post("/notes/result-unread", data = "<text>")]
async fn result_unread(_user: Result<User, &'static str>, db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, 0, &text).await
}

#[post("/notes/has-token", data = "<text>")]
async fn has_token(token: HasToken, db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, token.0.len() as i64, &text).await
}

#[post("/notes/unverified", data = "<text>")]
async fn unverified(user: Unverified, db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, user.0.sub, &text).await
}

#[post("/notes/any-visitor", data = "<text>")]
async fn any_visitor(visitor: Visitor, db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, visitor.0.unwrap_or(0), &text).await
}

#[post("/notes/plain-cookie", data = "<text>")]
async fn plain_cookie(user: PlainCookie, db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, user.0, &text).await
}

#[post("/notes/json", format = "json", data = "<note>")]
async fn json(db: &State<PgPool>, note: Json<String>) -> Status { //~ missing-authentication
    save(db, 0, &note).await
}

#[launch]
fn rocket() -> _ {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    rocket::build()
        .manage(db)
        .manage(DecodingKey::from_secret(secret.as_bytes()))
        .mount("/", routes![create, remove, import, member, optional, result, cookie, session, visitor, two_guards])
        .mount("/", routes![open, optional_unread, result_unread, has_token, unverified])
        .mount("/", routes![any_visitor, plain_cookie, json])
}
