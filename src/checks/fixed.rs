//! The check `fixed-value`: what must be secret, or another one each time, and stands in the source.
//!
//! Parameters: `of`, which arguments of functions are meant: `key` or `nonce`, as the models say; `remedy`.
//! Bytes are followed back through variables that do not change, constants and functions without parameters,
//! of any file.

use rayon::prelude::*;

use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::Literal;
use crate::facts::{Body, Expr, ExprId, Pat};
use crate::lints::Lint;
use crate::models::{Function, Hazard, HazardKind};
use crate::program::{BodyKey, BodyOwner};
use crate::source::{Name, Span};
use crate::values::Callee;
use crate::values::making::Place;

/// How far a value is followed.
const MAX_DEPTH: u32 = 10;
/// A text of no more bytes than this says what something is for.
const MIN_LEN: usize = 4;

/// Which arguments are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Key,
    Nonce,
}

impl Of {
    fn argument(self, model: &Function) -> Option<u32> {
        match self {
            Of::Key => model.secret,
            Of::Nonce => model.nonce,
        }
    }
}

/// Finds keys or nonces that are always the same.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let param = |name: &str| {
        let value = lint.check.params.get(name);
        value.and_then(toml::Value::as_str).unwrap_or_default()
    };
    let of = match param("of") {
        "nonce" => Of::Nonce,
        _ => Of::Key,
    };
    let program = cx.program;
    let is_meant = |it: &Function| of.argument(it).is_some();
    let mut functions = program.models.functions_of(program.crates_used(), is_meant);
    if of == Of::Nonce {
        let encrypting = |it: &Hazard| it.kind == HazardKind::ReusedNonce;
        functions.extend(program.models.hazards_of(program.crates_used(), encrypting));
    }
    let paths = functions.iter().map(|it| it.as_str());
    let mut bodies = program.using(paths, true, |it| functions.contains(&it));
    bodies.retain(|it| cx.is_live(*it));
    let found = bodies.par_iter().flat_map_iter(|key| used(cx, of, *key));
    let mut found: Vec<Use> = found.collect();
    found.sort_by_key(|it| (it.written, it.span));
    found.dedup_by_key(|it| it.written);
    found.retain(|it| of == Of::Nonce || !is_told(cx, it.written) && !is_beside(cx, it));
    let remedy = param("remedy");
    found
        .into_iter()
        .map(|it| it.diagnostic(cx, lint, of, remedy))
        .collect()
}

/// A fixed value that is used.
struct Use {
    /// The argument.
    span: Span,
    /// Where the value is written.
    written: Span,
    call: Name,
    key: BodyKey,
}

impl Use {
    fn diagnostic(self, cx: &Context<'_>, lint: &Lint, of: Of, remedy: &str) -> Diagnostic {
        let function = match cx.program[self.key].owner {
            BodyOwner::Fn(id) => cx.program.fn_name(id),
            BodyOwner::Const(_) => "a constant".into(),
        };
        let (title, label) = match of {
            Of::Key => (
                format!("`{function}` uses a key that stands in the source"),
                "this key",
            ),
            Of::Nonce => (
                format!("`{function}` uses the same nonce each time"),
                "this never changes",
            ),
        };
        let fingerprint = format!("{}|{function}|{}", lint.id, self.call);
        let mut found = Diagnostic::new(
            &meta(lint),
            title,
            Label::new(self.span, label),
            fingerprint,
        );
        // A key's own line is not shown: what it says is secret.
        match of {
            Of::Key => {
                let path = cx.sources.path(self.written.file);
                let line = cx.sources.position(self.written).line;
                found = found.with_note(format!("it is written in {path}, line {line}"));
            }
            Of::Nonce if self.written != self.span => {
                found = found.with_label(self.written, "written here");
            }
            Of::Nonce => {}
        }
        found.with_help(remedy)
    }
}

/// Whether a value stands on the line of its use, where showing the one would show the other.
fn is_beside(cx: &Context<'_>, it: &Use) -> bool {
    let line = |span: Span| cx.sources.position(span).line;
    it.span.file == it.written.file && line(it.span) == line(it.written)
}

/// Whether `hardcoded-secret` speaks of a place.
fn is_told(cx: &Context<'_>, written: Span) -> bool {
    cx.secrets.iter().any(|(file, found)| {
        *file == written.file && found.iter().any(|it| overlap(it.range, written.range))
    })
}

fn overlap(one: crate::source::TextRange, other: crate::source::TextRange) -> bool {
    one.start < other.end && other.start < one.end
}

fn used(cx: &Context<'_>, of: Of, key: BodyKey) -> Vec<Use> {
    let data = &cx.program[key];
    let typing = cx.values.typing(key);
    let mut found = Vec::new();
    for (id, expr) in data.body.exprs() {
        let args = match expr {
            Expr::Call { args, .. } => args,
            Expr::MethodCall(call) => &call.args,
            _ => continue,
        };
        let Some(path) = typing.external(id) else {
            continue;
        };
        let model = cx.program.models.function(path);
        let at = model.and_then(|it| of.argument(it));
        let at = at.or_else(|| encrypts_under(cx, of, path));
        let Some(arg) = at.and_then(|it| args.get(it as usize)) else {
            continue;
        };
        if let Some((key_of, written)) = fixed(cx, key, *arg, 0)
            && (of == Of::Nonce || is_for_us(cx, key, (key_of, written)))
        {
            let span = |key: BodyKey, id: ExprId| {
                let data = &cx.program[key];
                data.body.expr_range(id).in_file(data.file)
            };
            found.push(Use {
                span: span(key, *arg),
                written: span(key_of, written),
                call: path,
                key,
            });
        }
    }
    found
}

/// The nonce of a function that encrypts, by what its model says of using one again.
fn encrypts_under(cx: &Context<'_>, of: Of, path: Name) -> Option<u32> {
    let hazards = cx.program.models.hazards(path);
    let mut hazards = hazards.into_iter().filter(|_| of == Of::Nonce);
    let hazard = hazards.find(|it| it.kind == HazardKind::ReusedNonce)?;
    u32::try_from(hazard.argument?).ok()
}

/// Whether a key is none that `hardcoded-secret` judges by how it looks: a text beside its use.
fn is_for_us(cx: &Context<'_>, used: BodyKey, (key, id): (BodyKey, ExprId)) -> bool {
    let is_text = matches!(
        cx.program[key].body.expr(id),
        Expr::Literal(Literal::Str(_) | Literal::Bytes(_))
    );
    !is_text || cx.program[used].file != cx.program[key].file
}

/// Where a value is written that is the same each time.
pub(super) fn written(cx: &Context<'_>, (key, id): Place) -> Option<Place> {
    fixed(cx, key, id, 0)
}

fn fixed(cx: &Context<'_>, key: BodyKey, id: ExprId, depth: u32) -> Option<(BodyKey, ExprId)> {
    if depth > MAX_DEPTH {
        return None;
    }
    let body = &cx.program[key].body;
    let next = |id: ExprId| fixed(cx, key, id, depth + 1);
    match body.expr(id) {
        Expr::Literal(Literal::Bytes(bytes)) if bytes.len() >= MIN_LEN => Some((key, id)),
        Expr::Literal(Literal::Str(text)) if text.len() >= MIN_LEN => Some((key, id)),
        Expr::Array(all) if all.len() >= MIN_LEN => {
            let is_number = |id: &ExprId| matches!(body.expr(*id), Expr::Literal(Literal::Int(_)));
            all.iter().all(is_number).then_some((key, id))
        }
        Expr::Repeat { value, .. } => {
            let is_number = matches!(body.expr(*value), Expr::Literal(Literal::Int(_)));
            is_number.then_some((key, id))
        }
        Expr::Ref { inner, .. }
        | Expr::Unary { inner, .. }
        | Expr::Cast { inner, .. }
        | Expr::Try(inner) => next(*inner),
        Expr::Block(block) if block.stmts.is_empty() => next(block.tail?),
        // A part of it: `&KEY[..16]`.
        Expr::Index { base, index } if is_constant_range(body, *index) => next(*base),
        Expr::MethodCall(call) if call.args.is_empty() || call.name == "expect" => {
            gives_itself(call.name.as_str()).then(|| next(call.receiver))?
        }
        Expr::Call { args, callee } => match (&**args, cx.values.typing(key).callees(id)) {
            // A function that always gives the same.
            ([], [Callee::Fn(candidate)]) => {
                let body = cx.program[candidate.id].body?;
                fixed(cx, body, cx.program[body].body.root, depth + 1)
            }
            (_, [Callee::Fn(_), ..]) => None,
            // `Nonce::default()`: all zeroes.
            ([], [Callee::External(path)]) => {
                let (owner, name) = path.as_str().rsplit_once("::")?;
                let is_bytes = matches!(
                    owner.rsplit("::").next()?,
                    "Nonce" | "XNonce" | "Iv" | "Key" | "GenericArray" | "Array"
                );
                (name == "default" && is_bytes).then_some((key, id))
            }
            ([arg], _) => {
                let Expr::Path(path) = body.expr(*callee) else {
                    return None;
                };
                let name = path.last()?;
                let wraps = matches!(
                    name.as_str(),
                    "from_slice"
                        | "from"
                        | "Some"
                        | "new"
                        | "clone_from_slice"
                        | "from_array"
                        | "try_from"
                );
                wraps.then(|| next(*arg))?
            }
            _ => None,
        },
        Expr::Path(_) => {
            let typing = cx.values.typing(key);
            if let Some(pat) = typing.local(id) {
                // What may change is not fixed.
                let is_fixed = matches!(body.pat(pat), Pat::Bind { mutable: false, .. });
                let init = cx.values.local_init(body, pat).filter(|_| is_fixed);
                return init.and_then(next);
            }
            match typing.defs(id) {
                [Callee::Const(id)] => {
                    let init = cx.program[*id].body?;
                    fixed(cx, init, cx.program[init].body.root, depth + 1)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether an index is a range between numbers that stand there.
fn is_constant_range(body: &Body, index: ExprId) -> bool {
    let is_number = |id: &ExprId| matches!(body.expr(*id), Expr::Literal(Literal::Int(_)));
    match body.expr(index) {
        Expr::Range { start, end, .. } => start.iter().chain(end).all(is_number),
        _ => false,
    }
}

/// Whether a method gives what it is called on, as something else or not.
fn gives_itself(method: &str) -> bool {
    matches!(
        method,
        "into"
            | "as_ref"
            | "as_slice"
            | "as_bytes"
            | "to_vec"
            | "to_owned"
            | "to_string"
            | "clone"
            | "unwrap"
            | "expect"
            | "try_into"
    )
}
