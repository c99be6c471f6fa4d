//! Placeholders in services, modules and types, and functions that only look like them.

use anyhow_free::Refused;

mod anyhow_free {
    #[derive(Debug)]
    pub struct Refused;
}

struct User {
    id: i64,
    roles: Vec<String>,
}

struct Guard {
    open: bool,
}

impl Guard {
    /// To be done.
    fn is_authorized(&self, user: &User) -> bool { //~ access-check-stub
        tracing::debug!(id = user.id, "asked");
        true
    }

    async fn verify_token(_token: &str) -> Result<bool, Refused> { //~ access-check-stub
        // The provider is not there yet.
        return Ok(true);
    }

    // near miss: a setting decides
    fn is_allowed(&self, _user: &User) -> bool {
        self.open
    }

    // near miss: is handed nothing
    fn is_authenticated(&self) -> bool {
        true
    }
}

mod rights {
    use super::{Refused, User};

    pub fn ensure_role(user: &User, role: &str) -> Result<(), Refused> { //~ access-check-stub
        let _ = (user, role);
        Ok(())
    }

    pub fn can_access(_: &User, _: i64) -> bool { //~ access-check-stub
        true
    }

    // near miss: says no
    pub fn has_permission(_user: &User, _what: &str) -> bool {
        false
    }

    // near miss: looks at who asks
    pub fn has_role(user: &User, role: &str) -> bool {
        user.roles.iter().any(|it| it == role)
    }

    // near miss: nobody calls it
    pub fn check_session(_id: &str) -> Result<(), Refused> {
        Ok(())
    }

    // near miss: asks another
    pub fn require_admin(user: &User) -> Result<(), Refused> {
        if has_role(user, "admin") { Ok(()) } else { Err(Refused) }
    }
}

trait Authorizer {
    // near miss: the default of a trait
    fn check_access(&self, _user: &User) -> Result<(), Refused> {
        Ok(())
    }
}

struct AllowAll;

impl Authorizer for AllowAll {}

struct NoopAuth;

impl NoopAuth {
    // near miss: its type says that this is meant
    fn verify_credentials(&self, _name: &str, _password: &str) -> Result<(), Refused> {
        Ok(())
    }
}

// near miss: another subject
fn validate_length(_text: &str) -> Result<(), Refused> {
    Ok(())
}

// near miss: gives back something of its own
fn verify_signature(message: &str) -> Result<String, Refused> {
    Ok(message.to_owned())
}

#[cfg(feature = "lab")]
fn check_password(_name: &str, _password: &str) -> bool {
    true // near miss: under a cfg
}

#[cfg(not(feature = "lab"))]
fn check_password(name: &str, password: &str) -> bool {
    name.len() == password.len()
}

// near miss: has an effect
fn authenticate_session(seen: &mut Vec<i64>, user: &User) -> Result<(), Refused> {
    seen.push(user.id);
    Ok(())
}

async fn handle(guard: &Guard, user: &User, token: &str) -> Result<(), Refused> {
    if !guard.is_authorized(user) || !Guard::verify_token(token).await? || !guard.is_allowed(user) {
        return Err(Refused);
    }
    rights::ensure_role(user, "editor")?;
    rights::require_admin(user)?;
    if !rights::can_access(user, 7) && rights::has_permission(user, "read") && guard.is_authenticated() {
        return Err(Refused);
    }
    AllowAll.check_access(user)?;
    NoopAuth.verify_credentials("a", "b")?;
    validate_length("a")?;
    verify_signature("a")?;
    check_password("a", "b");
    authenticate_session(&mut Vec::new(), user)
}

fn main() {}
