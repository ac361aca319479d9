//! Databases to try things on: SQLite always, PostgreSQL where `TOKENDESK_TEST_POSTGRES` names one. Each is empty and
//! goes with its value: a folder of its own, or a schema of its own.

use tokendesk::server::store::Store;

/// An empty database.
pub(crate) struct Database {
    /// What `Store::open` takes.
    pub address: String,
    /// For messages.
    pub name: &'static str,
    _dir: Option<tempfile::TempDir>,
}

impl Database {
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.address).await.expect("opens")
    }
}

/// An empty SQLite database; its file is not there yet.
pub(crate) fn sqlite() -> Database {
    let dir = tempfile::tempdir().expect("a folder");
    Database {
        address: format!("sqlite:{}", dir.path().join("desk.db").display()),
        name: "sqlite",
        _dir: Some(dir),
    }
}

/// An empty schema on the PostgreSQL server of the environment, if there is one.
pub(crate) async fn postgres() -> Option<Database> {
    let server = std::env::var("TOKENDESK_TEST_POSTGRES")
        .ok()
        .filter(|url| !url.is_empty())?;
    let schema = format!("t{}", uuid::Uuid::now_v7().simple());
    let pool = sqlx::PgPool::connect(&server).await.expect("PostgreSQL is there");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .execute(&pool)
        .await
        .expect("a schema");
    pool.close().await;
    let sign = if server.contains('?') { '&' } else { '?' };
    Some(Database {
        address: format!("{server}{sign}options[search_path]={schema}"),
        name: "postgres",
        _dir: None,
    })
}

/// An empty one of each.
pub(crate) async fn each() -> Vec<Database> {
    let mut all = vec![sqlite()];
    all.extend(postgres().await);
    all
}
