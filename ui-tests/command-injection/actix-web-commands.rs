//! Programs and shells that requests reach, in actix-web.

use std::future::{Ready, ready};
use std::process::{Command, Stdio};

use actix_web::dev::Payload;
use actix_web::error::ErrorBadRequest;
use actix_web::{App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer, Responder, get, post, web};
use serde::Deserialize;

#[derive(Deserialize)]
struct Build {
    branch: String,
    jobs: u8,
    target: Target,
}

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Target {
    Docs,
    Custom { name: String },
}

struct Runner {
    shell: &'static str,
    lines: Vec<String>,
}

impl Runner {
    fn new() -> Self {
        Runner { shell: "sh", lines: Vec::new() }
    }

    fn line(&mut self, line: impl ToString) -> &mut Self {
        self.lines.push(line.to_string());
        self
    }

    fn run(&self) -> bool {
        let script = self.lines.join("\n");
        Command::new(self.shell).arg("-c").arg(script).status().is_ok_and(|it| it.success()) // missed: command-injection
    }
}

struct Branch(String);

impl FromRequest for Branch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let branch = request.headers().get("x-branch").and_then(|it| it.to_str().ok());
        ready(branch.map(|it| Branch(it.to_owned())).ok_or_else(|| ErrorBadRequest("no branch")))
    }
}

#[post("/build")]
async fn post_build(build: web::Json<Build>) -> impl Responder {
    let mut runner = Runner::new();
    runner.line("set -e").line(format!("git checkout {}", build.branch));
    HttpResponse::Ok().json(runner.run())
}

#[post("/make")]
async fn post_make(build: web::Json<Build>) -> impl Responder {
    let line = format!("make -j{}", build.jobs);
    match Command::new("sh").arg("-c").arg(&line).status() { // near miss: post make
        Ok(_) => HttpResponse::Ok(),
        Err(_) => HttpResponse::InternalServerError(),
    }
}

#[post("/target")]
async fn post_target(build: web::Json<Build>) -> impl Responder {
    let target = match &build.target {
        Target::Docs => "docs",
        Target::Custom { name } => name.as_str(),
    };
    let _ = Command::new("make").arg(target).status(); // near miss: post target
    let _ = Command::new("sh").args(["-c", &format!("make {target}")]).status(); //~ command-injection
    HttpResponse::Ok()
}

#[get("/log")]
async fn get_log(branch: Branch) -> impl Responder {
    let line = "git log ".to_owned() + &branch.0;
    let output = Command::new("sh").arg("-c").arg(line).stdout(Stdio::piped()).output(); //~ command-injection
    output.map_or_else(|_| HttpResponse::NotFound().finish(), |it| HttpResponse::Ok().body(it.stdout))
}

#[get("/log-safe")]
async fn get_log_safe(branch: Branch) -> impl Responder {
    let output = Command::new("git").arg("log").arg("--").arg(branch.0).output(); // near miss: get log safe
    output.map_or_else(|_| HttpResponse::NotFound().finish(), |it| HttpResponse::Ok().body(it.stdout))
}

#[get("/query")]
async fn get_query(request: HttpRequest) -> impl Responder {
    let _ = Command::new("sh").arg("-c").arg(request.query_string()).status(); //~ command-injection
    HttpResponse::Ok()
}

#[get("/cookie")]
async fn get_cookie(request: HttpRequest) -> impl Responder {
    if let Some(theme) = request.cookie("theme") {
        let _ = Command::new("sh").arg("-c").arg(format!("make-css {}", theme.value())).status(); //~ command-injection
    }
    HttpResponse::Ok()
}

#[get("/match/{name}")]
async fn get_match_info(request: HttpRequest) -> impl Responder {
    let name = request.match_info().get("name").unwrap_or("all");
    let _ = Command::new("systemctl").arg("restart").arg(name).status(); // near miss: get match info
    let _ = Command::new("cmd").args(["/C", &format!("sc stop {name}")]).status(); //~ command-injection
    HttpResponse::Ok()
}

#[post("/body")]
async fn post_body(bytes: web::Bytes) -> impl Responder {
    let Ok(text) = std::str::from_utf8(&bytes) else { return HttpResponse::BadRequest() };
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let _ = Command::new("sh").arg("-c").arg(line).status(); //~ command-injection
    }
    HttpResponse::Ok()
}

#[post("/words")]
async fn post_words(body: String) -> impl Responder {
    let mut words = body.split_whitespace();
    let Some(program) = words.next() else { return HttpResponse::BadRequest() };
    let _ = Command::new(program).args(words).status(); //~ command-injection
    HttpResponse::Ok()
}

#[post("/words-fixed")]
async fn post_words_fixed(body: String) -> impl Responder {
    let words: Vec<&str> = body.split_whitespace().collect();
    let _ = Command::new("echo").args(words).status(); // near miss: post words fixed
    HttpResponse::Ok()
}

fn ensure_tool(name: &str) -> Result<(), Error> {
    if ["df", "uptime"].contains(&name) { Ok(()) } else { Err(ErrorBadRequest("unknown tool")) }
}

#[get("/tool/{name}")]
async fn get_tool(name: web::Path<String>) -> Result<HttpResponse, Error> {
    ensure_tool(&name)?;
    let _ = Command::new(name.into_inner()).status(); // near miss: get tool
    Ok(HttpResponse::Ok().finish())
}

#[get("/tool-checked-late/{name}")]
async fn get_tool_checked_late(name: web::Path<String>) -> Result<HttpResponse, Error> {
    let result = Command::new(name.as_str()).status(); //~ command-injection
    ensure_tool(&name)?;
    Ok(HttpResponse::Ok().body(format!("{result:?}")))
}

#[get("/tool-allowed/{name}")]
async fn get_tool_allowed(name: web::Path<String>) -> impl Responder {
    const ALLOWED: [&str; 2] = ["df", "uptime"];
    match ALLOWED.iter().copied().find(|it| *it == name.as_str()) {
        Some(tool) => {
            let _ = Command::new(tool).status(); // near miss: get tool allowed
            HttpResponse::Ok()
        }
        None => HttpResponse::NotFound(),
    }
}

#[get("/block/{name}")]
async fn get_block(name: web::Path<String>) -> Result<HttpResponse, Error> {
    let line = format!("whois {name}");
    let output = web::block(move || Command::new("sh").arg("-c").arg(line).output()).await?; //~ command-injection
    Ok(HttpResponse::Ok().body(output?.stdout))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service((post_build, post_make, post_target, get_log, get_log_safe, get_query, get_cookie, get_match_info))
            .service((post_body, post_words, post_words_fixed, get_tool, get_tool_checked_late, get_tool_allowed, get_block))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
