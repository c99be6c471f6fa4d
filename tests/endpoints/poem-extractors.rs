//! What the types in a handler's signature demand, and what its body does with them.

use jsonwebtoken::{DecodingKey, Validation, decode};
use poem::http::{HeaderMap, StatusCode};
use poem::listener::TcpListener;
use poem::web::headers::Authorization;
use poem::web::headers::authorization::Bearer;
use poem::web::{Data, Form, Json, Path, Query, TypedHeader};
use poem::{
    Body, EndpointExt, Error, FromRequest, Request, RequestBody, Result, Route, Server, get, handler, post,
};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Clone, Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

fn verify(token: &str, key: &DecodingKey) -> Result<Claims> {
    decode::<Claims>(token, key, &Validation::default())
        .map(|data| data.claims)
        .map_err(|_| Error::from_status(StatusCode::UNAUTHORIZED))
}

struct User(Claims);

impl<'a> FromRequest<'a> for User {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let key = Data::<&DecodingKey>::from_request(req, body).await?;
        let header = TypedHeader::<Authorization<Bearer>>::from_request(req, body)
            .await
            .map_err(|_| Error::from_status(StatusCode::UNAUTHORIZED))?;
        Ok(User(verify(header.0.token(), key.0)?))
    }
}

/// Delegates, and asks for more.
struct Admin(User);

impl<'a> FromRequest<'a> for Admin {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let user = User::from_request(req, body).await?;
        if !user.0.admin {
            return Err(StatusCode::FORBIDDEN.into());
        }
        Ok(Admin(user))
    }
}

/// Nobody is somebody, too.
struct Visitor(Option<i64>);

impl<'a> FromRequest<'a> for Visitor {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        Ok(Visitor(User::from_request(req, body).await.ok().map(|user| user.0.sub)))
    }
}

/// A header that is there.
struct Token(String);

impl<'a> FromRequest<'a> for Token {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let token = req
            .headers()
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .ok_or_else(|| Error::from_string("missing token", StatusCode::UNAUTHORIZED))?;
        Ok(Token(token.to_owned()))
    }
}

/// What must be well-formed, and is nobody's.
struct Note(String);

impl<'a> FromRequest<'a> for Note {
    async fn from_request(_req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let text = body.take()?.into_string().await?;
        if text.is_empty() {
            return Err(StatusCode::UNPROCESSABLE_ENTITY.into());
        }
        Ok(Note(text))
    }
}

async fn save(db: &PgPool, author: i64, text: &str) -> Result<()> {
    let query = sqlx::query("INSERT INTO note (author, text) VALUES ($1, $2)");
    let query = query.bind(author).bind(text.to_owned());
    query.execute(db).await.map_err(poem::error::InternalServerError)?;
    Ok(())
}

#[handler]
async fn by_user(user: User, db: Data<&PgPool>, note: Note) -> Result<()> {
    save(db.0, user.0.sub, &note.0).await
}

#[handler]
async fn by_admin(_admin: Admin, Data(db): Data<&PgPool>, body: String) -> Result<()> {
    save(db, 0, &body).await
}

#[handler]
async fn by_visitor(visitor: Visitor, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, visitor.0.unwrap_or(0), &body).await
}

#[handler]
async fn by_known_visitor(visitor: Visitor, db: Data<&PgPool>, body: String) -> Result<()> {
    let id = visitor.0.ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
    save(&db, id, &body).await
}

#[handler]
async fn by_token(token: Token, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, token.0.len() as i64, &body).await
}

#[handler]
async fn by_verified_token(token: Token, db: Data<&PgPool>, key: Data<&DecodingKey>, body: String) -> Result<()> {
    let claims = verify(&token.0, &key)?;
    save(&db, claims.sub, &body).await
}

#[handler]
async fn by_header(TypedHeader(auth): TypedHeader<Authorization<Bearer>>, db: Data<&PgPool>) -> Result<()> {
    save(&db, 0, auth.token()).await
}

#[handler]
async fn by_note(note: Note, db: Data<&PgPool>) -> Result<()> {
    save(&db, 0, &note.0).await
}

#[handler]
async fn by_optional(user: Option<User>, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, user.map_or(0, |it| it.0.sub), &body).await
}

#[handler]
async fn by_insisted(user: Option<User>, db: Data<&PgPool>, body: String) -> Result<()> {
    let Some(user) = user else {
        return Err(Error::from_status(StatusCode::UNAUTHORIZED));
    };
    save(&db, user.0.sub, &body).await
}

#[handler]
async fn by_result(user: Result<User>, db: Data<&PgPool>, body: String) -> Result<()> {
    save(&db, user?.0.sub, &body).await
}

#[handler]
async fn by_hand(req: &Request, db: Data<&PgPool>, body: Body) -> Result<()> {
    let user = User::from_request_without_body(req).await?;
    save(&db, user.0.sub, &body.into_string().await?).await
}

#[handler]
async fn by_headers(headers: &HeaderMap, key: Data<&DecodingKey>, db: Data<&PgPool>) -> Result<()> {
    let token = headers.get("authorization").and_then(|it| it.to_str().ok()).unwrap_or("");
    let claims = verify(token.trim_start_matches("Bearer "), &key)?;
    save(&db, claims.sub, "").await
}

#[derive(Deserialize)]
struct Filter {
    text: String,
}

#[handler]
async fn plain(
    Query(filter): Query<Filter>,
    Path(id): Path<i64>,
    Json(other): Json<Filter>,
    db: Data<&PgPool>,
) -> Result<()> {
    save(&db, id, &(filter.text + &other.text)).await
}

#[handler]
async fn form(Form(filter): Form<Filter>, db: Data<&PgPool>) -> Result<()> {
    save(&db, 0, &filter.text).await
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Route::new()
        .at("/user", post(by_user))
        .at("/admin", post(by_admin))
        .at("/visitor", post(by_visitor))
        .at("/known-visitor", post(by_known_visitor))
        .at("/token", post(by_token))
        .at("/verified-token", post(by_verified_token))
        .at("/header", get(by_header))
        .at("/note", post(by_note))
        .at("/optional", post(by_optional))
        .at("/insisted", post(by_insisted))
        .at("/result", post(by_result))
        .at("/hand", post(by_hand))
        .at("/headers", post(by_headers))
        .at("/plain/:id", post(plain))
        .at("/form", post(form))
        .data(db)
        .data(DecodingKey::from_secret(secret.as_bytes()));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /user required
//@ POST /admin required
//@ POST /visitor optional
//@ POST /known-visitor required
//@ POST /token optional
//@ POST /verified-token required
//@ GET /header optional
//@ POST /note none
//@ POST /optional optional
//@ POST /insisted required
//@ POST /result required
//@ POST /hand required
//@ POST /headers required
//@ POST /plain/{id} none
//@ POST /form none
