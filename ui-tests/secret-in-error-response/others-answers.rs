//! The same of Rocket, tonic, poem, salvo and warp.

use rocket::State;
use rocket::http::Status;
use rocket::response::status::Custom;

struct Settings {
    api_key: String,
    region: String,
}

#[rocket::get("/pair")]
fn pair(settings: &State<Settings>) -> (Status, String) {
    (Status::InternalServerError, format!("refused {}", settings.api_key)) //~ secret-in-error-response
}

#[rocket::get("/custom")]
fn custom(settings: &State<Settings>) -> Custom<String> {
    Custom(Status::BadGateway, settings.api_key.clone()) //~ secret-in-error-response
}

// near miss: a region is no secret
#[rocket::get("/region")]
fn region(settings: &State<Settings>) -> Custom<String> {
    Custom(Status::BadGateway, settings.region.clone())
}

fn by_tonic(settings: &Settings) -> tonic::Status {
    tonic::Status::internal(format!("refused {}", settings.api_key)) //~ secret-in-error-response
}

fn by_code(settings: &Settings) -> tonic::Status {
    tonic::Status::new(tonic::Code::Unavailable, settings.api_key.as_str()) //~ secret-in-error-response
}

// near miss: what is missing, by its name
fn of_tonic(settings: &Settings) -> tonic::Status {
    tonic::Status::failed_precondition(format!("no api_key in {}", settings.region))
}

fn by_poem(settings: &Settings) -> poem::Error {
    let message = format!("refused {}", settings.api_key);
    poem::Error::from_string(message, poem::http::StatusCode::BAD_GATEWAY) //~ secret-in-error-response
}

// near miss: a region is no secret
fn of_poem(settings: &Settings) -> poem::Error {
    poem::Error::from_string(settings.region.clone(), poem::http::StatusCode::BAD_GATEWAY)
}

fn by_salvo(settings: &Settings) -> salvo::http::StatusError {
    salvo::http::StatusError::internal_server_error().brief(format!("refused {}", settings.api_key)) //~ secret-in-error-response
}

fn by_response(settings: &Settings, response: &mut salvo::Response) {
    response.status_code(salvo::http::StatusCode::BAD_GATEWAY);
    response.render(format!("refused {}", settings.api_key)); //~ secret-in-error-response
}

// near miss: a status that says that all went well
fn of_salvo(settings: &Settings, response: &mut salvo::Response) {
    response.status_code(salvo::http::StatusCode::OK);
    response.render(settings.api_key.clone());
}

fn by_warp(settings: &Settings) -> impl warp::Reply {
    let message = format!("refused {}", settings.api_key);
    warp::reply::with_status(message, warp::http::StatusCode::BAD_GATEWAY) //~ secret-in-error-response
}

// near miss: nothing of it is sent
fn of_warp(settings: &Settings) -> impl warp::Reply {
    let known = settings.api_key.is_empty();
    warp::reply::with_status(known.to_string(), warp::http::StatusCode::BAD_GATEWAY)
}

fn main() {}
