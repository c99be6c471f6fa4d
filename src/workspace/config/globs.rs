//! Globs over routes, methods and files.

use std::fmt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A pattern for full route paths: `*` is one segment (or a part of one), `**` any number.
///
/// A pattern matches an endpoint only if it covers every request that the endpoint serves:
/// a parameter `{id}` is matched by itself and by `*`, a catch-all `{*rest}` by itself and
/// by `**`, and neither by a literal or by a part of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteGlob {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`.
    Any,
    /// `*`.
    One,
    /// `user-*`: the parts between the stars.
    Parts(Vec<String>),
    /// A literal, or a parameter in the form `{name}`.
    Literal(String),
}

impl RouteGlob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Says in one sentence what is wrong with it.
    pub fn parse(text: &str) -> Result<RouteGlob, String> {
        if let Some((method, path)) = text.split_once(' ')
            && path.starts_with('/')
        {
            return Err(format!(
                "write the route as \"{path}\" and `{method}` in `methods`"
            ));
        }
        if text.contains("://") {
            return Err("a route is a path, without scheme and host".to_owned());
        }
        if text.contains(['?', '#']) {
            return Err("a route has no query and no fragment".to_owned());
        }
        let path = match text.strip_prefix('/') {
            Some(path) => path,
            None if text.starts_with("**") => text,
            None => return Err("a route starts with `/`".to_owned()),
        };
        if let Some(bad) = path.chars().find(|c| c.is_whitespace() || c.is_control()) {
            return Err(format!(
                "a route has no {}",
                if bad == ' ' {
                    "spaces"
                } else {
                    "control characters"
                }
            ));
        }
        let mut segments = path
            .split('/')
            .map(segment)
            .collect::<Result<Vec<_>, _>>()?;
        // `**/**` is `**`; without this, matching could take exponential time.
        segments.dedup_by(|a, b| *a == Segment::Any && *b == Segment::Any);
        Ok(RouteGlob {
            text: text.to_owned(),
            segments,
        })
    }

    /// Whether the pattern covers the endpoint with this full path.
    pub fn matches(&self, path: &str) -> bool {
        let path: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        matches_from(&self.segments, &path)
    }

    /// Whether the pattern covers every path there can be.
    pub fn matches_everything(&self) -> bool {
        self.segments.contains(&Segment::Any)
            && self
                .segments
                .iter()
                .all(|it| matches!(it, Segment::Any | Segment::One))
            && self
                .segments
                .iter()
                .filter(|it| **it == Segment::One)
                .count()
                <= 1
    }
}

impl fmt::Display for RouteGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Parameters may be written as the framework writes them: `{id}`, `:id`, `<id>`, `{id:\d+}`.
fn segment(text: &str) -> Result<Segment, String> {
    if text == "**" {
        return Ok(Segment::Any);
    }
    if text == "*" {
        return Ok(Segment::One);
    }
    if let Some(name) = text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        return Ok(match name.split_once(':') {
            Some((name, ".*" | ".+")) => Segment::Literal(format!("{{*{name}}}")),
            Some((name, _)) => Segment::Literal(format!("{{{name}}}")),
            None => Segment::Literal(text.to_owned()),
        });
    }
    if let Some(name) = text.strip_prefix(':') {
        return Ok(Segment::Literal(format!("{{{name}}}")));
    }
    if let Some(name) = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        return Ok(match name.strip_suffix("..") {
            Some(rest) => Segment::Literal(format!("{{*{rest}}}")),
            None => Segment::Literal(format!("{{{name}}}")),
        });
    }
    if text.contains("**") {
        return Err("`**` stands alone between slashes".to_owned());
    }
    if !text.contains('*') {
        return Ok(Segment::Literal(text.to_owned()));
    }
    Ok(Segment::Parts(text.split('*').map(str::to_owned).collect()))
}

/// Backtracks to the last `**` only, as every earlier one has matched as little as it could:
/// at most pattern length times path length steps.
fn matches_from(pattern: &[Segment], path: &[&str]) -> bool {
    let (mut p, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < path.len() {
        match pattern.get(p) {
            Some(Segment::Any) => {
                retry = Some((p, at));
                p += 1;
                continue;
            }
            Some(segment) if segment_matches(segment, path[at]) => {
                p += 1;
                at += 1;
                continue;
            }
            _ => {}
        }
        let Some((any, from)) = retry else {
            return false;
        };
        retry = Some((any, from + 1));
        p = any + 1;
        at = from + 1;
    }
    pattern[p..].iter().all(|segment| *segment == Segment::Any)
}

fn segment_matches(segment: &Segment, text: &str) -> bool {
    let catch_all = text.starts_with("{*");
    let parameter = text.contains('{');
    match segment {
        Segment::Any => true,
        Segment::One => !text.is_empty() && !catch_all,
        Segment::Literal(literal) => literal == text,
        Segment::Parts(parts) => !parameter && parts_match(parts, text),
    }
}

fn parts_match(parts: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = parts else {
        return false;
    };
    let Some(rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
        return false;
    };
    for part in middle {
        let Some(at) = rest.find(part.as_str()) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

/// HTTP methods; none means every method.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Methods(Vec<String>);

impl Methods {
    /// The methods that a setting may name.
    pub const KNOWN: &'static [&'static str] = &[
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    ];

    /// These methods, upper case.
    pub fn new(methods: Vec<String>) -> Methods {
        Methods(methods)
    }

    /// Whether all requests of an endpoint with this method are covered. `ANY` is covered
    /// only if no method was named.
    pub fn matches(&self, method: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|it| it.eq_ignore_ascii_case(method))
    }

    /// Whether no method was named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Route globs with methods.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteGlobs {
    /// The patterns, any of which may match.
    pub globs: Vec<RouteGlob>,
    /// The methods.
    pub methods: Methods,
}

impl RouteGlobs {
    /// Whether the endpoint is covered.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.methods.matches(method) && self.globs.iter().any(|glob| glob.matches(path))
    }

    /// Whether every endpoint there can be is covered, whatever its path and method.
    pub fn matches_everything(&self) -> bool {
        self.methods.is_empty() && self.globs.iter().any(RouteGlob::matches_everything)
    }
}

/// Globs over files, relative to the scanned root. A folder's name stands for all in it.
#[derive(Debug, Clone, Default)]
pub struct PathGlobs {
    texts: Vec<String>,
    set: GlobSet,
}

impl PathGlobs {
    /// Compiles patterns that [`PathGlobs::check`] has accepted; others are left out.
    pub fn new(texts: Vec<String>) -> PathGlobs {
        let mut builder = GlobSetBuilder::new();
        for text in &texts {
            let trimmed = normal(text);
            for pattern in [trimmed.to_owned(), format!("{trimmed}/**")] {
                if let Ok(glob) = compile(&pattern) {
                    builder.add(glob);
                }
            }
        }
        PathGlobs {
            texts,
            set: builder.build().unwrap_or_default(),
        }
    }

    /// Whether a pattern can be used.
    ///
    /// # Errors
    /// Says in one sentence what is wrong with it.
    pub fn check(text: &str) -> Result<(), String> {
        if text.contains('\\') {
            return Err("write paths with `/`".to_owned());
        }
        if text.starts_with('/') {
            return Err("write the path relative to the root of the workspace".to_owned());
        }
        if text.starts_with('!') {
            return Err("a pattern cannot be negated".to_owned());
        }
        if text.split('/').any(|part| part == "..") {
            return Err("a path cannot leave the root of the workspace".to_owned());
        }
        if normal(text).is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        // Bounded, so that a pattern cannot make the engine compile for minutes.
        if text.len() > 1024 {
            return Err("a pattern has at most 1024 bytes".to_owned());
        }
        match compile(&format!("{}/**", normal(text)))
            .map(|glob| GlobSetBuilder::new().add(glob).build())
        {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) | Err(error) => Err(error.kind().to_string()),
        }
    }

    /// Whether a file is covered. `path` has forward slashes and is relative to the root.
    pub fn matches(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// Whether no pattern was given.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The patterns as written.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether every Rust file is covered.
    pub fn matches_everything(&self) -> bool {
        ["x.rs", "x/x.rs", "x/x/x/x.rs"]
            .iter()
            .all(|path| self.matches(path))
    }
}

fn normal(text: &str) -> &str {
    text.strip_prefix("./")
        .unwrap_or(text)
        .trim_end_matches('/')
}

fn compile(pattern: &str) -> Result<globset::Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(false)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_globs() {
        for (glob, path, expected) in [
            ("/login", "/login", true),
            ("/login", "/login/", false),
            ("/login", "/Login", false),
            ("/", "/", true),
            ("/", "/a", false),
            ("/*", "/", false),
            ("/*", "/a", true),
            ("/*", "/a/b", false),
            ("/*", "/{id}", true),
            ("/*", "/{*rest}", false),
            ("/**", "/", true),
            ("/**", "/a/{*rest}", true),
            ("**", "/a/b", true),
            ("/internal/**", "/internal", true),
            ("/internal/**", "/internal/", true),
            ("/internal/**", "/internal/a/b", true),
            ("/internal/**", "/internals", false),
            ("/**/status", "/status", true),
            ("/**/status", "/a/b/status", true),
            ("/**/status", "/a/status/b", false),
            ("/a/**/b/**/c", "/a/b/c", true),
            ("/a/**/b/**/c", "/a/x/b/y/b/z/c", true),
            ("/a/**/b/**/c", "/a/x/c", false),
            ("/a/**/**/b", "/a/b", true),
            ("/users/{id}", "/users/{id}", true),
            ("/users/{id}", "/users/{user_id}", false),
            ("/users/{id}", "/users/7", false),
            ("/users/:id", "/users/{id}", true),
            ("/users/<id>", "/users/{id}", true),
            ("/files/<rest..>", "/files/{*rest}", true),
            ("/files/{tail:.*}", "/files/{*tail}", true),
            ("/users/{id:\\d+}", "/users/{id}", true),
            ("/users/*", "/users/{id}", true),
            ("/users/me", "/users/{id}", false),
            ("/user-*", "/user-list", true),
            ("/user-*", "/user-{id}", false),
            ("/*-list", "/user-list", true),
            ("/a*b*c", "/aXbYc", true),
            ("/a*a", "/a", false),
            ("/pkg.Service/*", "/pkg.Service/Get", true),
            ("/v1/thing:undo", "/v1/thing:undo", true),
        ] {
            let parsed = RouteGlob::parse(glob).expect(glob);
            assert_eq!(parsed.matches(path), expected, "{glob} {path}");
            assert_eq!(parsed.to_string(), glob);
        }
        // Many stars over a long path take neither stack nor exponential time.
        let glob = RouteGlob::parse(&format!("/{}x", "**/a/".repeat(200))).unwrap();
        assert!(!glob.matches(&"/a".repeat(2_000)));
        let parts = RouteGlob::parse(&format!("/{}x", "*a".repeat(200))).unwrap();
        assert!(!parts.matches(&format!("/{}", "a".repeat(5_000))));
    }
}
