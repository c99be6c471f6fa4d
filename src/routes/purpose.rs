//! What an endpoint is for, by the words of its path and of its handler's name.
//!
//! Whole words count, not parts of words: `/tokens-of-appreciation` is no token endpoint.
//! Where a name could mean something that needs authentication as well, it is
//! [`Purpose::Ordinary`].

use super::endpoint::Purpose;

/// What an endpoint is for. `path` is the full path, `handler` the handler's name.
pub fn purpose(method: &str, path: &str, handler: &str) -> Purpose {
    let names = Names::new(path, handler);
    let reads = matches!(method, "GET" | "HEAD" | "OPTIONS");
    if reads && names.is_static() {
        return Purpose::Static;
    }
    if names.is_login(method) {
        return Purpose::Credential;
    }
    let privileged = privileged_word(path).is_some();
    if !privileged && names.is_account(method) {
        return Purpose::Account;
    }
    if names.is_capability() {
        return Purpose::Capability;
    }
    if names.is_webhook() {
        return Purpose::Webhook;
    }
    if privileged {
        return if reads && names.is_health() {
            Purpose::Health
        } else {
            Purpose::Ordinary
        };
    }
    if (reads || method == "ANY") && names.is_health() {
        return Purpose::Health;
    }
    if method == "ANY" && names.is_static() {
        return Purpose::Static;
    }
    Purpose::Ordinary
}

/// What a method of a gRPC service is for, by its own name: those of packages and services say too
/// little, but for gRPC's own.
pub fn of_rpc(path: &str, handler: &str) -> Purpose {
    if path.starts_with("/grpc.health.") {
        return Purpose::Health;
    }
    // It describes the services.
    if path.starts_with("/grpc.reflection.") {
        return Purpose::Static;
    }
    let method = path.rsplit('/').next().unwrap_or_default();
    let names = Names::new(&format!("/{method}"), handler);
    let privileged = privileged_word(path).is_some();
    if reads_by_name(path) {
        return match names.is_health() {
            true => Purpose::Health,
            false => Purpose::Ordinary,
        };
    }
    if names.is_login("POST") {
        Purpose::Credential
    } else if !privileged && names.is_account("POST") {
        Purpose::Account
    } else if names.is_webhook() {
        Purpose::Webhook
    } else {
        Purpose::Ordinary
    }
}

/// What an operation of a GraphQL schema is for, by its own name.
pub fn of_operation(changes: bool, name: &str, handler: &str) -> Purpose {
    let path = format!("/{name}");
    let names = Names::new(&path, handler);
    if !changes {
        return match names.is_health() {
            true => Purpose::Health,
            false => Purpose::Ordinary,
        };
    }
    if names.is_login("POST") {
        Purpose::Credential
    } else if privileged_word(&path).is_none() && names.is_account("POST") {
        Purpose::Account
    } else {
        Purpose::Ordinary
    }
}

/// Whether the last name of a path says that it only reads: `/shop.v1.Orders/GetOrder`.
pub fn reads_by_name(path: &str) -> bool {
    const WORDS: [&str; 33] = [
        "get",
        "list",
        "check",
        "watch",
        "read",
        "find",
        "fetch",
        "search",
        "query",
        "count",
        "describe",
        "lookup",
        "exists",
        "has",
        "is",
        "show",
        "scan",
        "scroll",
        "subscribe",
        "tail",
        "monitor",
        "stat",
        "stats",
        "status",
        "health",
        "ping",
        "version",
        "ready",
        "alive",
        "live",
        "metrics",
        "heartbeat",
        "echo",
    ];
    let names = words(path.rsplit('/').next().unwrap_or_default());
    let first = names
        .iter()
        .find(|it| !matches!(it.as_str(), "batch" | "stream"));
    first.is_some_and(|it| WORDS.contains(&it.as_str()))
}

/// The word of a path that says that only some may come in, whoever the service is for.
pub fn privileged_word(path: &str) -> Option<String> {
    const WORDS: [&str; 21] = [
        "admin",
        "admins",
        "administration",
        "administrator",
        "superuser",
        "superadmin",
        "backoffice",
        "debug",
        "internal",
        "manage",
        "management",
        "pprof",
        "actuator",
        "sudo",
        "impersonate",
        "audit",
        "auditlog",
        "shutdown",
        "maintenance",
        "operator",
        "sysadmin",
    ];
    segments(path)
        .iter()
        .flat_map(|segment| words(segment))
        .find(|word| WORDS.contains(&word.as_str()))
}

/// The words of a name or path: split where it is no letter or digit, and at humps.
pub fn words(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for c in text.chars() {
        let splits = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && lower_before);
        if splits && !word.is_empty() {
            all.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}

/// The literal segments of a path.
pub fn segments(path: &str) -> Vec<&str> {
    path.split('/')
        .filter(|it| !it.is_empty() && !it.starts_with('{'))
        .collect()
}

struct Names {
    /// The words of each literal segment.
    path: Vec<Vec<String>>,
    /// All of them.
    flat: Vec<String>,
    /// The words of the handler's own name.
    handler: Vec<String>,
    /// Whether the path ends in a parameter.
    ends_in_parameter: bool,
    raw: String,
}

impl Names {
    fn new(path: &str, handler: &str) -> Names {
        let handler = handler.rsplit("::").next().unwrap_or_default();
        let path_words: Vec<Vec<String>> = segments(path).into_iter().map(words).collect();
        Names {
            flat: path_words.concat(),
            path: path_words,
            handler: words(handler),
            ends_in_parameter: path.trim_end_matches('/').ends_with('}'),
            raw: path.to_ascii_lowercase(),
        }
    }

    fn last(&self) -> &[String] {
        self.path.last().map_or(&[], Vec::as_slice)
    }

    /// Whether one of the words stands in the path or in the handler's name.
    fn any(&self, wanted: &[&str]) -> bool {
        self.in_path(wanted) || has(&self.handler, wanted)
    }

    fn in_path(&self, wanted: &[&str]) -> bool {
        self.path.iter().any(|segment| has(segment, wanted))
    }

    /// Whether the words follow each other in a segment, in the handler's name, or as segments.
    fn phrase(&self, first: &str, second: &str) -> bool {
        let pair = |all: &[String]| all.windows(2).any(|it| it[0] == first && it[1] == second);
        pair(&self.flat) || pair(&self.handler)
    }

    fn is_login(&self, method: &str) -> bool {
        const SURE: [&str; 22] = [
            "login",
            "logon",
            "signin",
            "logout",
            "logoff",
            "signout",
            "oauth",
            "oauth2",
            "oidc",
            "openid",
            "saml",
            "saml2",
            "sso",
            "authenticate",
            "authorize",
            "webauthn",
            "passkey",
            "passkeys",
            "otp",
            "totp",
            "mfa",
            "2fa",
        ];
        const PHRASES: [(&str, &str); 12] = [
            ("log", "in"),
            ("sign", "in"),
            ("log", "out"),
            ("sign", "out"),
            ("magic", "link"),
            ("refresh", "token"),
            ("refresh", "jwt"),
            ("renew", "token"),
            ("token", "renew"),
            ("token", "refresh"),
            ("auth", "callback"),
            ("token", "exchange"),
        ];
        if matches!(method, "DELETE" | "PATCH" | "PUT")
            && !self.any(&["logout", "signout", "session", "sessions", "login"])
        {
            return false;
        }
        if self.any(&SURE) || PHRASES.iter().any(|(a, b)| self.phrase(a, b)) {
            return true;
        }
        if self.ends_in_parameter {
            return false;
        }
        let last = self.last();
        let only = |allowed: &[&str]| {
            !last.is_empty() && last.iter().all(|word| allowed.contains(&word.as_str()))
        };
        // Something secret is exchanged for a token.
        let exchanges = || {
            let of = ["auth", "token", "credential", "credentials", "session"];
            last.first().is_some_and(|it| it == "exchange") && self.any(&of)
        };
        only(&["callback"])
            || method == "POST"
                && (exchanges()
                    || only(&[
                        "auth", "token", "access", "refresh", "jwt", "renew", "verify", "validate",
                    ])
                    || only(&["session"])
                    || only(&["sessions"]))
            || method == "DELETE" && (only(&["session"]) || only(&["sessions"]))
    }

    fn is_account(&self, method: &str) -> bool {
        const SURE: [&str; 8] = [
            "register",
            "registration",
            "signup",
            "unsubscribe",
            "forgot",
            "subscribe",
            "captcha",
            "reverify",
        ];
        // Of an account only where something says so: orders are confirmed and disks recovered too.
        const OF_ACCOUNTS: [&str; 8] = [
            "recover",
            "recovery",
            "activate",
            "activation",
            "confirm",
            "confirmation",
            "verification",
            "verify",
        ];
        const CONTEXT: [&str; 24] = [
            "auth",
            "account",
            "accounts",
            "user",
            "users",
            "email",
            "mail",
            "password",
            "signup",
            "registration",
            "registrations",
            "subscription",
            "subscriptions",
            "subscriber",
            "member",
            "members",
            "invite",
            "invites",
            "invitation",
            "invitations",
            "phone",
            "otp",
            "identity",
            "newsletter",
        ];
        const PHRASES: [(&str, &str); 11] = [
            ("sign", "up"),
            ("reset", "password"),
            ("password", "reset"),
            ("verify", "email"),
            ("email", "verify"),
            ("accept", "invite"),
            ("accept", "invitation"),
            ("invite", "accept"),
            ("invitation", "accept"),
            ("password", "recovery"),
            ("lost", "password"),
        ];
        if method == "DELETE" {
            return false;
        }
        let reads_invitation = method == "GET"
            && self.ends_in_parameter
            && has(
                self.last(),
                &["invite", "invites", "invitation", "invitations"],
            );
        // `register_webhook` registers something else.
        let names_it = self.handler.first().is_some_and(|first| {
            SURE.contains(&first.as_str())
                && self.handler[1..].iter().all(|it| {
                    [
                        "user", "account", "handler", "form", "post", "email", "page", "submit",
                    ]
                    .contains(&it.as_str())
                })
        });
        // `/confirm/{token}`, `/users/confirm`, `confirm_deletion` below `/account`.
        let says_nothing = |segment: &Vec<String>| has(segment, &["api", "ui", "web", "v1", "v2"]);
        let alone = self.path.iter().filter(|it| !says_nothing(it)).count() == 1;
        let first = self.handler.first().map_or("", String::as_str);
        let of_account = (self.in_path(&OF_ACCOUNTS) && (alone || self.any(&CONTEXT)))
            || (OF_ACCOUNTS.contains(&first) || has(&self.handler, &["verification"]))
                && self.any(&["auth", "account", "email", "newsletter", "subscriptions"]);
        self.in_path(&SURE)
            || names_it
            || of_account
            || PHRASES.iter().any(|(a, b)| self.phrase(a, b))
            || reads_invitation
    }

    /// A parameter of the path is a secret: `/hooks/{id}/{token}`, not `/tokens/{token}`.
    fn is_capability(&self) -> bool {
        const SECRETS: [&str; 4] = ["token", "secret", "signature", "jwt"];
        let mut before = "";
        for segment in self.raw.split('/').filter(|it| !it.is_empty()) {
            let collection = before.strip_suffix('s').unwrap_or(before);
            if segment.starts_with('{')
                && let Some(last) = words(segment).last()
                && SECRETS.contains(&last.as_str())
                && !words(collection).contains(last)
            {
                return true;
            }
            before = segment;
        }
        false
    }

    fn is_health(&self) -> bool {
        const SURE: [&str; 20] = [
            "health",
            "healthz",
            "healthcheck",
            "ready",
            "readyz",
            "readiness",
            "livez",
            "liveness",
            "alive",
            "ping",
            "metrics",
            "heartbeat",
            "version",
            "versions",
            "uptime",
            "prometheus",
            "nodeinfo",
            "teapot",
            "healthy",
            "startupz",
        ];
        let last = self.last();
        let single = |word: &str| last.len() == 1 && last[0] == word;
        !self.raw.contains('{')
            && (has(last, &SURE)
                || single("live")
                || single("up")
                || single("status")
                || single("about")
                || has(&self.handler, &["health", "healthcheck", "healthz", "ping"]))
    }

    fn is_static(&self) -> bool {
        const SURE: [&str; 26] = [
            "static",
            "assets",
            "asset",
            "favicon",
            "robots",
            "swagger",
            "openapi",
            "redoc",
            "rapidoc",
            "scalar",
            "sitemap",
            "graphiql",
            "playground",
            "css",
            "js",
            "fonts",
            "wasm",
            "apidoc",
            "webfinger",
            "manifest",
            "dist",
            "opensearch",
            "apidocs",
            "javascript",
            // Public keys.
            "jwk",
            "jwks",
        ];
        const ENDINGS: [&str; 12] = [
            ".js", ".css", ".ico", ".png", ".svg", ".txt", ".html", ".webp", ".wasm", ".woff2",
            ".jpg", ".map",
        ];
        let docs = self
            .path
            .iter()
            .any(|segment| segment.len() == 1 && matches!(segment[0].as_str(), "docs" | "doc"));
        self.in_path(&SURE)
            || docs
            || self.phrase("well", "known")
            || self.phrase("api", "docs")
            // Pictures that pages show to everybody.
            || has(self.last(), &["avatar", "logo", "icon", "favicon", "thumbnail"])
            || ENDINGS.iter().any(|ending| self.raw.ends_with(ending))
    }

    fn is_webhook(&self) -> bool {
        let receives = |last: &[String]| has(last, &["webhook", "hook", "inbox"]);
        receives(self.last())
            || self.path.iter().any(|it| has(it, &["webhook"]))
            || (self.in_path(&["webhooks"]) && !has(self.last(), &["webhooks"]))
            || self.handler.len() == 1 && has(&self.handler, &["webhook"])
            || self.handler.last().is_some_and(|it| it == "webhook")
                && self.handler.first().is_some_and(|it| {
                    matches!(it.as_str(), "handle" | "receive" | "on" | "process")
                })
    }
}

fn has(all: &[String], wanted: &[&str]) -> bool {
    all.iter().any(|word| wanted.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rpcs_tell_it_by_their_own_names() {
        use Purpose::{Account, Credential, Health, Ordinary, Static};
        for (path, reads, expected) in [
            ("/oauth.v1.OAuthClients/DeleteClient", false, Ordinary),
            ("/auth.v1.Auth/Login", false, Credential),
            ("/auth.v1.Auth/RefreshToken", false, Credential),
            ("/auth.v1.Users/Register", false, Account),
            ("/auth.v1.Users/GetUser", true, Ordinary),
            ("/shop.v1.Orders/BatchGetOrders", true, Ordinary),
            ("/shop.v1.Orders/Getaway", false, Ordinary),
            ("/shop.v1.Orders/SetVersion", false, Ordinary),
            ("/shop.v1.Shop/HealthCheck", true, Health),
            ("/shop.v1.Shop/Status", true, Health),
            ("/grpc.health.v1.Health/Watch", true, Health),
            (
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                false,
                Static,
            ),
        ] {
            assert_eq!(reads_by_name(path), reads, "{path}");
            assert_eq!(of_rpc(path, "f"), expected, "{path}");
        }
    }

    #[test]
    fn names_tell_the_purpose() {
        use Purpose::{Account, Credential, Health, Ordinary, Static, Webhook};
        let cases = [
            ("POST", "/login", "login", Credential),
            ("POST", "/api/v1/users/login", "f", Credential),
            (
                "POST",
                "/user/token/renew",
                "renew_token_handler",
                Credential,
            ),
            ("POST", "/token", "issue", Credential),
            ("GET", "/oauth2/{provider}/start", "start", Credential),
            ("GET", "/auth/callback", "done", Credential),
            ("POST", "/logout", "log_out", Credential),
            ("DELETE", "/session", "end", Credential),
            ("POST", "/enter", "sign_in", Credential),
            ("POST", "/enter", "signIn", Credential),
            // Not logins, though their names hold the words.
            ("POST", "/tokens/{id}/rename", "rename", Ordinary),
            ("DELETE", "/tokens/{id}", "delete_token", Ordinary),
            ("POST", "/user/add_token", "add_token", Ordinary),
            ("POST", "/authors", "create_author", Ordinary),
            ("POST", "/assignments", "assign", Ordinary),
            ("POST", "/register", "register", Account),
            ("POST", "/users/sign-up", "f", Account),
            ("POST", "/password/reset", "f", Account),
            ("GET", "/email/verify/{token}", "f", Account),
            ("GET", "/subscriptions/confirm", "confirm", Account),
            ("POST", "/subscriptions", "subscribe", Account),
            ("PUT", "/auth/account/delete", "confirm_deletion", Account),
            (
                "POST",
                "/auth/account/resend",
                "resend_verification",
                Account,
            ),
            ("GET", "/account/captcha", "get_captcha", Account),
            // Not of accounts.
            ("POST", "/orders/{id}/confirm", "confirm", Ordinary),
            ("POST", "/cluster/recover", "recover_peer", Ordinary),
            ("POST", "/ui/recover", "view_recover", Account),
            ("POST", "/credential/exchange_intent", "f", Credential),
            ("POST", "/currencies/exchange", "f", Ordinary),
            ("POST", "/snapshots/recover", "f", Ordinary),
            ("POST", "/devices/{id}/activate", "activate", Ordinary),
            (
                "POST",
                "/hooks/{id}/{token}",
                "execute",
                Purpose::Capability,
            ),
            ("DELETE", "/tokens/{token_id}", "f", Ordinary),
            ("DELETE", "/api-tokens/{token}", "f", Ordinary),
            ("GET", "/users/{id}/avatar", "avatar", Static),
            ("PUT", "/users/{id}/avatar", "set_avatar", Ordinary),
            ("GET", "/invites/{code}", "f", Account),
            ("POST", "/invites", "create_invite", Ordinary),
            ("POST", "/database/reset", "reset", Ordinary),
            ("POST", "/webhooks", "register_webhook", Ordinary),
            ("POST", "/users", "register_user", Account),
            ("POST", "/admin/register", "register", Ordinary),
            ("POST", "/admin/login", "login", Credential),
            ("GET", "/health_check", "health_check", Health),
            ("GET", "/internal/metrics", "metrics", Health),
            ("GET", "/status", "f", Health),
            ("GET", "/orders/{id}/status", "f", Ordinary),
            ("POST", "/status", "set_status", Ordinary),
            ("GET", "/live-streams", "f", Ordinary),
            ("GET", "/upload", "f", Ordinary),
            ("GET", "/static/{*path}", "f", Static),
            ("GET", "/robots.txt", "f", Static),
            ("GET", "/docs", "f", Static),
            ("GET", "/documents", "f", Ordinary),
            ("POST", "/docs", "create_doc", Ordinary),
            ("GET", "/.well-known/openid-configuration", "f", Static),
            ("GET", "/oauth/jwks", "f", Static),
            ("GET", "/v1/jwk/{key_id}", "f", Static),
            ("POST", "/keys/jwks", "f", Ordinary),
            ("GET", "/v1/keys/{key_id}", "f", Ordinary),
            ("POST", "/stripe/webhook", "stripe", Webhook),
            ("POST", "/webhooks/github", "f", Webhook),
            ("POST", "/webhooks", "create", Ordinary),
            ("POST", "/inbox", "shared_inbox", Webhook),
        ];
        for (method, path, handler, expected) in cases {
            assert_eq!(
                purpose(method, path, handler),
                expected,
                "{method} {path} {handler}"
            );
        }
    }

    #[test]
    fn words_are_split_at_humps_and_signs() {
        let cases = [
            ("", ""),
            ("log_out", "log out"),
            ("signIn2fa", "sign in2fa"),
            ("/a-b/{id}.json", "a b id json"),
            ("HTTPServer", "httpserver"),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn privileged_words_stand_alone() {
        let cases = [
            ("/admin/users", Some("admin")),
            ("/api/admin-panel", Some("admin")),
            ("/administrative-areas", None),
            ("/badminton", None),
            ("/users/{admin}", None),
        ];
        for (path, expected) in cases {
            assert_eq!(privileged_word(path).as_deref(), expected, "{path}");
        }
    }
}
