//! What actix-web's handlers store of the bodies that they read.

use actix_web::{HttpResponse, Responder, delete, get, patch, post, put, web};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Account {
    email: String,
    role: String,
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct Product {
    title: String,
    price: i64,
}

#[derive(Deserialize)]
struct NewAccount {
    email: String,
}

impl From<NewAccount> for Account {
    fn from(new: NewAccount) -> Account {
        Account { email: new.email, role: "member".to_owned() }
    }
}

#[derive(Deserialize)]
struct Filter {
    role: String,
}

async fn insert(db: &PgPool, account: &Account) {
    let query = sqlx::query("INSERT INTO accounts VALUES ($1, $2)").bind(&account.email).bind(&account.role);
    let _ = query.execute(db).await;
}

#[post("/register")]
async fn register(db: web::Data<PgPool>, body: web::Json<Account>) -> impl Responder { //~ mass-assignment
    let account = body.into_inner();
    insert(&db, &account).await;
    HttpResponse::Created()
}

#[put("/accounts/{email}")]
async fn replace(db: web::Data<PgPool>, body: web::Form<Account>) -> impl Responder { //~ mass-assignment
    insert(&db, &body).await;
    HttpResponse::Ok()
}

#[post("/accounts")]
async fn with_a_role_of_its_own(db: web::Data<PgPool>, body: web::Json<Account>) -> impl Responder {
    let mut account = body.into_inner();
    account.role = "member".to_owned(); // near miss: the service sets it
    insert(&db, &account).await;
    HttpResponse::Created()
}

#[post("/new")]
async fn of_a_type_for_it(db: web::Data<PgPool>, body: web::Json<NewAccount>) -> impl Responder {
    let account = Account::from(body.into_inner()); // near miss: made of a type without it
    insert(&db, &account).await;
    HttpResponse::Created()
}

#[post("/allowed")]
async fn of_few_roles(db: web::Data<PgPool>, body: web::Json<Account>) -> impl Responder {
    match body.role.as_str() {
        "member" | "guest" => insert(&db, &body).await, // near miss: only what anybody may be
        _ => return HttpResponse::Forbidden(),
    }
    HttpResponse::Created()
}

#[post("/compared")]
async fn never_an_administrator(db: web::Data<PgPool>, body: web::Json<Account>) -> impl Responder {
    if body.role == "admin" {
        return HttpResponse::Forbidden(); // near miss: it is looked at
    }
    insert(&db, &body).await;
    HttpResponse::Created()
}

#[post("/products")]
async fn product(db: web::Data<PgPool>, body: web::Json<Product>) -> impl Responder {
    // near miss: a price is no right
    let query = sqlx::query("INSERT INTO products VALUES ($1, $2)").bind(&body.title).bind(body.price);
    let _ = query.execute(db.get_ref()).await;
    HttpResponse::Created()
}

#[patch("/accounts/{email}")]
async fn rename(db: web::Data<PgPool>, old: web::Path<String>, body: web::Json<Account>) -> impl Responder {
    // near miss: only the address is taken
    let query = sqlx::query("UPDATE accounts SET email = $1 WHERE email = $2").bind(&body.email).bind(old.into_inner());
    let _ = query.execute(db.get_ref()).await;
    HttpResponse::Ok()
}

#[get("/accounts")]
async fn list(db: web::Data<PgPool>, filter: web::Query<Filter>) -> impl Responder {
    // near miss: a filter stores nothing
    let found = sqlx::query_as::<_, Account>("SELECT * FROM accounts WHERE role = $1").bind(&filter.role);
    HttpResponse::Ok().json(found.fetch_all(db.get_ref()).await.unwrap_or_default())
}

#[delete("/accounts/{email}")]
async fn remove(db: web::Data<PgPool>, email: web::Path<String>) -> impl Responder {
    // near miss: no body
    let _ = sqlx::query("DELETE FROM accounts WHERE email = $1").bind(email.into_inner()).execute(db.get_ref()).await;
    HttpResponse::Ok()
}

#[post("/admin/accounts")]
async fn by_an_administrator(db: web::Data<PgPool>, body: web::Json<Account>) -> impl Responder {
    insert(&db, &body).await; // near miss: for administrators, by its path
    HttpResponse::Created()
}

#[post("/echo")]
async fn echo(body: web::Json<Account>) -> impl Responder {
    HttpResponse::Ok().json(body.into_inner()) // near miss: it goes back to where it came from
}

fn configure(config: &mut web::ServiceConfig) {
    config
        .service(register)
        .service(replace)
        .service(with_a_role_of_its_own)
        .service(of_a_type_for_it)
        .service(of_few_roles)
        .service(never_an_administrator)
        .service(product)
        .service(rename)
        .service(list)
        .service(remove)
        .service(by_an_administrator)
        .service(echo);
}

fn main() {}
