//! Routes that are there if a flag is set, whatever it is by default.

//@ GET /loans none
//@ POST /couriers none
//@ POST /feeds none
//@ POST /press none
//@ POST /late none

use axum::Router;
use axum::routing::{get, post};

struct Flags {
    couriers: bool,
    feeds: bool,
    press: bool,
    never: bool,
}

impl Flags {
    fn from_env() -> Flags {
        let on = |name: &str| std::env::var(name).map(|it| it == "1").unwrap_or(false);
        Flags {
            couriers: on("COURIERS"),
            feeds: std::env::var("FEEDS").map(|it| it == "1").unwrap_or(false),
            press: match std::env::var("PRESS") {
                Ok(it) => it.parse().unwrap_or_default(),
                Err(_) => false,
            },
            never: false,
        }
    }
}

async fn ok() -> &'static str {
    "ok"
}

fn build(flags: &Flags) -> Router {
    let mut api = Router::new().route("/loans", get(ok));
    if flags.couriers {
        api = api.route("/couriers", post(ok));
    }
    if flags.feeds {
        api = api.route("/feeds", post(ok));
    }
    if flags.press {
        api = api.route("/press", post(ok));
    }
    if flags.never {
        api = api.route("/never", post(ok));
    }
    let is_late = std::env::var("LATE").ok().and_then(|it| it.parse::<bool>().ok()).unwrap_or(false);
    if is_late { api.route("/late", post(ok)) } else { api }
}

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.expect("a port");
    axum::serve(listener, build(&Flags::from_env())).await.expect("a server");
}
