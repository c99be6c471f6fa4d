//! Composes the routers of the files below.

mod carts;
mod products;

use web::Router;
use web::middleware::from_fn_with_state;

use crate::auth::staff_only;
use crate::state::AppState;

const PREFIX: &str = "/api/v1";

pub fn router(state: &AppState) -> Router<AppState> {
    let mut router = Router::new();
    for (path, sub) in [("/carts", carts::router()), ("/products", products::router(state))] {
        router = router.nest(path, sub);
    }
    let staff = products::staff_router().layer(from_fn_with_state(state.clone(), staff_only));
    Router::new().nest(PREFIX, router).nest(&format!("{PREFIX}/staff"), staff)
}
