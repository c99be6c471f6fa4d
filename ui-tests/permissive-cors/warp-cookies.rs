//! Any origin around filters that take cookies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use warp::{Filter, Rejection, reject};

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
    let any = warp::cors().allow_any_origin(); //~ permissive-cors
    let first = warp::path!("any").and(visitor(sessions.clone())).and_then(account).with(any);
    let open = warp::cors().allow_methods(vec!["GET"]).build(); //~ permissive-cors
    let second = warp::path!("default").and(visitor(sessions)).and_then(account).with(open);
    warp::serve(first.or(second)).run(([127, 0, 0, 1], 3030)).await;
}

pub async fn near_misses(sessions: Sessions) {
    // near miss: one named origin
    let named = warp::cors().allow_origin("https://shop.example.com");
    // near miss: a list of origins
    let listed = warp::cors().allow_origins(vec!["https://shop.example.com", "https://admin.example.com"]);
    // near miss: naming an origin ends that any may ask
    let narrowed = warp::cors().allow_any_origin().allow_origin("https://shop.example.com");
    // near miss: methods and headers are many, and the origin is one
    let methods = warp::cors()
        .allow_methods(vec!["GET", "POST", "DELETE"])
        .allow_headers(vec!["content-type"])
        .allow_origin("https://shop.example.com");
    // near miss: the origin is a setting
    let origin = std::env::var("ORIGIN").unwrap_or_default();
    let setting = warp::cors().allow_origin(origin.as_str());
    // near miss: with credentials it is a lint of its own
    let credentials = warp::cors().allow_any_origin().allow_credentials(true);
    // near miss: made and never used
    let unused = warp::cors().allow_any_origin();
    let mine = || visitor(sessions.clone());
    let first = warp::path!("named").and(mine()).and_then(account).with(named);
    let second = warp::path!("listed").and(mine()).and_then(account).with(listed);
    let third = warp::path!("narrowed").and(mine()).and_then(account).with(narrowed);
    let fourth = warp::path!("methods").and(mine()).and_then(account).with(methods);
    let fifth = warp::path!("setting").and(mine()).and_then(account).with(setting);
    let sixth = warp::path!("credentials").and(mine()).and_then(account).with(credentials);
    // near miss: any origin around what is public only
    let seventh = warp::path!("prices").and_then(prices).with(warp::cors().allow_any_origin());
    // near miss: nothing is said of other origins
    let eighth = warp::path!("plain").and(mine()).and_then(account);
    let all = first.or(second).or(third).or(fourth).or(fifth).or(sixth).or(seventh).or(eighth);
    warp::serve(all).run(([127, 0, 0, 1], 3032)).await;
}

fn main() {}
