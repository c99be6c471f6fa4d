//! How folders are served by actix-web.

use actix_files::{Files, NamedFile};
use actix_web::{App, HttpResponse, HttpServer, Responder, get, web};

fn listed() -> Files {
    Files::new("/listed", "./files").show_files_listing() //~ directory-listing
}

fn listed_in_steps() -> Files {
    let files = Files::new("/steps", "./files");
    let files = files.index_file("index.html");
    files.show_files_listing() //~ directory-listing
}

fn by_path() -> Files {
    Files::show_files_listing(Files::new("/path", "./files")) //~ directory-listing
}

fn plain() -> Files {
    Files::new("/plain", "./files") // near miss: lists nothing
}

fn with_an_index() -> Files {
    Files::new("/index", "./files").index_file("index.html") // near miss: a page of its own
}

fn with_a_renderer() -> Files {
    // near miss: how lists would look, and not that there are any
    Files::new("/rendered", "./files").files_listing_renderer(|_, request| {
        Ok(actix_web::dev::ServiceResponse::new(request.clone(), HttpResponse::NotFound().finish()))
    })
}

fn hidden() -> Files {
    Files::new("/hidden", "./files").use_hidden_files() // near miss: other files, and no list
}

fn redirected() -> Files {
    Files::new("/redirected", "./files").redirect_to_slash_directory() // near miss: another address
}

struct Shelf {
    listing: bool,
}

impl Shelf {
    fn show_files_listing(mut self) -> Shelf {
        self.listing = true; // near miss: a method of that name of another type
        self
    }
}

#[get("/shelf")]
async fn shelf() -> impl Responder {
    let shelf = Shelf { listing: false }.show_files_listing(); // near miss: of a type of the program
    HttpResponse::Ok().body(shelf.listing.to_string())
}

#[get("/one")]
async fn one() -> std::io::Result<NamedFile> {
    NamedFile::open("./files/one") // near miss: one file
}

#[get("/names")]
async fn names() -> impl Responder {
    // near miss: a list that the service makes itself, of names that it knows
    web::Json(vec!["one", "two"])
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(listed())
            .service(listed_in_steps())
            .service(by_path())
            .service(plain())
            .service(with_an_index())
            .service(with_a_renderer())
            .service(hidden())
            .service(redirected())
            .service(shelf)
            .service(one)
            .service(names)
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists() {
        let _ = actix_files::Files::new("/", ".").show_files_listing(); // near miss: of a test
    }
}
