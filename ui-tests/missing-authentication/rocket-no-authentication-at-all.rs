//! A service in which nothing authenticates is one finding, where it is put together: at the mount.

#[macro_use]
extern crate rocket;

use rocket::State;
use rocket::http::Status;
use sqlx::PgPool;

#[get("/")]
async fn list(db: &State<PgPool>) -> Result<String, Status> {
    let query = sqlx::query_scalar("SELECT string_agg(text, ',') FROM todo");
    query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)
}

#[post("/", data = "<text>")]
async fn add(db: &State<PgPool>, text: String) -> Status { //~| missing-authentication
    let query = sqlx::query("INSERT INTO todo (text) VALUES ($1)").bind(text);
    query.execute(db.inner()).await.map_or(Status::InternalServerError, |_| Status::Created)
}

#[delete("/<id>")]
async fn remove(db: &State<PgPool>, id: i64) -> Status { //~| missing-authentication
    let query = sqlx::query("DELETE FROM todo WHERE id = $1").bind(id);
    query.execute(db.inner()).await.map_or(Status::InternalServerError, |_| Status::NoContent)
}

#[launch]
fn rocket() -> _ {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    rocket::build()
        .manage(db)
        .mount("/todos", routes![list, add, remove]) //~ missing-authentication
}
