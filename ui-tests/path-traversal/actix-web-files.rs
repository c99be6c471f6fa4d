//! Files that requests choose, in actix-web.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use actix_files::NamedFile;
use actix_multipart::Multipart;
use actix_multipart::form::MultipartForm;
use actix_multipart::form::tempfile::TempFile;
use actix_multipart::form::text::Text;
use actix_web::error::{ErrorBadRequest, ErrorInternalServerError, ErrorNotFound};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, Responder, delete, get, post, web};
use futures_util::TryStreamExt;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
struct Report {
    name: String,
    year: u16,
    id: Uuid,
}

#[derive(MultipartForm)]
struct Upload {
    file: TempFile,
    album: Text<String>,
    number: Text<u32>,
}

trait Store {
    fn load(&self, name: &str) -> std::io::Result<Vec<u8>>;
}

struct Disk {
    root: PathBuf,
}

struct Memory;

impl Store for Disk {
    fn load(&self, name: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(self.root.join(name)) //~ path-traversal
    }
}

impl Store for Memory {
    fn load(&self, name: &str) -> std::io::Result<Vec<u8>> {
        Ok(name.as_bytes().to_vec())
    }
}

#[get("/store/{name}")]
async fn get_by_store(store: web::Data<Box<dyn Store + Send + Sync>>, name: web::Path<String>) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().body(store.load(&name)?))
}

#[get("/named/{filename:.*}")]
async fn get_named(request: HttpRequest) -> Result<NamedFile, Error> {
    let path: PathBuf = request.match_info().query("filename").parse().map_err(ErrorBadRequest)?;
    Ok(NamedFile::open(path)?) //~ path-traversal
}

#[get("/named-fixed")]
async fn get_named_fixed(_request: HttpRequest) -> Result<NamedFile, Error> {
    Ok(NamedFile::open("static/index.html")?) // near miss: get named fixed
}

#[get("/named-async/{tail:.*}")]
async fn get_named_async(tail: web::Path<PathBuf>) -> Result<NamedFile, Error> {
    NamedFile::open_async(Path::new("static").join(tail.into_inner())).await.map_err(ErrorNotFound) // missed: path-traversal
}

#[get("/reports")]
async fn get_report(report: web::Query<Report>) -> Result<HttpResponse, Error> {
    let good = std::fs::read(format!("reports/{}/{}.pdf", report.year, report.id))?; // near miss: get report
    let bad = std::fs::read(format!("reports/{}/{}.pdf", report.year, report.name))?; //~ path-traversal
    Ok(HttpResponse::Ok().body([good, bad].concat()))
}

#[delete("/reports")]
async fn delete_remove(report: web::Query<Report>) -> Result<HttpResponse, Error> {
    let report = report.into_inner();
    let path = Path::new("reports").join(report.name);
    web::block(move || std::fs::remove_file(path)).await??; //~ path-traversal
    Ok(HttpResponse::NoContent().finish())
}

#[post("/multipart")]
async fn post_multipart(mut payload: Multipart) -> Result<HttpResponse, Error> {
    while let Some(mut field) = payload.try_next().await? {
        let name = field.content_disposition().and_then(|it| it.get_filename()).map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let path = format!("./tmp/{name}");
        let mut file = web::block(|| std::fs::File::create(path)).await??; //~ path-traversal
        while let Some(chunk) = field.try_next().await? {
            file.write_all(&chunk)?;
        }
    }
    Ok(HttpResponse::Ok().finish())
}

#[post("/multipart-renamed")]
async fn post_multipart_renamed(mut payload: Multipart) -> Result<HttpResponse, Error> {
    while let Some(mut field) = payload.try_next().await? {
        let path = format!("./tmp/{}", Uuid::new_v4());
        let mut file = web::block(|| std::fs::File::create(path)).await??; // near miss: post multipart renamed
        while let Some(chunk) = field.try_next().await? {
            file.write_all(&chunk)?;
        }
    }
    Ok(HttpResponse::Ok().finish())
}

#[post("/multipart-sanitized")]
async fn post_multipart_sanitized(mut payload: Multipart) -> Result<HttpResponse, Error> {
    while let Some(field) = payload.try_next().await? {
        let sent = field.content_disposition().and_then(|it| it.get_filename());
        let name = sent.map_or_else(|| Uuid::new_v4().to_string(), sanitize_filename::sanitize);
        let _ = std::fs::File::create(format!("./tmp/{name}"))?; // near miss: sanitized by name
        let name = sent.map(sanitize_filename::sanitize).unwrap_or_default();
        let _ = std::fs::File::create(format!("./tmp/{name}"))?; // near miss: sanitized within
        let name = sent.unwrap_or("unnamed");
        let _ = std::fs::File::create(format!("./tmp/{}", sanitize_filename::sanitize(name)))?; // near miss: sanitized
        let _ = std::fs::File::create(format!("./tmp/{name}"))?; //~ path-traversal
    }
    Ok(HttpResponse::Ok().finish())
}

#[post("/form")]
async fn post_form(MultipartForm(form): MultipartForm<Upload>) -> Result<HttpResponse, Error> {
    let name = form.file.file_name.clone().ok_or_else(|| ErrorBadRequest("no name"))?;
    form.file.file.persist(format!("uploads/{name}")).map_err(ErrorInternalServerError)?; // missed: path-traversal
    Ok(HttpResponse::Ok().finish())
}

#[post("/form-album")]
async fn post_form_album(MultipartForm(form): MultipartForm<Upload>) -> Result<HttpResponse, Error> {
    std::fs::create_dir_all(format!("uploads/{}", form.number.0))?; // near miss: post form album
    std::fs::create_dir_all(format!("uploads/{}", form.album.0))?; //~ path-traversal
    Ok(HttpResponse::Ok().finish())
}

#[get("/remembered/{name}")]
async fn get_remembered(last: web::Data<Arc<Mutex<String>>>, name: web::Path<String>) -> impl Responder {
    let mut last = last.lock().expect("not poisoned");
    *last = name.into_inner();
    match std::fs::read(format!("pages/{last}")) { //~ path-traversal
        Ok(page) => HttpResponse::Ok().body(page),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

fn validate_name(name: &str) -> Result<&str, Error> {
    if name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') { Ok(name) } else { Err(ErrorBadRequest("bad name")) }
}

#[get("/validated/{name}")]
async fn get_validated(name: web::Path<String>) -> Result<HttpResponse, Error> {
    let name = validate_name(&name)?;
    Ok(HttpResponse::Ok().body(std::fs::read(format!("pages/{name}"))?)) // near miss: get validated
}

#[get("/validated-other/{name}/{kind}")]
async fn get_validated_other(path: web::Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (name, kind) = path.into_inner();
    validate_name(&name)?;
    Ok(HttpResponse::Ok().body(std::fs::read(format!("pages/{kind}/{name}"))?)) //~ path-traversal
}

#[get("/validated-both/{name}/{kind}")]
async fn get_validated_both(path: web::Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (name, kind) = path.into_inner();
    validate_name(&name)?;
    validate_name(&kind)?;
    Ok(HttpResponse::Ok().body(std::fs::read(format!("pages/{kind}/{name}"))?)) // near miss: get validated both
}

#[get("/absolute/{name:.*}")]
async fn get_absolute_not_refused(name: web::Path<String>) -> Result<HttpResponse, Error> {
    if name.contains("..") {
        return Err(ErrorBadRequest("bad name"));
    }
    // `/absolute//etc/passwd`: the absolute path takes the place of the folder.
    Ok(HttpResponse::Ok().body(std::fs::read(Path::new("pages").join(name.as_str()))?)) //~ path-traversal
}

#[get("/parts/{name}")]
async fn get_split_part(name: web::Path<String>) -> Result<HttpResponse, Error> {
    let last = name.rsplit('/').next().unwrap_or("index");
    Ok(HttpResponse::Ok().body(std::fs::read(format!("pages/{last}.html"))?)) // near miss: get split part
}

#[post("/publish/{name}")]
async fn post_renamed(name: web::Path<String>) -> Result<HttpResponse, Error> {
    std::fs::rename(format!("drafts/{name}"), "published/page")?; //~ path-traversal
    Ok(HttpResponse::Ok().finish())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let store: web::Data<Box<dyn Store + Send + Sync>> = web::Data::new(Box::new(Disk { root: "pages".into() }));
    let last = web::Data::new(Arc::new(Mutex::new(String::new())));
    HttpServer::new(move || {
        App::new()
            .app_data(store.clone())
            .app_data(last.clone())
            .service(actix_files::Files::new("/static", "static"))
            .service((get_by_store, get_named, get_named_fixed, get_named_async, get_report, delete_remove))
            .service((post_multipart, post_multipart_renamed, post_multipart_sanitized, post_form, post_form_album, get_remembered))
            .service((get_validated, get_validated_other, get_validated_both, get_absolute_not_refused, get_split_part, post_renamed))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
