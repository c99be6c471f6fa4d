//! What becomes of Rocket's limits on what data guards read.

use rocket::data::{ByteUnit, Limits, ToByteUnit};
use rocket::serde::json::Json;
use rocket::{Build, Rocket, post, routes};
use serde::Deserialize;

#[derive(Deserialize)]
struct Note {
    text: String,
}

#[post("/notes", data = "<note>")]
fn write(note: Json<Note>) -> String {
    note.into_inner().text
}

#[post("/text", data = "<text>")]
fn text(text: String) -> String {
    text
}

fn app() -> Rocket<Build> {
    let limits = Limits::default()
        .limit("json", 2.gibibytes()) //~ body-limit-disabled
        .limit("string", ByteUnit::Gigabyte(4)); //~ body-limit-disabled
    let figment = rocket::Config::figment().merge(("limits", limits));
    rocket::custom(figment).mount("/", routes![write, text])
}

fn by_number() -> Limits {
    Limits::new().limit("bytes", u64::MAX.into()) //~ body-limit-disabled
}

struct Shelf;

impl Shelf {
    fn limit(self, _: &str, _: ByteUnit) -> Shelf {
        self
    }
}

fn near_misses(setting: u64) -> Limits {
    // near miss: a limit of a type of the service's own
    let _shelf = Shelf.limit("json", 2.gibibytes());
    // near miss: the defaults are as they were
    let _defaults = Limits::default();
    // near miss: a size that limits nothing
    let _size = 2.gibibytes();
    Limits::new()
        // near miss: the limit is raised, and is one
        .limit("json", 10.mebibytes())
        // near miss: the same by a number
        .limit("msgpack", (5 * 1024 * 1024).bytes())
        // near miss: files are not kept in memory
        .limit("file", 5.gibibytes())
        // near miss: files of one kind
        .limit("file/mp4", 20.gibibytes())
        // near miss: forms whose files go to disk
        .limit("data-form", 8.gibibytes())
        // near miss: from the settings
        .limit("bytes", setting.into())
        // near miss: a little less than a megabyte
        .limit("string", 900.kilobytes())
        // near miss: a form of many small fields
        .limit("form", ByteUnit::Mebibyte(1))
}

fn main() {}
