//! Takes files through the importer, batch by batch, each with its mark.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::batch::{Desk, Verdict};
use super::meter::Meter;
use super::report::{FileReport, ImportReport};
use super::seen::Seen;
use super::source::{Place, Raw, Source, shown};
use super::{ImportError, ImportOptions};
use crate::domain::account::Account;
use crate::domain::audit::AuditEntry;
use crate::domain::id::{AccountId, OfferId};
use crate::domain::import::judge::{self, TokenRow};
use crate::domain::import::{FileKind, Reason};
use crate::domain::offer::Offer;
use crate::domain::time::Moment;
use crate::server::store::imports::{self, BadRow, Mark};
use crate::server::store::{Conn, Store, StoreError, audit};

/// How often a batch is decided again when somebody else took one of its keys meanwhile.
const TRIES: usize = 5;

/// What the mark of a file keeps besides the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    place: Place,
    as_of: Moment,
    rows: u64,
    good: u64,
    done: bool,
}

/// Imports files into an open database. Without one, only a dry run makes sense: no key is taken yet.
///
/// # Errors
/// See [`ImportError`]. What was committed before stays.
pub async fn run_on(
    store: Option<&Store>,
    options: &ImportOptions,
    meter: &mut dyn Meter,
) -> Result<ImportReport, ImportError> {
    let mut files = Vec::new();
    for (kind, path) in options.files() {
        files.push(Work::open(store, kind, path).await?);
    }
    let begun = files.iter().find_map(|file| file.state.filter(|s| !s.done));
    if let (Some(asked), Some(file)) = (
        options.as_of,
        files.iter().find(|f| f.began_otherwise(options.as_of)),
    ) {
        let begun = file.state.map_or(asked, |state| state.as_of);
        return Err(ImportError::OtherMoment {
            path: file.path.clone(),
            begun,
        });
    }
    let as_of = options
        .as_of
        .or(begun.map(|state| state.as_of))
        .unwrap_or(options.now);
    let mut run = Run {
        store,
        options,
        as_of,
        seen: Seen::default(),
        left: options.halt_after.unwrap_or(u64::MAX),
        meter,
    };
    let mut report = ImportReport::default();
    for file in files {
        let kind = file.kind;
        report.set(kind, run.file(file).await?);
    }
    Ok(report)
}

/// A file and how far it is.
struct Work {
    kind: FileKind,
    path: String,
    source: Source,
    fingerprint: String,
    mark: Option<Mark>,
    state: Option<State>,
}

impl Work {
    async fn open(store: Option<&Store>, kind: FileKind, path: &Path) -> Result<Self, ImportError> {
        let source = Source::open(kind, path)?;
        let name = shown(path);
        let fingerprint = fingerprint(kind, path).map_err(|source| ImportError::File {
            path: name.clone(),
            source,
        })?;
        let mark = match store {
            Some(store) => imports::mark(store.read(), &fingerprint).await?,
            None => None,
        };
        let state = match &mark {
            None => None,
            Some(mark) => Some(serde_json::from_str(&mark.state).map_err(|e| ImportError::Mark {
                path: name.clone(),
                why: e.to_string(),
            })?),
        };
        Ok(Self {
            kind,
            path: name,
            source,
            fingerprint,
            mark,
            state,
        })
    }

    /// Whether it is half done, as of another moment than the one asked for.
    fn began_otherwise(&self, asked: Option<Moment>) -> bool {
        self.state
            .is_some_and(|state| !state.done && asked.is_some_and(|asked| asked != state.as_of))
    }
}

/// SHA-256 over the kind and the content of a file.
fn fingerprint(kind: FileKind, path: &Path) -> std::io::Result<String> {
    let mut hash = Sha256::new_with_prefix(kind.word());
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Rows of a batch, judged by themselves.
enum Rows {
    Accounts(Vec<Verdict<Account>>),
    Offers(Vec<Verdict<Offer>>),
    Tokens(Vec<Verdict<TokenRow>>),
}

/// One run over several files.
struct Run<'a> {
    store: Option<&'a Store>,
    options: &'a ImportOptions,
    as_of: Moment,
    seen: Seen,
    /// Records that may still be read before the run stops as if killed.
    left: u64,
    meter: &'a mut dyn Meter,
}

impl Run<'_> {
    async fn file(&mut self, mut work: Work) -> Result<FileReport, ImportError> {
        let mut report = FileReport {
            path: work.path.clone(),
            ..FileReport::default()
        };
        if let (Some(store), Some(state)) = (self.store, work.state) {
            (report.rows, report.good, report.earlier) = (state.rows, state.good, state.done);
            for row in imports::bad_rows(store.read(), &work.fingerprint).await? {
                report.add(row);
            }
            if state.done {
                return Ok(report);
            }
            work.source.resume(state.place)?;
        }
        self.meter
            .begin(work.kind, work.source.place().offset, work.source.size);
        let done = self.batches(&mut work, &mut report).await;
        self.meter.end();
        done.map(|()| report)
    }

    async fn batches(&mut self, work: &mut Work, report: &mut FileReport) -> Result<(), ImportError> {
        loop {
            let raws = self.read(&mut work.source)?;
            let places: Vec<(u64, u64)> = raws.iter().map(|raw| (raw.record, raw.line)).collect();
            let rows = self.judge(work.kind, raws);
            let last = places.len() < self.options.batch.max(1);
            let bad = self.batch(work, report, &rows, &places, last).await?;
            report.rows += places.len() as u64;
            report.good += (places.len() - bad.len()) as u64;
            bad.into_iter().for_each(|row| report.add(row));
            self.meter
                .advance(work.source.place().offset, report.rows, report.bad_rows());
            if last {
                return Ok(());
            }
            // Others waiting for the one writer of SQLite get their turn between batches.
            tokio::task::yield_now().await;
        }
    }

    fn read(&mut self, source: &mut Source) -> Result<Vec<Raw>, ImportError> {
        let mut raws = Vec::with_capacity(self.options.batch);
        while raws.len() < self.options.batch.max(1) {
            let Some(raw) = source.next()? else { break };
            self.left = self.left.checked_sub(1).ok_or(ImportError::Halted)?;
            raws.push(raw);
        }
        Ok(raws)
    }

    fn judge(&self, kind: FileKind, raws: Vec<Raw>) -> Rows {
        fn each<T>(raws: Vec<Raw>, judge: impl Fn(&[&str]) -> Result<T, Reason>) -> Vec<Verdict<T>> {
            raws.into_iter()
                .map(|raw| {
                    let fields = raw.fields?;
                    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                    judge(&fields)
                })
                .collect()
        }
        match kind {
            FileKind::Accounts => {
                let region = &self.options.region;
                Rows::Accounts(each(raws, |f| judge::account(f, AccountId::new(), region)))
            }
            FileKind::Offers => Rows::Offers(each(raws, |f| judge::offer(f, OfferId::new()))),
            FileKind::Tokens => Rows::Tokens(each(raws, |f| judge::token(f, self.as_of))),
        }
    }

    /// Decides and writes a batch; gives back its bad rows.
    async fn batch(
        &mut self,
        work: &mut Work,
        report: &FileReport,
        rows: &Rows,
        places: &[(u64, u64)],
        last: bool,
    ) -> Result<Vec<BadRow>, ImportError> {
        let bad = |verdicts: Vec<Verdict<()>>| -> Vec<BadRow> {
            let pairs = places.iter().zip(verdicts);
            pairs
                .filter_map(|((record, line), verdict)| {
                    verdict.err().map(|reason| BadRow {
                        record: *record,
                        line: *line,
                        reason,
                    })
                })
                .collect()
        };
        let Some(store) = self.store.filter(|_| !self.options.dry_run) else {
            let conn = self.store.map(Store::read);
            return Ok(bad(self.decide(conn, false, rows).await?));
        };
        for _ in 0..TRIES {
            // What is committed is in the database; what was tried in vain must not count.
            self.seen = Seen::default();
            let tx = store.begin().await?;
            let verdicts = match self.decide(Some(&tx), true, rows).await {
                Err(StoreError::Taken(_)) => continue,
                other => other?,
            };
            let bad = bad(verdicts);
            imports::keep_bad_rows(&tx, &work.fingerprint, &bad).await?;
            let state = State {
                place: work.source.place(),
                as_of: self.as_of,
                rows: report.rows + places.len() as u64,
                good: report.good + (places.len() - bad.len()) as u64,
                done: last,
            };
            let mark = self.mark(&tx, work, state).await?;
            if last {
                audit::append(&tx, &self.entry(work, report, &bad, state)).await?;
            }
            tx.commit().await.map_err(StoreError::from)?;
            work.mark = Some(mark);
            return Ok(bad);
        }
        Err(ImportError::Busy {
            path: work.path.clone(),
        })
    }

    async fn decide(
        &mut self,
        conn: Option<&impl Conn>,
        write: bool,
        rows: &Rows,
    ) -> Result<Vec<Verdict<()>>, StoreError> {
        let desk = Desk {
            conn,
            write,
            as_of: self.as_of,
            now: self.options.now,
        };
        match rows {
            Rows::Accounts(rows) => desk.accounts(rows, &mut self.seen).await,
            Rows::Offers(rows) => desk.offers(rows, &mut self.seen).await,
            Rows::Tokens(rows) => desk.tokens(rows, &mut self.seen).await,
        }
    }

    async fn mark(&self, conn: &impl Conn, work: &Work, state: State) -> Result<Mark, ImportError> {
        let mark = Mark {
            offset: i64::try_from(state.place.offset).unwrap_or(i64::MAX),
            state: serde_json::to_string(&state).map_err(|e| ImportError::Mark {
                path: work.path.clone(),
                why: e.to_string(),
            })?,
            updated_at: self.options.now,
        };
        let kind = work.kind.word();
        if imports::move_mark(conn, &work.fingerprint, kind, work.mark.as_ref(), &mark).await? {
            Ok(mark)
        } else {
            Err(ImportError::Busy {
                path: work.path.clone(),
            })
        }
    }

    /// The audit entry of a file that is done: counts alone, nothing of its content.
    fn entry(&self, work: &Work, report: &FileReport, bad: &[BadRow], state: State) -> AuditEntry {
        let mut reasons: std::collections::BTreeMap<&str, u64> = report
            .bad
            .iter()
            .map(|(reason, rows)| (*reason, rows.count))
            .collect();
        for row in bad {
            *reasons.entry(row.reason.word()).or_default() += 1;
        }
        let after = serde_json::json!({
            "file": work.kind.word(),
            "rows": state.rows,
            "good": state.good,
            "bad": reasons,
            "as_of": self.as_of,
        });
        AuditEntry {
            actor_name: "import".to_owned(),
            verb: "import.run".to_owned(),
            subject_kind: "import".to_owned(),
            subject_id: work.fingerprint.clone(),
            after: Some(after.to_string()),
            ..AuditEntry::blank(self.options.now)
        }
    }
}
