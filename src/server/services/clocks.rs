//! Clocks of tickets: replayed and kept with each change, told by the worker once each, explained on request.

use super::ticket_changes::Change;
use super::tickets::NO_TICKET;
use super::work::system_entry;
use super::{Actor, ServiceError, Services, Work};
use crate::domain::calendar::day_of;
use crate::domain::id::{AgentId, OutboxId, TicketId};
use crate::domain::permission::Permission;
use crate::domain::sla::{BREACH, Cache, Clock, replay};
use crate::domain::statistics::{Facts, moves};
use crate::domain::ticket::{TicketStatus, ticket_number};
use crate::domain::time::Moment;
use crate::server::store::clocks::{self, ClockRow};
use crate::server::store::conversation::{self, EventRow};
use crate::server::store::records::{self, Outgoing};
use crate::server::store::tickets::{self, TicketRef};
use crate::server::store::{Conn, StoreError, Tx, audit, statistics};
use crate::wire::clocks::{ClockChip, TicketClock, TicketClocks};
use crate::wire::tickets::ChangeStatus;

/// Tickets that are looked at in one transaction of the worker.
pub const BATCH: u32 = 50;
/// Changes that are summed up in one transaction.
const FOLDED: u32 = 2_000;
/// Who the worker is in histories and in the audit.
pub const WORKER: &str = "tokendesk";
/// Under which name the rules that clocks were last reckoned by are remembered.
const RULES: &str = "sla rules";

/// How a ticket stands to its clocks, as replies show it.
#[must_use]
pub fn chip(cache: &Cache, now: Moment) -> ClockChip {
    ClockChip {
        state: cache.state(now),
        clock: cache.clock,
        due_at: cache.due,
        at_risk_from: cache.warn,
        remaining_seconds: cache.remaining,
        paused_since: cache.paused_since,
    }
}

impl Work {
    /// Reckons a ticket's clocks anew and keeps them, its place in the queue and its part of the statistics. To be called
    /// after each change of a ticket, its status or its conversation, in the same transaction, when the row is written.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clocks(&self, ticket: TicketId) -> Result<(), ServiceError> {
        let services = self.services();
        let row = clocks::hold(&self.tx, ticket).await?.ok_or(NO_TICKET)?;
        let found = services.reckon(&self.tx, &row, self.now).await?;
        services
            .keep(&self.tx, &row, &Cache::of(&found, self.now), self.now)
            .await?;
        Ok(())
    }
}

impl Services {
    /// The clocks of a ticket, from its history.
    async fn reckon(&self, conn: &impl Conn, row: &ClockRow, now: Moment) -> Result<Vec<Clock>, StoreError> {
        let history = clocks::history(conn, row).await?;
        Ok(replay(&history, &self.clocks, now))
    }

    /// Keeps what was reckoned beside the ticket.
    async fn keep(&self, tx: &Tx, row: &ClockRow, cache: &Cache, now: Moment) -> Result<(), StoreError> {
        let facts = self.facts(row, cache);
        let text = facts.text();
        if text != row.counted {
            let before = Facts::read(&row.counted);
            statistics::moved(tx, &moves(before.as_ref(), Some(&facts))).await?;
        }
        let waits = row.status == TicketStatus::Open && row.assignee.is_none() && row.snoozed_until.is_none();
        let queued = waits.then(|| row.queued_at.unwrap_or(now));
        clocks::save(tx, row.id, cache, queued, &text).await
    }

    fn facts(&self, row: &ClockRow, cache: &Cache) -> Facts {
        let day = |at: Moment| day_of(at.seconds(), &self.zone);
        Facts {
            day: day(row.created_at),
            status: row.status,
            priority: row.priority,
            category: row.category.clone(),
            agent: row.assignee,
            first: cache.first,
            done: cache
                .done_at
                .zip(cache.done)
                .map(|(at, (s, met))| (day(at), s, met)),
            rated: row.rated.map(|(rating, at)| (day(at), rating)),
        }
    }

    /// The clocks of a ticket with every stretch of their time.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn ticket_clocks(&self, actor: &Actor, which: TicketRef) -> Result<TicketClocks, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let conn = self.store.read();
        let ticket = tickets::find(conn, which).await?.ok_or(NO_TICKET)?;
        self.looks_at_ticket(actor, &ticket).await?;
        let row = clocks::look(conn, ticket.id).await?.ok_or(NO_TICKET)?;
        let now = self.now();
        let found = self.reckon(conn, &row, now).await?;
        let cache = Cache::of(&found, now);
        let targets = self.clocks.rules.targets(row.priority);
        Ok(TicketClocks {
            id: row.id,
            number: ticket_number(row.number),
            priority: row.priority,
            hours: targets.hours,
            timezone: self.zone_name(),
            at: now,
            chip: chip(&cache, now),
            clocks: found.into_iter().map(TicketClock::from).collect(),
        })
    }

    fn zone_name(&self) -> String {
        let own = self.profile.calendar.as_ref().and_then(|c| c.timezone.clone());
        own.unwrap_or_else(|| self.profile.timezone.clone())
    }

    /// Notices that the rules of the clocks are not those by which tickets were last reckoned: then every ticket that is
    /// not over is looked at anew. Whether they were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notice_rules(&self) -> Result<bool, StoreError> {
        let rules =
            serde_json::to_string(&(&self.profile.timezone, &self.profile.calendar, &self.profile.sla))
                .unwrap_or_default();
        let mark = super::listing::fingerprint(&["rules", &rules]);
        let mark = i64::from_str_radix(&mark, 16).unwrap_or(0);
        let tx = self.store.begin().await?;
        let before = clocks::remember(&tx, RULES, mark).await?;
        let changed = before.is_some_and(|before| before != mark);
        if changed {
            clocks::look_anew(&tx).await?;
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Replays tickets that came from elsewhere: imported, seeded, or older than clocks. What they reached long ago is not
    /// told. Gives back how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn adopt(&self, most: u32) -> Result<usize, StoreError> {
        let tx = self.store.begin().await?;
        let now = self.now();
        let rows = clocks::take_stale(&tx, most).await?;
        let histories = clocks::histories(&tx, &rows).await?;
        for (row, history) in rows.iter().zip(&histories) {
            let found = replay(history, &self.clocks, now);
            let mut cache = Cache::of(&found, now);
            for clock in &found {
                for reached in clock.reached(now) {
                    clocks::told(&tx, row.id, (clock.kind, clock.round), reached, now).await?;
                }
            }
            cache.next = ahead(&found, now);
            self.keep(&tx, row, &cache, now).await?;
        }
        tx.commit().await?;
        Ok(rows.len())
    }

    /// Tells what clocks have reached by now, each level of each clock once, whoever asks and however often. Gives back
    /// how many tickets were looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_clocks(&self, most: u32) -> Result<usize, StoreError> {
        let tx = self.store.begin().await?;
        let now = self.now();
        let rows = clocks::take_due(&tx, now, most).await?;
        let mut told = false;
        for row in &rows {
            let found = match self.reckon(&tx, row, now).await {
                Ok(found) => found,
                Err(error @ StoreError::Unreadable(_)) => {
                    // One ticket that cannot be read must not keep the others from being told.
                    tracing::error!(ticket = row.number, %error, "the clocks of a ticket cannot be reckoned");
                    clocks::put_off(&tx, row.id, None).await?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            for clock in &found {
                for reached in clock.reached(now) {
                    if clocks::told(&tx, row.id, (clock.kind, clock.round), reached, now).await? {
                        self.tell_one(&tx, row, clock, reached, now).await?;
                        told = true;
                    }
                }
            }
            let mut cache = Cache::of(&found, now);
            cache.next = ahead(&found, now);
            self.keep(&tx, row, &cache, now).await?;
        }
        tx.commit().await?;
        if told {
            self.committed.notify_one();
        }
        Ok(rows.len())
    }

    async fn tell_one(
        &self,
        tx: &Tx,
        row: &ClockRow,
        clock: &Clock,
        (level, at): (u8, Moment),
        now: Moment,
    ) -> Result<(), StoreError> {
        let breach = level == BREACH;
        let verb = if breach { "sla.breached" } else { "sla.at_risk" };
        let words = if breach {
            format!("{} breached", clock.kind.word())
        } else {
            format!("{} at {level} %", clock.kind.word())
        };
        let due = clock.due.map(|due| due.to_string());
        let payload = serde_json::json!({
            "ticket_id": row.id, "number": ticket_number(row.number), "clock": clock.kind, "level": level,
            "reached_at": at, "due_at": due, "assignee": row.assignee, "priority": row.priority,
        })
        .to_string();
        let mut entry = system_entry(verb, now, "ticket", row.id.to_string());
        entry.account_id = row.account;
        entry.ticket_id = Some(row.id);
        entry.reason.clone_from(&words);
        entry.after = Some(payload.clone());
        audit::append(tx, &entry).await?;
        history_line(tx, row.id, "sla", words, String::new(), now, None).await?;
        let out = Outgoing {
            id: OutboxId::new(),
            kind: format!("desk.{}", verb.replace('.', "_")),
            account: None,
            action: None,
            payload,
            not_before: now,
        };
        records::enqueue(tx, &out, now).await
    }

    /// Wakes tickets that were put away until now. Gives back how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wake_snoozed(&self, most: u32) -> Result<usize, StoreError> {
        let tx = self.store.begin().await?;
        let now = self.now();
        let rows = clocks::take_snoozed(&tx, now, most).await?;
        for row in &rows {
            clocks::wake(&tx, row.id, now).await?;
            let led_to = Some(row.version + 1);
            history_line(
                &tx,
                row.id,
                "snooze",
                "awake".to_owned(),
                String::new(),
                now,
                led_to,
            )
            .await?;
            let mut entry = system_entry("ticket.wake", now, "ticket", row.id.to_string());
            entry.ticket_id = Some(row.id);
            entry.account_id = row.account;
            audit::append(&tx, &entry).await?;
            let awake = ClockRow {
                snoozed_until: None,
                ..row.clone()
            };
            let found = self.reckon(&tx, &awake, now).await?;
            self.keep(&tx, &awake, &Cache::of(&found, now), now).await?;
        }
        tx.commit().await?;
        if !rows.is_empty() {
            self.committed.notify_one();
        }
        Ok(rows.len())
    }

    /// What waits for the desk's own work.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn todo(&self) -> Result<clocks::Todo, StoreError> {
        let now = self.now();
        let resolved = self.close_before(now);
        clocks::todo(self.store.read(), now, resolved).await
    }

    /// Before when a ticket must have been resolved to be closed by now.
    fn close_before(&self, now: Moment) -> Option<Moment> {
        let days = self.profile.automation.close_after_days?;
        Some(now.plus_days(-i64::from(days)))
    }

    /// Closes tickets that have stood resolved for as long as the desk says. Gives back how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_resolved(&self, most: u32) -> Result<usize, StoreError> {
        let Some(before) = self.close_before(self.now()) else {
            return Ok(0);
        };
        let rows = clocks::resolved_before(self.store.read(), before, most).await?;
        let mut closed = 0;
        for (id, version) in rows {
            let change = Change {
                ticket: TicketRef::Id(id),
                version,
                body: ChangeStatus {
                    status: TicketStatus::Closed,
                    reason: "stood resolved for as long as the desk waits".to_owned(),
                    resolution_type: None,
                    summary: String::new(),
                },
            };
            match self.move_ticket(&worker(), None, &change).await {
                Ok(_) => closed += 1,
                // Somebody, or another backend, was faster.
                Err(ServiceError::Stale { .. } | ServiceError::Illegal { .. }) => {}
                Err(ServiceError::Unavailable) => return Err(StoreError::Unavailable),
                Err(error) => tracing::error!(%error, ticket = %id, "a resolved ticket could not be closed"),
            }
        }
        Ok(closed)
    }

    /// Adds what has changed to the sums of its days. Whether there may be more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sum_up(&self) -> Result<bool, StoreError> {
        let tx = self.store.begin().await?;
        let n = statistics::fold(&tx, FOLDED).await?;
        tx.commit().await?;
        Ok(n == FOLDED as usize)
    }

    /// Reckons and keeps the clocks of a ticket outside of a person's work.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn settle_clocks(&self, tx: &Tx, id: TicketId, now: Moment) -> Result<(), StoreError> {
        if let Some(row) = clocks::hold(tx, id).await? {
            let found = self.reckon(tx, &row, now).await?;
            self.keep(tx, &row, &Cache::of(&found, now), now).await?;
        }
        Ok(())
    }
}

/// When the next level of a clock is reached, past `now`.
fn ahead(found: &[Clock], now: Moment) -> Option<Moment> {
    let quiet: Vec<Clock> = found
        .iter()
        .filter(|c| c.stopped.is_none() && c.paused_since.is_none())
        .cloned()
        .collect();
    let levels = quiet
        .iter()
        .flat_map(|c| c.warnings.iter().map(|w| w.1).chain(c.due));
    levels.filter(|at| *at > now).min()
}

/// Writes a line of history that nobody in particular caused.
pub(super) async fn history_line(
    tx: &Tx,
    ticket: TicketId,
    what: &str,
    after: String,
    detail: String,
    now: Moment,
    version: Option<i64>,
) -> Result<(), StoreError> {
    let event = EventRow {
        version,
        at: now,
        who: WORKER.to_owned(),
        what: what.to_owned(),
        before: String::new(),
        after,
        detail,
    };
    conversation::insert_event(tx, ticket, &event).await
}

/// The person that the desk itself is, where a use case asks for one.
#[must_use]
pub fn worker() -> Actor {
    Actor {
        id: AgentId(uuid::Uuid::nil()),
        employee_id: String::new(),
        name: WORKER.to_owned(),
        role: Some(crate::domain::permission::Role::Admin),
        session: crate::domain::id::SessionId(uuid::Uuid::nil()),
        request_id: String::new(),
        address: String::new(),
    }
}
