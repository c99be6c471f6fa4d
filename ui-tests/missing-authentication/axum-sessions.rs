//! Sessions and cookies: a visitor has them too; what counts is whether somebody has logged in.

use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::{StatusCode, request::Parts};
use axum::routing::{delete, post};
use axum::{Form, Router};
use axum_extra::extract::cookie::{Cookie, CookieJar, Key, PrivateCookieJar, SignedCookieJar};
use axum_login::{AuthManagerLayerBuilder, AuthUser, AuthnBackend, login_required};
use sqlx::PgPool;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

#[derive(Clone, FromRef)]
struct AppState {
    db: PgPool,
    key: Key,
}

#[derive(Debug, Clone)]
struct User {
    id: i64,
    hash: Vec<u8>,
}

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.hash
    }
}

#[derive(Clone)]
struct Backend {
    db: PgPool,
}

#[derive(Clone, serde::Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = Credentials;
    type Error = sqlx::Error;

    async fn authenticate(&self, form: Credentials) -> Result<Option<User>, sqlx::Error> {
        use argon2::{Argon2, PasswordHash, PasswordVerifier};
        let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE name = $1")
            .bind(form.name)
            .fetch_optional(&self.db)
            .await?;
        Ok(row.and_then(|(id, hash)| {
            let parsed = PasswordHash::new(&hash).ok()?;
            Argon2::default().verify_password(form.password.as_bytes(), &parsed).ok()?;
            Some(User { id, hash: hash.into_bytes() })
        }))
    }

    async fn get_user(&self, id: &i64) -> Result<Option<User>, sqlx::Error> {
        let hash: Option<String> =
            sqlx::query_scalar("SELECT hash FROM account WHERE id = $1").bind(*id).fetch_optional(&self.db).await?;
        Ok(hash.map(|hash| User { id: *id, hash: hash.into_bytes() }))
    }
}

type AuthSession = axum_login::AuthSession<Backend>;

/// A user id in the session, which only the login writes.
struct SessionUser(i64);

impl<S: Send + Sync> FromRequestParts<S> for SessionUser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let session = Session::from_request_parts(parts, state).await.map_err(|_| StatusCode::UNAUTHORIZED)?;
        let id = session.get::<i64>("user").await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        id.map(SessionUser).ok_or(StatusCode::UNAUTHORIZED)
    }
}

async fn save(db: &PgPool, user: i64, text: &str) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("INSERT INTO page (author, text) VALUES ($1, $2)").bind(user).bind(text.to_owned());
    query.execute(db).await.map(|_| StatusCode::CREATED).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn login(mut auth: AuthSession, Form(form): Form<Credentials>) -> Result<StatusCode, StatusCode> {
    match auth.authenticate(form).await {
        Ok(Some(user)) => {
            auth.login(&user).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
            Ok(StatusCode::NO_CONTENT)
        }
        Ok(None) => Err(StatusCode::UNAUTHORIZED),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn logout(mut auth: AuthSession) -> StatusCode {
    match auth.logout().await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn by_layer(State(db): State<PgPool>, text: String) -> Result<StatusCode, StatusCode> {
    save(&db, 0, &text).await
}

async fn by_auth_session(
    auth: AuthSession,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let Some(user) = auth.user else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    save(&db, user.id, &text).await
}

async fn by_extractor(
    user: SessionUser,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    save(&db, user.0, &text).await
}

async fn by_session(
    session: Session,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let user: Option<i64> = session.get("user").await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
    save(&db, user, &text).await
}

async fn by_private_cookie(
    jar: PrivateCookieJar,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let cookie = jar.get("user").ok_or(StatusCode::UNAUTHORIZED)?;
    let user = cookie.value().parse().map_err(|_| StatusCode::UNAUTHORIZED)?;
    save(&db, user, &text).await
}

async fn by_signed_cookie(
    jar: SignedCookieJar,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    match jar.get("user").and_then(|it| it.value().parse().ok()) {
        Some(user) => save(&db, user, &text).await,
        None => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn by_stored_token(
    jar: CookieJar,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let token = jar.get("session").map(|it| it.value().to_owned()).ok_or(StatusCode::UNAUTHORIZED)?;
    let user: Option<i64> =
        sqlx::query_scalar("SELECT account FROM session WHERE token = $1 AND expires > now()")
            .bind(token)
            .fetch_optional(&db)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    save(&db, user.ok_or(StatusCode::UNAUTHORIZED)?, &text).await
}

async fn any_auth_session(
    auth: AuthSession,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let author = auth.user.map(|user| user.id).unwrap_or_default();
    save(&db, author, &text).await
}

async fn any_session(
    session: Session,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    session.insert("last", &text).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    save(&db, 0, &text).await
}

async fn plain_cookie(
    jar: CookieJar,
    State(db): State<PgPool>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    let cookie = jar.get("user").ok_or(StatusCode::UNAUTHORIZED)?;
    let user = cookie.value().parse().map_err(|_| StatusCode::UNAUTHORIZED)?;
    save(&db, user, &text).await
}

async fn private_jar_unread(
    jar: PrivateCookieJar,
    State(db): State<PgPool>,
    text: String,
) -> Result<(PrivateCookieJar, StatusCode), StatusCode> {
    let status = save(&db, 0, &text).await?;
    Ok((jar.add(Cookie::new("seen", "1")), status))
}

fn app(state: AppState) -> Router {
    let sessions = SessionManagerLayer::new(MemoryStore::default());
    let auth = AuthManagerLayerBuilder::new(Backend { db: state.db.clone() }, sessions).build();

    let guarded = Router::new()
        .route("/by-layer", post(by_layer)) // near miss: `login_required!` on the router
        .route_layer(login_required!(Backend, login_url = "/login"));

    Router::new()
        .route("/login", post(login)) // near miss: the login itself, through axum-login
        .route("/logout", post(logout)) // near miss: leaving needs no permission
        .route("/by-auth-session", post(by_auth_session)) // near miss: `AuthSession` whose user the body insists on
        .route("/by-extractor", post(by_extractor)) // near miss: an extractor that wants a user id in the session
        .route("/by-session", post(by_session)) // near miss: the body wants a user id in the session
        .route("/by-private-cookie", post(by_private_cookie)) // near miss: an encrypted cookie cannot be invented
        .route("/by-signed-cookie", post(by_signed_cookie)) // near miss: nor can a signed one
        .route("/by-stored-token", delete(by_stored_token)) // near miss: a plain cookie whose token is looked up
        .route("/any-auth-session", post(any_auth_session)) //~ missing-authentication
        .route("/any-session", post(any_session)) //~| missing-authentication
        .route("/plain-cookie", post(plain_cookie)) //~| missing-authentication
        .route("/private-jar-unread", post(private_jar_unread)) //~| missing-authentication
        .merge(guarded)
        .layer(auth)
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: Key::generate() };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
