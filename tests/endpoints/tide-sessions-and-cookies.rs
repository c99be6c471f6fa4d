//! tide 0.16: sessions, cookies, checks in bodies and one call below.
//@ GET /profile required
//@ GET /visits none
//@ POST /login none
//@ POST /logout none
//@ GET /theme none
//@ GET /account required
//@ GET /posts/{id} none
//@ PUT /posts/{id} required

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use serde::Deserialize;
use tide::sessions::{MemoryStore, SessionMiddleware};
use tide::{Error, Redirect, Request, Response, Result, StatusCode};

#[derive(Clone)]
pub struct App {
    hash: String,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

fn user(request: &Request<App>) -> Result<String> {
    request
        .session()
        .get::<String>("user_id")
        .ok_or_else(|| Error::from_str(StatusCode::Unauthorized, "log in"))
}

async fn profile(request: Request<App>) -> Result<String> {
    user(&request)
}

/// Everybody has a session.
async fn visits(mut request: Request<App>) -> Result<String> {
    let visits: usize = request.session().get("visits").unwrap_or_default();
    request.session_mut().insert("visits", visits + 1)?;
    Ok(visits.to_string())
}

async fn login(mut request: Request<App>) -> Result {
    let login: Login = request.body_form().await?;
    let hash = PasswordHash::new(&request.state().hash).map_err(|_| Error::from_str(500, "no hash"))?;
    if Argon2::default().verify_password(login.password.as_bytes(), &hash).is_err() {
        return Ok(Response::new(StatusCode::Unauthorized));
    }
    request.session_mut().insert("user_id", login.name)?;
    Ok(Redirect::new("/profile").into())
}

async fn logout(mut request: Request<App>) -> Result {
    request.session_mut().destroy();
    Ok(Response::new(StatusCode::NoContent))
}

/// Whoever writes the cookie chooses it.
async fn theme(request: Request<App>) -> Result<String> {
    Ok(request.cookie("theme").map_or_else(String::new, |it| it.value().to_owned()))
}

async fn account(request: Request<App>) -> Result {
    let Some(name) = request.session().get::<String>("user_id") else {
        return Ok(Redirect::new("/login").into());
    };
    Ok(name.into())
}

async fn post(request: Request<App>) -> Result<String> {
    Ok(request.param("id")?.to_owned())
}

async fn change(mut request: Request<App>) -> Result<String> {
    let author = user(&request)?;
    let text = request.body_string().await?;
    Ok(format!("{author}: {text}"))
}

#[async_std::main]
async fn main() -> Result<()> {
    let mut app = tide::with_state(App { hash: std::env::var("PASSWORD_HASH")? });
    let secret = std::env::var("SESSION_SECRET")?;
    app.with(SessionMiddleware::new(MemoryStore::new(), secret.as_bytes()));
    app.at("/profile").get(profile);
    app.at("/visits").get(visits);
    app.at("/login").post(login);
    app.at("/logout").post(logout);
    app.at("/theme").get(theme);
    app.at("/account").get(account);
    app.at("/posts/:id").get(post).put(change);
    app.listen("0.0.0.0:8080").await?;
    Ok(())
}
