//! Who is asked: the first service that a request fits gets it, and gives it to nobody else.

use std::collections::HashMap;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{Error, ErrorUnauthorized};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpResponse, HttpServer, get, guard, post, web};

struct Sessions {
    names: HashMap<String, String>,
}

async fn require_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let sessions = request.app_data::<web::Data<Sessions>>();
    let header = request.headers().get("authorization");
    let token = header.and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !sessions.is_some_and(|it| it.names.contains_key(token)) {
        return Err(ErrorUnauthorized("no session"));
    }
    next.call(request).await
}

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/attribute")]
async fn by_attribute() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[post("/attribute")]
async fn by_attribute_too() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/resource")]
async fn after_the_resource() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// A resource without guards takes all requests for its path; the guards of its routes do not count.
//@ GET /resource required
//@ GET /attribute none
//@ POST /attribute none
//@ GET /routes none
//@ POST /routes none
//@ GET /guarded none
//@ POST /guarded none
//@ GET /users/{id} none
//@ POST /users/me none
fn resources(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/resource")
            .wrap(from_fn(require_session))
            .route(web::get().to(ok)),
    );
    config.service(web::resource("/resource").route(web::post().to(ok)));
    config.service(after_the_resource);
    config.route("/resource", web::delete().to(ok));
    // The method of an attribute, and of `route`, is a guard of the resource that it makes.
    config.service((by_attribute, by_attribute_too));
    config.route("/routes", web::get().to(ok));
    config.route("/routes", web::post().to(ok));
    config.service(
        web::resource("/guarded")
            .guard(guard::Header("x-kind", "internal"))
            .route(web::get().to(ok)),
    );
    config.service(web::resource("/guarded").route(web::post().to(ok)));
    // A parameter takes what is written out after it.
    config.route("/users/{id}", web::get().to(ok));
    config.route("/users/me", web::get().to(ok).wrap(from_fn(require_session)));
    config.route("/users/me", web::post().to(ok));
}

/// A scope takes all requests below its prefix.
//@ GET /twice/first none
//@ GET /twice-more none
//@ GET /kinds/here none
//@ POST /kinds/here none
//@ GET /reads/in none
//@ PUT /reads/in none
//@ GET /tenants/{tenant}/in none
//@ GET /outer/inner/a none
//@ GET /outer/other none
fn scopes(config: &mut web::ServiceConfig) {
    config.service(web::scope("/twice").route("/first", web::get().to(ok)));
    config.service(web::scope("/twice").route("/second", web::get().to(ok)));
    config.route("/twice/third", web::get().to(ok));
    config.route("/twice", web::get().to(ok));
    config.service(web::scope("/twice/fourth").route("", web::get().to(ok)));
    config.route("/twice-more", web::get().to(ok));
    // Unless a guard turns them away.
    config.service(
        web::scope("/kinds")
            .guard(guard::Header("x-kind", "internal"))
            .route("/here", web::get().to(ok)),
    );
    config.service(web::scope("/kinds").route("/here", web::post().to(ok)));
    config.service(
        web::scope("/reads")
            .guard(guard::Get())
            .route("/in", web::get().to(ok)),
    );
    config.service(
        web::scope("/reads")
            .route("/in", web::put().to(ok))
            .route("/in", web::get().to(ok).wrap(from_fn(require_session))),
    );
    config.service(
        web::scope("/outer")
            .service(web::scope("/inner").route("/a", web::get().to(ok)))
            .configure(|inner| {
                inner.route("/inner/b", web::get().to(ok));
                inner.route("/other", web::get().to(ok));
            }),
    );
    config.service(web::scope("/tenants/{tenant}").route("/in", web::get().to(ok)));
    config.route("/tenants/acme/out", web::get().to(ok));
}

/// What a setting may leave out takes nothing from others.
//@ GET /settings/first none
//@ GET /settings/second none
//@ GET /branches none
//@ POST /branches none
fn settings(config: &mut web::ServiceConfig) {
    if std::env::var("FIRST").is_ok() {
        config.service(web::scope("/settings").route("/first", web::get().to(ok)));
    }
    config.service(web::scope("/settings").route("/second", web::get().to(ok)));
    #[cfg(unix)]
    config.service(web::resource("/branches").route(web::get().to(ok)));
    #[cfg(not(unix))]
    config.service(web::resource("/branches").route(web::post().to(ok)));
}

/// A default service is asked whatever its method: nobody looks at the guards of its route.
//@ GET /defaults/in required
//@ ANY /defaults/{*fallback} required
//@ GET /defaults/resource none
//@ ANY /defaults/resource none
fn defaults(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/defaults/resource")
            .get(ok)
            .default_service(web::post().to(ok)),
    );
    config.service(
        web::scope("/defaults")
            .wrap(from_fn(require_session))
            .default_service(web::delete().to(ok))
            .route("/in", web::get().to(ok)),
    );
}

/// A scope without a prefix takes all that was not taken before it, and the default service is its own.
//@ GET /empty required
//@ ANY /{*fallback} required
#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let names = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let sessions = web::Data::new(Sessions { names });
    HttpServer::new(move || {
        App::new()
            .app_data(sessions.clone())
            .configure(settings)
            .configure(defaults)
            .configure(resources)
            .configure(scopes)
            .service(
                web::scope("")
                    .wrap(from_fn(require_session))
                    .route("/empty", web::get().to(ok))
                    .default_service(web::get().to(ok)),
            )
            .route("/after", web::get().to(ok))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
