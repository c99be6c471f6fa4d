//! A macro that has the name of its crate, imported beside others.
//@ persona: auditor

use axum::extract::Query;
use log::{Level, error, info, log};
use serde::Deserialize;

#[derive(Deserialize)]
struct Visit {
    user: String,
    page: u32,
}

async fn levels(Query(visit): Query<Visit>) {
    let user = visit.user;
    error!("failed for {}", user); //~ log-injection
    log!(Level::Info, "visit of {}", user); //~ log-injection
    log::warn!("slow for {user}"); //~ log-injection
    info!("{user:?} on page {}", visit.page); // near miss: Debug escapes
}

fn main() {}
