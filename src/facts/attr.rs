//! Attributes and `cfg` predicates.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::body::Literal;
use crate::source::{Name, TextRange};
use crate::workspace::cfg::{CfgNode, CfgTree};

/// One attribute, outer or inner. Doc comments are left out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attr {
    /// `#[..]` or `#![..]`, brackets included.
    pub range: TextRange,
    /// What is inside the brackets.
    pub meta: Meta,
}

/// The content of an attribute: `path`, `path = value` or `path(list)`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meta {
    /// The path's segments; generics are dropped.
    pub path: Vec<Name>,
    /// Where it stands.
    pub range: TextRange,
    /// What follows the path.
    pub value: MetaValue,
}

/// What follows the path of a [`Meta`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum MetaValue {
    /// Nothing.
    None,
    /// `= literal`, or a bare literal inside a list (then the path is empty).
    Literal(Literal),
    /// `= path` or another expression, as written.
    Expr(Box<str>),
    /// `(a, b = "c", "d", e(f))`: comma-separated, each a [`Meta`].
    /// Entries that have no such form are kept as [`MetaValue::Expr`] with an empty path.
    List(Vec<Meta>),
}

impl Meta {
    /// Whether the path is this one identifier.
    pub fn is(&self, name: &str) -> bool {
        matches!(self.path.as_slice(), [only] if *only == name)
    }

    /// The last segment of the path.
    pub fn last_segment(&self) -> Option<Name> {
        self.path.last().copied()
    }

    /// The entries of a list; empty for other forms.
    pub fn list(&self) -> &[Meta] {
        match &self.value {
            MetaValue::List(list) => list,
            _ => &[],
        }
    }

    /// The text of `= "text"` or of a bare string literal.
    pub fn string(&self) -> Option<&str> {
        match &self.value {
            MetaValue::Literal(Literal::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The entry `name`, `name = ..` or `name(..)` of a list.
    pub fn entry(&self, name: &str) -> Option<&Meta> {
        self.list().iter().find(|meta| meta.is(name))
    }
}

impl Attr {
    /// Whether it is `#[test]` or what stands in for it: `#[tokio::test]`, `#[rstest]`, `#[bench]`, ..
    pub fn is_test(&self) -> bool {
        self.meta.last_segment().is_some_and(names_test)
    }
}

/// Whether an attribute whose path ends so makes a function a test.
pub(crate) fn names_test(last: Name) -> bool {
    const WHOLE: [&str; 7] = [
        "test",
        "rstest",
        "test_case",
        "bench",
        "quickcheck",
        "proptest",
        "wasm_bindgen_test",
    ];
    WHOLE.iter().any(|word| last == *word)
}

/// A `cfg` predicate, kept whole: which alternatives exist is decided by the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CfgPredicate {
    /// `cfg(unix)`, `cfg(test)`.
    Flag(Name),
    /// `cfg(feature = "x")`.
    KeyValue(Name, Name),
    /// `all(..)`; several attributes on one item are joined by it.
    All(Vec<CfgPredicate>),
    /// `any(..)`.
    Any(Vec<CfgPredicate>),
    /// `not(..)`.
    Not(Box<CfgPredicate>),
    /// `true` or `false`.
    Bool(bool),
}

/// As it is written.
impl fmt::Display for CfgPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, of: &str, all: &[CfgPredicate]| {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            write!(f, "{of}({})", all.join(", "))
        };
        match self {
            CfgPredicate::Flag(name) => write!(f, "{name}"),
            CfgPredicate::KeyValue(key, value) => write!(f, "{key} = \"{value}\""),
            CfgPredicate::All(all) => list(f, "all", all),
            CfgPredicate::Any(any) => list(f, "any", any),
            CfgPredicate::Not(inner) => write!(f, "not({inner})"),
            CfgPredicate::Bool(value) => write!(f, "{value}"),
        }
    }
}

impl CfgPredicate {
    /// Whether it holds where the other does not, and only there.
    pub fn is_opposite_of(&self, other: &CfgPredicate) -> bool {
        let negates =
            |a: &CfgPredicate, b: &CfgPredicate| matches!(a, CfgPredicate::Not(it) if **it == *b);
        negates(self, other) || negates(other, self)
    }

    /// What it asks for, and whether it holds with that or without.
    pub fn assumed(&self) -> (String, bool) {
        match self {
            CfgPredicate::Not(inner) => {
                let (name, holds) = inner.assumed();
                (name, !holds)
            }
            _ => (self.to_string(), true),
        }
    }

    /// Whether it can hold only in test builds.
    pub fn implies_test(&self) -> bool {
        match self {
            CfgPredicate::Flag(name) => *name == "test",
            CfgPredicate::All(all) => all.iter().any(CfgPredicate::implies_test),
            CfgPredicate::Any(any) => !any.is_empty() && any.iter().all(CfgPredicate::implies_test),
            CfgPredicate::KeyValue(..) | CfgPredicate::Not(_) | CfgPredicate::Bool(_) => false,
        }
    }
}

impl CfgTree for CfgPredicate {
    fn node(&self) -> CfgNode<'_, Self> {
        match self {
            CfgPredicate::Flag(name) => CfgNode::Flag(name.as_str()),
            CfgPredicate::KeyValue(key, value) => CfgNode::KeyValue(key.as_str(), value.as_str()),
            CfgPredicate::All(parts) => CfgNode::All(parts),
            CfgPredicate::Any(parts) => CfgNode::Any(parts),
            CfgPredicate::Not(part) => CfgNode::Not(part),
            CfgPredicate::Bool(value) => CfgNode::Bool(*value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_only_tests_see() {
        let test = CfgPredicate::Flag("test".into());
        let other = CfgPredicate::Flag("unix".into());
        let all = CfgPredicate::All(vec![other.clone(), test.clone()]);
        assert!(all.implies_test());
        assert!(!CfgPredicate::Any(vec![other, test.clone()]).implies_test());
        assert!(!CfgPredicate::Not(Box::new(test)).implies_test());
    }
}
