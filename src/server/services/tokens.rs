//! Tokens: lists, history, and the actions on them.

use uuid::Uuid;

use super::error::problem;
use super::listing::read_query;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AccountId, ActionId, AgentId, NoteId, OutboxId, TicketId, TokenId};
use crate::domain::offer::Offer;
use crate::domain::permission::Permission;
use crate::domain::query::{ACTION_FIELDS, TOKEN_FIELDS};
use crate::domain::time::Moment;
use crate::domain::token::{self, ActionKind, Token, TokenRefusal};
use crate::server::store::records::{self, ActionRow, NoteOn, NoteRow, Outgoing};
use crate::server::store::tokens::{self, TokenWithOffer};
use crate::server::store::{accounts, offers};
use crate::wire::desk::{NewNote, Note, Reason};
use crate::wire::page::{ListParams, Page};
use crate::wire::tokens::{Action, ActionDone, AddToken, ChangeToken, TokenEvent, TokenRow};

/// A token as replies show it.
#[must_use]
pub fn row(found: TokenWithOffer, now: Moment) -> TokenRow {
    let state = found.token.state(now);
    let t = found.token;
    TokenRow {
        id: t.id,
        token_ref: t.token_ref,
        account_id: t.account_id,
        offer_id: t.offer_id,
        offer_code: found.code,
        name: found.name,
        description: found.description,
        image: found.image,
        offer_type: found.offer_type,
        value: found.value,
        merchant: found.merchant,
        location: found.location,
        source: found.source,
        campaign: found.campaign,
        state,
        claimed_at: t.claimed_at,
        used_at: t.used_at,
        shared_at: t.shared_at,
        shared_to: t.shared_to,
        expires_at: t.expires_at,
        removed_at: t.removed_at,
        dispute: t.dispute,
        reissued_from: t.reissued_from,
        reissued_to: t.reissued_to,
        created_at: t.created_at,
        version: t.version,
    }
}

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

const NO_TOKEN: ServiceError = ServiceError::NotFound("there is no such token");

impl Services {
    /// Tokens of one account, or of the whole desk.
    ///
    /// # Errors
    /// When the person may not, the account is not there, a parameter is wrong, or the database fails.
    pub async fn tokens(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        params: &ListParams,
    ) -> Result<Page<TokenRow>, ServiceError> {
        self.allow(
            actor,
            if account.is_some() {
                Permission::TokenView
            } else {
                Permission::TokenSearchAll
            },
        )
        .await?;
        let now = self.now();
        let place = account.map_or_else(|| "tokens".to_owned(), |a| format!("wallet {a}"));
        let asked = read_query(params, &TOKEN_FIELDS, &place, actor, now)?;
        let list = tokens::list(account, &asked.query, &asked.scope, asked.hash);
        let page = self
            .page(&list, params, tokens::is, |r| Ok(row(tokens::read(r)?, now)))
            .await?;
        if let Some(account) = account
            && page.items.is_empty()
            && accounts::find(self.store.read(), account).await?.is_none()
        {
            return Err(ServiceError::NotFound("there is no such account"));
        }
        Ok(page)
    }

    /// One token.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn token(&self, actor: &Actor, id: TokenId) -> Result<TokenRow, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let found = tokens::find(self.store.read(), id).await?.ok_or(NO_TOKEN)?;
        Ok(row(found, self.now()))
    }

    /// Everything that happened to a token, oldest first.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn token_history(&self, actor: &Actor, id: TokenId) -> Result<Vec<TokenEvent>, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let conn = self.store.read();
        let found = tokens::find(conn, id).await?.ok_or(NO_TOKEN)?;
        let actions = records::actions_on(conn, id).await?;
        let notes = records::notes(conn, NoteOn::Token(id), 200).await?;
        Ok(history(&found.token, &actions, &notes, self.now()))
    }

    /// The notes on a token, newest first.
    ///
    /// # Errors
    /// When the person may not or the database fails.
    pub async fn token_notes(&self, actor: &Actor, id: TokenId) -> Result<Vec<Note>, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        tokens::find(self.store.read(), id).await?.ok_or(NO_TOKEN)?;
        let rows = records::notes(self.store.read(), NoteOn::Token(id), 200).await?;
        Ok(rows.into_iter().map(note).collect())
    }

    /// Writes a note on a token.
    ///
    /// # Errors
    /// When the person may not, the note is empty or too long, or the database fails.
    pub async fn note_token(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: TokenId,
        new: &NewNote,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "token.note", Permission::TokenNote)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let found = tokens::find(&work.tx, id).await?.ok_or(NO_TOKEN)?;
            write_note(
                &work,
                NoteOn::Token(id),
                Some(found.token.account_id),
                id.to_string(),
                "token",
                new,
            )
            .await
        }
        .await;
        work.settle(result).await
    }

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
        super::tickets::touch_by_action(work, ticket, &after.token, kind, &after.name).await?;
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

/// Writes a note and its audit entry.
///
/// # Errors
/// When the note is empty or too long, or the database fails.
pub async fn write_note(
    work: &Work,
    on: NoteOn,
    account: Option<AccountId>,
    id: String,
    kind: &'static str,
    new: &NewNote,
) -> Result<Outcome2xx<Note>, ServiceError> {
    let text = new.text.trim();
    if text.is_empty() || text.chars().count() > 4_000 {
        return Err(ServiceError::field(
            "text",
            "length",
            "write 1 to 4,000 characters",
        ));
    }
    let row = NoteRow {
        id: NoteId::new(),
        author: work.actor.label(),
        at: work.now,
        body: text.to_owned(),
    };
    records::insert_note(&work.tx, on, work.actor.id, &row).await?;
    work.audit(Record {
        kind,
        id,
        account,
        after: Some(format!("note {}", row.id)),
        ..Record::default()
    })
    .await?;
    Ok(Outcome2xx::created(note(row), None))
}

/// A note as replies show it.
#[must_use]
pub fn note(row: NoteRow) -> Note {
    Note {
        id: row.id,
        author: row.author,
        at: row.at,
        text: row.body,
    }
}

/// A token's life as one line of events, oldest first.
fn history(token: &Token, actions: &[ActionRow], notes: &[NoteRow], now: Moment) -> Vec<TokenEvent> {
    let event = |at, what: &str, who: &str, detail: String, other| TokenEvent {
        at,
        what: what.to_owned(),
        who: who.to_owned(),
        detail,
        other,
    };
    let mut events = Vec::new();
    let made_here = actions
        .iter()
        .any(|a| matches!(a.kind, ActionKind::Add | ActionKind::Reissue));
    if !made_here {
        events.push(event(
            token.claimed_at,
            "claimed",
            "",
            String::new(),
            token.reissued_from,
        ));
    }
    if let Some(at) = token.shared_at {
        events.push(event(
            at,
            "shared",
            "",
            token.shared_to.clone().unwrap_or_default(),
            None,
        ));
    }
    if let Some(at) = token.used_at {
        events.push(event(at, "used", "", String::new(), None));
    }
    if let Some(at) = token.expires_at
        && at < now
        && token.used_at.is_none()
        && token.removed_at.is_none()
    {
        events.push(event(at, "expired", "", String::new(), None));
    }
    if token.removed_at.is_some() && !actions.iter().any(|a| a.kind == ActionKind::Remove) {
        events.push(event(
            token.removed_at.unwrap_or(now),
            "removed",
            "",
            String::new(),
            None,
        ));
    }
    for a in actions {
        let what = match a.kind {
            ActionKind::Add => "added",
            ActionKind::Remove => "removed",
            ActionKind::Reissue => "reissued_from",
            ActionKind::Dispute => "disputed",
            ActionKind::Undo => "undone",
        };
        let why = [a.reason_code.as_str(), a.reason_text.as_str()];
        let why = why
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(": ");
        events.push(event(a.at, what, &a.agent_label, why, a.other));
    }
    if let Some(next) = token.reissued_to {
        let at = uuid_moment(next.0).unwrap_or(now);
        events.push(event(at, "reissued_to", "", String::new(), Some(next)));
    }
    events.extend(
        notes
            .iter()
            .map(|n| event(n.at, "note", &n.author, n.body.clone(), None)),
    );
    events.sort_by_key(|e| e.at);
    events
}

/// When a version 7 identifier was made.
fn uuid_moment(id: Uuid) -> Option<Moment> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
    Some(Moment::from_micros(
        micros.saturating_add(i64::from(nanos / 1_000)),
    ))
}

impl Services {
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
