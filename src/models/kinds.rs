//! The kinds of places where data comes in and where it can do harm.

use serde::Deserialize;

/// A kind of place where data from outside can do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkKind {
    /// A statement of a query language.
    Sql,
    /// A query document of a database without SQL.
    Nosql,
    /// A filter or name of LDAP.
    Ldap,
    /// A program that is run, or what a shell is told.
    Command,
    /// A path in the file system.
    File,
    /// Where a request is sent.
    Request,
    /// Where a browser is sent.
    Redirect,
    /// A page, as markup.
    Html,
    /// A template's text.
    Template,
    /// A response's header.
    Header,
    /// A line of a log.
    Log,
    /// A regular expression.
    Regex,
    /// An expression of XPath.
    Xpath,
    /// A format that can make anything of what it reads.
    Deserialize,
    /// How much memory is asked for.
    Allocation,
    /// How many rows a query gives.
    PageSize,
    /// Compressed data that is unpacked to its end.
    Inflation,
    /// A decoder that goes as deep as what it reads.
    Recursion,
    /// Where something is kept: a database, a file. Only passwords do harm there.
    Storage,
    /// A line of a log, where secrets do harm.
    SecretLog,
    /// The URL of a request, where secrets do harm. Of a function whose `url` is another argument: pairs of its query.
    SecretUrl,
}

/// Kinds of sink, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Sinks(u32);

impl Sinks {
    /// None of them.
    pub const NONE: Sinks = Sinks(0);
    /// All of them at which a form does harm. A password that was found to be of a good one is one
    /// all the same.
    pub const ALL: Sinks = Sinks(
        u32::MAX
            ^ (1 << SinkKind::Storage as u32)
            ^ (1 << SinkKind::SecretLog as u32)
            ^ (1 << SinkKind::SecretUrl as u32)
            ^ Sinks::PLACED.0
            ^ Sinks::UNPACKED.0,
    );
    /// Not a kind of sink: of a secret it is known that it stands in the query of a URL, or before its host.
    pub const PLACED: Sinks = Sinks(1 << 29);
    /// Not a kind of sink: of a reader it is known that it unpacks what it reads.
    pub const UNPACKED: Sinks = Sinks(1 << 28);
    /// Those that only secrets do harm at.
    pub const OF_SECRETS: Sinks =
        Sinks::of(SinkKind::SecretLog).with(Sinks::of(SinkKind::SecretUrl));
    /// Not a kind of sink: of a path it is known that it does not climb out of a folder (`..`). One
    /// that begins with `/` still takes the place of the folder that it is joined to.
    pub const CLIMBING: Sinks = Sinks(1 << 30);
    /// Not a kind of sink: of a path it is known that it does not begin with `/`.
    pub const ROOTED: Sinks = Sinks(1 << 31);
    /// Those that a number, an identifier or a time can do no harm at.
    pub const TEXTUAL: Sinks = Sinks(u32::MAX ^ Sinks::BOUNDED.0);
    /// Those that a number can do no harm at that is no larger than the program says.
    pub const BOUNDED: Sinks = Sinks::of(SinkKind::Allocation).with(Sinks::of(SinkKind::PageSize));

    /// One of them.
    pub const fn of(kind: SinkKind) -> Sinks {
        Sinks(1 << kind as u32)
    }

    /// These and others.
    pub const fn with(self, other: Sinks) -> Sinks {
        Sinks(self.0 | other.0)
    }

    /// These without others.
    pub const fn without(self, other: Sinks) -> Sinks {
        Sinks(self.0 & !other.0)
    }

    /// What is in both.
    pub const fn both(self, other: Sinks) -> Sinks {
        Sinks(self.0 & other.0)
    }

    /// Whether all of `other` are among them.
    pub const fn contains(self, other: Sinks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a kind is among them.
    pub const fn has(self, kind: SinkKind) -> bool {
        self.contains(Sinks::of(kind))
    }
}

impl FromIterator<SinkKind> for Sinks {
    fn from_iter<I: IntoIterator<Item = SinkKind>>(kinds: I) -> Sinks {
        let kinds = kinds.into_iter();
        kinds.fold(Sinks::NONE, |all, it| all.with(Sinks::of(it)))
    }
}

/// What sends data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// Whoever sends a request.
    Request,
    /// Whoever starts the program, by its arguments.
    Arguments,
    /// Whoever writes what the program reads from standard input.
    Input,
    /// Whoever writes the files that it reads.
    File,
    /// Whoever writes into the database.
    Database,
    /// The environment that the program runs in.
    Environment,
    /// Another server, by its response.
    Response,
    /// Whoever writes a message into a queue.
    Message,
    /// Whoever packed an archive: the names of what is in it.
    Archive,
    /// A value that is called a password, key or token.
    Secret,
}

impl SourceKind {
    /// What it is that comes from there, for people.
    pub fn data(self) -> &'static str {
        match self {
            SourceKind::Request => "request data",
            SourceKind::Arguments => "the caller's arguments",
            SourceKind::Input => "standard input",
            SourceKind::File => "what a file holds",
            SourceKind::Database => "what the database holds",
            SourceKind::Environment => "the environment",
            SourceKind::Response => "another server's response",
            SourceKind::Message => "a message",
            SourceKind::Archive => "the name of an archive's entry",
            SourceKind::Secret => "a secret",
        }
    }
}
