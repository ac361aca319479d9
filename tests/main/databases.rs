//! Databases to try things on: SQLite always, PostgreSQL where `TOKENDESK_TEST_POSTGRES` names one. Each is empty and
//! goes with its value: a folder of its own, or a schema of its own.

use tokendesk::server::store::Store;

use crate::backend::harness;

/// An empty database.
pub(crate) struct Database {
    /// What `Store::open` takes.
    pub address: String,
    /// For messages.
    pub name: &'static str,
    /// Server and schema.
    schema: Option<(String, String)>,
    _dir: Option<tempfile::TempDir>,
}

impl Database {
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.address).await.expect("opens")
    }

    /// Takes it away again.
    pub(crate) async fn remove(self) {
        if let Some((server, schema)) = self.schema {
            run(&server, &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }
}

/// An empty SQLite database; its file is not there yet.
pub(crate) fn sqlite() -> Database {
    let dir = tempfile::tempdir().expect("a folder");
    Database {
        address: format!("sqlite:{}", dir.path().join("desk.db").display()),
        name: "sqlite",
        schema: None,
        _dir: Some(dir),
    }
}

/// An empty schema on the PostgreSQL server of the environment, if there is one.
pub(crate) async fn postgres() -> Option<Database> {
    let server = harness::postgres()?;
    let schema = format!("t{}", uuid::Uuid::now_v7().simple());
    run(&server, &format!("CREATE SCHEMA {schema}")).await;
    let sign = if server.contains('?') { '&' } else { '?' };
    Some(Database {
        address: format!("{server}{sign}options[search_path]={schema}"),
        name: "postgres",
        schema: Some((server, schema)),
        _dir: None,
    })
}

async fn run(server: &str, command: &str) {
    let pool = sqlx::PgPool::connect(server).await.expect("PostgreSQL is there");
    sqlx::query(sqlx::AssertSqlSafe(command.to_owned()))
        .execute(&pool)
        .await
        .expect("done");
    pool.close().await;
}

/// An empty one of each.
pub(crate) async fn each() -> Vec<Database> {
    let mut all = vec![sqlite()];
    all.extend(postgres().await);
    all
}
