//! Any origin around an API whose tokens stand in headers.

use std::collections::HashMap;
use std::sync::Arc;

use warp::{Filter, Rejection, reject};

async fn orders(name: String) -> Result<String, Rejection> {
    Ok(name)
}

pub async fn api(tokens: Arc<HashMap<String, String>>) {
    let caller = warp::header::<String>("authorization").and_then(move |token: String| {
        let found = tokens.get(&token).cloned();
        async move { found.ok_or_else(reject::reject) }
    });
    // near miss: tokens in a header, which no browser adds by itself
    let cors = warp::cors().allow_any_origin();
    // near miss: any header may be sent, and no cookie is read
    let headers = warp::cors().allow_any_origin().allow_headers(vec!["authorization"]);
    let first = warp::path!("orders").and(caller.clone()).and_then(orders).with(cors);
    let second = warp::path!("invoices").and(caller).and_then(orders).with(headers);
    warp::serve(first.or(second)).run(([127, 0, 0, 1], 3033)).await;
}

fn main() {}
