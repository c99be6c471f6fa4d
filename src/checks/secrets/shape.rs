//! What a value looks like: random, a human's password, or none of a secret's business.

use super::word_list::{WordList, wordiness};

/// The shapes that a value may have, as far as secrets are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing that could be a secret: empty, a path, a sentence, a template, a name, ..
    Harmless(Harmless),
    /// It stands where a secret will be put: `changeme`, `your-api-key`, `xxxx`.
    Placeholder,
    /// One of the passwords that everybody uses in development: `password`, `postgres`, `admin`.
    Development,
    /// Words or a short text that a human would choose as a password.
    Chosen,
    /// Random: a generated key, token or password.
    Random,
}

/// Why a value is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harmless {
    /// Nothing, or nearly.
    Empty,
    /// Filled in later: `${X}`, `{{ x }}`, `{x}`, `$X`, `%s`, `<x>`, `ENC[..]`.
    Template,
    /// Several words of a language.
    Sentence,
    /// A file, a route, a URL, a module.
    Path,
    /// An identifier of code or configuration: `UPPER_SNAKE`, `camelCase`, `a.b.c`.
    Identifier,
    /// A number, a date, a duration, a truth value.
    Scalar,
    /// The hash of a password, with its scheme in front.
    PasswordHash,
    /// A public key or certificate.
    Public,
    /// SQL, markup, a regular expression, a MIME type, a colour.
    Code,
    /// Published for tests: an example of a documentation or a standard.
    TestVector,
}

/// Judges a value on its own.
pub(crate) fn shape(value: &str) -> Shape {
    let trimmed = value.trim();
    if let Some(harmless) = harmless(trimmed) {
        return Shape::Harmless(harmless);
    }
    let lower = trimmed.to_ascii_lowercase();
    if is_development(&lower) && !is_variable(trimmed) {
        return Shape::Development;
    }
    if is_placeholder(&lower) {
        return Shape::Placeholder;
    }
    if is_random(trimmed) {
        return Shape::Random;
    }
    if is_identifier(trimmed) {
        return Shape::Harmless(Harmless::Identifier);
    }
    Shape::Chosen
}

fn harmless(value: &str) -> Option<Harmless> {
    let bytes = value.as_bytes();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|it| value.starts_with(it));
    if bytes.len() < 3 || !value.chars().any(char::is_alphanumeric) {
        return Some(Harmless::Empty);
    }
    if is_template(value) {
        return Some(Harmless::Template);
    }
    if starts(&[
        "$argon2",
        "$2a$",
        "$2b$",
        "$2y$",
        "$pbkdf2",
        "$scrypt",
        "$6$",
        "$5$",
        "$1$",
        "{SSHA",
        "{PBKDF2",
        "pbkdf2_",
        "{ARGON2",
        "SCRAM-SHA-",
    ]) {
        return Some(Harmless::PasswordHash);
    }
    if starts(&[
        "-----BEGIN PUBLIC",
        "-----BEGIN CERT",
        "-----BEGIN RSA PUBLIC",
        "ssh-rsa ",
        "ssh-ed25519 ",
        "ecdsa-sha2-",
    ]) {
        return Some(Harmless::Public);
    }
    if TEST_VECTORS.iter().any(|it| value.contains(it)) {
        return Some(Harmless::TestVector);
    }
    if matches!(
        value,
        "true"
            | "false"
            | "null"
            | "none"
            | "None"
            | "nil"
            | "yes"
            | "undefined"
            | "disabled"
            | "enabled"
    ) || is_scalar(value)
    {
        return Some(Harmless::Scalar);
    }
    if value.split_whitespace().nth(1).is_some() {
        return Some(Harmless::Sentence);
    }
    if is_path(value) {
        return Some(Harmless::Path);
    }
    let odd = bytes
        .iter()
        .filter(|it| {
            matches!(
                it,
                b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b';' | b'"' | b'\\' | b'|'
            )
        })
        .count();
    if odd >= 2
        || is_colour(value)
        || !value.is_ascii()
            && value
                .chars()
                .all(|c| c.is_alphabetic() || c.is_ascii_punctuation())
    {
        return Some(Harmless::Code);
    }
    None
}

fn is_template(value: &str) -> bool {
    let pairs = [
        ("${", "}"),
        ("{{", "}}"),
        ("<", ">"),
        ("%(", ")s"),
        ("$(", ")"),
        ("#{", "}"),
        ("{", "}"),
        ("[", "]"),
        ("__", "__"),
        ("@@", "@@"),
        ("ENC(", ")"),
        ("!vault", ""),
    ];
    let wraps = pairs
        .iter()
        .any(|(open, close)| value.starts_with(open) && value.ends_with(close));
    let holes = value.contains("${")
        || value.contains("{{")
        || value.contains("{}")
        || value.contains("{:")
        || value.contains("%s")
        || has_hole(value);
    let variable = value.strip_prefix('$').is_some_and(|rest| {
        rest.bytes()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
    });
    let masked = value.contains("***")
        || value.contains("...")
        || value.contains('…')
        || value.contains("•");
    let reference = [
        "secret://",
        "vault:",
        "op://",
        "arn:aws:",
        "env:",
        "file:",
        "ref+",
        "projects/",
        "sops:",
    ]
    .iter()
    .any(|it| value.starts_with(it));
    wraps || holes || variable || masked || reference
}

/// `{name}` somewhere in the value.
fn has_hole(value: &str) -> bool {
    let Some((_, rest)) = value.split_once('{') else {
        return false;
    };
    rest.split_once('}').is_some_and(|(inside, _)| {
        !inside.is_empty()
            && inside
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b':'))
    })
}

fn is_scalar(value: &str) -> bool {
    // Versions, addresses, object identifiers.
    if value.contains('.') && value.bytes().all(|it| it.is_ascii_digit() || it == b'.') {
        return true;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let rest = || value.bytes().filter(|it| !it.is_ascii_digit());
    let date = digits >= 6
        && rest().all(|it| matches!(it, b'-' | b':' | b'T' | b'Z' | b'.' | b'/' | b'+'));
    let duration = digits > 0
        && digits < 6
        && matches!(
            &*rest().collect::<Vec<u8>>(),
            b"s" | b"m"
                | b"h"
                | b"d"
                | b"ms"
                | b"us"
                | b"ns"
                | b"kb"
                | b"mb"
                | b"KB"
                | b"MB"
                | b"GiB"
                | b"MiB"
        );
    value.parse::<f64>().is_ok() && digits < 6 || date && digits != value.len() || duration
}

fn is_path(value: &str) -> bool {
    let slashes = value.bytes().filter(|it| *it == b'/').count();
    let rooted = ["/", "./", "../", "~/", "C:\\", "\\\\", "#/"]
        .iter()
        .any(|it| value.starts_with(it));
    let wordy = || {
        value
            .split(['/', '.'])
            .filter(|part| !part.is_empty())
            .all(|part| part.len() < 25 && !looks_mixed(part))
    };
    let extension = value
        .rsplit_once('.')
        .is_some_and(|(stem, it)| !stem.is_empty() && EXTENSIONS.contains(it));
    value.contains("://")
        || value.starts_with("urn:")
        || value.contains("::")
        || extension
        || rooted && wordy()
        || slashes > 0 && wordy()
        || value.contains('@')
            && value.contains('.')
            && !value.contains(':')
            && wordy()
            && is_email(value)
}

fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && host.contains('.')
            && host
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-'))
    })
}

fn is_colour(value: &str) -> bool {
    value.strip_prefix('#').is_some_and(|it| {
        matches!(it.len(), 3 | 4 | 6 | 8) && it.bytes().all(|it| it.is_ascii_hexdigit())
    })
}

fn is_placeholder(lower: &str) -> bool {
    let squeezed: String = lower
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    PLACEHOLDER_PARTS.iter().any(|it| squeezed.contains(it))
        || PLACEHOLDER_WORDS.contains(&squeezed)
        || lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| {
                matches!(
                    word,
                    "your"
                        | "example"
                        | "placeholder"
                        | "dummy"
                        | "fake"
                        | "sample"
                        | "todo"
                        | "fixme"
                        | "insert"
                        | "fill"
                        | "my"
                        | "some"
                )
            })
        || squeezed.len() >= 4 && is_repetitive(squeezed.as_bytes())
}

fn is_development(lower: &str) -> bool {
    DEVELOPMENT.contains(lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '!'))
        || DEVELOPMENT.contains(lower)
        || !lower.is_empty() && lower.len() <= 10 && "1234567890".contains(lower)
}

/// One character, or a run of a sequence, makes up nearly all of it.
fn is_repetitive(bytes: &[u8]) -> bool {
    let steps = bytes
        .windows(2)
        .filter(|pair| {
            pair[0] == pair[1]
                || pair[0].wrapping_add(1) == pair[1]
                || (pair[0], pair[1]) == (b'9', b'0')
        })
        .count();
    steps * 4 >= (bytes.len() - 1) * 3
}

/// Whether the body of a token was made up rather than generated: a run, a sequence, few
/// characters, words that say so.
pub(crate) fn is_invented(body: &[u8]) -> bool {
    let lower = body.to_ascii_lowercase();
    let text = String::from_utf8_lossy(&lower);
    let distinct = {
        let mut seen = [false; 256];
        lower.iter().for_each(|byte| seen[*byte as usize] = true);
        seen.iter().filter(|it| **it).count()
    };
    let run = longest(&lower, |a, b| a == b);
    let sequence = longest(&lower, |a, b| {
        a.wrapping_add(1) == b || (a, b) == (b'9', b'0')
    });
    let expected = match body.len() {
        0..=11 => 4,
        12..=19 => 6,
        _ => 8,
    };
    INVENTED_PARTS.iter().any(|it| text.contains(it))
        || distinct < expected
        || run >= 6
        || sequence >= 6
        || TEST_VECTORS
            .iter()
            .any(|it| it.to_ascii_lowercase().contains(&*text) && text.len() >= 12)
}

/// Length of the longest run whose neighbours satisfy `joined`.
fn longest(bytes: &[u8], joined: impl Fn(u8, u8) -> bool) -> usize {
    let (mut best, mut current) = (1, 1);
    for pair in bytes.windows(2) {
        current = if joined(pair[0], pair[1]) {
            current + 1
        } else {
            1
        };
        best = best.max(current);
    }
    best
}

/// Whether a text was drawn rather than written.
pub(crate) fn is_random(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() < 12 || !value.is_ascii() || is_repetitive(bytes) {
        return false;
    }
    if is_uuid(bytes) {
        return true;
    }
    let hex = bytes.iter().all(u8::is_ascii_hexdigit);
    if hex {
        let letters = bytes.iter().filter(|it| it.is_ascii_alphabetic()).count();
        return bytes.len() >= 16 && entropy(bytes) > 2.9 && letters > 0 && letters < bytes.len();
    }
    let digits = bytes.iter().filter(|it| it.is_ascii_digit()).count();
    let wordiness = wordiness(bytes);
    let floor = if bytes.len() >= 24 { 3.5 } else { 3.0 };
    let mixed = looks_mixed(value);
    entropy(bytes) > floor
        && (wordiness < 0.45 && (digits > 0 || mixed) || wordiness < 0.33 && bytes.len() >= 20)
}

/// Digits and both cases, or many changes between classes of characters, as words have not.
fn looks_mixed(value: &str) -> bool {
    let class = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let changes = value
        .as_bytes()
        .windows(2)
        .filter(|pair| {
            class(&pair[0]) != class(&pair[1]) && class(&pair[0]) != 3 && class(&pair[1]) != 3
        })
        .count();
    value.len() >= 8 && changes * 4 >= value.len()
}

/// Words joined as code joins them, without a digit that a password policy would want.
fn is_identifier(value: &str) -> bool {
    let bytes = value.as_bytes();
    let identifier = bytes
        .iter()
        .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.' | b':'));
    let dotted = value.split('.').count() >= 3
        && bytes
            .iter()
            .all(|it| it.is_ascii_lowercase() || matches!(it, b'.' | b'_' | b'-'));
    let camel = bytes[0].is_ascii_lowercase()
        && bytes.iter().all(u8::is_ascii_alphabetic)
        && bytes.iter().any(u8::is_ascii_uppercase);
    let word = bytes.iter().all(u8::is_ascii_uppercase);
    let prefix = value.ends_with(['-', '_', ':', '.']);
    identifier && (word || prefix || is_variable(value) || dotted || camel)
}

/// The name of an environment variable: `JWT_SECRET`.
fn is_variable(value: &str) -> bool {
    let allowed = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_';
    value.contains('_') && value.bytes().all(allowed)
}

/// Shannon entropy in bits per byte.
pub(crate) fn entropy(bytes: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    bytes.iter().for_each(|byte| counts[*byte as usize] += 1);
    let total = bytes.len() as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| *count as f32 / total)
        .map(|share| -share * share.log2())
        .sum()
}

/// `8-4-4-4-12` hexadecimal digits.
pub(crate) fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Values that documentations and standards publish.
const TEST_VECTORS: &[&str] = &[
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
    "4111111111111111",
    "4242424242424242",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkw",
    "00000000-0000-0000-0000-000000000000",
    "deadbeef",
    "DEADBEEF",
    "correct horse battery staple",
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// What made-up token bodies contain.
const INVENTED_PARTS: WordList = WordList(
    "example xxxx your placeholder dummy fake sample invalid redacted changeme notreal secret token \
     testtest foobar deadbeef abcdef0 0000000 insert 1234567 abcdefg qwerty",
);

const PLACEHOLDER_PARTS: WordList = WordList(
    "changeme changethis replaceme replacethis replacewith yourpassword yoursecret yourapi yourtoken \
     yourkey youraccess yourclient yourown youruser xxxx placeholder redacted notreal notasecret \
     notset putyour enteryour insertyour goeshere pleasechange shouldbechanged mustbechanged setthis \
     fillme generateme generatea foobar loremipsum overrideme changeit secrethere keyhere tokenhere \
     passwordhere donotuse dontuse insecure onlyfordev fordevelopment samplekey examplekey \
     supersecret verysecret topsecret somesecret somepassword somekey sometoken mysecret mypassword \
     mytoken myapikey mykey thisisasecret thisissecret fakekey faketoken testkey testtoken testsecret \
     testpassword dummykey secretsecret unused ignored",
);

const PLACEHOLDER_WORDS: WordList = WordList(
    "foo bar baz abc xyz todo tbd fixme na value string default required optional unset unknown \
     anonymous hidden masked new old same any another dev development local noop",
);

/// What everybody uses in development, without trailing digits.
const DEVELOPMENT: WordList = WordList(
    "password passwd pass passw0rd p@ssw0rd p@ssword secret secretkey secret_key secret-key admin \
     administrator root user username guest test testing tester postgres postgresql mysql mongo \
     mongodb redis rabbitmq minio minioadmin minio123 token key apikey api_key api-key jwt_secret \
     jwt-secret jwtsecret letmein qwerty welcome monkey abc asdf demo docker mariadb \
     clickhouse grafana salt pepper pwd pw master superuser db dbpass database app sa toor s3cr3t \
     s3cret hello private public auth bearer",
);

const EXTENSIONS: WordList = WordList(
    "rs toml json yaml yml txt pem crt cer key pub log html css js ts png svg ico db sqlite sock conf \
     cfg ini env md sh com org net io dev local proto sql der p12 pfx jks age gpg",
);
