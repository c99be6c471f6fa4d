//! Security schemes: without a checker they ask for a credential, with one it decides.

use jsonwebtoken::{DecodingKey, Validation, decode};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::Data;
use poem::{EndpointExt, Error, Request, Result, Route, Server};
use poem_openapi::auth::{ApiKey, Basic, Bearer};
use poem_openapi::payload::PlainText;
use poem_openapi::{OpenApi, OpenApiService, SecurityScheme};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Clone, Deserialize)]
struct User {
    id: i64,
}

/// Any token will do.
#[derive(SecurityScheme)]
#[oai(ty = "bearer")]
struct AnyBearer(Bearer);

#[derive(SecurityScheme)]
#[oai(ty = "basic")]
struct AnyBasic(Basic);

#[derive(SecurityScheme)]
#[oai(ty = "api_key", key_name = "X-API-Key", key_in = "header")]
struct AnyKey(ApiKey);

#[derive(SecurityScheme)]
#[oai(
    ty = "oauth2",
    flows(authorization_code(authorization_url = "https://id.example/auth", token_url = "https://id.example/token"))
)]
struct AnyOauth(Bearer);

#[derive(SecurityScheme)]
#[oai(ty = "bearer", bearer_format = "JWT", checker = "verify_bearer")]
struct Checked(User);

async fn verify_bearer(req: &Request, bearer: Bearer) -> Option<User> {
    let key = req.data::<DecodingKey>()?;
    decode::<User>(&bearer.token, key, &Validation::default()).ok().map(|data| data.claims)
}

#[derive(SecurityScheme)]
#[oai(ty = "api_key", key_name = "X-API-Key", key_in = "header", checker = "verify_key")]
struct CheckedKey(User);

async fn verify_key(req: &Request, api_key: ApiKey) -> Result<User> {
    let db = req.data::<PgPool>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let query = sqlx::query_scalar("SELECT owner FROM api_key WHERE key = $1").bind(api_key.key);
    let owner: Option<i64> = query.fetch_optional(db).await.map_err(poem::error::InternalServerError)?;
    match owner {
        Some(id) => Ok(User { id }),
        None => Err(Error::from_status(StatusCode::UNAUTHORIZED)),
    }
}

#[derive(SecurityScheme)]
#[oai(ty = "basic", checker = "checks::verify_basic")]
struct CheckedBasic(String);

mod checks {
    use super::*;
    use subtle::ConstantTimeEq;

    pub async fn verify_basic(_req: &Request, basic: Basic) -> Option<String> {
        let wanted = std::env::var("ADMIN_PASSWORD").ok()?;
        let same: bool = basic.password.as_bytes().ct_eq(wanted.as_bytes()).into();
        same.then_some(basic.username)
    }
}

/// Finished some day.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", checker = "anybody")]
struct Anybody(User);

async fn anybody(_req: &Request, _bearer: Bearer) -> Option<User> {
    Some(User { id: 0 })
}

/// Must look like a key.
#[derive(SecurityScheme)]
#[oai(ty = "api_key", key_name = "key", key_in = "query", checker = "looks_like_a_key")]
struct WellFormed(String);

async fn looks_like_a_key(_req: &Request, api_key: ApiKey) -> Option<String> {
    (api_key.key.len() == 32 && api_key.key.chars().all(|it| it.is_ascii_alphanumeric())).then_some(api_key.key)
}

/// Leaves the decision to the handlers.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", checker = "maybe_user")]
struct MaybeUser(Option<User>);

async fn maybe_user(req: &Request, bearer: Bearer) -> Option<Option<User>> {
    Some(verify_bearer(req, bearer).await)
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/any-bearer", method = "post")]
    async fn any_bearer(&self, auth: AnyBearer) -> PlainText<String> {
        PlainText(auth.0.token)
    }

    #[oai(path = "/any-basic", method = "post")]
    async fn any_basic(&self, auth: AnyBasic) -> PlainText<String> {
        PlainText(auth.0.username)
    }

    #[oai(path = "/any-key", method = "post")]
    async fn any_key(&self, auth: AnyKey) -> PlainText<String> {
        PlainText(auth.0.key)
    }

    #[oai(path = "/any-oauth", method = "post")]
    async fn any_oauth(&self, _auth: AnyOauth) -> PlainText<String> {
        PlainText(String::new())
    }

    #[oai(path = "/checked", method = "post")]
    async fn checked(&self, auth: Checked) -> PlainText<String> {
        PlainText(auth.0.id.to_string())
    }

    #[oai(path = "/checked-key", method = "post")]
    async fn checked_key(&self, CheckedKey(user): CheckedKey) -> PlainText<String> {
        PlainText(user.id.to_string())
    }

    #[oai(path = "/checked-basic", method = "post")]
    async fn checked_basic(&self, auth: CheckedBasic) -> PlainText<String> {
        PlainText(auth.0)
    }

    #[oai(path = "/anybody", method = "post")]
    async fn anybody(&self, auth: Anybody) -> PlainText<String> {
        PlainText(auth.0.id.to_string())
    }

    #[oai(path = "/well-formed", method = "post")]
    async fn well_formed(&self, auth: WellFormed) -> PlainText<String> {
        PlainText(auth.0)
    }

    #[oai(path = "/maybe", method = "post")]
    async fn maybe(&self, auth: MaybeUser) -> PlainText<String> {
        PlainText(auth.0.map_or_else(String::new, |it| it.id.to_string()))
    }

    #[oai(path = "/maybe-insisted", method = "post")]
    async fn maybe_insisted(&self, auth: MaybeUser) -> Result<PlainText<String>> {
        let user = auth.0.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(PlainText(user.id.to_string()))
    }

    /// The scheme takes any token, and the body verifies it.
    #[oai(path = "/by-body", method = "post")]
    async fn by_body(&self, auth: AnyBearer, key: Data<&DecodingKey>) -> Result<PlainText<String>> {
        let data = decode::<User>(&auth.0.token, key.0, &Validation::default());
        let user = data.map_err(|_| Error::from_status(StatusCode::UNAUTHORIZED))?.claims;
        Ok(PlainText(user.id.to_string()))
    }

    #[oai(path = "/two", method = "post")]
    async fn two(&self, _any: AnyBasic, auth: CheckedKey) -> PlainText<String> {
        PlainText(auth.0.id.to_string())
    }

    #[oai(path = "/open", method = "post")]
    async fn open(&self) -> PlainText<String> {
        PlainText(String::new())
    }
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let service = OpenApiService::new(Api, "Schemes", "1.0").server("http://localhost:3000/api");
    let app = Route::new()
        .nest("/api", service)
        .data(db)
        .data(DecodingKey::from_secret(secret.as_bytes()));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /api/any-bearer optional
//@ POST /api/any-basic optional
//@ POST /api/any-key optional
//@ POST /api/any-oauth optional
//@ POST /api/checked required
//@ POST /api/checked-key required
//@ POST /api/checked-basic required
//@ POST /api/anybody optional
//@ POST /api/well-formed optional
//@ POST /api/maybe optional
//@ POST /api/maybe-insisted required
//@ POST /api/by-body required
//@ POST /api/two required
//@ POST /api/open none
