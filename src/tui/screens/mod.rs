//! One folder per screen: state, update, view, and its words for the linear mode.

pub mod account;
mod activity;
mod all_tokens;
mod approvals;
pub mod catalog;
mod dashboard;
mod denied;
pub mod lookup;
pub mod new_ticket;
pub mod parts;
mod plan;
mod plans;
mod search;
mod sign_in;
pub mod ticket;
pub mod tickets;
pub mod token;

#[cfg(test)]
mod themed;

use crate::tui::flow::{Ctx, Route, Screen};

/// Opens the screen of a route.
#[must_use]
pub fn open(route: &Route, ctx: &Ctx<'_>) -> Box<dyn Screen> {
    match route {
        Route::SignIn => Box::new(sign_in::SignIn::default()),
        Route::Locked { idle } => Box::new(sign_in::SignIn::locked(*idle)),
        Route::Denied => Box::new(denied::Denied),
        Route::Lookup { ticket } => Box::new(lookup::LookupScreen::new(*ticket)),
        Route::Account { account, ticket } => Box::new(account::AccountScreen::new(*account, *ticket)),
        Route::NewTicket { account, tokens } => {
            Box::new(new_ticket::NewTicketScreen::new(*account, tokens.clone(), ctx))
        }
        Route::Ticket { ticket } => Box::new(ticket::TicketScreen::new(*ticket)),
        Route::AccountAt { account, token } => Box::new(account::AccountScreen::at(*account, *token)),
        Route::AllTokens => Box::new(all_tokens::AllTokensScreen::new()),
        Route::Plan { noun, plan } => Box::new(plan::PlanScreen::new(*noun, *plan)),
        Route::Plans => Box::new(plans::PlansScreen::default()),
        Route::Activity => Box::new(activity::ActivityScreen::new()),
        Route::Approvals => Box::new(approvals::ApprovalsScreen::new()),
        Route::Search => Box::new(search::SearchScreen::default()),
        Route::Dashboard => Box::new(dashboard::DashboardScreen::default()),
        Route::TicketsOf { query, zone } => Box::new(tickets::TicketsScreen::of(query, zone)),
        Route::Tickets => Box::new(tickets::TicketsScreen::new()),
        Route::Token {
            account,
            token,
            ticket,
        } => Box::new(token::TokenScreen::new(*account, *token, *ticket)),
        Route::Catalog { account, ticket } => Box::new(catalog::CatalogScreen::new(*account, *ticket)),
    }
}
