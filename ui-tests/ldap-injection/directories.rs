//! Filters and names out of requests, through directories, traits and escapes.

use actix_web::{HttpResponse, web};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use ldap3::{LdapConn, LdapConnAsync, Mod, Scope, SearchEntry, dn_escape, ldap_escape};
use serde::Deserialize;

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
    department: Option<String>,
}

#[derive(Clone)]
struct Directory {
    url: String,
    base: String,
}

impl Directory {
    fn filter(user: &str) -> String {
        format!("(&(objectClass=person)(uid={user}))")
    }

    async fn find(&self, filter: &str) -> Option<SearchEntry> {
        let (connection, mut ldap) = LdapConnAsync::new(&self.url).await.ok()?;
        ldap3::drive!(connection);
        let found = ldap.search(&self.base, Scope::Subtree, filter, vec!["dn"]).await.ok()?; //~ ldap-injection
        found.success().ok()?.0.into_iter().next().map(SearchEntry::construct)
    }

    fn connect(&self) -> Option<LdapConn> {
        LdapConn::new(&self.url).ok()
    }
}

async fn found(State(directory): State<Directory>, Json(login): Json<Login>) -> Result<String, StatusCode> {
    let entry = directory.find(&Directory::filter(&login.user)).await;
    entry.map(|it| it.dn).ok_or(StatusCode::UNAUTHORIZED)
}

async fn bound(State(directory): State<Directory>, Json(login): Json<Login>) -> Option<String> {
    let mut ldap = directory.connect()?;
    let name = ["uid=", &login.user, ",", &directory.base].concat();
    let answer = ldap.simple_bind(&name, &login.password).ok()?; //~ ldap-injection
    Some(answer.rc.to_string())
}

async fn built(State(directory): State<Directory>, Query(login): Query<Login>) -> Option<String> {
    let mut filter = String::from("(|");
    if let Some(department) = &login.department {
        filter.push_str("(ou=");
        filter += department;
        filter.push(')');
    }
    filter.push(')');
    let mut ldap = directory.connect()?;
    let found = ldap.search(&directory.base, Scope::OneLevel, &filter, vec!["cn"]).ok()?; //~ ldap-injection
    Some(found.0.len().to_string())
}

async fn deleted(State(directory): State<Directory>, Path(name): Path<String>) -> Option<String> {
    let mut ldap = directory.connect()?;
    let done = ldap.delete(&format!("cn={name},{}", directory.base)).ok()?; //~ ldap-injection
    Some(done.rc.to_string())
}

async fn in_actix(login: web::Form<Login>, directory: web::Data<Directory>) -> HttpResponse {
    let Some(mut ldap) = directory.connect() else {
        return HttpResponse::InternalServerError().finish();
    };
    let name = format!("uid={},{}", login.user, directory.base);
    let change = vec![Mod::Replace("description", ["seen"].into())];
    let done = ldap.modify(&name, change); //~ ldap-injection
    HttpResponse::Ok().body(done.is_ok().to_string())
}

async fn escaped(State(directory): State<Directory>, Json(login): Json<Login>) -> Option<String> {
    let user = ldap_escape(login.user.as_str());
    let mut ldap = directory.connect()?;
    let found = ldap.search(&directory.base, Scope::Subtree, &format!("(uid={user})"), vec!["dn"]).ok()?; // near miss: escaped
    Some(found.0.len().to_string())
}

async fn escaped_name(State(directory): State<Directory>, Json(login): Json<Login>) -> Option<String> {
    let mut ldap = directory.connect()?;
    let name = format!("uid={},{}", dn_escape(&*login.user), directory.base);
    let answer = ldap.simple_bind(&name, &login.password).ok()?; // near miss: escaped
    Some(answer.rc.to_string())
}

async fn with_password(State(directory): State<Directory>, Json(login): Json<Login>) -> Option<String> {
    let mut ldap = directory.connect()?;
    let answer = ldap.simple_bind("cn=reader,dc=example,dc=com", &login.password).ok()?; // near miss: the password
    Some(answer.rc.to_string())
}

async fn by_number(State(directory): State<Directory>, Path(number): Path<u32>) -> Option<String> {
    let mut ldap = directory.connect()?;
    let found = ldap.search(&directory.base, Scope::Subtree, &format!("(uidNumber={number})"), vec!["cn"]).ok()?; // near miss: a number
    Some(found.0.len().to_string())
}

async fn letters(State(directory): State<Directory>, Path(name): Path<String>) -> Option<String> {
    if name.is_empty() || name.bytes().any(|it| !it.is_ascii_alphanumeric()) {
        return None;
    }
    let mut ldap = directory.connect()?;
    let found = ldap.search(&directory.base, Scope::Subtree, &format!("(cn={name})"), vec!["cn"]).ok()?; // near miss: letters and digits only
    Some(found.0.len().to_string())
}

async fn attributes(State(directory): State<Directory>, Json(wanted): Json<Vec<String>>) -> Option<String> {
    let mut ldap = directory.connect()?;
    let found = ldap.search(&directory.base, Scope::Subtree, "(objectClass=group)", wanted).ok()?; // near miss: attributes
    Some(found.0.len().to_string())
}

async fn compared(State(directory): State<Directory>, Json(login): Json<Login>) -> Option<String> {
    let mut ldap = directory.connect()?;
    let same = ldap.compare("cn=policy,dc=example,dc=com", "member", &login.user).ok()?; // near miss: a value
    Some(same.equal().unwrap_or(false).to_string())
}

async fn of_the_directory(State(directory): State<Directory>, Json(login): Json<Login>) -> Option<String> {
    let filter = format!("(uid={})", ldap_escape(&login.user));
    let mut ldap = directory.connect()?;
    let found = ldap.search(&directory.base, Scope::Subtree, &filter, vec!["dn"]).ok()?.0;
    let entry = found.into_iter().next().map(SearchEntry::construct)?;
    let answer = ldap.simple_bind(&entry.dn, &login.password).ok()?; // near miss: a name out of the directory
    Some(answer.rc.to_string())
}

fn answered(answer: Option<String>) -> String {
    answer.unwrap_or_default()
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/seen", web::post().to(in_actix));
}

fn app() -> Router {
    let directory = Directory { url: String::new(), base: String::new() };
    Router::new()
        .route("/1", post(found))
        .route("/2", post(|state: State<Directory>, login: Json<Login>| async { answered(bound(state, login).await) }))
        .route("/3", get(|state: State<Directory>, login: Query<Login>| async { answered(built(state, login).await) }))
        .route("/4/{name}", get(|state: State<Directory>, name: Path<String>| async { answered(deleted(state, name).await) }))
        .route("/5", post(|state: State<Directory>, login: Json<Login>| async { answered(escaped(state, login).await) }))
        .route("/6", post(|state: State<Directory>, login: Json<Login>| async { answered(escaped_name(state, login).await) }))
        .route("/7", post(|state: State<Directory>, login: Json<Login>| async { answered(with_password(state, login).await) }))
        .route("/8/{n}", get(|state: State<Directory>, n: Path<u32>| async { answered(by_number(state, n).await) }))
        .route("/9/{name}", get(|state: State<Directory>, name: Path<String>| async { answered(letters(state, name).await) }))
        .route("/10", post(|state: State<Directory>, wanted: Json<Vec<String>>| async { answered(attributes(state, wanted).await) }))
        .route("/11", post(|state: State<Directory>, login: Json<Login>| async { answered(compared(state, login).await) }))
        .route("/12", post(|state: State<Directory>, login: Json<Login>| async { answered(of_the_directory(state, login).await) }))
        .with_state(directory)
}

fn main() {}
