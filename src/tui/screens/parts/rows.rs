//! Tokens and offers as rows of a table.

use super::detail::state_word;
use super::{day, value};
use crate::tui::flow::Ctx;
use crate::tui::theme::Role;
use crate::tui::widgets::table::{Column, Row, Sorted, Text, Width};
use crate::wire::tokens::TokenRow;

/// The columns of a wallet, with the mark of its order.
#[must_use]
pub fn columns(sorted: Option<(&'static str, Sorted)>, ctx: &Ctx<'_>) -> Vec<Column<'static>> {
    let grow = |least, share| Width::Grow { least, share };
    // without a word about the order, the newest stand first
    let (by, way) = sorted.unwrap_or(("claimed", Sorted::Falling));
    let column = |field: &str, width| {
        let mark = (field == by).then_some(way);
        Column::new(ctx.words.get(&format!("token-col-{field}")), width).sorted(mark)
    };
    vec![
        column("state", Width::Fixed(10)),
        column("name", grow(14, 4)),
        column("type", Width::Fixed(9)).rank(2),
        column("value", Width::Fixed(9)).at_right(),
        column("merchant", grow(10, 2)),
        column("claimed", Width::Fixed(10)),
        column("expires", Width::Fixed(10)),
        column("used", Width::Fixed(10)).rank(4),
        column("campaign", grow(8, 1)).rank(3),
    ]
}

/// A token as a row of a wallet.
#[must_use]
pub fn row(token: &TokenRow, ctx: &Ctx<'_>) -> Row<'static> {
    let (sign, _) = ctx.theme.state(token.state.word());
    Row::new(vec![
        Text::new(
            format!("{sign} {}", state_word(token.state, ctx)),
            Role::of_state(token.state.word()),
        ),
        Text::plain(token.name.clone()),
        Text::plain(ctx.words.get(&format!("offer-type-{}", token.offer_type.word()))),
        Text::plain(value(ctx, &token.value)),
        Text::plain(token.merchant.clone()),
        Text::plain(day(ctx, Some(token.claimed_at))),
        Text::plain(day(ctx, token.expires_at)),
        Text::plain(day(ctx, token.used_at)),
        Text::plain(token.campaign.clone()),
    ])
}
