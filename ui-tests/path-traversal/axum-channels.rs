//! Names of files that go through channels to who opens them.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;

async fn through_tokio(Path(name): Path<String>) -> String {
    let (sender, mut names) = tokio::sync::mpsc::channel(1);
    let reader = tokio::spawn(async move {
        let name: Option<String> = names.recv().await;
        std::fs::read_to_string(format!("/srv/notes/{}", name.unwrap_or_default())) //~ path-traversal
    });
    let _ = sender.send(name).await;
    reader.await.is_ok().to_string()
}

fn read(names: std::sync::mpsc::Receiver<String>) -> Option<String> {
    let name = names.recv().ok()?;
    std::fs::read_to_string(format!("/srv/notes/{name}")).ok() //~ path-traversal
}

async fn through_std(Path(name): Path<String>) -> String {
    let (sender, names) = std::sync::mpsc::channel();
    let other = sender.clone();
    let _ = other.send(name);
    read(names).unwrap_or_default()
}

async fn answered(Path(name): Path<String>) -> String {
    let (sender, answer) = tokio::sync::oneshot::channel::<String>();
    let _ = sender.send(name);
    let Ok(name) = answer.await else { return String::new() };
    std::fs::read_to_string(format!("/srv/notes/{name}")).unwrap_or_default() //~ path-traversal
}

async fn other_channel(Path(name): Path<String>) -> String {
    let (sender, names) = std::sync::mpsc::channel::<String>();
    let (others, kept) = std::sync::mpsc::channel::<String>();
    let _ = others.send(name);
    drop((sender, kept));
    let name = names.recv().unwrap_or_default();
    // near miss: nothing of the request goes into this channel
    std::fs::read_to_string(format!("/srv/notes/{name}")).unwrap_or_default()
}

async fn numbered(Path(id): Path<u64>) -> String {
    let (sender, ids) = std::sync::mpsc::channel();
    let _ = sender.send(id);
    let id: u64 = ids.recv().unwrap_or_default();
    // near miss: a number
    std::fs::read_to_string(format!("/srv/notes/{id}")).unwrap_or_default()
}

fn app() -> Router {
    Router::new()
        .route("/tokio/{name}", get(through_tokio))
        .route("/std/{name}", get(through_std))
        .route("/answered/{name}", get(answered))
        .route("/other/{name}", get(other_channel))
        .route("/numbered/{id}", get(numbered))
}

fn main() {}
