//! Operations of GraphQL, juniper 0.16 behind actix-web: who asks is in the context that the handler
//! makes.
//@ GET /graphql optional
//@ POST /graphql optional
//@ POST /graphql#query.products none
//@ POST /graphql#query.me required
//@ POST /graphql#query.search none
//@ POST /graphql#mutation.addProduct required
//@ POST /graphql#mutation.delete_all none
//@ POST /graphql#mutation.banUser required
//@ POST /graphql#mutation.byClaim none

use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, web};
use jsonwebtoken::{DecodingKey, Validation, decode};
use juniper::{EmptySubscription, FieldError, FieldResult, GraphQLInputObject, RootNode, graphql_object};
use juniper_actix::graphql_handler;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct User {
    name: String,
    is_admin: bool,
}

pub struct Context {
    user: Option<User>,
    claimed: Option<String>,
    store: i64,
}

impl juniper::Context for Context {}

impl Context {
    fn require_user(&self) -> FieldResult<&User> {
        self.user.as_ref().ok_or_else(|| FieldError::from("log in"))
    }
}

fn verified(request: &HttpRequest) -> Option<User> {
    let token = request.headers().get("authorization")?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<User>(token, &key, &Validation::default()).ok()?;
    Some(data.claims)
}

#[derive(GraphQLInputObject)]
struct NewProduct {
    name: String,
}

pub struct Query;

#[graphql_object(context = Context)]
impl Query {
    fn products(context: &Context) -> Vec<i32> {
        vec![context.store as i32]
    }

    fn me(context: &Context) -> FieldResult<String> {
        let user = context.user.as_ref().ok_or("log in")?;
        Ok(user.name.clone())
    }

    #[graphql(name = "search")]
    fn find(&self, words: String) -> String {
        words
    }

    #[graphql(ignore)]
    fn helper() -> i32 {
        1
    }
}

pub struct Mutation;

#[graphql_object]
#[graphql(context = Context)]
impl Mutation {
    fn add_product(context: &Context, product: NewProduct) -> FieldResult<String> {
        context.require_user()?;
        Ok(product.name)
    }

    #[graphql(name = "delete_all")]
    fn delete_all(context: &Context) -> i32 {
        context.store as i32
    }

    fn ban_user(context: &Context, id: i32) -> FieldResult<i32> {
        let user = context.require_user()?;
        if !user.is_admin {
            return Err("not yours".into());
        }
        Ok(id)
    }

    /// Who asks, by their own word.
    fn by_claim(context: &Context) -> FieldResult<String> {
        let name = context.claimed.clone().ok_or("who?")?;
        Ok(name)
    }
}

type Schema = RootNode<'static, Query, Mutation, EmptySubscription<Context>>;

async fn graphql(
    request: HttpRequest,
    payload: web::Payload,
    schema: web::Data<Schema>,
) -> Result<HttpResponse, Error> {
    let claimed = request.headers().get("x-user").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let context = Context {
        user: verified(&request),
        claimed,
        store: 1,
    };
    graphql_handler(&schema, &context, request, payload).await
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let schema = web::Data::new(Schema::new(Query, Mutation, EmptySubscription::new()));
    HttpServer::new(move || {
        App::new().app_data(schema.clone()).service(
            web::resource("/graphql")
                .route(web::get().to(graphql))
                .route(web::post().to(graphql)),
        )
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
