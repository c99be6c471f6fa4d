//! Secrets in the pairs and messages of slog.

use slog::{Logger, info, o};

struct Grant {
    access_token: String,
    expires_in: u64,
}

fn paired(log: &Logger, grant: &Grant) {
    info!(log, "granted"; "access_token" => &grant.access_token); //~ secret-in-log
    slog::debug!(log, "granted"; "token" => %grant.access_token, "for" => grant.expires_in); //~ secret-in-log
    slog::warn!(log, "granted for {}", grant.expires_in; "length" => grant.access_token.len()); // near miss: its length
}

fn formatted(log: &Logger, client_secret: &str, user: &str) {
    slog::error!(log, "refused {}", client_secret; "user" => user); //~ secret-in-log
    slog::crit!(log, "refused {}", user; "reason" => "client_secret"); // near miss: only named
}

fn for_all_lines(log: &Logger, api_key: &str) -> Logger {
    log.new(o!("key" => api_key.to_owned())) //~ secret-in-log
}

fn without(log: &Logger, api_key: &str) -> Logger {
    log.new(o!("has_key" => !api_key.is_empty())) // near miss: whether it is there
}

fn main() {}
