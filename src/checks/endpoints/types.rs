//! What types of the program are made for, by what they derive and what their fields say.

use crate::facts::{Attr, Meta};
use crate::program::{AdtId, Def, ModuleId, Program, Ty};
use crate::source::Name;

/// The first of these traits that a type derives, each by its path in its crate (`serde::Serialize`). A derive
/// whose name leads nowhere, as by `#[macro_use]`, counts if the program may use that crate.
pub(super) fn derives<'w>(program: &Program, id: AdtId, wanted: &'w [String]) -> Option<&'w str> {
    let def = &program[id];
    let derived = entries(&def.attrs).into_iter();
    let derived = derived.filter(|it| it.is("derive")).flat_map(Meta::list);
    let mut derived = derived.filter(|it| !it.path.is_empty());
    derived.find_map(|it| {
        wanted
            .iter()
            .find(|path| names(program, def.module, &it.path, path))
            .map(String::as_str)
    })
}

/// Whether what is derived under this path is the trait.
fn names(program: &Program, module: ModuleId, written: &[Name], wanted: &str) -> bool {
    let (Some(krate), Some(last)) = (wanted.split("::").next(), wanted.rsplit("::").next()) else {
        return false;
    };
    let found = program.resolve_names(module, written, false);
    let mut paths = found.iter().filter_map(|it| match it.def {
        Def::External(path) => Some(path),
        _ => None,
    });
    // Crates are cut into several, of which one hands on the others' (`sqlx_core`, `serde_derive`).
    let is_of_crate = |path: Name| {
        let path = path.as_str();
        path.rsplit("::").next() == Some(last)
            && path.split("::").next().is_some_and(|it| {
                it == krate || it.strip_prefix(krate).is_some_and(|it| it.starts_with('_'))
            })
    };
    match found.is_empty() {
        true => written.last().is_some_and(|it| *it == *last) && program.may_use(krate),
        false => paths.any(is_of_crate),
    }
}

/// What attributes say, those behind a `cfg_attr` too.
fn entries(attrs: &[Attr]) -> Vec<&Meta> {
    let mut found = Vec::new();
    for attr in attrs {
        match attr.meta.is("cfg_attr") {
            true => found.extend(attr.meta.list().iter().skip(1)),
            false => found.push(&attr.meta),
        }
    }
    found
}

/// Whether an attribute of serde says one of these things: `#[serde(skip)]`.
pub(super) fn serde_says(attrs: &[Attr], wanted: &[&str]) -> bool {
    entries(attrs)
        .into_iter()
        .filter(|it| it.is("serde"))
        .flat_map(Meta::list)
        .any(|it| wanted.iter().any(|name| it.is(name)))
}

/// The types of the program in what is sent when a value of a type is: behind references, in lists, options,
/// maps and what answers wrap; the error of a `Result` left out.
pub(super) fn held(ty: &Ty, found: &mut Vec<AdtId>) {
    match ty {
        Ty::Adt(id, args) => {
            if !found.contains(id) {
                found.push(*id);
            }
            args.iter().for_each(|it| held(it, found));
        }
        Ty::External(path, args) => {
            let is_result = path.as_str().rsplit("::").next() == Some("Result");
            let shown = if is_result { 1 } else { args.len() };
            args.iter().take(shown).for_each(|it| held(it, found));
        }
        Ty::Ref(inner) | Ty::Slice(inner) | Ty::Future(inner) => held(inner, found),
        Ty::Tuple(all) => all.iter().for_each(|it| held(it, found)),
        _ => {}
    }
}

/// Whether a field holds a text or bytes, as far as its type is written: also in an option.
pub(super) fn is_text(ty: &Ty) -> bool {
    match ty.peel_refs() {
        Ty::Primitive(name) => *name == *"str",
        Ty::Slice(inner) => matches!(&**inner, Ty::Primitive(name) if *name == *"u8"),
        Ty::External(path, args) => match path.as_str() {
            "std::string::String" => true,
            "std::option::Option" | "std::boxed::Box" | "std::sync::Arc" | "std::borrow::Cow" => {
                args.first().is_some_and(is_text)
            }
            "std::vec::Vec" => args.first().is_some_and(|it| {
                is_text(it) || matches!(it, Ty::Primitive(name) if *name == *"u8")
            }),
            _ => false,
        },
        _ => false,
    }
}
