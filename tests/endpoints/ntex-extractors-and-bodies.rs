//! Extractors, guards and checks in handlers of ntex.
//@ GET /me required
//@ GET /maybe optional
//@ GET /named none
//@ POST /checked required
//@ POST /late optional
//@ POST /ignored optional
//@ GET /guarded required
//@ GET /methods none
//@ POST /methods none
//@ DELETE /by-attribute required
//@ GET /state required
use ntex::http::{Payload, header::AUTHORIZATION};
use ntex::web::{
    self, App, Error, ErrorRenderer, FromRequest, HttpRequest, HttpResponse, HttpServer, error,
    guard, types,
};

pub struct Config {
    token: String,
}

/// Somebody whose token is genuine.
pub struct User {
    name: String,
}

impl<Err: ErrorRenderer> FromRequest<Err> for User {
    type Error = Error;

    async fn from_request(req: &HttpRequest, _: &mut Payload) -> Result<Self, Self::Error> {
        match req
            .headers()
            .get(AUTHORIZATION)
            .and_then(|it| it.to_str().ok())
        {
            Some(sent) if sent == secret() => Ok(User {
                name: "operator".into(),
            }),
            _ => Err(error::ErrorUnauthorized("no token").into()),
        }
    }
}

/// Whatever the client calls itself.
pub struct Named(String);

impl<Err: ErrorRenderer> FromRequest<Err> for Named {
    type Error = Error;

    async fn from_request(req: &HttpRequest, _: &mut Payload) -> Result<Self, Self::Error> {
        let name = req.headers().get("x-user").and_then(|it| it.to_str().ok());
        name.map(|it| Named(it.to_owned()))
            .ok_or_else(|| error::ErrorUnauthorized("who?").into())
    }
}

fn secret() -> String {
    std::env::var("TOKEN").expect("a token")
}

fn check(req: &HttpRequest) -> Result<(), Error> {
    let sent = req
        .headers()
        .get("x-api-key")
        .and_then(|it| it.to_str().ok());
    if sent != Some(secret().as_str()) {
        return Err(error::ErrorForbidden("wrong key").into());
    }
    Ok(())
}

fn is_operator(head: &ntex::http::RequestHead) -> bool {
    head.headers
        .get("x-api-key")
        .and_then(|it| it.to_str().ok())
        == Some(secret().as_str())
}

async fn me(user: User) -> String {
    user.name
}

async fn maybe(user: Option<User>) -> String {
    user.map_or_else(String::new, |it| it.name)
}

async fn named(named: Named) -> String {
    named.0
}

async fn checked(req: HttpRequest, body: types::Json<String>) -> Result<HttpResponse, Error> {
    check(&req)?;
    std::fs::write("note", body.into_inner())?;
    Ok(HttpResponse::Ok().finish())
}

async fn late(req: HttpRequest, body: types::Json<String>) -> Result<HttpResponse, Error> {
    std::fs::write("note", body.into_inner())?;
    check(&req)?;
    Ok(HttpResponse::Ok().finish())
}

async fn ignored(req: HttpRequest, body: types::Json<String>) -> Result<HttpResponse, Error> {
    let _ = check(&req);
    std::fs::write("note", body.into_inner())?;
    Ok(HttpResponse::Ok().finish())
}

async fn by_state(req: HttpRequest, config: types::State<Config>) -> HttpResponse {
    match req
        .headers()
        .get("x-api-key")
        .and_then(|it| it.to_str().ok())
    {
        Some(key) if key == config.token => HttpResponse::Ok().body("for you"),
        _ => HttpResponse::Unauthorized().finish(),
    }
}

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[web::delete("/by-attribute")]
async fn by_attribute(_user: User, _id: types::Query<u32>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[ntex::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(async || {
        App::new()
            .state(Config { token: secret() })
            .route("/me", web::get().to(me))
            .route("/maybe", web::get().to(maybe))
            .route("/named", web::get().to(named))
            .route("/checked", web::post().to(checked))
            .route("/late", web::post().to(late))
            .route("/ignored", web::post().to(ignored))
            .route(
                "/guarded",
                web::route()
                    .guard(guard::Get())
                    .guard(guard::fn_guard(is_operator))
                    .to(ok),
            )
            .service(
                web::resource("/methods")
                    .guard(guard::Any(guard::Get()).or(guard::Post()))
                    .to(ok),
            )
            .service(by_attribute)
            .service(web::resource("/state").route(web::get().to(by_state)))
    })
    .bind("127.0.0.1:8080")?
    .run()
    .await
}
