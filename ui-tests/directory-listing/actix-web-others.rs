//! Listings behind helpers and settings.

use actix_files as files;
use actix_web::web::ServiceConfig;
use poem::endpoint::StaticFilesEndpoint as Statics;
use salvo::serve_static::StaticDir;

const LISTED: bool = true;

fn mirror() -> files::Files {
    let service = files::Files::new("/mirror", "/srv/mirror").prefer_utf8(true);
    service.show_files_listing() //~ directory-listing
}

pub fn configure(config: &mut ServiceConfig) {
    config.service(mirror());
    config.service(files::Files::new("/static", "static").index_file("index.html")); // near miss: no listing
    config.service(files::Files::show_files_listing(files::Files::new("/b", "b"))); //~ directory-listing
}

pub fn poems() -> poem::Route {
    poem::Route::new()
        .nest("/a", Statics::new("a").show_files_listing()) //~ directory-listing
        .nest("/b", Statics::new("b").index_file("index.html")) // near miss: no listing
}

pub fn dirs() -> salvo::Router {
    salvo::Router::new()
        .push(salvo::Router::with_path("a/{**rest}").get(StaticDir::new(["a"]).auto_list(true))) //~ directory-listing
        .push(salvo::Router::with_path("b/{**rest}").get(StaticDir::new(["b"]).auto_list(false))) // near miss: switched off
        .push(salvo::Router::with_path("c/{**rest}").get(StaticDir::new(["c"]).defaults("index.html"))) // near miss: no listing
}

pub fn by_environment() -> StaticDir {
    StaticDir::new(["d"]).auto_list(std::env::var_os("LISTED").is_some()) // near miss: the environment decides
}

struct Shelf(Vec<String>);

impl Shelf {
    fn show_files_listing(&self) -> String {
        self.0.join("\n")
    }
}

pub fn shelf() -> String {
    Shelf(Vec::new()).show_files_listing() // near miss: a method of another type
}

pub fn tower() -> tower_http::services::ServeDir {
    tower_http::services::ServeDir::new("assets").append_index_html_on_directories(true) // near miss: lists nothing
}

#[cfg(test)]
mod tests {
    fn files() -> actix_files::Files {
        actix_files::Files::new("/", ".").show_files_listing() // near miss: a test
    }
}

fn main() {}
