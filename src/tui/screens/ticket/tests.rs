use super::*;
use crate::domain::id::{ActionId, AgentId, MessageId};
use crate::domain::ticket::{ResolutionType, TicketStatus, Visibility};
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, TokenState};
use crate::tui::flow::{Answer, ApiCall, Fact, Route, Trouble};
use crate::tui::screens::parts::testing::{World, call, calls, card, hostile, ticket, token, uuid};
use crate::wire::desk::Reason;
use crate::wire::tickets::Message;
use crate::wire::tokens::Action;

fn at(text: &str) -> Moment {
    Moment::parse(text).expect("a moment")
}

fn message(n: u64, visibility: Visibility, body: &str) -> Message {
    Message {
        id: MessageId(uuid(500 + n)),
        author: "Amara Okafor (A-1042)".to_owned(),
        at: at(&format!("2026-11-21T14:2{n}:30Z")),
        visibility,
        body: body.to_owned(),
        by: crate::domain::ticket::AuthorKind::Agent,
        attachments: Vec::new(),
        of_ticket: None,
    }
}

/// A ticket with everything in it.
fn full() -> TicketDetail {
    let mut detail = ticket();
    detail.row.account_id = Some(card().id);
    detail.row.account_name = "Tyrone Johnson".to_owned();
    detail.messages = vec![
        message(
            7,
            Visibility::Public,
            "We are looking into it.\nOne moment, please.",
        ),
        message(
            9,
            Visibility::Internal,
            "The claim is in the log, the token is not.",
        ),
    ];
    detail.tokens = vec![
        token(1, "Two for one at the till", TokenState::Active),
        token(2, "Five off the basket", TokenState::Expired),
        token(3, "中文餐廳 lunch", TokenState::Used),
    ];
    detail.actions = vec![Action {
        id: ActionId(uuid(601)),
        kind: ActionKind::Add,
        token_id: detail.tokens[0].id,
        account_id: card().id,
        name: "Two for one at the till".to_owned(),
        agent: "Amara Okafor (A-1042)".to_owned(),
        at: at("2026-11-21T14:28:40Z"),
        reason: Reason::default(),
        ticket_id: Some(detail.row.id),
        before: None,
        after: TokenState::Active,
        ties: Default::default(),
    }];
    detail
}

/// The screen with this ticket read, and the customer's card.
fn opened(detail: TicketDetail, verified: bool, world: &World) -> TicketScreen {
    let mut screen = TicketScreen::new(detail.row.id);
    let (id, asked) = call(&screen.update(Event::Opened, &world.ctx()));
    assert_eq!(asked, ApiCall::Ticket(detail.row.id));
    let effects = screen.update(
        Event::Reply(id, Ok(Answer::Ticket(Box::new(detail)))),
        &world.ctx(),
    );
    if let Some((id, ApiCall::Account(_))) = calls(&effects).first() {
        let mut card = card();
        card.verified_at = verified.then_some(world.now);
        screen.update(Event::Reply(*id, Ok(Answer::Card(Box::new(card)))), &world.ctx());
    }
    screen
}

fn give(screen: &mut TicketScreen, world: &World, command: Command) -> Vec<Effect> {
    screen.update(Event::Command(command), &world.ctx())
}

fn can(screen: &TicketScreen, world: &World, command: Command) -> Availability {
    let commands = screen.commands(&world.ctx());
    let found = commands.into_iter().find(|(other, _)| *other == command);
    found.expect("listed").1
}

fn why(screen: &TicketScreen, world: &World, command: Command) -> String {
    match can(screen, world, command) {
        Availability::Dimmed(why) => why,
        Availability::Enabled => panic!("{command:?} can be given"),
    }
}

#[test]
fn the_customer_is_found_for_the_ticket_and_the_wallet_opens_with_it() {
    let world = World::new(80, 24);
    let mut screen = opened(ticket(), false, &world);
    let id = ticket().row.id;
    assert!(why(&screen, &world, Command::OpenWallet).contains("(f)"));
    assert!(why(&screen, &world, Command::AddToken).contains("(f)"));
    let effects = give(&mut screen, &world, Command::FindCustomer);
    assert!(matches!(&effects[..], [Effect::Push(Route::Lookup { ticket })] if *ticket == Some(id)));
    let changed = Event::Happened(Fact::TicketChanged(Box::new(full())));
    let asked = calls(&screen.update(changed, &world.ctx()));
    assert_eq!(
        asked[0].1,
        ApiCall::Account(card().id),
        "its card tells whether it was confirmed"
    );
    let effects = give(&mut screen, &world, Command::OpenWallet);
    let expected = Route::Account {
        account: card().id,
        ticket: Some(id),
    };
    assert!(matches!(&effects[..], [Effect::Push(route)] if *route == expected));
}

#[test]
fn token_actions_wait_for_the_confirmed_account_and_a_legal_state() {
    let world = World::new(120, 40);
    let screen = opened(full(), false, &world);
    assert!(why(&screen, &world, Command::AddToken).contains("Confirm the account"));
    let mut screen = opened(full(), true, &world);
    assert_eq!(can(&screen, &world, Command::AddToken), Availability::Enabled);
    assert_eq!(can(&screen, &world, Command::RemoveToken), Availability::Enabled);
    assert!(
        !why(&screen, &world, Command::ReissueToken).is_empty(),
        "an active one"
    );
    give(&mut screen, &world, Command::NextPane);
    give(&mut screen, &world, Command::Down);
    assert_eq!(can(&screen, &world, Command::ReissueToken), Availability::Enabled);
    let effects = give(&mut screen, &world, Command::Open);
    assert!(
        matches!(&effects[..], [Effect::Push(Route::Token { token, .. })] if *token == full().tokens[1].id)
    );
}

#[test]
fn the_ticket_follows_what_happens_elsewhere() {
    let world = World::new(80, 24);
    let mut screen = opened(full(), true, &world);
    let mut other = full().row;
    other.id = crate::domain::id::TicketId(uuid(9));
    let elsewhere = Event::Happened(Fact::TicketTouched(other.id));
    assert!(screen.update(elsewhere, &world.ctx()).is_empty());
    let ours = Event::Happened(Fact::TicketTouched(full().row.id));
    let (old, _) = call(&screen.update(ours.clone(), &world.ctx()));
    let effects = screen.update(ours, &world.ctx());
    assert!(
        matches!(&effects[0], Effect::Cancel(id) if *id == old),
        "the newest question counts"
    );
    let (id, _) = call(&effects);
    let mut late = full();
    late.row.status = TicketStatus::Closed;
    screen.update(
        Event::Reply(old, Ok(Answer::Ticket(Box::new(late.clone())))),
        &world.ctx(),
    );
    assert!(
        !world.frame(&mut screen).contains("Closed"),
        "an answer to an old question"
    );
    screen.update(Event::Reply(id, Ok(Answer::Ticket(Box::new(late)))), &world.ctx());
    assert!(world.frame(&mut screen).contains("Closed"));
}

#[test]
fn one_key_turns_to_all_activities_and_back() {
    let world = World::new(80, 24);
    let mut screen = opened(full(), true, &world);
    let (id, asked) = call(&give(&mut screen, &world, Command::TicketHistory));
    assert_eq!(asked, ApiCall::TicketHistory(full().row.id));
    let event = |what: &str, before: &str, after: &str, detail: &str| TicketEvent {
        at: at("2026-11-21T14:27:00Z"),
        who: "Amara Okafor (A-1042)".to_owned(),
        what: what.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        detail: detail.to_owned(),
    };
    let events = vec![
        event("created", "", "TKT-000801", ""),
        event("status", "open", "closed", "solved: Added it"),
        event("link", "", "account 0198", ""),
        event("assignee", "", "Amara Okafor", ""),
        event("priority", "medium", "high", ""),
        event("action", "", "add", "Two for one at the till"),
        event("something_new", "a", "b", "c"),
    ];
    screen.update(Event::Reply(id, Ok(Answer::TicketHistory(events))), &world.ctx());
    insta::assert_snapshot!(world.frame(&mut screen));
    give(&mut screen, &world, Command::TicketHistory);
    assert!(world.frame(&mut screen).contains("looking into it"));
}

#[test]
fn a_failure_stands_above_what_was_read_before() {
    let world = World::new(80, 24);
    let mut screen = opened(full(), true, &world);
    let (id, _) = call(&give(&mut screen, &world, Command::Refresh));
    let mut error = CallError::new(Trouble::Offline, "The backend is not reachable.");
    error.reference = "req-17".to_owned();
    screen.update(Event::Reply(id, Err(error)), &world.ctx());
    let frame = world.frame(&mut screen);
    assert!(
        frame.contains("not reachable") && frame.contains("req-17"),
        "{frame}"
    );
    assert!(frame.contains("Two for one"), "{frame}");
}

#[test]
fn it_explains_where_it_can_go() {
    let world = World::new(80, 24);
    let screen = opened(full(), true, &world);
    let explanation = screen.explain(&world.ctx()).expect("explained");
    insta::assert_snapshot!(explanation.lines.join("\n"));
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        let mut screen = TicketScreen::new(ticket().row.id);
        screen.update(Event::Opened, &world.ctx());
        insta::assert_snapshot!(format!("loading_{cols}"), world.frame(&mut screen));
        let mut screen = opened(ticket(), false, &world);
        insta::assert_snapshot!(format!("new_{cols}"), world.frame(&mut screen));
        let mut screen = opened(full(), true, &world);
        insta::assert_snapshot!(format!("full_{cols}"), world.frame(&mut screen));
        give(&mut screen, &world, Command::NextPane);
        insta::assert_snapshot!(format!("say_{cols}"), screen.say(&world.ctx()).join("\n"));
        give(&mut screen, &world, Command::Zoom);
        insta::assert_snapshot!(format!("zoomed_{cols}"), world.frame(&mut screen));
        let mut closed = full();
        closed.row.subject = hostile();
        closed.row.status = TicketStatus::Closed;
        closed.row.reopened = 2;
        closed.row.assignee = Some(AgentId(uuid(3)));
        closed.row.assignee_name = hostile();
        closed.description = hostile();
        closed.messages.push(message(9, Visibility::Public, &hostile()));
        closed.resolution_type = Some(ResolutionType::Workaround);
        closed.resolution_summary = "Told her to reload 中文餐廳.".to_owned();
        let mut screen = opened(closed, true, &world);
        insta::assert_snapshot!(format!("hostile_{cols}"), world.frame(&mut screen));
    }
}

#[test]
fn the_next_of_the_list_takes_the_place_of_this_one() {
    let mut world = World::new(80, 24);
    let id = ticket().row.id;
    let mut screen = opened(ticket(), false, &world);
    assert_eq!(
        why(&screen, &world, Command::NextInQueue),
        "The ticket was not opened from a list."
    );
    let ids = [TicketId(uuid(1)), id, TicketId(uuid(3))];
    world.memory.keep(crate::tui::flow::Remember::Queue(ids.to_vec()));
    for (command, wanted) in [(Command::NextInQueue, ids[2]), (Command::PreviousInQueue, ids[0])] {
        assert_eq!(can(&screen, &world, command), Availability::Enabled);
        let effects = give(&mut screen, &world, command);
        assert!(matches!(&effects[..], [Effect::Replace(Route::Ticket { ticket })] if *ticket == wanted));
    }
    world.memory.keep(crate::tui::flow::Remember::Queue(vec![id]));
    assert_eq!(
        why(&screen, &world, Command::NextInQueue),
        "It is the last ticket of the list."
    );
}

/// A ticket with everything that hangs on it.
fn laden() -> TicketDetail {
    let json = serde_json::json!({
        "tags": ["app", "vip"],
    });
    let mut detail = full();
    detail.row.tags = serde_json::from_value(json["tags"].clone()).expect("tags");
    detail.row.escalated = true;
    detail.row.escalations = 1;
    detail.row.reopened = 1;
    detail.row.snoozed_until = Some(at("2026-11-22T09:00:00Z"));
    detail.row.rating = Some(4);
    detail.feedback = "Quick, thank you.".to_owned();
    detail.fields.insert("store_number".to_owned(), "12".to_owned());
    detail.spent_seconds = 4_200;
    detail.checks = serde_json::from_value(serde_json::json!([
        {"id": uuid(601), "text": "Call the store", "done_at": "2026-11-21T14:28:00Z", "done_by": "A-1042 Amara Okafor"},
        {"id": uuid(602), "text": hostile(), "done_at": null, "done_by": ""},
    ]))
    .expect("checks");
    detail.attachments = serde_json::from_value(serde_json::json!([
        {"id": uuid(603), "name": "receipt.png", "media_type": "image/png", "size": 120_000, "sha256": "00",
         "visibility": "public", "by": "Tyrone Johnson", "by_kind": "customer", "at": "2026-11-21T14:27:00Z",
         "scan": "unscanned"},
        {"id": uuid(604), "name": hostile(), "media_type": "text/plain", "size": 12, "sha256": "00",
         "visibility": "internal", "by": "A-1042 Amara Okafor", "by_kind": "agent", "at": "2026-11-21T14:28:00Z",
         "scan": "clean"},
    ]))
    .expect("files");
    detail.links = serde_json::from_value(serde_json::json!([
        {"kind": "parent", "ticket_id": uuid(802), "number": "TKT-000802", "subject": "All offers of Monday",
         "status": "open"},
    ]))
    .expect("links");
    detail.entities = serde_json::from_value(serde_json::json!([
        {"kind": "purchase", "label": "Purchase", "reference": "P-77", "url": "https://extracare.example.com/p/P-77"},
    ]))
    .expect("entities");
    detail.row.sla = serde_json::from_value(serde_json::json!({
        "state": "ok", "clock": "resolution", "due_at": "2026-11-21T14:50:00Z",
        "at_risk_from": "2026-11-21T14:20:00Z", "remaining_seconds": null, "paused_since": null
    }))
    .expect("a chip");
    detail
}

#[test]
fn everything_that_hangs_on_a_ticket_has_its_pane() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        let mut screen = opened(laden(), true, &world);
        let mut frames = vec![world.frame(&mut screen)];
        for _ in 0..4 {
            give(&mut screen, &world, Command::NextPane);
            frames.push(world.frame(&mut screen));
        }
        insta::assert_snapshot!(format!("panes_{cols}"), frames.join("--\n"));
        insta::assert_snapshot!(format!("panes_say_{cols}"), screen.say(&world.ctx()).join("\n"));
        give(&mut screen, &world, Command::NextPane);
        assert_eq!(screen.pane, Pane::Story, "around");
    }
}

#[test]
fn a_due_moment_is_explained_stretch_by_stretch_and_the_sum_is_said() {
    let world = World::new(80, 24);
    let mut screen = TicketScreen::new(laden().row.id);
    let (id, _) = call(&screen.update(Event::Opened, &world.ctx()));
    let reply = Event::Reply(id, Ok(Answer::Ticket(Box::new(laden()))));
    let effects = screen.update(reply, &world.ctx());
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Wake { key: "clock", .. })),
        "the chip counts on"
    );
    let asked = calls(&effects);
    let (id, _) = asked
        .iter()
        .find(|(_, call)| matches!(call, ApiCall::Case(crate::tui::flow::TicketCall::Clocks(_))))
        .expect("clocks");
    let segment = |from: &str, to: &str, piece: &str, counted: i64, ahead: bool| serde_json::json!({"from": from, "to": to, "piece": piece, "counted": counted, "late": false, "ahead": ahead});
    let clocks = serde_json::from_value(serde_json::json!({
        "id": laden().row.id, "number": "TKT-000801", "priority": "high", "hours": "business",
        "timezone": "America/New_York", "at": "2026-11-21T14:30:00Z", "chip": laden().row.sla,
        "clocks": [{
            "clock": "resolution", "state": "running", "breached": false, "target_seconds": 14_400,
            "elapsed_seconds": 13_200, "remaining_seconds": 1_200, "started_at": "2026-11-20T21:00:00Z",
            "stopped_at": null, "due_at": "2026-11-21T14:50:00Z", "paused_since": null, "warnings": [],
            "segments": [
                segment("2026-11-20T21:00:00Z", "2026-11-20T22:00:00Z", "counted", 3_600, false),
                segment("2026-11-20T22:00:00Z", "2026-11-21T11:30:00Z", "closed", 0, false),
                segment("2026-11-21T11:30:00Z", "2026-11-21T14:10:00Z", "counted", 9_600, false),
                segment("2026-11-21T14:10:00Z", "2026-11-21T14:30:00Z", "paused", 0, false),
                segment("2026-11-21T14:30:00Z", "2026-11-21T14:50:00Z", "counted", 1_200, true),
            ],
        }],
    }))
    .expect("clocks");
    let reply = Answer::OfTicket(crate::tui::flow::TicketAnswer::Clocks(Box::new(clocks)));
    screen.update(Event::Reply(*id, Ok(reply)), &world.ctx());
    let explanation = screen.explain(&world.ctx()).expect("explained");
    insta::assert_snapshot!(explanation.lines.join("\n"));
}
