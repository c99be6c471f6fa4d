//! Functions, values and types between the request and the page, in axum.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt::{self, Display};
use std::rc::Rc;
use std::sync::{Arc, OnceLock, RwLock};

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Html;
use axum::routing::get;
use serde::Deserialize;

#[derive(Deserialize, Clone, Default)]
struct Search {
    q: String,
    page: u32,
    words: Option<Vec<String>>,
}

type Page = Html<String>;

struct Bold<T>(T);

impl<T: Display> Display for Bold<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<b>{}</b>", self.0)
    }
}

async fn displayed(Query(search): Query<Search>) -> Page {
    Html(Bold(search.q).to_string()) //~ cross-site-scripting
}

async fn displayed_number(Query(search): Query<Search>) -> Page {
    Html(Bold(search.page).to_string()) // near miss: displayed number
}

struct Masked(String);

impl Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} characters", self.0.len())
    }
}

async fn displayed_masked(Query(search): Query<Search>) -> Page {
    Html(format!("<p>{}</p>", Masked(search.q))) //~ cross-site-scripting (wrongly)
}

trait Component {
    fn title(&self) -> String;

    fn render(&self) -> String {
        format!("<h1>{}</h1>", self.title())
    }
}

struct Fixed;

struct Named {
    name: String,
}

impl Component for Fixed {
    fn title(&self) -> String {
        "Home".to_string()
    }
}

impl Component for Named {
    fn title(&self) -> String {
        self.name.clone()
    }
}

async fn default_method(Query(search): Query<Search>) -> Page {
    Html(Named { name: search.q }.render()) //~ cross-site-scripting
}

async fn default_method_fixed(Query(search): Query<Search>) -> Page {
    println!("{}", search.q);
    Html(Fixed.render()) // near miss: default method fixed
}

async fn dynamic(Query(search): Query<Search>) -> Page {
    let components: Vec<Box<dyn Component + Send>> = vec![Box::new(Fixed), Box::new(Named { name: search.q })];
    let page: String = components.iter().map(|it| it.render()).collect();
    Html(page) //~ cross-site-scripting
}

fn show<C: Component>(component: &C) -> String {
    component.render()
}

async fn generic(Query(search): Query<Search>) -> Page {
    let named = Named { name: search.q };
    Html(show(&named)) //~ cross-site-scripting
}

struct Renderer {
    wrap: Box<dyn Fn(&str) -> String + Send + Sync>,
}

async fn stored_closure(Query(search): Query<Search>) -> Page {
    let renderer = Renderer { wrap: Box::new(|text| format!("<p>{text}</p>")) };
    Html((renderer.wrap)(&search.q)) //~ cross-site-scripting
}

fn paragraph(text: &str) -> String {
    format!("<p>{text}</p>")
}

async fn function_pointer(Query(search): Query<Search>) -> Page {
    let render: fn(&str) -> String = paragraph;
    Html(render(&search.q)) //~ cross-site-scripting
}

async fn function_as_argument(Query(search): Query<Search>) -> Page {
    let page = search.words.map(|words| words.iter().map(|it| paragraph(it)).collect::<String>());
    Html(page.unwrap_or_default()) //~ cross-site-scripting
}

fn repeat(text: &str, times: u32) -> String {
    if times == 0 { String::new() } else { text.to_string() + &repeat(text, times - 1) }
}

async fn recursion(Query(search): Query<Search>) -> Page {
    Html(repeat(&search.q, search.page)) //~ cross-site-scripting
}

async fn recursion_constant(Query(search): Query<Search>) -> Page {
    Html(repeat("<br>", search.page)) // near miss: recursion constant
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(' ').map(|it| format!("<i>{it}</i>"))
}

async fn returned_iterator(Query(search): Query<Search>) -> Page {
    Html(words(&search.q).collect()) //~ cross-site-scripting
}

async fn struct_update(Query(search): Query<Search>) -> Page {
    let changed = Search { page: 1, ..search };
    Html(changed.q) //~ cross-site-scripting
}

async fn struct_update_overwrites(Query(search): Query<Search>) -> Page {
    let changed = Search { q: String::from("all"), ..search };
    Html(format!("<p>{} {}</p>", changed.q, changed.page)) // near miss: struct update overwrites
}

async fn taken(Query(mut search): Query<Search>) -> Page {
    let q = std::mem::take(&mut search.q);
    Html(format!("<p>{q}</p>")) //~ cross-site-scripting
}

async fn left_after_take(Query(mut search): Query<Search>) -> Page {
    let q = std::mem::replace(&mut search.q, "nothing".to_string());
    println!("{q}");
    Html(format!("<p>{}</p>", search.page)) // near miss: left after take
}

async fn swapped(Query(search): Query<Search>) -> Page {
    let mut first = String::from("first");
    let mut second = search.q;
    std::mem::swap(&mut first, &mut second);
    Html(first) //~ cross-site-scripting
}

async fn slice(Query(search): Query<Search>) -> Page {
    let part = search.q.get(1..).unwrap_or("");
    Html(format!("<p>{part}</p>")) //~ cross-site-scripting
}

async fn indexed(Query(search): Query<Search>) -> Page {
    let words = search.words.unwrap_or_default();
    if words.is_empty() {
        return Html("<p></p>".to_string()); // near miss: indexed
    }
    Html(words[0].clone()) //~ cross-site-scripting
}

async fn characters(Query(search): Query<Search>) -> Page {
    let mut page = String::new();
    for it in search.q.chars().rev() {
        page.push(it);
    }
    Html(page) //~ cross-site-scripting
}

async fn queue(Query(search): Query<Search>) -> Page {
    let mut queue = VecDeque::from(["<p>".to_string(), "</p>".to_string()]);
    queue.insert(1, search.q);
    let mut page = String::new();
    while let Some(part) = queue.pop_front() {
        page += &part;
    }
    Html(page) //~ cross-site-scripting
}

async fn other_queue(Query(search): Query<Search>) -> Page {
    let mut seen = VecDeque::new();
    seen.push_back(search.q);
    let parts = VecDeque::from(["<p>".to_string(), "</p>".to_string()]);
    Html(parts.into_iter().collect()) // near miss: other queue
}

async fn map_entry(Query(search): Query<Search>) -> Page {
    let mut parts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    parts.entry("q").or_default().push(search.q);
    let page = parts.values().flatten().cloned().collect::<Vec<_>>().concat();
    Html(page) //~ cross-site-scripting
}

async fn map_keys_are_ours(Query(search): Query<Search>) -> Page {
    let mut parts = HashMap::new();
    parts.insert("q", search.q);
    Html(parts.keys().copied().collect::<Vec<_>>().join(", ")) //~ cross-site-scripting (wrongly)
}

async fn set(Query(search): Query<Search>) -> Page {
    let words: HashSet<&str> = search.q.split(' ').collect();
    Html(words.into_iter().collect::<Vec<_>>().join("<br>")) //~ cross-site-scripting
}

async fn set_size(Query(search): Query<Search>) -> Page {
    let words: HashSet<&str> = search.q.split(' ').collect();
    Html(format!("<p>{} words</p>", words.len())) // near miss: set size
}

async fn zipped(Query(search): Query<Search>) -> Page {
    let labels = ["first", "second"];
    let rows = labels.iter().zip(search.q.split(' ')).map(|(label, word)| format!("<p>{label}: {word}</p>"));
    Html(rows.collect()) //~ cross-site-scripting
}

async fn zipped_labels(Query(search): Query<Search>) -> Page {
    let labels = ["first", "second"];
    let rows = labels.iter().zip(search.q.split(' ')).map(|(label, _)| format!("<p>{label}</p>"));
    Html(rows.collect()) // near miss: the other side of a zip
}

async fn folded(Query(search): Query<Search>) -> Page {
    let page = search.q.lines().fold(String::from("<ul>"), |page, line| page + "<li>" + line + "</li>");
    Html(page) //~ cross-site-scripting
}

async fn partitioned(Query(search): Query<Search>) -> Page {
    let (short, long): (Vec<&str>, Vec<&str>) = search.q.split(' ').partition(|it| it.len() < 4);
    Html(format!("<p>{} short, {}</p>", short.len(), long.join(" "))) //~ cross-site-scripting
}

async fn loop_value(Query(search): Query<Search>) -> Page {
    let mut rest = search.q.as_str();
    let last = loop {
        match rest.split_once('/') {
            Some((_, after)) => rest = after,
            None => break rest,
        }
    };
    Html(format!("<p>{last}</p>")) //~ cross-site-scripting
}

async fn shared(Query(search): Query<Search>) -> Page {
    let text: Arc<str> = search.q.into();
    let other = Arc::clone(&text);
    Html(format!("<p>{other}</p>")) //~ cross-site-scripting
}

async fn boxed(Query(search): Query<Search>) -> Page {
    let text: Box<str> = search.q.into_boxed_str();
    Html(text.into_string()) //~ cross-site-scripting
}

async fn option_state(Query(search): Query<Search>) -> Page {
    let mut last: Option<String> = None;
    if search.page > 1 {
        last.replace(search.q);
    }
    Html(last.get_or_insert_with(String::new).clone()) //~ cross-site-scripting
}

async fn lock(State(last): State<Arc<RwLock<String>>>, Query(search): Query<Search>) -> Page {
    if let Ok(mut last) = last.write() {
        *last = search.q;
    }
    let page = last.read().map(|it| it.clone()).unwrap_or_default();
    Html(page) // missed: cross-site-scripting
}

fn header() -> &'static str {
    static HEADER: OnceLock<String> = OnceLock::new();
    HEADER.get_or_init(|| "<h1>Shop</h1>".to_string())
}

async fn once(Query(search): Query<Search>) -> Page {
    Html(format!("{}{}", header(), search.page)) // near miss: once
}

macro_rules! respond {
    ($text:expr) => {
        return Html($text.to_string()) // near miss: once
    };
}

macro_rules! tag {
    ($name:ident, $text:expr) => {
        concat!("<", stringify!($name), ">").to_string() + &$text + concat!("</", stringify!($name), ">")
    };
}

async fn by_tag(Query(search): Query<Search>) -> Page {
    Html(tag!(p, search.q)) //~ cross-site-scripting
}

async fn by_tag_constant(Query(search): Query<Search>) -> Page {
    if search.page == 0 {
        respond!("<p>no page</p>"); // near miss: by tag constant
    }
    Html(tag!(p, search.page.to_string())) // near miss: by tag constant
}

async fn by_respond(Query(search): Query<Search>) -> Page {
    respond!(search.q) //~ cross-site-scripting
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/1", get(displayed).post(displayed_number).put(displayed_masked))
        .route("/2", get(default_method).post(default_method_fixed).put(dynamic).delete(generic))
        .route("/3", get(stored_closure).post(function_pointer).put(function_as_argument))
        .route("/4", get(recursion).post(recursion_constant).put(returned_iterator))
        .route("/5", get(struct_update).post(struct_update_overwrites).put(taken).delete(left_after_take))
        .route("/6", get(swapped).post(slice).put(indexed).delete(characters))
        .route("/7", get(queue).post(other_queue).put(map_entry).delete(map_keys_are_ours))
        .route("/8", get(set).post(set_size).put(zipped).delete(zipped_labels))
        .route("/9", get(folded).post(partitioned).put(loop_value).delete(shared))
        .route("/10", get(boxed).post(option_state).put(lock).delete(once))
        .route("/11", get(by_tag).post(by_tag_constant).put(by_respond))
        .with_state(Arc::new(RwLock::new(String::new())));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
