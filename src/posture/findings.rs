//! What became of an accepted posture, as findings.

use super::Placed;
use super::compare::{Change, Changes, Weaker};
use super::lock::place_of;
use super::verdict::Entry;
use crate::diagnostics::{Diagnostic, Label, engine};
use crate::routes::value::Lost;
use crate::source::FileId;

/// How many endpoints of a finding are pointed at.
const LABELLED: usize = 8;

/// What to do about a change that is meant.
const ACCEPT: &str = "put it back, or accept it: `cargo moat accept --only";

/// A finding for each endpoint that was not accepted, one for each way in which endpoints of a
/// service lost protection, and one for each registration that can no longer be followed.
///
/// `placed`, `entries` and `unresolved` are those that were compared, `lock` is the file with its
/// text.
pub fn lock_findings(
    changes: &Changes,
    placed: &[&Placed],
    entries: &[Entry],
    unresolved: &[&Lost],
    lock: (FileId, &str),
    flags: Option<&str>,
) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = changes
        .new
        .iter()
        .map(|at| unaccepted(placed[*at], &entries[*at]))
        .collect();
    // In the order of the first endpoint of each.
    let mut groups: Vec<(&str, &[Change], Vec<&Weaker>)> = Vec::new();
    for weaker in &changes.weaker {
        let service = entries[weaker.at].service.as_str();
        let known = groups
            .iter_mut()
            .find(|(of, steps, _)| *of == service && *steps == weaker.steps);
        match known {
            Some((.., members)) => members.push(weaker),
            None => groups.push((service, &weaker.steps, vec![weaker])),
        }
    }
    found.extend(groups.into_iter().map(|(service, steps, members)| {
        let members: Vec<(&Placed, &Entry, Label)> = members
            .into_iter()
            .map(|it| {
                let (file, text) = lock;
                let place = place_of(text, it.line, steps[0].control);
                let label = Label::new(place.in_file(file), "as it was accepted");
                (placed[it.at], &entries[it.at], label)
            })
            .collect();
        weakened(service, steps, members)
    }));
    found.extend(changes.newly_unresolved.iter().map(|at| {
        let lost = unresolved[*at];
        let title = format!("a registration can no longer be followed: {}", lost.reason);
        let label = Label::new(lost.span, "endpoints may be missing behind this");
        let meta = engine::UNACCEPTED_ENDPOINT.meta();
        Diagnostic::new(&meta, title, label, format!("unresolved {}", lost.reason))
            .with_note("`moat.lock` does not list it, and which endpoints it makes is not known")
            .with_help("register the routes where they can be read, or run `cargo moat accept`")
    }));
    if let Some(flags) = flags {
        for finding in &mut found {
            finding.notes.push(flags.to_owned());
        }
    }
    found
}

fn unaccepted(placed: &Placed, entry: &Entry) -> Diagnostic {
    let name = entry.name();
    let title = format!("`{name}` of `{}` is not in `moat.lock`", entry.service);
    let verdicts: Vec<String> = entry
        .verdicts
        .iter()
        .map(|(control, verdict)| format!("{control} {verdict}"))
        .collect();
    let meta = engine::UNACCEPTED_ENDPOINT.meta();
    let label = Label::new(placed.registration, "a new endpoint");
    let fingerprint = format!("{} {name}", entry.service);
    let finding = Diagnostic::new(&meta, title, label, fingerprint)
        .with_note(format!("its protections are {}", verdicts.join(", ")))
        .with_help(format!(
            "review it, and accept it: `cargo moat accept --only \"{name}\"`"
        ))
        .with_endpoint(&entry.method, &entry.path);
    with_handler(finding, placed)
}

fn weakened(
    service: &str,
    steps: &[Change],
    mut members: Vec<(&Placed, &Entry, Label)>,
) -> Diagnostic {
    members.sort_by_key(|it| it.1.name());
    let (first, entry, accepted) = &members[0];
    let facts: Vec<String> = steps
        .iter()
        .map(|it| format!("{} was {} and is {}", it.control, it.old, it.new))
        .collect();
    let who = match members.len() {
        1 => format!("`{}` of `{service}`", entry.name()),
        many => format!("{many} endpoints of `{service}`"),
    };
    let verb = match (steps.iter().all(|it| it.is_sure), members.len()) {
        (true, 1) => "has lost protection",
        (true, _) => "have lost protection",
        (false, 1) => "may have lost protection",
        (false, _) => "may have lost protection",
    };
    let title = format!("{who} {verb}: {}", facts.join("; "));
    let names: Vec<String> = members.iter().map(|it| it.1.name()).collect();
    let fingerprint = format!("{service} {} {}", names.join(" "), facts.join(" "));
    let label = match members.len() {
        1 => String::new(),
        _ => format!("`{}`", entry.name()),
    };
    let meta = engine::WEAKENED_PROTECTION.meta();
    let primary = Label::new(first.registration, label);
    let mut finding = Diagnostic::new(&meta, title, primary, fingerprint);
    match members.len() {
        1 => {
            finding = with_handler(finding, first).with_endpoint(&entry.method, &entry.path);
        }
        _ => {
            for (placed, entry, _) in members.iter().skip(1).take(LABELLED - 1) {
                if placed.registration != first.registration {
                    let label = Label::new(placed.registration, format!("`{}`", entry.name()));
                    finding.secondary.push(label);
                }
            }
            let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
            finding = finding.with_note(format!("the endpoints are {}", names.join(", ")));
        }
    }
    finding.secondary.push(accepted.clone());
    if steps.iter().any(|it| !it.is_sure) {
        finding = finding.with_note("what cannot be compared counts as a change for the worse");
    }
    let help = match members.len() {
        1 => format!("{ACCEPT} \"{}\"`", entry.name()),
        _ => "put it back, or accept all changes: `cargo moat accept`".to_owned(),
    };
    finding.with_help(help)
}

fn with_handler(finding: Diagnostic, placed: &Placed) -> Diagnostic {
    match placed.handler {
        Some(handler) if handler != placed.registration => {
            finding.with_label(handler, "the handler")
        }
        _ => finding,
    }
}
