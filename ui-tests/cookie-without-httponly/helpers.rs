//! Cookies made in helpers, by builders that are split, and by settings.

use actix_web::HttpResponse;
use axum::response::IntoResponse;
use axum_extra::extract::cookie::{Cookie, CookieJar, PrivateCookieJar};
use rocket::http::CookieJar as Cookies;
use tower_sessions::{MemoryStore, SessionManagerLayer};

const NAME: &str = "auth-token";
const FOR_SCRIPTS: bool = true;

fn with_path(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").secure(true).build() //~ cookie-without-httponly
}

pub async fn signed_in(jar: CookieJar) -> impl IntoResponse {
    let token = uuid::Uuid::new_v4().to_string();
    jar.add(with_path(NAME, token))
}

pub fn private(jar: PrivateCookieJar, user: String) -> PrivateCookieJar {
    jar.add(Cookie::build(("who", user)).secure(true).http_only(!FOR_SCRIPTS)) //~ cookie-without-httponly
}

#[rocket::post("/login")]
fn login(jar: &Cookies<'_>) -> &'static str {
    let mut cookie = rocket::http::Cookie::new("session", "7"); //~ cookie-without-httponly
    cookie.set_secure(true);
    jar.add(cookie);
    "ok"
}

#[rocket::post("/remember")]
fn remember(jar: &Cookies<'_>) -> &'static str {
    jar.add_private(rocket::http::Cookie::new("session", "7")); // near miss: Rocket sets it
    "ok"
}

pub async fn by_actix() -> HttpResponse {
    let mut cookie = actix_web::cookie::Cookie::new("jwt", "a.b.c"); //~ cookie-without-httponly
    cookie.set_secure(true);
    HttpResponse::Ok().cookie(cookie).finish()
}

pub async fn by_actix_hardened() -> HttpResponse {
    let mut cookie = actix_web::cookie::Cookie::new("jwt", "a.b.c");
    cookie.set_secure(true);
    cookie.set_http_only(true); // near miss: set later
    HttpResponse::Ok().cookie(cookie).finish()
}

pub fn layer(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    let open = false;
    SessionManagerLayer::new(store)
        .with_name("shop")
        .with_http_only(open) //~ cookie-without-httponly
}

pub fn layer_by_default(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(store).with_secure(true) // near miss: the layer's own default
}

pub async fn csrf(jar: CookieJar) -> CookieJar {
    // Scripts send it back in a header.
    let cookie = Cookie::build(("XSRF-TOKEN", "7")).secure(true);
    jar.add(cookie) // near miss: scripts are to read it
}

pub async fn theme(jar: CookieJar) -> CookieJar {
    jar.add(Cookie::new("theme", "dark")) // near miss: says nothing of anybody
}

pub async fn consent(jar: CookieJar) -> CookieJar {
    jar.add(Cookie::build(("cookie_consent", "yes")).path("/").permanent()) // near miss: says nothing of anybody
}

fn hardened(value: String) -> Cookie<'static> {
    let mut cookie = Cookie::new(NAME, value);
    cookie.set_http_only(Some(true)); // near miss: an option of true
    cookie.set_secure(true);
    cookie
}

pub async fn by_hardened(jar: CookieJar) -> CookieJar {
    jar.add(hardened("7".to_owned()))
}

pub async fn removed(jar: CookieJar) -> CookieJar {
    jar.remove(Cookie::build(NAME).path("/")) // near miss: taken back
}

pub async fn by_parameter(jar: CookieJar, scripts: bool) -> CookieJar {
    jar.add(Cookie::build((NAME, "7")).secure(true).http_only(!scripts)) // near miss: callers decide
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar() -> CookieJar {
        CookieJar::new().add(Cookie::new("session", "1")) // near miss: a test
    }
}

fn main() {}
