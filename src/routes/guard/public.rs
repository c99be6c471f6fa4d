//! What clients send that is no secret: names, identifiers of keys, claims that nobody has verified,
//! lengths, prefixes. Whoever finds or compares it has found out nothing of the sender.

use super::interpret::Run;
use super::proof::{Abs, From, Out, Proof};
use crate::facts::Expr;
use crate::facts::body::{Literal, MethodCall};

impl From {
    /// The same of what anybody may know of a credential.
    #[must_use]
    pub(super) fn as_public(self) -> From {
        match self.has(From::CREDENTIAL.with(From::TOKEN)) {
            true => self
                .without(From::CREDENTIAL.with(From::TOKEN))
                .with(From::PUBLIC),
            false => self,
        }
    }

    /// Whether it is what a client's word was looked up by, and empty for words that nobody knows.
    pub(super) fn is_missing(self) -> bool {
        self.has(From::UNSET) && self.has(From::SENT.with(From::PUBLIC))
    }

    /// Whether it is what a client says, and nothing that was looked up with it.
    pub(super) fn is_said(self) -> bool {
        let said = From::CREDENTIAL.with(From::INPUT).with(From::TOKEN);
        self.has(said) && !self.has(From::FETCHED.with(From::KEYED))
    }
}

impl Run<'_, '_> {
    /// `text.split_once(':')` of basic credentials: the user's name, and the password.
    pub(super) fn user_and_password(
        &self,
        name: &str,
        receiver: &Abs,
        call: &MethodCall,
    ) -> Option<Abs> {
        let [at] = &*call.args else { return None };
        let splits = name == "split_once" && receiver.from.has(From::CREDENTIAL);
        let is_colon = match self.judge.program[self.key].body.expr(*at) {
            Expr::Literal(Literal::Char(at)) => *at == ':',
            Expr::Literal(Literal::Str(at)) => &**at == ":",
            _ => false,
        };
        (splits && is_colon).then(|| {
            let password = Abs::of(receiver.from);
            let both = Abs {
                parts: Some(std::sync::Arc::new(vec![
                    public(password.clone()),
                    password,
                ])),
                ..Abs::of(receiver.from)
            };
            Abs::fallible("Some", Proof::presence(), both)
        })
    }
}

/// A value of which anybody may know as much.
pub(super) fn public(value: Abs) -> Abs {
    if !value.from.has(From::CREDENTIAL.with(From::TOKEN)) {
        return value;
    }
    let variants = value.variants.as_ref().map(|all| {
        let all = all.iter().map(|(name, out)| {
            let val = public(out.val.clone());
            let proof = out.proof.clone();
            (*name, Out { proof, val })
        });
        std::sync::Arc::new(all.collect())
    });
    Abs {
        from: value.from.as_public(),
        variants,
        ..value
    }
}

/// Whether one value takes the place of a credential that is missing, and is the service's own:
/// `token.unwrap_or(&config.secret)`. Nobody needs to send either of the two.
pub(super) fn stands_in(sent: &Abs, own: &Abs) -> bool {
    let other = From::CREDENTIAL
        .with(From::TOKEN)
        .with(From::INPUT)
        .with(From::REQUEST)
        .with(From::PUBLIC)
        .with(From::IDENTITY)
        .with(From::REJECT);
    sent.from.has(From::CREDENTIAL.with(From::TOKEN))
        && own.from.has(From::OWN)
        && !own.from.has(other)
}

/// Whether a variable of this name holds what anybody may know and send.
pub(super) fn is_public_name(name: &str) -> bool {
    matches!(
        name,
        "username"
            | "user_name"
            | "user_id"
            | "userid"
            | "uid"
            | "email"
            | "sub"
            | "subject"
            | "kid"
            | "key_id"
            | "keyid"
            | "client_id"
            | "account_id"
            | "iss"
            | "issuer"
            | "prefix"
            | "realm"
    )
}

/// Whether a part of credentials of this name does.
pub(super) fn is_public_field(name: &str) -> bool {
    is_public_name(name)
        || matches!(
            name,
            "user" | "login" | "name" | "alg" | "typ" | "exp" | "iat"
        )
}

/// Whether a header or cookie of this name says which key or client is meant.
pub(super) fn is_identifier(header: &str) -> bool {
    let flat = header.to_ascii_lowercase().replace('_', "-");
    let flat = flat.strip_prefix("x-").unwrap_or(&flat);
    const ENDS: [&str; 6] = [
        "key-id",
        "keyid",
        "client-id",
        "token-id",
        "access-id",
        "credential-id",
    ];
    flat == "kid" || ENDS.iter().any(|end| flat.ends_with(end))
}

/// Whether a header or cookie of this name says who or what is meant, as anybody may.
pub(super) fn is_public_header(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "id",
        "user",
        "username",
        "name",
        "email",
        "mail",
        "tenant",
        "org",
        "organization",
        "account",
        "client",
        "project",
        "team",
        "workspace",
        "role",
        "host",
        "ip",
        "version",
        "region",
        "slug",
        "device",
        "login",
    ];
    let flat = name.to_ascii_lowercase();
    let last = flat.rsplit(['-', '_', '.', ':']).next().unwrap_or_default();
    WORDS.contains(&last)
}

/// Whether a part of a token's header brings the key along, or says where it is.
pub(super) fn brings_key(field: &str) -> bool {
    matches!(field, "jwk" | "jku" | "x5c" | "x5u")
}

/// Whether code is a setting that stands in every request, or in the documentation:
/// `config.prefix`, `Some(config.realm.as_str())`.
pub(super) fn is_public_setting(code: &str) -> bool {
    // What is behind the last point, but for methods.
    let setting = code.rsplit('.').find(|it| !it.contains('('));
    let setting = setting
        .unwrap_or(code)
        .trim_matches([')', '?', ' ', '&', '*']);
    let word = setting.to_ascii_lowercase();
    let last = word.rsplit('_').next().unwrap_or_default();
    is_public_name(&word) || matches!(last, "prefix" | "scheme" | "realm" | "issuer" | "audience")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_are_no_secrets_are_known_by_their_last_name() {
        for public in [
            "config.prefix",
            "Some(app.config.realm.as_str())",
            "self.key_prefix",
            "state.issuer.clone()",
        ] {
            assert!(is_public_setting(public), "{public}");
        }
        for secret in [
            "config.secret",
            "realm.token",
            "issuer.key.as_bytes()",
            "prefix_of(&key)",
            "config.tokens[0]",
        ] {
            assert!(!is_public_setting(secret), "{secret}");
        }
    }

    #[test]
    fn identifiers_are_no_secrets() {
        for public in ["X-Key-Id", "x-api-key-id", "kid", "X_CLIENT_ID"] {
            assert!(is_identifier(public), "{public}");
        }
        for secret in ["x-api-key", "session-id", "x-session_id", "authorization"] {
            assert!(!is_identifier(secret), "{secret}");
        }
    }
}
