//! Schemas of async-graphql without a limit.

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SchemaBuilder};

struct Query;

#[Object]
impl Query {
    async fn friends(&self) -> Vec<Query> {
        vec![Query, Query]
    }
}

type Answers = Schema<Query, EmptyMutation, EmptySubscription>;

fn at_once() -> Answers {
    Schema::build(Query, EmptyMutation, EmptySubscription).finish() //~ graphql-without-limits
}

fn shortest() -> Answers {
    Schema::new(Query, EmptyMutation, EmptySubscription) //~ graphql-without-limits
}

fn in_steps() -> Answers {
    let builder = Schema::build(Query, EmptyMutation, EmptySubscription); //~ graphql-without-limits
    let builder = builder.data(5_u32);
    builder.finish()
}

struct Plan;

impl Plan {
    fn build(_first: Query) -> Plan {
        Plan
    }
}

fn of_the_program() -> Plan {
    Plan::build(Query) // near miss: a function of that name of the program
}

fn text() -> String {
    "Schema::build(Query)".to_owned() // near miss: a text
}

fn told(schema: &Answers) -> String {
    schema.sdl() // near miss: a schema that was built elsewhere
}

fn done(builder: SchemaBuilder<Query, EmptyMutation, EmptySubscription>) -> Answers {
    builder.finish() // near miss: where it is begun is where it lacks
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let _ = Schema::build(Query, EmptyMutation, EmptySubscription).finish(); // near miss: of a test
    }
}
