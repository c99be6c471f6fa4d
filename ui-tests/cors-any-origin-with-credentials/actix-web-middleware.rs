//! What actix-cors allows around endpoints that go by cookies.

use actix_cors::Cors;
use actix_session::Session;
use actix_web::http::header::HeaderValue;
use actix_web::{App, HttpResponse, HttpServer, Responder, web};

async fn account(session: Session) -> actix_web::Result<HttpResponse> {
    match session.get::<String>("user")? {
        Some(user) => Ok(HttpResponse::Ok().body(user)),
        None => Ok(HttpResponse::Unauthorized().finish()),
    }
}

async fn prices() -> impl Responder {
    "1, 2, 3"
}

async fn preset() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .wrap(Cors::permissive()) //~ cors-any-origin-with-credentials
            .route("/preset", web::get().to(account))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}

async fn any() -> std::io::Result<()> {
    HttpServer::new(|| {
        let cors = Cors::default()
            .allow_any_origin() //~ cors-any-origin-with-credentials
            .allow_any_method()
            .supports_credentials();
        App::new().wrap(cors).route("/any", web::get().to(account))
    })
    .bind(("127.0.0.1", 8081))?
    .run()
    .await
}

fn scopes(config: &mut web::ServiceConfig) {
    config
        .service(web::scope("/everybody").wrap(everybody()).route("/me", web::get().to(account)))
        .service(web::scope("/reset").wrap(opened_again()).route("/me", web::get().to(account)));
}

fn everybody() -> Cors {
    Cors::default()
        .supports_credentials()
        .allowed_origin_fn(|_, _| true) //~ cors-any-origin-with-credentials
}

fn opened_again() -> Cors {
    Cors::default()
        .allowed_origin("https://shop.example.com")
        .allow_any_origin() //~ cors-any-origin-with-credentials
        .supports_credentials()
}

fn near_misses(config: &mut web::ServiceConfig) {
    // near miss: credentials for one named origin
    let named = Cors::default().allowed_origin("https://shop.example.com").supports_credentials();
    // near miss: any origin, and no credentials
    let any = Cors::default().allow_any_origin().allow_any_header();
    // near miss: a function that looks at the origin
    let checked = Cors::default().allowed_origin_fn(is_ours).supports_credentials();
    // near miss: a closure that looks at the origin
    let ends = Cors::default()
        .allowed_origin_fn(|origin, _| origin.as_bytes().ends_with(b".example.com"))
        .supports_credentials();
    // near miss: naming an origin ends what the preset allows
    let narrowed = Cors::permissive().allowed_origin("https://shop.example.com");
    // near miss: the function decides alone, whatever the preset says
    let decided = Cors::permissive().allowed_origin_fn(is_ours);
    // near miss: credentials, and no origin at all
    let nobody = Cors::default().supports_credentials();
    // near miss: any method and header, and one origin
    let methods = Cors::default()
        .allowed_origin("https://shop.example.com")
        .allow_any_method()
        .allow_any_header()
        .supports_credentials();
    // near miss: `*` with credentials, which answers every request with an error
    let refused = Cors::default().allow_any_origin().send_wildcard().supports_credentials();
    config
        .service(web::scope("/named").wrap(named).route("/me", web::get().to(account)))
        .service(web::scope("/any-origin").wrap(any).route("/me", web::get().to(account)))
        .service(web::scope("/checked").wrap(checked).route("/me", web::get().to(account)))
        .service(web::scope("/ends").wrap(ends).route("/me", web::get().to(account)))
        .service(web::scope("/narrowed").wrap(narrowed).route("/me", web::get().to(account)))
        .service(web::scope("/decided").wrap(decided).route("/me", web::get().to(account)))
        .service(web::scope("/nobody").wrap(nobody).route("/me", web::get().to(account)))
        .service(web::scope("/methods").wrap(methods).route("/me", web::get().to(account)))
        .service(web::scope("/refused").wrap(refused).route("/me", web::get().to(account)))
        // near miss: the preset around what looks at no credentials
        .service(web::scope("/public").wrap(Cors::permissive()).route("/prices", web::get().to(prices)))
        // near miss: a development setting opens it
        .service(web::scope("/setting").wrap(by_setting()).route("/me", web::get().to(account)));
}

fn is_ours(origin: &HeaderValue, _: &actix_web::dev::RequestHead) -> bool {
    origin == "https://shop.example.com"
}

fn by_setting() -> Cors {
    let cors = Cors::default().supports_credentials();
    match std::env::var("ORIGIN") {
        Ok(origin) => cors.allowed_origin(&origin),
        Err(_) => cors.allow_any_origin(),
    }
}

fn main() {}
