//! Secrets that come to a log through helpers, closures, texts, structs and channels.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use serde::Deserialize;
use tracing::{debug, error, info, instrument, warn};

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

struct Shared {
    refresh_token: Option<String>,
    api_key: String,
    cache_key: String,
}

/// Writes what it is handed, whatever its callers call it.
fn note(event: &str, detail: &str) {
    info!(event, "audit: {}", detail); //~ secret-in-log
}

fn remind(text: &str) {
    info!("{text}"); // near miss: nobody hands it a secret
}

fn signed_in(login: &Login) {
    note("login", &login.password);
    note("login", &login.user);
    remind(&login.user);
}

struct Trail {
    prefix: String,
}

impl Trail {
    fn record(&self, what: impl std::fmt::Display) {
        debug!("{} {what}", self.prefix); //~ secret-in-log
    }

    fn count(&self, what: &str) {
        debug!("{} {} letters", self.prefix, what.len()); // near miss: how long it is
    }
}

fn renewed(trail: &Trail, shared: &Shared) {
    trail.record(shared.api_key.as_str());
    trail.count(&shared.api_key);
}

fn outer(line: &str) {
    inner(line);
}

fn inner(line: &str) {
    warn!("{line}"); //~ secret-in-log
}

fn twice_removed(client_secret: &str) {
    outer(client_secret);
}

fn joined(passwd: &str) {
    let line = ["job ", passwd, " taken"].concat();
    debug!("{line}"); //~ secret-in-log
}

fn added(api_key: &str) {
    let mut line = String::from("key ");
    line.push_str(api_key);
    debug!("{}", line); //~ secret-in-log
    let other = "key ".to_owned() + api_key;
    debug!(other, "added"); //~ secret-in-log
}

fn formatted_by(user: &str, detail: &str) -> String {
    format!("{user}: {detail}")
}

fn by_a_helper(login: &Login) {
    let line = formatted_by(&login.user, &login.password);
    error!("{line}"); //~ secret-in-log
    let line = formatted_by(&login.user, "signed in");
    error!("{line}"); // near miss: the same helper with a text of its own
}

impl Shared {
    fn address(&self) -> String {
        format!("https://api.example.com/?key={}", self.api_key)
    }

    fn place(&self) -> String {
        format!("https://api.example.com/?entry={}", self.cache_key)
    }
}

fn of_a_method(shared: &Shared) {
    let target = shared.address();
    info!("asking {target}"); //~ secret-in-log
    let target = shared.place();
    info!("asking {target}"); // near miss: the key of a cache
}

fn looked_at(shared: &Shared) {
    shared.refresh_token.as_ref().inspect(|it| debug!("refreshing with {it}")); //~ secret-in-log
    shared.refresh_token.as_ref().map(|it| debug!("refreshing with {} letters", it.len())); // near miss: a length
    let shown = shared.refresh_token.as_deref().map(str::len);
    debug!("refreshing with {shown:?}"); // near miss: a length, by a function of the library
}

fn shortened(shared: &Shared) {
    let first: String = shared.api_key.chars().take(2).collect();
    info!("key {first}.."); // near miss: its beginning
    let (user, _) = shared.api_key.split_once(':').unwrap_or_default();
    info!("of {user}"); // near miss: a part, and nobody knows which
}

#[derive(Debug)]
struct Event {
    kind: &'static str,
    detail: String,
}

struct Quiet {
    detail: String,
}

impl std::fmt::Debug for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quiet").finish_non_exhaustive()
    }
}

fn moved(login: Login) {
    let event = Event { kind: "login", detail: login.password };
    debug!("{event:?}"); //~ secret-in-log
    info!("{}", event.kind); // near miss: another field
}

fn moved_and_taken_out(login: Login) {
    let event = Event { kind: "login", detail: login.password };
    info!("{}", event.detail); //~ secret-in-log
}

fn moved_into_own_debug(login: Login) {
    let event = Quiet { detail: login.password };
    debug!("{event:?}"); // near miss: its own `Debug` leaves it out
}

fn told(event: &Event) {
    debug!("{event:?}"); //~ secret-in-log
}

fn telling(login: Login) {
    told(&Event { kind: "login", detail: login.password });
}

fn sent(login: Login) {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in lines {
            info!("{line}"); //~ secret-in-log
        }
    });
    let _ = sender.send(login.password);
}

fn produce(out: &Sender<String>, line: &str) {
    let _ = out.send(line.to_owned());
}

fn consume(lines: Receiver<String>) {
    while let Ok(line) = lines.recv() {
        warn!("took {line}"); //~ secret-in-log
    }
}

fn handed_on(login: &Login) {
    let (sender, lines) = channel();
    produce(&sender, &login.password);
    consume(lines);
}

fn sent_elsewhere(login: &Login) {
    let (sender, lines) = channel::<String>();
    let (others, kept) = channel::<String>();
    let _ = sender.send(login.user.clone());
    let _ = others.send(login.password.clone());
    for line in lines {
        info!("{line}"); // near miss: another channel
    }
    drop(kept);
}

#[instrument]
fn stored(place: u64, value: String) -> bool { //~ secret-in-log
    place > 0 && !value.is_empty()
}

#[instrument(skip(value))]
fn stored_quietly(place: u64, value: String) -> bool { // near miss: skipped
    place > 0 && !value.is_empty()
}

fn storing(login: Login) -> bool {
    stored_quietly(1, login.password.clone()) && stored(2, login.password)
}

#[instrument(skip_all, fields(key = %shared.api_key))] //~ secret-in-log
fn with_field(shared: &Shared) -> bool {
    shared.cache_key.is_empty()
}

#[instrument(skip_all, fields(key = %shared.cache_key, size = shared.api_key.len()))] // near miss: others, and a length
fn with_fields(shared: &Shared) -> bool {
    shared.cache_key.is_empty()
}

fn recorded(span: &tracing::Span, access_token: &str) {
    span.record("token", access_token); //~ secret-in-log
    span.record("length", access_token.len()); // near miss: a length
}

fn masked(text: &str) -> String {
    let shown: String = text.chars().take(2).collect();
    format!("{shown}***")
}

fn hidden(shared: &Shared) {
    note("key", &masked(&shared.api_key)); // near miss: masked on the way
    let line = format!("key {}", shared.api_key).replace(&shared.api_key, "***");
    info!("{line}"); // near miss: taken out again
}

fn verified(user: &str, secret: &str) -> Result<String, String> {
    match secret.len() {
        0 => Err(format!("{user} gave nothing")),
        length => Ok(format!("{user} with {length} letters")),
    }
}

fn outcome(login: &Login) {
    match verified(&login.user, &login.password) {
        Ok(who) => info!("{who}"), // near miss: who it is
        Err(why) => warn!("{why}"), // near miss: what went wrong
    }
}

fn kept(client: &Client, api_key: &str) {
    let answer = client.fetch(api_key);
    info!("{answer}"); // near miss: what came of it
}

struct Client;

impl Client {
    fn fetch(&self, key: &str) -> String {
        match key.is_empty() {
            true => "nothing".to_owned(),
            false => "an answer".to_owned(),
        }
    }
}

#[derive(Clone)]
struct User {
    email: String,
    secret: String,
}

fn users_of(login: &Login) -> Vec<User> {
    let mut all = Vec::new();
    all.push(User { email: login.user.clone(), secret: login.password.clone() });
    all
}

fn beside(login: &Login) {
    let all = users_of(login);
    let first = all.iter().find(|it| !it.email.is_empty()).cloned().or_else(|| all.first().cloned());
    let Some(first) = first else { return };
    if login.password.is_empty() {
        info!("of {}", first.email); // near miss: what stands beside the password
    }
}

enum Change {
    Secret(String),
    Label(String),
}

fn applied(change: Change) -> Result<(), String> {
    match change {
        Change::Secret(text) => text.is_empty().then(|| ()).ok_or_else(String::new),
        Change::Label(text) => store_label(text).inspect_err(|error| error!(?error, "not stored")), // near miss: an error
    }
}

fn store_label(label: String) -> Result<(), String> {
    debug!("label {label}"); // near miss: what another variant holds
    match label.is_empty() {
        true => Err(label),
        false => Ok(()),
    }
}

fn changed(login: Login) -> bool {
    applied(Change::Secret(login.password)).is_ok() && applied(Change::Label(login.user)).is_ok()
}

fn key_values(shared: &Shared) {
    log::info!(target: "keys", "using {}", shared.api_key); //~ secret-in-log
    log::log!(log::Level::Info, "using {}", shared.api_key); //~ secret-in-log
}

fn main() {}
