//! Tokens: lists, history, notes. What is done to them is in [`super::actions`].

use std::collections::{BTreeSet, HashMap};

use super::history::history;
use super::listing::read_query;
use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AccountId, NoteId, TokenId};
use crate::domain::masking::mask_user_id;
use crate::domain::permission::Permission;
use crate::domain::query::TOKEN_FIELDS;
use crate::domain::time::Moment;
use crate::server::store::records::{self, NoteOn, NoteRow};
pub use crate::server::store::tokens::Of;
use crate::server::store::tokens::{self, TokenWithOffer};
use crate::server::store::{accounts, actions, disputes};
use crate::wire::desk::{NewNote, Note};
use crate::wire::page::{ListParams, Page};
use crate::wire::tokens::{TokenEvent, TokenOwner, TokenRow};

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
        // The partner names customers by their identifier: it is masked like any other.
        shared_to: t.shared_to.as_deref().map(mask_user_id),
        expires_at: t.expires_at,
        removed_at: t.removed_at,
        dispute: t.dispute,
        reissued_from: t.reissued_from,
        reissued_to: t.reissued_to,
        created_at: t.created_at,
        version: t.version,
        owner: None,
    }
}

pub(super) const NO_TOKEN: ServiceError = ServiceError::NotFound("there is no such token");

impl Services {
    /// Tokens of one account, or of the whole desk; as they are, or as they were at a moment.
    ///
    /// # Errors
    /// When the person may not, the account is not there, a parameter is wrong, or the database fails.
    pub async fn tokens(
        &self,
        actor: &Actor,
        of: Of,
        params: &ListParams,
    ) -> Result<Page<TokenRow>, ServiceError> {
        let now = self.allow_tokens(actor, of).await?;
        let account = of.account;
        let asked = read_query(params, &TOKEN_FIELDS, &format!("{of:?}"), actor, now)?;
        let list = tokens::list(of, &asked.query, &asked.scope, asked.hash);
        let page = self
            .page(&list, params, tokens::is, |r| Ok(row(tokens::read(r)?, now)))
            .await?;
        if let Some(account) = account
            && page.items.is_empty()
            && accounts::find(self.store.read(), account).await?.is_none()
        {
            return Err(ServiceError::NotFound("there is no such account"));
        }
        match account {
            Some(account) => {
                self.looks_at(actor, account, Opened::of("wallet", account))
                    .await?
            }
            None => {
                let shown = page.items.iter().map(|row| Some(row.account_id));
                self.looks_at_rows(actor, &asked.query, "wallet", shown).await?;
            }
        }
        Ok(page)
    }

    /// Says of each token in a list over the whole desk whose it is: the name, and the masked identifier.
    ///
    /// # Errors
    /// When the person may not see accounts, or the database fails.
    pub async fn name_owners(&self, actor: &Actor, page: &mut Page<TokenRow>) -> Result<(), ServiceError> {
        self.allow(actor, Permission::AccountView).await?;
        let ids: BTreeSet<AccountId> = page.items.iter().map(|row| row.account_id).collect();
        let ids: Vec<AccountId> = ids.into_iter().collect();
        let found = accounts::find_all(self.store.read(), &ids).await?;
        let known: HashMap<AccountId, TokenOwner> = found
            .into_iter()
            .map(|account| {
                let owner = TokenOwner {
                    first_name: account.first_name,
                    last_name: account.last_name,
                    user_id: mask_user_id(&account.user_id),
                };
                (account.id, owner)
            })
            .collect();
        for row in &mut page.items {
            row.owner = known.get(&row.account_id).cloned();
        }
        Ok(())
    }

    /// Whether the person may see these tokens, and the moment as of which they are asked for.
    pub(super) async fn allow_tokens(&self, actor: &Actor, of: Of) -> Result<Moment, ServiceError> {
        let permission = if of.account.is_some() {
            Permission::TokenView
        } else {
            Permission::TokenSearchAll
        };
        self.allow(actor, permission).await?;
        let now = self.now();
        match of.at {
            Some(at) if at > now => Err(ServiceError::field(
                "as_of",
                "future",
                "only what has been can be looked back at; write a moment in the past",
            )),
            at => Ok(at.unwrap_or(now)),
        }
    }

    /// One token.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn token(&self, actor: &Actor, id: TokenId) -> Result<TokenRow, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let found = tokens::find(self.store.read(), id).await?.ok_or(NO_TOKEN)?;
        self.looks_at_token(actor, &found).await?;
        Ok(row(found, self.now()))
    }

    /// Opening a token is looking at whose it is.
    pub(super) async fn looks_at_token(
        &self,
        actor: &Actor,
        found: &TokenWithOffer,
    ) -> Result<(), ServiceError> {
        let token = &found.token;
        self.looks_at(actor, token.account_id, Opened::of("token", token.id))
            .await
    }

    /// Everything that happened to a token, oldest first.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn token_history(&self, actor: &Actor, id: TokenId) -> Result<Vec<TokenEvent>, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let conn = self.store.read();
        let found = tokens::find(conn, id).await?.ok_or(NO_TOKEN)?;
        self.looks_at_token(actor, &found).await?;
        let actions = actions::on_token(conn, id).await?;
        let disputes = disputes::of_token(conn, id).await?;
        let notes = records::notes(conn, NoteOn::Token(id), 200).await?;
        Ok(history(&found.token, &actions, &disputes, &notes, self.now()))
    }

    /// The notes on a token, newest first.
    ///
    /// # Errors
    /// When the person may not or the database fails.
    pub async fn token_notes(&self, actor: &Actor, id: TokenId) -> Result<Vec<Note>, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let found = tokens::find(self.store.read(), id).await?.ok_or(NO_TOKEN)?;
        self.looks_at_token(actor, &found).await?;
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
