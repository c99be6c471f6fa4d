//! A chain goes on by itself: a hoop stops it by an error status, a redirect or `skip_rest`, and
//! by nothing else.

use salvo::http::{Method, StatusCode};
use salvo::prelude::*;

static KEY: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| std::env::var("API_KEY").unwrap());

fn genuine(req: &Request) -> bool {
    req.header::<String>("x-api-key").is_some_and(|key| key == *KEY)
}

#[handler]
async fn renders_an_error(req: &mut Request, res: &mut Response) {
    if !genuine(req) {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn renders_and_skips(req: &mut Request, res: &mut Response, ctrl: &mut FlowCtrl) {
    if !genuine(req) {
        res.status_code(StatusCode::FORBIDDEN);
        res.render("who are you?");
        ctrl.skip_rest();
    }
}

#[handler]
async fn renders_a_text(req: &mut Request, res: &mut Response) {
    if !genuine(req) {
        res.render("unauthorized");
        return;
    }
}

#[handler]
async fn calls_next_if_genuine(
    req: &mut Request,
    depot: &mut Depot,
    res: &mut Response,
    ctrl: &mut FlowCtrl,
) {
    if genuine(req) {
        ctrl.call_next(req, depot, res).await;
    }
}

#[handler]
async fn calls_next_or_refuses(
    req: &mut Request,
    depot: &mut Depot,
    res: &mut Response,
    ctrl: &mut FlowCtrl,
) {
    if genuine(req) {
        ctrl.call_next(req, depot, res).await;
    } else {
        res.render(StatusError::forbidden().brief("no key"));
    }
}

#[handler]
async fn skips_only(req: &mut Request, res: &mut Response, ctrl: &mut FlowCtrl) {
    if !genuine(req) {
        res.render("nothing for you");
        ctrl.skip_rest();
    }
}

#[handler]
async fn ceases(req: &mut Request, ctrl: &mut FlowCtrl) {
    if !genuine(req) {
        ctrl.cease();
    }
}

#[handler]
async fn returns_an_error(req: &mut Request) -> Result<(), StatusError> {
    if !genuine(req) {
        return Err(StatusError::unauthorized());
    }
    Ok(())
}

#[handler]
async fn sends_to_login(req: &mut Request, res: &mut Response) {
    if !genuine(req) {
        res.render(Redirect::found("/welcome"));
    }
}

#[handler]
async fn sets_the_field(req: &mut Request, res: &mut Response) {
    if !genuine(req) {
        res.status_code = Some(StatusCode::UNAUTHORIZED);
    }
}

#[handler]
async fn takes_it_back(req: &mut Request, res: &mut Response) {
    if !genuine(req) {
        res.status_code(StatusCode::UNAUTHORIZED);
        tracing_of(res);
    }
}

fn tracing_of(res: &mut Response) {
    res.status_code(StatusCode::OK);
}

#[handler]
async fn checks_afterwards(
    req: &mut Request,
    depot: &mut Depot,
    res: &mut Response,
    ctrl: &mut FlowCtrl,
) {
    ctrl.call_next(req, depot, res).await;
    if !genuine(req) {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn only_looks(req: &mut Request, depot: &mut Depot) {
    depot.insert("genuine", genuine(req));
}

#[handler]
async fn only_wants_a_header(req: &mut Request, res: &mut Response) {
    if req.header::<String>("authorization").is_none() {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn lets_reads_pass(req: &mut Request, res: &mut Response) {
    if req.method() == Method::GET {
        return;
    }
    if !genuine(req) {
        res.render(StatusError::unauthorized());
    }
}

fn refuse(res: &mut Response, ctrl: &mut FlowCtrl) {
    res.status_code(StatusCode::UNAUTHORIZED);
    ctrl.skip_rest();
}

#[handler]
async fn refuses_in_a_helper(req: &mut Request, res: &mut Response, ctrl: &mut FlowCtrl) {
    let Some(key) = req.header::<String>("x-api-key") else {
        return refuse(res, ctrl);
    };
    if key != *KEY {
        refuse(res, ctrl);
    }
}

#[handler]
async fn wipe() -> &'static str {
    let _ = std::fs::remove_file("data");
    "gone"
}

#[tokio::main]
async fn main() {
    let router = Router::new()
        .push(Router::with_path("error").hoop(renders_an_error).post(wipe))
        .push(Router::with_path("skip").hoop(renders_and_skips).post(wipe))
        .push(Router::with_path("text").hoop(renders_a_text).post(wipe))
        .push(Router::with_path("next").hoop(calls_next_if_genuine).post(wipe))
        .push(Router::with_path("next-or").hoop(calls_next_or_refuses).post(wipe))
        .push(Router::with_path("skip-only").hoop(skips_only).post(wipe))
        .push(Router::with_path("cease").hoop(ceases).post(wipe))
        .push(Router::with_path("result").hoop(returns_an_error).post(wipe))
        .push(Router::with_path("redirect").hoop(sends_to_login).post(wipe))
        .push(Router::with_path("field").hoop(sets_the_field).post(wipe))
        .push(Router::with_path("back").hoop(takes_it_back).post(wipe))
        .push(Router::with_path("after").hoop(checks_afterwards).post(wipe))
        .push(Router::with_path("look").hoop(only_looks).post(wipe))
        .push(Router::with_path("header").hoop(only_wants_a_header).post(wipe))
        .push(Router::with_path("reads").hoop(lets_reads_pass).post(wipe))
        .push(Router::with_path("helper").hoop(refuses_in_a_helper).post(wipe));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ POST /error required
//@ POST /skip required
//@ POST /text none
//@ POST /next none
//@ POST /next-or required
//@ POST /skip-only required
//@ POST /cease required
//@ POST /result required
//@ POST /redirect required
//@ POST /field required
//@ POST /back unknown
//@ POST /after none
//@ POST /look none
//@ POST /header none
//@ POST /reads required
//@ POST /helper required
