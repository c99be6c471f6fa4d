//! One spelling for route paths.

use crate::values::{Text, TextPart};

/// Joins path pieces and writes parameters as `{name}`, catch-alls as `{*name}`.
/// Understands `:id` and `*rest` (axum before 0.8, tide), `:id:[0-9]+` (gotham), `{id}`, `{*rest}` and `{tail:.*}` (axum 0.8,
/// actix), `<id>` and `<rest..>` (Rocket), `{id:num}`, `{id|regex}` and `{**rest}` (salvo), and the
/// same in angle brackets (salvo before 0.76). What is not known stands as a parameter.
pub fn normalise(pieces: &[Text]) -> String {
    let mut path = String::new();
    for piece in pieces {
        let mut text = String::new();
        for part in &piece.parts {
            match part {
                TextPart::Known(known) => text.push_str(known),
                TextPart::Hole(name) => {
                    let name: String = name
                        .chars()
                        .filter(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    text.push_str(&format!(
                        "{{{}}}",
                        if name.is_empty() { "unknown" } else { &name }
                    ));
                }
            }
        }
        path.push('/');
        path.push_str(&text);
    }
    let query = path.find('?').filter(|at| !path[..*at].ends_with('{'));
    if let Some(at) = query {
        path.truncate(at);
    }
    let segments: Vec<String> = split(&path)
        .into_iter()
        .filter(|it| !it.is_empty())
        .map(|it| segment(&it))
        .collect();
    format!("/{}", segments.join("/"))
}

/// Whether requests that reach a service under this path can be for a route that goes by the whole
/// path: segment by segment, where a parameter or what is not known takes any.
pub(super) fn may_lie_under(route: &[Text], mounted: &Text) -> bool {
    let (route, mounted) = (normalise(route), normalise(std::slice::from_ref(mounted)));
    let mut own = route.split('/');
    for wanted in mounted.split('/') {
        if wanted.starts_with("{*") {
            return true;
        }
        match own.next() {
            Some(it) if it == wanted || it.contains('{') || wanted.contains('{') => {}
            _ => return false,
        }
    }
    own.next().is_none()
}

/// Splits at slashes outside braces (actix patterns may hold some).
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0u32;
    for char in path.chars() {
        match char {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is always a part").push(char);
    }
    parts
}

fn segment(text: &str) -> String {
    if let Some(name) = text.strip_prefix(':') {
        // gotham: `:id:[0-9]+`.
        let name = name.split(':').next().unwrap_or(name);
        return format!("{{{name}}}");
    }
    if let Some(name) = text.strip_prefix('*') {
        return format!("{{*{}}}", if name.is_empty() { "rest" } else { name });
    }
    if let Some(inner) = text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
    {
        return match inner.strip_suffix("..") {
            Some(name) => format!("{{*{name}}}"),
            None => parameter(inner),
        };
    }
    // salvo before 0.76: `item_<id:num>.txt`.
    if text.contains('<') && text.contains('>') && !text.contains(['{', '}']) {
        return segment(&text.replace('<', "{").replace('>', "}"));
    }
    // Patterns inside a segment: `{id:\d+}`, `{tail:.*}`, `{name}.json`.
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = matching(&rest[open..]) else {
            break;
        };
        let inner = &rest[open + 1..open + close];
        rest = &rest[open + close + 1..];
        // ntex: `{tail}*` takes the rest of the path.
        match rest.strip_prefix('*') {
            Some(after) => {
                out.push_str(&format!("{{*{inner}}}"));
                rest = after;
            }
            None => out.push_str(&parameter(inner)),
        }
    }
    out.push_str(rest);
    out
}

/// What stands in the braces of a parameter.
fn parameter(inner: &str) -> String {
    // salvo: `**rest`, `*+rest` and `*?rest` take the rest of the path, `**` without a name.
    if let Some(rest) = inner.strip_prefix('*') {
        let name = rest.trim_start_matches(['*', '+', '?']);
        let name = name.split([':', '|']).next().unwrap_or_default().trim();
        let is_named = !name.is_empty();
        return format!("{{*{}}}", if is_named { name } else { "rest" });
    }
    match inner.split_once([':', '|']) {
        Some((name, pattern)) => {
            let takes_all = pattern.contains(".*") || pattern.contains(".+");
            let takes_all = takes_all && inner[name.len()..].starts_with(':');
            format!("{{{}{}}}", if takes_all { "*" } else { "" }, name.trim())
        }
        None => format!("{{{inner}}}"),
    }
}

/// The offset of the brace that closes the one at the start.
fn matching(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, char) in text.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        for (pieces, expected) in [
            (&["/users/:id"][..], "/users/{id}"),
            (&["/users/:id:[0-9]+/x"], "/users/{id}/x"),
            (&["/api", "/files/*path"], "/api/files/{*path}"),
            (&["/api/", "/x/"], "/api/x"),
            (&["", "/"], "/"),
            (&["/{tail:.*}"], "/{*tail}"),
            (&["/u/{id:[0-9]{1,3}}/x"], "/u/{id}/x"),
            (&["/p/<id>/<rest..>?<q>"], "/p/{id}/{*rest}"),
            (&["/{name}.json"], "/{name}.json"),
            (&["files", "{**path}"], "/files/{*path}"),
            (&["files/{*+path}", "{**}"], "/files/{*path}/{*rest}"),
            (&["u/{id:num(3..=10)}/{at|\\d+}"], "/u/{id}/{at}"),
            (&["u/<id:num>/<**rest>"], "/u/{id}/{*rest}"),
            (&["item_<id:num>.txt"], "/item_{id}.txt"),
            (&["/files", "/{tail}*"], "/files/{*tail}"),
            (&["/static/*"], "/static/{*rest}"),
        ] {
            let texts: Vec<Text> = pieces.iter().map(|it| Text::known(*it, None)).collect();
            assert_eq!(normalise(&texts), expected, "{pieces:?}");
        }
    }
}
