//! Secrets out of arguments and settings files.

use actix_web::{HttpRequest, HttpResponse, web};
use clap::Parser;
use serde::Deserialize;

#[derive(Parser)]
struct Args {
    #[arg(long, env, default_value = "")]
    admin_token: String,
    #[arg(long, env)]
    master_key: String,
    #[arg(long, env, default_value = "public")]
    access_token: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    auth_token: String,
    signing_secret: Option<String>,
}

fn sent(request: &HttpRequest, name: &str) -> String {
    let header = request.headers().get(name).and_then(|it| it.to_str().ok());
    header.unwrap_or("").to_owned()
}

async fn admin(request: HttpRequest, args: web::Data<Args>) -> HttpResponse {
    let header_token = sent(&request, "x-admin-token");
    match header_token == args.admin_token { //~ empty-credential-accepted
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::Unauthorized().finish(),
    }
}

async fn master(request: HttpRequest, args: web::Data<Args>) -> HttpResponse {
    // near miss: clap demands it
    match sent(&request, "x-master-key") == args.master_key {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::Unauthorized().finish(),
    }
}

async fn access(request: HttpRequest, args: web::Data<Args>) -> HttpResponse {
    // near miss: known to all, but not empty: for `hardcoded-secret`
    match sent(&request, "x-access-token") == args.access_token {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::Unauthorized().finish(),
    }
}

async fn auth(request: HttpRequest, config: web::Data<Config>) -> HttpResponse {
    let provided = sent(&request, "x-auth-token");
    if provided != config.auth_token { //~ empty-credential-accepted
        return HttpResponse::Unauthorized().finish();
    }
    HttpResponse::Ok().finish()
}

async fn sign(request: HttpRequest, config: web::Data<Config>) -> HttpResponse {
    let Some(secret) = &config.signing_secret else {
        return HttpResponse::NotFound().finish();
    };
    // near miss: without one there is nothing there
    match *secret == sent(&request, "x-signing-secret") {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::Unauthorized().finish(),
    }
}

fn main() {}
