//! warp: what the algebra of filters makes of a check. Alternatives, rejections, recovery, ends, wrappers, order.
//!
//! live: valid Authorization: Bearer gold
//! live: valid X-Key: amber
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: invented X-Key: tin
//! live: large 1500000
//! live: body note_small text/plain hello
//! live: body note_any text/plain hello
//! live: body note_guarded application/json {"text":"hello"}
//! live: body login application/json {"name":"ann"}
//! live: for fall_open Authorization: Bearer tin
//! live: for rest_open Authorization: Bearer tin
//! live: presence by_any_header: the filter asks for a header, whatever is in it
//! live: presence by_length: a length is no proof
//! live: known surplus POST /shadowed shadowed_open: the recovery before it answers who is refused
//! live: known surplus GET /same second_same: a handler may reject, and the one before it never does
//! live: absent GET /ended/7/more
//! live: absent GET /pair
//! live: absent POST /nowhere
//! live: absent GET /prefixed

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use moat_live::{RateLimiter, reached};
use serde::Deserialize;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, StatusCode};
use warp::{Filter, Rejection, Reply, reject};

type Sessions = Arc<HashMap<String, String>>;
type Answer = Result<StatusCode, Rejection>;

#[derive(Debug)]
struct Denied;
impl reject::Reject for Denied {}

#[derive(Debug)]
struct TooMany;
impl reject::Reject for TooMany {}

fn with<T: Clone + Send + Sync + 'static>(
    value: &T,
) -> impl Filter<Extract = (T,), Error = Infallible> + Clone + use<T> {
    let value = value.clone();
    warp::any().map(move || value.clone())
}

fn name_of(header: Option<&str>, sessions: &Sessions) -> Option<String> {
    let token = header?.strip_prefix("Bearer ")?;
    sessions.get(token).cloned()
}

async fn check(header: Option<String>, sessions: Sessions) -> Result<String, Rejection> {
    name_of(header.as_deref(), &sessions).ok_or_else(|| reject::custom(Denied))
}

/// Who asks, or nobody gets further.
fn user(
    sessions: &Sessions,
) -> impl Filter<Extract = (String,), Error = Rejection> + Clone + use<> {
    warp::header::optional::<String>("authorization")
        .and(with(sessions))
        .and_then(check)
}

/// The same, and hands nothing on.
fn required(sessions: &Sessions) -> impl Filter<Extract = (), Error = Rejection> + Clone + use<> {
    user(sessions).map(drop).untuple_one()
}

/// Anonymous visitors are somebody, too.
fn visitor(
    sessions: &Sessions,
) -> impl Filter<Extract = (Option<String>,), Error = Infallible> + Clone + use<> {
    user(sessions)
        .map(Some)
        .or(warp::any().map(|| None))
        .unify()
}

/// Who brings a wrong token is refused, who brings none is not.
async fn check_what_is_there(header: Option<String>, sessions: Sessions) -> Result<(), Rejection> {
    if header.is_some() && name_of(header.as_deref(), &sessions).is_none() {
        return Err(reject::custom(Denied));
    }
    Ok(())
}

/// Tells the log, and lets everybody in.
async fn check_and_tell(header: Option<String>, sessions: Sessions) -> Result<(), Rejection> {
    if name_of(header.as_deref(), &sessions).is_none() {
        eprintln!("nobody that we know");
    }
    Ok(())
}

async fn check_length(header: String) -> Result<(), Rejection> {
    if header.len() < 4 {
        return Err(reject::custom(Denied));
    }
    Ok(())
}

async fn check_rate(client: String, limiter: Arc<RateLimiter>) -> Result<(), Rejection> {
    if !limiter.check_key(&client) {
        return Err(reject::custom(TooMany));
    }
    Ok(())
}

fn limited(
    limiter: &Arc<RateLimiter>,
) -> impl Filter<Extract = (), Error = Rejection> + Clone + use<> {
    warp::header::<String>("x-client")
        .and(with(limiter))
        .and_then(check_rate)
        .untuple_one()
}

/// Checks in the body, two calls down.
fn authorize(headers: &HeaderMap, sessions: &Sessions) -> Result<String, Rejection> {
    let header = headers.get("authorization");
    let header = header.and_then(|it| it.to_str().ok());
    name_of(header, sessions).ok_or_else(|| reject::custom(Denied))
}

fn require_reader(headers: &HeaderMap, sessions: &Sessions) -> Result<(), Rejection> {
    authorize(headers, sessions)?;
    Ok(())
}

async fn in_body(headers: HeaderMap, sessions: Sessions) -> Answer {
    require_reader(&headers, &sessions)?;
    reached("in_body");
    Ok(StatusCode::OK)
}

async fn in_body_ignored(headers: HeaderMap, sessions: Sessions) -> Answer {
    let _ = require_reader(&headers, &sessions);
    reached("in_body_ignored");
    Ok(StatusCode::OK)
}

async fn for_visitors(name: Option<String>) -> Answer {
    reached("for_visitors");
    Ok(name.map_or(StatusCode::ACCEPTED, |_| StatusCode::OK))
}

async fn for_users_only(name: Option<String>) -> Answer {
    let Some(_name) = name else {
        return Err(reject::custom(Denied));
    };
    reached("for_users_only");
    Ok(StatusCode::OK)
}

async fn named(name: String) -> Answer {
    reached("named");
    Ok(match name.is_empty() {
        true => StatusCode::ACCEPTED,
        false => StatusCode::OK,
    })
}

async fn ended(_id: u64) -> Answer {
    reached("ended");
    Ok(StatusCode::OK)
}

async fn unended(_id: u64) -> Answer {
    reached("unended");
    Ok(StatusCode::OK)
}

async fn tailed(_tail: warp::path::Tail) -> Answer {
    reached("tailed");
    Ok(StatusCode::OK)
}

async fn pair(_left: u32, _right: String) -> Answer {
    reached("pair");
    Ok(StatusCode::OK)
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

async fn note_guarded(note: Note) -> Answer {
    reached("note_guarded");
    Ok(match note.text.len() {
        0 => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    })
}

async fn note_small(_text: warp::hyper::body::Bytes) -> Answer {
    reached("note_small");
    Ok(StatusCode::OK)
}

async fn note_any(_text: warp::hyper::body::Bytes) -> Answer {
    reached("note_any");
    Ok(StatusCode::OK)
}

#[derive(Deserialize)]
struct Login {
    name: String,
}

async fn login(login: Login) -> Answer {
    reached("login");
    Ok(match login.name.is_empty() {
        true => StatusCode::ACCEPTED,
        false => StatusCode::OK,
    })
}

macro_rules! handlers {
    ($($name:ident)*) => {
        $(async fn $name() -> Answer {
            reached(stringify!($name));
            Ok(StatusCode::OK)
        })*
    };
}

handlers! {
    root plain every_method
    guarded_before guarded_after guarded_late
    fall_guarded fall_open
    shadowed_guarded shadowed_open
    first_same second_same
    by_any_header by_length by_key fails_open only_tells
    wrapped unwrapped
    under_a under_b under_c beside
    inside_recovered
    boxed_read boxed_write boxed_open
    rest_guarded rest_open
    limited_ping unlimited_ping
    listed_one listed_two
    read_or_write
    prefixed_one prefixed_two
}

fn paths() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let root = warp::path::end().and(warp::get()).and_then(root);
    let plain = warp::path!("plain").and(warp::get()).and_then(plain);
    let every = warp::path!("every").and_then(every_method);
    let ended = warp::path("ended")
        .and(warp::path::param::<u64>())
        .and(warp::path::end())
        .and(warp::get())
        .and_then(ended);
    // Answers for everything below, too.
    let unended = warp::path("unended")
        .and(warp::path::param::<u64>())
        .and(warp::get())
        .and_then(unended);
    let tailed = warp::path("files")
        .and(warp::path::tail())
        .and(warp::get())
        .and_then(tailed);
    let pair = warp::path!("pair" / u32 / String)
        .and(warp::delete())
        .and_then(pair);
    let either = warp::path!("either")
        .and(warp::get().or(warp::put()).unify())
        .and_then(read_or_write);
    let prefixed = warp::path!("prefixed" / ..).and(
        warp::path!("one")
            .and(warp::get())
            .and_then(prefixed_one)
            .or(warp::path!("two").and(warp::post()).and_then(prefixed_two)),
    );
    root.or(plain)
        .or(every)
        .or(ended)
        .or(unended)
        .or(tailed)
        .or(pair)
        .or(either)
        .or(prefixed)
}

fn checks(sessions: Sessions) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let before = required(&sessions)
        .and(warp::path!("before"))
        .and(warp::post())
        .and_then(guarded_before);
    let after = warp::path!("after")
        .and(warp::post())
        .and(required(&sessions))
        .and_then(guarded_after);
    // The handler has run when the check refuses.
    let late = warp::path!("late")
        .and(warp::post())
        .and_then(guarded_late)
        .and(required(&sessions));
    let named = warp::path!("named")
        .and(warp::get())
        .and(user(&sessions))
        .and_then(named);
    let visitors = warp::path!("visitors")
        .and(warp::post())
        .and(visitor(&sessions))
        .and_then(for_visitors);
    let users = warp::path!("users")
        .and(warp::post())
        .and(visitor(&sessions))
        .and_then(for_users_only);
    let body = warp::path!("body")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(with(&sessions))
        .and_then(in_body);
    let ignored = warp::path!("body" / "ignored")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(with(&sessions))
        .and_then(in_body_ignored);
    before
        .or(after)
        .or(late)
        .or(named)
        .or(visitors)
        .or(users)
        .or(body)
        .or(ignored)
}

/// Beside a real check, its wrong twins.
fn twins(sessions: Sessions) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let any_header = warp::path!("any-header")
        .and(warp::post())
        .and(warp::header::<String>("authorization"))
        .map(drop)
        .untuple_one()
        .and_then(by_any_header);
    let length = warp::path!("length")
        .and(warp::post())
        .and(warp::header::<String>("authorization").and_then(check_length))
        .untuple_one()
        .and_then(by_length);
    let key = warp::path!("key")
        .and(warp::post())
        .and(warp::header::exact("x-key", "amber"))
        .and_then(by_key);
    let open = warp::path!("fails-open")
        .and(warp::post())
        .and(
            warp::header::optional("authorization")
                .and(with(&sessions))
                .and_then(check_what_is_there)
                .untuple_one(),
        )
        .and_then(fails_open);
    let tells = warp::path!("tells")
        .and(warp::post())
        .and(
            warp::header::optional("authorization")
                .and(with(&sessions))
                .and_then(check_and_tell)
                .untuple_one(),
        )
        .and_then(only_tells);
    any_header.or(length).or(key).or(open).or(tells)
}

async fn answer_denied(rejection: Rejection) -> Answer {
    match rejection.find::<Denied>() {
        Some(_) => Ok(StatusCode::UNAUTHORIZED),
        None => Err(rejection),
    }
}

/// What a rejection falls through to.
fn alternatives(
    sessions: Sessions,
) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let fall = warp::path!("fall")
        .and(warp::post())
        .and(required(&sessions))
        .and_then(fall_guarded)
        .or(warp::path!("fall").and(warp::post()).and_then(fall_open));
    let shadowed = warp::path!("shadowed")
        .and(warp::post())
        .and(required(&sessions))
        .and_then(shadowed_guarded)
        .recover(answer_denied)
        .or(warp::path!("shadowed")
            .and(warp::post())
            .and_then(shadowed_open));
    let same = warp::path!("same")
        .and(warp::get())
        .and_then(first_same)
        .or(warp::path!("same").and(warp::get()).and_then(second_same));
    let under = warp::path("under").and(required(&sessions)).and(
        warp::path!("a")
            .and(warp::post())
            .and_then(under_a)
            .or(warp::path!("b").and(warp::post()).and_then(under_b)),
    );
    // Not behind the check, although the prefix is the same.
    let beside = warp::path!("under" / "c")
        .and(warp::post())
        .and_then(under_c)
        .or(warp::path!("beside").and(warp::post()).and_then(beside));
    let recovered = warp::path!("recovered")
        .and(warp::post())
        .and(required(&sessions).recover(answer_denied))
        .map(drop)
        .untuple_one()
        .and_then(inside_recovered);
    let rest = warp::path!("rest")
        .and(warp::put())
        .and(required(&sessions).or(warp::path("never")).unify())
        .and_then(rest_guarded)
        .or(warp::path!("rest" / ..)
            .and(warp::put())
            .and_then(rest_open));
    fall.or(shadowed)
        .or(same)
        .or(under)
        .or(beside)
        .or(recovered)
        .or(rest)
}

/// Wrappers, boxes and lists.
fn put_together(sessions: &Sessions) -> BoxedFilter<(Box<dyn Reply>,)> {
    let check = required(sessions);
    let wrapped = warp::path!("wrapped")
        .and(warp::post())
        .and_then(wrapped)
        .with(warp::wrap_fn(move |inner| check.clone().and(inner)));
    let unwrapped = warp::path!("unwrapped")
        .and(warp::post())
        .and_then(unwrapped)
        .with(warp::reply::with::header("x-checked", "yes"));
    let read = warp::get().and_then(boxed_read).boxed();
    let write = warp::put()
        .and(required(sessions))
        .and_then(boxed_write)
        .boxed();
    let boxed: BoxedFilter<(StatusCode,)> = warp::path!("boxed")
        .and(read.or(write).unify())
        .boxed()
        .or(warp::path!("boxed" / "open")
            .and(warp::get())
            .and_then(boxed_open))
        .unify()
        .boxed();
    let one = warp::path!("listed" / "one")
        .and(warp::get())
        .and_then(listed_one)
        .boxed();
    let two = warp::path!("listed" / "two")
        .and(warp::get())
        .and(required(sessions))
        .and_then(listed_two)
        .boxed();
    let listed = vec![one, two]
        .into_iter()
        .reduce(|all, it| all.or(it).unify().boxed());
    let listed = listed.unwrap_or_else(|| warp::any().and_then(root).boxed());
    wrapped
        .or(unwrapped)
        .or(boxed)
        .or(listed)
        .map(|it| Box::new(it) as Box<dyn Reply>)
        .boxed()
}

fn limits(sessions: Sessions) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let limiter = Arc::new(RateLimiter::new(5));
    let ping = warp::path!("limited")
        .and(warp::get())
        .and(limited(&limiter))
        .and_then(limited_ping);
    let login = warp::path!("login")
        .and(warp::post())
        .and(limited(&limiter))
        .and(warp::body::json())
        .and_then(login);
    let unlimited = warp::path!("unlimited")
        .and(warp::get())
        .and_then(unlimited_ping);
    let small = warp::path!("notes" / "small")
        .and(warp::post())
        .and(warp::body::content_length_limit(1024))
        .and(warp::body::bytes())
        .and_then(note_small);
    let any = warp::path!("notes" / "any")
        .and(warp::post())
        .and(warp::body::bytes())
        .and_then(note_any);
    let guarded = warp::path!("notes")
        .and(warp::put())
        .and(required(&sessions))
        .and(warp::body::json())
        .and_then(note_guarded);
    ping.or(login).or(unlimited).or(small).or(any).or(guarded)
}

async fn answer(rejection: Rejection) -> Answer {
    if rejection.find::<TooMany>().is_some() {
        return Ok(StatusCode::TOO_MANY_REQUESTS);
    }
    answer_denied(rejection).await
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let routes = paths()
        .or(checks(sessions.clone()))
        .or(twins(sessions.clone()))
        .or(alternatives(sessions.clone()))
        .or(put_together(&sessions))
        .or(limits(sessions.clone()))
        .recover(answer);
    warp::serve(routes).run(moat_live::address()).await;
}
