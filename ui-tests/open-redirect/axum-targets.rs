//! Where browsers are sent, in axum.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Form, OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

#[derive(Deserialize)]
struct Login {
    next: Option<String>,
    page: u32,
    tab: Tab,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Tab {
    Mail,
    Calendar,
}

#[derive(Clone)]
struct Links {
    by_code: HashMap<String, String>,
    origin: String,
}

const HOME: &str = "/";

async fn or_home(Query(login): Query<Login>) -> Redirect {
    Redirect::to(login.next.as_deref().unwrap_or(HOME)) //~ open-redirect
}

async fn by_match(Query(login): Query<Login>) -> impl IntoResponse {
    match login.next {
        Some(next) => Redirect::temporary(&next).into_response(), //~ open-redirect
        None => Redirect::temporary(HOME).into_response(), // near miss: by match
    }
}

async fn by_enum(Query(login): Query<Login>) -> Redirect {
    match login.tab {
        Tab::Mail => Redirect::to("/mail"), // near miss: by enum
        Tab::Calendar => Redirect::to("/calendar"), // near miss: by enum
    }
}

async fn page(Query(login): Query<Login>) -> Redirect {
    Redirect::permanent(&format!("/{}", login.page)) // near miss: page
}

async fn below_folder(Path(name): Path<String>) -> Redirect {
    Redirect::to(&format!("/users/{name}/profile")) // near miss: below folder
}

async fn below_root(Path(name): Path<String>) -> Redirect {
    // `/%2Fevil.example` becomes `//evil.example`.
    Redirect::to(&format!("/{name}")) //~ open-redirect
}

async fn in_query(Query(login): Query<Login>) -> Redirect {
    let next = login.next.unwrap_or_default();
    Redirect::to(&format!("/login?next={next}")) // near miss: in query
}

async fn other_site_fixed(Path(term): Path<String>) -> Redirect {
    Redirect::to(&("https://search.example.com/?q=".to_string() + &term)) // near miss: other site fixed
}

async fn subdomain(Path(tenant): Path<String>) -> Redirect {
    // `evil.com/?` cuts off the rest.
    Redirect::to(&format!("https://{tenant}.example.com/")) //~ open-redirect
}

async fn subdomain_of_number(Path(tenant): Path<Uuid>) -> Redirect {
    Redirect::to(&format!("https://{tenant}.example.com/")) // near miss: subdomain of number
}

async fn origin_then_data(State(links): State<Links>, Query(login): Query<Login>) -> Redirect {
    let next = login.next.unwrap_or_default();
    Redirect::to(&format!("{}/{next}", links.origin)) // near miss: origin then data
}

async fn short_link(State(links): State<Links>, Path(code): Path<String>) -> Result<Redirect, StatusCode> {
    let target = links.by_code.get(&code).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Redirect::to(target)) // near miss: short link
}

async fn slash_only(Query(login): Query<Login>) -> Redirect {
    let next = login.next.unwrap_or_default();
    // `//evil.example` begins with a slash.
    if next.starts_with('/') {
        Redirect::to(&next) //~ open-redirect
    } else {
        Redirect::to(HOME) // near miss: slash only
    }
}

async fn one_slash(Query(login): Query<Login>) -> Redirect {
    let next = login.next.unwrap_or_default();
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') {
        Redirect::to(&next) // near miss: one slash
    } else {
        Redirect::to(HOME) // near miss: one slash
    }
}

async fn one_slash_filtered(Query(login): Query<Login>) -> Redirect {
    let next = login.next.filter(|it| it.starts_with('/') && !it.starts_with("//") && !it.starts_with("/\\"));
    Redirect::to(next.as_deref().unwrap_or(HOME)) // near miss: one slash filtered
}

async fn not_http(Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    let next = login.next.ok_or(StatusCode::BAD_REQUEST)?;
    if next.starts_with("http://") {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&next)) //~ open-redirect
}

async fn known(Query(login): Query<Login>) -> Redirect {
    const KNOWN: &[&str] = &["/", "/mail", "/calendar"];
    let next = login.next.unwrap_or_default();
    match KNOWN.iter().find(|it| **it == next) {
        Some(next) => Redirect::to(next), // near miss: known
        None => Redirect::to(HOME), // near miss: known
    }
}

async fn host_checked(Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    let next = login.next.and_then(|it| Url::parse(&it).ok()).ok_or(StatusCode::BAD_REQUEST)?;
    if next.host_str() != Some("www.example.com") {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(next.as_str())) // near miss: host checked
}

async fn path_of_url(Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    let next = login.next.and_then(|it| Url::parse(&it).ok()).ok_or(StatusCode::BAD_REQUEST)?;
    // The path of `http://a//evil.example` is `//evil.example`.
    Ok(Redirect::to(next.path())) //~ open-redirect
}

async fn any_url(Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    let next = Url::parse(login.next.as_deref().unwrap_or_default()).map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(Redirect::to(next.as_str())) //~ open-redirect
}

fn is_safe_redirect(target: &str) -> bool {
    target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\")
}

fn target_of(login: &Login) -> &str {
    login.next.as_deref().unwrap_or(HOME)
}

fn safe_target_of(login: &Login) -> &str {
    match login.next.as_deref() {
        Some(next) if is_safe_redirect(next) => next,
        _ => HOME,
    }
}

async fn by_helper(Form(login): Form<Login>) -> Redirect {
    Redirect::to(target_of(&login)) //~ open-redirect
}

async fn by_safe_helper(Form(login): Form<Login>) -> Redirect {
    Redirect::to(safe_target_of(&login)) // near miss: by safe helper
}

async fn checked_negated(Form(login): Form<Login>) -> Redirect {
    let next = login.next.unwrap_or_default();
    if is_safe_redirect(&next) {
        return Redirect::to(HOME); // near miss: checked negated
    }
    Redirect::to(&next) //~ open-redirect
}

async fn header_tuple(Query(login): Query<Login>) -> impl IntoResponse {
    let next = login.next.unwrap_or_default();
    (StatusCode::SEE_OTHER, [(header::LOCATION, next)]) //~ open-redirect
}

async fn other_header_tuple(Query(login): Query<Login>) -> impl IntoResponse {
    let next = login.next.unwrap_or_default();
    (StatusCode::OK, [("x-next", next)]) // near miss: other header tuple
}

async fn header_inserted(Query(login): Query<Login>) -> Result<Response, StatusCode> {
    let next = login.next.unwrap_or_default();
    let mut response = StatusCode::FOUND.into_response();
    let value = HeaderValue::from_str(&next).map_err(|_| StatusCode::BAD_REQUEST)?;
    response.headers_mut().insert(header::LOCATION, value); //~ open-redirect
    Ok(response)
}

async fn header_built(Query(login): Query<Login>) -> Result<Response, StatusCode> {
    let next = login.next.unwrap_or_default();
    let response = Response::builder().status(303).header("Location", next).body(Body::empty()); //~ open-redirect
    response.map_err(|_| StatusCode::BAD_REQUEST)
}

async fn header_built_below(Path(name): Path<String>) -> Result<Response, StatusCode> {
    let response = Response::builder().status(303).header("Location", format!("/u/{name}")).body(Body::empty()); // near miss: header built below
    response.map_err(|_| StatusCode::BAD_REQUEST)
}

async fn created(Path(name): Path<String>) -> impl IntoResponse {
    (StatusCode::CREATED, [(header::LOCATION, format!("/items/{name}"))], name) // near miss: created
}

async fn back(headers: HeaderMap) -> Redirect {
    let from = headers.get(header::REFERER).and_then(|it| it.to_str().ok());
    Redirect::to(from.unwrap_or("/")) // near miss: they go back where they were
}

async fn to_https(headers: HeaderMap, OriginalUri(uri): OriginalUri) -> Redirect {
    // Nobody makes another's browser send a false `Host`.
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or("www.example.com");
    Redirect::permanent(&format!("https://{host}{uri}")) //~ open-redirect (wrongly)
}

#[tokio::main]
async fn main() {
    let links = Links { by_code: HashMap::new(), origin: "https://www.example.com".to_string() };
    let app = Router::new()
        .route("/1", get(or_home).post(by_match).put(by_enum).delete(page))
        .route("/2/{name}", get(below_folder).post(below_root).put(created).delete(header_built_below))
        .route("/3/{term}", get(in_query).post(other_site_fixed).put(subdomain))
        .route("/4/{tenant}", get(subdomain_of_number))
        .route("/5", get(origin_then_data).post(slash_only).put(one_slash).delete(one_slash_filtered))
        .route("/6/{code}", get(short_link))
        .route("/7", get(not_http).post(known).put(host_checked).delete(path_of_url))
        .route("/8", get(any_url).post(by_helper).put(by_safe_helper).delete(checked_negated))
        .route("/9", get(header_tuple).post(other_header_tuple).put(header_inserted).delete(header_built))
        .route("/10", get(to_https).post(back))
        .with_state(links);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
