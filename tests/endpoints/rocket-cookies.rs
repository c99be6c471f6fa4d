//! Private and plain cookies.
use rocket::form::{Form, FromForm};
use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::outcome::IntoOutcome;
use rocket::request::{self, FlashMessage, FromRequest, Request};
use rocket::response::{Flash, Redirect};
use rocket::{delete, get, launch, post, routes, uri};

pub struct User(usize);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = std::convert::Infallible;
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<User, Self::Error> {
        request
            .cookies()
            .get_private("user_id")
            .and_then(|cookie| cookie.value().parse().ok())
            .map(User)
            .or_forward(Status::Unauthorized)
    }
}

/// Not private: anybody writes it.
pub struct Visitor(usize);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor {
    type Error = &'static str;
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Visitor, Self::Error> {
        request
            .cookies()
            .get("user_id")
            .and_then(|cookie| cookie.value().parse().ok())
            .map(Visitor)
            .or_error((Status::Unauthorized, "no cookie"))
    }
}

#[derive(FromForm)]
struct Login<'r> {
    username: &'r str,
    password: &'r str,
}

#[get("/")]
fn index(user: User) -> String {
    format!("user {}", user.0)
}
#[get("/", rank = 2)]
fn no_auth_index() -> Redirect {
    Redirect::to(uri!("/login"))
}
#[get("/orders")]
fn orders(visitor: Visitor) -> String {
    format!("orders of {}", visitor.0)
}
#[post("/login", data = "<login>")]
fn post_login(jar: &CookieJar<'_>, login: Form<Login<'_>>) -> Result<Redirect, Flash<Redirect>> {
    if login.username == "Sergio" && login.password == "password" {
        jar.add_private(("user_id", "1"));
        Ok(Redirect::to(uri!(index)))
    } else {
        Err(Flash::error(
            Redirect::to(uri!("/login")),
            "Invalid username/password.",
        ))
    }
}
#[delete("/account")]
fn delete_account(jar: &CookieJar<'_>) -> Result<Status, Status> {
    let id: usize = jar
        .get_private("user_id")
        .ok_or(Status::Unauthorized)?
        .value()
        .parse()
        .map_err(|_| Status::BadRequest)?;
    std::fs::remove_dir_all(format!("accounts/{id}")).map_err(|_| Status::NotFound)?;
    Ok(Status::NoContent)
}
#[delete("/cart")]
fn delete_cart(jar: &CookieJar<'_>) -> Result<Status, Status> {
    let cart = jar
        .get_pending("cart")
        .or_else(|| jar.get("cart").cloned())
        .ok_or(Status::Unauthorized)?;
    std::fs::remove_file(format!("carts/{}", cart.value())).map_err(|_| Status::NotFound)?;
    Ok(Status::NoContent)
}

#[launch]
fn rocket() -> _ {
    rocket::build().mount(
        "/",
        routes![
            index,
            no_auth_index,
            orders,
            post_login,
            delete_account,
            delete_cart
        ],
    )
}

//@ DELETE /account required
//@ DELETE /cart none
//@ GET / none
//@ GET / required
//@ GET /orders none
//@ POST /login none
