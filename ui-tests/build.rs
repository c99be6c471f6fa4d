//! Writes every Rust example of the lint pages into a module, for `lib.rs` to compile, and makes the
//! code of the services in `proto/`, which examples and marked sources of tonic include.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../lints");
    println!("cargo::rerun-if-changed=proto");
    let mut protos = fs::read_dir("proto")?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    protos.sort();
    let services = protox::compile(protos, ["proto"]).map_err(io::Error::other)?;
    tonic_prost_build::configure().compile_fds(services)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR"));
    let mut pages = Vec::new();
    collect(Path::new("../lints"), &mut pages)?;
    pages.sort();

    let mut modules = String::new();
    for page in pages {
        let name = page.file_stem().and_then(|it| it.to_str()).unwrap_or_default().replace('-', "_");
        for (number, code) in rust_blocks(&fs::read_to_string(&page)?).into_iter().enumerate() {
            let name = format!("{name}_{}", number + 1);
            let file = out.join(format!("{name}.rs"));
            fs::write(&file, code)?;
            writeln!(modules, "/// From `{}`.\n#[path = {:?}]\npub mod {name};", page.display(), file.display())
                .map_err(io::Error::other)?;
        }
    }
    fs::write(out.join("pages.rs"), modules)
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|it| it == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

/// The code of the fenced blocks whose language is Rust, but for those that say that they do not compile.
fn rust_blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if line.starts_with("```rust") && !line.contains("compile_fail") => open = Some(String::new()),
            None => {}
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some(code) => {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
    blocks
}
