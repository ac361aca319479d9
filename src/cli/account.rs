//! `account find`, `account show`.

use std::io::BufRead;

use crate::domain::id::AccountId;
use crate::wire::accounts::{AccountCard, AccountHit, AccountSearch, Fit};

use super::context::Context;
use super::exit::{Exit, NOT_FOUND};
use super::output::{facts, table, when};

/// Arguments of `account`.
#[derive(Debug, clap::Args)]
pub(super) struct AccountArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Look customers up by e-mail, name, mobile number or user_id
    Find(Find),
    /// Show a customer's card, masked
    Show {
        /// Id of the account
        id: AccountId,
    },
}

#[derive(Debug, clap::Args)]
struct Find {
    /// One line that may be any of the four; `-` reads it from standard input
    #[arg(value_name = "TEXT", conflicts_with_all = ["email", "first_name", "last_name", "mobile", "user_id"])]
    text: Option<String>,
    /// E-mail address, whole or its beginning
    #[arg(long)]
    email: Option<String>,
    /// Given name, whole or its beginning
    #[arg(long, value_name = "NAME")]
    first_name: Option<String>,
    /// Family name, whole or its beginning
    #[arg(long, value_name = "NAME")]
    last_name: Option<String>,
    /// Mobile number, or its last four digits
    #[arg(long, value_name = "NUMBER")]
    mobile: Option<String>,
    /// The partner's identifier, whole
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,
    /// Most candidates
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: Option<u32>,
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: AccountArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::Find(find) => {
            let search = search(find)?;
            let hits = api.search_accounts(&search).await?;
            if hits.items.is_empty() && !ctx.output.json {
                return Err(nobody(&hits.understood_as));
            }
            ctx.output.show(&hits, |hits| {
                let rows: Vec<_> = hits.items.iter().map(row).collect();
                let more = if hits.more {
                    "there are more; say more\n"
                } else {
                    ""
                };
                table(
                    &[
                        "id", "name", "email", "mobile", "place", "user_id", "joined", "fit",
                    ],
                    &rows,
                ) + more
            })
        }
        Verb::Show { id } => {
            let card = api.account(id).await?;
            ctx.output.show(&card, words)
        }
    }
}

fn search(find: Find) -> Result<AccountSearch, Exit> {
    let q = match find.text.as_deref() {
        Some("-") => {
            let mut line = String::new();
            std::io::stdin()
                .lock()
                .read_line(&mut line)
                .map_err(|error| Exit::failed(format!("standard input cannot be read: {error}")))?;
            Some(line.trim().to_owned())
        }
        _ => find.text,
    };
    let search = AccountSearch {
        email: find.email,
        first_name: find.first_name,
        last_name: find.last_name,
        mobile: find.mobile,
        user_id: find.user_id,
        q,
        limit: find.limit,
    };
    let given = [
        &search.email,
        &search.first_name,
        &search.last_name,
        &search.mobile,
        &search.user_id,
        &search.q,
    ];
    if given.into_iter().flatten().all(|text| text.trim().is_empty()) {
        return Err(Exit::usage(
            "say whom to look for: a text, --email, --first-name with --last-name, --mobile or --user-id",
        ));
    }
    Ok(search)
}

fn nobody(understood_as: &str) -> Exit {
    let next = match understood_as {
        "email" => "Try the beginning of the address, or the name.",
        "mobile" => "Try the last four digits, or the name.",
        "user_id" => "The identifier must be whole; try the e-mail address or the name.",
        _ => "Try fewer letters, the e-mail address or the mobile number.",
    };
    Exit::new(
        NOT_FOUND,
        "not_found",
        format!("nobody was found (looked for: {understood_as})"),
    )
    .and_next(next.to_owned())
}

fn row(hit: &AccountHit) -> Vec<String> {
    vec![
        hit.id.to_string(),
        format!("{} {}", hit.first_name, hit.last_name).trim().to_owned(),
        hit.email.clone(),
        hit.mobile.clone(),
        [hit.city.as_str(), hit.state.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        hit.user_id.clone(),
        when(hit.created_at),
        match hit.fit {
            Fit::Exact => "exact",
            Fit::Prefix => "beginning",
            Fit::Similar => "similar",
        }
        .to_owned(),
    ]
}

fn words(card: &AccountCard) -> String {
    let counts = card.tokens;
    facts(&[
        ("id", card.id.to_string()),
        (
            "name",
            format!("{} {}", card.first_name, card.last_name)
                .trim()
                .to_owned(),
        ),
        ("email", card.email.clone()),
        ("mobile", card.mobile.clone()),
        ("address", card.address.clone()),
        ("user_id", card.user_id.clone()),
        ("joined", when(card.created_at)),
        (
            "tokens",
            format!(
                "{} active, {} shared, {} used, {} expired, {} disputed, {} removed",
                counts.active, counts.shared, counts.used, counts.expired, counts.disputed, counts.removed
            ),
        ),
        ("open tickets", card.open_tickets.to_string()),
        (
            "verified",
            card.verified_at
                .map_or_else(|| "not in this session".to_owned(), when),
        ),
    ])
}
