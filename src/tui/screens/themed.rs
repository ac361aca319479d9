//! Each screen of the token desk in each shipped theme, in both sizes: the text, and below it how each cell looks, by the
//! roles of the theme.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::parts::testing::{World, calls, card, offer, ticket, token, uuid};
use crate::domain::approval::ApprovalState;
use crate::domain::id::{AccountId, ActionId, AgentId, ApprovalId, PlanId, TokenId};
use crate::domain::permission::Role as Who;
use crate::domain::picture::Pixels;
use crate::domain::plan::{PlanNoun, PlanState, PlanVerb, RowState};
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, DisputeStatus, TokenState};
use crate::tui::flow::{
    Answer, ApiCall, Effect, Event, Picture, Route, Screen, TokenAnswer, TokenCall, Told,
};
use crate::tui::keys::Command;
use crate::tui::theme::{Depth, Role, Theme};
use crate::wire::approvals::Approval;
use crate::wire::desk::Reason;
use crate::wire::page::{Page, Total};
use crate::wire::plans::{Plan, PlanDetail, PlanRow, PlanSubject, TokenSubject};
use crate::wire::tokens::{Action, Ties, TokenEvent, TokenRow, WalletSteps};

const THEMES: [&str; 3] = ["default", "light", "high-contrast"];
const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// A token in each state, one that ends soon, and one that is all but gone.
fn wallet(now: Moment) -> Vec<TokenRow> {
    let mut rows = vec![
        token(1, "20% off at the bakery", TokenState::Active),
        token(2, "Free coffee", TokenState::Used),
        token(3, "Spring sample", TokenState::Expired),
        token(4, "Two for one", TokenState::Shared),
        token(5, "Refused at the till", TokenState::Disputed),
        token(6, "Out of the wallet", TokenState::Removed),
        token(7, "Ends in two days", TokenState::Active),
        token(8, "中文餐廳 lunch, ends in six days", TokenState::Active),
    ];
    rows[4].dispute = Some(DisputeStatus::Open);
    rows[6].expires_at = Some(now.plus_seconds(2 * 86_400 + 60));
    rows[7].expires_at = Some(now.plus_seconds(6 * 86_400 + 60));
    rows
}

fn event(now: Moment, days: i64, what: &str, who: &str, detail: &str, other: Option<u64>) -> TokenEvent {
    TokenEvent {
        at: now.plus_seconds(-days * 86_400),
        what: what.to_owned(),
        who: who.to_owned(),
        detail: detail.to_owned(),
        other: other.map(|n| TokenId(uuid(n))),
    }
}

fn life(now: Moment) -> Vec<TokenEvent> {
    let amara = "A-1042 Amara Okafor";
    vec![
        event(now, 20, "reissued_from", amara, "expired", Some(7)),
        event(now, 18, "disputed", amara, "refused at the till", None),
        event(now, 17, "upheld", "E-3001 Sol Ito", "the receipt shows it", None),
        event(now, 12, "used", "", "", None),
    ]
}

fn action(now: Moment, n: u64, kind: ActionKind, undone: bool) -> Action {
    let row = token(n, "Free coffee", TokenState::Active);
    Action {
        id: ActionId(uuid(n)),
        kind,
        token_id: row.id,
        account_id: row.account_id,
        name: row.name,
        agent: "A-1042 Amara Okafor".to_owned(),
        at: now,
        reason: Reason {
            code: "customer_request".to_owned(),
            text: String::new(),
        },
        ticket_id: None,
        before: Some(TokenState::Active),
        after: TokenState::Removed,
        ties: Ties {
            undone_by: undone.then(|| ActionId(uuid(99))),
            ..Ties::default()
        },
    }
}

fn approval(now: Moment, n: u64, state: ApprovalState) -> Approval {
    Approval {
        id: ApprovalId(uuid(n)),
        kind: ActionKind::Add,
        token_id: Some(TokenId(uuid(1_001))),
        account_id: Some(AccountId(uuid(11))),
        plan_id: None,
        name: "$250 gift card".to_owned(),
        content: serde_json::json!({"kind": "add"}),
        hash: "f00dface".repeat(3),
        why: "it is worth 250 USD, and above 100 USD a second person approves".to_owned(),
        state,
        asked_by: "A-1043 Ben Adeyemi".to_owned(),
        asked_by_id: AgentId(uuid(7)),
        asked_at: now,
        expires_at: now.plus_seconds(86_400),
        decided_by: String::new(),
        decided_at: None,
        note: String::new(),
        action_id: None,
        version: 1,
    }
}

fn plan(now: Moment) -> Box<PlanDetail> {
    let states = [
        RowState::Planned,
        RowState::Skipped,
        RowState::Done,
        RowState::Failed,
    ];
    let rows = (1..).zip(states).map(|(n, state)| PlanRow {
        n,
        subject: PlanSubject::Token(TokenSubject {
            token_id: TokenId(uuid(1_000)),
            account_id: AccountId(uuid(11)),
            before: TokenState::Expired,
            action_id: None,
            made_id: None,
        }),
        version: 1,
        name: format!("Offer {n}"),
        state,
        code: String::new(),
        detail: "it changed since the plan was made".to_owned(),
    });
    Box::new(PlanDetail {
        plan: Plan {
            id: PlanId(uuid(5)),
            noun: PlanNoun::Token,
            verb: PlanVerb::Reissue,
            moves: Vec::new(),
            state: PlanState::Ready,
            agent: "A-1042 Amara Okafor".to_owned(),
            reason: Reason {
                code: "goodwill".to_owned(),
                text: String::new(),
            },
            query: String::new(),
            hash: "abc".to_owned(),
            created_at: now,
            expires_at: now.plus_seconds(3_600),
            undoes: None,
            approval_id: None,
            planned: 1,
            skipped: 1,
            done: 1,
            failed: 1,
        },
        rows: rows.collect(),
    })
}

fn whole<T>(items: Vec<T>) -> Page<T> {
    let total = Total {
        value: items.len() as u64,
        exact: true,
    };
    Page {
        total: Some(total),
        offset: Some(0),
        ..Page::whole(items)
    }
}

fn answer(call: &ApiCall, now: Moment) -> Option<Answer> {
    Some(match call {
        ApiCall::Account(_) => {
            let mut card = card();
            card.verified_at = Some(now);
            Answer::Card(Box::new(card))
        }
        ApiCall::WalletPage { .. } => Answer::Tokens(whole(wallet(now))),
        ApiCall::WalletSteps { .. } => Answer::Steps(Box::new(WalletSteps {
            here: None,
            before: None,
            after: None,
        })),
        ApiCall::Ticket(_) => Answer::Ticket(Box::new(ticket())),
        ApiCall::Notes(_) => Answer::Notes(Vec::new()),
        ApiCall::Token(_) => Answer::Token(Box::new(token(2, "Free coffee", TokenState::Used))),
        ApiCall::TokenHistory(_) => Answer::TokenHistory(life(now)),
        ApiCall::Picture(offer) => {
            let pixels = Pixels::new(2, 2, vec![200; 16]).expect("pixels");
            let png = pixels.to_png().expect("written");
            Answer::Picture(Arc::new(Picture {
                offer: *offer,
                png,
                pixels,
            }))
        }
        ApiCall::Offers { .. } => {
            let mut not = offer(2, "Spring sample");
            not.why_not = Some("The customer has it already.".to_owned());
            Answer::Offers(whole(vec![offer(1, "Free coffee"), not]))
        }
        ApiCall::On(TokenCall::Actions(_)) => Answer::Of(TokenAnswer::Actions(whole(vec![
            action(now, 1, ActionKind::Remove, false),
            action(now, 2, ActionKind::Remove, true),
        ]))),
        ApiCall::On(TokenCall::Approvals(_)) => Answer::Of(TokenAnswer::Approvals(whole(vec![
            approval(now, 1, ApprovalState::Open),
            approval(now, 2, ApprovalState::Rejected),
        ]))),
        ApiCall::On(TokenCall::Plan(..)) => Answer::Of(TokenAnswer::Plan(plan(now))),
        _ => return None,
    })
}

/// Answers all that is asked until nothing more is.
fn settle(screen: &mut dyn Screen, world: &World, effects: Vec<Effect>) {
    let mut open = calls(&effects);
    while let Some((id, call)) = open.pop() {
        if let Some(answer) = answer(&call, world.now) {
            let more = screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
            open.extend(calls(&more));
        }
    }
}

fn screens(account: AccountId) -> Vec<(&'static str, Route, Vec<Event>)> {
    let then = Moment::parse("2026-11-12T14:05:59Z").expect("a moment");
    let ticket = Some(ticket().row.id);
    let wallet = Route::Account { account, ticket };
    vec![
        ("account", wallet.clone(), Vec::new()),
        (
            "marked",
            wallet.clone(),
            vec![Event::Command(Command::Mark), Event::Command(Command::Mark)],
        ),
        ("detail", wallet.clone(), vec![Event::Command(Command::NextPane)]),
        ("past", wallet, vec![Event::Told(Told::AsOf(Some(then)))]),
        (
            "token",
            Route::Token {
                account,
                token: TokenId(uuid(1_002)),
                ticket,
            },
            vec![Event::Command(Command::Last)],
        ),
        (
            "catalog",
            Route::Catalog {
                account,
                ticket: None,
            },
            vec![Event::Command(Command::LeaveText)],
        ),
        (
            "plan",
            Route::Plan {
                noun: PlanNoun::Token,
                plan: PlanId(uuid(5)),
            },
            Vec::new(),
        ),
        ("activity", Route::Activity, Vec::new()),
        ("approvals", Route::Approvals, Vec::new()),
    ]
}

fn drawn(world: &World, screen: &mut dyn Screen) -> Buffer {
    let (width, height) = (world.size.width, world.size.height - 3);
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let area = buf.area;
    buf.set_style(area, world.theme.style(Role::Text));
    let body = Rect {
        height: height - 1,
        ..area
    };
    screen.view(body, &mut buf, &world.ctx());
    let last = Rect {
        y: height - 1,
        height: 1,
        ..area
    };
    screen.question(last, &mut buf, &world.ctx());
    buf
}

/// How a cell looks: what a person can see of it.
fn look(cell: &Cell) -> (Color, Color, Modifier) {
    let fg = if cell.symbol() == " " && !cell.modifier.contains(Modifier::REVERSED) {
        Color::Reset
    } else {
        cell.fg
    };
    (fg, cell.bg, cell.modifier)
}

/// The roles that look like this; else how it looks.
fn named(theme: &Theme, (fg, bg, modifier): (Color, Color, Modifier)) -> String {
    let ground = theme.style(Role::Text);
    let same = |style: Style| {
        let whole = ground.patch(style);
        (
            whole.fg.unwrap_or_default(),
            whole.bg.unwrap_or_default(),
            whole.add_modifier,
        ) == (fg, bg, modifier)
    };
    let roles: Vec<&str> = Role::all()
        .filter(|role| same(theme.style(*role)))
        .map(Role::name)
        .collect();
    if fg == Color::Reset && modifier.is_empty() {
        return format!("blank on {bg}");
    }
    if roles.is_empty() {
        format!("{fg} on {bg} {modifier:?}")
    } else {
        roles.join(", ")
    }
}

/// The text, then a letter for how each cell looks, then what the letters mean.
fn told(world: &World, buf: &Buffer) -> String {
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let mut map = String::new();
    for y in 0..buf.area.height {
        let row: String = (0..buf.area.width)
            .map(|x| {
                let name = named(&world.theme, look(&buf[(x, y)]));
                if name.starts_with("blank")
                    && buf[(x, y)].bg == world.theme.style(Role::Text).bg.unwrap_or_default()
                {
                    return ' ';
                }
                let next = letters.len();
                *letters.entry(name).or_insert_with(|| {
                    let at = u8::try_from(next).expect("few looks");
                    char::from(if at < 26 { b'a' + at } else { b'A' + at - 26 })
                })
            })
            .collect();
        map.push_str(row.trim_end());
        map.push('\n');
    }
    let mut meant: Vec<(char, String)> = letters.into_iter().map(|(name, letter)| (letter, name)).collect();
    meant.sort_unstable();
    let meant: Vec<String> = meant
        .into_iter()
        .map(|(letter, name)| format!("{letter} {name}"))
        .collect();
    format!(
        "{}--\n{map}--\n{}",
        crate::tui::widgets::testing::text_of(buf),
        meant.join("\n")
    )
}

#[test]
fn each_screen_in_each_theme_and_size() {
    for theme in THEMES {
        for (cols, rows) in SIZES {
            let mut world = World::of(Who::Engineer, cols, rows);
            world.theme = Theme::load(theme, None, Depth::Rgb).expect(theme);
            world.pictures = true;
            for (name, route, events) in screens(card().id) {
                let mut screen = super::open(&route, &world.ctx());
                let effects = screen.update(Event::Opened, &world.ctx());
                settle(&mut *screen, &world, effects);
                for event in events {
                    let effects = screen.update(event, &world.ctx());
                    settle(&mut *screen, &world, effects);
                }
                let effects = screen.update(Event::Woke(super::parts::detail::WAKE), &world.ctx());
                settle(&mut *screen, &world, effects);
                // the place that is kept for a picture is known after the first drawing
                drawn(&world, &mut *screen);
                let frame = drawn(&world, &mut *screen);
                insta::assert_snapshot!(format!("{name}_{theme}_{cols}"), told(&world, &frame));
            }
        }
    }
}

#[test]
fn without_colour_everything_is_still_told() {
    let world = World::of(Who::Engineer, 120, 40);
    let mut screen = super::open(
        &Route::Account {
            account: card().id,
            ticket: None,
        },
        &world.ctx(),
    );
    let effects = screen.update(Event::Opened, &world.ctx());
    settle(&mut *screen, &world, effects);
    let frame = drawn(&world, &mut *screen);
    let coloured = frame
        .content
        .iter()
        .filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
    assert_eq!(coloured.count(), 0);
    let text = crate::tui::widgets::testing::text_of(&frame);
    for told in [
        "● active",
        "✓ used",
        "○ expired",
        "⇄ shared",
        "⚑ disputed",
        "! in 2 days",
        "! in 6 days",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
}
