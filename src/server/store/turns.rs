//! Taking turns, where what is written depends on what was counted before.

use super::{Conn, Store, StoreError};
use crate::sql;

/// Waits until nobody else has this in hand, and has it until the transaction ends. SQLite has one writer anyway.
///
/// # Errors
/// When the database fails.
pub async fn hold(store: &Store, conn: &impl Conn, what: &str) -> Result<(), StoreError> {
    if !store.is_sqlite() {
        sql!(
            "SELECT pg_advisory_xact_lock(hashtext(?)) IS NULL AS locked",
            what
        )
        .run(conn)
        .await?;
    }
    Ok(())
}
