//! What clients send that is no secret: names, identifiers of keys, claims that nobody has verified,
//! lengths, prefixes. Whoever finds or compares it has found out nothing of the sender.

use super::proof::{Abs, From, Out};
use crate::models::roles::TypeRole;
use crate::program::Program;
use crate::source::Name;

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

    /// Whether it is what a client says, and nothing that was looked up with it.
    pub(super) fn is_said(self) -> bool {
        let said = From::CREDENTIAL.with(From::INPUT).with(From::TOKEN);
        self.has(said) && !self.has(From::FETCHED.with(From::KEYED))
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
        std::rc::Rc::new(all.collect())
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
            | "scheme"
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

/// Whether a part of a token's header brings the key along, or says where it is.
pub(super) fn brings_key(field: &str) -> bool {
    matches!(field, "jwk" | "jku" | "x5c" | "x5u")
}

/// Whether code names a setting that stands in every request, or in the documentation.
pub(super) fn is_public_setting(code: &str) -> bool {
    let words = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let mut words = words.map(str::to_ascii_lowercase);
    words.any(|word| {
        let last = word.rsplit('_').next().unwrap_or_default();
        matches!(
            last,
            "prefix" | "scheme" | "realm" | "issuer" | "audience" | "kid" | "username"
        ) || matches!(&*word, "key_id" | "client_id" | "user_name")
    })
}

/// Whether a library function makes a key out of what it is given.
pub(super) fn makes_key(program: &Program, path: &str, name: &str) -> bool {
    let Some((owner, _)) = path.rsplit_once("::") else {
        return false;
    };
    let makes = name == "new" || name.starts_with("from_") || name.starts_with("new_");
    let is_mac = || {
        let ty = program.models.type_(Name::new(owner));
        ty.is_some_and(|it| matches!(it.role, Some(TypeRole::Mac | TypeRole::Key)))
    };
    // Of digest 0.10 and crypto-common 0.1, whatever the type that implements it.
    matches!(name, "new_from_slice" | "new_varkey")
        || makes
            && (owner.ends_with("Key")
                || matches!(owner, "digest::Mac" | "crypto_common::KeyInit")
                || is_mac())
}
