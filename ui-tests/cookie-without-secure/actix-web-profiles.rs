//! Flags of cookies that stand in constants, and are handed to who makes the cookie.

use actix_web::cookie::Cookie;
use actix_web::HttpResponse;

struct Profile {
    secure: bool,
    http_only: bool,
}

const PLAIN: Profile = Profile { secure: false, http_only: true };
const FULL: Profile = Profile { secure: true, http_only: true };

struct Settings {
    profile: Profile,
}

fn full<'a>(name: &'a str, value: &'a str, profile: &Profile) -> Cookie<'a> {
    let builder = Cookie::build(name, value).path("/"); // near miss: with what it is handed
    builder.secure(profile.secure).http_only(profile.http_only).finish()
}

fn plain<'a>(name: &'a str, value: &'a str, profile: &Profile) -> Cookie<'a> {
    let builder = Cookie::build(name, value).path("/"); //~ cookie-without-secure
    builder.secure(profile.secure).http_only(profile.http_only).finish()
}

pub fn session(id: &str) -> HttpResponse {
    HttpResponse::Ok().cookie(full("session", id, &FULL)).finish()
}

pub fn both(id: &str) -> HttpResponse {
    HttpResponse::Ok().cookie(plain("session", id, &PLAIN)).finish()
}

pub fn good(id: &str) -> HttpResponse {
    HttpResponse::Ok().cookie(plain("session", id, &FULL)).finish() // near miss: the same helper with other flags
}

pub fn direct(id: &str) -> HttpResponse {
    let cookie = Cookie::build("session", id).http_only(true).secure(PLAIN.secure).finish(); //~ cookie-without-secure
    HttpResponse::Ok().cookie(cookie).finish()
}

pub fn direct_full(id: &str) -> HttpResponse {
    let cookie = Cookie::build("session", id).http_only(true).secure(FULL.secure).finish(); // near miss: true
    HttpResponse::Ok().cookie(cookie).finish()
}

pub fn by_setting(settings: &Settings, id: &str) -> HttpResponse {
    let cookie = Cookie::build("session", id).secure(settings.profile.secure).finish(); // near miss: a setting
    HttpResponse::Ok().cookie(cookie).finish()
}

fn main() {}
