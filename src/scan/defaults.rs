//! What a runtime setting is when nobody sets it, as far as the code or a settings file says.

use std::collections::{BTreeMap, BTreeSet};

use super::apply_config::setting_of;
use crate::facts::attr::{Meta, MetaValue};
use crate::facts::body::Literal;
use crate::facts::item::Field;
use crate::facts::{Attr, Expr, ExprId};
use crate::program::{AdtId, BodyKey, Def, FnId, Program, Ty};
use crate::routes::Inventory;
use crate::source::{FileId, Name, SourceMap};

/// Of more types than this that a setting may belong to, nobody can tell which is meant.
const CANDIDATES: usize = 4;

/// The defaults of settings, by the setting as conditions name it.
#[derive(Debug, Clone, Default)]
pub struct Defaults(BTreeMap<String, BTreeSet<String>>);

impl Defaults {
    /// Adds what other code says.
    pub(super) fn merge(&mut self, other: Defaults) {
        for (setting, values) in other.0 {
            self.0.entry(setting).or_default().extend(values);
        }
    }

    /// A condition with the default of each setting behind it: `a.b (default false)`.
    pub fn beside(&self, condition: &str) -> String {
        let parts = condition.split(" and ").map(|part| match self.of(part) {
            Some(default) => format!("{part} (default {default})"),
            None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join(" and ")
    }

    /// The default of the setting that a part of a condition is about, if there is but one.
    pub fn of(&self, part: &str) -> Option<&str> {
        let values = self.0.get(setting_of(part))?;
        let first = values.first().filter(|_| values.len() == 1);
        first.map(String::as_str)
    }
}

/// Looks up the settings that verdicts and layers hang on.
pub(super) fn defaults(
    program: &Program,
    sources: &SourceMap,
    text_files: &[FileId],
    inventory: &Inventory,
) -> Defaults {
    let mut settings: BTreeSet<&str> = BTreeSet::new();
    for endpoint in &inventory.endpoints {
        let of_verdicts = endpoint.protections.named();
        let of_verdicts = of_verdicts
            .iter()
            .filter_map(|it| it.1.condition.as_deref());
        let of_layers = endpoint
            .layers
            .iter()
            .filter_map(|it| it.condition.as_deref());
        let conditions = of_verdicts.chain(of_layers).chain(endpoint.cfg.as_deref());
        settings.extend(conditions.flat_map(|it| it.split(" and ")).map(setting_of));
    }
    if settings.is_empty() {
        return Defaults::default();
    }
    let tables = tables(sources, text_files);
    let search = Search { program };
    let found = settings.into_iter().filter_map(|setting| {
        let default = fallback(setting)
            .or_else(|| search.in_code(setting))
            .or_else(|| in_files(&tables, setting))?;
        Some((setting.to_owned(), BTreeSet::from([default])))
    });
    Defaults(found.collect())
}

/// `settings.strict.unwrap_or(false)`.
fn fallback(setting: &str) -> Option<String> {
    let (_, rest) = setting.split_once(".unwrap_or(")?;
    let value = rest.split_once(')')?.0.trim();
    is_plain(value.trim_matches('"')).then(|| value.trim_matches('"').to_owned())
}

/// The names of `settings.registry.auth_required`, whatever stands around them.
fn segments(setting: &str) -> Vec<&str> {
    let setting = setting.trim_start_matches(['!', '(', '*', '&']);
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '.';
    let end = setting.find(|it| !is_part(it)).unwrap_or(setting.len());
    let mut names: Vec<&str> = setting[..end]
        .split('.')
        .filter(|it| !it.is_empty())
        .collect();
    // What is called is no setting.
    if setting[end..].starts_with('(') {
        names.pop();
    }
    names
}

/// Values that are shown: words and numbers, nothing that might be a secret.
fn is_plain(value: &str) -> bool {
    let is_word = |it: char| it.is_ascii_alphanumeric() || "_-.:".contains(it);
    !value.is_empty() && value.len() <= 20 && value.chars().all(is_word)
}

struct Search<'a> {
    program: &'a Program,
}

impl Search<'_> {
    fn in_code(&self, setting: &str) -> Option<String> {
        let names = segments(setting);
        let [root, .., last] = names.as_slice() else {
            return None;
        };
        let mut owners = self.forwards(root, &names[1..]);
        if owners.is_empty() {
            owners = self.backwards(&names, last);
        }
        if owners.len() > CANDIDATES {
            return None;
        }
        let mut found = owners.into_iter().map(|adt| self.of_field(adt, last));
        let first = found.next()??;
        found.all(|it| it.as_ref() == Some(&first)).then_some(first)
    }

    /// The type that the last field belongs to, from a type with the name of the root on.
    fn forwards(&self, root: &str, fields: &[&str]) -> Vec<AdtId> {
        let mut owners: Vec<AdtId> = self
            .adts()
            .filter(|id| self.program[*id].name == root)
            .collect();
        let Some((_, way)) = fields.split_last() else {
            return Vec::new();
        };
        for name in way {
            let step = |adt: &AdtId| {
                let field = self.field(*adt, name)?;
                self.inner_adt(&self.program.field_ty(*adt, field), 0)
            };
            owners = owners.iter().filter_map(step).collect();
            owners.sort();
            owners.dedup();
        }
        owners
    }

    /// Types with the last field that are the type of a field with the name before it; of a
    /// variable and one field, types whose name has the variable's in it.
    fn backwards(&self, names: &[&str], last: &str) -> Vec<AdtId> {
        let before = names[names.len() - 2];
        let with_field = self.adts().filter(|id| self.field(*id, last).is_some());
        let with_field: Vec<AdtId> = with_field.collect();
        if names.len() == 2 {
            let stem = match before {
                "cfg" | "conf" | "config" => "config",
                "self" | "state" => "",
                other => other,
            };
            let is_named = |id: &AdtId| {
                let name = self.program[*id].name.as_str().to_ascii_lowercase();
                name.contains(&stem.replace('_', ""))
            };
            return with_field.into_iter().filter(is_named).collect();
        }
        let mut holders: Vec<AdtId> = Vec::new();
        for adt in self.adts() {
            if let Some(field) = self.field(adt, before) {
                holders.extend(self.inner_adt(&self.program.field_ty(adt, field), 0));
            }
        }
        with_field
            .into_iter()
            .filter(|it| holders.contains(it))
            .collect()
    }

    fn adts(&self) -> impl Iterator<Item = AdtId> + '_ {
        let all = self.program.adts.iter().enumerate();
        all.filter(|(_, def)| !def.is_test)
            .map(|(index, _)| AdtId(index as u32))
    }

    fn field(&self, adt: AdtId, name: &str) -> Option<&Field> {
        self.program[adt].fields().iter().find(|it| it.name == name)
    }

    /// The type of ours in `Arc<Option<T>>`.
    fn inner_adt(&self, ty: &Ty, depth: u32) -> Option<AdtId> {
        match ty {
            Ty::Adt(adt, _) => Some(*adt),
            Ty::Ref(inner) => self.inner_adt(inner, depth + 1),
            Ty::External(_, args) if depth < 6 => {
                args.iter().find_map(|it| self.inner_adt(it, depth + 1))
            }
            _ => None,
        }
    }

    /// What a field is when nobody sets it.
    fn of_field(&self, adt: AdtId, name: &str) -> Option<String> {
        let field = self.field(adt, name)?;
        let def = &self.program[adt];
        let of_type = || self.of_type(&self.program.field_ty(adt, field));
        for meta in metas(&field.attrs, &["arg", "clap", "structopt"]) {
            for key in ["default_value", "default_value_t"] {
                if let Some(entry) = meta.entry(key) {
                    return self.of_meta(def.module, entry);
                }
            }
        }
        for meta in metas(&field.attrs, &["serde"]) {
            if let Some(entry) = meta.entry("default") {
                return match entry.string() {
                    Some(path) => self.of_named_fn(def.module, path),
                    None => of_type(),
                };
            }
        }
        if let Some(found) = self.of_impl(adt, name) {
            return Some(found);
        }
        let of_all = metas(&def.attrs, &["serde"]).find_map(|it| it.entry("default"));
        of_all
            .filter(|it| it.string().is_none())
            .and_then(|_| of_type())
    }

    /// From `impl Default for T { fn default() -> T { T { field: value, .. } } }`.
    fn of_impl(&self, adt: AdtId, name: &str) -> Option<String> {
        let ty = Ty::Adt(adt, [].into());
        let impls = self.program.impls_named(&["Default"], &ty);
        let fns = impls.iter().flat_map(|(id, _)| &self.program[*id].fns);
        let default = fns
            .copied()
            .find(|id| self.program[*id].name == "default")?;
        let key = self.program[default].body?;
        let body = &self.program[key].body;
        let own = self.program[adt].name;
        let values = body.exprs().filter_map(|(_, expr)| match expr {
            Expr::Struct(it)
                if it
                    .path
                    .last()
                    .is_some_and(|last| last == "Self" || last == own) =>
            {
                let fields = it.fields.iter();
                fields
                    .clone()
                    .find(|(field, _)| *field == name)
                    .map(|it| it.1)
            }
            _ => None,
        });
        let values: Vec<ExprId> = values.collect();
        match values.as_slice() {
            [only] => self.of_expr(key, *only, 0),
            _ => None,
        }
    }

    /// A value as it is written; what calls a function of ours has that one's value.
    fn of_expr(&self, key: BodyKey, id: ExprId, depth: u32) -> Option<String> {
        let data = &self.program[key];
        match data.body.expr(id) {
            Expr::Literal(literal) => of_literal(literal),
            Expr::Path(path) => {
                let last = path.last()?.to_string();
                let constant = self.program.resolve_whole(data.module, path);
                let constant = constant.into_iter().find_map(|def| match def {
                    Def::Const(id) => self.program[id].body,
                    _ => None,
                });
                match constant {
                    Some(key) if depth < 4 => {
                        self.of_expr(key, self.program[key].body.root, depth + 1)
                    }
                    // A variant: `Mode::Strict`; a variable says nothing.
                    _ => last.starts_with(char::is_uppercase).then_some(last),
                }
            }
            Expr::MethodCall(call)
                if ["into", "to_string", "to_owned"]
                    .iter()
                    .any(|it| call.name == *it) =>
            {
                self.of_expr(key, call.receiver, depth + 1)
            }
            Expr::Block(block) if block.stmts.is_empty() => {
                self.of_expr(key, block.tail?, depth + 1)
            }
            Expr::Call { callee, args } => {
                let Expr::Path(path) = data.body.expr(*callee) else {
                    return None;
                };
                if let ("Some" | "from", [only]) = (path.last()?.as_str(), &**args) {
                    return self.of_expr(key, *only, depth + 1);
                }
                let found = self.program.resolve_whole(data.module, path);
                let found = found.into_iter().find_map(|def| match def {
                    Def::Fn(id) => Some(id),
                    _ => None,
                });
                self.of_fn(found.filter(|_| args.is_empty() && depth < 4)?, depth + 1)
            }
            _ => None,
        }
    }

    fn of_fn(&self, id: FnId, depth: u32) -> Option<String> {
        let key = self.program[id].body?;
        self.of_expr(key, self.program[key].body.root, depth)
    }

    /// `default = "path::to::function"`.
    fn of_named_fn(&self, module: crate::program::ModuleId, path: &str) -> Option<String> {
        let names: Vec<Name> = path.split("::").map(Name::new).collect();
        let found = self.program.resolve_names(module, &names, false);
        let found = found.into_iter().filter(|it| it.used == names.len());
        found.into_iter().find_map(|it| match it.def {
            Def::Fn(id) => self.of_fn(id, 0),
            _ => None,
        })
    }

    fn of_meta(&self, module: crate::program::ModuleId, meta: &Meta) -> Option<String> {
        match &meta.value {
            MetaValue::Literal(literal) => of_literal(literal),
            MetaValue::Expr(text) => {
                let last = text.rsplit("::").next()?.trim();
                if let Some(call) = text.strip_suffix("()") {
                    return self.of_named_fn(module, call.trim());
                }
                (last.starts_with(char::is_uppercase) && is_plain(last)).then(|| last.to_owned())
            }
            _ => None,
        }
    }

    /// What `Default::default()` of a type is.
    fn of_type(&self, ty: &Ty) -> Option<String> {
        match ty {
            Ty::Primitive(name) => match name.as_str() {
                "bool" => Some("false".to_owned()),
                "f32" | "f64" | "char" | "str" => None,
                _ => Some("0".to_owned()),
            },
            Ty::External(path, _) if path.as_str().ends_with("option::Option") => {
                Some("None".to_owned())
            }
            _ => None,
        }
    }
}

fn metas<'a>(attrs: &'a [Attr], names: &'a [&'a str]) -> impl Iterator<Item = &'a Meta> {
    let all = attrs.iter().map(|it| &it.meta);
    all.filter(|meta| names.iter().any(|name| meta.is(name)))
}

fn of_literal(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Bool(value) => Some(value.to_string()),
        Literal::Int(value) => value.map(|it| it.to_string()),
        Literal::Str(text) if is_plain(text) => Some(text.to_string()),
        _ => None,
    }
}

/// The settings files that can be read.
fn tables(sources: &SourceMap, text_files: &[FileId]) -> Vec<toml::Table> {
    let files = text_files.iter().map(|file| sources.file(*file));
    let of_settings = files.filter(|file| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        name.ends_with(".toml") && !matches!(name, "Cargo.toml" | "moat.toml")
    });
    of_settings
        .filter_map(|file| file.text().parse().ok())
        .collect()
}

/// The value in settings files; in several, if they agree.
fn in_files(tables: &[toml::Table], setting: &str) -> Option<String> {
    let names = segments(setting);
    let keys = names.get(1..).filter(|it| !it.is_empty())?;
    // The first names may be those of structs that the file does not repeat.
    let shortest = if keys.len() > 1 { 2 } else { 1 };
    let mut found: BTreeSet<String> = BTreeSet::new();
    for table in tables {
        let suffixes = (0..=keys.len() - shortest).map(|from| &keys[from..]);
        found.extend(suffixes.filter_map(|it| value_at(table, it)).next());
    }
    let first = found.pop_first()?;
    found.is_empty().then_some(first)
}

fn value_at(table: &toml::Table, keys: &[&str]) -> Option<String> {
    let (last, way) = keys.split_last()?;
    let mut table = table;
    for key in way {
        table = table.get(*key)?.as_table()?;
    }
    match table.get(*last)? {
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Integer(value) => Some(value.to_string()),
        toml::Value::String(value) if is_plain(value) => Some(value.clone()),
        _ => None,
    }
}
