//! Sessions are there for everybody; an entry that a login puts there is not.

use salvo::csrf::{CookieStore as CsrfStore, Csrf, FormFinder, HmacCipher};
use salvo::prelude::*;
use salvo::session::{CookieStore, Session, SessionDepotExt, SessionHandler};

#[handler]
async fn login(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    if req.method() == salvo::http::Method::POST {
        let mut session = Session::new();
        session.insert("username", req.form::<String>("username").await.unwrap()).unwrap();
        depot.set_session(session);
        res.render(Redirect::other("/"));
    } else {
        res.render(Text::Html("<form></form>"));
    }
}

#[handler]
async fn home(depot: &mut Depot, res: &mut Response) {
    let mut content = "anonymous".to_owned();
    if let Some(session) = depot.session_mut() {
        if let Some(username) = session.get::<String>("username") {
            content = username;
        }
    }
    res.render(Text::Html(content));
}

#[handler]
async fn must_be_logged_in(depot: &mut Depot, res: &mut Response) {
    let user = depot.session().and_then(|session| session.get::<String>("username"));
    if user.is_none() {
        res.render(Redirect::found("/login"));
    }
}

#[handler]
async fn must_have_session(depot: &mut Depot, res: &mut Response) {
    if depot.session().is_none() {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn order(depot: &mut Depot, res: &mut Response) {
    let Some(user) = depot.session().and_then(|session| session.get::<String>("username")) else {
        res.render(StatusError::unauthorized());
        return;
    };
    std::fs::write("orders", user).unwrap();
    res.render(Redirect::other("/orders"));
}

#[handler]
async fn careless(depot: &mut Depot, res: &mut Response) {
    let user = depot.session().and_then(|session| session.get::<String>("username"));
    if user.is_none() {
        res.status_code(StatusCode::UNAUTHORIZED);
    }
    std::fs::write("orders", "x").unwrap();
    res.render("ordered");
}

#[handler]
async fn discloses(depot: &mut Depot, res: &mut Response) {
    let user = depot.session().and_then(|session| session.get::<String>("username"));
    if user.is_none() {
        res.status_code(StatusCode::UNAUTHORIZED);
    }
    let orders = std::fs::read_to_string("orders").unwrap();
    res.render(orders);
}

#[handler]
async fn wipe() -> &'static str {
    let _ = std::fs::remove_file("orders");
    "gone"
}

#[tokio::main]
async fn main() {
    let sessions = SessionHandler::builder(CookieStore::new(), std::env::var("SECRET").unwrap().as_bytes())
        .build()
        .unwrap();
    let csrf = Csrf::new(HmacCipher::new(*b"01234567012345670123456701234567"), CsrfStore::new(), FormFinder::new("csrf_token"));
    let router = Router::new()
        .hoop(sessions)
        .get(home)
        .push(Router::with_path("login").hoop(csrf).get(login).post(login))
        .push(Router::with_path("order").post(order))
        .push(Router::with_path("careless").post(careless))
        .push(Router::with_path("discloses").get(discloses))
        .push(Router::with_path("private").hoop(must_be_logged_in).delete(wipe))
        .push(Router::with_path("anyone").hoop(must_have_session).delete(wipe));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ GET / optional
//@ GET /login none
//@ POST /login none
//@ POST /order required
//@ POST /careless optional
//@ GET /discloses optional
//@ DELETE /private required
//@ DELETE /anyone none
