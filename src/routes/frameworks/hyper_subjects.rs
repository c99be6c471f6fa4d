//! What code looks at of a request: its method, its path, what is left of the path, and to which
//! requests a pattern or a condition on these narrows.

use rustc_hash::FxHashMap;

use super::method_named;
use crate::facts::body::{BinaryOp, Literal, UnaryOp};
use crate::facts::{Expr, ExprId, Pat, PatId};
use crate::program::{BodyKey, Ty};
use crate::values::Values;

/// The requests that get to a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Narrowed {
    /// Their methods; none for all.
    pub(super) methods: Vec<String>,
    /// Their path.
    pub(super) path: Option<Narrow>,
}

/// Paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Narrow {
    /// This one, with parameters.
    Exact(String),
    /// Those that begin so.
    Below(String),
}

impl Narrowed {
    fn path(path: Narrow) -> Narrowed {
        Narrowed {
            methods: Vec::new(),
            path: Some(path),
        }
    }

    fn method(name: &str) -> Option<Narrowed> {
        Some(Narrowed {
            methods: vec![method_named(&name.to_ascii_lowercase())?],
            path: None,
        })
    }

    /// Requests for which both hold.
    pub(super) fn and(&self, other: &Narrowed) -> Narrowed {
        let methods = match (self.methods.is_empty(), other.methods.is_empty()) {
            (_, true) => self.methods.clone(),
            (true, false) => other.methods.clone(),
            (false, false) => {
                let both = self.methods.iter().filter(|it| other.methods.contains(it));
                both.cloned().collect()
            }
        };
        let path = match (&self.path, &other.path) {
            (known, None) => known.clone(),
            (Some(Narrow::Exact(path)), Some(Narrow::Below(_))) => {
                Some(Narrow::Exact(path.clone()))
            }
            (Some(Narrow::Below(a)), Some(Narrow::Below(b))) if a.len() > b.len() => {
                Some(Narrow::Below(a.clone()))
            }
            (_, known) => known.clone(),
        };
        Narrowed { methods, path }
    }

    /// The path as routes have it.
    pub(super) fn shown(&self) -> String {
        match &self.path {
            Some(Narrow::Exact(path)) => path.clone(),
            Some(Narrow::Below(path)) if path.ends_with('/') => format!("{path}{{*rest}}"),
            Some(Narrow::Below(path)) => format!("{path}/{{*rest}}"),
            None => "/{*rest}".to_owned(),
        }
    }
}

/// A part of a request.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// Its method.
    Method,
    /// Its URI.
    Uri,
    /// Its path, or what follows this prefix.
    Path(String),
    /// What `strip_prefix` gives.
    Stripped(String),
    /// The parts of the path between slashes, after this prefix.
    Segments(String),
    /// Several of them.
    Tuple(Vec<Option<Subject>>),
}

/// What is known in a body.
pub(super) struct Subjects<'v, 'a> {
    values: &'v Values<'a>,
    key: BodyKey,
    known: FxHashMap<PatId, Subject>,
}

impl<'v, 'a> Subjects<'v, 'a> {
    /// With what the parameters are.
    pub(super) fn new(
        values: &'v Values<'a>,
        key: BodyKey,
        known: FxHashMap<PatId, Subject>,
    ) -> Self {
        Subjects { values, key, known }
    }

    /// What an expression is of the request.
    pub(super) fn of(&self, id: ExprId) -> Option<Subject> {
        let program = self.values.program;
        let body = &program[self.key].body;
        let typing = self.values.typing(self.key);
        match body.expr(id) {
            Expr::Ref { inner, .. }
            | Expr::Unary {
                op: UnaryOp::Deref,
                inner,
            } => self.of(*inner),
            Expr::Path(_) => {
                let pat = typing.local(id)?;
                if let Some(known) = self.known.get(&pat) {
                    return Some(known.clone());
                }
                self.of(self.values.local_init(body, pat)?)
            }
            Expr::Tuple(all) => {
                let all: Vec<_> = all.iter().map(|it| self.of(*it)).collect();
                all.iter()
                    .any(Option::is_some)
                    .then_some(Subject::Tuple(all))
            }
            Expr::Field { base, name } if is_request(typing.ty(*base)) => match name.as_str() {
                "method" => Some(Subject::Method),
                "uri" => Some(Subject::Uri),
                _ => None,
            },
            Expr::MethodCall(call) => {
                let name = call.name.as_str();
                if call.args.is_empty() && is_request(typing.ty(call.receiver)) {
                    match name {
                        "method" => return Some(Subject::Method),
                        "uri" => return Some(Subject::Uri),
                        _ => {}
                    }
                }
                let of = self.of(call.receiver)?;
                match (of, name) {
                    (Subject::Uri, "path") => Some(Subject::Path(String::new())),
                    (Subject::Uri, "clone") => Some(Subject::Uri),
                    (Subject::Method, "as_str" | "clone" | "to_string" | "to_owned" | "as_ref") => {
                        Some(Subject::Method)
                    }
                    (
                        Subject::Path(before),
                        "clone" | "to_owned" | "to_string" | "as_str" | "as_ref" | "into"
                        | "into_owned" | "trim_end_matches" | "trim_start_matches" | "trim_matches"
                        | "as_bytes",
                    ) => Some(Subject::Path(before)),
                    (Subject::Path(before), "strip_prefix") => {
                        let prefix = self.text(*call.args.first()?)?;
                        Some(Subject::Stripped(format!("{before}{prefix}")))
                    }
                    (Subject::Path(before), "split" | "split_terminator") => {
                        Some(Subject::Segments(before))
                    }
                    (
                        Subject::Segments(before),
                        "skip" | "filter" | "collect" | "as_slice" | "as_ref" | "iter",
                    ) => Some(Subject::Segments(before)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The requests for which a pattern matches this: each that it names, or all.
    pub(super) fn pattern(&mut self, pat: PatId, subject: &Subject) -> Vec<Narrowed> {
        let program = self.values.program;
        let body = &program[self.key].body;
        let all = || vec![Narrowed::default()];
        match (body.pat(pat), subject) {
            (Pat::Or(each), _) => {
                let each = each.iter().flat_map(|it| self.pattern(*it, subject));
                each.collect()
            }
            (Pat::Ref(inner) | Pat::Typed(inner, _), _) => self.pattern(*inner, subject),
            (Pat::Tuple(pats), Subject::Tuple(subjects)) => {
                let mut found = all();
                for (pat, subject) in pats.iter().zip(subjects) {
                    let Some(subject) = subject else { continue };
                    let own = self.pattern(*pat, subject);
                    let both = found.iter().flat_map(|a| own.iter().map(move |b| a.and(b)));
                    found = both.collect();
                }
                found
            }
            (Pat::Path(path), Subject::Method) => {
                let name = path.last().and_then(|it| Narrowed::method(it.as_str()));
                name.map_or_else(all, |it| vec![it])
            }
            (Pat::Literal(Literal::Str(text)), Subject::Method) => {
                Narrowed::method(text).map_or_else(all, |it| vec![it])
            }
            (Pat::Literal(Literal::Str(text)), Subject::Path(before)) => {
                vec![Narrowed::path(Narrow::Exact(joined(before, text)))]
            }
            (Pat::Slice(pats), Subject::Segments(before)) => {
                vec![Narrowed::path(self.segments(before, pats))]
            }
            (Pat::TupleStruct(path, inner), Subject::Stripped(prefix))
                if path.last().is_some_and(|it| it == "Some") =>
            {
                let below = Narrowed::path(Narrow::Below(prefix.clone()));
                let rest = Subject::Path(prefix.clone());
                let inner = inner.first().copied();
                let inner = inner.map_or_else(all, |it| self.pattern(it, &rest));
                inner.iter().map(|it| below.and(it)).collect()
            }
            (Pat::Bind { sub: None, .. }, subject) => {
                self.known.insert(pat, subject.clone());
                all()
            }
            _ => all(),
        }
    }

    fn segments(&self, before: &str, pats: &[PatId]) -> Narrow {
        let body = &self.values.program[self.key].body;
        let mut path = before.trim_end_matches('/').to_owned();
        for (at, pat) in pats.iter().enumerate() {
            let mut pat = *pat;
            while let Pat::Ref(inner) | Pat::Typed(inner, _) = body.pat(pat) {
                pat = *inner;
            }
            match body.pat(pat) {
                // The path begins with a slash, and nothing stands before it.
                Pat::Literal(Literal::Str(text)) if text.is_empty() && at == 0 => {}
                Pat::Literal(Literal::Str(text)) => path.push_str(&format!("/{text}")),
                Pat::Rest | Pat::Bind { sub: Some(_), .. } => path.push_str("/{*rest}"),
                Pat::Bind { name, .. } => path.push_str(&format!("/{{{name}}}")),
                _ => path.push_str("/{unknown}"),
            }
        }
        Narrow::Exact(if path.is_empty() {
            "/".to_owned()
        } else {
            path
        })
    }

    /// The requests for which a condition may hold.
    pub(super) fn condition(&mut self, id: ExprId) -> Vec<Narrowed> {
        let program = self.values.program;
        let body = &program[self.key].body;
        let all = || vec![Narrowed::default()];
        match body.expr(id) {
            Expr::Binary { op, lhs, rhs } => match op {
                BinaryOp::And => {
                    let (a, b) = (self.condition(*lhs), self.condition(*rhs));
                    let both = a.iter().flat_map(|a| b.iter().map(move |b| a.and(b)));
                    both.collect()
                }
                BinaryOp::Or => {
                    let either = [self.condition(*lhs), self.condition(*rhs)].concat();
                    match either.contains(&Narrowed::default()) {
                        true => all(),
                        false => either,
                    }
                }
                BinaryOp::Eq => {
                    let found = self.equal(*lhs, *rhs).or_else(|| self.equal(*rhs, *lhs));
                    found.map_or_else(all, |it| vec![it])
                }
                _ => all(),
            },
            Expr::Let { pat, value } => match self.of(*value) {
                Some(subject) => self.pattern(*pat, &subject),
                None => all(),
            },
            Expr::MethodCall(call) if call.name == "starts_with" => {
                let Some(Subject::Path(before)) = self.of(call.receiver) else {
                    return all();
                };
                let prefix = call.args.first().and_then(|it| self.text(*it));
                prefix.map_or_else(all, |it| {
                    vec![Narrowed::path(Narrow::Below(joined(&before, &it)))]
                })
            }
            // `matches!(req.method(), &Method::GET | &Method::HEAD)`.
            Expr::Match { scrutinee, arms } => {
                let (Some(subject), [first, ..]) = (self.of(*scrutinee), &**arms) else {
                    return all();
                };
                match body.expr(first.body) {
                    Expr::Literal(Literal::Bool(true)) => self.pattern(first.pat, &subject),
                    _ => all(),
                }
            }
            _ => all(),
        }
    }

    fn equal(&self, looked_at: ExprId, wanted: ExprId) -> Option<Narrowed> {
        match self.of(looked_at)? {
            Subject::Method => {
                let body = &self.values.program[self.key].body;
                let mut wanted = wanted;
                while let Expr::Ref { inner, .. } = body.expr(wanted) {
                    wanted = *inner;
                }
                match body.expr(wanted) {
                    Expr::Path(path) => Narrowed::method(path.last()?.as_str()),
                    _ => Narrowed::method(&self.text(wanted)?),
                }
            }
            Subject::Path(before) => {
                let path = joined(&before, &self.text(wanted)?);
                Some(Narrowed::path(Narrow::Exact(path)))
            }
            _ => None,
        }
    }

    fn text(&self, id: ExprId) -> Option<String> {
        self.values.text(self.key, id)?.as_known()
    }
}

/// What follows a prefix, behind it.
fn joined(before: &str, text: &str) -> String {
    match before.ends_with('/') {
        true => format!("{before}{}", text.trim_start_matches('/')),
        false => format!("{before}{text}"),
    }
}

/// Whether a type is that of a request, or not known.
fn is_request(ty: &Ty) -> bool {
    let ty = ty.peel_refs();
    ty.is_unknown() || ty.is_external("http::Request") || ty.is_external("http::request::Parts")
}
