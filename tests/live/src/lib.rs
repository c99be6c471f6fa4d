//! What each service of this package tells the driver: which of its handlers ran, and how often.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

static REACHED: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

fn counts() -> MutexGuard<'static, BTreeMap<&'static str, u64>> {
    REACHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts that a handler runs. A handler that checks in its body says so after its checks.
pub fn reached(handler: &'static str) {
    *counts().entry(handler).or_default() += 1;
}

/// Where the service listens. The driver can ask for the counts from then on.
pub fn address() -> SocketAddr {
    let listener = TcpListener::bind(from_environment("MOAT_LIVE_COUNTS"))
        .expect("the driver chooses a free port");
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut lines = String::new();
            for (handler, count) in counts().iter() {
                lines.push_str(&format!("{handler} {count}\n"));
            }
            // Whoever hangs up does not want to know.
            let _ = client.and_then(|mut it| it.write_all(lines.as_bytes()));
        }
    });
    from_environment("MOAT_LIVE_ADDRESS")
}

fn from_environment(variable: &str) -> SocketAddr {
    let value = std::env::var(variable).unwrap_or_else(|_| "127.0.0.1:0".into());
    value.parse().expect("an address and a port")
}

/// So many requests for each client, and no more of them: clients of the driver are short-lived.
pub struct RateLimiter {
    most: u32,
    seen: Mutex<HashMap<String, u32>>,
}

impl RateLimiter {
    /// Nobody has asked yet.
    pub fn new(most: u32) -> RateLimiter {
        RateLimiter {
            most,
            seen: Mutex::new(HashMap::new()),
        }
    }

    /// Whether this client may ask once more.
    pub fn check_key(&self, client: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seen.entry(client.to_owned()).or_default();
        *count += 1;
        *count <= self.most
    }
}
