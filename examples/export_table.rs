//! Writes the export tables of `lints/models/exports`.
//!
//! ```sh
//! cargo run --example export_table -- lints/models axum=FOLDER http=FOLDER , axum=OLDER_FOLDER
//! ```
//!
//! The crates of one group are resolved together; a comma starts a group of older
//! versions, of which only those paths are added that the newer ones do not have.
//! Tables are written for crates that `lints/models` knows, or that are named `+name=FOLDER`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use moat::models::generate::{Source, merge, tables};

fn main() {
    let mut args = std::env::args().skip(1);
    let models = args.next().expect("the folder of the model files");
    let models = Path::new(&models);
    let mut wanted = BTreeSet::new();
    let mut groups: Vec<Vec<Source>> = vec![Vec::new()];
    for arg in args {
        if arg == "," {
            groups.push(Vec::new());
            continue;
        }
        let (name, dir) = arg.split_once('=').expect("name=folder");
        let plain = name.trim_start_matches('+');
        if plain != name || models.join(format!("{plain}.toml")).exists() {
            wanted.insert(plain.to_owned());
        }
        let group = groups.last_mut().expect("there is always one");
        group.push(Source {
            name: plain.to_owned(),
            dir: dir.into(),
        });
    }
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        let extra: Vec<String> = if index == 0 {
            hidden_in_macros(models)
        } else {
            Vec::new()
        };
        for (name, table) in tables(group, &extra) {
            let merged = match all.get(&name) {
                Some(newer) => merge(newer, &table),
                None => table,
            };
            all.insert(name, merged);
        }
    }
    for (name, table) in all.iter().filter(|(name, _)| wanted.contains(*name)) {
        let file = models.join("exports").join(format!("{name}.txt"));
        std::fs::write(file, table).expect("a folder that can be written");
    }
}

/// The `export` rows of all model files.
fn hidden_in_macros(models: &Path) -> Vec<String> {
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(models)
        .expect("a folder")
        .filter_map(Result::ok)
    {
        let path = entry.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            let table: toml::Table = text.parse().expect("a model file");
            let export = table
                .get("export")
                .and_then(toml::Value::as_array)
                .into_iter()
                .flatten();
            rows.extend(export.filter_map(toml::Value::as_str).map(str::to_owned));
        }
    }
    rows
}
