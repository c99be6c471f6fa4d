//! Which paths and methods filters match: with and without an end, prefixes, tails, alternatives.

use std::collections::HashMap;

use warp::http::{Method, StatusCode};
use warp::path::FullPath;
use warp::{Filter, Rejection, Reply, path};

const AREA: &str = "area";

async fn shown(id: u32) -> Result<impl Reply, Rejection> {
    Ok(format!("item {id}"))
}

async fn changed(id: u32, body: HashMap<String, String>) -> Result<impl Reply, Rejection> {
    Ok(format!("item {id}: {}", body.len()))
}

fn prefix() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::path!("api" / "v2" / ..)
}

#[tokio::main]
async fn main() {
    // Without an end it answers for everything below, too.
    let hello = warp::path("hello").and(warp::get()).map(|| "hello");
    let root = warp::path::end().map(|| "root");
    let exact = path("exact")
        .and(path::end())
        .and(warp::get())
        .map(|| "exact");
    let named = warp::get()
        .and(warp::path("named"))
        .and(warp::path::param::<String>())
        .map(|name: String| name);
    let sum = path!("sum" / u32 / u32).map(|a, b| format!("{}", a + b));
    let constant = warp::path(AREA)
        .and(warp::path!("x"))
        .and(warp::put())
        .map(|| StatusCode::OK);
    let tail = warp::path("files")
        .and(warp::path::tail())
        .map(|tail: warp::path::Tail| tail.as_str().to_owned());
    let full = warp::path!("full" / ..)
        .and(warp::path::full())
        .map(|path: FullPath| path.as_str().to_owned());
    let items = warp::path("items");
    let item = items.and(warp::path::param()).and(warp::path::end());
    let crud = item.and(warp::get()).and_then(shown).or(item
        .and(warp::put())
        .and(warp::body::json())
        .and_then(changed));
    let two = warp::path!("two")
        .and(warp::get().or(warp::head()).unify())
        .map(|| "two");
    let by_method =
        warp::path!("by-method")
            .and(warp::method())
            .and_then(|method: Method| async move {
                if method == Method::POST {
                    Ok("posted")
                } else {
                    Err(warp::reject::not_found())
                }
            });
    // The method is asked for on the outside.
    let shared = warp::post().and(path!("a").map(|| "a").or(path!("b").map(|| "b")));
    let versioned = prefix().and(
        path!("one")
            .and(warp::get())
            .map(|| "one")
            .or(path!("two" / String)
                .and(warp::delete())
                .map(|it: String| it)),
    );
    // Each part ends where it says: nothing can follow an end.
    let both = warp::any()
        .and(path!("both"))
        .and(warp::patch())
        .map(|| "both");
    let fallback = warp::any().map(|| StatusCode::NOT_FOUND);
    let routes = root
        .or(hello)
        .or(exact)
        .or(named)
        .or(sum)
        .or(constant)
        .or(tail)
        .or(full)
        .or(crud)
        .or(two)
        .or(by_method)
        .or(shared)
        .or(versioned)
        .or(both)
        .or(fallback);
    warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;
}

//@ ANY / none
//@ GET /hello/{*rest} none
//@ GET /exact none
//@ GET /named/{name}/{*rest} none
//@ ANY /sum/{a}/{b} none
//@ PUT /area/x none
//@ ANY /files/{*tail} none
//@ ANY /full/{*rest} none
//@ GET /items/{id} none
//@ PUT /items/{id} none
//@ GET /two none
//@ HEAD /two none
//@ ANY /by-method none
//@ POST /a none
//@ POST /b none
//@ GET /api/v2/one none
//@ DELETE /api/v2/two/{it} none
//@ PATCH /both none
//@ ANY /{*rest} none
