//! What code that looks at the path of a request decides for one endpoint: lists of public paths,
//! prefixes that are guarded.

use std::ops::BitOrAssign;
use std::sync::Arc;

use super::interpret::Run;
use super::proof::{Abs, From, Out, Proof};
use super::words;
use crate::facts::body::Literal;
use crate::facts::{Expr, ExprId};
use crate::program::{BodyKey, ConstId};
use crate::source::Name;

/// Lists longer than this are not gone through.
const LONGEST_LIST: usize = 64;
/// Texts longer than this, in bytes, are no paths, and no names of headers, cookies or settings.
pub(super) const LONGEST_NAME: usize = 64;
/// Methods that change nothing, by RFC 9110.
const SAFE: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];
/// Values of settings that are no longer than this, in bytes, are kept: `1`, `true`, `dev`.
const SHORTEST_NAME: usize = 4;

/// An endpoint that code which looks at the request is judged for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Its path, as that code sees it.
    pub(super) path: Name,
    /// All of its path.
    pub(super) whole: Name,
    /// The method of the requests to it.
    pub(super) method: Name,
}

/// What code has looked at of the requests to an endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looks {
    /// Their path.
    pub path: bool,
    /// Their method.
    pub method: bool,
}

impl Looks {
    /// At what it has read from an extractor's value, whatever that was.
    pub(super) fn of(value: &Abs) -> Looks {
        let is_route = value.from.has(From::ROUTE);
        Looks {
            path: is_route,
            method: is_route,
        }
    }

    /// Whether it may do something else for another endpoint.
    pub fn any(self) -> bool {
        self.path || self.method
    }
}

impl BitOrAssign for Looks {
    fn bitor_assign(&mut self, other: Looks) {
        self.path |= other.path;
        self.method |= other.method;
    }
}

impl Run<'_, '_> {
    /// The path of the request, as far as it is known here.
    pub(super) fn path_of_request(&mut self) -> Abs {
        self.looks.path = true;
        Abs {
            text: self.judge.route.get().map(|it| it.path),
            ..Abs::of(From::INPUT.with(From::ROUTE))
        }
    }

    /// The path of the request with all prefixes, as far as it is known here.
    pub(super) fn whole_path_of_request(&mut self) -> Abs {
        Abs {
            text: self.judge.route.get().map(|it| it.whole),
            ..self.path_of_request()
        }
    }

    /// The path of the endpoint that answers the request, as it is registered.
    pub(super) fn pattern_of_request(&mut self) -> Abs {
        let mut pattern = self.whole_path_of_request();
        pattern.from = pattern.from.with(From::PATTERN);
        there_if_known(pattern)
    }

    /// The method of the request. Compared with a constant, its name decides as a path does.
    pub(super) fn method_of_request(&mut self) -> Abs {
        self.looks.method = true;
        Abs {
            text: self.judge.route.get().map(|it| it.method),
            ..Abs::of(From::INPUT.with(From::ROUTE))
        }
    }

    /// What a method on the path, or on a list of paths, gives.
    pub(super) fn about_route(&self, name: &str, receiver: &Abs, args: &[Abs]) -> Option<Abs> {
        let [arg] = args else {
            let known = route(receiver).filter(|_| args.is_empty())?;
            return match name {
                "path" | "as_str" | "to_string" | "into" | "as_bytes" => Some(receiver.clone()),
                // http 1 `Method::is_safe`, `Method::is_idempotent`.
                "is_safe" => Some(verdict(SAFE.contains(&known.text))),
                "is_idempotent" => Some(verdict(
                    SAFE.contains(&known.text) || ["PUT", "DELETE"].contains(&known.text),
                )),
                _ => None,
            };
        };
        if let Some(path) = route(receiver) {
            return path.compared(name, arg.text?.as_str()).map(verdict);
        }
        let path = route(arg).filter(|_| name == "contains")?;
        any_of(receiver, |listed| path.equals(listed.text?.as_str()))
    }

    /// The texts of a constant that is a list of them, or of tuples of them and of methods.
    pub(super) fn listed(&self, id: ConstId) -> Option<Arc<Vec<Abs>>> {
        if self.judge.values.is_made_late(id) {
            return None;
        }
        let key = self.judge.program[id].body?;
        let body = &self.judge.program[key].body;
        let mut root = body.root;
        while let Expr::Ref { inner, .. } = body.expr(root) {
            root = *inner;
        }
        let Expr::Array(all) = body.expr(root) else {
            return None;
        };
        let all = all.iter().map(|id| self.written_in(key, *id));
        all.collect::<Option<Vec<Abs>>>().map(Arc::new)
    }

    /// A text, the name of a method, or a tuple of such, as it stands in a constant.
    fn written_in(&self, key: BodyKey, id: ExprId) -> Option<Abs> {
        let text = |text: Name| Abs {
            text: Some(text),
            ..Abs::of(From::LITERAL)
        };
        match self.judge.program[key].body.expr(id) {
            Expr::Literal(Literal::Str(it)) => name_of(it).map(text),
            Expr::Tuple(all) => {
                let parts = all.iter().map(|id| self.written_in(key, *id));
                Some(Abs {
                    parts: Some(Arc::new(parts.collect::<Option<Vec<Abs>>>()?)),
                    ..Abs::default()
                })
            }
            // `Method::GET`.
            Expr::Path(path) => match &*path.segments {
                [.., of, name] if of.name == "Method" => Some(text(name.name)),
                _ => {
                    let known = self.judge.values.text(key, id)?.as_known()?;
                    name_of(&known).map(text)
                }
            },
            _ => None,
        }
    }

    /// Whether one of a list is what a closure looks for, if that can be told of each.
    pub(super) fn any_listed(
        &mut self,
        list: &Abs,
        mut is_meant: impl FnMut(&mut Self, &Abs) -> Abs,
    ) -> Option<Abs> {
        self.judge.route.get()?;
        if !list.is_list() {
            return None;
        }
        any_of(list, |listed| is_meant(self, listed).truth())
    }
}

/// What is there for every endpoint, and may be missing where requests are for none.
pub(super) fn there_if_known(path: Abs) -> Abs {
    let is_known = path.text.is_some();
    let there = Abs::fallible("Some", Proof::nothing(), path);
    match is_known {
        true => there.never(&["None"]),
        false => there,
    }
}

/// Whether one of a list is meant, if that can be told of each.
fn any_of(list: &Abs, mut is_meant: impl FnMut(&Abs) -> Option<bool>) -> Option<Abs> {
    if list.parts.as_ref()?.len() > LONGEST_LIST {
        return None;
    }
    let mut all_differ = true;
    for (is_certain, listed) in list.listed() {
        match is_meant(listed) {
            Some(true) if is_certain => return Some(verdict(true)),
            Some(false) => {}
            _ => all_differ = false,
        }
    }
    all_differ.then(|| verdict(false))
}

/// Whether the path is the text that the other value is: `None` if that cannot be told.
pub(super) fn is_route(a: &Abs, b: &Abs) -> Option<bool> {
    let (path, text) = match (route(a), route(b)) {
        (Some(path), None) => (path, b.text?),
        (None, Some(path)) => (path, a.text?),
        _ => return None,
    };
    path.equals(text.as_str())
}

/// The path, or the method, that a value is.
pub(super) fn route(value: &Abs) -> Option<Route> {
    let text = value.text.filter(|_| value.from.is_route())?;
    Some(Route {
        text: text.as_str(),
        is_pattern: value.from.has(From::PATTERN),
    })
}

/// The path or the method of the requests to an endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    /// As it is registered.
    pub(super) text: &'static str,
    /// Whether code sees it so, and not what a request has in the place of its parameters.
    is_pattern: bool,
}

impl Route {
    /// Whether it is this text; `None` if some requests have it, or that cannot be told.
    pub(super) fn equals(self, text: &str) -> Option<bool> {
        self.compared("eq", text)
    }

    /// What a method of texts tells.
    fn compared(self, method: &str, text: &str) -> Option<bool> {
        let path = self.text;
        if self.is_pattern {
            // axum up to 0.7 writes `:id` where later versions write `{id}`.
            let (path, text) = (unnamed(path), unnamed(text));
            return match method {
                "starts_with" => Some(path.starts_with(&text)),
                "ends_with" => Some(path.ends_with(&text)),
                "contains" => Some(path.contains(&text)),
                "eq" => Some(path == text),
                _ => None,
            };
        }
        match method {
            "starts_with" => starts_with(path, text),
            "ends_with" => ends_with(path, text),
            "contains" => contains(path, text),
            "eq" | "eq_ignore_ascii_case" => equals(path, text),
            _ => None,
        }
    }
}

/// A pattern without the names of its parameters.
fn unnamed(pattern: &str) -> String {
    let unnamed = |it| match str::starts_with(it, [':', '*', '<', '{']) {
        true => "{}",
        false => it,
    };
    let segments: Vec<&str> = pattern.split('/').map(unnamed).collect();
    segments.join("/")
}

/// A text as a name, if it may matter to whoever it is handed to: a path, the name of a header
/// of a service's own or that we know, a short value. Calls are told apart by them.
pub(super) fn name_of(text: &str) -> Option<Name> {
    let is_short = text.len() <= SHORTEST_NAME && !text.is_empty();
    let is_header = || text.starts_with("x-") || words::credential_header(text).is_some();
    let matters = || is_short || text.starts_with('/') || is_header();
    (text.len() <= LONGEST_NAME && matters()).then(|| Name::new(text))
}

/// A condition that is decided.
pub(super) fn verdict(truth: bool) -> Abs {
    let name = if truth { "true" } else { "false" };
    Abs::variants(From::default(), vec![(name, Out::nothing())])
}

/// What stands before the first parameter, and whether there is one.
fn fixed(path: &str) -> (&str, bool) {
    match path.split_once('{') {
        Some((before, _)) => (before, true),
        None => (path, false),
    }
}

/// Whether every request to an endpoint, or none, has exactly this path.
pub(super) fn equals(path: &str, text: &str) -> Option<bool> {
    let (_, is_open) = fixed(path);
    if !is_open {
        return Some(path == text);
    }
    let (mut parts, mut wanted) = (path.split('/'), text.split('/'));
    loop {
        match (parts.next(), wanted.next()) {
            (Some(part), _) if part.starts_with("{*") => return None,
            (Some(part), Some(_)) if part.contains('{') => {}
            (Some(part), Some(wanted)) if part == wanted => {}
            (None, None) => return None,
            _ => return Some(false),
        }
    }
}

fn starts_with(path: &str, text: &str) -> Option<bool> {
    let (before, is_open) = fixed(path);
    if before.starts_with(text) {
        Some(true)
    } else if is_open && text.starts_with(before) {
        None
    } else {
        Some(false)
    }
}

fn ends_with(path: &str, text: &str) -> Option<bool> {
    let after = path.rsplit_once('}').map_or(path, |it| it.1);
    if after.ends_with(text) {
        Some(true)
    } else if after.len() < path.len() && text.ends_with(after) {
        None
    } else {
        Some(false)
    }
}

fn contains(path: &str, text: &str) -> Option<bool> {
    let (before, is_open) = fixed(path);
    if before.contains(text) {
        Some(true)
    } else if is_open {
        None
    } else {
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_as_far_as_they_are_known() {
        let cases: [(Option<bool>, Option<bool>); 15] = [
            (equals("/a/b", "/a/b"), Some(true)),
            (equals("/a/b", "/a"), Some(false)),
            (equals("/a/{id}", "/a/new"), None),
            (equals("/a/{id}", "/a/new/x"), Some(false)),
            (equals("/a/{id}/x", "/a/1/y"), Some(false)),
            (equals("/a/{*rest}", "/a/1/y"), None),
            (starts_with("/api/{id}", "/api/"), Some(true)),
            (starts_with("/api/{id}", "/api/admin"), None),
            (starts_with("/api/{id}", "/web"), Some(false)),
            (starts_with("/api", "/api/v1"), Some(false)),
            (ends_with("/a/{id}/raw", "/raw"), Some(true)),
            (ends_with("/a/{id}", ".js"), None),
            (ends_with("/a/{id}/raw", ".js"), Some(false)),
            (contains("/a/public/{id}", "/public/"), Some(true)),
            (contains("/a/{id}", "public"), None),
        ];
        for (at, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found, expected, "{at}");
        }
    }
}
