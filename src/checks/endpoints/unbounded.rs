//! The check `unbounded-body`: a framework's limit on bodies is taken away, and none put in its place.

use rustc_hash::FxHashSet;

use super::{Endpoints, Site, count, first_line, list};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta};
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Expr, ExprId, Mention};
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner, FnId};
use crate::routes::HandlerTarget;
use crate::routes::body_limit::NO_LIMIT;
use crate::routes::endpoint::{Evidence, Status};
use crate::routes::frameworks::reads_limited;
use crate::source::{FileId, Name, Span};
use crate::values::number::number;

/// From so many bytes on, a limit on what is kept in memory is none: 1 GiB.
const TOO_MUCH: u128 = 1 << 30;

/// Finds endpoints that read bodies of any size, and settings that allow them.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.of(service);
        let open = sites.iter().filter_map(|it| Some((*it, lifted(cx, it)?)));
        let open: Vec<(&Site<'_>, &Evidence)> = open.collect();
        let mut done: Vec<Place<'_>> = Vec::new();
        for (site, by) in &open {
            let place = Place::of(site, by);
            if done.contains(&place) {
                continue;
            }
            let same = || open.iter().filter(|(it, by)| Place::of(it, by) == place);
            let here: Vec<&Site<'_>> = same().map(|(it, _)| *it).collect();
            let first = same().map(|(_, by)| *by).min_by_key(|by| by.span);
            found.push(by_layer(cx, &meta, service, first.unwrap_or(by), &here));
            done.push(place);
        }
    }
    if !endpoints.all.is_empty() {
        found.extend(settings(cx, &meta));
    }
    found
}

/// What is one mistake: a layer, or the like of it for all services of one function.
#[derive(PartialEq, Eq)]
struct Place<'s> {
    name: &'s str,
    file: FileId,
    function: Option<FnId>,
}

impl<'s> Place<'s> {
    fn of(site: &Site<'_>, by: &'s Evidence) -> Place<'s> {
        Place {
            name: &by.name,
            file: by.span.file,
            function: site.router.function(),
        }
    }
}

/// What takes the limit from an endpoint that reads a body.
fn lifted<'a>(cx: &Context<'_>, site: &Site<'a>) -> Option<&'a Evidence> {
    let endpoint = site.endpoint;
    let limit = &endpoint.protections.body_limit;
    let is_lifted = limit.status == Status::None && limit.value.as_deref() == Some(NO_LIMIT);
    let by = limit.evidence.first().filter(|_| is_lifted)?;
    let reads = reads_limited(cx.values, endpoint.framework, endpoint.handler.target);
    (reads && !counts(cx, site)).then_some(by)
}

/// Whether a handler compares what it has read with something: it may well stop by itself.
fn counts(cx: &Context<'_>, site: &Site<'_>) -> bool {
    let (key, within) = match site.endpoint.handler.target {
        HandlerTarget::Fn(id) => match cx.program[id].body {
            Some(key) => (key, cx.program[key].body.span()),
            None => return false,
        },
        HandlerTarget::Closure(key, expr) => (key, cx.program[key].body.expr_range(expr)),
        HandlerTarget::External(_) | HandlerTarget::Unknown => return false,
    };
    let data = &cx.program[key];
    let mut exprs = data.body.exprs();
    exprs.any(|(id, expr)| {
        let range = data.body.expr_range(id);
        let Expr::Binary { op, .. } = expr else {
            return false;
        };
        let compares = matches!(
            op,
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
        );
        compares && within.contains(range) && {
            let text = cx
                .sources
                .slice(range.in_file(data.file))
                .to_ascii_lowercase();
            SIZES.iter().any(|it| text.contains(it))
        }
    })
}

/// Words for how much was read, or may be.
const SIZES: [&str; 6] = ["len", "size", "total", "bytes", "limit", "max"];

fn by_layer(
    cx: &Context<'_>,
    meta: &LintMeta,
    service: &str,
    by: &Evidence,
    here: &[&Site<'_>],
) -> Diagnostic {
    let title = match here {
        [only] => format!("`{}` reads a body of any size", only.name()),
        _ => format!(
            "{} endpoints of `{service}` read bodies of any size",
            count(here)
        ),
    };
    let first = here
        .first()
        .expect("a finding is about at least one endpoint");
    let primary = Label::new(first_line(cx, by.span), "takes the limit away");
    let key = format!("{} {service} {}", meta.id, first.name());
    let finding = Diagnostic::new(meta, title, primary, key).with_help(
        "set the size that you need, or add a layer that limits the whole body (`RequestBodyLimitLayer` of tower-http)",
    );
    match here {
        [only] => finding
            .with_endpoint(&only.endpoint.method, &only.endpoint.path)
            .with_note("no other layer around it limits the body"),
        _ => finding.with_note(format!(
            "no other layer limits the bodies of {}",
            list(here)
        )),
    }
}

/// The bodies that may call one of these; a method only where its type is named or handed in: the
/// `.limit(..)` of others is that of a query.
fn calling(cx: &Context<'_>, wanted: &FxHashSet<Name>) -> Vec<BodyKey> {
    let owner = |path: &Name| path.as_str().rsplit("::").nth(1).unwrap_or_default();
    let is_type = |path: &&Name| owner(path).starts_with(char::is_uppercase);
    let (methods, functions): (Vec<&Name>, Vec<&Name>) = wanted.iter().partition(is_type);
    let using = |paths: &[&Name], are_methods: bool| {
        let paths = paths.iter().map(|it| it.as_str());
        cx.program
            .using(paths, are_methods, |path| wanted.contains(&path))
    };
    let types: FxHashSet<Name> = methods.iter().map(|it| Name::new(owner(it))).collect();
    let named = types.iter();
    let named = named.flat_map(|it| cx.program.hashes_of(*it, &Mention::IN_PATH));
    let named: FxHashSet<u16> = named.collect();
    let is_handed = |owner: BodyOwner| match owner {
        BodyOwner::Fn(id) => cx.program[id].sig.params.iter().any(|param| {
            let path = param.ty.peel_refs().as_path();
            path.and_then(|it| it.last())
                .is_some_and(|it| types.contains(&it))
        }),
        BodyOwner::Const(_) => false,
    };
    let mut bodies = using(&methods, true);
    bodies.retain(|key| {
        let data = &cx.program[*key];
        data.body.mentions().has_any(&named) || is_handed(data.owner)
    });
    bodies.extend(using(&functions, false));
    bodies.sort_unstable();
    bodies.dedup();
    bodies
}

/// Settings that allow what no memory holds: numbers that are handed to where a limit is set.
fn settings(cx: &Context<'_>, meta: &LintMeta) -> Vec<Diagnostic> {
    let models = cx.program.models;
    let wanted = models.functions_of(cx.program.crates_used(), |it| it.body_limit.is_some());
    let bodies = calling(cx, &wanted);
    let mut found: Vec<Diagnostic> = Vec::new();
    for key in bodies {
        let data = &cx.program[key];
        let is_test = match data.owner {
            BodyOwner::Fn(id) => cx.program[id].is_test && !cx.scope.tests,
            BodyOwner::Const(_) => false,
        };
        if is_test || cx.is_left_out(data.module) {
            continue;
        }
        for (id, expr) in data.body.exprs() {
            let args = expr.args();
            if args.is_empty() {
                continue;
            }
            let typing = cx.values.typing(key);
            let Some(model) = typing.external(id).and_then(|it| models.function(it)) else {
                continue;
            };
            let limit = model.body_limit.and_then(|at| args.get(at as usize));
            let Some(limit) = limit else { continue };
            let number = number(cx.values, cx.sources, (key, *limit));
            if number.is_some_and(|it| it >= TOO_MUCH) && !is_for_files(cx, key, args) {
                let owner = model.path.as_str().rsplit("::").nth(1).unwrap_or_default();
                let span = data.body.expr_range(*limit).in_file(data.file);
                let one = by_setting(cx, meta, owner, span, span_of(cx, key, id));
                // Two programs may share a file.
                if !found.iter().any(|it| it.primary.span == one.primary.span) {
                    found.push(one);
                }
            }
        }
    }
    found
}

/// Whether a limit is, by the name that it is given, for files, which are not kept in memory.
fn is_for_files(cx: &Context<'_>, key: BodyKey, args: &[ExprId]) -> bool {
    let mut texts = args
        .iter()
        .filter_map(|it| match cx.program[key].body.expr(*it) {
            Expr::Literal(Literal::Str(text)) => Some(text),
            _ => None,
        });
    texts.any(|it| it.starts_with("file") || it.starts_with("data-form"))
}

/// A call, from its method's name on.
fn span_of(cx: &Context<'_>, key: BodyKey, id: ExprId) -> Span {
    let data = &cx.program[key];
    let whole = data.body.expr_range(id);
    let range = match data.body.expr(id) {
        Expr::MethodCall(call) => crate::source::TextRange::new(call.name_range.start, whole.end),
        _ => whole,
    };
    range.in_file(data.file)
}

fn by_setting(
    cx: &Context<'_>,
    meta: &LintMeta,
    owner: &str,
    limit: Span,
    call: Span,
) -> Diagnostic {
    let text = cx.sources.slice(limit);
    let title = format!("`{owner}` allows bodies of `{text}` bytes, which limits none");
    let primary = Label::new(first_line(cx, call), "the limit is set here");
    let place = cx.sources.path(call.file);
    let key = format!("{} {owner} {text} {place}", meta.id);
    Diagnostic::new(meta, title, primary, key)
        .with_note("such bodies are read into memory before the handler runs")
        .with_help("set the size that the largest genuine request needs")
}
