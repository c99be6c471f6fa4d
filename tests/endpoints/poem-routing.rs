//! How routes are put together: paths, methods, nesting with and without the prefix, lists, branches.

use poem::endpoint::{BoxEndpoint, StaticFileEndpoint, StaticFilesEndpoint, make, make_sync};
use poem::http::Method;
use poem::listener::TcpListener;
use poem::web::{Data, Path};
use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Request, Response, Result, Route, RouteDomain, RouteMethod,
    RouteScheme, Server, get, handler, post,
};

#[handler]
fn index() -> &'static str {
    "hello"
}

#[handler]
fn show(Path(id): Path<String>) -> String {
    id
}

#[handler]
fn raw(req: &Request) -> String {
    req.uri().path().to_owned()
}

#[handler]
async fn generic<T: ToString + Send + Sync + 'static>(value: Data<&T>) -> String {
    value.to_string()
}

struct Echo;

impl Endpoint for Echo {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        Ok(Response::builder().body(req.into_body()))
    }
}

struct Lazy;

impl IntoEndpoint for Lazy {
    type Endpoint = Echo;

    fn into_endpoint(self) -> Echo {
        Echo
    }
}

fn items() -> Route {
    Route::new()
        .at("/", get(index).post(index))
        .at("/:id", RouteMethod::new().get(show).method(Method::DELETE, show))
        .at("/:id/files/*path", get(show))
        .at("/by-number/:number<\\d+>", get(show))
        .at("/year/<\\d{4}>", get(show))
}

fn deep() -> impl IntoEndpoint<Endpoint = Route> {
    Route::new().nest("/inner", Route::new().at("/leaf", get(index)))
}

fn boxed(with_admin: bool) -> BoxEndpoint<'static> {
    let mut route = Route::new().at("/plain", get(index));
    if with_admin {
        route = route.at("/admin", post(index));
    }
    route.boxed()
}

fn fallible() -> Result<Route, poem::error::RouteError> {
    Route::new().try_at("/tried", get(index))?.try_nest("/tried-nest", Route::new().just_at(index))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let mut app = Route::new()
        .at("/", get(index))
        .at("/any", index)
        .at("/echo", Echo)
        .at("/lazy", Lazy)
        .at("/made", make_sync(|req: Request| req.uri().path().to_owned()))
        .at("/made-async", make(|_req: Request| async move { Ok::<_, poem::Error>("made") }))
        .at("/generic", get(generic::<u32>::default()).data(5u32))
        .nest("/items", items())
        .nest("/deep", deep())
        .nest("/boxed", boxed(true))
        .nest("/tried", fallible().expect("paths that differ"))
        .nest_no_strip("/kept", Route::new().at("/kept/a", get(raw)).at("/kept/b", get(raw)))
        .nest("/static", StaticFilesEndpoint::new("./files").show_files_listing())
        .at("/favicon.ico", StaticFileEndpoint::new("favicon.ico"))
        .nest("/every", raw);
    for (path, endpoint) in [("/listed/a", get(index)), ("/listed/b", post(index))] {
        app = app.at(path, endpoint);
    }
    let hosts = RouteDomain::new()
        .at("admin.example.com", Route::new().at("/dashboard", get(index)))
        .at("*.example.com", app);
    let schemes = RouteScheme::new().https(hosts).fallback(Route::new().at("/plain-http", get(index)));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(schemes).await
}

//@ GET / none
//@ ANY /any none
//@ ANY /echo none
//@ ANY /lazy none
//@ ANY /made none
//@ ANY /made-async none
//@ GET /generic none
//@ GET /items none
//@ POST /items none
//@ GET /items/{id} none
//@ DELETE /items/{id} none
//@ GET /items/{id}/files/{*path} none
//@ GET /items/by-number/{number} none
//@ GET /items/year/{regex} none
//@ GET /deep/inner/leaf none
//@ GET /boxed/plain none
//@ POST /boxed/admin none
//@ GET /tried/tried none
//@ ANY /tried/tried-nest none
//@ GET /kept/a none
//@ GET /kept/b none
//@ GET /static/{*rest} none
//@ GET /favicon.ico none
//@ ANY /every/{*rest} none
//@ GET /listed/a none
//@ POST /listed/b none
//@ GET /dashboard none
//@ GET /plain-http none
