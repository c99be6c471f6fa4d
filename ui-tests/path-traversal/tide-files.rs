//! Files that tide's handlers open: by parameters, queries and bodies, and by what the service chooses itself.

use serde::Deserialize;
use tide::{Request, Result};

#[derive(Clone)]
pub struct App {
    root: String,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
}

async fn by_parameter(request: Request<App>) -> Result<String> {
    let name = request.param("name")?;
    Ok(std::fs::read_to_string(format!("files/{name}"))?)
    //~^ path-traversal
}

async fn by_query(request: Request<App>) -> Result<String> {
    let wanted: Wanted = request.query()?;
    Ok(std::fs::read_to_string(format!("files/{}", wanted.name))?)
    //~^ path-traversal
}

async fn by_body(mut request: Request<App>) -> Result<String> {
    let wanted: Wanted = request.body_json().await?;
    Ok(std::fs::read_to_string(format!("files/{}", wanted.name))?)
    //~^ path-traversal
}

/// A number climbs nowhere.
// near miss: number
async fn by_number(request: Request<App>) -> Result<String> {
    let id: u32 = request.param("id")?.parse()?;
    Ok(std::fs::read_to_string(format!("files/{id}"))?)
}

/// The service's own state.
// near miss: own state
async fn own(request: Request<App>) -> Result<String> {
    let root = request.state().root.clone();
    Ok(std::fs::read_to_string(format!("{root}/index.html"))?)
}

#[async_std::main]
async fn main() -> Result<()> {
    let mut app = tide::with_state(App { root: "public".to_owned() });
    app.at("/files/:name").get(by_parameter);
    app.at("/files").get(by_query).post(by_body);
    app.at("/numbers/:id").get(by_number);
    app.at("/").get(own);
    app.listen("127.0.0.1:8080").await?;
    Ok(())
}
