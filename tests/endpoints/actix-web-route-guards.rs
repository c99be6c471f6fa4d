//! Route guards that look for a secret: a route whose guard does not match is not reached.

use actix_web::guard::{self, Guard, GuardContext};
use actix_web::{App, HttpResponse, HttpServer, Responder, get, web};

fn secret() -> String {
    std::env::var("SECRET").expect("a secret")
}

async fn show() -> impl Responder {
    HttpResponse::Ok().body("shown")
}

fn has_key(ctx: &GuardContext<'_>) -> bool {
    let sent = ctx.head().headers().get("x-api-key");
    sent.is_some_and(|it| it.as_bytes() == secret().as_bytes())
}

fn has_any_key(ctx: &GuardContext<'_>) -> bool {
    ctx.head().headers().contains_key("x-api-key")
}

fn is_html(ctx: &GuardContext<'_>) -> bool {
    ctx.head().headers().get("accept").is_some_and(|it| it.as_bytes() == b"text/html")
}

struct Key {
    expected: String,
}

impl Guard for Key {
    fn check(&self, ctx: &GuardContext<'_>) -> bool {
        match ctx.head().headers().get("authorization") {
            Some(sent) => sent.as_bytes() == self.expected.as_bytes(),
            None => false,
        }
    }
}

#[get("/attribute", guard = "has_key")]
async fn attribute() -> impl Responder {
    HttpResponse::Ok().body("shown")
}

#[get("/attribute-any", guard = "has_any_key")]
async fn attribute_any() -> impl Responder {
    HttpResponse::Ok().body("shown")
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        let expected = secret();
        App::new()
            .route("/closure", web::get().guard(guard::fn_guard(move |ctx| {
                ctx.head().headers().get("x-api-key").is_some_and(|it| it.as_bytes() == expected.as_bytes())
            })).to(show))
            .route("/function", web::get().guard(guard::fn_guard(has_key)).to(show))
            .route("/function-any", web::get().guard(guard::fn_guard(has_any_key)).to(show))
            .route("/html", web::get().guard(guard::fn_guard(is_html)).to(show))
            .route("/bare", web::get().guard(has_key).to(show))
            .route("/struct", web::get().guard(Key { expected: secret() }).to(show))
            .route("/header", web::get().guard(guard::Header("x-api-key", "anybody-can-read-this")).to(show))
            .route("/header-secret", web::get().guard(guard::Header("x-api-key", Box::leak(secret().into_boxed_str()))).to(show))
            .route("/not", web::get().guard(guard::Not(guard::fn_guard(has_key))).to(show))
            .route("/all", web::get().guard(guard::All(guard::Get()).and(guard::fn_guard(has_key))).to(show))
            .route("/any", web::get().guard(guard::Any(guard::fn_guard(is_html)).or(guard::fn_guard(has_key))).to(show))
            .service(web::resource("/resource").guard(guard::fn_guard(has_key)).route(web::delete().to(show)))
            .service(web::scope("/scope").guard(guard::fn_guard(has_key)).route("/in", web::post().to(show)))
            .service(attribute)
            .service(attribute_any)
    })
    .bind("0.0.0.0:80")?
    .run()
    .await
}

//@ GET /closure required
//@ GET /function required
//@ GET /function-any optional
//@ GET /html none
//@ GET /bare required
//@ GET /struct required
//@ GET /header optional
//@ GET /header-secret required
//@ GET /not optional
//@ GET /all required
//@ GET /any optional
//@ DELETE /resource required
//@ POST /scope/in required
//@ GET /attribute required
//@ GET /attribute-any optional
