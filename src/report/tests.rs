//! All formats on one sample: how they look, that they are valid, and that no secret is in them.

use super::sample::{self, PEM, SECRET, Sample, sample};
use super::{
    ColorChoice, Report, Repository, Terminal, github, human, json, routes_table, sarif, short,
};
use crate::diagnostics::{Fix, Label, Level};
use crate::source::{SourceMap, Span};

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("writing to memory cannot fail");
    String::from_utf8(out)
        .expect("reports are UTF-8")
        .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

fn human_text(report: &Report<'_>, width: usize) -> String {
    text(|out| human::write(report, &Terminal::plain(width), human::Detail::Full, out))
}

fn all_formats(report: &Report<'_>) -> [(&'static str, String); 7] {
    let colored = Terminal {
        color: ColorChoice::Always,
        is_terminal: true,
        width: 100,
    };
    [
        ("human", human_text(report, 80)),
        ("human, narrow", human_text(report, 40)),
        (
            "human, coloured",
            text(|out| human::write(report, &colored, human::Detail::Full, out)),
        ),
        ("short", text(|out| short::write(report, out))),
        ("json", text(|out| json::write(report, out))),
        ("github", text(|out| github::write(report, out))),
        ("sarif", text(|out| sarif::write(report, out))),
    ]
}

#[test]
fn human() {
    let sample = sample();
    insta::assert_snapshot!("human_80", human_text(&sample.report(), 80));
    insta::assert_snapshot!("human_140", human_text(&sample.report(), 140));
    let colored = Terminal {
        color: ColorChoice::Auto,
        is_terminal: true,
        width: 80,
    };
    let colored = text(|out| human::write(&sample.report(), &colored, human::Detail::Full, out));
    insta::assert_snapshot!("human_colored", colored.replace('\u{1b}', "^"));
}

#[test]
fn human_without_findings_or_endpoints() {
    let Sample {
        mut summary,
        sources,
        lints,
        ..
    } = sample();
    summary.endpoints = super::EndpointCounts::default();
    summary.conditional_on.clear();
    summary.open_kinds.clear();
    let report = Report {
        sources: &sources,
        diagnostics: &[],
        lints: &lints,
        summary: &summary,
        redactions: &[],
        repository: &Repository::default(),
    };
    insta::assert_snapshot!(human_text(&report, 80));
}

#[test]
fn lines_for_programs() {
    let sample = sample();
    insta::assert_snapshot!("short", text(|out| short::write(&sample.report(), out)));
    insta::assert_snapshot!("github", text(|out| github::write(&sample.report(), out)));
}

#[test]
fn json_is_valid() {
    let out = text(|out| json::write(&sample().report(), out));
    let document = serde_json::from_str(&out).unwrap();
    sample::assert_valid(
        &document,
        include_str!("../../docs/schema/check.schema.json"),
    );
    insta::assert_snapshot!(out);
}

#[test]
fn sarif_is_valid() {
    let out = text(|out| sarif::write(&sample().report(), out));
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    // The official schema has a stray bracket in the pattern of language codes, which no regex engine takes.
    let schema =
        include_str!("testdata/sarif-schema-2.1.0.json").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    sample::assert_valid(&document, &schema);
    // What the schema cannot say: indexes point at what they name.
    let run = &document["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
    }
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        for relationship in rule["relationships"].as_array().unwrap() {
            let index = relationship["target"]["index"].as_u64().unwrap() as usize;
            assert_eq!(
                run["taxonomies"][0]["taxa"][index]["id"],
                relationship["target"]["id"]
            );
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn fingerprints_survive_line_shifts_and_differ() {
    let fingerprints = |sample: &Sample| -> Vec<String> {
        let document: serde_json::Value =
            serde_json::from_str(&text(|out| sarif::write(&sample.report(), out))).unwrap();
        let results = document["runs"][0]["results"].as_array().unwrap();
        let of = |it: &serde_json::Value| {
            it["partialFingerprints"]["cargoMoat/v1"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        results.iter().map(of).collect()
    };
    let before = sample();
    let mut after = sample();
    let mut shifted = SourceMap::default();
    for (_, file) in before.sources.iter() {
        shifted.add(file.path.clone(), format!("\n\n\n{}", file.text()));
    }
    after.sources = shifted;
    let shift =
        |span: &mut Span| *span = Span::new(span.file, span.range.start + 3, span.range.end + 3);
    after.redactions.iter_mut().for_each(shift);
    for diagnostic in &mut after.diagnostics {
        shift(&mut diagnostic.primary.span);
        diagnostic
            .secondary
            .iter_mut()
            .for_each(|it| shift(&mut it.span));
    }
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let unique: std::collections::BTreeSet<_> = fingerprints(&before).into_iter().collect();
    assert_eq!(unique.len(), before.diagnostics.len());
}

#[test]
fn no_format_shows_a_secret() {
    let mut sample = sample();
    // A check that forgets itself, in every place that has words.
    let words = format!("the value is {SECRET}");
    let mut careless = sample.diagnostics[4].clone();
    careless.title.clone_from(&words);
    careless.notes.push(words.clone());
    careless.help = Some(words.clone());
    careless.primary.text.clone_from(&words);
    careless.fingerprint.clone_from(&words);
    careless
        .secondary
        .push(Label::new(sample.redactions[0], words.clone()));
    careless.fix = Some(Fix {
        message: words.clone(),
        edits: vec![(careless.primary.span, words.clone())],
    });
    let setting = ("settings.key".to_owned(), Some(words.clone()));
    sample.summary.conditional_on.push(setting);
    sample.summary.problems.push(super::Problem {
        level: Level::Deny,
        message: words,
        path: None,
    });
    // Findings about the lines around, which show the secret's line as well.
    let file = sample.redactions[0].file;
    let whole = Span::new(file, 0, sample.sources.file(file).len() as u32);
    let around = sample::finding("hardcoded-secret", Level::Warn, "the whole file", whole);
    let before = sample::finding(
        "hardcoded-secret",
        Level::Warn,
        "line before",
        sample.span(file, "const", 0),
    );
    let after = sample::finding(
        "hardcoded-secret",
        Level::Warn,
        "line after",
        sample.span(file, "let pem", 0),
    );
    sample.diagnostics.extend([careless, around, before, after]);

    for (format, out) in all_formats(&sample.report()) {
        let found = PEM
            .lines()
            .chain([SECRET, "sk_live", &SECRET[8..20]])
            .find(|it| out.contains(it));
        assert_eq!(found, None, "{format} shows a secret");
    }
    // The test can fail: without redactions the values are there.
    sample.redactions.clear();
    for (format, out) in all_formats(&sample.report()) {
        assert!(out.contains(SECRET), "{format} shows no source text at all");
    }
}

#[test]
fn text_that_attacks_the_terminal_is_shown_not_obeyed() {
    let mut sample = sample();
    let attack = "\u{1b}]0;owned\u{7}\u{202e}\r\n::error::x";
    let file = sample.sources.add(
        format!("src/{attack}.rs"),
        format!("fn a() {{ /* {attack} */ }}\n{attack}"),
    );
    let mut diagnostic = sample::finding(
        "plain-http-client",
        Level::Deny,
        attack,
        Span::new(file, 3, 30),
    );
    diagnostic.notes.push(attack.to_owned());
    diagnostic
        .secondary
        .push(Label::new(Span::new(file, 12, 22), attack));
    diagnostic.fix = Some(Fix {
        message: attack.to_owned(),
        edits: vec![(Span::new(file, 8, 40), attack.to_owned())],
    });
    diagnostic.endpoint = Some(crate::diagnostics::EndpointRef {
        method: "GET".to_owned(),
        path: attack.to_owned(),
    });
    sample.diagnostics = vec![diagnostic];
    for (format, out) in all_formats(&sample.report()) {
        let hidden = if format == "human, coloured" {
            &['\u{7}', '\r'][..]
        } else {
            &['\u{1b}', '\u{7}', '\r']
        };
        assert!(!out.contains(hidden), "{format}: {out:?}");
        assert!(
            !out.lines().any(|it| it.starts_with("::error::")),
            "{format}: {out}"
        );
        if !matches!(format, "json" | "sarif") {
            assert!(!out.contains('\u{202e}'), "{format}: {out:?}");
        }
    }
}

#[test]
fn any_span_can_be_drawn() {
    let text = "ä\r\n\t\u{202e}x\n\n猫😀 \u{feff}\r\ry\n";
    for start in 0..=text.len() as u32 + 2 {
        for end in start..=text.len() as u32 + 2 {
            let mut sample = sample();
            let file = sample.sources.add("src/x.rs", text);
            let mut diagnostic = sample::finding(
                "plain-http-client",
                Level::Deny,
                "x",
                Span::new(file, start, end),
            );
            diagnostic
                .secondary
                .push(Label::new(Span::new(file, end, end + 3), "next"));
            diagnostic
                .secondary
                .push(Label::new(Span::new(file, 0, start), "before"));
            let edit = (Span::new(file, start, end), "a\r\n\tb".to_owned());
            diagnostic.fix = Some(Fix {
                message: "edit".to_owned(),
                edits: vec![edit],
            });
            sample.diagnostics = vec![diagnostic];
            let out = human_text(&sample.report(), 80);
            assert!(out.contains("--> src/x.rs:"), "{start}..{end}: {out}");
        }
    }
}

#[test]
fn routes_as_a_table() {
    let routes = sample::routes();
    for width in [60, 80, 140] {
        let table = text(|out| routes_table::write(&routes, &Terminal::plain(width), out));
        let rows = table
            .lines()
            .filter(|it| it.starts_with("  ") && !it.starts_with("  ?"));
        assert!(
            rows.clone().all(|it| super::text::width(it) <= width),
            "{table}"
        );
        insta::assert_snapshot!(format!("routes_{width}"), table);
    }
    let colored = Terminal {
        color: ColorChoice::Always,
        is_terminal: true,
        width: 80,
    };
    insta::assert_snapshot!(
        "routes_colored",
        text(|out| routes_table::write(&routes, &colored, out)).replace('\u{1b}', "^")
    );
}

#[test]
fn pages_are_explained() {
    let page = include_str!("testdata/page.md");
    for (name, terminal) in [
        ("explain_plain", Terminal::plain(60)),
        (
            "explain_colored",
            Terminal {
                color: ColorChoice::Always,
                is_terminal: true,
                width: 80,
            },
        ),
    ] {
        let out = text(|out| super::explain::write(page, &terminal, out));
        insta::assert_snapshot!(name, out.replace('\u{1b}', "^"));
    }
}
