//! Actions on tokens as data: what each verb is called, what it needs, and what it makes of the rows. Pure: whoever calls
//! it has loaded the rows and writes what comes out.

use super::id::{AccountId, TokenId};
use super::offer::{Offer, OfferRefusal};
use super::permission::Permission;
use super::time::Moment;
use super::token::{
    ActionKind, DisputeStatus, Token, TokenRefusal, may_dispute, may_reissue, may_reissue_again, may_remove,
};

/// What is known of a verb before anything is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// Which action.
    pub kind: ActionKind,
    /// How the audit names it.
    pub word: &'static str,
    /// What the person must be allowed to do.
    pub permission: Permission,
    /// Whether it makes a new token, and so gives the customer something: limits of value are held against these.
    pub makes: bool,
}

const fn verb(kind: ActionKind, word: &'static str, permission: Permission, makes: bool) -> Verb {
    Verb {
        kind,
        word,
        permission,
        makes,
    }
}

/// All verbs.
pub const VERBS: [Verb; 7] = [
    verb(ActionKind::Add, "token.add", Permission::TokenAdd, true),
    verb(ActionKind::Remove, "token.remove", Permission::TokenRemove, false),
    verb(
        ActionKind::Reissue,
        "token.reissue",
        Permission::TokenReissue,
        true,
    ),
    verb(
        ActionKind::Dispute,
        "token.dispute",
        Permission::TokenDispute,
        false,
    ),
    verb(
        ActionKind::Uphold,
        "dispute.uphold",
        Permission::DisputeDecide,
        false,
    ),
    verb(
        ActionKind::Reject,
        "dispute.reject",
        Permission::DisputeDecide,
        false,
    ),
    verb(ActionKind::Undo, "token.undo", Permission::TokenUndo, false),
];

impl ActionKind {
    /// What is known of this kind.
    #[must_use]
    pub fn verb(self) -> Verb {
        VERBS[match self {
            Self::Add => 0,
            Self::Remove => 1,
            Self::Reissue => 2,
            Self::Dispute => 3,
            Self::Uphold => 4,
            Self::Reject => 5,
            Self::Undo => 6,
        }]
    }

    /// Whether many tokens can be done at once.
    #[must_use]
    pub fn in_bulk(self) -> bool {
        matches!(self, Self::Remove | Self::Reissue | Self::Dispute)
    }

    /// Whether it can be taken back.
    #[must_use]
    pub fn can_be_undone(self) -> bool {
        matches!(self, Self::Add | Self::Remove | Self::Reissue | Self::Dispute)
    }
}

/// Why an action is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActionRefusal {
    /// The token does not allow it.
    #[error("{0}")]
    Token(#[from] TokenRefusal),
    /// The offer does not allow it.
    #[error("{0}; nothing was added")]
    Offer(#[from] OfferRefusal),
    /// The chosen last moment has passed.
    #[error("the new last moment lies in the past; choose a later one")]
    PastExpiry,
    /// The offer says no last moment that lies ahead.
    #[error("the offer has ended; choose the new last moment")]
    ExpiryNeeded,
}

impl ActionRefusal {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Token(why) => why.code(),
            Self::Offer(why) => why.code(),
            Self::PastExpiry => "past",
            Self::ExpiryNeeded => "required",
        }
    }

    /// The field of the request that is to blame, if one is.
    #[must_use]
    pub fn field(self) -> Option<&'static str> {
        matches!(self, Self::PastExpiry | Self::ExpiryNeeded).then_some("expires_at")
    }
}

/// What becomes of the rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// Tokens that are there already, as they are to be; their versions are still the ones seen.
    pub changed: Vec<Token>,
    /// The token that is made.
    pub made: Option<Token>,
    /// What becomes of the dispute.
    pub dispute: Option<DisputeStatus>,
}

/// The new token of an addition.
///
/// # Errors
/// When the offer cannot be added now, or not for this customer.
pub fn add(
    offer: &Offer,
    account: AccountId,
    held: i64,
    fresh: TokenId,
    now: Moment,
) -> Result<Step, ActionRefusal> {
    offer.addable_for(held, now)?;
    Ok(Step {
        made: Some(instance(offer, account, offer.expiry_for(now), None, fresh, now)),
        ..Step::default()
    })
}

/// A token that leaves its wallet.
///
/// # Errors
/// When its state does not allow it.
pub fn remove(token: &Token, now: Moment) -> Result<Step, ActionRefusal> {
    may_remove(token.state(now))?;
    Ok(changed(Token {
        removed_at: Some(now),
        ..token.clone()
    }))
}

/// A token that is replaced by a new instance. What could still be used leaves the wallet with that, so that there are
/// never two in the place of one. `again`: somebody has approved that it is replaced once more.
///
/// # Errors
/// When its state does not allow it, or no last moment can be found.
pub fn reissue(
    token: &Token,
    offer: &Offer,
    expires_at: Option<Moment>,
    again: bool,
    fresh: TokenId,
    now: Moment,
) -> Result<Step, ActionRefusal> {
    let state = token.state(now);
    if token.reissued_to.is_some() && again {
        may_reissue_again(state, token.dispute)?;
    } else {
        may_reissue(state, token.dispute, token.reissued_to.is_some())?;
    }
    let expires_at = match expires_at {
        Some(at) if at <= now => return Err(ActionRefusal::PastExpiry),
        Some(at) => Some(at),
        None => fresh_expiry(offer, token, now)?,
    };
    let made = instance(offer, token.account_id, expires_at, Some(token.id), fresh, now);
    Ok(Step {
        changed: vec![Token {
            reissued_to: Some(fresh),
            removed_at: if state.is_usable() {
                Some(now)
            } else {
                token.removed_at
            },
            ..token.clone()
        }],
        made: Some(made),
        ..Step::default()
    })
}

/// A token about which a dispute is opened.
///
/// # Errors
/// When its state does not allow it.
pub fn dispute(token: &Token, now: Moment) -> Result<Step, ActionRefusal> {
    may_dispute(token.state(now))?;
    Ok(disputed(token, DisputeStatus::Open))
}

/// A token whose dispute is decided. Whether the dispute may go there, its lifecycle says.
#[must_use]
pub fn decide(token: &Token, status: DisputeStatus) -> Step {
    disputed(token, status)
}

/// The rows of an action that is taken back: the token that it was done to or that it made, and the original of a reissue.
/// `prior`: what the token's dispute was before; `replaced_before`: what the original was replaced by before. What cannot be taken back gives an empty step.
#[must_use]
pub fn undo(
    kind: ActionKind,
    token: &Token,
    original: Option<&Token>,
    prior: Option<DisputeStatus>,
    replaced_before: Option<TokenId>,
    now: Moment,
) -> Step {
    match kind {
        ActionKind::Add | ActionKind::Reissue => {
            let gone = Token {
                removed_at: Some(now),
                ..token.clone()
            };
            // What was removed before cannot be reissued a first time: the original left the wallet by this reissue, or
            // not at all. With a second one, all stays as the first has left it.
            let free = original.map(|original| Token {
                reissued_to: replaced_before,
                removed_at: replaced_before.and(original.removed_at),
                ..original.clone()
            });
            Step {
                changed: std::iter::once(gone).chain(free).collect(),
                ..Step::default()
            }
        }
        ActionKind::Remove => changed(Token {
            removed_at: None,
            ..token.clone()
        }),
        ActionKind::Dispute => Step {
            changed: vec![Token {
                dispute: prior,
                ..token.clone()
            }],
            dispute: Some(DisputeStatus::Withdrawn),
            ..Step::default()
        },
        ActionKind::Uphold | ActionKind::Reject | ActionKind::Undo => Step::default(),
    }
}

fn changed(token: Token) -> Step {
    Step {
        changed: vec![token],
        ..Step::default()
    }
}

fn disputed(token: &Token, status: DisputeStatus) -> Step {
    Step {
        changed: vec![Token {
            dispute: Some(status),
            ..token.clone()
        }],
        dispute: Some(status),
        ..Step::default()
    }
}

/// The new last moment of a reissue: from the offer's validity; where the offer itself has ended, the original's own
/// span again, counted from now.
fn fresh_expiry(offer: &Offer, original: &Token, now: Moment) -> Result<Option<Moment>, ActionRefusal> {
    match offer.expiry_for(now) {
        None => Ok(None),
        Some(at) if at > now => Ok(Some(at)),
        Some(_) => {
            let span = original
                .expires_at
                .map_or(0, |at| at.seconds_since(original.claimed_at));
            if span > 0 {
                Ok(Some(now.plus_seconds(span)))
            } else {
                Err(ActionRefusal::ExpiryNeeded)
            }
        }
    }
}

fn instance(
    offer: &Offer,
    account: AccountId,
    expires_at: Option<Moment>,
    reissued_from: Option<TokenId>,
    id: TokenId,
    now: Moment,
) -> Token {
    Token {
        id,
        // The last 12 hexadecimal digits of the identifier are its random part.
        token_ref: format!("TK-{}", id.0.simple().to_string()[20..].to_uppercase()),
        account_id: account,
        offer_id: offer.id,
        claimed_at: now,
        used_at: None,
        shared_at: None,
        shared_to: None,
        expires_at,
        removed_at: None,
        dispute: None,
        reissued_from,
        reissued_to: None,
        created_at: now,
        version: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OfferId;
    use crate::domain::offer::OfferType;
    use crate::domain::token::TokenState;
    use crate::domain::value::{Value, ValueKind};

    const NOW: Moment = Moment::EPOCH;

    fn offer() -> Offer {
        Offer {
            id: OfferId::new(),
            code: "C".into(),
            name: "N".into(),
            description: String::new(),
            image: String::new(),
            offer_type: OfferType::Coupon,
            value: Value {
                kind: ValueKind::Points,
                number: 5.into(),
                currency: None,
            },
            merchant: String::new(),
            location: String::new(),
            source: String::new(),
            campaign: String::new(),
            valid_from: NOW.plus_days(-10),
            valid_until: Some(NOW.plus_days(10)),
            valid_days: Some(3),
            per_customer: Some(2),
        }
    }

    fn made(offer: &Offer) -> Token {
        let step = add(offer, AccountId::new(), 0, TokenId::new(), NOW).expect("addable");
        step.made.expect("a token")
    }

    #[test]
    fn every_verb_stands_at_its_own_place() {
        for kind in ActionKind::ALL {
            assert_eq!(kind.verb().kind, kind);
        }
    }

    #[test]
    fn an_offer_is_added_within_its_time_and_its_cap() {
        let offer = offer();
        assert_eq!(made(&offer).expires_at, Some(NOW.plus_days(3)));
        let at = |held, now| add(&offer, AccountId::new(), held, TokenId::new(), now).map(|_| ());
        assert!(at(1, NOW).is_ok());
        let full = at(2, NOW).expect_err("the cap");
        assert_eq!(full.code(), "customer_cap_reached");
        assert!(
            full.to_string()
                .contains("has 2 of this offer already, and may have 2")
        );
        assert_eq!(
            at(0, NOW.plus_days(-11)).expect_err("early").code(),
            "offer_not_yet_valid"
        );
        assert_eq!(
            at(0, NOW.plus_days(11)).expect_err("late").code(),
            "offer_no_longer_valid"
        );
    }

    #[test]
    fn a_reissue_finds_its_last_moment_or_asks_for_one() {
        let mut offer = offer();
        let token = made(&offer);
        let late = NOW.plus_days(5);
        let again = |offer: &Offer, expires, again| {
            let step = reissue(&token, offer, expires, again, TokenId::new(), late)?;
            Ok::<_, ActionRefusal>(step.made.expect("a token").expires_at)
        };
        assert_eq!(again(&offer, None, false), Ok(Some(late.plus_days(3))));
        assert_eq!(
            again(&offer, Some(late.plus_days(1)), false),
            Ok(Some(late.plus_days(1)))
        );
        assert_eq!(again(&offer, Some(late), false), Err(ActionRefusal::PastExpiry));
        (offer.valid_days, offer.valid_until) = (None, Some(NOW));
        assert_eq!(
            again(&offer, None, false),
            Ok(Some(late.plus_days(3))),
            "its own span"
        );
        let mut endless = token.clone();
        (endless.expires_at, endless.used_at) = (None, Some(NOW));
        let asked = reissue(&endless, &offer, None, false, TokenId::new(), late);
        assert_eq!(asked.expect_err("no span").field(), Some("expires_at"));
        let mut twice = token.clone();
        twice.reissued_to = Some(TokenId::new());
        let refused = reissue(
            &twice,
            &offer,
            Some(late.plus_days(1)),
            false,
            TokenId::new(),
            late,
        );
        assert_eq!(refused, Err(ActionRefusal::Token(TokenRefusal::AlreadyReissued)));
        assert!(
            reissue(
                &twice,
                &offer,
                Some(late.plus_days(1)),
                true,
                TokenId::new(),
                late
            )
            .is_ok()
        );
    }

    #[test]
    fn an_undo_gives_back_exactly_what_the_action_took() {
        let offer = offer();
        let token = made(&offer);
        let later = NOW.plus_days(1);
        let removed = remove(&token, later).expect("legal").changed.remove(0);
        assert_eq!(
            undo(ActionKind::Remove, &removed, None, None, None, later).changed,
            std::slice::from_ref(&token)
        );
        let disputed = dispute(&token, later).expect("legal").changed.remove(0);
        assert_eq!(disputed.state(later), TokenState::Disputed);
        let back = undo(ActionKind::Dispute, &disputed, None, token.dispute, None, later);
        assert_eq!(
            (back.changed, back.dispute),
            (vec![token.clone()], Some(DisputeStatus::Withdrawn))
        );
        let late = NOW.plus_days(5);
        let step = reissue(&token, &offer, None, false, TokenId::new(), late).expect("legal");
        let (original, new) = (&step.changed[0], step.made.as_ref().expect("a token"));
        let back = undo(ActionKind::Reissue, new, Some(original), None, None, late);
        assert_eq!(back.changed[1], token, "the original can be reissued again");
        assert_eq!(back.changed[0].state(late), TokenState::Removed);
        for handed_on in [false, true] {
            // upheld, and still good: the original leaves the wallet with its reissue, and comes back with the undo
            let upheld = Token {
                dispute: Some(DisputeStatus::Upheld),
                shared_at: handed_on.then_some(NOW),
                ..token.clone()
            };
            assert!(upheld.state(later).is_usable());
            let step = reissue(&upheld, &offer, None, false, TokenId::new(), later).expect("legal");
            let (original, new) = (&step.changed[0], step.made.as_ref().expect("a token"));
            assert_eq!(
                original.state(later),
                TokenState::Removed,
                "never two in the place of one"
            );
            assert_eq!(new.state(later), TokenState::Active);
            let back = undo(ActionKind::Reissue, new, Some(original), None, None, later);
            assert_eq!(back.changed[1], upheld);
            // once more, and that taken back: as the first has left it
            let again = reissue(original, &offer, None, true, TokenId::new(), later).expect("approved");
            let (twice, third) = (&again.changed[0], again.made.as_ref().expect("a token"));
            assert_eq!(twice.state(later), TokenState::Removed);
            let back = undo(ActionKind::Reissue, third, Some(twice), None, Some(new.id), later);
            assert_eq!(back.changed[1], *original);
        }
        assert_eq!(
            undo(ActionKind::Uphold, &token, None, None, None, late),
            Step::default()
        );
    }
}
