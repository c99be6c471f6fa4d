//! Makes the export tables of `lints/models/exports` from the sources of library crates.
//!
//! ```sh
//! cargo run --example export_table -- FOLDER
//! ```
//!
//! The folder holds crates as `name-version`, as Cargo unpacks them. Which crates are read
//! is written in `lints/models/exports/sources.toml`: those of one group are resolved
//! together; of an older group only the paths are added that the newer ones do not have.
//! A table is written for each crate that has a model, and for those listed under `also`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use moat::models::generate::{Source, merge, tables};

fn main() {
    let folder = std::env::args()
        .nth(1)
        .expect("the folder that holds the crates");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("lints/models");
    let sources = read_table(&models.join("exports/sources.toml"));
    let mut wanted: BTreeSet<String> = strings(sources.get("also")).into_iter().collect();
    wanted.extend(model_files(&models).into_keys());
    let extra: Vec<String> = model_files(&models)
        .values()
        .flat_map(|model| strings(model.get("export")))
        .collect();

    let mut all: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
    let groups = sources
        .get("group")
        .and_then(toml::Value::as_array)
        .expect("groups of crates");
    for (index, group) in groups.iter().enumerate() {
        let mut versions = BTreeMap::new();
        let mut crates = Vec::new();
        for line in strings(group.get("crates")) {
            let (package, version) = line.split_once(' ').expect("`name version`");
            let dir = Path::new(&folder).join(format!("{package}-{version}"));
            assert!(
                dir.is_dir(),
                "{} is missing: fetch {package} {version} first",
                dir.display()
            );
            let name = package.replace('-', "_");
            versions.insert(name.clone(), version.to_owned());
            crates.push(Source { name, dir });
        }
        for (name, table) in tables(&crates, if index == 0 { &extra } else { &[] }) {
            let version = versions[&name].clone();
            let (known, text) = all.entry(name).or_default();
            *text = if known.is_empty() {
                table
            } else {
                merge(text, &table)
            };
            known.push(version);
        }
    }
    for (name, (versions, text)) in all.iter().filter(|(name, _)| wanted.contains(*name)) {
        let text = format!("# {name} {}\n{text}", versions.join(", "));
        let file = models.join("exports").join(format!("{name}.txt"));
        std::fs::write(file, text).expect("a folder that can be written");
    }
}

/// The model files by crate name.
fn model_files(models: &Path) -> BTreeMap<String, toml::Table> {
    let entries = std::fs::read_dir(models)
        .expect("a folder")
        .filter_map(Result::ok);
    let files = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "toml"));
    let named =
        files.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), read_table(&path))));
    named.collect()
}

fn read_table(file: &Path) -> toml::Table {
    let text = std::fs::read_to_string(file).expect("a readable file");
    text.parse().expect("a TOML file")
}

fn strings(value: Option<&toml::Value>) -> Vec<String> {
    let values = value.and_then(toml::Value::as_array).into_iter().flatten();
    values
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect()
}
