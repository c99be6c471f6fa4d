//! Conventions of methods, of services behind the state and of helpers that call helpers.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

type Done = Result<(), StatusCode>;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
    policy: Arc<Policy>,
}

struct Policy {
    db: PgPool,
}

enum Action {
    Edit,
    Share,
}

impl Policy {
    async fn require(&self, caller: i64, project: i64, action: Action) -> Done {
        let column = match action {
            Action::Edit => "SELECT 1 FROM grants WHERE edit AND member = $1 AND project = $2",
            Action::Share => "SELECT 1 FROM grants WHERE share AND member = $1 AND project = $2",
        };
        let found = sqlx::query(column).bind(caller).bind(project).fetch_optional(&self.db).await;
        found.ok().flatten().map(drop).ok_or(StatusCode::FORBIDDEN)
    }
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    support: bool,
}

struct Member {
    id: i64,
    support: bool,
}

impl Member {
    async fn can_edit(&self, db: &PgPool, document: i64) -> bool {
        let query = sqlx::query("SELECT 1 FROM documents WHERE id = $1 AND owner = $2").bind(document).bind(self.id);
        query.fetch_optional(db).await.is_ok_and(|it| it.is_some())
    }
}

impl FromRequestParts<AppState> for Member {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        let claims = data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims;
        Ok(Member { id: claims.sub, support: claims.support })
    }
}

async fn set(db: &PgPool, sql: &'static str, id: i64) -> Done {
    let done = sqlx::query(sql).bind(id).execute(db).await;
    done.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

mod projects {
    use super::*;

    async fn rename(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        state.policy.require(member.id, id, Action::Edit).await?;
        set(&state.db, "UPDATE projects SET name = '' WHERE id = $1", id).await
    }

    async fn archive(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        state.policy.require(member.id, id, Action::Edit).await?;
        set(&state.db, "UPDATE projects SET archived = true WHERE id = $1", id).await
    }

    async fn share(Member { id: caller, .. }: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        state.policy.require(caller, id, Action::Share).await?;
        set(&state.db, "UPDATE projects SET shared = true WHERE id = $1", id).await
    }

    async fn unshare(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        let policy = state.policy.clone();
        policy.require(member.id, id, Action::Share).await?;
        set(&state.db, "UPDATE projects SET shared = false WHERE id = $1", id).await
    }

    async fn color(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        state.policy.require(member.id, id, Action::Edit).await?;
        set(&state.db, "UPDATE projects SET color = 1 WHERE id = $1", id).await
    }

    async fn budget(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        state.policy.require(member.id, id, Action::Edit).await?;
        set(&state.db, "UPDATE projects SET budget = 1 WHERE id = $1", id).await
    }

    async fn remove(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done { //~ inconsistent-auth
        tracing::info!(by = member.id, id, "removed");
        set(&state.db, "DELETE FROM projects WHERE id = $1", id).await
    }

    // near miss: only reads
    async fn show(member: Member, Path(id): Path<i64>) -> Json<(i64, i64)> {
        Json((member.id, id))
    }

    pub fn routes() -> Router<AppState> {
        Router::new()
            .route("/projects/{id}", get(show).delete(remove))
            .route("/projects/{id}/name", put(rename))
            .route("/projects/{id}/archive", post(archive))
            .route("/projects/{id}/share", post(share).delete(unshare))
            .route("/projects/{id}/color", put(color))
            .route("/projects/{id}/budget", put(budget))
    }
}

mod documents {
    use super::*;

    async fn title(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        if !member.can_edit(&state.db, id).await {
            return Err(StatusCode::FORBIDDEN);
        }
        set(&state.db, "UPDATE documents SET title = '' WHERE id = $1", id).await
    }

    async fn body(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        if !member.can_edit(&state.db, id).await {
            return Err(StatusCode::FORBIDDEN);
        }
        set(&state.db, "UPDATE documents SET body = '' WHERE id = $1", id).await
    }

    async fn lock(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        let may = member.can_edit(&state.db, id).await;
        if !may {
            return Err(StatusCode::FORBIDDEN);
        }
        set(&state.db, "UPDATE documents SET locked = true WHERE id = $1", id).await
    }

    async fn unlock(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        match member.can_edit(&state.db, id).await {
            true => set(&state.db, "UPDATE documents SET locked = false WHERE id = $1", id).await,
            false => Err(StatusCode::FORBIDDEN),
        }
    }

    async fn tag(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        Member::can_edit(&member, &state.db, id).await.then_some(()).ok_or(StatusCode::FORBIDDEN)?;
        set(&state.db, "UPDATE documents SET tag = 1 WHERE id = $1", id).await
    }

    async fn sign(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        if member.can_edit(&state.db, id).await {
            return set(&state.db, "UPDATE documents SET signed = true WHERE id = $1", id).await;
        }
        Err(StatusCode::FORBIDDEN)
    }

    async fn publish(_member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done { //~ inconsistent-auth
        set(&state.db, "UPDATE documents SET published = true WHERE id = $1", id).await
    }

    pub fn routes() -> Router<AppState> {
        Router::new()
            .route("/documents/{id}/title", patch(title))
            .route("/documents/{id}/body", patch(body))
            .route("/documents/{id}/lock", post(lock).delete(unlock))
            .route("/documents/{id}/tags", post(tag))
            .route("/documents/{id}/signature", post(sign))
            .route("/documents/{id}/publish", post(publish))
    }
}

mod notes {
    use super::*;

    async fn ensure_author(db: &PgPool, member: &Member, note: i64) -> Done {
        let query = sqlx::query("SELECT 1 FROM notes WHERE id = $1 AND author = $2").bind(note).bind(member.id);
        query.fetch_one(db).await.map(drop).map_err(|_| StatusCode::NOT_FOUND)
    }

    async fn pin(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        ensure_author(&state.db, &member, id).await?;
        set(&state.db, "UPDATE notes SET pinned = true WHERE id = $1", id).await
    }

    async fn unpin(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        ensure_author(&state.db, &member, id).await?;
        set(&state.db, "UPDATE notes SET pinned = false WHERE id = $1", id).await
    }

    // near miss: no convention among three
    async fn like(member: Member, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
        let done = sqlx::query("INSERT INTO likes VALUES ($1, $2)").bind(member.id).bind(id).execute(&state.db).await;
        done.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub fn routes() -> Router<AppState> {
        Router::new()
            .route("/notes/{id}/pin", post(pin).delete(unpin)) // near miss: two of three
            .route("/notes/{id}/like", post(like))
    }
}

fn app(state: AppState) -> Router {
    Router::new().merge(projects::routes()).merge(documents::routes()).merge(notes::routes()).with_state(state)
}

fn main() {}
