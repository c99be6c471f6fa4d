//! The commented file that `cargo moat init` writes.

use std::fmt::Write as _;

/// What was found in the code, for the settings that are proposed: nothing else is.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Frameworks with their versions.
    pub frameworks: Vec<String>,
    /// Services with their listeners.
    pub listeners: Vec<String>,
    /// Paths of our own types of which nobody could tell whether they authenticate.
    pub undecided: Vec<String>,
    /// Open endpoints that are so by nature (login, health, pages): method and path.
    pub public: Vec<(String, String)>,
    /// Settings that verdicts hang on, with the value that makes them hold, as TOML.
    pub settings: Vec<(String, String)>,
    /// A folder with code in it, relative to the root.
    pub folder: Option<String>,
    /// A pattern that many of the endpoints match.
    pub routes: Option<String>,
}

/// A complete `moat.toml` in which every setting is explained and switched off.
///
/// Explanations start with `# `, settings with `#`: taking away the `#` of a setting turns
/// it on. A setting names what was found in the code; where nothing was, it is only explained.
pub fn template(found: &Found) -> String {
    let mut out = String::from(HEAD);
    for (what, list) in [
        ("Frameworks found", &found.frameworks),
        ("Listeners found", &found.listeners),
    ] {
        if !list.is_empty() {
            let list: Vec<String> = list.iter().map(|it| one_line(it)).collect();
            let _ = writeln!(out, "# {what}: {}", list.join(", "));
        }
    }
    out.push_str(LEVELS);
    out.push_str(OVERRIDE);
    match &found.folder {
        Some(folder) => {
            let _ = write!(
                out,
                "#[[override]]\n#paths = [{}]\n#lints = {{ missing-rate-limit = \"allow\" }}\n#reason = \"say why\"\n",
                quoted(&format!("{folder}/**"))
            );
        }
        None => out.push_str("# No folder with code was found.\n"),
    }
    out.push_str(PUBLIC);
    let mut methods: Vec<&str> = found.public.iter().map(|it| it.0.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    let mut routes: Vec<String> = found.public.iter().map(|it| quoted(&it.1)).collect();
    routes.dedup();
    if routes.is_empty() {
        out.push_str("# No endpoint was found that is open by nature, such as a login.\n");
    } else {
        let _ = writeln!(out, "#[[public-routes]]\n#routes = [{}]", routes.join(", "));
        // An endpoint for any method is covered only without methods.
        if !methods.contains(&"ANY") {
            let methods: Vec<String> = methods.into_iter().map(quoted).collect();
            let _ = writeln!(out, "#methods = [{}]", methods.join(", "));
        }
        out.push_str("#reason = \"how to get in, and what everybody may read\"\n");
    }
    out.push_str(EXTERNAL);
    match &found.routes {
        Some(routes) => {
            let _ = write!(
                out,
                "#[[external]]\n#provides = [\"rate_limit\"]\n#routes = [{}]\n#by = \"say what\"\n#reason = \"say where that can be read\"\n",
                quoted(routes)
            );
        }
        None => out.push_str("# No endpoint was found.\n"),
    }
    out.push_str(ASSUME);
    if found.settings.is_empty() {
        out.push_str("# No verdict hangs on a setting.\n");
    } else {
        out.push_str("#[assume]\n");
    }
    for (name, value) in &found.settings {
        let _ = writeln!(out, "#{} = {value}", quoted(name));
    }
    out.push_str(POLICY);
    if let Some(routes) = &found.routes {
        let _ = write!(
            out,
            "#[[policy]]\n#name = \"say what\"\n#routes = [{}]\n#require = {{ authentication = \"required\" }}\n",
            quoted(routes)
        );
    }
    out.push_str(MODEL);
    if found.undecided.is_empty() {
        out.push_str("# No type of this code was found of which nobody can tell.\n");
    } else {
        out.push_str("# Found; keep those whose success proves who sends the request.\n");
    }
    for path in &found.undecided {
        let _ = write!(
            out,
            "#[[model]]\n#kind = \"extractor\"\n#path = {}\n#proves = \"identity\"\n",
            quoted(path)
        );
    }
    out
}

/// Text from the code must not end the comment that it stands in.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A TOML string on one line.
fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        one_line(text).replace('\\', "\\\\").replace('"', "\\\"")
    )
}

const HEAD: &str = "\
# Settings of cargo-moat. The chapter *Configuration* of its book explains all keys,
# `cargo moat lints` lists the lints, `cargo moat explain LINT` explains one.
# Take the `#` away to turn a setting on.
";

const LEVELS: &str = r#"
# Who reads the findings. `regular`: what is almost always wrong; `auditor`: everything plausible.
#persona = "regular"

# Leave out findings below this severity: low, medium, high, critical.
#min-severity = "low"

# Files that are read but not reported on: `[ignore]` with `paths`, patterns as in `[[override]]`.

# A level (allow, warn, deny) for a lint, a category or `all`. A table says why, and for how
# long: `{ level = "allow", reason = "..", owner = "..", ticket = "..", until = "2099-12-31" }`.
#[lints]
#missing-authentication = "deny"
"#;

const OVERRIDE: &str = r#"
# Levels for files (`paths`), for endpoints (`routes`, `methods`), or for endpoints in files.
# In patterns, `*` is one segment and `**` any number of them.
"#;

const PUBLIC: &str = r#"
# Endpoints that everybody may call: `[[public-routes]]` with `routes`, `methods` and `reason`.
"#;

const EXTERNAL: &str = r#"
# What something outside the code does (`[[external]]`): authentication, authorization,
# rate_limit, body_limit, timeout, cors, csrf, tracing.
"#;

const ASSUME: &str = r#"
# Settings whose value in production is known (`[assume]`); verdicts that hang on them are made
# with it.
"#;

const POLICY: &str = r#"
# What endpoints must have (`[[policy]]`), whatever comments and levels say.
"#;

const MODEL: &str = r#"
# What items of this code do (`[[model]]`), where the code itself does not show it.
"#;
