//! Rewritings of what functions keep in variables.

use std::ops::Range;

use syn::spanned::Spanned as _;
use syn::{Block, Expr, ImplItem, Item, Pat, Stmt};

use super::tokens::{Word, words};
use super::{Edits, Files, captured, edited};

/// `let name = value;` at the top of a function's block.
struct Local {
    name: String,
    is_mutable: bool,
    /// What it is bound to.
    value: Range<usize>,
    /// All of it.
    statement: Range<usize>,
    /// The statement behind it, if there is one.
    next: Option<Range<usize>>,
    /// The block.
    block: Range<usize>,
    is_format: bool,
}

/// The variables of all functions, closures and blocks in them aside.
fn locals(text: &str) -> Option<Vec<Local>> {
    let file = syn::parse_file(text).ok()?;
    let mut found = Vec::new();
    for item in &file.items {
        match item {
            Item::Fn(item) => add_locals(&item.block, &mut found),
            Item::Impl(item) => {
                for item in &item.items {
                    if let ImplItem::Fn(item) = item {
                        add_locals(&item.block, &mut found);
                    }
                }
            }
            _ => {}
        }
    }
    Some(found)
}

fn add_locals(block: &Block, found: &mut Vec<Local>) {
    for (at, statement) in block.stmts.iter().enumerate() {
        let Stmt::Local(local) = statement else {
            continue;
        };
        let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init) else {
            continue;
        };
        if init.diverge.is_some() || name.by_ref.is_some() || name.subpat.is_some() {
            continue;
        }
        found.push(Local {
            name: name.ident.to_string(),
            is_mutable: name.mutability.is_some(),
            value: init.expr.span().byte_range(),
            statement: statement.span().byte_range(),
            next: block.stmts.get(at + 1).map(|it| it.span().byte_range()),
            block: block.span().byte_range(),
            is_format: matches!(&*init.expr, Expr::Macro(it) if it.mac.path.is_ident("format")),
        });
    }
}

/// Whether a range lies in another.
fn is_in(one: &Range<usize>, other: &Range<usize>) -> bool {
    other.start <= one.start && one.end <= other.end
}

/// `let name = ..` -> `let name_renamed = ..`, wherever it is used in its function.
pub(super) fn rename(text: &str) -> Option<Files> {
    let all = words(text)?;
    let mut edits = Edits::new();
    for local in locals(text)? {
        // A field of that name may be meant where nothing says so: `Item { name }`.
        let is_other = |it: &Word| {
            it.text == local.name
                && (it.before == Some('.') || it.after == Some(':') || it.after_path || it.leads_on)
        };
        let is_captured = captured(&text[local.block.clone()]).contains(&local.name);
        if all.iter().any(is_other) || is_captured {
            continue;
        }
        for word in all.iter().filter(|it| it.text == local.name) {
            if is_in(&word.range, &local.block) {
                edits.insert(
                    word.range.start,
                    (word.range.clone(), format!("{}_renamed", local.name)),
                );
            }
        }
    }
    edited(text, &edits)
}

/// `let name = value;` -> `let name = (|| value)();`, where nothing leaves the function in between.
pub(super) fn wrap_in_closures(text: &str) -> Option<Files> {
    let mut edits = Edits::new();
    for local in locals(text)? {
        let value = &text[local.value.clone()];
        let leaves = ["?", "await", "return", "break", "continue", "|"];
        if leaves.iter().any(|it| value.contains(it)) || local.is_mutable {
            continue;
        }
        edits.insert(
            local.value.start,
            (local.value.clone(), format!("(|| {value})()")),
        );
    }
    edited(text, &edits)
}

/// `let name = value; use(name);` -> `use((value));`, where it is used once, and in the next statement.
pub(super) fn inline(text: &str) -> Option<Files> {
    let all = words(text)?;
    let mut edits = Edits::new();
    let mut edited_up_to = 0;
    for local in locals(text)? {
        let Some(next) = &local.next else {
            continue;
        };
        let uses = all.iter().filter(|it| {
            it.text == local.name
                && is_in(&it.range, &local.block)
                && it.range.start >= local.statement.end
        });
        let uses: Vec<&Word> = uses.collect();
        let [only] = &*uses else {
            continue;
        };
        let followed = &text[next.clone()];
        let is_captured = captured(&text[local.block.clone()]).contains(&local.name);
        // Neither into closures and loops, nor into what is no expression.
        let is_elsewhere = ["|", "for ", "while ", "loop", "move", "!"]
            .iter()
            .any(|it| followed.contains(it));
        let is_expression = only.before != Some('.') && only.after != Some(':') && !only.after_path;
        let is_alone = local.statement.start >= edited_up_to;
        if !is_in(&only.range, next)
            || is_captured
            || is_elsewhere
            || !is_expression
            || local.is_mutable
            || !is_alone
        {
            continue;
        }
        let value = text[local.value.clone()].to_owned();
        edits.insert(
            local.statement.start,
            (local.statement.clone(), String::new()),
        );
        edits.insert(only.range.start, (only.range.clone(), format!("({value})")));
        edited_up_to = next.end;
    }
    edited(text, &edits)
}

/// `let text = format!("..{name}..");` -> `let text = extracted(&name);`, with a function that does that.
pub(super) fn extract_functions(text: &str) -> Option<Files> {
    let mut edits = Edits::new();
    let mut functions = String::new();
    for (at, local) in locals(text)?.iter().enumerate() {
        let value = &text[local.value.clone()];
        // Only what is captured, and shown as everybody shows it.
        let is_plain =
            value.ends_with("\")") && !value.contains(':') && value.matches('"').count() == 2;
        let names = captured(value);
        if !local.is_format
            || !is_plain
            || names.is_empty()
            || value.contains("{}")
            || names.contains("self")
        {
            continue;
        }
        let params: Vec<String> = names
            .iter()
            .map(|it| format!("{it}: &impl std::fmt::Display"))
            .collect();
        let args: Vec<String> = names.iter().map(|it| format!("&{it}")).collect();
        functions += &format!(
            "\nfn extracted_{at}({}) -> String {{\n    {value}\n}}\n",
            params.join(", ")
        );
        edits.insert(
            local.value.start,
            (
                local.value.clone(),
                format!("extracted_{at}({})", args.join(", ")),
            ),
        );
    }
    let mut files = edited(text, &edits)?;
    files[0].1 += &functions;
    Some(files)
}
