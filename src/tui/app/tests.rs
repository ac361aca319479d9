//! The desk with screens made of glass: whatever happens to them can be read.

mod layers;

use std::cell::RefCell;
use std::rc::Rc;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};

use super::*;
use crate::domain::agent::Availability as Presence;
use crate::domain::id::{AccountId, AgentId, SessionId, TokenId};
use crate::domain::permission::Role;
use crate::domain::profile::Profile;
use crate::text::words::Words;
use crate::tui::flow::{
    Answer, Availability, Dialog, Effect, Event, Explanation, Fact, Ids, Latest, Tone, Trouble,
};
use crate::tui::keys::{KeyCode, Keymap};
use crate::tui::theme::Theme;
use crate::wire::desk::{Me, Reason};
use crate::wire::tokens::ChangeToken;

type Log = Rc<RefCell<Vec<String>>>;

/// A screen that writes down what happens and keeps what is typed.
struct Glass {
    kind: ScreenKind,
    log: Log,
    typed: String,
    typing: bool,
    asked: Latest,
    dimmed: bool,
}

impl Glass {
    fn note(&self, what: &str) {
        self.log.borrow_mut().push(format!("{:?} {what}", self.kind));
    }
}

fn remove(ctx: &Ctx<'_>) -> ApiCall {
    ApiCall::RemoveToken {
        key: ctx.intent(),
        token: TokenId(uuid::Uuid::nil()),
        version: 1,
        body: ChangeToken {
            reason: Reason::default(),
            ticket_id: None,
            expires_at: None,
            again: false,
        },
    }
}

impl Screen for Glass {
    fn kind(&self) -> ScreenKind {
        self.kind
    }
    fn crumb(&self, _: &Ctx<'_>) -> String {
        format!("{:?}", self.kind)
    }
    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened if self.kind == ScreenKind::SignIn => vec![Effect::SignIn(SignInAsk::Start)],
            Event::Opened => {
                self.note("opened");
                Vec::new()
            }
            Event::Resumed => {
                self.note(&format!("resumed with {:?}", self.typed));
                Vec::new()
            }
            Event::Key(key) => {
                self.typed.extend(key.inserts());
                Vec::new()
            }
            Event::Paste(text) => {
                self.typed.push_str(&text);
                Vec::new()
            }
            Event::Command(Command::Filter) => {
                self.typing = true;
                Vec::new()
            }
            Event::Command(Command::LeaveText) => {
                self.typing = false;
                Vec::new()
            }
            Event::Command(Command::Open) => {
                vec![Effect::Push(Route::Account {
                    account: AccountId(uuid::Uuid::nil()),
                    ticket: None,
                })]
            }
            Event::Command(Command::Refresh) => {
                let id = ctx.request();
                let old = self.asked.ask(id);
                let mut effects: Vec<Effect> = old.into_iter().map(Effect::Cancel).collect();
                effects.push(Effect::Api(id, ApiCall::Me));
                effects
            }
            Event::Command(Command::RemoveToken) => vec![Effect::Open(Box::new(Ask {
                log: self.log.clone(),
                sent: false,
            }))],
            Event::Reply(id, _) => {
                let fresh = self.asked.takes(id);
                self.note(if fresh { "fresh reply" } else { "stale reply" });
                Vec::new()
            }
            Event::Woke(key) => {
                self.note(&format!("woke {key}"));
                Vec::new()
            }
            Event::Happened(Fact::AccountTouched(_)) => {
                self.note("heard");
                Vec::new()
            }
            Event::SignIn(state) => {
                self.note(&format!("{state:?}"));
                Vec::new()
            }
            other => {
                self.note(&format!("{other:?}"));
                Vec::new()
            }
        }
    }
    fn view(&mut self, area: Rect, buf: &mut Buffer, _: &Ctx<'_>) -> Option<Position> {
        buf.set_string(
            area.x,
            area.y,
            format!("{:?} {}", self.kind, self.typed),
            ratatui::style::Style::new(),
        );
        self.typing.then_some(Position { x: area.x, y: area.y })
    }
    fn say(&self, _: &Ctx<'_>) -> Vec<String> {
        vec![format!("typed {}", self.typed)]
    }
    fn contexts(&self) -> Vec<Context> {
        match (self.kind, self.typing) {
            (ScreenKind::SignIn, _) => vec![Context::SignIn],
            (_, true) => vec![Context::Text, Context::Tokens, Context::List],
            (ScreenKind::Tickets, false) => vec![Context::Ticket, Context::Tickets, Context::List],
            (_, false) => vec![Context::Tokens, Context::List],
        }
    }
    fn commands(&self, _: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let reissue = if self.dimmed {
            Availability::Dimmed("It was reissued already.".to_owned())
        } else {
            Availability::Enabled
        };
        vec![
            (Command::AddToken, Availability::Enabled),
            (Command::ReissueToken, reissue),
            (Command::RemoveToken, Availability::Enabled),
        ]
    }
    fn wants_text(&self) -> bool {
        self.typing
    }
    fn explain(&self, _: &Ctx<'_>) -> Option<Explanation> {
        Some(Explanation {
            title: "Why".to_owned(),
            lines: vec!["Because.".to_owned()],
        })
    }
    fn has_unsaved(&self, _: &Ctx<'_>) -> bool {
        self.typed == "unsaved"
    }
}

#[derive(Debug)]
struct Ask {
    log: Log,
    sent: bool,
}

impl Dialog for Ask {
    fn title(&self, _: &Ctx<'_>) -> String {
        "Remove?".to_owned()
    }
    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.log.borrow_mut().push(format!("dialog {event:?}"));
        match event {
            Event::Command(Command::Confirm) => {
                self.sent = true;
                vec![Effect::Api(ctx.request(), remove(ctx))]
            }
            Event::Command(Command::Back) => vec![Effect::Close],
            Event::Reply(_, Ok(_)) => {
                vec![
                    Effect::Close,
                    Effect::Publish(Fact::AccountTouched(AccountId(uuid::Uuid::nil()))),
                ]
            }
            _ => Vec::new(),
        }
    }
    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let inner = super::paint::boxed(area, 30, 5, &self.title(ctx), ctx.theme, buf);
        buf.set_string(
            inner.x,
            inner.y,
            if self.sent { "sent" } else { "not sent" },
            ratatui::style::Style::new(),
        );
        None
    }
    fn say(&self, _: &Ctx<'_>) -> Vec<String> {
        vec!["enter removes".to_owned()]
    }
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dialog]
    }
    fn commands(&self, _: &Ctx<'_>) -> Vec<(Command, Availability)> {
        vec![
            (Command::Confirm, Availability::Enabled),
            (Command::Back, Availability::Enabled),
        ]
    }
}

pub(super) struct Desk1 {
    pub(super) app: App,
    log: Log,
    pub(super) now: Moment,
}

fn setup(size: Size) -> Setup {
    Setup {
        theme: Theme::default(),
        words: Words::english(),
        keymap: Keymap::default(),
        zone: TimeZone::UTC,
        size,
        linear: false,
        pictures: false,
        ids: Ids::fixed(),
    }
}

fn me(role: Option<Role>) -> Me {
    Me {
        id: AgentId(uuid::Uuid::nil()),
        employee_id: "A-1042".to_owned(),
        name: "Robin Vale".to_owned(),
        role,
        tier: role.and_then(Role::tier),
        permissions: role.map(Role::permissions).unwrap_or_default(),
        availability: Presence::Available,
        session_id: SessionId(uuid::Uuid::nil()),
        issuer: "https://id.example.com".to_owned(),
        uid: "00u1".to_owned(),
        server_time: Moment::EPOCH,
    }
}

impl Desk1 {
    fn new(size: Size, dimmed: bool) -> Self {
        let log: Log = Rc::default();
        let shared = log.clone();
        let factory: Factory = Box::new(move |route, _| {
            Box::new(Glass {
                kind: route.kind(),
                log: shared.clone(),
                typed: String::new(),
                typing: false,
                asked: Latest::default(),
                dimmed,
            })
        });
        Self {
            app: App::new(setup(size), factory),
            log,
            now: Moment::EPOCH,
        }
    }

    pub(super) fn signed_in() -> Self {
        let mut desk = Self::new(Size::new(120, 40), true);
        desk.send(Msg::Started);
        desk.sign_in(Some(Role::Agent));
        desk.log.borrow_mut().clear();
        desk
    }

    pub(super) fn send(&mut self, msg: Msg) -> Vec<Job> {
        self.app.update(msg, self.now)
    }

    pub(super) fn sign_in(&mut self, role: Option<Role>) -> Vec<Job> {
        let jobs = self.send(Msg::SignIn(SignInState::Approved));
        let Some(id) = api(&jobs)
            .into_iter()
            .find(|(_, call)| *call == ApiCall::Me)
            .map(|(id, _)| id)
        else {
            panic!("asks who it is: {jobs:?}");
        };
        let jobs = self.send(Msg::Reply(id, Ok(Answer::Me(Box::new(me(role))))));
        if let Some((id, _)) = api(&jobs).into_iter().find(|(_, call)| *call == ApiCall::Desk) {
            let profile = Profile::shipped("extracare").expect("shipped");
            self.send(Msg::Reply(id, Ok(Answer::Desk(Box::new(profile)))));
        }
        jobs
    }

    pub(super) fn keys(&mut self, spelled: &str) -> Vec<Job> {
        spelled
            .split(' ')
            .flat_map(|key| self.send(Msg::Key(key.parse().expect("a key"))))
            .collect()
    }

    pub(super) fn text(&mut self) -> String {
        let size = self.app.env.size;
        let mut buf = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        self.app.view(&mut buf);
        let rows = (0..size.height).map(|y| {
            (0..size.width)
                .filter_map(|x| buf.cell((x, y)).map(|c| c.symbol()))
                .collect::<String>()
        });
        rows.map(|row| row.trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.borrow_mut())
    }
}

pub(super) fn api(jobs: &[Job]) -> Vec<(RequestId, ApiCall)> {
    jobs.iter()
        .filter_map(|job| match job {
            Job::Api(id, call) => Some((*id, call.clone())),
            _ => None,
        })
        .collect()
}

#[test]
fn it_starts_at_the_gate_and_greets_by_name_and_number() {
    let mut desk = Desk1::new(Size::new(120, 40), false);
    let jobs = desk.send(Msg::Started);
    assert!(jobs.contains(&Job::SignIn(SignInAsk::Start)), "{jobs:?}");
    assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn));
    assert!(!desk.text().contains("Kigo PRO"), "the gate has the whole screen");
    desk.sign_in(Some(Role::Agent));
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup));
    let text = desk.text();
    for part in [
        "Kigo PRO × Extra Care",
        "TEST",
        "A-1042 Robin Vale · Tier 1 · available",
        "Hello Robin Vale (A-1042). Signed in by id.example.com.",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn whoever_has_no_role_sees_nothing_else() {
    let mut desk = Desk1::new(Size::new(120, 40), false);
    desk.send(Msg::Started);
    desk.sign_in(None);
    assert_eq!(desk.app.shown(), Some(ScreenKind::Denied));
    desk.keys("g t");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Denied));
    assert!(desk.keys("g o").contains(&Job::SignOut));
    assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn));
}

#[test]
fn a_screen_that_was_left_comes_back_as_it_was() {
    let mut desk = Desk1::signed_in();
    desk.keys("/ a d a esc enter");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Account));
    desk.keys("g t");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Tickets));
    desk.keys("g a");
    assert_eq!(
        desk.app.shown(),
        Some(ScreenKind::Account),
        "the side is as it was left"
    );
    desk.keys("esc");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup));
    assert_eq!(
        desk.heard(),
        [
            "Account opened",
            "Tickets opened",
            "Account resumed with \"\"",
            "Lookup resumed with \"ada\""
        ]
    );
    assert!(desk.text().contains("Lookup ada"));
    desk.keys("esc");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup), "the bottom stays");
}

#[test]
fn letters_go_to_the_text_field_first() {
    let mut desk = Desk1::signed_in();
    assert!(desk.keys("/ g t q space").is_empty());
    desk.send(Msg::Paste("pasted".to_owned()));
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup));
    assert!(desk.text().contains("Lookup gtq pasted"), "{}", desk.text());
}

#[test]
fn the_third_line_shows_the_keys_that_work_where_the_focus_is() {
    let mut desk = Desk1::signed_in();
    let third = |desk: &mut Desk1| desk.text().lines().nth(2).unwrap_or_default().to_owned();
    let resting = third(&mut desk);
    for shown in ["a Add token", "? keys", ": all"] {
        assert!(resting.contains(shown), "{resting}");
    }
    desk.keys("/");
    let typing = third(&mut desk);
    for shown in ["f1 keys", "ctrl-p all"] {
        assert!(typing.contains(shown), "{typing}");
    }
    assert!(!typing.contains("Add token"), "`a` would be typed: {typing}");
    desk.keys("ctrl-p");
    assert!(desk.text().contains("All commands"), "{}", desk.text());
    desk.keys("esc esc");
    assert_eq!(third(&mut desk), resting);
}

#[test]
fn only_the_newest_answer_lands() {
    let mut desk = Desk1::signed_in();
    let first = api(&desk.keys("R"))[0].0;
    let jobs = desk.keys("R");
    assert!(jobs.contains(&Job::Cancel(first)));
    let second = api(&jobs)[0].0;
    let reply = || Ok(Answer::Notes(Vec::new()));
    desk.send(Msg::Reply(first, reply()));
    assert_eq!(
        desk.heard(),
        Vec::<String>::new(),
        "a cancelled question has no answer"
    );
    desk.send(Msg::Reply(second, reply()));
    assert_eq!(desk.heard(), ["Lookup fresh reply"]);
    desk.send(Msg::Reply(second, reply()));
    assert_eq!(desk.heard(), Vec::<String>::new(), "answered once");
}

#[test]
fn answers_to_a_screen_that_is_gone_are_dropped_and_its_reads_cancelled() {
    let mut desk = Desk1::signed_in();
    desk.keys("enter");
    let id = api(&desk.keys("R"))[0].0;
    assert!(desk.keys("esc").contains(&Job::Cancel(id)));
    desk.heard();
    desk.send(Msg::Reply(id, Ok(Answer::Notes(Vec::new()))));
    assert_eq!(desk.heard(), Vec::<String>::new());
}

#[test]
fn what_is_dimmed_says_why_and_does_nothing() {
    let mut desk = Desk1::signed_in();
    assert!(desk.text().contains("(r Reissue)"));
    desk.keys("r");
    assert_eq!(desk.heard(), Vec::<String>::new());
    assert!(desk.text().contains("! It was reissued already."));
}

#[test]
fn a_dialog_refuses_what_is_below_and_everyone_hears_of_what_it_did() {
    let mut desk = Desk1::signed_in();
    desk.keys("enter x");
    assert!(desk.text().contains("not sent"));
    desk.heard();
    desk.keys("x g t :");
    assert_eq!(
        desk.app.shown(),
        Some(ScreenKind::Account),
        "nothing below the dialog moves"
    );
    desk.heard();
    let id = api(&desk.keys("enter"))[0].0;
    desk.send(Msg::Delayed(id, "the backend does not answer".to_owned()));
    assert!(
        desk.text().contains("sent"),
        "the dialog stays with everything in it"
    );
    desk.heard();
    desk.send(Msg::Reply(id, Ok(Answer::Notes(Vec::new()))));
    let heard = desk.heard();
    assert!(
        heard.contains(&"Account heard".to_owned()) && heard.contains(&"Lookup heard".to_owned()),
        "{heard:?}"
    );
    assert!(!desk.text().contains("Remove?"));
}

#[test]
fn an_action_outlives_its_dialog_and_its_end_is_told() {
    let mut desk = Desk1::signed_in();
    desk.keys("x");
    let id = api(&desk.keys("enter"))[0].0;
    let jobs = desk.keys("esc");
    assert!(!jobs.contains(&Job::Cancel(id)), "actions are never called off");
    let refused = CallError::new(Trouble::Refused, "The token was removed already.");
    desk.send(Msg::Reply(id, Err(refused)));
    assert!(
        desk.text().contains("Not done: removing a token"),
        "{}",
        desk.text()
    );
    assert_eq!(desk.app.toast.as_ref().map(|t| t.tone), Some(Tone::Error));
}
