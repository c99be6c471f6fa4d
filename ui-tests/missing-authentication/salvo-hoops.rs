//! Hoops, routers and the depot: what a request really passes in salvo.

use salvo::affix_state;
use salvo::http::StatusCode;
use salvo::jwt_auth::ConstDecoder;
use salvo::oapi::extract::{HeaderParam, JsonBody};
use salvo::prelude::*;
use salvo::session::{CookieStore, SessionDepotExt, SessionHandler};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[derive(Clone, Debug)]
struct User {
    id: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claims {
    sub: i64,
    exp: i64,
}

fn secret() -> String {
    std::env::var("SECRET").expect("a secret")
}

async fn execute(depot: &Depot, query: &'static str) -> Result<(), StatusError> {
    let db = depot.obtain::<PgPool>().map_err(|_| StatusError::internal_server_error())?;
    sqlx::query(query).execute(db).await.map_err(|_| StatusError::internal_server_error())?;
    Ok(())
}

/// Refuses with a status alone: that stops the chain.
#[handler]
async fn by_status(req: &mut Request, res: &mut Response) {
    if req.header::<String>("authorization") != Some(secret()) {
        res.status_code(StatusCode::UNAUTHORIZED);
    }
}

/// Refuses with a text and `skip_rest`.
#[handler]
async fn by_skip(req: &mut Request, res: &mut Response, ctrl: &mut FlowCtrl) {
    if req.header::<String>("authorization") != Some(secret()) {
        res.render("who are you?");
        ctrl.skip_rest();
    }
}

/// Refuses by its error.
#[handler]
async fn by_error(req: &mut Request) -> Result<(), StatusError> {
    let sent = req.header::<String>("authorization").ok_or_else(StatusError::unauthorized)?;
    if sent != secret() {
        return Err(StatusError::forbidden());
    }
    Ok(())
}

/// Sends away whoever is not logged in.
#[handler]
async fn by_redirect(depot: &mut Depot, res: &mut Response) {
    let user = depot.session().and_then(|session| session.get::<i64>("user"));
    if user.is_none() {
        res.render(Redirect::found("/login"));
    }
}

/// Does not call the rest, and the rest runs.
#[handler]
async fn forgets_to_refuse(req: &mut Request, depot: &mut Depot, res: &mut Response, ctrl: &mut FlowCtrl) {
    if req.header::<String>("authorization") == Some(secret()) {
        ctrl.call_next(req, depot, res).await;
    }
}

/// Notes who asks, and refuses nobody.
#[handler]
async fn notes_user(req: &mut Request, depot: &mut Depot) {
    if req.header::<String>("authorization") == Some(secret()) {
        depot.inject(User { id: 1 });
    }
}

/// Insists on what another hoop has noted.
#[handler]
async fn insists(depot: &mut Depot, res: &mut Response) {
    if depot.obtain::<User>().is_err() {
        res.render(StatusError::unauthorized());
    }
}

struct ApiKey(String);

#[handler]
impl ApiKey {
    async fn handle(&self, req: &mut Request, res: &mut Response) {
        match req.header::<String>("x-api-key") {
            Some(sent) if sent == self.0 => {}
            _ => res.render(StatusError::unauthorized()),
        }
    }
}

#[handler]
async fn save(depot: &mut Depot) -> Result<(), StatusError> {
    execute(depot, "INSERT INTO page (text) VALUES ('')").await
}

#[handler]
async fn rename(depot: &mut Depot) -> Result<(), StatusError> {
    execute(depot, "UPDATE page SET text = 'b'").await
}

#[handler]
async fn remove(depot: &mut Depot) -> Result<(), StatusError> {
    execute(depot, "DELETE FROM page").await
}

/// Asks for the user itself.
#[handler]
async fn save_mine(depot: &mut Depot) -> Result<(), StatusError> {
    let user = depot.obtain::<User>().map_err(|_| StatusError::unauthorized())?;
    if user.id == 0 {
        return Err(StatusError::forbidden());
    }
    execute(depot, "INSERT INTO page (text) VALUES ('mine')").await
}

/// The state that `JwtAuth` leaves.
#[handler]
async fn save_authorized(depot: &mut Depot, res: &mut Response) {
    match depot.jwt_auth_state() {
        JwtAuthState::Authorized => {
            if let Err(error) = execute(depot, "INSERT INTO page (text) VALUES ('jwt')").await {
                res.render(error);
            }
        }
        JwtAuthState::Unauthorized => res.render(StatusError::unauthorized()),
        JwtAuthState::Forbidden => res.render(StatusError::forbidden()),
    }
}

#[endpoint(security(["bearer" = []]))]
async fn save_documented(body: JsonBody<String>, depot: &mut Depot) -> Result<(), StatusError> {
    let _ = body;
    execute(depot, "INSERT INTO page (text) VALUES ('api')").await
}

#[endpoint]
async fn save_by_header(authorization: HeaderParam<String, true>, depot: &mut Depot) -> Result<(), StatusError> {
    if authorization.into_inner() != secret() {
        return Err(StatusError::unauthorized());
    }
    execute(depot, "INSERT INTO page (text) VALUES ('header')").await
}

fn sessions() -> SessionHandler<CookieStore> {
    SessionHandler::builder(CookieStore::new(), secret().as_bytes()).build().expect("a long secret")
}

fn app(db: PgPool) -> Router {
    let strict: JwtAuth<Claims, _> = JwtAuth::new(ConstDecoder::from_secret(secret().as_bytes()));
    let lenient: JwtAuth<Claims, _> =
        JwtAuth::new(ConstDecoder::from_secret(secret().as_bytes())).force_passed(true);
    Router::new()
        .hoop(affix_state::inject(db))
        // near miss: an error status is enough
        .push(Router::with_path("status").hoop(by_status).post(save))
        // near miss: no error status, and the rest is skipped
        .push(Router::with_path("skip").hoop(by_skip).post(save))
        // near miss: the hoop returns an error
        .push(Router::with_path("error").hoop(by_error).post(save))
        // near miss: who is not logged in is sent to the login
        .push(Router::with_path("redirect").hoop(sessions()).hoop(by_redirect).post(save))
        // near miss: the hoop is added after what it covers
        .push(Router::with_path("late").push(Router::with_path("below").delete(remove)).hoop(by_status))
        // near miss: the hoop is a type
        .push(Router::with_path("key").hoop(ApiKey(secret())).post(save))
        // near miss: a library's hoop that refuses by itself
        .push(Router::with_path("strict").hoop(strict).post(save))
        .push(
            Router::with_path("noted")
                .hoop(notes_user)
                // near miss: the handler asks for what a hoop has put into the depot
                .push(Router::with_path("mine").post(save_mine))
                // near miss: a second hoop insists on it
                .push(Router::with_path("insists").hoop(insists).post(save))
                .push(Router::with_path("nobody").post(save)), //~ missing-authentication
        )
        .push(
            Router::with_path("lenient")
                .hoop(lenient)
                // near miss: everybody passes the hoop, and the handler looks at the state
                .push(Router::with_path("state").post(save_authorized))
                .push(Router::with_path("nobody").put(rename)), //~ missing-authentication
        )
        // near miss: a header that is compared in the body
        .push(Router::with_path("header").post(save_by_header))
        .push(Router::with_path("documented").post(save_documented)) //~ missing-authentication
        .push(Router::with_path("forgets").hoop(forgets_to_refuse).post(save)) //~ missing-authentication
        .push(Router::with_path("status").push(Router::with_path("beside").delete(remove))) //~ missing-authentication
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").expect("a database")).await.expect("a database");
    let acceptor = TcpListener::new("127.0.0.1:8698").bind().await;
    Server::new(acceptor).serve(app(db)).await;
}
