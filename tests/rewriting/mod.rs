//! Rewritings of a source that change nothing about what it does, by byte ranges.
//!
//! Each takes the text of a crate of one file and gives the files of the same crate, written otherwise;
//! `None` where there is nothing to rewrite, or where it cannot be told that it would be the same.

mod locals;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use syn::spanned::Spanned as _;
use syn::{Item, UseTree};
use tokens::{Word, words};

/// The path of a file within the crate, and its text.
pub(crate) type Files = Vec<(&'static str, String)>;

/// A rewriting.
pub(crate) type Rewrite = fn(&str) -> Option<Files>;

/// All of them, by name.
pub(crate) const ALL: [(&str, Rewrite); 7] = [
    ("alias an import", alias_imports),
    ("reorder items", reorder_items),
    ("move to another module", move_to_module),
    ("rename a variable", locals::rename),
    ("wrap in a closure", locals::wrap_in_closures),
    ("inline a variable", locals::inline),
    ("extract a function", locals::extract_functions),
];

/// Where what is to be replaced stands, and by what.
type Edits = BTreeMap<usize, (Range<usize>, String)>;

/// The text with the edits, which do not overlap; `None` without any.
fn edited(text: &str, edits: &Edits) -> Option<Files> {
    if edits.is_empty() {
        return None;
    }
    let mut written = String::new();
    let mut at = 0;
    for (range, new) in edits.values() {
        written.push_str(text.get(at..range.start)?);
        written.push_str(new);
        at = range.end;
    }
    written.push_str(&text[at..]);
    Some(vec![("src/main.rs", written)])
}

/// `use axum::Json;` -> `use axum::Json as JsonAliased;`, wherever it is used.
fn alias_imports(text: &str) -> Option<Files> {
    let file = syn::parse_file(text).ok()?;
    let mut leaves = Vec::new();
    let mut uses = Vec::new();
    for item in &file.items {
        if let Item::Use(item) = item {
            uses.push(item.span().byte_range());
            leaves_of(&item.tree, &mut leaves);
        }
    }
    let all = words(text)?;
    // What attributes and macros name, and what is named twice, stays as it is.
    let is_left = |name: &str| {
        let same = || all.iter().filter(move |it| it.text == name);
        let is_imported = |it: &Word| uses.iter().any(|range| range.contains(&it.range.start));
        same().any(|it| it.in_attribute || it.before == Some('.') || it.is_called_macro)
            || same().any(|it| it.after_path && !is_imported(it))
            || leaves.iter().filter(|(leaf, _)| leaf == name).count() != 1
    };
    let mut edits = Edits::new();
    for (name, range) in &leaves {
        let is_type = name.starts_with(|c: char| c.is_ascii_uppercase());
        if !is_type || is_left(name) {
            continue;
        }
        edits.insert(
            range.start,
            (range.clone(), format!("{name} as {name}Aliased")),
        );
        for word in all.iter().filter(|it| it.text == *name) {
            if !uses.iter().any(|range| range.contains(&word.range.start)) {
                edits.insert(
                    word.range.start,
                    (word.range.clone(), format!("{name}Aliased")),
                );
            }
        }
    }
    edited(text, &edits)
}

fn leaves_of(tree: &UseTree, found: &mut Vec<(String, Range<usize>)>) {
    match tree {
        UseTree::Path(path) => leaves_of(&path.tree, found),
        UseTree::Name(name) => found.push((name.ident.to_string(), name.ident.span().byte_range())),
        UseTree::Group(group) => group.items.iter().for_each(|it| leaves_of(it, found)),
        _ => {}
    }
}

/// The items from the last to the first.
fn reorder_items(text: &str) -> Option<Files> {
    let file = syn::parse_file(text).ok()?;
    // Macros have to stand before their calls, and what stands before all items is about them all.
    let is_fixed = |it: &Item| matches!(it, Item::Macro(_));
    if file.items.len() < 3 || file.items.iter().any(is_fixed) || !file.attrs.iter().all(is_doc) {
        return None;
    }
    let items = file
        .items
        .iter()
        .rev()
        .map(|it| &text[it.span().byte_range()]);
    let written = items.collect::<Vec<_>>().join("\n\n");
    Some(vec![("src/main.rs", written)])
}

fn is_doc(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("doc")
}

/// All that there is, in a module of its own.
fn move_to_module(text: &str) -> Option<Files> {
    let file = syn::parse_file(text).ok()?;
    if !file.attrs.iter().all(is_doc) || text.contains("crate::") || text.contains("$crate") {
        return None;
    }
    let main = file.items.iter().find_map(|it| match it {
        Item::Fn(item) if item.sig.ident == "main" => Some(item),
        _ => None,
    })?;
    let start = main.sig.span().byte_range().start;
    let moved = format!("{}pub {}", &text[..start], &text[start..]);
    let main = String::from("mod moved;\n\nfn main() {\n    moved::main();\n}\n");
    Some(vec![("src/main.rs", main), ("src/moved.rs", moved)])
}

/// The names in braces of texts, which macros of the `format!` family take out of the scope.
fn captured(text: &str) -> BTreeSet<String> {
    let parts = text.split('{').skip(1);
    let names = parts.map(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_').next());
    names
        .flatten()
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}
