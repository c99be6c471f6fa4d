//! How a diagnostic is made: not without a lint, a title, a place and a fingerprint.

use super::{Diagnostic, EndpointRef, Fix, Label};
use crate::diagnostics::{Confidence, Level, Persona, Severity};
use crate::source::{Name, Span};

/// What a diagnostic takes from its lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LintMeta {
    /// `missing-authentication`.
    pub id: Name,
    /// `authentication`.
    pub category: Name,
    /// How bad, unless the check knows better.
    pub severity: Severity,
    /// How sure, unless the check knows better.
    pub confidence: Confidence,
    /// Who wants to see it, unless the check knows better.
    pub persona: Persona,
    /// What happens unless settings say otherwise.
    pub default_level: Level,
}

impl Diagnostic {
    /// A diagnostic with everything that none can do without. `fingerprint` identifies the
    /// finding when lines move: names, never positions or secret values.
    pub fn new(
        lint: &LintMeta,
        title: impl Into<String>,
        primary: Label,
        fingerprint: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            lint: lint.id,
            title: title.into(),
            severity: lint.severity,
            confidence: lint.confidence,
            persona: lint.persona,
            level: lint.default_level,
            primary,
            secondary: Vec::new(),
            anchors: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
            endpoint: None,
            fingerprint: fingerprint.into(),
            suppressed: None,
        }
    }

    /// Adds evidence.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label::new(span, text));
        self
    }

    /// Adds a place, shown or not, at which a comment may speak of the finding: the handler
    /// and the registration of the endpoint that it is about.
    #[must_use]
    pub fn with_anchor(mut self, span: Span) -> Diagnostic {
        self.anchors.push(span);
        self
    }

    /// Adds a reason to believe it.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Offers a change that makes it right.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Diagnostic {
        self.fix = Some(fix);
        self
    }

    /// Says which endpoint it is about.
    #[must_use]
    pub fn with_endpoint(
        mut self,
        method: impl Into<String>,
        path: impl Into<String>,
    ) -> Diagnostic {
        self.endpoint = Some(EndpointRef {
            method: method.into(),
            path: path.into(),
        });
        self
    }

    /// Says how bad this one is.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Diagnostic {
        self.severity = severity;
        self
    }

    /// Says how sure this one is.
    #[must_use]
    pub fn with_confidence(mut self, confidence: Confidence) -> Diagnostic {
        self.confidence = confidence;
        self
    }

    /// Says who wants to see this one.
    #[must_use]
    pub fn with_persona(mut self, persona: Persona) -> Diagnostic {
        self.persona = persona;
        self
    }
}
