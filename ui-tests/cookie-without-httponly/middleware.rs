//! Session middleware that leaves it out, and near misses.

use actix_session::SessionMiddleware;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::{Cookie, Key};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Deserialize;
use tower_cookies::Cookies;
use tower_sessions::{MemoryStore, SessionManagerLayer};

#[derive(Deserialize)]
struct Settings {
    on: bool,
}

fn tower(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(store).with_http_only(false) //~ cookie-without-httponly
}

fn actix(key: Key) -> SessionMiddleware<CookieSessionStore> {
    let on = false;
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_http_only(on) //~ cookie-without-httponly
        .build()
}

fn answer(token: String) -> HttpResponse {
    let cookie = Cookie::build("token", token).path("/").secure(true).finish(); //~ cookie-without-httponly
    HttpResponse::Ok().cookie(cookie).finish()
}

fn added(mut response: HttpResponse, id: String) -> HttpResponse {
    let cookie = Cookie::new("session", id); //~ cookie-without-httponly
    let _ = response.add_cookie(&cookie);
    response
}

fn of_tower(cookies: &Cookies, id: String) {
    cookies.add(tower_cookies::Cookie::new("session", id)); //~ cookie-without-httponly
}

fn default(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    // near miss: on, as the library has it
    SessionManagerLayer::new(store)
}

fn on(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    // near miss: on
    SessionManagerLayer::new(store).with_http_only(true)
}

fn as_set(store: MemoryStore, settings: &Settings) -> SessionManagerLayer<MemoryStore> {
    // near miss: a setting decides
    SessionManagerLayer::new(store).with_http_only(settings.on)
}

fn of_builds(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    // near miss: on in release builds
    SessionManagerLayer::new(store).with_http_only(!cfg!(debug_assertions))
}

fn actix_default(key: Key) -> SessionMiddleware<CookieSessionStore> {
    // near miss: on, as the library has it
    SessionMiddleware::new(CookieSessionStore::default(), key)
}

fn complete(token: String) -> HttpResponse {
    // near miss: all is set
    let cookie = Cookie::build("token", token).path("/").secure(true).http_only(true).finish();
    HttpResponse::Ok().cookie(cookie).finish()
}

fn taken_back() -> HttpResponse {
    // near miss: without content
    HttpResponse::Ok().cookie(Cookie::build("token", "").path("/").finish()).finish()
}

fn language(answer: &mut HttpResponseBuilder, language: String) {
    // near miss: nobody is anybody by it
    answer.cookie(Cookie::new("lang", language));
}

fn complete_tower(cookies: &Cookies, id: String) {
    let mut cookie = tower_cookies::Cookie::new("session", id);
    // near miss: set before it is added
    cookie.set_http_only(true);
    cookie.set_secure(true);
    cookies.add(cookie);
}

fn removed(cookies: &Cookies) {
    // near miss: removed
    cookies.remove(tower_cookies::Cookie::from("session"));
}

fn main() {}
