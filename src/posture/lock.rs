//! `moat.lock`: the posture that was accepted, as a text that people review and git merges.
//!
//! One endpoint is one line, sorted, without places, so that moving code changes nothing:
//!
//! ```text
//! moat.lock version 1
//! shop DELETE /orders/{id} authentication=required authorization=required("user.is_admin")
//! ```
//!
//! A protection that is left out is *none*. Words with spaces, quotes or brackets stand in quotes,
//! escaped as in JSON.

use std::fmt::Write as _;

use super::verdict::{AUTHENTICATION, CONFIGURED, Entry, Verdict};
use crate::source::TextRange;
use crate::workspace::config::exception::Control;

/// How the file is called, beside the root manifest.
pub const FILE: &str = "moat.lock";

/// The first line of a file that this program reads.
const HEADER: &str = "moat.lock version 1";

const COMMENT: &str = "\
# What protects each endpoint, as it was accepted. `cargo moat check` fails where less does, or
# where an endpoint is not listed. Written by `cargo moat accept`; a change here is a decision.
";

/// Before the reason why a registration could not be followed.
const UNRESOLVED: &str = "unresolved";

/// Before the flags that the file was written with.
const FLAGS: &str = "# flags:";

/// A posture that was accepted, or that is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The endpoints, each with the bytes of its line; those are nothing of what was never written.
    pub entries: Vec<(Entry, TextRange)>,
    /// Why registrations could not be followed, once for each.
    pub unresolved: Vec<String>,
    /// The flags that choose what is analysed: `--all-features`.
    pub flags: String,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LockError {
    /// The bytes that are wrong.
    pub range: TextRange,
    /// The fact: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// What to do about a file that nobody can read.
const WRITE_ANEW: &str =
    "run `cargo moat accept` to write it anew from the code, and review what changed";

impl Lock {
    /// One of these, sorted.
    pub fn new(entries: Vec<Entry>, mut unresolved: Vec<String>, flags: String) -> Lock {
        let mut entries: Vec<(Entry, TextRange)> = entries
            .into_iter()
            .map(|it| (it, TextRange::default()))
            .collect();
        entries.sort();
        unresolved.sort();
        Lock {
            entries,
            unresolved,
            flags,
        }
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut out = format!("{HEADER}\n{COMMENT}");
        if !self.flags.is_empty() {
            let _ = writeln!(out, "{FLAGS} {}", self.flags);
        }
        out.push('\n');
        for (entry, _) in &self.entries {
            let _ = writeln!(out, "{}", line(entry));
        }
        for reason in &self.unresolved {
            let _ = writeln!(out, "{UNRESOLVED} {}", quoted(reason));
        }
        out
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first line that cannot be read, and what to do.
    pub fn parse(text: &str) -> Result<Lock, LockError> {
        let mut lock = Lock::default();
        let mut start = 0;
        let mut seen_header = false;
        for raw in text.split_inclusive('\n') {
            let words = raw.trim_end_matches(['\n', '\r']);
            let range = TextRange::new(start as u32, (start + words.len()) as u32);
            start += raw.len();
            let error = |message: String| LockError {
                range,
                message,
                help: WRITE_ANEW,
            };
            if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
                .iter()
                .any(|it| words.starts_with(it))
            {
                let message = "a merge conflict was left in the file";
                return Err(error(message.to_owned()));
            }
            if !seen_header {
                seen_header = true;
                match words.strip_prefix("moat.lock version ") {
                    _ if words == HEADER => continue,
                    Some(other) => {
                        let message = format!("version {} is not known here", other.trim());
                        let help = "it was written by another version of cargo-moat: use that one, or run `cargo moat accept`";
                        return Err(LockError {
                            help,
                            ..error(message)
                        });
                    }
                    None => return Err(error(format!("the first line is not `{HEADER}`"))),
                }
            }
            if let Some(flags) = words.strip_prefix(FLAGS) {
                flags.trim().clone_into(&mut lock.flags);
            }
            if words.trim().is_empty() || words.starts_with('#') {
                continue;
            }
            match words
                .strip_prefix(UNRESOLVED)
                .and_then(|it| it.strip_prefix(' '))
            {
                Some(reason) if reason.starts_with('"') => {
                    let (reason, rest) = Words(reason).word().map_err(error)?;
                    Words(rest).end().map_err(error)?;
                    lock.unresolved.push(reason);
                }
                _ => lock.entries.push((entry(words).map_err(error)?, range)),
            }
        }
        if !seen_header {
            return Err(LockError {
                range: TextRange::default(),
                message: "the file is empty".to_owned(),
                help: WRITE_ANEW,
            });
        }
        Ok(lock)
    }
}

/// Where a line says what a protection is; where it says nothing, the endpoint's name.
pub(super) fn place_of(text: &str, line: TextRange, control: &str) -> TextRange {
    let words = &text[line.start as usize..line.end as usize];
    let part = |start: usize, end: usize| {
        TextRange::new(line.start + start as u32, line.start + end as u32)
    };
    let Some(at) = words.find(&format!(" {control}=")) else {
        let end = words.find(&format!(" {AUTHENTICATION}="));
        return part(0, end.unwrap_or(words.len()));
    };
    let verdict = Words(&words[at..]).verdict();
    let rest = verdict.map_or(0, |(.., rest)| rest.len());
    part(at + 1, words.len() - rest)
}

/// The line of an endpoint.
fn line(entry: &Entry) -> String {
    let mut out = format!(
        "{} {} {}",
        quoted(&entry.service),
        quoted(&entry.method),
        quoted(&entry.path)
    );
    for (control, verdict) in &entry.verdicts {
        let _ = write!(out, " {control}={}", verdict.status);
        let configured = verdict.is_configured.then(|| CONFIGURED.to_owned());
        let detail = verdict.detail.as_deref().map(in_quotes);
        let words: Vec<String> = configured.into_iter().chain(detail).collect();
        if !words.is_empty() {
            let _ = write!(out, "({})", words.join(", "));
        }
    }
    out
}

/// In quotes if it has to be.
fn quoted(text: &str) -> String {
    let is_plain = |it: char| !it.is_whitespace() && !it.is_control() && !"\"()=#".contains(it);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => in_quotes(text),
    }
}

fn in_quotes(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn entry(line: &str) -> Result<Entry, String> {
    let (service, rest) = Words(line).word()?;
    let (method, rest) = Words(rest).word()?;
    let (path, mut rest) = Words(rest).word()?;
    if !path.starts_with('/') {
        return Err(format!("`{path}` is no path"));
    }
    let mut verdicts = Vec::new();
    while !rest.trim_start().is_empty() {
        let (control, verdict, after) = Words(rest).verdict()?;
        if verdicts.iter().any(|(it, _)| *it == control) {
            return Err(format!("`{control}` stands twice in the line"));
        }
        verdicts.push((control, verdict));
        rest = after;
    }
    if !verdicts.iter().any(|(it, _)| it == AUTHENTICATION) {
        return Err("the line does not say what the authentication is".to_owned());
    }
    Ok(Entry {
        service,
        path,
        method,
        verdicts,
    })
}

/// The rest of a line.
struct Words<'t>(&'t str);

impl<'t> Words<'t> {
    /// A word, and what follows.
    fn word(self) -> Result<(String, &'t str), String> {
        let text = self.0.trim_start_matches(' ');
        if text.starts_with('"') {
            return in_quotes_of(text);
        }
        let end = text.find(' ').unwrap_or(text.len());
        match end {
            0 => Err("the line ends too early".to_owned()),
            _ => Ok((text[..end].to_owned(), &text[end..])),
        }
    }

    fn end(self) -> Result<(), String> {
        match self.0.trim() {
            "" => Ok(()),
            left => Err(format!("nobody expects `{left}`")),
        }
    }

    /// `name=status`, `name=status("..")`, and what follows.
    fn verdict(self) -> Result<(String, Verdict, &'t str), String> {
        let text = self.0.trim_start_matches(' ');
        let end = text.find([' ', '(']).unwrap_or(text.len());
        let (head, mut rest) = text.split_at(end);
        let Some((control, status)) = head.split_once('=') else {
            return Err(format!("`{head}` is no verdict"));
        };
        if !Control::ALL.iter().any(|it| it.as_str() == control) {
            return Err(format!("`{control}` is no protection"));
        }
        if !["required", "conditional", "optional", "none", "unknown"].contains(&status) {
            return Err(format!("`{status}` is no verdict on a protection"));
        }
        let mut verdict = Verdict {
            status: status.to_owned(),
            is_configured: false,
            detail: None,
        };
        if let Some(inner) = rest.strip_prefix('(') {
            let mut inner = inner;
            if let Some(after) = inner.strip_prefix(CONFIGURED) {
                verdict.is_configured = true;
                inner = after.strip_prefix(", ").unwrap_or(after);
            }
            if inner.starts_with('"') {
                let (detail, after) = in_quotes_of(inner)?;
                verdict.detail = Some(detail);
                inner = after;
            }
            let closed = inner.strip_prefix(')');
            rest = closed.ok_or_else(|| format!("the brackets of `{control}` are not closed"))?;
        }
        if !rest.is_empty() && !rest.starts_with(' ') {
            return Err(format!("nobody expects `{rest}`"));
        }
        Ok((control.to_owned(), verdict, rest))
    }
}

/// A text in quotes, and what follows.
fn in_quotes_of(text: &str) -> Result<(String, &str), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    match values.next() {
        Some(Ok(value)) => {
            let rest = &text[values.byte_offset()..];
            Ok((value, rest))
        }
        _ => Err("the quotes are not closed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: &str, is_configured: bool, detail: Option<&str>) -> Verdict {
        Verdict {
            status: status.to_owned(),
            is_configured,
            detail: detail.map(str::to_owned),
        }
    }

    fn sample() -> Lock {
        let entry = |service: &str, method: &str, path: &str, verdicts: &[(&str, Verdict)]| Entry {
            service: service.to_owned(),
            path: path.to_owned(),
            method: method.to_owned(),
            verdicts: verdicts
                .iter()
                .map(|(name, it)| ((*name).to_owned(), it.clone()))
                .collect(),
        };
        let open = ("authentication", verdict("none", false, None));
        Lock::new(
            vec![
                entry(
                    "shop",
                    "DELETE",
                    "/orders/{id}",
                    &[
                        ("authentication", verdict("required", true, None)),
                        (
                            "authorization",
                            verdict("required", false, Some("user.role == Role::Admin")),
                        ),
                        ("body_limit", verdict("none", false, Some("no limit"))),
                    ],
                ),
                entry(
                    "todos (example)",
                    "ANY",
                    "/a b\"",
                    std::slice::from_ref(&open),
                ),
                entry("", "GET", "/", std::slice::from_ref(&open)),
                entry(
                    "shop",
                    "GET",
                    "/orders",
                    &[(
                        "authentication",
                        verdict("conditional", false, Some("a.b (default \"x\") and c")),
                    )],
                ),
            ],
            vec!["routes of `x` are not in this program".to_owned()],
            "--all-features".to_owned(),
        )
    }

    #[test]
    fn what_was_written_is_read() {
        let lock = sample();
        let text = lock.text();
        insta::assert_snapshot!(text);
        let mut read = Lock::parse(&text).expect("a file that we wrote");
        for (entry, range) in &mut read.entries {
            let written = &text[range.start as usize..range.end as usize];
            assert_eq!(written, line(entry));
            *range = TextRange::default();
        }
        assert_eq!(read, lock);
        // However git checks it out.
        let read = Lock::parse(&text.replace('\n', "\r\n")).expect("lines that end otherwise");
        assert_eq!(read.text(), text);
    }

    #[test]
    #[rustfmt::skip] // A table reads better in rows.
    fn a_bad_line_has_a_place_and_a_remedy() {
        for (text, place, message) in [
            ("", "", "the file is empty"),
            ("shop GET / authentication=none\n", "shop GET / authentication=none", "the first line is not"),
            ("moat.lock version 2\n", "moat.lock version 2", "version 2 is not known here"),
            ("<<<<<<< HEAD\n", "<<<<<<< HEAD", "merge conflict"),
            ("moat.lock version 1\n=======\n", "=======", "merge conflict"),
            ("moat.lock version 1\nshop GET\n", "shop GET", "ends too early"),
            ("moat.lock version 1\nshop GET orders\n", "shop GET orders", "`orders` is no path"),
            ("moat.lock version 1\nshop GET /\n", "shop GET /", "does not say what the authentication is"),
            ("moat.lock version 1\nshop GET / auth=none\n", "shop GET / auth=none", "`auth` is no protection"),
            ("moat.lock version 1\nshop GET / authentication=on\n", "shop GET / authentication=on", "`on` is no verdict"),
            ("moat.lock version 1\nshop GET / authentication\n", "shop GET / authentication", "`authentication` is no verdict"),
            ("moat.lock version 1\nshop GET / authentication=none(\"a\n", "shop GET / authentication=none(\"a", "quotes are not closed"),
            ("moat.lock version 1\nshop GET / authentication=none(\"a\"\n", "shop GET / authentication=none(\"a\"", "brackets of `authentication`"),
            ("moat.lock version 1\nshop GET / authentication=none()x\n", "shop GET / authentication=none()x", "nobody expects `x`"),
            ("moat.lock version 1\nshop GET / authentication=none authentication=none\n", "shop GET / authentication=none authentication=none", "stands twice"),
            ("moat.lock version 1\nunresolved \"a\" b\n", "unresolved \"a\" b", "nobody expects `b`"),
        ] {
            let error = Lock::parse(text).expect_err(text);
            let range = error.range.start as usize..error.range.end as usize;
            assert_eq!(&text[range], place, "{text}");
            assert!(error.message.contains(message), "{text}: {}", error.message);
            assert!(error.help.contains("cargo moat accept"), "{text}");
        }
    }
}
