//! Names of entries in archives that requests send.

use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;

async fn unzip(body: Bytes) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(body)) else { return String::new() };
    let Ok(entry) = archive.by_index(0) else { return String::new() };
    let target = Path::new("uploads").join(entry.name());
    File::create(target).is_ok().to_string() //~ path-traversal
}

async fn enclosed(body: Bytes) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(body)) else { return String::new() };
    let Ok(entry) = archive.by_index(0) else { return String::new() };
    // near miss: `None` where it leads out of the folder
    let Some(name) = entry.enclosed_name() else { return String::new() };
    File::create(Path::new("uploads").join(name)).is_ok().to_string()
}

async fn mangled(body: Bytes) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(body)) else { return String::new() };
    let Ok(entry) = archive.by_index(0) else { return String::new() };
    // near miss: without what leads out of the folder
    File::create(Path::new("uploads").join(entry.mangled_name())).is_ok().to_string()
}

async fn untar(body: Bytes) -> String {
    // near miss: tar's own `unpack` leaves out what leads out of the folder
    tar::Archive::new(Cursor::new(body)).unpack("uploads").is_ok().to_string()
}

fn app() -> Router {
    Router::new()
        .route("/1", post(unzip))
        .route("/2", post(enclosed))
        .route("/3", post(mangled))
        .route("/4", post(untar))
}

fn main() {}
