//! What warp's CORS wrapper allows around filters that take cookies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use warp::{Filter, Rejection, Reply, reject};

type Sessions = Arc<Mutex<HashMap<String, String>>>;

fn visitor(sessions: Sessions) -> impl Filter<Extract = (String,), Error = Rejection> + Clone {
    warp::cookie::<String>("session").and_then(move |token: String| {
        let found = sessions.lock().unwrap().get(&token).cloned();
        async move { found.ok_or_else(reject::reject) }
    })
}

async fn account(user: String) -> Result<String, Rejection> {
    Ok(user)
}

async fn prices() -> Result<&'static str, Rejection> {
    Ok("1, 2, 3")
}

pub async fn findings(sessions: Sessions) {
    let any = warp::cors()
        .allow_any_origin() //~ cors-any-origin-with-credentials
        .allow_credentials(true);
    let first = warp::path!("any").and(visitor(sessions.clone())).and_then(account).with(any);
    let by_default = warp::cors().allow_credentials(true).build(); //~ cors-any-origin-with-credentials
    let second = warp::path!("default").and(visitor(sessions)).and_then(account).with(by_default);
    warp::serve(first.or(second)).run(([127, 0, 0, 1], 3030)).await;
}

pub async fn opened(sessions: Sessions) {
    let cors = warp::cors()
        .allow_credentials(true)
        .allow_origin("https://shop.example.com")
        .allow_any_origin(); //~ cors-any-origin-with-credentials
    let account = warp::path!("opened").and(visitor(sessions)).and_then(account);
    warp::serve(account.with(cors)).run(([127, 0, 0, 1], 3031)).await;
}

pub async fn near_misses(sessions: Sessions) {
    // near miss: credentials for one named origin
    let named = warp::cors().allow_origin("https://shop.example.com").allow_credentials(true);
    // near miss: credentials for a list of origins
    let listed = warp::cors()
        .allow_origins(vec!["https://shop.example.com", "https://admin.example.com"])
        .allow_credentials(true);
    // near miss: any origin, and no credentials
    let any = warp::cors().allow_any_origin();
    // near miss: no origin is named, and no credentials
    let open = warp::cors().allow_methods(vec!["GET"]);
    // near miss: credentials are switched off
    let off = warp::cors().allow_any_origin().allow_credentials(false);
    // near miss: naming an origin ends that any may ask
    let narrowed = warp::cors()
        .allow_any_origin()
        .allow_credentials(true)
        .allow_origin("https://shop.example.com");
    // near miss: methods and headers are many, and the origin is one
    let methods = warp::cors()
        .allow_methods(vec!["GET", "POST", "DELETE"])
        .allow_headers(vec!["content-type"])
        .allow_origin("https://shop.example.com")
        .allow_credentials(true);
    // near miss: the origin is a setting
    let origin = std::env::var("ORIGIN").unwrap_or_default();
    let setting = warp::cors().allow_origin(origin.as_str()).allow_credentials(true);
    // near miss: made and never used
    let unused = warp::cors().allow_any_origin().allow_credentials(true);
    let mine = || visitor(sessions.clone());
    let first = warp::path!("named").and(mine()).and_then(account).with(named);
    let second = warp::path!("listed").and(mine()).and_then(account).with(listed);
    let third = warp::path!("any-origin").and(mine()).and_then(account).with(any);
    let fourth = warp::path!("open").and(mine()).and_then(account).with(open);
    let fifth = warp::path!("off").and(mine()).and_then(account).with(off);
    let sixth = warp::path!("narrowed").and(mine()).and_then(account).with(narrowed);
    let seventh = warp::path!("methods").and(mine()).and_then(account).with(methods);
    let eighth = warp::path!("setting").and(mine()).and_then(account).with(setting);
    // near miss: any origin for what is public
    let ninth = warp::path!("prices").and_then(prices).with(warp::cors().allow_any_origin());
    let all = first.or(second).or(third).or(fourth).or(fifth).or(sixth).or(seventh).or(eighth).or(ninth);
    warp::serve(all).run(([127, 0, 0, 1], 3032)).await;
}

fn main() {}
