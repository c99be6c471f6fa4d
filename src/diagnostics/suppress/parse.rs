//! `allow(lint, reason = "..", until = "2027-01-01")`.

use jiff::civil::Date;

use crate::source::TextRange;
use crate::workspace::config::{closest, date};

/// What a comment asks for. Ranges are relative to the parsed text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Directive {
    /// The lints, as written.
    pub(super) lints: Vec<(String, TextRange)>,
    pub(super) reason: Option<String>,
    pub(super) until: Option<(Date, TextRange)>,
}

/// Why a comment could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) message: String,
    pub(super) range: TextRange,
    pub(super) help: String,
}

const FORM: &str = "write `// moat: allow(lint, reason = \"..\")`";

/// Reads the text after `moat:`.
pub(super) fn parse(text: &str) -> Result<Directive, Malformed> {
    let mut tokens = Tokens { text, at: 0 };
    let (word, range) = match tokens.next()? {
        Some((Token::Word(word), range)) => (word, range),
        _ => return Err(malformed("no instruction", whole(text), FORM)),
    };
    if word != "allow" {
        let help = match closest(word, ["allow"]) {
            Some(_) => "did you mean `allow`?",
            None => FORM,
        };
        return Err(malformed(
            format!("`{}` is no instruction", shortened(word)),
            range,
            help,
        ));
    }
    match tokens.next()? {
        Some((Token::Mark('('), _)) => {}
        _ => return Err(malformed("no parentheses after `allow`", range, FORM)),
    }
    let mut directive = Directive::default();
    let mut keys: Vec<&str> = Vec::new();
    loop {
        let (word, range) = match tokens.next()? {
            Some((Token::Mark(')'), _)) => break,
            Some((Token::Word(word), range)) => (word, range),
            Some((_, range)) => return Err(malformed("expected the id of a lint", range, FORM)),
            None => {
                return Err(malformed(
                    "the parenthesis is not closed",
                    whole(text),
                    ONE_LINE,
                ));
            }
        };
        let mut next = tokens.next()?;
        if matches!(next, Some((Token::Mark('='), _))) {
            if keys.contains(&word) {
                return Err(malformed(
                    format!("`{}` is given twice", shortened(word)),
                    range,
                    "keep one of the two",
                ));
            }
            keys.push(word);
            value(&mut directive, word, range, tokens.next()?)?;
            next = tokens.next()?;
        } else {
            directive.lints.push((word.to_owned(), range));
        }
        match next {
            Some((Token::Mark(','), _)) => {}
            Some((Token::Mark(')'), _)) => break,
            Some((_, range)) => return Err(malformed("expected a comma", range, FORM)),
            None => {
                return Err(malformed(
                    "the parenthesis is not closed",
                    whole(text),
                    ONE_LINE,
                ));
            }
        }
    }
    if let Some((_, range)) = tokens.next()? {
        let rest = TextRange::new(range.start, text.len() as u32);
        return Err(malformed(
            "text after the parenthesis",
            rest,
            "give the reason inside: `reason = \"..\"`",
        ));
    }
    if directive.lints.is_empty() {
        return Err(malformed("no lint is named", whole(text), FORM));
    }
    Ok(directive)
}

const ONE_LINE: &str = "write it on one line, or in `/* .. */`";

fn value(
    directive: &mut Directive,
    key: &str,
    key_range: TextRange,
    value: Option<(Token<'_>, TextRange)>,
) -> Result<(), Malformed> {
    const KEYS: [&str; 4] = ["reason", "until", "owner", "ticket"];
    if !KEYS.contains(&key) {
        let help = match closest(key, KEYS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "the keys are `reason`, `until`, `owner` and `ticket`".to_owned(),
        };
        return Err(malformed(
            format!("unknown key `{}`", shortened(key)),
            key_range,
            help,
        ));
    }
    let Some((Token::Text(text), range)) = value else {
        let range = value.map_or(key_range, |(_, range)| range);
        return Err(malformed(
            format!("`{key}` needs a string"),
            range,
            format!("write `{key} = \"..\"`"),
        ));
    };
    match key {
        "reason" => directive.reason = Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        "until" => match date(text.trim()) {
            Some(day) => directive.until = Some((day, range)),
            None => {
                let help = "write year, month and day: `until = \"2027-01-01\"`";
                return Err(malformed(
                    format!("`{}` is no date", shortened(&text)),
                    range,
                    help,
                ));
            }
        },
        // Who and where are for readers; nothing depends on them.
        _ => {}
    }
    Ok(())
}

enum Token<'t> {
    Word(&'t str),
    Text(String),
    Mark(char),
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    fn next(&mut self) -> Result<Option<(Token<'t>, TextRange)>, Malformed> {
        let rest = &self.text[self.at..];
        let rest = rest.trim_start();
        let start = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            self.at = self.text.len();
            return Ok(None);
        };
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':');
        if first == '"' {
            let (text, end) = self.string(start)?;
            self.at = end;
            return Ok(Some((Token::Text(text), span(start, end))));
        }
        if is_word(first) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            self.at = start + length;
            return Ok(Some((Token::Word(&rest[..length]), span(start, self.at))));
        }
        self.at = start + first.len_utf8();
        if matches!(first, '“' | '”' | '„' | '\'' | '‘' | '’' | '`') {
            let help = "put text in straight double quotes";
            return Err(malformed(
                format!("`{first}` does not quote text"),
                span(start, self.at),
                help,
            ));
        }
        Ok(Some((Token::Mark(first), span(start, self.at))))
    }

    fn string(&self, start: usize) -> Result<(String, usize), Malformed> {
        let mut out = String::new();
        let mut chars = self.text[start + 1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Ok((out, start + 1 + at + 1)),
                '\\' => match chars.next() {
                    Some((_, 'n' | 't' | 'r')) => out.push(' '),
                    Some((_, escaped)) => out.push(escaped),
                    None => break,
                },
                // A reason goes into reports, one line each.
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
        }
        let range = span(start, self.text.len());
        Err(malformed("the string is not closed", range, ONE_LINE))
    }
}

/// What a stranger wrote is quoted in part only.
fn shortened(word: &str) -> String {
    let mut out: String = word.chars().take(40).collect();
    if out.len() < word.len() {
        out.push('…');
    }
    out
}

fn malformed(message: impl Into<String>, range: TextRange, help: impl Into<String>) -> Malformed {
    Malformed {
        message: message.into(),
        range,
        help: help.into(),
    }
}

fn whole(text: &str) -> TextRange {
    span(0, text.len())
}

fn span(start: usize, end: usize) -> TextRange {
    TextRange::new(start as u32, end as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_well_formed() {
        for (text, lints, reason, until) in [
            (r#"allow(a, reason = "why")"#, "a", Some("why"), None),
            (
                r#"allow(a,b_c , reason="x, y) \"z\"",)"#,
                "a b_c",
                Some("x, y) \"z\""),
                None,
            ),
            (
                r#"allow ( a , until = "2027-01-01" )"#,
                "a",
                None,
                Some("2027-01-01"),
            ),
            (
                r#"allow(reason = "first", a, owner = "me", ticket = "T-1")"#,
                "a",
                Some("first"),
                None,
            ),
            (r#"allow(a, reason = "  ")"#, "a", None, None),
            ("allow(a)", "a", None, None),
            (
                "allow(a,\n   b,\n   reason = \"two\nlines\")",
                "a b",
                Some("two lines"),
                None,
            ),
            (r#"allow(a, reason = "ä…猫")"#, "a", Some("ä…猫"), None),
        ] {
            let directive = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            let found: Vec<&str> = directive.lints.iter().map(|(id, _)| id.as_str()).collect();
            assert_eq!(found.join(" "), lints, "{text}");
            for (id, range) in &directive.lints {
                assert_eq!(&text[range.start as usize..range.end as usize], id);
            }
            assert_eq!(directive.reason.as_deref(), reason, "{text}");
            assert_eq!(
                directive.until.map(|(day, _)| day.to_string()).as_deref(),
                until,
                "{text}"
            );
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_rest() {
        let long = format!("allow({}", "(".repeat(100_000));
        for (text, message, help) in [
            ("", "no instruction", "moat: allow"),
            ("(a)", "no instruction", "moat: allow"),
            (
                "alow(a)",
                "`alow` is no instruction",
                "did you mean `allow`?",
            ),
            ("deny(a)", "`deny` is no instruction", "moat: allow"),
            (
                "the water around it",
                "`the` is no instruction",
                "moat: allow",
            ),
            ("allow", "no parentheses", ""),
            ("allow a", "no parentheses", ""),
            ("allow()", "no lint is named", ""),
            (r#"allow(reason = "x")"#, "no lint is named", ""),
            ("allow(a", "not closed", "one line"),
            ("allow(a,", "not closed", "one line"),
            ("allow(a b)", "expected a comma", ""),
            ("allow(a; b)", "expected a comma", ""),
            ("allow(,)", "expected the id", ""),
            (r#"allow("a")"#, "expected the id", ""),
            ("allow(a, reason = why)", "`reason` needs a string", ""),
            ("allow(a, reason)", "", ""),
            ("allow(a, reason = )", "`reason` needs a string", ""),
            (
                r#"allow(a, reson = "x")"#,
                "unknown key `reson`",
                "did you mean `reason`?",
            ),
            (r#"allow(a, reason = "x", reason = "y")"#, "given twice", ""),
            (
                r#"allow(a, reason = "x) "#,
                "string is not closed",
                "one line",
            ),
            (r#"allow(a, reason = "x\"#, "string is not closed", ""),
            ("allow(a, reason = “x”)", "does not quote", "straight"),
            ("allow(a, reason = 'x')", "does not quote", "straight"),
            (
                r#"allow(a, until = "01/02/2027")"#,
                "is no date",
                "2027-01-01",
            ),
            (r#"allow(a, until = "2027-02-30")"#, "is no date", ""),
            (r#"allow(a, reason = "x") because"#, "text after", ""),
            (r#"allow(a, reason = "x") allow(b)"#, "text after", ""),
            (&long, "expected the id", ""),
        ] {
            if message.is_empty() {
                // `reason` without a value reads as the id of a lint, and that is unknown.
                assert_eq!(parse(text).expect("reads").lints[1].0, "reason");
                continue;
            }
            let error = parse(text).expect_err(text);
            assert!(error.message.contains(message), "{text}: {error:?}");
            assert!(error.help.contains(help), "{text}: {error:?}");
            assert!(error.range.end as usize <= text.len());
        }
    }
}
