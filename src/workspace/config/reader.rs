//! Takes typed values out of TOML, and keeps every mistake on the way.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::error::{ConfigError, ConfigErrorKind};
use super::names::{KnownNames, closest};
use crate::source::TextRange;

/// A value with its bytes.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// A table with its bytes and the name by which mistakes call it.
#[derive(Clone, Copy)]
pub(super) struct Table<'t, 'i> {
    pub(super) entries: &'t DeTable<'i>,
    pub(super) range: TextRange,
    pub(super) name: &'static str,
}

/// Collects mistakes.
pub(super) struct Reader<'a> {
    pub(super) path: &'a str,
    pub(super) known: &'a KnownNames<'a>,
    pub(super) errors: Vec<ConfigError>,
    /// Keys that were probably meant by unknown ones, each with its table: what is written
    /// wrongly is not missing as well.
    pub(super) meant: Vec<(TextRange, String)>,
}

impl Reader<'_> {
    /// Records a mistake.
    pub(super) fn error(
        &mut self,
        kind: ConfigErrorKind,
        range: TextRange,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        self.errors.push(ConfigError {
            path: self.path.to_owned(),
            range,
            kind,
            message: message.into(),
            label: label.into(),
            help,
        });
    }

    /// Records a value of the right type that means nothing.
    pub(super) fn bad(
        &mut self,
        range: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.error(
            ConfigErrorKind::BadValue,
            range,
            message,
            "",
            Some(help.into()),
        );
    }

    /// Records a value of the wrong type.
    pub(super) fn wrong_type(
        &mut self,
        value: &Value<'_>,
        what: &str,
        wanted: &str,
        help: Option<String>,
    ) {
        let found = type_name(value.get_ref());
        let message = format!("{what} is {wanted}, not {found}");
        self.error(
            ConfigErrorKind::WrongType,
            range(value),
            message,
            format!("{found} here"),
            help,
        );
    }

    /// The value as a table, none of whose keys may be outside `keys`.
    pub(super) fn table<'t, 'i>(
        &mut self,
        value: &'t Value<'i>,
        name: &'static str,
        keys: &[&str],
    ) -> Option<Table<'t, 'i>> {
        let table = self.open_table(value, name)?;
        self.only_keys(table, keys);
        Some(table)
    }

    /// The value as a table with any keys.
    pub(super) fn open_table<'t, 'i>(
        &mut self,
        value: &'t Value<'i>,
        name: &'static str,
    ) -> Option<Table<'t, 'i>> {
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong_type(value, &format!("`{name}`"), "a table", None);
            return None;
        };
        Some(Table {
            entries,
            range: range(value),
            name,
        })
    }

    /// Records every key of the table that is not among `keys`.
    pub(super) fn only_keys(&mut self, table: Table<'_, '_>, keys: &[&str]) {
        for (key, _) in in_order(table.entries) {
            let word: &str = key.get_ref();
            if keys.contains(&word) {
                continue;
            }
            let absent = |key: &&str| table.get(key).is_none();
            let help = match closest(word, keys.iter().copied().filter(absent))
                .or_else(|| closest(word, keys.iter().copied()))
            {
                Some(meant) => {
                    self.meant.push((table.range, meant.to_owned()));
                    format!("did you mean `{meant}`?")
                }
                None => format!("the keys are {}", list(keys)),
            };
            let message = format!("unknown key `{word}` in `{}`", table.name);
            self.error(
                ConfigErrorKind::UnknownKey,
                range(key),
                message,
                "nobody reads this",
                Some(help),
            );
        }
    }

    /// The entries of `[[name]]`.
    pub(super) fn entries<'t, 'i>(
        &mut self,
        root: Table<'t, 'i>,
        name: &'static str,
    ) -> Vec<&'t Value<'i>> {
        let Some(value) = root.get(name) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            let help =
                matches!(value.get_ref(), DeValue::Table(_)).then(|| format!("write `[[{name}]]`"));
            self.wrong_type(value, &format!("`{name}`"), "a list of tables", help);
            return Vec::new();
        };
        array.iter().collect()
    }

    /// The text of a key, trimmed and not empty.
    pub(super) fn string(&mut self, table: Table<'_, '_>, key: &str) -> Option<Word> {
        let value = table.get(key)?;
        self.text(value, &format!("`{key}`"))
    }

    /// The text of a key that must be there.
    pub(super) fn required(&mut self, table: Table<'_, '_>, key: &str, why: &str) -> Option<Word> {
        if table.get(key).is_none() {
            self.missing(table, key, why);
        }
        self.string(table, key)
    }

    /// Records that a key is missing.
    pub(super) fn missing(&mut self, table: Table<'_, '_>, key: &str, why: &str) {
        if self.is_meant(table, key) {
            return;
        }
        let message = format!("`{key}` is missing in `{}`", table.name);
        let label = format!("no `{key}`");
        self.error(
            ConfigErrorKind::Missing,
            table.range,
            message,
            label,
            Some(why.to_owned()),
        );
    }

    /// Whether an unknown key of the table was probably meant to be this one.
    pub(super) fn is_meant(&self, table: Table<'_, '_>, key: &str) -> bool {
        let mut meant = self.meant.iter();
        meant.any(|(range, it)| *range == table.range && it == key)
    }

    /// The strings of a key, or its only one; none of them empty.
    pub(super) fn one_or_more(&mut self, table: Table<'_, '_>, key: &str) -> Vec<Word> {
        match table.get(key).map(|it| it.get_ref()) {
            Some(DeValue::String(_)) => self.string(table, key).into_iter().collect(),
            _ => self.strings(table, key).unwrap_or_default(),
        }
    }

    /// Records a key that nobody reads in a table that knows its keys by itself.
    pub(super) fn unknown_key(&mut self, range: TextRange, message: String, help: String) {
        let kind = ConfigErrorKind::UnknownKey;
        self.error(kind, range, message, "nobody reads this", Some(help));
    }

    /// The strings of a key, none of them empty; `None` if the key is not there or has none.
    pub(super) fn strings(&mut self, table: Table<'_, '_>, key: &str) -> Option<Vec<Word>> {
        let value = table.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            let help = matches!(value.get_ref(), DeValue::String(_))
                .then(|| format!("put it in brackets: `{key} = [\"..\"]`"));
            self.wrong_type(value, &format!("`{key}`"), "a list of strings", help);
            return None;
        };
        if array.is_empty() {
            let help = "leave the key out, or name something";
            self.bad(range(value), format!("`{key}` is empty"), help);
            return None;
        }
        let what = format!("an entry of `{key}`");
        Some(
            array
                .iter()
                .filter_map(|value| self.text(value, &what))
                .collect(),
        )
    }

    fn text(&mut self, value: &Value<'_>, what: &str) -> Option<Word> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value, what, "a string", None);
            return None;
        };
        if text.trim().is_empty() {
            self.bad(
                range(value),
                format!("{what} is empty"),
                "say something, or leave it out",
            );
            return None;
        }
        Some(Word {
            text: text.trim().to_owned(),
            range: range(value),
        })
    }

    /// One of a few words.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        word: &Word,
        what: &str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        if let Some(found) = all.iter().copied().find(|it| name(*it) == word.text) {
            return Some(found);
        }
        let names: Vec<&str> = all.iter().map(|it| name(*it)).collect();
        let help = match synonym(&word.text)
            .filter(|it| names.contains(it))
            .or_else(|| closest(&word.text, names.iter().copied()))
        {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write one of {}", list(&names)),
        };
        self.bad(word.range, format!("`{}` is no {what}", word.text), help);
        None
    }
}

/// Words that other tools use for the same.
fn synonym(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "error" | "forbid" => Some("deny"),
        "warning" => Some("warn"),
        "off" | "ignore" | "none" | "skip" => Some("allow"),
        "auth" | "authn" => Some("authentication"),
        "authz" => Some("authorization"),
        "info" | "note" | "minor" => Some("low"),
        "major" => Some("high"),
        "pedantic" | "strict" => Some("auditor"),
        "default" | "normal" => Some("regular"),
        _ => None,
    }
}

/// A string of the file.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) range: TextRange,
}

impl<'t, 'i> Table<'t, 'i> {
    /// The value of a key.
    pub(super) fn get(self, key: &str) -> Option<&'t Value<'i>> {
        self.entries.get(key)
    }
}

/// The entries of a table in the order of the text.
pub(super) fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<DeString<'i>>, &'t Value<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// The bytes of a key or value.
pub(super) fn range<T>(spanned: &Spanned<T>) -> TextRange {
    let span = spanned.span();
    TextRange::new(span.start as u32, span.end as u32)
}

/// `a`, `b` and `c`.
pub(super) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
