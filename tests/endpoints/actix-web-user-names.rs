//! Basic credentials of which only the name is looked at.

use actix_web::dev::ServiceRequest;
use actix_web::error::{ErrorForbidden, ErrorInternalServerError, ErrorUnauthorized};
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use actix_web_httpauth::extractors::basic::BasicAuth;
use actix_web_httpauth::middleware::HttpAuthentication;
use sqlx::PgPool;

struct Users {
    pool: PgPool,
}
struct User {
    id: i64,
    password: String,
}

impl Users {
    async fn find_user(&self, name: &str) -> Result<Option<User>, Error> {
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT id, password FROM users WHERE login = $1")
                .bind(name)
                .fetch_optional(&self.pool)
                .await
                .map_err(ErrorInternalServerError)?;
        Ok(row.map(|(id, password)| User { id, password }))
    }
    async fn clear(&self) -> Result<HttpResponse, Error> {
        sqlx::query("DELETE FROM notes")
            .execute(&self.pool)
            .await
            .map_err(ErrorInternalServerError)?;
        Ok(HttpResponse::NoContent().finish())
    }
}

async fn name_only(auth: BasicAuth, users: web::Data<Users>) -> Result<HttpResponse, Error> {
    let Some(_user) = users.find_user(auth.user_id()).await? else {
        return Err(ErrorUnauthorized("no such user"));
    };
    users.clear().await
}
async fn with_password(auth: BasicAuth, users: web::Data<Users>) -> Result<HttpResponse, Error> {
    let Some(user) = users.find_user(auth.user_id()).await? else {
        return Err(ErrorUnauthorized("no such user"));
    };
    if auth.password() != Some(user.password.as_str()) {
        return Err(ErrorUnauthorized("wrong password"));
    }
    users.clear().await
}
/// A password must be there; which, nobody asks.
async fn some_password(auth: BasicAuth, users: web::Data<Users>) -> Result<HttpResponse, Error> {
    let password = auth
        .password()
        .ok_or_else(|| ErrorUnauthorized("password"))?;
    let user = users
        .find_user(auth.user_id())
        .await?
        .ok_or_else(|| ErrorForbidden("user"))?;
    tracing::debug!(length = password.len(), user.id);
    users.clear().await
}
async fn clear(users: web::Data<Users>) -> Result<HttpResponse, Error> {
    users.clear().await
}

type Validated = Result<ServiceRequest, (Error, ServiceRequest)>;

async fn known_name(req: ServiceRequest, auth: BasicAuth) -> Validated {
    let users = req.app_data::<web::Data<Users>>().cloned().expect("users");
    match users.find_user(auth.user_id()).await {
        Ok(Some(_)) => Ok(req),
        Ok(None) => Err((ErrorUnauthorized("user"), req)),
        Err(error) => Err((error, req)),
    }
}
async fn known_password(req: ServiceRequest, auth: BasicAuth) -> Validated {
    let users = req.app_data::<web::Data<Users>>().cloned().expect("users");
    match users.find_user(auth.user_id()).await {
        Ok(Some(user)) if auth.password() == Some(user.password.as_str()) => Ok(req),
        Ok(_) => Err((ErrorUnauthorized("user"), req)),
        Err(error) => Err((error, req)),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pool = PgPool::connect_lazy("postgres://").unwrap();
    let users = web::Data::new(Users { pool });
    HttpServer::new(move || {
        App::new()
            .app_data(users.clone())
            .route("/name-only", web::post().to(name_only))
            .route("/with-password", web::post().to(with_password))
            .route("/some-password", web::post().to(some_password))
            .service(
                web::scope("/validated")
                    .wrap(HttpAuthentication::basic(known_name))
                    .route("/name", web::post().to(clear)),
            )
            .service(
                web::scope("/checked")
                    .wrap(HttpAuthentication::basic(known_password))
                    .route("/password", web::post().to(clear)),
            )
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

//@ POST /name-only optional
//@ POST /with-password required
//@ POST /some-password optional
//@ POST /validated/name none
//@ POST /checked/password required
