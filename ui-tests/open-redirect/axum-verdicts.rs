//! Targets that functions of other names have looked up in a list.

use std::collections::HashSet;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use serde::Deserialize;
use url::Url;

#[derive(Clone)]
struct Client {
    origins: HashSet<String>,
    targets: HashSet<String>,
    lax: bool,
}

#[derive(Deserialize)]
struct Login {
    next: String,
}

struct Permit {
    target: String,
}

impl Client {
    fn knows(&self, target: &str) -> bool {
        let is_exact = self.targets.contains(target);
        if !is_exact {
            tracing::debug!("an unknown target");
        }
        is_exact
    }

    fn of_our_hosts(&self, url: &Url) -> bool {
        match url.host_str() {
            Some(host) => self.origins.contains(host),
            None => false,
        }
    }

    fn permit(&self, target: String) -> Result<Permit, StatusCode> {
        let is_listed = self.targets.contains(&target);
        if !is_listed {
            return Err(StatusCode::BAD_REQUEST);
        }
        Ok(Permit { target })
    }

    fn lax_permit(&self, target: String) -> Result<Permit, StatusCode> {
        let is_listed = self.lax || self.targets.contains(&target);
        if !is_listed {
            return Err(StatusCode::BAD_REQUEST);
        }
        Ok(Permit { target })
    }

    fn is_long(&self, target: &str) -> bool {
        target.len() > self.targets.len()
    }
}

async fn known(State(client): State<Client>, Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    if client.knows(&login.next) {
        // near miss: the method said that the list has it
        Ok(Redirect::to(&login.next))
    } else {
        Err(StatusCode::BAD_REQUEST)
    }
}

async fn ours(State(client): State<Client>, Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    let url = Url::parse(&login.next).map_err(|_| StatusCode::BAD_REQUEST)?;
    if !client.of_our_hosts(&url) {
        return Err(StatusCode::BAD_REQUEST);
    }
    // near miss: the host is one of the list
    Ok(Redirect::to(url.as_str()))
}

async fn permitted(State(client): State<Client>, Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    let permit = client.permit(login.next)?;
    // near miss: only what is listed is given back
    Ok(Redirect::to(&permit.target))
}

async fn lax(State(client): State<Client>, Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    let permit = client.lax_permit(login.next)?;
    Ok(Redirect::to(&permit.target)) //~ open-redirect
}

async fn long(State(client): State<Client>, Query(login): Query<Login>) -> Result<Redirect, StatusCode> {
    if client.is_long(&login.next) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Redirect::to(&login.next)) //~ open-redirect
}

fn app(client: Client) -> Router {
    Router::new()
        .route("/known", get(known))
        .route("/ours", get(ours))
        .route("/permitted", get(permitted))
        .route("/lax", get(lax))
        .route("/long", get(long))
        .with_state(client)
}

#[tokio::main]
async fn main() {
    let client = Client { origins: HashSet::new(), targets: HashSet::new(), lax: false };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app(client)).await.expect("a server");
}
