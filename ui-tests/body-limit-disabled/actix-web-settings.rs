//! What becomes of actix-web's limits on what extractors read.

use actix_web::{App, HttpResponse, HttpServer, web};
use serde::Deserialize;

#[derive(Deserialize)]
struct Note {
    text: String,
}

async fn write(note: web::Json<Note>) -> HttpResponse {
    HttpResponse::Ok().body(note.text.clone())
}

async fn form(note: web::Form<Note>) -> HttpResponse {
    HttpResponse::Ok().body(note.text.clone())
}

async fn raw(bytes: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(bytes.len().to_string())
}

const EVERYTHING: usize = 4 * 1024 * 1024 * 1024;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .app_data(web::JsonConfig::default().limit(usize::MAX)) //~ body-limit-disabled
            .app_data(web::PayloadConfig::new(EVERYTHING)) //~ body-limit-disabled
            .service(
                web::resource("/form")
                    .app_data(web::FormConfig::default().limit(isize::MAX as usize)) //~ body-limit-disabled
                    .route(web::post().to(form)),
            )
            .route("/notes", web::post().to(write))
            .route("/raw", web::put().to(raw))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}

fn payload() -> web::PayloadConfig {
    web::PayloadConfig::default().limit(2 << 30) //~ body-limit-disabled
}

struct Settings {
    json: usize,
}

/// What is limited by a type of the service's own.
struct Limit(usize);

impl Limit {
    fn limit(self, bytes: usize) -> Limit {
        Limit(bytes)
    }
}

fn near_misses(config: &mut web::ServiceConfig, settings: &Settings) {
    config
        // near miss: the limit is set, and is one
        .app_data(web::JsonConfig::default().limit(4096))
        // near miss: a large limit that fits into memory
        .app_data(web::PayloadConfig::new(64 * 1024 * 1024))
        // near miss: by a constant
        .app_data(web::FormConfig::default().limit(FORM))
        // near miss: from the settings
        .app_data(web::JsonConfig::default().limit(settings.json))
        // near miss: the default is as it was
        .app_data(web::JsonConfig::default())
        // near miss: a shift that is a small number
        .app_data(web::PayloadConfig::default().limit(1 << 20))
        // near miss: another setting of the same type
        .app_data(web::JsonConfig::default().content_type_required(false))
        .route("/notes", web::post().to(write));
    // near miss: a type of the service's own
    let own = Limit(0).limit(usize::MAX);
    // near miss: a number that is not set anywhere
    let most = usize::MAX;
    // near miss: a limit that is no size of a body
    let first = std::iter::repeat(own.0).take(usize::MAX).next();
    assert!(first.is_some() || most > 0);
}

const FORM: usize = 32 * 1024;
