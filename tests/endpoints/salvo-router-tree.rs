//! A hoop covers its router and all below it, whatever the order, and nothing beside it.

use salvo::prelude::*;
use salvo::routing::{Filter, filters};

#[handler]
async fn auth(req: &mut Request, res: &mut Response) {
    let token = req.header::<String>("x-token").unwrap_or_default();
    if token.is_empty() || token != std::env::var("TOKEN").unwrap() {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn tag(res: &mut Response) {
    res.headers_mut().insert("x-served-by", "shop".parse().unwrap());
}

macro_rules! effect {
    ($($name:ident)*) => {$(
        #[handler]
        async fn $name() -> &'static str {
            let _ = std::fs::write(stringify!($name), "x");
            "done"
        }
    )*};
}

effect!(list create show update delete ping any export import purge stats);

fn admin() -> Router {
    Router::with_path("admin")
        .push(Router::with_path("purge").post(purge))
        .get(stats)
        .hoop(auth)
}

fn mounted(open: bool) -> Vec<Router> {
    let mut all = vec![Router::with_path("export").get(export)];
    if open {
        all.push(Router::with_path("import").post(import));
    }
    all
}

#[tokio::main]
async fn main() {
    // Before and after the hoop alike; the sibling router of the same path has none.
    let articles = Router::with_path("articles")
        .get(list)
        .hoop(auth)
        .post(create)
        .push(Router::with_path("{id}").put(update));
    let public = Router::with_path("articles").push(Router::with_path("{id}").get(show));

    let mut more = mounted(true);
    let filtered = Router::new()
        .filter(filters::path("filtered").and(filters::delete()))
        .goal(delete);
    let both = Router::with_path("both")
        .filter(filters::get().or(filters::post()))
        .goal(any);

    let router = Router::new()
        .hoop(tag)
        .push(articles)
        .push(public)
        .push(admin())
        .unshift(Router::with_path("ping").goal(ping))
        .append(&mut more)
        .push(filtered)
        .push(both)
        .push(Router::with_path("a").path("b").get(any))
        .then(|router| router.push(Router::with_hoop(auth).path("late").delete(delete)))
        .push(Router::new().push(Router::with_hoop(tag).push(Router::with_path("deep").hoop(auth).get(any))));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ GET /articles required
//@ POST /articles required
//@ PUT /articles/{id} required
//@ GET /articles/{id} none
//@ GET /admin required
//@ POST /admin/purge required
//@ ANY /ping none
//@ GET /export none
//@ POST /import none
//@ DELETE /filtered none
//@ GET /both none
//@ POST /both none
//@ GET /a/b none
//@ DELETE /late required
//@ GET /deep required
