//! Statements that are made of requests, in the clients of databases that are not PostgreSQL.

mod analytics;
mod maria;
mod others;

fn main() {}
