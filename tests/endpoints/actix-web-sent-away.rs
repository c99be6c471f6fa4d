//! Strangers who are sent to the login instead of being told off: a redirect is a refusal where the
//! handler answers with it instead of going on.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, LOCATION};
use actix_web::{Either, Error, HttpResponse, web};

fn shred() {
    let _ = std::fs::remove_dir_all("/var/lib/files");
}

fn somebody(session: &Session) -> bool {
    matches!(session.get::<i64>("user_id"), Ok(Some(_)))
}

//@ POST /found required
async fn found(session: Session) -> HttpResponse {
    if !somebody(&session) {
        return HttpResponse::Found()
            .insert_header((LOCATION, "/signin"))
            .finish();
    }
    shred();
    HttpResponse::NoContent().finish()
}

//@ POST /language required
async fn language(session: Session) -> Result<HttpResponse, Error> {
    let Some(_id) = session.get::<i64>("user_id")? else {
        return Ok(HttpResponse::SeeOther()
            .append_header(("Location", "/login?next=files"))
            .insert_header((CONTENT_LANGUAGE, "en"))
            .finish());
    };
    shred();
    Ok(HttpResponse::NoContent().finish())
}

// To any fixed place, once it has failed.
//@ POST /home required
async fn home(session: Session) -> HttpResponse {
    if !somebody(&session) {
        return HttpResponse::build(StatusCode::TEMPORARY_REDIRECT)
            .insert_header((LOCATION, "/"))
            .finish();
    }
    shred();
    HttpResponse::NoContent().finish()
}

fn to_login() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, "/login"))
        .finish()
}

//@ POST /helper required
async fn helper(session: Session) -> HttpResponse {
    if !somebody(&session) {
        return to_login();
    }
    shred();
    HttpResponse::NoContent().finish()
}

//@ POST /either required
async fn either(session: Session) -> Either<HttpResponse, web::Redirect> {
    if !somebody(&session) {
        return Either::Right(web::Redirect::to("/login").see_other());
    }
    shred();
    Either::Left(HttpResponse::NoContent().finish())
}

// Near misses. It is sent away after the deed.
//@ POST /late optional
async fn late(session: Session) -> HttpResponse {
    shred();
    if !somebody(&session) {
        return to_login();
    }
    HttpResponse::NoContent().finish()
}

// Everybody is, and nobody was asked.
//@ POST /leave none
async fn leave(session: Session) -> HttpResponse {
    shred();
    session.purge();
    to_login()
}

// The redirect is made, and not answered with.
//@ POST /dropped optional
async fn dropped(session: Session) -> HttpResponse {
    if !somebody(&session) {
        let _ = to_login();
    }
    shred();
    HttpResponse::NoContent().finish()
}

// It says where the new one is.
//@ POST /created optional
async fn created(session: Session) -> HttpResponse {
    let at = match somebody(&session) {
        true => "/files/own",
        false => "/files/common",
    };
    shred();
    HttpResponse::Created()
        .insert_header((LOCATION, at))
        .finish()
}

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/found", web::post().to(found))
        .route("/language", web::post().to(language))
        .route("/home", web::post().to(home))
        .route("/helper", web::post().to(helper))
        .route("/either", web::post().to(either))
        .route("/late", web::post().to(late))
        .route("/leave", web::post().to(leave))
        .route("/dropped", web::post().to(dropped))
        .route("/created", web::post().to(created));
}
