//! tide 0.16: middleware of a server covers all its routes, whenever it is added; that of a route only what is
//! added to the route afterwards; servers below paths, all methods, parameters, files.
//@ GET / none
//@ GET /items none
//@ POST /items required
//@ GET /items/{id} none
//@ DELETE /items/{id} required
//@ GET /late none
//@ PUT /late required
//@ PATCH /late none
//@ GET /admin/stats required
//@ DELETE /admin/users/{id} required
//@ ANY /any none
//@ GET /files/{*rest} none
//@ GET /logo.png none
//@ GET /team/{name}/members none
//@ POST /team/{name}/members required
//@ GET /team/{name}/members/{*rest} none
//@ GET /team/{name}/members/first none
//@ GET /by-function required
//@ DELETE /by-function/all required
//@ GET /by-reference none

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use tide::utils::After;
use tide::{Middleware, Next, Request, Response, Route, Server, StatusCode};

#[derive(Clone)]
pub struct Shop {
    count: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

fn verified(request: &Request<Shop>) -> Option<String> {
    let token = request.header("authorization")?.last().as_str();
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(data.claims.sub)
}

/// Middleware as a type.
struct Gate;

#[tide::utils::async_trait]
impl Middleware<Shop> for Gate {
    async fn handle(&self, request: Request<Shop>, next: Next<'_, Shop>) -> tide::Result {
        if verified(&request).is_none() {
            return Ok(Response::new(StatusCode::Unauthorized));
        }
        Ok(next.run(request).await)
    }
}

/// Middleware that only looks.
struct Watch;

#[tide::utils::async_trait]
impl Middleware<Shop> for Watch {
    async fn handle(&self, request: Request<Shop>, next: Next<'_, Shop>) -> tide::Result {
        let method = request.method();
        let response = next.run(request).await;
        tide::log::info!("{} {}", method, response.status());
        Ok(response)
    }
}

async fn index(_request: Request<Shop>) -> tide::Result {
    Ok("index".into())
}

async fn items(request: Request<Shop>) -> tide::Result<String> {
    Ok(request.state().count.to_string())
}

async fn create(mut request: Request<Shop>) -> tide::Result {
    let Some(name) = verified(&request) else {
        return Err(tide::Error::from_str(StatusCode::Unauthorized, "log in"));
    };
    let item: String = request.body_string().await?;
    Ok(format!("{name}: {item}").into())
}

async fn remove(request: Request<Shop>) -> tide::Result {
    verified(&request).ok_or_else(|| tide::Error::from_str(StatusCode::Unauthorized, "log in"))?;
    Ok(Response::new(StatusCode::NoContent))
}

fn admin(shop: Shop) -> Server<Shop> {
    let mut admin = tide::with_state(shop);
    admin.at("/stats").get(items);
    admin.at("/users").at("/:id").delete(index);
    admin.with(Gate);
    admin
}

fn by_function(mut route: Route<'_, Shop>) {
    route.with(Gate).get(items);
    route.at("all").delete(index);
}

fn by_reference(app: &mut Server<Shop>) {
    app.at("/by-reference").get(index);
}

#[async_std::main]
async fn main() -> tide::Result<()> {
    let shop = Shop { count: 1 };
    let mut app = tide::with_state(shop.clone());
    app.at("/").get(index);
    app.at("/items").get(items).post(create);
    app.at("/items/:id").get(items).delete(remove);
    // The middleware comes too late for the one, and is forgotten before the other.
    app.at("/late").get(items).with(Gate).put(items).reset_middleware().patch(items);
    app.at("/admin").nest(admin(shop));
    app.at("/any").all(index);
    app.at("/files").serve_dir("public/")?;
    app.at("/logo.png").serve_file("public/logo.png")?;
    let mut members = app.at("/team/:name/members");
    members.get(items);
    members.at("first").get(index);
    members.at("*").get(index);
    members.with(Gate);
    members.post(items);
    by_function(app.at("/by-function"));
    by_reference(&mut app);
    app.with(Watch);
    app.with(After(|response: Response| async move { Ok(response) }));
    app.listen("0.0.0.0:8080").await?;
    Ok(())
}
