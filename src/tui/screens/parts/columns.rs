//! Columns that a person lays out: which there are, in which order and width, and what each shows of a row.

use std::marker::PhantomData;

use super::pick::{Item, Pick, PickDialog, Picked};
use crate::tui::flow::{Ctx, Effect, Laid, Remember};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::theme::Sign;
use crate::tui::widgets::table::{Column, Row, Sorted, Text, Width};

/// Narrowest column.
const NARROWEST: u16 = 4;
/// How much wider a column may be made.
const WIDEST: i16 = 60;

/// What a column shows of a row.
pub type Show<T> = fn(&T, &Ctx<'_>) -> Text<'static>;

/// A column that there is.
pub struct Spec<T> {
    /// Its name: that of the field that it shows, where there is one.
    pub name: &'static str,
    /// How wide it is by itself.
    pub width: Width,
    /// Whether its texts stand at the right.
    pub at_right: bool,
    /// See [`Column::rank`], while nobody has changed anything.
    pub rank: u8,
    /// Whether it is shown by itself.
    pub shown: bool,
    /// What it shows.
    pub show: Show<T>,
}

/// A column whose texts stand at the left.
pub const fn spec<T>(name: &'static str, width: Width, rank: u8, shown: bool, show: Show<T>) -> Spec<T> {
    Spec {
        name,
        width,
        at_right: false,
        rank,
        shown,
        show,
    }
}

/// At least so wide, and a share of what is left.
pub const fn grow(least: u16, share: u16) -> Width {
    Width::Grow { least, share }
}

/// Rows with columns that can be laid out.
pub trait Columned: 'static {
    /// Under which name the layout is remembered; `NAME-col-…` are the words of the heads.
    const LIST: &'static str;
    /// The order when the query says nothing about it.
    const BY: (&'static str, Sorted);

    /// All columns that there are.
    fn specs() -> &'static [Spec<Self>]
    where
        Self: Sized;
}

fn title<T: Columned>(name: &str, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("{}-col-{name}", T::LIST))
}

/// The layout as it is by itself.
fn first_layout<T: Columned>() -> Vec<Laid> {
    T::specs()
        .iter()
        .map(|spec| Laid {
            name: spec.name.to_owned(),
            shown: spec.shown,
            wider: 0,
        })
        .collect()
}

/// The layout that holds now: the remembered one, else that of the start.
fn layout<T: Columned>(ctx: &Ctx<'_>) -> Vec<Laid> {
    ctx.memory
        .columns(T::LIST)
        .map_or_else(first_layout::<T>, <[Laid]>::to_vec)
}

/// The columns of a list as they are laid out now.
pub struct Columns<T: Columned> {
    shown: Vec<(&'static Spec<T>, i16)>,
    changed: bool,
}

impl<T: Columned> Columns<T> {
    /// The columns that are shown now.
    #[must_use]
    pub fn new(ctx: &Ctx<'_>) -> Self {
        let shown = layout::<T>(ctx)
            .into_iter()
            .filter(|laid| laid.shown)
            .filter_map(|laid| {
                let spec = T::specs().iter().find(|spec| spec.name == laid.name)?;
                Some((spec, laid.wider))
            })
            .collect();
        Self {
            shown,
            changed: ctx.memory.columns(T::LIST).is_some(),
        }
    }

    /// The names of the columns that are shown, and how much wider each is made.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, i16)> {
        self.shown.iter().map(|(spec, wider)| (spec.name, *wider))
    }

    /// The column of that name comes first, and stays however little room there is.
    pub fn lead_with(&mut self, name: &str) {
        self.shown.retain(|(spec, _)| spec.name != name);
        if let Some(spec) = T::specs().iter().find(|spec| spec.name == name) {
            self.shown.insert(0, (spec, 0));
        }
    }

    /// This column, which is none of those that are laid out, comes first.
    pub fn lead(&mut self, spec: &'static Spec<T>) {
        self.shown.insert(0, (spec, 0));
    }

    /// Their heads, with the mark of the order. Where somebody chose the columns, those at the right go first when there
    /// is no room for all.
    #[must_use]
    pub fn heads(&self, sorted: &[(&'static str, Sorted)], ctx: &Ctx<'_>) -> Vec<Column<'static>> {
        let sorted = if sorted.is_empty() { &[T::BY] } else { sorted };
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
                let rank = match (at, self.changed) {
                    (0, _) => 0,
                    (at, true) => u8::try_from(at).unwrap_or(u8::MAX),
                    (_, false) => spec.rank,
                };
                let place = sorted.iter().position(|(by, _)| *by == spec.name);
                let digit = place.filter(|_| sorted.len() > 1);
                let column = Column::new(title::<T>(spec.name, ctx), width)
                    .rank(rank)
                    .sorted(place.and_then(|at| sorted.get(at)).map(|(_, way)| *way))
                    .place(digit.and_then(|at| u8::try_from(at + 1).ok()));
                if spec.at_right { column.at_right() } else { column }
            })
            .collect()
    }

    /// Whether two rows show the same in the first column.
    #[must_use]
    pub fn lead_alike(&self, one: &T, other: &T, ctx: &Ctx<'_>) -> bool {
        let lead = self.shown.first();
        lead.is_some_and(|(spec, _)| (spec.show)(one, ctx) == (spec.show)(other, ctx))
    }

    /// What the columns show of a row.
    #[must_use]
    pub fn row(&self, of: &T, marked: bool, ctx: &Ctx<'_>) -> Row<'static> {
        let texts = self.shown.iter().map(|(spec, _)| (spec.show)(of, ctx)).collect();
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
struct ColumnsPick<T> {
    laid: Vec<Laid>,
    of: PhantomData<fn(T)>,
}

impl<T> std::fmt::Debug for ColumnsPick<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnsPick").field("laid", &self.laid).finish()
    }
}

/// Opens the choice of columns.
#[must_use]
pub fn choose<T: Columned>(ctx: &Ctx<'_>) -> Effect {
    PickDialog::open(ColumnsPick::<T> {
        laid: layout::<T>(ctx),
        of: PhantomData,
    })
}

impl<T: Columned> ColumnsPick<T> {
    fn keep(&self) -> Vec<Effect> {
        vec![Effect::Remember(Remember::Columns {
            list: T::LIST,
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

impl<T: Columned> Pick for ColumnsPick<T> {
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
                Item::new(title::<T>(&laid.name, ctx)).sign(sign).note(note)
            })
            .collect()
    }

    fn key(&mut self, at: usize, key: Key, _: &Ctx<'_>) -> Picked {
        match key.code {
            KeyCode::Char('K') => self.swap(at, at.saturating_sub(1)),
            KeyCode::Char('J') => self.swap(at, at + 1),
            KeyCode::Char('0') => {
                self.laid = first_layout::<T>();
                let forget = Remember::Columns {
                    list: T::LIST,
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

impl<T: Columned> ColumnsPick<T> {
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
            && let Some(spec) = T::specs().iter().find(|spec| spec.name == laid.name)
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
