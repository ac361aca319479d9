//! What one key costs in bytes: the whole desk with a wallet of many kinds of tokens, through the painter of the
//! terminal, at 120×40. The detail pane follows the cursor after a rest and is counted apart.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier};

use crate::domain::time::Moment;
use crate::domain::token::TokenState;
use crate::text::words::Words;
use crate::tui::app::{App, Job, Msg, Setup};
use crate::tui::flow::{Answer, ApiCall, Ids, Route, SignInState};
use crate::tui::keys::Keymap;
use crate::tui::screens;
use crate::tui::screens::parts::testing::{World, card, now, token};
use crate::tui::term::Painter;
use crate::tui::theme::{Depth, Theme};
use crate::wire::page::{Page, Total};
use crate::wire::tokens::TokenRow;

#[path = "../../../benches/desk/reference.rs"]
mod reference;

const SIZE: Size = Size {
    width: 120,
    height: 40,
};

fn wallet() -> Page<TokenRow> {
    let states = [
        TokenState::Active,
        TokenState::Expired,
        TokenState::Used,
        TokenState::Shared,
        TokenState::Removed,
    ];
    let items: Vec<TokenRow> = (0..200)
        .map(|n: u64| {
            let state = states[usize::try_from(n).expect("few") % states.len()];
            let mut row = token(n, &format!("{}% off at the bakery", 5 + n), state);
            row.merchant = format!("Merchant {}", n % 90);
            row.campaign = format!("campaign-{}", n % 25);
            row
        })
        .collect();
    Page {
        total: Some(Total {
            value: 200,
            exact: true,
        }),
        next: None,
        prev: None,
        offset: Some(0),
        items,
    }
}

fn answer(call: &ApiCall) -> Option<Answer> {
    let world = World::new(SIZE.width, SIZE.height);
    Some(match call {
        ApiCall::Me => Answer::Me(Box::new(world.me)),
        ApiCall::Desk => Answer::Desk(Box::new(world.desk)),
        ApiCall::Account(_) => {
            let mut card = card();
            card.verified_at = Some(now());
            Answer::Card(Box::new(card))
        }
        ApiCall::WalletPage { .. } => Answer::Tokens(wallet()),
        ApiCall::Notes(_) => Answer::Notes(Vec::new()),
        _ => return None,
    })
}

/// A desk that shows a wallet.
struct Desk {
    app: App,
    painter: Painter,
    frame: Buffer,
    now: Moment,
}

impl Desk {
    fn open(theme: Theme) -> Self {
        let setup = Setup {
            theme,
            words: Words::english(),
            keymap: Keymap::default(),
            zone: jiff::tz::TimeZone::UTC,
            size: SIZE,
            linear: false,
            pictures: false,
            ids: Ids::fixed(),
        };
        let factory = Box::new(|route: &Route, ctx: &crate::tui::flow::Ctx<'_>| match route {
            Route::Lookup { .. } => screens::open(
                &Route::Account {
                    account: card().id,
                    ticket: None,
                },
                ctx,
            ),
            other => screens::open(other, ctx),
        });
        let mut desk = Self {
            app: App::new(setup, factory),
            painter: Painter::new(SIZE),
            frame: Buffer::empty(Rect::from((ratatui::layout::Position::ORIGIN, SIZE))),
            now: now(),
        };
        desk.send(Msg::Started);
        desk.send(Msg::SignIn(SignInState::Approved));
        desk.send(Msg::Link(true));
        desk.paint();
        desk
    }

    /// Sends a message and answers every call that follows.
    fn send(&mut self, msg: Msg) {
        let mut jobs = self.app.update(msg, self.now);
        while !jobs.is_empty() {
            let mut next = Vec::new();
            for job in jobs {
                if let Job::Api(id, call) = job
                    && let Some(answer) = answer(&call)
                {
                    next.extend(self.app.update(Msg::Reply(id, Ok(answer)), self.now));
                }
            }
            jobs = next;
        }
    }

    fn keys(&mut self, spelled: &str) {
        for key in spelled.split(' ') {
            self.send(Msg::Key(key.parse().expect("a key")));
        }
    }

    fn paint(&mut self) -> usize {
        self.frame.reset();
        let cursor = self.app.view(&mut self.frame);
        self.painter.paint(&self.frame, cursor).len()
    }

    /// The bytes of the frame that answers a key, and those that the reference needs for it.
    fn key(&mut self, spelled: &str) -> (usize, usize) {
        let before = cells(&self.frame);
        self.keys(spelled);
        let bytes = self.paint();
        (bytes, reference::bytes(&before, &cells(&self.frame)))
    }

    fn times(&mut self, times: usize, key: &str) -> Vec<(usize, usize)> {
        (0..times).map(|_| self.key(key)).collect()
    }
}

fn cells(frame: &Buffer) -> reference::Screen {
    let row = |y: u16| (0..frame.area.width).map(move |x| cell(frame.cell((x, y)).expect("inside")));
    (0..frame.area.height).map(|y| row(y).collect()).collect()
}

fn cell(cell: &Cell) -> reference::Cell {
    let color = |color: Color| match color {
        Color::Rgb(r, g, b) => reference::Color::Rgb(r, g, b),
        Color::Indexed(n) => reference::Color::Indexed(n),
        Color::Reset => reference::Color::Own,
        // the sixteen: all spelled in two digits but the bright grounds
        _ => reference::Color::Indexed(7),
    };
    let marks = [
        Modifier::BOLD,
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::REVERSED,
        Modifier::DIM,
    ];
    reference::Cell {
        text: cell.symbol().to_owned(),
        fg: color(cell.fg),
        bg: color(cell.bg),
        attributes: marks
            .iter()
            .enumerate()
            .map(|(bit, mark)| u8::from(cell.modifier.contains(*mark)) << bit)
            .sum(),
    }
}

/// Each theme in each depth of colour.
fn looks() -> impl Iterator<Item = (String, Theme)> {
    ["default", "light", "high-contrast", "mono"]
        .into_iter()
        .flat_map(|choice| {
            [Depth::Rgb, Depth::Ansi256, Depth::Ansi16, Depth::Mono].map(|depth| {
                (
                    format!("{choice} {depth:?}"),
                    Theme::load(choice, None, depth).expect("shipped"),
                )
            })
        })
}

fn bytes(of: &[(usize, usize)]) -> Vec<usize> {
    of.iter().map(|(bytes, _)| *bytes).collect()
}

#[test]
fn a_move_of_the_cursor_writes_few_bytes() {
    for (look, theme) in looks() {
        for zoomed in [false, true] {
            let mut desk = Desk::open(theme.clone());
            if zoomed {
                desk.key("z");
            }
            let moves = bytes(&desk.times(10, "down"));
            assert!(
                moves.iter().all(|n| (20..350).contains(n)),
                "{look} zoomed {zoomed}: {moves:?}"
            );
        }
    }
}

#[test]
fn scrolling_by_one_row_writes_that_row() {
    for (look, theme) in looks() {
        for (zoomed, most) in [(false, 2_000), (true, 700)] {
            let mut desk = Desk::open(theme.clone());
            if zoomed {
                desk.key("z");
            }
            desk.times(45, "down");
            let moves = bytes(&desk.times(20, "down"));
            assert!(
                moves.iter().all(|n| (20..most).contains(n)),
                "{look} zoomed {zoomed}: {moves:?}"
            );
        }
    }
}

#[test]
fn a_page_writes_little_more_than_it_needs() {
    for (look, theme) in looks() {
        for zoomed in [false, true] {
            let mut desk = Desk::open(theme.clone());
            if zoomed {
                desk.key("z");
            }
            let pages = desk.times(4, "pagedown");
            assert!(
                pages.iter().all(|(bytes, needed)| bytes * 10 < needed * 13),
                "{look} zoomed {zoomed}: {pages:?}"
            );
        }
    }
}
