//! From text to [`Config`].

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, ConfigErrorKind};
use super::exception::{Exception, ExceptionId, ExceptionKind, Terms, broad_selector};
use super::globs::PathGlobs;
use super::names::KnownNames;
use super::reader::{Reader, Table, Value, Word, in_order, range};
use super::scale::{Level, Persona, Severity};
use super::{Config, LevelEntry, LintSelector, policy, rules};
use crate::source::{LineIndex, TextRange};

/// The keys of a `moat.toml`.
pub(super) const ROOT_KEYS: &[&str] = &[
    "persona",
    "min-severity",
    "lints",
    "override",
    "public-routes",
    "external",
    "assume",
    "policy",
    "model",
    "ignore",
];

/// The keys by which an exception states its terms.
pub(super) const TERMS_KEYS: &[&str] = &["reason", "owner", "ticket", "until"];

/// More mistakes than this help nobody: the file is not a configuration.
const MOST_ERRORS: usize = 100;

pub(super) fn file(
    path: &str,
    text: &str,
    known: &KnownNames<'_>,
) -> Result<Config, Vec<ConfigError>> {
    let mut reader = Reader {
        path,
        known,
        errors: Vec::new(),
        meant: Vec::new(),
    };
    let (root, syntax) = DeTable::parse_recoverable(text);
    for error in &syntax {
        syntax_error(&mut reader, text, error);
    }
    let syntax_count = reader.errors.len();
    let entries = root.get_ref();
    let table = Table {
        entries,
        range: first_line(text),
        name: "moat.toml",
    };
    let config = config(&mut reader, table);
    finish(reader, syntax_count, text).map(|()| config)
}

pub(super) fn manifest(
    path: &str,
    text: &str,
    known: &KnownNames<'_>,
) -> Result<Option<Config>, Vec<ConfigError>> {
    // Most manifests say nothing to us: do not parse them a second time.
    if !text.contains("moat") {
        return Ok(None);
    }
    let mut reader = Reader {
        path,
        known,
        errors: Vec::new(),
        meant: Vec::new(),
    };
    let (root, _) = DeTable::parse_recoverable(text);
    let find = |owner: &str| {
        let owner = root.get_ref().get(owner)?.get_ref().as_table()?;
        let metadata = owner.get("metadata")?.get_ref().as_table()?;
        metadata.get_key_value("moat")
    };
    let (value, name) = match (find("workspace"), find("package")) {
        (None, None) => return Ok(None),
        (Some((_, value)), None) => (value, "workspace.metadata.moat"),
        (None, Some((_, value))) => (value, "package.metadata.moat"),
        (Some(_), Some((key, _))) => {
            reader.error(
                ConfigErrorKind::TwoPlaces,
                range(key),
                "settings in `workspace.metadata.moat` and in `package.metadata.moat`",
                "the other settings are in `workspace.metadata.moat`",
                Some("keep them in one place".to_owned()),
            );
            return Err(reader.errors);
        }
    };
    let config = reader
        .open_table(value, name)
        .map(|table| config(&mut reader, table));
    finish(reader, 0, text).map(|()| config)
}

fn config(reader: &mut Reader<'_>, root: Table<'_, '_>) -> Config {
    reader.only_keys(root, ROOT_KEYS);
    let mut config = Config::default();
    if let Some(word) = reader.string(root, "persona") {
        config.persona = reader.one_of(&word, "persona", Persona::ALL, Persona::as_str);
    }
    if let Some(word) = reader.string(root, "min-severity") {
        config.min_severity = reader.one_of(&word, "severity", Severity::ALL, Severity::as_str);
    }
    if let Some(value) = root.get("lints")
        && let Some(table) = reader.open_table(value, "lints")
    {
        config.lints = lints(reader, &mut config.exceptions, table);
    }
    rules::overrides(reader, &mut config, root);
    rules::public_routes(reader, &mut config, root);
    rules::external(reader, &mut config, root);
    rules::assumptions(reader, &mut config, root);
    config.policies = policy::policies(reader, root);
    rules::models(reader, &mut config, root);
    if let Some(value) = root.get("ignore")
        && let Some(table) = reader.table(value, "ignore", &["paths"])
    {
        config.ignored = path_globs(reader, table);
    }
    config
}

fn lints(
    reader: &mut Reader<'_>,
    exceptions: &mut Vec<Exception>,
    table: Table<'_, '_>,
) -> Vec<LevelEntry> {
    let mut entries: Vec<LevelEntry> = Vec::new();
    for (key, value) in in_order(table.entries) {
        let Some(selector) = selector(reader, key.get_ref(), range(key)) else {
            continue;
        };
        let (level, exception) = match value.get_ref() {
            DeValue::Table(_) => {
                let keys = [&["level"], TERMS_KEYS].concat();
                let Some(table) = reader.table(value, "lints", &keys) else {
                    continue;
                };
                let why = "say what happens: `allow`, `warn` or `deny`";
                let word = reader.required(table, "level", why);
                let level = word.and_then(|it| self::level(reader, &it));
                let terms = terms(reader, table);
                let Some(level) = level else { continue };
                if level == Level::Allow && table.get("reason").is_none() {
                    reader.missing(table, "reason", "say why it is allowed");
                }
                let lets_off = level == Level::Allow;
                let broad = lets_off.then(|| broad_selector(&selector)).flatten();
                let exception = Exception {
                    kind: ExceptionKind::Lint,
                    terms,
                    range: range(key),
                    lets_off,
                    broad,
                };
                (level, Some(push(exceptions, exception)))
            }
            _ => {
                let Some(level) = level_value(reader, key.get_ref(), value) else {
                    continue;
                };
                // A plain level is no exception that asks for terms, unless it silences all.
                let silenced = level == Level::Allow && selector == LintSelector::All;
                let exception = silenced.then(|| {
                    let exception = Exception {
                        kind: ExceptionKind::Lint,
                        terms: Terms::default(),
                        range: range(key),
                        lets_off: true,
                        broad: broad_selector(&selector),
                    };
                    push(exceptions, exception)
                });
                (level, exception)
            }
        };
        if entries.iter().any(|it| it.selector == selector) {
            reader.bad(
                range(key),
                format!("`{selector}` is set twice"),
                "keep one of the two",
            );
        }
        refuse_fixed(reader, &selector, level, range(key));
        entries.push(LevelEntry {
            selector,
            level,
            exception,
            range: range(key),
        });
    }
    entries
}

/// Of some findings nobody sets the level.
fn refuse_fixed(reader: &mut Reader<'_>, selector: &LintSelector, level: Level, at: TextRange) {
    if let LintSelector::Lint(id) = selector
        && level != Level::Deny
        && policy::FIXED_LINTS.contains(&id.as_str())
    {
        let message = format!("the level of `{id}` cannot be lowered");
        let help = "change the policy, or accept the change with `cargo moat accept`";
        reader.bad(at, message, help);
    }
}

/// The levels of an override: plain words, as the terms are the override's.
pub(super) fn plain_levels(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<LevelEntry> {
    let Some(table) = reader.open_table(value, "override.lints") else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    for (key, value) in in_order(table.entries) {
        let Some(selector) = selector(reader, key.get_ref(), range(key)) else {
            continue;
        };
        let Some(level) = level_value(reader, key.get_ref(), value) else {
            continue;
        };
        refuse_fixed(reader, &selector, level, range(key));
        entries.push(LevelEntry {
            selector,
            level,
            exception: None,
            range: range(key),
        });
    }
    if table.entries.is_empty() {
        reader.bad(table.range, "`lints` is empty", "name a lint and its level");
    }
    entries
}

fn selector(reader: &mut Reader<'_>, word: &str, range: TextRange) -> Option<LintSelector> {
    let found = reader.known.selector(word);
    if found.is_none() {
        let help = match reader.known.closest_name(word) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`cargo moat lints` lists all lints and categories".to_owned(),
        };
        let message = format!("unknown lint `{word}`");
        reader.error(
            ConfigErrorKind::UnknownLint,
            range,
            message,
            "no lint, no category",
            Some(help),
        );
    }
    found
}

fn level_value(reader: &mut Reader<'_>, key: &str, value: &Value<'_>) -> Option<Level> {
    let DeValue::String(text) = value.get_ref() else {
        let help = format!("write `{key} = \"allow\"`, `\"warn\"` or `\"deny\"`");
        reader.wrong_type(
            value,
            &format!("the level of `{key}`"),
            "a string",
            Some(help),
        );
        return None;
    };
    level(
        reader,
        &Word {
            text: text.trim().to_owned(),
            range: range(value),
        },
    )
}

fn level(reader: &mut Reader<'_>, word: &Word) -> Option<Level> {
    reader.one_of(word, "level", Level::ALL, Level::as_str)
}

/// The terms of an exception, as far as they are given.
pub(super) fn terms(reader: &mut Reader<'_>, table: Table<'_, '_>) -> Terms {
    let text = |reader: &mut Reader<'_>, key| reader.string(table, key).map(|word| word.text);
    let mut terms = Terms {
        reason: text(reader, "reason"),
        owner: text(reader, "owner"),
        ticket: text(reader, "ticket"),
        ..Terms::default()
    };
    let Some(value) = table.get("until") else {
        return terms;
    };
    terms.until_range = Some(range(value));
    let written = match value.get_ref() {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Datetime(date) => date.to_string(),
        _ => {
            let help = "write a day: `until = \"2027-01-01\"`".to_owned();
            reader.wrong_type(value, "`until`", "a date", Some(help));
            return terms;
        }
    };
    terms.until = super::date(&written);
    if terms.until.is_none() {
        let message = format!("`{written}` is no date");
        reader.bad(
            range(value),
            message,
            "write year, month and day: `until = \"2027-01-01\"`",
        );
    }
    terms
}

/// `paths`, compiled.
pub(super) fn path_globs(reader: &mut Reader<'_>, table: Table<'_, '_>) -> PathGlobs {
    let words = reader.strings(table, "paths").unwrap_or_default();
    let mut good = Vec::new();
    for word in words {
        match PathGlobs::check(&word.text) {
            Ok(()) => good.push(word.text),
            Err(wrong) => {
                let help = "for example `crates/legacy/**`";
                reader.bad(
                    word.range,
                    format!("bad path pattern `{}`: {wrong}", word.text),
                    help,
                );
            }
        }
    }
    PathGlobs::new(good)
}

/// Adds an exception and returns its id.
pub(super) fn push(exceptions: &mut Vec<Exception>, exception: Exception) -> ExceptionId {
    exceptions.push(exception);
    ExceptionId(u32::try_from(exceptions.len() - 1).expect("fewer than 2^32 exceptions"))
}

fn syntax_error(reader: &mut Reader<'_>, text: &str, error: &toml::de::Error) {
    let range = match error.span() {
        Some(span) => TextRange::new(span.start as u32, span.end as u32),
        None => first_line(text),
    };
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    reader.error(ConfigErrorKind::Syntax, range, message, "", None);
}

/// Mistakes in the order of the text. What follows from broken syntax is left out: values on
/// a line that does not parse, and keys that may have been lost with it.
fn finish(reader: Reader<'_>, syntax_count: usize, text: &str) -> Result<(), Vec<ConfigError>> {
    let mut errors = reader.errors;
    if syntax_count > 0 {
        let lines = LineIndex::new(text);
        let broken: Vec<u32> = errors[..syntax_count]
            .iter()
            .map(|error| lines.line(error.range.start))
            .collect();
        errors.retain(|error| match error.kind {
            ConfigErrorKind::Syntax => true,
            ConfigErrorKind::Missing => false,
            _ => !broken.contains(&lines.line(error.range.start)),
        });
    }
    errors.sort_by(|a, b| (a.range, a.kind, &a.message).cmp(&(b.range, b.kind, &b.message)));
    if errors.len() > MOST_ERRORS {
        let left = errors.len() - MOST_ERRORS;
        errors.truncate(MOST_ERRORS);
        if let Some(last) = errors.last_mut() {
            last.help = Some(format!("{left} more mistakes are not shown"));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

fn first_line(text: &str) -> TextRange {
    let line = text.lines().next().unwrap_or("");
    TextRange::new(0, line.len() as u32)
}
