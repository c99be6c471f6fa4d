//! What only an auditor wants to see: every open read, each at its place.
//@ persona: auditor

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{State, get, launch, routes};
use sqlx::PgPool;

struct User(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.cookies().get_private("user").and_then(|it| it.value().parse().ok()) {
            Some(id) => Outcome::Success(User(id)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

// near miss: not even an auditor wants to hear of it
#[get("/health")]
fn health() -> &'static str {
    "ok"
}

// near miss: this read has a guard
#[get("/drafts")]
async fn drafts(user: User, db: &State<PgPool>) -> Result<String, Status> {
    let query = sqlx::query_scalar("SELECT string_agg(title, ',') FROM draft WHERE author = $1").bind(user.0);
    query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)
}

#[get("/articles")]
async fn articles(db: &State<PgPool>) -> Result<String, Status> { //~ missing-authentication
    let query = sqlx::query_scalar("SELECT string_agg(title, ',') FROM article");
    query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)
}

#[get("/articles/<id>")]
async fn article(db: &State<PgPool>, id: i64) -> Result<String, Status> { //~ missing-authentication
    let query = sqlx::query_scalar("SELECT text FROM article WHERE id = $1").bind(id);
    query.fetch_one(db.inner()).await.map_err(|_| Status::NotFound)
}

#[launch]
fn rocket() -> _ {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    rocket::build().manage(db).mount("/", routes![health, drafts, articles, article])
}
