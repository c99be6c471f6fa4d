//! Any origin around endpoints that go by sessions in cookies.

use salvo::cors::{AllowOrigin, Any, Cors};
use salvo::http::HeaderValue;
use salvo::http::StatusError;
use salvo::prelude::*;

#[handler]
async fn account(depot: &mut Depot) -> Result<String, StatusError> {
    let session = depot.session_mut().ok_or_else(StatusError::unauthorized)?;
    session.get::<String>("user").ok_or_else(StatusError::unauthorized)
}

#[handler]
async fn prices() -> &'static str {
    "1, 2, 3"
}

fn preset() -> Router {
    Router::with_path("preset")
        .hoop(Cors::permissive().into_handler()) //~ permissive-cors
        .get(account)
}

fn any() -> Service {
    let cors = Cors::new().allow_origin(Any).into_handler(); //~ permissive-cors
    Service::new(Router::with_path("any").get(account)).hoop(cors)
}

fn star() -> Router {
    let cors = Cors::new().allow_origin("*"); //~ permissive-cors
    Router::with_path("star").hoop(cors.into_handler()).get(account)
}

fn mirrored() -> Router {
    let cors = Cors::new().allow_origin(AllowOrigin::mirror_request()); //~ permissive-cors
    Router::with_path("mirrored").hoop(cors.into_handler()).get(account)
}

fn near_misses() -> Router {
    let ours = "https://shop.example.com";
    // near miss: one named origin
    let named = Cors::new().allow_origin("https://shop.example.com");
    // near miss: a list of origins
    let listed = Cors::new().allow_origin([ours, "https://admin.example.com"]);
    // near miss: the preset is narrowed down
    let narrowed = Cors::permissive().allow_origin(ours);
    // near miss: no origin is named, so none is allowed
    let nobody = Cors::new().allow_methods(Any).allow_headers(Any);
    // near miss: code that looks at the origin
    let checked = Cors::new().allow_origin(AllowOrigin::dynamic(known));
    // near miss: any method and any header for one origin
    let methods = Cors::new().allow_methods(Any).allow_headers(Any).allow_origin(ours);
    // near miss: with credentials it is a lint of its own
    let credentials = Cors::very_permissive();
    // near miss: the origin is a setting
    let origin = std::env::var("ORIGIN").unwrap_or_default();
    let setting = Cors::new().allow_origin(origin.as_str());
    // near miss: made and never used
    let unused = Cors::permissive();
    Router::new()
        .push(Router::with_path("named").hoop(named.into_handler()).get(account))
        .push(Router::with_path("listed").hoop(listed.into_handler()).get(account))
        .push(Router::with_path("narrowed").hoop(narrowed.into_handler()).get(account))
        .push(Router::with_path("nobody").hoop(nobody.into_handler()).get(account))
        .push(Router::with_path("checked").hoop(checked.into_handler()).get(account))
        .push(Router::with_path("methods").hoop(methods.into_handler()).get(account))
        .push(Router::with_path("credentials").hoop(credentials.into_handler()).get(account))
        .push(Router::with_path("setting").hoop(setting.into_handler()).get(account))
        // near miss: nothing is said of other origins
        .push(Router::with_path("plain").get(account))
        // near miss: any origin around what is public only
        .push(Router::with_path("prices").hoop(Cors::permissive().into_handler()).get(prices))
}

fn known(origin: Option<&HeaderValue>, _: &Request, _: &Depot) -> Option<HeaderValue> {
    origin.filter(|it| *it == "https://shop.example.com").cloned()
}

fn main() {}
