//! `JwtAuth` refuses by itself, unless it is told to let everybody pass: then somebody must look.

use salvo::jwt_auth::{ConstDecoder, CookieFinder, HeaderFinder, QueryFinder};
use salvo::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    username: String,
    exp: i64,
}

struct Settings {
    open: bool,
}

fn settings() -> Settings {
    Settings { open: std::env::var("OPEN").is_ok() }
}

fn lenient() -> JwtAuth<Claims, ConstDecoder> {
    JwtAuth::new(ConstDecoder::from_secret(std::env::var("SECRET").unwrap().as_bytes()))
        .finders(vec![Box::new(QueryFinder::new("jwt_token")), Box::new(CookieFinder::new("jwt_token"))])
        .force_passed(true)
}

#[handler]
async fn must_be_authorized(depot: &mut Depot, res: &mut Response) {
    if depot.jwt_auth_state() != JwtAuthState::Authorized {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn plain() -> &'static str {
    std::fs::write("log", "x").unwrap();
    "done"
}

#[handler]
async fn by_match(depot: &mut Depot, res: &mut Response) {
    match depot.jwt_auth_state() {
        JwtAuthState::Authorized => {
            let data = depot.jwt_auth_data::<Claims>().unwrap();
            std::fs::write("log", &data.claims.username).unwrap();
            res.render(Text::Plain(format!("Hi {}", data.claims.username)));
        }
        JwtAuthState::Unauthorized => res.render(StatusError::unauthorized()),
        JwtAuthState::Forbidden => res.render(StatusError::forbidden()),
    }
}

#[handler]
async fn by_match_too_lenient(depot: &mut Depot, res: &mut Response) {
    match depot.jwt_auth_state() {
        JwtAuthState::Forbidden => res.render(StatusError::forbidden()),
        _ => {
            std::fs::write("log", "x").unwrap();
            res.render("written");
        }
    }
}

#[handler]
async fn by_data(depot: &mut Depot) -> Result<String, StatusError> {
    let data = depot.jwt_auth_data::<Claims>().ok_or_else(StatusError::unauthorized)?;
    std::fs::write("log", &data.claims.username).unwrap();
    Ok(data.claims.username.clone())
}

#[handler]
async fn greets(depot: &mut Depot) -> String {
    match depot.jwt_auth_data::<Claims>() {
        Some(data) => format!("Hi {}", data.claims.username),
        None => "Hi".into(),
    }
}

#[handler]
async fn login(req: &mut Request, res: &mut Response) -> Result<(), StatusError> {
    let name = req.form::<String>("username").await.unwrap_or_default();
    res.render(Text::Plain(name));
    Ok(())
}

#[tokio::main]
async fn main() {
    let strict: JwtAuth<Claims, _> =
        JwtAuth::new(ConstDecoder::from_secret(std::env::var("SECRET").unwrap().as_bytes()))
            .finders(vec![Box::new(HeaderFinder::new())])
            .force_passed(false);
    let by_setting: JwtAuth<Claims, _> =
        JwtAuth::new(ConstDecoder::from_secret(std::env::var("SECRET").unwrap().as_bytes()))
            .force_passed(settings().open);
    let router = Router::new()
        .push(Router::with_path("login").post(login))
        .push(Router::with_path("strict").hoop(strict).post(plain))
        .push(
            Router::with_path("lenient")
                .hoop(lenient())
                .post(plain)
                .push(Router::with_path("match").post(by_match))
                .push(Router::with_path("careless").post(by_match_too_lenient))
                .push(Router::with_path("data").post(by_data))
                .push(Router::with_path("greet").get(greets))
                .push(Router::with_path("hoop").hoop(must_be_authorized).post(plain)),
        )
        .push(Router::with_path("setting").hoop(by_setting).post(plain));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ POST /login none
//@ POST /strict required
//@ POST /lenient none
//@ POST /lenient/match required
//@ POST /lenient/careless optional
//@ POST /lenient/data required
//@ GET /lenient/greet optional
//@ POST /lenient/hoop required
//@ POST /setting conditional if !(settings().open)
