//! Plans: one verb for many tokens, or several moves for one or many tickets.

use serde::{Deserialize, Serialize};

use crate::domain::canned::Macro;
use crate::domain::id::{AccountId, ActionId, ApprovalId, PlanId, TicketId, TokenId};
use crate::domain::plan::{PlanNoun, PlanState, PlanVerb, RowState};
use crate::domain::ticket::{TicketStatus, Visibility};
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, TokenState};

use super::desk::Reason;
use super::ticket_parts::{ChangeTags, MergeTicket};
use super::tickets::{AssignTicket, ChangePriority, ChangeStatus, CloseTicket, NewMessage, TicketRow};

/// Asks for a plan about tokens. The rows are named, or a query picks them: all that it matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewPlan {
    /// `remove`, `reissue` or `dispute`.
    pub verb: ActionKind,
    /// The tokens, at most 5,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<TokenId>,
    /// A query over tokens; for those who may search the whole desk, or with `account_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// With a query: in whose wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// IANA zone that dates in `q` are meant in; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The ticket that it is done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// For a reissue: the new tokens' last moment; from each offer's validity when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// For disputes: what sort.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// One move of a plan about tickets; each is what is sent for a single ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum TicketMove {
    /// Through the statuses.
    Status(ChangeStatus),
    /// How soon it needs care.
    Priority(ChangePriority),
    /// To somebody, or back into the queue.
    Assign(AssignTicket),
    /// Tags on and off.
    Tag(ChangeTags),
    /// Closed.
    Close(CloseTicket),
    /// Into another one. Alone in its plan.
    Merge(MergeTicket),
    /// A message or an internal note.
    Say(NewMessage),
}

impl TicketMove {
    /// Which verb it is.
    #[must_use]
    pub fn verb(&self) -> PlanVerb {
        match self {
            Self::Status(_) => PlanVerb::Status,
            Self::Priority(_) => PlanVerb::Priority,
            Self::Assign(_) => PlanVerb::Assign,
            Self::Tag(_) => PlanVerb::Tag,
            Self::Close(_) => PlanVerb::Close,
            Self::Merge(_) => PlanVerb::Merge,
            Self::Say(_) => PlanVerb::Say,
        }
    }
}

/// Asks for a plan about tickets. The rows are named, or a query picks them: all that it matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTicketPlan {
    /// What is done to each ticket, in this order; 1 to 10 moves.
    pub moves: Vec<TicketMove>,
    /// The tickets, at most 5,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<TicketId>,
    /// A query over tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// IANA zone that dates in `q` are meant in; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
    /// The macro of the desk's profile that the moves come from.
    #[serde(default, rename = "macro", skip_serializing_if = "String::is_empty")]
    pub macro_code: String,
    /// Takes tickets that nobody has, before anything else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take: bool,
    /// With one named ticket: its version that the person saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Does it at once: for what the person confirmed already. For one ticket.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub run: bool,
}

impl NewTicketPlan {
    /// A macro for one ticket as it was seen, its texts filled in: what is to be done to it, at once.
    #[must_use]
    pub fn of_macro(one: &Macro, row: &TicketRow) -> Self {
        let say = |visibility, text: &str| {
            let message = NewMessage {
                visibility,
                body: text.to_owned(),
                attachment_ids: Vec::new(),
            };
            (!text.trim().is_empty()).then_some(TicketMove::Say(message))
        };
        let mut moves = Vec::new();
        moves.extend(say(Visibility::Public, &one.reply));
        moves.extend(say(Visibility::Internal, &one.note));
        let priority = one.priority.filter(|priority| *priority != row.priority);
        moves.extend(priority.map(|priority| TicketMove::Priority(ChangePriority { priority })));
        if !(one.tags.is_empty() && one.untag.is_empty()) {
            moves.push(TicketMove::Tag(ChangeTags {
                add: one.tags.clone(),
                remove: one.untag.clone(),
            }));
        }
        moves.extend(one.status.filter(|to| *to != row.status).map(|status| {
            TicketMove::Status(ChangeStatus {
                status,
                reason: String::new(),
                resolution_type: one.resolution,
                summary: one.summary.clone(),
            })
        }));
        Self {
            moves,
            ids: vec![row.id],
            macro_code: one.code.clone(),
            version: Some(row.version),
            run: true,
            take: one.take,
            ..Self::default()
        }
    }
}

/// Runs a plan: all that is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RunPlan {
    /// The hash of the plan that the person saw.
    pub hash: String,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Identifier.
    pub id: PlanId,
    /// What it is about.
    pub noun: PlanNoun,
    /// Which verb; `undo` for one that takes another back.
    pub verb: PlanVerb,
    /// About tickets: what is done to each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<TicketMove>,
    /// How far it has come.
    pub state: PlanState,
    /// Whose it is.
    pub agent: String,
    /// Why.
    pub reason: Reason,
    /// What picked the rows; empty: they were named.
    pub query: String,
    /// Over everything that it will do.
    pub hash: String,
    /// When it was made.
    pub created_at: Moment,
    /// Until when it can be begun.
    pub expires_at: Moment,
    /// The plan that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<PlanId>,
    /// What it waits or waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_id: Option<ApprovalId>,
    /// How many rows are still to be done.
    pub planned: u32,
    /// How many are left out.
    pub skipped: u32,
    /// How many were done.
    pub done: u32,
    /// How many could not be done.
    pub failed: u32,
}

/// What a row of a plan is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum PlanSubject {
    /// A token.
    Token(TokenSubject),
    /// A ticket.
    Ticket(TicketSubject),
}

/// The token of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenSubject {
    /// The token.
    pub token_id: TokenId,
    /// Whose wallet.
    pub account_id: AccountId,
    /// Its state when the plan was made.
    pub before: TokenState,
    /// The action that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
    /// The token that came of it: the new one of a reissue, else the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_id: Option<TokenId>,
}

/// The ticket of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketSubject {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The number that people use.
    pub number: String,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Where it stood when the plan was made.
    pub before: TicketStatus,
}

/// A row of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanRow {
    /// Its place, from 1.
    pub n: i64,
    /// What it is about.
    #[serde(flatten)]
    pub subject: PlanSubject,
    /// The version that was seen.
    pub version: i64,
    /// Name of the offer, or subject of the ticket.
    pub name: String,
    /// What became of it.
    pub state: RowState,
    /// Why it is left out or failed, for programs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl PlanRow {
    /// Its token, if it is about one.
    #[must_use]
    pub fn token(&self) -> Option<&TokenSubject> {
        match &self.subject {
            PlanSubject::Token(token) => Some(token),
            PlanSubject::Ticket(_) => None,
        }
    }

    /// Its ticket, if it is about one.
    #[must_use]
    pub fn ticket(&self) -> Option<&TicketSubject> {
        match &self.subject {
            PlanSubject::Token(_) => None,
            PlanSubject::Ticket(ticket) => Some(ticket),
        }
    }
}

/// A plan with its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanDetail {
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
    /// Its rows, in order.
    pub rows: Vec<PlanRow>,
}
