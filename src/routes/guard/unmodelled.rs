//! Library functions that no model speaks of: what their crates and names tell.

use super::EventKind;
use super::calls::{presence, unknown_outcome};
use super::interpret::Run;
use super::proof::{Abs, From, Proof};
use super::queries::Answer;
use super::words;
use crate::facts::ExprId;
use crate::source::Name;

impl Run<'_, '_> {
    /// `state.public_routes.contains(&path)`: a setting tells for each route whether it holds.
    pub(super) fn listed_route(&self, id: ExprId, name: &str, values: &[Abs]) -> Option<Abs> {
        let [list, route] = values else { return None };
        let asks = matches!(name, "contains" | "contains_key" | "is_match" | "matches");
        (asks && list.setting.is_some() && route.from.is_route()).then(|| Abs {
            setting: Some(std::sync::Arc::from(self.text(id))),
            ..Abs::default()
        })
    }

    pub(super) fn passed(&self, from: From) -> Abs {
        let value = Abs::of(from.without(From::LITERAL).without(From::REJECT));
        if from.has(From::CREDENTIAL.with(From::PUBLIC)) {
            presence(value)
        } else {
            value
        }
    }

    /// A query by a credential: finding something proves it.
    pub(super) fn looked_up(&mut self, id: ExprId, name: &str, from: From) -> Abs {
        let from = from.without(From::LITERAL).without(From::REJECT);
        let from = self.labels_by_store(id, from);
        // One piece of a credential may be all but a secret.
        let is_key = !from.has(From::PIECE) || self.asks_for_a_token(id);
        let from = match is_key {
            true => from,
            false => from.as_public(),
        };
        if !from.has(From::CREDENTIAL) {
            // What stands in the row is not what was sent.
            let row = match from.has(From::PUBLIC) {
                true => Abs::of(From::PUBLIC.with(From::FETCHED)),
                false if from.has(From::INPUT) => Abs::of(from.with(From::FETCHED)),
                false => Abs::of(from),
            };
            return match words::query_method(name).filter(|_| from.has(From::PUBLIC)) {
                Some(true) => Abs::fallible("Ok", Proof::presence(), row),
                Some(false) => {
                    let found = Abs::fallible("Some", Proof::presence(), row);
                    Abs::fallible("Ok", Proof::nothing(), found)
                }
                None => row,
            };
        }
        let text = self.text(id);
        let answers = self.answer_of_query(id);
        let evidence = self.evidence(text, self.span(id));
        // Redis: whether there is such a key or member. Diesel's `exists` is part of a query.
        let body = &self.judge.program[self.key].body;
        let asks = matches!(name, "exists" | "hexists" | "sismember")
            && matches!(body.expr(id), crate::facts::Expr::MethodCall(_));
        match words::query_method(name) {
            Some(_) if !asks && answers == Some(Answer::Always) => Abs::of(from),
            Some(true) if !asks && answers == Some(Answer::Nullable) => {
                let found =
                    Abs::fallible("Some", Proof::verified(evidence), Abs::of(From::IDENTITY));
                Abs::fallible("Ok", Proof::nothing(), found)
            }
            // There is a row, whatever the credential.
            found
                if asks
                    || found == Some(true)
                        && (answers == Some(Answer::Truth) || self.answers_with_truth(id)) =>
            {
                let truth = unknown_outcome(From::IDENTITY, &Proof::verified(evidence));
                Abs::fallible("Ok", Proof::nothing(), truth)
            }
            // A row comes whatever it is asked for: what stands in it, tells.
            Some(false) if answers == Some(Answer::Number) => {
                let number = Abs::counted(Proof::verified(evidence), Abs::of(From::IDENTITY));
                let found = Abs::fallible("Some", Proof::nothing(), number);
                Abs::fallible("Ok", Proof::nothing(), found)
            }
            Some(false) if !asks && answers == Some(Answer::Truth) => {
                let truth = unknown_outcome(From::IDENTITY, &Proof::verified(evidence));
                let found = Abs::fallible("Some", Proof::nothing(), truth);
                Abs::fallible("Ok", Proof::nothing(), found)
            }
            Some(true) if answers == Some(Answer::Number) => {
                let number = Abs::counted(Proof::verified(evidence), Abs::of(From::IDENTITY));
                Abs::fallible("Ok", Proof::nothing(), number)
            }
            Some(false) if self.fails_without_a_value(id, name) => {
                Abs::fallible("Ok", Proof::verified(evidence), Abs::of(From::IDENTITY))
            }
            Some(false) => Abs::fallible(
                "Ok",
                Proof::nothing(),
                Abs::fallible("Some", Proof::verified(evidence), Abs::of(From::IDENTITY)),
            ),
            Some(true) => Abs::fallible("Ok", Proof::verified(evidence), Abs::of(From::IDENTITY)),
            None if self.counts_rows(id, name) && answers.is_none() => {
                let rows = Abs::counted(Proof::verified(evidence), Abs::of(From::IDENTITY));
                Abs::fallible("Ok", Proof::nothing(), rows)
            }
            // Part of a query that is being put together.
            None => Abs::of(from),
        }
    }

    /// A library function that no model speaks of.
    pub(super) fn unmodelled(
        &mut self,
        id: ExprId,
        path: &str,
        name: &str,
        values: &[Abs],
        from: From,
    ) -> Abs {
        let krate = path.split("::").next().unwrap_or_default();
        // A tuple struct around it: `PlainText(token)`.
        if name.starts_with(char::is_uppercase) {
            return Abs::of(from.without(From::LITERAL).without(From::REJECT));
        }
        if let [.., module, client, _] = &*path.split("::").collect::<Vec<_>>()
            && super::effects::names_a_client(Name::new(module), Name::new(client))
            && !values.first().is_some_and(|it| it.from.has(From::PEER))
        {
            return Abs::of(super::calls::union(values).with(From::PEER));
        }
        // `uri.query()` is no part of the path.
        let from = match name {
            "query" => from.without(From::ROUTE),
            _ => from,
        };
        const SYNTACTIC: [&str; 24] = [
            "std",
            "str",
            "base64",
            "hex",
            "uuid",
            "http",
            "headers",
            "serde_json",
            "url",
            "percent_encoding",
            "chrono",
            "time",
            "regex",
            "bytes",
            "futures",
            "futures_util",
            "itertools",
            "mime",
            "cookie",
            "serde",
            "log",
            "tracing",
            "anyhow",
            "thiserror",
        ];
        const DATABASES: [&str; 12] = [
            "sqlx",
            "diesel",
            "diesel_async",
            "sea_orm",
            "redis",
            "mongodb",
            "tokio_postgres",
            "deadpool_redis",
            "bb8",
            "rusqlite",
            "postgres",
            "fred",
        ];
        const COLLECTIONS: [&str; 10] = [
            "std",
            "dashmap",
            "moka",
            "mini_moka",
            "quick_cache",
            "lru",
            "scc",
            "papaya",
            "indexmap",
            "hashbrown",
        ];
        if let Some(listed) = self.listed_route(id, name, values) {
            return listed;
        }
        // `secret.contains(token)`: the empty one is in every text.
        if name == "contains" && self.is_of_text(id) {
            let is_sent = values
                .get(1)
                .is_some_and(|it| it.from.has(From::CREDENTIAL));
            let proof = match is_sent {
                true => Proof::presence(),
                false => Proof::nothing(),
            };
            return Abs::fallible("true", proof, Abs::default());
        }
        if COLLECTIONS.contains(&krate) && words::changes_a_collection(name) {
            let is_shared = |it: &Abs| it.from.has(From::OWN) || it.setting.is_some();
            if values.first().is_some_and(is_shared) && !words::keeps_books(&self.text(id)) {
                self.event(EventKind::Write(name.to_owned()), self.span(id));
            }
        }
        if COLLECTIONS.contains(&krate)
            && matches!(
                name,
                "contains" | "contains_key" | "get" | "get_mut" | "remove" | "find" | "peek"
            )
        {
            // Looking a credential up in the service's own collection.
            let (Some(first), Some(key)) = (values.first(), values.get(1)) else {
                return self.passed(from);
            };
            // `keys.get(&header.kid)` finds the key that is still to verify the token.
            if words::identifies_a_key(&self.text(id)) {
                return self.passed(from.as_public().with(From::FETCHED));
            }
            if self.has_made(first) {
                return self.passed(from.as_public());
            }
            if key.from.has(From::CREDENTIAL) && !first.from.has(From::SENT) {
                let evidence = self.evidence(self.text(id), self.span(id));
                let proof = Proof::verified_by(first, evidence);
                return unknown_outcome(From::IDENTITY, &proof);
            }
            if let Some(proof) = self.among_own_secrets(id, first, key) {
                return unknown_outcome(From::IDENTITY, &proof);
            }
            if !first.from.has(From::SENT)
                && key.from.has(From::PUBLIC.with(From::INPUT))
                && !key.from.is_route()
            {
                return self.passed(from.without(From::OWN).with(From::FETCHED));
            }
        }
        if SYNTACTIC.contains(&krate) {
            return self.passed(from);
        }
        let from = from.without(From::OWN);
        if DATABASES.contains(&krate) {
            if words::writes(name) {
                self.event(EventKind::Write(name.to_owned()), self.span(id));
            }
            return self.looked_up(id, name, from);
        }
        // Settings of something of a library that we know: `validation.set_audience(&["api"])`.
        if name.starts_with("set_") && self.judge.program.models.describes(Name::new(path)) {
            return self.passed(from);
        }
        self.opaque(id, name, values)
    }
}
