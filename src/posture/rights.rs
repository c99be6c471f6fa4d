//! Whether a check names a right that a policy asks for: `role:admin` and `user.is_admin`.
//!
//! A check is known by its text. What counts is what is asked, not of whom: the function that is
//! called, the last field of a path, the variant that is compared with, and texts; of extractors,
//! layers and attributes, any word of the name. Where a check lets others in as well, each of them
//! must name the right.

use crate::routes::{Evidence, EvidenceKind};

/// How a text ends that was cut short: nobody knows what it says behind that.
const CUT: char = '…';

/// Words before a name that turn it round.
const DENIALS: [&str; 5] = ["not", "non", "no", "never", "without"];

/// Whether a piece of evidence asks for this right and for nothing less. `right` is `role:admin`,
/// or the name alone.
pub(super) fn names(evidence: &Evidence, right: &str) -> bool {
    let name = right.split_once(':').map_or(right, |it| it.1);
    let wanted = words(name);
    let text = evidence.name.as_str();
    if text.contains(CUT) || wanted.is_empty() {
        return false;
    }
    let is_code = evidence.kind == EvidenceKind::BodyCheck;
    alternatives(text).iter().all(|text| {
        let asked = match is_code {
            true => asked(text),
            false => vec![text.as_str()],
        };
        asked.iter().any(|it| says(&words(it), &wanted))
    })
}

/// What lets somebody in, each by itself: `a || b`, `x is A | B`.
fn alternatives(text: &str) -> Vec<String> {
    let parts = text.split('|').map(str::trim).filter(|it| !it.is_empty());
    parts.map(str::to_owned).collect()
}

/// The parts of a condition that say what is asked.
fn asked(text: &str) -> Vec<&str> {
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first == '"' {
            let end = text[at + 1..]
                .find('"')
                .map_or(text.len(), |it| at + 1 + it);
            found.push(&text[at + 1..end]);
            at = (end + 1).min(text.len());
            continue;
        }
        if !is_name(first) {
            at += first.len_utf8();
            continue;
        }
        let end = text[at..]
            .find(|it| !is_name(it))
            .map_or(text.len(), |it| at + it);
        let (before, after) = (&text[..at], &text[end..]);
        let is_owner = after.starts_with('.') || after.starts_with("::");
        let is_called = after.starts_with('(') || after.starts_with('!');
        let is_member = before.ends_with('.') || before.ends_with("::");
        let is_alone = before.is_empty() && after.is_empty();
        if !is_owner && (is_called || is_member || is_alone) {
            found.push(&text[at..end]);
        }
        at = end;
    }
    found
}

/// Lower-case words of a name: `is_admin`, `RequireAdmin`, `users:write`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for it in name.chars() {
        if !it.is_alphanumeric() {
            last = None;
            continue;
        }
        let begins = match last {
            None => true,
            Some(last) => it.is_uppercase() && !char::is_uppercase(last),
        };
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(it.to_lowercase());
        }
        last = Some(it);
    }
    words
}

fn says(words: &[String], wanted: &[String]) -> bool {
    let mut places = words.windows(wanted.len()).enumerate();
    places.any(|(at, it)| {
        let before = at.checked_sub(1).map(|it| words[it].as_str());
        it == wanted && before.is_none_or(|it| !DENIALS.contains(&it))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    #[test]
    #[rustfmt::skip] // A table reads better in rows.
    fn a_check_names_what_it_asks_for() {
        use EvidenceKind::{Attribute, BodyCheck, Extractor, Layer};
        for (kind, text, right, expected) in [
            (BodyCheck, "user.is_admin", "role:admin", true),
            (BodyCheck, "view.local_user.admin", "role:admin", true),
            (BodyCheck, "user.role == UserRole::Admin", "role:admin", true),
            (BodyCheck, "user.role is Role::Admin | Role::Owner", "role:admin", false),
            (BodyCheck, "user.is_admin || user.is_owner", "role:admin", false),
            (BodyCheck, "user.is_admin() || role == Role::Admin", "role:admin", true),
            (BodyCheck, "claims.has_role(\"admin\")", "role:admin", true),
            (BodyCheck, "claims.has_role(\"auditor\")", "role:admin", false),
            (BodyCheck, "is_admin(&user)", "role:admin", true),
            (BodyCheck, "is_admin(&user)", "role:user", false),
            (BodyCheck, "user.role == Role::Admin", "role:user", false),
            (BodyCheck, "admin.id == user.id", "role:admin", false),
            (BodyCheck, "admin.may_write(doc)", "role:admin", false),
            (BodyCheck, "user.is_not_admin()", "role:admin", false),
            (BodyCheck, "user.non_admin", "role:admin", false),
            (BodyCheck, "user.is_administrator", "role:admin", false),
            (BodyCheck, "is_admin", "role:admin", true),
            (BodyCheck, "user.roles.iter().any(|it| it == \"admi…", "role:admin", false),
            (BodyCheck, "token.scopes.contains(\"orders:write\")", "scope:orders:write", true),
            (BodyCheck, "token.scopes.contains(\"orders:read\")", "scope:orders:write", false),
            (BodyCheck, "ctx.can(Permission::DeleteUsers)", "permission:delete_users", true),
            (Extractor, "AdminUser", "role:admin", true),
            (Extractor, "RequireRole<Admin>", "role:admin", true),
            (Extractor, "User", "role:admin", false),
            (Layer, "require_admin", "role:admin", true),
            (Attribute, "actix_web_grants::protect", "role:admin", false),
        ] {
            let evidence = Evidence { kind, name: text.to_owned(), span: Span::new(FileId::new(0), 0, 0) };
            assert_eq!(names(&evidence, right), expected, "{text} for {right}");
        }
    }
}
