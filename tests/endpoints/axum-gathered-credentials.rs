//! Credentials that an extractor gathers and hands on, what is done after they were verified, and
//! who is answered of whom they were not.

use axum::extract::{FromRequestParts, State};
use axum::http::{StatusCode, request::Parts};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation, decode};

#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub struct Claims {
    sub: String,
}

pub struct Gathered {
    token: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Gathered {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get("authorization");
        let header = header.and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer "));
        Ok(Gathered {
            token: token.map(str::to_owned),
        })
    }
}

#[derive(Clone)]
pub struct Actor {
    key: String,
    entries: Vec<Entry>,
}

#[derive(Clone)]
pub struct Entry {
    names: Option<Vec<String>>,
}

pub enum Refused {
    Nobody,
    NoEntry,
}

/// What is looked for.
pub enum Class {
    Person,
    Group,
}

pub enum Filter {
    Is(String),
    All(Vec<Filter>),
}

impl From<Class> for Filter {
    fn from(class: Class) -> Filter {
        Filter::Is(match class {
            Class::Person => "person".to_owned(),
            Class::Group => "group".to_owned(),
        })
    }
}

impl Actor {
    fn who(&self, gathered: Gathered) -> Result<Claims, Refused> {
        let token = gathered.token.ok_or(Refused::Nobody)?;
        let key = DecodingKey::from_secret(self.key.as_bytes());
        let data = decode::<Claims>(&token, &key, &Validation::default());
        data.map(|it| it.claims).map_err(|_| Refused::Nobody)
    }

    fn found(&self, gathered: Gathered, filter: Filter) -> Result<Vec<String>, Refused> {
        self.who(gathered)?;
        match filter {
            Filter::Is(name) => Ok(vec![name]),
            Filter::All(all) => Ok(vec![all.len().to_string()]),
        }
    }

    fn names(&self, gathered: Gathered) -> Result<Vec<String>, Refused> {
        self.who(gathered)?;
        self.entries
            .first()
            .and_then(|entry| {
                entry.names.as_ref().map(|names| {
                    let each = names.iter().map(|it| match it.is_empty() {
                        true => Err(Refused::NoEntry),
                        false => Ok(it.clone()),
                    });
                    each.collect::<Result<Vec<_>, _>>()
                })
            })
            .unwrap_or_else(|| Ok(Vec::new()))
    }
}

type Answer = Result<Json<Vec<String>>, StatusCode>;

fn answer(names: Result<Vec<String>, Refused>) -> Answer {
    names.map(Json).map_err(|_| StatusCode::UNAUTHORIZED)
}

// What it is looked for by, is made of something else.
//@ GET /people required
async fn people(State(actor): State<Actor>, gathered: Gathered) -> Answer {
    answer(actor.found(gathered, Class::Person.into()))
}

//@ GET /names required
async fn names(State(actor): State<Actor>, gathered: Gathered) -> Answer {
    answer(actor.names(gathered))
}

// Whoever is refused, gets an empty list.
//@ GET /names/perhaps optional
async fn names_perhaps(State(actor): State<Actor>, gathered: Gathered) -> Answer {
    match actor.names(gathered) {
        Ok(names) => Ok(Json(names)),
        Err(_) => Ok(Json(Vec::new())),
    }
}

// Only who finds nothing does, and who that is, the kind of error says.
//@ GET /names/kinds unknown
async fn names_by_kinds(State(actor): State<Actor>, gathered: Gathered) -> Answer {
    match actor.names(gathered) {
        Ok(names) => Ok(Json(names)),
        Err(error) => {
            if let Refused::NoEntry = error {
                Ok(Json(Vec::new()))
            } else {
                Err(StatusCode::UNAUTHORIZED)
            }
        }
    }
}

// Nobody looks at them.
//@ GET /names/unseen unknown
async fn names_unseen(gathered: Gathered) -> Answer {
    drop(gathered);
    Ok(Json(Vec::new()))
}

pub fn app(actor: Actor) -> Router {
    Router::new()
        .route("/people", get(people))
        .route("/names", get(names))
        .route("/names/perhaps", get(names_perhaps))
        .route("/names/kinds", get(names_by_kinds))
        .route("/names/unseen", get(names_unseen))
        .with_state(actor)
}
