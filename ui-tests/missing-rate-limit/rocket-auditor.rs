//! What only an auditor wants to see: that the service as a whole limits nothing, once.
//@ persona: auditor

#[macro_use]
extern crate rocket;

use rocket::State;
use rocket::http::Status;
use sqlx::PgPool;

// near miss: a read
#[get("/")]
async fn list(db: &State<PgPool>) -> Result<String, Status> {
    let query = sqlx::query_scalar("SELECT string_agg(text, ',') FROM todo");
    query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)
}

// near miss: a mutation without limited siblings is not alone
#[post("/", data = "<text>")]
async fn add(db: &State<PgPool>, text: String) -> Status { //~| missing-rate-limit
    let query = sqlx::query("INSERT INTO todo (text) VALUES ($1)").bind(text);
    query.execute(db.inner()).await.map_or(Status::InternalServerError, |_| Status::Created)
}

// near miss: the service is one finding, its endpoints are none
#[put("/<id>", data = "<text>")]
async fn change(db: &State<PgPool>, id: i64, text: String) -> Status { //~| missing-rate-limit
    let query = sqlx::query("UPDATE todo SET text = $1 WHERE id = $2").bind(text).bind(id);
    query.execute(db.inner()).await.map_or(Status::InternalServerError, |_| Status::NoContent)
}

#[launch]
fn rocket() -> _ {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    rocket::build()
        .manage(db)
        .mount("/todos", routes![list, add, change]) //~ missing-rate-limit
}
