//! Makes export tables from the sources of library crates. A tool of this project's
//! developers (`cargo run --example export_table`): nothing else calls it.
//!
//! [`krate`] reads a crate into modules, [`resolve`] follows names through `use`,
//! [`paths`] lists the public paths and chooses the canonical one of each item,
//! [`render`] writes signatures with canonical paths.

mod krate;
mod paths;
mod render;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::exports::{ExportTable, Row};
use krate::Krate;

/// A crate to read: its name in paths, and the folder with its manifest.
#[derive(Debug, Clone)]
pub struct Source {
    /// With underscores.
    pub name: String,
    /// The folder of its `Cargo.toml`.
    pub dir: PathBuf,
}

/// Crates whose items users know by the paths of another crate.
const FACADES: &[(&str, &[&str])] = &[
    (
        "actix_web",
        &[
            "actix_http",
            "actix_router",
            "actix_server",
            "actix_service",
            "actix_web_codegen",
        ],
    ),
    ("actix_web_grants", &["protect_endpoints_proc_macro"]),
    ("axum", &["axum_core", "axum_macros"]),
    ("diesel", &["diesel_derives"]),
    (
        "ntex",
        &[
            "ntex_http",
            "ntex_macros",
            "ntex_router",
            "ntex_server",
            "ntex_service",
        ],
    ),
    ("poem", &["poem_derive"]),
    ("poem_openapi", &["poem_openapi_derive"]),
    ("rocket", &["rocket_codegen", "rocket_http"]),
    ("rocket_okapi", &["rocket_okapi_codegen"]),
    (
        "salvo",
        &[
            "salvo_core",
            "salvo_craft",
            "salvo_craft_macros",
            "salvo_cors",
            "salvo_csrf",
            "salvo_extra",
            "salvo_jwt_auth",
            "salvo_macros",
            "salvo_oapi",
            "salvo_oapi_macros",
            "salvo_proxy",
            "salvo_rate_limiter",
            "salvo_serve_static",
            "salvo_session",
        ],
    ),
    ("sea_orm", &["sea_orm_macros"]),
    (
        "sqlx",
        &[
            "sqlx_core",
            "sqlx_macros",
            "sqlx_mysql",
            "sqlx_postgres",
            "sqlx_sqlite",
        ],
    ),
    ("tower", &["tower_layer", "tower_service"]),
    (
        "tower_sessions",
        &["tower_sessions_core", "tower_sessions_memory_store"],
    ),
    ("serde", &["serde_core", "serde_derive"]),
    ("tokio", &["tokio_macros"]),
    ("tracing", &["tracing_attributes", "tracing_core"]),
    ("utoipa", &["utoipa_gen"]),
];

/// The crate under whose paths the items of `name` are known: itself, or its facade.
fn facade_of(name: &str) -> &str {
    FACADES
        .iter()
        .find(|(_, parts)| parts.contains(&name))
        .map_or(name, |(facade, _)| facade)
}

/// The tables of the given crates, by name. They are read together: what one
/// re-exports from another is followed; what comes from elsewhere is kept as written.
/// `extra` are rows that the sources hide in macros, of the first or third section.
pub fn tables(sources: &[Source], extra: &[String]) -> BTreeMap<String, String> {
    let mut crates: Vec<Krate> = sources.iter().filter_map(krate::load).collect();
    for row in extra
        .iter()
        .filter(|row| !row.contains(" -> ") && !row.contains(" = "))
    {
        let path = key(row);
        let krate = crates
            .iter_mut()
            .find(|krate| path.split("::").next() == Some(&krate.name));
        if let Some(krate) = krate {
            krate.add_known(path);
        }
    }
    let program = resolve::Program::new(crates);
    let paths = paths::Paths::new(&program);
    let mut tables = BTreeMap::new();
    for krate in &program.crates {
        let mut rows = paths.rows(&krate.name);
        let mut aliases = Vec::new();
        let mut functions = Vec::new();
        render::rows(&program, &paths, krate.index, &mut aliases, &mut functions);
        let prefix = format!("{}::", krate.name);
        for row in extra.iter().filter(|row| row.starts_with(&prefix)) {
            if row.contains(" -> ") {
                functions.push(row.clone())
            } else {
                rows.push(row.clone())
            }
        }
        tables.insert(krate.name.clone(), (rows, aliases, functions));
    }
    // What a part of a facade declares is known by the facade's paths.
    let mut of_facades: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for (name, (_, aliases, functions)) in &mut tables {
        for (list, is_alias) in [(aliases, true), (functions, false)] {
            let foreign = |row: &String| !row.starts_with(&format!("{name}::"));
            for row in list.extract_if(.., |row| foreign(row)) {
                let home = of_facades
                    .entry(row.split("::").next().unwrap_or("").to_owned())
                    .or_default();
                if is_alias {
                    home.0.push(row)
                } else {
                    home.1.push(row)
                }
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (name, (rows, mut aliases, mut functions)) in tables {
        let (more_aliases, more_functions) = of_facades.remove(&name).unwrap_or_default();
        aliases.extend(more_aliases);
        functions.extend(more_functions);
        texts.insert(name, write([rows, aliases, functions]));
    }
    texts
}

/// A newer version's table with the rows of an older one whose paths it does not have.
pub fn merge(newer: &str, older: &str) -> String {
    let sections = |text: &str| -> [Vec<String>; 3] {
        ExportTable::new(text)
            .sections()
            .map(|section| section.lines().map(str::to_owned).collect())
    };
    let new_table = ExportTable::new(newer);
    let mut old = sections(older);
    // An item that was known by a path which is gone may still be there by another.
    let mut moved: BTreeMap<String, String> = BTreeMap::new();
    for row in &old[0] {
        if let Some((alias, canonical)) = row.split_once(" = ")
            && new_table.rows(canonical).next().is_none()
            && let Some(now) = new_table.rows(alias).next()
        {
            let now = match now {
                Row::Alias(target) => target,
                Row::Canonical(_) => alias,
            };
            moved.insert(canonical.to_owned(), now.to_owned());
        }
    }
    old[0] = std::mem::take(&mut old[0])
        .into_iter()
        .map(|row| match row.split_once(' ') {
            Some((path, rest)) if !rest.starts_with('=') && moved.contains_key(path) => {
                format!("{path} = {}", moved[path])
            }
            _ => row,
        })
        .collect();
    for section in &mut old[1..] {
        section.retain(|row| {
            let path = row.split(' ').next().unwrap_or("");
            !path
                .rsplit_once("::")
                .is_some_and(|(of, _)| moved.contains_key(of))
        });
    }
    let mut merged = sections(newer);
    for (rows, more) in merged.iter_mut().zip(old) {
        let known: BTreeSet<String> = rows.iter().map(|row| key(row).to_owned()).collect();
        rows.extend(more.into_iter().filter(|row| !known.contains(key(row))));
    }
    write(merged)
}

fn key(row: &str) -> &str {
    row.split(' ').next().unwrap_or("")
}

/// Sorts the sections; of several signatures of one path the first is kept.
fn write(mut sections: [Vec<String>; 3]) -> String {
    // A method is called more often than a public field of its name is read.
    sections[2].sort_by_key(|row| row[key(row).len()..].starts_with(" field("));
    for section in &mut sections[1..] {
        let mut seen = BTreeSet::new();
        section.retain(|row| seen.insert(key(row).to_owned()));
    }
    let sections = sections.map(|mut section| {
        section.sort();
        section.dedup();
        section
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    });
    sections.join("\n")
}
