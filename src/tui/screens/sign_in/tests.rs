//! The sign-in by its frames and its answers.

use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::*;
use crate::text::words::Words;
use crate::tui::flow::{Ids, Link, neutral_desk};
use crate::tui::keys::Keymap;
use crate::tui::theme::Theme;

struct World {
    words: Words,
    theme: Theme,
    keymap: Keymap,
    zone: TimeZone,
    ids: Ids,
    desk: crate::domain::profile::Profile,
    now: Moment,
    size: Size,
    memory: crate::tui::flow::Memory,
    presences: crate::tui::flow::Presences,
}

impl World {
    fn new(width: u16, height: u16) -> Self {
        Self {
            words: Words::english(),
            theme: Theme::default(),
            keymap: Keymap::default(),
            zone: TimeZone::UTC,
            memory: crate::tui::flow::Memory::default(),
            presences: crate::tui::flow::Presences::default(),
            ids: Ids::fixed(),
            desk: crate::domain::profile::Profile::shipped("extracare").unwrap_or_else(|_| neutral_desk()),
            now: Moment::EPOCH,
            size: Size { width, height },
        }
    }

    fn ctx(&self) -> Ctx<'_> {
        Ctx {
            me: None,
            desk: &self.desk,
            theme: &self.theme,
            words: &self.words,
            keymap: &self.keymap,
            now: self.now,
            zone: &self.zone,
            size: self.size,
            link: Link::Connecting,
            presences: &self.presences,
            linear: false,
            pictures: false,
            memory: &self.memory,
            ids: &self.ids,
        }
    }

    fn frame(&self, screen: &mut SignIn) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, self.size.width, self.size.height));
        screen.view(buf.area, &mut buf, &self.ctx());
        let row = |y| {
            (0..self.size.width)
                .filter_map(|x| buf.cell((x, y)).map(|c| c.symbol()))
                .collect::<String>()
        };
        (0..self.size.height)
            .map(|y| row(y).trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn prompt(people: usize) -> Event {
    let person = |n: usize| DemoPerson {
        id: format!("p{n}"),
        name: format!("Person {n}"),
        role: "tier 1".to_owned(),
    };
    Event::SignIn(SignInState::Prompt {
        user_code: "WDJB-MJHT".to_owned(),
        verification_uri: "http://127.0.0.1:40123/activate".to_owned(),
        verification_uri_complete: Some("http://127.0.0.1:40123/activate?user_code=WDJB-MJHT".to_owned()),
        expires_at: Moment::EPOCH.plus_seconds(600),
        demo_people: (1..=people).map(person).collect(),
    })
}

#[test]
fn code_and_address_are_readable_and_the_qr_code_stands_beside_where_it_fits() {
    for (width, height) in [(120, 40), (80, 24)] {
        let world = World::new(width, height);
        let mut screen = SignIn::default();
        screen.update(prompt(5), &world.ctx());
        insta::assert_snapshot!(format!("code_{width}x{height}"), world.frame(&mut screen));
    }
}

#[test]
fn a_code_that_nobody_looks_at_goes_out_of_sight_until_a_key_or_the_window_brings_it_back() {
    let hides = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Wake { after, key: HIDE } => Some(after.as_secs()),
            _ => None,
        })
    };
    let shown = "W D J B - M J H T";
    for (width, height) in [(120, 40), (80, 24)] {
        let mut world = World::new(width, height);
        let mut screen = SignIn::default();
        let effects = screen.update(prompt(5), &world.ctx());
        assert_eq!(hides(&effects), Some(180));
        let effects = screen.update(Event::Focus(false), &world.ctx());
        assert_eq!(
            hides(&effects),
            Some(60),
            "the browser is in front: so long it can be compared"
        );
        assert!(world.frame(&mut screen).contains(shown));
        for back in [
            Event::Key(Key::char('j')),
            Event::Command(Command::CopyCode),
            Event::Focus(true),
        ] {
            world.now = world.now.plus_seconds(180);
            screen.update(Event::Woke(HIDE), &world.ctx());
            let frame = world.frame(&mut screen);
            assert!(!frame.contains(shown) && !frame.contains('▀'), "{frame}");
            assert!(frame.contains("Press any key"), "{frame}");
            let effects = screen.update(back, &world.ctx());
            assert_eq!(hides(&effects), Some(180));
            assert!(world.frame(&mut screen).contains(shown));
        }
        world.now = world.now.plus_seconds(100);
        assert!(screen.update(Event::Key(Key::char('j')), &world.ctx()).is_empty());
        world.now = world.now.plus_seconds(80);
        let effects = screen.update(Event::Woke(HIDE), &world.ctx());
        assert_eq!(hides(&effects), Some(100), "a key was pressed meanwhile");
        world.now = world.now.plus_seconds(100);
        screen.update(Event::Woke(HIDE), &world.ctx());
        assert!(!world.frame(&mut screen).contains(shown));
        world.now = Moment::EPOCH;
        screen.update(prompt(0), &world.ctx());
        assert!(world.frame(&mut screen).contains(shown), "a new code is shown");
    }
}

#[test]
fn at_80_by_24_the_qr_code_takes_the_whole_screen_on_a_key() {
    let world = World::new(80, 24);
    let mut screen = SignIn::default();
    screen.update(prompt(0), &world.ctx());
    assert!(!world.frame(&mut screen).contains('▀'));
    screen.update(Event::Command(Command::ShowQr), &world.ctx());
    let whole = world.frame(&mut screen);
    assert!(whole.contains('▀'), "{whole}");
    assert!(
        whole.contains("WDJB-MJHT") && !whole.contains("W D J B"),
        "the code stays in sight, in one line: {whole}"
    );
    screen.update(Event::Command(Command::Back), &world.ctx());
    assert!(world.frame(&mut screen).contains("W D J B - M J H T"));
}

#[test]
fn the_clock_shows_minutes_and_seconds_only_at_the_end() {
    let mut world = World::new(80, 24);
    let mut screen = SignIn::default();
    let wait = |effects: &[Effect]| match effects {
        [Effect::Wake { after, key: CLOCK }, ..] => after.as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(&screen.update(prompt(0), &world.ctx())), 60);
    assert!(world.frame(&mut screen).contains("10 minutes left"));
    for (passed, shown, next) in [
        (60, "9 minutes left", 60),
        (539, "2 minutes left", 1),
        (540, "60 seconds left", 1),
        (598, "2 seconds left", 1),
    ] {
        world.now = Moment::EPOCH.plus_seconds(passed);
        assert_eq!(
            wait(&screen.update(Event::Woke(CLOCK), &world.ctx())),
            next,
            "{passed}"
        );
        assert!(world.frame(&mut screen).contains(shown), "{shown}");
    }
    world.now = Moment::EPOCH.plus_seconds(600);
    assert!(screen.update(Event::Woke(CLOCK), &world.ctx()).is_empty());
    assert!(world.frame(&mut screen).contains("expired"));
}

#[test]
fn a_demo_person_approves_by_one_digit() {
    let world = World::new(80, 24);
    let mut screen = SignIn::default();
    screen.update(prompt(3), &world.ctx());
    screen.update(Event::Key(Key::char('2')), &world.ctx());
    screen.update(Event::Command(Command::DemoApprove), &world.ctx());
    insta::assert_snapshot!("choose_80x24", world.frame(&mut screen));
    assert!(
        screen.update(Event::Key(Key::char('9')), &world.ctx()).is_empty(),
        "there is no ninth"
    );
    let effects = screen.update(Event::Key(Key::char('2')), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::SignIn(SignInAsk::Approve { person })] if person == "p2"),
        "{effects:?}"
    );
}

#[test]
fn failures_say_why_and_what_to_do_and_a_new_code_is_asked_for_by_a_key() {
    let world = World::new(80, 24);
    let mut screen = SignIn::default();
    assert!(matches!(
        screen.update(Event::Opened, &world.ctx())[..],
        [Effect::SignIn(SignInAsk::Start)]
    ));
    screen.update(
        Event::SignIn(SignInState::Failed("The issuer said no.".to_owned())),
        &world.ctx(),
    );
    let text = world.frame(&mut screen);
    assert!(
        text.contains("did not work") && text.contains("The issuer said no.") && text.contains("New code"),
        "{text}"
    );
    let effects = screen.update(Event::Command(Command::NewCode), &world.ctx());
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::SignIn(SignInAsk::NewCode)))
    );
    screen.update(prompt(0), &world.ctx());
    screen.update(
        Event::SignIn(SignInState::Trouble("The issuer is not reachable.".to_owned())),
        &world.ctx(),
    );
    let text = world.frame(&mut screen);
    assert!(
        text.contains("W D J B") && text.contains("not reachable"),
        "the code stays: {text}"
    );
}

#[test]
fn it_says_itself_without_counting_down() {
    let mut world = World::new(80, 24);
    let mut screen = SignIn::default();
    screen.update(prompt(0), &world.ctx());
    let said = screen.say(&world.ctx());
    assert!(
        said.contains(&"WDJB-MJHT".to_owned())
            && said.contains(&"http://127.0.0.1:40123/activate".to_owned())
    );
    world.now = Moment::EPOCH.plus_seconds(300);
    screen.update(Event::Woke(CLOCK), &world.ctx());
    assert_eq!(screen.say(&world.ctx()), said);
}

#[test]
fn a_sign_in_is_called_off_by_one_key_and_the_code_goes_from_the_screen() {
    let world = World::new(80, 24);
    let mut screen = SignIn::default();
    screen.update(prompt(0), &world.ctx());
    let effects = screen.update(Event::Command(Command::Back), &world.ctx());
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::SignIn(SignInAsk::CallOff)))
    );
    let text = world.frame(&mut screen);
    assert!(
        !text.contains("W D J B") && text.contains("called off") && text.contains("New code"),
        "{text}"
    );
    assert!(
        screen
            .update(Event::Command(Command::Back), &world.ctx())
            .is_empty()
    );
}

#[test]
fn approval_and_expiry_blank_the_code() {
    for state in [SignInState::Approved, SignInState::Kept, SignInState::Expired] {
        let world = World::new(80, 24);
        let mut screen = SignIn::default();
        screen.update(prompt(0), &world.ctx());
        screen.update(Event::SignIn(state), &world.ctx());
        let (text, said) = (world.frame(&mut screen), screen.say(&world.ctx()).join(" "));
        assert!(!text.contains("W D J B") && !said.contains("WDJB"), "{text}");
    }
}

#[test]
fn a_locked_desk_asks_for_nothing_until_somebody_wants_to_sign_in() {
    let world = World::new(80, 24);
    for (idle, said) in [(true, "Nobody was here for 15 minutes"), (false, "kept for you")] {
        let mut screen = SignIn::locked(idle);
        assert!(screen.update(Event::Opened, &world.ctx()).is_empty(), "no code");
        assert!(screen.update(prompt(0), &world.ctx()).is_empty());
        let text = world.frame(&mut screen);
        assert!(
            text.contains("Locked") && text.contains(said) && text.contains("(n)"),
            "{text}"
        );
        assert!(!text.contains("W D J B"), "{text}");
        assert!(screen.say(&world.ctx()).join(" ").contains(said));
        let effects = screen.update(Event::Command(Command::NewCode), &world.ctx());
        assert!(
            effects
                .iter()
                .any(|e| matches!(e, Effect::SignIn(SignInAsk::NewCode)))
        );
        screen.update(Event::SignIn(SignInState::Starting), &world.ctx());
        screen.update(prompt(0), &world.ctx());
        assert!(world.frame(&mut screen).contains("W D J B"));
    }
}
