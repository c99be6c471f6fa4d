//! Secrets written into a repository: what `hardcoded-secret` looks for.
//!
//! Two kinds of evidence. [`formats`] knows credentials that can be told by their form
//! alone (provider tokens, private keys, URLs with a password). Elsewhere it takes a
//! name that says *secret* ([`names`]) or a function that wants one, and a value that
//! looks like one ([`shape`]); [`policy`] says what to make of each combination.
//! [`text_file`] and [`rust_file`] collect the candidates.
//!
//! No value leaves this module: a finding has the place, the kind and the name.

mod checksum;
mod encoding;
mod formats;
mod key_values;
pub(crate) mod names;
mod policy;
mod redacted;
mod rust_file;
mod shape;
mod surroundings;
mod text_file;
mod word_list;

pub use redacted::Redacted;
pub use rust_file::rust_file;
pub use surroundings::Surroundings;
pub use text_file::text_file;

use std::sync::LazyLock;

use crate::diagnostics::{Confidence, Persona, Severity};
use crate::source::{Name, TextRange};

/// Reads the tables that the first file would have to wait for.
pub fn get_ready() {
    LazyLock::force(&formats::FORMATS);
    LazyLock::force(&names::STEMS);
}

/// Whether a text has a word in it that names of secrets are made of.
pub(crate) fn may_be_secret(text: &str) -> bool {
    names::STEMS.is_match(text)
}

/// Where in a text names may be in the middle of which one says that it is a secret.
pub(crate) fn stems(text: &str) -> impl Iterator<Item = usize> {
    names::STEMS.find_iter(text).map(|it| it.start())
}

/// A secret found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFinding {
    /// The bytes of the value alone, without quotes: what every output must mask.
    pub range: TextRange,
    /// What it is.
    pub kind: SecretKind,
    /// The variable, field, key or function that it was given to, if that is how it was found.
    pub name: Option<Name>,
    /// How it was given.
    pub place: Place,
    /// How sure we are.
    pub confidence: Confidence,
    /// How bad it is.
    pub severity: Severity,
    /// Who wants to see it.
    pub persona: Persona,
}

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// A credential in a provider's published format.
    Provider {
        /// The format, for example `github-personal-access-token`.
        id: Name,
        /// The provider, for example `GitHub`.
        provider: Name,
    },
    /// A private key.
    PrivateKey,
    /// A user and a password in a URL.
    UrlCredential,
    /// A password or passphrase.
    Password,
    /// A key for an interface.
    ApiKey,
    /// A bearer token.
    Token,
    /// A key that signs or verifies (JWT, HMAC).
    SigningKey,
    /// A key that encrypts.
    EncryptionKey,
    /// A key that signs or encrypts cookies or sessions.
    CookieKey,
    /// A salt or pepper of a hash.
    Salt,
    /// Something whose name says no more than that it is secret.
    Secret,
}

impl SecretKind {
    /// The kind in words, without an article.
    pub fn words(self) -> &'static str {
        match self {
            SecretKind::Provider { .. } => "credential",
            SecretKind::PrivateKey => "private key",
            SecretKind::UrlCredential => "password in a URL",
            SecretKind::Password => "password",
            SecretKind::ApiKey => "API key",
            SecretKind::Token => "token",
            SecretKind::SigningKey => "signing key",
            SecretKind::EncryptionKey => "encryption key",
            SecretKind::CookieKey => "cookie key",
            SecretKind::Salt => "salt",
            SecretKind::Secret => "secret",
        }
    }

    /// The provider of a credential in a published format.
    pub fn provider(self) -> Option<Name> {
        match self {
            SecretKind::Provider { provider, .. } => Some(provider),
            _ => None,
        }
    }

    /// Whether who knows the value can forge or decrypt, however weak it looks.
    fn is_key(self) -> bool {
        matches!(
            self,
            SecretKind::SigningKey | SecretKind::EncryptionKey | SecretKind::CookieKey
        )
    }
}

/// How a secret is used where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// It has a secret's form; what is done with it was not asked.
    Written,
    /// Assigned to a variable, constant or field.
    Assigned,
    /// Used where nothing else is configured.
    Default,
    /// Passed to a function that wants a secret.
    Passed,
    /// Compared with what a user sent.
    Compared,
    /// Set in a configuration file.
    Setting,
}

#[cfg(test)]
mod shape_tests;
#[cfg(test)]
mod tests;
