//! The linked tokens beside the story, as they are now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::about::{others, title};
use super::{Pane, TicketScreen};
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::detail::facts_of;
use crate::tui::screens::parts::{day, key, value};
use crate::tui::theme::Role;
use crate::tui::widgets::facts::{self, Fact};
use crate::tui::widgets::pane::Pane as Border;
use crate::tui::widgets::table::{Column, Row, Table, Text, Width};
use crate::tui::widgets::{Look, notice, stroke};
use crate::wire::tickets::TicketDetail;
use crate::wire::tokens::TokenRow;

/// Fewest rows in which a token is worth showing.
const LEAST_DETAIL: u16 = 8;

impl TicketScreen {
    pub(super) fn draw_tokens(
        &mut self,
        area: Rect,
        buf: &mut Buffer,
        detail: &TicketDetail,
        ctx: &Ctx<'_>,
        look: Look<'_>,
    ) {
        let title = title(Pane::Tokens, detail, ctx);
        let note = others(&self.seen(Pane::Tokens), detail, ctx);
        let focused = self.pane == Pane::Tokens;
        let inner = Border::new(&title)
            .note(if self.wide { "" } else { &note })
            .focused(focused)
            .draw(area, buf, look);
        if detail.tokens.is_empty() {
            let (id, command) = match detail.row.account_id {
                Some(_) => ("ticket-tokens-none", Command::OpenWallet),
                None => ("ticket-tokens-no-customer", Command::FindCustomer),
            };
            let text = ctx.words.with(id, &[("key", &key(ctx, command))]);
            notice::draw(inner, buf, &text, Role::Muted, look);
            return;
        }
        let (table, below) = split(inner, detail.tokens.len());
        if let Some((below, token)) = below.zip(self.tokens.row(&detail.tokens)) {
            draw_token(below, buf, token, ctx, look);
        }
        let inner = table;
        let columns = columns(ctx);
        let row = |at: usize| detail.tokens.get(at).map(|token| token_row(token, ctx));
        Table::new(&columns)
            .focused(focused)
            .draw(inner, buf, &mut self.tokens.cursor, look, row);
    }
}

/// Where the rows stand, and below them the token under the cursor if there is room for it.
fn split(area: Rect, tokens: usize) -> (Rect, Option<Rect>) {
    let wanted = u16::try_from(tokens).unwrap_or(u16::MAX).saturating_add(1);
    let high = wanted.min(area.height / 2);
    if area.height < high + LEAST_DETAIL {
        return (area, None);
    }
    let table = Rect { height: high, ..area };
    (table, Some(stroke::below(area, high + 1)))
}

/// Everything of a token, as far as there is room.
fn draw_token(area: Rect, buf: &mut Buffer, token: &TokenRow, ctx: &Ctx<'_>, look: Look<'_>) {
    let place = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    stroke::line(
        buf,
        place.x,
        place.y,
        place.width,
        &token.name,
        look.style(Role::Title),
    );
    let facts = facts_of(token, ctx);
    let facts: Vec<Fact<'_>> = facts
        .iter()
        .map(|(name, value, rows)| Fact::new(name.as_str(), value.as_str()).rows(*rows))
        .collect();
    facts::draw(stroke::below(place, 1), buf, &facts, look);
}

fn columns(ctx: &Ctx<'_>) -> Vec<Column<'static>> {
    let title = |name: &str| ctx.words.get(name);
    vec![
        Column::new(title("ticket-token-state"), Width::Fixed(10)),
        Column::new(title("ticket-token-name"), Width::Grow { least: 14, share: 3 }),
        Column::new(title("ticket-token-value"), Width::Fixed(9)).at_right(),
        Column::new(title("ticket-token-expires"), Width::Fixed(10)).rank(1),
        Column::new(
            title("ticket-token-merchant"),
            Width::Grow { least: 12, share: 1 },
        )
        .rank(2),
    ]
}

fn token_row(token: &TokenRow, ctx: &Ctx<'_>) -> Row<'static> {
    Row::new(vec![
        Text::new(state(token, ctx), Role::of_state(token.state.word())),
        Text::plain(token.name.clone()),
        Text::plain(value(ctx, &token.value)),
        Text::plain(day(ctx, token.expires_at)),
        Text::plain(token.merchant.clone()),
    ])
}

/// A token's state by sign and word.
pub(super) fn state(token: &TokenRow, ctx: &Ctx<'_>) -> String {
    let word = token.state.word();
    let (sign, _) = ctx.theme.state(word);
    format!("{sign} {}", ctx.words.get(&format!("token-state-{word}")))
}
