//! `preset list`, `add`, `change`, `retire`: saved queries.

use crate::domain::id::{AccountId, PresetId};
use crate::wire::presets::{NewPreset, Preset};

use super::action::{IntentArgs, settled};
use super::context::Context;
use super::exit::{Exit, NOT_FOUND};
use super::output::{count, safe, table};

/// Arguments of `preset`.
#[derive(Debug, clap::Args)]
pub(super) struct PresetArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List one's own presets and the shared ones
    List {
        /// Presets of what
        #[arg(long, default_value = "tokens", value_parser = ["tokens", "tickets"])]
        noun: String,
        /// Say how many rows each finds now
        #[arg(long)]
        counts: bool,
        /// With --counts: in whose wallet
        #[arg(long, value_name = "ID", requires = "counts")]
        account: Option<AccountId>,
    },
    /// Save a query
    Add {
        /// Presets of what
        #[arg(long, default_value = "tokens", value_parser = ["tokens", "tickets"])]
        noun: String,
        #[command(flatten)]
        what: What,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Change a preset of one's own
    Change {
        /// Id of the preset
        id: PresetId,
        #[command(flatten)]
        what: What,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Retire a preset of one's own
    Retire {
        /// Id of the preset
        id: PresetId,
    },
}

#[derive(Debug, clap::Args)]
struct What {
    /// What it is called
    #[arg(long)]
    name: String,
    /// The line in the query language
    #[arg(long, short, value_name = "LINE", allow_hyphen_values = true)]
    query: String,
    /// For everybody at the desk
    #[arg(long)]
    shared: bool,
    /// The number key that it is on, 1 to 9
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=9))]
    slot: Option<u8>,
}

impl What {
    fn preset(self, noun: Option<String>) -> NewPreset {
        NewPreset {
            noun,
            name: self.name,
            q: self.query,
            shared: self.shared,
            slot: self.slot,
        }
    }
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: PresetArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::List {
            noun,
            counts,
            account,
        } => {
            let page = api.presets(&noun, counts.then_some(account)).await?;
            ctx.output.show(&page, |page| {
                let rows: Vec<_> = page.items.iter().map(row).collect();
                let heading = ["id", "key", "name", "whose", "finds", "query"];
                table(&heading, &rows) + &count(rows.len(), page.total)
            })
        }
        Verb::Add { noun, what, intent } => {
            let result = api.add_preset(intent.key(), &what.preset(Some(noun))).await;
            say(&ctx, settled(&ctx.output, &api, result).await?, "Saved")
        }
        Verb::Change { id, what, intent } => {
            let version = version(&api, id).await?;
            let preset = what.preset(None);
            let result = api.change_preset(id, version, intent.key(), &preset).await;
            say(&ctx, settled(&ctx.output, &api, result).await?, "Changed")
        }
        Verb::Retire { id } => {
            let version = version(&api, id).await?;
            let retired = api.retire_preset(id, version).await?;
            ctx.output
                .show(&retired, |retired| format!("Retired: {}\n", retired.id))
        }
    }
}

async fn version(api: &crate::client::Api, id: PresetId) -> Result<i64, Exit> {
    for noun in ["tokens", "tickets"] {
        let page = api.presets(noun, None).await?;
        if let Some(found) = page.items.iter().find(|p| p.id == id) {
            return Ok(found.version);
        }
    }
    Err(Exit::new(NOT_FOUND, "not_found", "there is no such preset"))
}

fn say(ctx: &Context, preset: Preset, verb: &str) -> Result<(), Exit> {
    ctx.output.show(&preset, |p| {
        safe(&format!("{verb}: {} ({})", p.name, p.id)) + "\n"
    })
}

fn row(p: &Preset) -> Vec<String> {
    let finds = match (&p.broken, p.total) {
        (Some(_), _) => "cannot be read any more".to_owned(),
        (None, Some(total)) => format!("{}{}", total.value, if total.exact { "" } else { "+" }),
        (None, None) => String::new(),
    };
    vec![
        p.id.to_string(),
        p.slot.map(|slot| slot.to_string()).unwrap_or_default(),
        p.name.clone(),
        if p.own { "own".to_owned() } else { p.owner.clone() },
        finds,
        p.q.clone(),
    ]
}
