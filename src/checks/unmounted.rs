//! The check `unmounted-middleware`: middleware that refuses is written, and guards nothing.
//!
//! Parameters: `next`, the types by which a parameter makes a function middleware; `refusals`, names that are mentioned by
//! what refuses.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::middleware::is_middleware;
use super::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::Mention;
use crate::facts::item::Visibility;
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner, Container, CrateId, FnId};
use crate::routes::purpose::words;
use crate::workspace::TargetKind;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Params {
    next: Vec<String>,
    refusals: Vec<String>,
    subjects: Vec<String>,
}

/// Finds middleware that nobody mounts.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for (id, def) in cx.program.fn_ids() {
        let Some(key) = def.body else { continue };
        if def.container != Container::Module
            || !is_middleware(cx, &params.next, id)
            || !cx.is_live(key)
        {
            continue;
        }
        let mentions = cx.program[key].body.mentions();
        let refuses = params.refusals.iter().any(|it| {
            [
                Mention::Bare,
                Mention::InType,
                Mention::InModule,
                Mention::Member,
            ]
            .iter()
            .any(|how| mentions.has(*how, it))
        });
        let named = words(def.name.as_str());
        let is_named = params.subjects.iter().any(|it| named.contains(it));
        if !(refuses && is_named) || is_for_others(cx, id) || is_used(cx, id) {
            continue;
        }
        let title = format!("the middleware `{}` guards nothing", def.name);
        let key = format!("{} {}", meta.id, cx.program.fn_path(id));
        let primary = Label::new(def.name_span(), "no router has it as a layer");
        found.push(
            Diagnostic::new(&meta, title, primary, key)
                .with_note("it refuses requests, and no code of the program names it")
                .with_help("mount it on the router that it is meant for, or delete it"),
        );
    }
    found
}

/// Whether it is there for programs that are not in sight: in a library that no program of the workspace uses.
fn is_for_others(cx: &Context<'_>, id: FnId) -> bool {
    let def = &cx.program[id];
    let at = cx.program[def.module].krate;
    let krate = &cx.program[at];
    let is_public = def.visibility == Visibility::Public;
    if !is_public || krate.kind != TargetKind::Lib || krate.package.is_none() {
        return false;
    }
    let is_program = |it: CrateId| cx.program[it].kind == TargetKind::Bin;
    let uses = cx.program.extern_crates.iter();
    let mut uses = uses.map(|((by, _), roots)| is_program(*by) && roots.contains(&krate.root));
    !uses.any(|it| it)
}

/// Whether any code may name it: a body that mentions it, or all of a crate that others use.
fn is_used(cx: &Context<'_>, id: FnId) -> bool {
    let def = &cx.program[id];
    let hashes: FxHashSet<u16> = cx.program.hashes_of_fn(id).collect();
    let own = def.body;
    let names = cx.program.spelled(def.name);
    // Of a body in which a macro was expanded, only the text says what it mentions.
    let names_it = |key: &BodyKey| {
        let data = &cx.program[*key];
        let text = || cx.sources.slice(data.body.range.in_file(data.file));
        !data.body.is_expanded() || names.iter().any(|it| text().contains(it.as_str()))
    };
    let mut bodies = cx.program.mentioning(&hashes).into_iter();
    if bodies.any(|it| Some(it) != own && !is_only_test(cx, it) && names_it(&it)) {
        return true;
    }
    // A macro may name it.
    cx.program.macros.iter().any(|it| {
        let text = match &it.inline {
            Some(text) => text.to_string(),
            None => cx.sources.slice(it.rules.in_file(it.file)).to_owned(),
        };
        names.iter().any(|it| text.contains(it.as_str()))
    })
}

fn is_only_test(cx: &Context<'_>, key: BodyKey) -> bool {
    match cx.program[key].owner {
        BodyOwner::Fn(id) => cx.program[id].is_test,
        BodyOwner::Const(id) => cx.program[id].is_test,
    }
}
