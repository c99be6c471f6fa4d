//! Files that requests choose, in Rocket.

use std::path::{Path, PathBuf};

use rocket::form::{Form, FromForm};
use rocket::fs::{FileServer, NamedFile, TempFile};
use rocket::http::{CookieJar, Status};
use rocket::serde::json::Json;
use rocket::serde::Deserialize;
use rocket::serde::uuid::Uuid;
use rocket::{State, delete, get, launch, post, put, routes};

struct Root(PathBuf);

#[derive(FromForm)]
struct Upload<'r> {
    title: String,
    #[field(validate = len(1..20))]
    folder: &'r str,
    number: u32,
    file: TempFile<'r>,
}

#[derive(Deserialize)]
struct Backup {
    name: String,
    part: PartOf,
}

#[derive(Deserialize, Clone, Copy, Debug)]
enum PartOf {
    Users,
    Posts,
}

#[get("/files/<path..>")]
async fn segments(path: PathBuf) -> Option<NamedFile> {
    NamedFile::open(Path::new("static").join(path)).await.ok() // near miss: segments
}

#[get("/file/<name>")]
async fn segment(name: &str) -> Option<NamedFile> {
    NamedFile::open(Path::new("static").join(name)).await.ok() //~ path-traversal
}

#[get("/id/<id>")]
async fn id(id: Uuid) -> Option<NamedFile> {
    NamedFile::open(Path::new("static").join(id.to_string())).await.ok() // near miss: id
}

#[post("/upload", data = "<form>")]
async fn persisted(mut form: Form<Upload<'_>>) -> Result<(), Status> {
    let path = format!("uploads/{}", form.title);
    form.file.persist_to(path).await.map_err(|_| Status::InternalServerError) //~ path-traversal
}

#[put("/upload", data = "<form>")]
async fn persisted_by_number(mut form: Form<Upload<'_>>) -> Result<(), Status> {
    let path = format!("uploads/{}", form.number);
    form.file.persist_to(path).await.map_err(|_| Status::InternalServerError) // near miss: persisted by number
}

#[post("/upload/named", data = "<form>")]
async fn persisted_by_clean_name(mut form: Form<Upload<'_>>) -> Result<(), Status> {
    // `name` is what Rocket sanitized.
    let path = Path::new("uploads").join(form.file.name().unwrap_or("unnamed"));
    form.file.copy_to(path).await.map_err(|_| Status::InternalServerError) // near miss: persisted by clean name
}

#[post("/upload/raw", data = "<form>")]
async fn persisted_by_raw_name(mut form: Form<Upload<'_>>) -> Result<(), Status> {
    let name = form.file.raw_name().map(|it| it.dangerous_unsafe_unsanitized_raw().to_string()).ok_or(Status::BadRequest)?;
    form.file.copy_to(Path::new("uploads").join(name)).await.map_err(|_| Status::InternalServerError) //~ path-traversal
}

#[post("/upload/folder", data = "<form>")]
fn folder(form: Form<Upload<'_>>) -> Status {
    let _ = std::fs::create_dir(Path::new("uploads").join(form.folder)); //~ path-traversal
    Status::Created
}

#[delete("/backups", data = "<backup>")]
fn remove(root: &State<Root>, backup: Json<Backup>) -> Status {
    let part = format!("{:?}", backup.part);
    let _ = std::fs::remove_dir_all(root.0.join(part)); // near miss: remove
    let _ = std::fs::remove_file(root.0.join(&backup.name)); //~ path-traversal
    Status::NoContent
}

#[get("/theme")]
fn theme(jar: &CookieJar<'_>) -> Option<String> {
    let theme = jar.get("theme").map(|it| it.value()).unwrap_or("light");
    std::fs::read_to_string(format!("themes/{theme}.css")).ok() //~ path-traversal
}

#[get("/theme/private")]
fn private_theme(jar: &CookieJar<'_>) -> Option<String> {
    // Encrypted and authenticated by the service's own key: what the service put there.
    let theme = jar.get_private("theme")?.value().to_string();
    std::fs::read_to_string(format!("themes/{theme}.css")).ok() // near miss: private theme
}

#[get("/theme/known")]
fn known_theme(jar: &CookieJar<'_>) -> Option<String> {
    let theme = jar.get("theme").map(|it| it.value()).filter(|it| ["light", "dark"].contains(it)).unwrap_or("light");
    std::fs::read_to_string(format!("themes/{theme}.css")).ok() // near miss: known theme
}

#[get("/log?<name>&<lines>")]
fn log(name: Option<&str>, lines: Option<usize>) -> Option<String> {
    let name = name.unwrap_or("server.log");
    let text = std::fs::read_to_string(Path::new("logs").join(name)).ok()?; //~ path-traversal
    Some(text.lines().take(lines.unwrap_or(10)).collect::<Vec<_>>().join("\n"))
}

#[get("/log/safe?<name>")]
fn log_safe(name: &str) -> Result<String, Status> {
    let file = Path::new(name).file_name().and_then(|it| it.to_str()).ok_or(Status::BadRequest)?;
    std::fs::read_to_string(Path::new("logs").join(file)).map_err(|_| Status::NotFound) // near miss: log safe
}

#[get("/log/day?<day>")]
fn log_day(day: &str) -> Result<String, Status> {
    if day.len() != 10 || !day.bytes().all(|it| it.is_ascii_digit() || it == b'-') {
        return Err(Status::BadRequest);
    }
    std::fs::read_to_string(format!("logs/{day}.log")).map_err(|_| Status::NotFound) // near miss: log day
}

#[get("/log/long?<day>")]
fn log_long(day: &str) -> Result<String, Status> {
    if day.len() > 40 {
        return Err(Status::BadRequest);
    }
    std::fs::read_to_string(format!("logs/{day}.log")).map_err(|_| Status::NotFound) //~ path-traversal
}

macro_rules! page {
    ($name:expr) => {
        std::fs::read_to_string(std::path::Path::new("pages").join($name)) // near miss: log long
    };
}

#[get("/page")]
fn page() -> Option<String> {
    page!("index.html").ok() // near miss: page
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .manage(Root("backups".into()))
        .mount("/public", FileServer::from("public"))
        .mount("/", routes![segments, segment, id, persisted, persisted_by_number, persisted_by_clean_name])
        .mount("/", routes![persisted_by_raw_name, folder, remove, theme, private_theme, known_theme])
        .mount("/", routes![log, log_safe, log_day, log_long, page])
}
