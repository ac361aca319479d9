//! The audit: appending, sealing, reading.

use uuid::Uuid;

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::sql::Bind as _;
use super::{Conn, Row, Sql, Store, StoreError, bulk};
use crate::domain::audit::checkpoint::Checkpoint;
use crate::domain::audit::{AuditEntry, Hash, Head, Outcome, Salt, Sealed};
use crate::domain::id::{AccountId, AgentId, AuditId, IntentKey, SessionId, TicketId};
use crate::domain::permission::Role;
use crate::domain::query::Query;
use crate::domain::time::Moment;
use crate::sql;

/// Advisory lock of the one sealer on PostgreSQL.
const SEALER: i64 = 0x746f_6b65_6e64;

/// Writes an entry without a place.
///
/// # Errors
/// When the database fails.
pub async fn append(conn: &impl Conn, entry: &AuditEntry) -> Result<(), StoreError> {
    append_all(conn, std::slice::from_ref(entry)).await
}

/// Writes entries without a place.
///
/// # Errors
/// When the database fails.
pub async fn append_all(conn: &impl Conn, entries: &[AuditEntry]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "at",
        "actor_id",
        "actor",
        "role",
        "session_id",
        "address",
        "verb",
        "subject_kind",
        "subject_id",
        "account_id",
        "outcome",
        "reason",
        "ticket_id",
        "intent_key",
        "request_id",
        "before_json",
        "after_json",
        "layout",
        "salt",
        "personal",
        "hash",
    ];
    let cells = |entry: &AuditEntry| {
        let personal = entry.personal.or_else(|| entry.commitment());
        [
            entry.id.0.value(),
            entry.at.value(),
            entry.actor_id.map(|a| a.0).value(),
            entry.actor_name.as_str().value(),
            entry.role.map(Role::word).value(),
            entry.session_id.map(|s| s.0).value(),
            entry.address.as_str().value(),
            entry.verb.as_str().value(),
            entry.subject_kind.as_str().value(),
            entry.subject_id.as_str().value(),
            entry.account_id.map(|a| a.0).value(),
            entry.outcome.word().value(),
            entry.reason.as_str().value(),
            entry.ticket_id.map(|t| t.0).value(),
            entry.intent_key.map(|k| k.0).value(),
            entry.request_id.as_str().value(),
            entry.before.as_deref().value(),
            entry.after.as_deref().value(),
            u32::from(entry.layout).value(),
            entry.salt.map(|s| s.0).value(),
            personal.map(|hash| hash.to_string()).value(),
            "".value(),
        ]
    };
    bulk::insert(conn, "audit", columns, entries, cells, "").await
}

/// Reads an entry and, if it is sealed, its place and hash.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<(AuditEntry, Option<(i64, String)>), StoreError> {
    let personal = row.opt_text("personal")?;
    let entry = AuditEntry {
        layout: u8::try_from(row.int("layout")?)
            .map_err(|_| StoreError::Unreadable("layout: not a number of one".to_owned()))?,
        id: AuditId(row.uuid("id")?),
        at: row.moment("at")?,
        actor_id: row.opt_uuid("actor_id")?.map(AgentId),
        actor_name: row.text("actor")?,
        role: row.opt_word("role", Role::from_word)?,
        session_id: row.opt_uuid("session_id")?.map(SessionId),
        address: row.text("address")?,
        verb: row.text("verb")?,
        subject_kind: row.text("subject_kind")?,
        subject_id: row.text("subject_id")?,
        account_id: row.opt_uuid("account_id")?.map(AccountId),
        outcome: row.word("outcome", Outcome::from_word)?,
        reason: row.text("reason")?,
        before: row.opt_text("before_json")?,
        after: row.opt_text("after_json")?,
        salt: row.opt_uuid("salt")?.map(Salt),
        personal: personal.as_deref().map(hash).transpose()?,
        ticket_id: row.opt_uuid("ticket_id")?.map(TicketId),
        intent_key: row.opt_uuid("intent_key")?.map(IntentKey),
        request_id: row.text("request_id")?,
    };
    let place = match row.opt_int("seq")? {
        Some(seq) => Some((seq, row.text("hash")?)),
        None => None,
    };
    Ok((entry, place))
}

/// The last sealed place and hash.
///
/// # Errors
/// When the database fails.
pub async fn head(conn: &impl Conn) -> Result<Head, StoreError> {
    let sql = sql!("SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1");
    let found = sql
        .first(conn, |row| Ok((row.int("seq")?, row.text("hash")?)))
        .await?;
    match found {
        None => Ok(Head::START),
        Some((seq, hex)) => Ok(Head {
            seq,
            hash: hash(&hex)?,
        }),
    }
}

fn hash(hex: &str) -> Result<Hash, StoreError> {
    hex.parse()
        .map_err(|_| StoreError::Unreadable("hash: not 64 hexadecimal digits".to_owned()))
}

/// Gives up to `limit` waiting entries their place and hash, oldest first; gives back how many.
///
/// # Errors
/// When the database fails.
pub async fn seal(store: &Store, limit: u32) -> Result<u64, StoreError> {
    let waiting = sql!("SELECT 1 AS n FROM audit WHERE seq IS NULL LIMIT 1")
        .number(store.read())
        .await?;
    if waiting == 0 {
        return Ok(0);
    }
    let tx = store.begin().await?;
    if !store.is_sqlite() {
        // Replicas take turns; the lock ends with the transaction.
        sql!("SELECT pg_advisory_xact_lock(?) IS NULL AS locked", SEALER)
            .run(&tx)
            .await?;
    }
    let mut head = head(&tx).await?;
    let entries = sql!(
        "SELECT * FROM audit WHERE seq IS NULL ORDER BY at, id LIMIT ?",
        limit
    )
    .all(&tx, read)
    .await?;
    let mut sealed = 0;
    for (entry, _) in entries {
        let id = entry.id;
        let done = entry.seal(head);
        sql!(
            "UPDATE audit SET seq = ?, hash = ? WHERE id = ?",
            done.seq,
            done.hash.to_string(),
            id.0
        )
        .run(&tx)
        .await?;
        head = Head {
            seq: done.seq,
            hash: done.hash,
        };
        sealed += 1;
    }
    super::live::notify(store, &tx, "").await?;
    tx.commit().await?;
    Ok(sealed)
}

/// The sealed entry of one intent of a person, if it was done.
///
/// # Errors
/// When the database fails.
pub async fn of_intent(
    conn: &impl Conn,
    actor: AgentId,
    key: IntentKey,
) -> Result<Option<(AuditEntry, Option<Head>)>, StoreError> {
    let found = sql!(
        "SELECT * FROM audit WHERE intent_key = ? AND actor_id = ? AND outcome = ? ORDER BY at, id LIMIT 1",
        key.0,
        actor.0,
        Outcome::Done.word()
    )
    .first(conn, read)
    .await?;
    let Some((entry, place)) = found else {
        return Ok(None);
    };
    let head = match place {
        Some((seq, hex)) => Some(Head {
            seq,
            hash: hash(&hex)?,
        }),
        None => None,
    };
    Ok(Some((entry, head)))
}

/// Destroys the personal parts of the entries about an account, and their salts; gives back of how many. What is sealed
/// stays: a hash that tells nothing.
///
/// # Errors
/// When the database fails.
pub async fn erase(conn: &impl Conn, account: AccountId) -> Result<u64, StoreError> {
    sql!(
        "UPDATE audit SET reason = '', before_json = NULL, after_json = NULL, salt = NULL \
         WHERE account_id = ? AND layout >= 2 AND salt IS NOT NULL",
        account.0
    )
    .run(conn)
    .await
}

/// The latest checkpoint.
///
/// # Errors
/// When the database fails.
pub async fn last_checkpoint(conn: &impl Conn) -> Result<Option<(i64, Moment)>, StoreError> {
    sql!("SELECT seq, at FROM audit_checkpoints ORDER BY seq DESC LIMIT 1")
        .first(conn, |row| Ok((row.int("seq")?, row.moment("at")?)))
        .await
}

/// Keeps a checkpoint; another process may have made one for the same place.
///
/// # Errors
/// When the database fails.
pub async fn keep_checkpoint(conn: &impl Conn, checkpoint: &Checkpoint) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO audit_checkpoints (seq, at, hash, public_key, signature, pushed_at) VALUES (?, ?, ?, ?, ?, NULL) \
         ON CONFLICT (seq) DO NOTHING",
        checkpoint.seq,
        checkpoint.at,
        checkpoint.hash.to_string(),
        &checkpoint.public_key,
        &checkpoint.signature
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Checkpoints, oldest first: those that were not pushed yet, or else the latest ones.
///
/// # Errors
/// When the database fails.
pub async fn checkpoints(
    conn: &impl Conn,
    desk: &str,
    waiting: bool,
    limit: u32,
) -> Result<Vec<Checkpoint>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM (SELECT * FROM audit_checkpoints");
    if waiting {
        sql.push(" WHERE pushed_at IS NULL ORDER BY seq");
    } else {
        sql.push(" ORDER BY seq DESC");
    }
    sql.push(" LIMIT ").bind(limit).push(") latest ORDER BY seq");
    sql.all(conn, |row| {
        Ok(Checkpoint {
            desk: desk.to_owned(),
            at: row.moment("at")?,
            seq: row.int("seq")?,
            hash: hash(&row.text("hash")?)?,
            public_key: row.text("public_key")?,
            signature: row.text("signature")?,
        })
    })
    .await
}

/// Notes that a checkpoint was pushed.
///
/// # Errors
/// When the database fails.
pub async fn checkpoint_pushed(conn: &impl Conn, seq: i64, now: Moment) -> Result<(), StoreError> {
    sql!(
        "UPDATE audit_checkpoints SET pushed_at = ? WHERE seq = ?",
        now,
        seq
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// An entry of the sealed chain, or the place of one that cannot be read any more: somebody changed it.
pub type Link = Result<Sealed, (i64, String)>;

/// A stretch of the sealed chain, in order, after `seq`.
///
/// # Errors
/// When the database fails.
pub async fn sealed_after(conn: &impl Conn, seq: i64, limit: u32) -> Result<Vec<Link>, StoreError> {
    sql!(
        "SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
        seq,
        limit
    )
    .all(conn, |row| {
        let seq = row.int("seq")?;
        let sealed = read(row).and_then(|(entry, _)| {
            let hash = hash(&row.text("hash")?)?;
            Ok(Sealed { seq, hash, entry })
        });
        match sealed {
            Ok(sealed) => Ok(Ok(sealed)),
            Err(StoreError::Unreadable(why)) => Ok(Err((seq, why))),
            Err(other) => Err(other),
        }
    })
    .await
}

/// What a listing of the audit may be narrowed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct About {
    /// About whom.
    pub account: Option<AccountId>,
    /// By whom.
    pub actor: Option<AgentId>,
    /// For which ticket.
    pub ticket: Option<Uuid>,
}

fn column(field: &str) -> Column {
    match field {
        "verb" => Column::Filled(&["audit.verb"]),
        "outcome" => Column::Word("audit.outcome"),
        "actor" => Column::Person("audit.actor_id"),
        "role" => Column::Maybe("audit.role", &Column::Word("audit.role")),
        "account" => Column::Maybe(
            "audit.account_id",
            &Column::Id(&[
                "audit.account_id IN (SELECT id FROM accounts WHERE user_key = {text})",
                "audit.account_id = {id}",
            ]),
        ),
        "ticket" => Column::Maybe(
            "audit.ticket_id",
            &Column::In(
                "audit.ticket_id IN (SELECT id FROM tickets WHERE {})",
                &Column::Ticket("number"),
                "{}",
            ),
        ),
        "subject" => Column::Id(&["audit.subject_id"]),
        "at" => Column::Moment("audit.at"),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    // The audit has no free words: the query is refused before it comes here.
    free: Free::Like("({} IS NULL)"),
    default: &[("audit.at", KeyKind::Int, true)],
    id: "audit.id",
};

/// The audit, narrowed to something, as a query asks for it; newest first when it asks for no order.
#[must_use]
pub fn list(about: About, query: &Query, scope: &Scope, hash: String) -> List {
    let mut filter = Sql::new("1 = 1");
    for (column, id) in [
        ("account_id", about.account.map(|a| a.0)),
        ("actor_id", about.actor.map(|a| a.0)),
        ("ticket_id", about.ticket),
    ] {
        if let Some(id) = id {
            filter.push(" AND ").push(column).push(" = ").bind(id);
        }
    }
    let asked = filter::condition(query, &MAPPING, scope);
    if !asked.is_empty() {
        filter.push(" AND ").append(&asked);
    }
    List {
        columns: "audit.*",
        from: Sql::new("audit"),
        filter,
        keys: filter::order(query, &MAPPING, scope),
        outer: "SELECT page.* FROM {page}",
        hash,
        path: super::path::Path::Planned,
    }
}

/// How often a person did something since a moment.
///
/// # Errors
/// When the database fails.
pub async fn count_since(
    conn: &impl Conn,
    actor: AgentId,
    verb: &str,
    since: Moment,
) -> Result<u64, StoreError> {
    let n = sql!(
        "SELECT count(*) AS n FROM audit WHERE actor_id = ? AND at > ? AND verb = ?",
        actor.0,
        since,
        verb
    );
    Ok(u64::try_from(n.number(conn).await?).unwrap_or(0))
}
