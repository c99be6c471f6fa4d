//! `SameSite` through constants, aliases and settings.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use tower_sessions::cookie::SameSite as Sites;
use tower_sessions::{MemoryStore, SessionManagerLayer};

const SITES: SameSite = SameSite::None;

#[derive(Clone, Copy)]
enum Reach {
    None,
    Own,
}

fn base(value: String) -> Cookie<'static> {
    Cookie::build(("session", value))
        .http_only(true)
        .secure(true)
        .same_site(SITES) //~ cookie-samesite-none
        .build()
}

pub async fn signed_in(jar: CookieJar) -> CookieJar {
    jar.add(base("7".to_owned()))
}

pub async fn set_later(jar: CookieJar) -> CookieJar {
    let mut cookie = Cookie::new("session", "7");
    cookie.set_http_only(true);
    cookie.set_secure(true);
    cookie.set_same_site(SameSite::None); //~ cookie-samesite-none
    jar.add(cookie)
}

pub fn layer(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    let sites = Sites::None;
    SessionManagerLayer::new(store).with_same_site(sites) //~ cookie-samesite-none
}

pub fn in_poem() -> poem::web::cookie::Cookie {
    let mut cookie = poem::web::cookie::Cookie::new_with_str("session", "7");
    cookie.set_same_site(poem::web::cookie::SameSite::None); //~ cookie-samesite-none
    cookie
}

pub fn by_option(cookie: &mut Cookie<'static>) {
    cookie.set_same_site(None); // near miss: says nothing of sites
}

pub fn by_option_some(cookie: &mut Cookie<'static>) {
    cookie.set_same_site(Some(SameSite::Strict)); // near miss: strict
}

pub fn by_own_enum(reach: Reach) -> SameSite {
    match reach {
        Reach::None => SameSite::Strict, // near miss: another enum's `None`
        Reach::Own => SameSite::Lax,
    }
}

pub fn by_setting(store: MemoryStore, embedded: bool) -> SessionManagerLayer<MemoryStore> {
    let sites = if embedded { Sites::None } else { Sites::Lax };
    SessionManagerLayer::new(store).with_same_site(sites) // near miss: a setting decides
}

pub fn asks(cookie: &Cookie<'_>) -> bool {
    cookie.same_site() == Some(SameSite::None) // near miss: only compared
}

fn sites() -> Result<Sites, String> {
    match std::env::var("SAME_SITE").as_deref() {
        Ok("none") => Ok(Sites::None), // near miss: the environment decides
        Ok("strict") => Ok(Sites::Strict),
        _ => Err("SAME_SITE".to_owned()),
    }
}

pub fn by_environment(store: MemoryStore) -> Result<SessionManagerLayer<MemoryStore>, String> {
    Ok(SessionManagerLayer::new(store).with_same_site(sites()?)) // near miss: the environment decides
}

fn main() {}
