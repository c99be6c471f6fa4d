//! The same in rows of diesel and SeaORM, documents of MongoDB, and other frameworks.

use actix_web::{HttpResponse, web};
use diesel::prelude::*;
use mongodb::bson::doc;
use rocket::serde::json::Json;
use sea_orm::entity::prelude::*;
use sea_orm::Set;
use serde::Deserialize;

#[derive(Deserialize)]
struct Account {
    name: String,
    password: String,
}

diesel::table! {
    users (id) {
        id -> Integer,
        name -> Text,
        password -> Text,
    }
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct NewUser<'a> {
    name: &'a str,
    password: &'a str,
}

async fn as_a_row(account: web::Json<Account>) -> HttpResponse {
    let row = NewUser {
        name: &account.name,
        password: &account.password, //~ cleartext-storage
    };
    let statement = diesel::insert_into(users::table).values(&row);
    drop(statement);
    HttpResponse::NoContent().finish()
}

async fn as_a_column(account: web::Form<Account>) -> HttpResponse {
    let change = diesel::update(users::table.filter(users::name.eq(&account.name)))
        .set(users::password.eq(&account.password)); //~ cleartext-storage
    drop(change);
    HttpResponse::NoContent().finish()
}

// near miss: hashed
async fn hashed_row(account: web::Json<Account>) -> HttpResponse {
    let password = bcrypt::hash(&account.password, 12).unwrap_or_default();
    let row = NewUser {
        name: &account.name,
        password: &password,
    };
    let statement = diesel::insert_into(users::table).values(&row);
    drop(statement);
    HttpResponse::NoContent().finish()
}

// near miss: another column
async fn other_column(account: web::Form<Account>) -> HttpResponse {
    let change = diesel::update(users::table).set(users::name.eq(&account.name));
    drop(change);
    HttpResponse::NoContent().finish()
}

mod account {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub name: String,
        pub password: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[rocket::post("/model", data = "<sent>")]
fn as_a_model(sent: Json<Account>) -> &'static str {
    let sent = sent.into_inner();
    let model = account::ActiveModel {
        name: Set(sent.name),
        password: Set(sent.password), //~ cleartext-storage
        ..Default::default()
    };
    drop(model);
    "done"
}

// near miss: hashed
#[rocket::post("/hashed", data = "<sent>")]
fn hashed_model(sent: Json<Account>) -> &'static str {
    let sent = sent.into_inner();
    let model = account::ActiveModel {
        name: Set(sent.name),
        password: Set(bcrypt::hash(sent.password, 12).unwrap_or_default()),
        ..Default::default()
    };
    drop(model);
    "done"
}

async fn as_a_document(
    users: web::Data<mongodb::Collection<mongodb::bson::Document>>,
    account: web::Json<Account>,
) -> HttpResponse {
    let document = doc! {
        "name": account.name.clone(),
        "password": account.password.clone(), //~ cleartext-storage
    };
    match users.insert_one(document).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

// near miss: hashed
async fn hashed_document(
    users: web::Data<mongodb::Collection<mongodb::bson::Document>>,
    account: web::Json<Account>,
) -> HttpResponse {
    let hashed = bcrypt::hash(&account.password, 12).unwrap_or_default();
    let document = doc! { "name": account.name.clone(), "password": hashed };
    match users.insert_one(document).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/row", web::post().to(as_a_row))
        .route("/column", web::post().to(as_a_column))
        .route("/hashed-row", web::post().to(hashed_row))
        .route("/other", web::post().to(other_column))
        .route("/document", web::post().to(as_a_document))
        .route("/hashed-document", web::post().to(hashed_document));
}

fn main() {}
