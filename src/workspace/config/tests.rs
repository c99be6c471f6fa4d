//! What the parser makes of good, mistaken and hostile files.

use jiff::civil::date;

use super::exception::{AssumedValue, Control, ExceptionKind, ExceptionUses, Exceptions};
use super::*;

pub(super) const KNOWN: KnownNames<'static> = KnownNames {
    lints: &[
        "missing-authentication",
        "missing-rate-limit",
        "hardcoded-secret",
        "plain-http-client",
    ],
    categories: &["authentication", "limits", "secrets", "transport"],
    aliases: &[("missing-auth", "missing-authentication")],
};

const FULL: &str = r#"
persona = "auditor"
min-severity = "medium"

[lints]
all = "warn"
missing_auth = "deny"
secrets = "allow"
"missing-rate-limit" = { level = "allow", reason = "gateway", owner = "me", ticket = "T-1", until = "2027-01-01" }

[[override]]
paths = ["crates/legacy"]
routes = ["/internal/**"]
methods = ["post"]
lints = { missing-authentication = "allow" }
reason = "VPN only"

[[public-routes]]
routes = ["/login", "/public/**"]
methods = ["GET", "POST"]
reason = "how to get in"
until = 2027-01-01

[[external]]
provides = ["authentication", "rate-limit"]
routes = ["/api/**"]
services = ["shop"]
by = "nginx gateway"
reason = "auth_request"

[assume]
"settings.registry.auth_required" = true
mode.strict = "yes"
workers = { value = 0x10, reason = "production" }

[[model]]
kind = "extractor"
path = "crate::auth::User"
proves = "identity"
inner = 0

[ignore]
paths = ["vendor/**", "./generated/"]
"#;

#[test]
fn a_full_file_is_read() {
    for text in [FULL.to_owned(), FULL.replace('\n', "\r\n")] {
        let config = Config::parse("moat.toml", &text, &KNOWN).unwrap();
        assert_eq!(config.persona, Some(Persona::Auditor));
        assert_eq!(config.min_severity, Some(Severity::Medium));
        let lints: Vec<_> = config
            .lints
            .iter()
            .map(|it| (it.selector.to_string(), it.level))
            .collect();
        let expected = [
            ("all", Level::Warn),
            ("missing-authentication", Level::Deny),
            ("secrets", Level::Allow),
            ("missing-rate-limit", Level::Allow),
        ];
        assert_eq!(
            lints,
            expected.map(|(name, level)| (name.to_owned(), level))
        );
        let limit = &config.exceptions[config.lints[3].exception.unwrap().0 as usize];
        assert_eq!(limit.terms.owner.as_deref(), Some("me"));
        assert_eq!(limit.terms.until, Some(date(2027, 1, 1)));
        let over = &config.overrides[0];
        assert!(
            over.paths.matches("crates/legacy/src/lib.rs") && !over.paths.matches("crates/new.rs")
        );
        assert!(
            over.routes.matches("POST", "/internal/x")
                && !over.routes.matches("GET", "/internal/x")
        );
        let settings: Vec<_> = config
            .assumptions
            .iter()
            .map(|it| (it.setting.as_str(), &it.value))
            .collect();
        assert_eq!(
            settings,
            [
                ("settings.registry.auth_required", &AssumedValue::Bool(true)),
                ("mode.strict", &AssumedValue::Text("yes".to_owned())),
                ("workers", &AssumedValue::Integer(16)),
            ]
        );
        let model = &config.models[0];
        assert_eq!(
            (model.kind.as_str(), model.path.as_str()),
            ("extractor", "crate::auth::User")
        );
        assert_eq!(model.table["inner"].as_integer(), Some(0));
        let proves = model.ranges["proves"];
        assert_eq!(
            &text[proves.start as usize..proves.end as usize],
            "\"identity\""
        );
        assert!(!model.table.contains_key("kind"));
        assert!(
            config.ignored.matches("vendor/a/b.rs") && config.ignored.matches("generated/x.rs")
        );
        let kinds: Vec<_> = config.exceptions.iter().map(|it| it.kind).collect();
        use ExceptionKind::*;
        assert_eq!(
            kinds,
            [
                Lint,
                Override,
                PublicRoutes,
                External,
                Assumption,
                Assumption,
                Assumption
            ]
        );
        assert!(config.exceptions.iter().all(|it| it.broad.is_none()));
    }
    assert!(
        Config::parse("moat.toml", "", &KNOWN)
            .unwrap()
            .lints
            .is_empty()
    );
    assert!(
        Config::parse("moat.toml", "# nothing\r\n", &KNOWN)
            .unwrap()
            .models
            .is_empty()
    );
}

#[test]
fn look_ups_respect_dates_methods_and_services() {
    let config = Config::parse("moat.toml", FULL, &KNOWN).unwrap();
    let today = Exceptions::new(&config, date(2027, 1, 1));
    let later = Exceptions::new(&config, date(2027, 1, 2));
    for (method, path, expected) in [
        ("GET", "/login", true),
        ("get", "/public", true),
        ("GET", "/public/a/b", true),
        ("DELETE", "/login", false),
        ("ANY", "/login", false),
        ("GET", "/login/", false),
    ] {
        assert_eq!(
            today.public(method, path).is_some(),
            expected,
            "{method} {path}"
        );
        assert!(later.public(method, path).is_none());
    }
    let find = |control, service| later.external(control, service, "ANY", "/api/x").is_some();
    assert!(find(Control::RateLimit, Some("shop")));
    assert!(!find(Control::RateLimit, Some("blog")));
    assert!(!find(Control::RateLimit, None));
    assert!(!find(Control::Csrf, Some("shop")));
    assert!(
        today
            .assumption("settings.registry.auth_required")
            .is_some()
    );
    assert!(today.assumption("registry.auth_required").is_none());
    let mut uses = ExceptionUses::default();
    uses.insert(today.public("GET", "/login").unwrap().id);
    let mut all = ExceptionUses::default();
    all.merge(uses);
    assert!(all.contains(config.public_routes[0].id) && !all.contains(config.external[0].id));
}

/// The text that an error points at, its message, and its help.
fn mistakes(text: &str) -> Vec<(String, String, String)> {
    let errors = Config::parse("moat.toml", text, &KNOWN).expect_err(text);
    errors
        .into_iter()
        .map(|it| {
            assert_eq!(it.path, "moat.toml");
            let place = text
                .get(it.range.start as usize..it.range.end as usize)
                .expect("a place in the file");
            (
                place.lines().next().unwrap_or("").to_owned(),
                it.message,
                it.help.unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn every_mistake_has_a_place_and_a_remedy() {
    for (text, place, message, help) in [
        ("persone = 'x'", "persone", "unknown key `persone` in `moat.toml`", "did you mean `persona`?"),
        ("xyz = 1", "xyz", "unknown key", "the keys are `persona`, `min-severity`"),
        ("persona = 'auditer'", "'auditer'", "`auditer` is no persona", "did you mean `auditor`?"),
        ("persona = ''", "''", "`persona` is empty", ""),
        ("min-severity = 'huge'", "'huge'", "is no severity", "write one of `low`, `medium`, `high` and `critical`"),
        ("lints = 'deny'", "'deny'", "`lints` is a table, not a string", ""),
        ("lints.mising-auth = 'deny'", "mising-auth", "unknown lint `mising-auth`", "did you mean `missing-authentication`?"),
        ("lints.sqli = 'deny'", "sqli", "unknown lint `sqli`", "cargo moat lints"),
        ("lints.secrets = 'error'", "'error'", "`error` is no level", "did you mean `deny`?"),
        ("lints.secrets = 'dney'", "'dney'", "`dney` is no level", "did you mean `deny`?"),
        ("lints.secrets = true", "true", "the level of `secrets` is a string, not a boolean", "write `secrets = \"allow\"`"),
        ("lints.secrets = {}", "{}", "`level` is missing", "say what happens"),
        ("lints.secrets = { level = 'allow' }", "{ level = 'allow' }", "`reason` is missing", "say why"),
        ("lints.secrets = { level = 'warn', unitl = '2027-01-01' }", "unitl", "unknown key", "did you mean `until`?"),
        ("lints.secrets = { level = 'warn', until = '1.1.2027' }", "'1.1.2027'", "`1.1.2027` is no date", "2027-01-01"),
        ("lints.secrets = { level = 'warn', until = '2027-02-30' }", "'2027-02-30'", "is no date", ""),
        ("lints.secrets = { level = 'warn', until = 2027-01-01T00:00:00 }", "2027-01-01T00:00:00", "is no date", ""),
        ("lints.secrets = { level = 'warn', until = 2027 }", "2027", "`until` is a date, not an integer", ""),
        ("lints.missing-auth = 'warn'\nlints.missing_authentication = 'warn'", "missing_authentication", "set twice", "keep one"),
        ("override = {}", "{}", "`override` is a list of tables, not a table", "write `[[override]]`"),
        ("override = [1]", "1", "`override` is a table, not an integer", ""),
        ("[[override]]\nlints.secrets = 'warn'", "[[override]]", "`paths` is missing", "[lints]"),
        ("[[override]]\npaths = ['a']", "[[override]]", "`lints` is missing", ""),
        ("[[override]]\npaths = ['a']\nlints = {}", "{}", "`lints` is empty", ""),
        ("[[override]]\npaths = ['a']\nlints.secrets = 'allow'", "[[override]]", "`reason` is missing", "reviewer"),
        ("[[override]]\npaths = ['a']\nlints.secrets = { level = 'warn' }", "{ level = 'warn' }", "not a table", ""),
        ("[[override]]\npaths = 'a'\nlints.secrets = 'warn'", "'a'", "a list of strings, not a string", "put it in brackets"),
        ("[[override]]\npaths = []\nlints.secrets = 'warn'", "[]", "`paths` is empty", ""),
        ("[[override]]\npaths = [1]\nlints.secrets = 'warn'", "1", "an entry of `paths` is a string, not an integer", ""),
        ("[[override]]\npaths = ['a[']\nlints.secrets = 'warn'", "'a['", "bad path pattern `a[`", ""),
        ("[[override]]\npaths = ['a\\b']\nlints.secrets = 'warn'", "'a\\b'", "write paths with `/`", ""),
        ("[[override]]\npaths = ['/a']\nlints.secrets = 'warn'", "'/a'", "relative to the root", ""),
        ("[[override]]\npaths = ['../a']\nlints.secrets = 'warn'", "'../a'", "cannot leave", ""),
        ("[[override]]\npaths = ['!a']\nlints.secrets = 'warn'", "'!a'", "negated", ""),
        ("[[override]]\npaths = ['a']\nmethods = ['GET']\nlints.secrets = 'warn'", "['GET']", "`methods` without `routes`", ""),
        ("[[public-routes]]\nroutes = ['/a']", "[[public-routes]]", "`reason` is missing", ""),
        ("[[public-routes]]\nreason = 'x'", "[[public-routes]]", "`routes` is missing", ""),
        ("[[public-routes]]\nroutes = ['a']\nreason = 'x'", "'a'", "a route starts with `/`", ""),
        ("[[public-routes]]\nroutes = ['GET /a']\nreason = 'x'", "'GET /a'", "`GET` in `methods`", ""),
        ("[[public-routes]]\nroutes = ['/a**']\nreason = 'x'", "'/a**'", "`**` stands alone", ""),
        ("[[public-routes]]\nroutes = ['http://x/a']\nreason = 'x'", "'http://x/a'", "without scheme", ""),
        ("[[public-routes]]\nroutes = ['/a?b']\nreason = 'x'", "'/a?b'", "no query", ""),
        ("[[public-routes]]\nroutes = ['/a']\nmethods = ['GETT']\nreason = 'x'", "'GETT'", "`GETT` is no method", "did you mean `GET`?"),
        ("[[public-routes]]\nroutes = ['/a']\nreason = 3", "3", "`reason` is a string, not an integer", ""),
        ("[[external]]\nroutes = ['/a']\nby = 'x'\nreason = 'x'", "[[external]]", "`provides` is missing", ""),
        ("[[external]]\nprovides = ['auth']\nroutes = ['/a']\nby = 'x'\nreason = 'x'", "'auth'", "`auth` is no control", "did you mean `authentication`?"),
        ("[[external]]\nprovides = ['csrf']\nroutes = ['/a']\nreason = 'x'", "[[external]]", "`by` is missing", ""),
        ("[[policy]]\nroutes = '/a'\nrequire.csrf = true", "[[policy]]", "`name` is missing", "findings call it"),
        ("[[policy]]\nname = 'x'\nrequire.csrf = true", "[[policy]]", "`routes` is missing", "name the endpoints"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'", "[[policy]]", "`require` is missing", "say what they must have"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire = {}", "{}", "`require` is empty", "name a protection"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire = true", "true", "`require` is a table, not a boolean", ""),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.authentification = true", "authentification", "is no protection", "did you mean `authentication`?"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.rate-limits = true", "rate-limits", "is no protection", "did you mean `rate_limit`?"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.xyzzy = true", "xyzzy", "is no protection", "write one of `authentication`"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.csrf = false", "false", "requires nothing", "leave the key out"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.csrf = 1", "1", "`csrf` is `true` or a string, not an integer", "write `true`"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.authentication = 'optional'", "'optional'", "nothing that `authentication` can be required to be", "a policy requires"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.authorization = 'admin'", "'admin'", "nothing that `authorization`", "role:admin"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.authorization = 'role:'", "'role:'", "nothing that `authorization`", "role:admin"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.body_limit = '1MB'", "'1MB'", "nothing that `body_limit`", "<= 1MB"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.body_limit = '<= 1 XB'", "'<= 1 XB'", "nothing that `body_limit`", "<= 1MB"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.timeout = '<= -5s'", "'<= -5s'", "nothing that `timeout`", "<= 30s"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.cors = 'any'", "'any'", "nothing that `cors`", "named-origins"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire = { rate_limit = true, rate-limit = true }", "rate-limit", "required twice", "keep one"),
        ("[[policy]]\nname = 'x'\nroutes = 'a'\nrequire.csrf = true", "'a'", "a route starts with `/`", ""),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nmethods = 'GTE'\nrequire.csrf = true", "'GTE'", "`GTE` is no method", "did you mean `GET`?"),
        ("[[policy]]\nname = 'x'\nroutes = '/a'\nrequire.csrf = true\nremedi = 'y'", "remedi", "unknown key `remedi` in `policy`", "did you mean `remedy`?"),
        ("policy = [{ name = 'x', routes = '/a', require.csrf = true }, { name = 'x', routes = '/b', require.csrf = true }]", "'x'", "two policies `x`", "each its own"),
        ("assume = 1", "1", "`assume` is a table", ""),
        ("assume.x = 1.5", "1.5", "the value of `x` is a boolean, string or integer, not a float", ""),
        ("assume.x = 99999999999999999999", "99999999999999999999", "too large", ""),
        ("assume.x = { value = 1, reason = 'x', foo = 1 }", "foo", "unknown key `foo`", ""),
        ("[[model]]\npath = 'a'", "[[model]]", "`kind` is missing", ""),
        ("[[model]]\nkind = 'extracter'\npath = 'a'", "'extracter'", "is no kind", "did you mean `extractor`?"),
        ("[[model]]\nkind = 'layer'", "[[model]]", "`path` is missing", ""),
        ("ignore = ['a']", "['a']", "`ignore` is a table, not a list", ""),
        ("ignore.path = ['a']", "path", "unknown key `path` in `ignore`", "did you mean `paths`?"),
    ] {
        let found = mistakes(text);
        let [(found_place, found_message, found_help)] = found.as_slice() else {
            panic!("{text}: {found:#?}");
        };
        assert_eq!(found_place, place, "{text}");
        assert!(found_message.contains(message), "{text}: {found_message}");
        assert!(found_help.contains(help), "{text}: {found_help}");
    }
}

#[test]
fn a_policy_is_read_as_it_is_written() {
    let text = "[[policy]]\nname = 'p'\nroutes = '/a/**'\nmethods = ['post']\nowner = 'o'\nremedy = 'r'\n\
        [policy.require]\nauthentication = 'required'\nauthorization = 'role:admin'\nrate-limit = true\n\
        body_limit = '<= 1MB'\ntimeout = '<=1m 30s'\ncors = 'named-origins'\n";
    let config = Config::parse("moat.toml", text, &KNOWN).expect("a policy");
    let [policy] = config.policies.as_slice() else {
        panic!("{:?}", config.policies)
    };
    let wanted: Vec<_> = policy
        .requires
        .iter()
        .map(|it| (it.control, it.wanted.clone()))
        .collect();
    assert_eq!(
        wanted,
        [
            (Control::Authentication, Wanted::Required),
            (Control::Authorization, Wanted::Right("role:admin".into())),
            (Control::RateLimit, Wanted::Required),
            (Control::BodyLimit, Wanted::Bytes(1_000_000)),
            (
                Control::Timeout,
                Wanted::Time(std::time::Duration::from_secs(90))
            ),
            (Control::Cors, Wanted::NamedOrigins),
        ]
    );
    // An endpoint for any method takes what the policy is about, too.
    for (method, path, expected) in [
        ("POST", "/a/b", true),
        ("ANY", "/a", true),
        ("GET", "/a/b", false),
        ("POST", "/b", false),
    ] {
        assert_eq!(policy.covers(method, path), expected, "{method} {path}");
    }
    assert!(config.exceptions.is_empty());
}

#[test]
fn levels_of_policies_are_not_lowered() {
    let known = KnownNames {
        lints: FIXED_LINTS,
        ..KNOWN
    };
    for (text, is_mistake) in [
        ("[lints]\nviolated-policy = 'allow'", true),
        (
            "[lints]\nweakened-protection = { level = 'warn', reason = 'x' }",
            true,
        ),
        (
            "[[override]]\npaths = ['a']\nlints.unaccepted-endpoint = 'warn'",
            true,
        ),
        ("[lints]\nviolated-policy = 'deny'", false),
        ("[lints]\nall = 'warn'", false),
    ] {
        let errors = Config::parse("moat.toml", text, &known)
            .err()
            .unwrap_or_default();
        let said = errors
            .iter()
            .any(|it| it.message.contains("cannot be lowered"));
        assert_eq!(
            (said, errors.len()),
            (is_mistake, usize::from(is_mistake)),
            "{text}"
        );
    }
}

#[test]
fn all_mistakes_are_reported_in_order() {
    let text = "persona = 3\nmin-severity = 'x'\nnope = 1\n[lints]\nfoo = 'deny'\nsecrets = 'loud'\n\
        [[override]]\nlints = { bar = 'warn' }\n[[model]]\nkind = 1\n";
    let places: Vec<String> = mistakes(text)
        .into_iter()
        .map(|(place, ..)| place)
        .collect();
    let expected = [
        "3",
        "'x'",
        "nope",
        "foo",
        "'loud'",
        "[[override]]",
        "bar",
        "[[model]]",
        "1",
    ];
    assert_eq!(places, expected);
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn broken_syntax_is_one_mistake_and_hides_none_elsewhere() {
    for (text, message) in [
        ("persona = \"auditor\npersonx = 'x'", "unknown key `personx`"),
        ("a = = 1\n[lints]\nfoo = 'deny'", "unknown lint `foo`"),
        ("persona = 'auditor'\npersona = 'regular'\nx = 1", "duplicate key"),
        ("[lints]\n[lints]\n", "duplicate key"),
        ("[[lints]]\n[lints]", "duplicate key"),
        ("[", ""),
        ("=", ""),
        ("\u{0}", ""),
        ("\u{feff}\u{feff}", ""),
        ("a = 'x", ""),
        ("a = \"\"\"", ""),
        ("a.b.c = 1\n[[a.b]]", ""),
    ] {
        let found = mistakes(text);
        assert!(
            found.iter().any(|(_, it, _)| it.contains(message)),
            "{text:?}: {found:#?}"
        );
    }
}

#[test]
fn hostile_files_end_in_mistakes() {
    let deep_arrays = format!("a = {}", "[".repeat(50_000));
    let closed_arrays = format!("a = {}{}", "[".repeat(50_000), "]".repeat(50_000));
    let deep_tables = "a = {".repeat(50_000);
    let deep_keys = format!("[{}]", vec!["a"; 50_000].join("."));
    let deep_assume = format!("assume.{} = true", vec!["a"; 5_000].join("."));
    let many_keys: String = (0..5_000).map(|n| format!("key{n} = 1\n")).collect();
    let long_key = format!("{} = 1", "k".repeat(200_000));
    let long_lint = format!("lints.{} = 'deny'", "missing-".repeat(20_000));
    let long_glob = format!("ignore.paths = ['{}']", "{a,b}".repeat(5_000));
    let braces = format!("ignore.paths = ['{}']", "{".repeat(1000));
    for text in [
        &deep_arrays,
        &closed_arrays,
        &deep_tables,
        &deep_keys,
        &deep_assume,
        &many_keys,
        &long_key,
        &long_lint,
        &long_glob,
        &braces,
    ] {
        let found = Config::parse("moat.toml", text, &KNOWN).expect_err(&text[..40]);
        assert!(!found.is_empty() && found.len() <= 100);
        assert!(found.windows(2).all(|pair| pair[0].range <= pair[1].range));
    }
}

#[test]
fn a_value_of_the_wrong_type_is_never_taken() {
    let keys = [
        "persona",
        "min-severity",
        "lints",
        "override",
        "public-routes",
        "external",
        "assume",
        "model",
        "ignore",
        "lints.all",
        "lints.all.level",
        "assume.x",
        "ignore.paths",
    ];
    let values = [
        "1",
        "1.5",
        "true",
        "'#'",
        "[]",
        "[[]]",
        "[1]",
        "{}",
        "{ a = {} }",
        "1979-05-27",
        "[{}]",
        "['']",
    ];
    for key in keys {
        for value in values {
            // What comes of it is an error or a setting, and neither panics nor loses its place.
            if let Err(errors) = Config::parse("moat.toml", &format!("{key} = {value}"), &KNOWN) {
                assert!(
                    errors.iter().all(|it| it.range.end > it.range.start),
                    "{key} = {value}"
                );
            }
        }
    }
    for list in ["override", "public-routes", "external", "model"] {
        for key in [
            "routes", "methods", "paths", "lints", "reason", "owner", "ticket", "until",
            "provides", "by", "kind", "path", "services",
        ] {
            for value in values {
                let text = format!("[[{list}]]\n{key} = {value}");
                Config::parse("moat.toml", &text, &KNOWN).expect_err(&text);
            }
        }
    }
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn broad_entries_are_marked() {
    for (text, broad) in [
        ("lints.all = 'allow'", true),
        ("lints.all = 'warn'", false),
        ("lints.all = { level = 'allow', reason = 'x' }", true),
        ("lints.secrets = { level = 'allow', reason = 'x' }", false),
        ("[[override]]\npaths = ['**']\nlints.secrets = 'allow'\nreason = 'x'", true),
        ("[[override]]\npaths = ['a/**']\nlints.all = 'allow'\nreason = 'x'", true),
        ("[[override]]\npaths = ['a/**']\nlints.secrets = 'allow'\nreason = 'x'", false),
        ("[[override]]\nroutes = ['/**']\nlints.secrets = 'allow'\nreason = 'x'", true),
        ("[[override]]\npaths = ['**']\nlints.secrets = 'deny'\nreason = 'x'", false),
        ("[[public-routes]]\nroutes = ['/**']\nreason = 'x'", true),
        ("[[public-routes]]\nroutes = ['/a', '**']\nreason = 'x'", true),
        ("[[public-routes]]\nroutes = ['/**/*']\nreason = 'x'", true),
        ("[[public-routes]]\nroutes = ['/**']\nmethods = ['GET']\nreason = 'x'", false),
        ("[[public-routes]]\nroutes = ['/*']\nreason = 'x'", false),
        ("[[external]]\nprovides = ['authentication']\nroutes = ['/**']\nby = 'x'\nreason = 'x'", true),
        ("[[external]]\nprovides = ['authentication']\nroutes = ['/**']\nservices = ['a']\nby = 'x'\nreason = 'x'", false),
        ("[[external]]\nprovides = ['rate_limit']\nroutes = ['/**']\nby = 'x'\nreason = 'x'", false),
    ] {
        let config = Config::parse("moat.toml", text, &KNOWN).expect(text);
        assert_eq!(
            config.exceptions.iter().any(|it| it.broad.is_some()),
            broad,
            "{text}"
        );
    }
}

#[test]
#[rustfmt::skip] // A table reads better in rows.
fn settings_live_in_one_place() {
    let toml = Some(ConfigFile {
        path: "moat.toml",
        text: "persona = 'auditor'",
    });
    let plain = Some(ConfigFile {
        path: "Cargo.toml",
        text: "[package]\nname = 'moat'\nversion = '1'",
    });
    let workspace = "[workspace.metadata.moat]\npersona = 'auditor'";
    let package = "[package.metadata.moat]\npersona = 'auditor'";
    let manifest = |text| {
        Some(ConfigFile {
            path: "Cargo.toml",
            text,
        })
    };
    for (moat_toml, cargo_toml, expected) in [
        (None, None, Ok(None)),
        (None, plain, Ok(None)),
        (toml, None, Ok(Some("moat.toml"))),
        (toml, plain, Ok(Some("moat.toml"))),
        (None, manifest(workspace), Ok(Some("Cargo.toml"))),
        (None, manifest(package), Ok(Some("Cargo.toml"))),
        (toml, manifest(workspace), Err("settings in `moat.toml` and in `Cargo.toml`")),
        (toml, manifest("[package.metadata.moat]\nx = 1"), Err("settings in `moat.toml` and in `Cargo.toml`")),
        (None, manifest("[package.metadata.moat]\nx = 1"), Err("unknown key `x` in `package.metadata.moat`")),
        (None, manifest("[workspace.metadata]\nmoat = 1"), Err("`workspace.metadata.moat` is a table, not an integer")),
    ] {
        match (locate(moat_toml, cargo_toml, &KNOWN), expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!(found.as_ref().map(|(path, _)| *path), expected);
                assert!(found.is_none_or(|(_, config)| config.persona == Some(Persona::Auditor)));
            }
            (Err(errors), Err(expected)) => {
                assert!(errors[0].message.contains(expected), "{errors:?}")
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }
    let both = format!("{workspace}\n{package}");
    let errors = Config::parse_manifest("Cargo.toml", &both, &KNOWN).unwrap_err();
    assert_eq!(errors[0].kind, ConfigErrorKind::TwoPlaces);
}

#[test]
fn the_template_says_nothing_until_it_is_told_to() {
    let list = |items: &[&str]| items.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let found = Found {
        frameworks: list(&["axum 0.8", "x\ny = 1"]),
        listeners: list(&["src/main.rs:9"]),
        undecided: list(&["shop::auth::User", "a\nevil = 1\n\"]"]),
        public: vec![pair("POST", "/login"), pair("GET", "/a\"b\\")],
        settings: vec![pair("settings.auth", "true"), pair("mode\n", "\"on\"")],
        folder: Some("src/routes".to_owned()),
        routes: Some("/api/**".to_owned()),
    };
    for (found, exceptions) in [(Found::default(), 0), (found, 5)] {
        let text = template(&found);
        let silent = Config::parse("moat.toml", &text, &KNOWN).expect(&text);
        assert!(
            silent.exceptions.is_empty() && silent.models.is_empty() && silent.lints.is_empty()
        );
        let on: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let config = Config::parse("moat.toml", &on, &KNOWN)
            .unwrap_or_else(|errors| panic!("{errors:#?}\n{on}"));
        assert_eq!(config.exceptions.len(), exceptions, "{on}");
        // Nothing is named that was not found.
        let models: Vec<&str> = config.models.iter().map(|it| it.path.as_str()).collect();
        let undecided = found.undecided.iter().map(|it| it.replace('\n', " "));
        assert_eq!(models, undecided.collect::<Vec<_>>());
        for key in super::parse::ROOT_KEYS {
            assert!(on.contains(key), "the template does not show `{key}`");
        }
    }
}

#[test]
fn one_wrong_key_is_one_mistake() {
    for (text, meant) in [
        ("[[public-routes]]\nrouts = ['/a']\nreason = 'x'", "routes"),
        ("[[public-routes]]\nroutes = ['/a']\nreson = 'x'", "reason"),
        (
            "[[external]]\nprovide = ['cors']\nroutes = ['/a']\nby = 'x'\nreason = 'y'",
            "provides",
        ),
        (
            "[lints]\nsecrets = { levl = 'allow', reason = 'x' }",
            "level",
        ),
        (
            "[[override]]\nroutes = ['/a']\nlint = { secrets = 'allow' }\nreason = 'x'",
            "lints",
        ),
        (
            "[[override]]\nroute = ['/a']\nmethods = ['GET']\nlints = { secrets = 'warn' }",
            "routes",
        ),
        (
            "[[override]]\npath = ['a']\nlints = { secrets = 'warn' }",
            "paths",
        ),
    ] {
        let errors = Config::parse("moat.toml", text, &KNOWN).expect_err(text);
        let [only] = errors.as_slice() else {
            panic!("{text}: {errors:#?}")
        };
        assert_eq!(only.kind, ConfigErrorKind::UnknownKey, "{text}");
        let help = format!("did you mean `{meant}`?");
        assert_eq!(only.help.as_deref(), Some(help.as_str()), "{text}");
    }
    // What is neither there nor written wrongly is a mistake of its own.
    let errors = Config::parse("moat.toml", "[[public-routes]]\nrouts = ['/a']", &KNOWN);
    assert_eq!(errors.expect_err("two mistakes").len(), 2);
}

#[test]
fn the_book_lists_every_key() {
    let book = include_str!("../../../docs/configuration.md");
    let keys = super::parse::ROOT_KEYS
        .iter()
        .chain(super::parse::TERMS_KEYS);
    let more = [
        "paths", "routes", "methods", "provides", "services", "by", "kind", "path", "level",
    ];
    for key in keys.chain(&more) {
        assert!(
            book.contains(&format!("`{key}`")),
            "docs/configuration.md does not explain `{key}`"
        );
    }
    for control in Control::ALL {
        assert!(
            book.contains(&format!("`{}`", control.as_str())),
            "{control:?}"
        );
    }
    // Its examples are what they claim to be.
    for block in book.split("```toml\n").skip(1) {
        let text = block.split("```").next().unwrap_or("");
        let manifest = text.contains("metadata.moat");
        let result = if manifest {
            Config::parse_manifest("Cargo.toml", text, &KNOWN).map(|found| found.is_some())
        } else {
            Config::parse("moat.toml", text, &KNOWN).map(|_| true)
        };
        assert_eq!(result, Ok(true), "{text}");
    }
}
