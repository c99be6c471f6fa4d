//! A schema that is put together in steps, without a limit.

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SchemaBuilder};

struct Query;

#[Object]
impl Query {
    async fn name(&self) -> &'static str {
        "shop"
    }
}

type Shop = Schema<Query, EmptyMutation, EmptySubscription>;

fn builder() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Shop::build(Query, EmptyMutation, EmptySubscription) //~ graphql-without-limits
}

pub fn schema() -> Shop {
    builder().data(7_i32).disable_introspection().finish()
}

struct Form;

impl Form {
    fn build(self) -> usize {
        0
    }
}

pub fn form() -> usize {
    Form.build() // near miss: another builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shallow() -> Shop {
        builder().limit_depth(3).finish() // near miss: a limit in tests is none
    }
}

fn main() {}
