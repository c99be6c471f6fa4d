//! Names and values of settings files, with the exact bytes of each value.
//!
//! TOML is parsed. The other formats are read line by line or token by token: enough to
//! pair a key with its scalar, whatever else the file holds, and never an error.

use crate::source::TextRange;

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyValue {
    /// The last key, and for keys that say nothing alone (`value`, `default`) what they belong to.
    pub(crate) key: String,
    /// The value's bytes, without quotes.
    pub(crate) value: TextRange,
    /// What tells the table that it is in from the others of the file; `None` where there are none.
    pub(crate) table: Option<usize>,
}

/// The values that are given to something called like one of these in the table of a setting.
pub(crate) fn beside<'t>(
    all: &'t [KeyValue],
    one: &'t KeyValue,
    keys: &'t [&str],
) -> impl Iterator<Item = TextRange> + 't {
    let is_beside = move |it: &&KeyValue| {
        let name = it.key.rsplit('.').next().unwrap_or_default();
        one.table.is_some() && it.table == one.table && keys.contains(&name)
    };
    all.iter().filter(is_beside).map(|it| it.value)
}

/// How a settings file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `KEY=value`, `key = value`, `key: value`: `.env`, properties, INI.
    Lines,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
    /// JSON, JSON5, HJSON.
    Json,
}

impl Syntax {
    /// The syntax of a file by its name; `None` for files that are not settings.
    pub(crate) fn of(file: &str) -> Option<Syntax> {
        let lower = file.to_ascii_lowercase();
        if lower == "cargo.toml" || lower == "package.json" || lower == "tsconfig.json" {
            return None;
        }
        if lower.starts_with(".env") || lower.ends_with(".env") || lower.ends_with(".envrc") {
            return Some(Syntax::Lines);
        }
        let stem = [
            ".example",
            ".sample",
            ".template",
            ".dist",
            ".tpl",
            ".default",
        ]
        .iter()
        .find_map(|it| lower.strip_suffix(it));
        match stem.unwrap_or(&lower).rsplit('.').next()? {
            "toml" => Some(Syntax::Toml),
            "yaml" | "yml" => Some(Syntax::Yaml),
            "json" | "json5" | "jsonc" | "hjson" => Some(Syntax::Json),
            "properties" | "ini" | "conf" | "cfg" | "cnf" => Some(Syntax::Lines),
            _ => None,
        }
    }
}

/// All settings of a text, in order.
pub(crate) fn key_values(syntax: Syntax, text: &str) -> Vec<KeyValue> {
    match syntax {
        Syntax::Toml => match toml_span::parse(text) {
            Ok(value) => {
                let mut found = Vec::new();
                toml(&value, ("", 0), text, &mut found);
                found.sort_by_key(|it| it.value);
                found
            }
            Err(_) => lines(text),
        },
        Syntax::Lines => lines(text),
        Syntax::Yaml => yaml(text),
        Syntax::Json => json(text),
    }
}

/// `under`: the key, and where the table begins that it is in.
fn toml(value: &toml_span::Value<'_>, under: (&str, usize), text: &str, found: &mut Vec<KeyValue>) {
    let (key, table) = under;
    match value.as_ref() {
        toml_span::value::ValueInner::String(_) => {
            let (start, end) = unquoted(text, value.span.start, value.span.end);
            found.push(KeyValue {
                key: key.to_owned(),
                value: TextRange::new(start as u32, end as u32),
                table: Some(table),
            });
        }
        toml_span::value::ValueInner::Array(items) => {
            items.iter().for_each(|item| toml(item, under, text, found))
        }
        toml_span::value::ValueInner::Table(table) => {
            let first = table.keys().map(|it| it.span.start).min();
            for (name, item) in table {
                let key = qualified(key, &name.name);
                toml(item, (&key, first.unwrap_or_default()), text, found);
            }
        }
        _ => {}
    }
}

/// Keys that say nothing alone are shown with the one above them.
fn qualified(parent: &str, key: &str) -> String {
    let vague = matches!(
        key,
        "value" | "default" | "key" | "secret" | "token" | "pass"
    );
    match parent.rsplit('.').next() {
        Some(parent) if vague && !parent.is_empty() => format!("{parent}.{key}"),
        _ => key.to_owned(),
    }
}

/// Shrinks a range to what its quotes hold.
fn unquoted(text: &str, start: usize, end: usize) -> (usize, usize) {
    let slice = text.get(start..end).unwrap_or_default();
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if slice.len() >= 2 * quote.len() && slice.starts_with(quote) && slice.ends_with(quote) {
            return (start + quote.len(), end - quote.len());
        }
    }
    (start, end)
}

fn lines(text: &str) -> Vec<KeyValue> {
    let mut found = Vec::new();
    for (start, line) in lines_of(text) {
        let content = line.trim_start();
        if content.starts_with(['#', ';', '[', '!']) || content.starts_with("//") {
            continue;
        }
        let Some(separator) = line.find(['=', ':']) else {
            continue;
        };
        let key = line[..separator]
            .trim()
            .trim_start_matches("export ")
            .trim_start_matches("set ")
            .trim_matches(['"', '\'']);
        if is_key(key) {
            found.extend(
                scalar(
                    text,
                    start + separator + 1,
                    start + line.len(),
                    &[" #", " ;"],
                )
                .map(|value| KeyValue {
                    key: key.to_owned(),
                    value,
                    table: None,
                }),
            );
        }
    }
    found
}

fn yaml(text: &str) -> Vec<KeyValue> {
    let mut found = Vec::new();
    let mut entry_name: Option<String> = None;
    // Where the entry of a list begins, and how far it is indented.
    let mut entry = (0, 0);
    let mut document = 0;
    let mut parents: Vec<(usize, String, usize)> = Vec::new();
    for (start, line) in lines_of(text) {
        let indent = line.len() - line.trim_start().len();
        let content = line.trim_start();
        if content.starts_with('#') || content.is_empty() {
            continue;
        }
        if content.starts_with("---") {
            parents.clear();
            document = start;
            entry = (document, 0);
            continue;
        }
        let dashes = content.len() - content.trim_start_matches("- ").len();
        let content = &content[dashes..];
        if dashes > 0 {
            entry_name = None;
        }
        let at = start + indent + dashes;
        // `- KEY=value` of a compose file; quotes around the whole are part of neither.
        if let Some((key, _)) = content
            .split_once('=')
            .filter(|(key, _)| dashes > 0 && is_key(key.trim_matches(['"', '\''])))
        {
            let end = start + line.trim_end().trim_end_matches(['"', '\'']).len();
            found.extend(
                scalar(text, at + key.len() + 1, end, &[" #"]).map(|value| KeyValue {
                    key: key.trim_matches(['"', '\'']).to_owned(),
                    value,
                    table: None,
                }),
            );
            continue;
        }
        let Some(separator) = content
            .find(": ")
            .or_else(|| content.strip_suffix(':').map(str::len))
        else {
            continue;
        };
        let key = content[..separator].trim().trim_matches(['"', '\'']);
        if !is_key(key) {
            continue;
        }
        let column = indent + dashes;
        parents.retain(|(depth, ..)| *depth < column);
        let parent = parents
            .last()
            .map(|(_, name, _)| name.clone())
            .unwrap_or_default();
        // A table begins behind the key that it belongs to; an entry of a list is one of its own.
        if dashes > 0 {
            entry = (at, column);
        } else if column < entry.1 {
            entry = (document, 0);
        }
        let table = parents
            .last()
            .map_or(0, |(_, _, start)| *start)
            .max(entry.0);
        parents.push((column, key.to_owned(), at));
        let Some(value) = scalar(text, at + separator + 1, start + line.len(), &[" #"]) else {
            continue;
        };
        let shown = &text[value.start as usize..value.end as usize];
        if key == "name" {
            entry_name = Some(shown.to_owned());
        }
        if shown.starts_with(['|', '>', '&', '*', '!', '[', '{']) && !shown.starts_with("{{") {
            continue;
        }
        let key = match (&entry_name, key) {
            (Some(name), "value" | "default") if is_key(name) => name.clone(),
            _ => qualified(&parent, key),
        };
        found.push(KeyValue {
            key,
            value,
            table: Some(table),
        });
    }
    found
}

/// Pairs of a string or bare word, a colon, and a string (or, as HJSON allows, a bare value).
fn json(text: &str) -> Vec<KeyValue> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut key: Option<String> = None;
    let mut candidate: Option<String> = None;
    let mut tables = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let end = string_end(bytes, at, quote);
                let inside = TextRange::new(at as u32 + 1, end as u32);
                match key.take() {
                    Some(key) => found.push(KeyValue {
                        key,
                        value: inside,
                        table: tables.last().copied(),
                    }),
                    None => {
                        candidate = text
                            .get(at + 1..end)
                            .filter(|it| is_key(it))
                            .map(str::to_owned)
                    }
                }
                at = end + 1;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = line_end(bytes, at),
            b'#' => at = line_end(bytes, at),
            b':' => {
                key = candidate.take();
                at += 1;
            }
            byte @ (b',' | b'{' | b'}' | b'[' | b']') => {
                (key, candidate) = (None, None);
                match byte {
                    b'{' => tables.push(at),
                    b'}' => _ = tables.pop(),
                    _ => {}
                }
                at += 1;
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let end = at
                    + bytes[at..]
                        .iter()
                        .take_while(|it| {
                            it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.')
                        })
                        .count();
                if key.is_none() {
                    candidate = Some(text[at..end].to_owned());
                } else {
                    key = None;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

fn string_end(bytes: &[u8], open: usize, quote: u8) -> usize {
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != quote && bytes[at] != b'\n' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|it| *it == b'\n')
        .map_or(bytes.len(), |length| at + length)
}

/// The lines with their offsets, without their ends.
fn lines_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 80
        && key
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.' | b'/'))
}

/// The scalar between two offsets of one line: trimmed, without quotes, without a comment.
fn scalar(text: &str, start: usize, end: usize, comments: &[&str]) -> Option<TextRange> {
    let slice = text.get(start..end)?;
    let start = start + slice.len() - slice.trim_start().len();
    let slice = slice.trim();
    let (start, length) = match slice.bytes().next()? {
        quote @ (b'"' | b'\'') => (start + 1, string_end(slice.as_bytes(), 0, quote) - 1),
        _ => {
            let cut = comments
                .iter()
                .filter_map(|it| slice.find(it))
                .min()
                .unwrap_or(slice.len());
            (start, slice[..cut].trim_end().len())
        }
    };
    (length > 0).then(|| TextRange::new(start as u32, (start + length) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(syntax: Syntax, text: &str) -> Vec<(String, &str)> {
        let found = key_values(syntax, text).into_iter();
        found
            .map(|it| {
                (
                    it.key,
                    &text[it.value.start as usize..it.value.end as usize],
                )
            })
            .collect()
    }

    fn owned(list: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        list.iter()
            .map(|(key, value)| ((*key).to_owned(), *value))
            .collect()
    }

    #[test]
    fn values_are_exactly_what_their_quotes_hold() {
        let env = "# A=b\nexport A=plain # why\nB=\"quo#ted\"\nC='x y'\nD=\n\nE = a=b\r\n";
        assert_eq!(
            pairs(Syntax::Lines, env),
            owned(&[("A", "plain"), ("B", "quo#ted"), ("C", "x y"), ("E", "a=b")])
        );
        let toml = "a = 'x'\n[b]\nc = \"\"\"long\"\"\"\nd = { e = \"y\", value = \"z\" }\nf = 3\n";
        assert_eq!(
            pairs(Syntax::Toml, toml),
            owned(&[("a", "x"), ("c", "long"), ("e", "y"), ("d.value", "z")])
        );
        let broken = "a = 'x'\n[[[\nb = \"y\"\n";
        assert_eq!(
            pairs(Syntax::Toml, broken),
            owned(&[("a", "x"), ("b", "y")])
        );
        let json = "{\"a\": \"x\", \"b\": {\"c\": \"q\\\"q\"}, // note: \"n\"\n \"d\": [\"e\"], f: 'g', \"h\": 1, \"i\": null}";
        assert_eq!(
            pairs(Syntax::Json, json),
            owned(&[("a", "x"), ("c", "q\\\"q"), ("f", "g")])
        );
        let yaml = "a: x # note\nb:\n  c: \"y: z\"\n  - name: DB_PASSWORD\n    value: 'w'\n  - K=v\n  - \"L=u\"\nd: |\n  text\ne: &anchor\n";
        assert_eq!(
            pairs(Syntax::Yaml, yaml),
            owned(&[
                ("a", "x"),
                ("c", "y: z"),
                ("name", "DB_PASSWORD"),
                ("DB_PASSWORD", "w"),
                ("K", "v"),
                ("L", "u")
            ])
        );
    }

    #[test]
    fn what_stands_beside_a_setting_is_in_its_table() {
        let hosts = |syntax: Syntax, text: &str| {
            let all = key_values(syntax, text);
            let own = all.iter().filter(|it| it.key == "password");
            let hosts = own.map(|it| {
                let beside = beside(&all, it, &["host"]);
                let beside = beside.map(|it| text[it.start as usize..it.end as usize].to_owned());
                beside.collect::<Vec<_>>().join(" ")
            });
            hosts.collect::<Vec<_>>().join("|")
        };
        let toml =
            "host = 'x'\n[a]\npassword = 'p'\nhost = 'y'\n[b]\npassword = 'p'\n[b.c]\nhost = 'z'\n";
        assert_eq!(hosts(Syntax::Toml, toml), "y|");
        let after_list = "a:\n  b:\n    - host: x\n      port: 1\n  password: p\n";
        assert_eq!(hosts(Syntax::Yaml, after_list), "");
        let documents = "host: x\n---\nhost: y\npassword: p\n";
        assert_eq!(hosts(Syntax::Yaml, documents), "y");
        let yaml = "host: x\na:\n  host: y\n  password: p\nb:\n  - host: z\n    password: p\n  - password: p\n";
        assert_eq!(hosts(Syntax::Yaml, yaml), "y|z|");
        let json = "{\"host\": \"x\", \"a\": {\"password\": \"p\", \"host\": \"y\"}, \"b\": {\"password\": \"p\"}}";
        assert_eq!(hosts(Syntax::Json, json), "y|");
        assert_eq!(hosts(Syntax::Lines, "host=x\npassword=p\n"), "");
    }

    #[test]
    fn nothing_is_lost_by_hostile_input() {
        for text in [
            "",
            "\"",
            "{\"a\":\"",
            "a: '",
            "=",
            ":",
            "- =",
            "a = \"\\",
            "ä: ö\nü=ß",
            "'\\",
        ] {
            for syntax in [Syntax::Lines, Syntax::Toml, Syntax::Yaml, Syntax::Json] {
                for pair in key_values(syntax, text) {
                    assert!(
                        text.get(pair.value.start as usize..pair.value.end as usize)
                            .is_some(),
                        "{text:?}"
                    );
                }
            }
        }
    }
}
