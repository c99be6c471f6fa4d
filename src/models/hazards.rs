//! What is dangerous to do with a library: calls, values, fields and traits, each with the
//! condition under which it is, and what the steps of a builder say.

use semver::VersionReq;
use serde::Deserialize;

use super::schema::{Origin, version_req};
use crate::source::Name;

/// What goes wrong where a [`Hazard`] is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HazardKind {
    /// Any certificate is taken for the server's.
    UnverifiedCertificate,
    /// A certificate for another host is taken for the server's.
    UnverifiedHostname,
    /// A version of TLS is allowed that is broken: 1.0, 1.1, or SSL.
    OldTls,
    /// A token is read whose signature nobody checks.
    UnverifiedToken,
    /// A token counts whenever it expired.
    UncheckedExpiry,
    /// A token counts whomever it was made for.
    UncheckedAudience,
    /// A token says how it is to be verified.
    AlgorithmFromToken,
    /// A cookie is sent over plain HTTP too.
    CookieWithoutSecure,
    /// Scripts of a page can read a cookie.
    CookieWithoutHttponly,
    /// A cookie goes along with requests of other sites' pages.
    CookieSamesiteNone,
    /// A hash function of which collisions are known: MD5, SHA-1.
    WeakHash,
    /// A hash function that was made to be fast.
    FastHash,
    /// A hash of passwords that costs too little.
    CheapPasswordHash,
    /// A cipher, or a mode of one, that is broken.
    WeakCipher,
    /// A key that is too short.
    WeakKeySize,
    /// A key of tokens that is shorter than the hash.
    ShortTokenKey,
    /// A nonce that was used before.
    ReusedNonce,
    /// Numbers that whoever has seen some of them can foretell.
    WeakRandom,
    /// A client that waits for ever.
    NoTimeout,
    /// The key of any SSH server is taken for that of the one that was meant.
    UncheckedHostKey,
    /// What is encrypted can be changed without anybody noticing.
    UnauthenticatedCipher,
    /// A key goes along wherever a redirect leads.
    RedirectedCredential,
    /// No danger by itself: a response says that the service failed (5xx). The argument is its text.
    Failure,
    /// No danger by itself: a response says that the request was wrong (4xx). The argument is its text.
    Refusal,
}

/// A use of a library that is dangerous. Of a function or method its call is meant, of a field what it
/// is set to (argument 0), of a type that its functions are called, of anything else that it is named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// Canonical path: `Type::method`, `function`, `Type::CONSTANT`, `Enum::Variant`, `Type::field`.
    pub path: Name,
    /// What goes wrong.
    pub kind: HazardKind,
    /// The argument that decides, the receiver not counted; `-1` is the receiver. Without one the
    /// use itself is dangerous.
    #[serde(default)]
    pub argument: Option<i32>,
    /// What the argument is where it is dangerous, any of them: `true`, `false`, `[]` for an empty
    /// list, a text (in letters of whichever case), or the canonical path of a constant, variant, function
    /// without arguments, or field.
    #[serde(default)]
    pub is: Vec<Name>,
    /// What the argument's text has in it where it is dangerous, any of them.
    #[serde(default)]
    pub holds: Vec<Name>,
    /// The number that the argument is less than where it is dangerous.
    #[serde(default)]
    pub below: Option<u64>,
    /// The number of bytes that the argument has less of where it is dangerous.
    #[serde(default)]
    pub shorter: Option<u64>,
    /// Whether it is dangerous where the argument is the same again and again, under one key.
    #[serde(default)]
    pub again: bool,
    /// The [setting](Setting) that the value of the argument does not have where it is dangerous. Of the name of a
    /// header, the attribute that the cookie beside it does not have.
    #[serde(default)]
    pub lacks: Option<Name>,
    /// Types of the receiver on which it is not dangerous.
    #[serde(default)]
    pub not_on: Vec<Name>,
    /// Whether a trait's function is meant, and dangerous where it is implemented so that it only
    /// ever succeeds; with `is = ["true"]`, so that it only ever gives `Ok(true)`.
    #[serde(default)]
    pub accepts: bool,
    /// Methods of which the program calls none where it is dangerous.
    #[serde(default)]
    pub unless_called: Vec<Name>,
    /// Whether it is dangerous where the argument is the middle of a token, and what comes out is read as its claims.
    #[serde(default)]
    pub payload: bool,
    /// Whether all places of a crate are one finding, since one setting mends them.
    #[serde(default)]
    pub once: bool,
    /// Whether there may be reasons for it that the code does not show: for auditors.
    #[serde(default)]
    pub auditor: bool,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}

/// What a step of a builder says about the value that it makes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Canonical path of the function, method or field.
    pub path: Name,
    /// What it sets. Two names mean more: what `begin` stands at is where the value begins, so that
    /// nothing was set before; what `void` stands at makes a value that lays down nothing
    /// (a cookie that is taken back).
    pub sets: Name,
    /// The argument that is it: on, unless it is `false` or `None`. Without one, on.
    #[serde(default)]
    pub argument: Option<u32>,
    /// What the argument is where it counts as set.
    #[serde(default)]
    pub is: Vec<Name>,
    /// Whether it is set to off.
    #[serde(default)]
    pub off: bool,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}
