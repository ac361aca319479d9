//! The database below the rules: both dialects hold the same, and what is wrong with a database is said in words.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::{Connection as _, Executor as _};
use tokendesk::server::store::{Store, StoreError};
use tokendesk::sql;

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

async fn refused(address: &str) -> StoreError {
    match Store::open(address).await {
        Ok(_) => panic!("{address} was opened"),
        Err(error) => error,
    }
}

/// Every column as `table.column type null`, with the types of both dialects under one name, and every named index.
async fn shape(store: &Store) -> BTreeSet<String> {
    let (columns, indexes) = if store.is_sqlite() {
        (
            sql!(
                "SELECT m.name AS t, p.name AS c, p.type AS kind, p.\"notnull\" = 0 AND p.pk = 0 AS empty \
                 FROM sqlite_master m, pragma_table_xinfo(m.name) p WHERE m.type = 'table' AND p.hidden <> 1 \
                 AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\'"
            ),
            sql!(
                "SELECT name AS i, tbl_name AS t FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            ),
        )
    } else {
        (
            sql!(
                "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS kind, \
                 (CASE WHEN is_nullable = 'YES' THEN 1 ELSE 0 END)::bigint AS empty FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx%'"
            ),
            sql!(
                "SELECT indexname::text AS i, tablename::text AS t FROM pg_indexes WHERE schemaname = current_schema() \
                 AND tablename NOT LIKE '\\_sqlx%' AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            ),
        )
    };
    let columns = columns.all(store.read(), |row| {
        let kind = match row.text("kind")?.to_ascii_lowercase().as_str() {
            "blob" | "uuid" | "bytea" => "id".to_owned(),
            // what is computed from other columns needs few bits
            "integer" | "bigint" | "smallint" => "int".to_owned(),
            other => other.to_owned(),
        };
        let empty = if row.int("empty")? == 1 { " or none" } else { "" };
        Ok(format!("{}.{} {kind}{empty}", row.text("t")?, row.text("c")?))
    });
    let mut shape: BTreeSet<String> = columns.await.expect("the columns").into_iter().collect();
    let indexes = indexes.all(store.read(), |row| {
        Ok(format!("index {} on {}", row.text("i")?, row.text("t")?))
    });
    shape.extend(indexes.await.expect("the indexes"));
    shape
}

#[tokio::test]
async fn both_dialects_hold_the_same_tables_columns_and_indexes() {
    let dir = tempfile::tempdir().expect("a folder");
    let sqlite = Store::open(&address(&dir.path().join("desk.db")))
        .await
        .expect("a database");
    let ours = shape(&sqlite).await;
    assert!(
        ours.contains("tokens.expires_at int or none") && ours.contains("tokens.account_id id"),
        "{ours:#?}"
    );
    let Some(server) = super::harness::postgres() else {
        return;
    };
    let name = format!("tokendesk_shape_{}", uuid::Uuid::now_v7().simple());
    let admin = |command: String| {
        let server = server.clone();
        async move {
            let mut connection = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL");
            connection
                .execute(sqlx::AssertSqlSafe(command))
                .await
                .expect("a database");
        }
    };
    admin(format!("CREATE DATABASE {name}")).await;
    let (head, _) = server.rsplit_once('/').expect("an address with a database");
    let postgres = Store::open(&format!("{head}/{name}")).await.expect("a database");
    let theirs = shape(&postgres).await;
    postgres.close().await;
    admin(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    // Words are looked up by what each database has for that: a table of its own, or a column.
    let own = |name: &&String| {
        [
            "ticket_words",
            "sqlite_sequence",
            "search_docs.words ",
            "index search_docs_by_words ",
        ]
        .iter()
        .any(|start| name.starts_with(start))
    };
    let apart: Vec<_> = ours
        .symmetric_difference(&theirs)
        .filter(|name| !own(name))
        .collect();
    assert!(apart.is_empty(), "only in one of them: {apart:#?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_database_is_for_its_owner_alone_with_all_that_stands_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&address(&dir.path().join("desk.db")))
        .await
        .expect("a database");
    let mut seen = 0;
    for file in std::fs::read_dir(dir.path()).expect("a folder") {
        let file = file.expect("a file");
        let mode = file.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
        seen += 1;
    }
    assert!(seen >= 2, "the database and its journal");
    store.close().await;
}

#[tokio::test]
async fn a_database_that_is_none_or_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let nowhere = dir.path().join("no-such-folder").join("desk.db");
    let error = refused(&address(&nowhere)).await;
    assert!(matches!(error, StoreError::Open(_)), "{error:?}");
    assert!(error.to_string().contains("no-such-folder"), "{error}");
    let folder = refused(&address(dir.path())).await;
    assert!(matches!(folder, StoreError::Open(_)), "{folder:?}");
    let junk = dir.path().join("junk.db");
    std::fs::write(
        &junk,
        "this is no database at all, only some text of a fair length".repeat(40),
    )
    .expect("a file");
    let error = refused(&address(&junk)).await;
    assert!(error.to_string().contains("not a database"), "{error:?}");
    for wrong in ["mysql://root:secret@host/db", "sqlite:", "desk.db", ""] {
        let error = refused(wrong).await;
        assert!(matches!(error, StoreError::Address(_)), "{wrong}: {error:?}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_newer_and_a_foreign_schema_are_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("desk.db");
    Store::open(&address(&path))
        .await
        .expect("a database")
        .close()
        .await;
    let change = async |statement: &'static str| {
        let store = Store::open(&address(&path)).await.expect("a database");
        let tx = store.begin().await.expect("a transaction");
        sql!(statement).run(&tx).await.expect("changed");
        tx.commit().await.expect("a commit");
        store.close().await;
    };
    change(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'of tomorrow', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
    )
    .await;
    let error = refused(&address(&path)).await;
    assert!(matches!(error, StoreError::Newer(9999)), "{error:?}");
    assert!(error.to_string().contains("newer"), "{error}");

    let other = dir.path().join("other.db");
    std::fs::copy(&path, &other).expect("a copy");
    let mut connection = sqlx::SqliteConnection::connect(&address(&other))
        .await
        .expect("a connection");
    for statement in [
        "DELETE FROM _sqlx_migrations WHERE version = 9999",
        "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1",
    ] {
        connection.execute(statement).await.expect("changed");
    }
    connection.close().await.expect("closed");
    let error = refused(&address(&other)).await;
    assert!(error.to_string().contains("schema step 1"), "{error:?}");
}

#[tokio::test]
async fn a_database_that_another_process_holds_is_called_locked() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("desk.db");
    let address = address(&path);
    let store = Store::open(&address).await.expect("a database");
    let mut other = sqlx::SqliteConnection::connect(&address)
        .await
        .expect("a connection");
    other.execute("BEGIN IMMEDIATE").await.expect("the lock");
    // Reading goes on beside a writer; writing waits its time and then says why.
    sql!("SELECT count(*) AS n FROM tokens")
        .number(store.read())
        .await
        .expect("a number");
    match store.begin().await {
        Err(StoreError::Locked) => {}
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("two writers at once"),
    }
    other.execute("ROLLBACK").await.expect("the lock given back");
    store
        .begin()
        .await
        .expect("a transaction")
        .commit()
        .await
        .expect("a commit");
}
