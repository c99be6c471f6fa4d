//! What poem's CORS middleware allows around endpoints that go by cookies.

use poem::http::StatusCode;
use poem::middleware::Cors;
use poem::session::Session;
use poem::{EndpointExt, IntoEndpoint, Result, Route, get, handler};

#[handler]
async fn account(session: &Session) -> Result<String> {
    let user = session.get::<String>("user");
    user.ok_or_else(|| StatusCode::UNAUTHORIZED.into())
}

#[handler]
fn prices() -> &'static str {
    "1, 2, 3"
}

fn findings() -> Route {
    Route::new()
        .at("/default", get(account).with(Cors::new().allow_credentials(true))) //~ cors-any-origin-with-credentials
        .at("/function", get(account).with(everybody()))
        .at("/pattern", get(account).with(pattern()))
}

fn everybody() -> Cors {
    Cors::new()
        .allow_credentials(true)
        .allow_origins_fn(|_| true) //~ cors-any-origin-with-credentials
}

fn pattern() -> Cors {
    let cors = Cors::new().allow_origin_regex("*"); //~ cors-any-origin-with-credentials
    cors.allow_credentials(true)
}

fn near_misses() -> Route {
    // near miss: credentials for one named origin
    let named = Cors::new().allow_origin("https://shop.example.com").allow_credentials(true);
    // near miss: credentials for a list of origins
    let listed = Cors::new()
        .allow_origins(["https://shop.example.com", "https://admin.example.com"])
        .allow_credentials(true);
    // near miss: any origin, and no credentials
    let any = Cors::new();
    // near miss: credentials are switched off
    let off = Cors::new().allow_credentials(false);
    // near miss: `*` is no origin to poem, and matches none
    let star = Cors::new().allow_origin("*").allow_credentials(true);
    // near miss: a function that looks at the origin
    let checked = Cors::new()
        .allow_origins_fn(|origin| origin.ends_with(".example.com"))
        .allow_credentials(true);
    // near miss: a pattern for subdomains
    let pattern = Cors::new().allow_origin_regex("https://*.example.com").allow_credentials(true);
    // near miss: methods and headers are named, and so is the origin
    let methods = Cors::new()
        .allow_credentials(true)
        .allow_method("GET")
        .allow_header("x-shop")
        .allow_origin("https://shop.example.com");
    Route::new()
        .at("/named", get(account).with(named))
        .at("/listed", get(account).with(listed))
        .at("/any", get(account).with(any))
        .at("/off", get(account).with(off))
        .at("/star", get(account).with(star))
        .at("/checked", get(account).with(checked))
        .at("/pattern-of-ours", get(account).with(pattern))
        .at("/methods", get(account).with(methods))
        // near miss: the origin is a setting
        .at("/setting", get(account).with(by_setting()))
        // near miss: any origin for what is public
        .at("/prices", get(prices).with(Cors::new()))
}

fn by_setting() -> Cors {
    let origin = std::env::var("ORIGIN").unwrap_or_default();
    Cors::new().allow_credentials(true).allow_origin(origin.as_str())
}

fn main() {}
