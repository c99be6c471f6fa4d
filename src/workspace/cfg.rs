//! Whether code under a `cfg` predicate can be part of what is built.
//!
//! All alternatives that somebody may build are kept. A predicate is therefore not
//! true or false but [`Satisfiable`]: it holds in every build that was asked for, in
//! some of them, or in none.

use std::collections::BTreeSet;

use cfg_expr::expr::{Logic, Predicate, TargetPredicate};
use cfg_expr::targets::{
    self as cfg_targets, ALL_BUILTINS, Endian, TargetInfo, get_builtin_target_by_triple,
};
use cfg_expr::{Expression, expr::TargetMatcher};

use super::Package;

/// In which builds a predicate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Satisfiable {
    /// In none.
    Never,
    /// In some, as far as we know.
    Sometimes,
    /// In all.
    Always,
}

/// What builds were asked for.
#[derive(Debug, Clone, Default)]
pub struct CfgSettings {
    /// The triple of `--target`. Without it every platform is possible.
    pub target: Option<String>,
    /// Whether features were chosen on the command line: then those that are off stay off.
    pub explicit_features: bool,
}

/// A predicate, whatever type it is parsed to.
pub trait CfgTree: Sized {
    /// Its outermost form.
    fn node(&self) -> CfgNode<'_, Self>;
}

/// One level of a predicate.
#[derive(Debug)]
pub enum CfgNode<'a, P> {
    /// `unix`.
    Flag(&'a str),
    /// `feature = "x"`.
    KeyValue(&'a str, &'a str),
    /// `all(..)`.
    All(&'a [P]),
    /// `any(..)`.
    Any(&'a [P]),
    /// `not(..)`.
    Not(&'a P),
    /// `true` or `false`.
    Bool(bool),
}

/// Judges a predicate in a package.
pub fn cfg_active<P: CfgTree>(
    predicate: &P,
    package: &Package,
    settings: &CfgSettings,
) -> Satisfiable {
    let judged = judge(predicate, &|atom| settings.atom(atom, package));
    if judged != Satisfiable::Sometimes {
        return judged;
    }
    // Term by term, `all(x, not(x))` would seem possible: where a few terms are open,
    // try their combinations.
    let mut open = BTreeSet::new();
    collect_open(predicate, &|atom| settings.atom(atom, package), &mut open);
    let open: Vec<Atom<'_>> = open.into_iter().collect();
    if !(2..=MAX_TRIED).contains(&open.len()) && !is_repeated(predicate, &open) {
        return judged;
    }
    if open.len() > MAX_TRIED {
        return judged;
    }
    let results: Vec<bool> = combinations(&open)
        .into_iter()
        .map(|held| {
            let value = |atom: Atom<'_>| match open.binary_search(&atom) {
                Ok(index) => Satisfiable::from(held & (1 << index) != 0),
                Err(_) => settings.atom(atom, package),
            };
            judge(predicate, &value) == Satisfiable::Always
        })
        .collect();
    match (results.contains(&true), results.contains(&false)) {
        (true, false) => Satisfiable::Always,
        (false, _) => Satisfiable::Never,
        (true, true) => Satisfiable::Sometimes,
    }
}

impl CfgSettings {
    /// Judges what a dependency table is declared under: `cfg(..)` or a triple.
    pub fn target_cfg(&self, text: &str) -> Satisfiable {
        if !text.trim_start().starts_with("cfg(") {
            return match &self.target {
                Some(triple) => Satisfiable::from(triple == text),
                None => Satisfiable::Sometimes,
            };
        }
        // What Cargo would not accept either may mean anything.
        let Ok(expression) = Expression::parse(text) else {
            return Satisfiable::Sometimes;
        };
        let target = self.target_info();
        expression.eval(|predicate| match predicate {
            Predicate::Target(predicate) => match target {
                Some(target) => Satisfiable::from(target.matches(predicate)),
                None => Satisfiable::Sometimes,
            },
            Predicate::Test | Predicate::ProcMacro | Predicate::Feature(_) => Satisfiable::Never,
            Predicate::Flag(flag) => self.flag(flag),
            _ => Satisfiable::Sometimes,
        })
    }

    /// Whether the triple of `--target` is one that the compiler knows.
    pub(super) fn is_target_known(&self) -> bool {
        self.target.is_none() || self.target_info().is_some()
    }

    fn target_info(&self) -> Option<&'static TargetInfo> {
        get_builtin_target_by_triple(self.target.as_deref()?)
    }

    fn atom(&self, atom: Atom<'_>, package: &Package) -> Satisfiable {
        match atom {
            Atom::Flag(flag) => self.flag(flag),
            Atom::KeyValue("feature", feature) => self.feature(feature, package),
            Atom::KeyValue(..) => match (target_predicate(atom), self.target_info()) {
                (Some(predicate), Some(target)) => Satisfiable::from(target.matches(&predicate)),
                _ => Satisfiable::Sometimes,
            },
        }
    }

    fn flag(&self, flag: &str) -> Satisfiable {
        match flag {
            // Set by tools that test, document or explore the code, never in a service.
            "test" | "doctest" | "doc" | "docsrs" | "miri" | "loom" | "fuzzing" | "kani"
            | "tarpaulin" | "coverage" | "coverage_nightly" | "rust_analyzer" | "clippy" => {
                Satisfiable::Never
            }
            "unix" | "windows" => match (target_predicate(Atom::Flag(flag)), self.target_info()) {
                (Some(predicate), Some(target)) => Satisfiable::from(target.matches(&predicate)),
                _ => Satisfiable::Sometimes,
            },
            _ => Satisfiable::Sometimes,
        }
    }

    fn feature(&self, feature: &str, package: &Package) -> Satisfiable {
        if package.features.contains(feature) {
            Satisfiable::Always
        } else if package.guessed {
            if self.explicit_features {
                Satisfiable::Never
            } else {
                Satisfiable::Sometimes
            }
        } else if package.all_features.contains_key(feature) && !self.explicit_features {
            Satisfiable::Sometimes
        } else {
            Satisfiable::Never
        }
    }
}

/// The number of open terms up to which all combinations are tried.
const MAX_TRIED: usize = 8;

/// A predicate without parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Atom<'a> {
    Flag(&'a str),
    KeyValue(&'a str, &'a str),
}

fn judge<'a, P: CfgTree>(predicate: &'a P, value: &dyn Fn(Atom<'a>) -> Satisfiable) -> Satisfiable {
    match predicate.node() {
        CfgNode::Flag(flag) => value(Atom::Flag(flag)),
        CfgNode::KeyValue(key, text) => value(Atom::KeyValue(key, text)),
        CfgNode::All(parts) => parts
            .iter()
            .map(|part| judge(part, value))
            .min()
            .unwrap_or(Satisfiable::Always),
        CfgNode::Any(parts) => parts
            .iter()
            .map(|part| judge(part, value))
            .max()
            .unwrap_or(Satisfiable::Never),
        CfgNode::Not(part) => judge(part, value).not(),
        CfgNode::Bool(value) => Satisfiable::from(value),
    }
}

fn collect_open<'a, P: CfgTree>(
    predicate: &'a P,
    value: &dyn Fn(Atom<'a>) -> Satisfiable,
    open: &mut BTreeSet<Atom<'a>>,
) {
    let mut leaf = |atom| {
        if value(atom) == Satisfiable::Sometimes {
            open.insert(atom);
        }
    };
    match predicate.node() {
        CfgNode::Flag(flag) => leaf(Atom::Flag(flag)),
        CfgNode::KeyValue(key, text) => leaf(Atom::KeyValue(key, text)),
        CfgNode::All(parts) | CfgNode::Any(parts) => parts
            .iter()
            .for_each(|part| collect_open(part, value, open)),
        CfgNode::Not(part) => collect_open(part, value, open),
        CfgNode::Bool(_) => {}
    }
}

/// Whether the one open term stands in several places.
fn is_repeated<P: CfgTree>(predicate: &P, open: &[Atom<'_>]) -> bool {
    fn leaves<P: CfgTree>(predicate: &P) -> usize {
        match predicate.node() {
            CfgNode::All(parts) | CfgNode::Any(parts) => parts.iter().map(leaves).sum(),
            CfgNode::Not(part) => leaves(part),
            _ => 1,
        }
    }
    open.len() == 1 && leaves(predicate) > 1
}

/// The ways in which open terms can hold together, as bit sets: platform terms as
/// some platform has them, all others freely.
fn combinations(open: &[Atom<'_>]) -> BTreeSet<u32> {
    let platform: Vec<(usize, TargetPredicate)> = open
        .iter()
        .enumerate()
        .filter_map(|(index, atom)| Some((index, target_predicate(*atom)?)))
        .collect();
    let mut combinations: BTreeSet<u32> = if platform.is_empty() {
        BTreeSet::from([0])
    } else {
        let on = |target: &TargetInfo| {
            let held = platform
                .iter()
                .filter(|(_, predicate)| target.matches(predicate));
            held.fold(0, |bits, (index, _)| bits | 1 << index)
        };
        ALL_BUILTINS.iter().map(on).collect()
    };
    for index in (0..open.len()).filter(|index| platform.iter().all(|(other, _)| other != index)) {
        let with: Vec<u32> = combinations.iter().map(|bits| bits | 1 << index).collect();
        combinations.extend(with);
    }
    combinations
}

fn target_predicate(atom: Atom<'_>) -> Option<TargetPredicate> {
    Some(match atom {
        Atom::Flag(family @ ("unix" | "windows")) => {
            TargetPredicate::Family(cfg_targets::Family::new(family.to_owned()))
        }
        Atom::KeyValue("target_os", value) => {
            TargetPredicate::Os(cfg_targets::Os::new(value.to_owned()))
        }
        Atom::KeyValue("target_family", value) => {
            TargetPredicate::Family(cfg_targets::Family::new(value.to_owned()))
        }
        Atom::KeyValue("target_arch", value) => {
            TargetPredicate::Arch(cfg_targets::Arch::new(value.to_owned()))
        }
        Atom::KeyValue("target_env", value) => {
            TargetPredicate::Env(cfg_targets::Env::new(value.to_owned()))
        }
        Atom::KeyValue("target_abi", value) => {
            TargetPredicate::Abi(cfg_targets::Abi::new(value.to_owned()))
        }
        Atom::KeyValue("target_vendor", value) => {
            TargetPredicate::Vendor(cfg_targets::Vendor::new(value.to_owned()))
        }
        Atom::KeyValue("target_pointer_width", value) => {
            TargetPredicate::PointerWidth(value.parse().ok()?)
        }
        Atom::KeyValue("target_endian", "big") => TargetPredicate::Endian(Endian::big),
        Atom::KeyValue("target_endian", "little") => TargetPredicate::Endian(Endian::little),
        _ => return None,
    })
}

impl From<bool> for Satisfiable {
    fn from(holds: bool) -> Self {
        if holds {
            Satisfiable::Always
        } else {
            Satisfiable::Never
        }
    }
}

impl Logic for Satisfiable {
    fn top() -> Self {
        Satisfiable::Always
    }

    fn bottom() -> Self {
        Satisfiable::Never
    }

    fn and(self, other: Self) -> Self {
        self.min(other)
    }

    fn or(self, other: Self) -> Self {
        self.max(other)
    }

    fn not(self) -> Self {
        match self {
            Satisfiable::Never => Satisfiable::Always,
            Satisfiable::Sometimes => Satisfiable::Sometimes,
            Satisfiable::Always => Satisfiable::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;
    use crate::workspace::{WorkspaceRequest, discover};

    /// A predicate of the tests' own: this module knows no syntax.
    enum Tree {
        Flag(&'static str),
        Key(&'static str, &'static str),
        All(Vec<Tree>),
        Any(Vec<Tree>),
        Not(Box<Tree>),
        Bool(bool),
    }

    impl CfgTree for Tree {
        fn node(&self) -> CfgNode<'_, Self> {
            match self {
                Tree::Flag(flag) => CfgNode::Flag(flag),
                Tree::Key(key, value) => CfgNode::KeyValue(key, value),
                Tree::All(parts) => CfgNode::All(parts),
                Tree::Any(parts) => CfgNode::Any(parts),
                Tree::Not(part) => CfgNode::Not(part),
                Tree::Bool(value) => CfgNode::Bool(*value),
            }
        }
    }

    fn not(tree: Tree) -> Tree {
        Tree::Not(Box::new(tree))
    }

    fn feature(name: &'static str) -> Tree {
        Tree::Key("feature", name)
    }

    fn os(name: &'static str) -> Tree {
        Tree::Key("target_os", name)
    }

    #[test]
    fn judges_predicates() {
        use Satisfiable::{Always, Never, Sometimes};
        use Tree::{All, Any, Bool, Flag, Key};
        let manifest = "[package]\nname = 'a'\nedition = '2021'\n[features]\ndefault = ['on']\non = []\noff = []";
        let files = MemoryFiles::new([("/w/Cargo.toml", manifest), ("/w/src/main.rs", "")]);
        let workspace = |features: &[&str], target: Option<&str>| {
            let request = WorkspaceRequest {
                start: "/w".into(),
                features: features.iter().map(ToString::to_string).collect(),
                target: target.map(str::to_owned),
                ..WorkspaceRequest::default()
            };
            discover(&request, &files).unwrap()
        };
        let all = workspace(&[], None);
        let explicit = workspace(&["on"], None);
        let linux = workspace(&[], Some("x86_64-unknown-linux-gnu"));
        // The predicate, then: nothing asked for; --features on; --target linux.
        let rows = [
            (Flag("test"), [Never; 3]),
            (not(Flag("test")), [Always; 3]),
            (All(vec![Flag("test"), feature("on")]), [Never; 3]),
            (Any(vec![Flag("test"), feature("on")]), [Always; 3]),
            (feature("on"), [Always; 3]),
            (feature("off"), [Sometimes, Never, Sometimes]),
            (not(feature("off")), [Sometimes, Always, Sometimes]),
            (feature("undeclared"), [Never; 3]),
            (Flag("debug_assertions"), [Sometimes; 3]),
            (Flag("unix"), [Sometimes, Sometimes, Always]),
            (Flag("windows"), [Sometimes, Sometimes, Never]),
            (os("linux"), [Sometimes, Sometimes, Always]),
            (
                Key("target_pointer_width", "32"),
                [Sometimes, Sometimes, Never],
            ),
            (All(vec![]), [Always; 3]),
            (Any(vec![]), [Never; 3]),
            (Bool(false), [Never; 3]),
            (All(vec![feature("off"), not(feature("off"))]), [Never; 3]),
            (Any(vec![feature("off"), not(feature("off"))]), [Always; 3]),
            (All(vec![Flag("unix"), Flag("windows")]), [Never; 3]),
            (All(vec![os("linux"), os("macos")]), [Never; 3]),
            (All(vec![os("linux"), Flag("windows")]), [Never; 3]),
            (Any(vec![not(os("linux")), Flag("unix")]), [Always; 3]),
            (
                All(vec![os("linux"), feature("off")]),
                [Sometimes, Never, Sometimes],
            ),
            (
                All(vec![Flag("tokio_unstable"), not(Flag("tokio_unstable"))]),
                [Never; 3],
            ),
        ];
        for (index, (tree, expected)) in rows.iter().enumerate() {
            let judged = [&all, &explicit, &linux]
                .map(|workspace| workspace.cfg_active(tree, workspace.packages[0].id));
            assert_eq!(judged, *expected, "row {index}");
        }
    }

    #[test]
    fn judges_dependency_tables() {
        use Satisfiable::{Always, Never, Sometimes};
        let any = CfgSettings::default();
        let linux = CfgSettings {
            target: Some("x86_64-unknown-linux-gnu".to_owned()),
            ..CfgSettings::default()
        };
        for (text, expected) in [
            ("cfg(unix)", [Sometimes, Always]),
            (
                "cfg(all(target_os = \"linux\", not(target_env = \"musl\")))",
                [Sometimes, Always],
            ),
            ("cfg(windows)", [Sometimes, Never]),
            ("cfg(test)", [Never, Never]),
            ("x86_64-unknown-linux-gnu", [Sometimes, Always]),
            ("x86_64-pc-windows-msvc", [Sometimes, Never]),
            ("cfg(((", [Sometimes, Sometimes]),
        ] {
            assert_eq!(
                [any.target_cfg(text), linux.target_cfg(text)],
                expected,
                "{text}"
            );
        }
        assert!(linux.is_target_known());
        assert!(
            !CfgSettings {
                target: Some("my-board".to_owned()),
                ..CfgSettings::default()
            }
            .is_target_known()
        );
    }
}
