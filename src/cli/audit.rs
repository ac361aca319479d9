//! `audit`: listing, checking here or on an export, exporting, receipts, erasing.

use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::client::Api;
use crate::domain::audit::checkpoint::{Checkpoint, Receipt};
use crate::domain::audit::{Head, Sealed};
use crate::domain::id::{AccountId, IntentKey};
use crate::wire::audit::{AuditEvent, AuditVerdict, EraseAudit};

use super::args::Global;
use super::context::{self, Context};
use super::exit::{Exit, FAILED, USAGE};
use super::listing::ListArgs;
use super::output::{Output, when};

pub(crate) mod offline;

/// Entries that are fetched at once.
const STRETCH: u32 = 2_000;

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List entries, newest first; who looked at a customer: --query 'account:ID verb:~account'
    List {
        #[command(flatten)]
        list: ListArgs,
    },
    /// Check that no entry of the audit was altered, removed or reordered, and no tail cut
    Verify {
        /// An export to check, without asking any backend
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
        #[command(flatten)]
        kept: Kept,
    },
    /// Write the sealed chain as lines of JSON, for checking it elsewhere. It holds what people wrote
    Export {
        /// The file to write; it must not be there yet
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show the latest signed checkpoints; as JSON, one in a line, as `verify --checkpoints` reads them
    Checkpoints,
    /// Get the receipt of something that you did, by the key of its intent
    Receipt {
        /// The key
        key: IntentKey,
    },
    /// Check a receipt: its signature, and that the entry stands where it says
    CheckReceipt {
        /// The receipt
        receipt: String,
        /// An export to look into, without asking any backend
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
        /// A public key that is trusted
        #[arg(long, value_name = "KEY")]
        key: Vec<String>,
    },
    /// Destroy what the audit holds in words about a customer who has to be forgotten; the chain holds
    Erase {
        /// The account
        account: AccountId,
        /// Why, such as the number of the request; no personal data
        #[arg(long)]
        reason: String,
    },
}

/// What was kept elsewhere.
#[derive(Debug, clap::Args)]
struct Kept {
    /// Checkpoints that were kept elsewhere, one in a line
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
    /// A public key that checkpoints have to be signed with; without any, one key of their own is enough
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
}

impl Kept {
    fn read(&self) -> Result<Vec<Checkpoint>, Exit> {
        self.checkpoints
            .as_deref()
            .map(|path| offline::checkpoints(path, &self.key))
            .transpose()
            .map(Option::unwrap_or_default)
    }
}

/// Does what was asked for; what needs no backend asks for no configuration either.
pub(super) fn run(global: &Global, args: AuditArgs, output: &Output) -> Result<(), Exit> {
    match args.verb {
        Verb::Verify {
            export: Some(path),
            kept,
        } => verify_export(output, &path, &kept.read()?),
        Verb::CheckReceipt {
            receipt,
            export: Some(path),
            key,
        } => {
            let receipt = read_receipt(&receipt, &key)?;
            let found = find_in_export(&path, receipt.seq)?;
            report_receipt(output, &receipt, found.as_ref())
        }
        verb => context::run(global, output, |ctx| online(ctx, verb)),
    }
}

async fn online(ctx: Context, verb: Verb) -> Result<(), Exit> {
    let api = ctx.api()?;
    match verb {
        Verb::List { list } => {
            let heading = ["at", "actor", "verb", "subject", "outcome", "reason", "address"];
            list.print(&ctx.output, api.audit_pages(list.params()), &heading, row)
                .await
        }
        Verb::Verify { kept, .. } => verify(&ctx, &api, &kept.read()?).await,
        Verb::Export { out } => export(&ctx, &api, &out).await,
        Verb::Checkpoints => {
            let page = api.audit_checkpoints().await?;
            if ctx.output.json {
                return page.items.iter().try_for_each(|c| ctx.output.value(c));
            }
            page.items.iter().try_for_each(|c| {
                let (at, key) = (when(c.at), &c.public_key);
                ctx.output
                    .line(&format!("{at}  entry {}  {}  key {key}", c.seq, c.hash))
            })
        }
        Verb::Receipt { key } => {
            let receipt = api.audit_receipt(key).await?;
            ctx.output
                .show(&receipt, |receipt| format!("{}\n", receipt.receipt))
        }
        Verb::CheckReceipt { receipt, key, .. } => {
            let receipt = read_receipt(&receipt, &key)?;
            let found = api.audit_entries(receipt.seq.saturating_sub(1), 1).await?;
            report_receipt(&ctx.output, &receipt, found.first())
        }
        Verb::Erase { account, reason } => {
            let what = EraseAudit {
                account_id: account,
                reason,
            };
            let done = api.erase_audit(IntentKey::new(), &what).await?;
            ctx.output.show(&done, |done| {
                format!("{} entries hold no words any more\n", done.entries)
            })
        }
    }
}

fn row(event: &AuditEvent) -> Vec<String> {
    vec![
        when(event.at),
        event.actor.clone(),
        event.verb.clone(),
        event.subject.clone(),
        event.outcome.clone(),
        event.reason.clone(),
        event.address.clone(),
    ]
}

async fn verify(ctx: &Context, api: &Api, kept: &[Checkpoint]) -> Result<(), Exit> {
    let mut verdict = api.verify_audit().await?;
    if verdict.intact
        && let Some(broken) = against(api, kept).await?
    {
        (verdict.intact, verdict.broken) = (false, Some(broken));
    }
    verdict.checkpoints += kept.len() as u64;
    report(&ctx.output, &verdict)
}

/// What is wrong with the backend's chain by checkpoints that were kept elsewhere.
async fn against(api: &Api, kept: &[Checkpoint]) -> Result<Option<String>, Exit> {
    for checkpoint in kept.iter().filter(|c| c.seq > 0) {
        let found = api.audit_entries(checkpoint.seq - 1, 1).await?;
        match found.first() {
            Some(sealed) if sealed.seq == checkpoint.seq && sealed.hash == checkpoint.hash => {}
            Some(_) => {
                return Ok(Some(format!(
                    "entry {} is not the one that a checkpoint saw",
                    checkpoint.seq
                )));
            }
            None => {
                return Ok(Some(format!(
                    "the chain ends before entry {}, which a checkpoint saw: the tail has been cut",
                    checkpoint.seq
                )));
            }
        }
    }
    Ok(None)
}

fn verify_export(output: &Output, path: &Path, kept: &[Checkpoint]) -> Result<(), Exit> {
    let heads: Vec<Head> = kept.iter().map(Checkpoint::head).collect();
    let verdict = offline::check(open(path)?, &heads).map_err(|why| unreadable(path, &why))?;
    report(
        output,
        &AuditVerdict {
            intact: verdict.broken.is_none(),
            checked: verdict.checked,
            head: verdict.head.hash.to_string(),
            checkpoints: kept.len() as u64,
            broken: verdict.broken,
        },
    )
}

fn report(output: &Output, verdict: &AuditVerdict) -> Result<(), Exit> {
    output.show(verdict, words)?;
    if verdict.intact {
        return Ok(());
    }
    let broken = verdict.broken.clone();
    Err(Exit::new(
        FAILED,
        "audit_broken",
        broken.unwrap_or_else(|| "the chain of the audit is broken".to_owned()),
    ))
}

fn words(verdict: &AuditVerdict) -> String {
    let state = if verdict.intact { "intact" } else { "BROKEN" };
    let held = match verdict.checkpoints {
        0 => "no checkpoint to hold it against".to_owned(),
        n => format!("held against {n} checkpoints"),
    };
    format!(
        "{state}: {} entries checked, head {}, {held}\n",
        verdict.checked, verdict.head
    )
}

fn unreadable(path: &Path, why: &str) -> Exit {
    Exit::new(USAGE, "export", format!("{}: {why}", path.display()))
}

fn open(path: &Path) -> Result<BufReader<std::fs::File>, Exit> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error.to_string()))?;
    Ok(BufReader::with_capacity(1 << 20, file))
}

/// What `audit export` prints.
#[derive(Serialize)]
struct Exported {
    file: PathBuf,
    entries: u64,
    head: String,
}

async fn export(ctx: &Context, api: &Api, path: &Path) -> Result<(), Exit> {
    let failed = |error: std::io::Error| Exit::failed(format!("{}: {error}", path.display()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = std::io::BufWriter::new(options.open(path).map_err(failed)?);
    let (mut after, mut entries, mut head) = (0, 0, Head::START);
    loop {
        let stretch = api.audit_entries(after, STRETCH).await?;
        for sealed in &stretch {
            let line = serde_json::to_string(sealed).map_err(|error| Exit::failed(error.to_string()))?;
            writeln!(file, "{line}").map_err(failed)?;
            entries += 1;
            head = Head {
                seq: sealed.seq,
                hash: sealed.hash,
            };
        }
        if stretch.len() < STRETCH as usize {
            break;
        }
        after = head.seq;
    }
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    let done = Exported {
        file: path.to_owned(),
        entries,
        head: head.hash.to_string(),
    };
    ctx.output.show(&done, |done| {
        format!(
            "{} entries in {}, head {}\n",
            done.entries,
            done.file.display(),
            done.head
        )
    })
}

fn read_receipt(text: &str, trusted: &[String]) -> Result<Receipt, Exit> {
    let wrong = |why: String| Exit::new(FAILED, "receipt", format!("the receipt: {why}"));
    let receipt: Receipt = text.parse().map_err(|doubt| wrong(format!("{doubt}")))?;
    receipt.check(trusted).map_err(|doubt| wrong(doubt.to_string()))?;
    Ok(receipt)
}

fn find_in_export(path: &Path, seq: i64) -> Result<Option<Sealed>, Exit> {
    use std::io::BufRead as _;
    for line in open(path)?.lines() {
        let line = line.map_err(|error| unreadable(path, &error.to_string()))?;
        if let Ok(sealed) = serde_json::from_str::<Sealed>(&line)
            && sealed.seq == seq
        {
            return Ok(Some(sealed));
        }
    }
    Ok(None)
}

/// What `audit check-receipt` prints.
#[derive(Serialize)]
struct Checked<'a> {
    holds: bool,
    seq: i64,
    at: String,
    signed_with: &'a str,
    actor: Option<&'a str>,
    verb: Option<&'a str>,
    subject: Option<String>,
}

fn report_receipt(output: &Output, receipt: &Receipt, found: Option<&Sealed>) -> Result<(), Exit> {
    let there = found.filter(|sealed| receipt.is_of(sealed));
    let entry = there.map(|sealed| &sealed.entry);
    let checked = Checked {
        holds: there.is_some(),
        seq: receipt.seq,
        at: receipt.at.to_string(),
        signed_with: &receipt.public_key,
        actor: entry.map(|entry| entry.actor_name.as_str()),
        verb: entry.map(|entry| entry.verb.as_str()),
        subject: entry.map(|entry| format!("{} {}", entry.subject_kind, entry.subject_id)),
    };
    output.show(&checked, |c| match (c.actor, c.verb, &c.subject) {
        (Some(actor), Some(verb), Some(subject)) => {
            format!(
                "entry {}: {verb} of {subject} by {actor} at {}; signed with {}\n",
                c.seq, c.at, c.signed_with
            )
        }
        _ => String::new(),
    })?;
    if checked.holds {
        return Ok(());
    }
    Err(Exit::new(
        FAILED,
        "receipt",
        format!(
            "the signature holds, but entry {} is not the one that the receipt speaks of",
            receipt.seq
        ),
    ))
}
