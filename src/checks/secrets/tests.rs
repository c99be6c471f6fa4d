//! What is found, what is not, and that nothing reveals a value.
//!
//! Tokens are put together here, so that no scanner takes this file for a leak.

use super::formats::FORMATS;
use super::*;
use crate::diagnostics::Persona;

/// `length` irregular characters of a charset.
fn noise(charset: &str, length: usize) -> String {
    let charset = charset.as_bytes();
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let step = |state: &mut u64| {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    };
    (0..length)
        .map(|_| charset[(step(&mut state) >> 33) as usize % charset.len()] as char)
        .collect()
}

fn hex(length: usize) -> String {
    noise("0123456789abcdef", length)
}

fn alnum(length: usize) -> String {
    noise(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        length,
    )
}

fn upper(length: usize) -> String {
    noise("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length)
}

fn digits(length: usize) -> String {
    noise("123456789", length)
}

fn alpha(length: usize) -> String {
    noise(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        length,
    )
}

fn uuid() -> String {
    let hex = hex(32);
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

/// Format, text, and the part of the text that is the secret.
fn samples() -> Vec<(&'static str, String, String)> {
    let whole = |id, token: String| (id, token.clone(), token);
    let part = |id, before: &str, token: String| (id, format!("{before}{token}\""), token);
    vec![
        whole("aws-access-key-id", format!("AKIA{}", upper(16))),
        part(
            "aws-secret-access-key",
            "aws_secret_access_key = \"",
            alnum(40),
        ),
        part(
            "aws-secret-access-key",
            "AWS_SECRET_ACCESS_KEY=\"",
            alnum(40),
        ),
        whole("aws-appsync-key", format!("da2-{}", hex(26))),
        whole("google-api-key", format!("AIza{}", alnum(35))),
        whole(
            "google-oauth-client-secret",
            format!("GOCSPX-{}", alnum(28)),
        ),
        whole(
            "google-fcm-server-key",
            format!("AAAA{}:APA91b{}", alnum(7), alnum(134)),
        ),
        part(
            "azure-account-key",
            "AccountName=x;AccountKey=",
            format!("{}==", alnum(86)),
        ),
        part(
            "azure-shared-access-key",
            "SharedAccessKey=",
            format!("{}=", alnum(43)),
        ),
        whole(
            "azure-entra-client-secret",
            format!("{}8Q~{}", alnum(3), alnum(34)),
        ),
        whole(
            "azure-devops-token",
            format!("{}AZDO{}", alnum(76), alnum(4)),
        ),
        whole(
            "azure-storage-key",
            format!("{}+ASt{}==", alnum(76), alnum(6)),
        ),
        whole(
            "github-personal-access-token",
            format!(
                "ghp_{}",
                ["zQWBuTSOoRi4A9sp", "HcVY5ncnsDkxkJ", "0mLq17"].concat()
            ),
        ),
        whole(
            "npm-access-token",
            format!(
                "npm_{}",
                ["zQWBuTSOoRi4A9sp", "HcVY5ncnsDkxkJ", "0mLq17"].concat()
            ),
        ),
        whole(
            "github-fine-grained-token",
            format!("github_pat_{}_{}", alnum(22), alnum(59)),
        ),
        whole(
            "gitlab-personal-access-token",
            format!("glpat-{}", alnum(20)),
        ),
        whole(
            "gitlab-runner-registration-token",
            format!("GR1348941{}", alnum(20)),
        ),
        whole(
            "atlassian-api-token",
            format!("ATATT3{}={}", alnum(182), hex(8).to_uppercase()),
        ),
        whole(
            "slack-bot-token",
            format!("xoxb-{}-{}-{}", digits(12), digits(12), alnum(24)),
        ),
        whole(
            "slack-app-token",
            format!("xapp-1-{}-{}-{}", upper(11), digits(13), hex(64)),
        ),
        part(
            "slack-webhook",
            "https://hooks.slack.com/services/",
            format!("T{}/B{}/{}", upper(8), upper(8), alnum(24)),
        ),
        whole("stripe-secret-key", format!("sk_live_{}", alnum(24))),
        whole("stripe-test-key", format!("sk_test_{}", alnum(99))),
        whole("stripe-webhook-secret", format!("whsec_{}", alnum(32))),
        part(
            "twilio-api-key",
            "twilio_key = \"",
            format!("SK{}", hex(32)),
        ),
        part("twilio-auth-token", "TWILIO_AUTH_TOKEN=\"", hex(32)),
        whole(
            "sendgrid-api-key",
            format!("SG.{}.{}", alnum(22), alnum(43)),
        ),
        whole(
            "pypi-upload-token",
            format!("pypi-AgEIcHlwaS5vcmc{}", alnum(150)),
        ),
        whole("crates-io-token", format!("cio{}", alnum(32))),
        whole(
            "docker-personal-access-token",
            format!("dckr_pat_{}", alnum(27)),
        ),
        whole(
            "digitalocean-personal-access-token",
            format!("dop_v1_{}", hex(64)),
        ),
        part("heroku-legacy-api-key", "HEROKU_API_KEY=\"", uuid()),
        whole("shopify-access-token", format!("shpat_{}", hex(32))),
        whole("square-access-token", format!("sq0atp-{}", alnum(22))),
        whole(
            "openai-api-key",
            format!("sk-proj-{}T3BlbkFJ{}", alnum(74), alnum(74)),
        ),
        whole(
            "openai-api-key",
            format!("sk-{}T3BlbkFJ{}", alnum(20), alnum(20)),
        ),
        whole("anthropic-api-key", format!("sk-ant-api03-{}AA", alnum(93))),
        whole("openrouter-api-key", format!("sk-or-v1-{}", hex(64))),
        whole("huggingface-token", format!("hf_{}", alpha(34))),
        whole("groq-api-key", format!("gsk_{}", alnum(52))),
        part(
            "telegram-bot-token",
            "https://api.telegram.org/bot",
            format!("{}:AA{}", digits(10), alnum(33)),
        ),
        part(
            "discord-bot-token",
            "DISCORD_TOKEN = \"",
            format!("MTI{}.{}.{}", alnum(23), alnum(6), alnum(38)),
        ),
        part(
            "discord-webhook",
            "https://discord.com/api/webhooks/",
            format!("{}/{}", digits(18), alnum(68)),
        ),
        whole("mailgun-api-key", format!("key-{}", hex(32))),
        whole("mailchimp-api-key", format!("{}-us21", hex(32))),
        whole("resend-api-key", format!("re_{}_{}", alnum(8), alnum(24))),
        part("postmark-server-token", "postmark_server_token: \"", uuid()),
        part("datadog-api-key", "DD_API_KEY=\"", hex(32)),
        part("datadog-application-key", "DATADOG_APP_KEY=\"", hex(40)),
        whole("newrelic-user-key", format!("NRAK-{}", upper(27))),
        whole("sentry-user-token", format!("sntryu_{}", hex(64))),
        whole("vault-service-token", format!("hvs.{}", alnum(90))),
        whole(
            "terraform-cloud-token",
            format!("{}.atlasv1.{}", alnum(14), alnum(67)),
        ),
        whole("linear-api-key", format!("lin_api_{}", alnum(40))),
        whole("notion-token", format!("ntn_{}{}", digits(11), alnum(35))),
        whole("figma-personal-access-token", format!("figd_{}", alnum(40))),
        part(
            "airtable-token",
            "AIRTABLE_KEY=\"",
            format!("pat{}.{}", alnum(14), hex(64)),
        ),
        part(
            "asana-token",
            "asana: \"",
            format!("1/{}:{}", digits(16), hex(32)),
        ),
        whole("doppler-token", format!("dp.pt.{}", alnum(43))),
        whole("fly-macaroon", format!("fm2_{}", alnum(300))),
        whole("netlify-token", format!("nfp_{}", alnum(36))),
        whole(
            "vercel-blob-token",
            format!("vercel_blob_rw_{}_{}", alnum(16), alnum(30)),
        ),
        whole("supabase-access-token", format!("sbp_{}", hex(40))),
        whole("planetscale-password", format!("pscale_pw_{}", alnum(43))),
        whole("databricks-token", format!("dapi{}-2", hex(32))),
        whole("confluent-api-secret", format!("cflt{}", alnum(60))),
        whole(
            "cloudflare-origin-ca-key",
            format!("v1.0-{}-{}", hex(24), hex(146)),
        ),
        part("cloudflare-api-token", "CLOUDFLARE_API_TOKEN=\"", alnum(40)),
        part(
            "okta-api-token",
            "Authorization: SSWS ",
            format!("00{}", alnum(40)),
        ),
        whole(
            "tailscale-key",
            format!("tskey-auth-{}CNTRL-{}", alnum(12), alnum(32)),
        ),
        whole("postman-api-key", format!("PMAK-{}-{}", hex(24), hex(34))),
        whole(
            "dynatrace-token",
            format!("dt0c01.{}.{}", upper(24), upper(64)),
        ),
        whole(
            "nats-nkey-seed",
            [
                "SUACSSL3UAHUDXKF",
                "SNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY",
            ]
            .concat(),
        ),
        whole(
            "age-secret-key",
            [
                "AGE-SECRET-",
                "KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
            ]
            .concat(),
        ),
        whole("pem-private-key", pem("RSA ", 24)),
        whole("pem-private-key", pem("", 2)),
        whole(
            "pgp-private-key",
            pem("PGP ", 12).replace("KEY-", "KEY BLOCK-"),
        ),
        part(
            "jwk-private-key",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"",
            alnum(43),
        ),
        part(
            "jwk-symmetric-key",
            "{\"kty\": \"oct\", \"k\": \"",
            alnum(43),
        ),
        part(
            "basic-authorization",
            "Authorization: Basic ",
            "ZGVwbG95Om41WHEyVjl0".to_owned(),
        ),
        (
            "url-credential",
            "postgres://app:n5Xq2V9t@db.corp.io/x".to_owned(),
            "n5Xq2V9t".to_owned(),
        ),
    ]
}

fn pem(what: &str, lines: usize) -> String {
    let body: Vec<String> = (0..lines)
        .map(|line| alnum(64 + line)[line..].to_owned())
        .collect();
    format!(
        "-----BEGIN {what}PRIVATE KEY-----\n{}\n-----END {what}PRIVATE KEY-----",
        body.join("\n")
    )
}

/// As in a URL, a password that somebody chose for what runs on this machine is a developer's; a random
/// one is a secret wherever it is used, and a key signs for all.
#[test]
fn passwords_beside_this_machines_name_are_for_auditors() {
    let found = |text: &str| {
        let found = text_file("config/settings.toml", text);
        let personas = found.iter().map(|it| it.persona);
        personas.collect::<Vec<_>>()
    };
    for (host, persona) in [
        ("localhost", Persona::Auditor),
        ("http://127.0.0.1:9000", Persona::Auditor),
        ("mail.acme.com", Persona::Regular),
        ("0.0.0.0", Persona::Regular),
    ] {
        let text = format!("[smtp]\nhost = \"{host}\"\npassword = \"Tr0mbone-Lake\"\n");
        assert_eq!(found(&text), [persona], "{host}");
    }
    let key = "[web]\nhost = \"localhost\"\njwt_secret = \"Tr0mbone-Lake\"\n";
    assert_eq!(found(key), [Persona::Regular]);
    let random = "[smtp]\nhost = \"localhost\"\npassword = \"9fK2xQ7vB4mZ8sT1pL6w\"\n";
    assert_eq!(found(random), [Persona::Regular]);
    let both = "[smtp]\nhosts = [\"localhost\", \"mail.acme.com\"]\npassword = \"Tr0mbone-Lake\"\n";
    assert_eq!(found(both), [Persona::Regular]);
    let named = "host = \"127.0.0.1\"\nsmtp_password = \"Tr0mbone-Lake\"\n";
    assert_eq!(found(named), [Persona::Regular]);
    let other = "[web]\nhost = \"localhost\"\n[smtp]\npassword = \"Tr0mbone-Lake\"\n";
    assert_eq!(found(other), [Persona::Regular]);
}

#[test]
fn each_sample_has_its_format_and_exactly_its_secret_is_marked() {
    for (id, text, secret) in samples() {
        for text in [
            text.clone(),
            format!("let x = \"{text}\";"),
            format!("X={text}\n"),
            format!("\"a\\n{text}\""),
        ] {
            let hits = FORMATS.scan(text.as_bytes());
            let found: Vec<_> = hits
                .iter()
                .map(|hit| {
                    (
                        hit.format.id.as_str(),
                        &text[hit.secret.start as usize..hit.secret.end as usize],
                    )
                })
                .collect();
            assert!(
                found.contains(&(id, secret.as_str())),
                "{id} in {text:?}: {found:?}"
            );
            assert_eq!(found.len(), 1, "{id}: {found:?}");
        }
    }
}

#[test]
fn near_misses_have_no_format() {
    for (id, text, secret) in samples() {
        // Too long, within a word, cut short: not the provider's.
        let last = secret.len() - secret.len() / 3;
        let cut = text.replace(&secret, &secret[..last]);
        let glued = format!("x{text}").replace(&secret, &format!("{secret}xyzzy"));
        for text in [cut, glued] {
            let same = |hit: &super::formats::FormatHit<'_>| hit.format.id == id;
            let lenient = matches!(
                id,
                "jwk-private-key"
                    | "jwk-symmetric-key"
                    | "url-credential"
                    | "basic-authorization"
                    | "pem-private-key"
                    | "pgp-private-key"
            ) || [
                "stripe",
                "slack",
                "gitlab",
                "vault",
                "pypi",
                "fly",
                "planetscale",
                "anthropic",
                "openai",
                "tailscale",
                "atlassian",
            ]
            .iter()
            .any(|it| id.starts_with(it));
            assert!(
                lenient || !FORMATS.scan(text.as_bytes()).iter().any(same),
                "{id} in {text:?}"
            );
        }
    }
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "ghp_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
        "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "sk_live_your_key_here",
        "AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "xoxb-your-token",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "eyJhbGciOiJub25lIn0 and eyJ.eyJ.x",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----",
        "https://example.com/a@b:c",
        "https://example.com:8080/path",
        "ssh://git@github.com/x/y",
        "git@github.com:x/y",
        "Basic authentication is required",
        "task-us-east-1 disk-usage",
    ] {
        assert!(FORMATS.scan(text.as_bytes()).is_empty(), "{text:?}");
    }
}

#[test]
fn every_format_is_well_formed() {
    let ids: Vec<&str> = FORMATS.all().iter().map(|it| it.id.as_str()).collect();
    assert!(ids.len() > 200, "{}", ids.len());
    for (at, id) in ids.iter().enumerate() {
        assert!(!ids[..at].contains(id), "{id} twice");
        assert!(
            id.bytes()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-'),
            "{id}"
        );
    }
    for format in FORMATS.all() {
        assert!(format.compiles(), "{}", format.id);
    }
}

/// Persona and kind of everything found.
fn found(path: &str, text: &str) -> Vec<(Persona, &'static str)> {
    text_file(path, text)
        .iter()
        .map(|it| (it.persona, it.kind.words()))
        .collect()
}

#[test]
fn settings_that_hold_a_secret() {
    use Persona::{Auditor, Regular};
    for (path, text, expected) in [
        (
            ".env",
            "JWT_SECRET=h7Gq2Lx9Rt4Vb8Nm1Zs6",
            (Regular, "signing key"),
        ),
        (".env", "DB_PASSWORD=Tr0ub4dor&3", (Regular, "password")),
        (
            "base.yaml",
            "application:\n  hmac_secret: \"long-and-very-own-words-for-integrity\"\n",
            (Regular, "signing key"),
        ),
        (
            "config/prod.toml",
            "[smtp]\npassword = 'w1nterfell!'",
            (Regular, "password"),
        ),
        (
            "settings.json",
            "{\"api_key\": \"9f8Xk2LmQ4vT7rYp\"}",
            (Regular, "API key"),
        ),
        (
            "app.properties",
            "spring.datasource.password=Qz9kLm2Xv",
            (Regular, "password"),
        ),
        (
            "k8s/deployment.yaml",
            "env:\n  - name: SESSION_SECRET\n    value: u8Jk2Lq9Xz4Vb7Nm\n",
            (Regular, "cookie key"),
        ),
        (
            ".env",
            "DATABASE_URL=postgres://app:n5Xq2V9t@db.corp.io/app",
            (Regular, "password in a URL"),
        ),
        (
            ".env",
            "DATABASE_URL=postgres://postgres:password@localhost:5432/app",
            (Auditor, "password in a URL"),
        ),
        (
            "docker-compose.yml",
            "environment:\n  - POSTGRES_PASSWORD=postgres\n",
            (Auditor, "password"),
        ),
        (
            "docker-compose.yml",
            "environment:\n  POSTGRES_PASSWORD: hunter2\n",
            (Auditor, "password"),
        ),
        (
            ".env.example",
            "JWT_SECRET=h7Gq2Lx9Rt4Vb8Nm1Zs6",
            (Auditor, "signing key"),
        ),
    ] {
        assert_eq!(found(path, text), [expected], "{path}: {text}");
    }
}

#[test]
fn settings_that_hold_none() {
    for (path, text) in [
        (".env", "JWT_SECRET=${JWT_SECRET}"),
        (".env", "JWT_SECRET=$JWT_SECRET"),
        (".env", "JWT_SECRET="),
        (".env", "API_KEY=your-api-key"),
        (".env", "API_KEY=<your key>"),
        (".env", "TOKEN_TYPE=Bearer"),
        (".env", "PASSWORD_FILE=/run/secrets/password"),
        (".env", "DB_PASSWORD=/run/secrets/db_password"),
        (".env.example", "DB_PASSWORD=hunter2"),
        (".env.example", "DB_PASSWORD=changeme"),
        ("ci.yml", "  token: ${{ secrets.GITHUB_TOKEN }}"),
        ("values.yaml", "existingSecret: my-release-postgres"),
        ("values.yaml", "secretName: api-tls"),
        (
            "deployment.yaml",
            "secretKeyRef:\n  name: app-secrets\n  key: jwt-secret\n",
        ),
        (
            "config.toml",
            "password_hash = \"$argon2id$v=19$m=19456,t=2,p=1$Zm9v$YmFy\"",
        ),
        ("config.toml", "password = \"{{ vault_password }}\""),
        ("config.toml", "max_tokens = \"4096\""),
        (
            "config.toml",
            "token_url = \"https://auth.corp.io/oauth/token\"",
        ),
        ("config.toml", "api_key = \"\""),
        ("locales/en.json", "{\"password\": \"Enter1Password\"}"),
        (
            "openapi.json",
            "{\"format\": \"password\", \"title\": \"Password\"}",
        ),
        (
            "Cargo.lock",
            "checksum = \"9f8c2d4b6a1e3f5079b8d6c4a2e0f1d39f8c2d4b6a1e3f5079b8d6c4a2e0f1d3\"",
        ),
        (
            ".env",
            "DATABASE_URL=postgres://user:${DB_PASSWORD}@db.corp.io/app",
        ),
        (
            ".env",
            "DATABASE_URL=postgres://<user>:<password>@db.corp.io/app",
        ),
        (
            "server.toml",
            "# uri = \"postgres://app:n5Xq2V9t@db.corp.io/app\"",
        ),
        (
            ".github/workflows/ci.yml",
            "permissions:\n  id-token: write\n",
        ),
        ("tests/config.toml", "password = \"Qz9kLm2Xv\""),
    ] {
        assert_eq!(found(path, text), [], "{path}: {text}");
    }
}

#[test]
fn the_range_is_the_value_alone() {
    let text = "a = 1\nJWT_SECRET = \"h7Gq2Lx9Rt4Vb8Nm1Zs6\" # keep\n";
    let findings = text_file(".env", text);
    assert_eq!(
        &text[findings[0].range.start as usize..findings[0].range.end as usize],
        "h7Gq2Lx9Rt4Vb8Nm1Zs6"
    );
    assert_eq!(findings[0].name.map(|it| it.as_str()), Some("JWT_SECRET"));
}

#[test]
fn no_debug_output_holds_a_value() {
    for (_, text, secret) in samples() {
        let shown = format!(
            "{:?} {:?}",
            text_file(".env", &text),
            FORMATS.scan(text.as_bytes())
        );
        assert!(
            !shown.contains(&secret) && !shown.contains(&secret[secret.len() / 2..]),
            "{shown}"
        );
    }
    let canary = "Qz9kLm2Xv7Tn4Rb8";
    for (path, text) in [
        (".env", format!("DB_PASSWORD={canary}")),
        ("a.json", format!("{{\"api_key\":\"{canary}\"}}")),
    ] {
        let findings = text_file(path, &text);
        assert_eq!(findings.len(), 1);
        assert!(!format!("{findings:#?}").contains(canary));
    }
}
