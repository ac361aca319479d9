//! Words of tickets and messages, as each database looks them up: an FTS5 table in SQLite, a `tsvector` in PostgreSQL. Both
//! get the same words from [`crate::domain::query::words`], so that they find the same as the language means; what is
//! written is found by the next statement.

use sea_orm::DbBackend;
use uuid::Uuid;

use super::sql::Bind as _;
use super::{Conn, Sql, StoreError, bulk};
use crate::domain::id::{MessageId, TicketId};
use crate::domain::query::words;
use crate::domain::ticket::ticket_number;
use crate::sql;

/// A list looks into this many of the newest documents that hold its words.
pub const LOOKED_INTO: i64 = 10_000;
/// Stands between two texts of one document, so that no phrase runs from one into the next.
const GAP: char = '\u{e0ff}';
/// Longest word that is told apart, in characters.
const LONGEST: usize = 400;
/// Furthest place that PostgreSQL tells apart.
const FURTHEST: usize = 16_383;

/// A word with nothing in it that either database would split, fold or quote: ASCII signs become characters of the private
/// use area.
fn plain(word: &str) -> String {
    word.chars()
        .take(LONGEST)
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || !c.is_ascii() => c,
            c => char::from_u32(0xe000 + u32::from(c)).unwrap_or(GAP),
        })
        .collect()
}

/// The words of a document, in order.
fn sequence(texts: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            all.push(GAP.to_string());
        }
        all.extend(words(text).iter().map(|word| plain(word)));
    }
    all
}

/// The words of a document as PostgreSQL writes a `tsvector`.
fn vector(sequence: &[String]) -> String {
    let mut text = String::new();
    for (i, word) in sequence.iter().enumerate() {
        text.push_str(&format!("'{word}':{} ", (i + 1).min(FURTHEST)));
    }
    text
}

/// The words of a needle, and whether the last one may go on.
fn asked(needle: &str) -> (Vec<String>, bool) {
    (
        needle.split_whitespace().map(plain).collect(),
        !needle.ends_with(' '),
    )
}

fn match_lite(needles: &[String]) -> String {
    let parts: Vec<String> = needles
        .iter()
        .map(|needle| {
            let (words, goes_on) = asked(needle);
            format!("\"{}\"{}", words.join(" "), if goes_on { " *" } else { "" })
        })
        .collect();
    parts.join(" AND ")
}

fn match_postgres(needles: &[String]) -> String {
    let parts: Vec<String> = needles
        .iter()
        .map(|needle| {
            let (words, goes_on) = asked(needle);
            let mut quoted: Vec<String> = words.iter().map(|w| format!("'{w}'")).collect();
            if let Some(last) = quoted.last_mut().filter(|_| goes_on) {
                last.push_str(":*");
            }
            format!("({})", quoted.join(" <-> "))
        })
        .collect();
    parts.join(" & ")
}

/// The newest documents that hold all of these needles: their places.
fn places(needles: &[String], most: i64) -> Sql {
    let lite = sql!(
        "SELECT rowid FROM ticket_words WHERE ticket_words MATCH ? ORDER BY rowid DESC LIMIT ?",
        match_lite(needles),
        most
    );
    let postgres = sql!(
        "SELECT n FROM search_docs WHERE words @@ CAST(? AS tsquery) ORDER BY n DESC LIMIT ?",
        match_postgres(needles),
        most
    );
    let mut sql = Sql::default();
    sql.either(&lite, &postgres);
    sql
}

/// The condition on `tickets t` under which one of its documents holds all of these needles.
#[must_use]
pub fn in_documents(needles: &[String]) -> Sql {
    let mut sql = Sql::new("t.id IN (SELECT d.ticket_id FROM search_docs d WHERE d.n IN (");
    sql.append(&places(needles, LOOKED_INTO)).push("))");
    sql
}

/// A document that holds what was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doc {
    /// Whose.
    pub ticket: TicketId,
    /// Which message; `None`: the ticket's own words.
    pub message: Option<MessageId>,
}

/// The newest documents that hold all of these needles, newest first, of tickets for which `condition` on `tickets t` holds;
/// and whether there are more with these words.
///
/// # Errors
/// When the database fails.
pub async fn newest(
    conn: &impl Conn,
    needles: &[String],
    condition: &Sql,
    most: i64,
) -> Result<(Vec<Doc>, bool), StoreError> {
    let mut sql = Sql::new("SELECT d.n, d.ticket_id, d.message_id, (CASE WHEN 1 = 1");
    if !condition.is_empty() {
        sql.push(" AND ").append(condition);
    }
    sql.push(
        " THEN 1 ELSE 0 END) AS fits FROM search_docs d JOIN tickets t ON t.id = d.ticket_id WHERE d.n IN (",
    );
    sql.append(&places(needles, most + 1)).push(") ORDER BY d.n DESC");
    let mut found = sql
        .all(conn, |row| {
            let doc = Doc {
                ticket: TicketId(row.uuid("ticket_id")?),
                message: row.opt_uuid("message_id")?.map(MessageId),
            };
            Ok((doc, row.int("fits")? == 1))
        })
        .await?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let docs = found.into_iter().filter(|(_, fits)| *fits).map(|(doc, _)| doc);
    Ok((docs.collect(), more))
}

/// Makes the words of a message findable.
///
/// # Errors
/// When the database fails.
pub async fn add_message(
    conn: &impl Conn,
    ticket: TicketId,
    message: MessageId,
    internal: bool,
    body: &str,
) -> Result<(), StoreError> {
    add(conn, (ticket, Some(message)), internal, &sequence(&[body])).await
}

/// Makes a ticket's own words findable: number, subject, description, tags.
///
/// # Errors
/// When the database fails.
pub async fn add_ticket(
    conn: &impl Conn,
    ticket: TicketId,
    number: i64,
    (subject, description): (&str, &str),
    tags: &[String],
) -> Result<(), StoreError> {
    let sequence = ticket_sequence(number, subject, description, tags);
    add(conn, (ticket, None), false, &sequence).await
}

fn ticket_sequence(number: i64, subject: &str, description: &str, tags: &[String]) -> Vec<String> {
    let number = ticket_number(number);
    let mut texts = vec![number.as_str(), subject, description];
    texts.extend(tags.iter().map(String::as_str));
    sequence(&texts)
}

async fn add(
    conn: &impl Conn,
    (ticket, message): (TicketId, Option<MessageId>),
    internal: bool,
    sequence: &[String],
) -> Result<(), StoreError> {
    if conn.get_database_backend() == DbBackend::Sqlite {
        let n = sql!(
            "INSERT INTO search_docs (ticket_id, message_id, internal) VALUES (?, ?, ?) RETURNING n",
            ticket.0,
            message.map(|m| m.0),
            internal
        )
        .number(conn)
        .await?;
        let words = sequence.join(" ");
        sql!("INSERT INTO ticket_words (rowid, words) VALUES (?, ?)", n, words)
            .run(conn)
            .await?;
    } else {
        sql!(
            "INSERT INTO search_docs (ticket_id, message_id, internal, words) VALUES (?, ?, ?, CAST(? AS tsvector))",
            ticket.0,
            message.map(|m| m.0),
            internal,
            vector(sequence)
        )
        .run(conn)
        .await?;
    }
    Ok(())
}

/// Forgets a ticket's own words: they are written anew.
///
/// # Errors
/// When the database fails.
pub async fn forget_ticket(conn: &impl Conn, ticket: TicketId) -> Result<(), StoreError> {
    if conn.get_database_backend() == DbBackend::Sqlite {
        sql!(
            "DELETE FROM ticket_words WHERE rowid IN (SELECT n FROM search_docs WHERE ticket_id = ? AND message_id IS NULL)",
            ticket.0
        )
        .run(conn)
        .await?;
    }
    sql!(
        "DELETE FROM search_docs WHERE ticket_id = ? AND message_id IS NULL",
        ticket.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// A document to be made findable with many others.
#[derive(Debug, Clone)]
pub struct NewDoc {
    ticket: TicketId,
    message: Option<Uuid>,
    internal: bool,
    sequence: Vec<String>,
}

impl NewDoc {
    /// A ticket's own words.
    #[must_use]
    pub fn of_ticket(ticket: TicketId, number: i64, subject: &str, description: &str) -> Self {
        Self {
            ticket,
            message: None,
            internal: false,
            sequence: ticket_sequence(number, subject, description, &[]),
        }
    }

    /// A message's words.
    #[must_use]
    pub fn of_message(ticket: TicketId, message: Uuid, internal: bool, body: &str) -> Self {
        Self {
            ticket,
            message: Some(message),
            internal,
            sequence: sequence(&[body]),
        }
    }
}

/// Makes many documents findable, in their order.
///
/// # Errors
/// When the database fails.
pub async fn add_all(conn: &impl Conn, docs: &[NewDoc]) -> Result<(), StoreError> {
    if conn.get_database_backend() == DbBackend::Sqlite {
        let first = Sql::new("SELECT COALESCE(max(n), 0) + 1 AS n FROM search_docs")
            .number(conn)
            .await?;
        let rows: Vec<(i64, &NewDoc)> = (first..).zip(docs).collect();
        let cells = |(n, d): &(i64, &NewDoc)| {
            [
                n.value(),
                d.ticket.0.value(),
                d.message.value(),
                d.internal.value(),
            ]
        };
        let columns = ["n", "ticket_id", "message_id", "internal"];
        bulk::insert(conn, "search_docs", columns, &rows, cells, "").await?;
        let cells = |(n, d): &(i64, &NewDoc)| [n.value(), d.sequence.join(" ").value()];
        return bulk::insert(conn, "ticket_words", ["rowid", "words"], &rows, cells, "").await;
    }
    for some in docs.chunks(1_000) {
        let mut sql = Sql::new("INSERT INTO search_docs (ticket_id, message_id, internal, words) VALUES ");
        for (i, d) in some.iter().enumerate() {
            sql.push(if i == 0 { "(" } else { ", (" })
                .bind(d.ticket.0)
                .push(", ")
                .bind(d.message)
                .push(", ")
                .bind(d.internal)
                .push(", CAST(")
                .bind(vector(&d.sequence))
                .push(" AS tsvector))");
        }
        sql.run(conn).await?;
    }
    Ok(())
}

/// Whether rows from before the search wait to be made findable.
///
/// # Errors
/// When the database fails.
pub async fn waits(conn: &impl Conn) -> Result<bool, StoreError> {
    let n = sql!("SELECT value AS n FROM counters WHERE name = 'search_backfill'")
        .number(conn)
        .await?;
    Ok(n == 1)
}

/// Makes some tickets from before the search findable, with their messages. `false`: there were none left.
///
/// # Errors
/// When the database fails.
pub async fn backfill(conn: &impl Conn, most: u32) -> Result<bool, StoreError> {
    // Replicas that start at once wait for each other here.
    sql!("UPDATE counters SET value = value WHERE name = 'search_backfill'")
        .run(conn)
        .await?;
    let found = sql!(
        "SELECT t.id, t.number, t.subject, t.description FROM tickets t WHERE NOT EXISTS \
         (SELECT 1 FROM search_docs d WHERE d.ticket_id = t.id AND d.message_id IS NULL) ORDER BY t.number LIMIT ?",
        most
    )
    .all(conn, |row| {
        let id = TicketId(row.uuid("id")?);
        let (subject, description) = (row.text("subject")?, row.text("description")?);
        Ok(NewDoc::of_ticket(id, row.int("number")?, &subject, &description))
    })
    .await?;
    if found.is_empty() {
        sql!("UPDATE counters SET value = 0 WHERE name = 'search_backfill'")
            .run(conn)
            .await?;
        return Ok(false);
    }
    let mut sql = Sql::new(
        "SELECT m.id, m.ticket_id, m.visibility, m.body FROM messages m WHERE NOT EXISTS \
         (SELECT 1 FROM search_docs d WHERE d.ticket_id = m.ticket_id AND d.message_id = m.id) AND m.ticket_id IN (",
    );
    sql.bind_all(found.iter().map(|d| d.ticket.0))
        .push(") ORDER BY m.at, m.id");
    let messages = sql
        .all(conn, |row| {
            let internal = row.text("visibility")? == "internal";
            let ticket = TicketId(row.uuid("ticket_id")?);
            Ok(NewDoc::of_message(
                ticket,
                row.uuid("id")?,
                internal,
                &row.text("body")?,
            ))
        })
        .await?;
    add_all(conn, &found).await?;
    add_all(conn, &messages).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::needle;

    #[test]
    fn words_lose_what_a_database_would_read_as_its_own() {
        assert_eq!(plain("o'malley"), "o\u{e027}malley");
        assert_eq!(plain("кофе"), "кофе");
        let needles: Vec<String> = [("o'malley's \"x\\", true), ("off", false)]
            .iter()
            .filter_map(|(text, phrase)| needle(text, *phrase))
            .collect();
        let lite = match_lite(&needles);
        assert!(lite.starts_with('"') && lite.ends_with("\"off\" *"), "{lite}");
        assert_eq!(lite.matches('"').count(), 4, "{lite}");
        let postgres = match_postgres(&needles);
        assert!(
            postgres.ends_with("& ('off':*)") && postgres.contains("<->"),
            "{postgres}"
        );
        assert_eq!(postgres.matches('\'').count(), 6, "{postgres}");
    }
}
