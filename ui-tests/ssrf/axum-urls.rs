//! Ways to put a URL together, in axum.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::get;
use reqwest::{Client, Method, Url};
use serde::Deserialize;

#[derive(Deserialize)]
struct Wanted {
    host: String,
    path: String,
    port: u16,
}

type Answer = Result<(), StatusCode>;

const API: &str = "https://api.example.com";
const ITEMS: &str = "https://api.example.com/items";
static SEARCH: LazyLock<String> = LazyLock::new(|| std::env::var("SEARCH_URL").expect("SEARCH_URL is set"));

fn failed<E>(_error: E) -> StatusCode {
    StatusCode::BAD_GATEWAY
}

fn url(base: &str, path: &str) -> String {
    format!("{base}/{path}")
}

async fn literal_without_slash(Path(path): Path<String>) -> Answer {
    // `@evil.com`.
    reqwest::get(format!("https://api.example.com{path}")).await.map(drop).map_err(failed) //~ ssrf
}

async fn constant_added(Path(path): Path<String>) -> Answer {
    reqwest::get(API.to_string() + &path).await.map(drop).map_err(failed) //~ ssrf
}

async fn constant_with_path_added(Path(path): Path<String>) -> Answer {
    reqwest::get(ITEMS.to_string() + &path).await.map(drop).map_err(failed) // near miss: constant with path added
}

async fn joined_by_slash(Path(path): Path<String>) -> Answer {
    reqwest::get([API, path.as_str()].join("/")).await.map(drop).map_err(failed) // near miss: joined by slash
}

async fn host_joined(Query(wanted): Query<Wanted>) -> Answer {
    reqwest::get(["https:/", &wanted.host, "items"].join("/")).await.map(drop).map_err(failed) //~ ssrf
}

async fn query_after_host(Path(path): Path<String>) -> Answer {
    reqwest::get(format!("https://api.example.com?q={path}")).await.map(drop).map_err(failed) // near miss: query after host
}

async fn port_number(Query(wanted): Query<Wanted>) -> Answer {
    reqwest::get(format!("https://api.example.com:{}/{}", wanted.port, wanted.path)).await.map(drop).map_err(failed) // near miss: port number
}

async fn port_text(Path(port): Path<String>) -> Answer {
    // `1@evil.com`.
    reqwest::get(format!("https://api.example.com:{port}/")).await.map(drop).map_err(failed) //~ ssrf
}

async fn password(Path(password): Path<String>) -> Answer {
    // `x@evil.com/`.
    reqwest::get(format!("https://user:{password}@api.example.com/")).await.map(drop).map_err(failed) //~ ssrf
}

async fn helper_path(Path(path): Path<String>) -> Answer {
    reqwest::get(url(API, &path)).await.map(drop).map_err(failed) // near miss: helper path
}

async fn helper_base(Query(wanted): Query<Wanted>) -> Answer {
    reqwest::get(url(&wanted.host, "items")).await.map(drop).map_err(failed) //~ ssrf
}

async fn setting(Path(path): Path<String>) -> Answer {
    reqwest::get(format!("{}/{path}", *SEARCH)).await.map(drop).map_err(failed) // near miss: setting
}

async fn template(Path(path): Path<String>) -> Answer {
    reqwest::get("https://api.example.com/items/:id".replace(":id", &path)).await.map(drop).map_err(failed) // near miss: template
}

async fn template_host(Path(host): Path<String>) -> Answer {
    reqwest::get("https://:host/items".replace(":host", &host)).await.map(drop).map_err(failed) //~ ssrf
}

async fn parameters(Path(path): Path<String>) -> Answer {
    let url = Url::parse_with_params(API, [("path", &path)]).map_err(failed)?;
    reqwest::get(url).await.map(drop).map_err(failed) // near miss: parameters
}

async fn pairs(Path(path): Path<String>) -> Answer {
    let mut url = Url::parse(API).map_err(failed)?;
    url.query_pairs_mut().append_pair("path", &path);
    reqwest::get(url).await.map(drop).map_err(failed) // near miss: pairs
}

async fn segments(Path(path): Path<String>) -> Answer {
    let mut url = Url::parse(API).map_err(failed)?;
    url.path_segments_mut().map_err(failed)?.push(&path);
    reqwest::get(url).await.map(drop).map_err(failed) // near miss: segments
}

async fn set_query(Path(path): Path<String>) -> Answer {
    let mut url = Url::parse(API).map_err(failed)?;
    url.set_query(Some(&path));
    url.set_fragment(Some(&path));
    reqwest::get(url).await.map(drop).map_err(failed) // near miss: set query
}

async fn joined(Path(path): Path<String>) -> Answer {
    let url = Url::parse(API).map_err(failed)?.join(&path).map_err(failed)?;
    reqwest::get(url).await.map(drop).map_err(failed) //~ ssrf
}

async fn joined_below(Path(id): Path<u64>) -> Answer {
    let url = Url::parse(API).map_err(failed)?.join(&format!("items/{id}")).map_err(failed)?;
    reqwest::get(url).await.map(drop).map_err(failed) // near miss: joined below
}

async fn host_equal(Query(wanted): Query<Wanted>) -> Answer {
    let url = Url::parse(&wanted.host).map_err(failed)?;
    if url.host_str() == Some("api.example.com") {
        return reqwest::get(url).await.map(drop).map_err(failed); // near miss: host equal
    }
    Err(StatusCode::BAD_REQUEST)
}

async fn host_bound(Query(wanted): Query<Wanted>) -> Answer {
    let url = Url::parse(&wanted.host).map_err(failed)?;
    let Some(host) = url.host_str() else { return Err(StatusCode::BAD_REQUEST) };
    if host != "api.example.com" {
        return Err(StatusCode::BAD_REQUEST);
    }
    reqwest::get(url).await.map(drop).map_err(failed) // near miss: host bound
}

async fn domain_in_list(Query(wanted): Query<Wanted>) -> Answer {
    let url: Url = wanted.host.parse().map_err(failed)?;
    match url.domain() {
        Some(domain) if ["a.example.com", "b.example.com"].contains(&domain) => {}
        _ => return Err(StatusCode::BAD_REQUEST),
    }
    Client::new().request(Method::HEAD, url).send().await.map(drop).map_err(failed) // near miss: domain in list
}

async fn port_checked(Query(wanted): Query<Wanted>) -> Answer {
    let url = Url::parse(&wanted.host).map_err(failed)?;
    if url.port_or_known_default() != Some(443) {
        return Err(StatusCode::BAD_REQUEST);
    }
    reqwest::get(url).await.map(drop).map_err(failed) //~ ssrf
}

async fn host_missing(Query(wanted): Query<Wanted>) -> Answer {
    let url = Url::parse(&wanted.host).map_err(failed)?;
    if url.host_str().is_none() {
        return Err(StatusCode::BAD_REQUEST);
    }
    reqwest::get(url).await.map(drop).map_err(failed) //~ ssrf
}

async fn localhost_refused(Query(wanted): Query<Wanted>) -> Answer {
    let url = Url::parse(&wanted.host).map_err(failed)?;
    if url.host_str() == Some("localhost") {
        return Err(StatusCode::BAD_REQUEST);
    }
    reqwest::get(url).await.map(drop).map_err(failed) //~ ssrf
}

async fn executed(Query(wanted): Query<Wanted>) -> Answer {
    let client = Client::new();
    let request = client.get(format!("http://{}:{}", wanted.host, wanted.port)).build().map_err(failed)?; //~ ssrf
    client.execute(request).await.map(drop).map_err(failed)
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/1/{path}", get(literal_without_slash).post(constant_added).put(constant_with_path_added).delete(joined_by_slash))
        .route("/2", get(host_joined).post(port_number).put(helper_base).delete(executed))
        .route("/3/{path}", get(query_after_host).post(port_text).put(password).delete(helper_path))
        .route("/4/{path}", get(setting).post(template).put(template_host).delete(parameters))
        .route("/5/{path}", get(pairs).post(segments).put(set_query).delete(joined).patch(joined_below))
        .route("/6", get(host_equal).post(host_bound).put(domain_in_list).delete(port_checked))
        .route("/7", get(host_missing).post(localhost_refused));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
