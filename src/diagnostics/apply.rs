//! What is done to findings before they are shown.
//!
//! In this order: suppressions in the source, exceptions of the configuration, levels,
//! severity, persona. The first that holds a finding back is the one that is counted, but a
//! suppression counts as used whenever it covers a finding, whoever else would hold it back.

use std::collections::{BTreeMap, BTreeSet};

use super::suppress::{Allow, FileSuppressions};
use super::{
    Diagnostic, Level, LevelSettings, LintMeta, Persona, Severity, SuppressedBy, Suppression,
    engine::EngineLint, sort,
};
use crate::source::{FileId, Name, SourceMap};
use crate::workspace::config::exception::{Control, ExceptionId, ExceptionUses, Exceptions};

/// Everything that decides on what is shown.
pub struct Policy<'a> {
    /// The files.
    pub sources: &'a SourceMap,
    /// Levels.
    pub levels: LevelSettings<'a>,
    /// Exceptions that hold today.
    pub exceptions: Exceptions<'a>,
    /// Findings below it are held back.
    pub min_severity: Severity,
    /// Who reads.
    pub persona: Persona,
    /// What the lints say of themselves.
    pub lint: &'a dyn Fn(&str) -> Option<LintMeta>,
    /// Whether a lint was looked for in this run: a suppression of another one is not unused.
    pub ran: &'a dyn Fn(&str) -> bool,
}

/// What came of the findings.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// To be shown, with their levels, sorted.
    pub shown: Vec<Diagnostic>,
    /// Held back with a reason, sorted; reports may list them as suppressed.
    pub suppressed: Vec<Diagnostic>,
    /// How many were held back, and how many are shown.
    pub counts: Counts,
    /// The exceptions that held something back or set its level.
    pub used: ExceptionUses,
}

/// How many findings went which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Shown at `deny`.
    pub denied: usize,
    /// Shown at `warn`.
    pub warned: usize,
    /// Held back by comments.
    pub by_comment: usize,
    /// Held back by exceptions of the configuration.
    pub by_exception: usize,
    /// Held back by the level `allow` without an exception.
    pub by_level: usize,
    /// Held back by `min-severity`.
    pub by_severity: usize,
    /// Held back by the persona.
    pub by_persona: usize,
}

/// Applies suppressions and settings to the findings of a run. `suppressions` are those of
/// all files; what is wrong with them is among what is shown.
pub fn apply(
    diagnostics: Vec<Diagnostic>,
    suppressions: Vec<FileSuppressions>,
    policy: &Policy<'_>,
) -> Applied {
    let mut out = Applied::default();
    let mut allows: Vec<Allow> = Vec::new();
    let mut about_suppressions = Vec::new();
    for file in suppressions {
        allows.extend(file.allows);
        about_suppressions.extend(file.findings);
    }
    // Whatever order the files came in, the same suppression wins.
    allows.sort_by_key(|it| (it.file(), it.start()));
    let mut by_file: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    for (index, allow) in allows.iter().enumerate() {
        by_file.entry(allow.file()).or_default().push(index);
    }
    let mut used = BTreeSet::new();
    for mut diagnostic in diagnostics {
        let places = diagnostic.anchors.iter().chain([&diagnostic.primary.span]);
        let files: BTreeSet<FileId> = places.map(|span| span.file).collect();
        let candidates = files.iter().filter_map(|file| by_file.get(file)).flatten();
        let covering: Vec<usize> = candidates
            .copied()
            .filter(|index| allows[*index].covers(&diagnostic))
            .collect();
        used.extend(covering.iter().copied());
        let narrowest = covering
            .into_iter()
            .min_by_key(|index| allows[*index].width());
        if let Some(index) = narrowest {
            let reason = allows[index].reason().to_owned();
            diagnostic.suppressed = Some(Suppression {
                by: SuppressedBy::Comment,
                reason,
            });
            out.counts.by_comment += 1;
            out.suppressed.push(diagnostic);
            continue;
        }
        settle(diagnostic, policy, &mut out);
    }
    for (index, allow) in allows.iter().enumerate() {
        if !used.contains(&index) && (policy.ran)(allow.lint()) {
            about_suppressions.push(allow.unused(policy.sources.file(allow.file()).text()));
        }
    }
    for finding in about_suppressions {
        settle(finding, policy, &mut out);
    }
    sort(&mut out.shown, policy.sources);
    sort(&mut out.suppressed, policy.sources);
    out
}

impl Applied {
    /// Adds findings that only the end of a run can tell, such as those of
    /// [`report_exceptions`](super::report_exceptions). Comments do not speak of them.
    pub fn add(&mut self, findings: Vec<Diagnostic>, policy: &Policy<'_>) {
        for finding in findings {
            settle(finding, policy, self);
        }
        sort(&mut self.shown, policy.sources);
        sort(&mut self.suppressed, policy.sources);
    }
}

/// Everything but comments.
fn settle(mut diagnostic: Diagnostic, policy: &Policy<'_>, out: &mut Applied) {
    let id = diagnostic.lint.as_str();
    if EngineLint::find(id).is_some_and(EngineLint::is_fixed) {
        diagnostic.level = Level::Deny;
        out.counts.denied += 1;
        return out.shown.push(diagnostic);
    }
    if let Some((reason, exception)) = excepted(&diagnostic, policy) {
        out.used.insert(exception);
        return hold_back(diagnostic, reason, out);
    }
    let engine = EngineLint::find(id).map(EngineLint::meta);
    let mut asked_for = false;
    if let Some(meta) = (policy.lint)(id).or(engine) {
        if engine.is_some() {
            // What the engine reports was made before the pages of its lints were at hand.
            diagnostic.level = meta.default_level;
            diagnostic.severity = meta.severity;
            diagnostic.persona = meta.persona;
        }
        let path = policy.sources.path(diagnostic.primary.span.file);
        let route = diagnostic
            .endpoint
            .as_ref()
            .map(|it| (it.method.as_str(), it.path.as_str()));
        // A check may set the level of one finding; settings start from there.
        let meta = LintMeta {
            default_level: diagnostic.level,
            ..meta
        };
        let decision = policy.levels.level_of(&meta, path, route);
        diagnostic.level = decision.level;
        if let Some(exception) = decision.exception {
            out.used.insert(exception);
        }
        if decision.level == Level::Allow
            && let Some(reason) = decision.reason
        {
            return hold_back(diagnostic, reason, out);
        }
        // Who names a lint that only auditors see wants to see it.
        asked_for = decision.named && meta.persona == diagnostic.persona;
    }
    match diagnostic {
        it if it.level == Level::Allow => out.counts.by_level += 1,
        it if it.severity < policy.min_severity => out.counts.by_severity += 1,
        it if it.persona > policy.persona && !asked_for => out.counts.by_persona += 1,
        it => {
            match it.level {
                Level::Deny => out.counts.denied += 1,
                _ => out.counts.warned += 1,
            }
            out.shown.push(it);
        }
    }
}

fn hold_back(mut diagnostic: Diagnostic, reason: String, out: &mut Applied) {
    diagnostic.suppressed = Some(Suppression {
        by: SuppressedBy::Configuration,
        reason,
    });
    out.counts.by_exception += 1;
    out.suppressed.push(diagnostic);
}

/// The exception by which an endpoint needs no control of the kind that the finding misses.
fn excepted(diagnostic: &Diagnostic, policy: &Policy<'_>) -> Option<(String, ExceptionId)> {
    let endpoint = diagnostic.endpoint.as_ref()?;
    let id = exception_of(
        diagnostic.lint,
        policy.exceptions,
        &endpoint.method,
        &endpoint.path,
    )?;
    let reason = policy
        .exceptions
        .get(id)
        .terms
        .reason
        .clone()
        .unwrap_or_default();
    Some((reason, id))
}

/// The exception by which an endpoint needs no control of the kind that a lint is about.
pub(super) fn exception_of(
    lint: Name,
    exceptions: Exceptions<'_>,
    method: &str,
    path: &str,
) -> Option<ExceptionId> {
    let control = Control::missed_by(lint.as_str())?;
    let public = matches!(control, Control::Authentication | Control::Authorization)
        .then(|| exceptions.public(method, path))
        .flatten();
    match public {
        Some(entry) => Some(entry.id),
        None => Some(exceptions.external(control, None, method, path)?.id),
    }
}
