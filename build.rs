//! Embeds the lint pages: a list of their paths and texts, sorted by path.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    // Cargo watches a folder as deeply as it goes: an added file runs this again.
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=lints");

    let root = PathBuf::from(
        env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| missing("CARGO_MANIFEST_DIR"))?,
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| missing("OUT_DIR"))?);
    let mut files = Vec::new();
    collect(&root.join("lints"), &mut files)?;

    let mut pages = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap_or(&file);
        let path: Vec<_> = path
            .components()
            .map(|it| it.as_os_str().to_string_lossy())
            .collect();
        let path = path.join("/");
        if path.ends_with(".md") && !path.ends_with("/README.md") {
            pages.push((path, file));
        }
    }
    write_list(&out.join("lint_pages.rs"), pages)
}

fn missing(variable: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("Cargo sets {variable}"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes an expression of type `&[(&str, &str)]`, for `include!`.
fn write_list(target: &Path, mut files: Vec<(String, PathBuf)>) -> io::Result<()> {
    files.sort();
    let mut list = String::from("&[\n");
    for (path, file) in files {
        writeln!(
            list,
            "    ({path:?}, include_str!({:?})),",
            file.display().to_string()
        )
        .map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    fs::write(target, list)
}
