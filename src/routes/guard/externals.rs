//! Library calls: what the request hands out, what verifies, what changes the world.

use super::calls::presence;
use super::conditions::compared;
use super::endpoints::Sealing;
use super::extensions::Slot;
use super::interpret::Run;
use super::logins::Kept;
use super::proof::{Abs, From, Out, Proof, Strength};
use super::public::{is_identifier, is_public_header, public};
use super::route::there_if_known;
use super::{EventKind, words};
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId};
use crate::models::roles::{Outcome, Role, TypeRole};
use crate::program::Ty;
use crate::source::Name;

impl Run<'_, '_> {
    /// Methods on the request, its headers, cookies, session and extensions.
    pub(super) fn request_method(
        &mut self,
        id: ExprId,
        call: &MethodCall,
        receiver: &Abs,
        args: &[Abs],
    ) -> Option<Abs> {
        let name = call.name.as_str();
        let span = self.span(id);
        if receiver.from.has(From::EXTENSIONS) {
            return match name {
                "get" | "get_mut" | "remove" => {
                    let ty = self.extension_type(id, call);
                    if let Some(uri) = self.judge.uri(ty.peel_refs()) {
                        self.looks.path = true;
                        return Some(there_if_known(uri));
                    }
                    Some(self.judge.extension(&Slot::Type(ty)))
                }
                "insert" => {
                    let ty = call.args.first().map_or(Ty::Unknown, |arg| self.ty(*arg));
                    let value = args.first().cloned().unwrap_or_default();
                    self.event(EventKind::Insert(Slot::Type(ty), Box::new(value)), span);
                    Some(Abs::default())
                }
                _ => None,
            };
        }
        if let Some(found) = self.context_method(id, call) {
            return Some(found);
        }
        if let Some(found) = self.typemap_method(id, call, args) {
            return Some(found);
        }
        self.note_kept(call, receiver, span);
        if receiver.from.has(From::SESSION)
            && matches!(name, "get" | "get_value" | "remove" | "remove_as")
        {
            let key = self.key_text(&call.args, args).unwrap_or_default();
            let evidence = self.evidence(format!("session entry {key}"), span);
            let is_poem = self
                .ty(call.receiver)
                .peel_refs()
                .is_external("poem::session::Session");
            let sealing = match is_poem {
                true => self.judge.sealing(),
                false => Sealing::Sealed,
            };
            let is_somebody =
                words::identity_key(&key) || self.judge.is_given_by_login(Kept::Entry, &key);
            let proof = match (is_somebody, sealing) {
                (false, _) => Proof::nothing(),
                (true, Sealing::Sealed) => Proof::verified(evidence),
                // Whoever writes the cookie says who they are.
                (true, Sealing::Plain) => Proof::presence(),
                (true, Sealing::Unknown) => {
                    Proof::maybe("whether clients can write the session's cookie is not known")
                }
            };
            let some = Abs::fallible("Some", proof, Abs::of(From::IDENTITY));
            return Some(self.shaped(id, some));
        }
        if !receiver.from.has(From::REQUEST) || receiver.from.has(From::CREDENTIAL) {
            return None;
        }
        // tonic: what is inside is a message, beside what came with it.
        if self
            .ty(call.receiver)
            .peel_refs()
            .is_external("tonic::Request")
        {
            match name {
                "into_inner" | "get_ref" | "get_mut" => return Some(Abs::of(From::INPUT)),
                "into_parts" => {
                    let extensions = From::EXTENSIONS.with(From::REQUEST);
                    let parts = [From::REQUEST, extensions, From::INPUT].map(Abs::of);
                    return Some(Abs {
                        parts: Some(std::sync::Arc::new(parts.to_vec())),
                        ..Abs::of(From::INPUT)
                    });
                }
                _ => {}
            }
        }
        match name {
            "extensions" | "extensions_mut" => Some(Abs::of(From::EXTENSIONS.with(From::REQUEST))),
            "metadata" | "metadata_mut" => Some(Abs::of(From::REQUEST)),
            "get_session" | "session" | "get_session_mut" => {
                Some(Abs::of(From::SESSION.with(From::REQUEST)))
            }
            // poem keeps what belongs to one request, and what to the application, in one place.
            "set_data" => {
                let ty = call.args.first().map_or(Ty::Unknown, |arg| self.ty(*arg));
                let value = args.first().cloned().unwrap_or_default();
                self.event(EventKind::Insert(Slot::Type(ty), Box::new(value)), span);
                Some(Abs::default())
            }
            "data" if call.args.is_empty() => {
                let ty = self.extension_type(id, call);
                Some(self.judge.extension(&Slot::Type(ty)))
            }
            "cookie" if call.args.is_empty() => Some(Abs::of(receiver.from)),
            "headers" | "headers_mut" | "cookies" | "into_parts" | "parts" | "parts_mut"
            | "request" | "head" | "inner" | "raw" | "into_inner" | "iter" | "as_ref" | "req" => {
                Some(Abs::of(receiver.from))
            }
            // The application's own, reached through the request: `HttpRequest` of actix-web 4 and
            // ntex 3, Rocket 0.5 `Request`.
            "rocket" | "app_data" | "app_state" | "app_config" | "state" => Some(Abs::default()),
            // dropshot: what all requests share.
            "context"
                if self
                    .ty(call.receiver)
                    .peel_refs()
                    .is_external("dropshot::RequestContext") =>
            {
                Some(Abs::default())
            }
            "get" | "get_bin" | "get_one" | "get_all" | "cookie" | "get_private" | "header"
            | "typed_get" | "typed_try_get" | "get_header" | "signed" | "private"
                if !call.args.is_empty() || name.starts_with("typed") =>
            {
                Some(self.credential_read(id, call, name, args))
            }
            "uri" | "path" => Some(self.path_of_request()),
            "match_pattern" => Some(self.pattern_of_request()),
            // poem 3 `src/request.rs`: as it was before `nest` took anything away.
            "original_uri" => Some(self.whole_path_of_request()),
            "method" if args.is_empty() => Some(self.method_of_request()),
            "match_name" => Some(Abs::of(From::INPUT.with(From::ROUTE))),
            "query_string" | "match_info" | "query" => Some(Abs::of(From::INPUT)),
            "contains_key" | "contains" => {
                let key = self.key_text(&call.args, args).unwrap_or_default();
                let is_credential = words::credential_header(&key).unwrap_or(false);
                let proof = if is_credential {
                    Proof::presence()
                } else {
                    Proof::nothing()
                };
                Some(Abs::fallible("true", proof, Abs::default()))
            }
            // What it computes is kept for the request: Rocket 0.5 `Request`.
            "local_cache_async" => args.first().cloned(),
            "local_cache" => {
                let function = args.first()?;
                Some(self.apply(id, function, Vec::new()))
            }
            // Another extractor run by hand: `parts.extract::<T>()`, `request.guard::<T>()`.
            "extract"
            | "guard"
            | "extract_with_state"
            | "extract_parts"
            | "extract_parts_with_state" => {
                let ty = self.success_type(id).or_else(|| self.turbofish(call))?;
                let value = self.judge.extractor(&ty, span);
                let good = if name == "guard" { "Success" } else { "Ok" };
                Some(value.renamed(good))
            }
            _ => None,
        }
    }

    pub(super) fn turbofish(&self, call: &MethodCall) -> Option<Ty> {
        let scope = self.scope()?;
        call.generics.iter().find_map(|arg| match arg {
            crate::facts::GenericArg::Type(ty) => Some(
                self.judge
                    .program
                    .lower_ty(&scope, ty)
                    .subst(&self.subst, self.judge.program),
            ),
            _ => None,
        })
    }

    pub(super) fn scope(&self) -> Option<crate::program::ty::TyScope<'_>> {
        let data = &self.judge.program[self.key];
        match data.owner {
            crate::program::BodyOwner::Fn(id) => {
                let mut scope = self.judge.program.fn_scope(id);
                scope.module = data.module;
                Some(scope)
            }
            crate::program::BodyOwner::Const(_) => None,
        }
    }

    pub(super) fn extension_type(&self, id: ExprId, call: &MethodCall) -> Ty {
        self.turbofish(call)
            .or_else(|| self.success_type(id))
            .unwrap_or(Ty::Unknown)
    }

    /// The payload of the type that a call gives.
    fn success_type(&self, id: ExprId) -> Option<Ty> {
        let ty = self.ty(id);
        let ty = match &ty {
            Ty::Future(inner) => (**inner).clone(),
            other => other.clone(),
        };
        ty.success()
            .filter(|ty| !ty.is_unknown())
            .map(|ty| ty.peel_refs().clone())
    }

    /// The text of the first argument as a key: a literal, a constant, what was handed in, or the
    /// code that gives it.
    pub(super) fn key_text(&self, exprs: &[ExprId], values: &[Abs]) -> Option<String> {
        let arg = *exprs.first()?;
        let known = self.judge.values.text(self.key, arg);
        let known = known.and_then(|text| text.as_known());
        let handed_in = || Some(values.first()?.text?.to_string());
        Some(known.or_else(handed_in).unwrap_or_else(|| self.text(arg)))
    }

    /// `headers.get(name)`, `cookies.get(name)`.
    fn credential_read(&self, id: ExprId, call: &MethodCall, name: &str, args: &[Abs]) -> Abs {
        let key = self
            .key_text(&call.args, args)
            .unwrap_or_else(|| self.text(id));
        let span = self.span(id);
        let sealed = match self.ty(call.receiver).peel_refs() {
            Ty::External(path, _) => {
                path.as_str().ends_with("PrivateCookieJar")
                    || path.as_str().ends_with("SignedCookieJar")
            }
            _ => false,
        };
        if sealed || name == "get_private" {
            // Sealed by the service: an invented one does not open.
            let proof = self.sealed(&key, format!("sealed cookie {key}"), span);
            return Abs::fallible("Some", proof, Abs::of(From::IDENTITY));
        }
        let (proof, from) = match words::credential_header(&key) {
            Some(true) if is_identifier(&key) => (Proof::presence(), From::PUBLIC),
            Some(true) => (Proof::presence(), From::CREDENTIAL),
            Some(false) => (Proof::nothing(), From::INPUT),
            // A name out of the configuration, or one that means nothing to us.
            None if key.contains(['.', ':', '('])
                || key.chars().next().is_some_and(char::is_uppercase) =>
            {
                (Proof::presence(), From::CREDENTIAL)
            }
            None if is_public_header(&key) => (Proof::nothing(), From::INPUT),
            None if name == "cookie" || self.is_cookie_jar(call.receiver) => {
                (Proof::nothing(), From::INPUT.with(From::AMBIENT))
            }
            None => (
                Proof::nothing(),
                From::INPUT.with(From::AMBIENT).with(From::HEADER),
            ),
        };
        self.shaped(id, Abs::fallible("Some", proof, Abs::of(from)))
    }

    /// Whether an expression is a request's cookies.
    fn is_cookie_jar(&self, id: ExprId) -> bool {
        // `req.headers()` of a closure's parameter, whose type nobody has written.
        let body = &self.judge.program[self.key].body;
        let names_headers = |name: &str| matches!(name, "headers" | "metadata");
        match body.expr(id) {
            Expr::MethodCall(call) if names_headers(call.name.as_str()) => return false,
            Expr::Field { name, .. } if names_headers(name.as_str()) => return false,
            _ => {}
        }
        let ty = self.ty(id);
        let path = ty.peel_refs().external_path();
        let role = path.and_then(|it| self.judge.program.models.type_(it)?.role);
        role == Some(TypeRole::Cookies) || path.is_none_or(|it| it.as_str().contains("Cookie"))
    }

    /// What finding a cookie that the service has sealed proves: that the service set it.
    /// For whom, its name tells or nobody.
    fn sealed(&self, key: &str, evidence: String, span: crate::source::Span) -> Proof {
        if words::anonymous_cookie(key) {
            Proof::nothing()
        } else if words::identity_key(key)
            || words::credential_word(key)
            || self.judge.is_given_by_login(Kept::Cookie, key)
        {
            Proof::verified(self.evidence(evidence, span))
        } else {
            Proof::maybe(format!(
                "whom the sealed cookie `{key}` is given is not known"
            ))
        }
    }

    /// Puts an `Option` into the `Result` that the call's type says it comes in.
    fn shaped(&self, id: ExprId, some: Abs) -> Abs {
        let ty = self.ty(id);
        let ty = match &ty {
            Ty::Future(inner) => (**inner).clone(),
            other => other.clone(),
        };
        if ty.is_external("std::result::Result") {
            let holds_option =
                ty.arg(0).is_external("std::option::Option") || ty.arg(0).is_unknown();
            return if holds_option {
                Abs::fallible("Ok", Proof::nothing(), some)
            } else {
                some.renamed("Ok")
            };
        }
        some
    }

    /// A call of a library function; `receiver` for methods.
    pub(super) fn call_external(
        &mut self,
        id: ExprId,
        path: &str,
        receiver: Option<&Abs>,
        args: &[Abs],
        exprs: &[ExprId],
    ) -> Abs {
        let name = path.rsplit("::").next().unwrap_or_default();
        let values: Vec<Abs> = receiver.into_iter().chain(args).cloned().collect();
        let from = super::calls::all_of(&values).without(From::HANDED);
        match path {
            "poem::Endpoint::call" | "poem::Endpoint::get_response"
                if values.first().is_some_and(|it| it.from.has(From::NEXT)) =>
            {
                self.event(EventKind::Next, self.span(id));
                return Abs::default();
            }
            "std::option::Option::Some"
            | "std::result::Result::Ok"
            | "rocket::outcome::Outcome::Success"
            | "rocket::request::Outcome::Success" => {
                let val = args.first().cloned().unwrap_or_default();
                return Abs::variants(
                    val.from,
                    vec![(
                        name,
                        Out {
                            proof: Proof::nothing(),
                            val,
                        },
                    )],
                );
            }
            "std::result::Result::Err" => {
                return Abs::variants(
                    From::REJECT,
                    vec![(
                        "Err",
                        Out {
                            proof: Proof::nothing(),
                            val: values.first().cloned().unwrap_or_default(),
                        },
                    )],
                );
            }
            "std::boxed::Box::pin"
            | "std::boxed::Box::new"
            | "std::sync::Arc::new"
            | "std::sync::Arc::from"
            | "std::boxed::Box::from"
            | "std::rc::Rc::from"
            | "std::sync::Arc::clone"
            | "std::rc::Rc::clone"
            | "std::rc::Rc::new"
            | "std::clone::Clone::clone"
            | "std::borrow::Cow::from"
            | "std::pin::Pin::new" => {
                return args.first().cloned().unwrap_or_default();
            }
            "std::env::var" | "std::env::var_os" => {
                let key = self.key_text(exprs, args).unwrap_or_default();
                let known = Abs::fallible(
                    "Ok",
                    Proof::nothing(),
                    Abs {
                        setting: Some(std::sync::Arc::from(key.as_str())),
                        ..Abs::of(From::OWN)
                    },
                );
                return Abs {
                    setting: Some(std::sync::Arc::from(format!("environment variable {key}"))),
                    ..known
                };
            }
            _ => {}
        }
        if name.starts_with("write") && exprs.first().is_some_and(|it| self.is_sink(*it)) {
            self.event(EventKind::Write(name.to_owned()), self.span(id));
        }
        if let Some(list) = super::places::collection(path, args) {
            return list;
        }
        if matches!(name, "ready" | "ok" | "err") && path.contains("future") {
            let val = args.first().cloned().unwrap_or_default();
            return match name {
                "ok" => Abs::variants(
                    val.from,
                    vec![(
                        "Ok",
                        Out {
                            proof: Proof::nothing(),
                            val,
                        },
                    )],
                ),
                "err" => Abs::variants(From::REJECT, vec![("Err", Out::nothing())]),
                _ => val,
            };
        }
        if let Some(value) = super::joined::call(path, name, args) {
            return value;
        }
        // Whoever is sent to the login is not let in.
        if path.contains("::Redirect::") || path.contains("::Redirect<") {
            let target = args.first().and_then(|it| it.text);
            if target.is_some_and(|it| words::asks_to_log_in(it.as_str()))
                || exprs.first().is_some_and(|it| self.is_for_strangers(*it))
            {
                return Abs::of(From::REJECT);
            }
        }
        // A header parsed out of the request: `Authorization::<Bearer>::parse(req)`.
        if name == "parse" && from.has(From::REQUEST) && words::credential_word(path) {
            return Abs::fallible("Ok", Proof::presence(), Abs::of(From::CREDENTIAL));
        }
        if matches!(name, "Success") && path.contains("Outcome") {
            let val = args.first().cloned().unwrap_or_default();
            return Abs::variants(
                val.from,
                vec![(
                    "Success",
                    Out {
                        proof: Proof::nothing(),
                        val,
                    },
                )],
            );
        }
        if matches!(name, "Error" | "Failure" | "Forward") && path.contains("Outcome") {
            return Abs::variants(From::REJECT, vec![(name, Out::nothing())]);
        }
        let is_error = || {
            let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
            let ty = self.judge.program.models.type_(Name::new(owner));
            ty.is_some_and(|it| it.role == Some(TypeRole::Error))
        };
        if let Some(response) = self.made_with_status(path, exprs, args) {
            return response;
        }
        // `Status::unauthenticated(..)`, but not `status.code()`.
        if words::refuses(name) || receiver.is_none() && name != "ok" && is_error() {
            return Abs::of(From::REJECT);
        }
        // Another extractor run by hand: `TypedHeader::<..>::from_request_parts(parts, state)`.
        if matches!(
            name,
            "from_request_parts" | "from_request" | "from_request_without_body" | "extract"
        ) && from.has(From::REQUEST)
        {
            let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
            let ty = self
                .written_owner(id)
                .or_else(|| self.success_type(id))
                .unwrap_or_else(|| Ty::external(owner, []));
            return self.judge.extractor(&ty, self.span(id)).renamed(
                if path.starts_with("rocket") {
                    "Success"
                } else {
                    "Ok"
                },
            );
        }
        // Variants of enums of libraries that stand for two kinds of anything.
        if let [.., owner, _] = &*path.split("::").collect::<Vec<_>>()
            && matches!(*owner, "Either" | "ControlFlow")
        {
            let val = args.first().cloned().unwrap_or_default();
            let proof = Proof::nothing();
            // An answer of one of two types is that answer; what breaks a loop is none yet.
            let from = match *owner {
                "Either" => val.from,
                _ => val.from.without(From::REJECT),
            };
            return Abs::variants(from, vec![(name, Out { proof, val })]);
        }
        if self.turns_round(path, args) {
            return public(Abs::of(from.without(From::LITERAL).without(From::REJECT)));
        }
        if self.makes_a_key_that_anybody_has(path, name, args, exprs) {
            let made = from.without(From::LITERAL).without(From::REJECT);
            return Abs::of(made.with(From::SENT_KEY));
        }
        if super::keys::makes_mac(self.judge.program, path, name) {
            let made = from.without(From::LITERAL.with(From::REJECT).with(From::OWN));
            return Abs::fallible("Ok", Proof::nothing(), Abs::of(made.with(From::MAC)));
        }
        let model = self.judge.program.models.function(Name::new(path));
        let Some(model) = model else {
            if let Some(entry) = self.made_entry(id, name, &values, exprs) {
                return entry;
            }
            return self.unmodelled(id, path, name, &values, from);
        };
        let (role, on, credential) = (model.role, model.on, model.credential);
        if matches!(role, Role::Syntactic | Role::Hashes) {
            let from = match role {
                Role::Hashes => from.hashed(),
                _ => from,
            };
            let buffer = model.into.and_then(|at| exprs.get(at as usize));
            if let Some(place) = buffer.and_then(|it| self.buffer(*it)) {
                *place = Abs::of(from.without(From::LITERAL.with(From::OWN)));
            }
            return self.passed(from);
        }
        let from = from.without(From::OWN);
        let input = match credential {
            Some(-1) => receiver.cloned(),
            Some(at) => usize::try_from(at)
                .ok()
                .and_then(|at| args.get(at).cloned()),
            None => None,
        };
        let labels = input.as_ref().map_or(from, |it| it.from);
        let against = model.against.and_then(|at| args.get(at as usize));
        // A hash that comes with the password, also in the place of a name.
        let is_sent = |it: &Abs| {
            it.from.is_said() || it.from.has(From::PUBLIC) && !it.from.has(From::FETCHED)
        };
        let from = match against.is_some_and(is_sent) {
            true => from.with(From::SENT_KEY),
            false => from,
        };
        match role {
            Role::ComparesSecret => {
                let mut sides = receiver.into_iter().chain(args);
                let (Some(a), Some(b)) = (sides.next(), sides.next()) else {
                    return Abs::of(from.without(From::REJECT));
                };
                let credentials = From::CREDENTIAL.with(From::IDENTITY).with(From::TOKEN);
                let evidence = || self.evidence(name, self.span(id));
                let exprs = match receiver {
                    Some(_) => [None, exprs.first().copied()],
                    None => [exprs.first().copied(), exprs.get(1).copied()],
                };
                let sides = [(exprs[0], a), (exprs[1], b)];
                let said = self.same_as_own_secret(sides, evidence);
                let said = said.or_else(|| self.same_in_constant_time(sides, evidence));
                let proof = said.or_else(|| compared([a, b], credentials, evidence));
                let who = match &proof {
                    Some(proof) if proof.strength == Strength::Verified => From::IDENTITY,
                    _ => from.without(From::LITERAL).without(From::REJECT),
                };
                let proof = proof.unwrap_or_else(Proof::nothing);
                outcome(on.unwrap_or(Outcome::True), proof, Abs::of(who))
            }
            Role::Verifies if from.has(From::UNCHECKED.with(From::SENT_KEY)) => outcome(
                on.unwrap_or(Outcome::Ok),
                match from.has(From::CREDENTIAL.with(From::PUBLIC)) {
                    true => Proof::presence(),
                    false => Proof::nothing(),
                },
                Abs::of(from.without(From::REJECT)),
            ),
            Role::RunsClosure => {
                let function = args.first().cloned().unwrap_or_default();
                let value = self.apply(id, &function, Vec::new());
                match on {
                    Some(on) => outcome(on, Proof::nothing(), value),
                    None => value,
                }
            }
            Role::RunsFuture => {
                let value = args.last().cloned().unwrap_or_default();
                outcome(on.unwrap_or(Outcome::Ok), Proof::nothing(), value)
            }
            Role::Verifies => {
                let is_sent = labels.has(From::CREDENTIAL.with(From::IDENTITY).with(From::TOKEN));
                // Whatever a token is called, it is genuine.
                // What a header is called that carries a signature is everybody's own affair.
                let is_said = !is_sent
                    && labels.has(From::INPUT)
                    && !labels.has(From::FETCHED.with(From::ANSWERED).with(From::PUBLIC))
                    && (words::verifies_tokens(path)
                        || labels.has(From::HEADER)
                        // A link that the service has signed; cookies that it has, visitors get.
                        || !labels.has(From::AMBIENT)
                            && receiver.is_some_and(|it| it.from.has(From::MAC)));
                let ambient = is_sent || is_said;
                let proof = if ambient {
                    let evidence = self.evidence(name, self.span(id));
                    let mut keys = against.into_iter().chain(args).chain(receiver);
                    let proof =
                        match keys.find(|it| it.from.has(From::UNSET) && !it.from.is_missing()) {
                            Some(secret) => Proof::verified_by(secret, evidence),
                            None => Proof::verified(evidence),
                        };
                    match is_said {
                        true => proof.as_said(),
                        false => proof,
                    }
                } else {
                    Proof::nothing()
                };
                outcome(
                    on.unwrap_or(Outcome::Ok),
                    proof,
                    Abs::of(if ambient {
                        From::IDENTITY
                    } else {
                        from.without(From::REJECT)
                    }),
                )
            }
            Role::SessionSource | Role::IdentitySource => {
                let key = self.key_text(exprs, args).unwrap_or_default();
                let proof = if role == Role::IdentitySource {
                    match path.starts_with("rustls::") && self.judge.has_own_verifier() {
                        true => {
                            Proof::maybe("which certificates are genuine, code of the program says")
                        }
                        false => Proof::verified(self.evidence(name, self.span(id))),
                    }
                } else {
                    // An entry of a session is about anything; a sealed cookie is about one thing.
                    let is_cookie = path.contains("Cookie") || path.contains("Jar");
                    if is_cookie || words::identity_key(&key) {
                        self.sealed(&key, name.to_owned(), self.span(id))
                    } else if self.judge.is_given_by_login(Kept::Entry, &key) {
                        Proof::verified(self.evidence(name, self.span(id)))
                    } else {
                        Proof::nothing()
                    }
                };
                outcome(on.unwrap_or(Outcome::Some), proof, Abs::of(From::IDENTITY))
            }
            Role::CredentialSource => {
                let key = self.key_text(exprs, args);
                let is_credential = key.as_deref().is_none_or(|key| {
                    words::credential_header(key).unwrap_or(key.contains([':', '.']))
                });
                let (proof, label) = if key.as_deref().is_some_and(is_identifier) {
                    (Proof::presence(), From::PUBLIC)
                } else if is_credential {
                    (Proof::presence(), From::CREDENTIAL)
                } else {
                    (Proof::nothing(), From::INPUT)
                };
                outcome(on.unwrap_or(Outcome::Some), proof, Abs::of(label))
            }
            Role::ClaimSource => {
                // A key that is asked for by one of them is no key that was sent.
                let none = From::LITERAL.with(From::REJECT).with(From::INPUT);
                let claims = Abs::of(from.as_public().without(none).with(From::PUBLIC));
                match on {
                    Some(on) => outcome(on, Proof::presence(), claims),
                    None => presence(claims),
                }
            }
            Role::HandsOn | Role::SharesOut => {
                let at = usize::try_from(credential.unwrap_or(0)).unwrap_or(0);
                let ty = exprs.get(at).map(|it| self.ty(*it).peel_refs().clone());
                if let Some(ty) = ty.filter(|_| role == Role::HandsOn) {
                    let value = args.get(at).cloned().unwrap_or_default();
                    let kind = EventKind::Insert(Slot::Type(ty), Box::new(value));
                    self.event(kind, self.span(id));
                }
                receiver.cloned().unwrap_or_default()
            }
            Role::RequestSource => Abs::of(From::REQUEST),
            Role::Clock => Abs::of(From::CLOCK),
            Role::EffectWrite | Role::SendsMail => {
                self.note_choice(id, name, from);
                let statement = model.sql.and_then(|at| exprs.get(at as usize));
                let sets_up = statement.is_some_and(|it| self.changes_nothing(*it));
                // Of whoever has no such credential, it changes nothing.
                let is_his = self.labels_by_store(id, from).has(From::CREDENTIAL)
                    && self.changes_only_by_it(id);
                if !sets_up && !is_his {
                    self.event(EventKind::Write(name.to_owned()), self.span(id));
                }
                self.looked_up(id, name, from)
            }
            Role::EffectRead => {
                self.note_choice(id, name, from);
                self.looked_up(id, name, from)
            }
            Role::Effect => {
                self.note_choice(id, name, from);
                if self.changes_rows(id, from) {
                    self.event(EventKind::Write(name.to_owned()), self.span(id));
                }
                self.looked_up(id, name, from)
            }
            Role::ChangesShared => {
                let is_shared = |it: &Abs| it.from.has(From::OWN) || it.setting.is_some();
                // What stands in the code, or comes from a client: not what the service has read
                // of its own settings.
                let is_news = |it: &Abs| it.from.has(From::SENT.with(From::LITERAL));
                let changes = match receiver {
                    Some(receiver) => is_shared(receiver),
                    None => args.last().is_some_and(is_news),
                };
                if changes && !words::keeps_books(&self.text(id)) {
                    self.event(EventKind::Write(name.to_owned()), self.span(id));
                }
                Abs::of(from.without(From::LITERAL).without(From::REJECT))
            }
            Role::HttpRequest => {
                let url = model.url.and_then(|at| exprs.get(at as usize)).copied();
                let is_sent = on.is_some();
                let request = self.prepared(name, url, args, from);
                match is_sent || from.has(From::CHANGES) {
                    true => self.sent(id, name, request),
                    false => request,
                }
            }
            Role::SendsRequest => {
                let request = Abs::of(from.without(From::LITERAL).without(From::REJECT));
                self.sent(id, name, request)
            }
            Role::Diverges => {
                self.state = None;
                Abs::default()
            }
            _ => Abs::of(from.without(From::LITERAL).without(From::REJECT)),
        }
    }
}

/// A value of the shape that a model says success has.
fn outcome(on: Outcome, proof: Proof, val: Abs) -> Abs {
    match on {
        Outcome::Ok => Abs::fallible("Ok", proof, val),
        Outcome::Some => Abs::fallible("Some", proof, val),
        Outcome::True => Abs::fallible("true", proof, Abs::default()),
        Outcome::False => Abs::fallible("false", proof, Abs::default()),
        Outcome::OkTrue => Abs::fallible(
            "Ok",
            Proof::nothing(),
            Abs::fallible("true", proof, Abs::default()),
        ),
        Outcome::OkSome => Abs::fallible("Ok", Proof::nothing(), Abs::fallible("Some", proof, val)),
        Outcome::Success => Abs::fallible("Success", proof, val),
    }
}
