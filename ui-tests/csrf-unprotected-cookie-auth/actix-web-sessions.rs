//! Sessions of actix-session whose cookie goes along with requests of any page.

use actix_session::{Session, SessionMiddleware, storage::CookieSessionStore};
use actix_web::cookie::{Key, SameSite};
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Result, web};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(serde::Deserialize)]
struct Transfer {
    to: i64,
    amount: i64,
}

#[derive(serde::Deserialize)]
struct Login {
    name: String,
    password: String,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn account(session: &Session) -> Result<i64> {
    session.get::<i64>("account").map_err(ErrorInternalServerError)?.ok_or_else(|| ErrorUnauthorized("log in first"))
}

async fn touch(db: &PgPool, by: i64, what: i64) -> HttpResponse {
    let query = sqlx::query("INSERT INTO event (account, what) VALUES ($1, $2)").bind(by).bind(what);
    match query.execute(db).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn login(session: Session, db: web::Data<PgPool>, form: web::Form<Login>) -> Result<HttpResponse> {
    let query = sqlx::query_as("SELECT id, hash FROM account WHERE name = $1").bind(&form.name);
    let row: Option<(i64, String)> = query.fetch_optional(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    let Some((id, hash)) = row else {
        return Err(ErrorUnauthorized("wrong name"));
    };
    if !bcrypt::verify(&form.password, &hash).unwrap_or(false) {
        return Err(ErrorUnauthorized("wrong password"));
    }
    session.insert("account", id).map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn transfer(session: Session, db: web::Data<PgPool>, form: web::Form<Transfer>) -> Result<HttpResponse> {
    let by = account(&session)?;
    Ok(touch(&db, by, form.to + form.amount).await)
}

async fn close(session: Session, db: web::Data<PgPool>) -> Result<HttpResponse> {
    let by = account(&session)?;
    Ok(touch(&db, by, 0).await)
}

async fn transfer_json(session: Session, db: web::Data<PgPool>, form: web::Json<Transfer>) -> Result<HttpResponse> {
    let by = account(&session)?;
    Ok(touch(&db, by, form.to + form.amount).await)
}

async fn transfer_bytes(session: Session, db: web::Data<PgPool>, body: web::Bytes) -> Result<HttpResponse> {
    let by = account(&session)?;
    Ok(touch(&db, by, body.len() as i64).await)
}

async fn transfer_text(session: Session, db: web::Data<PgPool>, body: String) -> Result<HttpResponse> {
    let by = account(&session)?;
    Ok(touch(&db, by, body.len() as i64).await)
}

async fn transfer_stream(session: Session, db: web::Data<PgPool>, _body: web::Payload) -> Result<HttpResponse> {
    let by = account(&session)?;
    Ok(touch(&db, by, 1).await)
}

async fn transfer_with_header(session: Session, request: HttpRequest, db: web::Data<PgPool>) -> Result<HttpResponse> {
    let by = account(&session)?;
    if !request.headers().contains_key("x-requested-with") {
        return Ok(HttpResponse::BadRequest().finish());
    }
    Ok(touch(&db, by, 0).await)
}

async fn by_client(request: HttpRequest, db: web::Data<PgPool>, key: web::Data<DecodingKey>, form: web::Form<Transfer>) -> Result<HttpResponse> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or_else(|| ErrorUnauthorized("no token"))?;
    let data = jsonwebtoken::decode::<Claims>(token, &key, &Validation::default()).map_err(ErrorUnauthorized)?;
    Ok(touch(&db, data.claims.sub, form.to).await)
}

async fn replace(session: Session, db: web::Data<PgPool>, id: web::Path<i64>) -> Result<HttpResponse> {
    let by = account(&session)?;
    Ok(touch(&db, by, *id).await)
}

async fn own(session: Session) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(account(&session)?))
}

async fn find(session: Session, db: web::Data<PgPool>, what: web::Form<(i64,)>) -> Result<HttpResponse> {
    let by = account(&session)?;
    let query = sqlx::query_scalar("SELECT what FROM event WHERE account = $1 AND what > $2").bind(by).bind(what.0.0);
    let all: Vec<i64> = query.fetch_all(db.get_ref()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(all))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let key = web::Data::new(DecodingKey::from_secret(secret.as_bytes()));
    let cookie_key = Key::from(std::env::var("COOKIE_KEY").expect("COOKIE_KEY is set").as_bytes());
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let db = web::Data::new(db);
    HttpServer::new(move || {
        let sessions = SessionMiddleware::builder(CookieSessionStore::default(), cookie_key.clone())
            .cookie_same_site(SameSite::None)
            .build();
        App::new()
            .app_data(key.clone())
            .app_data(db.clone())
            .wrap(sessions)
            .route("/login", web::post().to(login)) // near miss: a login goes by what is in the form
            .route("/transfers", web::post().to(transfer)) //~ csrf-unprotected-cookie-auth
            .route("/account/close", web::post().to(close)) //~| csrf-unprotected-cookie-auth
            .route("/json", web::post().to(transfer_json)) // near miss: no form sends JSON
            .route("/bytes", web::post().to(transfer_bytes)) // near miss: who knows what these bytes must be
            .route("/text", web::post().to(transfer_text)) // near miss: who knows what this text must be
            .route("/stream", web::post().to(transfer_stream)) // near miss: who knows what comes in this stream
            .route("/header", web::post().to(transfer_with_header)) // near miss: the headers may be looked at
            .route("/client", web::post().to(by_client)) // near miss: goes by a header that no form can send
            .route("/items/{id}", web::put().to(replace)) // near miss: no form sends `PUT`
            .route("/old/{id}", web::delete().to(replace)) // near miss: no form sends `DELETE`
            .route("/own", web::get().to(own)) // near miss: changes nothing
            .route("/find", web::post().to(find)) // near miss: only asks
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
