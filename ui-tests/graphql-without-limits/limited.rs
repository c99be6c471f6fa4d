//! Schemas of async-graphql with a limit.

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SchemaBuilder};

struct Query;

#[Object]
impl Query {
    async fn friends(&self) -> Vec<Query> {
        vec![Query, Query]
    }
}

type Answers = Schema<Query, EmptyMutation, EmptySubscription>;
type Builder = SchemaBuilder<Query, EmptyMutation, EmptySubscription>;

fn by_depth() -> Answers {
    Schema::build(Query, EmptyMutation, EmptySubscription).limit_depth(8).finish() // near miss: bounded by depth
}

fn by_complexity() -> Answers {
    Schema::build(Query, EmptyMutation, EmptySubscription).limit_complexity(100).finish() // near miss: bounded by size
}

fn in_steps() -> Answers {
    let builder = Schema::build(Query, EmptyMutation, EmptySubscription).data(5_u32); // near miss: bounded a line below
    let builder = builder.limit_depth(8);
    builder.finish()
}

fn bounded(builder: Builder) -> Answers {
    builder.limit_depth(8).limit_complexity(100).finish()
}

fn in_a_function() -> Answers {
    bounded(Schema::build(Query, EmptyMutation, EmptySubscription)) // near miss: bounded by who is handed it
}

fn as_it_is_set(depth: Option<usize>) -> Answers {
    let builder = Schema::build(Query, EmptyMutation, EmptySubscription); // near miss: bounded where it is set
    match depth {
        Some(depth) => builder.limit_depth(depth).finish(),
        None => builder.limit_depth(20).finish(),
    }
}

fn main() {}
