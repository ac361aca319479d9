//! Building statements with bound values, and reading rows.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, TryGetable, Value};
use uuid::Uuid;

use super::StoreError;
use crate::domain::time::Moment;

/// Stands before what SQLite alone reads.
const LITE: char = '\u{1}';
/// Stands before what PostgreSQL alone reads.
const POSTGRES: char = '\u{2}';
/// Stands behind either.
const END: char = '\u{3}';

/// A piece of SQL with its values. Values are only ever bound, never written into the text.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
}

/// What can be bound.
pub trait Bind {
    /// The value for the driver.
    fn value(self) -> Value;
}

macro_rules! bind {
    ($($t:ty => |$v:ident| $e:expr),+ $(,)?) => {$(
        impl Bind for $t {
            fn value(self) -> Value {
                let $v = self;
                $e
            }
        }
    )+};
}

bind! {
    i64 => |v| Value::BigInt(Some(v)),
    u32 => |v| Value::BigInt(Some(i64::from(v))),
    bool => |v| Value::BigInt(Some(i64::from(v))),
    &str => |v| Value::String(Some(v.to_owned())),
    String => |v| Value::String(Some(v)),
    &String => |v| Value::String(Some(v.clone())),
    Uuid => |v| Value::Uuid(Some(v)),
    Moment => |v| Value::BigInt(Some(v.micros())),
    Option<i64> => |v| Value::BigInt(v),
    Option<Moment> => |v| Value::BigInt(v.map(Moment::micros)),
    Option<Uuid> => |v| Value::Uuid(v),
    Option<String> => |v| Value::String(v),
    Option<&str> => |v| Value::String(v.map(str::to_owned)),
    &[u8] => |v| Value::Bytes(Some(v.to_vec())),
    Value => |v| v,
}

impl Sql {
    /// Starts with a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds text as it stands. Never hand in anything from outside.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a placeholder and binds a value to it.
    pub fn bind(&mut self, value: impl Bind) -> &mut Self {
        self.values.push(value.value());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds placeholders separated by commas.
    pub fn bind_all<B: Bind>(&mut self, values: impl IntoIterator<Item = B>) -> &mut Self {
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self
    }

    /// Adds another piece; its placeholders are counted on.
    pub fn append(&mut self, other: &Sql) -> &mut Self {
        let base = self.values.len();
        let mut rest = other.text.as_str();
        while let Some(at) = rest.find('$') {
            self.text.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let n: usize = rest[..digits].parse().unwrap_or(0);
            self.text.push_str(&(base + n).to_string());
            rest = &rest[digits..];
        }
        self.text.push_str(rest);
        self.values.extend(other.values.iter().cloned());
        self
    }

    /// Adds what each database reads in its own way: the other one's piece and its values are left out when it is run.
    pub fn either(&mut self, sqlite: &Sql, postgres: &Sql) -> &mut Self {
        for (mark, piece) in [(LITE, sqlite), (POSTGRES, postgres)] {
            self.text.push(mark);
            self.append(piece);
            self.text.push(END);
        }
        self
    }

    /// What this database reads of it.
    fn read_by(self, sqlite: bool) -> Self {
        if !self.text.contains(END) {
            return self;
        }
        let left_out = if sqlite { POSTGRES } else { LITE };
        let (mut text, mut values) = (String::with_capacity(self.text.len()), Vec::new());
        let mut skipping = false;
        let mut rest = self.text.as_str();
        while let Some(at) = rest.find(['$', LITE, POSTGRES, END]) {
            let mark = rest[at..].chars().next().unwrap_or(END);
            if !skipping {
                text.push_str(&rest[..at]);
            }
            rest = &rest[at + mark.len_utf8()..];
            match mark {
                '$' => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    let n: usize = rest[..digits].parse().unwrap_or(0);
                    rest = &rest[digits..];
                    if let Some(value) = self.values.get(n.wrapping_sub(1)).filter(|_| !skipping) {
                        values.push(value.clone());
                        text.push('$');
                        text.push_str(&values.len().to_string());
                    }
                }
                END => skipping = false,
                mark => skipping = mark == left_out,
            }
        }
        text.push_str(rest);
        Self { text, values }
    }

    /// A text with `?` where the values go, in order. The text itself holds no other `?`.
    #[must_use]
    pub fn with(text: &str, values: impl IntoIterator<Item = Value>) -> Self {
        let mut sql = Self::default();
        let mut values = values.into_iter();
        for (i, part) in text.split('?').enumerate() {
            if i > 0
                && let Some(value) = values.next()
            {
                sql.bind(value);
            }
            sql.push(part);
        }
        sql
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn statement(self, conn: &impl ConnectionTrait) -> Statement {
        let backend = conn.get_database_backend();
        let sqlite = backend == DbBackend::Sqlite;
        let Self { text, values } = self.read_by(sqlite);
        let text = if sqlite { unnumbered(&text) } else { text };
        Statement::from_sql_and_values(backend, text, values)
    }

    /// Runs it for its effect; gives back the number of rows that changed.
    ///
    /// # Errors
    /// When the database refuses or is not there.
    pub async fn run(self, conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
        let statement = self.statement(conn);
        Ok(conn.execute_raw(statement).await?.rows_affected())
    }

    /// All rows.
    ///
    /// # Errors
    /// When the database refuses or is not there, or a column is not what `map` expects.
    pub async fn all<T>(
        self,
        conn: &impl ConnectionTrait,
        map: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let statement = self.statement(conn);
        conn.query_all_raw(statement)
            .await?
            .into_iter()
            .map(|row| map(&Row(row)))
            .collect()
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// As [`Sql::all`].
    pub async fn first<T>(
        self,
        conn: &impl ConnectionTrait,
        map: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let statement = self.statement(conn);
        conn.query_one_raw(statement)
            .await?
            .map(|row| map(&Row(row)))
            .transpose()
    }

    /// The number in the column `n` of the only row; 0 when there is none.
    ///
    /// # Errors
    /// As [`Sql::all`].
    pub async fn number(self, conn: &impl ConnectionTrait) -> Result<i64, StoreError> {
        Ok(self.first(conn, |row| row.int("n")).await?.unwrap_or(0))
    }
}

/// `$1, $2` as `?, ?`: placeholders stand in the order of their values, and texts hold no other `$`. SQLite keeps a name
/// for each `$n` and `?n`, and both it and its driver search the list of names for each value: quadratic for many rows.
fn unnumbered(text: &str) -> String {
    let mut parts = text.split('$');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('?');
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    plain
}

/// `sql!("… ? …", a, b)`: a statement with bound values, in order of the question marks.
#[macro_export]
macro_rules! sql {
    ($text:expr $(, $value:expr)* $(,)?) => {
        $crate::server::store::Sql::with($text, [$($crate::server::store::sql::Bind::value($value)),*])
    };
}

/// A row of a result.
#[derive(Debug)]
pub struct Row(QueryResult);

impl Row {
    fn get<T: TryGetable>(&self, column: &str) -> Result<T, StoreError> {
        self.0.try_get::<T>("", column).map_err(StoreError::from)
    }

    /// An integer.
    ///
    /// # Errors
    /// When the column is missing, empty or of another type; so for all of these.
    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        // PostgreSQL gives literals and CASE expressions 32 bits.
        self.get(column)
            .or_else(|_| self.get::<i32>(column).map(i64::from))
    }

    /// An integer that may be empty.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    /// A text.
    pub fn text(&self, column: &str) -> Result<String, StoreError> {
        self.get(column)
    }

    /// A text that may be empty.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    /// A moment.
    pub fn moment(&self, column: &str) -> Result<Moment, StoreError> {
        self.int(column).map(Moment::from_micros)
    }

    /// A moment that may be empty.
    pub fn opt_moment(&self, column: &str) -> Result<Option<Moment>, StoreError> {
        Ok(self.opt_int(column)?.map(Moment::from_micros))
    }

    /// An identifier.
    pub fn uuid(&self, column: &str) -> Result<Uuid, StoreError> {
        self.get(column)
    }

    /// An identifier that may be empty.
    pub fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>, StoreError> {
        self.get(column)
    }

    /// Bytes.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    /// A word of the vocabulary, read by its `from_word`.
    ///
    /// # Errors
    /// Also when the word is not known: the row was written by a newer version.
    pub fn word<T>(&self, column: &str, from: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let word = self.text(column)?;
        from(&word).ok_or_else(|| StoreError::Unreadable(format!("{column}: no such word")))
    }

    /// A word that may be empty.
    ///
    /// # Errors
    /// As [`Row::word`].
    pub fn opt_word<T>(
        &self,
        column: &str,
        from: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        self.opt_text(column)?
            .map(|word| from(&word).ok_or_else(|| StoreError::Unreadable(format!("{column}: no such word"))))
            .transpose()
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        super::connect::classify(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_counted_on_when_pieces_are_joined() {
        let inner = Sql::with("a = ? AND b = ?", [1_i64.value(), "x".value()]);
        let mut outer = Sql::new("SELECT 1 WHERE c = ");
        outer
            .bind(7_i64)
            .push(" AND ")
            .append(&inner)
            .push(" LIMIT ")
            .bind(5_i64);
        assert_eq!(outer.text, "SELECT 1 WHERE c = $1 AND a = $2 AND b = $3 LIMIT $4");
        assert_eq!(outer.values.len(), 4);
    }

    #[test]
    fn each_database_reads_its_own_piece_with_its_own_values() {
        let mut sql = Sql::new("a = ");
        sql.bind(1_i64).push(" AND ");
        let lite = Sql::with("lite(?, ?)", ["l".value(), "m".value()]);
        let postgres = Sql::with("pg(?)", ["p".value()]);
        sql.either(&lite, &postgres).push(" AND b = ").bind(2_i64);
        let mut outer = Sql::new("SELECT ");
        outer.bind(0_i64).push(" WHERE ").append(&sql);
        let read = outer.clone().read_by(true);
        assert_eq!(read.text, "SELECT $1 WHERE a = $2 AND lite($3, $4) AND b = $5");
        assert_eq!(read.values.len(), 5);
        assert_eq!(read.values[4], 2_i64.value());
        let read = outer.read_by(false);
        assert_eq!(read.text, "SELECT $1 WHERE a = $2 AND pg($3) AND b = $4");
        assert_eq!(read.values[2], "p".value());
    }

    #[test]
    fn placeholders_lose_their_numbers_for_sqlite() {
        assert_eq!(unnumbered("a = $1 AND b IN ($2, $10)x"), "a = ? AND b IN (?, ?)x");
        assert_eq!(unnumbered("SELECT 1"), "SELECT 1");
    }
}
