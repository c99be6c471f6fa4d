//! `.proto` files: which package they are of, and which services with which methods they declare.
//!
//! Messages, options and everything else is passed over by its brackets, so files of any edition
//! are read, and broken ones as far as they make sense.

/// What a `.proto` file declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProtoFile {
    /// `helloworld.v1`; empty if it says none.
    pub package: String,
    /// In the order of the text.
    pub services: Vec<ProtoService>,
}

/// A service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProtoService {
    /// As written.
    pub name: String,
    /// The names of its methods, streaming or not, as written and in the order of the text.
    pub methods: Vec<String>,
}

/// Reads the text of a `.proto` file.
pub fn parse(text: &str) -> ProtoFile {
    let tokens = Tokens { rest: text }.collect::<Vec<_>>();
    let mut file = ProtoFile::default();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at] {
            "package" => {
                let end = end_of_statement(&tokens, at);
                file.package = tokens[at + 1..end].concat();
                at = end + 1;
            }
            "service" if tokens.get(at + 2) == Some(&"{") => {
                let end = closing(&tokens, at + 2);
                file.services.push(ProtoService {
                    name: tokens[at + 1].to_owned(),
                    methods: methods(&tokens[at + 3..end]),
                });
                at = end + 1;
            }
            _ => at = end_of_statement(&tokens, at) + 1,
        }
    }
    file
}

/// The methods in a service's braces.
fn methods(tokens: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let ["rpc", name, "(", ..] = &tokens[at..] {
            found.push((*name).to_owned());
        }
        at = end_of_statement(tokens, at) + 1;
    }
    found
}

/// The `;` or the last brace of the statement that begins here, or the end of all.
fn end_of_statement(tokens: &[&str], start: usize) -> usize {
    let mut at = start;
    // The braces of an option's value do not end it.
    let mut in_value = false;
    while at < tokens.len() {
        match tokens[at] {
            ";" => return at,
            "=" => in_value = true,
            "{" => {
                at = closing(tokens, at);
                if !in_value {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    at
}

/// The brace that closes this one.
fn closing(tokens: &[&str], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match *token {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// Names, signs and strings; spaces and comments are passed over.
struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        loop {
            self.rest = self.rest.trim_start();
            let end = |rest: &str, of: &str| rest.find(of).map(|at| at + of.len());
            if self.rest.starts_with("//") {
                self.rest = &self.rest[end(self.rest, "\n").unwrap_or(self.rest.len())..];
            } else if self.rest.starts_with("/*") {
                let inner = &self.rest[2..];
                self.rest = &inner[end(inner, "*/").unwrap_or(inner.len())..];
            } else {
                break;
            }
        }
        let first = self.rest.chars().next()?;
        let is_name = |it: char| it.is_alphanumeric() || it == '_';
        let length = match first {
            '"' | '\'' => string(self.rest, first),
            _ if is_name(first) => self.rest.find(|it| !is_name(it)).unwrap_or(self.rest.len()),
            _ => first.len_utf8(),
        };
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(token)
    }
}

/// How long a string is, with its quotes; it ends with its line at the latest.
fn string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, it) in text.char_indices().skip(1) {
        match it {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            _ if it == quote => return at + it.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let file = parse(text);
        let all = file.services.iter().flat_map(|service| {
            let methods = service.methods.iter();
            methods.map(|it| format!("{}.{}/{it}", file.package, service.name))
        });
        all.collect()
    }

    #[test]
    fn reads_services_and_nothing_else() {
        let text = r#"
            /* package a; service No { rpc No(A) returns (B); } */
            syntax = "proto3"; // service No { rpc No(A) returns (B); }
            package
              shop . v1 ;
            option (x) = { service: "}" inner { rpc: 1 } };
            message service { string rpc = 1; message package { } }
            service Orders {
              option (host) = "service No { rpc No(A) returns (B); }";
              rpc Get(stream) returns (stream);
              rpc Watch ( .shop.v1.Id ) returns ( stream Order ) { option (http) = { get: "/{" }; }
              rpc Import(stream Order)returns(Id){};;
              rpc Chat(stream A) returns (stream B) { option a = 'it\'s }'; option b = 2; }
            }
            extend Options { optional string rpc = 1; }
            service Empty {}
            service Last { rpc One(A) returns (B); }
        "#;
        assert_eq!(
            shown(text),
            [
                "shop.v1.Orders/Get",
                "shop.v1.Orders/Watch",
                "shop.v1.Orders/Import",
                "shop.v1.Orders/Chat",
                "shop.v1.Last/One",
            ]
        );
    }

    #[test]
    fn survives_what_is_broken() {
        for text in [
            "service",
            "service A",
            "service A {",
            "service A { rpc",
            "service A { rpc B(",
            "service A { rpc B(C) returns",
            "package",
            "\"",
            "/*",
            "//",
            "}}}",
            "package a.b",
        ] {
            parse(text);
        }
        assert_eq!(shown("service A { rpc B(C) returns (D)"), [".A/B"]);
    }
}
