//! Names that carry meaning where code alone does not: headers, cookies, session keys, statuses.

/// Whether a header of this name carries credentials.
pub(super) fn credential_header(name: &str) -> Option<bool> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let last = name.rsplit("::").next().unwrap_or(&name).to_owned();
    const NOT: [&str; 31] = [
        "host",
        "user-agent",
        "accept",
        "content-type",
        "content-length",
        "origin",
        "referer",
        "range",
        "if-none-match",
        "if-modified-since",
        "x-forwarded-for",
        "x-real-ip",
        "x-request-id",
        "accept-language",
        "accept-encoding",
        "upgrade",
        "connection",
        "cache-control",
        "idempotency-key",
        "x-forwarded-proto",
        "x-forwarded-host",
        "traceparent",
        "date",
        "sec-websocket-key",
        "sec-websocket-protocol",
        "sec-websocket-version",
        "content-encoding",
        "location",
        "etag",
        "x-csrf-token",
        // A session of the Model Context Protocol, which anybody may begin.
        "mcp-session-id",
    ];
    // What visitors get on their way to a login, before anybody knows them.
    const FLOW: [&str; 9] = [
        "req",
        "request",
        "authreq",
        "authrequest",
        "flow",
        "challenge",
        "verifier",
        "return",
        "destination",
    ];
    let final_word = last.rsplit(['-', '.']).next().unwrap_or_default();
    if NOT.contains(&last.as_str()) || FLOW.contains(&final_word) || anonymous_cookie(&last) {
        return Some(false);
    }
    if credential_word(&last) || last == "cookie" {
        return Some(true);
    }
    None
}

/// Whether a name speaks of credentials.
pub(super) fn credential_word(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "auth",
        "token",
        "session",
        "key",
        "secret",
        "jwt",
        "bearer",
        "credential",
        "password",
        "api-key",
        "apikey",
        "sid",
        "signature",
        "identity",
        "access",
        "ticket",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word)) && !name.contains("csrf") && !name.contains("xsrf")
}

/// Whether a field of a body or query is called after the token by which its sender is known.
/// A `token` may be any: one out of an e-mail, for instance.
pub(super) fn own_token(field: &str) -> bool {
    matches!(
        field,
        "auth" | "authorization" | "jwt" | "auth_token" | "access_token" | "session_token"
    )
}

/// Whether a field of an answer about a credential says that it is genuine.
pub(super) fn says_genuine(field: &str) -> bool {
    let word = field.strip_prefix("is_").unwrap_or(field);
    matches!(
        word,
        "active" | "valid" | "authenticated" | "authorized" | "verified" | "allowed" | "granted"
    )
}

/// Whether code names a secret of the service, by its last name: `config.admin_token`, the
/// environment variable `API_KEY`. A password is asked of people, who then are given something.
pub(super) fn own_secret(code: &str) -> bool {
    const READS: [&str; 12] = [
        "as_str",
        "as_bytes",
        "as_ref",
        "as_deref",
        "clone",
        "cloned",
        "to_string",
        "to_owned",
        "expose_secret",
        "unwrap",
        "trim",
        "deref",
    ];
    let mut parts = code.trim_end_matches([')', '?', ' ']).rsplit('.');
    let name = parts.find(|part| match part.split_once('(') {
        Some((method, _)) => !READS.contains(&method),
        None => true,
    });
    let name = name
        .filter(|it| !it.contains(['(', '[']))
        .unwrap_or_default();
    let name = name
        .rsplit([' ', ':', '&', '*'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let (before, last) = name.rsplit_once('_').unwrap_or(("", &name));
    let is_of = |words: &[&str]| words.contains(&before.rsplit('_').next().unwrap_or_default());
    match last {
        "secret" | "secrets" | "apikey" | "credential" => true,
        "token" | "tokens" => !is_of(&[
            "csrf",
            "xsrf",
            "page",
            "next",
            "sync",
            "cancel",
            "cancellation",
            "continuation",
        ]),
        "key" | "keys" => {
            before.is_empty()
                || is_of(&[
                    "api",
                    "access",
                    "auth",
                    "admin",
                    "master",
                    "private",
                    "shared",
                    "secret",
                    "service",
                    "internal",
                    "write",
                    "read",
                    "signing",
                    "webhook",
                    "hook",
                    "machine",
                    "device",
                    "worker",
                    "agent",
                    "root",
                    "cron",
                    "seal",
                    "hmac",
                    "maintenance",
                    "operator",
                    "ingest",
                    "deploy",
                ])
        }
        _ => false,
    }
}

/// Whether a library function verifies tokens, which nobody makes but the service and those whom
/// it trusts: no password, which people choose.
pub(super) fn verifies_tokens(path: &str) -> bool {
    let krate = path.split("::").next().unwrap_or_default();
    ["jwt", "jsonwebtoken", "paseto", "jose"]
        .iter()
        .any(|it| krate.contains(it))
}

/// Whether a collection's method of this name changes what is in it.
pub(super) fn changes_a_collection(method: &str) -> bool {
    matches!(
        method,
        "push" | "push_back" | "push_front" | "insert" | "remove" | "clear" | "retain" | "extend"
    )
}

/// Whether code speaks of what a service notes of its requests for itself: counts, and what it
/// has at hand. To change that is no effect that anybody asks for.
pub(super) fn keeps_books(code: &str) -> bool {
    const WORDS: [&str; 13] = [
        "cache", "limit", "attempt", "count", "metric", "stat", "seen", "used", "hits", "bucket",
        "window", "log", "nonce",
    ];
    let code = code.to_ascii_lowercase();
    WORDS.iter().any(|word| code.contains(word))
}

/// Whether a session entry of this name says who is logged in.
pub(super) fn identity_key(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "user",
        "uid",
        "account",
        "login",
        "logged",
        "auth",
        "admin",
        "identity",
        "member",
        "email",
        "principal",
        "customer",
        "subject",
        "token",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
        && !name.contains("csrf")
        && !name.contains("state")
        && !name.contains("nonce")
}

/// Whether a sealed cookie of this name is one that anonymous visitors get.
pub(super) fn anonymous_cookie(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "csrf", "xsrf", "state", "nonce", "flash", "message", "theme", "lang", "locale", "cart",
        "visit", "consent", "pkce", "redirect", "guest", "anon",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a path names an answer that refuses: `StatusCode::UNAUTHORIZED`, `HttpResponse::Forbidden`.
pub(super) fn refuses(last: &str) -> bool {
    let flat: String = last
        .chars()
        .filter(|c| *c != '_')
        .collect::<String>()
        .to_ascii_lowercase();
    const REFUSALS: [&str; 20] = [
        "unauthorized",
        "forbidden",
        "notfound",
        "badrequest",
        "internalservererror",
        "toomanyrequests",
        "unprocessableentity",
        "conflict",
        "methodnotallowed",
        "notacceptable",
        "gone",
        "payloadtoolarge",
        "serviceunavailable",
        "notimplemented",
        "unsupportedmediatype",
        "paymentrequired",
        "preconditionfailed",
        "proxyauthenticationrequired",
        "badgateway",
        "requesttimeout",
    ];
    REFUSALS.contains(&flat.as_str())
}

/// Whether a constant is called as the status of an error that [`refuses`] does not speak of.
pub(super) fn is_status(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "LENGTH_REQUIRED",
        "URI_TOO_LONG",
        "RANGE_NOT_SATISFIABLE",
        "EXPECTATION_FAILED",
        "IM_A_TEAPOT",
        "MISDIRECTED_REQUEST",
        "LOCKED",
        "FAILED_DEPENDENCY",
        "UPGRADE_REQUIRED",
        "PRECONDITION_REQUIRED",
        "UNAVAILABLE_FOR_LEGAL_REASONS",
        "GATEWAY_TIMEOUT",
    ];
    NAMES.contains(&name)
}

/// Methods that only look at the form of what they are given.
pub(super) fn syntactic(method: &str) -> bool {
    const METHODS: &[&str] = &[
        "to_str",
        "to_string",
        "to_owned",
        "as_str",
        "as_ref",
        "as_bytes",
        "as_deref",
        "into",
        "try_into",
        "from",
        "try_from",
        "parse",
        "trim",
        "trim_start",
        "trim_end",
        "trim_matches",
        "trim_start_matches",
        "trim_end_matches",
        "strip_prefix",
        "strip_suffix",
        "split",
        "splitn",
        "split_once",
        "rsplit_once",
        "split_whitespace",
        "split_at",
        "split_ascii_whitespace",
        "rsplit",
        "lines",
        "starts_with",
        "ends_with",
        "len",
        "is_empty",
        "chars",
        "bytes",
        "next",
        "nth",
        "last",
        "first",
        "decode",
        "encode",
        "from_utf8",
        "from_str",
        "from_slice",
        "from_bytes",
        "to_lowercase",
        "to_uppercase",
        "to_ascii_lowercase",
        "eq_ignore_ascii_case",
        "is_ascii",
        "clone",
        "cloned",
        "copied",
        "iter",
        "into_iter",
        "collect",
        "value",
        "token",
        "name",
        "replace",
        "get",
        "borrow",
        "deref",
        "to_vec",
        "into_bytes",
        "into_string",
        "decode_header",
        "from_request_parts",
        "parse_str",
        "nfkc",
        "to_bytes",
        "into_inner",
        "take",
        "insert",
    ];
    METHODS.contains(&method)
}

/// Methods whose outcome many values share: that two of them are equal proves nothing.
pub(super) fn measures(method: &str) -> bool {
    matches!(method, "len" | "is_empty" | "is_ascii" | "count")
}

/// Whether code speaks of what finds the key of a token, and says nothing of the token itself.
pub(super) fn identifies_a_key(code: &str) -> bool {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|it| matches!(it, "kid" | "key_id" | "keyid" | "alg" | "iss" | "issuer"))
}

/// Methods that put their argument into their receiver: hashers, strings, buffers.
pub(super) fn absorbs(method: &str) -> bool {
    matches!(
        method,
        "update"
            | "input"
            | "push"
            | "push_str"
            | "extend"
            | "extend_from_slice"
            | "write_all"
            | "append"
    )
}

/// Methods that make an answer out of something.
pub(super) fn answers(method: &str) -> bool {
    matches!(
        method,
        "into_response"
            | "into_http"
            | "to_http"
            | "respond_to"
            | "finish"
            | "body"
            | "json"
            | "build"
            | "into_handler_error"
            | "to_response"
            | "into"
            | "status_code"
            | "with_status"
            | "error_response"
            | "respond"
    )
}

/// Whether an address is that of a page where people log in.
pub(super) fn asks_to_log_in(address: &str) -> bool {
    let flat: String = address
        .to_ascii_lowercase()
        .chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .collect();
    let mut words = flat.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        matches!(
            word,
            "login" | "loginpage" | "loginform" | "signin" | "logon" | "authenticate"
        )
    })
}

/// Methods by which database libraries run a query, and what success means: `Some(true)` a row was
/// found, `Some(false)` an `Option` tells.
pub(super) fn query_method(method: &str) -> Option<bool> {
    match method {
        "fetch_one" | "get_result" | "first" | "query_one" | "query_row" | "one_or_err" => {
            Some(true)
        }
        "fetch_optional" | "query_opt" | "one" | "find_one" | "find_one_by_id" | "get" | "hget"
        | "query_optional" => Some(false),
        _ => None,
    }
}

/// Whether a function's name says that it changes something.
pub(super) fn writes(name: &str) -> bool {
    const STARTS: [&str; 22] = [
        "insert", "update", "delete", "create", "save", "remove", "execute", "upsert", "store",
        "persist", "add", "put", "purge", "ban", "revoke", "register", "publish", "enqueue",
        "drop", "truncate", "grant", "set_",
    ];
    STARTS.iter().any(|start| name.starts_with(start))
}

/// Whether a method of something that is not in sight is called after what it does to the world.
pub(super) fn acts(name: &str) -> bool {
    const VERBS: &[&str] = &[
        "place",
        "cancel",
        "send",
        "submit",
        "charge",
        "pay",
        "transfer",
        "withdraw",
        "deposit",
        "refund",
        "post",
        "write",
        "append",
        "push",
        "move",
        "rename",
        "apply",
        "approve",
        "start",
        "stop",
        "restart",
        "reset",
        "clear",
        "wipe",
        "erase",
        "destroy",
        "kill",
        "terminate",
        "shutdown",
        "enable",
        "disable",
        "activate",
        "deactivate",
        "suspend",
        "trigger",
        "schedule",
        "dispatch",
        "notify",
        "emit",
        "broadcast",
        "deliver",
        "commit",
        "deploy",
        "provision",
        "modify",
        "edit",
        "change",
        "patch",
        "replace",
        "assign",
        "unassign",
        "invite",
        "import",
        "upload",
        "book",
        "order",
        "buy",
        "sell",
        "ship",
        "merge",
        "archive",
        "restore",
        "promote",
    ];
    let first = name.split('_').next().unwrap_or(name);
    !writes(name) && VERBS.contains(&first)
}

/// Whether the name of a method leaves open what it does.
pub(super) fn may_act(name: &str) -> bool {
    let first = name.split('_').next().unwrap_or(name);
    matches!(
        first,
        "process" | "handle" | "run" | "perform" | "invoke" | "call" | "do"
    )
}

/// Whether a method of another service's client is called as what only answers.
pub(super) fn only_asks(name: &str) -> bool {
    const VERBS: &[&str] = &[
        "get",
        "list",
        "find",
        "fetch",
        "read",
        "check",
        "verify",
        "validate",
        "authenticate",
        "authorize",
        "introspect",
        "lookup",
        "search",
        "query",
        "describe",
        "watch",
        "stream",
        "subscribe",
        "health",
        "ping",
        "count",
        "exists",
        "has",
        "is",
        "can",
        "stat",
        "status",
        "load",
        "resolve",
        "evaluate",
        "enforce",
        "whoami",
        "echo",
        "clone",
        "into",
        "as",
        "ready",
    ];
    let first = name.split('_').next().unwrap_or(name);
    VERBS.contains(&first)
}

/// Whether a method of a generated client sets it up, and asks nobody.
pub(super) fn sets_up_a_client(name: &str) -> bool {
    matches!(
        name,
        "max_decoding_message_size"
            | "max_encoding_message_size"
            | "send_compressed"
            | "accept_compressed"
            | "with_origin"
            | "clone"
    )
}

/// Whether an address, or the code that gives it, is one where tokens are given out or looked into.
pub(super) fn asks_about_tokens(address: &str) -> bool {
    const WORDS: [&str; 9] = [
        "token",
        "oauth",
        "openid",
        "oidc",
        "introspect",
        "userinfo",
        "captcha",
        "siteverify",
        "turnstile",
    ];
    let address = address.to_ascii_lowercase();
    WORDS.iter().any(|word| address.contains(word))
}

/// Whether a library function's name says that its success proves a credential.
pub(super) fn verifies(name: &str) -> bool {
    const NOT: [&str; 6] = [
        "unverified",
        "insecure",
        "without",
        "no_verify",
        "dangerous",
        "skip",
    ];
    (name.starts_with("verify") || name.starts_with("authenticate") || name == "decode_and_verify")
        && !NOT.iter().any(|word| name.contains(word))
}

/// Whether a library type's path sounds like one that says who the caller is.
pub(super) fn identity_type(path: &str) -> bool {
    const WORDS: [&str; 16] = [
        "auth",
        "user",
        "session",
        "token",
        "claim",
        "jwt",
        "identity",
        "principal",
        "admin",
        "account",
        "guard",
        "login",
        "key",
        "permission",
        "role",
        "subject",
    ];
    let path = path.to_ascii_lowercase();
    WORDS.iter().any(|word| path.contains(word))
}
