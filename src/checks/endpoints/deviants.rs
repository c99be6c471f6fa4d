//! The check `deviant-endpoint`: nearly all handlers around it ask whether the caller may, and it does not.
//!
//! Neighbours are the handlers of one router, of one file and of one resource that do alike: change something or
//! read. What they have in common is a function of the program that may refuse, and is handed who asks.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::{FxHashMap, FxHashSet};

use super::given::{derived, function, holds, is_asked_about, parameters, principal_at};
use super::{Endpoints, Site, with_evidence};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta};
use crate::facts::{Expr, PatId};
use crate::lints::Lint;
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::Purpose;
use crate::routes::endpoint::Status;
use crate::routes::purpose::words;
use crate::source::{FileId, Name, Span};
use crate::values::Callee;

/// So many handlers must do it for it to be a convention.
const SUPPORT: usize = 5;
/// Of so many neighbours, one may be without it.
const PER_DEVIANT: usize = 7;
/// How many calls deep a deviant is searched for what the others do.
const MAX_DEPTH: u32 = 4;
/// How many functions are looked at for one deviant.
const MAX_FUNCTIONS: usize = 200;

/// Words of functions that decide who may do what.
const DECIDES: [&str; 24] = [
    "check",
    "ensure",
    "require",
    "requires",
    "assert",
    "verify",
    "authorize",
    "authorise",
    "enforce",
    "guard",
    "permission",
    "permissions",
    "permit",
    "permitted",
    "access",
    "allowed",
    "can",
    "may",
    "lacking",
    "forbid",
    "deny",
    "admin",
    "owner",
    "role",
];

/// Words of functions that look at something else.
const OTHERWISE: [&str; 24] = [
    "valid", "validate", "length", "format", "slug", "name", "email", "password", "url", "size",
    "limit", "rate", "config", "schema", "version", "health", "captcha", "token", "exists",
    "unique", "update", "create", "delete", "captchas",
];

/// A handler that asks who it is dealing with.
struct Member<'s, 'a> {
    site: &'s Site<'a>,
    id: FnId,
    key: BodyKey,
    principal: usize,
    /// Which of the functions that decide its body may call: positions in [`Deciders`].
    mentions: Vec<usize>,
}

/// Whom a handler is compared with.
#[derive(PartialEq, Eq, Hash, Clone, Debug)]
enum Around<'s> {
    Resource(&'s str),
    Router(super::router::RouterKey),
    File(FileId),
}

impl Around<'_> {
    fn shown(&self) -> String {
        match self {
            Around::Resource(path) => format!("below `{path}`"),
            Around::Router(_) => "of this router".to_owned(),
            Around::File(_) => "of this file".to_owned(),
        }
    }
}

/// The functions of the program that decide, by name.
pub(super) struct Deciders {
    names: Vec<Name>,
    hashes: Vec<FxHashSet<u16>>,
    ids: Vec<Vec<FnId>>,
}

/// Finds handlers that do not ask what their neighbours ask.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let found = find(cx, endpoints, &cx.meta(lint)).into_iter();
    found.map(|(_, it)| it).collect()
}

/// The same with the handlers: what is found of them here is found by no lint that knows less of them.
pub(super) fn find(
    cx: &Context<'_>,
    endpoints: &Endpoints<'_>,
    meta: &LintMeta,
) -> Vec<(FnId, Diagnostic)> {
    let mut found = Vec::new();
    let mut deciders = None;
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let candidates: Vec<_> = sites
            .iter()
            .copied()
            .filter_map(|it| told(cx, it))
            .collect();
        if candidates.len() <= SUPPORT {
            continue;
        }
        let deciders = deciders.get_or_insert_with(|| Deciders::new(cx));
        let mut members: Vec<Member<'_, '_>> = Vec::new();
        for (site, id, key, principal) in candidates {
            if members.iter().any(|it| it.id == id) {
                continue;
            }
            let mentions = deciders.mentioned(cx, key);
            members.push(Member {
                site,
                id,
                key,
                principal,
                mentions,
            });
        }
        let mut reported: FxHashSet<FnId> = FxHashSet::default();
        for (around, group) in groups(&members) {
            for deviance in deviants(cx, deciders, &group) {
                let Deviance {
                    member,
                    name,
                    having,
                    of,
                } = deviance;
                if !reported.insert(member.id) {
                    continue;
                }
                let site = member.site;
                let title = format!(
                    "`{}` never calls `{name}`, which its siblings do",
                    site.name()
                );
                let place = cx.program[member.id].name_span();
                let primary = Label::new(place, "does not ask whether the caller may");
                let key = format!("{} {} {name}", meta.id, site.name());
                let mut finding = Diagnostic::new(meta, title, primary, key)
                    .with_endpoint(&site.endpoint.method, &site.endpoint.path);
                finding = with_evidence(cx, finding, site, |_| None);
                if let Some(call) = having.first() {
                    finding = finding.with_label(*call, "as here");
                }
                let does = match site.writes_by_method() {
                    true => "change something",
                    false => "read something",
                };
                let share = having.len() * 100 / of;
                let finding = finding
                        .with_note(format!(
                            "{} of the {of} handlers {} that {does} hand who asks to `{name}` ({share}%)",
                            having.len(),
                            around.shown()
                        ))
                        .with_note(format!("neither `{name}` nor another function that decides is called in it, or in what it calls"))
                        .with_help(format!("call `{name}` before the handler does anything, or say in a comment why everybody may"));
                found.push((member.id, finding));
            }
        }
    }
    found
}

/// A handler that asks who it is dealing with, and does something to what an id names.
fn told<'s, 'a>(
    cx: &Context<'_>,
    site: &'s Site<'a>,
) -> Option<(&'s Site<'a>, FnId, BodyKey, usize)> {
    let endpoint = site.endpoint;
    let is_meant = site.purpose == Purpose::Ordinary
        && endpoint.protections.authentication.status == Status::Required
        && endpoint.protections.authorization.status != Status::Required;
    let id = function(site).filter(|_| is_meant)?;
    Some((site, id, cx.program[id].body?, principal_at(cx, site)?))
}

/// The neighbourhoods that are large enough, the narrowest first.
fn groups<'m, 's, 'a>(members: &'m [Member<'s, 'a>]) -> Vec<(Around<'s>, Vec<&'m Member<'s, 'a>>)> {
    let mut groups: Vec<((Around<'s>, bool), Vec<&'m Member<'s, 'a>>)> = Vec::new();
    let mut places: FxHashMap<(Around<'s>, bool), usize> = FxHashMap::default();
    for member in members {
        let endpoint = member.site.endpoint;
        let writes = member.site.writes_by_method();
        let resource = resource(&endpoint.path).map(Around::Resource);
        let file = Around::File(endpoint.handler.span.file);
        let router = Around::Router(member.site.variable.clone());
        for around in resource.into_iter().chain([file, router]) {
            let key = (around, writes);
            let at = *places.entry(key.clone()).or_insert_with(|| {
                groups.push((key, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push(member);
        }
    }
    groups.retain(|(_, it)| it.len() > SUPPORT);
    groups.sort_by_key(|(_, it)| it.len());
    groups
        .into_iter()
        .map(|((around, _), it)| (around, it))
        .collect()
}

/// What stands up to the first parameter of a path.
fn resource(path: &str) -> Option<&str> {
    let at = path.find("/{")?;
    (at > 0).then(|| &path[..at])
}

/// A handler that does not do what its neighbours do.
struct Deviance<'m, 's, 'a> {
    member: &'m Member<'s, 'a>,
    name: Name,
    /// Where the others do it.
    having: Vec<Span>,
    of: usize,
}

fn deviants<'m, 's, 'a>(
    cx: &Context<'_>,
    deciders: &Deciders,
    group: &[&'m Member<'s, 'a>],
) -> Vec<Deviance<'m, 's, 'a>> {
    let mut found = Vec::new();
    for decider in 0..deciders.names.len() {
        let (with, without): (Vec<&'m Member<'s, 'a>>, Vec<&'m Member<'s, 'a>>) = group
            .iter()
            .copied()
            .partition(|it| it.mentions.contains(&decider));
        let is_convention = with.len() >= SUPPORT
            && !without.is_empty()
            && without.len() * PER_DEVIANT <= group.len();
        if !is_convention {
            continue;
        }
        // A name in a body is not yet a call.
        let calls = with.iter().filter_map(|it| deciders.call(cx, it, decider));
        let having: Vec<_> = calls.collect();
        if having.len() < with.len() {
            continue;
        }
        for member in without {
            let asks_otherwise = !member.mentions.is_empty();
            if asks_otherwise
                || is_asked_about(cx, member.id, member.principal)
                || deciders.reaches_any(cx, member.key)
            {
                continue;
            }
            found.push(Deviance {
                member,
                name: deciders.names[decider],
                having: having.clone(),
                of: group.len(),
            });
        }
    }
    found
}

impl Deciders {
    /// Those of the program.
    pub(super) fn new(cx: &Context<'_>) -> Deciders {
        let mut deciders = Deciders {
            names: Vec::new(),
            hashes: Vec::new(),
            ids: Vec::new(),
        };
        let mut known: FxHashMap<Name, usize> = FxHashMap::default();
        for (id, def) in cx.program.fn_ids() {
            if def.is_test || !decides(def.name.as_str()) || !may_refuse(&cx.program.fn_return(id))
            {
                continue;
            }
            let at = *known.entry(def.name).or_insert_with(|| {
                deciders.names.push(def.name);
                deciders.hashes.push(FxHashSet::default());
                deciders.ids.push(Vec::new());
                deciders.names.len() - 1
            });
            deciders.hashes[at].extend(cx.program.hashes_of_fn(id));
            deciders.ids[at].push(id);
        }
        deciders
    }

    fn mentioned(&self, cx: &Context<'_>, key: BodyKey) -> Vec<usize> {
        let mentions = cx.program[key].body.mentions();
        let all = self.hashes.iter().enumerate();
        let all = all.filter(|(_, it)| it.iter().any(|hash| mentions.has_hash(*hash)));
        all.map(|(at, _)| at).collect()
    }

    /// Where a handler hands who asks to one of these functions.
    fn call(&self, cx: &Context<'_>, member: &Member<'_, '_>, decider: usize) -> Option<Span> {
        let data = &cx.program[member.key];
        let typing = cx.values.typing(member.key);
        let given = parameters(cx, member.id);
        let who: Vec<PatId> = given
            .get(member.principal)?
            .binds
            .iter()
            .map(|(pat, _)| *pat)
            .collect();
        let who = derived(&data.body, typing, who);
        data.body.exprs().find_map(|(id, expr)| {
            let is_it = typing.callees(id).iter().any(|it| match it {
                Callee::Fn(to) => self.ids[decider].contains(&to.id),
                _ => false,
            });
            let receiver = match expr {
                Expr::MethodCall(call) => Some(call.receiver),
                Expr::Call { .. } => None,
                _ => return None,
            };
            let mut handed = expr.args().iter().copied().chain(receiver);
            let tells = is_it && handed.any(|it| holds(&data.body, typing, &who, it));
            tells.then(|| data.body.expr_range(id).in_file(data.file))
        })
    }

    /// Whether a body, or what it calls, calls a function that decides.
    pub(super) fn reaches_any(&self, cx: &Context<'_>, key: BodyKey) -> bool {
        let mut visited = FxHashSet::default();
        self.reaches(cx, key, 0, &mut visited)
    }

    fn reaches(
        &self,
        cx: &Context<'_>,
        key: BodyKey,
        depth: u32,
        visited: &mut FxHashSet<BodyKey>,
    ) -> bool {
        if depth > MAX_DEPTH || visited.len() > MAX_FUNCTIONS || !visited.insert(key) {
            return false;
        }
        if !self.mentioned(cx, key).is_empty() {
            return true;
        }
        let typing = cx.values.typing(key);
        typing.all_callees().any(|it| match it {
            Callee::Fn(to) => cx.program[to.id]
                .body
                .is_some_and(|it| self.reaches(cx, it, depth + 1, visited)),
            _ => false,
        })
    }
}

/// Whether a function decides who may do what, by its name.
pub(super) fn decides(name: &str) -> bool {
    static PARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(DECIDES)
            .expect("a few short words")
    });
    if !PARTS.is_match(name) {
        return false;
    }
    let words = words(name);
    let has = |all: &[&str]| words.iter().any(|it| all.contains(&it.as_str()));
    has(&DECIDES) && !has(&OTHERWISE)
}

/// Whether what a function returns can say no.
pub(super) fn may_refuse(ty: &Ty) -> bool {
    match ty.peel_refs() {
        Ty::Future(inner) => may_refuse(inner),
        Ty::Primitive(name) => *name == *"bool",
        Ty::External(path, _) => {
            let last = path.as_str().rsplit("::").next();
            matches!(last, Some("Result" | "Outcome"))
        }
        _ => false,
    }
}
