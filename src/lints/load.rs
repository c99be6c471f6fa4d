//! From the text of a lint file to a [`Lint`].

use std::borrow::Cow;

use toml_span::de_helpers::TableHelper;
use toml_span::value::{Table, ValueInner};
use toml_span::{Deserialize, ErrorKind, Value};

use super::{CheckSpec, Lint, LintFileError, Precision, Status};
use crate::diagnostics::{Confidence, Level, Persona, Severity};
use crate::source::{Name, TextRange};

/// Where a lint file comes from, which says how complete it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Part of this program: every key must be there.
    Builtin,
    /// A user's own: `id`, `summary` and `[check]` suffice, and prose may be left out.
    Local,
}

/// Loads one lint file.
///
/// # Errors
/// Every mistake of the file that can be told apart, each with its place.
pub fn load(
    path: impl Into<Cow<'static, str>>,
    text: impl Into<Cow<'static, str>>,
    origin: Origin,
) -> Result<Lint, Vec<LintFileError>> {
    let (path, text) = (path.into(), text.into());
    let (front, body) = split(&path, &text).map_err(|error| vec![error])?;
    let parsed = toml_span::parse(&text[front.start as usize..front.end as usize])
        .map_err(toml_span::DeserError::from)
        .and_then(|mut value| Front::read(&mut value, origin));
    let Front { lint, id_span } = parsed.map_err(|error| located(&path, front, error))?;
    let mut lint = Lint {
        path,
        text,
        body,
        ..lint
    };
    lint.check.kind_span = shift(front, lint.check.kind_span);
    for span in lint.check.spans.values_mut() {
        *span = shift(front, *span);
    }
    let stem = lint
        .path
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .trim_end_matches(".md");
    if lint.id != *stem {
        let message = format!(
            "the file of lint `{}` must be called `{}.md`",
            lint.id, lint.id
        );
        return Err(vec![LintFileError::new(
            &lint.path,
            shift(front, range(id_span)),
            message,
        )]);
    }
    Ok(lint)
}

/// The byte ranges of the TOML between the `+++` lines and of what follows them.
fn split(path: &str, text: &str) -> Result<(TextRange, TextRange), LintFileError> {
    let first_line = TextRange::new(0, text.find('\n').unwrap_or(text.len()) as u32);
    let wrong = |message: &str| {
        LintFileError::new(path, first_line, message)
            .with_help("a lint file opens with TOML between two lines `+++`")
    };
    let start = ["+++\n", "+++\r\n"]
        .iter()
        .find(|it| text.starts_with(**it))
        .map(|it| it.len());
    let start = start.ok_or_else(|| wrong("no front matter"))?;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == "+++" {
            let body = (at + line.len()) as u32;
            return Ok((
                TextRange::new(start as u32, at as u32),
                TextRange::new(body, text.len() as u32),
            ));
        }
        at += line.len();
    }
    Err(wrong("the front matter does not end"))
}

struct Front {
    lint: Lint,
    id_span: toml_span::Span,
}

impl Front {
    fn read(value: &mut Value<'_>, origin: Origin) -> Result<Front, toml_span::DeserError> {
        let mut table = TableHelper::new(value)?;
        let id = table.required_s::<String>("id").ok();
        let summary = table.required::<String>("summary").unwrap_or_default();
        let category = keyed(&mut table, "category", origin, String::from("local"));
        let severity = word(&mut table, "severity", origin, Severity::Medium);
        let confidence = word(&mut table, "confidence", origin, Confidence::Medium);
        let level = word(&mut table, "level", origin, Level::Warn);
        let persona = word(&mut table, "persona", origin, Persona::Regular);
        let status = word(&mut table, "status", origin, Status::Preview);
        let cwe = keyed(&mut table, "cwe", origin, Vec::<u32>::new());
        let owasp = keyed(&mut table, "owasp", origin, Vec::<String>::new());
        let since = keyed(&mut table, "since", origin, String::new());
        let aliases = table.optional::<Vec<String>>("aliases").unwrap_or_default();
        let frameworks = table
            .optional::<Vec<String>>("frameworks")
            .unwrap_or_default();
        let check = table.required::<CheckSpec>("check").ok();
        let precision = table.optional::<Precision>("precision");

        if let Some(id) = &id
            && !is_id(&id.value)
        {
            table.errors.push(custom(
                id.span,
                format!(
                    "`{}` is not an id: lower case words joined by dashes",
                    id.value
                ),
            ));
        }
        table.finalize(None)?;

        let names = |all: Vec<String>| all.iter().map(|it| Name::new(it)).collect();
        // `finalize` has returned if one of the two required keys was missing.
        let (id, check) = id.zip(check).expect("a missing key is an error above");
        Ok(Front {
            id_span: id.span,
            lint: Lint {
                id: Name::new(&id.value),
                category: Name::new(&category),
                summary,
                severity,
                confidence,
                level,
                persona,
                status,
                cwe,
                owasp,
                since,
                aliases: names(aliases),
                frameworks: names(frameworks),
                check,
                precision,
                path: Cow::Borrowed(""),
                text: Cow::Borrowed(""),
                body: TextRange::default(),
            },
        })
    }
}

/// A key that built-in lints must have and others may leave out.
fn keyed<'de, T: Deserialize<'de>>(
    table: &mut TableHelper<'de>,
    key: &'static str,
    origin: Origin,
    default: T,
) -> T {
    match origin {
        Origin::Builtin => table.required(key).unwrap_or(default),
        Origin::Local => table.optional(key).unwrap_or(default),
    }
}

/// The same for a key whose value is one of a few words.
fn word<T>(table: &mut TableHelper<'_>, key: &'static str, origin: Origin, default: T) -> T
where
    T: std::str::FromStr<Err = String>,
{
    let written = match origin {
        Origin::Builtin => table.required_s::<String>(key).ok(),
        Origin::Local => table.optional_s::<String>(key),
    };
    let Some(written) = written else {
        return default;
    };
    written.value.parse().unwrap_or_else(|message| {
        table.errors.push(custom(written.span, message));
        default
    })
}

impl std::str::FromStr for Status {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let all = [Status::Preview, Status::Stable];
        all.into_iter()
            .find(|it| it.as_str() == word)
            .ok_or_else(|| format!("`{word}` is none of preview, stable"))
    }
}

impl<'de> Deserialize<'de> for CheckSpec {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, toml_span::DeserError> {
        let mut table = TableHelper::new(value)?;
        let kind = table.required_s::<String>("kind")?;
        let rest = std::mem::take(&mut table.table);
        table.finalize(None)?;
        let spans = rest
            .iter()
            .map(|(key, value)| (key.name.to_string(), range(value.span)))
            .collect();
        Ok(CheckSpec {
            kind: kind.value,
            kind_span: range(kind.span),
            params: plain_table(rest),
            spans,
        })
    }
}

impl<'de> Deserialize<'de> for Precision {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, toml_span::DeserError> {
        let span = value.span;
        let mut table = TableHelper::new(value)?;
        let findings = table.required("findings").unwrap_or_default();
        let true_findings = table.required("true").unwrap_or_default();
        let services = table.required("services").unwrap_or_default();
        let date = table.required("date").unwrap_or_default();
        if true_findings > findings {
            table
                .errors
                .push(custom(span, "more true findings than findings".into()));
        }
        table.finalize(None)?;
        Ok(Precision {
            findings,
            true_findings,
            services,
            date,
        })
    }
}

fn plain_table(table: Table<'_>) -> toml::Table {
    table
        .into_iter()
        .map(|(key, value)| (key.name.into_owned(), plain(value)))
        .collect()
}

fn plain(mut value: Value<'_>) -> toml::Value {
    match value.take() {
        ValueInner::String(it) => toml::Value::String(it.into_owned()),
        ValueInner::Integer(it) => toml::Value::Integer(it),
        ValueInner::Float(it) => toml::Value::Float(it),
        ValueInner::Boolean(it) => toml::Value::Boolean(it),
        ValueInner::Array(it) => toml::Value::Array(it.into_iter().map(plain).collect()),
        ValueInner::Table(it) => toml::Value::Table(plain_table(it)),
    }
}

/// Lower case words of letters and digits, joined by single dashes.
fn is_id(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

fn custom(span: toml_span::Span, message: String) -> toml_span::Error {
    toml_span::Error {
        kind: ErrorKind::Custom(message.into()),
        span,
        line_info: None,
    }
}

fn range(span: toml_span::Span) -> TextRange {
    TextRange::new(span.start as u32, span.end as u32)
}

/// From a place in the front matter to the place in the file.
fn shift(front: TextRange, within: TextRange) -> TextRange {
    TextRange::new(front.start + within.start, front.start + within.end)
}

/// The errors of the TOML reader, with places in the whole file and a proposal for misspelt keys.
fn located(path: &str, front: TextRange, error: toml_span::DeserError) -> Vec<LintFileError> {
    let mut found = Vec::new();
    for error in error.errors {
        if let ErrorKind::UnexpectedKeys { keys, expected } = error.kind {
            for (key, span) in keys {
                let mut mistake = LintFileError::new(
                    path,
                    shift(front, range(span)),
                    format!("unknown key `{key}`"),
                );
                let similar = |it: &&String| strsim::jaro_winkler(&key, it) > 0.8;
                mistake.help = expected
                    .iter()
                    .find(similar)
                    .map(|it| format!("did you mean `{it}`?"));
                found.push(mistake);
            }
        } else {
            found.push(LintFileError::new(
                path,
                shift(front, range(error.span)),
                error.to_string(),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "+++\nid = \"own\"\nsummary = \"s\"\n[check]\nkind = \"call\"\npaths = [\"a::b\"]\nnested = { depth = 1 }\n+++\nprose\n";

    #[test]
    fn a_few_lines_are_a_lint() {
        let lint = load(".moat/lints/own.md", MINIMAL, Origin::Local).unwrap();
        assert_eq!(lint.check.kind, "call");
        assert_eq!(
            lint.check.params["paths"].as_array().unwrap()[0].as_str(),
            Some("a::b")
        );
        assert_eq!(lint.check.params["nested"]["depth"].as_integer(), Some(1));
        assert!(!lint.check.params.contains_key("kind"));
        assert_eq!(lint.page(), "prose\n");
        let place = |range: TextRange| &MINIMAL[range.start as usize..range.end as usize];
        assert_eq!(place(lint.check.kind_span), "call");
        assert_eq!(place(lint.check.spans["paths"]), "[\"a::b\"]");
        assert_eq!((lint.level, lint.status), (Level::Warn, Status::Preview));
    }

    #[test]
    fn mistakes_have_a_place_and_a_proposal() {
        // (what is replaced, by what, the place of the mistake, message, help)
        let cases: &[(&str, &str, &str, &str, Option<&str>)] = &[
            (
                "+++\nid",
                "id",
                "id = \"own\"",
                "no front matter",
                Some("a lint file opens with TOML between two lines `+++`"),
            ),
            (
                "+++\nprose",
                "++\nprose",
                "+++",
                "the front matter does not end",
                Some("a lint file opens with TOML between two lines `+++`"),
            ),
            (
                "summary",
                "sumary",
                "sumary",
                "unknown key `sumary`",
                Some("did you mean `summary`?"),
            ),
            (
                "[check]",
                "severity = \"bad\"\n[check]",
                "bad",
                "`bad` is none of low, medium, high, critical",
                None,
            ),
            (
                "[check]",
                "status = \"done\"\n[check]",
                "done",
                "`done` is none of preview, stable",
                None,
            ),
            (
                "\"own\"",
                "\"other\"",
                "other",
                "the file of lint `other` must be called `other.md`",
                None,
            ),
            (
                "\"own\"",
                "\"Own_\"",
                "Own_",
                "`Own_` is not an id: lower case words joined by dashes",
                None,
            ),
            (
                "[check]",
                "precision = { findings = 1, true = 2, services = 1, date = \"d\" }\n[check]",
                "{ findings = 1, true = 2, services = 1, date = \"d\" }",
                "more true findings than findings",
                None,
            ),
        ];
        for (from, to, place, message, help) in cases {
            let text = MINIMAL.replacen(from, to, 1);
            let errors = load("own.md", text.clone(), Origin::Local).unwrap_err();
            let error = errors.iter().find(|it| it.message == *message);
            let error = error.unwrap_or_else(|| panic!("no `{message}` in {errors:?}"));
            assert_eq!(
                &text[error.range.start as usize..error.range.end as usize],
                *place,
                "{message}"
            );
            assert_eq!(error.help.as_deref(), *help, "{message}");
        }
    }

    #[test]
    fn a_built_in_lint_says_everything() {
        let errors = load("own.md", MINIMAL, Origin::Builtin).unwrap_err();
        for key in [
            "category",
            "severity",
            "confidence",
            "level",
            "persona",
            "status",
            "cwe",
            "owasp",
            "since",
        ] {
            assert!(
                errors.iter().any(|it| it.message.contains(key)),
                "{key} is not in {errors:?}"
            );
        }
    }
}
