//! Decides about the rows of a batch by their keys and references, and writes the good ones.

use std::collections::HashMap;

use super::seen::Seen;
use crate::domain::account::Account;
use crate::domain::id::{DisputeId, TokenId};
use crate::domain::import::Reason;
use crate::domain::import::judge::TokenRow;
use crate::domain::offer::Offer;
use crate::domain::time::Moment;
use crate::domain::token::{DisputeStatus, Token, TokenState, state_of};
use crate::server::store::bulk::{self, OfferKeys};
use crate::server::store::disputes::{self, DisputeRow};
use crate::server::store::known::{self, KnownToken};
use crate::server::store::{Conn, StoreError};

/// Where a batch is decided and written.
pub struct Desk<'a, C> {
    /// The database; `None`: there is none yet.
    pub conn: Option<&'a C>,
    /// Whether the good rows are written.
    pub write: bool,
    /// The moment that states are judged at.
    pub as_of: Moment,
    /// The moment of the import.
    pub now: Moment,
}

/// A row with its verdict.
pub type Verdict<T> = Result<T, Reason>;

impl<C: Conn> Desk<'_, C> {
    /// Accounts: partner identifier and e-mail address are unique.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(
        &self,
        rows: &[Verdict<Account>],
        seen: &mut Seen,
    ) -> Result<Vec<Verdict<()>>, StoreError> {
        let good = || rows.iter().flatten();
        let (mut ids, mut emails) = (HashMap::new(), HashMap::new());
        if let Some(conn) = self.conn {
            let keys: Vec<&str> = good().map(|a| a.user_id.as_str()).collect();
            ids = known::accounts(conn, &keys).await?;
            let lower: Vec<String> = good()
                .map(|a| a.email.to_lowercase())
                .filter(|e| !e.is_empty())
                .collect();
            let keys: Vec<&str> = lower.iter().map(String::as_str).collect();
            emails = known::emails(conn, &keys).await?;
        }
        let mut fine = Vec::new();
        let mut decide = |account: &Account| {
            if ids.contains_key(&account.user_id) || seen.accounts.get(&account.user_id).is_some() {
                return Err(Reason::DuplicateUserId);
            }
            let email = account.email.to_lowercase();
            if emails.contains_key(&email) || seen.emails.get(&email).is_some() {
                return Err(Reason::DuplicateEmail);
            }
            if !email.is_empty() {
                seen.emails.insert(&email, ());
            }
            seen.accounts.insert(&account.user_id, account.id);
            fine.push(account.clone());
            Ok(())
        };
        let verdicts = rows
            .iter()
            .map(|row| row.as_ref().map_err(|reason| *reason).and_then(&mut decide))
            .collect();
        if let Some(conn) = self.conn.filter(|_| self.write) {
            bulk::accounts(conn, &fine).await?;
        }
        Ok(verdicts)
    }

    /// Offers: the code is unique.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn offers(
        &self,
        rows: &[Verdict<Offer>],
        seen: &mut Seen,
    ) -> Result<Vec<Verdict<()>>, StoreError> {
        let mut codes = HashMap::new();
        if let Some(conn) = self.conn {
            let keys: Vec<&str> = rows.iter().flatten().map(|o| o.code.as_str()).collect();
            codes = known::offers(conn, &keys).await?;
        }
        let mut fine = Vec::new();
        let mut decide = |offer: &Offer| {
            if codes.contains_key(&offer.code) || seen.offers.get(&offer.code).is_some() {
                return Err(Reason::DuplicateOfferCode);
            }
            seen.offers.insert(&offer.code, OfferKeys::from(offer));
            fine.push(offer.clone());
            Ok(())
        };
        let verdicts = rows
            .iter()
            .map(|row| row.as_ref().map_err(|reason| *reason).and_then(&mut decide))
            .collect();
        if let Some(conn) = self.conn.filter(|_| self.write) {
            bulk::offers(conn, &fine).await?;
        }
        Ok(verdicts)
    }

    /// Tokens: the reference is unique; account, offer and original are there, and the original may be reissued.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(
        &self,
        rows: &[Verdict<TokenRow>],
        seen: &mut Seen,
    ) -> Result<Vec<Verdict<()>>, StoreError> {
        let good = || rows.iter().flatten();
        let mut wallet = Wallet::default();
        if let Some(conn) = self.conn {
            let keys: Vec<&str> = good().map(|t| t.user_id.as_str()).collect();
            let accounts = known::accounts(conn, &keys).await?;
            for (key, id) in accounts {
                seen.accounts.insert(&key, id);
            }
            let keys: Vec<&str> = good()
                .map(|t| t.offer_code.as_str())
                .filter(|code| seen.offers.get(code).is_none())
                .collect();
            for (key, offer) in known::offers(conn, &keys).await? {
                seen.offers.insert(&key, offer);
            }
            let keys: Vec<&str> = good()
                .flat_map(|t| [Some(t.token_ref.as_str()), t.reissued_from.as_deref()])
                .flatten()
                .collect();
            for (key, token) in known::tokens(conn, &keys).await? {
                seen.tokens.insert(&key, token);
            }
        }
        let verdicts = rows
            .iter()
            .map(|row| match row {
                Ok(row) => self.token(row, seen, &mut wallet),
                Err(reason) => Err(*reason),
            })
            .collect();
        if let Some(conn) = self.conn.filter(|_| self.write) {
            wallet.write(conn).await?;
        }
        Ok(verdicts)
    }

    fn token(&self, row: &TokenRow, seen: &mut Seen, wallet: &mut Wallet) -> Verdict<()> {
        if seen.tokens.get(&row.token_ref).is_some() {
            return Err(Reason::DuplicateTokenRef);
        }
        let account = *seen.accounts.get(&row.user_id).ok_or(Reason::UnknownAccount)?;
        let offer = seen
            .offers
            .get(&row.offer_code)
            .ok_or(Reason::UnknownOffer)?
            .clone();
        let id = TokenId::new();
        let original = match &row.reissued_from {
            None => None,
            Some(key) => {
                let original = seen.tokens.get_mut(key).ok_or(Reason::ReissuedFromUnknown)?;
                let same = (original.account, original.offer) == (account, offer.id);
                if !same || !matches!(self.state(original), TokenState::Used | TokenState::Expired) {
                    return Err(Reason::ReissuedFromMismatch);
                }
                if original.reissued {
                    return Err(Reason::ReissuedTwice);
                }
                original.reissued = true;
                Some(original.id)
            }
        };
        let token = Token {
            id,
            token_ref: row.token_ref.clone(),
            account_id: account,
            offer_id: offer.id,
            claimed_at: row.claimed_at,
            used_at: row.used_at,
            shared_at: row.shared_at,
            shared_to: None,
            expires_at: row.expires_at,
            removed_at: row.removed_at,
            dispute: row.dispute(),
            reissued_from: original,
            reissued_to: None,
            created_at: self.now,
            version: 1,
        };
        let known = KnownToken {
            id,
            account,
            offer: offer.id,
            removed: token.removed_at.is_some(),
            dispute: token.dispute,
            used: token.used_at.is_some(),
            shared: token.shared_at.is_some(),
            expires_at: token.expires_at,
            reissued: false,
        };
        seen.tokens.insert(&row.token_ref, known);
        if self.write {
            wallet.add(token, offer, row.disputed_at);
        }
        Ok(())
    }

    fn state(&self, token: &KnownToken) -> TokenState {
        state_of(
            token.removed,
            token.dispute,
            token.used,
            token.shared,
            token.expires_at,
            self.as_of,
        )
    }
}

/// The good tokens of a batch.
#[derive(Default)]
struct Wallet {
    tokens: Vec<(Token, OfferKeys)>,
    /// Places in `tokens`.
    places: HashMap<TokenId, usize>,
    disputes: Vec<DisputeRow>,
    /// Originals outside the batch and their replacements.
    reissued: Vec<(TokenId, TokenId)>,
}

impl Wallet {
    fn add(&mut self, token: Token, offer: OfferKeys, disputed_at: Option<Moment>) {
        if let Some(original) = token.reissued_from {
            match self.places.get(&original).and_then(|at| self.tokens.get_mut(*at)) {
                Some((original, _)) => original.reissued_to = Some(token.id),
                None => self.reissued.push((original, token.id)),
            }
        }
        self.disputes.extend(disputed_at.map(|opened_at| DisputeRow {
            id: DisputeId::new(),
            token: token.id,
            status: DisputeStatus::Open,
            kind: String::new(),
            reason: "disputed before the import".to_owned(),
            opened_at,
            opened_by: String::new(),
            decided_at: None,
            decided_by: String::new(),
            outcome: String::new(),
            version: 1,
        }));
        self.places.insert(token.id, self.tokens.len());
        self.tokens.push((token, offer));
    }

    async fn write(&self, conn: &impl Conn) -> Result<(), StoreError> {
        let tokens: Vec<_> = self.tokens.iter().map(|(token, offer)| (token, offer)).collect();
        bulk::tokens(conn, &tokens).await?;
        disputes::insert(conn, &self.disputes).await?;
        bulk::reissued(conn, &self.reissued).await
    }
}
