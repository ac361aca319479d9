//! `delivery list`, `retry`, `drop`: what goes out to customers.

use crate::domain::id::DeliveryId;
use crate::wire::deliveries::Delivery;

use super::context::Context;
use super::exit::Exit;
use super::listing::ListArgs;
use super::output::{when, when_any};

/// Arguments of `delivery`.
#[derive(Debug, clap::Args)]
pub(super) struct DeliveryArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List what goes out, newest first; dead letters with --query state:dead
    List(ListArgs),
    /// Try a dead letter again, under the same id
    Retry {
        /// Id of the delivery
        id: DeliveryId,
    },
    /// Give up a delivery that is due or dead
    Drop {
        /// Id of the delivery
        id: DeliveryId,
    },
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: DeliveryArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    let moved = match args.verb {
        Verb::List(list) => {
            let pages = api.delivery_pages(list.params());
            let heading = [
                "id",
                "at",
                "kind",
                "channel",
                "state",
                "tries",
                "next",
                "sent",
                "last error",
            ];
            return list.print(&ctx.output, pages, &heading, row).await;
        }
        Verb::Retry { id } => api.retry_delivery(id).await?,
        Verb::Drop { id } => api.drop_delivery(id).await?,
    };
    ctx.output.show(&moved, |moved| {
        format!("{} is {}\n", moved.id, moved.state.word())
    })
}

fn row(d: &Delivery) -> Vec<String> {
    vec![
        d.id.to_string(),
        when(d.created_at),
        d.kind.clone(),
        d.channel.clone(),
        d.state.word().to_owned(),
        d.tries.to_string(),
        when_any(d.next_at),
        when_any(d.sent_at),
        d.last_error.clone(),
    ]
}
