//! The check `hazardous-call`: a library is used in a way that its model calls dangerous.
//!
//! Parameters: `hazards`, the kinds of [hazard](HazardKind); `does`, what a function with such a use does;
//! `use`, what the use is; `remedy`; `about`, words that names around it must have for the finding to be
//! for all ([`names::About`]), and `elsewhere = "nobody"` if auditors are not to hear of others either;
//! `when-set = "nobody"` if they are not to hear of what some setting or condition decides.

mod again;
mod by_hand;
mod made;
mod names;
mod uses;
mod verifiers;
mod written;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use serde::Deserialize;

use self::names::{About, Around};
use self::uses::Use;
use super::secrets::names::words;
use super::{Context, fixed, meta, params};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::{Expr, ExprId, Mention};
use crate::lints::Lint;
use crate::models::{Hazard, HazardKind};
use crate::program::{BodyKey, BodyOwner, CrateId, FnId};
use crate::source::{Name, SourceMap, Span};
use crate::values::Values;
use crate::values::around::{Condition, Parents, Way};
use crate::values::making::Place;
use crate::values::strings::Strings;
use crate::values::worth::{Worth, Worthy};

/// Callers further away than this are not asked on what conditions they call.
const MAX_CALLERS: usize = 4;

/// Of places that are one finding, so many are shown beside the first.
const MAX_MORE: usize = 8;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Params {
    hazards: Vec<HazardKind>,
    does: String,
    #[serde(rename = "use")]
    use_: String,
    remedy: String,
    #[serde(default)]
    about: Option<About>,
    #[serde(default)]
    elsewhere: Heard,
    #[serde(default)]
    when_set: Heard,
}

/// Who hears of what is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Heard {
    /// Auditors.
    #[default]
    Auditors,
    /// Nobody.
    Nobody,
}

/// How sure a hazard is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// In any case.
    Certain,
    /// Some setting or condition decides; what is known of it.
    Depends(String),
}

/// The uses of libraries that models call dangerous, found once for all lints.
#[derive(Default)]
pub struct Hazards<'m> {
    found: Vec<Use<'m>>,
}

impl<'m> Hazards<'m> {
    /// Looks for the kinds of hazard that these lints speak of.
    pub(super) fn new<'l>(cx: &Context<'m>, lints: impl Iterator<Item = &'l Lint>) -> Hazards<'m> {
        let asked = lints
            .filter_map(params::read::<Params>)
            .flat_map(|it| it.hazards);
        let asked: FxHashSet<HazardKind> = asked.collect();
        let models = cx.program.models;
        let meant = models.hazards_of(cx.program.crates_used(), |it| asked.contains(&it.kind));
        if meant.is_empty() {
            return Hazards::default();
        }
        let paths = meant.iter().map(|it| it.as_str());
        let using = cx.program.using(paths, true, |path| meant.contains(&path));
        // `Validation { validate_exp: false, .. }` names the type and not its field alone.
        let owners: FxHashSet<u16> = meant
            .iter()
            .filter(|it| is_field(it.as_str()))
            .filter_map(|it| it.as_str().rsplit("::").nth(1))
            .flat_map(|owner| cx.program.hashes_of(Name::new(owner), &Mention::NAMED))
            .collect();
        let aliases = uses::aliases(cx.program, &meant);
        let owners: FxHashSet<u16> = owners.into_iter().chain(aliases).collect();
        let literal = match owners.is_empty() {
            true => Vec::new(),
            false => cx.program.mentioning(&owners),
        };
        let bodies: std::collections::BTreeSet<BodyKey> =
            using.into_iter().chain(literal).collect();
        let live: Vec<BodyKey> = bodies.into_iter().filter(|it| cx.is_live(*it)).collect();
        let found: Vec<Vec<Use<'m>>> = live
            .par_iter()
            .map(|key| uses::in_body(cx, *key, &asked))
            .collect();
        let mut found: Vec<Use<'m>> = found.into_iter().flatten().collect();
        found.extend(verifiers::find(cx, &asked));
        Hazards { found }
    }
}

/// Whether a path may be that of a field: `Type::field`.
fn is_field(path: &str) -> bool {
    let mut names = path.rsplit("::");
    let is_capital = |it: &str| it.starts_with(char::is_uppercase);
    names.next().is_some_and(|it| !is_capital(it)) && names.next().is_some_and(is_capital)
}

/// Finds the hazards of a lint.
pub(super) fn run(cx: &Context<'_>, hazards: &Hazards<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let is_live = |key| cx.is_live(key);
    let strings = Strings::new(cx.values, &is_live);
    let judge = Judge {
        cx,
        values: cx.values,
        sources: cx.sources,
        worthy: Worthy::new(&strings, cx.values, cx.sources),
        strings: &strings,
    };
    let mut found: BTreeMap<Span, Diagnostic> = BTreeMap::new();
    let mut keys = FxHashSet::default();
    let mut first_of: BTreeMap<CrateId, Span> = BTreeMap::new();
    let meant = hazards
        .found
        .iter()
        .filter(|it| params.hazards.contains(&it.hazard.kind));
    for used in meant {
        let Some((span, diagnostic)) = judge.judged(lint, &params, used) else {
            continue;
        };
        // One short key that signs and verifies.
        if let Some(key) = used.argument.filter(|_| used.hazard.shorter.is_some())
            && !keys.insert((key.0, judge.text(key)))
        {
            continue;
        }
        if used.hazard.once {
            let krate = cx.program[cx.program[used.place.0].module].krate;
            let first = *first_of.entry(krate).or_insert(span);
            if let Some(known) = found.remove(&first).filter(|_| first != span) {
                let more = match known.secondary.len() < MAX_MORE {
                    true => known.with_label(span, "and here"),
                    false => known,
                };
                found.insert(first, more);
                continue;
            }
        }
        match found.get(&span) {
            Some(known) if known.persona <= diagnostic.persona => {}
            _ => {
                found.insert(span, diagnostic);
            }
        }
    }
    found.into_values().collect()
}

/// What judging takes.
struct Judge<'j, 'a> {
    cx: &'j Context<'a>,
    values: &'j Values<'a>,
    sources: &'j SourceMap,
    worthy: Worthy<'j, 'a>,
    strings: &'j Strings<'a>,
}

impl Judge<'_, '_> {
    /// The finding for a use, if it is one, and what it stands at.
    fn judged(&self, lint: &Lint, params: &Params, used: &Use<'_>) -> Option<(Span, Diagnostic)> {
        let Use { hazard, place, .. } = used;
        if self.cx.calls(&hazard.unless_called) {
            return None;
        }
        let mut made = None;
        let mut place_of = used.span;
        let again = match hazard.again {
            true => Some(again::of(self, used)?),
            false => None,
        };
        let sure = match (hazard.accepts, hazard.lacks) {
            (true, _) => Some(Sure::Certain),
            (_, Some(lacking)) => {
                let value = match used.argument {
                    Some(argument) => made::value(self, argument, lacking)?,
                    None => written::value(self, *place, lacking)?,
                };
                let sure = value.sure.clone();
                made = Some(value);
                Some(sure)
            }
            _ if hazard.payload => {
                place_of = by_hand::read(self, used)?;
                Some(Sure::Certain)
            }
            _ => self.meets(hazard, used),
        }?;
        let on = match &sure {
            Sure::Certain => match hazard.accepts {
                true => self.uses_of_verifier(used),
                false => self.condition(*place, MAX_CALLERS),
            },
            Sure::Depends(_) => None,
        };
        let sure = match on {
            Some(what) => Sure::Depends(what),
            None => sure,
        };
        if sure != Sure::Certain && params.when_set == Heard::Nobody {
            return None;
        }
        let around = Around::of(self, used, made.as_ref());
        if around.is_excused(hazard.kind) {
            return None;
        }
        // What is made for passwords is about them, whatever it is given.
        let about = params
            .about
            .filter(|_| hazard.kind != HazardKind::CheapPasswordHash);
        let about = about.map(|it| around.says(it));
        if about == Some(None) && params.elsewhere == Heard::Nobody {
            return None;
        }
        // `weak-password-hash` speaks of it.
        let is_of_password = || around.says(About::Passwords).is_some();
        if about == Some(None) && hazard.kind == HazardKind::WeakHash && is_of_password() {
            return None;
        }
        let span = made.as_ref().map_or(place_of, |it| it.span);
        let function = self.name_of(place.0);
        let what = short(hazard.path);
        let does = params.does.replace("{call}", &what);
        let does = match about {
            Some(Some(ref name)) => does.replace("{name}", name),
            _ => does.replace("`{name}`", "something"),
        };
        let identity = match made.as_ref().and_then(|it| it.name.as_deref()) {
            Some(name) => format!("{}|{function}|{name}", lint.id),
            None => format!("{}|{function}|{what}", lint.id),
        };
        let mut diagnostic = Diagnostic::new(
            &meta(lint),
            format!("`{function}` {does}"),
            Label::new(span, params.use_.replace("{call}", &what)),
            identity,
        );
        if let Some(made) = &made {
            if let Some(off) = made.off {
                diagnostic = diagnostic.with_label(off, "switched off here");
            }
            diagnostic = diagnostic.with_label(used.span, "used here");
        }
        if let Some((span, what)) = again.as_ref().and_then(|it| it.label) {
            diagnostic = diagnostic.with_label(span, what);
        }
        if let Some(note) = &hazard.note {
            diagnostic = diagnostic.with_note(note.clone());
        }
        if let Sure::Depends(what) = &sure {
            diagnostic = diagnostic
                .with_persona(Persona::Auditor)
                .with_note(format!("it hangs on {what}"));
        }
        if hazard.auditor
            || again.is_some_and(|it| it.is_doubtful)
            || about == Some(None)
            || made.is_some_and(|it| it.is_minor && !used.is_guarded())
        {
            diagnostic = diagnostic.with_persona(Persona::Auditor);
        }
        Some((span, diagnostic.with_help(params.remedy.clone())))
    }

    /// Whether the argument is what makes it dangerous.
    fn meets(&self, hazard: &Hazard, used: &Use<'_>) -> Option<Sure> {
        let asks = !hazard.is.is_empty() || !hazard.holds.is_empty();
        if !asks && hazard.below.is_none() && hazard.shorter.is_none() {
            return Some(Sure::Certain);
        }
        let argument = used.argument?;
        // What stands in the source, however long it is, is for others to tell of.
        if hazard.shorter.is_some() && fixed::written(self.cx, argument).is_some() {
            return None;
        }
        let worths = self.worthy.of(argument);
        let is_met = |it: &Worth| self.is_met(hazard, it);
        let met = worths.all.iter().filter(|it| is_met(it)).count();
        let is_field = worths.all.iter().any(|it| {
            matches!(it, Worth::Item(path) if is_field(path.as_str()) && hazard.is.contains(path))
        });
        // Something else may be known of a value that is also compared.
        if is_field && self.is_compared(argument.0, hazard) {
            return None;
        }
        if met > 0 && met == worths.all.len() && !worths.is_open {
            return Some(Sure::Certain);
        }
        let is_switch = hazard.is.iter().any(|it| *it == "true" || *it == "false");
        match (met, worths.is_open) {
            (0, true) if is_switch && worths.all.is_empty() => {
                let text = self.text(argument);
                Some(Sure::Depends(
                    match text.len() < 60 && !text.contains('"') {
                        true => format!("`{}`", text.trim()),
                        false => "an argument".into(),
                    },
                ))
            }
            (0, _) => None,
            _ => Some(Sure::Depends("a setting".into())),
        }
    }

    fn text(&self, (key, id): Place) -> &str {
        let data = &self.cx.program[key];
        let range = data.body.expr_range(id);
        self.sources.slice(range.in_file(data.file))
    }

    fn is_met(&self, hazard: &Hazard, worth: &Worth) -> bool {
        let is = |text: &str| hazard.is.iter().any(|it| *it == text);
        match worth {
            Worth::Bool(it) => is(if *it { "true" } else { "false" }),
            Worth::Number(it) => hazard.below.is_some_and(|below| *it < u128::from(below)),
            Worth::Item(path) => is(path.as_str()),
            Worth::Text(it) => {
                hazard
                    .is
                    .iter()
                    .any(|is| it.eq_ignore_ascii_case(is.as_str()))
                    || hazard.holds.iter().any(|part| it.contains(part.as_str()))
                    || hazard.shorter.is_some_and(|most| (it.len() as u64) < most)
            }
            Worth::Bytes(it) => hazard.shorter.is_some_and(|most| *it < most),
            Worth::Empty => is("[]"),
        }
    }

    /// Whether the field that a hazard speaks of is compared with something in a body.
    fn is_compared(&self, key: BodyKey, hazard: &Hazard) -> bool {
        use crate::facts::body::BinaryOp;
        let body = &self.cx.program[key].body;
        let typing = self.values.typing(key);
        let is_it = |id| match body.expr(id) {
            Expr::Field { base, name } => {
                let owner = typing.ty(*base).peel_refs().external_path();
                owner.is_some_and(|it| hazard.is.contains(&Name::new(&format!("{it}::{name}"))))
            }
            _ => false,
        };
        let through = |id| match body.expr(id) {
            Expr::Ref { inner, .. } => is_it(*inner),
            _ => is_it(id),
        };
        body.exprs().any(|(_, expr)| match expr {
            Expr::Binary {
                op: BinaryOp::Eq | BinaryOp::Ne,
                lhs,
                rhs,
            } => through(*lhs) || through(*rhs),
            Expr::Match { scrutinee, .. } => through(*scrutinee),
            Expr::MethodCall(call) => {
                call.name == "contains" && call.args.iter().any(|it| through(*it))
            }
            _ => false,
        })
    }

    /// What a use hangs on: a branch that it stands in, or all that its function is called from.
    fn condition(&self, (key, id): Place, callers: usize) -> Option<String> {
        let program = self.cx.program;
        let data = &program[key];
        let parents = Parents::of(&data.body);
        for condition in parents.conditions(&data.body, id) {
            if let Some(what) = self.hangs_on((key, id), condition) {
                return Some(what);
            }
        }
        let BodyOwner::Fn(function) = data.owner else {
            return None;
        };
        if program[function].cfg.is_some() {
            return Some("a `cfg`".into());
        }
        self.calls_hang_on(function, callers)
    }

    fn calls_hang_on(&self, function: FnId, callers: usize) -> Option<String> {
        let callers = callers.checked_sub(1)?;
        let calls = self.strings.callers(function);
        let mut what = None;
        for call in calls.iter() {
            if call.0 == self.cx.program[function].body? {
                continue;
            }
            what = Some(self.condition(*call, callers)?);
        }
        what
    }

    /// What a use hangs on by a condition: one that asks how much is to be verified, or one on which
    /// something is changed that others use as it is.
    fn hangs_on(&self, (key, id): Place, condition: Condition) -> Option<String> {
        let data = &self.cx.program[key];
        let text = |id| {
            let range = data.body.expr_range(id);
            self.sources.slice(range.in_file(data.file)).trim()
        };
        let asked = text(condition.asked);
        if condition.way == Way::Cfg {
            return Some("a `cfg`".into());
        }
        if let Some(holds) = condition.holds
            && self.worthy.of((key, condition.asked)).truth() == Some(holds)
        {
            return None;
        }
        let mut words = words(asked);
        if let Way::Arm(at) = condition.way
            && let Expr::Match { arms, .. } = data.body.expr(at)
        {
            for arm in arms {
                let range = data.body.pat_range(arm.pat).in_file(data.file);
                words.extend(self::words(self.sources.slice(range)));
            }
        }
        let is_choice = match condition.way {
            Way::After => says_how(&words, &[]),
            _ => says_how(&words, &WHERE),
        };
        let is_change = match condition.way {
            Way::Branch(at) | Way::Arm(at) => self.is_changed_in(key, id, at),
            Way::Cfg | Way::After => false,
        };
        let is_of_tls = words.iter().any(|it| TLS.contains(&it.as_str()));
        (is_choice || is_change && !is_of_tls).then(|| shown(asked))
    }

    /// Whether a use is a step on a variable that is older than the branch in which it stands.
    fn is_changed_in(&self, key: BodyKey, id: ExprId, branch: ExprId) -> bool {
        let body = &self.cx.program[key].body;
        let mut root = id;
        loop {
            root = match body.expr(root) {
                Expr::MethodCall(call) => call.receiver,
                Expr::Field { base, .. } => *base,
                Expr::Try(inner) | Expr::Ref { inner, .. } => *inner,
                _ => break,
            };
        }
        let Some(pat) = self.values.typing(key).local(root) else {
            // What stands for an argument or a value is part of what is changed.
            return !matches!(body.expr(id), Expr::MethodCall(_) | Expr::Call { .. });
        };
        !body.expr_range(branch).contains(body.pat_range(pat))
    }

    /// What all uses of a verifier hang on.
    fn uses_of_verifier(&self, used: &Use<'_>) -> Option<String> {
        let mut what = used.made_at.is_empty().then(|| "who makes it".into());
        for place in &used.made_at {
            what = Some(self.condition(*place, MAX_CALLERS)?);
        }
        what
    }

    /// The name of the function or constant that a body belongs to, with its type.
    fn name_of(&self, key: BodyKey) -> String {
        match self.cx.program[key].owner {
            BodyOwner::Fn(id) => self.cx.program.fn_name(id),
            BodyOwner::Const(id) => self.cx.program[id].name.to_string(),
        }
    }
}

/// Words of conditions that ask whether there is TLS at all.
const TLS: [&str; 5] = ["https", "tls", "ssl", "ldaps", "wss"];

/// Words of conditions that ask where the program runs.
const WHERE: [&str; 14] = [
    "dev",
    "development",
    "debug",
    "test",
    "tests",
    "testing",
    "local",
    "localhost",
    "prod",
    "production",
    "release",
    "e2e",
    "staging",
    "env",
];

/// Whether a condition asks how much is to be verified; or, of the words that are added, where.
fn says_how(words: &[String], more: &[&str]) -> bool {
    const HOW: [&str; 14] = [
        "insecur", "verif", "skip", "danger", "trust", "signed", "accept", "allow", "unsafe",
        "ignore", "strict", "valid", "invalid", "cert",
    ];
    words
        .iter()
        .any(|word| HOW.iter().any(|it| word.starts_with(it)) || more.contains(&word.as_str()))
}

/// A condition, for people; not one that is long or has texts in it.
fn shown(asked: &str) -> String {
    match asked.len() < 60 && !asked.contains(['"', '\n']) {
        true => format!("`{asked}`"),
        false => "a condition".into(),
    }
}

/// The last two names of a path.
fn short(path: Name) -> String {
    let mut names: Vec<&str> = path.as_str().rsplit("::").take(2).collect();
    names.reverse();
    names.join("::")
}
