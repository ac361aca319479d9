//! `offer list`.

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
    List(ListArgs),
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: OfferArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::List(list) => {
            let pages = api.offer_pages(list.params());
            let heading = [
                "id", "code", "name", "type", "value", "merchant", "until", "addable",
            ];
            list.print(&ctx.output, pages, &heading, row).await
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
        row.not_addable.clone().unwrap_or_else(|| "yes".to_owned()),
    ]
}
