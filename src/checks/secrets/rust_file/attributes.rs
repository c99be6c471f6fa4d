//! Defaults that attributes give to fields: clap, structopt, serde, smart-default, derivative.

use super::super::Redacted;
use super::values::{File, Value, Values, inside_quotes};
use crate::facts::{Attr, Meta, MetaValue};
use crate::source::Name;

/// A literal that a field gets if nothing else is given.
pub(super) struct FieldDefault {
    /// The field, or the environment variable that overrides it.
    pub(super) name: String,
    /// The literal.
    pub(super) value: Value,
}

/// The literal defaults of a field.
pub(super) fn defaults(file: &File<'_>, field: Name, attrs: &[Attr]) -> Vec<FieldDefault> {
    let mut found = Vec::new();
    for attr in attrs {
        let Some(path) = attr.meta.last_segment() else {
            continue;
        };
        let variable = attr
            .meta
            .entry("env")
            .or_else(|| attr.meta.entry("name"))
            .and_then(Meta::string);
        let name = variable.unwrap_or(field.as_str()).to_owned();
        let value = match path.as_str() {
            "arg" | "clap" | "structopt" | "argh" | "envconfig" | "builder" => {
                let entries = ["default_value", "default_value_t", "default"];
                entries
                    .iter()
                    .find_map(|it| attr.meta.entry(it))
                    .and_then(|it| written(file, it))
            }
            "serde" => attr
                .meta
                .entry("default")
                .and_then(Meta::string)
                .and_then(|it| returned(file, it)),
            "default" => attr
                .meta
                .list()
                .first()
                .or(Some(&attr.meta))
                .and_then(|it| written(file, it)),
            "derivative" | "educe" | "config" | "confique" | "setting" => nested(file, &attr.meta),
            // clap's `arg`, and the many derives that read the environment.
            _ => {
                let entries = ["default_value", "default_value_t", "default"];
                entries
                    .iter()
                    .find_map(|it| attr.meta.entry(it))
                    .and_then(|it| written(file, it))
            }
        };
        found.extend(value.map(|value| FieldDefault { name, value }));
    }
    found
}

/// A string literal in an attribute.
fn written(file: &File<'_>, meta: &Meta) -> Option<Value> {
    match &meta.value {
        MetaValue::Literal(_) => {
            let text = meta.string().filter(|it| !it.is_empty())?.to_owned();
            Some(Value {
                text: Redacted::new(text),
                range: inside_quotes(file.text, meta.range),
                guessed: false,
            })
        }
        // `default_value_t = String::from("..")`: the only quotes are the literal's.
        MetaValue::Expr(expr) if expr.matches('"').count() == 2 => {
            let range = inside_quotes(file.text, meta.range);
            let text = file
                .text
                .get(range.start as usize..range.end as usize)?
                .to_owned();
            Some(Value {
                text: Redacted::new(text),
                range,
                guessed: true,
            })
        }
        _ => None,
    }
}

/// `#[derivative(Default(value = ".."))]`, `#[educe(Default = "..")]`, `#[config(default = "..")]`.
fn nested(file: &File<'_>, meta: &Meta) -> Option<Value> {
    meta.list()
        .iter()
        .find_map(|entry| match entry.last_segment()?.as_str() {
            "default" | "Default" | "value" | "expression" => {
                written(file, entry).or_else(|| nested(file, entry))
            }
            _ => None,
        })
}

/// What the function named by `#[serde(default = "..")]` returns, if it is in this file.
fn returned(file: &File<'_>, path: &str) -> Option<Value> {
    let body = (*file.producers.get(&Name::new(path.rsplit("::").next()?))?)?;
    let body = file.facts.body(body);
    Values::new(file, body).literal(body.root)
}
