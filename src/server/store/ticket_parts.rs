//! What hangs on tickets: tags, fields, watchers, mentions, ties, related things, checklists, time.

use uuid::Uuid;

use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError, bulk};
use crate::domain::id::{AgentId, CheckId, MessageId, TicketId, TimeId, TokenId};
use crate::domain::query::fold;
use crate::domain::ticket::{LinkKind, TicketStatus};
use crate::domain::time::Moment;
use crate::sql;

/// Writes the tags of a ticket as queries find them; its own copy is written with the ticket.
///
/// # Errors
/// When the database fails.
pub async fn set_tags(conn: &impl Conn, ticket: TicketId, tags: &[String]) -> Result<(), StoreError> {
    sql!("DELETE FROM ticket_tags WHERE ticket_id = ?", ticket.0)
        .run(conn)
        .await?;
    let cells = |tag: &String| [tag.as_str().value(), ticket.0.value()];
    bulk::insert(conn, "ticket_tags", ["tag", "ticket_id"], tags, cells, "").await
}

/// Writes the values of a ticket's custom fields as queries find them.
///
/// # Errors
/// When the database fails.
pub async fn set_fields<'a>(
    conn: &impl Conn,
    ticket: TicketId,
    fields: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Result<(), StoreError> {
    sql!("DELETE FROM ticket_fields WHERE ticket_id = ?", ticket.0)
        .run(conn)
        .await?;
    let rows: Vec<(&String, String)> = fields
        .into_iter()
        .map(|(code, value)| (code, fold(&format!("{code}={value}"))))
        .collect();
    let columns = ["ticket_id", "field", "pair_key"];
    let cells =
        |(code, pair): &(&String, String)| [ticket.0.value(), code.as_str().value(), pair.as_str().value()];
    bulk::insert(conn, "ticket_fields", columns, &rows, cells, "").await
}

/// Begins or ends watching. `false`: nothing changed.
///
/// # Errors
/// When the database fails.
pub async fn watch(
    conn: &impl Conn,
    ticket: TicketId,
    agent: AgentId,
    watch: bool,
    now: Moment,
) -> Result<bool, StoreError> {
    let sql = if watch {
        sql!(
            "INSERT INTO ticket_watchers (ticket_id, agent_id, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            ticket.0,
            agent.0,
            now
        )
    } else {
        sql!(
            "DELETE FROM ticket_watchers WHERE ticket_id = ? AND agent_id = ?",
            ticket.0,
            agent.0
        )
    };
    let changed = sql.run(conn).await? > 0;
    if changed {
        sql!(
            "UPDATE tickets SET watchers = (SELECT count(*) FROM ticket_watchers WHERE ticket_id = ?) WHERE id = ?",
            ticket.0,
            ticket.0
        )
        .run(conn)
        .await?;
    }
    Ok(changed)
}

/// Somebody who watches a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatcherRow {
    /// Who.
    pub agent: AgentId,
    /// Employee id and name.
    pub label: String,
    /// Since when.
    pub since: Moment,
}

/// Who watches a ticket, longest first.
///
/// # Errors
/// When the database fails.
pub async fn watchers(conn: &impl Conn, ticket: TicketId) -> Result<Vec<WatcherRow>, StoreError> {
    sql!(
        "SELECT w.agent_id, w.since, g.employee_id, g.name FROM ticket_watchers w JOIN agents g ON g.id = w.agent_id \
         WHERE w.ticket_id = ? ORDER BY w.since, w.agent_id",
        ticket.0
    )
    .all(conn, |row| {
        Ok(WatcherRow {
            agent: AgentId(row.uuid("agent_id")?),
            label: format!("{} {}", row.text("employee_id")?, row.text("name")?),
            since: row.moment("since")?,
        })
    })
    .await
}

/// The person behind the desk whom a mention names: by employee id, or by name with full stops for spaces.
///
/// # Errors
/// When the database fails.
pub async fn mentioned(conn: &impl Conn, name: &str) -> Result<Option<AgentId>, StoreError> {
    let key = fold(name);
    let spaced = key.replace('.', " ");
    let mut found = sql!(
        "SELECT id FROM agents WHERE (employee_key = ? OR name_key = ?) AND role IS NOT NULL AND role <> 'customer' LIMIT 2",
        &key,
        &spaced
    )
    .all(conn, |row| row.uuid("id").map(AgentId))
    .await?;
    // Two of one name: it is not known who is meant.
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Keeps who was mentioned in a message.
///
/// # Errors
/// When the database fails.
pub async fn mention(
    conn: &impl Conn,
    message: MessageId,
    ticket: TicketId,
    agent: AgentId,
    now: Moment,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO ticket_mentions (message_id, agent_id, ticket_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        message.0,
        agent.0,
        ticket.0,
        now
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// A tie of a ticket, seen from one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieRow {
    /// What sort.
    pub kind: LinkKind,
    /// Whether it was tied from this end.
    pub outward: bool,
    /// The other ticket.
    pub other: TicketId,
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// Where it stands.
    pub status: TicketStatus,
}

/// Ties of a ticket, from both ends.
///
/// # Errors
/// When the database fails.
pub async fn ties(conn: &impl Conn, ticket: TicketId) -> Result<Vec<TieRow>, StoreError> {
    sql!(
        "SELECT l.kind, 1 AS outward, l.at, t.id, t.number, t.subject, t.status FROM ticket_links l \
         JOIN tickets t ON t.id = l.other_id WHERE l.ticket_id = ? \
         UNION ALL SELECT l.kind, 0 AS outward, l.at, t.id, t.number, t.subject, t.status FROM ticket_links l \
         JOIN tickets t ON t.id = l.ticket_id WHERE l.other_id = ? ORDER BY 3, 5",
        ticket.0,
        ticket.0
    )
    .all(conn, |row| {
        Ok(TieRow {
            kind: row.word("kind", LinkKind::from_word)?,
            outward: row.int("outward")? == 1,
            other: TicketId(row.uuid("id")?),
            number: row.int("number")?,
            subject: row.text("subject")?,
            status: row.word("status", TicketStatus::from_word)?,
        })
    })
    .await
}

/// The tickets that a ticket is tied to from its end by this kind of tie.
///
/// # Errors
/// When the database fails.
pub async fn tied_to(
    conn: &impl Conn,
    ticket: TicketId,
    kind: LinkKind,
) -> Result<Vec<TicketId>, StoreError> {
    sql!(
        "SELECT other_id FROM ticket_links WHERE ticket_id = ? AND kind = ?",
        ticket.0,
        kind.word()
    )
    .all(conn, |row| row.uuid("other_id").map(TicketId))
    .await
}

/// Ties a ticket to another one. `false`: it is tied so already.
///
/// # Errors
/// When the database fails.
pub async fn tie(
    conn: &impl Conn,
    ticket: TicketId,
    other: TicketId,
    kind: LinkKind,
    by: &str,
    now: Moment,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "INSERT INTO ticket_links (ticket_id, other_id, kind, at, by_label) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        ticket.0,
        other.0,
        kind.word(),
        now,
        by
    );
    Ok(sql.run(conn).await? > 0)
}

/// Takes a tie off. `false`: there was none.
///
/// # Errors
/// When the database fails.
pub async fn untie(
    conn: &impl Conn,
    ticket: TicketId,
    other: TicketId,
    kind: LinkKind,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "DELETE FROM ticket_links WHERE ticket_id = ? AND other_id = ? AND kind = ?",
        ticket.0,
        other.0,
        kind.word()
    );
    Ok(sql.run(conn).await? > 0)
}

/// Takes a token off a ticket. `false`: it was not linked.
///
/// # Errors
/// When the database fails.
pub async fn unlink_token(conn: &impl Conn, ticket: TicketId, token: TokenId) -> Result<bool, StoreError> {
    let sql = sql!(
        "DELETE FROM ticket_tokens WHERE ticket_id = ? AND token_id = ?",
        ticket.0,
        token.0
    );
    Ok(sql.run(conn).await? > 0)
}

/// The tickets that were merged into these, with those that had been merged into them before.
///
/// # Errors
/// When the database fails.
pub async fn merged_into(conn: &impl Conn, ticket: TicketId) -> Result<Vec<(TicketId, i64)>, StoreError> {
    let mut all: Vec<(TicketId, i64)> = Vec::new();
    let mut from = vec![ticket];
    while !from.is_empty() {
        let mut sql = Sql::new("SELECT id, number FROM tickets WHERE merged_into IN (");
        sql.bind_all(from.iter().map(|t| t.0))
            .push(") ORDER BY number LIMIT 500");
        let found = sql
            .all(conn, |row| Ok((TicketId(row.uuid("id")?), row.int("number")?)))
            .await?;
        from = found.iter().map(|(id, _)| *id).collect();
        from.retain(|id| !all.iter().any(|(seen, _)| seen == id));
        all.extend(found);
    }
    Ok(all)
}

/// Something in another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRow {
    /// A kind of the desk profile.
    pub kind: String,
    /// What it is called there.
    pub reference: String,
}

/// What a ticket has to do with in other systems.
///
/// # Errors
/// When the database fails.
pub async fn entities(conn: &impl Conn, ticket: TicketId) -> Result<Vec<EntityRow>, StoreError> {
    sql!(
        "SELECT kind, reference FROM ticket_entities WHERE ticket_id = ? ORDER BY at, kind, reference",
        ticket.0
    )
    .all(conn, |row| {
        Ok(EntityRow {
            kind: row.text("kind")?,
            reference: row.text("reference")?,
        })
    })
    .await
}

/// Links something in another system. `false`: it is linked already.
///
/// # Errors
/// When the database fails.
pub async fn add_entity(
    conn: &impl Conn,
    ticket: TicketId,
    entity: &EntityRow,
    by: &str,
    now: Moment,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "INSERT INTO ticket_entities (ticket_id, kind, reference, pair_key, at, by_label) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
        ticket.0,
        &entity.kind,
        &entity.reference,
        fold(&format!("{}={}", entity.kind, entity.reference)),
        now,
        by
    );
    let changed = sql.run(conn).await? > 0;
    if changed {
        count_entities(conn, ticket).await?;
    }
    Ok(changed)
}

/// Takes the link to something in another system off. `false`: there was none.
///
/// # Errors
/// When the database fails.
pub async fn remove_entity(
    conn: &impl Conn,
    ticket: TicketId,
    entity: &EntityRow,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "DELETE FROM ticket_entities WHERE ticket_id = ? AND kind = ? AND reference = ?",
        ticket.0,
        &entity.kind,
        &entity.reference
    );
    let changed = sql.run(conn).await? > 0;
    if changed {
        count_entities(conn, ticket).await?;
    }
    Ok(changed)
}

async fn count_entities(conn: &impl Conn, ticket: TicketId) -> Result<(), StoreError> {
    sql!(
        "UPDATE tickets SET related = (SELECT count(*) FROM ticket_entities WHERE ticket_id = ?) WHERE id = ?",
        ticket.0,
        ticket.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// A point of a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// Identifier.
    pub id: CheckId,
    /// What is to be done.
    pub body: String,
    /// When it was done.
    pub done_at: Option<Moment>,
    /// Who did it.
    pub done_by: String,
}

fn read_check(row: &Row) -> Result<CheckRow, StoreError> {
    Ok(CheckRow {
        id: CheckId(row.uuid("id")?),
        body: row.text("body")?,
        done_at: row.opt_moment("done_at")?,
        done_by: row.text("done_by")?,
    })
}

/// The checklist of a ticket.
///
/// # Errors
/// When the database fails.
pub async fn checks(conn: &impl Conn, ticket: TicketId) -> Result<Vec<CheckRow>, StoreError> {
    sql!(
        "SELECT * FROM ticket_checks WHERE ticket_id = ? AND retired_at IS NULL ORDER BY at, id",
        ticket.0
    )
    .all(conn, read_check)
    .await
}

/// Adds a point to a checklist.
///
/// # Errors
/// When the database fails.
pub async fn add_check(
    conn: &impl Conn,
    ticket: TicketId,
    check: &CheckRow,
    now: Moment,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO ticket_checks (id, ticket_id, body, at, done_at, done_by) VALUES (?, ?, ?, ?, ?, ?)",
        check.id.0,
        ticket.0,
        &check.body,
        now,
        check.done_at,
        &check.done_by
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes a changed point; `retired` takes it off the list.
///
/// # Errors
/// When the database fails.
pub async fn set_check(
    conn: &impl Conn,
    check: &CheckRow,
    retired: Option<Moment>,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE ticket_checks SET body = ?, done_at = ?, done_by = ?, retired_at = ? WHERE id = ?",
        &check.body,
        check.done_at,
        &check.done_by,
        retired,
        check.id.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Time that somebody spent on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeRow {
    /// Identifier.
    pub id: TimeId,
    /// On which ticket.
    pub ticket: TicketId,
    /// Who.
    pub agent: AgentId,
    /// Employee id and name.
    pub agent_label: String,
    /// When it began.
    pub started_at: Moment,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// How long it was, in seconds; 0 while it runs.
    pub seconds: i64,
    /// Whether somebody is billed for it.
    pub billable: bool,
    /// What was done.
    pub note: String,
    /// Who corrected it last.
    pub corrected_by: String,
    /// Since when it counts no more.
    pub retired_at: Option<Moment>,
    /// Counts up with each change.
    pub version: i64,
}

fn read_time(row: &Row) -> Result<TimeRow, StoreError> {
    Ok(TimeRow {
        id: TimeId(row.uuid("id")?),
        ticket: TicketId(row.uuid("ticket_id")?),
        agent: AgentId(row.uuid("agent_id")?),
        agent_label: row.text("agent_label")?,
        started_at: row.moment("started_at")?,
        ended_at: row.opt_moment("ended_at")?,
        seconds: row.int("seconds")?,
        billable: row.int("billable")? == 1,
        note: row.text("note")?,
        corrected_by: row.text("corrected_by")?,
        retired_at: row.opt_moment("retired_at")?,
        version: row.int("version")?,
    })
}

/// Time spent on a ticket, oldest first, without what counts no more.
///
/// # Errors
/// When the database fails.
pub async fn times(conn: &impl Conn, ticket: TicketId) -> Result<Vec<TimeRow>, StoreError> {
    sql!(
        "SELECT * FROM ticket_times WHERE ticket_id = ? AND retired_at IS NULL ORDER BY started_at, id LIMIT 1000",
        ticket.0
    )
    .all(conn, read_time)
    .await
}

/// One entry of time.
///
/// # Errors
/// When the database fails.
pub async fn time(conn: &impl Conn, id: TimeId) -> Result<Option<TimeRow>, StoreError> {
    sql!("SELECT * FROM ticket_times WHERE id = ?", id.0)
        .first(conn, read_time)
        .await
}

/// The clock of somebody's work on a ticket, if it runs.
///
/// # Errors
/// When the database fails.
pub async fn running(
    conn: &impl Conn,
    ticket: TicketId,
    agent: AgentId,
) -> Result<Option<TimeRow>, StoreError> {
    sql!(
        "SELECT * FROM ticket_times WHERE ticket_id = ? AND agent_id = ? AND ended_at IS NULL AND retired_at IS NULL",
        ticket.0,
        agent.0
    )
    .first(conn, read_time)
    .await
}

/// Writes time that was spent, or a clock that begins.
///
/// # Errors
/// [`StoreError::Taken`] when a clock of that person's runs on the ticket already.
pub async fn add_time(conn: &impl Conn, t: &TimeRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO ticket_times (id, ticket_id, agent_id, agent_label, started_at, ended_at, seconds, billable, note, \
         corrected_by, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        t.id.0,
        t.ticket.0,
        t.agent.0,
        &t.agent_label,
        t.started_at,
        t.ended_at,
        t.seconds,
        t.billable,
        &t.note,
        &t.corrected_by,
        t.version
    )
    .run(conn)
    .await?;
    sum_times(conn, t.ticket).await
}

/// Writes changed time, if it is still at `t.version`, and counts the version up.
///
/// # Errors
/// When the database fails. `false`: it is at another version.
pub async fn set_time(conn: &impl Conn, t: &TimeRow) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE ticket_times SET ended_at = ?, seconds = ?, billable = ?, note = ?, corrected_by = ?, retired_at = ?, \
         version = version + 1 WHERE id = ? AND version = ?",
        t.ended_at,
        t.seconds,
        t.billable,
        &t.note,
        &t.corrected_by,
        t.retired_at,
        t.id.0,
        t.version
    );
    if sql.run(conn).await? != 1 {
        return Ok(false);
    }
    sum_times(conn, t.ticket).await?;
    Ok(true)
}

async fn sum_times(conn: &impl Conn, ticket: TicketId) -> Result<(), StoreError> {
    sql!(
        "UPDATE tickets SET spent = (SELECT CAST(COALESCE(sum(seconds), 0) AS BIGINT) FROM ticket_times \
         WHERE ticket_id = ? AND retired_at IS NULL) WHERE id = ?",
        ticket.0,
        ticket.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// A merge that can be taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRow {
    /// Identifier.
    pub id: Uuid,
    /// The ticket that was merged.
    pub source: TicketId,
    /// The ticket that stays.
    pub target: TicketId,
    /// What the source and the target were like, JSON.
    pub before: String,
}

/// Writes a merge.
///
/// # Errors
/// When the database fails.
pub async fn add_merge(conn: &impl Conn, merge: &MergeRow, by: &str, now: Moment) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO ticket_merges (id, source_id, target_id, at, by_label, before_json) VALUES (?, ?, ?, ?, ?, ?)",
        merge.id,
        merge.source.0,
        merge.target.0,
        now,
        by,
        &merge.before
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// The merge of a ticket that was not taken apart.
///
/// # Errors
/// When the database fails.
pub async fn merge_of(conn: &impl Conn, source: TicketId) -> Result<Option<MergeRow>, StoreError> {
    sql!(
        "SELECT * FROM ticket_merges WHERE source_id = ? AND undone_at IS NULL ORDER BY at DESC LIMIT 1",
        source.0
    )
    .first(conn, |row| {
        Ok(MergeRow {
            id: row.uuid("id")?,
            source: TicketId(row.uuid("source_id")?),
            target: TicketId(row.uuid("target_id")?),
            before: row.text("before_json")?,
        })
    })
    .await
}

/// Marks a merge as taken apart.
///
/// # Errors
/// When the database fails.
pub async fn undo_merge(conn: &impl Conn, id: Uuid, by: &str, now: Moment) -> Result<(), StoreError> {
    sql!(
        "UPDATE ticket_merges SET undone_at = ?, undone_by = ? WHERE id = ?",
        now,
        by,
        id
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Moves messages to another ticket. Those that are not of `from` stay where they are; gives back how many moved.
///
/// # Errors
/// When the database fails.
pub async fn move_messages(
    conn: &impl Conn,
    from: TicketId,
    to: TicketId,
    messages: &[MessageId],
) -> Result<u64, StoreError> {
    let mut moved = 0;
    for table in ["messages", "search_docs", "attachments", "ticket_mentions"] {
        let mut sql = Sql::new("UPDATE ");
        sql.push(table)
            .push(" SET ticket_id = ")
            .bind(to.0)
            .push(" WHERE ticket_id = ")
            .bind(from.0)
            .push(if table == "messages" {
                " AND id IN ("
            } else {
                " AND message_id IN ("
            })
            .bind_all(messages.iter().map(|m| m.0))
            .push(")");
        let changed = sql.run(conn).await?;
        if table == "messages" {
            moved = changed;
        }
    }
    Ok(moved)
}
