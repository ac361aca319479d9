//! `audit verify`.

use crate::wire::audit::AuditVerdict;

use super::context::Context;
use super::exit::{Exit, FAILED};

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Check that no entry of the audit was altered, removed or reordered
    Verify,
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: AuditArgs) -> Result<(), Exit> {
    match args.verb {
        Verb::Verify => {
            let verdict = ctx.api()?.verify_audit().await?;
            ctx.output.show(&verdict, words)?;
            if verdict.intact {
                return Ok(());
            }
            Err(Exit::new(
                FAILED,
                "audit_broken",
                verdict
                    .broken
                    .unwrap_or_else(|| "the chain of the audit is broken".to_owned()),
            ))
        }
    }
}

fn words(verdict: &AuditVerdict) -> String {
    let state = if verdict.intact { "intact" } else { "BROKEN" };
    format!(
        "{state}: {} entries checked, head {}\n",
        verdict.checked, verdict.head
    )
}
