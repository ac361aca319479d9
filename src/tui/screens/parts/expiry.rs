//! When a token ends, in words where it is near: "in 3 days", with a sign where somebody should hurry.

use super::day;
use crate::domain::token::TokenState;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::table::Text;
use crate::wire::tokens::TokenRow;

const DAY: i64 = 86_400;
/// Within so many days it is told from now.
const NEAR: i64 = 21;
/// Within so many days a usable token is all but gone.
const NOW: i64 = 3;
/// Within so many days a usable token ends soon.
const SOON: i64 = 7;

/// The last moment of a token as it stands in a table.
#[must_use]
pub fn expiry(token: &TokenRow, ctx: &Ctx<'_>) -> Text<'static> {
    let Some(at) = token.expires_at else {
        return Text::plain(ctx.words.get("nothing"));
    };
    let seconds = at.seconds_since(ctx.now);
    let open = matches!(
        token.state,
        TokenState::Active | TokenState::Shared | TokenState::Disputed | TokenState::Expired
    );
    if !open || seconds.abs() >= NEAR * DAY {
        return Text::plain(day(ctx, Some(at)));
    }
    let words = people::relative_date(ctx.words, at.timestamp(), ctx.now.timestamp(), ctx.zone);
    if (0..SOON * DAY).contains(&seconds) {
        let role = if seconds <= NOW * DAY {
            Role::Error
        } else {
            Role::Warning
        };
        return Text::new(format!("{} {words}", ctx.theme.sign(Sign::Warning)), role);
    }
    let role = if seconds < 0 {
        Role::StateExpired
    } else {
        Role::Text
    };
    Text::new(words, role)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, token};
    use super::*;

    fn told(world: &World, state: TokenState, days: i64) -> String {
        let mut row = token(1, "x", state);
        row.expires_at = Some(world.now.plus_seconds(days * DAY + 60));
        format!("{:?}", expiry(&row, &world.ctx()))
    }

    #[test]
    fn what_ends_soon_is_told_by_sign_and_words() {
        let world = World::new(80, 24);
        assert!(told(&world, TokenState::Active, 3).contains("! in 3 days"));
        assert!(told(&world, TokenState::Active, 3).contains("Warning"));
        let gone = told(&world, TokenState::Active, 2);
        assert!(gone.contains("! in 2 days") && gone.contains("Error"), "{gone}");
        assert!(told(&world, TokenState::Active, 12).contains("\"in 12 days\""));
        assert!(told(&world, TokenState::Expired, -3).contains("\"3 days ago\""));
        assert!(
            told(&world, TokenState::Used, 3).contains("2026-11-24"),
            "nobody needs to hurry"
        );
        assert!(told(&world, TokenState::Active, 40).contains("2026-12-31"));
        let mut never = token(1, "x", TokenState::Active);
        never.expires_at = None;
        assert!(format!("{:?}", expiry(&never, &world.ctx())).contains('–'));
    }
}
