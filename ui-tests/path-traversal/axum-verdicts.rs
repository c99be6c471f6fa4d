//! Checks of paths that stand in functions of other names, and some that check nothing.

use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde::Deserialize;

#[derive(Clone)]
struct Store {
    root: PathBuf,
}

#[derive(Deserialize)]
struct Wanted {
    file: String,
    public: bool,
}

impl Store {
    // By the outcome `true`.
    fn lies_below(&self, path: &Path) -> bool {
        let (Ok(root), Ok(found)) = (self.root.canonicalize(), path.canonicalize()) else {
            return false;
        };
        found.starts_with(root)
    }

    // By the outcome `false`.
    fn climbs(path: &Path) -> bool {
        path.components().any(|part| matches!(part, Component::ParentDir | Component::RootDir))
    }

    // By what is given back.
    async fn located(&self, path: PathBuf) -> Option<PathBuf> {
        let found = tokio::fs::canonicalize(&path).await.ok()?;
        if !found.starts_with(&self.root) {
            return None;
        }
        Some(path)
    }

    fn looked_at(&self, path: &Path) -> Result<(), StatusCode> {
        if path.components().any(|part| matches!(part, Component::ParentDir | Component::RootDir)) {
            return Err(StatusCode::BAD_REQUEST);
        }
        Ok(())
    }

    // One that looks only where it is told to.
    fn perhaps(&self, path: &Path, strict: bool) -> Result<(), StatusCode> {
        if strict && path.components().any(|part| matches!(part, Component::ParentDir | Component::RootDir)) {
            return Err(StatusCode::BAD_REQUEST);
        }
        Ok(())
    }

    // One that looks at the end of the name.
    fn is_text(&self, path: &Path) -> bool {
        path.extension().is_some_and(|it| it == "txt")
    }

    // One that forgets to say so.
    fn forgets(&self, path: &Path) -> Result<(), StatusCode> {
        if path.components().any(|part| matches!(part, Component::ParentDir)) {
            tracing::warn!("odd path");
        }
        Ok(())
    }
}

async fn below(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    let path = store.root.join(&wanted.file);
    if !store.lies_below(&path) {
        return Err(StatusCode::NOT_FOUND);
    }
    // near miss: the method compared the canonical path with the root
    std::fs::read_to_string(&path).map_err(|_| StatusCode::NOT_FOUND)
}

async fn climbing(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    if Store::climbs(Path::new(&wanted.file)) {
        return Err(StatusCode::NOT_FOUND);
    }
    // near miss: the function said that nothing leads upwards
    std::fs::read_to_string(store.root.join(&wanted.file)).map_err(|_| StatusCode::NOT_FOUND)
}

async fn located(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    let path = store.located(store.root.join(&wanted.file)).await.ok_or(StatusCode::NOT_FOUND)?;
    // near miss: what the method gives back lies below the root
    std::fs::read_to_string(path).map_err(|_| StatusCode::NOT_FOUND)
}

async fn looked(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    store.looked_at(Path::new(&wanted.file))?;
    // near miss: the method answers with an error where something leads upwards
    std::fs::read_to_string(store.root.join(&wanted.file)).map_err(|_| StatusCode::NOT_FOUND)
}

async fn matched(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    match store.looked_at(Path::new(&wanted.file)) {
        // near miss: only what passed comes here
        Ok(()) => std::fs::read_to_string(store.root.join(&wanted.file)).map_err(|_| StatusCode::NOT_FOUND),
        Err(status) => Err(status),
    }
}

async fn perhaps(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    store.perhaps(Path::new(&wanted.file), !wanted.public)?;
    std::fs::read_to_string(store.root.join(&wanted.file)).map_err(|_| StatusCode::NOT_FOUND) //~ path-traversal
}

async fn ending(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    if !store.is_text(Path::new(&wanted.file)) {
        return Err(StatusCode::NOT_FOUND);
    }
    std::fs::read_to_string(store.root.join(&wanted.file)).map_err(|_| StatusCode::NOT_FOUND) //~ path-traversal
}

async fn forgotten(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    store.forgets(Path::new(&wanted.file))?;
    std::fs::read_to_string(store.root.join(&wanted.file)).map_err(|_| StatusCode::NOT_FOUND) //~ path-traversal
}

async fn turned_round(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    let path = store.root.join(&wanted.file);
    if store.lies_below(&path) {
        return Err(StatusCode::NOT_FOUND);
    }
    std::fs::read_to_string(&path).map_err(|_| StatusCode::NOT_FOUND) //~ path-traversal
}

async fn nobody_asked(State(store): State<Store>, Query(wanted): Query<Wanted>) -> Result<String, StatusCode> {
    let path = store.root.join(&wanted.file);
    let _ = store.lies_below(&path);
    std::fs::read_to_string(&path).map_err(|_| StatusCode::NOT_FOUND) //~ path-traversal
}

fn app(store: Store) -> Router {
    Router::new()
        .route("/below", get(below))
        .route("/climbing", get(climbing))
        .route("/located", get(located))
        .route("/looked", get(looked))
        .route("/matched", get(matched))
        .route("/perhaps", get(perhaps))
        .route("/ending", get(ending))
        .route("/forgotten", get(forgotten))
        .route("/turned", get(turned_round))
        .route("/nobody", get(nobody_asked))
        .with_state(store)
}

#[tokio::main]
async fn main() {
    let store = Store { root: "/srv/documents".into() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app(store)).await.expect("a server");
}
