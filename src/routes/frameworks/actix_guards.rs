//! Which methods actix-web's guards let pass.
//!
//! Source: actix-web 4 `src/guard/mod.rs`.

use super::actix_family;
use crate::facts::{Expr, ExprId, Pat};
use crate::program::BodyKey;
use crate::routes::eval::Eval;

/// The methods that a guard may let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// They.
    pub(super) methods: Vec<&'static str>,
    /// Whether the method alone decides.
    pub(super) exact: bool,
}

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

impl Asked {
    /// A guard that looks at something else.
    fn other() -> Asked {
        Asked {
            methods: METHODS.to_vec(),
            exact: false,
        }
    }

    /// Whether there are methods that it never lets pass.
    pub(super) fn narrows(&self) -> bool {
        self.methods.len() < METHODS.len()
    }

    fn only(name: &str) -> Option<Asked> {
        let name = name.to_ascii_uppercase();
        let method = METHODS.into_iter().find(|it| *it == name)?;
        Some(Asked {
            methods: vec![method],
            exact: true,
        })
    }

    fn filter(self, other: &Asked, keep: impl Fn(bool, bool) -> bool) -> Asked {
        let has = |it: &Asked, method: &&str| it.methods.contains(method);
        let kept = METHODS
            .into_iter()
            .filter(|method| keep(has(&self, method), has(other, method)));
        Asked {
            methods: kept.collect(),
            exact: self.exact && other.exact,
        }
    }

    fn not(self) -> Asked {
        if !self.exact {
            return Asked::other();
        }
        let none = Asked {
            methods: Vec::new(),
            exact: true,
        };
        self.filter(&none, |own, _| !own)
    }
}

/// What a guard asks of the method.
pub(super) fn asked(eval: &Eval<'_>, key: BodyKey, guard: ExprId) -> Asked {
    let data = &eval.program[key];
    let typing = eval.values.typing(key);
    match data.body.expr(guard) {
        Expr::Call { args, .. } => {
            let path = typing.external(guard).map_or("", |path| path.as_str());
            let item = actix_family::item(path).and_then(|(_, item)| item.strip_prefix("guard::"));
            let Some(name) = item else {
                return Asked::other();
            };
            match (name, args.first()) {
                ("Any" | "All", Some(inner)) => asked(eval, key, *inner),
                ("Not", Some(inner)) => asked(eval, key, *inner).not(),
                ("Method", Some(method)) => {
                    let text = eval
                        .sources
                        .slice(data.body.expr_range(*method).in_file(data.file));
                    let word = text.rsplit("::").next().unwrap_or_default();
                    Asked::only(word.trim()).unwrap_or_else(Asked::other)
                }
                (name, None) => Asked::only(name).unwrap_or_else(Asked::other),
                _ => Asked::other(),
            }
        }
        Expr::MethodCall(call) => {
            let Some(other) = call.args.first() else {
                return Asked::other();
            };
            let first = asked(eval, key, call.receiver);
            let second = asked(eval, key, *other);
            match call.name.as_str() {
                "or" => first.filter(&second, |a, b| a || b),
                "and" => first.filter(&second, |a, b| a && b),
                _ => Asked::other(),
            }
        }
        Expr::Path(_) => {
            // A variable that does not change.
            let local = typing.local(guard);
            let local =
                local.filter(|it| matches!(data.body.pat(*it), Pat::Bind { mutable: false, .. }));
            let init = local.and_then(|it| eval.values.local_init(&data.body, it));
            init.map_or_else(Asked::other, |init| asked(eval, key, init))
        }
        _ => Asked::other(),
    }
}
