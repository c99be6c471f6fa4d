//! SARIF 2.1.0: for GitHub code scanning, editors, and other viewers of findings.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::fingerprint::Fingerprints;
use super::masked::Masked;
use super::repository::RepositoryPath;
use super::sarif_model::{
    ArtifactChange, ArtifactLocation, Configuration, Driver, Fix, Invocation, Location, Log,
    MarkdownText, Notification, OwnedText, PhysicalLocation, Region, Relationship, Replacement,
    ResultProperties, Rule, RuleProperties, Run, RunResult, Suppression, Taxon, TaxonReference,
    Taxonomy, TaxonomyReference, Text, Tool, UriBase,
};
use super::{LintInfo, Problem, Report, endpoint_beside_title};
use crate::diagnostics::{self, Confidence, Diagnostic, Label, Level, Severity, SuppressedBy};
use crate::source::Span;

/// The folder that paths are relative to: absolute and with a slash at its end in
/// `originalUriBaseIds` (section 3.14.14); a viewer on another machine puts its own in its place.
const ROOT: &str = "%SRCROOT%";

/// The longest excerpt to carry, in bytes; viewers have the file.
const LONGEST_SNIPPET: usize = 1000;

/// Writes all findings, suppressed ones included and marked.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let masked = Masked::new(report);
    let weaknesses: Vec<u32> = report
        .lints
        .iter()
        .flat_map(|it| it.cwe.iter().copied())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut fingerprints = Fingerprints::default();
    let results = masked
        .diagnostics
        .iter()
        .map(|it| result(it, report, &masked, &mut fingerprints))
        .collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: report
                        .lints
                        .iter()
                        .map(|it| rule(it, &weaknesses))
                        .collect(),
                    supported_taxonomies: if weaknesses.is_empty() {
                        Vec::new()
                    } else {
                        vec![cwe()]
                    },
                },
            },
            taxonomies: taxonomies(&weaknesses),
            invocations: [invocation(&report.summary.problems, &masked)],
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                UriBase {
                    uri: report.repository.root().map(|it| file_uri(&it)),
                    description: Text {
                        text: "The root of the repository, or of the workspace where there is none.",
                    },
                },
            )]),
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule<'a>(lint: &'a LintInfo, weaknesses: &[u32]) -> Rule<'a> {
    let relationship = |number: &u32| Relationship {
        target: TaxonReference {
            id: format!("CWE-{number}"),
            index: weaknesses
                .binary_search(number)
                .expect("the taxonomy holds every lint's weaknesses"),
            tool_component: cwe(),
        },
        // The weakness is the wider term: it holds in other languages and frameworks too.
        kinds: ["superset"],
    };
    let cwe_tags = lint
        .cwe
        .iter()
        .map(|number| format!("external/cwe/cwe-{number:03}"));
    let owasp_tags = lint.owasp.iter().map(|it| {
        format!(
            "external/owasp/{}",
            it.to_lowercase().replace([' ', ':'], "-")
        )
    });
    Rule {
        id: &lint.id,
        short_description: Text {
            text: &lint.summary,
        },
        full_description: Text {
            text: &lint.summary,
        },
        help: MarkdownText {
            text: &lint.description,
            markdown: &lint.description,
        },
        help_uri: lint.help_uri.as_deref(),
        default_configuration: Configuration {
            enabled: lint.level != Level::Allow,
            level: sarif_level(lint.level),
        },
        relationships: lint.cwe.iter().map(relationship).collect(),
        properties: RuleProperties {
            tags: std::iter::once("security".to_owned())
                .chain(cwe_tags)
                .chain(owasp_tags)
                .collect(),
            category: &lint.category,
            precision: match lint.confidence {
                Confidence::High => "high",
                Confidence::Medium => "medium",
                Confidence::Low => "low",
            },
            problem_severity: match lint.severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "recommendation",
            },
            security_severity: match lint.severity {
                Severity::Critical => "9.5",
                Severity::High => "8.0",
                Severity::Medium => "5.5",
                Severity::Low => "3.0",
            },
        },
    }
}

fn cwe() -> TaxonomyReference {
    TaxonomyReference {
        name: "CWE",
        index: 0,
    }
}

fn taxonomies(weaknesses: &[u32]) -> Vec<Taxonomy> {
    if weaknesses.is_empty() {
        return Vec::new();
    }
    let taxon = |number: &u32| Taxon {
        id: format!("CWE-{number}"),
        help_uri: format!("https://cwe.mitre.org/data/definitions/{number}.html"),
    };
    vec![Taxonomy {
        name: "CWE",
        organization: "MITRE",
        information_uri: "https://cwe.mitre.org/",
        short_description: Text {
            text: "Common Weakness Enumeration",
        },
        is_comprehensive: false,
        taxa: weaknesses.iter().map(taxon).collect(),
    }]
}

fn invocation<'a>(problems: &'a [Problem], masked: &Masked<'_>) -> Invocation<'a> {
    let notification = |problem: &'a Problem| Notification {
        level: sarif_level(problem.level),
        message: OwnedText {
            text: masked.scrub(&problem.message).into_owned(),
        },
        locations: problem
            .path
            .iter()
            .map(|path| Location {
                id: None,
                physical_location: PhysicalLocation {
                    artifact_location: artifact(path, masked),
                    region: None,
                },
                message: None,
            })
            .collect(),
    };
    Invocation {
        execution_successful: problems.iter().all(|it| it.level != Level::Deny),
        tool_execution_notifications: problems.iter().map(notification).collect(),
    }
}

fn result<'a>(
    diagnostic: &'a Diagnostic,
    report: &Report<'a>,
    masked: &Masked<'a>,
    fingerprints: &mut Fingerprints,
) -> RunResult<'a> {
    let fingerprint = fingerprints.of(diagnostic);
    let related = diagnostic.secondary.iter().enumerate();
    RunResult {
        rule_id: diagnostic.lint.as_str(),
        rule_index: report
            .lints
            .iter()
            .position(|it| it.id == diagnostic.lint.as_str()),
        kind: "fail",
        level: sarif_level(diagnostic.level),
        message: OwnedText {
            text: message(diagnostic),
        },
        locations: [location(&diagnostic.primary, None, masked)],
        related_locations: related
            .map(|(index, it)| location(it, Some(index + 1), masked))
            .collect(),
        partial_fingerprints: BTreeMap::from([
            // The one that GitHub tells findings apart by; it would take one from the line's text otherwise.
            ("primaryLocationLineHash", fingerprint.clone()),
            ("cargoMoat/v1", fingerprint),
        ]),
        suppressions: diagnostic.suppressed.iter().map(suppression).collect(),
        fixes: diagnostic.fix.iter().map(|it| fix(it, masked)).collect(),
        properties: ResultProperties {
            severity: diagnostic.severity.as_str(),
            confidence: diagnostic.confidence.as_str(),
            persona: diagnostic.persona.as_str(),
            endpoint: diagnostic
                .endpoint
                .as_ref()
                .map(|it| format!("{} {}", it.method, it.path)),
        },
    }
}

/// Title, evidence and remedy: viewers show this text and often nothing else.
fn message(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.title.clone();
    if let Some(endpoint) = endpoint_beside_title(diagnostic) {
        text.push_str(&format!(" ({endpoint})"));
    }
    for note in &diagnostic.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    text
}

fn location<'a>(label: &'a Label, id: Option<usize>, masked: &Masked<'_>) -> Location<'a> {
    let region = Region {
        snippet: snippet(label.span, masked),
        ..region(label.span, masked)
    };
    let artifact_location = artifact(masked.place(label.span).path, masked);
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location,
            region: Some(region),
        },
        message: Some(Text { text: &label.text }).filter(|it| !it.text.is_empty()),
    }
}

fn region(span: Span, masked: &Masked<'_>) -> Region {
    let place = masked.place(span);
    Region {
        start_line: place.start.line,
        start_column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        snippet: None,
    }
}

fn snippet(span: Span, masked: &Masked<'_>) -> Option<OwnedText> {
    let range = masked.place(span).range;
    let text = &masked.text(span.file)[range.start as usize..range.end as usize];
    (!text.is_empty() && text.len() <= LONGEST_SNIPPET).then(|| OwnedText {
        text: text.to_owned(),
    })
}

fn suppression(suppression: &diagnostics::Suppression) -> Suppression<'_> {
    Suppression {
        kind: match suppression.by {
            SuppressedBy::Comment => "inSource",
            SuppressedBy::Configuration => "external",
        },
        status: "accepted",
        justification: &suppression.reason,
    }
}

fn fix<'a>(fix: &'a diagnostics::Fix, masked: &Masked<'_>) -> Fix<'a> {
    let mut changes: BTreeMap<&str, Vec<Replacement<'a>>> = BTreeMap::new();
    for (span, text) in &fix.edits {
        let replacement = Replacement {
            deleted_region: region(*span, masked),
            inserted_content: Text { text },
        };
        changes
            .entry(masked.place(*span).path)
            .or_default()
            .push(replacement);
    }
    Fix {
        description: Text { text: &fix.message },
        artifact_changes: changes
            .into_iter()
            .map(|(path, replacements)| ArtifactChange {
                artifact_location: artifact(path, masked),
                replacements,
            })
            .collect(),
    }
}

fn sarif_level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "note",
    }
}

fn artifact(path: &str, masked: &Masked<'_>) -> ArtifactLocation {
    match masked.repository.path(path) {
        RepositoryPath::Inside(path) => ArtifactLocation {
            uri: relative_uri(&path),
            uri_base_id: Some(ROOT),
        },
        RepositoryPath::Outside(path) => ArtifactLocation {
            uri: file_uri(&path),
            uri_base_id: None,
        },
    }
}

/// An absolute path with forward slashes as a URI.
fn file_uri(path: &str) -> String {
    // A drive's colon is allowed where it stands.
    let (drive, rest) = match path.split_once(':') {
        Some((drive, rest)) if drive.len() == 1 => (format!("/{drive}:"), rest),
        _ => (String::new(), path),
    };
    format!("file://{drive}{}", relative_uri(rest))
}

/// A path with forward slashes as a relative URI: what RFC 3986 does not allow in a segment is percent-encoded.
fn relative_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, uri) in [
            ("src/main.rs", "src/main.rs"),
            ("crates/my app/ä.rs", "crates/my%20app/%C3%A4.rs"),
            ("c:/100%#.rs", "c%3A/100%25%23.rs"),
        ] {
            assert_eq!(relative_uri(path), uri);
        }
        assert_eq!(file_uri("/a b/c/"), "file:///a%20b/c/");
        assert_eq!(file_uri("C:/a/"), "file:///C:/a/");
    }
}
