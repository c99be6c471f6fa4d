//! Servers that threads and runtimes start.

use actix_web::{App, HttpServer, rt::System, web};
use std::{sync::Arc, thread};
struct Ctx;
async fn metrics(context: web::Data<Arc<Ctx>>) -> String {
    String::new()
}
fn a(config: C, ctx: Ctx) {
    let context = Arc::new(ctx);
    thread::spawn(move || {
        let sys = System::new();
        sys.block_on(async {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(web::Data::new(Arc::clone(&context)))
                    .route("/metrics", web::get().to(metrics))
            })
            .bind((config.bind, config.port))
            .unwrap_or_else(|e| panic!("x"))
            .run();
            if let Err(err) = server.await {
                error!("Prometheus server error: {err}");
            }
        })
    });
}
fn b() {
    let server = HttpServer::new(move || App::new().route("/b", web::get().to(metrics)))
        .bind("x")
        .unwrap_or_else(|e| panic!("x"))
        .run();
}
fn c() {
    thread::spawn(move || {
        let server = HttpServer::new(move || App::new().route("/c", web::get().to(metrics)))
            .bind("x")
            .run();
    });
}
fn d() {
    let sys = System::new();
    sys.block_on(async {
        let server = HttpServer::new(move || App::new().route("/d", web::get().to(metrics)))
            .bind("x")
            .run();
    });
}
fn main() {
    a();
    b();
    c();
    d();
}

//@ GET /b none
//@ GET /c none
//@ GET /d none
//@ GET /metrics none
