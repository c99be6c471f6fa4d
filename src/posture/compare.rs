//! What became of a posture: `moat.lock` against what is there now.

use rustc_hash::FxHashMap;

use super::lock::Lock;
use super::strength::{Step, step};
use super::verdict::{Entry, Verdict};
use crate::source::TextRange;
use crate::workspace::config::exception::Control;

/// What is there now, as far as a run looked at it.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    /// The endpoints.
    pub entries: &'a [Entry],
    /// Why registrations could not be followed.
    pub unresolved: &'a [String],
}

/// The differences, by the position of the endpoint in [`Now::entries`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Endpoints that were not accepted.
    pub new: Vec<usize>,
    /// Endpoints of which less may be asked.
    pub weaker: Vec<Weaker>,
    /// Endpoints of which surely no less is asked.
    pub stronger: Vec<usize>,
    /// Lines of the lock whose endpoint was not seen, by position.
    pub gone: Vec<usize>,
    /// Registrations that could not be followed and were not accepted, by position.
    pub newly_unresolved: Vec<usize>,
    /// How many registrations can be followed now, or are gone.
    pub resolved: usize,
}

/// An endpoint of which less may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weaker {
    /// The endpoint.
    pub at: usize,
    /// Where its line stands in the lock.
    pub line: TextRange,
    /// What changed, in the order of reports.
    pub steps: Vec<Change>,
}

/// One protection of which less may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Change {
    /// The protection.
    pub control: &'static str,
    /// As it was accepted.
    pub old: String,
    /// As it is.
    pub new: String,
    /// Whether it is surely less.
    pub is_sure: bool,
}

/// Compares. An endpoint that is registered several times is compared with the lines of its name
/// one by one: equal ones first, then in their order.
pub fn compare(lock: &Lock, now: &Now<'_>) -> Changes {
    let key = |it: &Entry| (it.service.clone(), it.path.clone(), it.method.clone());
    let mut lines: FxHashMap<_, Vec<usize>> = FxHashMap::default();
    for (index, (entry, _)) in lock.entries.iter().enumerate() {
        lines.entry(key(entry)).or_default().push(index);
    }
    let mut changes = Changes::default();
    let mut left = Vec::new();
    for (at, entry) in now.entries.iter().enumerate() {
        let same = lines.get_mut(&key(entry)).and_then(|lines| {
            let found = lines.iter().position(|it| lock.entries[*it].0 == *entry)?;
            Some(lines.remove(found))
        });
        if same.is_none() {
            left.push(at);
        }
    }
    for at in left {
        let entry = &now.entries[at];
        let Some(lines) = lines.get_mut(&key(entry)).filter(|it| !it.is_empty()) else {
            changes.new.push(at);
            continue;
        };
        let (old, line) = &lock.entries[lines.remove(0)];
        let steps = weaker(old, entry);
        match steps.is_empty() {
            true => changes.stronger.push(at),
            false => changes.weaker.push(Weaker {
                at,
                line: *line,
                steps,
            }),
        }
    }
    changes.gone = lines.into_values().flatten().collect();
    changes.gone.sort_unstable();
    let mut known = lock.unresolved.clone();
    for (at, reason) in now.unresolved.iter().enumerate() {
        match known.iter().position(|it| it == reason) {
            Some(found) => {
                known.remove(found);
            }
            None => changes.newly_unresolved.push(at),
        }
    }
    changes.resolved = known.len();
    changes
}

fn weaker(old: &Entry, new: &Entry) -> Vec<Change> {
    let mut found = Vec::new();
    for control in Control::ALL.iter().map(|it| it.as_str()) {
        let (old, new): (Verdict, Verdict) = (old.verdict(control), new.verdict(control));
        let is_sure = match step(control, &old, &new) {
            Step::Same | Step::Stronger => continue,
            Step::Weaker => true,
            Step::Changed => false,
        };
        found.push(Change {
            control,
            old: old.to_string(),
            new: new.to_string(),
            is_sure,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(lines: &[&str]) -> Lock {
        let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
        Lock::parse(&format!("moat.lock version 1\n{text}")).expect("a lock")
    }

    fn compared(old: &[&str], new: &[&str]) -> Changes {
        let new = entries(new);
        let now: Vec<Entry> = new.entries.into_iter().map(|it| it.0).collect();
        compare(
            &entries(old),
            &Now {
                entries: &now,
                unresolved: &new.unresolved,
            },
        )
    }

    #[test]
    fn each_difference_is_what_it_is() {
        let old = [
            "a GET /same authentication=required",
            "a GET /gone authentication=required",
            "a GET /better authentication=none",
            "a GET /worse authentication=required rate_limit=required",
            "unresolved \"x\"",
            "unresolved \"y\"",
        ];
        let new = [
            "a GET /same authentication=required",
            "a GET /better authentication=required",
            "a GET /worse authentication=required cors=required(\"any origin\")",
            "b GET /same authentication=required",
            "unresolved \"x\"",
            "unresolved \"x\"",
        ];
        let found = compared(&old, &new);
        assert_eq!((found.new, found.stronger), (vec![3], vec![1]));
        assert_eq!((found.gone, found.newly_unresolved), (vec![1], vec![1]));
        assert_eq!(found.resolved, 1);
        let [worse] = found.weaker.as_slice() else {
            panic!("{:?}", found.weaker)
        };
        let steps: Vec<_> = worse
            .steps
            .iter()
            .map(|it| (it.control, it.old.as_str(), it.new.as_str()))
            .collect();
        assert_eq!(
            steps,
            [
                ("rate_limit", "required", "none"),
                ("cors", "none", "required (`any origin`)")
            ]
        );
        assert_eq!(compared(&old, &old), Changes::default());
    }

    #[test]
    fn endpoints_of_one_name_are_told_apart() {
        let open = "a GET /metrics authentication=none";
        let guarded = "a GET /metrics authentication=required";
        assert_eq!(
            compared(&[open, guarded], &[guarded, open]),
            Changes::default()
        );
        assert_eq!(compared(&[guarded], &[guarded, open]).new, [1]);
        assert_eq!(compared(&[guarded], &[open, guarded]).new, [0]);
        assert_eq!(compared(&[open, guarded], &[open, open]).weaker.len(), 1);
    }
}
