use super::*;
use crate::domain::id::{ActionId, TicketId};
use crate::domain::token::{ActionKind, TokenState};
use crate::tui::flow::{Answer, TokenAnswer};
use crate::tui::screens::parts::testing::{self, World, hostile, token, uuid};
use crate::wire::desk::Reason;
use crate::wire::page::Page;
use crate::wire::tokens::Ties;

fn action(n: u64, kind: ActionKind, undone: bool) -> Action {
    let token = token(n, "Free coffee", TokenState::Active);
    Action {
        id: ActionId(uuid(n)),
        kind,
        token_id: token.id,
        account_id: token.account_id,
        name: token.name,
        agent: "Amara Okafor (A-1042)".to_owned(),
        at: testing::now(),
        reason: Reason {
            code: "customer_request".to_owned(),
            text: String::new(),
        },
        ticket_id: Some(TicketId(uuid(801))),
        before: (kind != ActionKind::Add).then_some(TokenState::Active),
        after: if kind == ActionKind::Remove {
            TokenState::Removed
        } else {
            TokenState::Active
        },
        ties: Ties {
            undone_by: undone.then(|| ActionId(uuid(99))),
            ..Ties::default()
        },
    }
}

fn opened(world: &World, actions: Vec<Action>) -> ActivityScreen {
    let mut screen = ActivityScreen::new();
    let (id, sent) = testing::call(&screen.update(Event::Opened, &world.ctx()));
    assert!(
        matches!(&sent, ApiCall::On(TokenCall::Actions(params)) if params.q.as_deref() == Some(FIRST_QUERY))
    );
    let answer = Answer::Of(TokenAnswer::Actions(Page::whole(actions)));
    screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
    screen
}

fn undoable(screen: &ActivityScreen, world: &World) -> Availability {
    let all = screen.commands(&world.ctx());
    all.into_iter()
        .find(|(c, _)| *c == Command::Undo)
        .expect("listed")
        .1
}

#[test]
fn what_was_done_is_seen_with_before_and_after_and_taken_back_from_here() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::new(cols, rows);
        let mut long = action(3, ActionKind::Reissue, false);
        long.name = hostile();
        long.at = world.now.plus_seconds(-60);
        let actions = vec![
            action(1, ActionKind::Remove, false),
            action(2, ActionKind::Add, true),
            long,
            action(4, ActionKind::Uphold, false),
        ];
        let mut screen = opened(&world, actions);
        insta::assert_snapshot!(format!("activity_{cols}"), world.frame(&mut screen));
        assert_eq!(undoable(&screen, &world), Availability::Enabled);
        let effects = screen.update(Event::Command(Command::Undo), &world.ctx());
        assert!(matches!(&effects[..], [Effect::Open(_)]), "{effects:?}");
        for why in ["taken back already", "cannot be taken back"] {
            screen.update(Event::Command(Command::Down), &world.ctx());
            if why.starts_with("cannot") {
                screen.update(Event::Command(Command::Down), &world.ctx());
            }
            assert!(
                matches!(undoable(&screen, &world), Availability::Dimmed(said) if said.contains(why)),
                "{why}"
            );
        }
        let effects = screen.update(Event::Command(Command::Copy), &world.ctx());
        let [Effect::Copy { text, .. }] = &effects[..] else {
            panic!("{effects:?}");
        };
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(
            lines[0],
            "Token actions, agent:me at:today: 4, as of 21 Nov 2026 14:30 UTC"
        );
        assert!(lines[1].contains("reissued"), "the oldest first: {text}");
        assert!(
            lines[2].starts_with(
                "21 Nov 2026 14:30: removed · Free coffee · active → removed · Customer request · Amara"
            ) && lines[2].ends_with("token …0003e9"),
            "{text}"
        );
    }
}

#[test]
fn nothing_done_says_what_to_do() {
    let world = World::new(80, 24);
    let mut screen = opened(&world, Vec::new());
    assert!(world.frame(&mut screen).contains("without agent:me"));
    assert!(matches!(undoable(&screen, &world), Availability::Dimmed(_)));
    assert!(!screen.say(&world.ctx()).is_empty());
}
