//! Files that hang on tickets: what they are, and, where they are kept in the database, their contents in pieces.

use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::{AgentId, AttachmentId, MessageId, TicketId};
use crate::domain::ticket::{AuthorKind, Visibility};
use crate::domain::time::Moment;
use crate::sql;

/// A file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Identifier.
    pub id: AttachmentId,
    /// On which ticket.
    pub ticket: TicketId,
    /// The message that it belongs to.
    pub message: Option<MessageId>,
    /// Its name, without any path.
    pub name: String,
    /// What it is, told by its content.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Who brought it.
    pub by: AgentId,
    /// Employee id and name.
    pub by_label: String,
    /// On which side of the desk they stand.
    pub by_kind: AuthorKind,
    /// When.
    pub at: Moment,
    /// What the scanner said.
    pub scan: String,
}

fn read(row: &Row) -> Result<AttachmentRow, StoreError> {
    Ok(AttachmentRow {
        id: AttachmentId(row.uuid("id")?),
        ticket: TicketId(row.uuid("ticket_id")?),
        message: row.opt_uuid("message_id")?.map(MessageId),
        name: row.text("name")?,
        media_type: row.text("media_type")?,
        size: u64::try_from(row.int("size")?).unwrap_or(0),
        sha256: row.text("sha256")?,
        visibility: row.word("visibility", Visibility::from_word)?,
        by: AgentId(row.uuid("by_id")?),
        by_label: row.text("by_label")?,
        by_kind: row.word("by_kind", AuthorKind::from_word)?,
        at: row.moment("at")?,
        scan: row.text("scan")?,
    })
}

/// Writes what a file is.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &impl Conn, a: &AttachmentRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO attachments (id, ticket_id, message_id, name, media_type, size, sha256, visibility, by_id, by_label, \
         by_kind, at, scan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        a.id.0,
        a.ticket.0,
        a.message.map(|m| m.0),
        &a.name,
        &a.media_type,
        i64::try_from(a.size).unwrap_or(i64::MAX),
        &a.sha256,
        a.visibility.word(),
        a.by.0,
        &a.by_label,
        a.by_kind.word(),
        a.at,
        &a.scan
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// One file that was not taken off.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: AttachmentId) -> Result<Option<AttachmentRow>, StoreError> {
    sql!(
        "SELECT * FROM attachments WHERE id = ? AND retired_at IS NULL",
        id.0
    )
    .first(conn, read)
    .await
}

/// The files of these tickets, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_tickets(
    conn: &impl Conn,
    tickets: &[TicketId],
    public: bool,
) -> Result<Vec<AttachmentRow>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM attachments WHERE ticket_id IN (");
    sql.bind_all(tickets.iter().map(|t| t.0))
        .push(") AND retired_at IS NULL");
    if public {
        sql.push(" AND visibility = 'public'");
    }
    sql.push(" ORDER BY at, id LIMIT 1000");
    sql.all(conn, read).await
}

/// All files of a ticket together, in bytes.
///
/// # Errors
/// When the database fails.
pub async fn bytes_of(conn: &impl Conn, ticket: TicketId) -> Result<u64, StoreError> {
    let n = sql!(
        "SELECT CAST(COALESCE(sum(size), 0) AS BIGINT) AS n FROM attachments WHERE ticket_id = ? AND retired_at IS NULL",
        ticket.0
    )
    .number(conn)
    .await?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// Makes a file part of a message. `false`: it is of another ticket, belongs to a message already, or is somebody else's.
///
/// # Errors
/// When the database fails.
pub async fn bind(
    conn: &impl Conn,
    id: AttachmentId,
    (ticket, message): (TicketId, MessageId),
    by: AgentId,
    visibility: Visibility,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE attachments SET message_id = ?, visibility = ? WHERE id = ? AND ticket_id = ? AND by_id = ? \
         AND message_id IS NULL AND retired_at IS NULL",
        message.0,
        visibility.word(),
        id.0,
        ticket.0,
        by.0
    );
    Ok(sql.run(conn).await? == 1)
}

/// Takes a file off its ticket. What it was stays known.
///
/// # Errors
/// When the database fails.
pub async fn retire(conn: &impl Conn, id: AttachmentId, now: Moment) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE attachments SET retired_at = ? WHERE id = ? AND retired_at IS NULL",
        now,
        id.0
    );
    Ok(sql.run(conn).await? == 1)
}

/// Writes a piece of a content.
///
/// # Errors
/// When the database fails.
pub async fn put_part(
    conn: &impl Conn,
    id: AttachmentId,
    n: i64,
    bytes: &[u8],
    now: Moment,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO attachment_parts (attachment_id, n, at, bytes) VALUES (?, ?, ?, ?)",
        id.0,
        n,
        now,
        bytes
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// A piece of a content.
///
/// # Errors
/// When the database fails.
pub async fn get_part(conn: &impl Conn, id: AttachmentId, n: i64) -> Result<Option<Vec<u8>>, StoreError> {
    sql!(
        "SELECT bytes FROM attachment_parts WHERE attachment_id = ? AND n = ?",
        id.0,
        n
    )
    .first(conn, |row| row.bytes("bytes"))
    .await
}

/// Forgets a content.
///
/// # Errors
/// When the database fails.
pub async fn drop_parts(conn: &impl Conn, id: AttachmentId) -> Result<(), StoreError> {
    sql!("DELETE FROM attachment_parts WHERE attachment_id = ?", id.0)
        .run(conn)
        .await
        .map(|_| ())
}

/// The place among the pieces of a content that only says that it is on its way.
pub const EXPECTED: i64 = -1;

/// A content has become a file: it is no longer on its way.
///
/// # Errors
/// When the database fails.
pub async fn arrived(conn: &impl Conn, id: AttachmentId) -> Result<(), StoreError> {
    sql!(
        "DELETE FROM attachment_parts WHERE attachment_id = ? AND n = ?",
        id.0,
        EXPECTED
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Contents from before `before` that never became a file, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn strays(conn: &impl Conn, before: Moment, limit: u32) -> Result<Vec<AttachmentId>, StoreError> {
    sql!(
        "SELECT DISTINCT attachment_id FROM attachment_parts WHERE at < ? AND NOT EXISTS \
         (SELECT 1 FROM attachments a WHERE a.id = attachment_parts.attachment_id) LIMIT ?",
        before,
        limit
    )
    .all(conn, |row| row.uuid("attachment_id").map(AttachmentId))
    .await
}
