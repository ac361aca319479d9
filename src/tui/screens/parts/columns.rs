//! The columns of a wallet: which there are, in which order and width, and what each shows of a token.

use super::detail::state_word;
use super::expiry::expiry;
use super::pick::{Item, Pick, PickDialog, Picked};
use super::{day, value};
use crate::tui::flow::{Ctx, Effect, Laid, Remember};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::table::{Column, Row, Sorted, Text, Width};
use crate::wire::tokens::TokenRow;

/// Under which name the layout is remembered.
const LIST: &str = "token";
/// Narrowest column.
const NARROWEST: u16 = 4;
/// How much wider a column may be made.
const WIDEST: i16 = 60;

type Show = fn(&TokenRow, &Ctx<'_>) -> Text<'static>;

/// A column that there is.
struct Spec {
    name: &'static str,
    width: Width,
    at_right: bool,
    /// See [`Column::rank`], while nobody has changed anything.
    rank: u8,
    shown: bool,
    show: Show,
}

const fn spec(name: &'static str, width: Width, rank: u8, shown: bool, show: Show) -> Spec {
    Spec {
        name,
        width,
        at_right: false,
        rank,
        shown,
        show,
    }
}

const fn grow(least: u16, share: u16) -> Width {
    Width::Grow { least, share }
}

const SPECS: &[Spec] = &[
    spec("state", Width::Fixed(10), 0, true, state),
    spec("name", grow(19, 4), 0, true, |t, _| Text::plain(t.name.clone())),
    spec("type", Width::Fixed(9), 2, true, |t, ctx| {
        Text::plain(ctx.words.get(&format!("offer-type-{}", t.offer_type.word())))
    }),
    Spec {
        at_right: true,
        ..spec("value", Width::Fixed(9), 0, true, |t, ctx| {
            Text::plain(value(ctx, &t.value))
        })
    },
    spec("merchant", grow(10, 2), 1, true, |t, _| {
        Text::plain(t.merchant.clone())
    }),
    spec("claimed", Width::Fixed(10), 0, true, |t, ctx| {
        Text::plain(day(ctx, Some(t.claimed_at)))
    }),
    spec("expires", Width::Fixed(11), 0, true, expiry),
    spec("used", Width::Fixed(10), 4, true, |t, ctx| {
        Text::plain(day(ctx, t.used_at))
    }),
    spec("campaign", grow(8, 1), 3, true, |t, _| {
        Text::plain(t.campaign.clone())
    }),
    spec("location", grow(10, 1), 5, false, |t, _| {
        Text::plain(t.location.clone())
    }),
    spec("source", Width::Fixed(8), 5, false, |t, _| {
        Text::plain(t.source.clone())
    }),
    spec("shared", Width::Fixed(10), 5, false, |t, ctx| {
        Text::plain(day(ctx, t.shared_at))
    }),
    spec("shared_to", grow(10, 1), 5, false, |t, _| {
        Text::plain(t.shared_to.clone().unwrap_or_default())
    }),
    spec("removed", Width::Fixed(10), 5, false, |t, ctx| {
        Text::plain(day(ctx, t.removed_at))
    }),
    spec("created", Width::Fixed(10), 5, false, |t, ctx| {
        Text::plain(day(ctx, Some(t.created_at)))
    }),
    spec("offer", Width::Fixed(12), 5, false, |t, _| {
        Text::plain(t.offer_code.clone())
    }),
    spec("reference", Width::Fixed(14), 5, false, |t, _| {
        Text::plain(t.token_ref.clone())
    }),
    spec("about", grow(16, 3), 5, false, |t, _| {
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

fn title(name: &str, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("token-col-{name}"))
}

/// The layout as it is by itself.
fn first_layout() -> Vec<Laid> {
    SPECS
        .iter()
        .map(|spec| Laid {
            name: spec.name.to_owned(),
            shown: spec.shown,
            wider: 0,
        })
        .collect()
}

/// The layout that holds now: the remembered one, else that of the start.
fn layout(ctx: &Ctx<'_>) -> Vec<Laid> {
    ctx.memory
        .columns(LIST)
        .map_or_else(first_layout, <[Laid]>::to_vec)
}

/// The columns of a wallet as they are laid out now.
pub struct TokenColumns {
    shown: Vec<(&'static Spec, i16)>,
    changed: bool,
}

impl TokenColumns {
    /// The columns that are shown now.
    #[must_use]
    pub fn new(ctx: &Ctx<'_>) -> Self {
        let shown = layout(ctx)
            .into_iter()
            .filter(|laid| laid.shown)
            .filter_map(|laid| {
                let spec = SPECS.iter().find(|spec| spec.name == laid.name)?;
                Some((spec, laid.wider))
            })
            .collect();
        Self {
            shown,
            changed: ctx.memory.columns(LIST).is_some(),
        }
    }

    /// Their heads, with the mark of the order. Where somebody chose the columns, those at the right go first when there
    /// is no room for all.
    #[must_use]
    pub fn heads(&self, sorted: Option<(&'static str, Sorted)>, ctx: &Ctx<'_>) -> Vec<Column<'static>> {
        // without a word about the order, the newest stand first
        let (by, way) = sorted.unwrap_or(("claimed", Sorted::Falling));
        self.shown
            .iter()
            .enumerate()
            .map(|(at, (spec, wider))| {
                let width = match spec.width {
                    Width::Fixed(wide) => Width::Fixed(widened(wide, *wider)),
                    Width::Grow { least, share } => Width::Grow {
                        least: widened(least, *wider),
                        share,
                    },
                };
                let rank = if self.changed {
                    u8::try_from(at).unwrap_or(u8::MAX)
                } else {
                    spec.rank
                };
                let mark = (spec.name == by).then_some(way);
                let column = Column::new(title(spec.name, ctx), width).rank(rank).sorted(mark);
                if spec.at_right { column.at_right() } else { column }
            })
            .collect()
    }

    /// A token as a row.
    #[must_use]
    pub fn row(&self, token: &TokenRow, marked: bool, ctx: &Ctx<'_>) -> Row<'static> {
        let texts = self
            .shown
            .iter()
            .map(|(spec, _)| (spec.show)(token, ctx))
            .collect();
        Row {
            marked,
            ..Row::new(texts)
        }
    }
}

fn widened(wide: u16, by: i16) -> u16 {
    wide.saturating_add_signed(by).max(NARROWEST)
}

/// Choosing columns, their order and width. Each change shows at once.
#[derive(Debug)]
struct ColumnsPick {
    laid: Vec<Laid>,
}

/// Opens the choice of columns.
#[must_use]
pub fn choose(ctx: &Ctx<'_>) -> Effect {
    PickDialog::open(ColumnsPick { laid: layout(ctx) })
}

impl ColumnsPick {
    fn keep(&self) -> Vec<Effect> {
        vec![Effect::Remember(Remember::Columns {
            list: LIST,
            laid: self.laid.clone(),
        })]
    }

    fn swap(&mut self, at: usize, other: usize) -> Picked {
        if at.max(other) >= self.laid.len() {
            return Picked::Done(at, Vec::new());
        }
        self.laid.swap(at, other);
        Picked::Done(other, self.keep())
    }
}

impl Pick for ColumnsPick {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("columns-title")
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        vec![ctx.words.get("columns-head")]
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.laid
            .iter()
            .map(|laid| {
                let sign = if laid.shown {
                    ctx.theme.sign(Sign::Good)
                } else {
                    ""
                };
                let wider = laid.wider.to_string();
                let note = match laid.wider {
                    0 => String::new(),
                    n if n > 0 => ctx.words.with("columns-wider", &[("n", &wider)]),
                    n => ctx.words.with("columns-narrower", &[("n", &(-n).to_string())]),
                };
                Item::new(title(&laid.name, ctx)).sign(sign).note(note)
            })
            .collect()
    }

    fn key(&mut self, at: usize, key: Key, _: &Ctx<'_>) -> Picked {
        match key.code {
            KeyCode::Char('K') => self.swap(at, at.saturating_sub(1)),
            KeyCode::Char('J') => self.swap(at, at + 1),
            KeyCode::Char('0') => {
                self.laid = first_layout();
                let forget = Remember::Columns {
                    list: LIST,
                    laid: Vec::new(),
                };
                Picked::Done(at, vec![Effect::Remember(forget)])
            }
            KeyCode::Char(' ') => Picked::Done(at, self.turn(at)),
            KeyCode::Left | KeyCode::Char('<') => self.widen(at, -1),
            KeyCode::Right | KeyCode::Char('>') => self.widen(at, 1),
            _ => Picked::Not,
        }
    }

    /// A digit or Enter shows or hides a column.
    fn choose(&mut self, at: usize, _: &Ctx<'_>) -> Vec<Effect> {
        self.turn(at)
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("columns-keys")
    }
}

impl ColumnsPick {
    /// Shows a column or hides it; the last one that is shown stays.
    fn turn(&mut self, at: usize) -> Vec<Effect> {
        let shown = self.laid.iter().filter(|laid| laid.shown).count();
        if let Some(laid) = self.laid.get_mut(at)
            && (shown > 1 || !laid.shown)
        {
            laid.shown = !laid.shown;
        }
        self.keep()
    }

    fn widen(&mut self, at: usize, by: i16) -> Picked {
        if let Some(laid) = self.laid.get_mut(at)
            && let Some(spec) = SPECS.iter().find(|spec| spec.name == laid.name)
        {
            let least = match spec.width {
                Width::Fixed(wide) | Width::Grow { least: wide, .. } => wide,
            };
            let lowest = i16::try_from(NARROWEST).unwrap_or(0) - i16::try_from(least).unwrap_or(0);
            laid.wider = laid.wider.saturating_add(by).clamp(lowest.min(0), WIDEST);
        }
        Picked::Done(at, self.keep())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, token};
    use super::*;
    use crate::domain::token::TokenState;
    use crate::tui::flow::{Dialog, Event};

    fn open(world: &World) -> Box<dyn Dialog> {
        let Effect::Open(mut dialog) = choose(&world.ctx()) else {
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
            .shown
            .iter()
            .map(|(spec, _)| spec.name)
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
        assert_eq!(columns.shown[1].1, 2);
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
        assert!(world.memory.columns(LIST).is_none());
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
            TokenColumns::new(&world.ctx()).shown[0].1,
            -4,
            "not narrower than can be read"
        );
        insta::assert_snapshot!(world.dialog(&mut *dialog));
    }
}
