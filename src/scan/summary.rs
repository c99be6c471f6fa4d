//! A run in figures, and what it could not do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Defaults;
use super::apply_config::setting_of;
use super::reported::Reported;
use super::unreadable::Lost;
use crate::checks;
use crate::diagnostics::{Applied, Level};
use crate::lints::Registry;
use crate::report::{EndpointCounts, LintInfo, Problem, Summary};
use crate::routes::endpoint::Purpose;
use crate::routes::{Inventory, Status};
use crate::source::SourceMap;
use crate::workspace::{DependencyKind, Workspace};

/// The packages of web frameworks whose routes are understood.
const FRAMEWORKS: [&str; 12] = [
    "actix-web",
    "axum",
    "dropshot",
    "gotham",
    "ntex",
    "poem",
    "rocket",
    "salvo",
    "tide",
    "tonic",
    "viz",
    "warp",
];

/// More problems of one kind than this are counted rather than listed.
const LISTED: usize = 20;

/// The lints of a registry as reports take them.
pub fn lint_infos(registry: &Registry) -> Vec<LintInfo> {
    let infos = registry.lints().iter().map(|lint| LintInfo {
        id: lint.id.to_string(),
        category: lint.category.to_string(),
        summary: lint.summary.clone(),
        level: lint.level,
        severity: lint.severity,
        confidence: lint.confidence,
        cwe: lint.cwe.clone(),
        owasp: lint.owasp.clone(),
        help_uri: None,
        description: lint.page().to_owned(),
    });
    infos.collect()
}

/// The figures of a run over so many Rust files; the elapsed time is the caller's to measure.
pub(super) fn summary(
    workspace: &Workspace,
    files: usize,
    inventory: &Inventory,
    defaults: &Defaults,
    applied: &Applied,
    mut problems: Vec<Problem>,
) -> Summary {
    let endpoints = counts(inventory);
    let frameworks = frameworks(workspace, inventory);
    if endpoints.total() == 0 && !frameworks.is_empty() && inventory.unresolved.is_empty() {
        let names: Vec<&str> = frameworks.iter().map(|(name, _)| name.as_str()).collect();
        problems.push(Problem {
            level: Level::Warn,
            message: format!(
                "{} is a dependency, but no route registration was seen in the selected packages",
                names.join(", ")
            ),
            path: None,
        });
    }
    Summary {
        frameworks,
        files,
        elapsed: Duration::ZERO,
        endpoints,
        conditional_on: conditional_on(inventory, defaults),
        open_kinds: open_kinds(inventory),
        unresolved: inventory.unresolved.len(),
        suppressed: applied.counts.by_comment,
        by_config: applied.counts.by_exception,
        skipped: Vec::new(),
        problems,
        next_steps: next_steps(&endpoints, applied),
    }
}

fn counts(inventory: &Inventory) -> EndpointCounts {
    let mut counts = EndpointCounts::default();
    for endpoint in &inventory.endpoints {
        *match endpoint.protections.authentication.status {
            Status::Required => &mut counts.required,
            Status::Conditional => &mut counts.conditional,
            Status::Optional => &mut counts.optional,
            Status::None => &mut counts.none,
            Status::Unknown => &mut counts.unknown,
        } += 1;
    }
    counts
}

/// The frameworks of the selected packages, with the versions in use (`0.8`, `4.9`).
fn frameworks(workspace: &Workspace, inventory: &Inventory) -> Vec<(String, Option<String>)> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for endpoint in &inventory.endpoints {
        found.entry(endpoint.framework).or_default();
    }
    for package in workspace.packages.iter().filter(|it| it.selected) {
        for dependency in &package.dependencies {
            let known = FRAMEWORKS.iter().find(|it| **it == dependency.package);
            let Some(name) = known else { continue };
            if !dependency.active || dependency.kind == DependencyKind::Build {
                continue;
            }
            // Most who depend on tonic call services of others.
            let may_serve = dependency.kind != DependencyKind::Dev && *name != "tonic";
            if !may_serve && !found.contains_key(name) {
                continue;
            }
            let versions = found.entry(name).or_default();
            if let Some(version) = &dependency.resolved_version {
                versions.insert(format!("{}.{}", version.major, version.minor));
            }
        }
    }
    let join = |versions: BTreeSet<String>| {
        let list: Vec<String> = versions.into_iter().collect();
        (!list.is_empty()).then(|| list.join(", "))
    };
    found
        .into_iter()
        .map(|(name, versions)| (name.to_owned(), join(versions)))
        .collect()
}

/// The settings that conditional authentication hangs on.
fn conditional_on(inventory: &Inventory, defaults: &Defaults) -> Vec<(String, Option<String>)> {
    let mut settings: BTreeMap<String, Option<String>> = BTreeMap::new();
    for endpoint in &inventory.endpoints {
        let authentication = &endpoint.protections.authentication;
        if authentication.status != Status::Conditional {
            continue;
        }
        for part in authentication
            .condition
            .iter()
            .flat_map(|it| it.split(" and "))
        {
            let default = defaults.of(part).map(str::to_owned);
            settings.insert(setting_of(part).to_owned(), default);
        }
    }
    settings.into_iter().collect()
}

/// What the open endpoints are for, the most frequent first.
fn open_kinds(inventory: &Inventory) -> Vec<(String, usize)> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for endpoint in &inventory.endpoints {
        if endpoint.protections.authentication.status == Status::None {
            *kinds.entry(purpose(endpoint.purpose)).or_default() += 1;
        }
    }
    let mut kinds: Vec<_> = kinds
        .into_iter()
        .map(|(kind, count)| (kind.to_owned(), count))
        .collect();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    kinds
}

/// The purpose of an endpoint in the words of the overview.
fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Credential => "login/OAuth",
        Purpose::Account => "registration/recovery",
        Purpose::Health => "health",
        Purpose::Static => "static/docs",
        Purpose::Webhook => "webhook",
        Purpose::Capability => "secret in the path",
        Purpose::Ordinary => "other",
    }
}

fn next_steps(endpoints: &EndpointCounts, applied: &Applied) -> Vec<String> {
    let mut steps = Vec::new();
    if endpoints.total() > endpoints.required {
        steps.push("cargo moat routes --open".to_owned());
    } else if endpoints.total() > 0 {
        steps.push("cargo moat routes".to_owned());
    }
    if let Some(first) = applied.shown.first() {
        steps.push(format!("cargo moat explain {}", first.lint));
    }
    steps
}

/// What the tool itself could not do, as far as it concerns what is reported on.
pub(super) fn problems(
    workspace: &Workspace,
    sources: &SourceMap,
    lost: &[Lost],
    reported: &Reported<'_>,
    registry: &Registry,
) -> Vec<Problem> {
    let warn = |message: String, path: Option<String>| Problem {
        level: Level::Warn,
        message,
        path,
    };
    let (mut all, mut hidden) = (Vec::new(), Vec::new());
    for problem in &workspace.problems {
        let message = format!("{}; {}", problem.message, problem.help);
        all.push(warn(message, Some(workspace.display_path(&problem.path))));
    }
    // What is reported on is a finding, if nothing hides it.
    for lost in lost {
        let file = lost.span.file;
        if reported.is_in_scope(file) && !reported.is_file_shown(file) {
            let at = sources.position(lost.span);
            let place = format!("{}:{}:{}", sources.path(file), at.line, at.column);
            hidden.push(warn(format!("{place}: {}", lost.title()), None));
        }
    }
    let left = hidden.len().saturating_sub(LISTED);
    all.extend(hidden.into_iter().take(LISTED));
    if left > 0 {
        all.push(warn(format!("{left} more places could not be read"), None));
    }
    for lint in registry.lints() {
        if !checks::is_known(&lint.check.kind) {
            let message = format!(
                "there is no kind of check `{}`; one of {}",
                lint.check.kind,
                checks::kinds().collect::<Vec<_>>().join(", ")
            );
            all.push(warn(message, Some(lint.path.to_string())));
        }
        if let Err(problem) = checks::validate(lint) {
            all.push(warn(problem, Some(lint.path.to_string())));
        }
    }
    all
}
