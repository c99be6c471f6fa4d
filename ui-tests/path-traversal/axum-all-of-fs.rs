//! The less usual ways to open files and to change folders, and values that are taken out of variables.

use std::fs::{self, DirBuilder, File};
use std::path::Path as FsPath;

use axum::extract::{Path, Query};
use serde::Deserialize;

#[derive(Deserialize)]
struct Names {
    from: String,
    to: String,
    page: u32,
}

async fn created(Path(name): Path<String>) -> bool {
    File::create_new(&name).is_ok() //~ path-traversal
}

async fn with_options(Path(name): Path<String>) -> bool {
    File::options().append(true).open(&name).is_ok() //~ path-traversal
}

async fn folder(Path(name): Path<String>) -> bool {
    DirBuilder::new().recursive(true).create(&name).is_ok() //~ path-traversal
}

async fn listed(Path(name): Path<String>) -> usize {
    let folder = FsPath::new(&name);
    folder.read_dir().map_or(0, |all| all.count()) //~ path-traversal
}

async fn linked(Path(name): Path<String>) -> bool {
    std::os::unix::fs::symlink("/srv/current", &name).is_ok() //~ path-traversal
}

async fn asynchronously(Path(name): Path<String>) -> bool {
    tokio::fs::File::create_new(&name).await.is_ok() //~ path-traversal
}

async fn linked_asynchronously(Path(name): Path<String>) -> bool {
    tokio::fs::symlink(&name, "/srv/current").await.is_ok() //~ path-traversal
}

/// Different data, each of which has to be looked at.
async fn both(Query(names): Query<Names>) -> bool {
    let (from, to) = (names.from, names.to);
    fs::read(&from).is_ok() //~ path-traversal
        && fs::read(&to).is_ok() //~ path-traversal
}

/// The whole extractor, of a number.
async fn number(year: Path<u16>) -> bool {
    fs::read(format!("/srv/reports/{}.pdf", *year)).is_ok() // near miss: a number
}

async fn page(Query(names): Query<Names>) -> bool {
    fs::read(format!("/srv/pages/{}", names.page)).is_ok() // near miss: a number
}

async fn swapped(Path(name): Path<String>) -> bool {
    let mut one = name;
    let mut other = String::from("/srv/fixed");
    std::mem::swap(&mut one, &mut other);
    let fixed = fs::read(&one).is_ok(); // near miss: what was swapped in
    fixed && fs::read(&other).is_ok() //~ path-traversal
}

async fn replaced(Path(name): Path<String>) -> bool {
    let mut file = String::from("/srv/fixed");
    let before = std::mem::replace(&mut file, name);
    let fixed = fs::read(&before).is_ok(); // near miss: what stood there before
    fixed && fs::read(&file).is_ok() //~ path-traversal
}

async fn emptied(Path(name): Path<String>) -> bool {
    let mut file = name;
    file.clear();
    file.push_str("/srv/fixed");
    fs::read(&file).is_ok() // near miss: emptied
}

async fn counted(Query(names): Query<Names>) -> usize {
    let parts = names.from.split(',').enumerate();
    let kept = parts.filter(|(at, part)| {
        let written = fs::write(format!("/srv/part-{at}"), part); // near miss: its number
        written.is_ok()
    });
    kept.count()
}

async fn letters(Path(name): Path<String>) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    fs::read(format!("/srv/{name}")).is_ok() // near miss: letters and digits
}

fn main() {}
