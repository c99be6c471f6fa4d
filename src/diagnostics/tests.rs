//! Settings and suppressions applied to findings.

use jiff::civil::{Date, date};

use super::*;
use crate::facts::{Comment, FileFacts};
use crate::source::{SourceMap, TextRange};
use crate::workspace::config::exception::{ExceptionUses, Exceptions};
use crate::workspace::config::{Config, KnownNames};

const KNOWN: KnownNames<'static> = KnownNames {
    lints: &[
        "missing-authentication",
        "missing-rate-limit",
        "hardcoded-secret",
        "missing-tracing",
        "unused-allow",
    ],
    categories: &["authentication", "limits", "secrets", "configuration"],
    aliases: &[("missing-auth", "missing-authentication")],
};

const TODAY: Date = date(2026, 11, 23);

fn lint(id: &str) -> Option<LintMeta> {
    let (category, severity, persona, default_level) = match id {
        "missing-authentication" => (
            "authentication",
            Severity::High,
            Persona::Regular,
            Level::Deny,
        ),
        "missing-rate-limit" => ("limits", Severity::Medium, Persona::Regular, Level::Warn),
        "hardcoded-secret" => ("secrets", Severity::Critical, Persona::Regular, Level::Deny),
        "missing-tracing" => ("monitoring", Severity::Low, Persona::Auditor, Level::Warn),
        _ => return None,
    };
    Some(LintMeta {
        id: Name::new(id),
        category: Name::new(category),
        severity,
        confidence: Confidence::High,
        persona,
        default_level,
    })
}

fn config(text: &str) -> Config {
    Config::parse("moat.toml", text, &KNOWN).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn flags(words: &str) -> Vec<LevelFlag> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let flag = |pair: &[&str]| {
        let level = match pair[0] {
            "-A" => Level::Allow,
            "-W" => Level::Warn,
            _ => Level::Deny,
        };
        LevelFlag::parse(level, pair[1], &KNOWN).expect("a known lint")
    };
    words.chunks(2).map(flag).collect()
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn the_nearest_word_on_a_level_wins() {
    const OVER: &str = "[[override]]\npaths = ['old/**']\nlints = { authentication = 'warn' }\n";
    const ROUTE: &str = "[[override]]\nroutes = ['/in/**']\nmethods = ['POST']\nlints = { all = 'allow' }\nreason = 'VPN'\nuntil = '2026-11-23'\n";
    use DecidedBy::{CommandLine, Default, Override};
    let from_config = DecidedBy::Config;
    let post = Some(("POST", "/in/x"));
    for (toml, args, path, route, level, by) in [
        ("", "", "a.rs", None, Level::Deny, Default),
        ("lints.all = 'warn'", "", "a.rs", None, Level::Warn, from_config),
        ("lints = { all = 'warn', authentication = 'allow' }", "", "a.rs", None, Level::Allow, from_config),
        ("lints = { missing-auth = 'warn', authentication = 'allow', all = 'deny' }", "", "a.rs", None, Level::Warn, from_config),
        ("lints.limits = 'allow'", "", "a.rs", None, Level::Deny, Default),
        ("", "-A all", "a.rs", None, Level::Allow, CommandLine),
        ("", "-A all -W missing_auth", "a.rs", None, Level::Warn, CommandLine),
        ("", "-W missing_auth -A all", "a.rs", None, Level::Allow, CommandLine),
        ("", "-A limits", "a.rs", None, Level::Deny, Default),
        ("lints.missing-auth = 'deny'", "-A authentication", "a.rs", None, Level::Allow, CommandLine),
        ("lints.all = 'warn'", "-D warnings", "a.rs", None, Level::Deny, CommandLine),
        ("lints.all = 'warn'", "-D warnings -W warnings", "a.rs", None, Level::Warn, from_config),
        ("lints.all = 'warn'", "-A warnings", "a.rs", None, Level::Allow, CommandLine),
        ("lints.all = 'allow'", "-D warnings", "a.rs", None, Level::Allow, from_config),
        ("", "-W authentication -D warnings", "a.rs", None, Level::Deny, CommandLine),
        (OVER, "", "old/x/a.rs", None, Level::Warn, Override),
        (OVER, "", "new/a.rs", None, Level::Deny, Default),
        (OVER, "-D missing-auth", "old/a.rs", None, Level::Deny, CommandLine),
        (ROUTE, "", "a.rs", post, Level::Allow, Override),
        (ROUTE, "", "a.rs", Some(("GET", "/in/x")), Level::Deny, Default),
        (ROUTE, "", "a.rs", Some(("ANY", "/in/x")), Level::Deny, Default),
        (ROUTE, "", "a.rs", None, Level::Deny, Default),
        (&ROUTE.replace("11-23", "11-22"), "", "a.rs", post, Level::Deny, Default),
        (&format!("{ROUTE}{}", OVER.replace("old/**", "**")), "", "a.rs", post, Level::Warn, Override),
        (&format!("{}{ROUTE}", OVER.replace("old/**", "**")), "", "a.rs", post, Level::Allow, Override),
        ("lints.missing-auth = { level = 'allow', reason = 'x', until = '2026-11-22' }", "", "a.rs", None, Level::Deny, Default),
        ("lints.missing-auth = { level = 'allow', reason = 'x', until = '2026-11-23' }", "", "a.rs", None, Level::Allow, from_config),
    ] {
        let config = config(toml);
        let settings = LevelSettings::new(&config, flags(args), TODAY);
        let decision = settings.level_of(&lint("missing-authentication").unwrap(), path, route);
        assert_eq!(
            (decision.level, decision.by),
            (level, by),
            "{toml} {args} {path} {route:?}"
        );
    }
    let wrong = LevelFlag::parse(Level::Deny, "missing-authn", &KNOWN).unwrap_err();
    assert_eq!(
        wrong,
        (
            "unknown lint `missing-authn`".to_owned(),
            "did you mean `missing-authentication`?".to_owned()
        )
    );
    assert!(LevelFlag::parse(Level::Deny, "", &KNOWN).is_err());
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn what_would_be_shown_nowhere_is_off() {
    const DENIED: &str = "[[override]]\npaths = ['a/**']\nlints = { missing-auth = 'deny' }\n";
    const EXCUSED: &str = "[[override]]\npaths = ['a/**']\nlints = { all = 'allow' }\nreason = 'x'\n";
    for (toml, args, is_off) in [
        ("", "", false),
        ("", "-A all", true),
        ("", "-A all -W missing-auth", false),
        ("lints.authentication = 'allow'", "", true),
        (
            "lints.missing-auth = { level = 'allow', reason = 'x' }",
            "",
            false,
        ),
        ("lints.all = 'warn'", "-A warnings", true),
        (DENIED, "-A all", true),
        (
            &format!("lints.all = 'warn'\n{DENIED}"),
            "-A warnings",
            false,
        ),
        (&format!("lints.all = 'allow'\n{DENIED}"), "", false),
        (EXCUSED, "", false),
        (&format!("lints.all = 'allow'\n{EXCUSED}"), "", false),
        (&format!("lints.all = 'allow'\n{EXCUSED}"), "-A all", true),
    ] {
        let config = config(toml);
        let settings = LevelSettings::new(&config, flags(args), TODAY);
        let lint = lint("missing-authentication").unwrap();
        assert_eq!(settings.is_off(&lint), is_off, "{toml} {args}");
    }
}

struct Run {
    sources: SourceMap,
    facts: FileFacts,
}

const TEXT: &str = "\
login(); // moat: allow(missing-authentication, reason = \"how to get in\")
admin();
// moat: allow(missing-rate-limit, missing-auth, reason = \"the two\")
both();
upload(); // moat: allow(hardcoded-secret, reason = \"nothing here\")
";

impl Run {
    fn new() -> Run {
        let mut sources = SourceMap::default();
        sources.add("src/lib.rs", TEXT);
        let comments = TEXT.match_indices("// moat:").map(|(start, _)| {
            let end = start + TEXT[start..].find('\n').expect("a line ends");
            Comment {
                range: TextRange::new(start as u32, end as u32),
                text: TEXT[start + 8..end].trim().to_owned(),
                trailing: !TEXT[..start].ends_with('\n'),
                at_top: false,
            }
        });
        let facts = FileFacts {
            comments: comments.collect(),
            ..FileFacts::default()
        };
        Run { sources, facts }
    }

    fn finding(&self, id: &str, place: &str, endpoint: Option<(&str, &str)>) -> Diagnostic {
        let (file, source) = self.sources.iter().next().expect("one file");
        let start = source.text().find(place).expect("in the text") as u32;
        let primary = Label::new(Span::new(file, start, start + place.len() as u32), "");
        let meta = lint(id).expect("a lint");
        let diagnostic = Diagnostic::new(&meta, format!("{id} at {place}"), primary, place);
        match endpoint {
            Some((method, path)) => diagnostic.with_endpoint(method, path),
            None => diagnostic,
        }
    }

    fn apply(
        &self,
        config: &Config,
        args: &str,
        persona: Persona,
        findings: Vec<Diagnostic>,
    ) -> Applied {
        let (file, source) = self.sources.iter().next().expect("one file");
        let suppressions = suppress::collect(file, source.text(), &self.facts, &KNOWN, TODAY);
        apply(
            findings,
            vec![suppressions],
            &self.policy(config, args, persona),
        )
    }

    fn policy<'a>(&'a self, config: &'a Config, args: &str, persona: Persona) -> Policy<'a> {
        Policy {
            sources: &self.sources,
            levels: LevelSettings::new(config, flags(args), TODAY),
            exceptions: Exceptions::new(config, TODAY),
            min_severity: config.min_severity.unwrap_or(Severity::Low),
            persona,
            lint: &lint,
            ran: &|_| true,
        }
    }
}

fn titles(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|it| it.title.as_str()).collect()
}

#[test]
fn comments_hold_back_what_they_name() {
    let run = Run::new();
    let none = Config::default();
    let all = || {
        vec![
            run.finding("missing-rate-limit", "upload", None),
            run.finding("missing-authentication", "login", None),
            run.finding("missing-authentication", "both", None),
            run.finding("missing-authentication", "admin", None),
        ]
    };
    let applied = run.apply(&none, "", Persona::Regular, all());
    assert_eq!(
        titles(&applied.shown),
        [
            "missing-authentication at admin",
            "suppression of `missing-rate-limit` suppresses nothing",
            "missing-rate-limit at upload",
            "suppression of `hardcoded-secret` suppresses nothing",
        ]
    );
    assert_eq!(
        titles(&applied.suppressed),
        [
            "missing-authentication at login",
            "missing-authentication at both"
        ]
    );
    let held = applied.suppressed[0].suppressed.as_ref().unwrap();
    assert_eq!(
        (held.by, held.reason.as_str()),
        (SuppressedBy::Comment, "how to get in")
    );
    assert_eq!(
        applied.counts,
        Counts {
            denied: 1,
            warned: 3,
            by_comment: 2,
            ..Counts::default()
        }
    );
    // One of two lints: no fix, as the comment is still needed. The only one: the comment goes.
    assert!(applied.shown[1].fix.is_none() && applied.shown[3].fix.is_some());

    let mut reversed = all();
    reversed.reverse();
    let again = run.apply(&none, "", Persona::Regular, reversed);
    assert_eq!(
        (again.shown, again.suppressed),
        (applied.shown, applied.suppressed)
    );

    // The settings speak of these findings too, comments do not.
    let applied = run.apply(
        &none,
        "-A unused-allow -D missing-auth",
        Persona::Regular,
        all(),
    );
    assert_eq!(
        applied.counts,
        Counts {
            denied: 1,
            warned: 1,
            by_comment: 2,
            by_level: 2,
            ..Counts::default()
        }
    );

    // What would be hidden anyway counts as suppressed all the same.
    let applied = run.apply(&none, "-A all", Persona::Regular, all());
    assert_eq!(
        applied.counts,
        Counts {
            by_comment: 2,
            by_level: 4,
            ..Counts::default()
        }
    );

    // A lint that did not run leaves no comment unused.
    let mut policy = run.policy(&none, "", Persona::Regular);
    policy.ran = &|id| id != "hardcoded-secret";
    let (file, source) = run.sources.iter().next().unwrap();
    let suppressions = suppress::collect(file, source.text(), &run.facts, &KNOWN, TODAY);
    let applied = apply(Vec::new(), vec![suppressions], &policy);
    assert_eq!(applied.shown.len(), 3);
}

#[test]
fn a_comment_at_the_handler_speaks_of_a_finding_elsewhere() {
    let run = Run::new();
    let login = run
        .finding("missing-authentication", "login", None)
        .primary
        .span;
    let finding = run
        .finding("missing-authentication", "admin", None)
        .with_anchor(login);
    let applied = run.apply(&Config::default(), "", Persona::Regular, vec![finding]);
    assert_eq!(applied.counts.by_comment, 1);
    let finding = run
        .finding("missing-authentication", "admin", None)
        .with_label(login, "evidence only");
    let applied = run.apply(&Config::default(), "", Persona::Regular, vec![finding]);
    assert_eq!(applied.counts.by_comment, 0);
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn settings_hold_back_and_say_why() {
    let run = Run::new();
    let admin = |endpoint| run.finding("missing-authentication", "admin", Some(endpoint));
    let public = "[[public-routes]]\nroutes = ['/admin']\nreason = 'a demo'\n";
    let gateway = "[[external]]\nprovides = ['rate_limit']\nroutes = ['/**']\nby = 'nginx'\nreason = 'limits'\n";
    let over =
        "[[override]]\nroutes = ['/admin']\nlints = { authentication = 'allow' }\nreason = 'VPN'\n";
    let of_shop = gateway.replace("by =", "services = ['shop']\nby =");
    for (toml, finding, reason) in [
        ("", admin(("GET", "/admin")), None),
        (public, admin(("GET", "/admin")), Some("a demo")),
        (public, admin(("GET", "/admin/x")), None),
        (public, run.finding("missing-authentication", "admin", None), None),
        (public, run.finding("missing-rate-limit", "admin", Some(("GET", "/admin"))), None),
        (public, run.finding("hardcoded-secret", "admin", Some(("GET", "/admin"))), None),
        (gateway, run.finding("missing-rate-limit", "admin", Some(("GET", "/admin"))), Some("limits")),
        (gateway, admin(("GET", "/admin")), None),
        (&of_shop, run.finding("missing-rate-limit", "admin", Some(("GET", "/admin"))), None),
        (over, admin(("GET", "/admin")), Some("VPN")),
        ("lints.missing-auth = { level = 'allow', reason = 'later' }", admin(("GET", "/x")), Some("later")),
    ] {
        let config = config(toml);
        let applied = run.apply(&config, "-A configuration", Persona::Regular, vec![finding]);
        let found = applied
            .suppressed
            .first()
            .and_then(|it| it.suppressed.as_ref());
        assert_eq!(found.map(|it| it.reason.as_str()), reason, "{toml}");
        assert_eq!(applied.counts.by_exception, usize::from(reason.is_some()));
        assert_eq!(applied.shown.len(), usize::from(reason.is_none()));
        if reason.is_some() {
            assert_eq!(found.unwrap().by, SuppressedBy::Configuration);
            assert!(
                applied
                    .used
                    .contains(crate::workspace::config::exception::ExceptionId(0))
            );
        }
    }
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn severity_and_persona_hold_back_silently() {
    let run = Run::new();
    for (toml, args, persona, shown, held) in [
        ("", "", Persona::Regular, 1, Counts { by_persona: 1, ..Counts::default() }),
        ("", "", Persona::Auditor, 2, Counts::default()),
        ("min-severity = 'medium'", "", Persona::Auditor, 1, Counts { by_severity: 1, ..Counts::default() }),
        // Asked for by name, it is shown; by way of `all`, it is not.
        ("lints.missing-tracing = 'warn'", "", Persona::Regular, 2, Counts::default()),
        ("lints.all = 'warn'", "", Persona::Regular, 1, Counts { by_persona: 1, ..Counts::default() }),
        ("", "-D missing-tracing", Persona::Regular, 2, Counts::default()),
    ] {
        let findings = vec![
            run.finding("missing-tracing", "admin", None),
            run.finding("missing-authentication", "admin", None),
        ];
        let config = config(toml);
        let applied = apply(findings, Vec::new(), &run.policy(&config, args, persona));
        assert_eq!(applied.shown.len(), shown, "{toml} {args}");
        let counts = Counts {
            denied: 0,
            warned: 0,
            ..applied.counts
        };
        assert_eq!(counts, held, "{toml} {args}");
    }
    // An auditor's finding of a lint for everybody is not asked for by naming the lint.
    let finding = run
        .finding("missing-authentication", "admin", None)
        .with_persona(Persona::Auditor);
    let none = Config::default();
    let applied = apply(
        vec![finding],
        Vec::new(),
        &run.policy(&none, "-D missing-auth", Persona::Regular),
    );
    assert_eq!(applied.counts.by_persona, 1);
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn exceptions_are_held_to_their_terms() {
    let public =
        |terms: &str| format!("[[public-routes]]\nroutes = ['/a', '/b/**']\nreason = 'x'\n{terms}");
    let endpoints = |paths: &[&str]| {
        paths
            .iter()
            .map(|path| EndpointRef {
                method: "GET".into(),
                path: (*path).into(),
            })
            .collect::<Vec<_>>()
    };
    let few = endpoints(&["/a", "/b/c"]);
    let all = endpoints(&["/a", "/b/1", "/b/2", "/b/3", "/b/{id}"]);
    let mixed = endpoints(&["/a", "/b/1", "/b/2", "/b/3", "/c"]);
    let raised = "lints.missing-auth = { level = 'deny', reason = 'x' }".to_owned();
    for (toml, used, complete, endpoints, lint, place) in [
        (public(""), true, true, &few, None, ""),
        (public(""), false, true, &few, Some("unused-exception"), "['/a', '/b/**']"),
        (public(""), false, false, &few, None, ""),
        (public(""), true, true, &all, Some("broad-exception"), "['/a', '/b/**']"),
        (public(""), true, true, &mixed, None, ""),
        (public("until = '2026-11-22'"), false, true, &all, Some("expired-exception"), "'2026-11-22'"),
        (public("until = '2026-11-23'"), true, true, &few, None, ""),
        (public("").replace("/a", "/**"), true, true, &few, Some("broad-exception"), "['/**', '/b/**']"),
        ("lints.all = 'allow'".to_owned(), true, true, &few, Some("broad-exception"), "all"),
        ("assume.x = true".to_owned(), false, true, &few, Some("unused-exception"), "x"),
        (raised.clone(), false, true, &few, None, ""),
        (raised.replace("reason", "until = '2020-01-01', reason"), false, true, &few, Some("expired-exception"), "'2020-01-01'"),
    ] {
        let config = config(&toml);
        let mut sources = SourceMap::default();
        let file = sources.add("moat.toml", toml.as_str());
        let mut uses = ExceptionUses::default();
        if used {
            uses.insert(crate::workspace::config::exception::ExceptionId(0));
        }
        let found = report_exceptions(&ExceptionReport {
            config: &config,
            exceptions: Exceptions::new(&config, TODAY),
            file,
            text: &toml,
            used: &uses,
            complete,
            endpoints,
        });
        assert_eq!(found.first().map(|it| it.lint.as_str()), lint, "{toml}");
        assert!(found.len() <= 1, "{toml}: {found:?}");
        if let Some(finding) = found.first() {
            assert_eq!(sources.slice(finding.primary.span), place);
            assert!(finding.help.is_some());
            assert!(
                !finding.title.ends_with('.') && !finding.title.starts_with(char::is_uppercase)
            );
        }
    }
}

#[test]
fn mistakes_of_the_configuration_are_findings() {
    let text = "[lints]\nmising-auth = 'deny'\nsecrets = 1\n";
    let errors = Config::parse("moat.toml", text, &KNOWN).unwrap_err();
    let mut sources = SourceMap::default();
    let found = config_diagnostics(&errors, sources.add("moat.toml", text));
    let shown: Vec<_> = found
        .iter()
        .map(|it| (it.lint.as_str(), sources.slice(it.primary.span), it.level))
        .collect();
    let expected = [
        ("unknown-lint", "mising-auth", Level::Deny),
        ("invalid-configuration", "1", Level::Deny),
    ];
    assert_eq!(shown, expected);
    assert_eq!(
        found[0].help.as_deref(),
        Some("did you mean `missing-authentication`?")
    );
}

#[test]
fn the_pages_say_what_the_engine_does() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("lints/configuration");
    for lint in engine::ALL {
        let path = dir.join(format!("{}.md", lint.id));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} has no page", lint.id));
        let front = text.split("+++").nth(1).expect("front matter");
        let front: toml::Table = front.parse().expect("TOML");
        for (key, value) in [
            ("id", lint.id),
            ("category", engine::CATEGORY),
            ("severity", lint.severity.as_str()),
            ("level", lint.level.as_str()),
            ("persona", "regular"),
            ("confidence", "high"),
        ] {
            assert_eq!(front[key].as_str(), Some(value), "{} {key}", lint.id);
        }
        let headings: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        let expected = [
            "What it does",
            "Why it matters",
            "Bad",
            "Good",
            "How it decides",
            "Configuration",
            "References",
        ];
        assert_eq!(headings, expected, "{}", lint.id);
    }
    let pages = std::fs::read_dir(dir).expect("the folder").count();
    assert_eq!(pages, engine::ALL.len());
}
