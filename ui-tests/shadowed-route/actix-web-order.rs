//! Who is asked in actix-web: the first service that a request fits.

use actix_web::{HttpResponse, get, guard, post, web};

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn me() -> HttpResponse {
    HttpResponse::Ok().body("me")
}

#[get("/notes")]
async fn notes() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[post("/notes")]
async fn write_note() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/notes")]
async fn notes_again() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn findings(config: &mut web::ServiceConfig) {
    config
        .route("/users/{id}", web::get().to(ok))
        .route("/users/me", web::get().to(me)) //~ shadowed-route
        .service(notes)
        .service(write_note)
        .service(notes_again) //~ shadowed-route
        .service(web::scope("/api").route("/items", web::get().to(ok)))
        .service(web::scope("/api/admin").route("/items", web::get().to(me))) //~ shadowed-route
        .service(web::resource("/orders").route(web::get().to(ok)))
        .route("/orders", web::post().to(me)) //~ shadowed-route
        .service(web::resource("/files/{rest:.*}").route(web::get().to(ok)))
        .route("/files/a/b", web::get().to(me)); //~ shadowed-route
}

fn near_misses(config: &mut web::ServiceConfig, path: &str) {
    config
        // near miss: the narrower one comes first
        .route("/people/me", web::get().to(me))
        .route("/people/{id}", web::get().to(ok))
        // near miss: the same path for another method
        .route("/things", web::get().to(ok))
        .route("/things", web::post().to(me))
        // near miss: a pattern that the other does not fit
        .route("/numbers/{id:[0-9]+}", web::get().to(ok))
        .route("/numbers/none", web::get().to(me))
        // near miss: a longer path
        .route("/deep/{id}", web::get().to(ok))
        .route("/deep/{id}/parts", web::get().to(me))
        // near miss: a guard that may not hold
        .service(
            web::resource("/hosts")
                .guard(guard::Host("a.example.com"))
                .route(web::get().to(ok)),
        )
        .route("/hosts", web::get().to(me))
        // near miss: scopes that only begin alike
        .service(web::scope("/v1").route("/a", web::get().to(ok)))
        .service(web::scope("/v10").route("/a", web::get().to(me)))
        // near miss: the wider scope comes last
        .service(web::scope("/wide/narrow").route("/a", web::get().to(ok)))
        .service(web::scope("/wide").route("/a", web::get().to(me)))
        // near miss: a path that is not written down
        .route(path, web::get().to(ok))
        .route("/written", web::get().to(me))
        // near miss: a slash more
        .route("/slash", web::get().to(ok))
        .route("/slash/", web::get().to(me))
        // near miss: one resource with both
        .service(web::resource("/both").route(web::get().to(ok)).route(web::post().to(me)));
    if path.is_empty() {
        // near miss: registered only where the other is not
        config.route("/branch", web::get().to(ok));
    } else {
        config.route("/branch", web::get().to(me));
    }
}

fn main() {}
