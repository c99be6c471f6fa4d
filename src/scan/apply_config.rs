//! What the settings say of endpoints: controls outside of the code, and fixed settings.

use std::collections::BTreeMap;

use crate::routes::endpoint::{ASSUMED, Endpoint};
use crate::routes::{Evidence, EvidenceKind, Inventory, Protection, Status};
use crate::source::FileId;
use crate::workspace::config::exception::{
    AssumedValue, Assumption, Control, ExceptionUses, Exceptions,
};

/// Writes them into the verdicts, and says which exceptions were needed for that.
pub(super) fn apply_config(
    inventory: &mut Inventory,
    exceptions: Exceptions<'_>,
    file: Option<FileId>,
) -> ExceptionUses {
    let mut uses = ExceptionUses::default();
    let Some(file) = file else { return uses };
    for endpoint in &mut inventory.endpoints {
        for control in Control::ALL {
            assume(protection(endpoint, *control), exceptions, file, &mut uses);
            external(endpoint, *control, exceptions, file, &mut uses);
        }
    }
    uses
}

fn protection(endpoint: &mut Endpoint, control: Control) -> &mut Protection {
    let all = &mut endpoint.protections;
    match control {
        Control::Authentication => &mut all.authentication,
        Control::Authorization => &mut all.authorization,
        Control::RateLimit => &mut all.rate_limit,
        Control::BodyLimit => &mut all.body_limit,
        Control::Timeout => &mut all.timeout,
        Control::Cors => &mut all.cors,
        Control::Csrf => &mut all.csrf,
        Control::Tracing => &mut all.tracing,
    }
}

fn external(
    endpoint: &mut Endpoint,
    control: Control,
    exceptions: Exceptions<'_>,
    file: FileId,
    uses: &mut ExceptionUses,
) {
    if protection(endpoint, control).status == Status::Required {
        return;
    }
    let service = Some(endpoint.service.as_str());
    let found = exceptions.external(control, service, &endpoint.method, &endpoint.path);
    let Some(entry) = found else { return };
    uses.insert(entry.id);
    let range = exceptions.get(entry.id).range;
    let protection = protection(endpoint, control);
    protection.status = Status::Required;
    protection.condition = None;
    protection.unresolved = None;
    protection.evidence.push(Evidence {
        kind: EvidenceKind::Configuration,
        name: entry.by.clone(),
        span: range.in_file(file),
    });
}

/// Makes a conditional verdict with the settings whose value is fixed.
fn assume(
    protection: &mut Protection,
    exceptions: Exceptions<'_>,
    file: FileId,
    uses: &mut ExceptionUses,
) {
    if protection.status != Status::Conditional {
        return;
    }
    let Some(condition) = protection.condition.clone() else {
        return;
    };
    let mut open = Vec::new();
    for part in condition.split(" and ") {
        let (setting, wanted) = wanted(part);
        let Some(assumption) = exceptions.assumption(setting) else {
            open.push(part);
            continue;
        };
        let Some(holds) = holds(assumption, wanted) else {
            open.push(part);
            continue;
        };
        uses.insert(assumption.id);
        protection.evidence.push(Evidence {
            kind: EvidenceKind::Configuration,
            name: format!("{ASSUMED}{setting}"),
            span: assumption.range.in_file(file),
        });
        if !holds {
            protection.status = Status::None;
            protection.condition = None;
            return;
        }
    }
    if open.is_empty() {
        protection.status = Status::Required;
        protection.condition = None;
    } else {
        protection.condition = Some(open.join(" and "));
    }
}

/// What a setting must be for a condition to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted<'t> {
    On,
    Off,
    Is(&'t str),
    /// Its presence: no value tells it.
    Presence,
}

/// The setting that a part of a condition is about.
pub(super) fn setting_of(part: &str) -> &str {
    wanted(part).0
}

/// The settings that verdicts hang on, each with the value that makes a verdict hold, as TOML.
/// A setting that only has to be there has no such value.
pub fn assumable(inventory: &Inventory) -> Vec<(String, String)> {
    let mut settings = BTreeMap::new();
    for endpoint in &inventory.endpoints {
        for (_, protection) in endpoint.protections.named() {
            let parts = protection.condition.iter().flat_map(|it| it.split(" and "));
            for part in parts.filter(|_| protection.status == Status::Conditional) {
                let (name, value) = match wanted(part) {
                    (name, Wanted::On) => (name, "true".to_owned()),
                    (name, Wanted::Off) => (name, "false".to_owned()),
                    (name, Wanted::Is(value)) => (name, toml::Value::from(value).to_string()),
                    (_, Wanted::Presence) => continue,
                };
                settings.entry(name.to_owned()).or_insert(value);
            }
        }
    }
    settings.into_iter().collect()
}

fn wanted(part: &str) -> (&str, Wanted<'_>) {
    if let Some(name) = part.strip_prefix('!') {
        return (name, Wanted::Off);
    }
    match part.split_once(" is ") {
        Some((name, "set" | "not set")) => (name, Wanted::Presence),
        Some((name, value)) => (name, Wanted::Is(value)),
        None => (part, Wanted::On),
    }
}

fn holds(assumption: &Assumption, wanted: Wanted<'_>) -> Option<bool> {
    match (&assumption.value, wanted) {
        (AssumedValue::Bool(value), Wanted::On) => Some(*value),
        (AssumedValue::Bool(value), Wanted::Off) => Some(!*value),
        (AssumedValue::Text(value), Wanted::Is(wanted)) => Some(value == wanted),
        (AssumedValue::Integer(value), Wanted::Is(wanted)) => Some(value.to_string() == wanted),
        _ => None,
    }
}
