//! Where requests are sent, in actix-web.

use std::sync::Arc;

use actix_web::error::{ErrorBadGateway, ErrorBadRequest};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, Responder, get, post, web};
use serde::Deserialize;

#[derive(Deserialize, Clone)]
struct Import {
    source: Source,
    callback: Option<String>,
    title: String,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "snake_case")]
enum Source {
    Feed { url: String },
    Number(u64),
}

trait Fetcher: Send + Sync {
    fn fetch(&self, url: &str) -> Result<String, ureq::Error>;
}

struct Plain;

impl Fetcher for Plain {
    fn fetch(&self, url: &str) -> Result<String, ureq::Error> {
        ureq::get(url).call()?.body_mut().read_to_string() //~ ssrf
    }
}

struct Mirror {
    base: String,
}

impl Mirror {
    fn fetch(&self, name: &str) -> Result<String, ureq::Error> {
        ureq::get(format!("{}/{name}", self.base)).call()?.body_mut().read_to_string() // near miss: fetch
    }
}

#[get("/fetch")]
async fn get_by_trait(fetcher: web::Data<dyn Fetcher>, import: web::Query<Import>) -> Result<String, Error> {
    fetcher.fetch(&import.title).map_err(ErrorBadGateway)
}

#[get("/mirror/{name}")]
async fn get_by_mirror(mirror: web::Data<Mirror>, name: web::Path<String>) -> Result<String, Error> {
    mirror.fetch(&name).map_err(ErrorBadGateway)
}

#[post("/import")]
async fn post_import(client: web::Data<reqwest::Client>, import: web::Json<Import>) -> Result<String, Error> {
    let url = match &import.source {
        Source::Feed { url } => url.clone(),
        Source::Number(number) => format!("https://feeds.example.com/{number}"),
    };
    let answer = client.get(url).send().await.map_err(ErrorBadGateway)?; //~ ssrf
    answer.text().await.map_err(ErrorBadGateway)
}

#[post("/import/number")]
async fn post_import_number(client: web::Data<reqwest::Client>, import: web::Json<Import>) -> Result<String, Error> {
    let Source::Number(number) = import.source else { return Err(ErrorBadRequest("no number")) };
    let answer = client.get(format!("https://feeds.example.com/{number}")).send().await.map_err(ErrorBadGateway)?; // near miss: post import number
    answer.text().await.map_err(ErrorBadGateway)
}

#[post("/callback")]
async fn post_callback(import: web::Json<Import>) -> impl Responder {
    let import = import.into_inner();
    actix_web::rt::spawn(async move {
        if let Some(callback) = import.callback {
            let _ = reqwest::Client::new().post(callback).body(import.title).send().await; //~ ssrf
        }
    });
    HttpResponse::Accepted()
}

#[post("/callback/fixed")]
async fn post_callback_fixed(import: web::Json<Import>) -> impl Responder {
    if import.callback.is_some() {
        let _ = reqwest::Client::new().post("https://hooks.example.com/").body(import.title.clone()).send().await; // near miss: post callback fixed
    }
    HttpResponse::Accepted()
}

#[get("/awc")]
async fn get_awc_client(request: HttpRequest) -> Result<HttpResponse, Error> {
    let target = request.headers().get("x-target").and_then(|it| it.to_str().ok()).ok_or_else(|| ErrorBadRequest("no target"))?;
    let answer = awc::Client::default().get(target).send().await.map_err(|it| ErrorBadGateway(it.to_string()))?; //~ ssrf
    Ok(HttpResponse::build(answer.status()).finish())
}

#[get("/proxy/{tail:.*}")]
async fn get_proxy(request: HttpRequest, client: web::Data<awc::Client>) -> Result<HttpResponse, Error> {
    let url = format!("http://backend:9000{}", request.uri().path());
    let answer = client.get(url).send().await.map_err(|it| ErrorBadGateway(it.to_string()))?; //~ ssrf (wrongly)
    Ok(HttpResponse::build(answer.status()).finish())
}

#[get("/proxy-query")]
async fn get_proxy_query(request: HttpRequest, client: web::Data<awc::Client>) -> Result<HttpResponse, Error> {
    let url = format!("http://backend:9000/search?{}", request.query_string());
    let answer = client.get(url).send().await.map_err(|it| ErrorBadGateway(it.to_string()))?; // near miss: get proxy query
    Ok(HttpResponse::build(answer.status()).finish())
}

#[get("/own-host")]
async fn get_connection_host(request: HttpRequest) -> Result<HttpResponse, Error> {
    let host = request.connection_info().host().to_owned();
    let answer = reqwest::get(format!("http://{host}/internal")).await.map_err(ErrorBadGateway)?; //~ ssrf
    Ok(HttpResponse::Ok().body(answer.text().await.map_err(ErrorBadGateway)?))
}

struct Request {
    host: String,
    path: String,
}

impl Request {
    fn to(host: &str) -> Self {
        Request { host: host.to_string(), path: String::new() }
    }

    fn path(mut self, path: &str) -> Self {
        self.path = path.to_string();
        self
    }

    fn url(&self) -> String {
        format!("https://{}/{}", self.host, self.path)
    }
}

#[get("/builder/{path}")]
async fn get_builder(path: web::Path<String>) -> impl Responder {
    let url = Request::to("api.example.com").path(&path).url();
    let _ = reqwest::get(url).await; // near miss: get builder
    HttpResponse::Ok()
}

#[get("/builder-host/{host}")]
async fn get_builder_host(host: web::Path<String>) -> impl Responder {
    let url = Request::to(&host).path("status").url();
    let _ = reqwest::get(url).await; //~ ssrf
    HttpResponse::Ok()
}

fn allowed_url(text: &str) -> Option<reqwest::Url> {
    let url = reqwest::Url::parse(text).ok()?;
    let host = url.host_str()?;
    (host == "example.com" || host.ends_with(".example.com")).then_some(url)
}

#[get("/allowed/{url:.*}")]
async fn get_allowed(url: web::Path<String>) -> Result<HttpResponse, Error> {
    let url = allowed_url(&url).ok_or_else(|| ErrorBadRequest("not allowed"))?;
    let _ = reqwest::get(url).await; // near miss: get allowed
    Ok(HttpResponse::Ok().finish())
}

#[get("/ends/{host}")]
async fn get_suffix_of_text(host: web::Path<String>) -> Result<HttpResponse, Error> {
    // `evil.com/x.example.com`.
    if !host.ends_with(".example.com") {
        return Err(ErrorBadRequest("not allowed"));
    }
    let _ = reqwest::get(format!("https://{host}")).await; //~ ssrf
    Ok(HttpResponse::Ok().finish())
}

#[get("/encoded/{name}")]
async fn get_encoded(name: web::Path<String>) -> impl Responder {
    let url = format!("https://{}.example.com/", urlencoding::encode(&name));
    let _ = reqwest::get(url).await; // near miss: get encoded
    HttpResponse::Ok()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let fetcher: Arc<dyn Fetcher> = Arc::new(Plain);
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(fetcher.clone()))
            .app_data(web::Data::new(Mirror { base: "https://mirror.example.com".to_string() }))
            .app_data(web::Data::new(reqwest::Client::new()))
            .app_data(web::Data::new(awc::Client::default()))
            .service((get_by_trait, get_by_mirror, post_import, post_import_number, post_callback, post_callback_fixed))
            .service((get_awc_client, get_proxy, get_proxy_query, get_connection_host, get_builder, get_builder_host))
            .service((get_allowed, get_suffix_of_text, get_encoded))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
