use super::*;
use crate::domain::id::TicketId;
use crate::domain::ticket::{Priority, TicketStatus};
use crate::tui::flow::{Answer, ApiCall, CallError, Fact, Remember, RequestId, Route, Told, Trouble};
use crate::tui::keys::Key;
use crate::tui::screens::parts::live;
use crate::tui::screens::parts::testing::{World, call, calls, hostile, ticket, uuid};
use crate::wire::page::{ListParams, Page};

fn rows() -> Vec<TicketRow> {
    let row = |n: u64, subject: &str, priority, status| {
        let mut row = ticket().row;
        row.id = TicketId(uuid(800 + n));
        row.number = format!("TKT-{:06}", 800 + n);
        row.subject = subject.to_owned();
        row.priority = priority;
        row.status = status;
        row
    };
    let mut rows = vec![
        row(1, "Missing Extra Care offer", Priority::High, TicketStatus::Open),
        row(
            2,
            "Coupon does not scan",
            Priority::Urgent,
            TicketStatus::InProgress,
        ),
        row(
            3,
            "Points of October",
            Priority::Medium,
            TicketStatus::WaitingCustomer,
        ),
        row(4, "Where is 中文餐廳?", Priority::Low, TicketStatus::Closed),
    ];
    (rows[0].assignee, rows[0].assignee_name) = (None, String::new());
    rows[1].account_name = "Tyrone Johnson".to_owned();
    rows[1].reopened = 1;
    rows
}

fn q(asked: &ApiCall) -> String {
    match asked {
        ApiCall::Tickets(ListParams { q, .. }) => q.clone().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

fn answer(screen: &mut TicketsScreen, world: &World, id: RequestId, rows: Vec<TicketRow>) {
    let page = Answer::Tickets(Page::whole(rows));
    screen.update(Event::Reply(id, Ok(page)), &world.ctx());
}

/// The question for rows among effects; those that only count are left out.
fn listed(effects: &[Effect]) -> (RequestId, ApiCall) {
    let rows = |(_, call): &(RequestId, ApiCall)| matches!(call, ApiCall::Tickets(params) if params.limit != Some(1));
    let mut all: Vec<(RequestId, ApiCall)> = calls(effects).into_iter().filter(rows).collect();
    assert_eq!(all.len(), 1, "{effects:?}");
    all.remove(0)
}

fn opened(world: &World) -> TicketsScreen {
    let mut screen = TicketsScreen::new();
    let effects = screen.update(Event::Opened, &world.ctx());
    let (id, asked) = listed(&effects);
    assert_eq!(q(&asked), "-status:resolved,closed");
    answer(&mut screen, world, id, rows());
    for (at, (id, call)) in calls(&effects).into_iter().enumerate() {
        if matches!(&call, ApiCall::Tickets(params) if params.limit == Some(1)) {
            let page = Page {
                total: Some(crate::wire::page::Total {
                    value: u32::try_from(at).expect("few").into(),
                    exact: true,
                }),
                ..Page::whole(Vec::new())
            };
            screen.update(Event::Reply(id, Ok(Answer::Tickets(page))), &world.ctx());
        }
    }
    screen
}

fn give(screen: &mut TicketsScreen, world: &World, command: Command) -> Vec<Effect> {
    screen.update(Event::Command(command), &world.ctx())
}

#[test]
fn digits_choose_queues_whose_queries_can_be_read_and_a_second_time_goes_back() {
    let world = World::new(80, 24);
    for (n, name, query) in QUEUES {
        let context = crate::domain::query::Context {
            now: world.now,
            zone: world.zone.clone(),
        };
        crate::domain::query::parse(query, &TICKET_FIELDS, &context).expect(query);
        let mut screen = opened(&world);
        let command = Command::from_name(&format!("preset-{n}")).expect("a command");
        let effects = give(&mut screen, &world, command);
        if let Some((id, asked)) = calls(&effects).first() {
            assert_eq!(q(asked), *query);
            answer(&mut screen, &world, *id, rows());
        } else {
            assert_eq!(*query, FIRST_QUERY, "asked already");
        }
        assert_eq!(screen.list.preset_name(), Some(world.words.get(name).as_str()));
        if *query != FIRST_QUERY {
            assert_eq!(q(&listed(&give(&mut screen, &world, command)).1), FIRST_QUERY);
        }
    }
}

#[test]
fn enter_opens_and_verbs_work_on_the_row_under_the_cursor() {
    let world = World::new(80, 24);
    let mut screen = opened(&world);
    give(&mut screen, &world, Command::Down);
    let effects = give(&mut screen, &world, Command::Open);
    let second = rows()[1].id;
    let [
        Effect::Remember(queue),
        Effect::Push(Route::Ticket { ticket: id }),
    ] = &effects[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!(*id, second);
    assert_eq!(*queue, Remember::Queue(rows().iter().map(|row| row.id).collect()));
    let effects = give(&mut screen, &world, Command::TicketPriority);
    assert!(matches!(&effects[..], [Effect::Open(_)]));
    let mut changed = ticket();
    changed.row = rows()[1].clone();
    changed.row.priority = Priority::Low;
    screen.update(
        Event::Happened(Fact::TicketChanged(Box::new(changed))),
        &world.ctx(),
    );
    let places: Vec<&str> = screen
        .list
        .window
        .rows
        .iter()
        .map(|row| row.number.as_str())
        .collect();
    assert_eq!(
        places,
        ["TKT-000801", "TKT-000802", "TKT-000803", "TKT-000804"],
        "in its place"
    );
    assert_eq!(screen.row().map(|row| row.priority), Some(Priority::Low));
}

#[test]
fn the_query_line_asks_after_a_rest_and_esc_takes_it_back() {
    let world = World::new(80, 24);
    let mut screen = opened(&world);
    give(&mut screen, &world, Command::Filter);
    assert!(screen.wants_text());
    let effects = world.types(&mut screen, "priority:urgent");
    assert!(calls(&effects).is_empty(), "not while typing");
    let (id, asked) = call(&screen.update(Event::Woke(live::WAKE), &world.ctx()));
    assert_eq!(q(&asked), "-status:resolved,closed priority:urgent");
    answer(&mut screen, &world, id, rows()[1..2].to_vec());
    assert_eq!(screen.list.window.rows.len(), 1);
    world.types(&mut screen, " prio:x");
    assert!(
        calls(&screen.update(Event::Woke(live::WAKE), &world.ctx())).is_empty(),
        "a mistake is not sent"
    );
    assert!(screen.list.mistake().is_some());
    let (_, asked) = call(&give(&mut screen, &world, Command::LeaveText));
    assert_eq!(q(&asked), "-status:resolved,closed");
    assert!(!screen.wants_text());
    let before = screen.list.text().to_owned();
    assert!(screen.update(Event::Key(Key::char('9')), &world.ctx()).is_empty());
    assert_eq!(
        screen.list.text(),
        before,
        "a key without a meaning writes nothing"
    );
}

#[test]
fn groups_lead_and_say_their_value_once() {
    for (cols, rows_) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows_);
        let mut screen = opened(&world);
        let effects = screen.update(Event::Told(Told::Group(Some("priority"))), &world.ctx());
        let (id, asked) = call(&effects);
        assert_eq!(q(&asked), "-status:resolved,closed sort:-priority");
        let mut grouped = rows();
        grouped[1].priority = Priority::High;
        answer(&mut screen, &world, id, grouped);
        insta::assert_snapshot!(format!("grouped_{cols}"), world.frame(&mut screen));
        let effects = screen.update(Event::Told(Told::Group(None)), &world.ctx());
        assert_eq!(q(&call(&effects).1), "-status:resolved,closed");
    }
}

#[test]
fn frames() {
    for (cols, rows_) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows_);
        let mut screen = TicketsScreen::new();
        let (id, _) = listed(&screen.update(Event::Opened, &world.ctx()));
        insta::assert_snapshot!(format!("loading_{cols}"), world.frame(&mut screen));
        let error = CallError::new(Trouble::Offline, "The backend is not reachable.");
        screen.update(Event::Reply(id, Err(error)), &world.ctx());
        insta::assert_snapshot!(format!("error_{cols}"), world.frame(&mut screen));
        let mut screen = opened(&world);
        insta::assert_snapshot!(format!("list_{cols}"), world.frame(&mut screen));
        insta::assert_snapshot!(format!("say_{cols}"), screen.say(&world.ctx()).join("\n"));
        let (id, _) = call(&give(&mut screen, &world, Command::Preset3));
        insta::assert_snapshot!(format!("stale_{cols}"), world.frame(&mut screen));
        answer(&mut screen, &world, id, Vec::new());
        insta::assert_snapshot!(format!("empty_{cols}"), world.frame(&mut screen));
        let (id, _) = call(&give(&mut screen, &world, Command::Preset8));
        let mut bad = rows();
        bad[0].subject = hostile();
        bad[0].assignee_name = hostile();
        bad[1].account_name = hostile();
        answer(&mut screen, &world, id, bad);
        insta::assert_snapshot!(format!("hostile_{cols}"), world.frame(&mut screen));
    }
}

#[test]
fn marked_tickets_are_planned_with_the_keys_of_a_single_one() {
    use crate::tui::flow::TicketCall;
    use crate::wire::plans::TicketMove;
    for (cols, high) in [(80, 24), (120, 40)] {
        let world = World::new(cols, high);
        let mut screen = opened(&world);
        give(&mut screen, &world, Command::Mark);
        give(&mut screen, &world, Command::Mark);
        insta::assert_snapshot!(format!("marked_{cols}"), world.frame(&mut screen));
        let dimmed = |command| {
            let all = screen.commands(&world.ctx());
            let found = all.into_iter().find(|(c, _)| *c == command);
            matches!(found, Some((_, Availability::Dimmed(_))))
        };
        assert!(dimmed(Command::TicketSnooze) && !dimmed(Command::TicketStatus));
        let effects = give(&mut screen, &world, Command::TicketStatus);
        let Some(Effect::Open(mut dialog)) = effects.into_iter().next() else {
            panic!("no dialog")
        };
        dialog.update(Event::Opened, &world.ctx());
        dialog.update(Event::Key(Key::char('4')), &world.ctx());
        insta::assert_snapshot!(format!("bulk_status_{cols}"), world.dialog(&mut *dialog));
        let (_, sent) = call(&dialog.update(Event::Command(Command::Send), &world.ctx()));
        let ApiCall::Case(TicketCall::MakePlan { body, .. }) = sent else {
            panic!("{sent:?}")
        };
        assert_eq!(body.ids, rows()[..2].iter().map(|row| row.id).collect::<Vec<_>>());
        assert!(
            matches!(&body.moves[..], [TicketMove::Status(to)] if to.status == TicketStatus::WaitingCustomer),
            "{body:?}"
        );
        // All that match: the query goes along, and Esc takes the marks away.
        give(&mut screen, &world, Command::MarkAll);
        let effects = give(&mut screen, &world, Command::TicketTags);
        let Some(Effect::Open(mut dialog)) = effects.into_iter().next() else {
            panic!("no dialog")
        };
        for c in "vip".chars() {
            dialog.update(Event::Key(Key::char(c)), &world.ctx());
        }
        let (_, sent) = call(&dialog.update(Event::Command(Command::Send), &world.ctx()));
        let ApiCall::Case(TicketCall::MakePlan { body, .. }) = sent else {
            panic!("{sent:?}")
        };
        assert_eq!(
            (body.ids.len(), body.q.as_deref()),
            (0, Some("-status:resolved,closed"))
        );
        give(&mut screen, &world, Command::Back);
        assert!(!screen.list.window.has_marks());
        let changed = Event::Happened(Fact::TicketsChanged(Vec::new()));
        assert!(
            !calls(&screen.update(changed, &world.ctx())).is_empty(),
            "it is read anew"
        );
    }
}
