//! A list of tokens: a wallet's, or the whole desk's. Table, columns, orders, marks, saved queries and counts by value
//! are the same for both.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::columns;
use super::live::Live;
use super::presets::Presets;
use super::token_columns::{OWNER, TokenColumns};
use super::{export, facets};
use super::{key, look};
use crate::domain::id::AccountId;
use crate::domain::permission::Permission;
use crate::domain::query::TOKEN_FIELDS;
use crate::domain::time::Moment;
use crate::text::people;
use crate::tui::flow::{ApiCall, AskCall, Availability, Ctx, Effect, Toast};
use crate::tui::keys::Command;
use crate::tui::widgets::notice;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::below;
use crate::tui::widgets::table::{Row, Table};
use crate::wire::page::ListParams;
use crate::wire::tokens::TokenRow;

/// What a list of tokens shows at first: all but what was taken out of its wallet.
pub const FIRST_QUERY: &str = "-state:removed";
/// The orders that come first in the choice of one: newest, oldest, name, value, expiry.
const SORTS: [&str; 5] = ["-claimed", "claimed", "name", "-value", "expires"];

/// Which tokens a list is over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// Whose; none: the whole desk's.
    pub account: Option<AccountId>,
    /// As they were then; none: as they are.
    pub at: Option<Moment>,
}

/// Asks for a page of these tokens.
pub fn pages(of: Scope) -> impl Fn(ListParams) -> ApiCall {
    move |params| match of {
        Scope {
            account: Some(account),
            at,
        } => ApiCall::WalletPage { account, at, params },
        Scope { account: None, .. } => ApiCall::Ask(AskCall::DeskTokens(params)),
    }
}

/// A list of a wallet's tokens, or of the whole desk's.
#[must_use]
pub fn over(account: Option<AccountId>) -> Live<TokenRow> {
    Live::new(&TOKEN_FIELDS, FIRST_QUERY).with_presets(Presets::new("tokens", account))
}

/// How a list of tokens stands on its screen.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Its title.
    pub title: &'a str,
    /// What stands where nothing fits.
    pub empty: &'a str,
    /// How many there are without the query, where that is known.
    pub of: Option<u64>,
    /// Whether it has the focus.
    pub focused: bool,
    /// Whether the rows are about to be others.
    pub stale: bool,
    /// Whether each row says whose it is.
    pub owners: bool,
}

impl Live<TokenRow> {
    /// What every list of tokens does with a command; `None`: it is no such command.
    pub fn token_command(&mut self, command: Command, of: Scope, ctx: &Ctx<'_>) -> Option<Vec<Effect>> {
        let call = pages(of);
        Some(match command {
            Command::Sort => self.choose_sort(&SORTS, ctx),
            Command::Columns => vec![columns::choose::<TokenRow>(ctx)],
            Command::Copy => self.copy(ctx),
            Command::Export => match self.parsed(ctx) {
                Ok(_) => vec![export::open(of, self.text(), &self.count(ctx), ctx)],
                Err(_) => vec![Effect::Toast(Toast::warning(ctx.words.get("live-mend-first")))],
            },
            Command::Facets => match self.parsed(ctx) {
                Ok(query) => vec![facets::open(query, facets::Of::Tokens(of))],
                Err(_) => vec![Effect::Toast(Toast::warning(ctx.words.get("live-mend-first")))],
            },
            other => {
                let marked = self.mark_command(other, ctx, &call);
                return marked.or_else(|| self.command(other, ctx, &call));
            }
        })
    }

    /// The commands of every list of tokens, in the order of the action line; those of marks and single tokens apart.
    #[must_use]
    pub fn token_commands(&self, of: Scope, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let view = match of.account {
            Some(_) => Permission::TokenView,
            None => Permission::TokenSearchAll,
        };
        let presets = Availability::from(ctx.may(Permission::PresetUse));
        vec![
            (Command::Facets, ctx.may(view).into()),
            (Command::Presets, presets.clone()),
            (Command::SavePreset, presets),
            (Command::Sort, Availability::Enabled),
            (Command::QueryForm, Availability::Enabled),
            (Command::Columns, Availability::Enabled),
            (
                Command::Export,
                ctx.may(view)
                    .and_then(|()| ctx.may(Permission::TokenExport))
                    .into(),
            ),
        ]
    }

    /// Copies the references of the marked tokens that are held, else that of the one under the cursor.
    fn copy(&self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let window = &self.window;
        if window.has_marks() {
            let marked: Vec<&str> = window
                .rows
                .iter()
                .filter(|row| window.is_marked(row))
                .map(|row| row.token_ref.as_str())
                .collect();
            let (count, all) = (marked.len().to_string(), self.marked(ctx));
            return vec![Effect::Copy {
                text: marked.join("\n"),
                what: ctx.words.with("mark-copied", &[("count", &count), ("all", &all)]),
            }];
        }
        window.row().map_or_else(Vec::new, |token| {
            vec![Effect::Copy {
                text: token.token_ref.clone(),
                what: ctx.words.get("token-fact-reference"),
            }]
        })
    }

    /// What the border says behind the title: how many, how many of them are marked, and of which query.
    #[must_use]
    pub fn note(&self, of: Option<u64>, ctx: &Ctx<'_>) -> String {
        let count = self.count(ctx);
        let all = of.map(|all| people::grouped(all.into()));
        let of = match all {
            Some(all) if !count.is_empty() => {
                let values = [("shown", count.as_str()), ("total", all.as_str())];
                ctx.words.with("count-of", &values)
            }
            _ => count,
        };
        let of = [of, self.marked(ctx), self.window.news_words(ctx)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        let query = self.window.query();
        if query.is_empty() {
            of
        } else {
            format!("{of} ─ {query}")
        }
    }

    /// Draws the border, with the saved queries in its lower line; gives back the place inside.
    pub fn draw_border(&self, area: Rect, frame: &Frame<'_>, buf: &mut Buffer, ctx: &Ctx<'_>) -> Rect {
        let note = self.note(frame.of, ctx);
        let inner = Pane::new(frame.title)
            .note(&note)
            .focused(frame.focused)
            .draw(area, buf, look(ctx));
        self.draw_presets(area, buf, ctx);
        inner
    }

    /// Draws the rows, and above them what stands in their way.
    pub fn draw_tokens(&mut self, area: Rect, frame: &Frame<'_>, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let mut inner = area;
        let window = &self.window;
        if let Some(problem) = window.problem.as_ref().filter(|p| p.column().is_none()) {
            let hint = ctx
                .words
                .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
            let used = notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            inner = below(inner, used);
            if !window.has_come() {
                return;
            }
        }
        let mut columns = TokenColumns::new(ctx);
        if frame.owners {
            columns.lead(OWNER);
        }
        let heads = columns.heads(&self.sorts(ctx), ctx);
        let stale = frame.stale || window.is_stale() || self.mistake().is_some();
        let loading = window.is_loading() && !window.has_come();
        let extent = window.extent();
        let mut cursor = window.list.cursor;
        Table::new(&heads)
            .focused(frame.focused)
            .stale(stale)
            .loading(loading)
            .empty(frame.empty)
            .extent(extent)
            .draw(inner, buf, &mut cursor, look, |at| -> Option<Row<'static>> {
                let token = window.rows.get(at)?;
                Some(columns.row(token, window.is_marked(token), ctx))
            });
        self.window.list.cursor = cursor;
    }
}
