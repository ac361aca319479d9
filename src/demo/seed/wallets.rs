//! What is in the wallets: claimed, used, shared, expired, disputed, removed and reissued over the years.

use super::agents::Colleague;
use super::catalog::MISSING;
use super::people::{KNOWN, LARGEST};
use super::rng::Rng;
use crate::domain::dispute;
use crate::domain::id::{AccountId, ActionId, DisputeId, IntentKey, OfferId, TokenId};
use crate::domain::offer::Offer;
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, DisputeStatus, Token, TokenState};
use crate::server::store::actions::{ActionRow, Trace};
use crate::server::store::bulk::OfferKeys;
use crate::server::store::disputes::DisputeRow;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Tokens in the wallet of the known customer.
const KNOWN_WALLET: usize = 23;

/// How many tokens each account has: all of them together `tokens`, one wallet with `largest`.
pub fn sizes(seed: u64, accounts: usize, tokens: usize, largest: usize) -> Vec<usize> {
    let mut sizes = vec![0; accounts];
    let mut left = tokens;
    let mut take = |place: usize, n: usize, left: &mut usize| {
        if let Some(size) = sizes.get_mut(place) {
            *size = n.min(*left);
            *left -= *size;
        }
    };
    take(KNOWN, KNOWN_WALLET, &mut left);
    take(LARGEST, largest, &mut left);
    let rest = 2.min(accounts);
    let mut rng = Rng::part(seed, 3);
    // Many small wallets, some empty ones, a few of hundreds.
    let weights: Vec<u64> = (rest..accounts)
        .map(|_| match rng.below(100) {
            0..=7 => 0,
            8..=69 => 1 + rng.below(8),
            70..=97 => 8 + rng.below(24),
            _ => 60 + rng.below(240),
        })
        .collect();
    let whole: u64 = weights.iter().sum::<u64>().max(1);
    let share = |sum: u64| usize::try_from(u128::from(sum) * left as u128 / u128::from(whole)).unwrap_or(0);
    let mut sum = 0;
    for (size, weight) in sizes[rest..].iter_mut().zip(weights) {
        let before = share(sum);
        sum += weight;
        *size = share(sum) - before;
    }
    sizes
}

/// An offer with what tokens copy from it.
pub type Listed = (Offer, OfferKeys);

/// Whose wallet is being filled.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// Place among the accounts.
    pub place: usize,
    /// Identifier.
    pub id: AccountId,
    /// When they joined.
    pub since: Moment,
}

/// What a wallet is made of.
#[derive(Debug, Default)]
pub struct Wallet {
    /// The tokens, each with the place of its offer.
    pub tokens: Vec<(Token, usize)>,
    /// Disputes about them.
    pub disputes: Vec<DisputeRow>,
    /// What people behind the desk did.
    pub actions: Vec<ActionRow>,
}

/// Fills wallets.
pub struct Filler<'a> {
    /// The catalog.
    pub offers: &'a [Listed],
    /// The people behind the desk.
    pub agents: &'a [Colleague],
    /// The present moment.
    pub now: Moment,
    /// Tokens made so far: references and identifiers count on from it.
    pub made: u64,
}

impl Filler<'_> {
    /// Fills a wallet with so many tokens.
    pub fn wallet(&mut self, rng: &mut Rng, owner: Owner, size: usize) -> Wallet {
        let mut wallet = Wallet::default();
        while wallet.tokens.len() < size {
            // The known customer has had offers that look like the missing one.
            let first =
                (owner.place == KNOWN && wallet.tokens.len() < 2).then(|| 1 + wallet.tokens.len() as u64);
            let Some((place, claimed)) = self.claim(rng, owner, first) else {
                break;
            };
            let token = self.token(rng, owner, place, claimed);
            self.live(rng, &mut wallet, token, place);
            if rng.chance(6) {
                self.reissue(rng, &mut wallet, owner, place, size);
            }
        }
        wallet
    }

    /// An offer and a moment at which the owner could claim it, rather a late one.
    fn claim(&self, rng: &mut Rng, owner: Owner, first: Option<u64>) -> Option<(usize, Moment)> {
        for _ in 0..64 {
            let place = first.unwrap_or_else(|| rng.below(self.offers.len() as u64));
            let place = usize::try_from(place).unwrap_or(0);
            let (offer, _) = self.offers.get(place)?;
            if owner.place == KNOWN && offer.name == MISSING {
                continue;
            }
            let from = offer.valid_from.max(owner.since).seconds();
            let until = offer.valid_until.unwrap_or(self.now).min(self.now).seconds();
            if from < until {
                let at = rng.range(from, until).max(rng.range(from, until));
                return Some((place, Moment::from_micros(at * 1_000_000)));
            }
        }
        None
    }

    fn token(&mut self, rng: &mut Rng, owner: Owner, place: usize, claimed: Moment) -> Token {
        self.made += 1;
        let offer = self.offers.get(place).map(|(offer, _)| offer);
        // An odd factor takes no two numbers below 2⁴⁰ to one.
        let mixed = self.made.wrapping_mul(0x9e_3779_b97f) & 0xff_ffff_ffff;
        Token {
            id: TokenId(rng.id(super::millis(self.now) + self.made / 64)),
            token_ref: format!("TK-{mixed:010X}"),
            account_id: owner.id,
            offer_id: offer.map_or(OfferId(uuid::Uuid::nil()), |o| o.id),
            claimed_at: claimed,
            used_at: None,
            shared_at: None,
            shared_to: None,
            expires_at: offer.and_then(|o| o.expiry_for(claimed)),
            removed_at: None,
            dispute: None,
            reissued_from: None,
            reissued_to: None,
            created_at: claimed,
            version: 1,
        }
    }

    /// Lets a token live until now.
    fn live(&self, rng: &mut Rng, wallet: &mut Wallet, mut token: Token, place: usize) {
        let expired = token.expires_at.is_some_and(|at| at < self.now);
        let end = token.expires_at.unwrap_or(self.now).min(self.now);
        let during = |rng: &mut Rng, from: Moment| {
            Moment::from_micros(rng.range(from.seconds(), end.seconds().max(from.seconds())) * 1_000_000)
        };
        let lives: &[(&str, u64)] = if expired {
            &[
                ("", 47),
                ("used", 40),
                ("shared", 3),
                ("shared used", 3),
                ("removed", 4),
                ("disputed", 1),
                ("decided", 2),
            ]
        } else {
            &[
                ("", 60),
                ("used", 18),
                ("shared", 9),
                ("shared used", 3),
                ("removed", 5),
                ("disputed", 4),
                ("decided", 1),
            ]
        };
        let life = *rng.weighted(lives);
        let mut last = token.claimed_at;
        if life.contains("shared") {
            last = during(rng, last);
            token.shared_at = Some(last);
            token.shared_to = Some(format!("EC{:08}", rng.below(100_000_000)));
        }
        if life.contains("used") || (life.contains("dec") && rng.chance(50)) {
            last = during(rng, last);
            token.used_at = Some(last);
        }
        if life == "removed" {
            let at = during(rng, last);
            let action = self.action(rng, &token, place, ActionKind::Remove, at, TokenState::Removed);
            wallet.actions.extend(action);
            token.removed_at = Some(at);
            token.version += 1;
        }
        if life == "disputed" || life == "decided" {
            self.dispute(rng, wallet, &mut token, place, life == "disputed");
        }
        wallet.tokens.push((token, place));
    }

    fn dispute(&self, rng: &mut Rng, wallet: &mut Wallet, token: &mut Token, place: usize, open: bool) {
        let last = token.used_at.unwrap_or(token.claimed_at);
        let days = if open { 20 } else { 200 };
        let from = last.max(self.now.plus_days(-days)).seconds();
        let opened_at = Moment::from_micros(rng.range(from, self.now.seconds()) * 1_000_000);
        let decided = Moment::from_micros(rng.range(opened_at.seconds(), self.now.seconds()) * 1_000_000);
        let status = match (open, rng.chance(60)) {
            (true, _) => DisputeStatus::Open,
            (false, true) => DisputeStatus::Upheld,
            (false, false) => DisputeStatus::Rejected,
        };
        let reasons = [
            "The customer says the offer was refused at the till.",
            "Redeemed in a store that the customer did not visit.",
            "The receipt shows a smaller discount.",
            "The points were taken, the reward did not arrive.",
        ];
        wallet.disputes.push(DisputeRow {
            id: DisputeId(rng.id(super::millis(opened_at))),
            token: token.id,
            status,
            kind: dispute::OTHER.to_owned(),
            reason: (*rng.pick(&reasons)).to_owned(),
            opened_at,
            opened_by: String::new(),
            decided_at: (!open).then_some(decided),
            decided_by: String::new(),
            outcome: String::new(),
            version: 1,
        });
        let action = self.action(
            rng,
            token,
            place,
            ActionKind::Dispute,
            opened_at,
            TokenState::Disputed,
        );
        wallet.actions.extend(action);
        token.dispute = Some(status);
        token.version += 1;
    }

    /// Replaces the last token of the wallet, and sometimes its replacement too.
    fn reissue(&mut self, rng: &mut Rng, wallet: &mut Wallet, owner: Owner, place: usize, size: usize) {
        for _ in 0..3 {
            if wallet.tokens.len() >= size {
                return;
            }
            let Some((original, _)) = wallet.tokens.last() else {
                return;
            };
            let state = original.state(self.now);
            let over = match state {
                TokenState::Used => original.used_at,
                TokenState::Expired => original.expires_at,
                _ => return,
            };
            let Some(over) = over.filter(|at| at.plus_seconds(HOUR) < self.now) else {
                return;
            };
            let at = rng.range(
                over.seconds() + HOUR,
                (over.seconds() + 10 * DAY).min(self.now.seconds()),
            );
            let at = Moment::from_micros(at * 1_000_000);
            let (id, days) = (
                original.id,
                self.offers.get(place).and_then(|(o, _)| o.valid_days),
            );
            let mut token = self.token(rng, owner, place, at);
            token.expires_at = Some(at.plus_days(days.unwrap_or(30)));
            token.reissued_from = Some(id);
            if let Some((original, _)) = wallet.tokens.last_mut() {
                original.reissued_to = Some(token.id);
                original.version += 1;
            }
            let action = self.action(rng, &token, place, ActionKind::Reissue, at, TokenState::Active);
            wallet.actions.extend(action.map(|action| ActionRow {
                before: Some(state),
                other: Some(id),
                ..action
            }));
            self.live(rng, wallet, token, place);
            if rng.chance(70) {
                return;
            }
        }
    }

    /// What somebody behind the desk did, if there is anybody.
    fn action(
        &self,
        rng: &mut Rng,
        token: &Token,
        place: usize,
        kind: ActionKind,
        at: Moment,
        after: TokenState,
    ) -> Option<ActionRow> {
        if self.agents.is_empty() {
            return None;
        }
        let agent = rng.pick(self.agents);
        let codes: &[&str] = match kind {
            ActionKind::Remove => &[
                "customer_request",
                "added_by_mistake",
                "duplicate",
                "wrong_account",
            ],
            ActionKind::Dispute => &["not_redeemed", "wrong_value", "refused"],
            _ => &[
                "customer_request",
                "expired_unused",
                "redemption_failed",
                "goodwill",
            ],
        };
        Some(ActionRow {
            id: ActionId(rng.id(super::millis(at))),
            kind,
            token: token.id,
            account: token.account_id,
            name: self
                .offers
                .get(place)
                .map(|(o, _)| o.name.clone())
                .unwrap_or_default(),
            agent: agent.agent.id,
            agent_label: agent.label(),
            at,
            reason_code: (*rng.pick(codes)).to_owned(),
            reason_text: String::new(),
            ticket: None,
            before: Some(token.state(at)),
            after,
            other: None,
            intent: IntentKey(rng.id(super::millis(at))),
            trace: Trace::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallets_are_as_large_together_as_asked() {
        for (accounts, tokens, largest) in [
            (5_000, 60_000, 2_400),
            (10, 7, 3),
            (100, 5_000, 10_000),
            (3, 50, 5),
        ] {
            let sizes = sizes(1, accounts, tokens, largest);
            assert_eq!(sizes.len(), accounts);
            assert_eq!(sizes.iter().sum::<usize>(), tokens, "{accounts} {tokens}");
            assert_eq!(sizes[LARGEST], largest.min(tokens - sizes[KNOWN]));
        }
    }
}
