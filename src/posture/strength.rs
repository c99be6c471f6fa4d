//! Which of two verdicts on one protection asks for more.
//!
//! What cannot be compared is a change that somebody has to look at: only where the new verdict
//! surely asks for no less does it pass without.

use std::time::Duration;

use super::verdict::{AND, Verdict};
use crate::workspace::config::time;

/// How a verdict stands to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It says the same.
    Same,
    /// It surely asks for no less.
    Stronger,
    /// It surely asks for less.
    Weaker,
    /// It may ask for less.
    Changed,
}

/// What became of a protection.
pub(super) fn step(control: &str, old: &Verdict, new: &Verdict) -> Step {
    if old == new {
        return Step::Same;
    }
    if control == "cors" {
        return of_origins(old, new);
    }
    if old.status == new.status {
        return within(control, old, new);
    }
    // What the code asked for may be gone where the settings speak for it now.
    if new.is_configured && !old.is_configured && old.status != "none" {
        return Step::Changed;
    }
    // Without a limit of the service the framework's own may hold, and be the lower one.
    if control == "body_limit" && old.status == "none" && old.detail.is_none() {
        return Step::Changed;
    }
    match (rank(old), rank(new)) {
        (_, Some(TOP)) | (Some(0), None) => Step::Stronger,
        (_, Some(0)) => Step::Weaker,
        (Some(before), Some(now)) if now > before => Step::Stronger,
        (Some(_), Some(_)) => Step::Weaker,
        _ => Step::Changed,
    }
}

/// The rank of *required*.
const TOP: u8 = 3;

/// What could not be decided has no rank: it may be anything.
fn rank(verdict: &Verdict) -> Option<u8> {
    match verdict.status.as_str() {
        "none" => Some(0),
        "optional" => Some(1),
        "conditional" => Some(2),
        "required" => Some(TOP),
        _ => None,
    }
}

/// Two verdicts of one status.
fn within(control: &str, old: &Verdict, new: &Verdict) -> Step {
    if old.is_configured != new.is_configured {
        return match new.is_configured {
            true => Step::Weaker,
            false if old.detail == new.detail => Step::Stronger,
            false => Step::Changed,
        };
    }
    let limits = |read: fn(&str) -> Option<u128>| {
        let read = |it: &Verdict| it.detail.as_deref().and_then(read);
        read(old).zip(read(new))
    };
    if let ("authorization", Some(old), Some(new)) = (control, &old.detail, &new.detail)
        && new.split(AND).count() > 1
        && old.split(AND).all(|it| new.split(AND).any(|new| new == it))
    {
        return Step::Stronger;
    }
    let compared = match control {
        "body_limit" if new.status == "required" => limits(bytes),
        "timeout" if new.status == "required" => limits(|it| duration(it).map(|it| it.as_nanos())),
        _ => None,
    };
    match compared {
        Some((before, now)) if now <= before => Step::Stronger,
        Some(_) => Step::Weaker,
        // Whoever takes the framework's own limit away says so in the detail.
        None if new.status == "none" && new.detail.is_some() => Step::Weaker,
        None if new.status == "none" => Step::Stronger,
        // A limit by what clients choose is the only detail that limits of rate have.
        None if control == "rate_limit" && new.detail.is_none() => Step::Stronger,
        None => Step::Changed,
    }
}

/// Layers for CORS let others in: none is the strictest, and of the others those that are known.
fn of_origins(old: &Verdict, new: &Verdict) -> Step {
    const OPENNESS: [&str; 6] = [
        "named origins",
        "named origins, with credentials",
        "any origin",
        "any origin, by its name",
        "any origin, with credentials",
        "any origin, by its name, with credentials",
    ];
    let openness = |it: &Verdict| match (it.status.as_str(), it.detail.as_deref()) {
        ("none", _) => Some(0),
        ("required", Some(detail)) => {
            let at = OPENNESS.iter().position(|it| *it == detail);
            at.map(|it| it + 1)
        }
        _ => None,
    };
    match (openness(old), openness(new)) {
        (_, Some(0)) => Step::Stronger,
        (Some(before), Some(now)) if now < before => Step::Stronger,
        (Some(before), Some(now)) if now > before => Step::Weaker,
        _ => Step::Changed,
    }
}

/// `65536 bytes`, as limits are shown.
pub(super) fn bytes(text: &str) -> Option<u128> {
    text.strip_suffix(" bytes")?.parse().ok()
}

/// `10 s`, as limits are shown.
pub(super) fn duration(text: &str) -> Option<Duration> {
    time(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Verdict {
        let (status, detail) = text.split_once(": ").unwrap_or((text, ""));
        Verdict {
            status: status.trim_end_matches('!').to_owned(),
            is_configured: status.ends_with('!'),
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
        }
    }

    #[test]
    #[rustfmt::skip] // A table reads better in rows.
    fn what_surely_asks_for_no_less_passes_and_nothing_else() {
        use Step::{Changed, Same, Stronger, Weaker};
        for (control, old, new, expected) in [
            ("authentication", "required", "required", Same),
            ("authentication", "required", "conditional: a", Weaker),
            ("authentication", "required", "optional", Weaker),
            ("authentication", "required", "none", Weaker),
            ("authentication", "required", "unknown", Changed),
            ("authentication", "conditional: a", "required", Stronger),
            ("authentication", "conditional: a", "conditional: b", Changed),
            ("authentication", "conditional: a", "optional", Weaker),
            ("authentication", "conditional: a", "unknown", Changed),
            ("authentication", "optional", "conditional: a", Stronger),
            ("authentication", "optional", "unknown", Changed),
            ("authentication", "none", "optional", Stronger),
            ("authentication", "none", "unknown", Stronger),
            ("authentication", "unknown", "required", Stronger),
            ("authentication", "unknown", "conditional: a", Changed),
            ("authentication", "unknown", "optional", Changed),
            ("authentication", "unknown", "none", Weaker),
            // What the settings say, the code does not show.
            ("authentication", "required", "required!", Weaker),
            ("authentication", "required!", "required", Stronger),
            ("authentication", "none", "required!", Stronger),
            ("authentication", "optional", "required!", Changed),
            ("authentication", "unknown", "required!", Changed),
            ("authorization", "required: user.admin", "required: user.active", Changed),
            ("authorization", "required: user.admin", "required: a.b and user.admin", Stronger),
            ("authorization", "required: a.b and user.admin", "required: user.admin", Changed),
            ("authorization", "none", "required: user.admin", Stronger),
            ("rate_limit", "required", "required: by `x`, which clients choose", Changed),
            ("rate_limit", "required: by `x`, which clients choose", "required", Stronger),
            ("body_limit", "required: 10 bytes", "required: 9 bytes", Stronger),
            ("body_limit", "required: 10 bytes", "required: 11 bytes", Weaker),
            ("body_limit", "required: 10 bytes", "required", Changed),
            ("body_limit", "required", "required: 10 bytes", Changed),
            ("body_limit", "none", "none: no limit", Weaker),
            ("body_limit", "none: no limit", "none", Stronger),
            ("body_limit", "none: no limit", "required: 10 bytes", Stronger),
            ("body_limit", "none", "required: 10 bytes", Changed),
            ("timeout", "required: 10 s", "required: 500 ms", Stronger),
            ("timeout", "required: 10 s", "required: 1 min", Weaker),
            ("cors", "none", "required: named origins", Weaker),
            ("cors", "required: any origin", "none", Stronger),
            ("cors", "required: any origin", "required: named origins", Stronger),
            ("cors", "required: named origins", "required: any origin, by its name", Weaker),
            ("cors", "required: named origins", "required", Changed),
            ("cors", "none", "conditional: dev", Changed),
            ("cors", "conditional: dev", "required: named origins", Changed),
        ] {
            let found = step(control, &verdict(old), &verdict(new));
            assert_eq!(found, expected, "{control}: {old} -> {new}");
        }
    }
}
