//! Handlers that one call of a macro makes: they stand at one place, and are several.

use std::collections::HashMap;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{Error, ErrorUnauthorized};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, guard, web};

struct Sessions {
    names: HashMap<String, String>,
}

impl Sessions {
    fn user(&self, request: &HttpRequest) -> Result<&str, Error> {
        let header = request.headers().get("authorization");
        let token = header.and_then(|it| it.to_str().ok());
        let token = token.ok_or_else(|| ErrorUnauthorized("no token"))?;
        let user = self.names.get(token);
        let user = user.ok_or_else(|| ErrorUnauthorized("no such token"))?;
        Ok(user)
    }
}

macro_rules! open_and_closed {
    ($open:ident $closed:ident) => {
        async fn $open() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        async fn $closed(
            sessions: web::Data<Sessions>,
            request: HttpRequest,
        ) -> Result<HttpResponse, Error> {
            let user = sessions.user(&request)?;
            Ok(HttpResponse::Ok().body(user.to_owned()))
        }
    };
}

open_and_closed! { notes_for_machines notes_for_people }

async fn require_session(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let sessions = request.app_data::<web::Data<Sessions>>().cloned();
    let sessions = sessions.ok_or_else(|| ErrorUnauthorized("no sessions"))?;
    sessions.user(request.request())?;
    next.call(request).await
}

// The same path and method, told apart by a header.
//@ GET /notes none
//@ GET /notes required
fn notes(config: &mut web::ServiceConfig) {
    config.route(
        "/notes",
        web::get()
            .guard(guard::Header("x-kind", "machine"))
            .to(notes_for_machines),
    );
    config.route("/notes", web::get().to(notes_for_people));
}

// One handler, with a layer and without.
//@ POST /notes required
//@ POST /notes none
fn more_notes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/notes")
            .guard(guard::Header("x-kind", "person"))
            .wrap(from_fn(require_session))
            .route(web::post().to(notes_for_machines)),
    );
    config.route("/notes", web::post().to(notes_for_machines));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let names = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let sessions = web::Data::new(Sessions { names });
    HttpServer::new(move || {
        App::new()
            .app_data(sessions.clone())
            .configure(notes)
            .configure(more_notes)
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
