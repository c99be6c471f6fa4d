//! What salvo's CORS handler allows around endpoints that go by cookies.

use salvo::cors::{AllowHeaders, AllowOrigin, Any, Cors};
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

fn mirrored() -> Router {
    let cors = Cors::new()
        .allow_origin(AllowOrigin::mirror_request()) //~ cors-any-origin-with-credentials
        .allow_credentials(true)
        .into_handler();
    Router::with_path("mirrored").hoop(cors).get(account)
}

fn preset() -> Router {
    Router::with_path("preset")
        .hoop(Cors::very_permissive().into_handler()) //~ cors-any-origin-with-credentials
        .get(account)
}

fn whole_service() -> Service {
    let everybody = AllowOrigin::dynamic(|origin, _, _| origin.cloned());
    let cors = Cors::new()
        .allow_credentials(true)
        .allow_origin(everybody) //~ cors-any-origin-with-credentials
        .into_handler();
    Service::new(Router::with_path("whole").get(account)).hoop(cors)
}

fn near_misses() -> Router {
    let ours = "https://shop.example.com";
    // near miss: credentials for one named origin
    let named = Cors::new().allow_origin(ours).allow_credentials(true);
    // near miss: credentials for a list of origins
    let listed = Cors::new().allow_origin([ours, "https://admin.example.com"]).allow_credentials(true);
    // near miss: any origin, and no credentials
    let any = Cors::new().allow_origin(Any).allow_headers(Any);
    // near miss: the preset for everything that leaves credentials out
    let permissive = Cors::permissive();
    // near miss: any origin by its name, and no credentials
    let mirror = Cors::new().allow_origin(AllowOrigin::mirror_request());
    // near miss: credentials are switched off
    let off = Cors::very_permissive().allow_credentials(false);
    // near miss: the preset is narrowed down to one origin
    let narrowed = Cors::very_permissive().allow_origin(ours);
    // near miss: `*` with credentials, with which the handler is not made
    let refused = Cors::new().allow_origin(Any).allow_credentials(true);
    // near miss: code that looks at the origin
    let checked = Cors::new().allow_origin(AllowOrigin::dynamic(known)).allow_credentials(true);
    // near miss: headers are mirrored, origins are not
    let headers = Cors::new()
        .allow_headers(AllowHeaders::mirror_request())
        .allow_origin(ours)
        .allow_credentials(true);
    Router::new()
        .push(Router::with_path("named").hoop(named.into_handler()).get(account))
        .push(Router::with_path("listed").hoop(listed.into_handler()).get(account))
        .push(Router::with_path("any").hoop(any.into_handler()).get(account))
        .push(Router::with_path("permissive").hoop(permissive.into_handler()).get(account))
        .push(Router::with_path("mirror").hoop(mirror.into_handler()).get(account))
        .push(Router::with_path("off").hoop(off.into_handler()).get(account))
        .push(Router::with_path("narrowed").hoop(narrowed.into_handler()).get(account))
        .push(Router::with_path("refused").hoop(refused.into_handler()).get(account))
        .push(Router::with_path("checked").hoop(checked.into_handler()).get(account))
        .push(Router::with_path("headers").hoop(headers.into_handler()).get(account))
        // near miss: the preset around what looks at no credentials
        .push(Router::with_path("prices").hoop(Cors::very_permissive().into_handler()).get(prices))
}

fn known(origin: Option<&HeaderValue>, _: &Request, _: &Depot) -> Option<HeaderValue> {
    origin.filter(|it| *it == "https://shop.example.com").cloned()
}

fn main() {}
