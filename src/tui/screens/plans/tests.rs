use super::*;
use crate::domain::id::{AccountId, PlanId};
use crate::domain::plan::{PlanNoun, PlanVerb};
use crate::domain::time::Moment;
use crate::tui::flow::Trouble;
use crate::tui::screens::parts::testing::{World, call, hostile, uuid};
use crate::wire::desk::Reason;

fn plan(n: u64, verb: PlanVerb, state: PlanState, counts: [u32; 4]) -> Plan {
    let at = |text: &str| Moment::parse(text).expect("a moment");
    let [planned, done, failed, skipped] = counts;
    Plan {
        id: PlanId(uuid(n)),
        noun: PlanNoun::Token,
        verb,
        moves: Vec::new(),
        state,
        agent: "Amara Okafor".to_owned(),
        reason: Reason {
            code: String::new(),
            text: "promised by telephone".to_owned(),
        },
        query: String::new(),
        hash: "h".to_owned(),
        created_at: at("2026-11-21T10:00:00Z"),
        expires_at: at("2026-11-21T18:00:00Z"),
        undoes: None,
        approval_id: None,
        planned,
        skipped,
        done,
        failed,
    }
}

fn some() -> Vec<Plan> {
    vec![
        plan(1, PlanVerb::Reissue, PlanState::Ready, [12, 0, 0, 3]),
        plan(2, PlanVerb::Remove, PlanState::Running, [400, 600, 0, 0]),
        plan(3, PlanVerb::Dispute, PlanState::Waiting, [50, 0, 0, 0]),
        Plan {
            reason: Reason::default(),
            ..plan(4, PlanVerb::Undo, PlanState::Done, [0, 3, 1, 0])
        },
        Plan {
            expires_at: Moment::parse("2026-11-20T00:00:00Z").expect("a moment"),
            reason: Reason {
                code: String::new(),
                text: hostile(),
            },
            ..plan(5, PlanVerb::Remove, PlanState::Ready, [9, 0, 0, 0])
        },
    ]
}

fn opened(world: &World, reply: Result<Vec<Plan>, CallError>) -> PlansScreen {
    let mut screen = PlansScreen::default();
    let (id, asked) = call(&screen.update(Event::Opened, &world.ctx()));
    assert_eq!(asked, ApiCall::Ask(AskCall::Plans));
    let reply = reply.map(|rows| Answer::Asked(AskAnswer::Plans(rows)));
    screen.update(Event::Reply(id, reply), &world.ctx());
    screen
}

#[test]
fn frames() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::new(cols, rows);
        let frame = world.frame(&mut PlansScreen::default());
        assert!(frame.contains("Loading"), "{frame}");
        let frame = world.frame(&mut opened(&world, Ok(some())));
        assert!(!frame.contains(['\u{1b}', '\u{202e}']));
        insta::assert_snapshot!(format!("plans_{cols}"), frame);
        insta::assert_snapshot!(
            format!("none_{cols}"),
            world.frame(&mut opened(&world, Ok(Vec::new())))
        );
        let error = CallError::new(Trouble::Offline, "The backend cannot be reached.");
        insta::assert_snapshot!(
            format!("failed_{cols}"),
            world.frame(&mut opened(&world, Err(error)))
        );
    }
}

#[test]
fn the_one_under_the_cursor_opens_and_the_list_follows_what_happens() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, Ok(some()));
    screen.update(Event::Command(Command::Down), &world.ctx());
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Push(Route::Plan { plan, .. })] if *plan == PlanId(uuid(2))),
        "{effects:?}"
    );
    let said = screen.say(&world.ctx()).join("\n");
    assert!(
        said.contains("2 of 5") && said.contains("stopped: can go on"),
        "{said}"
    );
    // read again; a late answer is dropped, and the cursor stays on its plan
    let account = AccountId(uuid(11));
    let (late, _) = call(&screen.update(Event::Happened(Fact::WalletChanged(account)), &world.ctx()));
    let effects = screen.update(Event::Resumed, &world.ctx());
    let Some(Effect::Api(newest, _)) = effects.last() else {
        panic!("{effects:?}");
    };
    let answer = |rows| Ok(Answer::Asked(AskAnswer::Plans(rows)));
    screen.update(Event::Reply(late, answer(Vec::new())), &world.ctx());
    assert_eq!(screen.rows().len(), 5, "too late");
    let mut rows = some();
    rows.insert(0, plan(9, PlanVerb::Remove, PlanState::Ready, [1, 0, 0, 0]));
    screen.update(Event::Reply(*newest, answer(rows)), &world.ctx());
    assert_eq!(screen.plan().map(|plan| plan.id), Some(PlanId(uuid(2))));
}
