//! Endpoints that utoipa's description of a service lists, and others.
//@ persona: auditor

use axum::Router;
use axum::extract::Path;
use axum::routing::{delete, get, post};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

mod notes {
    use axum::extract::Path;

    #[utoipa::path(get, path = "/notes")]
    pub async fn list() -> &'static str {
        "[]"
    }

    #[utoipa::path(post, path = "/notes")]
    pub async fn create() -> &'static str {
        std::fs::write("note", "text").map_or("failed", |()| "done")
    }

    #[utoipa::path(get, path = "/notes/{id}")]
    pub async fn one(Path(id): Path<u32>) -> String {
        format!("note {id}")
    }

    #[utoipa::path(delete, path = "/notes/{id}")]
    pub async fn remove(Path(id): Path<u32>) -> String {
        format!("no note {id}")
    }

    #[utoipa::path(get, path = "/notes/old")]
    pub async fn old() -> &'static str {
        "[]"
    }
}

use notes as memos;

#[utoipa::path(get, path = "/tags")]
async fn tags() -> &'static str {
    "[]"
}

#[utoipa::path(get, path = "/people")]
async fn people() -> &'static str {
    "[]"
}

#[utoipa::path(get, path = "/people/{id}")]
async fn person(Path(id): Path<u32>) -> String {
    format!("person {id}")
}

#[utoipa::path(get, path = "/words")]
async fn words() -> &'static str {
    "[]"
}

async fn reindex() -> &'static str {
    std::fs::write("index", "text").map_or("failed", |()| "done")
}

async fn health() -> &'static str {
    "fine"
}

async fn login() -> &'static str {
    "token"
}

async fn missing() -> &'static str {
    "no such page"
}

#[derive(OpenApi)]
#[openapi(paths(notes::list, notes::create, memos::one, notes::remove, tags))]
struct Description;

#[derive(OpenApi)]
#[openapi(info(title = "People"), paths(people, person))]
struct PeopleDescription;

pub fn app() -> Router {
    let (described, _) = OpenApiRouter::<()>::with_openapi(PeopleDescription::openapi()).routes(routes!(words)).split_for_parts(); // near miss: the macro describes what it registers
    Router::new()
        .merge(described)
        .route("/notes", get(notes::list)) // near miss: listed by its path
        .route("/v1/notes", get(notes::list)) // near miss: a second route of what is described
        .route("/notes/new", post(notes::create)) // near miss: listed, on another path
        .route("/notes/{id}", get(memos::one)) // near miss: listed by another name
        .route("/notes/{id}/now", delete(notes::remove)) // near miss: listed
        .route("/tags", get(tags)) // near miss: listed by its name
        .route("/people", get(people)) // near miss: in another description
        .route("/people/{id}", get(person)) // near miss: in another description
        .route("/health", get(health)) // near miss: asked by machines
        .route("/login", post(login)) // near miss: a login
        .route("/about-this", get(|| async { "closure" })) // near miss: a closure, which cannot be described
        .route("/reindex", post(reindex)) //~ undocumented-endpoint
        .route("/notes/old", get(notes::old)) //~ undocumented-endpoint
        .fallback(missing) // near miss: what answers the rest
}

pub fn description() -> [utoipa::openapi::OpenApi; 2] {
    [Description::openapi(), PeopleDescription::openapi()]
}

fn main() {}
