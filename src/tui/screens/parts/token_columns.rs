//! The columns of a wallet: what each shows of a token.

use super::columns::{Columned, Columns, Spec, grow, spec};
use super::detail::state_word;
use super::expiry::expiry;
use super::{day, full_name, value};
use crate::tui::flow::Ctx;
use crate::tui::theme::Role;
use crate::tui::widgets::table::{Sorted, Text, Width};
use crate::wire::tokens::TokenRow;

/// The columns of a wallet as they are laid out now.
pub type TokenColumns = Columns<TokenRow>;

impl Columned for TokenRow {
    const LIST: &'static str = "token";
    // without a word about the order, the newest stand first
    const BY: (&'static str, Sorted) = ("claimed", Sorted::Falling);

    fn specs() -> &'static [Spec<Self>] {
        SPECS
    }
}

/// Whose a token is, for lists over many wallets.
pub static OWNER: &Spec<TokenRow> = &spec("owner", grow(16, 2), 0, true, |t, ctx| Text::plain(owner(t, ctx)));

/// Whose it is: the name, and the end of the identifier that two of one name are told apart by.
#[must_use]
pub fn owner(token: &TokenRow, ctx: &Ctx<'_>) -> String {
    match &token.owner {
        None => String::new(),
        Some(owner) => {
            let name = full_name(ctx, &owner.first_name, &owner.last_name);
            format!("{name} {}", owner.user_id)
        }
    }
}

static SPECS: &[Spec<TokenRow>] = &[
    spec("state", Width::Fixed(10), 0, true, state),
    spec("name", grow(19, 4), 0, true, |t, _| Text::plain(t.name.clone())),
    spec("type", Width::Fixed(9), 3, true, |t, ctx| {
        Text::plain(ctx.words.get(&format!("offer-type-{}", t.offer_type.word())))
    }),
    Spec {
        at_right: true,
        ..spec("value", Width::Fixed(9), 0, true, |t, ctx| {
            Text::plain(value(ctx, &t.value))
        })
    },
    spec("merchant", grow(10, 2), 2, true, |t, _| {
        Text::plain(t.merchant.clone())
    }),
    spec("claimed", Width::Fixed(10), 1, true, |t, ctx| {
        Text::plain(day(ctx, Some(t.claimed_at)))
    }),
    spec("expires", Width::Fixed(11), 0, true, expiry),
    spec("used", Width::Fixed(10), 5, true, |t, ctx| {
        Text::plain(day(ctx, t.used_at))
    }),
    spec("campaign", grow(8, 1), 4, true, |t, _| {
        Text::plain(t.campaign.clone())
    }),
    spec("location", grow(10, 1), 6, false, |t, _| {
        Text::plain(t.location.clone())
    }),
    spec("source", Width::Fixed(8), 6, false, |t, _| {
        Text::plain(t.source.clone())
    }),
    spec("shared", Width::Fixed(10), 6, false, |t, ctx| {
        Text::plain(day(ctx, t.shared_at))
    }),
    spec("shared_to", grow(10, 1), 6, false, |t, _| {
        Text::plain(t.shared_to.clone().unwrap_or_default())
    }),
    spec("removed", Width::Fixed(10), 6, false, |t, ctx| {
        Text::plain(day(ctx, t.removed_at))
    }),
    spec("created", Width::Fixed(10), 6, false, |t, ctx| {
        Text::plain(day(ctx, Some(t.created_at)))
    }),
    spec("offer", Width::Fixed(12), 6, false, |t, _| {
        Text::plain(t.offer_code.clone())
    }),
    spec("reference", Width::Fixed(14), 6, false, |t, _| {
        Text::plain(t.token_ref.clone())
    }),
    spec("image", grow(12, 1), 6, false, |t, _| {
        Text::plain(t.image.clone())
    }),
    spec("about", grow(16, 3), 6, false, |t, _| {
        Text::plain(t.description.clone())
    }),
];

fn state(token: &TokenRow, ctx: &Ctx<'_>) -> Text<'static> {
    let (sign, _) = ctx.theme.state(token.state.word());
    Text::new(
        format!("{sign} {}", state_word(token.state, ctx)),
        Role::of_state(token.state.word()),
    )
}

#[cfg(test)]
mod tests {
    use super::super::columns::choose;
    use super::super::testing::{World, token};
    use super::*;
    use crate::domain::token::TokenState;
    use crate::tui::flow::{Dialog, Effect, Event};

    fn open(world: &World) -> Box<dyn Dialog> {
        let Effect::Open(mut dialog) = choose::<TokenRow>(&world.ctx()) else {
            panic!("a dialog");
        };
        dialog.update(Event::Opened, &world.ctx());
        dialog
    }

    fn press(dialog: &mut dyn Dialog, world: &mut World, keys: &[&str]) {
        for key in keys {
            let event = match *key {
                "enter" => Event::Command(crate::tui::keys::Command::Confirm),
                other => Event::Key(other.parse().expect("a key")),
            };
            for effect in dialog.update(event, &world.ctx()) {
                if let Effect::Remember(what) = effect {
                    world.memory.keep(what);
                }
            }
        }
    }

    fn names(world: &World) -> Vec<&'static str> {
        TokenColumns::new(&world.ctx())
            .names()
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn columns_are_hidden_moved_widened_and_set_back() {
        let mut world = World::new(120, 40);
        assert_eq!(names(&world).len(), 9);
        let mut dialog = open(&world);
        press(
            &mut *dialog,
            &mut world,
            &["down", "down", "space", "down", "K", "K", "right", "right"],
        );
        assert_eq!(names(&world)[..4], ["state", "value", "name", "merchant"]);
        let columns = TokenColumns::new(&world.ctx());
        assert_eq!(columns.names().nth(1), Some(("value", 2)));
        let row = columns.row(&token(1, "Free coffee", TokenState::Active), true, &world.ctx());
        assert_eq!(row.texts.len(), 8);
        assert!(row.marked);
        insta::assert_snapshot!(world.dialog(&mut *dialog));
        // the next time it opens, it is as it was left
        assert_eq!(
            open(&world).say(&world.ctx()).len(),
            dialog.say(&world.ctx()).len()
        );
        press(&mut *dialog, &mut world, &["0"]);
        assert_eq!(names(&world).len(), 9);
        assert!(world.memory.columns(TokenRow::LIST).is_none());
    }

    #[test]
    fn the_last_column_stays() {
        let mut world = World::new(80, 24);
        let mut dialog = open(&world);
        for n in 1..=9 {
            press(&mut *dialog, &mut world, &[&n.to_string()]);
        }
        assert_eq!(names(&world), ["campaign"]);
        press(
            &mut *dialog,
            &mut world,
            &["left", "left", "left", "left", "left", "left"],
        );
        assert_eq!(
            TokenColumns::new(&world.ctx()).names().next(),
            Some(("campaign", -4)),
            "not narrower than can be read"
        );
        insta::assert_snapshot!(world.dialog(&mut *dialog));
    }
}
