//! Any origin around endpoints that go by sessions in cookies.

use actix_cors::Cors;
use actix_session::Session;
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

async fn shop() -> std::io::Result<()> {
    HttpServer::new(|| {
        let cors = Cors::default()
            .allow_any_origin() //~ permissive-cors
            .allow_any_method();
        App::new()
            .wrap(cors)
            .route("/account", web::get().to(account))
            .route("/prices", web::get().to(prices))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}

fn more(config: &mut web::ServiceConfig) {
    config
        .service(web::scope("/star").wrap(star()).route("/me", web::get().to(account)))
        .service(web::scope("/function").wrap(everybody()).route("/me", web::get().to(account)));
}

fn star() -> Cors {
    Cors::default()
        .send_wildcard()
        .allow_any_origin() //~ permissive-cors
}

fn everybody() -> Cors {
    Cors::default().allowed_origin_fn(|_, _| true) //~ permissive-cors
}

fn near_misses(config: &mut web::ServiceConfig) {
    // near miss: one named origin
    let named = Cors::default().allowed_origin("https://shop.example.com");
    // near miss: two named origins
    let listed = Cors::default()
        .allowed_origin("https://shop.example.com")
        .allowed_origin("https://admin.example.com");
    // near miss: naming an origin ends that any may ask
    let narrowed = Cors::default().allow_any_origin().allowed_origin("https://shop.example.com");
    // near miss: any method and header, and no origin
    let nobody = Cors::default().allow_any_method().allow_any_header();
    // near miss: a function that looks at the origin
    let checked = Cors::default().allowed_origin_fn(|origin, _| origin == "https://shop.example.com");
    // near miss: any method and header, and one origin
    let methods = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .allowed_origin("https://shop.example.com");
    config
        .service(web::scope("/named").wrap(named).route("/me", web::get().to(account)))
        .service(web::scope("/listed").wrap(listed).route("/me", web::get().to(account)))
        .service(web::scope("/narrowed").wrap(narrowed).route("/me", web::get().to(account)))
        .service(web::scope("/nobody").wrap(nobody).route("/me", web::get().to(account)))
        .service(web::scope("/checked").wrap(checked).route("/me", web::get().to(account)))
        .service(web::scope("/methods").wrap(methods).route("/me", web::get().to(account)))
        // near miss: with credentials it is a lint of its own
        .service(web::scope("/credentials").wrap(Cors::permissive()).route("/me", web::get().to(account)))
        // near miss: any origin around what is public only
        .service(web::scope("/public").wrap(Cors::default().allow_any_origin()).route("/prices", web::get().to(prices)))
        // near miss: open only where a setting says so
        .service(web::scope("/setting").wrap(by_setting()).route("/me", web::get().to(account)));
}

fn by_setting() -> Cors {
    match std::env::var("ORIGIN") {
        Ok(origin) => Cors::default().allowed_origin(&origin),
        Err(_) => Cors::default().allow_any_origin(),
    }
}

fn main() {}
