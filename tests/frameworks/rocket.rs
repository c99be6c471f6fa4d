//! The service in Rocket: request guards, limits of the configuration, rocket-governor.

mod shop;

use rocket::data::{Limits, ToByteUnit};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::serde::json::Json;
use rocket::{State, catch, catchers, delete, get, post, routes};
use rocket_governor::{Method, Quota, RocketGovernable, RocketGovernor, rocket_governor_catcher};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

/// Who asks, by a token that was verified.
struct User(Claims);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let header = request.headers().get_one("Authorization");
        let shop = request.rocket().state::<Shop>();
        match shop.and_then(|it| it.verify(header)) {
            Some(claims) => Outcome::Success(User(claims)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// Who asks, if the token makes an administrator of them.
struct Admin;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let User(claims) = match request.guard::<User>().await {
            Outcome::Success(user) => user,
            Outcome::Error(error) => return Outcome::Error(error),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        if claims.role != Role::Admin {
            return Outcome::Error((Status::Forbidden, ()));
        }
        Outcome::Success(Admin)
    }
}

struct Slowly;

impl<'r> RocketGovernable<'r> for Slowly {
    fn quota(_method: Method, _route_name: &str) -> Quota {
        Quota::per_minute(Self::nonzero(5))
    }
}

#[get("/items")]
fn list_items(shop: &State<Shop>) -> Json<Vec<Item>> {
    Json(shop.list())
}

#[get("/items/<id>")]
fn get_item(user: Option<User>, shop: &State<Shop>, id: u32) -> Option<Json<Item>> {
    if let Some(User(claims)) = user {
        log::debug!("{} looked at {id}", claims.sub);
    }
    shop.get(id).map(Json)
}

#[post("/items", data = "<item>")]
fn create_item(_user: User, shop: &State<Shop>, item: Json<Item>) -> (Status, Json<u32>) {
    (Status::Created, Json(shop.add(item.into_inner())))
}

#[delete("/items/<id>")]
fn delete_item(_admin: Admin, shop: &State<Shop>, id: u32) -> Status {
    match shop.remove(id) {
        true => Status::NoContent,
        false => Status::NotFound,
    }
}

#[get("/stats")]
fn stats(_user: User, shop: &State<Shop>) -> Json<usize> {
    Json(shop.count())
}

#[post("/login", data = "<credentials>")]
fn login(
    _slowly: RocketGovernor<'_, Slowly>,
    shop: &State<Shop>,
    credentials: Json<Credentials>,
) -> Result<String, Status> {
    shop.sign_in(&credentials).ok_or(Status::Unauthorized)
}

#[get("/health")]
fn health() -> &'static str {
    "ok"
}

#[catch(404)]
fn not_found() -> &'static str {
    "no such page"
}

#[rocket::main]
async fn main() -> Result<(), rocket::Error> {
    let limits = Limits::default().limit("json", ITEM_LIMIT.bytes());
    rocket::custom(rocket::Config::figment().merge(("limits", limits)))
        .manage(Shop::from_env())
        .mount(
            "/",
            routes![list_items, get_item, create_item, login, health],
        )
        .mount("/admin", routes![delete_item, stats])
        .register("/", catchers![not_found, rocket_governor_catcher])
        .launch()
        .await?;
    Ok(())
}
