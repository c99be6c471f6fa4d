//! Cookies made in helpers, by builders that are split, and by settings, for axum.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use axum_extra::extract::cookie::{Cookie, CookieJar, Key, PrivateCookieJar, SameSite, SignedCookieJar};
use tower_cookies::Cookies;
use tower_sessions::{Expiry, MemoryStore, SessionManagerLayer};

const SESSION_COOKIE: &str = "__session";
const THEME: &str = "theme";
const SECURE: bool = true;

#[derive(Clone)]
struct Settings {
    secure_cookies: bool,
}

/// What all cookies have in common.
fn hardened(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(SECURE).build()
}

fn plain(name: &'static str, value: String) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value); //~ cookie-without-secure
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie
}

pub async fn signed_in(jar: CookieJar) -> impl IntoResponse {
    (jar.add(plain(SESSION_COOKIE, fresh())), Redirect::to("/"))
}

pub async fn signed_in_hardened(jar: CookieJar) -> impl IntoResponse {
    (jar.add(hardened(SESSION_COOKIE, fresh())), Redirect::to("/")) // near miss: the helper sets it
}

fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub async fn refreshed(cookies: Cookies) -> &'static str {
    let mut token = tower_cookies::Cookie::new("refresh_token", fresh()); //~ cookie-without-secure
    token.set_http_only(true);
    cookies.add(token);
    "ok"
}

pub async fn refreshed_later(cookies: Cookies) -> &'static str {
    let mut token = tower_cookies::Cookie::new("refresh_token", fresh());
    token.set_http_only(true);
    token.set_secure(true); // near miss: set later
    cookies.add(token);
    "ok"
}

pub fn private(jar: PrivateCookieJar, user: i64) -> PrivateCookieJar {
    let cookie = Cookie::new("u", user.to_string()); //~ cookie-without-secure
    jar.add(cookie)
}

pub fn signed(jar: SignedCookieJar, user: i64) -> SignedCookieJar {
    let builder = Cookie::build(("u", user.to_string())); //~ cookie-without-secure
    let builder = builder.http_only(true).secure(false);
    jar.add(builder.build())
}

pub fn layer(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    let layer = SessionManagerLayer::new(store).with_name("sid");
    let layer = layer.with_secure(false); //~ cookie-without-secure
    layer.with_expiry(Expiry::OnSessionEnd)
}

pub fn layer_by_default(store: MemoryStore) -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(store).with_http_only(true) // near miss: the layer's own default
}

pub async fn by_setting(State(settings): State<Settings>, jar: CookieJar) -> CookieJar {
    let cookie = Cookie::build(("session", fresh())).http_only(true).secure(settings.secure_cookies); // near miss: a setting decides
    jar.add(cookie)
}

pub async fn by_branch(State(settings): State<Settings>, jar: CookieJar) -> CookieJar {
    let mut cookie = Cookie::new("session", fresh());
    if settings.secure_cookies {
        cookie.set_secure(true); // near miss: a setting decides
    }
    jar.add(cookie)
}

pub async fn themed(jar: CookieJar, theme: String) -> CookieJar {
    jar.add(Cookie::build((THEME, theme)).path("/").http_only(true)) // near miss: says nothing of anybody
}

pub async fn signed_out(jar: CookieJar) -> CookieJar {
    jar.remove(Cookie::from(SESSION_COOKIE)) // near miss: taken back
}

pub async fn signed_out_by_hand(jar: CookieJar) -> CookieJar {
    let mut gone = Cookie::new(SESSION_COOKIE, "");
    gone.make_removal(); // near miss: taken back
    jar.add(gone)
}

/// Sets what `cookies` of this program have in common.
fn harden(cookie: &mut Cookie<'static>) {
    cookie.set_http_only(true);
    cookie.set_secure(true);
}

pub async fn hardened_in_place(jar: CookieJar) -> CookieJar {
    let mut cookie = Cookie::new("auth_token", fresh());
    harden(&mut cookie); // near miss: a helper sets it in place
    jar.add(cookie)
}

pub fn forwarded(jar: CookieJar, cookie: Cookie<'static>) -> CookieJar {
    jar.add(cookie) // near miss: made by somebody else
}

trait Hardened {
    fn hardened(self) -> Self;
    fn softened(self) -> Self;
}

impl Hardened for Cookie<'static> {
    fn hardened(mut self) -> Self {
        self.set_http_only(true);
        self.set_secure(true);
        self
    }

    fn softened(mut self) -> Self {
        self.set_http_only(true);
        self
    }
}

pub fn by_a_trait(jar: CookieJar) -> CookieJar {
    jar.add(Cookie::new("session", fresh()).hardened()) // near miss: a method of the program's own sets it
}

pub fn not_by_a_trait(jar: CookieJar) -> CookieJar {
    jar.add(Cookie::new("session", fresh()).softened()) //~ cookie-without-secure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar() -> CookieJar {
        CookieJar::new().add(Cookie::new("session", "1")) // near miss: a test
    }
}

fn main() {}
