//! What rocket_cors allows around routes that go by cookies.

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

fn literal() -> Rocket<Build> {
    let cors = CorsOptions {
        allowed_origins: AllowedOrigins::all(), //~ cors-any-origin-with-credentials
        allow_credentials: true,
        ..Default::default()
    };
    rocket::build().mount("/literal", routes![account]).attach(cors.to_cors().expect("a policy"))
}

fn by_default() -> Rocket<Build> {
    let options = CorsOptions::default(); //~ cors-any-origin-with-credentials
    let cors = options.allow_credentials(true).to_cors().expect("a policy");
    rocket::build().mount("/default", routes![account]).attach(cors)
}

fn chain() -> Rocket<Build> {
    let cors = CorsOptions::default()
        .allowed_origins(AllOrSome::All) //~ cors-any-origin-with-credentials
        .allow_credentials(true)
        .to_cors();
    rocket::build().mount("/chain", routes![account]).attach(cors.expect("a policy"))
}

fn ours() -> AllowedOrigins {
    AllowedOrigins::some_exact(&["https://shop.example.com"])
}

fn near_misses() -> Vec<Rocket<Build>> {
    // near miss: credentials for one named origin
    let named = CorsOptions { allowed_origins: ours(), allow_credentials: true, ..Default::default() };
    // near miss: any origin, and no credentials
    let any = CorsOptions { allowed_origins: AllowedOrigins::all(), ..Default::default() };
    // near miss: credentials are switched off
    let off = CorsOptions {
        allowed_origins: AllowedOrigins::all(),
        allow_credentials: false,
        ..Default::default()
    };
    // near miss: `*` with credentials, which is refused when the fairing is made
    let refused = CorsOptions { send_wildcard: true, allow_credentials: true, ..Default::default() };
    // near miss: any header, and one origin
    let headers = CorsOptions {
        allowed_origins: ours(),
        allowed_headers: AllowedHeaders::all(),
        allow_credentials: true,
        ..Default::default()
    };
    // near miss: a pattern for subdomains
    let pattern = CorsOptions::default()
        .allowed_origins(AllowedOrigins::some_regex(&["^https://.+[.]example[.]com$"]))
        .allow_credentials(true);
    // near miss: everything by default, which leaves credentials out
    let defaults = CorsOptions::default();
    // near miss: opened and then narrowed down
    let narrowed = CorsOptions::default()
        .allow_credentials(true)
        .allowed_origins(AllOrSome::All)
        .allowed_origins(ours());
    // near miss: origins that are settings
    let list: Vec<String> = std::env::var("ORIGINS").unwrap_or_default().split(',').map(String::from).collect();
    let setting = CorsOptions::default().allowed_origins(AllowedOrigins::some_exact(&list)).allow_credentials(true);
    let all = [
        rocket::build().mount("/named", routes![account]).attach(named.to_cors().expect("a policy")),
        rocket::build().mount("/any", routes![account]).attach(any.to_cors().expect("a policy")),
        rocket::build().mount("/off", routes![account]).attach(off.to_cors().expect("a policy")),
        rocket::build().mount("/refused", routes![account]).attach(refused.to_cors().expect("a policy")),
        rocket::build().mount("/headers", routes![account]).attach(headers.to_cors().expect("a policy")),
        rocket::build().mount("/pattern", routes![account]).attach(pattern.to_cors().expect("a policy")),
        rocket::build().mount("/defaults", routes![account]).attach(defaults.to_cors().expect("a policy")),
        rocket::build().mount("/narrowed", routes![account]).attach(narrowed.to_cors().expect("a policy")),
        rocket::build().mount("/setting", routes![account]).attach(setting.to_cors().expect("a policy")),
        // near miss: any origin for what is public
        rocket::build().mount("/", routes![prices]).attach(CorsOptions::default().to_cors().expect("a policy")),
    ];
    all.into()
}

fn main() {}
