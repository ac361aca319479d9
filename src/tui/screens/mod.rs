//! One folder per screen: state, update, view, and its words for the linear mode.

pub mod account;
mod blank;
mod denied;
pub mod lookup;
pub mod parts;
mod sign_in;

use crate::tui::flow::{Ctx, Route, Screen};

/// Opens the screen of a route.
#[must_use]
pub fn open(route: &Route, _ctx: &Ctx<'_>) -> Box<dyn Screen> {
    match route {
        Route::SignIn => Box::new(sign_in::SignIn::default()),
        Route::Denied => Box::new(denied::Denied),
        Route::Lookup { ticket } => Box::new(lookup::LookupScreen::new(*ticket)),
        Route::Account { account, ticket } => Box::new(account::AccountScreen::new(*account, *ticket)),
        other => Box::new(blank::Blank(other.kind())),
    }
}
