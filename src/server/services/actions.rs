//! Actions on tokens: add, remove, reissue, and the records of them.

use super::error::problem;
use super::listing::read_query;
use super::tokens::{NO_TOKEN, row};
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AccountId, ActionId, AgentId, OutboxId, TicketId, TokenId};
use crate::domain::offer::Offer;
use crate::domain::permission::Permission;
use crate::domain::query::ACTION_FIELDS;
use crate::domain::time::Moment;
use crate::domain::token::{self, ActionKind, Token, TokenRefusal};
use crate::server::store::records::{self, ActionRow, Outgoing};
use crate::server::store::tokens::{self, TokenWithOffer};
use crate::server::store::{accounts, offers};
use crate::wire::desk::Reason;
use crate::wire::page::{ListParams, Page};
use crate::wire::tokens::{Action, ActionDone, AddToken, ChangeToken};

/// An action as replies show it.
#[must_use]
pub fn action(row: ActionRow) -> Action {
    Action {
        id: row.id,
        kind: row.kind,
        token_id: row.token,
        account_id: row.account,
        name: row.name,
        agent: row.agent_label,
        at: row.at,
        reason: Reason {
            code: row.reason_code,
            text: row.reason_text,
        },
        ticket_id: row.ticket,
        before: row.before,
        after: row.after,
    }
}

impl Services {
    /// Adds an offer to a wallet.
    ///
    /// # Errors
    /// When the person may not, the reason is missing, the offer cannot be added now, or the database fails.
    pub async fn add_token(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        account: AccountId,
        body: &AddToken,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, Some(intent), "token.add", Permission::TokenAdd)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = add(&work, account, body).await;
        work.settle(result).await
    }

    /// Takes a token out of the wallet.
    ///
    /// # Errors
    /// When the person may not, the reason is missing, the row changed, the rules refuse, or the database fails.
    pub async fn remove_token(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        id: TokenId,
        version: i64,
        body: &ChangeToken,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, Some(intent), "token.remove", Permission::TokenRemove)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = remove(&work, id, version, body).await;
        work.settle(result).await
    }

    /// Puts a new instance in the place of an expired, used or upheld token.
    ///
    /// # Errors
    /// As [`Services::remove_token`].
    pub async fn reissue_token(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        id: TokenId,
        version: i64,
        body: &ChangeToken,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, Some(intent), "token.reissue", Permission::TokenReissue)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = reissue(&work, id, version, body).await;
        work.settle(result).await
    }

    /// Recorded actions, newest first.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn actions(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        agent: Option<AgentId>,
        params: &ListParams,
    ) -> Result<Page<Action>, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let of = records::ActionsOf { agent, account };
        let place = format!("actions {of:?}");
        let asked = read_query(params, &ACTION_FIELDS, &place, actor, self.now())?;
        let list = records::actions(of, &asked.query, &asked.scope, asked.hash);
        self.page(
            &list,
            params,
            |id| crate::sql!("id = ?", id),
            |r| records::read_action(r).map(action),
        )
        .await
    }
}

async fn add(
    work: &Work,
    account: AccountId,
    body: &AddToken,
) -> Result<Outcome2xx<ActionDone>, ServiceError> {
    check_reason(&body.reason)?;
    accounts::find(&work.tx, account)
        .await?
        .ok_or(ServiceError::NotFound("there is no such account"))?;
    let offer = offers::find(&work.tx, body.offer_id)
        .await?
        .ok_or(ServiceError::NotFound("there is no such offer"))?;
    offer.addable_at(work.now).map_err(|why| ServiceError::Illegal {
        code: "offer_not_addable",
        detail: format!("{why}; nothing was added"),
    })?;
    let token = new_token(account, &offer, offer.expiry_for(work.now), None, work.now);
    tokens::insert(&work.tx, &token, &offer).await?;
    let after = with_offer(token, &offer);
    record(
        work,
        ActionKind::Add,
        None,
        after,
        None,
        &body.reason,
        body.ticket_id,
    )
    .await
}

async fn remove(
    work: &Work,
    id: TokenId,
    version: i64,
    body: &ChangeToken,
) -> Result<Outcome2xx<ActionDone>, ServiceError> {
    check_reason(&body.reason)?;
    let before = at_version(work, id, version).await?;
    token::may_remove(before.token.state(work.now)).map_err(illegal)?;
    if !tokens::remove(&work.tx, id, version, work.now).await? {
        return Err(stale(work, id).await?);
    }
    let after = tokens::find(&work.tx, id).await?.ok_or(NO_TOKEN)?;
    record(
        work,
        ActionKind::Remove,
        Some(before),
        after,
        None,
        &body.reason,
        body.ticket_id,
    )
    .await
}

async fn reissue(
    work: &Work,
    id: TokenId,
    version: i64,
    body: &ChangeToken,
) -> Result<Outcome2xx<ActionDone>, ServiceError> {
    check_reason(&body.reason)?;
    let before = at_version(work, id, version).await?;
    let t = &before.token;
    token::may_reissue(t.state(work.now), t.dispute, t.reissued_to.is_some()).map_err(illegal)?;
    let offer = offers::find(&work.tx, t.offer_id)
        .await?
        .ok_or(ServiceError::NotFound("the offer is gone"))?;
    let expires_at = match body.expires_at {
        Some(at) if at <= work.now => {
            return Err(ServiceError::field(
                "expires_at",
                "past",
                "the new last moment lies in the past; choose a later one",
            ));
        }
        Some(at) => Some(at),
        None => fresh_expiry(&offer, t, work.now)?,
    };
    let token = new_token(t.account_id, &offer, expires_at, Some(id), work.now);
    if !tokens::replaced(&work.tx, id, version, token.id).await? {
        return Err(stale(work, id).await?);
    }
    tokens::insert(&work.tx, &token, &offer).await?;
    let after = with_offer(token, &offer);
    record(
        work,
        ActionKind::Reissue,
        Some(before),
        after,
        Some(id),
        &body.reason,
        body.ticket_id,
    )
    .await
}

/// The new last moment of a reissue: from the offer's validity; where the offer itself has ended, the original's own
/// span again, counted from now.
fn fresh_expiry(offer: &Offer, original: &Token, now: Moment) -> Result<Option<Moment>, ServiceError> {
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
                Err(ServiceError::field(
                    "expires_at",
                    "required",
                    "the offer has ended; choose the new last moment",
                ))
            }
        }
    }
}

async fn at_version(work: &Work, id: TokenId, version: i64) -> Result<TokenWithOffer, ServiceError> {
    let found = tokens::find(&work.tx, id).await?.ok_or(NO_TOKEN)?;
    if found.token.version == version {
        Ok(found)
    } else {
        Err(stale_row(work, found)?)
    }
}

async fn stale(work: &Work, id: TokenId) -> Result<ServiceError, ServiceError> {
    let found = tokens::find(&work.tx, id).await?.ok_or(NO_TOKEN)?;
    stale_row(work, found)
}

fn stale_row(work: &Work, found: TokenWithOffer) -> Result<ServiceError, ServiceError> {
    let current =
        serde_json::to_value(row(found, work.now)).map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(ServiceError::Stale {
        current: Box::new(current),
    })
}

fn illegal(why: TokenRefusal) -> ServiceError {
    ServiceError::Illegal {
        code: why.code(),
        detail: why.to_string(),
    }
}

/// A reason is a code or some words, not too many.
///
/// # Errors
/// What is wrong with it.
pub fn check_reason(reason: &Reason) -> Result<(), ServiceError> {
    if reason.is_given() {
        return Ok(());
    }
    let detail = if reason.text.chars().count() > Reason::MAX_TEXT {
        format!("the reason is longer than {} characters", Reason::MAX_TEXT)
    } else {
        format!("say why: a code, or at least {} characters", Reason::MIN_TEXT)
    };
    Err(ServiceError::Invalid(vec![problem("reason", "required", detail)]))
}

fn new_token(
    account: AccountId,
    offer: &Offer,
    expires_at: Option<Moment>,
    reissued_from: Option<TokenId>,
    now: Moment,
) -> Token {
    let id = TokenId::new();
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

fn with_offer(token: Token, offer: &Offer) -> TokenWithOffer {
    TokenWithOffer {
        token,
        code: offer.code.clone(),
        name: offer.name.clone(),
        description: offer.description.clone(),
        image: offer.image.clone(),
        offer_type: offer.offer_type,
        value: offer.value.clone(),
        merchant: offer.merchant.clone(),
        location: offer.location.clone(),
        source: offer.source.clone(),
        campaign: offer.campaign.clone(),
    }
}

/// What the audit keeps of a token: its facts, without the offer's texts.
fn facts(found: &TokenWithOffer, now: Moment) -> String {
    let t = &found.token;
    serde_json::json!({
        "id": t.id, "token_ref": t.token_ref, "offer_id": t.offer_id, "state": t.state(now), "claimed_at": t.claimed_at,
        "expires_at": t.expires_at, "used_at": t.used_at, "shared_at": t.shared_at, "removed_at": t.removed_at,
        "reissued_from": t.reissued_from, "reissued_to": t.reissued_to, "version": t.version,
    })
    .to_string()
}

/// Writes everything that goes with an action: its record, the audit entry, the customer's notification.
async fn record(
    work: &Work,
    kind: ActionKind,
    before: Option<TokenWithOffer>,
    after: TokenWithOffer,
    original: Option<TokenId>,
    reason: &Reason,
    ticket: Option<TicketId>,
) -> Result<Outcome2xx<ActionDone>, ServiceError> {
    if let Some(ticket) = ticket {
        super::ticket_changes::touch_by_action(work, ticket, &after.token, kind, &after.name).await?;
    }
    let done = ActionRow {
        id: ActionId::new(),
        kind,
        token: after.token.id,
        account: after.token.account_id,
        name: after.name.clone(),
        agent: work.actor.id,
        agent_label: work.actor.label(),
        at: work.now,
        reason_code: reason.code.clone(),
        reason_text: reason.text.trim().to_owned(),
        ticket,
        before: before.as_ref().map(|b| b.token.state(work.now)),
        after: after.token.state(work.now),
        other: original,
        intent: work.key(),
    };
    records::insert_action(&work.tx, &done).await?;
    work.audit(Record {
        kind: "token",
        id: after.token.id.to_string(),
        account: Some(after.token.account_id),
        ticket,
        reason: [reason.code.as_str(), reason.text.trim()]
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(": "),
        before: before.as_ref().map(|b| facts(b, work.now)),
        after: Some(facts(&after, work.now)),
    })
    .await?;
    work.tell(&Outgoing {
        id: OutboxId::new(),
        kind: format!("customer.token_{}", kind.word()),
        account: Some(after.token.account_id),
        action: Some(done.id),
        payload: serde_json::json!({
            "action": kind, "token_id": after.token.id, "offer": after.name, "expires_at": after.token.expires_at,
        })
        .to_string(),
        not_before: work.after_undo(),
    })
    .await?;
    let original = match original {
        Some(id) => tokens::find(&work.tx, id)
            .await?
            .map(|found| row(found, work.now)),
        None => None,
    };
    let version = after.token.version;
    let body = ActionDone {
        action: action(done),
        token: row(after, work.now),
        original,
    };
    Ok(if kind == ActionKind::Remove {
        Outcome2xx::ok(body, Some(version))
    } else {
        Outcome2xx::created(body, Some(version))
    })
}
