//! A run with everything in it that is hard to draw, for the tests of all formats.

use std::time::Duration;

use super::*;
use crate::diagnostics::{EndpointRef, Fix, Label, Persona, SuppressedBy, Suppression};
use crate::source::{FileId, Name, SourceMap, Span};

/// What a report borrows.
pub(crate) struct Sample {
    pub(crate) sources: SourceMap,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) lints: Vec<LintInfo>,
    pub(crate) summary: Summary,
    pub(crate) redactions: Vec<Span>,
    pub(crate) repository: Repository,
}

impl Sample {
    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            sources: &self.sources,
            diagnostics: &self.diagnostics,
            lints: &self.lints,
            summary: &self.summary,
            redactions: &self.redactions,
            repository: &self.repository,
        }
    }

    /// The `number`th occurrence of `text` in a file, counted from 0.
    pub(crate) fn span(&self, file: FileId, text: &str, number: usize) -> Span {
        let (at, _) = self
            .sources
            .file(file)
            .text()
            .match_indices(text)
            .nth(number)
            .expect("the text is in the sample");
        Span::new(file, at as u32, (at + text.len()) as u32)
    }
}

const ADMIN: &str = "\
//! Administration.

use axum::{Router, routing::delete};

pub fn admin() -> Router {
    let admin = Router::new()
        .route(\"/users\", get(list_users))
        .route(\"/users/{id}\", delete(delete_user));
    admin
}

/// Löscht einen Benutzer.
async fn delete_user(Path(id): Path<i64>) -> StatusCode {
    StatusCode::NO_CONTENT
}
";

const MAIN: &str = "\
use axum::Router;

fn main() {
    let app = Router::new()
        .layer(RequireAuth::new(/* 認証 */ \"app\"))
        .merge(admin::admin());
}
";

const CRLF: &str = "fn a() {\r\n\tlet url =\t\"http://例え.テスト/\";\r\n\tget(url); // \u{202e}txet\u{202c}\r\n}\r\n";

pub(crate) const SECRET: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
pub(crate) const PEM: &str = "MIIEpAIBAAKCAQEA7bq\nZrT0cUeL5HkWqzVvN1Yx";

/// The sample with its three files and seven findings.
pub(crate) fn sample() -> Sample {
    let mut sources = SourceMap::default();
    let admin = sources.add("src/admin.rs", ADMIN);
    let main = sources.add("src/main.rs", MAIN);
    let crlf = sources.add("src/crlf ä.rs", CRLF);
    let keys = sources.add(
        "src/keys.rs",
        format!("const NOTE: &str = \"rotate {SECRET}\";\nlet key = \"{SECRET}\";\nlet pem = \"\n{PEM}\n\";\n"),
    );
    let long = sources.add(
        "src/long.rs",
        format!(
            "const A: &str = \"{}\"; fetch(\"http://10.0.0.1/\"); const B: &str = \"{}\";",
            "a".repeat(200),
            "猫".repeat(200)
        ),
    );
    let mut sample = Sample {
        sources,
        diagnostics: Vec::new(),
        lints: lints(),
        summary: summary(),
        redactions: Vec::new(),
        repository: Repository::new("/home/a b/shop".into(), "/home/a b/shop/server".into()),
    };
    sample.redactions = vec![sample.span(keys, SECRET, 1), sample.span(keys, PEM, 0)];
    let unprotected = Diagnostic {
        secondary: vec![
            Label::new(sample.span(admin, "Router::new()", 0), "no auth layer on this router"),
            Label::new(sample.span(main, "layer(RequireAuth::new(/* 認証 */ \"app\"))", 0), "covers what was added before it"),
            Label::new(sample.span(main, "admin::admin()", 0), "merged after it"),
        ],
        notes: vec!["looked for an auth extractor on `delete_user` and a layer on `admin` and on `app`; 11 of 12 siblings under `/users` take `CurrentUser`".to_owned()],
        help: Some("add an auth layer to `admin`, or list this route under `public-routes`".to_owned()),
        endpoint: Some(EndpointRef { method: "DELETE".to_owned(), path: "/users/{id}".to_owned() }),
        ..finding("missing-authentication", Level::Deny, "no authentication on `DELETE /users/{id}`", sample.span(admin, "delete(delete_user)", 0))
    };
    let whole_handler = Diagnostic {
        endpoint: Some(EndpointRef {
            method: "POST".to_owned(),
            path: "/api/v1/auth/login".to_owned(),
        }),
        notes: vec!["body calls `authenticate_user`; no limiter in any of 3 layers".to_owned()],
        fix: Some(Fix {
            message: "add a governor layer".to_owned(),
            edits: vec![(
                end_of(sample.span(admin, "delete(delete_user))", 0)),
                "\n        .layer(GovernorLayer::new(config))".to_owned(),
            )],
        }),
        ..finding(
            "missing-rate-limit",
            Level::Warn,
            "password login accepts unlimited attempts",
            Span::new(admin, 240, 340),
        )
    };
    let plain_http = Diagnostic {
        secondary: vec![Label::new(
            sample.span(crlf, "get(url); // \u{202e}txet\u{202c}", 0),
            "sent here",
        )],
        help: Some("the server must take TLS".to_owned()),
        fix: Some(Fix {
            message: "use `https`".to_owned(),
            edits: vec![(sample.span(crlf, "http", 0), "https".to_owned())],
        }),
        ..finding(
            "plain-http-client",
            Level::Warn,
            "request to `例え.テスト` is sent in plain text",
            sample.span(crlf, "\"http://例え.テスト/\"", 0),
        )
    };
    let at_end = finding(
        "plain-http-client",
        Level::Warn,
        "nothing after the last line",
        Span::new(crlf, CRLF.len() as u32, CRLF.len() as u32),
    );
    let secret = Diagnostic {
        notes: vec!["a key of the payment provider's live mode".to_owned()],
        ..finding(
            "hardcoded-secret",
            Level::Deny,
            "secret key in `key`",
            sample.span(keys, &format!("\"{SECRET}\""), 0),
        )
    };
    let private_key = Diagnostic {
        suppressed: Some(Suppression {
            by: SuppressedBy::Comment,
            reason: "a test vector".to_owned(),
        }),
        ..finding(
            "hardcoded-secret",
            Level::Deny,
            "private key in `pem`",
            sample.span(keys, PEM, 0),
        )
    };
    let in_long_line = Diagnostic {
        secondary: vec![Label::new(sample.span(long, "const B", 0), "")],
        ..finding(
            "plain-http-client",
            Level::Warn,
            "plain text to `10.0.0.1`",
            sample.span(long, "\"http://10.0.0.1/\"", 0),
        )
    };
    sample.diagnostics = vec![
        unprotected,
        whole_handler,
        plain_http,
        at_end,
        secret,
        private_key,
        in_long_line,
    ];
    sample
}

fn end_of(span: Span) -> Span {
    Span::new(span.file, span.range.end, span.range.end)
}

pub(crate) fn finding(lint: &str, level: Level, title: &str, span: Span) -> Diagnostic {
    Diagnostic {
        lint: Name::new(lint),
        title: title.to_owned(),
        severity: Severity::High,
        confidence: Confidence::Medium,
        persona: Persona::Regular,
        level,
        primary: Label::new(
            span,
            if title.len().is_multiple_of(2) {
                "here"
            } else {
                ""
            },
        ),
        secondary: Vec::new(),
        anchors: Vec::new(),
        notes: Vec::new(),
        help: None,
        fix: None,
        endpoint: None,
        fingerprint: format!("{lint}/sample"),
        suppressed: None,
    }
}

fn lints() -> Vec<LintInfo> {
    let lint = |id: &str, severity, cwe: &[u32], owasp: &[&str]| LintInfo {
        id: id.to_owned(),
        category: "sample".to_owned(),
        summary: format!("Finds what `{id}` says."),
        level: Level::Warn,
        severity,
        confidence: Confidence::High,
        cwe: cwe.to_vec(),
        owasp: owasp.iter().map(|it| (*it).to_owned()).collect(),
        help_uri: Some(format!("https://example.org/lints/{id}")),
        description: format!("# {id}\n\nFinds *it*."),
    };
    vec![
        lint(
            "hardcoded-secret",
            Severity::Critical,
            &[798, 321],
            &["API8:2023"],
        ),
        lint(
            "missing-authentication",
            Severity::High,
            &[306],
            &["API2:2023", "API5:2023"],
        ),
        lint(
            "missing-rate-limit",
            Severity::Medium,
            &[307],
            &["API4:2023"],
        ),
        lint("plain-http-client", Severity::Low, &[319], &[]),
    ]
}

fn summary() -> Summary {
    Summary {
        frameworks: vec![("axum".to_owned(), Some("0.8".to_owned()))],
        files: 166,
        elapsed: Duration::from_millis(123),
        endpoints: EndpointCounts {
            required: 54,
            conditional: 21,
            optional: 2,
            none: 15,
            unknown: 1,
        },
        conditional_on: vec![(
            "settings.registry.auth_required".to_owned(),
            Some("false".to_owned()),
        )],
        open_kinds: [
            ("login/OAuth", 6),
            ("static/docs", 6),
            ("health", 1),
            ("downloads", 2),
        ]
        .map(|(kind, count)| (kind.to_owned(), count))
        .to_vec(),
        unresolved: 0,
        suppressed: 1,
        by_config: 2,
        skipped: vec![("generated".to_owned(), 3)],
        problems: vec![Problem {
            level: Level::Warn,
            message: "unexpected `}`; the rest of the file was not read".to_owned(),
            path: Some("src/broken.rs".to_owned()),
        }],
        next_steps: vec![
            "cargo moat routes --open".to_owned(),
            "cargo moat explain missing-rate-limit".to_owned(),
        ],
    }
}

/// Endpoints of two services, with every verdict.
pub(crate) fn routes() -> RoutesView {
    use Status::{Conditional, None as Absent, Optional, Required, Unknown};
    let service = |listener: Option<&str>, method: &str, path: &str, authentication, rate_limit| {
        let location = LocationView {
            file: "crates/server/src/routes/users.rs".to_owned(),
            line: 311,
            column: 5,
        };
        EndpointView {
            id: format!("server {method} {path}"),
            service: "server".to_owned(),
            listener: listener.map(str::to_owned),
            framework: "axum".to_owned(),
            cfg: None,
            method: method.to_owned(),
            path: path.to_owned(),
            handler: HandlerView {
                name: "server::routes::users::handle".to_owned(),
                location: location.clone(),
            },
            registered: location,
            stream: None,
            protections: ProtectionsView {
                authentication,
                authorization: ProtectionView::new(Absent),
                rate_limit,
                body_limit: ProtectionView::new(Required),
                timeout: ProtectionView::new(Conditional),
                cors: ProtectionView::new(Absent),
                csrf: ProtectionView::new(Unknown),
                tracing: ProtectionView::new(Required),
            },
        }
    };
    let new = ProtectionView::new;
    let conditional = |setting: &str| ProtectionView {
        condition: Some(setting.to_owned()),
        ..new(Conditional)
    };
    let limited = ProtectionView {
        value: Some("5/min".to_owned()),
        ..new(Required)
    };
    let proven = ProtectionView {
        evidence: vec![EvidenceView {
            kind: EvidenceKind::BodyCheck,
            name: "require_admin".to_owned(),
            location: LocationView {
                file: "src/auth.rs".to_owned(),
                line: 3,
                column: 9,
            },
        }],
        ..new(Required)
    };
    let mut routes = RoutesView {
        endpoints: vec![
            service(None, "GET", "/", new(Absent), new(Absent)),
            service(None, "POST", "/api/v1/auth/login", new(Absent), limited),
            service(
                None,
                "DELETE",
                "/api/v1/crates/{name}/{version}/owners/{*rest}",
                proven,
                new(Unknown),
            ),
            service(
                None,
                "GET",
                "/api/v1/größe/{id}",
                new(Optional),
                new(Conditional),
            ),
            service(
                None,
                "GET",
                "/api/v1/search",
                conditional("settings.registry.auth_required (default false)"),
                new(Absent),
            ),
            service(
                None,
                "PUT",
                "/api/v1/upload",
                conditional("settings.registry.auth_required (default false)"),
                new(Absent),
            ),
            service(
                Some("127.0.0.1:9090"),
                "ANY",
                "/metrics",
                new(Unknown),
                new(Optional),
            ),
        ],
        unresolved: vec![UnresolvedView {
            reason: "router comes out of the macro `mount_all!`".to_owned(),
            location: LocationView {
                file: "src/main.rs".to_owned(),
                line: 12,
                column: 1,
            },
        }],
    };
    routes.endpoints[3].cfg = Some("feature = \"search\"".to_owned());
    routes.endpoints[4].stream = Some("event-stream");
    routes
}

/// Fails unless the document is valid by the schema.
pub(crate) fn assert_valid(document: &serde_json::Value, schema: &str) {
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let errors: Vec<_> = validator
        .iter_errors(document)
        .map(|it| format!("{}: {it}", it.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}
