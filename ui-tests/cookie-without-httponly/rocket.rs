//! Cookies of Rocket's services that scripts can read, and near misses.

use rocket::http::{Cookie, CookieJar};

fn bare(jar: &CookieJar<'_>, token: String) {
    jar.add(Cookie::new("token", token)); //~ cookie-without-httponly
}

fn built(jar: &CookieJar<'_>, token: String) {
    jar.add(Cookie::build(("session", token)).path("/").secure(true)); //~ cookie-without-httponly
}

fn complete(jar: &CookieJar<'_>, token: String) {
    // near miss: set
    jar.add(Cookie::build(("session", token)).http_only(true));
}

fn private(jar: &CookieJar<'_>, token: String) {
    // near miss: Rocket sets it for private cookies
    jar.add_private(Cookie::new("session", token));
}

fn removed(jar: &CookieJar<'_>) {
    // near miss: removed
    jar.remove(Cookie::from("session"));
}

fn main() {}
