//! The commented file that `cargo moat init` writes.

use std::fmt::Write as _;

/// A complete `moat.toml` in which every setting is explained and switched off. The lists
/// say what was found in the code: frameworks, listeners, and the paths of local extractors.
///
/// Explanations start with `# `, settings with `#`: taking away the `#` of a setting turns
/// it on.
pub fn template(frameworks: &[String], listeners: &[String], extractors: &[String]) -> String {
    let mut out = String::from(HEAD);
    found(&mut out, "Frameworks found", frameworks);
    found(&mut out, "Listeners found", listeners);
    out.push_str(BODY);
    out.push_str(MODELS);
    if extractors.is_empty() {
        out.push_str(MODEL_EXAMPLE);
    } else {
        out.push_str(
            "# Extractors found; keep those whose success proves who sends the request.\n",
        );
    }
    for path in extractors {
        let path = one_line(path).replace(['"', '\\'], "");
        let _ = write!(
            out,
            "#[[model]]\n#kind = \"extractor\"\n#path = \"{path}\"\n#proves = \"identity\"\n"
        );
    }
    out
}

fn found(out: &mut String, what: &str, list: &[String]) {
    if !list.is_empty() {
        let list: Vec<String> = list.iter().map(|it| one_line(it)).collect();
        let _ = writeln!(out, "# {what}: {}", list.join(", "));
    }
}

/// Text from the code must not end the comment that it stands in.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

const HEAD: &str = "\
# Settings of cargo-moat. All keys: docs/configuration.md
# Take the `#` away to turn a setting on.
";

const BODY: &str = r#"
# Who reads the findings. `regular`: what is almost always wrong; `auditor`: everything plausible.
#persona = "regular"

# Leave out findings below this severity: low, medium, high, critical.
#min-severity = "low"

# Files that are read but not reported on.
#[ignore]
#paths = ["vendor/**"]

# A level (allow, warn, deny) for a lint, a category or `all`.
# A table says why, and for how long.
#[lints]
#missing-authentication = "deny"
#missing-rate-limit = { level = "allow", reason = "the gateway limits", owner = "platform", until = "2099-12-31" }

# Levels for files, for endpoints, or for endpoints in files.
# In routes, `*` is one segment and `**` any number of them.
#[[override]]
#paths = ["crates/legacy/**"]
#lints = { missing-rate-limit = "allow" }
#reason = "switched off next quarter"
#ticket = "PLAT-1"

# Endpoints that everybody may call.
#[[public-routes]]
#routes = ["/login", "/public/**"]
#methods = ["GET", "POST"]
#reason = "how to get in, and what everybody may read"

# What something outside the code does: authentication, authorization, rate_limit,
# body_limit, timeout, cors, csrf, tracing.
#[[external]]
#provides = ["rate_limit"]
#routes = ["/api/**"]
#by = "nginx gateway"
#reason = "limit_req in gateway/nginx.conf"

# Settings whose value in production is known; verdicts that hang on them are made with it.
#[assume]
#"settings.registry.auth_required" = true
"#;

const MODELS: &str = r#"
# What items of this code do, where the code itself does not show it.
"#;

const MODEL_EXAMPLE: &str = r#"#[[model]]
#kind = "extractor"
#path = "crate::auth::User"
#proves = "identity"
"#;
