//! Where requests are sent, in axum.

use std::collections::HashMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone)]
struct Services {
    client: Client,
    search: String,
    hosts: HashMap<String, String>,
}

#[derive(Deserialize, Serialize, Clone)]
struct Webhook {
    url: String,
    id: u64,
    region: Region,
    target: Option<Url>,
}

#[derive(Deserialize, Serialize, Clone, Copy)]
enum Region {
    Eu,
    Us,
}

impl Region {
    fn host(self) -> &'static str {
        match self {
            Region::Eu => "eu.example.com",
            Region::Us => "us.example.com",
        }
    }
}

const BASE: &str = "https://api.example.com";

type Answer = Result<String, StatusCode>;

fn gateway<E>(_error: E) -> StatusCode {
    StatusCode::BAD_GATEWAY
}

async fn free_function(Json(hook): Json<Webhook>) -> Answer {
    reqwest::get(hook.url).await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn fixed_host(Path(name): Path<String>) -> Answer {
    reqwest::get(format!("{BASE}/users/{name}")).await.map_err(gateway)?.text().await.map_err(gateway) // near miss: fixed host
}

async fn fixed_host_in_query(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let request = services.client.get("https://api.example.com/check").query(&[("url", &hook.url)]); // near miss: fixed host in query
    request.send().await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn body_only(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let request = services.client.post("https://api.example.com/hooks").json(&hook); // near miss: body only
    request.send().await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn scheme_only(State(services): State<Services>, Path(host): Path<String>) -> Answer {
    let url = format!("https://{host}/status");
    services.client.get(&url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn host_ends_with_ours(State(services): State<Services>, Path(tenant): Path<String>) -> Answer {
    // `evil.com/?` and `evil.com#` cut off the rest.
    let url = format!("https://{tenant}.example.com/status");
    services.client.get(&url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn host_without_slash(State(services): State<Services>, Path(rest): Path<String>) -> Answer {
    // `@evil.com` or `.evil.com`.
    let url = format!("{BASE}{rest}");
    services.client.get(&url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn port(State(services): State<Services>, Path(port): Path<u16>) -> Answer {
    let url = format!("http://localhost:{port}/metrics");
    services.client.get(&url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: port
}

async fn region(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url = format!("https://{}/hooks/{}", hook.region.host(), hook.id);
    services.client.get(&url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: region
}

async fn settings(State(services): State<Services>, Path(term): Path<String>) -> Answer {
    let url = format!("{}/find?q={term}", services.search);
    services.client.get(&url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: settings
}

async fn parsed_url(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url = Url::parse(&hook.url).map_err(|_| StatusCode::BAD_REQUEST)?;
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn url_parameter(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url = hook.target.ok_or(StatusCode::BAD_REQUEST)?;
    let request = services.client.request(reqwest::Method::PUT, url).timeout(Duration::from_secs(5)); //~ ssrf
    request.send().await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn scheme_checked(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    if !hook.url.starts_with("https://") {
        return Err(StatusCode::BAD_REQUEST);
    }
    services.client.get(&hook.url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn prefix_checked(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    if !hook.url.starts_with("https://hooks.example.com/") {
        return Err(StatusCode::BAD_REQUEST);
    }
    services.client.get(&hook.url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: prefix checked
}

async fn prefix_without_slash(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    // `https://hooks.example.com.evil.com/`.
    if !hook.url.starts_with("https://hooks.example.com") {
        return Err(StatusCode::BAD_REQUEST);
    }
    services.client.get(&hook.url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn contains_host(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    if !hook.url.contains("example.com") {
        return Err(StatusCode::BAD_REQUEST);
    }
    services.client.get(&hook.url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn host_compared(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url = Url::parse(&hook.url).map_err(|_| StatusCode::BAD_REQUEST)?;
    if url.host_str() != Some("hooks.example.com") {
        return Err(StatusCode::BAD_REQUEST);
    }
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: host compared
}

async fn host_in_list(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url = Url::parse(&hook.url).map_err(|_| StatusCode::BAD_REQUEST)?;
    let host = url.host_str().ok_or(StatusCode::BAD_REQUEST)?;
    if !["a.example.com", "b.example.com"].contains(&host) {
        return Err(StatusCode::BAD_REQUEST);
    }
    services.client.get(url.as_str()).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: host in list
}

async fn host_matched(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url: Url = hook.url.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    match url.host_str() {
        Some("a.example.com" | "b.example.com") => {}
        _ => return Err(StatusCode::BAD_REQUEST),
    }
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: host matched
}

async fn scheme_compared(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url = Url::parse(&hook.url).map_err(|_| StatusCode::BAD_REQUEST)?;
    if url.scheme() != "https" {
        return Err(StatusCode::BAD_REQUEST);
    }
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => !it.is_private() && !it.is_loopback() && !it.is_link_local(),
        IpAddr::V6(it) => !it.is_loopback() && !it.is_unique_local(),
    }
}

fn ensure_public_host(url: &Url) -> Result<(), StatusCode> {
    let host = url.host_str().ok_or(StatusCode::BAD_REQUEST)?;
    let mut addresses = (host, 443).to_socket_addrs().map_err(|_| StatusCode::BAD_REQUEST)?;
    if addresses.all(|it| is_public(&it.ip())) { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
}

async fn public_only(State(services): State<Services>, Json(hook): Json<Webhook>) -> Answer {
    let url = Url::parse(&hook.url).map_err(|_| StatusCode::BAD_REQUEST)?;
    ensure_public_host(&url)?;
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: public only
}

async fn joined_url(State(services): State<Services>, Path(rest): Path<String>) -> Answer {
    // `Url::join` takes `//evil.com` and whole URLs.
    let url = Url::parse(BASE).and_then(|it| it.join(&rest)).map_err(|_| StatusCode::BAD_REQUEST)?;
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn path_set(State(services): State<Services>, Path(rest): Path<String>) -> Answer {
    let mut url = Url::parse(BASE).expect("a URL");
    url.set_path(&rest);
    url.query_pairs_mut().append_pair("q", &rest);
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: path set
}

async fn host_set(State(services): State<Services>, Path(host): Path<String>) -> Answer {
    let mut url = Url::parse(BASE).expect("a URL");
    url.set_host(Some(&host)).map_err(|_| StatusCode::BAD_REQUEST)?;
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn by_key(State(services): State<Services>, Path(name): Path<String>) -> Answer {
    let url = services.hosts.get(&name).ok_or(StatusCode::NOT_FOUND)?;
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) // near miss: by key
}

async fn json_url(State(services): State<Services>, Json(event): Json<Value>) -> Answer {
    let Some(url) = event.pointer("/callback/url").and_then(Value::as_str) else { return Err(StatusCode::BAD_REQUEST) };
    services.client.post(url).json(&event).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn forwarded_host(State(services): State<Services>, headers: HeaderMap) -> Answer {
    let host = headers.get("x-forwarded-host").and_then(|it| it.to_str().ok()).unwrap_or("localhost");
    let url = format!("http://{host}/internal");
    services.client.get(url).send().await.map_err(gateway)?.text().await.map_err(gateway) //~ ssrf
}

async fn header_forwarded(State(services): State<Services>, headers: HeaderMap) -> Answer {
    let language = headers.get("accept-language").and_then(|it| it.to_str().ok()).unwrap_or("en");
    let request = services.client.get(BASE).header("accept-language", language); // near miss: header forwarded
    request.send().await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn all(State(services): State<Services>, Json(urls): Json<Vec<String>>) -> Json<Vec<u16>> {
    let mut answers = Vec::new();
    for url in urls.iter().take(5) {
        if let Ok(answer) = services.client.head(url).send().await { //~ ssrf
            answers.push(answer.status().as_u16());
        }
    }
    Json(answers)
}

async fn concurrent(State(services): State<Services>, Json(urls): Json<Vec<String>>) -> StatusCode {
    let requests = urls.into_iter().map(|url| services.client.get(url).send()); //~ ssrf
    let _ = futures_util::future::join_all(requests).await;
    StatusCode::OK
}

async fn concurrent_ids(State(services): State<Services>, Json(ids): Json<Vec<u64>>) -> StatusCode {
    let requests = ids.into_iter().map(|id| services.client.get(format!("{BASE}/items/{id}")).send()); // near miss: concurrent ids
    let _ = futures_util::future::join_all(requests).await;
    StatusCode::OK
}

struct Api {
    client: Client,
    base: String,
}

impl Api {
    fn new(base: impl Into<String>) -> Self {
        Api { client: Client::new(), base: base.into() }
    }

    async fn ping(&self) -> Result<String, reqwest::Error> {
        self.client.get(format!("{}/ping", self.base)).send().await?.text().await //~ ssrf
    }
}

async fn api_of_request(Json(hook): Json<Webhook>) -> Answer {
    Api::new(hook.url).ping().await.map_err(gateway)
}

async fn blocking(Query(query): Query<HashMap<String, String>>) -> Answer {
    let url = query.get("url").cloned().ok_or(StatusCode::BAD_REQUEST)?;
    let text = tokio::task::spawn_blocking(move || ureq::get(&url).call()?.body_mut().read_to_string()); //~ ssrf
    text.await.map_err(gateway)?.map_err(gateway)
}

async fn connected(Query(query): Query<HashMap<String, String>>) -> StatusCode {
    let Some(address) = query.get("address") else { return StatusCode::BAD_REQUEST };
    match tokio_tungstenite::connect_async(address.as_str()).await { //~ ssrf
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    }
}

#[tokio::main]
async fn main() {
    let services = Services { client: Client::new(), search: "http://search:9200".into(), hosts: HashMap::new() };
    let app = Router::new()
        .route("/1", post(free_function).put(fixed_host_in_query).patch(body_only).delete(region))
        .route("/2/{name}", get(fixed_host).post(scheme_only).put(host_ends_with_ours).delete(host_without_slash))
        .route("/3/{port}", get(port))
        .route("/4/{term}", get(settings).post(joined_url).put(path_set).delete(host_set))
        .route("/5", post(parsed_url).put(url_parameter).patch(scheme_checked).delete(prefix_checked))
        .route("/6", post(prefix_without_slash).put(contains_host).patch(host_compared).delete(host_in_list))
        .route("/7", post(host_matched).put(scheme_compared).patch(public_only))
        .route("/8/{name}", get(by_key))
        .route("/9", post(json_url).get(forwarded_host).put(header_forwarded))
        .route("/10", post(all).put(concurrent).patch(concurrent_ids).delete(api_of_request))
        .route("/11", get(blocking).post(connected))
        .with_state(services);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
