//! The sections that are lists of rules.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::exception::{
    AssumedValue, Assumption, Control, Exception, ExceptionKind, External, PublicRoutes, Terms,
    broad_selector,
};
use super::globs::{Methods, PathGlobs, RouteGlob, RouteGlobs};
use super::parse::{TERMS_KEYS, path_globs, plain_levels, push, terms};
use super::reader::{Reader, Table, Value, Word, in_order, range};
use super::{Config, Level, LocalModel, Override};
use crate::source::TextRange;

pub(super) const WHY_ROUTES: &str = "name the endpoints: `routes = [\"/login\", \"/public/**\"]`";

const WHY_REASON: &str = "say why, so that a reviewer can judge it: `reason = \"..\"`";

pub(super) fn overrides(reader: &mut Reader<'_>, config: &mut Config, root: Table<'_, '_>) {
    let keys = [&["paths", "routes", "methods", "lints"], TERMS_KEYS].concat();
    for value in reader.entries(root, "override") {
        let Some(table) = reader.table(value, "override", &keys) else {
            continue;
        };
        let paths = path_globs(reader, table);
        let routes = route_globs(reader, table);
        let terms = terms(reader, table);
        let is_everywhere = table.get("paths").is_none() && table.get("routes").is_none();
        let is_meant = ["routes", "paths"]
            .iter()
            .any(|key| reader.is_meant(table, key));
        if is_everywhere && !is_meant {
            let why = "name files in `paths` or endpoints in `routes`; levels for everything go into `[lints]`";
            reader.missing(table, "paths", why);
        }
        let lints = match table.get("lints") {
            Some(value) => plain_levels(reader, value),
            None => {
                reader.missing(
                    table,
                    "lints",
                    "say which level what has: `lints = { missing-csrf = \"allow\" }`",
                );
                continue;
            }
        };
        let allows = lints.iter().any(|it| it.level == Level::Allow);
        if allows && table.get("reason").is_none() {
            reader.missing(table, "reason", WHY_REASON);
        }
        let range = anchor(table, &["paths", "routes"]);
        let exception = (allows || terms != Terms::default()).then(|| {
            let broad = broad_override(&paths, &routes, &lints, allows);
            let kind = ExceptionKind::Override;
            push(
                &mut config.exceptions,
                Exception {
                    kind,
                    terms,
                    range,
                    lets_off: allows,
                    broad,
                },
            )
        });
        config.overrides.push(Override {
            paths,
            routes,
            lints,
            exception,
            range,
        });
    }
}

fn broad_override(
    paths: &PathGlobs,
    routes: &RouteGlobs,
    lints: &[super::LevelEntry],
    allows: bool,
) -> Option<String> {
    if !allows {
        return None;
    }
    let all_files = paths.is_empty() || paths.matches_everything();
    let all_routes = routes.globs.is_empty() || routes.matches_everything();
    if all_files && all_routes {
        return Some("covers everything".to_owned());
    }
    let allowed = lints.iter().filter(|it| it.level == Level::Allow);
    allowed.filter_map(|it| broad_selector(&it.selector)).next()
}

pub(super) fn public_routes(reader: &mut Reader<'_>, config: &mut Config, root: Table<'_, '_>) {
    let keys = [&["routes", "methods"], TERMS_KEYS].concat();
    for value in reader.entries(root, "public-routes") {
        let Some(table) = reader.table(value, "public-routes", &keys) else {
            continue;
        };
        let routes = required_routes(reader, table);
        let terms = required_terms(reader, table);
        let range = anchor(table, &["routes"]);
        let broad = routes
            .matches_everything()
            .then(|| "declares every endpoint public".to_owned());
        let kind = ExceptionKind::PublicRoutes;
        let id = push(
            &mut config.exceptions,
            Exception {
                kind,
                terms,
                range,
                lets_off: true,
                broad,
            },
        );
        config.public_routes.push(PublicRoutes { id, routes });
    }
}

pub(super) fn external(reader: &mut Reader<'_>, config: &mut Config, root: Table<'_, '_>) {
    let keys = [
        &["provides", "routes", "methods", "services", "by"],
        TERMS_KEYS,
    ]
    .concat();
    for value in reader.entries(root, "external") {
        let Some(table) = reader.table(value, "external", &keys) else {
            continue;
        };
        if table.get("provides").is_none() {
            let why = "say which control it has: `provides = [\"authentication\"]`";
            reader.missing(table, "provides", why);
        }
        let mut provides = Vec::new();
        for mut word in reader.strings(table, "provides").unwrap_or_default() {
            word.text = word.text.replace('-', "_");
            provides.extend(reader.one_of(&word, "control", Control::ALL, Control::as_str));
        }
        let routes = required_routes(reader, table);
        let services = reader.strings(table, "services").unwrap_or_default();
        let services: Vec<String> = services.into_iter().map(|word| word.text).collect();
        let by = reader.required(
            table,
            "by",
            "say what has the control: `by = \"nginx gateway\"`",
        );
        let terms = required_terms(reader, table);
        let range = anchor(table, &["provides", "routes"]);
        // A limit for everything is what gateways are for; who lets everybody in is not known there.
        let blesses = provides
            .iter()
            .any(|it| matches!(it, Control::Authentication | Control::Authorization));
        let broad = (blesses && services.is_empty() && routes.matches_everything())
            .then(|| "takes every endpoint of every service for protected".to_owned());
        let kind = ExceptionKind::External;
        let id = push(
            &mut config.exceptions,
            Exception {
                kind,
                terms,
                range,
                lets_off: true,
                broad,
            },
        );
        let by = by.map(|word| word.text).unwrap_or_default();
        config.external.push(External {
            id,
            provides,
            routes,
            services,
            by,
        });
    }
}

pub(super) fn assumptions(reader: &mut Reader<'_>, config: &mut Config, root: Table<'_, '_>) {
    let Some(value) = root.get("assume") else {
        return;
    };
    let Some(table) = reader.open_table(value, "assume") else {
        return;
    };
    assume(reader, config, table, "");
}

/// `a.b = true`, quoted or not, and `a.b = { value = true, reason = ".." }`.
fn assume(reader: &mut Reader<'_>, config: &mut Config, table: Table<'_, '_>, prefix: &str) {
    for (key, value) in in_order(table.entries) {
        let setting = format!("{prefix}{}", key.get_ref());
        let mut terms = Terms::default();
        let mut written = value;
        if let DeValue::Table(entries) = value.get_ref() {
            let table = Table {
                entries,
                range: range(value),
                name: "assume",
            };
            let has_terms = TERMS_KEYS.iter().any(|key| entries.contains_key(*key));
            match entries.get("value") {
                Some(inner) if has_terms => {
                    reader.only_keys(table, &[&["value"], TERMS_KEYS].concat());
                    terms = self::terms(reader, table);
                    written = inner;
                }
                _ => {
                    assume(reader, config, table, &format!("{setting}."));
                    continue;
                }
            }
        }
        let value = match written.get_ref() {
            DeValue::Boolean(value) => AssumedValue::Bool(*value),
            DeValue::String(text) => AssumedValue::Text(text.to_string()),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                let Ok(value) = parsed else {
                    reader.bad(
                        range(written),
                        "the number is too large",
                        "numbers have 64 bits",
                    );
                    continue;
                };
                AssumedValue::Integer(value)
            }
            _ => {
                let what = format!("the value of `{setting}`");
                reader.wrong_type(written, &what, "a boolean, string or integer", None);
                continue;
            }
        };
        let exception = Exception {
            kind: ExceptionKind::Assumption,
            terms,
            range: range(key),
            lets_off: true,
            broad: None,
        };
        let id = push(&mut config.exceptions, exception);
        config.assumptions.push(Assumption {
            id,
            setting,
            value,
            range: range(key),
        });
    }
}

/// Kinds of local models; what else an entry may say depends on the kind.
pub(super) const MODEL_KINDS: &[&str] = &["extractor", "layer", "function", "type", "macro"];

pub(super) fn models(reader: &mut Reader<'_>, config: &mut Config, root: Table<'_, '_>) {
    for value in reader.entries(root, "model") {
        let Some(table) = reader.open_table(value, "model") else {
            continue;
        };
        let why = "say what the item is: `kind = \"extractor\"`";
        let kind = reader.required(table, "kind", why);
        let known = kind
            .as_ref()
            .and_then(|it| reader.one_of(it, "kind", MODEL_KINDS, |it| it));
        let path = reader.required(
            table,
            "path",
            "name the item: `path = \"crate::auth::User\"`",
        );
        let (Some(kind), Some(_), Some(path)) = (kind, known, path) else {
            continue;
        };
        let mut entries = toml::Table::new();
        let mut ranges = BTreeMap::new();
        for (key, value) in in_order(table.entries) {
            if key.get_ref() != "kind" {
                entries.insert(key.get_ref().to_string(), plain(value));
                ranges.insert(key.get_ref().to_string(), range(value));
            }
        }
        config.models.push(LocalModel {
            kind: kind.text,
            kind_range: kind.range,
            path: path.text,
            path_range: path.range,
            table: entries,
            ranges,
            range: table.range,
        });
    }
}

fn plain(value: &Value<'_>) -> toml::Value {
    match value.get_ref() {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            // A number that does not fit is handed on as text, which no number key accepts.
            parsed.map_or_else(
                |_| toml::Value::String(number.to_string()),
                toml::Value::Integer,
            )
        }
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(parsed) => toml::Value::Float(parsed),
            Err(_) => toml::Value::String(number.to_string()),
        },
        DeValue::Boolean(value) => toml::Value::Boolean(*value),
        DeValue::Datetime(date) => toml::Value::Datetime(*date),
        DeValue::Array(array) => toml::Value::Array(array.iter().map(plain).collect()),
        DeValue::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), plain(value)));
            toml::Value::Table(entries.collect())
        }
    }
}

fn required_routes(reader: &mut Reader<'_>, table: Table<'_, '_>) -> RouteGlobs {
    if table.get("routes").is_none() {
        reader.missing(table, "routes", WHY_ROUTES);
    }
    route_globs(reader, table)
}

fn required_terms(reader: &mut Reader<'_>, table: Table<'_, '_>) -> Terms {
    if table.get("reason").is_none() {
        reader.missing(table, "reason", WHY_REASON);
    }
    terms(reader, table)
}

fn route_globs(reader: &mut Reader<'_>, table: Table<'_, '_>) -> RouteGlobs {
    let routes = reader.strings(table, "routes").unwrap_or_default();
    let globs = globs_of(reader, routes);
    let methods = reader.strings(table, "methods").unwrap_or_default();
    let methods = methods_of(reader, methods);
    let is_everywhere = table.get("routes").is_none() && !reader.is_meant(table, "routes");
    if table.get("methods").is_some() && is_everywhere {
        let help = "name the endpoints in `routes`, for example [\"/**\"]";
        reader.bad(
            anchor(table, &["methods"]),
            "`methods` without `routes`",
            help,
        );
    }
    RouteGlobs { globs, methods }
}

/// Patterns of routes, those that mean something.
pub(super) fn globs_of(reader: &mut Reader<'_>, words: Vec<Word>) -> Vec<RouteGlob> {
    let mut globs = Vec::new();
    for word in words {
        match RouteGlob::parse(&word.text) {
            Ok(glob) => globs.push(glob),
            Err(wrong) => {
                let help = "for example `/internal/**`: `*` is one segment, `**` any number";
                reader.bad(
                    word.range,
                    format!("bad route `{}`: {wrong}", word.text),
                    help,
                );
            }
        }
    }
    globs
}

/// Methods by their names, those that there are.
pub(super) fn methods_of(reader: &mut Reader<'_>, words: Vec<Word>) -> Methods {
    let mut methods = Vec::new();
    for mut word in words {
        word.text = word.text.to_ascii_uppercase();
        let method = reader.one_of(&word, "method", Methods::KNOWN, |it| it);
        methods.extend(method.map(str::to_owned));
    }
    Methods::new(methods)
}

/// Where a finding about an entry points: what it names, else the entry.
fn anchor(table: Table<'_, '_>, keys: &[&str]) -> TextRange {
    keys.iter()
        .find_map(|key| table.get(key))
        .map_or(table.range, range)
}
