//! Cookies of actix-web's and salvo's and poem's answers, and of their sessions.

use actix_session::SessionMiddleware;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::{Cookie, CookieBuilder, Key, time::Duration};
use actix_web::{HttpRequest, HttpResponse};

fn session(value: String) -> CookieBuilder<'static> {
    Cookie::build("session_id", value).path("/").max_age(Duration::hours(1)) //~ cookie-without-secure
}

pub async fn signed_in() -> HttpResponse {
    let cookie = session("7".to_owned()).http_only(true).finish();
    HttpResponse::Ok().cookie(cookie).finish()
}

pub async fn signed_in_securely() -> HttpResponse {
    let cookie = Cookie::build("session_id", "7").http_only(true);
    let cookie = cookie.secure(true).finish(); // near miss: in a second step
    HttpResponse::Ok().cookie(cookie).finish()
}

pub async fn added() -> actix_web::Result<HttpResponse> {
    let mut answer = HttpResponse::NoContent().finish();
    let mut cookie = Cookie::new("jwt", "a.b.c"); //~ cookie-without-secure
    cookie.set_http_only(true);
    answer.add_cookie(&cookie)?;
    Ok(answer)
}

pub async fn removed(request: HttpRequest) -> HttpResponse {
    let mut answer = HttpResponse::NoContent().finish();
    if let Some(mut cookie) = request.cookie("session_id") {
        cookie.make_removal();
        let _ = answer.add_cookie(&cookie); // near miss: taken back
    }
    answer
}

pub fn middleware(key: Key) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_http_only(true)
        .cookie_secure(false) //~ cookie-without-secure
        .build()
}

pub fn middleware_in_production(key: Key, production: bool) -> SessionMiddleware<CookieSessionStore> {
    let builder = SessionMiddleware::builder(CookieSessionStore::default(), key);
    builder.cookie_secure(production).build() // near miss: callers decide
}

pub fn middleware_by_default(key: Key) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::new(CookieSessionStore::default(), key) // near miss: secure by itself
}

pub async fn language() -> HttpResponse {
    HttpResponse::Ok().cookie(Cookie::new("lang", "de")).finish() // near miss: says nothing of anybody
}

pub async fn in_salvo(res: &mut salvo::Response) {
    let cookie = salvo::http::cookie::Cookie::build(("access_token", "a.b.c")).http_only(true).build(); //~ cookie-without-secure
    res.add_cookie(cookie);
}

pub async fn in_salvo_hardened(res: &mut salvo::Response) {
    let cookie = salvo::http::cookie::Cookie::build(("access_token", "a.b.c")).secure(true).http_only(true);
    res.add_cookie(cookie.build()); // near miss: built where it is added
}

pub fn in_poem(jar: &poem::web::cookie::CookieJar) {
    let mut cookie = poem::web::cookie::Cookie::new_with_str("auth", "7"); //~ cookie-without-secure
    cookie.set_http_only(true);
    jar.add(cookie);
}

pub fn in_poem_hardened(jar: &poem::web::cookie::CookieJar) {
    let mut cookie = poem::web::cookie::Cookie::new_with_str("auth", "7");
    cookie.set_secure(true); // near miss: set later
    jar.add(cookie);
}

fn main() {}
