//! Which names say that a value is a secret.
//!
//! A name is cut into words, and English decides: the last word of a compound is what
//! the thing is. `jwt_secret` is a secret; `secret_name`, `password_hash_algorithm` and
//! `token_type` are a name, an algorithm and a type.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::SecretKind;
use super::word_list::WordList;

/// How much a name says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// A secret if the value looks like one (`token`, `pass`, `auth_key`).
    Weak,
    /// A secret unless the value shows otherwise (`password`, `jwt_secret`, `api_key`).
    Strong,
}

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameVerdict {
    /// What the value is.
    pub(crate) kind: SecretKind,
    /// How much to believe it.
    pub(crate) strength: Strength,
}

/// Judges an identifier, key, header or environment variable's name.
pub(crate) fn judge(name: &str) -> Option<NameVerdict> {
    if name.len() < 3 || name.len() > 80 || !name.is_ascii() {
        return None;
    }
    // Nearly all names end here, before any memory is taken.
    if !STEMS.is_match(name) {
        return None;
    }
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| IGNORED_LAST.contains(last) || is_number(last))
    {
        words.pop();
    }
    let (head, before) = words.split_last()?;
    // `password_hash` and `hashed_password` are no passwords, but `hash_salt` is a salt.
    let negated = |word: &&str| {
        NEGATING.contains(word) && !(matches!(*head, "salt" | "pepper") && word.contains("hash"))
    };
    if before.iter().any(negated) {
        return None;
    }
    let modifier = before.last().copied().unwrap_or("");
    let any = |list: WordList| before.iter().any(|word| list.contains(word));
    use SecretKind as Kind;
    use Strength::{Strong, Weak};
    let (kind, strength) = match *head {
        "password" | "passwd" | "passphrase" | "pwd" | "passwort" => (Kind::Password, Strong),
        "pass" if any(PASS_OWNERS) => (Kind::Password, Strong),
        "pass" | "pw" | "passcode" | "pin" if words.len() == 1 || any(PASS_OWNERS) => {
            (Kind::Password, Weak)
        }
        "secret" | "secrets" if any(SIGNING) => (Kind::SigningKey, Strong),
        "secret" | "secrets" if any(WordList("cookie session")) => (Kind::CookieKey, Strong),
        "secret" | "clientsecret" | "appsecret" => (Kind::Secret, Strong),
        "salt" | "pepper" => (Kind::Salt, Strong),
        "apikey" | "apisecret" | "accesskey" | "secretkey" | "authkey" => (Kind::ApiKey, Strong),
        "privatekey" => (Kind::PrivateKey, Strong),
        "key" | "keys" => return key(modifier, before),
        "token" | "tokens" => return token(before),
        "pat" if any(WordList("github gitlab azure")) => (Kind::Token, Strong),
        "credential" | "credentials" => (Kind::Password, Weak),
        "authorization" => (Kind::Token, Weak),
        "bearer" if before.is_empty() => (Kind::Token, Weak),
        _ => return None,
    };
    Some(NameVerdict { kind, strength })
}

fn key(modifier: &str, before: &[&str]) -> Option<NameVerdict> {
    use SecretKind as Kind;
    use Strength::{Strong, Weak};
    let any = |list: WordList| before.iter().any(|word| list.contains(word));
    let (kind, strength) = match modifier {
        "api" => (Kind::ApiKey, Strong),
        "private" => (Kind::PrivateKey, Strong),
        "cookie" => (Kind::CookieKey, Strong),
        "signing" | "hmac" | "signature" | "jwt" | "sign" => (Kind::SigningKey, Strong),
        "encryption" | "crypto" | "cipher" | "aes" | "encrypt" | "decryption" | "symmetric" => {
            (Kind::EncryptionKey, Strong)
        }
        "secret" if any(SIGNING) => (Kind::SigningKey, Strong),
        "secret" => (Kind::Secret, Strong),
        "master" if any(WordList("encryption crypto api secret")) => (Kind::EncryptionKey, Strong),
        "access" if before.contains(&"secret") => (Kind::Secret, Strong),
        "access" | "auth" | "session" | "admin" | "service" | "shared" | "license" | "master"
        | "webhook" | "account" | "storage" | "deploy" | "root" => (Kind::ApiKey, Weak),
        _ if any(WordList(
            "stripe sendgrid openai anthropic mailgun twilio algolia",
        )) =>
        {
            (Kind::ApiKey, Weak)
        }
        _ => return None,
    };
    Some(NameVerdict { kind, strength })
}

fn token(before: &[&str]) -> Option<NameVerdict> {
    if before.iter().any(|word| NOT_TOKENS.contains(word)) {
        return None;
    }
    let owned = before.iter().any(|word| TOKEN_OWNERS.contains(word));
    // A token is random by nature; its name alone also fits lexers and language models.
    let kind = if before.contains(&"api") {
        SecretKind::ApiKey
    } else {
        SecretKind::Token
    };
    Some(NameVerdict {
        kind,
        strength: if owned {
            Strength::Strong
        } else {
            Strength::Weak
        },
    })
}

/// The lower-case words of an identifier: `dbPassword`, `DB_PASSWORD`, `db-password` and
/// `db.password` are all `db`, `password`; fused compounds are cut too.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let previous = index.checked_sub(1).map(|at| chars[at]);
        let next = chars.get(index + 1);
        let humps = c.is_ascii_uppercase()
            && (previous.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
                || (previous.is_some_and(|it| it.is_ascii_uppercase())
                    && next.is_some_and(|it| it.is_ascii_lowercase())));
        if !c.is_ascii_alphanumeric() || humps {
            push(&mut words, &mut current);
        }
        if c.is_ascii_alphanumeric() {
            current.push(c.to_ascii_lowercase());
        }
    }
    push(&mut words, &mut current);
    words
}

fn push(words: &mut Vec<String>, current: &mut String) {
    if current.is_empty() {
        return;
    }
    let word = std::mem::take(current);
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = if stem.is_empty() { &word } else { stem };
    match FUSED.iter().find(|(fused, _)| *fused == stem) {
        Some((_, parts)) => words.extend(parts.iter().map(|part| (*part).to_owned())),
        None => words.push(stem.to_owned()),
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

const FUSED: &[(&str, &[&str])] = &[
    ("apikey", &["api", "key"]),
    ("apitoken", &["api", "token"]),
    ("accesskey", &["access", "key"]),
    ("accesstoken", &["access", "token"]),
    ("authkey", &["auth", "key"]),
    ("authtoken", &["auth", "token"]),
    ("clientsecret", &["client", "secret"]),
    ("appsecret", &["app", "secret"]),
    ("secretkey", &["secret", "key"]),
    ("privatekey", &["private", "key"]),
    ("privkey", &["private", "key"]),
    ("publickey", &["public", "key"]),
    ("pubkey", &["public", "key"]),
    ("signingkey", &["signing", "key"]),
    ("encryptionkey", &["encryption", "key"]),
    ("jwtsecret", &["jwt", "secret"]),
    ("jwtkey", &["jwt", "key"]),
    ("hmackey", &["hmac", "key"]),
    ("dbpassword", &["db", "password"]),
    ("dbpass", &["db", "pass"]),
    ("userpassword", &["user", "password"]),
    ("rootpassword", &["root", "password"]),
    ("adminpassword", &["admin", "password"]),
    ("keypass", &["key", "password"]),
    ("storepass", &["store", "password"]),
    ("pgpassword", &["pg", "password"]),
    ("bearertoken", &["bearer", "token"]),
    ("refreshtoken", &["refresh", "token"]),
    ("sessiontoken", &["session", "token"]),
    ("sessionsecret", &["session", "secret"]),
    ("cookiesecret", &["cookie", "secret"]),
];

/// Whether a name speaks of an account that may do everything.
pub(crate) fn is_privileged(name: &str) -> bool {
    words(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "admin" | "administrator" | "root" | "superuser"
        )
    })
}

/// Whether a name says that what it holds is made for tests.
pub(crate) fn is_for_tests(name: &str) -> bool {
    words(name).iter().any(|word| FOR_TESTS.contains(word))
}

const FOR_TESTS: WordList =
    WordList("test tests testing mock mocked fake dummy sample example fixture stub");

/// One of these is part of every name that says *secret*.
pub(super) static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stems = [
        "pass",
        "pw",
        "secret",
        "salt",
        "pepper",
        "key",
        "token",
        "cred",
        "authorization",
        "bearer",
        "pin",
        "_pat",
        "-pat",
        ".pat",
        "hubpat",
        "labpat",
        "azurepat",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(stems)
        .expect("a dozen words")
});

/// Last words that say how a value is kept, not what it is.
const IGNORED_LAST: WordList = WordList(
    "value str string bytes raw default fallback plain plaintext b64 base64 hex dev prod production \
     development staging local text current old previous v insecure hardcoded literal data",
);

/// Words that turn a secret's name into something else.
const NEGATING: WordList = WordList(
    "public max min num no is has have use uses enable enabled disable show hide forgot reset change \
     update invalid missing wrong bad require requires required allow generate hash hashed encrypted \
     masked redacted validate verify check err error label placeholder hint help msg message \
     description title prompt regex pattern route path url uri endpoint table column field input \
     header param query prefix suffix env var arg flag option icon class css event metric permission \
     scope grant count len example sample dummy fake mock test tests testing demo weak common kind \
     type set get delete remove create add cannot not expired unknown empty blank without with \
     attr attribute primary foreign partition sort cache confirm skip rotate list revoke from existing peer",
);

const SIGNING: WordList = WordList("jwt hmac signing sign token signature jws webhook");

const PASS_OWNERS: WordList = WordList(
    "db database user admin root smtp mail email redis postgres pg mysql mongo amqp rabbitmq mqtt \
     ldap ftp proxy auth basic http login account service cert key keystore ssh imap",
);

const TOKEN_OWNERS: WordList = WordList(
    "api auth access bearer bot admin secret github gitlab slack discord telegram vault root service \
     personal deploy registry authentication authorization jwt oauth webhook account integration \
     master npm cargo sentry hf",
);

const NOT_TOKENS: WordList = WordList(
    "csrf xsrf page next continuation cancellation cancel cursor start end eos bos pad unk stop \
     special mask separator syntax parse lexer keyword word sub input output prompt completion \
     completions total reasoning thinking cached image audio text design sync pagination ident quota \
     budget delimiter open close eof macro attr literal string number lock fencing shift",
);

#[cfg(test)]
mod tests {
    use super::*;
    use SecretKind as K;
    use Strength::{Strong, Weak};

    #[test]
    fn names_that_say_secret() {
        for (name, kind, strength) in [
            ("password", K::Password, Strong),
            ("PASSWD", K::Password, Strong),
            ("dbPassword", K::Password, Strong),
            ("SMTP_PASS", K::Password, Strong),
            ("pass", K::Password, Weak),
            ("passphrase", K::Password, Strong),
            ("DEFAULT_ADMIN_PASSWORD", K::Password, Strong),
            ("admin_password_default", K::Password, Strong),
            ("secret", K::Secret, Strong),
            ("client_secret", K::Secret, Strong),
            ("clientSecret", K::Secret, Strong),
            ("SECRET_KEY", K::Secret, Strong),
            ("JWT_SECRET", K::SigningKey, Strong),
            ("jwt_secret_key", K::SigningKey, Strong),
            ("hmac_secret", K::SigningKey, Strong),
            ("hmac_key", K::SigningKey, Strong),
            ("signing_key", K::SigningKey, Strong),
            ("token_secret", K::SigningKey, Strong),
            ("session_secret", K::CookieKey, Strong),
            ("cookie_key", K::CookieKey, Strong),
            ("encryption_key", K::EncryptionKey, Strong),
            ("AES_KEY", K::EncryptionKey, Strong),
            ("api_key", K::ApiKey, Strong),
            ("apikey", K::ApiKey, Strong),
            ("X-API-Key", K::ApiKey, Strong),
            ("OPENAI_API_KEY_2", K::ApiKey, Strong),
            ("private_key", K::PrivateKey, Strong),
            ("salt", K::Salt, Strong),
            ("HASH_SALT", K::Salt, Strong),
            ("pepper", K::Salt, Strong),
            ("auth_token", K::Token, Strong),
            ("accessToken", K::Token, Strong),
            ("GITHUB_TOKEN", K::Token, Strong),
            ("api_token", K::ApiKey, Strong),
            ("token", K::Token, Weak),
            ("secret_access_key", K::Secret, Strong),
            ("access_key", K::ApiKey, Weak),
            ("auth_key", K::ApiKey, Weak),
        ] {
            assert_eq!(judge(name), Some(NameVerdict { kind, strength }), "{name}");
        }
    }

    #[test]
    fn names_that_only_sound_so() {
        for name in [
            "token_type",
            "password_hash_algorithm",
            "secret_name",
            "key_id",
            "access_key_id",
            "public_key",
            "token_url",
            "password_field",
            "csrf_token_name",
            "csrf_token",
            "password_label",
            "max_tokens",
            "tokenizer",
            "api_key_header",
            "KEY_PREFIX",
            "key",
            "primary_key",
            "cache_key",
            "next_token",
            "page_token",
            "eos_token",
            "password_reset_url",
            "forgot_password",
            "INVALID_PASSWORD",
            "password_hash",
            "hashed_password",
            "passwordless",
            "secretary",
            "bypass",
            "compass",
            "passed",
            "PASSWORD_MIN_LENGTH",
            "secret_ref",
            "token_ttl",
            "author",
            "monkey",
            "keyboard",
            "reset_password",
            "ERR_WRONG_PASSWORD",
            "session_id",
            "Secrets_Path",
            "password_placeholder",
            "test_password",
            "from_secret",
        ] {
            assert_eq!(judge(name), None, "{name}");
        }
    }

    #[test]
    fn words_are_cut_where_they_meet() {
        assert_eq!(words("HTTPServerKey2"), ["http", "server", "key"]);
        assert_eq!(words("db.user-password"), ["db", "user", "password"]);
        assert_eq!(words("clientSecret"), ["client", "secret"]);
        assert_eq!(words("dbpass"), ["db", "pass"]);
    }
}
