//! actix-web: which request finds which handler. Several paths, patterns, guards, scopes by macro, default services, and
//! middleware that looks at path or method.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: fill name abc
//! live: fill number 42
//! live: with by_header X-Kind: special
//! live: unreached resource_second: the first resource of a path takes all requests
//! live: absent GET /numbers/abc
//! live: absent PUT /several/one
//! live: absent POST /guarded-methods
//! live: absent GET /tuple

use std::collections::HashMap;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{Error, ErrorForbidden, ErrorUnauthorized};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get, guard, post, routes, scope, web};
use moat_live::reached;

struct Sessions {
    names: HashMap<String, String>,
}

fn token(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get("Authorization")?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

fn is_known(request: &ServiceRequest) -> bool {
    let sessions = request.app_data::<web::Data<Sessions>>();
    match (sessions, token(request.request())) {
        (Some(sessions), Some(token)) => sessions.names.contains_key(token),
        _ => false,
    }
}

async fn require_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if !is_known(&request) {
        return Err(ErrorUnauthorized("no session"));
    }
    next.call(request).await
}

/// Whoever only reads is let in.
async fn require_for_writes(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() != Method::GET && !is_known(&request) {
        return Err(ErrorUnauthorized("no session"));
    }
    next.call(request).await
}

/// Some paths are open.
async fn require_but_for_some(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let open = ["/listed/open", "/listed/health"];
    let is_open = open.contains(&request.path()) || request.path().starts_with("/listed/public");
    if !is_open && !is_known(&request) {
        return Err(ErrorForbidden("no session"));
    }
    next.call(request).await
}

/// Answers with the right status, after the handler has run.
async fn require_afterwards(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let known = is_known(&request);
    let response = next.call(request).await?;
    if !known {
        return Err(ErrorUnauthorized("no session"));
    }
    Ok(response)
}

macro_rules! handlers {
    ($($name:ident)*) => {
        $(async fn $name() -> HttpResponse {
            reached(stringify!($name));
            HttpResponse::Ok().finish()
        })*
    };
}

handlers! {
    one_of_several number name_or_number tail
    guarded_read guarded_write
    by_header by_method
    resource_first resource_second
    reads writes
    listed_open listed_health listed_public listed_secret
    too_late
    tuple_a tuple_b
    nested_default nested_read
    deep_configured deep_late
    any_method
}

#[routes]
#[get("/routes/a")]
#[post("/routes/b")]
async fn several_routes() -> HttpResponse {
    reached("several_routes");
    HttpResponse::Ok().finish()
}

#[scope("/module")]
mod module {
    use actix_web::{HttpResponse, delete, get};
    use moat_live::reached;

    #[get("/read")]
    pub async fn module_read() -> HttpResponse {
        reached("module_read");
        HttpResponse::Ok().finish()
    }

    #[delete("/{id}")]
    pub async fn module_remove() -> HttpResponse {
        reached("module_remove");
        HttpResponse::Ok().finish()
    }
}

#[get("/named")]
async fn named_get() -> HttpResponse {
    reached("named_get");
    HttpResponse::Ok().finish()
}

#[post("/named")]
async fn named_post() -> HttpResponse {
    reached("named_post");
    HttpResponse::Ok().finish()
}

fn patterns(config: &mut web::ServiceConfig) {
    config
        .service(web::resource(["/several/one", "/several/two"]).get(one_of_several))
        .route(r"/numbers/{number:\d+}", web::get().to(number))
        .route("/names/{name}", web::get().to(name_or_number))
        .route("/tails/{tail:.*}", web::get().to(tail))
        .service(
            web::resource("/guarded-methods")
                .route(web::route().guard(guard::Get()).to(guarded_read))
                .route(
                    web::route()
                        .guard(guard::Any(guard::Put()).or(guard::Delete()))
                        .to(guarded_write),
                ),
        )
        .route(
            "/by-header",
            web::get()
                .guard(guard::Header("X-Kind", "special"))
                .to(by_header),
        )
        .route("/by-method", web::method(Method::PATCH).to(by_method))
        .route("/any-method", web::to(any_method))
        // The second resource of the same path is never asked.
        .service(web::resource("/resources").route(web::get().to(resource_first)))
        .service(web::resource("/resources").route(web::post().to(resource_second)))
        .service(several_routes)
        .service((named_get, named_post))
        .service(
            web::scope("/in-module")
                .wrap(from_fn(require_session))
                .service(module::module_read)
                .service(module::module_remove),
        );
}

fn looks_at_requests(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/methods")
                .wrap(from_fn(require_for_writes))
                .route(web::get().to(reads))
                .route(web::post().to(writes)),
        )
        .service(
            web::scope("/listed")
                .wrap(from_fn(require_but_for_some))
                .route("/open", web::get().to(listed_open))
                .route("/health", web::get().to(listed_health))
                .route("/public/{name}", web::get().to(listed_public))
                .route("/secret", web::get().to(listed_secret)),
        )
        .service(
            web::resource("/late")
                .wrap(from_fn(require_afterwards))
                .route(web::post().to(too_late)),
        );
}

/// A function inside of a scope, and what comes after it.
fn deep(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/deep/{tenant}")
            .configure(|inner| {
                inner.route("/configured", web::get().to(deep_configured));
            })
            .route("/late", web::get().to(deep_late))
            .wrap(from_fn(require_session)),
    );
    config.service(web::scope("/tuple").service((
        web::resource("/a").route(web::get().to(tuple_a)),
        web::resource("/b").route(web::get().to(tuple_b)),
    )));
    config.service(
        web::scope("/nested")
            .wrap(from_fn(require_session))
            .route("/read", web::get().to(nested_read))
            .default_service(web::to(nested_default)),
    );
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let names = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let sessions = web::Data::new(Sessions { names });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(sessions.clone())
            .configure(patterns)
            .configure(looks_at_requests)
            .configure(deep)
    });
    server.workers(1).bind(moat_live::address())?.run().await
}
