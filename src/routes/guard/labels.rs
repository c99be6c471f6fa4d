//! Where values come from.

/// Where a value comes from: a set of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct From(u64);

impl From {
    /// The request, its headers, cookies, parts, session.
    pub const REQUEST: From = From(1);
    /// A credential out of the request's ambient parts.
    pub const CREDENTIAL: From = From(2);
    /// Body, query or path: what a client says in a particular request.
    pub const INPUT: From = From(4);
    /// Who the request was shown to come from.
    pub const IDENTITY: From = From(8);
    /// A literal in the code.
    pub const LITERAL: From = From(16);
    /// An answer that refuses.
    pub const REJECT: From = From(32);
    /// The rest of the middleware chain.
    pub const NEXT: From = From(64);
    /// A session: there for anonymous visitors too.
    pub const SESSION: From = From(128);
    /// The request's extensions.
    pub const EXTENSIONS: From = From(256);
    /// What a request says in its body or query under the name of its sender's token: whoever
    /// verifies it, asks for a genuine one. It may as well be stored, like any input.
    pub const TOKEN: From = From(512);

    /// The path of the request, which tells routes apart.
    pub const ROUTE: From = From(1024);
    /// Authenticated under a key that no client sent: nobody else can make it.
    pub const KEYED: From = From(4096);
    /// Settings of a library under which it verifies nothing.
    pub const UNCHECKED: From = From(2048);
    /// What anybody may know of a credential and send: a name, the identifier of a key, a length.
    pub const PUBLIC: From = From(8192);
    /// Looked up by the service, whatever it was that it was looked up by.
    pub const FETCHED: From = From(16384);
    /// A key that a client has chosen: what it verifies proves nothing.
    pub const SENT_KEY: From = From(32768);
    /// A part of the service's state or settings.
    pub const OWN: From = From(65536);
    /// The response that a handler writes into.
    pub const ANSWER: From = From(1 << 17);
    /// Of a response: that of a handler in front of others, which do not run once it refuses.
    pub const CHAIN: From = From(1 << 18);
    /// What stops a chain of handlers, or runs the rest of it.
    pub const FLOW: From = From(1 << 19);
    /// What handlers hand on to those after them.
    pub const DEPOT: From = From(1 << 20);

    /// What code outside the program has answered after a while: somebody else's words.
    pub const ANSWERED: From = From(1 << 21);

    /// Of a header or cookie that is not called like a credential, and may be one.
    pub const AMBIENT: From = From(1 << 27);

    /// Of a header that is not called like a credential, and may be one: no cookie, as visitors get.
    pub const HEADER: From = From(1 << 28);

    /// Of what is the service's own: it is filled with a secret.
    pub const SECRET: From = From(1 << 29);

    /// The pieces of a credential, of which the first comes next.
    pub const SPLIT: From = From(1 << 30);

    /// A piece of a credential that is not the first: which one is the secret, only what it is
    /// compared with, or looked for in, may tell.
    pub const PIECE: From = From(1 << 31);

    /// A MAC made with a key of the service's own: what it takes in is authenticated.
    pub const MAC: From = From(1 << 26);

    /// A secret that is empty where nobody has set it.
    pub const UNSET: From = From(1 << 22);

    /// A request that changes something in another service, once it is sent.
    pub const CHANGES: From = From(1 << 23);

    /// The client of another service: what is called on it is done there.
    pub const PEER: From = From(1 << 24);

    /// Of the path of the request: as its route is registered, with the names of parameters.
    pub const PATTERN: From = From(1 << 32);

    /// A request to another service that shows the caller's credential as its own, and the answer.
    pub const RELAYS: From = From(1 << 33);

    /// The time, and nothing besides: everybody knows it.
    pub const CLOCK: From = From(1 << 25);

    /// What a client may have written.
    pub const SENT: From = From(1 | 2 | 4);
    /// What a handler is handed beside the request: no label of what is made from it.
    pub const HANDED: From = From(0b1111 << 17);

    /// Both sets.
    #[must_use]
    pub fn with(self, other: From) -> From {
        From(self.0 | other.0)
    }

    /// Without these labels.
    #[must_use]
    pub fn without(self, other: From) -> From {
        From(self.0 & !other.0)
    }

    /// Those of these labels that are there.
    #[must_use]
    pub fn only(self, other: From) -> From {
        From(self.0 & other.0)
    }

    /// Whether it is the request's path, and nothing that a client may choose for one route.
    pub fn is_route(self) -> bool {
        let chosen = From::CREDENTIAL.with(From::IDENTITY).with(From::SESSION);
        self.has(From::ROUTE) && !self.has(chosen.with(From::REQUEST))
    }

    /// Whether it is another service's answer to a request that showed the caller's credential.
    pub fn is_relayed_answer(self) -> bool {
        self.has(From::RELAYS) && self.has(From::ANSWERED)
    }

    /// Whether any label of `other` is there.
    pub fn has(self, other: From) -> bool {
        self.0 & other.0 != 0
    }
}
