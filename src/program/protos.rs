//! What tonic-build makes of the services in `.proto` files, as far as it matters here: a trait
//! for each service and a server that is made of an implementation. Messages and clients are left
//! out. Sources: tonic-build 0.8 to 0.14 `src/server.rs`, prost-build 0.14 `src/ident.rs`.

use std::collections::BTreeMap;

use super::build::Builder;
use super::defs::{Def, ImplDef, ModuleId};
use crate::facts::proto::{ProtoFile, ProtoService};
use crate::source::Name;

/// The services of all `.proto` files, by their package.
#[derive(Debug, Clone, Default)]
pub struct Protos {
    packages: BTreeMap<String, Vec<ProtoService>>,
}

impl Protos {
    /// Those of these files. A service that several files declare, of which one may be a copy of
    /// the other, has the methods of all.
    pub fn new(files: impl IntoIterator<Item = ProtoFile>) -> Protos {
        let mut packages: BTreeMap<String, Vec<ProtoService>> = BTreeMap::new();
        for file in files {
            let known = packages.entry(file.package).or_default();
            for service in file.services {
                let Some(same) = known.iter_mut().find(|it| it.name == service.name) else {
                    known.push(service);
                    continue;
                };
                for method in service.methods {
                    if !same.methods.contains(&method) {
                        same.methods.push(method);
                    }
                }
            }
        }
        Protos { packages }
    }

    /// The code of a generated file: `helloworld` is that of a package, `_` that of none, and
    /// `shop.Orders` that of a service which was described by hand.
    fn code(&self, stem: &str) -> Option<String> {
        let package = if stem == "_" { "" } else { stem };
        if let Some(services) = self.packages.get(package) {
            return Some(services.iter().map(|it| server(package, it)).collect());
        }
        let (package, name) = stem.rsplit_once('.')?;
        let mut services = self.packages.get(package)?.iter();
        let service = services.find(|it| it.name == name)?;
        Some(server(package, service))
    }

    /// The code of the file that prost-build's `include_file` names: all packages in modules.
    fn all(&self) -> String {
        let mut all = Modules::default();
        for (package, services) in &self.packages {
            let mut at = &mut all;
            for part in package.split('.').filter(|it| !it.is_empty()) {
                at = at.inner.entry(identifier(&snake(part))).or_default();
            }
            at.code
                .extend(services.iter().map(|it| server(package, it)));
        }
        all.text()
    }
}

/// Modules in modules.
#[derive(Default)]
struct Modules {
    code: String,
    inner: BTreeMap<String, Modules>,
}

impl Modules {
    fn text(&self) -> String {
        let inner = self.inner.iter();
        let inner = inner.map(|(name, it)| format!("pub mod {name} {{ {} }}\n", it.text()));
        inner.fold(self.code.clone(), |text, it| text + &it)
    }
}

/// The code that a macro call in a module includes which the build made: what a `.proto` file says
/// of it, or else what the program itself says of the services that it implements.
pub(super) fn included(builder: &Builder<'_>, stem: &str, module: ModuleId) -> Option<String> {
    if let Some(code) = builder.protos.code(stem) {
        return Some(code);
    }
    // What `include_file` names may be called anything, and includes everything.
    if stem.starts_with("_incl") || stem == "includes" {
        return Some(builder.protos.all());
    }
    let guessed = guessed(builder, module);
    let package = match stem.rsplit_once('.') {
        _ if stem == "_" => "",
        // That of one service, described by hand.
        Some((package, name)) if guessed.iter().any(|it| it.name == name) => package,
        _ => stem,
    };
    (!guessed.is_empty()).then(|| guessed.iter().map(|it| server(package, it)).collect())
}

/// The services that the program implements by traits that are expected in a module:
/// `impl shop::orders_server::Orders for Api`.
fn guessed(builder: &Builder<'_>, module: ModuleId) -> Vec<ProtoService> {
    let program = &builder.program;
    let mut services: Vec<ProtoService> = Vec::new();
    for def in program.impls.iter().filter(|it| !it.is_test) {
        let Some(name) = service_of(builder, def, module) else {
            continue;
        };
        let at = services.iter().position(|it| name == *it.name.as_str());
        let at = at.unwrap_or_else(|| {
            services.push(ProtoService {
                name: name.to_string(),
                methods: Vec::new(),
            });
            services.len() - 1
        });
        let service = &mut services[at];
        for id in &def.fns {
            let function = &program[*id];
            let method = upper_camel(function.name.as_str().trim_start_matches("r#"));
            if function.sig.self_param.is_some() && !service.methods.contains(&method) {
                service.methods.push(method);
            }
        }
    }
    services
}

/// The service that an impl is of, if its trait is one of a generated file in this module.
fn service_of(builder: &Builder<'_>, def: &ImplDef, module: ModuleId) -> Option<Name> {
    let program = &builder.program;
    let written: Vec<Name> = def
        .of_trait
        .as_ref()?
        .segments
        .iter()
        .map(|it| it.name)
        .collect();
    let first = *written.first()?;
    let imports = &program[def.module].imports;
    let imported = imports.iter().filter(|it| it.name == Some(first));
    let imported = imported.map(|it| it.path.iter().chain(&written[1..]).copied().collect());
    let mut paths: Vec<Vec<Name>> = imported.collect();
    paths.push(written);
    paths.iter().find_map(|path| {
        let [parents @ .., server, name] = path.as_slice() else {
            return None;
        };
        if *server != *format!("{}_server", naive_snake(name.as_str())).as_str() {
            return None;
        }
        let leads_here = |path: &[Name]| {
            let found = program.resolve_names(def.module, path, false);
            found
                .iter()
                .any(|it| it.used == path.len() && it.def == Def::Module(module))
        };
        let is_here = match parents {
            // Beside it, or by a glob.
            [] => {
                let mut globs = imports.iter().filter(|it| it.name.is_none());
                def.module == module || globs.any(|it| leads_here(&it.path))
            }
            parents => leads_here(parents),
        };
        is_here.then_some(*name)
    })
}

/// A service's module.
fn server(package: &str, service: &ProtoService) -> String {
    let name = upper_camel(&service.name);
    let full = match package {
        "" => service.name.clone(),
        package => format!("{package}.{}", service.name),
    };
    let of = |each: &dyn Fn(&str) -> String| {
        let methods = service.methods.iter();
        methods.map(|it| each(it)).collect::<String>()
    };
    let declared = of(&|it| {
        let method = identifier(&snake(it));
        format!(
            "async fn {method}(&self, request: tonic::Request<()>) -> Result<tonic::Response<()>, tonic::Status>; "
        )
    });
    let answered = of(&|it| format!("\"/{full}/{it}\" => {{}} "));
    format!(
        "pub mod {module}_server {{
            #[tonic::async_trait]
            pub trait {name}: Send + Sync + 'static {{ {declared} }}
            pub struct {name}Server<T> {{ inner: std::sync::Arc<T> }}
            impl<T> {name}Server<T> {{
                pub fn new(inner: T) -> Self {{ Self::from_arc(std::sync::Arc::new(inner)) }}
                pub fn from_arc(inner: std::sync::Arc<T>) -> Self {{ Self {{ inner }} }}
                pub fn with_interceptor<F>(inner: T, interceptor: F)
                    -> tonic::service::interceptor::InterceptedService<Self, F>
                {{ tonic::service::interceptor::InterceptedService::new(Self::new(inner), interceptor) }}
                pub fn accept_compressed(self, encoding: tonic::codec::CompressionEncoding) -> Self {{ self }}
                pub fn send_compressed(self, encoding: tonic::codec::CompressionEncoding) -> Self {{ self }}
                pub fn max_decoding_message_size(self, limit: usize) -> Self {{ self }}
                pub fn max_encoding_message_size(self, limit: usize) -> Self {{ self }}
            }}
            impl<T: {name}, B> tonic::codegen::Service<tonic::codegen::http::Request<B>> for {name}Server<T> {{
                fn call(&mut self, req: tonic::codegen::http::Request<B>) {{
                    match req.uri().path() {{ {answered} _ => {{}} }}
                }}
            }}
            impl<T> tonic::server::NamedService for {name}Server<T> {{
                const NAME: &'static str = \"{full}\";
            }}
        }}
        ",
        module = naive_snake(&name),
    )
}

/// A name that is a keyword, made into an identifier.
fn identifier(name: &str) -> String {
    const KEYWORDS: [&str; 45] = [
        "as", "break", "const", "continue", "else", "enum", "false", "fn", "for", "if", "impl",
        "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static",
        "struct", "trait", "true", "type", "unsafe", "use", "where", "while", "dyn", "abstract",
        "become", "box", "do", "final", "macro", "override", "priv", "typeof", "unsized",
        "virtual", "yield", "async", "await",
    ];
    match name {
        "_" | "super" | "self" | "Self" | "extern" | "crate" => format!("{name}_"),
        "try" | "gen" => format!("r#{name}"),
        name if KEYWORDS.contains(&name) => format!("r#{name}"),
        name if name.starts_with(|it: char| it.is_numeric()) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// The words of a name, in the way of the crate heck: `GetHTTPInfo2` is `Get`, `HTTP`, `Info2`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(|it: char| !it.is_alphanumeric()) {
        let letters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        let mut after_lower = false;
        let mut after_upper = false;
        for (at, it) in letters.iter().enumerate() {
            let next_is_lower = letters.get(at + 1).is_some_and(|it| it.is_lowercase());
            if it.is_uppercase()
                && (after_lower || after_upper && next_is_lower)
                && !word.is_empty()
            {
                words.push(std::mem::take(&mut word));
            }
            // Digits go with what stands before them.
            if it.is_lowercase() || it.is_uppercase() {
                after_lower = it.is_lowercase();
                after_upper = it.is_uppercase();
            }
            word.push(*it);
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

/// `get_http_info`.
fn snake(name: &str) -> String {
    let words = words(name).into_iter().map(|it| it.to_lowercase());
    words.collect::<Vec<_>>().join("_")
}

/// `GetHttpInfo`: how the generator writes names of services and their messages.
pub fn upper_camel(name: &str) -> String {
    let words = words(name).into_iter().map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first
            .chain(letters.flat_map(char::to_lowercase))
            .collect::<String>()
    });
    words.collect()
}

/// tonic-build's own way to name modules: `stock_ap_iv2` of `StockApIv2`.
fn naive_snake(name: &str) -> String {
    let mut text = String::new();
    let mut letters = name.chars().peekable();
    while let Some(it) = letters.next() {
        text.push(it.to_ascii_lowercase());
        if letters.peek().is_some_and(|it| it.is_uppercase()) {
            text.push('_');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_generator_does() {
        for (name, snaked, camel) in [
            ("SayHello", "say_hello", "SayHello"),
            ("GetHTTPInfo", "get_http_info", "GetHttpInfo"),
            ("put_file", "put_file", "PutFile"),
            ("StockAPIv2", "stock_ap_iv2", "StockApIv2"),
            ("V1Beta1", "v1_beta1", "V1Beta1"),
            ("GetOAuth2Token", "get_o_auth2_token", "GetOAuth2Token"),
            ("ListV2", "list_v2", "ListV2"),
        ] {
            assert_eq!(
                (snake(name), upper_camel(name)),
                (snaked.to_owned(), camel.to_owned())
            );
        }
        assert_eq!(naive_snake("HttpFiles"), "http_files");
        assert_eq!(identifier("move"), "r#move");
        assert_eq!(identifier("self"), "self_");
    }
}
