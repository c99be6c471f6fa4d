//! Files by async-std, in tide.

use async_std::fs::{self, File, OpenOptions};
use async_std::path::PathBuf;
use tide::{Request, Response};

async fn shown(request: Request<()>) -> tide::Result {
    let name = request.param("name")?.to_owned();
    let text = fs::read_to_string(PathBuf::from("/srv").join(&name)).await?; //~ path-traversal
    Ok(text.into())
}

async fn opened(request: Request<()>) -> tide::Result<Response> {
    let name = request.param("name")?.to_owned();
    File::open(&name).await?; //~ path-traversal
    Ok(Response::new(200))
}

async fn appended(request: Request<()>) -> tide::Result<Response> {
    let name = request.param("name")?.to_owned();
    OpenOptions::new().append(true).open(&name).await?; //~ path-traversal
    Ok(Response::new(200))
}

async fn renamed(request: Request<()>) -> tide::Result<Response> {
    let name = request.param("name")?.to_owned();
    fs::rename("/srv/new", &name).await?; //~ path-traversal
    Ok(Response::new(200))
}

async fn numbered(request: Request<()>) -> tide::Result<Response> {
    let number: u32 = request.param("number")?.parse()?;
    fs::remove_file(format!("/srv/{number}")).await?; // near miss: a number
    Ok(Response::new(200))
}

fn main() {}
