//! Paths and headers of the contract. Identifiers are the only data that a path ever carries.

use std::fmt::Display;

use crate::domain::plan::PlanNoun;

/// Base path of version 1.
pub const BASE: &str = "/api/v1";
/// Header with the contract version, on each request and reply.
pub const VERSION_HEADER: &str = "tokendesk-contract";
/// Header with the key of an intent (a UUID), required on token actions and ticket creation.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Header with the id of the sign-in (a UUID that the client makes once when a person signs in and keeps with the
/// refresh token); tells two sign-ins of one person apart.
pub const SESSION_HEADER: &str = "tokendesk-session";
/// Header that names the request in logs and problem bodies.
pub const REQUEST_ID: &str = "x-request-id";

/// `GET`: the signed-in person.
pub const ME: &str = "/me";
/// `GET`: own sessions; `DELETE`: end all of them.
pub const SESSIONS: &str = "/sessions";
/// `DELETE`: end the session that asks, and refuse its access tokens from then on.
pub const OWN_SESSION: &str = "/sessions/current";
/// `PUT`: lock the session that asks, until a fresh sign-in.
pub const OWN_SESSION_LOCK: &str = "/sessions/current/lock";
/// `GET`: the desk profile; only its brand without sign-in.
pub const DESK: &str = "/desk";
/// `POST`: look accounts up.
pub const ACCOUNT_SEARCH: &str = "/accounts/search";
/// `GET`: the catalog.
pub const OFFERS: &str = "/offers";
/// `GET`: tokens of the whole desk.
pub const TOKENS: &str = "/tokens";
/// `GET`, `POST`: tickets.
pub const TICKETS: &str = "/support/tickets";
/// `GET`: ranked search over tickets and their conversations.
pub const TICKET_SEARCH: &str = "/support/search";
/// `GET`: escalations.
pub const ESCALATIONS: &str = "/escalations";
/// Header with the name of a file that is sent, in UTF-8 with percent signs.
pub const FILE_NAME: &str = "tokendesk-file-name";
/// `GET`: everybody behind the desk.
pub const AGENTS: &str = "/agents";
/// `PUT`: whether one takes work.
pub const AVAILABILITY: &str = "/support/availability";
/// `GET`: queues, own clocks, own numbers.
pub const DASHBOARD: &str = "/support/dashboard";
/// `GET`: the numbers of the desk.
pub const STATS: &str = "/support/stats";
/// `POST`: rules tried over history.
pub const TRY_RULES: &str = "/support/rules/try";
/// `GET`: recorded actions.
pub const ACTIONS: &str = "/actions";
/// `GET`: counts by value.
pub const TOKEN_FACETS: &str = "/tokens/facets";
/// `POST`: say that tokens are about to be written to a file.
pub const TOKEN_EXPORTS: &str = "/tokens/exports";
/// `GET`: what goes out to customers.
pub const DELIVERIES: &str = "/deliveries";
/// `GET`, `POST`: saved queries.
pub const PRESETS: &str = "/presets";
/// `GET`, `POST`: plans.
pub const PLANS: &str = "/tokens/bulk/plans";
/// Counts of tickets by value.
pub const TICKET_FACETS: &str = "/support/tickets/facets";
/// Plans about tickets.
pub const TICKET_PLANS: &str = "/support/tickets/bulk/plans";
/// `GET`: requests for approval.
pub const APPROVALS: &str = "/approvals";
/// `GET`: live events.
pub const EVENTS: &str = "/events";
/// `GET`: the audit.
pub const AUDIT: &str = "/audit";
/// `GET`: verification of the audit chain.
pub const AUDIT_VERIFY: &str = "/audit/verify";
/// `GET`: the sealed chain, for an export.
pub const AUDIT_ENTRIES: &str = "/audit/entries";
/// `GET`: signed checkpoints.
pub const AUDIT_CHECKPOINTS: &str = "/audit/checkpoints";
/// `POST`: destroy what the audit holds in words about a customer.
pub const AUDIT_ERASURES: &str = "/audit/erasures";

/// `GET`, `PUT`, `DELETE`: what was typed and not sent yet.
pub fn draft(key: impl Display) -> String {
    format!("/drafts/{key}")
}
/// `GET`, `DELETE`: one session.
pub fn session(id: impl Display) -> String {
    format!("/sessions/{id}")
}
/// `GET`: the receipt of one of one's own intents.
pub fn audit_receipt(key: impl Display) -> String {
    format!("/audit/receipts/{key}")
}
/// `GET`: what became of an intent.
pub fn intent(key: impl Display) -> String {
    format!("/intents/{key}")
}
/// `GET`: an account's card.
pub fn account(id: impl Display) -> String {
    format!("/accounts/{id}")
}
/// Below an account: `verify`, `reveal`, `notes`, `tokens`, `tokens/steps`.
pub fn account_part(id: impl Display, part: &str) -> String {
    format!("/accounts/{id}/{part}")
}
/// `PUT`: what assignment goes by of somebody.
pub fn agent(id: impl Display) -> String {
    format!("/agents/{id}")
}
/// `GET`: an offer.
pub fn offer(id: impl Display) -> String {
    format!("/offers/{id}")
}
/// `GET`: the picture of an offer.
pub fn offer_image(id: impl Display) -> String {
    format!("/offers/{id}/image")
}
/// `GET`: a token.
pub fn token(id: impl Display) -> String {
    format!("/tokens/{id}")
}
/// `GET`: values of a field to complete with.
pub fn suggest(field: impl Display) -> String {
    format!("/suggest/{field}")
}
/// `PUT`, `DELETE`: a saved query.
pub fn preset(id: impl Display) -> String {
    format!("/presets/{id}")
}
/// Below a delivery: `retry`, `drop`.
pub fn delivery_part(id: impl Display, part: &str) -> String {
    format!("/deliveries/{id}/{part}")
}
/// Plans about tokens or tickets.
pub fn plans(noun: PlanNoun) -> &'static str {
    match noun {
        PlanNoun::Token => PLANS,
        PlanNoun::Ticket => TICKET_PLANS,
    }
}
/// `GET`: a plan.
pub fn plan(noun: PlanNoun, id: impl Display) -> String {
    format!("{}/{id}", plans(noun))
}
/// Below a plan: `run`, `undo`.
pub fn plan_part(noun: PlanNoun, id: impl Display, part: &str) -> String {
    format!("{}/{id}/{part}", plans(noun))
}
/// `GET`: a request for approval.
pub fn approval(id: impl Display) -> String {
    format!("/approvals/{id}")
}
/// Below a request for approval: `approve`, `reject`.
pub fn approval_part(id: impl Display, part: &str) -> String {
    format!("/approvals/{id}/{part}")
}
/// `GET`, `PUT`: a dispute.
pub fn dispute(id: impl Display) -> String {
    format!("/disputes/{id}")
}
/// `GET`: a recorded action.
pub fn action(id: impl Display) -> String {
    format!("/actions/{id}")
}
/// `POST`: take an action back.
pub fn undo(id: impl Display) -> String {
    format!("/actions/{id}/undo")
}
/// Below a token: `history`, `notes`, `remove`, `reissue`, `dispute`, `external-link`.
pub fn token_part(id: impl Display, part: &str) -> String {
    format!("/tokens/{id}/{part}")
}
/// `GET`, `PATCH`: a ticket, by id or by number.
pub fn ticket(id: impl Display) -> String {
    format!("/support/tickets/{id}")
}
/// Below a ticket: `messages`, `assign`, `status`, `priority`, `close`, `reopen`, `escalate`, `deescalate`, `tags`, `snooze`, `watch`,
/// `links`, `unlink`, `split`, `merge`, `unmerge`, `checks`, `times`, `attachments`, `rate`, `history`.
pub fn ticket_part(id: impl Display, part: &str) -> String {
    format!("/support/tickets/{id}/{part}")
}
/// One thing of a ticket: a point of its `checks`, an entry of its `times`.
pub fn ticket_item(id: impl Display, part: &str, item: impl Display) -> String {
    format!("/support/tickets/{id}/{part}/{item}")
}
/// `GET`, `PUT`: an escalation.
pub fn escalation(id: impl Display) -> String {
    format!("/escalations/{id}")
}
/// `GET`, `DELETE`: a file.
pub fn attachment(id: impl Display) -> String {
    format!("/attachments/{id}")
}
