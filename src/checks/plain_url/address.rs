//! Addresses: what a string says about protocol, host and TLS, where parts of it are unknown.

use super::host::{HostKind, classify};
use crate::values::{Text, TextPart};

/// An address that a client may connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// In lower case; empty where the text is a host alone.
    pub(super) scheme: String,
    /// As written, holes as `{name}`; without credentials, port and brackets kept.
    pub(super) host: String,
    /// Where it lies.
    pub(super) kind: HostKind,
    /// As written.
    pub(super) port: Option<String>,
    /// What follows the host: path and query, holes as spaces. Never shown.
    tail: String,
}

/// A character of the text, or something unknown.
#[derive(Clone, Copy, PartialEq)]
enum Piece<'t> {
    Char(char),
    Hole(&'t str),
}

impl Address {
    /// Reads `scheme://[user[:password]@]host[:port]..`.
    pub(super) fn parse(text: &Text) -> Option<Address> {
        let prefix = text.prefix().trim_start();
        let (scheme, _) = prefix.split_once("://")?;
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme)
        {
            return None;
        }
        let skipped = text
            .prefix()
            .chars()
            .take_while(|c| c.is_whitespace())
            .count();
        let pieces = pieces(text);
        let rest = &pieces[skipped + scheme.chars().count() + 3..];
        Some(Address::after_scheme(scheme.to_ascii_lowercase(), rest))
    }

    /// Reads `host[:port]`, or a whole address.
    pub(super) fn parse_host(text: &Text) -> Option<Address> {
        if text
            .parts
            .iter()
            .all(|part| matches!(part, TextPart::Known(it) if it.is_empty()))
        {
            return None;
        }
        Address::parse(text).or_else(|| Some(Address::after_scheme(String::new(), &pieces(text))))
    }

    /// Reads what database clients take: an address, or `host=.. user=..`.
    pub(super) fn parse_connection_string(text: &Text) -> Option<Address> {
        if let Some(address) = Address::parse(text) {
            return Some(address);
        }
        let pieces = pieces(text);
        let mut words = pieces.split(|piece| matches!(piece, Piece::Char(c) if c.is_whitespace()));
        let key = |word: &[Piece<'_>], key: &str| {
            let mut name = key.chars().map(Piece::Char);
            word.len() > key.len()
                && word
                    .iter()
                    .take(key.len())
                    .all(|it| Some(*it) == name.next())
        };
        let found = words.find(|word| key(word, "host=") || key(word, "hostaddr="))?;
        let at = found.iter().position(|it| *it == Piece::Char('='))?;
        Some(Address::after_scheme(String::new(), &found[at + 1..]))
    }

    fn after_scheme(scheme: String, pieces: &[Piece<'_>]) -> Address {
        let is_end = |piece: &Piece<'_>| matches!(piece, Piece::Char('/' | '?' | '#' | '\\'));
        // `host=/run/postgresql` is a socket, and so is `file:///..`'s empty host.
        let end = pieces.iter().position(is_end).unwrap_or(pieces.len());
        let (authority, tail) = pieces.split_at(end);
        let at = authority.iter().rposition(|it| *it == Piece::Char('@'));
        let host = &authority[at.map_or(0, |at| at + 1)..];
        // Several servers of one cluster: the first speaks for them.
        let host = host
            .split(|it| *it == Piece::Char(','))
            .next()
            .unwrap_or(host);
        let colon = if host.first() == Some(&Piece::Char('[')) {
            let close = host.iter().position(|it| *it == Piece::Char(']'));
            close
                .map(|at| at + 1)
                .filter(|at| host.get(*at) == Some(&Piece::Char(':')))
        } else {
            host.iter().position(|it| *it == Piece::Char(':'))
        };
        let (host, port) = match colon {
            Some(at) => (&host[..at], Some(show(&host[at + 1..]))),
            None => (host, None),
        };
        let (host, kind) = judge(host);
        Address {
            scheme,
            host,
            kind,
            port: port.filter(|it| !it.is_empty()),
            tail: tail
                .iter()
                .map(|piece| match piece {
                    Piece::Char(c) => *c,
                    Piece::Hole(_) => ' ',
                })
                .collect(),
        }
    }

    /// The protocol that it names, where that is one that sends in plain text.
    pub(super) fn plain_protocol(&self) -> Option<&'static str> {
        let off = |keys: &[&str], values: &[&str]| self.has_option(keys, values);
        match self.scheme.as_str() {
            "http" => Some("http"),
            "ws" => Some("ws"),
            "redis" | "redis+tcp" | "valkey" | "redis-cluster" => Some("redis"),
            "amqp" => Some("amqp"),
            "mqtt" => Some("mqtt"),
            "nats" => Some("nats"),
            "ldap" => Some("ldap"),
            "ftp" => Some("ftp"),
            "memcache" | "memcached" => Some("memcache"),
            // With `tls=` the client upgrades the connection.
            "smtp" if !off(&["tls"], &["required", "opportunistic"]) => Some("smtp"),
            "postgres" | "postgresql" if off(&["sslmode", "ssl-mode"], &["disable"]) => {
                Some("postgres")
            }
            "mysql" | "mariadb"
                if off(
                    &["ssl-mode", "sslmode", "ssl_mode"],
                    &["disabled", "disable"],
                ) =>
            {
                Some("mysql")
            }
            "mongodb" | "mongodb+srv" if off(&["tls", "ssl"], &["false"]) => Some("mongodb"),
            _ => None,
        }
    }

    /// The same address, with TLS: the scheme to write, where a change of scheme is all it takes.
    pub(super) fn secure_scheme(&self) -> Option<&'static str> {
        match self.scheme.as_str() {
            "http" => Some("https"),
            "ws" => Some("wss"),
            "redis" => Some("rediss"),
            "amqp" => Some("amqps"),
            "mqtt" => Some("mqtts"),
            "ldap" => Some("ldaps"),
            "smtp" => Some("smtps"),
            "ftp" => Some("ftps"),
            _ => None,
        }
    }

    /// Scheme, host and port, as reports show it: never credentials, path or query.
    pub(super) fn display(&self) -> String {
        let port = self
            .port
            .as_ref()
            .map_or(String::new(), |it| format!(":{it}"));
        if self.scheme.is_empty() {
            format!("{}{port}", self.host)
        } else {
            format!("{}://{}{port}", self.scheme, self.host)
        }
    }

    fn has_option(&self, keys: &[&str], values: &[&str]) -> bool {
        let Some((_, query)) = self.tail.split_once('?') else {
            return false;
        };
        query.split(['&', '#']).any(|pair| {
            pair.split_once('=').is_some_and(|(key, value)| {
                keys.iter().any(|it| key.eq_ignore_ascii_case(it))
                    && values
                        .iter()
                        .any(|it| value.trim().eq_ignore_ascii_case(it))
            })
        })
    }
}

/// The host with its holes shown, and what it is.
fn judge(host: &[Piece<'_>]) -> (String, HostKind) {
    let is_hole = |piece: &Piece<'_>| matches!(piece, Piece::Hole(_));
    let Some(first) = host.iter().position(is_hole) else {
        let host = show(host);
        let kind = classify(&host);
        return (host, kind);
    };
    let before = show(&host[..first]);
    let last = host.iter().rposition(is_hole).unwrap_or(first);
    let after = show(&host[last + 1..]);
    // `http://api.shop.com{path}`: what follows a whole host is the path.
    let is_whole = before == "localhost" || (before.contains('.') && !before.ends_with(['.', '-']));
    if after.is_empty() && is_whole {
        let kind = classify(&before);
        return (before, kind);
    }
    // `http://{region}.shop.com`: the last labels tell.
    let kind = if after.contains('.') && !after.ends_with('.') {
        classify(&format!("x{after}"))
    } else {
        HostKind::Unknown
    };
    (show(host), kind)
}

fn pieces(text: &Text) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for part in &text.parts {
        match part {
            TextPart::Known(text) => pieces.extend(text.chars().map(Piece::Char)),
            TextPart::Hole(name) => pieces.push(Piece::Hole(name)),
        }
    }
    pieces
}

fn show(pieces: &[Piece<'_>]) -> String {
    let mut shown = String::new();
    for piece in pieces {
        match piece {
            Piece::Char(c) => shown.push(*c),
            Piece::Hole(name) => shown.extend(["{", name, "}"]),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{x}` is a hole.
    fn text(written: &str) -> Text {
        let mut text = Text::default();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').expect("a closed hole");
            text.push(&Text::known(before, None));
            text.push(&Text::hole(name));
            rest = after;
        }
        text.push(&Text::known(rest, None));
        text
    }

    #[test]
    fn addresses_are_read_with_holes() {
        use HostKind::{Local, Private, Public, Reserved, Unknown};
        let cases = [
            ("http://api.shop.com/x", "http://api.shop.com", Public),
            ("HTTP://API.shop.com", "http://API.shop.com", Public),
            (
                "http://api.shop.com:8080?x=1",
                "http://api.shop.com:8080",
                Public,
            ),
            ("http://api.shop.com#x", "http://api.shop.com", Public),
            (
                "http://user:pass@api.shop.com/",
                "http://api.shop.com",
                Public,
            ),
            (
                "http://u@e:p@ss@api.shop.com/",
                "http://api.shop.com",
                Public,
            ),
            (
                "http://example.com@api.shop.com/",
                "http://api.shop.com",
                Public,
            ),
            (
                "redis://:{password}@cache.shop.io/0",
                "redis://cache.shop.io",
                Public,
            ),
            ("http://[::1]:8080/", "http://[::1]:8080", Local),
            (
                "http://[2606:4700::1111]/",
                "http://[2606:4700::1111]",
                Public,
            ),
            ("http://127.0.0.1:{port}/", "http://127.0.0.1:{port}", Local),
            ("http://{host}/x", "http://{host}", Unknown),
            ("http://{host}:8080/x", "http://{host}:8080", Unknown),
            (
                "http://{region}.shop.com/x",
                "http://{region}.shop.com",
                Public,
            ),
            (
                "http://api-{region}.shop.com",
                "http://api-{region}.shop.com",
                Public,
            ),
            ("http://{name}.svc/x", "http://{name}.svc", Private),
            ("http://api.shop.com{path}", "http://api.shop.com", Public),
            ("http://localhost{path}", "http://localhost", Local),
            ("http://api.{domain}", "http://api.{domain}", Unknown),
            ("http://orders:8080/orders", "http://orders:8080", Private),
            ("http://example.com", "http://example.com", Reserved),
            (
                "mongodb://a.shop.com:1,b.shop.com:2/db",
                "mongodb://a.shop.com:1",
                Public,
            ),
            ("http:///x", "http://", Local),
        ];
        for (written, shown, kind) in cases {
            let address = Address::parse(&text(written)).expect(written);
            assert_eq!(
                (address.display().as_str(), address.kind),
                (shown, kind),
                "{written}"
            );
        }
        for written in [
            "{base}/x",
            "{scheme}://api.shop.com",
            "api.shop.com",
            "/http://x",
            "",
        ] {
            assert_eq!(Address::parse(&text(written)), None, "{written}");
        }
    }

    #[test]
    fn protocols_without_tls_are_known() {
        let cases = [
            ("http://x.shop.com", Some("http")),
            ("https://x.shop.com", None),
            ("ws://x.shop.com", Some("ws")),
            ("wss://x.shop.com", None),
            ("redis://x.shop.com", Some("redis")),
            ("rediss://x.shop.com", None),
            ("redis+unix:///run/redis.sock", None),
            ("smtp://x.shop.com", Some("smtp")),
            ("smtp://x.shop.com:587?tls=required", None),
            ("smtps://x.shop.com", None),
            ("postgres://x.shop.com/db", None),
            ("postgres://x.shop.com/db?sslmode=require", None),
            (
                "postgres://x.shop.com/db?a=b&sslmode=disable",
                Some("postgres"),
            ),
            ("mysql://x.shop.com/db?ssl-mode=DISABLED", Some("mysql")),
            ("mongodb://x.shop.com/db?tls=false", Some("mongodb")),
            ("mongodb://x.shop.com/db", None),
        ];
        for (written, protocol) in cases {
            let address = Address::parse(&text(written)).expect(written);
            assert_eq!(address.plain_protocol(), protocol, "{written}");
        }
    }

    #[test]
    fn connection_strings_are_read() {
        let cases = [
            (
                "host=db.shop.io user=shop",
                Some(("db.shop.io", HostKind::Public)),
            ),
            (
                "user=shop host=/run/postgresql",
                Some(("", HostKind::Local)),
            ),
            ("user=shop host={host}", Some(("{host}", HostKind::Unknown))),
            (
                "postgres://u:p@db.shop.io/x",
                Some(("db.shop.io", HostKind::Public)),
            ),
            ("user=shop", None),
        ];
        for (written, expected) in cases {
            let address = Address::parse_connection_string(&text(written));
            let found = address.as_ref().map(|it| (it.host.as_str(), it.kind));
            assert_eq!(found, expected, "{written}");
        }
    }
}
