//! Whose demands of memory data from outside may decide about, going by the text alone: most are for
//! a number, or for as much as is there already.

/// Whether a text calls one of these functions with another first argument than a number, a constant,
/// the length of something, or a sum of such; or names one without calling it.
pub(super) fn may_be_chosen(text: &str, functions: &[&str]) -> bool {
    functions.iter().any(|function| {
        let mut calls = text.match_indices(function);
        calls.any(|(at, _)| {
            let is_part = |it: char| it.is_alphanumeric() || it == '_';
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + function.len()..).unwrap_or_default();
            // A longer name.
            if before.ends_with(is_part) || after.starts_with(is_part) {
                return false;
            }
            let arguments = after.trim_start().strip_prefix('(');
            arguments.is_none_or(|it| !is_plain(first_of(it)))
        })
    })
}

/// The first argument of a call, from the text behind its parenthesis.
fn first_of(arguments: &str) -> &str {
    let mut open = 0u32;
    let end = arguments.char_indices().find(|(_, it)| match it {
        '(' | '[' | '{' => {
            open += 1;
            false
        }
        ')' | ']' | '}' if open > 0 => {
            open -= 1;
            false
        }
        ',' => open == 0,
        ')' => true,
        _ => false,
    });
    let end = end.map_or(arguments.len(), |(at, _)| at);
    arguments.get(..end).unwrap_or_default()
}

fn is_plain(argument: &str) -> bool {
    argument.split(['+', '*']).all(|term| {
        let term = term.trim();
        let is_of = |of: fn(char) -> bool, text: &str| text.chars().all(of);
        let measured = term.strip_suffix(".len()");
        let is_name = |it: char| it.is_alphanumeric() || matches!(it, '_' | '.' | ':');
        let is_constant =
            |it: char| !it.is_ascii_lowercase() && (it.is_alphanumeric() || it == '_');
        let last = term.rsplit("::").next().unwrap_or_default();
        measured.is_some_and(|it| is_of(is_name, it))
            || !term.is_empty() && is_of(is_name, term) && is_of(is_constant, last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lengths_are_nobodys_choice() {
        for (text, expected) in [
            ("Vec::with_capacity(10)", false),
            ("Vec::with_capacity(items.len())", false),
            ("Vec::with_capacity(2 * self.items.len() + 1)", false),
            ("Vec::with_capacity(limits::MAX_ITEMS)", false),
            ("Vec::with_capacity(n)", true),
            ("Vec::with_capacity(query.count as usize)", true),
            ("Vec::with_capacity(1 << n)", true),
            ("Vec::with_capacity(size(x).len())", true),
            ("Vec::with_capacity(n - 1)", true),
            ("count.map(Vec::with_capacity)", true),
            ("x.resize(16, fill(n))", false),
            ("x.resize(n, 0)", true),
            ("x.resize_with(n, f)", false),
            ("Layout::array::<u8>(n)", false),
            ("nothing()", false),
            ("Vec::with_capacity(", true),
        ] {
            let functions = ["with_capacity", "resize"];
            assert_eq!(may_be_chosen(text, &functions), expected, "{text}");
        }
        assert!(may_be_chosen("Layout::array::<u8>(n)", &["array"]));
    }
}
