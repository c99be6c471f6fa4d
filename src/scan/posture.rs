//! The posture of a run: what policies and `moat.lock` say of it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Defaults;
use super::check::Settings;
use crate::checks::{Context, endpoints};
use crate::diagnostics::{Diagnostic, Level};
use crate::posture::compare::{Now, compare};
use crate::posture::lock::FILE;
use crate::posture::{Entry, Judged, Lock, Placed, lock_findings, policy_findings};
use crate::report::{Problem, Secrets, visible};
use crate::routes::HandlerTarget;
use crate::routes::endpoint::Endpoint;
use crate::routes::value::Lost;
use crate::source::{FileId, SourceMap, Span};
use crate::workspace::config::Wanted;
use crate::workspace::config::exception::Control;
use crate::workspace::{TargetKind, Workspace};

/// What a run is to do about the posture of the service.
#[derive(Debug, Clone, Copy, Default)]
pub enum Posture<'a> {
    /// Nothing, unless there are policies.
    #[default]
    Unasked,
    /// Compare it with one that was accepted.
    Compared(&'a LockFile),
    /// Take it, for a file.
    Taken,
}

/// A `moat.lock` that was read.
#[derive(Debug)]
pub struct LockFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// What it says.
    pub lock: Lock,
    /// The flags of this run that choose what is analysed, as the file would have them.
    pub flags: String,
}

/// A posture that was taken.
#[derive(Debug, Default)]
pub struct Taken {
    /// Those of the selected services.
    pub entries: Vec<Entry>,
    /// Why registrations could not be followed.
    pub unresolved: Vec<String>,
    /// The services of packages that were not selected.
    pub others: BTreeSet<String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// What nobody can hold back.
    pub(super) findings: Vec<Diagnostic>,
    /// That the lock is out of date.
    pub(super) problem: Option<Problem>,
    /// The posture, if it was to be taken.
    pub(super) taken: Option<Taken>,
}

impl Settings<'_> {
    /// Whether anybody wants to know of the posture.
    pub(super) fn is_posture_asked(&self) -> bool {
        !matches!(self.posture, Posture::Unasked) || !self.config.policies.is_empty()
    }

    /// Whether to find out what endpoints demand beyond an identity.
    pub(super) fn judges_rights(&self) -> bool {
        let mut required = self.config.policies.iter().flat_map(|it| &it.requires);
        self.rights
            || !matches!(self.posture, Posture::Unasked)
            || required.any(|it| {
                it.control == Control::Authorization || matches!(it.wanted, Wanted::Right(_))
            })
    }
}

/// An endpoint of the program with its places; nothing of test code and examples that were not
/// asked for.
pub(super) fn placed(cx: &Context<'_>, endpoint: &Endpoint, is_in_scope: bool) -> Option<Placed> {
    if endpoints::is_left_out(cx, endpoint) {
        return None;
    }
    Some(Placed {
        endpoint: endpoint.clone(),
        registration: endpoints::primary(cx, endpoint),
        handler: match endpoint.handler.target {
            HandlerTarget::Fn(id) => Some(cx.program[id].name_span()),
            _ => None,
        },
        is_in_scope,
    })
}

/// What a posture is made from at the end of a run.
pub(super) struct Seen<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) settings: &'a Settings<'a>,
    pub(super) sources: &'a SourceMap,
    /// All endpoints, asked about or not.
    pub(super) endpoints: &'a [Placed],
    /// Registrations that could not be followed, in the files that were asked about.
    pub(super) unresolved: &'a [Lost],
    pub(super) defaults: &'a Defaults,
    pub(super) redactions: &'a [Span],
    pub(super) config_file: Option<FileId>,
    pub(super) lock_file: Option<FileId>,
}

impl Seen<'_> {
    /// Holds the posture against policies and lock.
    pub(super) fn hold(&self) -> Held {
        let mut held = Held::default();
        if !self.settings.is_posture_asked() {
            return held;
        }
        if let Some(file) = self.config_file {
            held.findings = policy_findings(&Judged {
                config: self.settings.config,
                file,
                endpoints: self.endpoints,
                unresolved: self.unresolved.len(),
                is_complete: self.is_read_as_a_whole(),
                beside: &|it| self.defaults.beside(it),
            });
        }
        if matches!(self.settings.posture, Posture::Unasked) {
            return held;
        }
        let others = self.others();
        let wanted = |it: &&Placed| match self.workspace.named().is_empty() {
            true => !others.contains(&it.endpoint.service),
            false => it.is_in_scope,
        };
        let mut placed: Vec<&Placed> = self.endpoints.iter().filter(wanted).collect();
        let secrets = Secrets::of(self.sources, self.redactions);
        let words = |text: &str| in_lock(text, &secrets);
        let beside = |it: &str| self.defaults.beside(it);
        let entry = |it: &&Placed| Entry::of(&it.endpoint, &words, &beside);
        placed.sort_by_cached_key(entry);
        let entries: Vec<Entry> = placed.iter().map(entry).collect();
        let unresolved: Vec<&Lost> = self.unresolved.iter().collect();
        let reasons: Vec<String> = unresolved.iter().map(|it| words(&it.reason)).collect();
        match self.settings.posture {
            Posture::Unasked => {}
            Posture::Taken => {
                held.taken = Some(Taken {
                    entries,
                    unresolved: reasons,
                    others,
                });
            }
            Posture::Compared(accepted) => {
                let Some(file) = self.lock_file else {
                    return held;
                };
                let now = Now {
                    entries: &entries,
                    unresolved: &reasons,
                };
                let lock = &accepted.lock;
                let mut changes = compare(lock, &now);
                let is_whole = self.workspace.named().is_empty();
                let is_asked =
                    |at: &usize| is_whole && !others.contains(&lock.entries[*at].0.service);
                changes.gone.retain(is_asked);
                let flags = (lock.flags != accepted.flags).then(|| {
                    let named = |it: &str| match it {
                        "" => "without flags".to_owned(),
                        it => format!("with `{it}`"),
                    };
                    let (then, now) = (named(&lock.flags), named(&accepted.flags));
                    format!("`{FILE}` was written {then}, and this run is {now}")
                });
                let flags = flags.as_deref();
                let lock = (file, accepted.text.as_str());
                let found = lock_findings(&changes, &placed, &entries, &unresolved, lock, flags);
                held.findings.extend(found);
                let resolved = match others.is_empty() && is_whole {
                    true => changes.resolved,
                    false => 0,
                };
                held.problem = out_of_date(changes.gone.len(), changes.stronger.len(), resolved);
            }
        }
        held
    }

    /// Whatever was selected, all of a workspace is read; of files without a manifest only those
    /// that were named.
    fn is_read_as_a_whole(&self) -> bool {
        !self.settings.partial || !self.workspace.packages.iter().any(|it| it.guessed)
    }

    /// The services of packages that were not selected.
    fn others(&self) -> BTreeSet<String> {
        let names = |selected: bool| -> BTreeSet<String> {
            let packages = self.workspace.packages.iter();
            let targets = packages
                .filter(|it| it.selected == selected)
                .flat_map(|it| &it.targets);
            targets
                .map(|it| {
                    let name = it.crate_name.replace('-', "_");
                    match it.kind {
                        TargetKind::Example => format!("{name} (example)"),
                        _ => name,
                    }
                })
                .collect()
        };
        let selected = names(true);
        let mut others = names(false);
        others.retain(|it| !selected.contains(it));
        others
    }
}

fn out_of_date(gone: usize, stronger: usize, resolved: usize) -> Option<Problem> {
    let part = |number: usize, one: &str, many: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{number} {many}")),
    };
    let parts = [
        part(gone, "endpoint is gone", "endpoints are gone"),
        part(
            stronger,
            "endpoint is protected better",
            "endpoints are protected better",
        ),
        part(
            resolved,
            "registration can be followed now or is gone",
            "registrations can be followed now or are gone",
        ),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| Problem {
        level: Level::Warn,
        message: format!(
            "it is out of date: {}; run `cargo moat accept`",
            parts.join(", ")
        ),
        path: Some(FILE.to_owned()),
    })
}

/// A text from the code as the lock may hold it: on one line, and without anything secret.
fn in_lock(text: &str, secrets: &Secrets) -> String {
    let text = secrets.mask(Cow::Borrowed(text));
    let text = without_literals(&text);
    visible(&text).into_owned()
}

/// A condition may compare with a text that is nobody's business, and that nothing else tells from
/// a role's name.
fn without_literals(text: &str) -> String {
    let lower = text.to_lowercase();
    let about_secrets = ["passw", "secret", "token", "key", "credential"];
    let is_about_secrets = about_secrets.iter().any(|it| lower.contains(it));
    let is_word = |it: &str| {
        let mut chars = it.chars();
        it.len() <= LONGEST_WORD && chars.all(|it| it.is_alphabetic() || "_-.:/ ".contains(it))
    };
    let mut parts = text.split('"');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut is_inside = true;
    for part in parts {
        out.push('"');
        match is_inside && (is_about_secrets || !is_word(part)) && !part.is_empty() {
            true => out.push('*'),
            false => out.push_str(part),
        }
        is_inside = !is_inside;
    }
    out
}

/// Texts that are longer are not written down.
const LONGEST_WORD: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_holds_no_texts_but_words() {
        for (text, expected) in [
            ("user.has_role(\"admin\")", "user.has_role(\"admin\")"),
            (
                "scopes.contains(\"orders:write\")",
                "scopes.contains(\"orders:write\")",
            ),
            ("it == \"Rw3kQ9xVb6\"", "it == \"*\""),
            (
                "config.password is \"changeme\"",
                "config.password is \"*\"",
            ),
            (
                "a == \"\" && b == \"x9\" || c",
                "a == \"\" && b == \"*\" || c",
            ),
            ("a == \"x9", "a == \"*"),
        ] {
            assert_eq!(without_literals(text), expected);
        }
    }
}
