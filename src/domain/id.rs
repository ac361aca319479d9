//! Identifiers: UUIDv7 newtypes, so that one kind can never be handed in for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was given is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: a UUID is wanted, such as 0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(value_type = Uuid))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Makes a new identifier (UUID version 7: sorts by the time it was made; never a secret).
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self).map_err(|_| NotAnId)
            }
        }
    )+};
}

ids! {
    /// An end customer's account.
    AccountId,
    /// A catalog entry that tokens are made from.
    OfferId,
    /// One offer in one account's wallet.
    TokenId,
    /// A support case; people use its number.
    TicketId,
    /// A line in a ticket's conversation.
    MessageId,
    /// A file that hangs on a ticket.
    AttachmentId,
    /// A hand-over of a ticket or an interaction.
    EscalationId,
    /// Time that somebody spent on a ticket.
    TimeId,
    /// A point of a ticket's checklist.
    CheckId,
    /// A case note on an account or token.
    NoteId,
    /// A recorded support action on a token.
    ActionId,
    /// A dispute of a token.
    DisputeId,
    /// One verb for many tokens.
    PlanId,
    /// Something that waits for a second person.
    ApprovalId,
    /// A saved query.
    PresetId,
    /// Tokens that were taken out of the desk in a file.
    ExportId,
    /// One way that something in the outbox goes out by; also the Message-ID.
    DeliveryId,
    /// A signed-in support person, keyed by issuer and subject.
    AgentId,
    /// One sign-in of one person.
    SessionId,
    /// An audit event before and after it is sealed.
    AuditId,
    /// An entry of the outbox; also the delivery id.
    OutboxId,
    /// The key of one intent of a person (`Idempotency-Key`): made once when a dialog is confirmed.
    IntentKey,
}
