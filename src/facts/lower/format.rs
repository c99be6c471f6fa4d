//! Format strings: which macros take one, and what it captures.

/// For a macro that formats, how many positional arguments stand before the format string.
pub(super) fn first_position(name: &str) -> Option<usize> {
    match name {
        "format" | "format_args" | "print" | "println" | "eprint" | "eprintln" | "panic"
        | "todo" | "unimplemented" | "unreachable" | "anyhow" | "bail" | "eyre" | "trace"
        | "debug" | "info" | "warn" | "error" | "log" | "event" | "span" | "trace_span"
        | "debug_span" | "info_span" | "warn_span" | "error_span" | "format_err" | "whatever"
        | "formatdoc" | "format_bytes" | "miette" | "crit" => Some(0),
        "write" | "writeln" | "assert" | "debug_assert" | "ensure" => Some(1),
        "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => Some(2),
        // `use log::error as log_error`, `slog_info!`.
        _ => LEVELS
            .iter()
            .any(|it| name.strip_suffix(it).is_some_and(|it| it.ends_with('_')))
            .then_some(0),
    }
}

/// Macros that write a line of a log, which people import under longer names.
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "crit"];

/// The captures of a format string's value, with their offsets.
pub(super) fn captures(text: &str) -> impl Iterator<Item = (usize, &str)> {
    scan(text, 0, false)
}

/// The captures of a string literal as written, with their offsets in it.
pub(super) fn captures_in_source(literal: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_raw = literal.starts_with('r');
    let start = literal.find('"').map_or(literal.len(), |quote| quote + 1);
    let end = literal.rfind('"').map_or(start, |quote| quote.max(start));
    scan(&literal[start..end], start, !is_raw)
}

fn scan(text: &str, base: usize, has_escapes: bool) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if has_escapes => {
                // `\u{1F600}` has braces of its own.
                let is_unicode =
                    bytes.get(at + 1) == Some(&b'u') && bytes.get(at + 2) == Some(&b'{');
                let close = text[at..].find('}').filter(|_| is_unicode);
                at += close.map_or(2, |close| close + 1);
            }
            b'{' if bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'{' => {
                let Some(len) = text[at..].find('}') else {
                    break;
                };
                placeholder(text, at + 1, at + len, &mut found);
                at += len + 1;
            }
            _ => at += 1,
        }
    }
    found
        .into_iter()
        .map(move |(at, name): (usize, &str)| (base + at, name))
}

/// `name`, `name:?`, `:width$.precision$`.
fn placeholder<'t>(text: &'t str, start: usize, end: usize, found: &mut Vec<(usize, &'t str)>) {
    let inside = &text[start..end];
    let (argument, spec) = inside.split_once(':').unwrap_or((inside, ""));
    let name = argument.trim();
    if is_ident(name) {
        found.push((start + (argument.len() - argument.trim_start().len()), name));
    }
    let mut at = end - spec.len();
    for part in spec.split_inclusive('$') {
        if let Some(before) = part.strip_suffix('$') {
            let len = before
                .bytes()
                .rev()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                .count();
            // A fill or alignment character never belongs to a name; a `0` flag may stand before it.
            let name =
                before[before.len() - len..].trim_start_matches(|c: char| c.is_ascii_digit());
            if is_ident(name) {
                found.push((
                    at + before.len() - name.len(),
                    &text[at + before.len() - name.len()..at + before.len()],
                ));
            }
        }
        at += part.len();
    }
}

fn is_ident(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_captures_where_they_stand() {
        let cases: &[(&str, &[&str])] = &[
            (r#""{a} and {b:?}""#, &["a", "b"]),
            (r#""{{a}} {0} {}""#, &[]),
            (r#""{x:>width$.prec$}""#, &["x", "width", "prec"]),
            (r#""{:>0w$}""#, &["w"]),
            (r#""\u{61} {a} \"{b}\"""#, &["a", "b"]),
            ("r#\"\\{a}\"#", &["a"]),
            (r#""{a" "#, &[]),
            (r#""ä {größe}""#, &["größe"]),
        ];
        for (literal, expected) in cases {
            let found: Vec<(usize, &str)> = captures_in_source(literal).collect();
            let names: Vec<&str> = found.iter().map(|(_, name)| *name).collect();
            assert_eq!(&names, expected, "{literal}");
            for (at, name) in found {
                assert_eq!(literal.get(at..at + name.len()), Some(name), "{literal}");
            }
        }
    }
}
