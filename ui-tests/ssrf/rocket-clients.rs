//! Where requests are sent, in Rocket.

use reqwest::Client;
use rocket::form::{Form, FromForm};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::serde::json::{Json, Value};
use rocket::{State, get, launch, post, routes};

#[derive(FromForm)]
struct Preview {
    url: String,
    size: u32,
    #[field(name = "provider")]
    via: Provider,
}

#[derive(rocket::FromFormField, Clone, Copy)]
enum Provider {
    First,
    Second,
}

struct Target(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Target {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.headers().get_one("X-Target") {
            Some(target) => Outcome::Success(Target(format!("http://{target}"))),
            None => Outcome::Forward(Status::BadRequest),
        }
    }
}

async fn load(client: &Client, url: &str) -> Option<String> {
    client.get(url).send().await.ok()?.text().await.ok() //~ ssrf
}

async fn load_page(client: &Client, url: &str) -> Option<String> {
    client.get(url).send().await.ok()?.text().await.ok() // near miss: load page
}

#[post("/preview", data = "<form>")]
async fn preview(client: &State<Client>, form: Form<Preview>) -> Option<String> {
    load(client, &form.url).await
}

#[post("/preview/sized", data = "<form>")]
async fn sized(client: &State<Client>, form: Form<Preview>) -> Option<String> {
    let host = match form.via {
        Provider::First => "https://first.example.com",
        Provider::Second => "https://second.example.com",
    };
    load_page(client, &format!("{host}/thumb?size={}&url={}", form.size, form.url)).await // near miss: sized
}

#[get("/header")]
async fn header(client: &State<Client>, target: Target) -> Option<String> {
    client.get(target.0).send().await.ok()?.text().await.ok() //~ ssrf
}

#[post("/json", data = "<body>")]
async fn json(client: &State<Client>, body: Json<Value>) -> Option<String> {
    let number = body["id"].as_u64()?;
    client.get(format!("https://api.example.com/{number}")).send().await.ok()?; // near miss: json
    let url = body["links"][0]["href"].as_str()?;
    client.get(url).send().await.ok()?.text().await.ok() //~ ssrf
}

#[get("/avatar/<name>")]
async fn avatar(client: &State<Client>, name: &str) -> Option<String> {
    let url = String::from("https://avatars.example.com/") + name + ".png";
    client.get(url).send().await.ok()?.text().await.ok() // near miss: avatar
}

#[get("/subdomain/<name>")]
async fn subdomain(client: &State<Client>, name: &str) -> Option<String> {
    let url = String::from("https://") + name + ".example.com/";
    client.get(url).send().await.ok()?.text().await.ok() //~ ssrf
}

#[get("/subdomain/checked/<name>")]
async fn subdomain_checked(client: &State<Client>, name: &str) -> Option<String> {
    if name.chars().any(|it| !it.is_ascii_alphanumeric()) {
        return None;
    }
    let url = String::from("https://") + name + ".example.com/";
    client.get(url).send().await.ok()?.text().await.ok() // near miss: subdomain checked
}

#[get("/retry?<url>&<times>")]
async fn retry(client: &State<Client>, url: String, times: u8) -> Option<String> {
    let mut answer = None;
    for _ in 0..times.min(3) {
        answer = client.get(url.clone()).send().await.ok(); //~ ssrf
        if answer.is_some() {
            break;
        }
    }
    answer?.text().await.ok()
}

#[get("/default?<url>")]
async fn default(client: &State<Client>, url: Option<&str>) -> Option<String> {
    let url = url.unwrap_or("https://www.example.com");
    client.get(url).send().await.ok()?.text().await.ok() //~ ssrf
}

#[get("/environment?<name>")]
async fn environment(client: &State<Client>, name: &str) -> Option<String> {
    let base = std::env::var("API_BASE").ok()?;
    client.get(format!("{base}/items/{name}")).send().await.ok()?.text().await.ok() // near miss: environment
}

#[launch]
fn rocket() -> _ {
    rocket::build().manage(Client::new()).mount(
        "/",
        routes![preview, sized, header, json, avatar, subdomain, subdomain_checked, retry, default, environment],
    )
}
