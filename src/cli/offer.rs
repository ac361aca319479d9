//! `offer list`.

use crate::domain::id::AccountId;
use crate::wire::offers::OfferRow;

use super::context::Context;
use super::exit::Exit;
use super::listing::ListArgs;
use super::output::{when_any, worth};

/// Arguments of `offer`.
#[derive(Debug, clap::Args)]
pub(super) struct OfferArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Search the catalog
    List {
        /// For whose wallet: says of each offer whether it can be added there, and why not
        #[arg(long, value_name = "ID")]
        account: Option<AccountId>,
        #[command(flatten)]
        list: ListArgs,
    },
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: OfferArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::List { account, list } => {
            let pages = match account {
                Some(id) => api.offer_pages_for(id, list.params()),
                None => api.offer_pages(list.params()),
            };
            let heading = [
                "id", "code", "name", "type", "value", "merchant", "until", "addable", "there",
            ];
            let heading = &heading[..if account.is_some() { 9 } else { 8 }];
            list.print(&ctx.output, pages, heading, row).await
        }
    }
}

fn row(row: &OfferRow) -> Vec<String> {
    let offer = &row.offer;
    vec![
        offer.id.to_string(),
        offer.code.clone(),
        offer.name.clone(),
        offer.offer_type.word().to_owned(),
        worth(&offer.value),
        offer.merchant.clone(),
        when_any(offer.valid_until),
        row.why_not
            .clone()
            .or_else(|| row.not_addable.clone())
            .unwrap_or_else(|| "yes".to_owned()),
    ]
    .into_iter()
    .chain(row.held.map(|held| match row.usable {
        Some(usable) if usable > 0 => format!("{held} ({usable} usable)"),
        _ => held.to_string(),
    }))
    .collect()
}
