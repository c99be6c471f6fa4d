//! Route attributes on handler functions: `#[get("/x")]`, `#[utoipa::path(..)]`.

use crate::facts::{Attr, Meta, MetaValue};
use crate::models::exports::last_segment;
use crate::program::{Def, FnId, ModuleId, Program};
use crate::source::{Name, TextRange};

/// What a route attribute says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RouteAttr {
    /// Upper-case methods.
    pub(super) methods: Vec<String>,
    /// The path as written.
    pub(super) path: String,
    /// Rocket's `rank`.
    pub(super) rank: Option<i64>,
    /// Rocket's `data = "<name>"`.
    pub(super) data: Option<String>,
    /// actix's `wrap = ".."`, as written.
    pub(super) wraps: Vec<String>,
    /// actix's `guard = ".."`, as written.
    pub(super) guards: Vec<String>,
    /// Whether the attribute is written as one word, `get` and not `actix_web::get`.
    pub(super) is_word: bool,
    /// The attribute.
    pub(super) range: TextRange,
}

/// The route attributes of a function, in the forms that actix-web and Rocket share and those
/// that only one of them has.
pub(super) fn route_attrs(program: &Program, id: FnId) -> Vec<RouteAttr> {
    let def = &program[id];
    let attrs = def.attrs.iter();
    let found = attrs.filter_map(|it| route_attr(it, called(program, def.module, &it.meta)?));
    found.collect()
}

/// What an attribute is called where it comes from: `use actix_web::get as get_route`.
fn called(program: &Program, module: ModuleId, meta: &Meta) -> Option<Name> {
    let name = meta.last_segment()?;
    let is_known = |it: Name| it == "route" || super::method_named(it.as_str()).is_some();
    if is_known(name) || meta.list().is_empty() {
        return Some(name);
    }
    let found = program.resolve_names(module, &meta.path, false);
    let original = found.into_iter().find_map(|it| match it.def {
        Def::External(path) => Some(Name::new(last_segment(path.as_str()))),
        _ => None,
    });
    Some(original.unwrap_or(name))
}

fn route_attr(attr: &Attr, name: Name) -> Option<RouteAttr> {
    let meta = &attr.meta;
    let is_route = name == "route";
    let method = super::method_named(name.as_str());
    if method.is_none() && !is_route {
        return None;
    }
    let list = meta.list();
    let mut found = RouteAttr {
        methods: method.into_iter().collect(),
        path: String::new(),
        rank: None,
        data: None,
        wraps: Vec::new(),
        guards: Vec::new(),
        is_word: meta.path.len() == 1,
        range: attr.range,
    };
    let mut path = None;
    for entry in list {
        if entry.path.is_empty() {
            if let Some(text) = entry.string() {
                path = Some(text.to_owned());
            }
        } else if entry.is("uri") || entry.is("path") {
            path = value_text(entry);
        } else if entry.is("method") {
            found
                .methods
                .extend(value_text(entry).map(|it| it.to_ascii_uppercase()));
        } else if entry.is("rank") {
            found.rank = match &entry.value {
                MetaValue::Literal(crate::facts::body::Literal::Int(number)) => *number,
                MetaValue::Expr(text) => text.replace(' ', "").parse().ok(),
                _ => None,
            };
        } else if entry.is("data") {
            found.data = value_text(entry).map(|it| it.trim_matches(['<', '>']).to_owned());
        } else if entry.is("wrap") {
            found.wraps.extend(value_text(entry));
        } else if entry.is("guard") {
            found.guards.extend(value_text(entry));
        } else if let (MetaValue::None, [only]) = (&entry.value, entry.path.as_slice())
            && only.as_str().chars().all(|c| c.is_ascii_uppercase())
        {
            // Rocket's `#[route(GET, uri = "..")]`.
            found.methods.push(only.to_string());
        }
    }
    found.path = path?;
    if found.methods.is_empty() {
        found.methods.push("ANY".into());
    }
    Some(found)
}

fn value_text(entry: &Meta) -> Option<String> {
    match &entry.value {
        MetaValue::Literal(crate::facts::body::Literal::Str(text)) => Some(text.to_string()),
        MetaValue::Expr(text) => Some(text.to_string()),
        _ => None,
    }
}

/// What `#[scope("/v1")]` on a module puts before the paths of the handlers that stand in it.
/// It changes their attributes, and knows only those that are written as one word.
/// Source: actix-web-codegen 4.3 to 4.5 `src/scope.rs`.
pub(super) fn scope_prefix(attrs: &[Attr]) -> Option<(&str, TextRange)> {
    attrs.iter().find_map(|attr| {
        let is_scope = attr.meta.last_segment().is_some_and(|it| it == "scope");
        match attr.meta.list() {
            [only] if is_scope => Some((only.string()?, attr.range)),
            _ => None,
        }
    })
}

/// `#[utoipa::path(get, path = "/x")]`: methods and path.
pub(super) fn utoipa_path(attrs: &[Attr]) -> Option<(Vec<String>, String, TextRange)> {
    let attr = attrs.iter().find(|attr| {
        let path = &attr.meta.path;
        attr.meta.last_segment().is_some_and(|last| last == "path")
            && (path.len() == 1 || path[0] == "utoipa")
    })?;
    let mut methods: Vec<String> = Vec::new();
    let mut path = String::new();
    for entry in attr.meta.list() {
        if entry.is("path") {
            path = value_text(entry)?;
        } else if entry.is("method") {
            methods.extend(
                entry
                    .list()
                    .iter()
                    .filter_map(|it| it.last_segment())
                    .map(|it| it.as_str().to_ascii_uppercase()),
            );
        } else if matches!(entry.value, MetaValue::None)
            && let Some(method) = entry
                .last_segment()
                .and_then(|it| super::method_named(it.as_str()))
        {
            methods.push(method);
        }
    }
    (!methods.is_empty()).then_some((methods, path, attr.range))
}
