//! What auditors hear of as well: types that show secrets, and are not shown.
//@ persona: auditor

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Login {
    user: String,
    password: String, //~ secret-in-debug
}

/// One finding with the first.
#[derive(Debug, Deserialize)]
struct Reset {
    new_password: String,
}

struct Own {
    api_key: String,
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").field("api_key", &self.api_key).finish() //~ secret-in-debug
    }
}

#[derive(Debug)]
struct Logged {
    // near miss: `secret-in-log` tells of it where it is logged
    password: String,
}

fn logged(it: &Logged) {
    // moat: allow(secret-in-log, reason = "shows what the other lint leaves to it")
    tracing::info!("{it:?}");
}

#[derive(Debug)]
struct Wrapped {
    // near miss: shows nothing
    password: SecretString,
}

#[derive(Clone)]
struct Undebugged {
    // near miss: there is no `Debug`
    password: String,
}

fn main() {}
