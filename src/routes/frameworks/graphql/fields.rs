//! The fields of a schema's root types: which functions answer them, and what clients call them.

use std::sync::Arc;

use super::mounts::Schema;
use super::{JUNIPER, Kind};
use crate::facts::body::Literal;
use crate::facts::{Attr, Meta, MetaValue};
use crate::program::ty::TyScope;
use crate::program::{AdtId, Def, FnId, ImplId, ModuleId, Program, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::type_name;
use crate::routes::value::Types;
use crate::source::{Name, Span};

/// Types that are merged into each other more deeply than this are not followed.
const MAX_DEPTH: u32 = 8;

/// A field of a root type.
pub(super) struct Field {
    /// What clients call it.
    pub(super) name: String,
    /// What answers.
    pub(super) handler: HandlerTarget,
    /// That as reports show it, if it is no function.
    pub(super) shown: Option<String>,
    /// What the type parameters of that function stand for.
    pub(super) types: Types,
    /// Where it is declared.
    pub(super) span: Span,
}

/// The fields that were found, and why others were not.
#[derive(Default)]
pub(super) struct Found {
    pub(super) fields: Vec<Field>,
    pub(super) lost: Vec<String>,
}

/// The fields of one of a schema's root types.
pub(super) fn of_root(program: &Program, schema: &Schema, kind: Kind) -> Found {
    let mut search = Search {
        program,
        is_juniper: schema.framework == JUNIPER,
        kind,
        found: Found::default(),
    };
    let root = match kind {
        Kind::Query => &schema.query,
        Kind::Mutation => &schema.mutation,
        Kind::Subscription => &schema.subscription,
    };
    search.add_type(root, 0);
    search.found
}

struct Search<'a> {
    program: &'a Program,
    is_juniper: bool,
    kind: Kind,
    found: Found,
}

impl Search<'_> {
    fn add_type(&mut self, ty: &Ty, depth: u32) {
        if depth > MAX_DEPTH {
            return self.lose("fields are merged too deeply");
        }
        match ty.peel_refs() {
            Ty::Adt(adt, args) => {
                let args = args.clone();
                self.add_adt(*adt, &args, depth);
            }
            Ty::External(path, args) => {
                let name = path.as_str().rsplit("::").next().unwrap_or_default();
                match name {
                    "EmptyMutation" | "EmptySubscription" | "MergedObjectTail" => {}
                    "MergedObject" | "Box" | "Arc" => {
                        args.iter().for_each(|it| self.add_type(it, depth + 1));
                    }
                    _ => {
                        let name = type_name(self.program, ty);
                        self.lose(&format!("the fields of `{name}` are not in this program"));
                    }
                }
            }
            _ => {
                let kind = self.kind.as_str();
                self.lose(&format!(
                    "the type of the schema's root of {kind} fields could not be followed"
                ));
            }
        }
    }

    fn lose(&mut self, reason: &str) {
        self.found.lost.push(reason.to_owned());
    }

    fn add_adt(&mut self, adt: AdtId, args: &Arc<[Ty]>, depth: u32) {
        let program = self.program;
        let def = &program[adt];
        let before = self.found.fields.len();
        let lost = self.found.lost.len();
        if self.derives(adt, &["MergedObject", "MergedSubscription"]) {
            let scope = scope_of(program, adt, args);
            for field in def.fields() {
                let ty = program.lower_ty(&scope, &field.ty);
                self.add_type(&ty, depth + 1);
            }
        }
        if self.derives(adt, &["SimpleObject", "GraphQLObject"]) {
            self.add_data(adt);
        }
        for id in program.impls_for(adt) {
            if let Some(attr) = self.describes(*id) {
                let attr = attr.clone();
                self.add_impl(*id, &attr, depth);
            }
        }
        if self.found.fields.len() == before && self.found.lost.len() == lost {
            let name = def.name;
            self.lose(&format!("no fields of `{name}` were found"));
        }
    }

    /// The fields of a root that are plain data: nothing is run for them.
    fn add_data(&mut self, adt: AdtId) {
        let def = &self.program[adt];
        for field in def.fields() {
            let own = own_list(&field.attrs);
            if is_skipped(&own) {
                continue;
            }
            let name = named(&own).unwrap_or_else(|| camel(field.name.as_str()));
            let shown = format!("{}.{}", def.name, field.name);
            self.found.fields.push(Field {
                name,
                handler: HandlerTarget::Unknown,
                shown: Some(shown),
                types: Types::default(),
                span: field.range.in_file(def.file),
            });
        }
    }

    fn add_impl(&mut self, id: ImplId, attr: &Attr, depth: u32) {
        let def = &self.program[id];
        let mut of_all: Vec<Meta> = attr.meta.list().to_vec();
        if self.is_juniper {
            of_all.extend(own_list(&def.attrs));
        }
        let rule = ["rename_fields", "rename_all"]
            .iter()
            .find_map(|it| entry(&of_all, it)?.string());
        let rule = rule.map(str::to_owned);
        for function in def.fns.clone() {
            self.add_function(function, rule.as_deref(), depth);
        }
    }

    fn add_function(&mut self, id: FnId, rule: Option<&str>, depth: u32) {
        let def = &self.program[id];
        let own = own_list(&def.attrs);
        if is_skipped(&own) || def.is_test {
            return;
        }
        // Its fields stand in its own place.
        if is_set(&own, "flatten") {
            let given = match self.program.fn_return(id) {
                Ty::Future(inner) => (*inner).clone(),
                other => other,
            };
            let given = given.success().unwrap_or(given);
            return self.add_type(&given, depth + 1);
        }
        let written = def.name.as_str().trim_start_matches("r#");
        let name = named(&own).unwrap_or_else(|| renamed(written, rule));
        // Federation asks for entities by their keys, in a field of its own.
        let name = match is_set(&own, "entity") {
            true => format!("_entities.{name}"),
            false => name,
        };
        self.found.fields.push(Field {
            name,
            handler: HandlerTarget::Fn(id),
            shown: None,
            types: Types::default(),
            span: def.name_span(),
        });
    }

    /// The attribute that makes an impl one of an object's fields.
    fn describes(&self, id: ImplId) -> Option<&Attr> {
        let def = &self.program[id];
        let wanted: &[&str] = match self.is_juniper {
            true => &["graphql_object", "graphql_subscription"],
            false => &["Object", "ComplexObject", "Subscription"],
        };
        let mut attrs = def.attrs.iter();
        attrs.find(|attr| self.leads_to(def.module, &attr.meta.path, wanted))
    }

    fn derives(&self, adt: AdtId, wanted: &[&str]) -> bool {
        let def = &self.program[adt];
        let derives = def.attrs.iter().filter(|it| it.meta.is("derive"));
        let mut derived = derives.flat_map(|it| it.meta.list());
        derived.any(|it| self.leads_to(def.module, &it.path, wanted))
    }

    /// Whether a path leads to one of these macros of the libraries.
    fn leads_to(&self, module: ModuleId, path: &[Name], wanted: &[&str]) -> bool {
        if path.is_empty() {
            return false;
        }
        let found = self.program.resolve_names(module, path, false);
        found.iter().any(|it| match it.def {
            Def::External(name) => {
                let name = self.program.models.canonical(name.as_str());
                let (krate, last) = name.as_str().split_once("::").unwrap_or_default();
                matches!(
                    krate,
                    "async_graphql" | "async_graphql_derive" | "juniper" | "juniper_codegen"
                ) && wanted.contains(&last)
            }
            _ => false,
        })
    }
}

/// Where the types of a struct's fields are looked up.
fn scope_of<'p>(program: &'p Program, adt: AdtId, args: &Arc<[Ty]>) -> TyScope<'p> {
    let def = &program[adt];
    let params = def.generics.params.iter().map(|it| it.name);
    TyScope {
        subst: params.zip(args.iter().cloned()).collect(),
        ..TyScope::of(def.module, &def.generics)
    }
}

/// What the attributes `#[graphql(..)]` say.
fn own_list(attrs: &[Attr]) -> Vec<Meta> {
    let own = attrs.iter().filter(|it| it.meta.is("graphql"));
    own.flat_map(|it| it.meta.list().iter().cloned()).collect()
}

fn entry<'m>(list: &'m [Meta], name: &str) -> Option<&'m Meta> {
    list.iter().find(|it| it.is(name))
}

/// Whether a switch is there, and not set to `false`.
fn is_set(list: &[Meta], name: &str) -> bool {
    entry(list, name)
        .is_some_and(|it| !matches!(it.value, MetaValue::Literal(Literal::Bool(false))))
}

fn is_skipped(list: &[Meta]) -> bool {
    ["skip", "skip_output", "ignore"]
        .iter()
        .any(|it| is_set(list, it))
}

fn named(list: &[Meta]) -> Option<String> {
    entry(list, "name")
        .and_then(Meta::string)
        .map(str::to_owned)
}

/// What a function is called by clients, by the rule of its type.
fn renamed(name: &str, rule: Option<&str>) -> String {
    match rule {
        Some("none" | "snake_case") => name.to_owned(),
        Some("lowercase") => name.to_lowercase(),
        Some("UPPERCASE" | "SCREAMING_SNAKE_CASE") => name.to_uppercase(),
        Some("PascalCase") => crate::program::protos::upper_camel(name),
        _ => camel(name),
    }
}

/// `user_by_id` as `userById`.
fn camel(name: &str) -> String {
    let mut parts = name.split('_').filter(|it| !it.is_empty());
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut made, part| {
        let mut letters = part.chars();
        made.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        made.push_str(letters.as_str());
        made
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_clients_use() {
        for (name, rule, expected) in [
            ("user_by_id", None, "userById"),
            ("me", None, "me"),
            ("add_2_numbers", None, "add2Numbers"),
            ("delete_all", Some("none"), "delete_all"),
            ("delete_all", Some("PascalCase"), "DeleteAll"),
            ("delete_all", Some("SCREAMING_SNAKE_CASE"), "DELETE_ALL"),
        ] {
            assert_eq!(renamed(name, rule), expected, "{name} {rule:?}");
        }
    }
}
