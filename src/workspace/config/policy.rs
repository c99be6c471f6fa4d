//! `[[policy]]`: what the endpoints of some routes must have.

use std::time::Duration;

use bytesize::ByteSize;
use jiff::SignedDuration;
use toml::de::DeValue;

use super::exception::Control;
use super::globs::RouteGlobs;
use super::names::closest;
use super::reader::{Reader, Table, Value, in_order, list, range};
use super::rules::{WHY_ROUTES, globs_of, methods_of};
use crate::source::TextRange;

/// The lints whose findings no level, comment or exception holds back: they stand for decisions
/// that are changed where they were made.
pub const FIXED_LINTS: &[&str] = &[
    "violated-policy",
    "unmatched-policy",
    "unaccepted-endpoint",
    "weakened-protection",
];

/// The words of authorization that name something: a role, a permission, a scope.
const RIGHTS: &[&str] = &["role", "permission", "scope"];

/// What the endpoints of some routes must have.
#[derive(Debug, Clone)]
pub struct RoutePolicy {
    /// Its name, which no other has.
    pub name: String,
    /// Which endpoints.
    pub routes: RouteGlobs,
    /// What each must have, in the order of the file.
    pub requires: Vec<Requirement>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What to do about an endpoint that does not have it.
    pub remedy: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Where its routes stand.
    pub range: TextRange,
}

impl RoutePolicy {
    /// Whether some request to an endpoint falls under the policy: one that takes any method falls
    /// under a policy for `POST`.
    pub fn covers(&self, method: &str, path: &str) -> bool {
        let by_method = method == "ANY" || self.routes.methods.matches(method);
        by_method && self.routes.globs.iter().any(|glob| glob.matches(path))
    }
}

/// One thing that an endpoint must have.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The protection.
    pub control: Control,
    /// How much of it.
    pub wanted: Wanted,
    /// Where it stands.
    pub range: TextRange,
}

/// How much of a protection is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// That it applies to every request.
    Required,
    /// A right that checks name: `role:admin`.
    Right(String),
    /// A body of at most so many bytes.
    Bytes(u64),
    /// An answer within this time.
    Time(Duration),
    /// Other origins only by their names.
    NamedOrigins,
    /// No other origins at all.
    SameOrigin,
}

impl Wanted {
    /// As a sentence says it after "must be".
    pub fn text(&self) -> String {
        match self {
            Wanted::Required => "required".to_owned(),
            Wanted::Right(right) => format!("`{right}`"),
            Wanted::Bytes(most) => format!("at most {most} bytes"),
            Wanted::Time(most) => format!("at most {most:?}"),
            Wanted::NamedOrigins => "for named origins".to_owned(),
            Wanted::SameOrigin => "for no other origin".to_owned(),
        }
    }
}

pub(super) fn policies(reader: &mut Reader<'_>, root: Table<'_, '_>) -> Vec<RoutePolicy> {
    let keys = [
        "name", "routes", "methods", "require", "owner", "remedy", "reason",
    ];
    let mut all: Vec<RoutePolicy> = Vec::new();
    for value in reader.entries(root, "policy") {
        let Some(table) = reader.table(value, "policy", &keys) else {
            continue;
        };
        let why = "findings call it by its name: `name = \"admin\"`";
        let name = reader.required(table, "name", why);
        if let Some(name) = &name
            && all.iter().any(|it| it.name == name.text)
        {
            let message = format!("there are two policies `{}`", name.text);
            reader.bad(
                name.range,
                message,
                "findings call a policy by its name: give each its own",
            );
        }
        if table.get("routes").is_none() {
            reader.missing(table, "routes", WHY_ROUTES);
        }
        let routes = reader.one_or_more(table, "routes");
        let globs = globs_of(reader, routes);
        let methods = reader.one_or_more(table, "methods");
        let methods = methods_of(reader, methods);
        let why = "say what they must have: `require = { authentication = \"required\" }`";
        let requires = match table.get("require") {
            Some(value) => requirements(reader, value),
            None => {
                reader.missing(table, "require", why);
                Vec::new()
            }
        };
        let mut text = |key| reader.string(table, key).map(|it| it.text);
        let (owner, remedy, reason) = (text("owner"), text("remedy"), text("reason"));
        all.push(RoutePolicy {
            name: name.map(|it| it.text).unwrap_or_default(),
            routes: RouteGlobs { globs, methods },
            requires,
            owner,
            remedy,
            reason,
            range: table.get("routes").map_or(table.range, range),
        });
    }
    all
}

fn requirements(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Requirement> {
    let Some(table) = reader.open_table(value, "require") else {
        return Vec::new();
    };
    if table.entries.is_empty() {
        reader.bad(
            table.range,
            "`require` is empty",
            "name a protection: `require = { authentication = \"required\" }`",
        );
    }
    let mut all: Vec<Requirement> = Vec::new();
    for (key, value) in in_order(table.entries) {
        let word = key.get_ref().replace('-', "_");
        let found = Control::ALL.iter().copied().find(|it| it.as_str() == word);
        let Some(control) = found else {
            let names: Vec<&str> = Control::ALL.iter().map(|it| it.as_str()).collect();
            let help = match closest(&word.replace('_', "-"), names.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write one of {}", list(&names)),
            };
            let message = format!("`{}` is no protection", key.get_ref());
            reader.unknown_key(range(key), message, help);
            continue;
        };
        if all.iter().any(|it| it.control == control) {
            let message = format!("`{}` is required twice", control.as_str());
            reader.bad(range(key), message, "keep one of the two");
        }
        if let Some(wanted) = wanted(reader, control, value) {
            all.push(Requirement {
                control,
                wanted,
                range: range(key),
            });
        }
    }
    all
}

fn wanted(reader: &mut Reader<'_>, control: Control, value: &Value<'_>) -> Option<Wanted> {
    let name = control.as_str();
    let forms = forms(control);
    let word = match value.get_ref() {
        DeValue::Boolean(true) => return Some(Wanted::Required),
        DeValue::Boolean(false) => {
            let message = format!("`{name} = false` requires nothing");
            reader.bad(range(value), message, "leave the key out");
            return None;
        }
        DeValue::String(text) => text.trim(),
        _ => {
            let what = format!("`{name}`");
            let help = Some(format!("write {forms}"));
            reader.wrong_type(value, &what, "`true` or a string", help);
            return None;
        }
    };
    let found = match (control, word) {
        (_, "required") => Some(Wanted::Required),
        (Control::Authorization, _) => right(word),
        (Control::BodyLimit, _) => at_most(word)
            .and_then(|it| it.parse::<ByteSize>().ok())
            .map(|it| Wanted::Bytes(it.as_u64())),
        (Control::Timeout, _) => at_most(word).and_then(time).map(Wanted::Time),
        (Control::Cors, "named-origins") => Some(Wanted::NamedOrigins),
        (Control::Cors, "same-origin") => Some(Wanted::SameOrigin),
        _ => None,
    };
    if found.is_none() {
        let weaker = ["conditional", "optional", "none", "unknown"];
        let help = match weaker.contains(&word) {
            true => format!("a policy requires; write {forms}"),
            false => format!("write {forms}"),
        };
        let message = format!("`{word}` is nothing that `{name}` can be required to be");
        reader.bad(range(value), message, help);
    }
    found
}

/// What a protection can be required to be.
fn forms(control: Control) -> &'static str {
    match control {
        Control::Authorization => {
            "`true`, or `\"role:admin\"`, `\"permission:..\"` or `\"scope:..\"`"
        }
        Control::BodyLimit => "`true`, or `\"<= 1MB\"`",
        Control::Timeout => "`true`, or `\"<= 30s\"`",
        Control::Cors => "`true`, `\"named-origins\"` or `\"same-origin\"`",
        _ => "`true` or `\"required\"`",
    }
}

/// `role:admin`, with a name that can be looked for.
fn right(word: &str) -> Option<Wanted> {
    let (kind, name) = word.split_once(':')?;
    let named = name.chars().any(char::is_alphanumeric);
    (RIGHTS.contains(&kind) && named).then(|| Wanted::Right(word.to_owned()))
}

fn at_most(word: &str) -> Option<&str> {
    word.strip_prefix("<=").map(str::trim)
}

/// `30s`, `1m 30s`, `500 ms`.
pub fn time(text: &str) -> Option<Duration> {
    let time: SignedDuration = text.parse().ok()?;
    Duration::try_from(time).ok()
}
