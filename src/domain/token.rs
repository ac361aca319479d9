//! One offer in one account's wallet, and what may be done to it.

use serde::{Deserialize, Serialize};

use super::id::{AccountId, OfferId, TokenId};
use super::time::Moment;

/// The state of a token, computed from its dates and facts at the moment asked; never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// In the wallet and usable.
    Active,
    /// Handed on to somebody.
    Shared,
    /// Redeemed.
    Used,
    /// Its last moment has passed.
    Expired,
    /// A dispute about it is open.
    Disputed,
    /// Taken out of the wallet.
    Removed,
}

impl TokenState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Active,
        Self::Shared,
        Self::Used,
        Self::Expired,
        Self::Disputed,
        Self::Removed,
    ];

    /// The word for this state in queries and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Shared => "shared",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Disputed => "disputed",
            Self::Removed => "removed",
        }
    }

    /// Whether somebody can still redeem it, be it who it was handed on to.
    #[must_use]
    pub fn is_usable(self) -> bool {
        matches!(self, Self::Active | Self::Shared)
    }

    /// The state of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// How far a dispute about a token has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// Being looked into.
    Open,
    /// The customer was right: the token may be reissued.
    Upheld,
    /// The customer was not right.
    Rejected,
    /// Taken back before it was decided: it counts as never opened.
    Withdrawn,
}

impl DisputeStatus {
    /// All statuses.
    pub const ALL: [Self; 4] = [Self::Open, Self::Upheld, Self::Rejected, Self::Withdrawn];

    /// The word for this status in JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// One offer in one account's wallet: the facts, without the offer's own fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Identifier.
    pub id: TokenId,
    /// The reference that people and imports know it by, unique.
    pub token_ref: String,
    /// Whose wallet.
    pub account_id: AccountId,
    /// Which offer.
    pub offer_id: OfferId,
    /// When it came into the wallet.
    pub claimed_at: Moment,
    /// When it was redeemed.
    pub used_at: Option<Moment>,
    /// When it was handed on.
    pub shared_at: Option<Moment>,
    /// To whom it was handed on, as the partner names them.
    pub shared_to: Option<String>,
    /// Its last moment; `None`: never expires. At that very moment it is still good.
    pub expires_at: Option<Moment>,
    /// When it was taken out of the wallet.
    pub removed_at: Option<Moment>,
    /// The latest dispute's status.
    pub dispute: Option<DisputeStatus>,
    /// The token that this one replaces.
    pub reissued_from: Option<TokenId>,
    /// The token that replaces this one.
    pub reissued_to: Option<TokenId>,
    /// When the row was made here.
    pub created_at: Moment,
    /// Counts up with each change of the row.
    pub version: i64,
}

impl Token {
    /// The state at `now`: removed before open dispute before used before shared before expired before active.
    #[must_use]
    pub fn state(&self, now: Moment) -> TokenState {
        state_of(
            self.removed_at.is_some(),
            self.dispute,
            self.used_at.is_some(),
            self.shared_at.is_some(),
            self.expires_at,
            now,
        )
    }
}

/// The state rule itself, over bare facts, so that rows and replies share it.
#[must_use]
pub fn state_of(
    removed: bool,
    dispute: Option<DisputeStatus>,
    used: bool,
    shared: bool,
    expires_at: Option<Moment>,
    now: Moment,
) -> TokenState {
    if removed {
        TokenState::Removed
    } else if dispute == Some(DisputeStatus::Open) {
        TokenState::Disputed
    } else if used {
        TokenState::Used
    } else if shared {
        TokenState::Shared
    } else if expires_at.is_some_and(|at| at < now) {
        TokenState::Expired
    } else {
        TokenState::Active
    }
}

/// A change to a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// An offer was put into the wallet.
    Add,
    /// A token was taken out of the wallet.
    Remove,
    /// A token was replaced by a new instance.
    Reissue,
    /// A dispute about a token was opened.
    Dispute,
    /// A dispute was decided for the customer.
    Uphold,
    /// A dispute was decided against the customer.
    Reject,
    /// An earlier action was taken back.
    Undo,
}

impl ActionKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Add,
        Self::Remove,
        Self::Reissue,
        Self::Dispute,
        Self::Uphold,
        Self::Reject,
        Self::Undo,
    ];

    /// The word for this kind in JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Reissue => "reissue",
            Self::Dispute => "dispute",
            Self::Uphold => "uphold",
            Self::Reject => "reject",
            Self::Undo => "undo",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// Why an action on a token is not legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TokenRefusal {
    /// It is no longer in the wallet.
    #[error("the token has already been removed")]
    AlreadyRemoved,
    /// A dispute is open: decide that first.
    #[error("a dispute about this token is open; decide it first")]
    DisputeOpen,
    /// Only what is expired, used or upheld can be reissued.
    #[error("only a token that is expired or used, or whose dispute was upheld, can be reissued; this one is {}", .0.word())]
    NotReissuable(TokenState),
    /// Each original is replaced once.
    #[error("the token has already been reissued; a second time needs somebody's approval")]
    AlreadyReissued,
}

impl TokenRefusal {
    /// A stable code for replies and for the words of the interface.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AlreadyRemoved => "token_removed",
            Self::DisputeOpen => "dispute_open",
            Self::NotReissuable(_) => "not_reissuable",
            Self::AlreadyReissued => "already_reissued",
        }
    }
}

/// Whether a token may be removed in this state.
///
/// # Errors
/// The reason why not.
pub fn may_remove(state: TokenState) -> Result<(), TokenRefusal> {
    match state {
        TokenState::Removed => Err(TokenRefusal::AlreadyRemoved),
        TokenState::Disputed => Err(TokenRefusal::DisputeOpen),
        _ => Ok(()),
    }
}

/// Whether a token may be reissued: expired, used, or upheld after a dispute; once.
///
/// # Errors
/// The reason why not.
pub fn may_reissue(
    state: TokenState,
    dispute: Option<DisputeStatus>,
    already_reissued: bool,
) -> Result<(), TokenRefusal> {
    if already_reissued {
        return Err(TokenRefusal::AlreadyReissued);
    }
    match state {
        TokenState::Removed => Err(TokenRefusal::AlreadyRemoved),
        TokenState::Disputed => Err(TokenRefusal::DisputeOpen),
        TokenState::Expired | TokenState::Used => Ok(()),
        _ if dispute == Some(DisputeStatus::Upheld) => Ok(()),
        other => Err(TokenRefusal::NotReissuable(other)),
    }
}

/// Whether a token that was replaced before may be replaced once more, which a second person approves: as the first time;
/// what was upheld left the wallet with its first replacement, and that is no obstacle.
///
/// # Errors
/// The reason why not.
pub fn may_reissue_again(state: TokenState, dispute: Option<DisputeStatus>) -> Result<(), TokenRefusal> {
    if state == TokenState::Removed && dispute == Some(DisputeStatus::Upheld) {
        return Ok(());
    }
    may_reissue(state, dispute, false)
}

/// Whether a dispute may be opened about a token.
///
/// # Errors
/// The reason why not.
pub fn may_dispute(state: TokenState) -> Result<(), TokenRefusal> {
    match state {
        TokenState::Removed => Err(TokenRefusal::AlreadyRemoved),
        TokenState::Disputed => Err(TokenRefusal::DisputeOpen),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::EPOCH;

    #[test]
    fn removed_wins_over_everything_and_expiry_is_the_last_to_count() {
        let past = Some(NOW.plus_seconds(-1));
        let open = Some(DisputeStatus::Open);
        assert_eq!(state_of(true, open, true, true, past, NOW), TokenState::Removed);
        assert_eq!(state_of(false, open, true, true, past, NOW), TokenState::Disputed);
        assert_eq!(state_of(false, None, true, true, past, NOW), TokenState::Used);
        assert_eq!(state_of(false, None, false, true, past, NOW), TokenState::Shared);
        assert_eq!(
            state_of(false, None, false, false, past, NOW),
            TokenState::Expired
        );
        assert_eq!(
            state_of(false, None, false, false, Some(NOW), NOW),
            TokenState::Active
        );
        assert_eq!(
            state_of(false, Some(DisputeStatus::Upheld), false, false, None, NOW),
            TokenState::Active
        );
    }

    #[test]
    fn reissue_is_for_expired_used_and_upheld_and_only_once() {
        assert_eq!(may_reissue(TokenState::Expired, None, false), Ok(()));
        assert_eq!(may_reissue(TokenState::Used, None, false), Ok(()));
        assert_eq!(
            may_reissue(TokenState::Active, Some(DisputeStatus::Upheld), false),
            Ok(())
        );
        assert_eq!(
            may_reissue(TokenState::Active, None, false),
            Err(TokenRefusal::NotReissuable(TokenState::Active))
        );
        assert_eq!(
            may_reissue(TokenState::Expired, None, true),
            Err(TokenRefusal::AlreadyReissued)
        );
        assert_eq!(
            may_reissue(TokenState::Disputed, None, false),
            Err(TokenRefusal::DisputeOpen)
        );
    }
}
