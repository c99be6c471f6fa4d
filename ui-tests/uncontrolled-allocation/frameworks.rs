//! Sizes out of requests of actix-web, Rocket, poem, salvo and warp.

use actix_web::{HttpResponse, web};
use poem::handler;
use poem::web::{Path as PoemPath, Query as PoemQuery};
use salvo::prelude::{Request, Router as SalvoRouter};
use serde::Deserialize;
use warp::Filter;

#[derive(Deserialize)]
struct Size {
    size: usize,
    kind: String,
}

async fn in_actix(size: web::Query<Size>) -> HttpResponse {
    let Size { size, kind } = size.into_inner();
    let mut text = String::with_capacity(size); //~ uncontrolled-allocation
    text.push_str(&kind);
    HttpResponse::Ok().body(text)
}

async fn in_actix_bounded(path: web::Path<(usize, usize)>) -> HttpResponse {
    let (rows, columns) = *path;
    if rows > 100 || columns > 100 {
        return HttpResponse::BadRequest().finish();
    }
    HttpResponse::Ok().body(vec![b'.'; rows * columns]) // near miss: both are compared
}

async fn in_actix_half_bounded(path: web::Path<(usize, usize)>) -> HttpResponse {
    let (rows, columns) = path.into_inner();
    if rows > 100 {
        return HttpResponse::BadRequest().finish();
    }
    HttpResponse::Ok().body(vec![b'.'; rows * columns]) //~ uncontrolled-allocation
}

#[rocket::get("/blank/<size>")]
fn in_rocket(size: usize) -> Vec<u8> {
    let mut blank = Vec::new();
    blank.resize(size, b' '); //~ uncontrolled-allocation
    blank
}

#[rocket::get("/small/<size>")]
fn in_rocket_small(size: u8) -> Vec<u8> {
    vec![b' '; size as usize] // near miss: 8 bits
}

#[handler]
fn in_poem(PoemPath(size): PoemPath<usize>) -> String {
    "=".repeat(size) //~ uncontrolled-allocation
}

#[handler]
fn in_poem_bounded(PoemQuery(size): PoemQuery<Size>) -> String {
    "=".repeat(std::cmp::min(size.size, 80)) // near miss: the smaller one
}

#[salvo::handler]
async fn in_salvo(request: &mut Request) -> String {
    let size = request.query::<usize>("size").unwrap_or(16);
    let buffer = vec![0u8; size]; //~ uncontrolled-allocation
    buffer.len().to_string()
}

#[salvo::handler]
async fn in_salvo_bounded(request: &mut Request) -> String {
    let size = request.query::<usize>("size").filter(|it| *it < 1024).unwrap_or(16);
    vec![0u8; size].len().to_string() // near miss: filtered
}

fn by_warp() -> impl Filter<Extract = (String,), Error = warp::Rejection> + Clone {
    warp::path!("line" / usize).map(|size: usize| "_".repeat(size)) //~ uncontrolled-allocation
}

fn by_warp_bounded() -> impl Filter<Extract = (String,), Error = warp::Rejection> + Clone {
    warp::path!("short" / usize).map(|size: usize| "_".repeat(size % 80)) // near miss: a remainder
}

#[rocket::main]
async fn main() {
    let _ = actix_web::HttpServer::new(|| {
        actix_web::App::new()
            .route("/a", web::get().to(in_actix))
            .route("/b/{rows}/{columns}", web::get().to(in_actix_bounded))
            .route("/c/{rows}/{columns}", web::get().to(in_actix_half_bounded))
    });
    let _ = rocket::build().mount("/", rocket::routes![in_rocket, in_rocket_small]).launch().await;
    let poem = poem::Route::new().at("/line/:size", poem::get(in_poem)).at("/short", poem::get(in_poem_bounded));
    let _ = poem::Server::new(poem::listener::TcpListener::bind("127.0.0.1:1")).run(poem).await;
    let _ = SalvoRouter::new()
        .push(SalvoRouter::with_path("a").get(in_salvo))
        .push(SalvoRouter::with_path("b").get(in_salvo_bounded));
    warp::serve(by_warp().or(by_warp_bounded())).run(([127, 0, 0, 1], 2)).await;
}
