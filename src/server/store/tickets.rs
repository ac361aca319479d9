//! Tickets: their rows and lists. What is said in them is in [`super::conversation`], what hangs on them in
//! [`super::ticket_parts`].

use std::collections::BTreeMap;

use uuid::Uuid;

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::{AccountId, AgentId, EscalationId, TicketId, TokenId};
use crate::domain::query::{Query, fold, search_text};
use crate::domain::sla::Cache;
use crate::domain::ticket::{Priority, ResolutionType, TicketStatus, ticket_number};
use crate::domain::time::Moment;
use crate::sql;

/// A ticket's row with the names that lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// Identifier.
    pub id: TicketId,
    /// Running number.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// The whole story.
    pub description: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// How soon it needs care.
    pub priority: Priority,
    /// Category of the desk profile.
    pub category: String,
    /// Which language its customer speaks; empty: the desk's.
    pub language: String,
    /// 1 or 2.
    pub tier: u8,
    /// Who has it.
    pub assignee: Option<AgentId>,
    /// Their name.
    pub assignee_name: String,
    /// The customer.
    pub account: Option<AccountId>,
    /// Their name.
    pub account_name: String,
    /// Who opened it.
    pub created_by: String,
    /// How often it was reopened.
    pub reopened: u32,
    /// How it was resolved.
    pub resolution_type: Option<ResolutionType>,
    /// What was done.
    pub resolution_summary: String,
    /// When it was opened.
    pub created_at: Moment,
    /// Latest change.
    pub updated_at: Moment,
    /// When it was resolved last.
    pub resolved_at: Option<Moment>,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// The customer who opened it through the API.
    pub requester: Option<AgentId>,
    /// Tags, in order of the alphabet.
    pub tags: Vec<String>,
    /// Values of the desk's own fields.
    pub fields: BTreeMap<String, String>,
    /// How many people watch it.
    pub watchers: u32,
    /// Until when it sleeps.
    pub snoozed_until: Option<Moment>,
    /// The open escalation.
    pub escalation: Option<EscalationId>,
    /// How often it was escalated.
    pub escalations: u32,
    /// The ticket that it was merged into.
    pub merged_into: Option<TicketId>,
    /// What the customer thought of it, 1 to 5.
    pub rating: Option<u8>,
    /// What the customer wrote with that.
    pub feedback: String,
    /// When.
    pub rated_at: Option<Moment>,
    /// Seconds spent on it.
    pub spent: i64,
    /// How many things in other systems it is linked to.
    pub related: u32,
    /// What hangs on it: bits of [`part`].
    pub parts: i64,
    /// What is kept of its clocks.
    pub clocks: Cache,
    /// Counts up with each change.
    pub version: i64,
}

impl TicketRecord {
    /// A ticket that was opened now, with nothing in it.
    #[must_use]
    pub fn blank(number: i64, now: Moment) -> Self {
        Self {
            id: TicketId::new(),
            number,
            subject: String::new(),
            description: String::new(),
            status: TicketStatus::Open,
            priority: Priority::Medium,
            category: String::new(),
            language: String::new(),
            tier: 1,
            assignee: None,
            assignee_name: String::new(),
            account: None,
            account_name: String::new(),
            created_by: String::new(),
            reopened: 0,
            resolution_type: None,
            resolution_summary: String::new(),
            created_at: now,
            updated_at: now,
            resolved_at: None,
            closed_at: None,
            requester: None,
            tags: Vec::new(),
            fields: BTreeMap::new(),
            watchers: 0,
            snoozed_until: None,
            escalation: None,
            escalations: 0,
            merged_into: None,
            rating: None,
            feedback: String::new(),
            rated_at: None,
            spent: 0,
            related: 0,
            parts: 0,
            clocks: Cache::default(),
            version: 1,
        }
    }

    /// Whether something of this sort may hang on it.
    #[must_use]
    pub fn has(&self, bits: i64) -> bool {
        self.parts & bits != 0
    }

    pub(super) fn fields_json(&self) -> String {
        serde_json::to_string(&self.fields).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// What hangs on a ticket, as bits. One that was set stays.
pub mod part {
    /// Tokens.
    pub const TOKENS: i64 = 1;
    /// Actions on tokens.
    pub const ACTIONS: i64 = 2;
    /// Ties to other tickets.
    pub const TIES: i64 = 4;
    /// A checklist.
    pub const CHECKS: i64 = 8;
    /// Files.
    pub const FILES: i64 = 16;
    /// Tickets that were merged into it.
    pub const MERGED: i64 = 32;
}

const NAMES: &str = "COALESCE(g.name, '') AS assignee_name, \
    COALESCE(c.first_name, '') AS account_first, COALESCE(c.last_name, '') AS account_last";
const JOINS: &str =
    "LEFT JOIN agents g ON g.id = page.assignee LEFT JOIN accounts c ON c.id = page.account_id";
const PAGE: &str = "SELECT page.*, COALESCE(g.name, '') AS assignee_name, COALESCE(c.first_name, '') AS account_first, \
    COALESCE(c.last_name, '') AS account_last FROM {page} \
    LEFT JOIN agents g ON g.id = page.assignee LEFT JOIN accounts c ON c.id = page.account_id";

fn column(field: &str) -> Column {
    match field {
        "status" => Column::Word("t.status"),
        "priority" => Column::Rank("t.priority", 0),
        "category" => Column::Texts(&["t.category"]),
        "tier" => Column::Rank("t.tier", 1),
        "assignee" => Column::Person("t.assignee"),
        "created" => Column::Moment("t.created_at"),
        "sla" => Column::Cases(
            &[
                ("breached", "(t.sla_sort <= {now} OR t.sla_mode = 4)"),
                ("at_risk", "(t.sla_warn <= {now} AND t.sla_due > {now})"),
                (
                    "ok",
                    "(t.sla_mode = 0 AND (t.sla_warn IS NULL OR t.sla_warn > {now}) AND (t.sla_due IS NULL OR t.sla_due > {now}))",
                ),
                ("paused", "t.sla_mode = 1"),
                ("met", "t.sla_mode = 2"),
                ("missed", "t.sla_mode = 3"),
            ],
            "(CASE t.sla_mode WHEN 0 THEN (CASE WHEN t.sla_due <= {now} THEN 0 WHEN t.sla_warn <= {now} THEN 1 ELSE 2 END) \
             WHEN 1 THEN 3 WHEN 2 THEN 4 WHEN 3 THEN 5 ELSE 0 END)",
        ),
        "response_target" => Column::Cases(&[("met", "t.first_met = 1"), ("missed", "t.first_met = 0")], "0"),
        "resolution_target" => Column::Cases(&[("met", "t.done_met = 1"), ("missed", "t.done_met = 0")], "0"),
        "rated" => Column::Date("t.rated_at"),
        "rating" => Column::Rank("COALESCE(t.rating, 9)", 1),
        "due" => Column::Due("t.sla_due", "t.sla_sort"),
        "responded" => Column::Date("t.responded_at"),
        "resolved" => Column::Date("t.done_at"),
        "queued" => Column::Date("t.queued_at"),
        "updated" => Column::Moment("t.updated_at"),
        "closed" => Column::Date("t.closed_at"),
        "number" => Column::Ticket("t.number"),
        "account" => Column::Id(&[
            "t.account_id IN (SELECT id FROM accounts WHERE user_key = {text})",
            "t.account_id = {id}",
        ]),
        "subject" => Column::Filled(&["t.subject_key"]),
        "reopened" => Column::Rank("(CASE WHEN t.reopened > 0 THEN 1 ELSE 0 END)", 0),
        "tag" => Column::Maybe(
            "NULLIF(t.tags, '')",
            &Column::In(
                "t.id IN (SELECT g.ticket_id FROM ticket_tags g WHERE {})",
                &Column::Filled(&["g.tag"]),
                "",
            ),
        ),
        "field" => Column::Maybe(
            "NULLIF(t.fields, '{}')",
            &Column::In(
                "t.id IN (SELECT f.ticket_id FROM ticket_fields f WHERE {})",
                &Column::Filled(&["f.pair_key"]),
                "",
            ),
        ),
        "related" => Column::Maybe(
            "NULLIF(t.related, 0)",
            &Column::In(
                "t.id IN (SELECT e.ticket_id FROM ticket_entities e WHERE {})",
                &Column::Filled(&["e.pair_key"]),
                "",
            ),
        ),
        "watcher" => Column::Maybe(
            "NULLIF(t.watchers, 0)",
            &Column::In(
                "t.id IN (SELECT w.ticket_id FROM ticket_watchers w WHERE {})",
                &Column::Person("w.agent_id"),
                "",
            ),
        ),
        "snoozed" => Column::Rank("(CASE WHEN t.snoozed_until > {now} THEN 1 ELSE 0 END)", 0),
        "wakes" => Column::Date("t.snoozed_until"),
        "merged" => Column::Rank("(CASE WHEN t.merged_into IS NULL THEN 0 ELSE 1 END)", 0),
        "escalated" => Column::Rank("(CASE WHEN t.escalation IS NULL THEN 0 ELSE 1 END)", 0),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    free: Free::Together(super::search::in_documents),
    default: &[("t.updated_at", KeyKind::Int, true)],
    id: "t.id",
};

/// For customers: their own tickets are few, and nothing internal is looked into.
const OWN_MAPPING: Mapping = Mapping {
    free: Free::Like("t.words LIKE {} ESCAPE '\\'"),
    ..MAPPING
};

/// The tickets that a customer's query asks for. Which are theirs has to be added.
#[must_use]
pub fn own_list(query: &Query, scope: &Scope, hash: String) -> List {
    List {
        filter: filter::condition(query, &OWN_MAPPING, scope),
        ..list(query, scope, hash)
    }
}

/// The tickets that a query asks for.
#[must_use]
pub fn list(query: &Query, scope: &Scope, hash: String) -> List {
    List {
        columns: "t.*",
        from: Sql::new("tickets t"),
        filter: filter::condition(query, &MAPPING, scope),
        keys: filter::order(query, &MAPPING, scope),
        outer: PAGE,
        hash,
        path: super::path::Path::Planned,
    }
}

/// How many tickets of a list have each value of a column that holds words or numbers; counts at most `cap` tickets.
///
/// # Errors
/// When the database fails.
pub async fn facet(
    conn: &impl Conn,
    list: &List,
    column: &str,
    cap: u64,
) -> Result<Vec<(String, u64)>, StoreError> {
    grouped(list, column, "CAST(c.k AS TEXT)", cap)
        .all(conn, |row| Ok((row.text("k")?, counted(row)?)))
        .await
}

/// How many tickets of a list each person has; counts at most `cap` tickets.
///
/// # Errors
/// When the database fails.
pub async fn facet_people(
    conn: &impl Conn,
    list: &List,
    cap: u64,
) -> Result<Vec<(Option<AgentId>, u64)>, StoreError> {
    grouped(list, "t.assignee", "c.k", cap)
        .all(conn, |row| Ok((row.opt_uuid("k")?.map(AgentId), counted(row)?)))
        .await
}

fn grouped(list: &List, column: &str, shown: &str, cap: u64) -> Sql {
    let mut sql = Sql::new("SELECT ");
    sql.push(shown).push(" AS k, count(*) AS n FROM (SELECT ");
    sql.push(column).push(" AS k FROM ").append(&list.from);
    if !list.filter.is_empty() {
        sql.push(" WHERE ").append(&list.filter);
    }
    sql.push(" LIMIT ").bind(i64::try_from(cap).unwrap_or(i64::MAX));
    sql.push(") c GROUP BY c.k");
    sql
}

fn counted(row: &Row) -> Result<u64, StoreError> {
    Ok(u64::try_from(row.int("n")?).unwrap_or(0))
}

/// Reads a row of [`list`] or [`find`].
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<TicketRecord, StoreError> {
    let (first, last) = (row.text("account_first")?, row.text("account_last")?);
    let rank = usize::try_from(row.int("priority")?).unwrap_or(usize::MAX);
    Ok(TicketRecord {
        id: TicketId(row.uuid("id")?),
        number: row.int("number")?,
        subject: row.text("subject")?,
        description: row.text("description")?,
        status: row.word("status", TicketStatus::from_word)?,
        priority: Priority::ALL
            .get(rank)
            .copied()
            .ok_or_else(|| StoreError::Unreadable("priority: no such rank".to_owned()))?,
        category: row.text("category")?,
        language: row.text("language")?,
        tier: u8::try_from(row.int("tier")?).unwrap_or(1),
        assignee: row.opt_uuid("assignee")?.map(AgentId),
        assignee_name: row.text("assignee_name")?,
        account: row.opt_uuid("account_id")?.map(AccountId),
        account_name: format!("{first} {last}").trim().to_owned(),
        created_by: row.text("created_by")?,
        reopened: u32::try_from(row.int("reopened")?).unwrap_or(0),
        resolution_type: row.opt_word("resolution_type", ResolutionType::from_word)?,
        resolution_summary: row.text("resolution_summary")?,
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        resolved_at: row.opt_moment("resolved_at")?,
        closed_at: row.opt_moment("closed_at")?,
        requester: row.opt_uuid("requester")?.map(AgentId),
        tags: row
            .text("tags")?
            .split(' ')
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
            .collect(),
        fields: serde_json::from_str(&row.text("fields")?)
            .map_err(|_| StoreError::Unreadable("fields: no JSON".to_owned()))?,
        watchers: u32::try_from(row.int("watchers")?).unwrap_or(0),
        snoozed_until: row.opt_moment("snoozed_until")?,
        escalation: row.opt_uuid("escalation")?.map(EscalationId),
        escalations: u32::try_from(row.int("escalations")?).unwrap_or(0),
        merged_into: row.opt_uuid("merged_into")?.map(TicketId),
        rating: row.opt_int("rating")?.and_then(|r| u8::try_from(r).ok()),
        feedback: row.text("feedback")?,
        rated_at: row.opt_moment("rated_at")?,
        spent: row.int("spent")?,
        related: u32::try_from(row.int("related")?).unwrap_or(0),
        parts: row.int("parts")?,
        clocks: super::clocks::kept(row)?,
        version: row.int("version")?,
    })
}

/// How a ticket is named in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketRef {
    /// By its identifier.
    Id(TicketId),
    /// By its running number.
    Number(i64),
}

impl std::str::FromStr for TicketRef {
    type Err = ();

    /// An identifier, or a number such as `TKT-000123` (in any case, zeros left out or not).
    fn from_str(text: &str) -> Result<Self, ()> {
        if let Ok(id) = Uuid::parse_str(text) {
            return Ok(Self::Id(TicketId(id)));
        }
        let (head, digits) = text.split_at_checked(4).ok_or(())?;
        if !head.eq_ignore_ascii_case("tkt-") || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        digits.parse().map(Self::Number).map_err(|_| ())
    }
}

/// One ticket.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, which: TicketRef) -> Result<Option<TicketRecord>, StoreError> {
    let mut sql = Sql::new("SELECT page.*, ");
    sql.push(NAMES)
        .push(" FROM tickets page ")
        .push(JOINS)
        .push(" WHERE page.");
    match which {
        TicketRef::Id(id) => sql.push("id = ").bind(id.0),
        TicketRef::Number(number) => sql.push("number = ").bind(number),
    };
    sql.first(conn, read).await
}

/// These tickets, in no order.
///
/// # Errors
/// When the database fails.
pub async fn find_all(conn: &impl Conn, ids: &[TicketId]) -> Result<Vec<TicketRecord>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT page.*, ");
    sql.push(NAMES)
        .push(" FROM tickets page ")
        .push(JOINS)
        .push(" WHERE page.id IN (")
        .bind_all(ids.iter().map(|id| id.0))
        .push(")");
    sql.all(conn, read).await
}

/// The next running number.
///
/// # Errors
/// When the database fails.
pub async fn next_number(conn: &impl Conn) -> Result<i64, StoreError> {
    sql!(
        "UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value AS n",
        "ticket"
    )
    .number(conn)
    .await
}

/// Place of a priority among priorities, as the table keeps it.
#[must_use]
pub fn rank(priority: Priority) -> i64 {
    Priority::ALL
        .iter()
        .position(|p| *p == priority)
        .map_or(1, |i| i as i64)
}

/// Writes a new ticket.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &impl Conn, t: &TicketRecord) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO tickets (id, number, subject, description, status, priority, category, tier, assignee, account_id, \
         created_by, reopened, resolution_type, resolution_summary, created_at, updated_at, closed_at, version, \
         subject_key, words, requester, tags, fields, resolved_at, parts) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        t.id.0,
        t.number,
        &t.subject,
        &t.description,
        t.status.word(),
        rank(t.priority),
        &t.category,
        i64::from(t.tier),
        t.assignee.map(|a| a.0),
        t.account.map(|a| a.0),
        &t.created_by,
        t.reopened,
        t.resolution_type.map(ResolutionType::word),
        &t.resolution_summary,
        t.created_at,
        t.updated_at,
        t.closed_at,
        t.version,
        fold(&t.subject),
        search_text(&[&ticket_number(t.number), &t.subject, &t.description]),
        t.requester.map(|r| r.0),
        t.tags.join(" "),
        t.fields_json(),
        t.resolved_at,
        t.parts
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes all that people change of a ticket, if it is still at `t.version`, and counts the version up.
///
/// # Errors
/// When the database fails. `false`: the row is at another version.
pub async fn update(conn: &impl Conn, t: &TicketRecord, now: Moment) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE tickets SET language = ?, subject = ?, description = ?, status = ?, priority = ?, category = ?, tier = ?, assignee = ?, \
         account_id = ?, reopened = ?, resolution_type = ?, resolution_summary = ?, closed_at = ?, updated_at = ?, \
         subject_key = ?, words = ?, tags = ?, fields = ?, snoozed_until = ?, escalation = ?, escalations = ?, \
         merged_into = ?, resolved_at = ?, rating = ?, feedback = ?, rated_at = ?, version = version + 1 \
         WHERE id = ? AND version = ?",
        &t.language,
        &t.subject,
        &t.description,
        t.status.word(),
        rank(t.priority),
        &t.category,
        i64::from(t.tier),
        t.assignee.map(|a| a.0),
        t.account.map(|a| a.0),
        t.reopened,
        t.resolution_type.map(ResolutionType::word),
        &t.resolution_summary,
        t.closed_at,
        now,
        fold(&t.subject),
        search_text(&[&ticket_number(t.number), &t.subject, &t.description]),
        t.tags.join(" "),
        t.fields_json(),
        t.snoozed_until,
        t.escalation.map(|e| e.0),
        t.escalations,
        t.merged_into.map(|m| m.0),
        t.resolved_at,
        t.rating.map(i64::from),
        &t.feedback,
        t.rated_at,
        t.id.0,
        t.version
    );
    Ok(sql.run(conn).await? == 1)
}

/// The condition that names one ticket in [`list`].
#[must_use]
pub fn is(id: Uuid) -> Sql {
    sql!("t.id = ?", id)
}

/// The tokens that are linked to a ticket.
///
/// # Errors
/// When the database fails.
pub async fn token_ids(conn: &impl Conn, ticket: TicketId) -> Result<Vec<TokenId>, StoreError> {
    sql!(
        "SELECT token_id FROM ticket_tokens WHERE ticket_id = ? ORDER BY linked_at, token_id LIMIT 200",
        ticket.0
    )
    .all(conn, |row| row.uuid("token_id").map(TokenId))
    .await
}

/// Marks a ticket as changed now, without a new version: nothing that a person edits has changed. `bits` of [`part`] hang on
/// it from now on.
///
/// # Errors
/// When the database fails. `false`: there is no such ticket.
pub async fn touch(conn: &impl Conn, ticket: TicketId, bits: i64, now: Moment) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE tickets SET updated_at = ?, parts = parts | ? WHERE id = ?",
        now,
        bits,
        ticket.0
    );
    Ok(sql.run(conn).await? == 1)
}

/// Links a token to a ticket; once is enough.
///
/// # Errors
/// When the database fails.
pub async fn link_token(
    conn: &impl Conn,
    ticket: TicketId,
    token: TokenId,
    now: Moment,
) -> Result<(), StoreError> {
    let sql = sql!(
        "INSERT INTO ticket_tokens (ticket_id, token_id, linked_at) VALUES (?, ?, ?) \
         ON CONFLICT (ticket_id, token_id) DO NOTHING",
        ticket.0,
        token.0,
        now
    );
    if sql.run(conn).await? > 0 {
        mark(conn, ticket, part::TOKENS).await?;
    }
    Ok(())
}

/// Keeps that something of this sort hangs on a ticket.
///
/// # Errors
/// When the database fails.
pub async fn mark(conn: &impl Conn, ticket: TicketId, bits: i64) -> Result<(), StoreError> {
    sql!(
        "UPDATE tickets SET parts = parts | ? WHERE id = ?",
        bits,
        ticket.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes which customer opened a ticket: a merge hands that on.
///
/// # Errors
/// When the database fails.
pub async fn set_requester(
    conn: &impl Conn,
    ticket: TicketId,
    requester: Option<AgentId>,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE tickets SET requester = ? WHERE id = ?",
        requester.map(|r| r.0),
        ticket.0
    )
    .run(conn)
    .await
    .map(|_| ())
}
