//! Filters and names of a directory that requests write.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use ldap3::{LdapConn, LdapConnAsync, Scope, SearchEntry, dn_escape, ldap_escape};
use serde::Deserialize;

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
    number: u32,
}

fn failed<E>(_: E) -> StatusCode {
    StatusCode::BAD_GATEWAY
}

async fn by_filter(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let (conn, mut ldap) = LdapConnAsync::new("ldaps://ldap.example.com").await.map_err(failed)?;
    ldap3::drive!(conn);
    let filter = format!("(&(objectClass=person)(uid={}))", login.user);
    let found = ldap.search("dc=example,dc=com", Scope::Subtree, &filter, vec!["cn"]).await; //~ ldap-injection
    Ok(found.is_ok().to_string())
}

async fn whole(Query(login): Query<Login>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    let found = ldap.search("dc=example,dc=com", Scope::Subtree, &login.user, vec!["cn"]); //~ ldap-injection
    Ok(found.is_ok().to_string())
}

async fn as_somebody(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let (conn, mut ldap) = LdapConnAsync::new("ldaps://ldap.example.com").await.map_err(failed)?;
    ldap3::drive!(conn);
    let name = format!("uid={},ou=people,dc=example,dc=com", login.user);
    let bound = ldap.simple_bind(&name, &login.password).await; //~ ldap-injection
    Ok(bound.is_ok().to_string())
}

async fn streamed(Path(name): Path<String>) -> Result<String, StatusCode> {
    let (conn, mut ldap) = LdapConnAsync::new("ldaps://ldap.example.com").await.map_err(failed)?;
    ldap3::drive!(conn);
    let filter = "(cn=".to_owned() + &name + ")";
    let stream = ldap.streaming_search("dc=example", Scope::Subtree, &filter, vec!["cn"]).await; //~ ldap-injection
    Ok(stream.is_ok().to_string())
}

async fn removed(Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    let done = ldap.delete(&format!("cn={name},dc=example")); //~ ldap-injection
    Ok(done.is_ok().to_string())
}

async fn escaped(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: escaped as a filter asks for it
    let filter = format!("(uid={})", ldap_escape(&login.user));
    let found = ldap.search("dc=example,dc=com", Scope::Subtree, &filter, vec!["cn"]);
    Ok(found.is_ok().to_string())
}

async fn escaped_name(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: escaped as a name asks for it
    let name = format!("uid={},dc=example", dn_escape(&login.user));
    Ok(ldap.simple_bind(&name, &login.password).is_ok().to_string())
}

async fn own_account(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: the password is the caller's, the name is not
    Ok(ldap.simple_bind("cn=reader,dc=example", &login.password).is_ok().to_string())
}

async fn number(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: a number
    let filter = format!("(uidNumber={})", login.number);
    Ok(ldap.search("dc=example", Scope::Subtree, &filter, vec!["cn"]).is_ok().to_string())
}

async fn letters(Path(name): Path<String>) -> Result<String, StatusCode> {
    if !name.chars().all(|it| it.is_ascii_alphanumeric()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: letters and digits alone
    Ok(ldap.search("dc=example", Scope::Subtree, &format!("(cn={name})"), vec!["cn"]).is_ok().to_string())
}

async fn attributes(Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: the caller chooses which attributes it sees
    let found = ldap.search("dc=example", Scope::Subtree, "(objectClass=person)", vec![name]);
    Ok(found.is_ok().to_string())
}

async fn after_the_search(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    let filter = format!("(uid={})", ldap_escape(login.user.as_str()));
    let (rows, _) = ldap
        .search("dc=example", Scope::Subtree, &filter, vec!["cn"])
        .and_then(|it| it.success())
        .map_err(failed)?;
    let Some(row) = rows.into_iter().next() else { return Err(StatusCode::BAD_REQUEST) };
    let entry = SearchEntry::construct(row);
    // near miss: the name is the one that the directory has given
    Ok(ldap.simple_bind(&entry.dn, &login.password).is_ok().to_string())
}

async fn listed(Path(group): Path<String>) -> Result<String, StatusCode> {
    if !matches!(group.as_str(), "admins" | "staff") {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: one of two words
    Ok(ldap.search("dc=example", Scope::Subtree, &format!("(ou={group})"), vec!["cn"]).is_ok().to_string())
}

async fn by_id(Path(id): Path<uuid::Uuid>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: an identifier has a form
    Ok(ldap.search("dc=example", Scope::Subtree, &format!("(entryUUID={id})"), vec!["cn"]).is_ok().to_string())
}

async fn compared(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let mut ldap = LdapConn::new("ldaps://ldap.example.com").map_err(failed)?;
    // near miss: a value that is compared is no filter
    Ok(ldap.compare("cn=a,dc=example", "uid", &login.user).is_ok().to_string())
}

fn app() -> Router {
    Router::new()
        .route("/1", post(by_filter))
        .route("/2", get(whole))
        .route("/3", post(as_somebody))
        .route("/4/{name}", get(streamed))
        .route("/5/{name}", get(removed))
        .route("/6", post(escaped))
        .route("/7", post(escaped_name))
        .route("/8", post(own_account))
        .route("/9", post(number))
        .route("/10/{name}", get(letters))
        .route("/11/{name}", get(attributes))
        .route("/12", post(after_the_search))
        .route("/13/{name}", get(listed))
        .route("/14/{name}", get(by_id))
        .route("/15", post(compared))
}

fn main() {}
