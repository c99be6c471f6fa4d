//! Which limits reach the endpoints that invite guessing, in Rocket.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::RateLimiter;
use rocket::data::ToByteUnit;
use rocket::fairing::AdHoc;
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::serde::json::Json;
use rocket::{Data, State, catchers, get, launch, post, routes};
use rocket_governor::{Method, Quota, RocketGovernable, RocketGovernor, rocket_governor_catcher};
use sqlx::PgPool;

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>;

struct Slowly;

impl<'r> RocketGovernable<'r> for Slowly {
    fn quota(_method: Method, _route: &str) -> Quota {
        Quota::per_minute(Self::nonzero(5))
    }
}

/// A guard of ours that limits.
struct Throttle;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Throttle {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (Some(limiter), Some(ip)) = (request.rocket().state::<Limiter>(), request.client_ip()) else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        match limiter.check_key(&ip) {
            Ok(()) => Outcome::Success(Throttle),
            Err(_) => Outcome::Error((Status::TooManyRequests, ())),
        }
    }
}

/// Knows who asks, and limits nothing.
struct Peer(Option<IpAddr>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Peer {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Peer(request.client_ip()))
    }
}

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

#[derive(serde::Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

async fn authenticate(jar: &CookieJar<'_>, db: &PgPool, form: &Credentials) -> Result<Status, Status> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let query = sqlx::query_as("SELECT id, hash FROM account WHERE email = $1").bind(form.email.clone());
    let row: Option<(i64, String)> = query.fetch_optional(db).await.map_err(|_| Status::InternalServerError)?;
    let (id, hash) = row.ok_or(Status::Unauthorized)?;
    let hash = PasswordHash::new(&hash).map_err(|_| Status::InternalServerError)?;
    Argon2::default().verify_password(form.password.as_bytes(), &hash).map_err(|_| Status::Unauthorized)?;
    jar.add_private(("user", id.to_string()));
    Ok(Status::NoContent)
}

async fn create_account(db: &PgPool, form: &Credentials) -> Result<Status, Status> {
    use argon2::password_hash::{PasswordHasher, SaltString, rand_core::OsRng};
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2::Argon2::default().hash_password(form.password.as_bytes(), &salt);
    let hash = hash.map_err(|_| Status::InternalServerError)?.to_string();
    let query = sqlx::query("INSERT INTO account (email, hash) VALUES ($1, $2)").bind(form.email.clone()).bind(hash);
    query.execute(db).await.map_or(Err(Status::InternalServerError), |_| Ok(Status::Created))
}

// near miss: the guard of rocket-governor
#[post("/governor/login", data = "<form>")]
async fn governor_login(
    _limit: RocketGovernor<'_, Slowly>,
    jar: &CookieJar<'_>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    authenticate(jar, db, &form).await
}

// near miss: the same for registration
#[post("/governor/register", data = "<form>")]
async fn governor_register(
    _limit: RocketGovernor<'_, Slowly>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    create_account(db, &form).await
}

// near miss: a guard of ours that asks a keyed governor
#[post("/guard/login", data = "<form>")]
async fn guard_login(
    _limit: Throttle,
    jar: &CookieJar<'_>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    authenticate(jar, db, &form).await
}

// near miss: a check in the body before the password
#[post("/body/login", data = "<form>")]
async fn body_login(
    peer: Peer,
    limiter: &State<Limiter>,
    jar: &CookieJar<'_>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    let ip = peer.0.ok_or(Status::InternalServerError)?;
    limiter.check_key(&ip).map_err(|_| Status::TooManyRequests)?;
    authenticate(jar, db, &form).await
}

// near miss: the check stands in another function
#[post("/callee/login", data = "<form>")]
async fn callee_login(
    peer: Peer,
    limiter: &State<Limiter>,
    jar: &CookieJar<'_>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    check_rate_limit(limiter, &peer)?;
    authenticate(jar, db, &form).await
}

fn check_rate_limit(limiter: &Limiter, peer: &Peer) -> Result<(), Status> {
    match peer.0 {
        Some(ip) if limiter.check_key(&ip).is_ok() => Ok(()),
        _ => Err(Status::TooManyRequests),
    }
}

// near miss: the guard's result, which the body propagates
#[post("/result/login", data = "<form>")]
async fn result_login(
    limit: Result<Throttle, ()>,
    jar: &CookieJar<'_>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    limit.map_err(|()| Status::TooManyRequests)?;
    authenticate(jar, db, &form).await
}

// near miss: a limited upload
#[post("/governor/upload", data = "<file>")]
async fn governor_upload(_limit: RocketGovernor<'_, Slowly>, _user: User, file: Data<'_>) -> Status {
    let path = format!("uploads/{}", uuid::Uuid::new_v4());
    file.open(10.mebibytes()).into_file(path).await.map_or(Status::InternalServerError, |_| Status::Created)
}

// near miss: nothing to guess
#[get("/health")]
fn health() -> &'static str {
    "ok"
}

// near miss: a read, for authenticated users
#[get("/profile")]
fn profile(user: User) -> String {
    user.0.to_string()
}

// near miss: logging out guesses nothing
#[post("/logout")]
fn logout(jar: &CookieJar<'_>) -> Status {
    jar.remove_private("user");
    Status::NoContent
}

#[post("/login", data = "<form>")]
async fn login(jar: &CookieJar<'_>, db: &State<PgPool>, form: Json<Credentials>) -> Result<Status, Status> { //~ missing-rate-limit
    authenticate(jar, db, &form).await
}

#[post("/register", data = "<form>")]
async fn register(db: &State<PgPool>, form: Json<Credentials>) -> Result<Status, Status> { //~| missing-rate-limit
    create_account(db, &form).await
}

#[post("/optional/login", data = "<form>")]
async fn optional_login( //~| missing-rate-limit
    _limit: Option<Throttle>,
    jar: &CookieJar<'_>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    authenticate(jar, db, &form).await
}

#[post("/peer/login", data = "<form>")]
async fn peer_login( //~| missing-rate-limit
    peer: Peer,
    jar: &CookieJar<'_>,
    db: &State<PgPool>,
    form: Json<Credentials>,
) -> Result<Status, Status> {
    rocket::info!("login from {:?}", peer.0);
    authenticate(jar, db, &form).await
}

#[post("/upload", data = "<file>")]
async fn upload(_user: User, file: Data<'_>) -> Status { //~| missing-rate-limit
    let path = format!("uploads/{}", uuid::Uuid::new_v4());
    file.open(10.mebibytes()).into_file(path).await.map_or(Status::InternalServerError, |_| Status::Created)
}

#[launch]
fn rocket() -> _ {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let limiter = Limiter::keyed(governor::Quota::per_minute(NonZeroU32::new(5).expect("not zero")));
    rocket::build()
        .manage(db)
        .manage(limiter)
        .attach(AdHoc::on_request("count", |request, _| {
            Box::pin(async move {
                // A fairing cannot reject.
                let limiter = request.rocket().state::<Limiter>();
                if limiter.zip(request.client_ip()).is_some_and(|(limiter, ip)| limiter.check_key(&ip).is_err()) {
                    rocket::warn!("many requests");
                }
            })
        }))
        .mount("/", routes![governor_login, governor_register, governor_upload, guard_login, body_login])
        .mount("/", routes![callee_login, result_login, health, profile, logout])
        .mount("/", routes![login, register, optional_login, peer_login, upload])
        .register("/", catchers![rocket_governor_catcher])
}
