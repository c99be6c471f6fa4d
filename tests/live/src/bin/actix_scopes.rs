//! actix-web: what a `wrap` covers. Order, nested scopes, resources, `configure`, guards, default services.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: with internal_kind X-Kind: internal
//! live: undecided closure_wrapped authentication unknown, is required: no type is written for the closure's request
//! live: undecided by_key authentication unknown, is required: `.0` is the field of what `web::Data` holds
//! live: unreached after_empty: the scope without a prefix before it takes all requests
//! live: unreached second_scope: the scope before it takes all requests below the prefix
//! live: absent GET /scoped
//! live: absent DELETE /resource/plain

use std::collections::HashMap;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::{Error, ErrorUnauthorized};
use actix_web::middleware::{Condition, Next, from_fn};
use actix_web::{App, HttpResponse, HttpServer, delete, get, guard, post, route, web};
use moat_live::reached;

struct Sessions {
    names: HashMap<String, String>,
}

/// `web::Data` has a field of this name as well, and hides it.
struct Keys(HashMap<String, String>);

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = request.headers().get("Authorization")?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

/// Refuses everybody without a session.
async fn require_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let sessions = request.app_data::<web::Data<Sessions>>().cloned();
    let sessions = sessions.ok_or_else(|| ErrorUnauthorized("no sessions"))?;
    let token = bearer(&request).ok_or_else(|| ErrorUnauthorized("no token"))?;
    if !sessions.names.contains_key(token) {
        return Err(ErrorUnauthorized("no session"));
    }
    next.call(request).await
}

/// The same with the keys.
async fn require_key(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let keys = request.app_data::<web::Data<Keys>>().cloned();
    let keys = keys.ok_or_else(|| ErrorUnauthorized("no keys"))?;
    let token = bearer(&request).ok_or_else(|| ErrorUnauthorized("no token"))?;
    if !keys.0.contains_key(token) {
        return Err(ErrorUnauthorized("no such key"));
    }
    next.call(request).await
}

/// Looks, says so, and goes on.
async fn log_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if bearer(&request).is_none() {
        eprintln!("a request without a token");
    }
    next.call(request).await
}

/// The pair of a factory and a service that is as old as the framework.
struct RequireSession;

struct RequireSessionService<S> {
    service: S,
}

impl<S, B> Transform<S, ServiceRequest> for RequireSession
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = RequireSessionService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequireSessionService { service }))
    }
}

impl<S, B> Service<ServiceRequest> for RequireSessionService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let sessions = request.app_data::<web::Data<Sessions>>();
        let known = match (sessions, bearer(&request)) {
            (Some(sessions), Some(token)) => sessions.names.contains_key(token),
            _ => false,
        };
        if !known {
            return Box::pin(ready(Err(ErrorUnauthorized("no session"))));
        }
        Box::pin(self.service.call(request))
    }
}

/// The same pair, whose service lets everybody pass.
struct PretendSession;

struct PretendSessionService<S> {
    service: S,
}

impl<S, B> Transform<S, ServiceRequest> for PretendSession
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = PretendSessionService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(PretendSessionService { service }))
    }
}

impl<S, B> Service<ServiceRequest> for PretendSessionService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let known = bearer(&request).is_some_and(|token| token.len() > 2);
        if !known {
            eprintln!("{} without a session", request.path());
        }
        Box::pin(self.service.call(request))
    }
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
    scoped_before scoped_after inner_read inner_write inner_default
    first_scope second_scope
    resource_get resource_post resource_plain resource_put
    in_pair pretended by_key closure_wrapped route_wrapped route_beside
    configured configured_guarded
    conditional_on conditional_off
    internal_kind ordinary_kind
    empty_prefix after_empty
    logged_inside
}

/// Attribute macros, with several methods and with a middleware of their own.
#[get("/attributes/{id}")]
async fn attribute_get(id: web::Path<u32>) -> HttpResponse {
    reached("attribute_get");
    HttpResponse::Ok().body(id.to_string())
}

#[post("/attributes", wrap = "from_fn(require_session)")]
async fn attribute_wrapped() -> HttpResponse {
    reached("attribute_wrapped");
    HttpResponse::Ok().finish()
}

#[route("/attributes/several", method = "PUT", method = "DELETE")]
async fn attribute_several() -> HttpResponse {
    reached("attribute_several");
    HttpResponse::Ok().finish()
}

#[delete("/attributes/{name}/pair", wrap = "RequireSession")]
async fn attribute_pair(name: web::Path<String>) -> HttpResponse {
    reached("attribute_pair");
    HttpResponse::Ok().body(name.into_inner())
}

fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/configured", web::get().to(configured))
        .service(
            web::resource("/configured/guarded")
                .wrap(from_fn(require_session))
                .route(web::post().to(configured_guarded)),
        )
        .service(attribute_get)
        .service(attribute_wrapped)
        .service(attribute_several)
        .service(attribute_pair);
}

/// A `wrap` covers what is registered after it, too, and scopes inside.
fn scopes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/scoped")
            .route("/before", web::get().to(scoped_before))
            .wrap(from_fn(require_session))
            .route("/after", web::get().to(scoped_after))
            .service(
                web::scope("/inner")
                    .wrap(from_fn(log_session))
                    .service(
                        web::resource("/deep")
                            .route(web::get().to(inner_read))
                            .route(web::put().to(inner_write)),
                    )
                    .default_service(web::delete().to(inner_default)),
            ),
    );
    // The first of two scopes with one prefix takes all requests below it.
    config.service(web::scope("/twice").route("/first", web::get().to(first_scope)));
    config.service(web::scope("/twice").route("/second", web::get().to(second_scope)));
}

fn resources(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/resource/{id}/guarded")
            .route(web::get().to(resource_get))
            .route(web::post().to(resource_post))
            .wrap(RequireSession),
    );
    config.service(
        web::resource("/resource/plain")
            .get(resource_plain)
            .put(resource_put),
    );
    config.service(
        web::scope("/pairs")
            .service(
                web::scope("/real")
                    .wrap(RequireSession)
                    .route("", web::post().to(in_pair)),
            )
            .service(
                web::scope("/keys")
                    .wrap(from_fn(require_key))
                    .route("", web::post().to(by_key)),
            )
            .service(
                web::scope("/pretended")
                    .wrap(PretendSession)
                    .route("", web::post().to(pretended)),
            ),
    );
    config.service(
        web::resource("/routes")
            .route(web::post().to(route_wrapped).wrap(RequireSession))
            .route(web::get().to(route_beside)),
    );
}

/// Who is answered by what, and whether it is there at all.
fn guards(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/kinds")
            .guard(guard::Header("X-Kind", "internal"))
            .route("/here", web::get().to(internal_kind)),
    );
    config.service(web::scope("/kinds").route("/here", web::get().to(ordinary_kind)));
    config.service(
        web::scope("/conditions")
            .service(
                web::resource("/on")
                    .wrap(Condition::new(true, from_fn(require_session)))
                    .route(web::get().to(conditional_on)),
            )
            .service(
                web::resource("/off")
                    .wrap(Condition::new(false, from_fn(require_session)))
                    .route(web::get().to(conditional_off)),
            ),
    );
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let sessions = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let keys = web::Data::new(Keys(sessions.clone()));
    let sessions = web::Data::new(Sessions { names: sessions });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(sessions.clone())
            .app_data(keys.clone())
            .configure(configure)
            .configure(scopes)
            .configure(resources)
            .configure(guards)
            .service(
                web::scope("/closures")
                    .wrap_fn(|request, service| {
                        let sessions = request.app_data::<web::Data<Sessions>>();
                        let token = bearer(&request).unwrap_or_default();
                        let known = sessions.is_some_and(|it| it.names.contains_key(token));
                        let answer = known.then(|| service.call(request));
                        async move {
                            match answer {
                                Some(answer) => answer.await,
                                None => Err(ErrorUnauthorized("no session")),
                            }
                        }
                    })
                    .route("/wrapped", web::post().to(closure_wrapped)),
            )
            .service(
                web::scope("/order")
                    .wrap(from_fn(log_session))
                    .wrap(from_fn(require_session))
                    .route("/logged", web::post().to(logged_inside)),
            )
            // A scope without a prefix takes all that was not taken before it.
            .service(
                web::scope("")
                    .wrap(from_fn(require_session))
                    .route("/empty", web::get().to(empty_prefix)),
            )
            .route("/after", web::get().to(after_empty))
    });
    server.workers(1).bind(moat_live::address())?.run().await
}
