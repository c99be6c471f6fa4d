//! Where requests are sent, in poem.

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::{Data, Json, Path, Query};
use poem::{EndpointExt, Request, Route, Server, get, handler, post};
use reqwest::Client;
use serde::Deserialize;

#[derive(Deserialize)]
struct Preview {
    url: String,
    id: u32,
}

#[handler]
async fn by_query(Data(client): Data<&Client>, Query(preview): Query<Preview>) -> String {
    match client.get(&preview.url).send().await { //~ ssrf
        Ok(answer) => answer.text().await.unwrap_or_default(),
        Err(_) => String::new(),
    }
}

#[handler]
async fn by_number(client: Data<&Client>, Query(preview): Query<Preview>) -> String {
    match client.get(format!("https://items.example.com/{}", preview.id)).send().await { // near miss: by number
        Ok(answer) => answer.text().await.unwrap_or_default(),
        Err(_) => String::new(),
    }
}

#[handler]
async fn by_path(client: Data<&Client>, Path((host, item)): Path<(String, String)>) -> poem::Result<String> {
    let url = format!("https://items.example.com/{item}");
    client.get(url).send().await.map_err(|_| StatusCode::BAD_GATEWAY)?; // near miss: by path
    let url = format!("https://{host}/{item}");
    client.get(url).send().await.map_err(|_| StatusCode::BAD_GATEWAY)?; //~ ssrf
    Ok(host)
}

#[handler]
async fn by_json(client: Data<&Client>, Json(previews): Json<Vec<Preview>>) -> StatusCode {
    for Preview { url, id } in previews {
        if id == 0 {
            continue;
        }
        if client.get(url).send().await.is_err() { //~ ssrf
            return StatusCode::BAD_GATEWAY;
        }
    }
    StatusCode::OK
}

#[handler]
async fn by_request(request: &Request, client: Data<&Client>) -> StatusCode {
    let Some(target) = request.header("x-target") else { return StatusCode::BAD_REQUEST };
    match client.head(target).send().await { //~ ssrf
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    }
}

#[handler]
async fn by_body(client: Data<&Client>, body: String) -> StatusCode {
    match client.post("https://audit.example.com/").body(body).send().await { // near miss: by body
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Route::new()
        .at("/query", get(by_query).post(by_number))
        .at("/path/:host/:item", get(by_path))
        .at("/json", post(by_json).get(by_request).put(by_body))
        .data(Client::new());
    Server::new(TcpListener::bind("127.0.0.1:8080")).run(app).await
}
