//! Mounts, ranks, fairings and catchers: what a request really passes.

use rocket::fairing::{AdHoc, Fairing, Info, Kind};
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Build, Data, Rocket, State, catch, catchers, delete, get, post, routes};
use sqlx::PgPool;

/// Fails where there is no user.
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

/// Forwards where there is no editor.
struct Editor(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Editor {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.cookies().get_private("editor").and_then(|it| it.value().parse().ok()) {
            Some(id) => Outcome::Success(Editor(id)),
            None => Outcome::Forward(Status::Unauthorized),
        }
    }
}

/// Sees every request, and can stop none.
struct Watch;

#[rocket::async_trait]
impl Fairing for Watch {
    fn info(&self) -> Info {
        Info { name: "watch", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        if request.cookies().get_private("user").is_none() {
            rocket::warn!("anonymous request to {}", request.uri());
        }
    }
}

async fn save(db: &PgPool, author: i64, text: &str) -> Status {
    let query = sqlx::query("INSERT INTO page (author, text) VALUES ($1, $2)").bind(author).bind(text.to_owned());
    query.execute(db).await.map_or(Status::InternalServerError, |_| Status::Created)
}

mod admin {
    use super::*;

    // near miss: the guard is named in another module
    #[delete("/pages/<id>")]
    pub async fn remove(_user: User, db: &State<PgPool>, id: i64) -> Status {
        let query = sqlx::query("DELETE FROM page WHERE id = $1").bind(id);
        query.execute(db.inner()).await.map_or(Status::InternalServerError, |_| Status::NoContent)
    }

    // near miss: a privileged read with a guard
    #[get("/accounts")]
    pub async fn accounts(_user: User, db: &State<PgPool>) -> Result<String, Status> {
        let query = sqlx::query_scalar("SELECT string_agg(name, ',') FROM account");
        query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)
    }

    #[get("/settings")]
    pub async fn settings(db: &State<PgPool>) -> Result<String, Status> { //~ missing-authentication
        let query = sqlx::query_scalar("SELECT string_agg(value, ',') FROM setting");
        query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)
    }

    pub fn stage() -> AdHoc {
        AdHoc::on_ignite("admin", |rocket| async { rocket.mount("/admin", routes![remove, accounts, settings]) })
    }
}

// near miss: editors write here; everybody else is forwarded to a route that rejects
#[post("/drafts", data = "<text>", rank = 1)]
async fn draft_of_editor(editor: Editor, db: &State<PgPool>, text: String) -> Status {
    save(db, editor.0, &text).await
}

// near miss: the route that takes over has a guard that fails
#[post("/drafts", data = "<text>", rank = 2)]
async fn draft_of_user(user: User, db: &State<PgPool>, text: String) -> Status {
    save(db, user.0, &text).await
}

// near miss: editors write here; everybody else is forwarded to a page that writes nothing
#[post("/notices", data = "<text>", rank = 1)]
async fn notice_of_editor(editor: Editor, db: &State<PgPool>, text: String) -> Status {
    save(db, editor.0, &text).await
}

// near miss: it takes over without a guard, and only says no
#[post("/notices", rank = 2)]
fn notice_of_nobody() -> Status {
    Status::Unauthorized
}

// near miss: the guarded route of the pair is guarded
#[post("/comments", data = "<text>", rank = 1)]
async fn comment_of_editor(editor: Editor, db: &State<PgPool>, text: String) -> Status {
    save(db, editor.0, &text).await
}

#[post("/comments", data = "<text>", rank = 2)]
async fn comment_of_anybody(db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, 0, &text).await
}

#[post("/watched", data = "<text>")]
async fn watched(db: &State<PgPool>, text: String) -> Status { //~ missing-authentication
    save(db, 0, &text).await
}

// near miss: health
#[get("/health")]
fn health() -> &'static str {
    "ok"
}

// near miss: login
#[post("/login", data = "<password>")]
async fn login(jar: &CookieJar<'_>, db: &State<PgPool>, password: String) -> Result<Status, Status> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let query = sqlx::query_scalar::<_, String>("SELECT hash FROM account WHERE id = 1");
    let hash = query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)?;
    let hash = PasswordHash::new(&hash).map_err(|_| Status::InternalServerError)?;
    Argon2::default().verify_password(password.as_bytes(), &hash).map_err(|_| Status::Unauthorized)?;
    jar.add_private(("user", "1"));
    Ok(Status::NoContent)
}

// near miss: logging out removes the visitor's own cookie
#[post("/logout")]
fn logout(jar: &CookieJar<'_>) -> Status {
    jar.remove_private("user");
    Status::NoContent
}

// near miss: a public read among public reads
#[get("/pages")]
async fn pages(db: &State<PgPool>) -> Result<String, Status> {
    let query = sqlx::query_scalar("SELECT string_agg(title, ',') FROM page");
    query.fetch_one(db.inner()).await.map_err(|_| Status::InternalServerError)
}

// near miss: the same with a parameter
#[get("/pages/<id>")]
async fn page(db: &State<PgPool>, id: i64) -> Result<String, Status> {
    let query = sqlx::query_scalar("SELECT text FROM page WHERE id = $1").bind(id);
    query.fetch_one(db.inner()).await.map_err(|_| Status::NotFound)
}

#[catch(401)]
fn unauthorized() -> &'static str {
    "log in first"
}

fn build(db: PgPool) -> Rocket<Build> {
    rocket::build()
        .manage(db)
        .attach(Watch)
        .attach(admin::stage())
        .mount("/", routes![health, login, logout, pages, page])
        .mount("/", routes![draft_of_editor, draft_of_user, notice_of_editor, notice_of_nobody])
        .mount("/", routes![comment_of_editor, comment_of_anybody, watched])
        .register("/", catchers![unauthorized])
}

#[rocket::main]
async fn main() -> Result<(), rocket::Error> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    build(db).launch().await?;
    Ok(())
}
