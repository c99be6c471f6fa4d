//! actix-web: who is asked for in the signature and in the body, and limits on bodies and requests.
//!
//! live: valid Authorization: Bearer gold
//! live: valid X-Api-Key: gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: gold
//! live: invented X-Api-Key: tin
//! live: presence presence_only: the extractor looks whether a header is there
//! live: large 4096
//! live: body add_note application/json {"text":"x"}
//! live: body small_json application/json {"text":"x"}
//! live: body any_json application/json {"text":"x"}
//! live: body small_text text/plain hello
//! live: body any_text text/plain hello
//! live: body late_check application/json {"text":"x"}
//! live: known small_json body_limit none, is required: `JsonConfig` has a limit
//! live: known small_text body_limit none, is required: `PayloadConfig` has a limit
//! live: known surplus ANY /notes MethodNotAllowed: all that its handler can say is no
//! live: query search q=x
//! live: absent GET /me/7
//! live: absent PUT /notes

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::sync::Mutex;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{Error, ErrorForbidden, ErrorTooManyRequests, ErrorUnauthorized};
use actix_web::middleware::{Next, from_fn};
use actix_web::{
    App, FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpServer, Responder, web,
};
use moat_live::{RateLimiter, reached};

struct Shared {
    sessions: HashMap<String, String>,
    key: String,
    limiter: RateLimiter,
    notes: Mutex<Vec<String>>,
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

fn shared(request: &HttpRequest) -> Result<&Shared, Error> {
    let data = request.app_data::<web::Data<Shared>>();
    let data = data.ok_or_else(|| ErrorUnauthorized("not configured"))?;
    Ok(data.get_ref())
}

/// Somebody with a session.
struct User {
    name: String,
}

impl User {
    fn of(request: &HttpRequest) -> Result<User, Error> {
        let token = header(request, "Authorization").and_then(|it| it.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| ErrorUnauthorized("no token"))?;
        let name = shared(request)?.sessions.get(token);
        let name = name.ok_or_else(|| ErrorUnauthorized("no session"))?;
        Ok(User { name: name.clone() })
    }
}

impl FromRequest for User {
    type Error = Error;
    type Future = Ready<Result<User, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(User::of(request))
    }
}

/// Whoever sends the header is let in.
struct Token(String);

impl FromRequest for Token {
    type Error = Error;
    type Future = Ready<Result<Token, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = header(request, "Authorization").map(|it| Token(it.to_owned()));
        ready(token.ok_or_else(|| ErrorUnauthorized("no token")))
    }
}

/// Never refuses.
struct Visitor(Option<User>);

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Ready<Result<Visitor, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Visitor(User::of(request).ok())))
    }
}

#[derive(serde::Deserialize)]
struct Note {
    text: String,
}

#[derive(serde::Deserialize)]
struct Search {
    q: String,
}

async fn me(user: User) -> String {
    reached("me");
    user.name
}

async fn maybe_me(user: Option<User>) -> String {
    reached("maybe_me");
    user.map(|it| it.name).unwrap_or_default()
}

async fn result_me(user: Result<User, Error>) -> Result<String, Error> {
    let user = user?;
    reached("result_me");
    Ok(user.name)
}

async fn result_ignored(user: Result<User, Error>) -> impl Responder {
    reached("result_ignored");
    match user {
        Ok(user) => user.name,
        Err(_) => "nobody".to_owned(),
    }
}

async fn in_a_tuple((user, path): (User, web::Path<u32>)) -> String {
    reached("in_a_tuple");
    format!("{} {path}", user.name)
}

async fn visitor(visitor: Visitor) -> String {
    reached("visitor");
    visitor.0.map(|it| it.name).unwrap_or_default()
}

async fn visitor_demanded(visitor: Visitor) -> HttpResponse {
    let Some(user) = visitor.0 else {
        return HttpResponse::Unauthorized().finish();
    };
    reached("visitor_demanded");
    HttpResponse::Ok().body(user.name)
}

async fn presence_only(token: Token) -> String {
    reached("presence_only");
    token.0
}

async fn search(query: web::Query<Search>) -> String {
    reached("search");
    query.into_inner().q
}

async fn add_note(request: HttpRequest, note: web::Json<Note>) -> Result<HttpResponse, Error> {
    let user = checks::authorise(&request)?;
    reached("add_note");
    Ok(HttpResponse::Ok().body(format!("{}: {}", user.name, note.text)))
}

async fn read_notes(request: HttpRequest) -> Result<HttpResponse, Error> {
    checks::require_key(&request)?;
    reached("read_notes");
    Ok(HttpResponse::Ok().finish())
}

async fn ignored_check(request: HttpRequest) -> HttpResponse {
    checks::require_key(&request).ok();
    reached("ignored_check");
    HttpResponse::Ok().finish()
}

async fn late_check(request: HttpRequest, note: web::Json<Note>) -> Result<String, Error> {
    // What is done is done before anybody is asked.
    std::fs::remove_file("no-such-note").ok();
    reached("late_check");
    checks::authorise(&request)?;
    Ok(note.into_inner().text)
}

async fn late_for_memory(request: HttpRequest) -> Result<String, Error> {
    let mut notes = shared(&request)?.notes.lock().expect("nobody panics");
    notes.push("from anybody".to_owned());
    reached("late_for_memory");
    Ok(checks::authorise(&request)?.name)
}

async fn request_data(user: Option<web::ReqData<Principal>>) -> Result<String, Error> {
    let user = user.ok_or_else(|| ErrorUnauthorized("nobody"))?;
    reached("request_data");
    Ok(user.into_inner().0)
}

async fn request_data_required(user: web::ReqData<Principal>) -> String {
    reached("request_data_required");
    user.into_inner().0
}

async fn small_json(note: web::Json<Note>) -> String {
    reached("small_json");
    note.into_inner().text
}

async fn any_json(note: web::Json<Note>) -> String {
    reached("any_json");
    note.into_inner().text
}

async fn small_text(text: String) -> String {
    reached("small_text");
    text
}

async fn any_text(text: web::Bytes) -> String {
    reached("any_text");
    text.len().to_string()
}

async fn limited() -> HttpResponse {
    reached("limited");
    HttpResponse::Ok().finish()
}

async fn not_limited() -> HttpResponse {
    reached("not_limited");
    HttpResponse::Ok().finish()
}

async fn only_counted() -> HttpResponse {
    reached("only_counted");
    HttpResponse::Ok().finish()
}

mod checks {
    //! Two calls down.

    use actix_web::HttpRequest;
    use actix_web::error::{Error, ErrorUnauthorized};

    use super::{User, header, shared};

    pub fn authorise(request: &HttpRequest) -> Result<User, Error> {
        let user = User::of(request)?;
        Ok(user)
    }

    pub fn require_key(request: &HttpRequest) -> Result<(), Error> {
        match header(request, "X-Api-Key") {
            Some(key) if key == shared(request)?.key => Ok(()),
            _ => Err(ErrorUnauthorized("no key")),
        }
    }
}

/// Who it is, for whoever asks for it.
#[derive(Clone)]
struct Principal(String);

async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Ok(user) = User::of(request.request()) {
        request.extensions_mut().insert(Principal(user.name));
    }
    next.call(request).await
}

async fn throttle(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let client = header(request.request(), "X-Client").unwrap_or_default();
    if !shared(request.request())?.limiter.check_key(client) {
        return Err(ErrorTooManyRequests("later"));
    }
    next.call(request).await
}

async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let client = header(request.request(), "X-Client").unwrap_or_default();
    if !shared(request.request())?.limiter.check_key(client) {
        eprintln!("{}", ErrorTooManyRequests("would be too many"));
    }
    next.call(request).await
}

/// Asks for a key of its own accord, whatever stands behind it.
async fn require_key(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let sent = header(request.request(), "X-Api-Key").unwrap_or_default();
    if sent != shared(request.request())?.key {
        return Err(ErrorForbidden("no key"));
    }
    next.call(request).await
}

async fn behind_key(user: Option<User>) -> String {
    reached("behind_key");
    user.map(|it| it.name).unwrap_or_default()
}

fn identified(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/principal")
            .wrap(from_fn(identify))
            .route("/optional", web::post().to(request_data))
            .route("/required", web::post().to(request_data_required)),
    );
    config.service(
        web::scope("/key")
            .wrap(from_fn(require_key))
            .route("/behind", web::post().to(behind_key)),
    );
}

fn limits(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/json/small")
            .app_data(web::JsonConfig::default().limit(1024))
            .route(web::post().to(small_json)),
    );
    config.route("/json/any", web::post().to(any_json));
    config.service(
        web::scope("/text")
            .app_data(web::PayloadConfig::new(1024))
            .route("/small", web::post().to(small_text)),
    );
    config.route("/text-any", web::post().to(any_text));
    config.service(
        web::scope("/limited")
            .wrap(from_fn(throttle))
            .route("/here", web::post().to(limited)),
    );
    config.service(
        web::scope("/counted")
            .wrap(from_fn(count))
            .route("/here", web::post().to(only_counted)),
    );
    config.route("/not-limited", web::post().to(not_limited));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let shared = web::Data::new(Shared {
        sessions: HashMap::from([("gold".to_owned(), "ann".to_owned())]),
        key: "gold".to_owned(),
        limiter: RateLimiter::new(5),
        notes: Mutex::default(),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .route("/me", web::get().to(me))
            .route("/me/maybe", web::get().to(maybe_me))
            .route("/me/result", web::get().to(result_me))
            .route("/me/ignored", web::get().to(result_ignored))
            .route("/tuples/{id}", web::delete().to(in_a_tuple))
            .route("/visitor", web::get().to(visitor))
            .route("/visitor/demanded", web::get().to(visitor_demanded))
            .route("/token", web::post().to(presence_only))
            .route("/search", web::get().to(search))
            .service(
                web::resource("/notes")
                    .route(web::post().to(add_note))
                    .route(web::get().to(read_notes))
                    .default_service(web::to(HttpResponse::MethodNotAllowed)),
            )
            .route("/checks/ignored", web::post().to(ignored_check))
            .route("/checks/late", web::post().to(late_check))
            .route("/checks/late/memory", web::post().to(late_for_memory))
            .configure(identified)
            .configure(limits)
    });
    server.workers(1).bind(moat_live::address())?.run().await
}
