//! Extractors: which of them prove who is calling, and which only look as if they did.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRef, FromRequest, FromRequestParts, OptionalFromRequestParts, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::routing::{delete, patch, post, put};
use axum::{Json, Router};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::{Basic, Bearer};
use jsonwebtoken::{DecodingKey, Validation, dangerous};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use subtle::ConstantTimeEq;

#[derive(Clone, FromRef)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

/// Verifies the signature of a JWT.
struct CurrentUser {
    id: i64,
    admin: bool,
}

impl<S> FromRequestParts<S> for CurrentUser
where
    S: Send + Sync,
    DecodingKey: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let TypedHeader(Authorization(bearer)) =
            <TypedHeader<Authorization<Bearer>> as FromRequestParts<S>>::from_request_parts(parts, state)
                .await
                .map_err(|_| StatusCode::UNAUTHORIZED)?;
        let claims = verify(bearer.token(), &DecodingKey::from_ref(state))?;
        Ok(CurrentUser { id: claims.sub, admin: claims.admin })
    }
}

impl<S> OptionalFromRequestParts<S> for CurrentUser
where
    S: Send + Sync,
    DecodingKey: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, StatusCode> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        <CurrentUser as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

fn verify(token: &str, key: &DecodingKey) -> Result<Claims, StatusCode> {
    jsonwebtoken::decode::<Claims>(token, key, &Validation::default())
        .map(|data| data.claims)
        .map_err(|_| StatusCode::UNAUTHORIZED)
}

/// Delegates, then asks for more.
struct Admin(CurrentUser);

impl FromRequestParts<AppState> for Admin {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let user = <CurrentUser as FromRequestParts<AppState>>::from_request_parts(parts, state).await?;
        if user.admin { Ok(Admin(user)) } else { Err(StatusCode::FORBIDDEN) }
    }
}

/// The name promises less than the code does: without a valid token it rejects.
struct MaybeUser(CurrentUser);

impl FromRequestParts<AppState> for MaybeUser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        match <CurrentUser as FromRequestParts<AppState>>::from_request_parts(parts, state).await {
            Ok(user) => Ok(MaybeUser(user)),
            Err(_) => Err(StatusCode::UNAUTHORIZED),
        }
    }
}

/// Looks the hash of the key up in the database.
struct ApiKey {
    owner: i64,
}

impl FromRequestParts<AppState> for ApiKey {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let Some(key) = parts.headers.get("x-api-key") else {
            return Err(StatusCode::UNAUTHORIZED);
        };
        let hash = Sha256::digest(key.as_bytes()).to_vec();
        let owner: Option<i64> = sqlx::query_scalar("SELECT owner FROM api_key WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&state.db)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        owner.map(|owner| ApiKey { owner }).ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// Compares with a token from the environment.
struct Operator;

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let expected = std::env::var("OPERATOR_TOKEN").map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        let given = parts.headers.get("x-operator-token").ok_or(StatusCode::UNAUTHORIZED)?.as_bytes();
        if bool::from(given.ct_eq(expected.as_bytes())) { Ok(Operator) } else { Err(StatusCode::UNAUTHORIZED) }
    }
}

/// A body that comes only with a user.
struct Authenticated<T> {
    user: CurrentUser,
    body: T,
}

impl<T> FromRequest<AppState> for Authenticated<T>
where
    T: serde::de::DeserializeOwned,
{
    type Rejection = StatusCode;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, StatusCode> {
        let (mut parts, body) = request.into_parts();
        let user = <CurrentUser as FromRequestParts<AppState>>::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let Json(body) = Json::<T>::from_request(request, state).await.map_err(|_| StatusCode::BAD_REQUEST)?;
        Ok(Authenticated { user, body })
    }
}

/// Proves only that there is a header.
struct HasToken(String);

impl<S: Send + Sync> FromRequestParts<S> for HasToken {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
        let text = header.to_str().map_err(|_| StatusCode::UNAUTHORIZED)?;
        let token = text.strip_prefix("Bearer ").ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(HasToken(token.to_owned()))
    }
}

/// Reads the claims without verifying the signature.
struct UnverifiedUser(Claims);

impl<S: Send + Sync> FromRequestParts<S> for UnverifiedUser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
        let token = header.to_str().map_err(|_| StatusCode::UNAUTHORIZED)?.trim_start_matches("Bearer ");
        let data = dangerous::insecure_decode::<Claims>(token).map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(UnverifiedUser(data.claims))
    }
}

/// Never says no: whoever has no token is user 0.
struct AnyUser(i64);

impl FromRequestParts<AppState> for AnyUser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
        match verify(token, &state.key) {
            Ok(claims) => Ok(AnyUser(claims.sub)),
            Err(_) => Ok(AnyUser(0)),
        }
    }
}

/// Says whether the body is JSON, nothing about who sent it.
struct Checked<T>(T);

impl<S, T> FromRequest<S> for Checked<T>
where
    S: Send + Sync,
    T: serde::de::DeserializeOwned,
{
    type Rejection = JsonRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, JsonRejection> {
        let Json(value) = Json::<T>::from_request(request, state).await?;
        Ok(Checked(value))
    }
}

/// Fails when the database is down, which is not a question of who is calling.
struct Connection(sqlx::pool::PoolConnection<sqlx::Postgres>);

impl FromRequestParts<AppState> for Connection {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        state.db.acquire().await.map(Connection).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
    }
}

/// Compares two things that both come from the client.
struct DoubleSubmit;

impl<S: Send + Sync> FromRequestParts<S> for DoubleSubmit {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get("x-csrf-token").ok_or(StatusCode::FORBIDDEN)?;
        let cookie = parts.headers.get(header::COOKIE).ok_or(StatusCode::FORBIDDEN)?;
        if header == cookie { Ok(DoubleSubmit) } else { Err(StatusCode::FORBIDDEN) }
    }
}

async fn write(db: &PgPool, author: i64, text: &str) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("INSERT INTO note (author, text) VALUES ($1, $2)").bind(author).bind(text.to_owned());
    query.execute(db).await.map(|_| StatusCode::CREATED).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn remove(db: &PgPool, id: i64) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("DELETE FROM note WHERE id = $1").bind(id);
    query.execute(db).await.map(|_| StatusCode::NO_CONTENT).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn create(user: CurrentUser, State(db): State<PgPool>, text: String) -> Result<StatusCode, StatusCode> {
    write(&db, user.id, &text).await
}

async fn remove_any(_: Admin, State(db): State<PgPool>, Path(id): Path<i64>) -> Result<StatusCode, StatusCode> {
    remove(&db, id).await
}

async fn rename(user: MaybeUser, State(db): State<PgPool>, text: String) -> Result<StatusCode, StatusCode> {
    write(&db, user.0.id, &text).await
}

async fn import(key: ApiKey, State(db): State<PgPool>, text: String) -> Result<StatusCode, StatusCode> {
    write(&db, key.owner, &text).await
}

async fn vacuum(_operator: Operator, State(db): State<PgPool>) -> Result<StatusCode, StatusCode> {
    sqlx::query("VACUUM").execute(&db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn replace(
    State(state): State<AppState>,
    input: Authenticated<String>,
) -> Result<StatusCode, StatusCode> {
    write(&state.db, input.user.id, &input.body).await
}

async fn pin(
    user: Result<CurrentUser, StatusCode>,
    State(db): State<PgPool>,
    Path(id): Path<i64>,
) -> Result<StatusCode, StatusCode> {
    let user = user?;
    write(&db, user.id, &format!("pinned {id}")).await
}

async fn star(
    user: Option<CurrentUser>,
    State(db): State<PgPool>,
    Path(id): Path<i64>,
) -> Result<StatusCode, StatusCode> {
    let Some(user) = user else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    write(&db, user.id, &format!("starred {id}")).await
}

async fn share(
    TypedHeader(Authorization(bearer)): TypedHeader<Authorization<Bearer>>,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let claims = verify(bearer.token(), &state.key)?;
    write(&state.db, claims.sub, &text).await
}

async fn restore(
    TypedHeader(Authorization(basic)): TypedHeader<Authorization<Basic>>,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE name = $1")
        .bind(basic.username().to_owned())
        .fetch_optional(&db)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (id, hash) = row.ok_or(StatusCode::UNAUTHORIZED)?;
    check_password(&hash, basic.password())?;
    write(&db, id, &text).await
}

fn check_password(hash: &str, password: &str) -> Result<(), StatusCode> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let hash = PasswordHash::new(hash).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Argon2::default().verify_password(password.as_bytes(), &hash).map_err(|_| StatusCode::UNAUTHORIZED)
}

async fn clear(State(db): State<PgPool>) -> Result<StatusCode, StatusCode> {
    sqlx::query("DELETE FROM note").execute(&db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn comment(
    user: Option<CurrentUser>,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    write(&db, user.map(|it| it.id).unwrap_or_default(), &text).await
}

async fn publish(
    _: TypedHeader<Authorization<Bearer>>,
    State(db): State<PgPool>,
    Path(id): Path<i64>,
) -> Result<StatusCode, StatusCode> {
    write(&db, id, "published").await
}

async fn archive(
    token: HasToken,
    State(db): State<PgPool>,
    Path(id): Path<i64>,
) -> Result<StatusCode, StatusCode> {
    write(&db, id, &token.0).await
}

async fn transfer(
    user: UnverifiedUser,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    write(&db, user.0.sub, &text).await
}

async fn vote(user: AnyUser, State(db): State<PgPool>, text: String) -> Result<StatusCode, StatusCode> {
    write(&db, user.0, &text).await
}

async fn bulk(State(db): State<PgPool>, Checked(texts): Checked<Vec<String>>) -> Result<StatusCode, StatusCode> {
    for text in &texts {
        write(&db, 0, text).await?;
    }
    Ok(StatusCode::CREATED)
}

async fn truncate(mut connection: Connection) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("TRUNCATE note");
    query.execute(&mut *connection.0).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn follow(
    _: DoubleSubmit,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    write(&db, 0, &text).await
}

async fn log_and_write(headers: HeaderMap, State(db): State<PgPool>, text: String) -> Result<StatusCode, StatusCode> {
    if let Some(agent) = headers.get(header::USER_AGENT) {
        tracing::info!(?agent, "note written");
    }
    write(&db, 0, &text).await
}

/// Where nothing looks at credentials at all, and there are more than three of that kind, the
/// router is one finding that lists them; a check that checks nothing is one each.
fn app(state: AppState) -> Router {
    Router::new()
        .route("/notes", post(create)) // near miss: a generic extractor of our own verifies the signature
        .route("/notes/{id}", delete(remove_any)) // near miss: an extractor that delegates to another
        .route("/notes/name", put(rename)) // near miss: a type called `MaybeUser` that always rejects
        .route("/notes/import", post(import)) // near miss: an API key whose hash is looked up in the database
        .route("/notes/vacuum", post(vacuum)) // near miss: a shared token compared in constant time
        .route("/notes/replace", put(replace)) // near miss: a body extractor that authenticates first
        .route("/notes/{id}/pin", post(pin)) // near miss: a `Result` of an extractor that the body propagates
        .route("/notes/{id}/star", post(star)) // near miss: an `Option` of an extractor that the body insists on
        .route("/notes/share", post(share)) // near miss: a bearer token that the body verifies
        .route("/notes/restore", patch(restore)) // near miss: basic credentials whose password the body verifies
        .route("/notes/clear", post(clear)) //~ missing-authentication
        .route("/notes/comment", post(comment)) //~ missing-authentication
        .route("/notes/{id}/publish", post(publish)) //~ missing-authentication
        .route("/notes/{id}/archive", post(archive)) //~ missing-authentication
        .route("/notes/transfer", post(transfer)) //~ missing-authentication
        .route("/notes/vote", post(vote)) //~ missing-authentication
        .route("/notes/bulk", post(bulk)) //~| missing-authentication
        .route("/notes/truncate", post(truncate)) //~| missing-authentication
        .route("/notes/follow", post(follow)) //~ missing-authentication
        .route("/notes/log", post(log_and_write)) //~| missing-authentication
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()) };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
