//! Paths that constants and functions of traits say, for each type its own.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::Router;

type Sessions = Arc<HashMap<String, String>>;

async fn require_session(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let header = request.headers().get("authorization");
    let token = header.and_then(|it| it.to_str().ok());
    let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
    if !sessions.contains_key(token) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn ok() -> &'static str {
    "ok"
}

/// A part of the service. What mounts it is written once.
trait Part {
    const PREFIX: &'static str;
    const VERSION: &'static str = "/v1";

    fn routes() -> Router;

    fn mounted() -> Router {
        Router::new().nest(Self::PREFIX, Self::routes())
    }

    fn guarded(sessions: &Sessions) -> Router {
        let auth = middleware::from_fn_with_state(sessions.clone(), require_session);
        Router::new().nest(
            &format!("{}{}", Self::VERSION, Self::PREFIX),
            Self::routes().layer(auth),
        )
    }
}

//@ GET /users/all none
//@ GET /v1/users/all required
struct Users;

impl Part for Users {
    const PREFIX: &'static str = "/users";

    fn routes() -> Router {
        Router::new().route("/all", get(ok))
    }
}

//@ POST /notes/new none
//@ POST /v2/notes/new required
struct Notes;

impl Part for Notes {
    const PREFIX: &'static str = "/notes";
    const VERSION: &'static str = "/v2";

    fn routes() -> Router {
        Router::new().route("/new", post(ok))
    }
}

/// By a type parameter, which is written at the call or comes from an argument.
//@ DELETE /tasks/{id} none
//@ DELETE /again/tasks/{id} none
//@ DELETE /given/tasks/{id} none
struct Tasks;

impl Part for Tasks {
    const PREFIX: &'static str = "/tasks";

    fn routes() -> Router {
        Router::new().route("/{id}", delete(ok))
    }
}

fn mount<P: Part>(router: Router) -> Router {
    router.nest(P::PREFIX, P::routes())
}

fn mount_again<P>(prefix: &str) -> Router
where
    P: Part,
{
    let at = format!("{prefix}{}", <P as Part>::PREFIX);
    Router::new().nest(&at, <P as Part>::routes())
}

fn mount_given<P: Part>(_part: P) -> Router {
    Router::new().nest("/given", mount::<P>(Router::new()))
}

/// By what a trait calls on a value.
//@ GET /sensors/read none
//@ PUT /lamps/switch none
trait Device {
    fn name(&self) -> &'static str;
    fn routes(&self) -> Router;

    fn mounted(&self) -> Router {
        Router::new().nest(self.name(), self.routes())
    }
}

struct Sensor;

impl Device for Sensor {
    fn name(&self) -> &'static str {
        "/sensors"
    }

    fn routes(&self) -> Router {
        Router::new().route("/read", get(ok))
    }
}

struct Lamp;

impl Device for Lamp {
    fn name(&self) -> &'static str {
        "/lamps"
    }

    fn routes(&self) -> Router {
        Router::new().route("/switch", axum::routing::put(ok))
    }
}

/// Two traits with a constant of one name.
//@ GET /public/both none
//@ GET /private/both required
trait Public {
    const AT: &'static str;
}

trait Private {
    const AT: &'static str;
}

struct Both;

impl Private for Both {
    const AT: &'static str = "/private";
}

impl Public for Both {
    const AT: &'static str = "/public";
}

fn public<T: Public>() -> Router {
    Router::new().nest(T::AT, Router::new().route("/both", get(ok)))
}

fn private<T: Private>(sessions: &Sessions) -> Router {
    let auth = middleware::from_fn_with_state(sessions.clone(), require_session);
    Router::new().nest(T::AT, Router::new().route("/both", get(ok)).layer(auth))
}

/// A type with parameters, and its own constant.
//@ GET /wrapped/users none
//@ GET /wrapped/notes none
//@ GET /plain/x none
struct Wrapped<T>(std::marker::PhantomData<T>);

impl<T: Part> Wrapped<T> {
    const AT: &'static str = "/wrapped";

    fn routes() -> Router {
        Router::new().nest(Self::AT, Router::new().route(T::PREFIX, get(ok)))
    }
}

struct Plain;

impl Plain {
    const PREFIX: &'static str = "/plain";

    fn routes() -> Router {
        Router::new().nest(Self::PREFIX, Router::new().route("/x", get(ok)))
    }
}

/// What nobody can tell stands as a parameter, beside one that is one.
//@ GET /{at}/unknown none
//@ GET /items/{PREFIX} none
fn unknown() -> Router {
    let at = std::env::var("AT").unwrap_or_default();
    Router::new()
        .nest(&at, Router::new().route("/unknown", get(ok)))
        .route("/items/{PREFIX}", get(ok))
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let router = Router::new()
        .merge(Users::mounted())
        .merge(Users::guarded(&sessions))
        .merge(Notes::mounted())
        .merge(Notes::guarded(&sessions))
        .merge(mount::<Tasks>(Router::new()))
        .merge(mount_again::<Tasks>("/again"))
        .merge(mount_given(Tasks))
        .merge(Sensor.mounted())
        .merge(Lamp.mounted())
        .merge(public::<Both>())
        .merge(private::<Both>(&sessions))
        .merge(Wrapped::<Users>::routes())
        .merge(Wrapped::<Notes>::routes())
        .merge(Plain::routes())
        .merge(unknown());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}
