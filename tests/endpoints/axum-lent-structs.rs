//! Credentials that an extractor gathers and judges nothing of, which functions that they are lent
//! look at, and others after them.

use axum::{
    Json, Router,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
    routing::{get, post},
};
use jsonwebtoken::{DecodingKey, Validation, decode};

#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub struct Claims {
    sub: String,
}

#[derive(Default)]
pub enum Checked {
    #[default]
    Not,
    Genuine(Box<Claims>),
    Expired,
}

pub struct Gathered {
    token: Option<String>,
    basic: Option<String>,
    checked: Checked,
}

impl Gathered {
    fn new(token: Option<String>, basic: Option<String>) -> Self {
        Self {
            token,
            basic,
            checked: Default::default(),
        }
    }

    fn set_checked(&mut self, checked: Checked) {
        self.checked = checked
    }
}

#[derive(Clone)]
pub struct Actor {
    key: String,
    guests: bool,
}

pub enum Refused {
    Nobody,
    Expired,
}

impl Actor {
    fn claims(&self, token: &str) -> Result<Claims, Refused> {
        let key = DecodingKey::from_secret(self.key.as_bytes());
        let data = decode::<Claims>(token, &key, &Validation::default());
        data.map(|it| it.claims).map_err(|_| Refused::Nobody)
    }

    fn claims_of(&self, gathered: &Gathered) -> Result<Claims, Refused> {
        match (gathered.token.as_ref(), gathered.basic.as_ref()) {
            (Some(token), _) => self.claims(token),
            (None, _) => Err(Refused::Nobody),
        }
    }

    /// Looks once at what is there, and remembers it.
    fn look(&self, gathered: &mut Gathered) -> Result<(), Refused> {
        let (result, checked) = match self.claims_of(gathered) {
            Ok(claims) => (Ok(()), Checked::Genuine(Box::new(claims))),
            Err(Refused::Expired) => (Ok(()), Checked::Expired),
            Err(error) => (Err(error), Checked::Not),
        };
        gathered.set_checked(checked);
        result
    }

    /// Everybody is somebody.
    fn look_kindly(&self, gathered: &mut Gathered) -> Result<(), Refused> {
        let checked = match self.claims_of(gathered) {
            Ok(claims) => Checked::Genuine(Box::new(claims)),
            Err(_) => Checked::Genuine(Box::new(guest())),
        };
        gathered.set_checked(checked);
        Ok(())
    }

    /// Who nobody is, is a guest afterwards.
    fn look_twice(&self, gathered: &mut Gathered) -> Result<(), Refused> {
        self.look(gathered)?;
        self.let_guests_in(gathered);
        Ok(())
    }

    fn let_guests_in(&self, gathered: &mut Gathered) {
        if self.guests {
            gathered.checked = Checked::Genuine(Box::new(guest()));
        }
    }

    /// What the closure does is done when it is called.
    fn look_by_closure(&self, gathered: &mut Gathered) {
        let result = self.claims_of(gathered);
        let mut set = |checked| gathered.checked = checked;
        set(Checked::Genuine(Box::new(result.unwrap_or_else(|_| guest()))));
    }

    /// Under another name.
    fn look_by_another_name(&self, gathered: &mut Gathered) {
        let other = gathered;
        other.checked = match self.claims_of(other) {
            Ok(claims) => Checked::Genuine(Box::new(claims)),
            Err(_) => Checked::Genuine(Box::new(guest())),
        };
    }

    fn who(&self, gathered: Gathered) -> Result<Claims, Refused> {
        let Gathered {
            token,
            basic: _,
            checked,
        } = gathered;
        match checked {
            Checked::Genuine(claims) => return self.still_there(&claims),
            Checked::Expired => return Err(Refused::Expired),
            Checked::Not => {}
        }
        match token {
            Some(token) => self.claims(&token),
            None => Err(Refused::Nobody),
        }
    }

    fn still_there(&self, claims: &Claims) -> Result<Claims, Refused> {
        match claims.sub.is_empty() {
            true => Err(Refused::Expired),
            false => Ok(claims.clone()),
        }
    }

    fn orders(&self, gathered: Gathered) -> Result<Vec<String>, Refused> {
        let who = self.who(gathered)?;
        Ok(vec![who.sub])
    }
}

fn guest() -> Claims {
    Claims {
        sub: "guest".to_owned(),
    }
}

fn gather(parts: &Parts) -> Gathered {
    let header = parts.headers.get("authorization");
    let header = header.and_then(|it| it.to_str().ok());
    let (token, basic) = match header.and_then(|it| it.split_once(' ')) {
        Some(("Bearer", token)) => (Some(token.to_owned()), None),
        Some(("Basic", basic)) => (None, Some(basic.to_owned())),
        _ => (None, None),
    };
    Gathered::new(token, basic)
}

macro_rules! gathering {
    ($name:ident, $look:ident) => {
        pub struct $name(pub Gathered);

        impl FromRequestParts<Actor> for $name {
            type Rejection = StatusCode;

            async fn from_request_parts(
                parts: &mut Parts,
                actor: &Actor,
            ) -> Result<Self, Self::Rejection> {
                let mut gathered = gather(parts);
                let _ = actor.$look(&mut gathered);
                Ok($name(gathered))
            }
        }
    };
}

gathering!(Looked, look);
gathering!(LookedKindly, look_kindly);
gathering!(LookedTwice, look_twice);
gathering!(LookedByClosure, look_by_closure);
gathering!(LookedByAnotherName, look_by_another_name);

fn answer(orders: Result<Vec<String>, Refused>) -> Result<Json<Vec<String>>, StatusCode> {
    orders.map(Json).map_err(|_| StatusCode::UNAUTHORIZED)
}

//@ GET /orders required
async fn orders(
    State(actor): State<Actor>,
    Looked(gathered): Looked,
) -> Result<Json<Vec<String>>, StatusCode> {
    answer(actor.orders(gathered))
}

// Who nobody is, has the orders of guests.
//@ GET /kindly/orders unknown
async fn orders_kindly(
    State(actor): State<Actor>,
    LookedKindly(gathered): LookedKindly,
) -> Result<Json<Vec<String>>, StatusCode> {
    answer(actor.orders(gathered))
}

// What was found out is written over.
//@ GET /twice/orders conditional if !state.guests
async fn orders_twice(
    State(actor): State<Actor>,
    LookedTwice(gathered): LookedTwice,
) -> Result<Json<Vec<String>>, StatusCode> {
    answer(actor.orders(gathered))
}

//@ GET /closure/orders unknown
async fn orders_by_closure(
    State(actor): State<Actor>,
    LookedByClosure(gathered): LookedByClosure,
) -> Result<Json<Vec<String>>, StatusCode> {
    answer(actor.orders(gathered))
}

//@ GET /name/orders unknown
async fn orders_by_another_name(
    State(actor): State<Actor>,
    LookedByAnotherName(gathered): LookedByAnotherName,
) -> Result<Json<Vec<String>>, StatusCode> {
    answer(actor.orders(gathered))
}

/// What a visit is about.
struct Visit {
    who: Option<Claims>,
}

impl Visit {
    fn begin() -> Visit {
        Visit { who: Some(guest()) }
    }

    fn nobody() -> Visit {
        Visit { who: None }
    }

    /// Only who sends a token is looked at.
    fn check(&mut self, actor: &Actor, token: Option<&str>) {
        if let Some(token) = token {
            self.who = actor.claims(token).ok();
        }
    }

    /// It is there, or it is not.
    fn change(&mut self) {
        let who = &mut self.who;
        *who = Some(guest());
    }

    fn fill(&mut self) {
        self.who.get_or_insert_with(guest);
    }
}

fn token(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get("authorization")?.to_str().ok()?;
    header.strip_prefix("Bearer ")
}

pub struct Whole(Parts);

impl FromRequestParts<Actor> for Whole {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &Actor) -> Result<Self, StatusCode> {
        Ok(Whole(parts.clone()))
    }
}

//@ POST /visits required
async fn visit(State(actor): State<Actor>, Whole(parts): Whole) -> Result<String, StatusCode> {
    let mut visit = Visit::nobody();
    visit.check(&actor, token(&parts));
    let who = visit.who.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(who.sub)
}

// Who sends nothing stays a guest.
//@ POST /visits/of-guests optional
async fn visit_as_guest(
    State(actor): State<Actor>,
    Whole(parts): Whole,
) -> Result<String, StatusCode> {
    let mut visit = Visit::begin();
    visit.check(&actor, token(&parts));
    let who = visit.who.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(who.sub)
}

//@ POST /visits/changed optional
async fn visit_changed(
    State(actor): State<Actor>,
    Whole(parts): Whole,
) -> Result<String, StatusCode> {
    let mut visit = Visit::nobody();
    visit.check(&actor, token(&parts));
    visit.change();
    let who = visit.who.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(who.sub)
}

//@ POST /visits/filled optional
async fn visit_filled(
    State(actor): State<Actor>,
    Whole(parts): Whole,
) -> Result<String, StatusCode> {
    let mut visit = Visit::nobody();
    visit.check(&actor, token(&parts));
    visit.fill();
    let who = visit.who.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(who.sub)
}

pub fn app(actor: Actor) -> Router {
    Router::new()
        .route("/orders", get(orders))
        .route("/kindly/orders", get(orders_kindly))
        .route("/twice/orders", get(orders_twice))
        .route("/closure/orders", get(orders_by_closure))
        .route("/name/orders", get(orders_by_another_name))
        .route("/visits", post(visit))
        .route("/visits/of-guests", post(visit_as_guest))
        .route("/visits/changed", post(visit_changed))
        .route("/visits/filled", post(visit_filled))
        .with_state(actor)
}
