//! Any origin around endpoints that go by sessions in cookies.

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
        .at("/default", get(account).with(Cors::new())) //~ permissive-cors
        .at("/pattern", get(account).with(Cors::new().allow_origin_regex("*"))) //~ permissive-cors
        .at("/function", get(account).with(everybody()))
}

fn everybody() -> Cors {
    let cors = Cors::new().allow_method("GET");
    cors.allow_origins_fn(|_| true) //~ permissive-cors
}

fn near_misses() -> Route {
    // near miss: one named origin
    let named = Cors::new().allow_origin("https://shop.example.com");
    // near miss: a list of origins
    let listed = Cors::new().allow_origins(["https://shop.example.com", "https://admin.example.com"]);
    // near miss: `*` is no origin to poem, and matches none
    let star = Cors::new().allow_origin("*");
    // near miss: a function that looks at the origin
    let checked = Cors::new().allow_origins_fn(|origin| origin.ends_with(".example.com"));
    // near miss: a pattern for subdomains
    let pattern = Cors::new().allow_origin_regex("https://*.example.com");
    // near miss: named after methods and headers
    let methods = Cors::new().allow_method("GET").allow_header("x-shop").allow_origin("https://shop.example.com");
    // near miss: the origin is a setting
    let origin = std::env::var("ORIGIN").unwrap_or_default();
    let setting = Cors::new().allow_origin(origin.as_str());
    // near miss: with credentials it is a lint of its own
    let credentials = Cors::new().allow_credentials(true);
    // near miss: made and never used
    let unused = Cors::new();
    Route::new()
        .at("/named", get(account).with(named))
        .at("/listed", get(account).with(listed))
        .at("/star", get(account).with(star))
        .at("/checked", get(account).with(checked))
        .at("/pattern-of-ours", get(account).with(pattern))
        .at("/methods", get(account).with(methods))
        .at("/setting", get(account).with(setting))
        .at("/credentials", get(account).with(credentials))
        // near miss: any origin around what is public only
        .at("/prices", get(prices).with(Cors::new()))
}

fn main() {}
