//! One resource at several paths.

use std::collections::HashMap;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{Error, ErrorUnauthorized};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpResponse, HttpServer, web};

struct Sessions {
    names: HashMap<String, String>,
}

async fn require_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let sessions = request.app_data::<web::Data<Sessions>>();
    let header = request.headers().get("authorization");
    let token = header.and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !sessions.is_some_and(|it| it.names.contains_key(token)) {
        return Err(ErrorUnauthorized("no session"));
    }
    next.call(request).await
}

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

const OLD: &str = "/old/users";

//@ GET /users none
//@ GET /people none
//@ GET /old/users none
//@ POST /notes required
//@ POST /remarks required
//@ DELETE /notes required
//@ DELETE /remarks required
//@ GET /only/one none
//@ GET /api/items/{id} required
//@ GET /api/things/{id}/{*rest} required
//@ ANY /api/items/{id} required
//@ ANY /api/things/{id}/{*rest} required
//@ GET /listed none
//@ GET /listed/more none
fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource(["/users", "people", OLD]).get(ok));
    config.service(
        web::resource(vec!["/notes", "/remarks"])
            .wrap(from_fn(require_session))
            .route(web::post().to(ok))
            .route(web::delete().to(ok)),
    );
    config.service(web::resource(["/only/one"]).route(web::get().to(ok)));
    config.service(
        web::scope("/api").wrap(from_fn(require_session)).service(
            web::resource(["/items/{id}", "/things/{id}/{rest:.*}"])
                .get(ok)
                .default_service(web::to(ok)),
        ),
    );
    let listed = ["/listed", "/listed/more"];
    config.service(web::resource(listed).get(ok));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let names = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let sessions = web::Data::new(Sessions { names });
    HttpServer::new(move || App::new().app_data(sessions.clone()).configure(routes))
        .bind(("127.0.0.1", 8080))?
        .run()
        .await
}
