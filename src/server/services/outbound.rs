//! What goes out to customers, and the port for the ways it goes: the rooms outside implement [`Channel`].

use std::future::Future;
use std::pin::Pin;

use super::listing::read_query;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::delivery::{DeliveryState, STALE_DAYS, next_try};
use crate::domain::id::{AccountId, ActionId, DeliveryId, MessageId, TicketId};
use crate::domain::letter::{self, Filling};
use crate::domain::permission::Permission;
use crate::domain::query::DELIVERY_FIELDS;
use crate::domain::ticket::Visibility;
use crate::domain::time::Moment;
use crate::server::store::conversation;
use crate::server::store::deliveries::{self, DeliveryRow};
use crate::server::store::tickets::{self, TicketRef};
use crate::server::store::{StoreError, accounts};
use crate::wire::deliveries::Delivery;
use crate::wire::page::{ListParams, Page};

/// One thing to be told to one customer by one channel. Holds personal data: never logged.
pub struct Message {
    /// The delivery's id: the same however often it is sent.
    pub id: DeliveryId,
    /// What it is, such as `token_add`.
    pub kind: String,
    /// When it became due.
    pub at: Moment,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// Which action it tells of.
    pub action: Option<ActionId>,
    /// The customer's e-mail address; empty when there is none.
    pub email: String,
    /// Subject and text in the desk's words; `None` when there are none for this kind.
    pub letter: Option<(String, String)>,
    /// The facts, JSON: opaque identifiers and the offer's name.
    pub payload: serde_json::Value,
}

/// Why something was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// It may be taken later: try again with the same id.
    Later(String),
    /// It will never be taken.
    Never(String),
    /// There is nobody to send it to, or nothing to say.
    Nobody(String),
}

/// The outcome of a delivery on its way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<(), NotTaken>> + Send + 'a>>;

/// A way out, such as e-mail. Sending one message twice under one id must be recognisable at the other side by that id.
pub trait Channel: Send + Sync {
    /// Its name in the database: `email`, `webhook`.
    fn name(&self) -> &'static str;
    /// Hands a message over. `now` is the moment of this try.
    fn deliver<'a>(&'a self, message: &'a Message, now: Moment) -> Delivering<'a>;
}

/// A delivery as replies show it.
fn delivery(row: DeliveryRow) -> Delivery {
    Delivery {
        id: row.id,
        kind: row.kind,
        channel: row.channel,
        state: row.state,
        tries: row.tries,
        next_at: (row.state == DeliveryState::Due).then_some(row.next_at),
        last_error: row.last_error,
        created_at: row.created_at,
        sent_at: row.sent_at,
        account_id: row.account,
        action_id: row.action,
    }
}

const NO_DELIVERY: ServiceError = ServiceError::NotFound("there is no such delivery");
/// Entries that are let go, and deliveries that are taken, at once.
const AT_ONCE: u32 = 50;
/// For how long a delivery that was taken is left alone, in seconds.
const TAKEN: i64 = 120;

impl Services {
    /// Lets go what was held until now: one delivery for each channel. Gives back how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(&self, channels: &[&str]) -> Result<usize, StoreError> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let oldest = now.plus_days(-STALE_DAYS);
        let released = deliveries::release(&tx, channels, now, oldest, AT_ONCE).await?;
        tx.commit().await?;
        Ok(released)
    }

    /// Takes deliveries whose time has come, with what to say.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_deliveries(&self) -> Result<Vec<(DeliveryRow, Message)>, StoreError> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let taken = deliveries::take(&tx, now, now.plus_seconds(TAKEN), AT_ONCE).await?;
        tx.commit().await?;
        let mut all = Vec::with_capacity(taken.len());
        for row in taken {
            let message = self.message(&row).await?;
            all.push((row, message));
        }
        Ok(all)
    }

    async fn message(&self, row: &DeliveryRow) -> Result<Message, StoreError> {
        let account = match row.account {
            Some(id) => accounts::find(self.store.read(), id).await?,
            None => None,
        };
        let payload: serde_json::Value = serde_json::from_str(&row.payload).unwrap_or_default();
        let kind = row.kind.trim_start_matches("customer.").to_owned();
        let text = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
        let (subject, said, language) = self.of_ticket(&payload).await?;
        let with = Filling {
            number: text("number"),
            subject,
            message: said.clone().unwrap_or_default(),
            first_name: account.as_ref().map(|a| a.first_name.clone()).unwrap_or_default(),
            offer: text("offer"),
            merchant: text("merchant"),
            expires: Moment::parse(&text("expires_at")).ok(),
            reference: text("token_ref"),
        };
        // A reply that cannot be read any more, or was never the customer's to read, is not sent.
        let unsaid = payload["message_id"].is_string() && said.is_none();
        let template = letter::template_in(&self.profile, &language, &kind).filter(|_| !unsaid);
        Ok(Message {
            id: row.id,
            letter: template.map(|t| letter::write(t, &self.profile, &with)),
            kind,
            at: row.created_at,
            account: row.account,
            action: row.action,
            email: account.map(|a| a.email).unwrap_or_default(),
            payload,
        })
    }

    /// What a ticket is about, and what is said of it: the message that is told of, if it is public, else what was done.
    /// With it: the language of its customer, empty where that is not known.
    async fn of_ticket(
        &self,
        payload: &serde_json::Value,
    ) -> Result<(String, Option<String>, String), StoreError> {
        let id = |name: &str| {
            payload[name]
                .as_str()
                .and_then(|text| uuid::Uuid::parse_str(text).ok())
        };
        let conn = self.store.read();
        let Some(ticket) = id("ticket_id") else {
            return Ok((String::new(), None, String::new()));
        };
        let Some(ticket) = tickets::find(conn, TicketRef::Id(TicketId(ticket))).await? else {
            return Ok((String::new(), None, String::new()));
        };
        let said = match id("message_id") {
            Some(message) => conversation::lines(conn, &[MessageId(message)])
                .await?
                .into_iter()
                .find(|line| line.visibility == Visibility::Public && line.ticket == ticket.id)
                .map(|line| line.body),
            None => Some(ticket.resolution_summary),
        };
        Ok((ticket.subject, said, ticket.language))
    }

    /// Writes down what became of a try.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delivered(
        &self,
        row: &DeliveryRow,
        outcome: Result<(), NotTaken>,
    ) -> Result<DeliveryState, StoreError> {
        let now = self.now();
        let (state, next, error) = match outcome {
            Ok(()) => (DeliveryState::Sent, None, String::new()),
            Err(NotTaken::Nobody(why)) => (DeliveryState::Skipped, None, why),
            Err(NotTaken::Never(why)) => (DeliveryState::Dead, None, why),
            Err(NotTaken::Later(why)) => match next_try(row.tries, row.id.0.as_u64_pair().1, now) {
                Some(next) => (DeliveryState::Due, Some(next), why),
                None => (DeliveryState::Dead, None, why),
            },
        };
        let error: String = error.chars().take(300).collect();
        let sent_at = (state == DeliveryState::Sent).then_some(now);
        let tx = self.store.begin().await?;
        deliveries::tried(&tx, row.id, state, next.unwrap_or(now), &error, sent_at).await?;
        tx.commit().await?;
        Ok(state)
    }

    /// What goes out to customers.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn deliveries(
        &self,
        actor: &Actor,
        params: &ListParams,
    ) -> Result<Page<Delivery>, ServiceError> {
        self.allow(actor, Permission::DeliveryView).await?;
        let asked = read_query(params, &DELIVERY_FIELDS, "deliveries", actor, self.now())?;
        let list = deliveries::list(&asked.query, &asked.scope, asked.hash);
        self.page(
            &list,
            params,
            |id| crate::sql!("d.id = ?", id),
            |r| deliveries::read(r).map(delivery),
        )
        .await
    }

    /// Tries a dead letter again, under the same id; or gives up what is due or dead.
    ///
    /// # Errors
    /// When the person may not, there is none, it is in another state, or the database fails.
    pub async fn move_delivery(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: DeliveryId,
        to: DeliveryState,
    ) -> Result<Answer, ServiceError> {
        let verb = if to == DeliveryState::Due {
            "delivery.retry"
        } else {
            "delivery.drop"
        };
        let work = match self
            .begin(actor, intent, verb, Permission::DeliveryManage)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = moved(&work, id, to).await;
        work.settle(result).await
    }
}

async fn moved(work: &Work, id: DeliveryId, to: DeliveryState) -> Result<Outcome2xx<Delivery>, ServiceError> {
    use DeliveryState::{Dead, Dropped, Due, Skipped};
    let before = deliveries::find(&work.tx, id).await?.ok_or(NO_DELIVERY)?;
    let from: &[DeliveryState] = if to == Due {
        &[Dead, Dropped, Skipped]
    } else {
        &[Due, Dead]
    };
    if !deliveries::set_state(&work.tx, id, from, to, work.now).await? {
        return Err(ServiceError::Illegal {
            code: "delivery_state",
            detail: format!(
                "the delivery is {}; that cannot be done with it",
                before.state.word()
            ),
        });
    }
    let after = deliveries::find(&work.tx, id).await?.ok_or(NO_DELIVERY)?;
    work.audit(Record {
        kind: "delivery",
        id: id.to_string(),
        account: before.account,
        before: Some(serde_json::json!({"state": before.state, "tries": before.tries}).to_string()),
        after: Some(serde_json::json!({"state": after.state}).to_string()),
        ..Record::default()
    })
    .await?;
    Ok(Outcome2xx::ok(delivery(after), None))
}
