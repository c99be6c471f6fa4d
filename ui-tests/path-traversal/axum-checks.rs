//! Checks of paths, where they stand and how they refuse, in axum.

use std::fs;
use std::path::{Component, Path as FilePath, PathBuf};

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;

type Answer = Result<Vec<u8>, StatusCode>;

const ROOT: &str = "/srv/pages";
const BAD: StatusCode = StatusCode::BAD_REQUEST;

fn missing<E>(_error: E) -> StatusCode {
    StatusCode::NOT_FOUND
}

fn validate_name(name: &str) -> Result<(), String> {
    if name.chars().all(|it| it.is_ascii_alphanumeric()) { Ok(()) } else { Err(format!("{name} is no name")) }
}

fn is_valid_name(name: &str) -> bool {
    name.bytes().all(|it| it.is_ascii_alphanumeric())
}

fn is_long(name: &str) -> bool {
    name.len() > 100
}

async fn validated_and_mapped(Path(name): Path<String>) -> Answer {
    validate_name(&name).map_err(|_| BAD)?;
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: validated and mapped
}

async fn validated_is_err(Path(name): Path<String>) -> Answer {
    if validate_name(&name).is_err() {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: validated is err
}

async fn validated_or_else(Path(name): Path<String>) -> Answer {
    let Ok(()) = validate_name(&name) else { return Err(BAD) };
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: validated or else
}

async fn validated_variable(Path(name): Path<String>) -> Answer {
    let valid = is_valid_name(&name);
    if !valid {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: validated variable
}

async fn validated_and_short(Path(name): Path<String>) -> Answer {
    if is_long(&name) || !is_valid_name(&name) {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: validated and short
}

async fn short_or_validated(Path(name): Path<String>) -> Answer {
    if is_long(&name) && !is_valid_name(&name) {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) //~ path-traversal
}

async fn short(Path(name): Path<String>) -> Answer {
    if is_long(&name) {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) //~ path-traversal
}

async fn parts_validated(Path(path): Path<String>) -> Answer {
    if !path.split('/').all(is_valid_name) {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(path)).map_err(missing) // near miss: parts validated
}

async fn parts_validated_in_loop(Path(path): Path<String>) -> Answer {
    for part in path.split('/') {
        if !is_valid_name(part) {
            return Err(BAD);
        }
    }
    fs::read(FilePath::new(ROOT).join(path)).map_err(missing) // near miss: parts validated in loop
}

async fn one_part_validated(Path(path): Path<String>) -> Answer {
    let first = path.split('/').next().unwrap_or_default();
    if !is_valid_name(first) {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(path)).map_err(missing) //~ path-traversal
}

async fn valid_parts_kept(Path(path): Path<String>) -> Answer {
    let path: PathBuf = path.split('/').filter(|it| is_valid_name(it)).collect();
    fs::read(FilePath::new(ROOT).join(path)).map_err(missing) // near miss: valid parts kept
}

async fn components_any(Path(path): Path<String>) -> Answer {
    let path = FilePath::new(&path);
    if path.components().any(|it| !matches!(it, Component::Normal(_))) {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(path)).map_err(missing) // near miss: components any
}

async fn components_in_loop(Path(path): Path<String>) -> Answer {
    let path = FilePath::new(&path);
    for component in path.components() {
        match component {
            Component::Normal(_) | Component::CurDir => {}
            _ => return Err(BAD),
        }
    }
    fs::read(FilePath::new(ROOT).join(path)).map_err(missing) // near miss: components in loop
}

async fn components_pushed(Path(path): Path<String>) -> Answer {
    let mut target = PathBuf::from(ROOT);
    for component in FilePath::new(&path).components() {
        if let Component::Normal(part) = component {
            target.push(part);
        }
    }
    fs::read(target).map_err(missing) // near miss: components pushed
}

async fn all_components_pushed(Path(path): Path<String>) -> Answer {
    let mut target = PathBuf::from(ROOT);
    for component in FilePath::new(&path).components() {
        target.push(component);
    }
    fs::read(target).map_err(missing) //~ path-traversal
}

fn inside(root: &FilePath, name: &str) -> Result<PathBuf, StatusCode> {
    let path = root.join(name).canonicalize().map_err(missing)?;
    if !path.starts_with(root) {
        return Err(BAD);
    }
    Ok(path)
}

fn inside_root(name: &str) -> Option<PathBuf> {
    let path = FilePath::new(ROOT).join(name).canonicalize().ok()?;
    if path.starts_with(ROOT) { Some(path) } else { None }
}

fn below(root: &FilePath, name: &str) -> Result<PathBuf, StatusCode> {
    let path = root.join(name);
    if !path.starts_with(root) {
        return Err(BAD);
    }
    Ok(path)
}

async fn by_inside(Path(name): Path<String>) -> Answer {
    fs::read(inside(FilePath::new(ROOT), &name)?).map_err(missing) // near miss: by inside
}

async fn by_inside_root(Path(name): Path<String>) -> Answer {
    let path = inside_root(&name).ok_or(BAD)?;
    fs::read(path).map_err(missing) // near miss: by inside root
}

async fn by_below(Path(name): Path<String>) -> Answer {
    fs::read(below(FilePath::new(ROOT), &name)?).map_err(missing) //~ path-traversal
}

async fn strip_prefix(Path(name): Path<String>) -> Answer {
    let path = FilePath::new(ROOT).join(name).canonicalize().map_err(missing)?;
    if path.strip_prefix(ROOT).is_err() {
        return Err(BAD);
    }
    fs::read(path).map_err(missing) // near miss: strip prefix
}

async fn canonical_text(Path(name): Path<String>) -> Answer {
    let path = tokio::fs::canonicalize(format!("{ROOT}/{name}")).await.map_err(missing)?;
    if path.starts_with(ROOT) { tokio::fs::read(&path).await.map_err(missing) } else { Err(BAD) } // near miss: canonical text
}

async fn another_checked(Path(name): Path<String>) -> Answer {
    let checked = FilePath::new(ROOT).join("index.html").canonicalize().map_err(missing)?;
    if !checked.starts_with(ROOT) {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) //~ path-traversal
}

async fn found_separator(Path(name): Path<String>) -> Answer {
    if name.find(['/', '\\']).is_some() {
        return Err(BAD);
    }
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: found separator
}

async fn last_part(Path(name): Path<String>) -> Answer {
    let name = name.split(['/', '\\']).next_back().unwrap_or("index.html");
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: last part
}

async fn first_dot(Path(name): Path<String>) -> Answer {
    let name = name.trim_start_matches('.').trim_start_matches('/');
    fs::read(format!("{ROOT}/{name}")).map_err(missing) //~ path-traversal
}

async fn asserted(Path(name): Path<String>) -> Answer {
    assert!(is_valid_name(&name), "a bad name");
    fs::read(FilePath::new(ROOT).join(name)).map_err(missing) // near miss: asserted
}

async fn hidden_refused(Path(name): Path<String>) -> Answer {
    if name.starts_with('.') {
        return Err(BAD);
    }
    fs::read(format!("{ROOT}/{name}")).map_err(missing) //~ path-traversal
}

async fn linked(Path(name): Path<String>) -> Result<(), StatusCode> {
    fs::hard_link("templates/empty", FilePath::new(ROOT).join(name)).map_err(missing) //~ path-traversal
}

async fn moved(Path(name): Path<String>) -> Result<(), StatusCode> {
    tokio::fs::rename("drafts/last", format!("{ROOT}/{name}")).await.map_err(missing) //~ path-traversal
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/1/{name}", get(validated_and_mapped).post(validated_is_err).put(validated_or_else).delete(validated_variable))
        .route("/2/{name}", get(validated_and_short).post(short_or_validated).put(short))
        .route("/3/{*path}", get(parts_validated).post(parts_validated_in_loop).put(one_part_validated).delete(valid_parts_kept))
        .route("/4/{*path}", get(components_any).post(components_in_loop).put(components_pushed).delete(all_components_pushed))
        .route("/5/{name}", get(by_inside).post(by_inside_root).put(by_below).delete(strip_prefix))
        .route("/6/{name}", get(canonical_text).post(another_checked).put(found_separator).delete(last_part))
        .route("/7/{name}", get(first_dot).post(asserted).put(hidden_refused).delete(linked).patch(moved));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
