//! Values and what they look like.

use super::shape::{Harmless, Shape, entropy, is_invented, shape};

#[test]
fn values_have_the_shape_that_a_reader_sees() {
    use Harmless::*;
    let cases: &[(Shape, &[&str])] = &[
        (
            Shape::Random,
            &[
                "h7Gq2Lx9Rt4Vb8Nm1Zs6",
                "9f8c2d4b6a1e3f5079b8d6c4a2e0f1d3",
                "c29tZSByYW5kb20gYnl0ZXMgaGVyZQ==",
                "3f2b8c1d-9e4a-4c7b-8d2f-1a6e5b9c0d7f",
                "xK9#mQ2$vL5@nR8!",
                "jkqwzxvbnplkjhgfdrtzu",
            ],
        ),
        (
            Shape::Chosen,
            &[
                "hunter2",
                "w1nterfell!",
                "Tr0ub4dor&3",
                "SuperMario",
                "blue-horse-battery",
                "Complexpass#123",
            ],
        ),
        (
            Shape::Development,
            &[
                "password",
                "password123",
                "postgres",
                "admin",
                "root",
                "minioadmin",
                "123456",
                "Admin1",
                "secret",
            ],
        ),
        (
            Shape::Placeholder,
            &[
                "changeme",
                "change-me",
                "CHANGE_ME_PLEASE",
                "your-api-key",
                "YOUR_TOKEN_HERE",
                "xxxxxxxx",
                "replace-with-secret",
                "my-secret-key",
                "example-password",
                "aaaaaaaaaaaa",
                "super-secret-key",
                "todo",
                "foo",
                "dummy-key",
            ],
        ),
        (Shape::Harmless(Empty), &["", "x", "--", "***", "  "]),
        (
            Shape::Harmless(Template),
            &[
                "${DB_PASSWORD}",
                "{{ password }}",
                "<password>",
                "$PASSWORD",
                "%(pass)s",
                "{password}",
                "p-{}-x",
                "abc...xyz",
                "vault:kv/db#pw",
            ],
        ),
        (
            Shape::Harmless(Sentence),
            &["Enter your password", "the password is wrong"],
        ),
        (
            Shape::Harmless(Path),
            &[
                "/run/secrets/db_password",
                "./keys/jwt.pem",
                "config/secret.toml",
                "https://auth.corp.io/token",
                "std::string",
                "text/html",
                "user@corp.io",
            ],
        ),
        (
            Shape::Harmless(Identifier),
            &[
                "JWT_SECRET",
                "auth.errors.password",
                "passwordField",
                "TRUNCATE",
                "prefix-",
            ],
        ),
        (
            Shape::Harmless(Scalar),
            &[
                "true",
                "30s",
                "4200",
                "2024-01-02",
                "1.2.840.113549",
                "none",
            ],
        ),
        (
            Shape::Harmless(PasswordHash),
            &[
                "$argon2id$v=19$m=19456,t=2,p=1$Zm9v$YmFy",
                "$2b$12$abcdefghijklmnopqrstuv",
            ],
        ),
        (Shape::Harmless(Code), &["#ff8800", "^[a-z]+$|(x)"]),
        (
            Shape::Harmless(TestVector),
            &["AKIAIOSFODNN7EXAMPLE", "4111111111111111"],
        ),
    ];
    let judged = cases
        .iter()
        .flat_map(|(expected, values)| values.iter().map(move |it| (it, shape(it), *expected)));
    let wrong: Vec<_> = judged
        .filter(|(_, actual, expected)| actual != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn made_up_token_bodies_are_told_from_drawn_ones() {
    for body in [
        "xxxxxxxxxxxxxxxx",
        "1234567890abcdef",
        "abcdefghijklmnop",
        "YOURTOKENHERE123",
        "00000000000000ab",
        "aabbaabbaabbaabb",
    ] {
        assert!(is_invented(body.as_bytes()), "{body}");
    }
    for body in ["h7Gq2Lx9Rt4Vb8Nm", "9f8c2d4b6a1e3f50", "KZ3W2QX5M7TBN4VR"] {
        assert!(!is_invented(body.as_bytes()), "{body}");
    }
}

#[test]
fn entropy_is_in_bits_per_byte() {
    assert_eq!(entropy(b"aaaa"), 0.0);
    assert_eq!(entropy(b"abab"), 1.0);
    assert_eq!(entropy(b"abcdefgh"), 3.0);
}
