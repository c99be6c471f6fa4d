//! Where requests come in, in actix-web: each handler asks what it was given, in one way.

use std::collections::HashMap;

use actix_web::error::ErrorBadRequest;
use actix_web::http::header::{ContentType, Header};
use actix_web::web::{Bytes, Data, Form, Json, Path, Payload, Query, ReqData, ServiceConfig};
use actix_web::{App, Either, Error, HttpMessage, HttpRequest, HttpResponse, HttpServer, Responder, get, web};
use futures_util::StreamExt;
use reqwest::Client;
use serde::Deserialize;

#[derive(Deserialize)]
struct Target {
    url: String,
    id: u64,
}

#[derive(Clone)]
struct Settings {
    url: String,
}

async fn send(client: &Client, url: &str) -> HttpResponse {
    match client.get(url).send().await { // near miss: send
        Ok(_) => HttpResponse::Ok().finish(),
        Err(_) => HttpResponse::BadGateway().finish(),
    }
}

async fn by_state(client: Data<Client>, settings: Data<Settings>) -> HttpResponse {
    send(&client, &settings.url).await
}

async fn path_struct(client: Data<Client>, target: Path<Target>) -> impl Responder {
    let _ = client.get(format!("https://a.example.com/{}", target.id)).send().await; // near miss: path struct
    let _ = client.get(&target.url).send().await; //~ ssrf
    HttpResponse::Ok()
}

async fn query_pairs(client: Data<Client>, pairs: Query<Vec<(String, String)>>) -> impl Responder {
    for (_, url) in pairs.iter() {
        let _ = client.get(url).send().await; //~ ssrf
    }
    HttpResponse::Ok()
}

async fn query_map(client: Data<Client>, Query(query): Query<HashMap<String, String>>) -> impl Responder {
    match query.get("url").map(String::as_str) {
        Some("") | None => HttpResponse::BadRequest(),
        Some(url) => {
            let _ = client.get(url).send().await; //~ ssrf
            HttpResponse::Ok()
        }
    }
}

async fn optional_json(client: Data<Client>, target: Option<Json<Target>>) -> impl Responder {
    let url = target.map(|it| it.into_inner().url).unwrap_or_else(|| "https://www.example.com".to_string());
    let _ = client.get(url).send().await; //~ ssrf
    HttpResponse::Ok()
}

async fn either(client: Data<Client>, target: Either<Json<Target>, Form<Target>>) -> impl Responder {
    let target = match target {
        Either::Left(Json(target)) => target,
        Either::Right(Form(target)) => target,
    };
    let _ = client.get(target.url).send().await; //~ ssrf
    HttpResponse::Ok()
}

async fn either_inner(client: Data<Client>, target: Either<Json<Target>, Form<Target>>) -> impl Responder {
    let target = target.into_inner();
    let _ = client.get(format!("https://a.example.com/{}", target.id)).send().await; // near miss: either inner
    HttpResponse::Ok()
}

async fn bytes(client: Data<Client>, body: Bytes) -> Result<HttpResponse, Error> {
    let target: Target = serde_json::from_slice(&body)?;
    let _ = client.get(target.url).send().await; //~ ssrf
    Ok(HttpResponse::Ok().finish())
}

async fn payload(client: Data<Client>, mut payload: Payload) -> Result<HttpResponse, Error> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk?);
    }
    let url = String::from_utf8(body.to_vec()).map_err(ErrorBadRequest)?;
    let _ = client.get(url).send().await; //~ ssrf
    Ok(HttpResponse::Ok().finish())
}

async fn headers(client: Data<Client>, request: HttpRequest) -> Option<HttpResponse> {
    let url = request.headers().get("x-url")?.to_str().ok()?;
    let _ = client.get(url).send().await; //~ ssrf
    Some(HttpResponse::Ok().finish())
}

async fn typed_header(client: Data<Client>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let kind = ContentType::parse(&request)?;
    let _ = client.get("https://a.example.com/").header("accept", kind.to_string()).send().await; // near miss: typed header
    Ok(HttpResponse::Ok().finish())
}

async fn cookie(client: Data<Client>, request: HttpRequest) -> impl Responder {
    let url = request.cookie("url").map(|it| it.value().to_owned()).unwrap_or_default();
    let _ = client.get(url).send().await; //~ ssrf
    HttpResponse::Ok()
}

async fn match_info(client: Data<Client>, request: HttpRequest) -> impl Responder {
    let url: String = request.match_info().load::<(String,)>().map(|it| it.0).unwrap_or_default();
    let _ = client.get(url).send().await; //~ ssrf
    HttpResponse::Ok()
}

async fn match_info_number(client: Data<Client>, request: HttpRequest) -> impl Responder {
    let id: u32 = request.match_info().query("id").parse().unwrap_or(0);
    let _ = client.get(format!("https://a.example.com/{id}")).send().await; // near miss: match info number
    HttpResponse::Ok()
}

async fn request_data(client: Data<Client>, settings: Option<ReqData<Settings>>) -> impl Responder {
    if let Some(settings) = settings {
        let _ = client.get(settings.into_inner().url).send().await; // near miss: request data
    }
    HttpResponse::Ok()
}

async fn extensions(client: Data<Client>, request: HttpRequest) -> impl Responder {
    let url = request.extensions().get::<Settings>().map(|it| it.url.clone()).unwrap_or_default();
    let _ = client.get(url).send().await; // near miss: extensions
    HttpResponse::Ok()
}

async fn app_data(client: Data<Client>, request: HttpRequest) -> impl Responder {
    if let Some(settings) = request.app_data::<Data<Settings>>() {
        let _ = client.get(&settings.url).send().await; // near miss: app data
    }
    HttpResponse::Ok()
}

async fn peer(client: Data<Client>, request: HttpRequest) -> impl Responder {
    if let Some(peer) = request.peer_addr() {
        let _ = client.get(format!("https://geo.example.com/{}", peer.ip())).send().await; // near miss: peer
    }
    HttpResponse::Ok()
}

fn config(config: &mut ServiceConfig) {
    config
        .route("/1", web::get().to(by_state))
        .route("/2/{url}/{id}", web::get().to(path_struct))
        .route("/3", web::get().to(query_pairs))
        .route("/3", web::post().to(query_map))
        .route("/4", web::post().to(optional_json))
        .route("/4", web::put().to(either))
        .route("/4", web::delete().to(either_inner))
        .service(web::resource("/5").route(web::post().to(bytes)).route(web::put().to(payload)))
        .service(web::resource("/6").get(headers).post(typed_header).put(cookie))
        .service(web::resource("/7/{url}").get(match_info))
        .service(web::resource("/8/{id}").get(match_info_number))
        .service(web::resource("/9").get(request_data).post(extensions).put(app_data).delete(peer));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .app_data(Data::new(Client::new()))
            .app_data(Data::new(Settings { url: "https://a.example.com".to_string() }))
            .configure(config)
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
