//! Files that requests choose, in axum.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::path::{Component, Path as FilePath, PathBuf};

use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

type Answer = Result<Vec<u8>, StatusCode>;

#[derive(Clone)]
struct Storage {
    root: PathBuf,
}

#[derive(Deserialize)]
struct Document {
    name: String,
    revision: u32,
    content: String,
}

fn missing<E>(_error: E) -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn joined(State(storage): State<Storage>, Path(name): Path<String>) -> Answer {
    tokio::fs::read(storage.root.join(name)).await.map_err(missing) //~ path-traversal
}

async fn number(State(storage): State<Storage>, Path(number): Path<u64>) -> Answer {
    tokio::fs::read(storage.root.join(format!("{number}.pdf"))).await.map_err(missing) // near miss: number
}

async fn path_buf(State(storage): State<Storage>, Path(path): Path<PathBuf>) -> Answer {
    tokio::fs::read(storage.root.join(path)).await.map_err(missing) //~ path-traversal
}

async fn rest(Path(path): Path<String>) -> Answer {
    let path = format!("static/{path}");
    fs::read(path).map_err(missing) //~ path-traversal
}

async fn written(State(storage): State<Storage>, Json(document): Json<Document>) -> StatusCode {
    let mut path = storage.root.clone();
    path.push(&document.name);
    match tokio::fs::write(&path, document.content).await { //~ path-traversal
        Ok(()) => StatusCode::CREATED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn content_only(State(storage): State<Storage>, Json(document): Json<Document>) -> StatusCode {
    let path = storage.root.join(format!("{}.txt", document.revision));
    match tokio::fs::write(&path, document.content).await { // near miss: content only
        Ok(()) => StatusCode::CREATED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn opened(Json(document): Json<Document>) -> Result<String, StatusCode> {
    let path = FilePath::new("documents").join(&document.name).with_extension("md");
    let file = OpenOptions::new().append(true).create(true).open(path).map_err(missing)?; //~ path-traversal
    Ok(format!("{:?}", file.metadata().map(|it| it.len())))
}

async fn created(Json(document): Json<Document>) -> Result<(), StatusCode> {
    let mut file = tokio::fs::File::create(format!("documents/{}", document.name)).await.map_err(missing)?; //~ path-traversal
    file.write_all(document.content.as_bytes()).await.map_err(missing)
}

async fn asked_only(Path(name): Path<String>) -> StatusCode {
    if FilePath::new("documents").join(name).exists() { StatusCode::OK } else { StatusCode::NOT_FOUND } // near miss: asked only
}

async fn removed(Query(query): Query<HashMap<String, String>>) -> StatusCode {
    let Some(folder) = query.get("folder") else { return StatusCode::BAD_REQUEST };
    let _ = tokio::fs::remove_dir_all(PathBuf::from("spaces").join(folder)).await; //~ path-traversal
    StatusCode::NO_CONTENT
}

async fn listed(Query(query): Query<HashMap<String, String>>) -> Result<String, StatusCode> {
    let folder = query.get("folder").map_or("", String::as_str);
    let entries = fs::read_dir(format!("spaces/{folder}")).map_err(missing)?; //~ path-traversal
    Ok(entries.flatten().map(|it| it.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>().join("\n"))
}

async fn listed_and_found(Path(name): Path<String>) -> Answer {
    // The request only chooses among what the folder holds.
    let mut entries = fs::read_dir("documents").map_err(missing)?.flatten(); // near miss: listed and found
    let entry = entries.find(|it| it.file_name().to_string_lossy() == name).ok_or(StatusCode::NOT_FOUND)?;
    fs::read(entry.path()).map_err(missing) // near miss: listed and found
}

async fn dots_refused(Path(name): Path<String>) -> Answer {
    if name.contains("..") || name.contains('/') || name.contains('\\') {
        return Err(StatusCode::BAD_REQUEST);
    }
    fs::read(format!("documents/{name}")).map_err(missing) // near miss: dots refused
}

async fn dots_refused_in_one_branch(Query(query): Query<HashMap<String, String>>) -> Answer {
    let name = query.get("name").ok_or(StatusCode::BAD_REQUEST)?;
    if query.contains_key("strict") {
        if name.contains("..") || name.contains('/') {
            return Err(StatusCode::BAD_REQUEST);
        }
    }
    fs::read(format!("documents/{name}")).map_err(missing) //~ path-traversal
}

async fn dots_refused_of_another(Query(query): Query<HashMap<String, String>>) -> Answer {
    let name = query.get("name").ok_or(StatusCode::BAD_REQUEST)?;
    let kind = query.get("kind").ok_or(StatusCode::BAD_REQUEST)?;
    if kind.contains("..") || kind.contains('/') {
        return Err(StatusCode::BAD_REQUEST);
    }
    fs::read(format!("documents/{kind}/{name}")).map_err(missing) //~ path-traversal
}

async fn dots_noticed(Path(name): Path<String>) -> Answer {
    if name.contains("..") {
        eprintln!("strange name");
    }
    fs::read(format!("documents/{name}")).map_err(missing) //~ path-traversal
}

async fn dots_removed_once(Path(name): Path<String>) -> Answer {
    // `....//` becomes `../`.
    let name = name.replace("../", "");
    fs::read(format!("documents/{name}")).map_err(missing) //~ path-traversal
}

async fn separators_removed(Path(name): Path<String>) -> Answer {
    let name = name.replace(['/', '\\'], "_");
    fs::read(format!("documents/{name}.txt")).map_err(missing) // near miss: separators removed
}

async fn ending_only(Path(name): Path<String>) -> Answer {
    if !name.ends_with(".txt") {
        return Err(StatusCode::BAD_REQUEST);
    }
    fs::read(format!("documents/{name}")).map_err(missing) //~ path-traversal
}

async fn last_component(Path(name): Path<String>) -> Answer {
    let name = FilePath::new(&name).file_name().ok_or(StatusCode::BAD_REQUEST)?;
    fs::read(FilePath::new("documents").join(name)).map_err(missing) // near miss: last component
}

async fn stem_is_not_checked(Path(name): Path<String>) -> Answer {
    let path = FilePath::new(&name).with_extension("txt");
    fs::read(FilePath::new("documents").join(path)).map_err(missing) //~ path-traversal
}

async fn components(Path(name): Path<String>) -> Answer {
    let path = FilePath::new(&name);
    if !path.components().all(|it| matches!(it, Component::Normal(_))) {
        return Err(StatusCode::BAD_REQUEST);
    }
    fs::read(FilePath::new("documents").join(path)).map_err(missing) // near miss: components
}

async fn parents_refused(Path(name): Path<PathBuf>) -> Answer {
    if name.is_absolute() || name.components().any(|it| it == Component::ParentDir) {
        return Err(StatusCode::BAD_REQUEST);
    }
    fs::read(FilePath::new("documents").join(name)).map_err(missing) // near miss: parents refused
}

async fn normal_components_collected(Path(name): Path<PathBuf>) -> Answer {
    let clean: PathBuf = name.components().filter(|it| matches!(it, Component::Normal(_))).collect();
    fs::read(FilePath::new("documents").join(clean)).map_err(missing) // near miss: normal components collected
}

async fn canonical(State(storage): State<Storage>, Path(name): Path<String>) -> Answer {
    let path = storage.root.join(name).canonicalize().map_err(missing)?;
    if !path.starts_with(&storage.root) {
        return Err(StatusCode::FORBIDDEN);
    }
    fs::read(path).map_err(missing) // near miss: canonical
}

async fn canonical_only(State(storage): State<Storage>, Path(name): Path<String>) -> Answer {
    let path = storage.root.join(name).canonicalize().map_err(missing)?;
    fs::read(path).map_err(missing) //~ path-traversal
}

async fn prefix_only(State(storage): State<Storage>, Path(name): Path<String>) -> Answer {
    let path = storage.root.join(name);
    if !path.starts_with(&storage.root) {
        return Err(StatusCode::FORBIDDEN);
    }
    fs::read(path).map_err(missing) //~ path-traversal
}

async fn canonical_in_condition(State(storage): State<Storage>, Path(name): Path<String>) -> Answer {
    match tokio::fs::canonicalize(storage.root.join(name)).await {
        Ok(path) if path.starts_with(&storage.root) => tokio::fs::read(path).await.map_err(missing), // near miss: canonical in condition
        _ => Err(StatusCode::NOT_FOUND),
    }
}

fn safe_path(root: &FilePath, name: &str) -> Result<PathBuf, StatusCode> {
    let path = root.join(name).canonicalize().map_err(missing)?;
    if path.starts_with(root) { Ok(path) } else { Err(StatusCode::FORBIDDEN) }
}

fn full_path(root: &FilePath, name: &str) -> PathBuf {
    root.join(name.trim_start_matches('/'))
}

async fn by_safe_path(State(storage): State<Storage>, Path(name): Path<String>) -> Answer {
    fs::read(safe_path(&storage.root, &name)?).map_err(missing) // near miss: by safe path
}

async fn by_full_path(State(storage): State<Storage>, Path(name): Path<String>) -> Answer {
    fs::read(full_path(&storage.root, &name)).map_err(missing) //~ path-traversal
}

fn sanitize_filename(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric() || *it == '.').collect::<String>().replace("..", "")
}

async fn uploaded(mut parts: Multipart) -> Result<(), StatusCode> {
    while let Some(part) = parts.next_field().await.map_err(missing)? {
        let name = part.file_name().ok_or(StatusCode::BAD_REQUEST)?.to_string();
        let data = part.bytes().await.map_err(missing)?;
        tokio::fs::write(format!("uploads/{name}"), &data).await.map_err(missing)?; //~ path-traversal
    }
    Ok(())
}

async fn uploaded_sanitized(mut parts: Multipart) -> Result<(), StatusCode> {
    while let Some(part) = parts.next_field().await.map_err(missing)? {
        let name = sanitize_filename(part.file_name().unwrap_or("unnamed"));
        let data = part.bytes().await.map_err(missing)?;
        tokio::fs::write(FilePath::new("uploads").join(name), &data).await.map_err(missing)?; // near miss: uploaded sanitized
    }
    Ok(())
}

async fn uploaded_renamed(mut parts: Multipart) -> Result<(), StatusCode> {
    while let Some(part) = parts.next_field().await.map_err(missing)? {
        let extension = part.file_name().and_then(|it| FilePath::new(it).extension()).and_then(|it| it.to_str());
        let name = format!("{}.{}", Uuid::new_v4(), extension.unwrap_or("bin"));
        let data = part.bytes().await.map_err(missing)?;
        tokio::fs::write(FilePath::new("uploads").join(name), &data).await.map_err(missing)?; // near miss: uploaded renamed
    }
    Ok(())
}

async fn uploaded_by_field(mut parts: Multipart) -> Result<(), StatusCode> {
    let mut folder = String::from("default");
    while let Some(part) = parts.next_field().await.map_err(missing)? {
        match part.name() {
            Some("folder") => folder = part.text().await.map_err(missing)?,
            _ => {
                let data = part.bytes().await.map_err(missing)?;
                let path = format!("uploads/{folder}/{}", Uuid::new_v4());
                tokio::fs::write(path, data).await.map_err(missing)?; //~ path-traversal
            }
        }
    }
    Ok(())
}

async fn header(headers: HeaderMap) -> Answer {
    let name = headers.get("x-template").and_then(|it| it.to_str().ok()).ok_or(StatusCode::BAD_REQUEST)?;
    let mut file = File::open(PathBuf::from_iter(["templates", name])).map_err(missing)?; //~ path-traversal
    let mut data = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut data).map_err(missing)?;
    Ok(data)
}

async fn language(headers: HeaderMap) -> Answer {
    let file = match headers.get("accept-language").and_then(|it| it.to_str().ok()) {
        Some(it) if it.starts_with("de") => "de.html",
        _ => "en.html",
    };
    fs::read(FilePath::new("templates").join(file)).map_err(missing) // near miss: language
}

async fn hashed(Path(name): Path<String>) -> Answer {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(name.as_bytes());
    let hex: String = digest.iter().map(|it| format!("{it:02x}")).collect();
    fs::read(FilePath::new("cache").join(hex)).map_err(missing) // near miss: hashed
}

async fn copied(Json(document): Json<Document>) -> Result<(), StatusCode> {
    fs::copy("templates/empty.md", format!("documents/{}", document.name)).map_err(missing)?; //~ path-traversal
    Ok(())
}

struct Delayed {
    last: String,
    next: String,
}

impl Delayed {
    fn step(&mut self) -> Option<String> {
        let out = self.last.clone();
        self.last = self.next.clone();
        Some(out)
    }
}

async fn in_the_second_turn(Path(name): Path<String>) {
    let mut names = Delayed { last: String::new(), next: name };
    while let Some(name) = names.step() {
        let _ = std::fs::remove_file(&name); //~ path-traversal
    }
}

fn parsed(text: &str) -> String {
    parsed_here(text)
}

fn parsed_here(text: &str) -> String {
    text.parse::<u64>().unwrap_or_default().to_string()
}

async fn a_number(Path(name): Path<String>) {
    let _ = std::fs::remove_file(parsed(&name)); // near miss: a number, by a helper of a helper
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/turns/{name}", get(in_the_second_turn).post(a_number))
        .route("/1/{name}", get(joined).post(path_buf).put(asked_only).delete(listed_and_found))
        .route("/2/{number}", get(number))
        .route("/3/{*path}", get(rest))
        .route("/4", post(written).put(content_only).patch(opened).delete(created))
        .route("/5", get(removed).post(listed).put(dots_refused_in_one_branch).delete(dots_refused_of_another))
        .route("/6/{name}", get(dots_refused).post(dots_noticed).put(dots_removed_once).delete(separators_removed))
        .route("/7/{name}", get(ending_only).post(last_component).put(stem_is_not_checked).delete(components))
        .route("/8/{*name}", get(parents_refused).post(normal_components_collected))
        .route("/9/{name}", get(canonical).post(canonical_only).put(prefix_only).delete(canonical_in_condition))
        .route("/10/{name}", get(by_safe_path).post(by_full_path).put(hashed))
        .route("/11", post(uploaded).put(uploaded_sanitized).patch(uploaded_renamed).delete(uploaded_by_field))
        .route("/12", get(header).post(language).put(copied))
        .with_state(Storage { root: "/srv/documents".into() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
