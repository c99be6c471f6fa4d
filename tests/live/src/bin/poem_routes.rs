//! poem: which middleware wraps what, which path it sees, what extractors refuse, what is nested where.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: invented X-Internal: 1
//! live: undecided by_internal authentication unknown, is open: another header decides
//! live: unreached root: what is nested at `/` takes the root itself
//! live: large 1500000
//! live: slow slow_cut
//! live: slow slow_free
//! live: body upload_small text/plain hello
//! live: body upload_any text/plain hello
//! live: body upload_guarded text/plain hello
//! live: presence by_internal: whoever says that he is inside is let in
//! live: presence by_header: the extractor asks for a header, whatever is in it
//! live: absent GET /paths/digits/seven
//! live: absent GET /paths/kept
//! live: absent GET /both
//! live: absent GET /whole/open

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use moat_live::{RateLimiter, reached};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::SizeLimit;
use poem::web::{Data, Path};
use poem::{
    Endpoint, EndpointExt, Error, FromRequest, IntoResponse, Middleware, Request, RequestBody,
    Response, Result, Route, RouteMethod, Server, get, handler, post, put,
};

type Sessions = Arc<HashMap<String, String>>;

fn name_of(req: &Request) -> Option<String> {
    let sessions = req.data::<Sessions>()?;
    let token = req.header("Authorization")?.strip_prefix("Bearer ")?;
    sessions.get(token).cloned()
}

fn verify(req: &Request) -> Result<String> {
    name_of(req).ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))
}

/// A middleware of our own.
struct RequireSession;
struct RequireSessionEndpoint<E>(E);

impl<E: Endpoint> Middleware<E> for RequireSession {
    type Output = RequireSessionEndpoint<E>;

    fn transform(&self, ep: E) -> Self::Output {
        RequireSessionEndpoint(ep)
    }
}

impl<E: Endpoint> Endpoint for RequireSessionEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        verify(&req)?;
        self.0.call(req).await
    }
}

/// The same, which forgets to return.
struct PretendSession;
struct PretendSessionEndpoint<E>(E);

impl<E: Endpoint> Middleware<E> for PretendSession {
    type Output = PretendSessionEndpoint<E>;

    fn transform(&self, ep: E) -> Self::Output {
        PretendSessionEndpoint(ep)
    }
}

impl<E: Endpoint> Endpoint for PretendSessionEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        let known = verify(&req);
        let answer = self.0.call(req).await;
        known?;
        answer
    }
}

/// Who asks, as a middleware has found out.
#[derive(Clone)]
struct Principal(String);

#[derive(Clone)]
struct Guest(String);

async fn find_principal<E: Endpoint>(ep: E, mut req: Request) -> Result<Response> {
    if let Some(name) = name_of(&req) {
        req.set_data(Principal(name));
    }
    ep.call(req).await.map(IntoResponse::into_response)
}

async fn find_guest<E: Endpoint>(ep: E, mut req: Request) -> Result<Response> {
    let name = name_of(&req).unwrap_or_else(|| "guest".to_owned());
    req.set_data(Guest(name));
    ep.call(req).await.map(IntoResponse::into_response)
}

async fn require_session<E: Endpoint>(ep: E, req: Request) -> Result<Response> {
    verify(&req)?;
    Ok(ep.call(req).await?.into_response())
}

/// Whoever says that he comes from inside need not say more.
async fn require_from_outside<E: Endpoint>(ep: E, req: Request) -> Result<Response> {
    if req.header("X-Internal").is_none() {
        verify(&req)?;
    }
    Ok(ep.call(req).await?.into_response())
}

/// Passes in the branch for errors.
async fn require_or_log<E: Endpoint>(ep: E, req: Request) -> Result<Response> {
    match verify(&req) {
        Ok(name) => eprintln!("{name}"),
        Err(error) => eprintln!("nobody: {error}"),
    }
    Ok(ep.call(req).await?.into_response())
}

async fn require_but_for_open<E: Endpoint>(ep: E, req: Request) -> Result<Response> {
    if req.uri().path() != "/open" {
        verify(&req)?;
    }
    Ok(ep.call(req).await?.into_response())
}

async fn require_before(req: Request) -> Result<Request> {
    verify(&req)?;
    Ok(req)
}

async fn limit_rate<E: Endpoint>(ep: E, req: Request) -> Result<Response> {
    let limiter = req.data::<Arc<RateLimiter>>().cloned();
    let client = req.header("X-Client").unwrap_or_default().to_owned();
    if limiter.is_some_and(|it| !it.check_key(&client)) {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    Ok(ep.call(req).await?.into_response())
}

/// An extractor that refuses.
struct Session(String);

impl<'a> FromRequest<'a> for Session {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let name = name_of(req).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Session(name))
    }
}

/// An extractor that finds what it wants in anybody's request.
struct AnyToken(String);

impl<'a> FromRequest<'a> for AnyToken {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let header = req.header("Authorization");
        let header = header.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(AnyToken(header.to_owned()))
    }
}

/// An extractor that never refuses.
struct Visitor(Option<String>);

impl<'a> FromRequest<'a> for Visitor {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(Visitor(name_of(req)))
    }
}

fn said(name: &str) -> StatusCode {
    match name.is_empty() {
        true => StatusCode::ACCEPTED,
        false => StatusCode::OK,
    }
}

#[handler]
async fn by_extractor(session: Session) -> StatusCode {
    reached("by_extractor");
    said(&session.0)
}

#[handler]
async fn by_option(session: Option<Session>) -> StatusCode {
    reached("by_option");
    said(&session.map(|it| it.0).unwrap_or_default())
}

#[handler]
async fn by_result(session: Result<Session>) -> Result<StatusCode> {
    let session = session?;
    reached("by_result");
    Ok(said(&session.0))
}

#[handler]
async fn by_header(token: AnyToken) -> StatusCode {
    reached("by_header");
    said(&token.0)
}

#[handler]
async fn by_visitor(visitor: Visitor) -> StatusCode {
    reached("by_visitor");
    said(&visitor.0.unwrap_or_default())
}

#[handler]
async fn by_visitor_checked(visitor: Visitor) -> Result<StatusCode> {
    let name = visitor.0.ok_or(StatusCode::FORBIDDEN)?;
    reached("by_visitor_checked");
    Ok(said(&name))
}

#[handler]
async fn by_principal(principal: Data<&Principal>) -> StatusCode {
    reached("by_principal");
    said(&principal.0.0)
}

#[handler]
async fn by_guest(guest: Data<&Guest>) -> StatusCode {
    reached("by_guest");
    said(&guest.0.0)
}

fn require_reader(req: &Request) -> Result<()> {
    let name = verify(req)?;
    if name.is_empty() {
        return Err(StatusCode::FORBIDDEN.into());
    }
    Ok(())
}

#[handler]
async fn in_body(req: &Request) -> Result<StatusCode> {
    require_reader(req)?;
    reached("in_body");
    Ok(StatusCode::OK)
}

#[handler]
async fn in_body_ignored(req: &Request) -> StatusCode {
    let _ = require_reader(req);
    reached("in_body_ignored");
    StatusCode::OK
}

#[handler]
async fn numbered(Path(number): Path<u32>) -> String {
    reached("numbered");
    number.to_string()
}

#[handler]
async fn org_member(Path((org, member)): Path<(String, String)>) -> String {
    reached("org_member");
    format!("{org} {member}")
}

#[handler]
async fn filed(Path(path): Path<String>) -> String {
    reached("filed");
    path
}

#[handler]
async fn upload_small(body: String) -> String {
    reached("upload_small");
    body
}

#[handler]
async fn upload_any(body: String) -> String {
    reached("upload_any");
    body
}

#[handler]
async fn upload_guarded(_session: Session, body: String) -> String {
    reached("upload_guarded");
    body
}

#[handler]
async fn slow_cut() -> StatusCode {
    reached("slow_cut");
    tokio::time::sleep(Duration::from_millis(700)).await;
    StatusCode::OK
}

#[handler]
async fn slow_free() -> StatusCode {
    reached("slow_free");
    tokio::time::sleep(Duration::from_millis(700)).await;
    StatusCode::OK
}

macro_rules! handlers {
    ($($name:ident)*) => {
        $(#[handler]
        async fn $name() -> StatusCode {
            reached(stringify!($name));
            StatusCode::OK
        })*
    };
}

handlers! {
    root plain any_method
    method_read method_write whole_read whole_write
    with_real with_pretended with_off with_on with_late with_pair
    around_real around_closure by_internal fails_open before_real before_closure late_after
    stripped_open stripped_closed unstripped_open unstripped_closed
    kept_inner rooted
    inner_index inner_page inner_deep
    beside
    limited unlimited
}

async fn cut_short<E: Endpoint>(ep: E, req: Request) -> Result<Response> {
    match tokio::time::timeout(Duration::from_millis(100), ep.call(req)).await {
        Ok(answer) => Ok(answer?.into_response()),
        Err(_) => Ok(StatusCode::REQUEST_TIMEOUT.into_response()),
    }
}

fn paths() -> Route {
    let inner = Route::new()
        .at("/", get(inner_index))
        .at("/page", get(inner_page))
        .nest("/deep", Route::new().at("/page", get(inner_deep)));
    Route::new()
        .at("/plain", get(plain))
        .at("/any", any_method)
        .at("/digits/:number<[0-9]+>", get(numbered))
        .at("/files/*path", get(filed))
        .nest("/nested", inner)
        .at("/orgs/:org/members/:member", get(org_member))
        .nest_no_strip("/kept", Route::new().at("/kept/inner", get(kept_inner)))
}

fn guarded() -> Route {
    Route::new()
        .at(
            "/method",
            get(method_read).post(method_write.with(RequireSession)),
        )
        .at(
            "/whole",
            get(whole_read).post(whole_write).with(RequireSession),
        )
        .at("/real", post(with_real).with(RequireSession))
        .at("/pretended", post(with_pretended).with(PretendSession))
        .at("/off", post(with_off).with_if(false, RequireSession))
        .at("/on", post(with_on).with_if(true, RequireSession))
        .at(
            "/pair",
            post(with_pair.with((SizeLimit::new(4096), RequireSession))),
        )
        .at(
            "/late",
            post(with_late).after(|answer: Result<Response>| async move {
                let answer = answer?;
                match answer.header("X-Known") {
                    Some(_) => Ok(answer),
                    None => Err(Error::from_status(StatusCode::UNAUTHORIZED)),
                }
            }),
        )
}

fn around() -> Route {
    Route::new()
        .at("/real", post(around_real).around(require_session))
        .at(
            "/closure",
            post(around_closure).around(|ep, req| async move {
                verify(&req)?;
                ep.call(req).await
            }),
        )
        .at("/internal", post(by_internal).around(require_from_outside))
        .at("/fails-open", post(fails_open).around(require_or_log))
        .at("/before", post(before_real).before(require_before))
        .at(
            "/before-closure",
            post(before_closure).before(|req| async move {
                verify(&req)?;
                Ok(req)
            }),
        )
        .at(
            "/late",
            post(late_after).around(|ep, req| async move {
                let known = verify(&req);
                let answer = ep.call(req).await;
                known?;
                answer
            }),
        )
}

/// One list of open paths; only one of both sees the path that it knows.
fn by_path() -> Route {
    let stripped = Route::new()
        .at("/open", get(stripped_open))
        .at("/closed", get(stripped_closed))
        .around(require_but_for_open);
    let unstripped = Route::new()
        .at("/whole/open", get(unstripped_open))
        .at("/whole/closed", get(unstripped_closed))
        .around(require_but_for_open);
    Route::new()
        .nest("/stripped", stripped)
        .nest_no_strip("/whole", unstripped)
}

fn extractors() -> RouteMethod {
    put(by_extractor).post(by_option).delete(by_result)
}

fn limits() -> Route {
    let counted = Route::new()
        .at("/ping", get(limited))
        .around(limit_rate)
        .data(Arc::new(RateLimiter::new(5)));
    Route::new()
        .nest("/limited", counted)
        .at("/unlimited", get(unlimited))
        .at("/small", post(upload_small.with(SizeLimit::new(1024))))
        .at("/any", post(upload_any))
        .at("/guarded", post(upload_guarded))
        .at("/slow/cut", get(slow_cut).around(cut_short))
        .at("/slow/free", get(slow_free))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let app = Route::new()
        .at("/", get(root))
        .nest("/paths", paths())
        .nest("/with", guarded())
        .nest("/around", around())
        .nest("/by-path", by_path())
        .at("/both", extractors())
        .at("/header", post(by_header))
        .at("/visitor", post(by_visitor).put(by_visitor_checked))
        .at("/body", post(in_body).put(in_body_ignored))
        .at("/principal", post(by_principal).around(find_principal))
        .at("/guest", post(by_guest).around(find_guest))
        .at("/beside", post(beside))
        .nest("/limits", limits())
        .nest("/", Route::new().at("/rooted", get(rooted)))
        .data(sessions);
    Server::new(TcpListener::bind(moat_live::address()))
        .run(app)
        .await
}
