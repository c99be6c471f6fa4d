//! What kind of host a name or address is: one that a finding is about, or one that is not.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Where a host lies, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostKind {
    /// This machine, or one that plain text cannot be overheard on the way to: loopback,
    /// sockets, the metadata service of a cloud, onion services.
    Local,
    /// Reserved for tests, examples and documentation.
    Reserved,
    /// A name of one label, or one that only a private network knows, or a private address.
    Private,
    /// Not known: it comes from somewhere else at run time.
    Unknown,
    /// Anything else.
    Public,
}

/// Suffixes that no public server answers to. RFC 6762 (`local`), RFC 8375 (`home.arpa`), the
/// private-use `internal`, Kubernetes (`svc`, `cluster.local`), and what routers and offices use.
const PRIVATE_SUFFIXES: &[&str] = &[
    "internal",
    "local",
    "localdomain",
    "lan",
    "svc",
    "home",
    "home.arpa",
    "corp",
    "intranet",
    "private",
    "consul",
    "docker",
];

/// RFC 2606 and RFC 6761, and the onion services of RFC 7686 are handled apart.
const RESERVED_SUFFIXES: &[&str] = &[
    "example",
    "test",
    "invalid",
    "example.com",
    "example.net",
    "example.org",
    "example.edu",
];

/// Names by which a container or a cloud machine reaches its own host.
const LOCAL_NAMES: &[&str] = &[
    "localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "ip6-loopback",
    "host.docker.internal",
    "gateway.docker.internal",
    "host.containers.internal",
    "kubernetes.docker.internal",
    "metadata.google.internal",
];

/// Classifies a host without port; IPv6 with or without brackets.
pub(super) fn classify(host: &str) -> HostKind {
    let host = host.trim_end_matches('.').to_lowercase();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    // A zone (`fe80::1%eth0`) is not part of the address.
    let address = bare.split('%').next().unwrap_or(bare);
    if let Ok(address) = address.parse::<Ipv6Addr>() {
        return classify_v6(address);
    }
    if let Ok(address) = bare.parse::<Ipv4Addr>() {
        return classify_v4(address);
    }
    if host.is_empty() || host.starts_with("%2f") || host.starts_with('/') {
        // A Unix socket, or no host at all: then clients take this machine.
        return HostKind::Local;
    }
    if !host.chars().all(is_host_char) {
        // A template that somebody fills in later.
        return HostKind::Unknown;
    }
    if LOCAL_NAMES.contains(&host.as_str()) || ends_with_label(&host, "localhost") {
        return HostKind::Local;
    }
    if ends_with_label(&host, "onion") {
        return HostKind::Local;
    }
    if RESERVED_SUFFIXES
        .iter()
        .any(|it| ends_with_label(&host, it))
    {
        return HostKind::Reserved;
    }
    let is_private = |it: &&str| ends_with_label(&host, it);
    if !host.contains('.') || PRIVATE_SUFFIXES.iter().any(|it| is_private(&it)) {
        return HostKind::Private;
    }
    // `10.1` and the like: numbers that are no address in the usual form.
    if host.chars().all(|it| it.is_ascii_digit() || it == '.') {
        return HostKind::Unknown;
    }
    HostKind::Public
}

fn classify_v4(address: Ipv4Addr) -> HostKind {
    let [a, b, ..] = address.octets();
    if address.is_loopback() || address.is_unspecified() || address.is_link_local() {
        // Link-local addresses are the metadata services of clouds, which speak no TLS.
        HostKind::Local
    } else if address.is_documentation() || address.is_broadcast() {
        HostKind::Reserved
    } else if address.is_private() || (a == 100 && (64..128).contains(&b)) || address.is_multicast()
    {
        HostKind::Private
    } else {
        HostKind::Public
    }
}

fn classify_v6(address: Ipv6Addr) -> HostKind {
    if let Some(v4) = address.to_ipv4_mapped() {
        return classify_v4(v4);
    }
    let [first, second, ..] = address.segments();
    if address.is_loopback() || address.is_unspecified() || first & 0xffc0 == 0xfe80 {
        HostKind::Local
    } else if first == 0x2001 && second == 0x0db8 {
        HostKind::Reserved
    } else if first & 0xfe00 == 0xfc00 || address.is_multicast() {
        HostKind::Private
    } else {
        HostKind::Public
    }
}

fn is_host_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Whether the last labels of a host are these.
fn ends_with_label(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_apart() {
        use HostKind::{Local, Private, Public, Reserved, Unknown};
        let cases = [
            ("localhost", Local),
            ("LOCALHOST", Local),
            ("api.localhost", Local),
            ("localhost.", Local),
            ("127.0.0.1", Local),
            ("127.8.9.1", Local),
            ("0.0.0.0", Local),
            ("[::1]", Local),
            ("[::]", Local),
            ("[::ffff:127.0.0.1]", Local),
            ("[fe80::1%25eth0]", Local),
            ("169.254.169.254", Local),
            ("host.docker.internal", Local),
            ("metadata.google.internal", Local),
            ("shop7xk2vq.onion", Local),
            ("%2Frun%2Fpostgresql", Local),
            ("", Local),
            ("example.com", Reserved),
            ("api.example.org", Reserved),
            ("shop.test", Reserved),
            ("shop.invalid", Reserved),
            ("192.0.2.9", Reserved),
            ("203.0.113.1", Reserved),
            ("[2001:db8::1]", Reserved),
            ("orders", Private),
            ("redis", Private),
            ("orders.shop.svc", Private),
            ("orders.shop.svc.cluster.local", Private),
            ("vault.internal", Private),
            ("printer.local", Private),
            ("nas.lan", Private),
            ("10.0.3.7", Private),
            ("172.31.0.1", Private),
            ("192.168.7.4", Private),
            ("100.64.0.1", Private),
            ("[fd12::7]", Private),
            ("[::ffff:10.0.0.1]", Private),
            ("{host}", Unknown),
            ("<your-server>", Unknown),
            ("$HOST", Unknown),
            ("1.2.3", Unknown),
            ("api.example-shop.com", Public),
            ("notexample.com", Public),
            ("mylocalhost.com", Public),
            ("api.internal.shop.com", Public),
            ("8.8.8.8", Public),
            ("172.32.0.1", Public),
            ("[2606:4700::1111]", Public),
            ("bücher.de", Public),
            ("xn--bcher-kva.de", Public),
            ("my_service.shop.com", Public),
        ];
        for (host, kind) in cases {
            assert_eq!(classify(host), kind, "{host}");
        }
    }
}
