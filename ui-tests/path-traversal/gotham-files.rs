//! Files that gotham's handlers open: what a route reads from the path, bodies, and what the service keeps in the state.

use gotham::handler::HandlerError;
use gotham::hyper::{Body, body};
use gotham::middleware::state::StateMiddleware;
use gotham::pipeline::{new_pipeline, single_pipeline};
use gotham::prelude::*;
use gotham::router::builder::build_router;
use gotham::state::State;
use serde::Deserialize;

#[derive(Deserialize, StateData, StaticResponseExtender)]
struct Wanted {
    name: String,
}

#[derive(Deserialize, StateData, StaticResponseExtender)]
struct Numbered {
    id: u32,
}

#[derive(Clone, StateData)]
struct App {
    root: String,
}

fn by_path(mut state: State) -> (State, String) {
    let wanted = Wanted::take_from(&mut state);
    let text = std::fs::read_to_string(format!("files/{}", wanted.name));
    //~^ path-traversal
    (state, text.unwrap_or_default())
}

fn by_loan(state: State) -> (State, String) {
    let name = &state.borrow::<Wanted>().name;
    let text = std::fs::read_to_string(format!("files/{name}"));
    //~^ path-traversal
    (state, text.unwrap_or_default())
}

async fn by_body(state: &mut State) -> Result<String, HandlerError> {
    let bytes = body::to_bytes(Body::take_from(state)).await?;
    let name = String::from_utf8_lossy(&bytes);
    Ok(std::fs::read_to_string(format!("files/{name}"))?)
    //~^ path-traversal
}

/// A number climbs nowhere.
// near miss: number
fn by_number(mut state: State) -> (State, String) {
    let wanted = Numbered::take_from(&mut state);
    let text = std::fs::read_to_string(format!("files/{}", wanted.id));
    (state, text.unwrap_or_default())
}

/// The service's own.
// near miss: own state
fn own(state: State) -> (State, String) {
    let root = App::borrow_from(&state).root.clone();
    let text = std::fs::read_to_string(format!("{root}/index.html"));
    (state, text.unwrap_or_default())
}

fn main() {
    let app = App { root: "public".to_owned() };
    let (chain, pipelines) = single_pipeline(new_pipeline().add(StateMiddleware::new(app)).build());
    let router = build_router(chain, pipelines, |route| {
        route.get("/files/:name").with_path_extractor::<Wanted>().to(by_path);
        route.get("/loans/:name").with_path_extractor::<Wanted>().to(by_loan);
        route.post("/files").to_async_borrowing(by_body);
        route.get("/numbers/:id").with_path_extractor::<Numbered>().to(by_number);
        route.get("/").to(own);
    });
    gotham::start("127.0.0.1:7878", router).expect("the server runs");
}
