//! `FromRequest` extractors and checks in the body: which of them prove who is calling.

use std::future::{Ready, ready};

use actix_identity::Identity;
use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::error::{ErrorBadRequest, ErrorForbidden, ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::header;
use actix_web::{App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer, Result, delete, post, put, web};
use actix_web_httpauth::extractors::basic::BasicAuth;
use actix_web_httpauth::extractors::bearer::BearerAuth;
use futures_util::future::LocalBoxFuture;
use jsonwebtoken::{DecodingKey, Validation, dangerous};
use sqlx::PgPool;

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

fn verify(token: &str, key: &DecodingKey) -> Result<Claims> {
    let data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).map_err(ErrorUnauthorized)?;
    Ok(data.claims)
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Verifies the signature of a JWT.
struct CurrentUser(Claims);

impl FromRequest for CurrentUser {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(key) = request.app_data::<web::Data<DecodingKey>>() else {
            return ready(Err(ErrorInternalServerError("no key")));
        };
        let Some(token) = bearer(request) else {
            return ready(Err(ErrorUnauthorized("no token")));
        };
        ready(verify(token, key).map(CurrentUser))
    }
}

/// Delegates, then asks for more.
struct Admin(CurrentUser);

impl FromRequest for Admin {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = CurrentUser::from_request(request, payload);
        Box::pin(async move {
            let user = user.await?;
            if !user.0.admin {
                return Err(ErrorForbidden("administrators only"));
            }
            Ok(Admin(user))
        })
    }
}

/// A user id in the session, which only the login writes.
struct SessionUser(i64);

impl FromRequest for SessionUser {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Session::from_request(request, payload);
        Box::pin(async move {
            match session.await?.get::<i64>("user").map_err(ErrorInternalServerError)? {
                Some(id) => Ok(SessionUser(id)),
                None => Err(ErrorUnauthorized("log in first")),
            }
        })
    }
}

/// Proves only that there is a header.
struct HasToken(String);

impl FromRequest for HasToken {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(bearer(request).map(|it| HasToken(it.to_owned())).ok_or_else(|| ErrorUnauthorized("no token")))
    }
}

/// Reads the claims without verifying the signature.
struct UnverifiedUser(Claims);

impl FromRequest for UnverifiedUser {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let claims = bearer(request).and_then(|token| dangerous::insecure_decode::<Claims>(token).ok());
        ready(claims.map(|data| UnverifiedUser(data.claims)).ok_or_else(|| ErrorUnauthorized("no token")))
    }
}

/// Never says no.
struct MaybeUser(Option<Claims>);

impl FromRequest for MaybeUser {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.app_data::<web::Data<DecodingKey>>();
        let claims = bearer(request).zip(key).and_then(|(token, key)| verify(token, key).ok());
        ready(Ok(MaybeUser(claims)))
    }
}

/// Says whether the body is JSON, nothing about who sent it.
struct Checked<T>(T);

impl<T: serde::de::DeserializeOwned + 'static> FromRequest for Checked<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = web::Json::<T>::from_request(request, payload);
        Box::pin(async move { Ok(Checked(json.await.map_err(ErrorBadRequest)?.into_inner())) })
    }
}

async fn save(db: &PgPool, author: i64, text: &str) -> Result<HttpResponse> {
    let query = sqlx::query("INSERT INTO note (author, text) VALUES ($1, $2)").bind(author).bind(text.to_owned());
    query.execute(db).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Created().finish())
}

// near miss: an extractor of our own verifies the signature
#[post("/notes")]
async fn create(user: CurrentUser, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    save(&db, user.0.sub, &text).await
}

// near miss: an extractor that awaits another and adds a condition
#[delete("/notes/{id}")]
async fn remove(_admin: Admin, db: web::Data<PgPool>, id: web::Path<i64>) -> Result<HttpResponse> {
    let query = sqlx::query("DELETE FROM note WHERE id = $1").bind(*id);
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::NoContent().finish())
}

// near miss: `Identity` rejects anonymous visitors
#[post("/notes/identity")]
async fn by_identity(user: Identity, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    let id = user.id().map_err(ErrorUnauthorized)?.parse().map_err(ErrorUnauthorized)?;
    save(&db, id, &text).await
}

// near miss: an extractor that wants a user id in the session
#[post("/notes/session-user")]
async fn by_session_user(user: SessionUser, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    save(&db, user.0, &text).await
}

// near miss: the body wants a user id in the session
#[post("/notes/session")]
async fn by_session(session: Session, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    let Some(user) = session.get::<i64>("user").map_err(ErrorInternalServerError)? else {
        return Ok(HttpResponse::Unauthorized().finish());
    };
    save(&db, user, &text).await
}

// near miss: the body verifies the bearer token
#[post("/notes/bearer")]
async fn by_bearer(
    auth: BearerAuth,
    key: web::Data<DecodingKey>,
    db: web::Data<PgPool>,
    text: String,
) -> Result<HttpResponse> {
    let claims = verify(auth.token(), &key)?;
    save(&db, claims.sub, &text).await
}

// near miss: the body verifies the password, in another function
#[put("/notes/basic")]
async fn by_basic(auth: BasicAuth, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    let user = check_basic(&auth, &db).await?;
    save(&db, user, &text).await
}

async fn check_basic(auth: &BasicAuth, db: &PgPool) -> Result<i64> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE name = $1")
        .bind(auth.user_id().to_owned())
        .fetch_optional(db)
        .await
        .map_err(ErrorInternalServerError)?;
    let (id, hash) = row.ok_or_else(|| ErrorUnauthorized("wrong credentials"))?;
    let hash = PasswordHash::new(&hash).map_err(|_| ErrorInternalServerError("bad hash"))?;
    let password = auth.password().unwrap_or_default();
    Argon2::default()
        .verify_password(password.as_bytes(), &hash)
        .map_err(|_| ErrorUnauthorized("wrong credentials"))?;
    Ok(id)
}

// near miss: an optional extractor that the body insists on
#[post("/notes/optional")]
async fn by_optional(user: Option<Identity>, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    let user = user.ok_or_else(|| ErrorUnauthorized("log in first"))?;
    let id = user.id().map_err(ErrorUnauthorized)?.parse().map_err(ErrorUnauthorized)?;
    save(&db, id, &text).await
}

// near miss: `MaybeUser` lets everybody in, and the `match` does not
#[post("/notes/maybe")]
async fn by_maybe(user: MaybeUser, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    match user.0 {
        Some(claims) => save(&db, claims.sub, &text).await,
        None => Err(ErrorUnauthorized("log in first")),
    }
}

// near miss: the headers are taken from the request, two calls down
#[post("/notes/request")]
async fn by_request(request: HttpRequest, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> {
    let claims = claims_of(&request)?;
    save(&db, claims.sub, &text).await
}

fn claims_of(request: &HttpRequest) -> Result<Claims> {
    let key = request.app_data::<web::Data<DecodingKey>>().ok_or_else(|| ErrorInternalServerError("no key"))?;
    let token = bearer(request).ok_or_else(|| ErrorUnauthorized("no token"))?;
    verify(token, key)
}

// near miss: two extractors in a tuple, one of which authenticates
#[post("/notes/tuple")]
async fn by_tuple(both: (CurrentUser, web::Data<PgPool>), text: String) -> Result<HttpResponse> {
    let (user, db) = both;
    save(&db, user.0.sub, &text).await
}

#[post("/notes/open")]
async fn open(db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    save(&db, 0, &text).await
}

#[post("/notes/option-unread")]
async fn option_unread(user: Option<Identity>, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    let author = user.and_then(|it| it.id().ok()?.parse().ok()).unwrap_or(0);
    save(&db, author, &text).await
}

#[post("/notes/any-session")]
async fn any_session(session: Session, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    session.insert("last", &text).map_err(ErrorInternalServerError)?;
    save(&db, 0, &text).await
}

#[post("/notes/any-bearer")]
async fn any_bearer(_auth: BearerAuth, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    save(&db, 0, &text).await
}

#[post("/notes/has-token")]
async fn has_token(token: HasToken, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    save(&db, token.0.len() as i64, &text).await
}

#[post("/notes/unverified")]
async fn unverified(user: UnverifiedUser, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    save(&db, user.0.sub, &text).await
}

#[post("/notes/any-maybe")]
async fn any_maybe(user: MaybeUser, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    save(&db, user.0.map(|it| it.sub).unwrap_or(0), &text).await
}

#[post("/notes/bulk")]
async fn bulk(db: web::Data<PgPool>, texts: Checked<Vec<String>>) -> Result<HttpResponse> { //~ missing-authentication
    for text in &texts.0 {
        save(&db, 0, text).await?;
    }
    Ok(HttpResponse::Created().finish())
}

#[post("/notes/ignored")]
async fn ignored(request: HttpRequest, db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    if let Err(error) = claims_of(&request) {
        tracing::warn!(%error, "anonymous write");
    }
    save(&db, 0, &text).await
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .app_data(web::Data::new(DecodingKey::from_secret(secret.as_bytes())))
            .service((create, remove, by_identity, by_session_user, by_session, by_bearer))
            .service((by_basic, by_optional, by_maybe, by_request, by_tuple))
            .service((open, option_unread, any_session, any_bearer, has_token))
            .service((unverified, any_maybe, bulk, ignored))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
