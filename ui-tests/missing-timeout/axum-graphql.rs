//! A service of axum whose endpoints are mostly operations of a schema, as auditors see it.
//@ persona: auditor

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use async_graphql_axum::GraphQL;
use axum::Router;
use axum::routing::{get, post_service};

struct Query;

#[Object]
impl Query {
    async fn one(&self) -> &str {
        "one"
    }

    async fn two(&self) -> &str {
        "two"
    }
}

async fn text() -> &'static str {
    "a text"
}

fn app() -> Router {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
        .limit_depth(8)
        .limit_complexity(100)
        .finish();
    Router::new()
        .route("/", get(text)) //~ missing-timeout
        .route("/graphql", post_service(GraphQL::new(schema)))
}

fn main() {}
