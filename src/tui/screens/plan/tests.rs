use super::*;
use crate::domain::id::AccountId;
use crate::domain::id::TokenId;
use crate::domain::plan::RowState;
use crate::domain::time::Moment;
use crate::domain::token::TokenState;
use crate::tui::flow::Fact;
use crate::tui::flow::Trouble;
use crate::tui::screens::parts::testing::{World, call, hostile, uuid};
use crate::wire::desk::Reason;
use crate::wire::plans::{Plan, TokenSubject};

fn row(n: i64, state: RowState) -> PlanRow {
    let at = u64::try_from(n).expect("small");
    PlanRow {
        n,
        subject: PlanSubject::Token(TokenSubject {
            token_id: TokenId(uuid(1_000 + at)),
            account_id: AccountId(uuid(11)),
            before: TokenState::Expired,
            action_id: None,
            made_id: None,
        }),
        version: 1,
        name: format!("Offer {n}"),
        state,
        code: String::new(),
        detail: match state {
            RowState::Skipped => "the token has already been removed".to_owned(),
            RowState::Failed => "it changed since the plan was made".to_owned(),
            _ => String::new(),
        },
    }
}

fn plan(state: PlanState, verb: PlanVerb, rows: Vec<PlanRow>) -> Box<PlanDetail> {
    let n = |state| u32::try_from(rows.iter().filter(|r| r.state == state).count()).expect("few");
    let at = Moment::parse("2026-11-21T14:30:00Z").expect("a moment");
    Box::new(PlanDetail {
        plan: Plan {
            id: PlanId(uuid(5)),
            noun: PlanNoun::Token,
            verb,
            moves: Vec::new(),
            state,
            agent: "Amara Okafor (A-1042)".to_owned(),
            reason: Reason {
                code: "goodwill".to_owned(),
                text: String::new(),
            },
            query: String::new(),
            hash: "abc".to_owned(),
            created_at: at,
            expires_at: at.plus_seconds(3_600),
            undoes: None,
            approval_id: None,
            planned: n(RowState::Planned),
            skipped: n(RowState::Skipped),
            done: n(RowState::Done),
            failed: n(RowState::Failed),
        },
        rows,
    })
}

fn ready() -> Box<PlanDetail> {
    let states = [RowState::Planned, RowState::Skipped, RowState::Planned];
    plan(
        PlanState::Ready,
        PlanVerb::Reissue,
        (1..).zip(states).map(|(n, state)| row(n, state)).collect(),
    )
}

fn finished() -> Box<PlanDetail> {
    let states = [RowState::Done, RowState::Skipped, RowState::Failed];
    plan(
        PlanState::Done,
        PlanVerb::Reissue,
        (1..).zip(states).map(|(n, state)| row(n, state)).collect(),
    )
}

fn answer(detail: Box<PlanDetail>) -> Reply {
    Ok(Answer::Of(TokenAnswer::Plan(detail)))
}

fn opened(world: &World) -> PlanScreen {
    let mut screen = PlanScreen::new(PlanNoun::Token, PlanId(uuid(5)));
    let (id, _) = call(&screen.update(Event::Opened, &world.ctx()));
    screen.update(Event::Reply(id, answer(ready())), &world.ctx());
    screen
}

fn dimmed(screen: &PlanScreen, world: &World, command: Command) -> Option<String> {
    let all = screen.commands(&world.ctx());
    match all.into_iter().find(|(c, _)| *c == command).expect("listed").1 {
        Availability::Enabled => None,
        Availability::Dimmed(why) => Some(why),
    }
}

#[test]
fn a_plan_is_seen_done_and_taken_back() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::new(cols, rows);
        let mut screen = opened(&world);
        insta::assert_snapshot!(format!("ready_{cols}"), world.frame(&mut screen));
        assert_eq!(dimmed(&screen, &world, Command::RunPlan), None);
        assert!(dimmed(&screen, &world, Command::Undo).is_some());
        let effects = screen.update(Event::Command(Command::RunPlan), &world.ctx());
        let (id, sent) = call(&effects);
        assert!(matches!(&sent, ApiCall::On(TokenCall::RunPlan { hash, .. }) if hash == "abc"));
        assert!(screen.has_unsaved(&world.ctx()), "leaving is asked about");
        assert!(
            dimmed(&screen, &world, Command::RunPlan).is_some(),
            "once at a time"
        );
        // how far it has come, meanwhile
        let (look, _) = call(&screen.update(Event::Woke(LOOK), &world.ctx()));
        let states = [RowState::Done, RowState::Skipped, RowState::Planned];
        let half = (1..).zip(states).map(|(n, state)| row(n, state)).collect();
        let half = plan(PlanState::Running, PlanVerb::Reissue, half);
        screen.update(Event::Reply(look, answer(half)), &world.ctx());
        assert!(world.frame(&mut screen).contains("Doing it: 1 of 2"));
        let effects = screen.update(Event::Reply(id, answer(finished())), &world.ctx());
        assert!(
            effects
                .iter()
                .any(|e| matches!(e, Effect::Publish(Fact::WalletChanged(_)))),
            "{effects:?}"
        );
        insta::assert_snapshot!(format!("done_{cols}"), world.frame(&mut screen));
        let (_, sent) = call(&screen.update(Event::Command(Command::Undo), &world.ctx()));
        assert!(matches!(sent, ApiCall::On(TokenCall::UndoPlan(..))));
    }
}

#[test]
fn a_run_that_got_lost_can_go_on() {
    let world = World::new(80, 24);
    let mut screen = opened(&world);
    let (id, _) = call(&screen.update(Event::Command(Command::RunPlan), &world.ctx()));
    let lost = CallError::new(Trouble::Offline, "The backend is not there.");
    let effects = screen.update(Event::Reply(id, Err(lost)), &world.ctx());
    assert!(matches!(call(&effects).1, ApiCall::On(TokenCall::Plan(..))));
    assert!(world.frame(&mut screen).contains("The backend is not there."));
    assert_eq!(
        dimmed(&screen, &world, Command::RunPlan),
        None,
        "it goes on where it stopped"
    );
}

#[test]
fn what_waits_or_has_nothing_to_do_says_so() {
    let world = World::new(80, 24);
    let mut screen = opened(&world);
    screen.take(plan(
        PlanState::Waiting,
        PlanVerb::Remove,
        vec![row(1, RowState::Planned)],
    ));
    assert!(world.frame(&mut screen).contains("waits for a second person"));
    assert!(dimmed(&screen, &world, Command::RunPlan).is_some());
    let mut skipped = row(1, RowState::Skipped);
    skipped.name = hostile();
    screen.take(plan(PlanState::Ready, PlanVerb::Remove, vec![skipped]));
    let frame = world.frame(&mut screen);
    assert!(
        frame.contains("All rows are left out") && !frame.contains('\u{1b}'),
        "{frame}"
    );
    assert!(
        screen
            .say(&world.ctx())
            .iter()
            .any(|line| line.contains("left out"))
    );
}
