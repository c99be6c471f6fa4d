//! Statements that are made of requests, in Rocket.

use rocket::form::{Form, FromForm, FromFormField};
use rocket::http::{CookieJar, Status};
use rocket::request::{FromParam, FromRequest, Outcome, Request};
use rocket::serde::Deserialize;
use rocket::serde::json::{Json, Value};
use rocket::{State, delete, get, launch, post, routes};
use sqlx::PgPool;

#[derive(FromForm)]
struct Filter<'r> {
    name: &'r str,
    #[field(default = 20)]
    limit: u16,
    sort: Sort,
    tags: Vec<String>,
}

#[derive(FromFormField, Clone, Copy)]
enum Sort {
    Name,
    #[field(value = "price")]
    PriceCents,
}

impl Sort {
    const fn column(self) -> &'static str {
        match self {
            Sort::Name => "name",
            Sort::PriceCents => "price_cents",
        }
    }
}

#[derive(Deserialize)]
struct Change {
    table: String,
    id: i64,
    value: Option<String>,
}

struct Table(&'static str);

impl<'a> FromParam<'a> for Table {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        ["item", "customer"].into_iter().find(|it| *it == param).map(Table).ok_or(param)
    }
}

struct ApiKey<'r>(&'r str);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ApiKey<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.headers().get_one("x-api-key") {
            Some(key) => Outcome::Success(ApiKey(key)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

async fn run(db: &PgPool, statement: String) -> Result<(), Status> {
    match sqlx::query(&statement).execute(db).await { //~ sql-injection
        Ok(_) => Ok(()),
        Err(_) => Err(Status::InternalServerError),
    }
}

#[get("/items?<filter..>")]
async fn items(db: &State<PgPool>, filter: Filter<'_>) -> Result<(), Status> {
    let statement = format!("SELECT * FROM item ORDER BY {} LIMIT {}", filter.sort.column(), filter.limit);
    sqlx::query(&statement).execute(db.inner()).await.map_err(|_| Status::InternalServerError)?; // near miss: items
    let statement = format!("SELECT * FROM item WHERE name = '{}' LIMIT {}", filter.name, filter.limit);
    sqlx::query(&statement).execute(db.inner()).await.map_err(|_| Status::InternalServerError)?; //~ sql-injection
    Ok(())
}

#[post("/items", data = "<form>")]
async fn tagged(db: &State<PgPool>, form: Form<Filter<'_>>) -> Result<(), Status> {
    let tags = form.tags.iter().map(|it| format!("tag = '{it}'")).collect::<Vec<_>>();
    run(db, format!("SELECT * FROM item WHERE {}", tags.join(" OR "))).await
}

#[get("/table/<table>")]
async fn table(db: &State<PgPool>, table: Table) -> Result<(), Status> {
    let statement = format!("SELECT * FROM {}", table.0);
    sqlx::query(&statement).execute(db.inner()).await.map_err(|_| Status::InternalServerError)?; // near miss: table
    Ok(())
}

#[get("/table/any/<table>")]
async fn any_table(db: &State<PgPool>, table: String) -> Result<(), Status> {
    let statement = "SELECT * FROM ".to_owned() + table.as_str();
    sqlx::query(&statement).execute(db.inner()).await.map_err(|_| Status::InternalServerError)?; //~ sql-injection
    Ok(())
}

#[get("/key")]
async fn key(db: &State<PgPool>, key: ApiKey<'_>) -> Result<(), Status> {
    let statement = format!("SELECT * FROM api_key WHERE key = '{}'", key.0);
    sqlx::query(&statement).execute(db.inner()).await.map_err(|_| Status::InternalServerError)?; //~ sql-injection
    Ok(())
}

#[get("/key/bound")]
async fn key_bound(db: &State<PgPool>, key: ApiKey<'_>) -> Result<(), Status> {
    let query = sqlx::query("SELECT * FROM api_key WHERE key = $1").bind(key.0); // near miss: key bound
    query.execute(db.inner()).await.map_err(|_| Status::InternalServerError)?;
    Ok(())
}

#[delete("/change", data = "<change>")]
async fn change(db: &State<PgPool>, change: Json<Change>) -> Result<(), Status> {
    let Change { table, id, .. } = change.into_inner();
    let statement = format!("DELETE FROM item WHERE id = {id}");
    sqlx::query(&statement).execute(db.inner()).await.map_err(|_| Status::InternalServerError)?; // near miss: change
    let statement = format!("DELETE FROM {table} WHERE id = {id}");
    sqlx::query(&statement).execute(db.inner()).await.map_err(|_| Status::InternalServerError)?; //~ sql-injection
    Ok(())
}

#[post("/value", data = "<value>")]
async fn value(db: &State<PgPool>, value: Json<Value>) -> Option<()> {
    let limit = value.get("limit")?.as_u64()?;
    let name = value.get("name")?.as_str()?;
    sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(db.inner()).await.ok()?; // near miss: value
    sqlx::query(&format!("SELECT * FROM item WHERE name = '{name}'")).execute(db.inner()).await.ok()?; //~ sql-injection
    Some(())
}

#[get("/session")]
async fn session(db: &State<PgPool>, jar: &CookieJar<'_>) -> Option<()> {
    let id = jar.get("session").map(|it| it.value().to_string())?;
    sqlx::query(&format!("SELECT * FROM session WHERE id = '{id}'")).execute(db.inner()).await.ok()?; //~ sql-injection
    Some(())
}

#[get("/session/private")]
async fn private_session(db: &State<PgPool>, jar: &CookieJar<'_>) -> Option<()> {
    // What the service itself encrypted.
    let id = jar.get_private("session").map(|it| it.value().to_string())?;
    sqlx::query(&format!("SELECT * FROM session WHERE id = '{id}'")).execute(db.inner()).await.ok()?; // near miss: private session
    Some(())
}

#[get("/empty?<name>")]
async fn empty(db: &State<PgPool>, name: Option<&str>) -> Option<()> {
    let condition = match name {
        Some("") | None => "true".to_string(),
        Some(name) => format!("name = '{name}'"),
    };
    sqlx::query(&format!("SELECT * FROM item WHERE {condition}")).execute(db.inner()).await.ok()?; //~ sql-injection
    Some(())
}

#[get("/exists?<name>")]
async fn exists(db: &State<PgPool>, name: Option<&str>) -> Option<()> {
    let condition = match name {
        Some("") | None => "true",
        Some(_) => "name = $1",
    };
    let statement = format!("SELECT * FROM item WHERE {condition}");
    sqlx::query(&statement).bind(name).execute(db.inner()).await.ok()?; // near miss: exists
    Some(())
}

#[launch]
fn rocket() -> _ {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    rocket::build()
        .manage(db)
        .mount("/", routes![items, tagged, table, any_table, key, key_bound, change, value])
        .mount("/", routes![session, private_session, empty, exists])
}
