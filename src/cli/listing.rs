//! What all lists share: query, number of rows, and their shape in JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Pages;
use crate::text::csv;
use crate::wire::page::{ListParams, MAX_LIMIT, Total};

use super::exit::Exit;
use super::output::{Output, count, table};

/// Flags of every list.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ListArgs {
    /// A line in the query language, such as 'state:active expires:<+30d sort:expires'
    #[arg(long, short, value_name = "LINE", allow_hyphen_values = true)]
    query: Option<String>,
    /// Most rows [default: 50; with --csv all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: Option<u32>,
    /// Time zone that dates in the query are meant in
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
}

/// A list in JSON.
#[derive(Serialize)]
struct Listing<T> {
    items: Vec<T>,
    /// Whether there are more rows than these.
    more: bool,
    total: Option<Total>,
}

/// Rows of a list, unless the person says how many.
const ROWS: u32 = 50;

impl ListArgs {
    /// The parameters of the first page of everything: as many rows at once as there may be, unless fewer are wanted.
    pub(super) fn params_of_all(&self) -> ListParams {
        ListParams {
            limit: Some(self.limit.unwrap_or(MAX_LIMIT).min(MAX_LIMIT)),
            ..self.params()
        }
    }

    /// The parameters of the first page.
    pub(super) fn params(&self) -> ListParams {
        ListParams {
            q: self.query.clone(),
            limit: Some(self.limit.unwrap_or(ROWS).min(MAX_LIMIT)),
            tz: self.tz.clone(),
            ..ListParams::default()
        }
    }

    /// Prints the list.
    pub(super) async fn print<T: Serialize + DeserializeOwned>(
        &self,
        output: &Output,
        mut pages: Pages<T>,
        heading: &[&str],
        row: impl Fn(&T) -> Vec<String>,
    ) -> Result<(), Exit> {
        let most = self.limit.unwrap_or(ROWS) as usize;
        let mut listing = Listing {
            items: Vec::new(),
            more: false,
            total: None,
        };
        while listing.items.len() < most {
            let page = match pages.next().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                Err(error) => return Err(self.pointed(error.into())),
            };
            listing.total = listing.total.or(page.total);
            listing.more = page.next.is_some();
            listing.items.extend(page.items);
        }
        listing.more |= listing.items.len() > most;
        listing.items.truncate(most);
        output.show(&listing, |listing| {
            if listing.items.is_empty() {
                return "nothing found\n".to_owned();
            }
            let rows: Vec<_> = listing.items.iter().map(&row).collect();
            table(heading, &rows) + &count(rows.len(), listing.total)
        })
    }

    /// Prints the list as comma-separated values (RFC 4180), a heading first. Cells are made harmless: for terminals, and for
    /// spreadsheets, which would run what begins like a formula. Walks through all pages, unless fewer rows are wanted.
    pub(super) async fn print_csv<T: DeserializeOwned>(
        &self,
        output: &Output,
        mut pages: Pages<T>,
        heading: &[&str],
        row: impl Fn(&T) -> Vec<String>,
    ) -> Result<(), Exit> {
        output.text(&csv::line(heading.iter().copied()))?;
        let mut left = self.limit.map_or(usize::MAX, |limit| limit as usize);
        while left > 0 {
            let page = match pages.next().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                Err(error) => return Err(self.pointed(error.into())),
            };
            let mut text = String::new();
            for item in page.items.iter().take(left) {
                text.push_str(&csv::line(row(item).iter().map(String::as_str)));
            }
            left = left.saturating_sub(page.items.len());
            output.text(&text)?;
        }
        Ok(())
    }

    /// Adds the query line with a mark under the column that is wrong.
    pub(super) fn pointed(&self, mut exit: Exit) -> Exit {
        if let (Some(column), Some(query)) = (exit.more.column, &self.query) {
            exit.more.kept = format!("  {query}\n  {}^", " ".repeat(column));
        }
        exit
    }
}
