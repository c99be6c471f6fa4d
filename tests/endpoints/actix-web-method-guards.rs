//! Which methods a route answers, where guards say so.

use actix_web::guard::{self, GuardContext};
use actix_web::http::Method;
use actix_web::{App, HttpResponse, HttpServer, web};

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn is_local(context: &GuardContext<'_>) -> bool {
    context.head().peer_addr.is_some_and(|it| it.ip().is_loopback())
}

/// Either of two methods, in all the ways to write it.
//@ GET /any none
//@ PUT /any none
//@ DELETE /any/three none
//@ PATCH /any/three none
//@ POST /any/three none
//@ GET /any/resource none
//@ POST /any/resource none
//@ GET /any/after none
//@ HEAD /any/after none
fn either(config: &mut web::ServiceConfig) {
    config.route(
        "/any",
        web::route()
            .guard(guard::Any(guard::Get()).or(guard::Put()))
            .to(ok),
    );
    let changes = guard::Any(guard::Method(Method::DELETE))
        .or(guard::Patch())
        .or(guard::Any(guard::Post()));
    config.service(web::resource("/any/three").route(web::route().guard(changes).to(ok)));
    config.service(
        web::resource("/any/resource")
            .guard(guard::Any(guard::Get()).or(guard::Post()))
            .to(ok),
    );
    config.route(
        "/any/after",
        web::to(ok).guard(guard::Any(guard::Get()).or(guard::Head())),
    );
}

/// Both have to hold.
//@ POST /all none
//@ PUT /all/narrowed none
//@ GET /all/scope/in none
fn both(config: &mut web::ServiceConfig) {
    config.route(
        "/all",
        web::route()
            .guard(guard::All(guard::Post()).and(guard::Header("content-type", "text/plain")))
            .to(ok),
    );
    config.route(
        "/all/narrowed",
        web::put()
            .guard(guard::Any(guard::Get()).or(guard::Put()))
            .to(ok),
    );
    config.service(
        web::scope("/all/scope")
            .guard(guard::Get())
            .route("/in", web::get().to(ok))
            .route("/in", web::post().to(ok)),
    );
}

/// All but one.
//@ POST /not none
//@ PUT /not none
//@ PATCH /not none
//@ DELETE /not none
//@ HEAD /not none
//@ OPTIONS /not none
//@ TRACE /not none
//@ CONNECT /not none
//@ DELETE /not/delete none
fn others(config: &mut web::ServiceConfig) {
    config.route("/not", web::route().guard(guard::Not(guard::Get())).to(ok));
    config.route(
        "/not/delete",
        web::delete().guard(guard::Not(guard::Get())).to(ok),
    );
}

/// What else is asked says nothing of methods: any of them may pass.
//@ ANY /header none
//@ ANY /header/or none
//@ ANY /header/not none
//@ GET /header/get none
//@ ANY /function none
//@ ANY /host none
fn nothing_of_methods(config: &mut web::ServiceConfig) {
    config.route(
        "/header",
        web::route()
            .guard(guard::Header("x-kind", "internal"))
            .to(ok),
    );
    config.route(
        "/header/or",
        web::route()
            .guard(guard::Any(guard::Get()).or(guard::Header("x-kind", "internal")))
            .to(ok),
    );
    // Whoever sends the header may do so with any method, and so may who does not.
    config.route(
        "/header/not",
        web::route()
            .guard(guard::Not(
                guard::All(guard::Get()).and(guard::Header("x-kind", "internal")),
            ))
            .to(ok),
    );
    config.route(
        "/header/get",
        web::get()
            .guard(guard::Not(guard::Header("x-kind", "internal")))
            .to(ok),
    );
    config.route("/function", web::route().guard(guard::fn_guard(is_local)).to(ok));
    config.route("/host", web::route().guard(guard::Host("localhost")).to(ok));
}

/// A method that only the settings know: another may be the one.
//@ ANY /settings none
//@ GET /settings none
//@ POST /settings/after none
//@ ANY /settings/all none
fn settings(config: &mut web::ServiceConfig) {
    let first = std::env::var("METHOD").unwrap_or_default();
    let first = Method::from_bytes(first.as_bytes()).unwrap_or(Method::GET);
    config.route("/settings", web::method(first.clone()).to(ok));
    config.route("/settings", web::method(Method::GET).to(ok));
    config.route("/settings/after", web::to(ok).method(Method::POST));
    config.service(web::resource("/settings/all").route(web::route().method(first).to(ok)));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .configure(either)
            .configure(both)
            .configure(others)
            .configure(nothing_of_methods)
            .configure(settings)
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
