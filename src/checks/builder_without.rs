//! The check `builder-without`: something is built without what bounds it.
//!
//! Parameters: `builds`, the functions that begin to build it; `needs`, methods of which one must be called; `title`, what is
//! wrong; `label`, for the place; `remedy`.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::{Expr, Mention};
use crate::lints::Lint;
use crate::source::Name;
use crate::values::Callee;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Params {
    builds: Vec<String>,
    needs: Vec<String>,
    title: String,
    label: String,
    remedy: String,
}

/// Finds what is built without bounds: where neither the function that begins nor, if that hands the builder
/// on, any other of the program sets one.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let paths: Vec<&str> = params.builds.iter().map(String::as_str).collect();
    let wanted: FxHashSet<Name> = paths.iter().map(|it| Name::new(it)).collect();
    let bodies = cx
        .program
        .using(paths, false, |path| wanted.contains(&path));
    let mut found = Vec::new();
    for key in bodies.into_iter().filter(|it| cx.is_live(*it)) {
        let data = &cx.program[key];
        let mentions = data.body.mentions();
        let mut needs = params.needs.iter();
        if needs.any(|it| mentions.has(Mention::Member, it)) || is_set_elsewhere(cx, &params) {
            continue;
        }
        let typing = cx.values.typing(key);
        let begins = data.body.exprs().find_map(|(id, expr)| {
            let is_it = typing.callees(id).iter().any(|it| match it {
                Callee::External(path) => wanted.contains(path),
                _ => false,
            });
            match expr {
                Expr::Call { callee, .. } if is_it => Some(*callee),
                _ => None,
            }
        });
        let Some(callee) = begins else { continue };
        let place = data.body.expr_range(callee).in_file(data.file);
        let key = format!("{} {}", meta.id, cx.sources.path(data.file));
        let primary = Label::new(place, params.label.clone());
        found.push(
            Diagnostic::new(&meta, params.title.clone(), primary, key)
                .with_note(format!("looked for `{}`", params.needs.join("`, `")))
                .with_help(params.remedy.clone()),
        );
    }
    found
}

/// Whether other code of the program calls a method of such a name: it may be handed the builder.
fn is_set_elsewhere(cx: &Context<'_>, params: &Params) -> bool {
    let hashes: FxHashSet<u16> = params
        .needs
        .iter()
        .map(|it| crate::facts::mentions::hash(Mention::Member, it))
        .collect();
    let bodies = cx.program.mentioning(&hashes);
    let mut bodies = bodies.into_iter().filter(|it| cx.is_live(*it));
    bodies.any(|key| {
        cx.program[key].body.exprs().any(|(_, expr)| match expr {
            Expr::MethodCall(call) => params.needs.iter().any(|it| call.name == **it),
            _ => false,
        })
    })
}
