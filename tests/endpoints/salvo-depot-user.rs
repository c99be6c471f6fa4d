//! Who a request comes from travels in the depot, and counts for whoever wants it there.

use std::collections::HashMap;
use std::sync::Arc;

use salvo::affix_state;
use salvo::prelude::*;

#[derive(Clone, Debug)]
struct User {
    id: i64,
    admin: bool,
}

#[derive(Clone, Debug)]
struct Visitor {
    address: String,
}

#[derive(Clone)]
struct Sessions {
    known: Arc<HashMap<String, User>>,
}

/// Whoever has a session is remembered; whoever has none goes on.
#[handler]
async fn resolve(req: &mut Request, depot: &mut Depot) {
    let sessions = depot.obtain::<Sessions>().expect("the state is there").clone();
    if let Some(cookie) = req.cookie("session") {
        if let Some(user) = sessions.known.get(cookie.value()) {
            depot.inject(user.clone());
            depot.insert("user", user.clone());
        }
    }
    let address = req.remote_addr().to_string();
    depot.inject(Visitor { address });
    depot.insert("claimed", User { id: req.query::<i64>("id").unwrap_or(0), admin: false });
}

#[handler]
async fn must_be_someone(depot: &mut Depot, res: &mut Response) {
    if depot.obtain::<User>().is_err() {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn must_be_admin(depot: &mut Depot) -> Result<(), StatusError> {
    match depot.get::<User>("user") {
        Ok(user) if user.admin => Ok(()),
        Ok(_) => Err(StatusError::forbidden()),
        Err(_) => Err(StatusError::unauthorized()),
    }
}

#[handler]
async fn profile(depot: &mut Depot) -> Result<String, StatusError> {
    let user = depot.obtain::<User>().map_err(|_| StatusError::unauthorized())?;
    std::fs::write("log", "x").unwrap();
    Ok(user.id.to_string())
}

#[handler]
async fn by_key(depot: &mut Depot) -> Result<String, StatusError> {
    let user = depot.get::<User>("user").map_err(|_| StatusError::unauthorized())?;
    std::fs::write("log", "x").unwrap();
    Ok(user.id.to_string())
}

#[handler]
async fn by_claim(depot: &mut Depot) -> Result<String, StatusError> {
    let user = depot.get::<User>("claimed").map_err(|_| StatusError::unauthorized())?;
    std::fs::write("log", "x").unwrap();
    Ok(user.id.to_string())
}

#[handler]
async fn visit(depot: &mut Depot) -> Result<String, StatusError> {
    let visitor = depot.obtain::<Visitor>().map_err(|_| StatusError::unauthorized())?;
    std::fs::write("log", &visitor.address).unwrap();
    Ok("seen".into())
}

#[handler]
async fn landing(depot: &mut Depot) -> String {
    match depot.obtain::<User>() {
        Ok(user) => format!("hi {}", user.id),
        Err(_) => "hi".into(),
    }
}

#[handler]
async fn with_state(depot: &mut Depot) -> Result<String, StatusError> {
    let sessions = depot.obtain::<Sessions>().map_err(|_| StatusError::internal_server_error())?;
    std::fs::write("log", sessions.known.len().to_string()).unwrap();
    Ok("written".into())
}

#[handler]
async fn wipe() -> &'static str {
    let _ = std::fs::remove_file("data");
    "gone"
}

#[tokio::main]
async fn main() {
    let sessions = Sessions { known: Arc::new(HashMap::new()) };
    let router = Router::new()
        .hoop(affix_state::inject(sessions))
        .hoop(resolve)
        .get(landing)
        .push(Router::with_path("profile").post(profile))
        .push(Router::with_path("key").post(by_key))
        .push(Router::with_path("claim").post(by_claim))
        .push(Router::with_path("visit").post(visit))
        .push(Router::with_path("state").post(with_state))
        .push(Router::with_path("open").post(wipe))
        .push(Router::with_path("someone").hoop(must_be_someone).delete(wipe))
        .push(Router::with_path("admin").hoop(must_be_admin).delete(wipe));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ GET / optional
//@ POST /profile required
//@ POST /key required
//@ POST /claim optional
//@ POST /visit optional
//@ POST /state none
//@ POST /open none
//@ DELETE /someone required
//@ DELETE /admin required
