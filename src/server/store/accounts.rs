//! Accounts: rows and look-ups. Ranking is a rule and lives in [`crate::domain::lookup`].

use super::{Conn, Row, Sql, StoreError};
use crate::domain::account::{Account, Address};
use crate::domain::id::AccountId;
use crate::domain::lookup::name_key;
use crate::domain::query::fold;
use crate::sql;

/// Reads an account.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: AccountId(row.uuid("id")?),
        user_id: row.text("user_id")?,
        first_name: row.text("first_name")?,
        last_name: row.text("last_name")?,
        email: row.text("email")?,
        mobile: row.text("mobile")?,
        address: Address {
            street: row.text("street")?,
            city: row.text("city")?,
            state: row.text("state")?,
            zip: row.text("zip")?,
        },
        created_at: row.moment("created_at")?,
        version: row.int("version")?,
    })
}

/// The last four digits of a number, as look-ups compare them; empty when it has fewer.
#[must_use]
pub fn last4(mobile: &str) -> String {
    let digits: Vec<char> = mobile.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 4 {
        String::new()
    } else {
        digits[digits.len() - 4..].iter().collect()
    }
}

/// Writes a new account and makes its names known to typo look-ups.
///
/// # Errors
/// [`StoreError::Taken`] when the partner identifier or the e-mail address exists.
pub async fn insert(conn: &impl Conn, account: &Account) -> Result<(), StoreError> {
    let (first, last) = (name_key(&account.first_name), name_key(&account.last_name));
    sql!(
        "INSERT INTO accounts (id, user_id, first_name, last_name, email, email_key, mobile, mobile_last4, street, city, \
         state, zip, first_key, last_key, created_at, version, user_key) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        account.id.0,
        &account.user_id,
        &account.first_name,
        &account.last_name,
        &account.email,
        account.email.to_lowercase(),
        &account.mobile,
        last4(&account.mobile),
        &account.address.street,
        &account.address.city,
        &account.address.state,
        &account.address.zip,
        first.as_str(),
        last.as_str(),
        account.created_at,
        account.version,
        fold(&account.user_id)
    )
    .run(conn)
    .await?;
    for (part, key) in [("first", first), ("last", last)] {
        if !key.is_empty() {
            sql!("INSERT INTO name_keys (part, name_key) VALUES (?, ?) ON CONFLICT (part, name_key) DO NOTHING", part, key)
                .run(conn)
                .await?;
        }
    }
    Ok(())
}

/// One account.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: AccountId) -> Result<Option<Account>, StoreError> {
    sql!("SELECT * FROM accounts WHERE id = ?", id.0)
        .first(conn, read)
        .await
}

/// The account that the partner knows by this identifier.
///
/// # Errors
/// When the database fails.
pub async fn by_user_id(conn: &impl Conn, user_id: &str) -> Result<Option<AccountId>, StoreError> {
    sql!("SELECT id FROM accounts WHERE user_id = ?", user_id)
        .first(conn, |row| row.uuid("id").map(AccountId))
        .await
}

/// Holds an account until the transaction ends: others who hold it wait.
///
/// # Errors
/// When the database fails.
pub async fn hold(conn: &impl Conn, id: AccountId) -> Result<(), StoreError> {
    sql!("UPDATE accounts SET version = version WHERE id = ?", id.0)
        .run(conn)
        .await
        .map(|_| ())
}

/// Addresses of [`Wanted::Emails`] are filled up to a multiple of so many.
const EMAILS: usize = 512;

/// How accounts are looked for. Keys are folded as the columns are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The whole address, in lower case.
    Email(String),
    /// One of these whole addresses, in lower case.
    Emails(Vec<String>),
    /// The beginning of an address, in lower case.
    EmailPrefix(String),
    /// The beginning of an address and the fewest and most characters that it has in all.
    EmailAbout(String, u32, u32),
    /// The number in E.164.
    Mobile(String),
    /// The last four digits.
    MobileLast4(String),
    /// The partner's identifier, without case.
    UserId(String),
    /// Given and family name begin with these keys; either may be empty.
    NamePrefix(String, String),
    /// Given and family name are among these; an empty list does not narrow.
    Names(Vec<String>, Vec<String>),
    /// The given or the family name is among these.
    AnyName(Vec<String>),
}

/// Accounts that fit, in a steady order, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn search(conn: &impl Conn, wanted: &Wanted, limit: u32) -> Result<Vec<Account>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM accounts WHERE ");
    match wanted {
        Wanted::Email(key) => {
            sql.push("email_key <> '' AND email_key = ").bind(key);
        }
        Wanted::Emails(keys) => {
            // filled up to a few lengths, so that the database knows the statement
            let more = keys.len().next_multiple_of(EMAILS) - keys.len();
            let fill = keys.first().into_iter().cycle().take(more);
            sql.push("email_key <> '' AND email_key IN (")
                .bind_all(keys.iter().chain(fill))
                .push(")");
        }
        Wanted::EmailPrefix(key) => {
            sql.push("email_key <> '' AND ");
            prefix(&mut sql, "email_key", key);
        }
        Wanted::EmailAbout(key, shortest, longest) => {
            sql.push("email_key <> '' AND ");
            prefix(&mut sql, "email_key", key);
            sql.push(" AND length(email_key) BETWEEN ").bind(*shortest);
            sql.push(" AND ").bind(*longest);
        }
        Wanted::Mobile(number) => {
            sql.push("mobile = ").bind(number);
        }
        Wanted::MobileLast4(digits) => {
            sql.push("mobile_last4 = ").bind(digits);
        }
        Wanted::UserId(id) => {
            sql.push("user_key = ").bind(fold(id));
        }
        Wanted::NamePrefix(first, last) => {
            prefix(&mut sql, "last_key", last);
            sql.push(" AND ");
            prefix(&mut sql, "first_key", first);
        }
        Wanted::Names(first, last) => {
            sql.push("1 = 1");
            for (column, keys) in [("last_key", last), ("first_key", first)] {
                if !keys.is_empty() {
                    sql.push(" AND ")
                        .push(column)
                        .push(" IN (")
                        .bind_all(keys.iter())
                        .push(")");
                }
            }
        }
        Wanted::AnyName(keys) => {
            sql.push("id IN (SELECT id FROM accounts WHERE last_key IN (")
                .bind_all(keys.iter());
            sql.push(") UNION SELECT id FROM accounts WHERE first_key IN (")
                .bind_all(keys.iter())
                .push("))");
        }
    }
    // In the order of the index that finds them: the shortest of what begins alike, which is what fits best, comes first.
    sql.push(match wanted {
        Wanted::Emails(_) | Wanted::EmailPrefix(_) | Wanted::EmailAbout(..) => " ORDER BY email_key, id",
        Wanted::NamePrefix(first, last) if last.is_empty() && !first.is_empty() => {
            " ORDER BY first_key, last_key, id"
        }
        _ => " ORDER BY last_key, first_key, id",
    });
    sql.push(" LIMIT ").bind(limit);
    sql.all(conn, read).await
}

/// Every key that begins with this one, as a range that an index answers.
fn prefix(sql: &mut Sql, column: &str, key: &str) {
    if key.is_empty() {
        sql.push("1 = 1");
        return;
    }
    sql.push("(")
        .push(column)
        .push(" >= ")
        .bind(key)
        .push(" AND ")
        .push(column)
        .push(" < ");
    sql.bind(format!("{key}\u{10ffff}")).push(")");
}

/// The accounts of these identifiers, in no particular order; those that are not there are left out.
///
/// # Errors
/// When the database fails.
pub async fn find_all(conn: &impl Conn, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT * FROM accounts WHERE id IN (");
    sql.bind_all(ids.iter().map(|id| id.0)).push(")");
    sql.all(conn, read).await
}

/// All distinct keys of given (`first`) or family (`last`) names with between `shortest` and `longest` characters.
///
/// # Errors
/// When the database fails.
pub async fn known_names(
    conn: &impl Conn,
    part: &str,
    shortest: u32,
    longest: u32,
) -> Result<Vec<String>, StoreError> {
    sql!(
        "SELECT name_key FROM name_keys WHERE part = ? AND length(name_key) BETWEEN ? AND ?",
        part,
        shortest,
        longest
    )
    .all(conn, |row| row.text("name_key"))
    .await
}

/// Tickets of an account that are not closed.
///
/// # Errors
/// When the database fails.
pub async fn open_tickets(conn: &impl Conn, id: AccountId) -> Result<u64, StoreError> {
    let n = sql!(
        "SELECT count(*) AS n FROM tickets WHERE account_id = ? AND status <> 'closed'",
        id.0
    );
    Ok(u64::try_from(n.number(conn).await?).unwrap_or(0))
}
