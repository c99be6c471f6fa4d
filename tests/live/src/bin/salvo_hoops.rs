//! salvo: what a hoop covers and what stops the chain. Trees, order, filters, extractors of the depot, conditions.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: invented Authorization: Basic dGluOnRpbg==
//! live: for basic_real Authorization: Basic YW5uOmdvbGQ=
//! live: for basic_yes Authorization: Basic YW5uOmdvbGQ=
//! live: large 40000
//! live: slow slow_cut
//! live: slow slow_free
//! live: body upload_small text/plain hello
//! live: body upload_raised text/plain hello
//! live: body upload_any text/plain hello
//! live: body upload_guarded text/plain hello
//! live: body upload_late text/plain hello
//! live: presence by_presence: any token will do
//! live: presence basic_yes: the validator says yes to everybody
//! live: known surplus GET /same second_same: the same path and method come first
//! live: absent GET /tree
//! live: absent GET /tree/closed/deep
//! live: absent GET /numbers/seven
//! live: absent POST /files/a/b
//! live: absent GET /filtered/never

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use moat_live::reached;
use salvo::affix_state;
use salvo::basic_auth::{BasicAuth, BasicAuthValidator};
use salvo::http::{Method, StatusCode};
use salvo::prelude::*;
use salvo::rate_limiter::{
    BasicQuota, FixedGuard, MokaStore, RateIssuer, RateLimiter as SalvoRateLimiter,
};
use salvo::routing::{Filter, filters};
use salvo::size_limiter::max_size;
use salvo::timeout::Timeout;

type Sessions = Arc<HashMap<String, String>>;

fn name_of(req: &Request, depot: &Depot) -> Option<String> {
    let sessions = depot.get_typed::<Sessions>().ok()?;
    let header = req.header::<String>("authorization")?;
    let token = header.strip_prefix("Bearer ")?;
    sessions.get(token).cloned()
}

/// An error status stops the chain.
#[handler]
async fn require_session(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    if name_of(req, depot).is_none() {
        res.render(StatusError::unauthorized());
    }
}

/// So does whoever says so.
#[handler]
async fn require_and_skip(
    req: &mut Request,
    depot: &mut Depot,
    res: &mut Response,
    ctrl: &mut FlowCtrl,
) {
    if name_of(req, depot).is_none() {
        res.render("who are you?");
        ctrl.skip_rest();
    }
}

/// A text stops nothing.
#[handler]
async fn require_by_text(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    if name_of(req, depot).is_none() {
        res.render("unauthorized");
    }
}

/// By its error.
#[handler]
async fn require_by_error(req: &mut Request, depot: &mut Depot) -> Result<(), StatusError> {
    match name_of(req, depot) {
        Some(_) => Ok(()),
        None => Err(StatusError::forbidden()),
    }
}

/// Who is not known is refused when everything has happened.
#[handler]
async fn require_afterwards(
    req: &mut Request,
    depot: &mut Depot,
    res: &mut Response,
    ctrl: &mut FlowCtrl,
) {
    ctrl.call_next(req, depot, res).await;
    if name_of(req, depot).is_none() {
        res.render(StatusError::unauthorized());
    }
}

/// Goes on for whom it knows; the chain goes on by itself for everybody else.
#[handler]
async fn call_if_known(
    req: &mut Request,
    depot: &mut Depot,
    res: &mut Response,
    ctrl: &mut FlowCtrl,
) {
    if name_of(req, depot).is_some() {
        ctrl.call_next(req, depot, res).await;
    }
}

/// Who brings something is let in.
#[handler]
async fn require_presence(req: &mut Request, res: &mut Response) {
    if req.header::<String>("authorization").is_none() {
        res.render(StatusError::unauthorized());
    }
}

/// Whoever only reads is let in.
#[handler]
async fn require_for_writes(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    if req.method() == Method::GET {
        return;
    }
    if name_of(req, depot).is_none() {
        res.render(StatusError::unauthorized());
    }
}

/// Puts into the depot who asks.
#[handler]
async fn find_principal(req: &mut Request, depot: &mut Depot) {
    if let Some(name) = name_of(req, depot) {
        depot.insert("principal", name);
    }
}

/// Logs, and lets everybody in.
#[handler]
async fn log_session(req: &mut Request, depot: &mut Depot) {
    if name_of(req, depot).is_none() {
        eprintln!("nobody that we know asks for {}", req.uri().path());
    }
}

/// A hoop that is a value.
struct Keys {
    sessions: Sessions,
}

#[async_trait]
impl Handler for Keys {
    async fn handle(
        &self,
        req: &mut Request,
        _depot: &mut Depot,
        res: &mut Response,
        ctrl: &mut FlowCtrl,
    ) {
        let header = req.header::<String>("authorization").unwrap_or_default();
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        if !self.sessions.contains_key(token) {
            res.status_code(StatusCode::UNAUTHORIZED);
            ctrl.skip_rest();
        }
    }
}

struct Passwords {
    sessions: Sessions,
}

impl BasicAuthValidator for Passwords {
    async fn validate(&self, username: &str, password: &str, _depot: &mut Depot) -> bool {
        let name = self.sessions.get(password);
        name.is_some_and(|it| it == username)
    }
}

struct Yes;

impl BasicAuthValidator for Yes {
    async fn validate(&self, username: &str, _password: &str, _depot: &mut Depot) -> bool {
        !username.is_empty()
    }
}

/// A client's name is what it says.
struct ByClient;

impl RateIssuer for ByClient {
    type Key = String;

    async fn issue(&self, req: &mut Request, _depot: &Depot) -> Option<String> {
        req.header::<String>("x-client")
    }
}

fn require_reader(req: &Request, depot: &Depot) -> Result<String, StatusError> {
    name_of(req, depot).ok_or_else(StatusError::unauthorized)
}

#[handler]
async fn in_body(req: &mut Request, depot: &mut Depot) -> Result<&'static str, StatusError> {
    let _name = require_reader(req, depot)?;
    reached("in_body");
    Ok("read")
}

#[handler]
async fn in_body_ignored(req: &mut Request, depot: &mut Depot) -> &'static str {
    let _ = require_reader(req, depot);
    reached("in_body_ignored");
    "read"
}

/// Renders an error, and goes on.
#[handler]
async fn in_body_rendered(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    if name_of(req, depot).is_none() {
        res.render(StatusError::unauthorized());
    }
    reached("in_body_rendered");
    res.render(std::fs::read_to_string("Cargo.toml").unwrap_or_default());
}

#[handler]
async fn by_principal(depot: &mut Depot) -> Result<String, StatusError> {
    let name = depot.get::<String>("principal");
    let name = name.map_err(|_| StatusError::unauthorized())?;
    reached("by_principal");
    Ok(name.clone())
}

#[handler]
async fn by_principal_or_guest(depot: &mut Depot) -> String {
    reached("by_principal_or_guest");
    let name = depot.get::<String>("principal");
    name.cloned().unwrap_or_else(|_| "guest".to_owned())
}

#[handler]
async fn numbered(req: &mut Request) -> String {
    reached("numbered");
    req.param::<u32>("number").unwrap_or_default().to_string()
}

#[handler]
async fn filed(req: &mut Request) -> String {
    reached("filed");
    req.param::<String>("path").unwrap_or_default()
}

#[handler]
async fn member(req: &mut Request) -> String {
    reached("member");
    req.param::<String>("org").unwrap_or_default()
}

macro_rules! uploads {
    ($($name:ident)*) => {
        $(#[handler]
        async fn $name(req: &mut Request, res: &mut Response) {
            match req.payload().await {
                Ok(_) => {
                    reached(stringify!($name));
                    res.render("stored");
                }
                Err(_) => {
                    res.render(StatusError::payload_too_large());
                }
            }
        })*
    };
}

uploads! { upload_small upload_raised upload_any upload_guarded upload_late }

#[handler]
async fn slow_cut() -> &'static str {
    reached("slow_cut");
    tokio::time::sleep(Duration::from_millis(700)).await;
    "late"
}

#[handler]
async fn slow_free() -> &'static str {
    reached("slow_free");
    tokio::time::sleep(Duration::from_millis(700)).await;
    "late"
}

macro_rules! handlers {
    ($($name:ident)*) => {
        $(#[handler]
        async fn $name() -> &'static str {
            reached(stringify!($name));
            "done"
        })*
    };
}

handlers! {
    root plain any_method
    tree_open tree_closed tree_before tree_after tree_deep tree_sibling
    by_status by_skip by_text by_error by_late by_call by_presence by_value
    reads writes only_logs
    basic_real basic_yes
    first_same second_same
    rest_guarded rest_open
    filtered_one filtered_both filtered_pair
    when_private when_public
    limited unlimited
    last_resort
}

fn tree() -> Router {
    Router::with_path("tree")
        .push(Router::with_path("open").get(tree_open))
        .push(
            Router::with_path("closed")
                .get(tree_before)
                .hoop(require_session)
                .post(tree_after)
                .put(tree_closed)
                .push(Router::with_path("deep/{id}").delete(tree_deep)),
        )
        // The same path, and not behind the hoop.
        .push(Router::with_path("closed/beside").get(tree_sibling))
}

fn hoops(sessions: &Sessions) -> Router {
    let keys = Keys {
        sessions: sessions.clone(),
    };
    let passwords = Passwords {
        sessions: sessions.clone(),
    };
    Router::with_path("hoops")
        .push(
            Router::with_path("status")
                .hoop(require_session)
                .post(by_status),
        )
        .push(
            Router::with_path("skip")
                .hoop(require_and_skip)
                .post(by_skip),
        )
        .push(
            Router::with_path("text")
                .hoop(require_by_text)
                .post(by_text),
        )
        .push(
            Router::with_path("error")
                .hoop(require_by_error)
                .post(by_error),
        )
        .push(
            Router::with_path("late")
                .hoop(require_afterwards)
                .post(by_late),
        )
        .push(Router::with_path("call").hoop(call_if_known).post(by_call))
        .push(
            Router::with_path("presence")
                .hoop(require_presence)
                .post(by_presence),
        )
        .push(Router::with_path("value").hoop(keys).post(by_value))
        .push(
            Router::with_path("methods")
                .hoop(require_for_writes)
                .get(reads)
                .post(writes),
        )
        .push(Router::with_path("logs").hoop(log_session).post(only_logs))
        .push(
            Router::with_path("basic")
                .hoop(BasicAuth::new(passwords))
                .post(basic_real),
        )
        .push(
            Router::with_path("basic/yes")
                .hoop(BasicAuth::new(Yes))
                .post(basic_yes),
        )
        .push(
            Router::with_path("principal")
                .hoop(find_principal)
                .post(by_principal),
        )
        .push(
            Router::with_path("guest")
                .hoop(find_principal)
                .post(by_principal_or_guest),
        )
}

fn filtered() -> Router {
    Router::with_path("filtered")
        .push(
            Router::with_path("one")
                .filter(filters::get())
                .goal(filtered_one),
        )
        .push(
            Router::with_path("both")
                .filter(filters::put().or(filters::delete()))
                .hoop(require_session)
                .goal(filtered_both),
        )
        .push(Router::with_filter(filters::path("pair").and(filters::post())).goal(filtered_pair))
}

fn limits() -> Router {
    let limiter = SalvoRateLimiter::new(
        FixedGuard::new(),
        MokaStore::new(),
        ByClient,
        BasicQuota::per_minute(5),
    );
    Router::with_path("limits")
        .push(Router::with_path("limited").hoop(limiter).get(limited))
        .push(Router::with_path("unlimited").get(unlimited))
        .push(
            Router::with_path("small")
                .hoop(max_size(1024))
                .post(upload_small),
        )
        .push(
            Router::with_path("raised")
                .hoop(max_size(u64::MAX))
                .post(upload_raised),
        )
        .push(Router::with_path("any").post(upload_any))
        .push(
            Router::with_path("guarded")
                .hoop(require_session)
                .hoop(max_size(2048))
                .post(upload_guarded),
        )
        .push(
            Router::with_path("late")
                .push(Router::new().hoop(max_size(10)))
                .post(upload_late),
        )
        .push(
            Router::with_path("slow/cut")
                .hoop(Timeout::new(Duration::from_millis(100)))
                .get(slow_cut),
        )
        .push(Router::with_path("slow/free").get(slow_free))
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let router = Router::new()
        .hoop(affix_state::inject(sessions.clone()))
        .get(root)
        .push(Router::with_path("plain").get(plain))
        .push(Router::with_path("any").goal(any_method))
        .push(Router::with_path("numbers/{number:num}").get(numbered))
        .push(Router::with_path("files/{**path}").get(filed))
        .push(Router::with_path("orgs/{org}").push(Router::with_path("members/{name}").get(member)))
        .push(
            Router::with_path("body")
                .post(in_body)
                .put(in_body_ignored)
                .delete(in_body_rendered),
        )
        .push(Router::with_path("same").get(first_same))
        .push(Router::with_path("same").get(second_same))
        .push(tree())
        .push(hoops(&sessions))
        .push(filtered())
        .push(
            Router::with_path("when")
                .hoop_when(require_session, |req, _| {
                    req.uri().path().starts_with("/when/private")
                })
                .push(Router::with_path("private").post(when_private))
                .push(Router::with_path("public").post(when_public)),
        )
        // What refuses does not fall through: the second is there for what lies below.
        .push(
            Router::with_path("rest")
                .hoop(require_session)
                .put(rest_guarded),
        )
        .push(Router::with_path("rest/{**rest}").put(rest_open))
        .push(limits())
        .push(Router::with_path("{**rest}").patch(last_resort));
    let acceptor = TcpListener::new(moat_live::address()).bind().await;
    Server::new(acceptor).serve(router).await;
}
