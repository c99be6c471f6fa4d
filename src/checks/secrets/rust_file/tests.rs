//! Sources with what must be found in them, and near misses.

use super::*;
use crate::facts::extract;

/// Kind, place and persona of everything found.
fn found(source: &str) -> Vec<(&'static str, Place, Persona)> {
    let findings = rust_file(&extract(source), source, &|_| false);
    findings
        .iter()
        .map(|it| (it.kind.words(), it.place, it.persona))
        .collect()
}

/// A random-looking value, as a generator would make it.
const RANDOM: &str = "h7Gq2Lx9Rt4Vb8Nm1Zs6";

#[test]
fn secrets_are_found_where_they_are_given() {
    use Place::{Assigned, Compared, Default, Passed};
    let cases: &[(&str, &str, Place)] = &[
        // Constants and variables.
        ("const JWT_SECRET: &str = \"$\";", "signing key", Assigned),
        ("static API_KEY: &'static str = \"$\";", "API key", Assigned),
        (
            "const SIGNING_KEY: &[u8] = b\"$\";",
            "signing key",
            Assigned,
        ),
        (
            "const ENCRYPTION_KEY: [u8; 8] = [7, 211, 54, 12, 99, 180, 3, 41];",
            "encryption key",
            Assigned,
        ),
        (
            "static SECRET: LazyLock<String> = LazyLock::new(|| \"$\".to_string());",
            "secret",
            Assigned,
        ),
        (
            "impl A { const PEPPER: &'static str = \"$\"; }",
            "salt",
            Assigned,
        ),
        (
            "fn f() { let password = \"$\"; g(password); }",
            "password",
            Assigned,
        ),
        (
            "fn f() { let token = String::from(\"$\"); }",
            "token",
            Assigned,
        ),
        (
            "fn f() { let admin_password = SecretString::from(\"s3same-street\".to_owned()); }",
            "password",
            Assigned,
        ),
        (
            "fn f() { let api_key = concat!(\"h7Gq2Lx9\", \"Rt4Vb8Nm1Zs6\"); }",
            "API key",
            Assigned,
        ),
        (
            "fn f() { self.config.client_secret = \"$\".into(); }",
            "secret",
            Assigned,
        ),
        (
            "fn f() { Config { user: \"a\", password: \"w1nterfell!\".into() } }",
            "password",
            Assigned,
        ),
        (
            "fn f() { json!({ \"password\": \"$\" }) }",
            "password",
            Assigned,
        ),
        (
            "fn jwt_secret() -> &'static str { \"$\" }",
            "signing key",
            Assigned,
        ),
        (
            "const PASSWORD: &str = \"w1nterfell-password1\";",
            "password",
            Assigned,
        ),
        (
            "fn f() { Config { password: \"admin123\".into() } }",
            "password",
            Assigned,
        ),
        (
            "fn f() { Config { db_password: \"postgres\".into() } }",
            "password",
            Assigned,
        ),
        // Defaults.
        (
            "fn f() { env::var(\"JWT_SECRET\").unwrap_or(\"changeme\".to_string()) }",
            "signing key",
            Default,
        ),
        (
            "fn f() { std::env::var(\"JWT_SECRET\").unwrap_or_else(|_| \"secret\".into()) }",
            "signing key",
            Default,
        ),
        (
            "fn f() { std::env::var(\"SESSION_SECRET\").ok().unwrap_or_else(|| { String::from(\"my session secret\") }) }",
            "cookie key",
            Default,
        ),
        (
            "fn f() { match env::var(\"DB_PASSWORD\") { Ok(v) => v, Err(_) => \"w1nterfell!\".to_string() } }",
            "password",
            Default,
        ),
        (
            "fn f() { let x = if let Ok(v) = env::var(\"HMAC_KEY\") { v } else { \"insecure\".into() }; }",
            "signing key",
            Default,
        ),
        (
            "fn f() { let jwt_secret = match opt { Some(v) => v, None => \"fallback-for-now\".to_string() }; }",
            "signing key",
            Default,
        ),
        (
            "fn f(c: C) { c.jwt_secret.clone().unwrap_or(\"dev\".into()) }",
            "signing key",
            Default,
        ),
        (
            "fn f() { env_or(\"JWT_SECRET\", \"supersecret\") }",
            "signing key",
            Default,
        ),
        (
            "fn f(b: B) { b.set_default(\"auth.jwt_secret\", \"supersecret\") }",
            "signing key",
            Default,
        ),
        (
            "impl Default for C { fn default() -> Self { C { jwt_secret: \"secret\".into() } } }",
            "signing key",
            Default,
        ),
        (
            "struct C { #[arg(long, env = \"JWT_SECRET\", default_value = \"secret\")] key: String }",
            "signing key",
            Default,
        ),
        (
            "struct C { #[clap(default_value = \"w1nterfell!\")] admin_password: String }",
            "password",
            Default,
        ),
        (
            "struct C { #[serde(default = \"preset\")] jwt_secret: String } fn preset() -> String { \"secret\".into() }",
            "signing key",
            Default,
        ),
        (
            "fn default_cookie_secret() -> String { \"insecure\".to_string() }",
            "cookie key",
            Default,
        ),
        (
            "fn default_admin_password() -> String { \"admin\".into() }",
            "password",
            Default,
        ),
        (
            "fn f() { std::env::var(\"JWT_SECRET\").unwrap_or_default() }",
            "signing key",
            Default,
        ),
        (
            "fn f() { std::env::var(\"JWT_SECRET\").unwrap_or_else(|_| String::new()) }",
            "signing key",
            Default,
        ),
        // Arguments.
        (
            "use axum_extra::extract::cookie::Key; fn f() { Key::from(b\"words\") }",
            "cookie key",
            Passed,
        ),
        (
            "use jsonwebtoken::EncodingKey as K; fn f() { K::from_secret(b\"words\") }",
            "signing key",
            Passed,
        ),
        (
            "type Mac = hmac::Hmac<Sha256>; fn f() { Mac::new_from_slice(b\"words\") }",
            "signing key",
            Passed,
        ),
        (
            "fn f() { EncodingKey::from_secret(b\"secret\") }",
            "signing key",
            Passed,
        ),
        (
            "fn f() { DecodingKey::from_secret(\"secret\".as_ref()) }",
            "signing key",
            Passed,
        ),
        (
            "const KEY: &[u8] = b\"any words will do\"; fn f() { EncodingKey::from_secret(KEY) }",
            "signing key",
            Passed,
        ),
        (
            "fn f() { let k = \"words\"; jsonwebtoken::EncodingKey::from_secret(k.as_bytes()) }",
            "signing key",
            Passed,
        ),
        (
            "fn f() { Hmac::<Sha256>::new_from_slice(b\"my key\") }",
            "signing key",
            Passed,
        ),
        (
            "fn f() { HmacSha256::new_from_slice(\"my key\".as_bytes()) }",
            "signing key",
            Passed,
        ),
        (
            "fn f() { hmac::Key::new(hmac::HMAC_SHA256, b\"my key\") }",
            "signing key",
            Passed,
        ),
        (
            "fn f() { cookie::Key::from(&[0; 64]) }",
            "cookie key",
            Passed,
        ),
        (
            "fn f() { CookieSession::signed(&[0; 32]) }",
            "cookie key",
            Passed,
        ),
        (
            "fn f(r: R) { r.basic_auth(\"deploy\", Some(\"w1nterfell!\")) }",
            "password",
            Passed,
        ),
        ("fn f(r: R) { r.bearer_auth(\"$\") }", "token", Passed),
        (
            "fn f(o: O) { o.username(\"app\").password(\"w1nterfell!\") }",
            "password",
            Passed,
        ),
        (
            "fn f() { std::env::set_var(\"API_KEY\", \"$\") }",
            "API key",
            Passed,
        ),
        (
            "fn f(r: R) { r.header(\"Authorization\", \"Bearer $\") }",
            "token",
            Passed,
        ),
        (
            "fn f(r: R) { r.header(\"x-api-key\", \"$\") }",
            "API key",
            Passed,
        ),
        (
            "fn login(user: &str, password: &str) {} fn f() { login(\"ann\", \"w1nterfell!\") }",
            "password",
            Passed,
        ),
        // Back doors.
        (
            "fn f(password: &str) -> bool { password == \"hunter2\" }",
            "password",
            Compared,
        ),
        (
            "fn f(r: R) { if r.password.trim() != \"letmein\" { return; } }",
            "password",
            Compared,
        ),
        (
            "fn f(r: R) { match r.password.as_str() { \"hunter2\" => true, _ => false } }",
            "password",
            Compared,
        ),
        (
            "fn f(h: H) { if h.get(\"x-api-key\") == Some(\"$\") {} }",
            "API key",
            Compared,
        ),
    ];
    for (source, kind, place) in cases {
        let source = source.replace('$', RANDOM);
        assert_eq!(
            found(&source),
            [(*kind, *place, Persona::Regular)],
            "{source}"
        );
    }
}

#[test]
fn near_misses_stay_silent() {
    for source in [
        "const PASSWORD_KEY: &str = \"password\";",
        "const PASSWORD: &str = \"password\";",
        "const API_KEY_HEADER: &str = \"x-api-key\";",
        "const API_KEY: &str = \"x-api-key\";",
        "const TOKEN_TYPE: &str = \"Bearer\";",
        "const ERR_INVALID_PASSWORD: &str = \"Invalid1Password\";",
        "const SECRET_NAME: &str = \"prod/db9/Password1\";",
        "const JWT_SECRET_ENV: &str = \"JWT_SECRET\";",
        "const CSRF_TOKEN: &str = \"h7Gq2Lx9Rt4Vb8Nm1Zs6\";",
        "const TOKEN: &str = \"identifier\";",
        "const PASSWORD_PROMPT: &str = \"Enter your password: \";",
        "fn f() { let password = \"\"; }",
        "fn f() { let password = env::var(\"PASSWORD\").unwrap_or_default(); }",
        "fn f() { let password = env::var(\"PASSWORD\").expect(\"PASSWORD must be set\"); }",
        "fn f() { let password = format!(\"{}{}\", a, b); }",
        "fn f() { let password = row.get(\"password\"); }",
        "fn f() { let api_key = std::env::var(\"API_KEY\").unwrap_or(\"\".to_string()); }",
        "fn f() { let password_hash = \"$argon2id$v=19$m=15000,t=2,p=1$abc$def\"; }",
        "fn f() { let max_tokens = \"4096\"; }",
        "fn f(field: &str) { if field == \"password\" {} }",
        "fn f(r: R) { if r.password == \"\" {} }",
        "fn f(r: R) { r.header(\"content-type\", \"application/json\") }",
        "fn f(m: M) { m.insert(\"password\", \"Password is required\"); }",
        "fn f() { assert_eq!(password, \"hunter2\"); assert!(password == \"hunter2\"); }",
        "fn f() { info!(password = \"hunter2\", \"login\"); }",
        "#[cfg(test)] mod tests { const JWT_SECRET: &str = \"h7Gq2Lx9Rt4Vb8Nm1Zs6\"; }",
        "#[tokio::test] async fn t() { let password = \"w1nterfell!\"; login(password); }",
        "#[cfg(all(test, feature = \"x\"))] fn f() { EncodingKey::from_secret(b\"x\"); }",
        "struct C { #[serde(rename = \"h7Gq2Lx9Rt4Vb8Nm1Zs6\")] password: String }",
        "struct C { #[arg(long, env = \"JWT_SECRET\")] jwt_secret: String }",
        "struct C { #[serde(default = \"none\")] password: Option<String> } fn none() -> Option<String> { None }",
        "enum K { Password } impl Display for K { fn fmt(&self) { match self { K::Password => \"password\" } } }",
        "/// `postgres://app:n5Xq2V9t@db.corp.io/x`\nfn f() {}",
        "fn f() { let url = format!(\"postgres://{}:{}@{}/x\", u, p, h); }",
        "fn f() { let url = \"https://github.com/a/b\"; }",
        "fn f() { let salt = SaltString::generate(&mut OsRng); }",
        "fn f() { MODELS.get(\"cipher_keys\").map_or(\"cipher_keys\", |model| model.key) }",
        "const APP_HMAC_KEY: &str = \"app-hmac-key-v2\";",
        "const ATTR_OAUTH2_CLIENT_SECRET: &str = \"oauth2_client_secret\";",
        "const TEST_PW: &str = \"eeph7Thai6Ahxu\"; fn f(c: C) { c.reauth_password(TEST_PW) }",
        "fn f() { let s = std::env::var(\"JWT_SECRET\").unwrap_or_default(); if s.is_empty() { panic!() } }",
        "struct C { #[env_config(name = \"JWT_SECRET\", default = \"\")] key: String }",
        "impl Default for C { fn default() -> C { C { jwt_secret: \"\".into() } } }",
        "pub const LN_challengePassword: &[u8; 18] = b\"challengePassword\\0\";",
        "const PROXY_PASSWORD: &str = \"proxypassword\";",
        "const OID_USER_PASSWORD: &str = \"2.5.4.35\";",
        "const KDF_RAW_SECRET: &str = \"TRUNCATE\";",
        "fn f() { let mut key = [0; 32]; rng.fill(&mut key); hmac::Key::new(ALG, &key) }",
        "use std::collections::Key; fn f() { Key::from(b\"words\") }",
        "fn f() { Key::from(bytes) }",
        "fn f() { EncodingKey::from_secret(config.secret.as_bytes()) }",
    ] {
        assert_eq!(found(source), [], "{source}");
    }
}

#[test]
fn what_is_only_plausible_is_for_the_auditor() {
    for source in [
        "fn f() { let url = \"postgres://postgres:password@localhost/x\"; }",
        "fn f() { let db_password = env::var(\"DB_PASSWORD\").unwrap_or(\"postgres\".into()); }",
        "// see postgres://app:n5Xq2V9t@db.corp.io/x\nfn f() {}",
    ] {
        let personas: Vec<_> = found(source).into_iter().map(|it| it.2).collect();
        assert_eq!(personas, [Persona::Auditor], "{source}");
    }
}

#[test]
fn forms_are_found_wherever_they_are_written() {
    let token = ["ghp_zQWBuTSOoRi4A9sp", "HcVY5ncnsDkxkJ", "0mLq17"].concat();
    for source in [
        format!("fn f() {{ g(\"{token}\"); }}"),
        format!("fn f() {{ unknown! {{ => {token:?} }} }}"),
        format!("// was {token}\nfn f() {{}}"),
        format!("fn f( {{ \"{token}\""),
        format!("#[doc(alias = \"{token}\")] fn f() {{}}"),
    ] {
        let findings = rust_file(&extract(&source), &source, &|_| false);
        assert_eq!(findings.len(), 1, "{source}");
        assert_eq!(
            &source[findings[0].range.start as usize..findings[0].range.end as usize],
            token
        );
    }
    let source = format!("fn f() {{ g(\"{token}\"); }}");
    assert!(
        rust_file(&extract(&source), &source, &|_| true).is_empty(),
        "the caller knows of tests"
    );
}

#[test]
fn the_range_is_the_value_without_its_quotes() {
    for (source, value) in [
        (
            "const JWT_SECRET: &str = r#\"h7Gq2Lx9Rt4Vb8Nm1Zs6\"#;",
            "h7Gq2Lx9Rt4Vb8Nm1Zs6",
        ),
        (
            "const JWT_SECRET: &[u8] = b\"h7Gq2Lx9\\x01Rt4Vb8Nm\";",
            "h7Gq2Lx9\\x01Rt4Vb8Nm",
        ),
        (
            "struct C { #[arg(default_value = \"h7Gq2Lx9Rt4Vb8Nm1Zs6\")] jwt_secret: String }",
            "h7Gq2Lx9Rt4Vb8Nm1Zs6",
        ),
    ] {
        let findings = rust_file(&extract(source), source, &|_| false);
        let ranges: Vec<_> = findings
            .iter()
            .map(|it| &source[it.range.start as usize..it.range.end as usize])
            .collect();
        assert_eq!(ranges, [value], "{source}");
        assert!(!format!("{findings:?}").contains(value));
    }
}

#[test]
fn macros_put_tokens_together() {
    const TOKEN: [&str; 2] = ["AKIA", "Q3EGV7XWLM2NRT5P"];
    let [prefix, rest] = TOKEN;
    for (source, expected) in [
        (
            format!("const ID: &str = concat!(\"{prefix}\", \"{rest}\");"),
            1,
        ),
        (
            format!(
                "const END: &str = \"{rest}\"; fn id() -> String {{ format!(\"{prefix}{{}}\", END) }}"
            ),
            1,
        ),
        (
            format!("fn id(end: &str) -> String {{ format!(\"{prefix}{{end}}\") }}"),
            0,
        ),
        (
            format!(
                "#[cfg(test)] mod tests {{ const ID: &str = concat!(\"{prefix}\", \"{rest}\"); }}"
            ),
            0,
        ),
        (
            format!("const ID: (&str, &str) = (\"{prefix}\", \"{rest}\");"),
            0,
        ),
    ] {
        let findings = rust_file(&extract(&source), &source, &|_| false);
        assert_eq!(findings.len(), expected, "{source}: {findings:?}");
    }
}
