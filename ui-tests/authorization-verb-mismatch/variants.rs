//! Rights that are variants of an enum.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Permission {
    CreateNote,
    ReadNote,
    UpdateNote,
    DeleteNote,
    CreateTag,
    DeleteTag,
    ImportNotes,
    ExportNotes,
    ViewReport,
}

#[derive(Clone, Copy)]
enum Event {
    CreateNote,
    DeleteNote,
}

#[derive(Clone)]
struct User {
    permissions: Vec<Permission>,
}

type Answer = Result<StatusCode, StatusCode>;

impl User {
    fn require(&self, permission: Permission) -> Result<(), StatusCode> {
        if self.permissions.contains(&permission) { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
    }
}

fn note(event: Event) {
    let name = match event {
        Event::CreateNote => "create",
        Event::DeleteNote => "delete",
    };
    tracing::info!(name, "done");
}

fn write(name: &str) -> Answer {
    std::fs::write(name, "text").map_or(Err(StatusCode::INTERNAL_SERVER_ERROR), |()| Ok(StatusCode::CREATED))
}

fn erase(name: &str) -> Answer {
    std::fs::remove_file(name).map_or(Err(StatusCode::NOT_FOUND), |()| Ok(StatusCode::NO_CONTENT))
}

async fn create_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::CreateNote)?;
    write("note")
}

async fn get_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::ReadNote)?; // near miss: another word for the same
    Ok(StatusCode::OK)
}

async fn list_notes(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::ReadNote)?; // near miss: another word for the same, in the plural
    Ok(StatusCode::OK)
}

async fn edit_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::UpdateNote)?;
    write("note")
}

async fn delete_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::ReadNote)?; //~ authorization-verb-mismatch
    erase("note")
}

async fn remove_note_now(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::DeleteNote)?;
    note(Event::DeleteNote);
    erase("note")
}

async fn import_notes(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::ExportNotes)?; //~ authorization-verb-mismatch
    write("notes")
}

async fn export_notes(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::ExportNotes)?;
    Ok(StatusCode::OK)
}

async fn create_tag(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::DeleteTag)?; //~ authorization-verb-mismatch
    write("tag")
}

async fn delete_tag(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::DeleteTag)?;
    erase("tag")
}

async fn remove_color_of_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::UpdateNote)?; // near miss: a part of a note is taken away by who may edit it
    erase("color")
}

async fn delete_draft(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::CreateTag)?; // near miss: the right is one for something else
    erase("draft")
}

async fn create_or_delete_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::DeleteNote)?; // near miss: its name has two verbs
    write("note")
}

async fn export_report(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::ViewReport)?; // near miss: there is no right to export reports
    Ok(StatusCode::OK)
}

async fn delete_everything(Extension(user): Extension<User>, Path(tag): Path<String>) -> Answer {
    user.require(Permission::DeleteNote)?;
    user.require(Permission::CreateTag)?; // near miss: two rights
    erase(&tag)
}

async fn create_copy_of_note(Extension(user): Extension<User>) -> Answer {
    note(Event::DeleteNote); // near miss: an enum of events
    user.require(Permission::CreateNote)?;
    note(Event::CreateNote);
    write("copy")
}

async fn touch_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::ReadNote)?; // near miss: a verb that no right has
    write("note")
}

async fn upload_note(Extension(user): Extension<User>) -> Answer {
    user.require(Permission::CreateNote)?; // near miss: no right to upload
    write("note")
}

pub fn app() -> Router {
    Router::new()
        .route("/note", post(create_note).get(get_note).put(edit_note).delete(delete_note))
        .route("/notes", get(list_notes))
        .route("/note/now", delete(remove_note_now))
        .route("/notes/import", post(import_notes))
        .route("/notes/export", post(export_notes))
        .route("/tag", post(create_tag).delete(delete_tag))
        .route("/note/color", delete(remove_color_of_note))
        .route("/draft", delete(delete_draft))
        .route("/note/either", post(create_or_delete_note))
        .route("/report/export", get(export_report))
        .route("/all/{tag}", delete(delete_everything))
        .route("/note/copy", post(create_copy_of_note))
        .route("/note/touch", put(touch_note))
        .route("/note/upload", post(upload_note))
}

fn main() {}
