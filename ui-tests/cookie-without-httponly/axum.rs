//! Cookies of axum's services that scripts can read, and near misses.

use axum_extra::extract::cookie::{Cookie, CookieJar, PrivateCookieJar, SameSite, SignedCookieJar};
use serde::Deserialize;

const SESSION: &str = "session_id";

#[derive(Deserialize)]
struct Settings {
    https: bool,
}

fn bare(jar: CookieJar, id: String) -> CookieJar {
    jar.add(Cookie::new("session", id)) //~ cookie-without-httponly
}

fn built(jar: CookieJar, token: String) -> CookieJar {
    let cookie = Cookie::build(("access_token", token)) //~ cookie-without-httponly
        .path("/")
        .secure(true)
        .same_site(SameSite::Lax);
    jar.add(cookie)
}

fn by_constant(jar: CookieJar, id: String) -> CookieJar {
    let mut cookie = Cookie::new(SESSION, id); //~ cookie-without-httponly
    cookie.set_path("/");
    cookie.set_secure(true);
    jar.add(cookie)
}

fn switched_off(jar: CookieJar, id: String) -> CookieJar {
    let on = false;
    jar.add(Cookie::build(("sid", id)).http_only(on).secure(true)) //~ cookie-without-httponly
}

fn private(jar: PrivateCookieJar, user: String) -> PrivateCookieJar {
    jar.add(Cookie::build(("user", user)).path("/").secure(true)) //~ cookie-without-httponly
}

fn session_cookie(id: String) -> Cookie<'static> {
    Cookie::build(("session", id)).path("/").secure(true).build() //~ cookie-without-httponly
}

fn of_a_function(jar: CookieJar, id: String) -> CookieJar {
    jar.add(session_cookie(id))
}

fn complete(jar: CookieJar, id: String) -> CookieJar {
    // near miss: all is set
    jar.add(Cookie::build(("session", id)).http_only(true).secure(true))
}

fn set_later(jar: CookieJar, id: String) -> CookieJar {
    // near miss: set on the finished cookie
    let mut cookie = Cookie::new("session", id);
    cookie.set_http_only(true);
    cookie.set_secure(true);
    jar.add(cookie)
}

fn hardened<'c>(cookie: Cookie<'c>) -> Cookie<'c> {
    let mut cookie = cookie;
    cookie.set_http_only(true);
    cookie.set_secure(true);
    cookie
}

fn by_a_function(jar: CookieJar, id: String) -> CookieJar {
    // near miss: a function sets it
    jar.add(hardened(Cookie::new("session", id)))
}

fn taken_back(jar: CookieJar) -> CookieJar {
    // near miss: a cookie that is removed
    let jar = jar.remove(Cookie::from("session"));
    // near miss: one without content
    jar.add(Cookie::new("session", ""))
}

fn expired(jar: CookieJar) -> CookieJar {
    let mut cookie = Cookie::new("session", "gone");
    // near miss: one that has expired
    cookie.make_removal();
    jar.add(cookie)
}

fn theme(jar: CookieJar, theme: String) -> CookieJar {
    // near miss: nobody is anybody by it
    jar.add(Cookie::new("theme", theme))
}

fn as_set(jar: CookieJar, id: String, settings: &Settings) -> CookieJar {
    // near miss: a setting decides
    jar.add(Cookie::build(("session", id)).http_only(settings.https).secure(true))
}

fn in_a_branch(jar: CookieJar, id: String, settings: &Settings) -> CookieJar {
    let mut cookie = Cookie::new("session", id);
    cookie.set_secure(true);
    if settings.https {
        // near miss: where a setting says so
        cookie.set_http_only(true);
    }
    jar.add(cookie)
}

fn received(jar: &CookieJar) -> Option<String> {
    // near miss: read, not set
    jar.get("session").map(|it| it.value().to_owned())
}

fn parsed(header: &str) -> Option<String> {
    // near miss: made to be compared, and put nowhere
    Some(Cookie::parse(header.to_owned()).ok()?.name().to_owned())
}

fn signed(jar: SignedCookieJar, user: String) -> SignedCookieJar {
    // near miss: signed, and complete
    jar.add(Cookie::build(("user", user)).http_only(true).secure(true))
}

fn unknown(jar: CookieJar, cookie: Cookie<'static>) -> CookieJar {
    // near miss: whoever made it
    jar.add(cookie)
}

fn main() {}
