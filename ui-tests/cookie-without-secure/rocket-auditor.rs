//! Cookies of Rocket's services, which are secure where Rocket serves TLS itself.
//@ persona: auditor

use rocket::http::{Cookie, CookieJar};

fn private(jar: &CookieJar<'_>, user: String) {
    jar.add_private(Cookie::new("user", user)); //~ cookie-without-secure
}

fn complete(jar: &CookieJar<'_>, user: String) {
    // near miss: set
    jar.add_private(Cookie::build(("user", user)).secure(true));
}

fn main() {}
