//! The lint reference of the book, generated from the lint files.

use std::fmt::Write as _;

use super::{Lint, Registry};
use crate::source::{LineIndex, Name};

const DO_NOT_EDIT: &str =
    "<!-- Generated from lints/ by `MOAT_BLESS=1 cargo test --test policy`: do not edit. -->\n";

/// A file of the book: its path within the repository, and its text.
pub type GeneratedFile = (String, String);

impl Registry {
    /// The table of all lints, and one page for each.
    pub fn reference(&self) -> Vec<GeneratedFile> {
        let table = ("docs/lints.md".to_owned(), self.table());
        let pages = self
            .lints()
            .iter()
            .map(|lint| (format!("docs/lints/{}.md", lint.id), lint.reference_page()));
        std::iter::once(table).chain(pages).collect()
    }

    fn table(&self) -> String {
        let mut text = format!("{DO_NOT_EDIT}\n# Lints\n");
        for category in self.categories() {
            let mut title = category.to_string();
            title[..1].make_ascii_uppercase();
            // Writing into a string cannot fail.
            let _ = write!(
                text,
                "\n## {title}\n\n| Lint | Finds | Severity | Level | Status |\n|---|---|---|---|---|\n"
            );
            for lint in self.category(category.as_str()) {
                let Lint {
                    id,
                    summary,
                    severity,
                    ..
                } = lint;
                let level = lint.level_for_people();
                let status = lint.status.as_str();
                let _ = writeln!(
                    text,
                    "| [`{id}`](lints/{id}.md) | {summary} | {severity} | {level} | {status} |"
                );
            }
        }
        text.push_str(
            "\nLevels: `deny` fails the run, `warn` does not, `allow` is switched off until asked for; `auditor` stands \
             behind what is shown to that persona only. [Configuration](configuration.md) changes all of it. A lint is \
             in preview until at least 20 of its findings on at least five services have been judged by hand and at \
             least 90% of them were true.\n",
        );
        text
    }
}

impl Lint {
    fn level_for_people(&self) -> String {
        match self.persona {
            crate::diagnostics::Persona::Regular => self.level.to_string(),
            crate::diagnostics::Persona::Auditor => format!("{} (auditor)", self.level),
        }
    }

    /// The head of the page as the front matter has it; the prose is included by mdBook.
    fn reference_page(&self) -> String {
        // The prose starts at its first section: the title stands above already.
        let start = self
            .sections()
            .first()
            .map_or(self.body.start, |it| it.heading_range.start);
        let line = LineIndex::new(&self.text).line(start);
        let cwe: Vec<_> = self.cwe.iter().map(|it| format!("CWE-{it}")).collect();
        let facts = [
            ("Category", self.category.to_string()),
            ("Severity", self.severity.to_string()),
            ("Confidence", self.confidence.to_string()),
            ("Level", self.level_for_people()),
            ("Status", self.status.as_str().to_owned()),
            ("Since", self.since.clone()),
            ("CWE", cwe.join(", ")),
            ("OWASP API Security", self.owasp.join(", ")),
            ("Frameworks", joined(&self.frameworks)),
            ("Former names", joined(&self.aliases)),
            ("Precision", self.precision_for_people()),
        ];
        let mut text = format!(
            "{DO_NOT_EDIT}\n# {}\n\nFires where {}.\n\n| | |\n|---|---|\n",
            self.id, self.summary
        );
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(text, "| {name} | {value} |");
        }
        let _ = write!(text, "\n{{{{#include ../../{}:{line}:}}}}\n", self.path);
        text
    }

    fn precision_for_people(&self) -> String {
        self.precision.as_ref().map_or_else(
            || "not measured yet".to_owned(),
            |it| {
                format!(
                    "{} of {} findings on {} services ({})",
                    it.true_findings, it.findings, it.services, it.date
                )
            },
        )
    }
}

fn joined(names: &[Name]) -> String {
    let names: Vec<_> = names.iter().map(|it| it.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_has_a_row_and_a_page() {
        let registry = Registry::builtin();
        let files = registry.reference();
        assert_eq!(files.len(), registry.lints().len() + 1);
        for (lint, (path, page)) in registry.lints().iter().zip(&files[1..]) {
            assert!(
                files[0]
                    .1
                    .contains(&format!("(lints/{}.md) | {}", lint.id, lint.summary)),
                "{}",
                lint.id
            );
            assert_eq!(*path, format!("docs/lints/{}.md", lint.id));
            let line = page
                .rsplit(':')
                .nth(1)
                .and_then(|it| it.parse::<usize>().ok())
                .unwrap();
            assert_eq!(
                lint.text.lines().nth(line - 1),
                Some("## What it does"),
                "{}",
                lint.id
            );
        }
    }
}
