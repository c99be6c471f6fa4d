//! Functions that decide about access, and some that only sound so.

struct User {
    id: i64,
    admin: bool,
}

struct Token(String);

fn check_permission(_user: &User, _action: &str) -> bool { //~ access-check-stub
    true
}

fn verify_token(token: &Token) -> Result<(), String> { //~ access-check-stub
    tracing::debug!("a token of {} bytes", token.0.len());
    Ok(())
}

async fn is_authorized(user: &User) -> Result<bool, String> { //~ access-check-stub
    let _ = user;
    return Ok(true);
}

struct Service;

impl Service {
    fn has_role(&self, _user: &User, _role: &str) -> bool { //~ access-check-stub
        true
    }

    fn is_admin_console_enabled(&self) -> bool {
        true // near miss: it is handed nothing that it could look at
    }
}

fn is_owner(user: &User, id: i64) -> bool {
    user.id == id // near miss: it looks
}

fn require_admin(user: &User) -> Result<(), String> {
    if !user.admin {
        return Err("no".to_owned());
    }
    Ok(()) // near miss: says yes at the end only
}

fn validate_session(_session: &str) -> Result<(), String> {
    Err("not yet".to_owned()) // near miss: a stub that refuses
}

fn check_access(_user: &User) -> Result<(), String> {
    todo!() // near miss: a stub that stops
}

fn can_retry(_attempts: u32) -> bool {
    true // near miss: nothing about access
}

fn token_kind(_token: &str) -> Result<(), String> {
    Ok(()) // near miss: begins with no word that decides
}

trait Authorizer {
    fn check_access(&self, _user: &User) -> bool {
        true // near miss: what a trait does unless somebody says otherwise
    }
}

struct Everybody;

impl Authorizer for Everybody {
    fn check_access(&self, _user: &User) -> bool {
        true // near miss: one way of several
    }
}

struct AllowAll;

impl AllowAll {
    fn check_permission(&self, _user: &User) -> bool {
        true // near miss: its type says so
    }
}

#[cfg(windows)]
fn verify_access(_user: &User) -> bool {
    true // near miss: only on some systems
}

fn check_credentials(_name: &str) -> Result<(), String> {
    Ok(()) // near miss: nobody calls it
}

fn is_token(text: &str) -> bool {
    check_length(text);
    true // near miss: does something before it answers
}

fn check_length(text: &str) {
    assert!(text.len() < 1000);
}

fn has_scope(_scope: &str) -> Option<u32> {
    None // near miss: no yes or no
}

async fn all(user: User) -> Result<(), String> {
    let token = Token(String::new());
    if !check_permission(&user, "read") || !is_authorized(&user).await? || !Service.has_role(&user, "reader") {
        return Err("no".to_owned());
    }
    verify_token(&token)?;
    require_admin(&user)?;
    validate_session("")?;
    check_access(&user)?;
    token_kind("")?;
    let _ = (is_owner(&user, 1), can_retry(1), Service.is_admin_console_enabled(), is_token(""), has_scope(""));
    let _ = (Everybody.check_access(&user), AllowAll.check_permission(&user));
    Ok(())
}

fn main() {
    drop(all(User { id: 1, admin: false }));
}

#[cfg(test)]
mod tests {
    fn check_permission(_user: &super::User) -> bool {
        true // near miss: of a test
    }

    #[test]
    fn permits() {
        assert!(check_permission(&super::User { id: 1, admin: false }));
    }
}
