//! Provider tokens, private keys and credentials that can be told by their form alone.
//!
//! One pass of an Aho-Corasick automaton over the text finds the literal parts of all
//! formats; only there is the rest of the format tried. Most formats are a prefix and a
//! run of characters and need no regex; the others compile theirs on their first try,
//! without Unicode tables.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use super::checksum::{self, Checksum};
use super::shape;
use crate::diagnostics::Severity;
use crate::source::TextRange;

/// All known formats, read on first use.
pub(crate) static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    Formats::parse(include_str!("../../../lints/models/secret-formats.toml"))
        .expect("the built-in formats are tested")
});

/// A place where a text has one of the formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FormatHit<'f> {
    /// Which.
    pub(crate) format: &'f Format,
    /// The secret alone, for redaction.
    pub(crate) secret: TextRange,
    /// Everything that matched.
    pub(crate) whole: TextRange,
}

/// One format.
#[derive(Debug)]
pub(crate) struct Format {
    /// `github-personal-access-token`.
    pub(crate) id: String,
    /// `GitHub`.
    pub(crate) provider: String,
    /// What its tokens are.
    pub(crate) kind: FormatKind,
    /// How bad a leak is.
    pub(crate) severity: Severity,
    /// The test beyond the grammar.
    pub(crate) checksum: Option<Checksum>,
    grammar: Grammar,
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Format {}

/// What the tokens of a format are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FormatKind {
    /// A credential that its provider's servers accept.
    #[default]
    Provider,
    /// A private key.
    PrivateKey,
    /// A signed token of an unknown issuer.
    Token,
    /// A user's password.
    Password,
    /// A URL with a user and a password.
    UrlCredential,
}

#[derive(Debug)]
enum Grammar {
    Run {
        charset: Charset,
        length: (usize, usize),
        tail: String,
        hex_tail: bool,
        body_only: bool,
    },
    Regex {
        source: String,
        ignore_case: bool,
        behind: usize,
        compiled: OnceLock<Option<Regex>>,
    },
    Url,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Charset {
    Hex,
    Base62,
    Base64,
    Base64url,
    Base58,
    Base32,
    Alpha,
    Lower,
    Upper,
    Dotted,
    Bech32,
    Uuid,
}

impl Charset {
    fn has(self, byte: u8) -> bool {
        match self {
            Charset::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Charset::Base62 => byte.is_ascii_alphanumeric(),
            Charset::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
            Charset::Base64url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Charset::Base58 => {
                byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l')
            }
            Charset::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Charset::Alpha => byte.is_ascii_alphabetic(),
            Charset::Lower => matches!(byte, b'0'..=b'9' | b'a'..=b'z'),
            Charset::Upper => matches!(byte, b'0'..=b'9' | b'A'..=b'Z'),
            Charset::Dotted => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=')
            }
            Charset::Bech32 => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".contains(&byte),
            Charset::Uuid => matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'),
        }
    }
}

/// The formats with their automaton.
#[derive(Debug)]
pub(crate) struct Formats {
    formats: Vec<Format>,
    automaton: AhoCorasick,
    literals: Vec<Literal>,
}

/// A fixed part of formats.
#[derive(Debug)]
struct Literal {
    text: String,
    /// The formats that it may start.
    owners: Vec<u16>,
    /// The literals that it is in, itself the first, and where in them: its first place in each.
    within: Vec<(u16, usize)>,
}

impl Formats {
    /// The formats in the order of the file.
    #[cfg(test)]
    pub(crate) fn all(&self) -> &[Format] {
        &self.formats
    }

    /// All places of `text` that have a format, in order, without those inside another.
    pub(crate) fn scan(&self, text: &[u8]) -> Vec<FormatHit<'_>> {
        let mut hits: Vec<FormatHit<'_>> = Vec::new();
        let mut at = 0;
        // The literal that ends first. (Looking for all that overlap takes thrice as long: what begins
        // no later than this one holds it.)
        while let Some(found) = self.automaton.find(Input::new(text).range(at..)) {
            at = found.start() + 1;
            for (literal, offset) in &self.literals[found.pattern().as_usize()].within {
                let literal = &self.literals[*literal as usize];
                let Some(start) = found.start().checked_sub(*offset) else {
                    continue;
                };
                if !text[start..].starts_with(literal.text.as_bytes()) {
                    continue;
                }
                for owner in &literal.owners {
                    let format = &self.formats[*owner as usize];
                    hits.extend(format.at(text, start, start + literal.text.len()));
                }
            }
        }
        hits.sort_by_key(|hit| (hit.secret.start, std::cmp::Reverse(hit.secret.end)));
        let mut end = 0;
        hits.retain(|hit| {
            let outside = hit.secret.end > end;
            end = end.max(hit.secret.end);
            outside
        });
        hits
    }

    fn parse(toml: &str) -> Result<Formats, toml::de::Error> {
        let file: FormatsFile = toml::from_str(toml)?;
        let mut formats = Vec::new();
        let mut literals: Vec<Literal> = Vec::new();
        for provider in file.provider {
            for entry in provider.formats {
                let index = formats.len() as u16;
                for prefix in &entry.prefix {
                    match literals.iter_mut().find(|it| it.text == *prefix) {
                        Some(known) => known.owners.push(index),
                        None => literals.push(Literal {
                            text: prefix.clone(),
                            owners: vec![index],
                            within: Vec::new(),
                        }),
                    }
                }
                formats.push(entry.build(&provider.name, provider.kind));
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(literals.iter().map(|it| &it.text))
            .expect("a few hundred short literals fit");
        // The shortest first: no other is as short as a literal itself.
        let mut by_length: Vec<usize> = (0..literals.len()).collect();
        by_length.sort_by_key(|at| literals[*at].text.len());
        for at in by_length {
            let text = literals[at].text.clone();
            for inside in automaton.find_overlapping_iter(&text) {
                let within = &mut literals[inside.pattern().as_usize()].within;
                if within.last().is_none_or(|it| it.0 != at as u16) {
                    within.push((at as u16, inside.start()));
                }
            }
        }
        Ok(Formats {
            formats,
            automaton,
            literals,
        })
    }
}

impl Format {
    /// Whether the grammar is one that can match.
    #[cfg(test)]
    pub(crate) fn compiles(&self) -> bool {
        match &self.grammar {
            Grammar::Run { length, .. } => length.0 <= length.1 && length.1 < 10_000,
            Grammar::Regex {
                source,
                ignore_case,
                behind,
                ..
            } => compile(source, *ignore_case, *behind == 0).is_some(),
            Grammar::Url => self.checksum == Some(Checksum::Url),
        }
    }

    /// Tries the format where its literal stands at `start..end`.
    fn at(&self, text: &[u8], start: usize, end: usize) -> Option<FormatHit<'_>> {
        let (whole, secret) = match &self.grammar {
            Grammar::Run {
                charset,
                length,
                tail,
                hex_tail,
                body_only,
            } => {
                let run = text[end..]
                    .iter()
                    .take(length.1 + 1)
                    .take_while(|byte| charset.has(**byte))
                    .count();
                let run = if *charset == Charset::Dotted {
                    trim_dots(&text[end..end + run])
                } else {
                    run
                };
                if run < length.0
                    || run > length.1
                    || (*charset == Charset::Uuid && !shape::is_uuid(&text[end..end + run]))
                {
                    return None;
                }
                let mut stop = end + run;
                if !text[stop..].starts_with(tail.as_bytes()) {
                    return None;
                }
                stop += tail.len();
                if *hex_tail {
                    stop += text[stop..]
                        .iter()
                        .take(8)
                        .take_while(|byte| byte.is_ascii_hexdigit())
                        .count();
                } else if tail.is_empty() && *charset == Charset::Base64 {
                    stop += text[stop..]
                        .iter()
                        .take(2)
                        .take_while(|byte| **byte == b'=')
                        .count();
                }
                (
                    start..stop,
                    if *body_only { end..stop } else { start..stop },
                )
            }
            Grammar::Regex {
                source,
                ignore_case,
                behind,
                compiled,
            } => {
                let regex = compiled
                    .get_or_init(|| compile(source, *ignore_case, *behind == 0))
                    .as_ref()?;
                let from = start.saturating_sub(*behind);
                let reach = if *behind == 0 { REACH } else { REACH_AROUND };
                let captures = regex.captures(&text[from..text.len().min(end + reach)])?;
                let all = captures.get(0)?;
                // The literal must be part of what was matched, or another hit will report it.
                if from + all.start() > start || from + all.end() < end {
                    return None;
                }
                let inner = captures.get(1).unwrap_or(all);
                (
                    from + all.start()..from + all.end(),
                    from + inner.start()..from + inner.end(),
                )
            }
            Grammar::Url => {
                let url = CredentialUrl::around(text, start)?;
                return Some(FormatHit {
                    format: self,
                    secret: range(url.password),
                    whole: range(url.whole),
                });
            }
        };
        let starts = starts_word(text, whole.start)
            || (secret.start > whole.start && starts_word(text, secret.start));
        let ends = self.kind == FormatKind::PrivateKey || ends_word(text, secret.end);
        let value = &text[secret.clone()];
        // The prefix is fixed, so it says nothing about how the rest was made.
        let body = if start == secret.start {
            end - start
        } else {
            0
        };
        let passes = || {
            self.checksum
                .is_none_or(|kind| checksum::passes(kind, value, body))
        };
        let invented = || self.kind == FormatKind::Provider && shape::is_invented(&value[body..]);
        (starts && ends && passes() && !invented()).then(|| FormatHit {
            format: self,
            secret: range(secret),
            whole: range(whole),
        })
    }
}

fn range(it: std::ops::Range<usize>) -> TextRange {
    TextRange::new(it.start as u32, it.end as u32)
}

/// `scheme://user:password@host`, by its parts.
struct CredentialUrl {
    password: std::ops::Range<usize>,
    whole: std::ops::Range<usize>,
}

impl CredentialUrl {
    /// The URL whose `://` stands at `at`.
    fn around(text: &[u8], at: usize) -> Option<CredentialUrl> {
        let scheme = text[..at].iter().rev().take(30);
        let scheme = scheme
            .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'.' | b'-'))
            .count();
        let from = at + 3;
        let authority = text[from..].iter().take(400);
        let authority = authority
            .take_while(|it| {
                !it.is_ascii_whitespace()
                    && !matches!(
                        it,
                        b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\'
                    )
            })
            .count();
        let authority = &text[from..from + authority];
        let sign = authority.iter().rposition(|it| *it == b'@')?;
        let colon = authority[..sign].iter().position(|it| *it == b':')?;
        let host = authority.get(sign + 1)?;
        let plausible = scheme >= 2
            && colon + 1 < sign
            && (host.is_ascii_alphanumeric() || matches!(host, b'[' | b'{' | b'$' | b'%'));
        let host_end = authority[sign..]
            .iter()
            .position(|it| matches!(it, b',' | b')' | b';'))
            .map_or(authority.len(), |it| sign + it);
        plausible.then(|| CredentialUrl {
            password: from + colon + 1..from + sign,
            whole: at - scheme..from + host_end,
        })
    }
}

/// How far past its literal a format is looked for. The longest are armoured keys.
const REACH: usize = 8192;
/// The same for formats whose literal is not at their start.
const REACH_AROUND: usize = 300;

fn compile(source: &str, ignore_case: bool, anchored: bool) -> Option<Regex> {
    let source = if anchored {
        format!(r"\A(?:{source})")
    } else {
        source.to_owned()
    };
    RegexBuilder::new(&source)
        .unicode(false)
        .case_insensitive(ignore_case)
        .build()
        .ok()
}

fn trim_dots(run: &[u8]) -> usize {
    run.iter()
        .rposition(|byte| !matches!(byte, b'.' | b'='))
        .map_or(0, |last| last + 1)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether no word reaches into `at` from before; an escape (`\n`) is no word.
fn starts_word(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [.., b'\\', b'n' | b'r' | b't'] | [] => true,
        [.., before] => !is_word(before) || !is_word(text[at]),
    }
}

fn ends_word(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|after| !is_word(*after))
}

#[derive(Deserialize)]
struct FormatsFile {
    provider: Vec<ProviderEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderEntry {
    name: String,
    #[serde(rename = "reference")]
    _reference: String,
    #[serde(default)]
    kind: FormatKind,
    formats: Vec<FormatEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FormatEntry {
    id: String,
    prefix: Vec<String>,
    charset: Option<Charset>,
    length: Option<Length>,
    #[serde(default)]
    tail: String,
    optional_tail: Option<HexTail>,
    secret: Option<SecretPart>,
    regex: Option<String>,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    behind: usize,
    checksum: Option<Checksum>,
    severity: Option<Severity>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Length {
    Exactly(usize),
    Between(usize, usize),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HexTail {
    Hex8,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SecretPart {
    Body,
}

impl FormatEntry {
    fn build(self, provider: &str, kind: FormatKind) -> Format {
        let grammar = match (self.charset, self.regex) {
            (Some(charset), None) => Grammar::Run {
                charset,
                length: match self.length {
                    Some(Length::Exactly(length)) => (length, length),
                    Some(Length::Between(min, max)) => (min, max),
                    None => (1, usize::MAX - 1),
                },
                tail: self.tail,
                hex_tail: matches!(self.optional_tail, Some(HexTail::Hex8)),
                body_only: matches!(self.secret, Some(SecretPart::Body)),
            },
            (_, None) => Grammar::Url,
            (_, Some(source)) => Grammar::Regex {
                source,
                ignore_case: self.ignore_case,
                behind: self.behind,
                compiled: OnceLock::new(),
            },
        };
        Format {
            id: self.id,
            provider: provider.to_owned(),
            kind,
            severity: self.severity.unwrap_or(Severity::Critical),
            checksum: self.checksum,
            grammar,
        }
    }
}
