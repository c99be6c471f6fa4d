//! Which services of actix-web and ntex are never asked.
//!
//! The first service that a request fits gets it: a resource by its whole path, a scope by its prefix, both only if
//! their own guards hold. Whether something in it answers does not matter, and nobody else is asked.
//! Source: actix-web 4 `src/scope.rs`, `src/app_service.rs`, actix-router 0.5 `src/router.rs`, `src/resource.rs`.

use crate::routes::eval::Eval;
use crate::routes::value::{Route, Router, Shadowed, Taken};
use crate::source::Span;
use crate::values::{Text, TextPart};

/// A service that is registered.
pub(super) struct Arriving<'a> {
    /// Its path, or its prefix.
    pub(super) path: &'a Text,
    /// Whether it is a scope.
    pub(super) below: bool,
    /// The methods that its guards let pass; none if they ask for none.
    pub(super) methods: &'a [String],
    /// Whether its guards ask for something else.
    pub(super) guarded: bool,
    /// Where it is registered.
    pub(super) span: Span,
}

/// Registers the routes of a service: those that a request can still find.
pub(super) fn register(
    eval: &mut Eval<'_>,
    router: &mut Router,
    it: &Arriving<'_>,
    routes: Vec<Route>,
) {
    let Some(family) = super::actix_family::named(router.framework) else {
        router.routes.extend(routes);
        return;
    };
    let segments = segments(it.path);
    for route in routes {
        let mut before = router.taken.iter();
        let before = before.find(|taken| match family.in_order {
            true => takes(taken, &segments, it.below, &route.method),
            false => is_same(taken, &segments, it.below, &route.method),
        });
        match before {
            Some(before) => eval.shadowed.push(Shadowed::new(route, before.by)),
            None => router.routes.push(route),
        }
    }
    let is_known = !segments.iter().any(|it| it.contains(UNKNOWN));
    if is_known && !it.guarded && eval.is_certain() {
        router.taken.push(Taken {
            segments,
            below: it.below,
            methods: it.methods.to_vec(),
            by: it.span,
        });
    }
}

/// Stands for text that is not known. No path that is written out has it.
const UNKNOWN: char = '\0';

/// The parts between slashes, without the one that every path begins with.
fn segments(path: &Text) -> Vec<String> {
    let mut whole = String::new();
    for part in &path.parts {
        match part {
            TextPart::Known(text) => whole.push_str(text),
            TextPart::Hole(_) => whole.push(UNKNOWN),
        }
    }
    match whole.strip_prefix('/') {
        None if whole.is_empty() => Vec::new(),
        None => super::path::split(&whole),
        Some(rest) => super::path::split(rest),
    }
}

/// Whether a service that came before has the same place in a tree, where the first one gets the
/// requests of this method. Source: ntex-router 1.1 `src/tree.rs`.
fn is_same(before: &Taken, segments: &[String], below: bool, method: &str) -> bool {
    let known = !segments.iter().any(|it| it.contains(UNKNOWN));
    let answers = before.methods.is_empty() || before.methods.iter().any(|it| it == method);
    known && answers && before.below == below && before.segments == segments
}

/// Whether a service that came before gets all requests of this method that another one fits.
fn takes(before: &Taken, segments: &[String], below: bool, method: &str) -> bool {
    if !before.methods.is_empty() && !before.methods.iter().any(|it| it == method) {
        return false;
    }
    // What is unknown may hold slashes, or be nothing.
    let known = segments.iter().position(|it| it.contains(UNKNOWN));
    let (known, is_whole) = (known.unwrap_or(segments.len()), known.is_none());
    let own = match before.segments.split_last() {
        Some((last, own)) if takes_rest(last) => {
            return own.len() < segments.len() && own.len() <= known && covers(own, segments);
        }
        _ => &before.segments,
    };
    let fits = match before.below {
        true => own.len() <= known,
        false => own.len() == segments.len() && is_whole && !below,
    };
    fits && covers(own, segments)
}

fn covers(own: &[String], segments: &[String]) -> bool {
    let mut pairs = own.iter().zip(segments);
    pairs.all(|(own, other)| {
        let is_plain = |it: &str| !it.is_empty() && !it.contains(['{', '}']);
        own == other || is_parameter(own) && (is_plain(other) || is_parameter(other))
    })
}

/// `{name}`: any text but nothing.
fn is_parameter(segment: &str) -> bool {
    let inner = segment
        .strip_prefix('{')
        .and_then(|it| it.strip_suffix('}'));
    inner.is_some_and(|it| !it.contains([':', '{', '}', '*']))
}

/// `{name:.*}`: all the rest.
fn takes_rest(segment: &str) -> bool {
    let inner = segment
        .strip_prefix('{')
        .and_then(|it| it.strip_suffix(":.*}"));
    inner.is_some_and(|it| !it.contains([':', '{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn who_gets_a_request() {
        for (before, is_scope, after, below, expected) in [
            ("/a", false, "/a", false, true),
            ("a", false, "/a", false, true),
            ("/a", false, "/a/", false, false),
            ("/a", false, "/a/b", false, false),
            ("/a", false, "/a", true, false),
            ("/a", true, "/a", false, true),
            ("/a", true, "/a/b", false, true),
            ("/a", true, "/ab", false, false),
            ("/a/b", true, "/a", true, false),
            ("", true, "/", false, true),
            ("", true, "/a/b", true, true),
            ("/", true, "/a", false, false),
            ("/{id}", false, "/me", false, true),
            ("/{id}", false, "/{name}", false, true),
            ("/{id}", false, "/", false, false),
            ("/{id:[0-9]+}", false, "/me", false, false),
            ("/{id}", false, "/{id:.*}", false, false),
            ("/{id}", false, "/{id}.json", false, false),
            ("/{rest:.*}", false, "/a/b", false, true),
            ("/a/{rest:.*}", false, "/a/", false, true),
            ("/a/{rest:.*}", false, "/a", false, false),
            ("/a/{rest:.*}", false, "/a/b", true, true),
            ("/me", false, "/{id}", false, false),
        ] {
            let taken = Taken {
                segments: segments(&Text::known(before, None)),
                below: is_scope,
                methods: Vec::new(),
                by: Span::new(FileId::new(0), 0, 0),
            };
            let after_segments = segments(&Text::known(after, None));
            let found = takes(&taken, &after_segments, below, "GET");
            assert_eq!(found, expected, "{before} before {after}");
        }
    }

    #[test]
    fn only_what_it_answers() {
        let taken = Taken {
            segments: vec!["a".into()],
            below: false,
            methods: vec!["GET".into()],
            by: Span::new(FileId::new(0), 0, 0),
        };
        let at = |path: Text| segments(&path);
        assert!(takes(&taken, &at(Text::known("/a", None)), false, "GET"));
        assert!(!takes(&taken, &at(Text::known("/a", None)), false, "POST"));
        assert!(!takes(&taken, &at(Text::known("/a", None)), false, "ANY"));
        assert!(!takes(&taken, &at(Text::hole("path")), false, "GET"));
    }
}
