//! Any origin around routes that go by cookies.

use rocket::http::{CookieJar, Status};
use rocket::{Build, Rocket, get, routes};
use rocket_cors::{AllOrSome, AllowedHeaders, AllowedOrigins, CorsOptions};

#[get("/me")]
fn account(cookies: &CookieJar<'_>) -> Result<String, Status> {
    match cookies.get_private("user") {
        Some(user) => Ok(user.value().to_owned()),
        None => Err(Status::Unauthorized),
    }
}

#[get("/prices")]
fn prices() -> &'static str {
    "1, 2, 3"
}

fn by_default() -> Rocket<Build> {
    let cors = CorsOptions::default().to_cors().expect("a policy"); //~ permissive-cors
    rocket::build().mount("/default", routes![account]).attach(cors)
}

fn literal() -> Rocket<Build> {
    let cors = CorsOptions {
        allowed_origins: AllowedOrigins::all(), //~ permissive-cors
        ..Default::default()
    };
    rocket::build().mount("/literal", routes![account]).attach(cors.to_cors().expect("a policy"))
}

fn star() -> Rocket<Build> {
    let cors = CorsOptions::default()
        .allowed_origins(AllOrSome::All) //~ permissive-cors
        .send_wildcard(true);
    rocket::build().mount("/star", routes![account]).attach(cors.to_cors().expect("a policy"))
}

fn ours() -> AllowedOrigins {
    AllowedOrigins::some_exact(&["https://shop.example.com"])
}

fn near_misses() -> Vec<Rocket<Build>> {
    // near miss: one named origin
    let named = CorsOptions { allowed_origins: ours(), ..Default::default() };
    // near miss: two named origins
    let listed = CorsOptions::default()
        .allowed_origins(AllowedOrigins::some_exact(&["https://shop.example.com", "https://admin.example.com"]));
    // near miss: any header, and one origin
    let headers = CorsOptions {
        allowed_origins: ours(),
        allowed_headers: AllowedHeaders::all(),
        ..Default::default()
    };
    // near miss: a pattern for subdomains
    let pattern = CorsOptions::default()
        .allowed_origins(AllowedOrigins::some_regex(&["^https://.+[.]example[.]com$"]));
    // near miss: opened and then narrowed down
    let narrowed = CorsOptions::default().allowed_origins(AllOrSome::All).allowed_origins(ours());
    // near miss: origins that are settings
    let list: Vec<String> = std::env::var("ORIGINS").unwrap_or_default().split(',').map(String::from).collect();
    let setting = CorsOptions::default().allowed_origins(AllowedOrigins::some_exact(&list));
    // near miss: with credentials it is a lint of its own
    let credentials = CorsOptions { allow_credentials: true, ..Default::default() };
    // near miss: made and never used
    let unused = CorsOptions::default();
    // near miss: any origin is allowed in a branch that a setting chooses
    let mut chosen = CorsOptions::default().allowed_origins(ours());
    if std::env::var_os("DEVELOPMENT").is_some() {
        chosen = chosen.allowed_origins(AllOrSome::All);
    }
    let all = [
        rocket::build().mount("/chosen", routes![account]).attach(chosen.to_cors().expect("a policy")),
        rocket::build().mount("/named", routes![account]).attach(named.to_cors().expect("a policy")),
        rocket::build().mount("/listed", routes![account]).attach(listed.to_cors().expect("a policy")),
        rocket::build().mount("/headers", routes![account]).attach(headers.to_cors().expect("a policy")),
        rocket::build().mount("/pattern", routes![account]).attach(pattern.to_cors().expect("a policy")),
        rocket::build().mount("/narrowed", routes![account]).attach(narrowed.to_cors().expect("a policy")),
        rocket::build().mount("/setting", routes![account]).attach(setting.to_cors().expect("a policy")),
        rocket::build().mount("/credentials", routes![account]).attach(credentials.to_cors().expect("a policy")),
        // near miss: any origin around what is public only
        rocket::build().mount("/", routes![prices]).attach(CorsOptions::default().to_cors().expect("a policy")),
        // near miss: nothing is said of other origins
        rocket::build().mount("/plain", routes![account]),
    ];
    all.into()
}

fn main() {}
