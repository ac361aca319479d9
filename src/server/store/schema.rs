//! Migrations: plain SQL per dialect, embedded, applied in order, each checked against what was applied before.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use super::StoreError;

struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// All steps. A committed file is never edited: its checksum is kept in the database.
const STEPS: &[Step] = &[
    Step {
        version: 1,
        name: "foundation",
        sqlite: include_str!("migrations/sqlite/0001_foundation.sql"),
        postgres: include_str!("migrations/postgres/0001_foundation.sql"),
    },
    Step {
        version: 2,
        name: "import bad rows",
        sqlite: include_str!("migrations/sqlite/0002_import_bad_rows.sql"),
        postgres: include_str!("migrations/postgres/0002_import_bad_rows.sql"),
    },
    Step {
        version: 3,
        name: "folded keys",
        sqlite: include_str!("migrations/sqlite/0003_folded_keys.sql"),
        postgres: include_str!("migrations/postgres/0003_folded_keys.sql"),
    },
    Step {
        version: 4,
        name: "list orders",
        sqlite: include_str!("migrations/sqlite/0004_list_orders.sql"),
        postgres: include_str!("migrations/postgres/0004_list_orders.sql"),
    },
    Step {
        version: 5,
        name: "logs by time",
        sqlite: include_str!("migrations/sqlite/0005_logs_by_time.sql"),
        postgres: include_str!("migrations/postgres/0005_logs_by_time.sql"),
    },
    Step {
        version: 6,
        name: "token desk",
        sqlite: include_str!("migrations/sqlite/0006_token_desk.sql"),
        postgres: include_str!("migrations/postgres/0006_token_desk.sql"),
    },
    Step {
        version: 7,
        name: "sign-ins and evidence",
        sqlite: include_str!("migrations/sqlite/0007_sign_ins_and_evidence.sql"),
        postgres: include_str!("migrations/postgres/0007_sign_ins_and_evidence.sql"),
    },
    Step {
        version: 8,
        name: "tickets",
        sqlite: include_str!("migrations/sqlite/0008_tickets.sql"),
        postgres: include_str!("migrations/postgres/0008_tickets.sql"),
    },
    Step {
        version: 9,
        name: "clocks",
        sqlite: include_str!("migrations/sqlite/0009_clocks.sql"),
        postgres: include_str!("migrations/postgres/0009_clocks.sql"),
    },
    Step {
        version: 10,
        name: "ticket parts",
        sqlite: include_str!("migrations/sqlite/0010_ticket_parts.sql"),
        postgres: include_str!("migrations/postgres/0010_ticket_parts.sql"),
    },
    Step {
        version: 11,
        name: "drafts",
        sqlite: include_str!("migrations/sqlite/0011_drafts.sql"),
        postgres: include_str!("migrations/postgres/0011_drafts.sql"),
    },
    Step {
        version: 12,
        name: "desk orders",
        sqlite: include_str!("migrations/sqlite/0012_desk_orders.sql"),
        postgres: include_str!("migrations/postgres/0012_desk_orders.sql"),
    },
    Step {
        version: 13,
        name: "plans of nouns",
        sqlite: include_str!("migrations/sqlite/0013_plans_of_nouns.sql"),
        postgres: include_str!("migrations/postgres/0013_plans_of_nouns.sql"),
    },
    Step {
        version: 14,
        name: "desk walks",
        sqlite: include_str!("migrations/sqlite/0014_desk_walks.sql"),
        postgres: include_str!("migrations/postgres/0014_desk_walks.sql"),
    },
];

fn migrator(text: impl Fn(&Step) -> &'static str) -> Migrator {
    let steps = STEPS
        .iter()
        .map(|step| {
            let sql = AssertSqlSafe(text(step)).into_sql_str();
            Migration::new(
                step.version,
                Cow::Borrowed(step.name),
                MigrationType::Simple,
                sql,
                false,
            )
        })
        .collect();
    Migrator::with_migrations(steps)
}

/// Brings a SQLite database to this build's schema.
///
/// # Errors
/// [`StoreError::Newer`] when the database was written by a newer build.
pub async fn migrate_sqlite(pool: &sqlx::SqlitePool) -> Result<(), StoreError> {
    migrator(|s| s.sqlite).run(pool).await.map_err(refused)
}

/// Brings a PostgreSQL database to this build's schema; replicas that start at once wait for each other.
///
/// # Errors
/// As [`migrate_sqlite`].
pub async fn migrate_postgres(pool: &sqlx::PgPool) -> Result<(), StoreError> {
    let before = sqlx::query_scalar::<_, Option<i64>>("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(pool)
        .await
        .ok()
        .flatten();
    migrator(|s| s.postgres).run(pool).await.map_err(refused)?;
    // A table that a step wrote anew has no statistics of the new column and no map of what all can see, and nothing else
    // would make them: lists of the whole desk stay inside their indexes only with both.
    if before.is_some_and(|version| version < TOKENS_WRITTEN_ANEW) {
        sqlx::query("VACUUM (ANALYZE) tokens")
            .execute(pool)
            .await
            .map_err(super::connect::classify_sqlx)?;
    }
    Ok(())
}

/// The last step that writes the tokens anew on PostgreSQL.
const TOKENS_WRITTEN_ANEW: i64 = 14;

fn refused(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer(version),
        MigrateError::VersionMismatch(version) => StoreError::Open(format!(
            "schema step {version} in the database is not the one this build knows"
        )),
        MigrateError::Execute(error) => super::connect::classify_sqlx(error),
        other => StoreError::Open(other.to_string()),
    }
}
