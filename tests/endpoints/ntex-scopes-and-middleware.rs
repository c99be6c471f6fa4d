//! Apps, scopes and resources of ntex: who stands behind which middleware.
//@ GET /health none
//@ GET /open/list none
//@ GET /api/users required
//@ POST /api/users required
//@ GET /api/users/{id} required
//@ DELETE /api/users/{id} required
//@ GET /api/files/{*tail} required
//@ GET /apis none
//@ GET /logged none
//@ POST /logged/jobs none
//@ GET /late/a required
//@ GET /late/b required
//@ GET /half/open none
//@ DELETE /half/shut required
//@ GET /filtered required
//@ GET /taken/out required
//@ GET /never/put none
//@ ANY /old/{*fallback} none
//@ GET /v1/items none
//@ GET /v2/items none
//@ GET /same/first none
//@ GET /asked/first none
//@ GET /asked/second none
//@ GET /methods none
//@ PUT /methods none
use ntex::http::header::AUTHORIZATION;
use ntex::service::{Middleware, Service, ServiceCtx, cfg::SharedCfg};
use ntex::web::{
    self, App, DefaultError, Error, ErrorRenderer, HttpRequest, HttpResponse, WebRequest,
    WebResponse, error,
};

pub struct Config {
    token: String,
}

pub struct Auth;

pub struct AuthService<S> {
    service: S,
}

impl<S> Middleware<S, SharedCfg> for Auth {
    type Service = AuthService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        AuthService { service }
    }
}

impl<S, Err> Service<WebRequest<Err>> for AuthService<S>
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
        let sent = req
            .headers()
            .get(AUTHORIZATION)
            .and_then(|it| it.to_str().ok());
        let Some(config) = req.app_state::<Config>() else {
            return Ok(req.into_response(HttpResponse::InternalServerError().finish()));
        };
        if sent != Some(config.token.as_str()) {
            return Ok(req.into_response(HttpResponse::Unauthorized().finish()));
        }
        ctx.call(&self.service, req).await
    }
}

/// Notes who asks, and lets everybody through.
pub struct Notes;

pub struct NotesService<S> {
    service: S,
}

impl<S> Middleware<S, SharedCfg> for Notes {
    type Service = NotesService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        NotesService { service }
    }
}

impl<S> Service<WebRequest<DefaultError>> for NotesService<S>
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
        if req.headers().get(AUTHORIZATION).is_none() {
            println!("nobody in particular");
        }
        ctx.call(&self.service, req).await
    }
}

async fn token_only(req: WebRequest<DefaultError>) -> Result<WebRequest<DefaultError>, Error> {
    let sent = req.headers().get("x-token").and_then(|it| it.to_str().ok());
    match (sent, req.app_state::<Config>()) {
        (Some(sent), Some(config)) if sent == config.token => Ok(req),
        _ => Err(error::ErrorUnauthorized("no token").into()),
    }
}

/// Who asks, as the middleware has found out.
pub struct Principal(String);

pub struct Finds;

pub struct FindsService<S> {
    service: S,
}

impl<S> Middleware<S, SharedCfg> for Finds {
    type Service = FindsService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        FindsService { service }
    }
}

impl<S> Service<WebRequest<DefaultError>> for FindsService<S>
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
        let sent = req
            .headers()
            .get(AUTHORIZATION)
            .and_then(|it| it.to_str().ok())
            .map(str::to_owned);
        if sent == Some(std::env::var("TOKEN").expect("a token")) {
            req.extensions_mut().insert(Principal("operator".into()));
        }
        ctx.call(&self.service, req).await
    }
}

async fn taken(req: HttpRequest) -> HttpResponse {
    match req.extensions().get::<Principal>() {
        Some(principal) => HttpResponse::Ok().body(principal.0.clone()),
        None => HttpResponse::Unauthorized().finish(),
    }
}

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[web::get("/health")]
async fn health() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[web::get("/items")]
async fn items() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn users(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/users")
            .route(web::get().to(ok))
            .route(web::post().to(ok)),
    )
    .service(web::resource("/users/{id}").route([web::get().to(ok), web::delete().to(ok)]));
}

#[ntex::main]
async fn main() -> std::io::Result<()> {
    web::server(async || {
        App::new()
            .state(Config {
                token: std::env::var("TOKEN").expect("a token"),
            })
            .middleware(web::middleware::Logger::default())
            .service(health)
            .service(web::scope("/open").route("/list", web::get().to(ok)))
            .service(
                web::scope("/api")
                    .wrap(Auth)
                    .configure(users)
                    .route("/files/{tail}*", web::get().to(ok)),
            )
            .route("/apis", web::get().to(ok))
            .service(
                web::scope("/logged")
                    .middleware(Notes)
                    .route("", web::get().to(ok))
                    .route("/jobs", web::method(ntex::http::Method::POST).to(ok)),
            )
            .service(
                web::scope("/late")
                    .route("/a", web::get().to(ok))
                    .middleware(Auth)
                    .route("/b", web::get().to(ok)),
            )
            .service(
                web::scope("/half").service((
                    web::resource("/open").route(web::get().to(ok)),
                    web::resource("/shut")
                        .middleware(Auth)
                        .route(web::delete().to(ok)),
                )),
            )
            .service(
                web::resource("/filtered")
                    .filter(token_only)
                    .route(web::get().to(ok)),
            )
            .service(
                web::scope("/taken")
                    .middleware(Finds)
                    .route("/out", web::get().to(taken)),
            )
            .service(
                web::scope("/never")
                    .middleware(Finds)
                    .route("/put", web::get().to(ok)),
            )
            .service(web::scope("/old").default_service(web::route().to(ok)))
            .service(web::scope(["/v1", "/v2"]).service(items))
            // The second of two in the same place is never asked; one with a guard leaves the rest.
            .service(web::scope("/same").route("/first", web::get().to(ok)))
            .service(web::scope("/same").route("/second", web::get().to(ok)))
            .service(
                web::scope("/asked")
                    .guard(web::guard::Header("x-kind", "internal"))
                    .route("/first", web::get().to(ok)),
            )
            .service(web::scope("/asked").route("/second", web::get().to(ok)))
            .route("/methods", web::get().to(ok))
            .route("/methods", web::put().to(ok))
            .route("/methods", web::get().to(taken))
    })
    .bind("127.0.0.1:8080")?
    .run()
    .await
}
