//! What must be open, what should not be, and what differs from its siblings.

use actix_identity::Identity;
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::header::LOCATION;
use actix_web::{App, HttpMessage, HttpRequest, HttpResponse, HttpServer, Result, delete, get, post, web};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::PgPool;

struct WebhookKey(Vec<u8>);

#[derive(serde::Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

// near miss: liveness
#[get("/health_check")]
async fn health_check() -> HttpResponse {
    HttpResponse::Ok().finish()
}

// near miss: login
#[post("/login")]
async fn login(request: HttpRequest, db: web::Data<PgPool>, form: web::Form<Credentials>) -> Result<HttpResponse> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE email = $1")
        .bind(form.email.clone())
        .fetch_optional(db.get_ref())
        .await
        .map_err(ErrorInternalServerError)?;
    let (id, hash) = row.ok_or_else(|| ErrorUnauthorized("wrong credentials"))?;
    let hash = PasswordHash::new(&hash).map_err(|_| ErrorInternalServerError("bad hash"))?;
    Argon2::default()
        .verify_password(form.password.as_bytes(), &hash)
        .map_err(|_| ErrorUnauthorized("wrong credentials"))?;
    Identity::login(&request.extensions(), id.to_string()).map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish())
}

// near miss: the page with the login form
#[get("/login")]
async fn login_form() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html").body("<form method=\"post\"><input name=\"email\"></form>")
}

// near miss: logging out wants an identity only to end it
#[post("/logout")]
async fn logout(user: Option<Identity>) -> HttpResponse {
    if let Some(user) = user {
        user.logout();
    }
    HttpResponse::SeeOther().insert_header((LOCATION, "/login")).finish()
}

// near miss: registration
#[post("/signup")]
async fn signup(db: web::Data<PgPool>, form: web::Form<Credentials>) -> Result<HttpResponse> {
    use argon2::password_hash::{PasswordHasher, SaltString, rand_core::OsRng};
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2::Argon2::default()
        .hash_password(form.password.as_bytes(), &salt)
        .map_err(|_| ErrorInternalServerError("no hash"))?
        .to_string();
    let query = sqlx::query("INSERT INTO account (email, hash) VALUES ($1, $2)").bind(form.email.clone()).bind(hash);
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Created().finish())
}

#[derive(serde::Deserialize)]
struct Confirmation {
    subscription_token: String,
}

// near miss: the token in the link is the credential
#[get("/subscriptions/confirm")]
async fn confirm(db: web::Data<PgPool>, query: web::Query<Confirmation>) -> Result<HttpResponse> {
    let id: Option<i64> = sqlx::query_scalar("SELECT subscriber FROM subscription_token WHERE token = $1")
        .bind(query.subscription_token.clone())
        .fetch_optional(db.get_ref())
        .await
        .map_err(ErrorInternalServerError)?;
    let Some(id) = id else {
        return Ok(HttpResponse::Unauthorized().finish());
    };
    let update = sqlx::query("UPDATE subscriber SET confirmed = true WHERE id = $1").bind(id);
    update.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().finish())
}

// near miss: a webhook that verifies a signature before it writes
#[post("/webhooks/payments")]
async fn signed_webhook(
    request: HttpRequest,
    key: web::Data<WebhookKey>,
    db: web::Data<PgPool>,
    body: web::Bytes,
) -> Result<HttpResponse> {
    let signature = request.headers().get("x-signature").ok_or_else(|| ErrorUnauthorized("not signed"))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).map_err(ErrorInternalServerError)?;
    mac.update(&body);
    mac.verify_slice(signature.as_bytes()).map_err(|_| ErrorUnauthorized("wrong signature"))?;
    let insert = sqlx::query("INSERT INTO payment (event) VALUES ($1)").bind(body.to_vec());
    insert.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::NoContent().finish())
}

// near miss: documentation
#[get("/api-docs/openapi.json")]
async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "openapi": "3.1.0", "paths": {} }))
}

// near miss: a public read among public reads
#[get("/articles")]
async fn articles(db: web::Data<PgPool>) -> Result<HttpResponse> {
    let titles: Vec<String> = sqlx::query_scalar("SELECT title FROM article")
        .fetch_all(db.get_ref())
        .await
        .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(titles))
}

// near miss: the same
#[get("/articles/{id}")]
async fn article(db: web::Data<PgPool>, id: web::Path<i64>) -> Result<String> {
    let query = sqlx::query_scalar("SELECT text FROM article WHERE id = $1").bind(*id);
    query.fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)
}

// near miss: a POST that computes and writes nothing
#[post("/articles/preview")]
async fn preview(text: String) -> HttpResponse {
    HttpResponse::Ok().body(text.replace('<', "&lt;"))
}

#[get("/orders")]
async fn orders(user: Identity, db: web::Data<PgPool>) -> Result<HttpResponse> {
    let customer = user.id().map_err(ErrorUnauthorized)?;
    let query = sqlx::query_scalar("SELECT id FROM shop_order WHERE customer = $1").bind(customer);
    let all: Vec<i64> = query.fetch_all(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(all))
}

#[get("/orders/{id}")]
async fn order(user: Identity, db: web::Data<PgPool>, id: web::Path<i64>) -> Result<String> {
    let customer = user.id().map_err(ErrorUnauthorized)?;
    let query = sqlx::query_scalar("SELECT text FROM shop_order WHERE id = $1 AND customer = $2");
    query.bind(*id).bind(customer).fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)
}

#[get("/orders/{id}/items")]
async fn order_items(user: Identity, db: web::Data<PgPool>, id: web::Path<i64>) -> Result<String> {
    let customer = user.id().map_err(ErrorUnauthorized)?;
    let query = sqlx::query_scalar("SELECT items FROM shop_order WHERE id = $1 AND customer = $2");
    query.bind(*id).bind(customer).fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)
}

#[delete("/orders/{id}")]
async fn cancel_order(user: Identity, db: web::Data<PgPool>, id: web::Path<i64>) -> Result<HttpResponse> {
    let customer = user.id().map_err(ErrorUnauthorized)?;
    let query = sqlx::query("DELETE FROM shop_order WHERE id = $1 AND customer = $2").bind(*id).bind(customer);
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::NoContent().finish())
}

#[get("/orders/{id}/invoice")]
async fn order_invoice(db: web::Data<PgPool>, id: web::Path<i64>) -> Result<String> { //~ missing-authentication
    let query = sqlx::query_scalar("SELECT invoice FROM shop_order WHERE id = $1").bind(*id);
    query.fetch_one(db.get_ref()).await.map_err(ErrorInternalServerError)
}

#[get("/admin/accounts")]
async fn accounts(db: web::Data<PgPool>) -> Result<HttpResponse> { //~ missing-authentication
    let query = sqlx::query_scalar("SELECT email FROM account");
    let all: Vec<String> = query.fetch_all(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(all))
}

#[post("/newsletters")]
async fn publish(db: web::Data<PgPool>, text: String) -> Result<HttpResponse> { //~ missing-authentication
    let query = sqlx::query("INSERT INTO newsletter (text) VALUES ($1)").bind(text);
    query.execute(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Created().finish())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let key = std::env::var("WEBHOOK_KEY").expect("WEBHOOK_KEY is set").into_bytes();
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .app_data(web::Data::new(WebhookKey(key.clone())))
            .service((health_check, login, login_form, logout, signup, confirm, signed_webhook, openapi))
            .service((articles, article, preview, orders, order, order_items, cancel_order))
            .service((order_invoice, accounts, publish))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
