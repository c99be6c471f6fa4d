//! What is said of an endpoint's protections, against what they do.

use std::time::Duration;

use super::checks::Driver;
use super::directives::Verdict;
use super::inventory::Endpoint;
use super::requests::Sender;

/// More requests than any limiter of the services lets through.
const BURST: usize = 8;
/// A slow handler takes longer than this, and no timeout of the services is as long.
const SLOW: Duration = Duration::from_millis(400);

impl Driver<'_> {
    pub(super) fn authentication(&mut self, endpoint: &Endpoint) {
        let mut senders = vec![Sender::Nobody, Sender::Impostor(None)];
        let invented = 0..self.directives.invented.len();
        senders.extend(invented.map(|it| Sender::Impostor(Some(it))));
        let mut let_in = Vec::new();
        for sender in senders {
            let request = self.request(endpoint, sender);
            let seen = self.send(&request);
            let_in.push((sender, self.did_reach(endpoint, &seen), seen));
        }
        let happened: Vec<String> = let_in
            .iter()
            .map(|(sender, reached, seen)| {
                let reached = if *reached { "reaches it" } else { "does not" };
                format!("{sender:?} {reached} ({})", seen.answer.status)
            })
            .collect();
        let happened = happened.join(", ");
        let is_open = let_in.iter().any(|(_, reached, _)| *reached);
        let truth = if is_open { "open" } else { "required" };
        let said = endpoint.status("authentication");
        if self.declared(endpoint, "authentication", truth, &happened) {
            return;
        }
        let presence = self.directives.presence.contains(&endpoint.handler);
        let mut wrong: Vec<&str> = Vec::new();
        match said {
            "required" => {
                self.checks += let_in.len();
                if is_open {
                    wrong.push("somebody is let in");
                }
            }
            "optional" | "none" => {
                self.checks += let_in.len();
                let (_, nobody, _) = let_in[0];
                match (is_open, nobody, presence) {
                    (false, ..) => wrong.push("everybody is refused"),
                    (true, false, false) => wrong.push("who brings nothing is refused"),
                    (true, true, true) => wrong.push("who brings nothing is not refused"),
                    _ => {}
                }
                if said == "none" && !presence && let_in.iter().any(|(_, reached, _)| !reached) {
                    wrong.push("what is brought is looked at");
                }
            }
            _ => wrong.push("the source does not say that it may be"),
        }
        let evidence = endpoint.evidence("authentication");
        self.check(wrong.is_empty(), || {
            let wrong = wrong.join(", ");
            format!("{endpoint}: said to be *{said}* ({evidence}), but {wrong}: {happened}")
        });
    }

    /// Whether the source says that this verdict is undecided or wrong. If so, it is.
    fn declared(
        &mut self,
        endpoint: &Endpoint,
        protection: &str,
        truth: &str,
        happened: &str,
    ) -> bool {
        let of = |it: &&Verdict| endpoint.is_called(&it.of) && it.protection == protection;
        let undecided = self.directives.undecided.iter().find(of);
        let Some(declared) = undecided.or_else(|| self.directives.known.iter().find(of)) else {
            return false;
        };
        let said = endpoint.status(protection);
        let evidence = endpoint.evidence(protection);
        self.check(said == declared.said, || {
            format!(
                "{endpoint}: {protection} is now said to be *{said}* ({evidence}), not *{}*: \
                 take out its `live:` line",
                declared.said
            )
        });
        self.check(truth == declared.truth, || {
            format!(
                "{endpoint}: its `live:` line says that {protection} is {}, and it is {truth}: {happened}",
                declared.truth
            )
        });
        true
    }

    pub(super) fn rate_limit(&mut self, endpoint: &Endpoint) {
        let mut request = self.request(endpoint, Sender::Somebody);
        if self.directives.slow.contains(&endpoint.handler) {
            return;
        }
        self.set_client(&mut request);
        let mut statuses = Vec::new();
        for _ in 0..BURST {
            statuses.push(self.send(&request).answer.status);
        }
        let limited = statuses.contains(&429);
        let truth = if limited { "required" } else { "open" };
        let happened = format!("{BURST} requests of one client are answered {statuses:?}");
        if !self.declared(endpoint, "rate_limit", truth, &happened) {
            let said = endpoint.status("rate_limit");
            let agrees = matches!((said, limited), ("required", true) | ("none", false));
            self.check(agrees, || {
                let evidence = endpoint.evidence("rate_limit");
                format!("{endpoint}: rate limit is said to be *{said}* ({evidence}): {happened}")
            });
        }
    }

    pub(super) fn body_limit(&mut self, endpoint: &Endpoint) {
        let name = &endpoint.handler;
        let (Some(large), Some(body)) = (self.directives.large, self.directives.bodies.get(name))
        else {
            // A limit on what nobody reads, or has no body, makes no difference.
            return;
        };
        let mut request = self.request(endpoint, Sender::Somebody);
        let padding = "x".repeat(large);
        let text = match body.content_type.as_str() {
            "application/json" => " ".repeat(large) + &body.text,
            "application/x-www-form-urlencoded" => format!("{}&padding={padding}", body.text),
            _ => body.text.clone() + &padding,
        };
        request.body = text.into_bytes();
        let seen = self.send(&request);
        let refused = !self.did_reach(endpoint, &seen);
        let truth = if refused { "required" } else { "open" };
        let happened = format!("a body of {large} bytes and more: {seen:?}");
        if !self.declared(endpoint, "body_limit", truth, &happened) {
            let said = endpoint.status("body_limit");
            let agrees = matches!((said, refused), ("required", true) | ("none", false));
            self.check(agrees, || {
                let evidence = endpoint.evidence("body_limit");
                format!("{endpoint}: body limit is said to be *{said}* ({evidence}): {happened}")
            });
        }
    }

    pub(super) fn timeout(&mut self, endpoint: &Endpoint) {
        if !self.directives.slow.contains(&endpoint.handler) {
            return;
        }
        let request = self.request(endpoint, Sender::Somebody);
        let seen = self.send(&request);
        let cut = matches!(seen.answer.status, 408 | 503 | 504);
        let truth = if cut { "required" } else { "open" };
        let happened = format!("{seen:?}");
        if !self.declared(endpoint, "timeout", truth, &happened) {
            let said = endpoint.status("timeout");
            let waited = seen.answer.took >= SLOW;
            let agrees = match said {
                "required" => cut,
                "none" => !cut && waited && seen.answer.status == 200,
                _ => false,
            };
            self.check(agrees, || {
                let evidence = endpoint.evidence("timeout");
                format!("{endpoint}: timeout is said to be *{said}* ({evidence}): {happened}")
            });
        }
    }
}
