//! ntex: scopes, resources and their middleware, guards, filters, default services, extractors.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: with internal_kind X-Kind: internal
//! live: large 20000
//! live: body upload_default text/plain hello
//! live: body upload_raised text/plain hello
//! live: body upload_small text/plain hello
//! live: known upload_small body_limit none, is required: `PayloadConfig` has a limit
//! live: body upload_guarded application/json {"name":"ann"}
//! live: presence by_header: the extractor asks for a header, whatever is in it
//! live: unreached second_scope: the scope before it takes all requests below the prefix
//! live: absent GET /scoped
//! live: absent GET /users/seven/notes
//! live: absent GET /second

use std::collections::HashMap;
use std::sync::Arc;

use moat_live::{RateLimiter, reached};
use ntex::http::header::AUTHORIZATION;
use ntex::http::{HeaderMap, Payload, RequestHead};
use ntex::service::{Middleware, Service, ServiceCtx, cfg::SharedCfg};
use ntex::web::{
    self, App, DefaultError, Error, ErrorRenderer, FromRequest, HttpRequest, HttpResponse,
    WebRequest, WebResponse, error, guard, types,
};
use serde::Deserialize;

#[derive(Clone)]
struct Sessions {
    names: Arc<HashMap<String, String>>,
}

impl Sessions {
    fn name_of(&self, headers: &HeaderMap) -> Option<String> {
        let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let token = header.strip_prefix("Bearer ")?;
        self.names.get(token).cloned()
    }
}

/// Refuses everybody without a session.
struct RequireSession;

struct RequireSessionService<S> {
    service: S,
}

impl<S> Middleware<S, SharedCfg> for RequireSession {
    type Service = RequireSessionService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        RequireSessionService { service }
    }
}

impl<S, Err> Service<WebRequest<Err>> for RequireSessionService<S>
where
    S: Service<WebRequest<Err>, Response = WebResponse, Error = Error>,
    Err: ErrorRenderer,
{
    type Response = WebResponse;
    type Error = Error;

    async fn call(
        &self,
        req: WebRequest<Err>,
        ctx: ServiceCtx<'_, Self>,
    ) -> Result<Self::Response, Self::Error> {
        let sessions = req.app_state::<Sessions>();
        if sessions.and_then(|it| it.name_of(req.headers())).is_none() {
            return Ok(req.into_response(HttpResponse::Unauthorized().finish()));
        }
        ctx.call(&self.service, req).await
    }
}

/// The same, which forgets to return.
struct PretendSession;

struct PretendSessionService<S> {
    service: S,
}

impl<S> Middleware<S, SharedCfg> for PretendSession {
    type Service = PretendSessionService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        PretendSessionService { service }
    }
}

impl<S> Service<WebRequest<DefaultError>> for PretendSessionService<S>
where
    S: Service<WebRequest<DefaultError>, Response = WebResponse, Error = Error>,
{
    type Response = WebResponse;
    type Error = Error;

    async fn call(
        &self,
        req: WebRequest<DefaultError>,
        ctx: ServiceCtx<'_, Self>,
    ) -> Result<WebResponse, Error> {
        let sessions = req.app_state::<Sessions>();
        if sessions.and_then(|it| it.name_of(req.headers())).is_none() {
            eprintln!("{} without a session", req.path());
        }
        ctx.call(&self.service, req).await
    }
}

/// Refuses who asks too often.
struct LimitRate {
    limiter: Arc<RateLimiter>,
}

struct LimitRateService<S> {
    service: S,
    limiter: Arc<RateLimiter>,
}

impl<S> Middleware<S, SharedCfg> for LimitRate {
    type Service = LimitRateService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        LimitRateService {
            service,
            limiter: self.limiter.clone(),
        }
    }
}

impl<S> Service<WebRequest<DefaultError>> for LimitRateService<S>
where
    S: Service<WebRequest<DefaultError>, Response = WebResponse, Error = Error>,
{
    type Response = WebResponse;
    type Error = Error;

    async fn call(
        &self,
        req: WebRequest<DefaultError>,
        ctx: ServiceCtx<'_, Self>,
    ) -> Result<WebResponse, Error> {
        let client = req.headers().get("x-client");
        let client = client.and_then(|it| it.to_str().ok()).unwrap_or_default();
        if !self.limiter.check_key(client) {
            return Ok(req.into_response(HttpResponse::TooManyRequests().finish()));
        }
        ctx.call(&self.service, req).await
    }
}

/// Who asks, as a middleware has found out.
struct Principal(String);

struct FindPrincipal;

struct FindPrincipalService<S> {
    service: S,
}

impl<S> Middleware<S, SharedCfg> for FindPrincipal {
    type Service = FindPrincipalService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        FindPrincipalService { service }
    }
}

impl<S> Service<WebRequest<DefaultError>> for FindPrincipalService<S>
where
    S: Service<WebRequest<DefaultError>, Response = WebResponse, Error = Error>,
{
    type Response = WebResponse;
    type Error = Error;

    async fn call(
        &self,
        req: WebRequest<DefaultError>,
        ctx: ServiceCtx<'_, Self>,
    ) -> Result<WebResponse, Error> {
        let sessions = req.app_state::<Sessions>();
        if let Some(name) = sessions.and_then(|it| it.name_of(req.headers())) {
            req.extensions_mut().insert(Principal(name));
        }
        ctx.call(&self.service, req).await
    }
}

/// A filter refuses by its error.
async fn require_filter(req: WebRequest<DefaultError>) -> Result<WebRequest<DefaultError>, Error> {
    let sessions = req.app_state::<Sessions>();
    match sessions.and_then(|it| it.name_of(req.headers())) {
        Some(_) => Ok(req),
        None => Err(error::ErrorUnauthorized("no session").into()),
    }
}

/// A filter that looks, and hands on whatever it gets.
async fn look_filter(req: WebRequest<DefaultError>) -> Result<WebRequest<DefaultError>, Error> {
    let sessions = req.app_state::<Sessions>();
    if sessions.and_then(|it| it.name_of(req.headers())).is_none() {
        eprintln!("nobody that we know");
    }
    Ok(req)
}

/// Somebody whose token is known.
struct User {
    name: String,
}

impl<Err: ErrorRenderer> FromRequest<Err> for User {
    type Error = Error;

    async fn from_request(req: &HttpRequest, _: &mut Payload) -> Result<Self, Self::Error> {
        let sessions = req.app_state::<Sessions>();
        let name = sessions.and_then(|it| it.name_of(req.headers()));
        match name {
            Some(name) => Ok(User { name }),
            None => Err(error::ErrorUnauthorized("no session").into()),
        }
    }
}

/// Whatever stands in the header.
struct AnyToken(String);

impl<Err: ErrorRenderer> FromRequest<Err> for AnyToken {
    type Error = Error;

    async fn from_request(req: &HttpRequest, _: &mut Payload) -> Result<Self, Self::Error> {
        let header = req.headers().get(AUTHORIZATION);
        let header = header.and_then(|it| it.to_str().ok());
        header
            .map(|it| AnyToken(it.to_owned()))
            .ok_or_else(|| error::ErrorUnauthorized("who?").into())
    }
}

async fn by_extractor(user: User) -> String {
    reached("by_extractor");
    user.name
}

async fn by_option(user: Option<User>) -> String {
    reached("by_option");
    user.map_or_else(String::new, |it| it.name)
}

async fn by_option_checked(user: Option<User>) -> Result<String, Error> {
    let Some(user) = user else {
        return Err(error::ErrorForbidden("members only").into());
    };
    reached("by_option_checked");
    Ok(user.name)
}

async fn by_header(token: AnyToken) -> String {
    reached("by_header");
    token.0
}

async fn by_principal(req: HttpRequest) -> HttpResponse {
    match req.extensions().get::<Principal>() {
        Some(principal) => {
            reached("by_principal");
            HttpResponse::Ok().body(principal.0.clone())
        }
        None => HttpResponse::Unauthorized().finish(),
    }
}

fn require_reader(req: &HttpRequest, sessions: &Sessions) -> Result<String, Error> {
    let name = sessions.name_of(req.headers());
    name.ok_or_else(|| error::ErrorUnauthorized("no session").into())
}

async fn in_body(
    req: HttpRequest,
    sessions: types::State<Sessions>,
) -> Result<HttpResponse, Error> {
    require_reader(&req, &sessions)?;
    reached("in_body");
    Ok(HttpResponse::Ok().finish())
}

async fn in_body_ignored(req: HttpRequest, sessions: types::State<Sessions>) -> HttpResponse {
    let _ = require_reader(&req, &sessions);
    reached("in_body_ignored");
    HttpResponse::Ok().finish()
}

async fn user_notes(path: types::Path<u32>) -> HttpResponse {
    reached("user_notes");
    HttpResponse::Ok().body(path.into_inner().to_string())
}

async fn filed(path: types::Path<String>) -> HttpResponse {
    reached("filed");
    HttpResponse::Ok().body(path.into_inner())
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn upload_default(body: String) -> HttpResponse {
    reached("upload_default");
    HttpResponse::Ok().body(body)
}

async fn upload_small(body: String) -> HttpResponse {
    reached("upload_small");
    HttpResponse::Ok().body(body)
}

async fn upload_raised(body: String) -> HttpResponse {
    reached("upload_raised");
    HttpResponse::Ok().body(body)
}

async fn upload_guarded(_user: User, body: types::Json<Named>) -> HttpResponse {
    reached("upload_guarded");
    HttpResponse::Ok().body(body.into_inner().name)
}

fn is_internal(head: &RequestHead) -> bool {
    let kind = head.headers.get("x-kind");
    kind.is_some_and(|it| it == "internal")
}

mod attributes {
    use moat_live::reached;
    use ntex::web::{self, HttpResponse, types};

    use super::User;

    /// By an attribute.
    #[web::get("/attributes/{id}")]
    pub async fn attribute_get(id: types::Path<u32>) -> HttpResponse {
        reached("attribute_get");
        HttpResponse::Ok().body(id.to_string())
    }

    /// By an attribute, and an extractor.
    #[web::delete("/attributes/{id}")]
    pub async fn attribute_delete(_user: User, id: types::Path<u32>) -> HttpResponse {
        reached("attribute_delete");
        HttpResponse::Ok().body(id.to_string())
    }

    /// Under two prefixes.
    #[web::get("/items")]
    pub async fn items() -> HttpResponse {
        reached("items");
        HttpResponse::Ok().finish()
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
    root every_method
    scoped_before scoped_after inner_read inner_write inner_default
    first_scope second_scope
    resource_get resource_post beside
    pretended by_filter by_look pair_open pair_closed
    internal_kind ordinary_kind either_read
    versioned
    configured
    limited unlimited
}

fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/configured", web::get().to(configured))
        .service(attributes::attribute_get)
        .service(attributes::attribute_delete);
}

fn scopes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/scoped")
            .route("/before", web::get().to(scoped_before))
            .middleware(RequireSession)
            .route("/after", web::get().to(scoped_after))
            .service(
                web::scope("/inner")
                    .middleware(PretendSession)
                    .service(
                        web::resource("/deep")
                            .route([web::get().to(inner_read), web::put().to(inner_write)]),
                    )
                    .default_service(web::delete().to(inner_default)),
            ),
    );
    config.service(web::scope("/twice").route("/first", web::get().to(first_scope)));
    config.service(web::scope("/twice").route("/second", web::get().to(second_scope)));
    config.service(
        web::scope("/mixed").service((
            web::resource("/resource")
                .middleware(RequireSession)
                .route(web::get().to(resource_get))
                .route(web::post().to(resource_post)),
            web::resource("/beside").route(web::post().to(beside)),
            web::resource("/pretended")
                .middleware(PretendSession)
                .route(web::post().to(pretended)),
            web::resource("/filter")
                .filter(require_filter)
                .route(web::post().to(by_filter)),
            web::resource("/look")
                .filter(look_filter)
                .route(web::post().to(by_look)),
        )),
    );
}

/// Who is answered by what.
fn guards(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/kinds")
            .guard(guard::fn_guard(is_internal))
            .route("/here", web::get().to(internal_kind)),
    );
    config.service(web::scope("/kinds").route("/here", web::get().to(ordinary_kind)));
    config.service(
        web::resource("/either")
            .guard(guard::Any(guard::Get()).or(guard::Put()))
            .to(either_read),
    );
}

fn extractors(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/extractors")
            .route(web::get().to(by_extractor))
            .route(web::post().to(by_option))
            .route(web::put().to(by_option_checked))
            .route(web::delete().to(by_header)),
    );
    config.service(
        web::resource("/body")
            .route(web::get().to(in_body))
            .route(web::post().to(in_body_ignored)),
    );
    config.service(
        web::resource("/principal")
            .middleware(FindPrincipal)
            .route(web::post().to(by_principal)),
    );
    config.service(
        web::resource("/uploads")
            .route(web::post().to(upload_default))
            .route(web::put().to(upload_guarded)),
    );
    config.service(
        web::resource("/uploads/small")
            .state(types::PayloadConfig::new(1024))
            .route(web::post().to(upload_small)),
    );
    config.service(
        web::resource("/uploads/raised")
            .state(types::PayloadConfig::new(9_000_000))
            .route(web::post().to(upload_raised)),
    );
}

#[ntex::main]
async fn main() -> std::io::Result<()> {
    let names = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let sessions = Sessions {
        names: Arc::new(names),
    };
    let limiter = Arc::new(RateLimiter::new(5));
    let server = web::server(async move || {
        App::new()
            .state(sessions.clone())
            .service(web::resource("/").route(web::get().to(root)))
            .service(web::resource("/every").to(every_method))
            .route("/users/{id}/notes", web::get().to(user_notes))
            .route("/files/{tail}*", web::get().to(filed))
            .configure(configure)
            .configure(scopes)
            .configure(guards)
            .configure(extractors)
            .service(web::scope(["/v1", "/v2"]).service(attributes::items))
            .service(web::resource(["/version", "/about"]).route(web::get().to(versioned)))
            .service(
                web::scope("/limits")
                    .middleware(LimitRate {
                        limiter: limiter.clone(),
                    })
                    .route("/ping", web::get().to(limited)),
            )
            .route("/unlimited", web::get().to(unlimited))
            .service(
                web::scope("/pair")
                    .service(
                        web::scope("/closed")
                            .middleware(RequireSession)
                            .middleware(PretendSession)
                            .route("", web::post().to(pair_closed)),
                    )
                    .route("/open", web::post().to(pair_open)),
            )
    });
    server.workers(1).bind(moat_live::address())?.run().await
}
