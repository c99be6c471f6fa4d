//! Modules under the `scope` attribute, whose handlers have its path before theirs.

use actix_web::{App, HttpResponse, HttpServer, Responder, scope, web};

#[scope("/v3")]
mod v3 {
    use actix_web::{HttpRequest, HttpResponse, Responder, get, post, routes};

    #[get("/a")]
    pub async fn a() -> impl Responder {
        HttpResponse::Ok().body("a")
    }

    #[post("/b")]
    pub async fn b(request: HttpRequest) -> impl Responder {
        let key = std::env::var("KEY").expect("a key");
        match request.headers().get("x-api-key") {
            Some(sent) if sent.as_bytes() == key.as_bytes() => HttpResponse::Ok().finish(),
            _ => HttpResponse::Unauthorized().finish(),
        }
    }

    #[routes]
    #[get("/c")]
    #[post("/d")]
    pub async fn c() -> impl Responder {
        HttpResponse::Ok().body("c")
    }
}

#[actix_web::scope("/plain")]
mod plain {
    use actix_web::get;

    #[get("")]
    pub async fn bare() -> &'static str {
        "bare"
    }

    /// The attribute of the module does not see this one.
    #[actix_web::get("/qualified")]
    pub async fn qualified() -> &'static str {
        "qualified"
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(v3::a)
            .service(web::scope("/api").service(v3::b))
            .service(v3::c)
            .service(plain::bare)
            .service(plain::qualified)
    })
    .bind("0.0.0.0:80")?
    .run()
    .await
}

//@ GET /v3/a none
//@ POST /api/v3/b required
//@ GET /v3/c none
//@ POST /v3/d none
//@ GET /plain none
//@ GET /qualified none
