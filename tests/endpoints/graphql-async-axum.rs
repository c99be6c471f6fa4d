//! Operations of GraphQL, async-graphql 7 behind axum: guards of fields and of types, what the mount
//! has verified, and what resolvers ask themselves.
//@ GET / none
//@ POST / optional
//@ POST /#query.products none
//@ POST /#query.me required
//@ POST /#query.mayBeMe optional
//@ POST /#query.nullForStrangers optional
//@ POST /#query.nullByQuestionMark optional
//@ POST /#query.claimed optional
//@ POST /#query.shop none
//@ POST /#query.report required
//@ POST /#query.openReport none
//@ POST /#query.account required
//@ POST /#query.eitherWay optional
//@ POST /#query.bothWays required
//@ POST /#query.byFunction required
//@ POST /#query.foreign unknown
//@ POST /#mutation.addProduct required
//@ POST /#mutation.deleteProduct none
//@ POST /#mutation.banUser required
//@ POST /#mutation.unchecked required
//@ POST /#mutation.ignored optional
//@ GET /ws none
//@ GET /ws#subscription.ticks none
//@ POST /strict required
//@ POST /strict#query.secret required
//+ GET /ws websocket

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Guard, GuardExt, MergedObject, Object, Result,
    Schema, Subscription,
};
use async_graphql_axum::{GraphQLRequest, GraphQLResponse, GraphQLSubscription};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Html;
use axum::routing::{get, get_service, post};
use futures_util::Stream;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct User {
    name: String,
    is_admin: bool,
}

/// What a client says of itself.
pub struct Claimed(String);

pub struct Store(i64);

fn verified(headers: &HeaderMap) -> Option<User> {
    let token = headers.get("authorization")?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<User>(token, &key, &Validation::default()).ok()?;
    Some(data.claims)
}

struct LoggedIn;

impl Guard for LoggedIn {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        match ctx.data_opt::<User>() {
            Some(_) => Ok(()),
            None => Err("log in".into()),
        }
    }
}

struct Admin;

impl Guard for Admin {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        let user = ctx.data::<User>()?;
        if user.is_admin { Ok(()) } else { Err("not yours".into()) }
    }
}

struct Anybody;

impl Guard for Anybody {
    async fn check(&self, _ctx: &Context<'_>) -> Result<()> {
        Ok(())
    }
}

struct HasClaim;

impl Guard for HasClaim {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        ctx.data::<Claimed>().map(|_| ())
    }
}

fn is_known(ctx: &Context<'_>) -> Result<()> {
    ctx.data::<User>()?;
    Ok(())
}

struct Query;

#[Object]
impl Query {
    async fn products(&self, ctx: &Context<'_>) -> Vec<i64> {
        vec![ctx.data_unchecked::<Store>().0]
    }

    async fn me(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.data::<User>()?.name.clone())
    }

    async fn may_be_me(&self, ctx: &Context<'_>) -> Option<String> {
        ctx.data_opt::<User>().map(|it| it.name.clone())
    }

    /// Strangers are answered `null`, and not refused.
    async fn null_for_strangers(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match ctx.data_opt::<User>() {
            Some(user) => Ok(Some(user.name.clone())),
            None => Ok(None),
        }
    }

    async fn null_by_question_mark(&self, ctx: &Context<'_>) -> Option<String> {
        let user = ctx.data_opt::<User>()?;
        Some(user.name.clone())
    }

    #[graphql(guard = "HasClaim")]
    async fn claimed(&self) -> i64 {
        1
    }

    #[graphql(name = "shop")]
    async fn the_shop(&self) -> &'static str {
        "shop"
    }

    #[graphql(skip)]
    pub async fn helper(&self) -> i64 {
        2
    }

    #[graphql(guard = "LoggedIn.or(Anybody)")]
    async fn either_way(&self) -> i64 {
        3
    }

    #[graphql(guard = "Anybody.and(LoggedIn)")]
    async fn both_ways(&self) -> i64 {
        4
    }

    #[graphql(guard = "is_known")]
    async fn by_function(&self) -> i64 {
        5
    }

    #[graphql(guard = "rights::Elsewhere::new(7)")]
    async fn foreign(&self) -> i64 {
        6
    }
}

/// All of its fields are guarded, but for those that have a guard of their own in its place.
struct Reports;

#[Object(guard = "Admin")]
impl Reports {
    async fn report(&self) -> i64 {
        1
    }

    #[graphql(guard = "Anybody")]
    async fn open_report(&self) -> i64 {
        2
    }

    #[graphql(guard = LoggedIn)]
    async fn account(&self) -> i64 {
        3
    }
}

#[derive(MergedObject)]
struct QueryRoot(Query, Reports);

struct Products;

#[Object]
impl Products {
    #[graphql(guard = "LoggedIn")]
    async fn add_product(&self, name: String) -> String {
        name
    }

    async fn delete_product(&self, ctx: &Context<'_>, id: i64) -> i64 {
        ctx.data_unchecked::<Store>().0 - id
    }

    async fn ban_user(&self, ctx: &Context<'_>, id: i64) -> Result<i64> {
        let user = ctx.data::<User>()?;
        if !user.is_admin {
            return Err("not yours".into());
        }
        Ok(id)
    }

    /// Without a user it panics, and changes nothing.
    async fn unchecked(&self, ctx: &Context<'_>) -> String {
        ctx.data_unchecked::<User>().name.clone()
    }

    /// Whoever asks is looked up, and let in.
    async fn ignored(&self, ctx: &Context<'_>, id: i64) -> i64 {
        let _ = is_known(ctx);
        id
    }
}

#[derive(MergedObject)]
struct Mutation(Products);

struct Ticks;

#[Subscription]
impl Ticks {
    async fn ticks(&self) -> impl Stream<Item = i64> {
        futures_util::stream::iter(vec![1, 2])
    }
}

type Shop = Schema<QueryRoot, Mutation, Ticks>;

async fn graphql(
    State(schema): State<Shop>,
    headers: HeaderMap,
    request: GraphQLRequest,
) -> GraphQLResponse {
    let mut request = request.into_inner();
    if let Some(user) = verified(&headers) {
        request = request.data(user);
    }
    if let Some(name) = headers.get("x-name").and_then(|it| it.to_str().ok()) {
        request = request.data(Claimed(name.to_owned()));
    }
    schema.execute(request).await.into()
}

struct Secrets;

#[Object]
impl Secrets {
    async fn secret(&self) -> i64 {
        42
    }
}

/// The mount itself sends strangers away.
async fn strict(headers: HeaderMap, request: GraphQLRequest) -> Result<GraphQLResponse, StatusCode> {
    let Some(_) = verified(&headers) else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    let schema = Schema::new(Secrets, EmptyMutation, EmptySubscription);
    Ok(schema.execute(request.into_inner()).await.into())
}

async fn page() -> Html<&'static str> {
    Html("graphiql")
}

#[tokio::main]
async fn main() {
    let schema = Schema::build(QueryRoot(Query, Reports), Mutation(Products), Ticks)
        .data(Store(1))
        .limit_depth(5)
        .finish();
    let app = Router::new()
        .route("/", get(page).post(graphql))
        .route("/ws", get_service(GraphQLSubscription::new(schema.clone())))
        .route("/strict", post(strict))
        .with_state(schema);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.expect("a port");
    axum::serve(listener, app).await.expect("it serves");
}
