//! Who may do what: one table, enforced by the backend on every route and mirrored on screen.

use serde::{Deserialize, Serialize};

/// What a person is to the desk. Comes from the groups of the identity provider, by whole, case-sensitive names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An end customer (API only).
    Customer,
    /// Tier 1.
    Agent,
    /// Tier 2.
    Engineer,
    /// Oversight of agents and tickets.
    Supervisor,
    /// Everything, people included.
    Admin,
}

impl Role {
    /// All roles, least first.
    pub const ALL: [Self; 5] = [
        Self::Customer,
        Self::Agent,
        Self::Engineer,
        Self::Supervisor,
        Self::Admin,
    ];

    /// The word for this role in configuration, JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Engineer => "engineer",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }

    /// The support tier that the role works at: 1 for agents, 2 for all others behind the desk.
    #[must_use]
    pub fn tier(self) -> Option<u8> {
        match self {
            Self::Customer => None,
            Self::Agent => Some(1),
            _ => Some(2),
        }
    }

    /// Whether the role may do this.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        permission.roles().contains(&self)
    }

    /// All that the role may do.
    #[must_use]
    pub fn permissions(self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|p| self.may(*p)).collect()
    }
}

const EVERYBODY: &[Role] = &Role::ALL;
const DESK: &[Role] = &[Role::Agent, Role::Engineer, Role::Supervisor, Role::Admin];
const SENIOR: &[Role] = &[Role::Engineer, Role::Supervisor, Role::Admin];
const OVERSIGHT: &[Role] = &[Role::Supervisor, Role::Admin];
const ADMIN: &[Role] = &[Role::Admin];

// `tt`, not `literal`: the schema's derive does not see through the group that a literal stands in.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $word:tt for $roles:expr),+ $(,)?) => {
        /// Something that a person may or may not do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
        }

        impl Permission {
            /// All permissions.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word for this permission in JSON and messages.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The roles that have it.
            #[must_use]
            pub fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => $roles),+ }
            }
        }
    };
}

permissions! {
    /// Look accounts up.
    AccountSearch = "account.search" for DESK,
    /// See an account's card, masked.
    AccountView = "account.view" for DESK,
    /// Compare what a caller says with what is stored, without seeing it.
    AccountVerify = "account.verify" for DESK,
    /// See one masked field whole for a while, with a reason.
    AccountReveal = "account.reveal" for DESK,
    /// Write case notes on an account.
    AccountNote = "account.note" for DESK,
    /// Search the catalog.
    OfferView = "offer.view" for DESK,
    /// See an account's tokens.
    TokenView = "token.view" for DESK,
    /// Search the tokens of the whole desk.
    TokenSearchAll = "token.search_all" for SENIOR,
    /// Add an offer to a wallet.
    TokenAdd = "token.add" for DESK,
    /// Remove a token from a wallet.
    TokenRemove = "token.remove" for DESK,
    /// Reissue a token.
    TokenReissue = "token.reissue" for DESK,
    /// Open a dispute about a token.
    TokenDispute = "token.dispute" for DESK,
    /// Decide a dispute.
    DisputeDecide = "dispute.decide" for SENIOR,
    /// Take back one's own action on a token.
    TokenUndo = "token.undo" for DESK,
    /// Take back what somebody else did to a token.
    TokenUndoAny = "token.undo_any" for SENIOR,
    /// Do one verb to many tokens by a plan.
    TokenBulk = "token.bulk" for DESK,
    /// Make a signed link to a token in the partner's system.
    TokenLink = "token.link" for DESK,
    /// Write the tokens that one may see to a file.
    TokenExport = "token.export" for DESK,
    /// See what waits for a second person.
    ApprovalView = "approval.view" for DESK,
    /// Approve or reject what somebody else asked for.
    ApprovalDecide = "approval.decide" for SENIOR,
    /// Keep saved queries of one's own, and use shared ones.
    PresetUse = "preset.use" for DESK,
    /// Share saved queries with the desk.
    PresetShare = "preset.share" for SENIOR,
    /// See what goes out to customers, and what did not arrive.
    DeliveryView = "delivery.view" for OVERSIGHT,
    /// Send again, or give up, what did not arrive.
    DeliveryManage = "delivery.manage" for OVERSIGHT,
    /// Write case notes on a token.
    TokenNote = "token.note" for DESK,
    /// See tickets.
    TicketView = "ticket.view" for DESK,
    /// Open a ticket.
    TicketCreate = "ticket.create" for DESK,
    /// Write messages and internal notes on a ticket.
    TicketMessage = "ticket.message" for DESK,
    /// Change subject, description, category, priority or links of a ticket.
    TicketEdit = "ticket.edit" for DESK,
    /// Take a ticket that nobody has.
    TicketTake = "ticket.take" for DESK,
    /// Put a ticket that one has back into the queue.
    TicketRelease = "ticket.release" for DESK,
    /// Take a ticket from somebody else.
    TicketSteal = "ticket.steal" for SENIOR,
    /// Give a ticket to somebody else.
    TicketAssign = "ticket.assign" for SENIOR,
    /// Say whether one takes work.
    AvailabilitySet = "availability.set" for DESK,
    /// Say what assignment goes by of other people: department, languages, skills, shift, load.
    AgentManage = "agent.manage" for OVERSIGHT,
    /// See one's own numbers.
    DashboardView = "dashboard.view" for DESK,
    /// See the numbers of the desk and of everybody.
    StatsView = "stats.view" for OVERSIGHT,
    /// Try rules over history before they are switched on.
    RulesTry = "rules.try" for OVERSIGHT,
    /// Move a ticket through its statuses.
    TicketStatus = "ticket.status" for DESK,
    /// Resolve or close a ticket.
    TicketClose = "ticket.close" for DESK,
    /// Reopen a closed ticket.
    TicketReopen = "ticket.reopen" for DESK,
    /// Hand a ticket over to a tier, a role or a person, take it back, and say what came of it.
    TicketEscalate = "ticket.escalate" for DESK,
    /// Merge tickets, and take a merge apart.
    TicketMerge = "ticket.merge" for DESK,
    /// Do one verb to many tickets by a plan.
    TicketBulk = "ticket.bulk" for DESK,
    /// Correct or leave out time that somebody else has spent on a ticket.
    TimeCorrect = "time.correct" for OVERSIGHT,
    /// Open, read, answer, reopen, close and rate the tickets that are one's own as a customer.
    TicketOwn = "ticket.own" for EVERYBODY,
    /// Read the audit.
    AuditRead = "audit.read" for OVERSIGHT,
    /// Destroy what the audit holds in words about a customer who has to be forgotten.
    AuditErase = "audit.erase" for ADMIN,
    /// See and end other people's sessions.
    SessionAdmin = "session.admin" for ADMIN,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_have_no_desk_permission_and_admins_have_all() {
        assert_eq!(Role::Customer.permissions(), [Permission::TicketOwn]);
        assert_eq!(Role::Admin.permissions(), Permission::ALL);
    }

    #[test]
    fn a_higher_role_never_lacks_what_a_lower_one_has() {
        for pair in Role::ALL.windows(2) {
            for permission in pair[0].permissions() {
                assert!(
                    pair[1].may(permission),
                    "{:?} lacks {}",
                    pair[1],
                    permission.word()
                );
            }
        }
    }
}
