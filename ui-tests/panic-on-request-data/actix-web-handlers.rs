//@ persona: auditor
//! Handlers of actix-web that a request can make panic, and those that it cannot.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};

async fn header(request: HttpRequest) -> HttpResponse {
    let agent = request.headers().get("user-agent").unwrap(); //~ panic-on-request-data
    HttpResponse::Ok().body(format!("{agent:?}"))
}

async fn key(all: web::Query<HashMap<String, String>>) -> HttpResponse {
    let page: u32 = all.get("page").unwrap().parse().unwrap(); //~ panic-on-request-data
    //~^ panic-on-request-data
    HttpResponse::Ok().body(page.to_string())
}

async fn text(body: web::Bytes) -> HttpResponse {
    let text = std::str::from_utf8(&body).unwrap(); //~ panic-on-request-data
    HttpResponse::Ok().body(text.to_owned())
}

// near miss: the route has such a part
async fn part(request: HttpRequest) -> HttpResponse {
    let id = request.match_info().get("id").unwrap();
    HttpResponse::Ok().body(id.to_owned())
}

// near miss: the service's own
async fn own(limit: web::Data<Option<u32>>) -> HttpResponse {
    HttpResponse::Ok().body(limit.as_ref().unwrap().to_string())
}

// near miss: what is not there is refused
async fn refused(all: web::Query<HashMap<String, String>>) -> HttpResponse {
    match all.get("page") {
        Some(page) => HttpResponse::Ok().body(page.clone()),
        None => HttpResponse::BadRequest().finish(),
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/header", web::get().to(header))
        .route("/key", web::get().to(key))
        .route("/text", web::post().to(text))
        .route("/part/{id}", web::get().to(part))
        .route("/own", web::get().to(own))
        .route("/refused", web::get().to(refused));
}

fn main() {}
