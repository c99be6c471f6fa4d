//! Cookies that go along with requests of other sites' pages, and near misses.

use actix_session::SessionMiddleware;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::Key;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::Deserialize;
use tower_sessions::{MemoryStore, SessionManagerLayer};

const EVERYWHERE: SameSite = SameSite::None;

#[derive(Deserialize)]
struct Settings {
    cross_site: bool,
}

fn built(jar: CookieJar, id: String) -> CookieJar {
    jar.add(
        Cookie::build(("session", id))
            .secure(true)
            .same_site(SameSite::None), //~ cookie-samesite-none
    )
}

fn set(jar: CookieJar, id: String) -> CookieJar {
    let mut cookie = Cookie::new("session", id);
    cookie.set_same_site(EVERYWHERE); //~ cookie-samesite-none
    jar.add(cookie)
}

fn wrapped(jar: CookieJar, id: String) -> CookieJar {
    let mut cookie = Cookie::new("session", id);
    cookie.set_same_site(Some(SameSite::None)); //~ cookie-samesite-none
    jar.add(cookie)
}

fn tower(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(store).with_same_site(tower_sessions::cookie::SameSite::None) //~ cookie-samesite-none
}

fn actix(key: Key) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_same_site(actix_web::cookie::SameSite::None) //~ cookie-samesite-none
        .build()
}

fn lax(jar: CookieJar, id: String) -> CookieJar {
    // near miss: with links, and nothing else
    jar.add(Cookie::build(("session", id)).same_site(SameSite::Lax))
}

fn strict(jar: CookieJar, id: String) -> CookieJar {
    // near miss: from its own pages only
    jar.add(Cookie::build(("session", id)).same_site(SameSite::Strict))
}

fn unsaid(jar: CookieJar, id: String) -> CookieJar {
    // near miss: browsers take it for `Lax`
    jar.add(Cookie::new("session", id))
}

fn unset(jar: CookieJar, id: String) -> CookieJar {
    let mut cookie = Cookie::new("session", id);
    // near miss: nothing is said, which is another `None`
    cookie.set_same_site(None);
    jar.add(cookie)
}

fn as_set(jar: CookieJar, id: String, settings: &Settings) -> CookieJar {
    let same_site = if settings.cross_site { SameSite::None } else { SameSite::Lax };
    // near miss: a setting decides
    jar.add(Cookie::build(("session", id)).same_site(same_site))
}

fn in_a_branch(jar: CookieJar, id: String, settings: &Settings) -> CookieJar {
    let mut cookie = Cookie::new("session", id);
    if settings.cross_site {
        // near miss: only where a setting asks for it
        cookie.set_same_site(SameSite::None);
    }
    jar.add(cookie)
}

fn asked(cookie: &Cookie<'_>) -> bool {
    // near miss: compared
    cookie.same_site() == Some(SameSite::None)
}

fn tower_lax(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    // near miss: with links
    SessionManagerLayer::new(store).with_same_site(tower_sessions::cookie::SameSite::Lax)
}

fn tower_default(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    // near miss: strict, as the library has it
    SessionManagerLayer::new(store)
}

enum Policy {
    None,
    All,
}

fn own() -> Policy {
    // near miss: a variant of the program's own
    Policy::None
}

fn main() {}
