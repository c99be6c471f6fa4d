//! Checks behind a macro, an enum of outcomes and a `bool` kept for later.
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, web};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::time::{Duration, Instant};

pub enum Access {
    Granted { user: u32 },
    Denied(&'static str),
    Skipped,
}

struct Entry {
    user: u32,
    until: Instant,
}

#[derive(Default)]
pub struct Sessions {
    map: RwLock<HashMap<String, Entry>>,
}

impl Sessions {
    pub fn access(&self, req: &HttpRequest) -> Access {
        let Some(cookie) = req.cookie("session") else {
            return Access::Denied("no cookie");
        };
        let map = self.map.read();
        match map.get(cookie.value()) {
            Some(entry) if entry.until > Instant::now() => Access::Granted { user: entry.user },
            Some(_) => Access::Denied("expired"),
            None => Access::Denied("unknown"),
        }
    }

    /// Anonymous clients are skipped, not denied.
    pub fn lenient(&self, req: &HttpRequest) -> Access {
        match req.cookie("session") {
            None => Access::Skipped,
            Some(_) => self.access(req),
        }
    }
}

macro_rules! signed_in {
    ($req:expr, $sessions:expr) => {
        match $sessions.access(&$req) {
            Access::Granted { user } => user,
            Access::Denied(why) => {
                return HttpResponse::Unauthorized().body(why);
            }
            Access::Skipped => unreachable!(),
        }
    };
}

async fn through_macro(
    req: HttpRequest,
    sessions: web::Data<Sessions>,
    body: String,
) -> HttpResponse {
    let user = signed_in!(req, sessions);
    std::fs::write(format!("{user}.txt"), body).ok();
    HttpResponse::Ok().finish()
}

async fn denied_only(
    req: HttpRequest,
    sessions: web::Data<Sessions>,
    body: String,
) -> impl Responder {
    if let Access::Denied(why) = sessions.access(&req) {
        return HttpResponse::Unauthorized().body(why);
    }
    std::fs::write("shared.txt", body).ok();
    HttpResponse::Ok().finish()
}

async fn lenient(req: HttpRequest, sessions: web::Data<Sessions>, body: String) -> impl Responder {
    if let Access::Denied(why) = sessions.lenient(&req) {
        return HttpResponse::Unauthorized().body(why);
    }
    std::fs::write("shared.txt", body).ok();
    HttpResponse::Ok().finish()
}

async fn matches_granted(
    req: HttpRequest,
    sessions: web::Data<Sessions>,
    body: String,
) -> impl Responder {
    let signed_in = matches!(sessions.lenient(&req), Access::Granted { .. });
    let size = body.len();
    if !signed_in || size > 1 << 20 {
        return HttpResponse::Forbidden().finish();
    }
    std::fs::write("shared.txt", body).ok();
    HttpResponse::Ok().finish()
}

async fn big_only(req: HttpRequest, sessions: web::Data<Sessions>, body: String) -> impl Responder {
    let signed_in = matches!(sessions.access(&req), Access::Granted { .. });
    if !signed_in && body.len() > 1 << 20 {
        return HttpResponse::Forbidden().finish();
    }
    std::fs::write("shared.txt", body).ok();
    HttpResponse::Ok().finish()
}

async fn login(sessions: web::Data<Sessions>) -> HttpResponse {
    let id = uuid::Uuid::new_v4().to_string();
    sessions.map.write().insert(
        id.clone(),
        Entry {
            user: 1,
            until: Instant::now() + Duration::from_secs(3600),
        },
    );
    HttpResponse::Ok().body(id)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let sessions = web::Data::new(Sessions::default());
    let server = HttpServer::new(move || {
        let mut app = App::new().app_data(sessions.clone());
        app = app.route("/macro", web::post().to(through_macro));
        app.route("/denied", web::post().to(denied_only))
            .route("/lenient", web::post().to(lenient))
            .route("/matches", web::post().to(matches_granted))
            .route("/big", web::post().to(big_only))
            .route("/login", web::post().to(login))
    });
    server.bind(("0.0.0.0", 8080))?.run().await
}

//@ POST /big optional
//@ POST /denied required
//@ POST /lenient optional
//@ POST /login none
//@ POST /macro required
//@ POST /matches required
