use super::*;
use crate::domain::id::AgentId;
use crate::domain::permission::Role;
use crate::tui::flow::Trouble;
use crate::tui::screens::parts::testing::{World, call, calls, hostile, ticket, uuid};
use crate::wire::agents::AgentCard;
use crate::wire::statistics::{AgentFigures, Csat, Figure, Times, TrendPoint};

fn figure(key: &str, label: &str, n: i64) -> Figure {
    Figure {
        key: key.to_owned(),
        label: label.to_owned(),
        n,
        exact: true,
        query: format!("status:{key}"),
    }
}

fn times(n: i64, missed: i64) -> Times {
    Times {
        n,
        met: n - missed,
        missed,
        average_seconds: Some(2_460),
        compliance: Some(94.25),
        query: "responded:2026-11-01..2026-11-21".to_owned(),
        missed_query: "sla:missed".to_owned(),
    }
}

fn trend() -> Vec<TrendPoint> {
    (1..=14)
        .map(|day| TrendPoint {
            from: format!("2026-11-{day:02}"),
            to: format!("2026-11-{day:02}"),
            opened: 10 + (day * 7) % 13,
            resolved: 8 + (day * 5) % 11,
            compliance: Some(92.0),
            rated: 3,
            rating: Some(4.5),
            opened_query: format!("created:2026-11-{day:02}"),
            resolved_query: String::new(),
            rated_query: String::new(),
        })
        .collect()
}

fn csat() -> Csat {
    Csat {
        n: 12,
        average: Some(4.25),
        by_rating: vec![1, 0, 1, 4, 6],
        query: "rated:2026-11-01..2026-11-21".to_owned(),
    }
}

fn person(world: &World) -> AgentCard {
    let json = serde_json::json!({
        "id": world.me.id, "employee_id": "A-1042", "name": "Amara Okafor", "role": "agent", "availability": "available",
        "tier": 1, "department": "", "languages": ["en"], "skills": [], "shift": {}, "load": 3, "max_load": 5,
        "own_max_load": false, "availability_since": null, "version": 1
    });
    serde_json::from_value(json).expect("a card")
}

fn mine(world: &World) -> Answer {
    let mut bad = ticket().row;
    bad.subject = hostile();
    Answer::OfTicket(TicketAnswer::Dashboard(Box::new(Dashboard {
        agent: person(world),
        timezone: "America/New_York".to_owned(),
        queues: vec![
            figure("mine", "Mine", 3),
            figure("unassigned", "Unassigned", 42),
            Figure {
                exact: false,
                ..figure("all", "All", 10_000)
            },
        ],
        clocks: vec![
            figure("breached", "Breached", 1),
            figure("at_risk", "At risk", 2),
            figure("ok", "In time", 5),
        ],
        mine: vec![ticket().row, bad],
        unassigned: Vec::new(),
        urgent: Vec::new(),
        handled: vec![figure("today", "Today", 4), figure("week", "7 days", 31)],
        response: times(120, 7),
        resolution: times(100, 9),
        csat: csat(),
        trend: trend(),
    })))
}

fn desk() -> Answer {
    let agent = |n: u64, name: &str, total| AgentFigures {
        agent_id: Some(AgentId(uuid(n))),
        employee_id: format!("A-{n}"),
        name: name.to_owned(),
        total,
        open: 3,
        done: total - 3,
        response: times(total, 2),
        resolution: times(total, 1),
        csat: csat(),
        query: format!("assignee:A-{n}"),
    };
    Answer::OfTicket(TicketAnswer::Stats(Box::new(Stats {
        from: "2026-10-23".to_owned(),
        to: "2026-11-21".to_owned(),
        timezone: "America/New_York".to_owned(),
        agent: None,
        uncounted: 0,
        total: figure("all", "All", 156),
        open: figure("open", "Not done", 58),
        in_progress: figure("in_progress", "In progress", 35),
        unassigned: figure("unassigned", "Unassigned", 23),
        by_status: vec![figure("open", "Open", 23), figure("closed", "Closed", 98)],
        by_priority: vec![
            figure("urgent", "Urgent", 12),
            figure("high", "High", 45),
            figure("medium", "Medium", 89),
        ],
        by_category: vec![figure("missing_offer", "Missing offer", 56)],
        by_agent: vec![agent(1042, "Amara Okafor", 47), agent(1043, "中文餐廳 Lee", 31)],
        response: times(120, 7),
        resolution: times(100, 9),
        csat: csat(),
        trend: trend(),
    })))
}

fn opened(world: &World) -> DashboardScreen {
    let mut screen = DashboardScreen::default();
    let (id, asked) = call(&screen.update(Event::Opened, &world.ctx()));
    assert_eq!(asked, ApiCall::Case(TicketCall::Dashboard));
    screen.update(Event::Reply(id, Ok(mine(world))), &world.ctx());
    screen
}

fn give(screen: &mut DashboardScreen, world: &World, command: Command) -> Vec<Effect> {
    screen.update(Event::Command(command), &world.ctx())
}

#[test]
fn every_bar_leads_to_its_tickets() {
    let world = World::new(120, 40);
    let mut screen = opened(&world);
    give(&mut screen, &world, Command::Down);
    let effects = give(&mut screen, &world, Command::Open);
    let [Effect::Push(Route::TicketsOf { query, zone })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (query.as_str(), zone.as_str()),
        ("status:unassigned", "America/New_York")
    );
    give(&mut screen, &world, Command::NextPane);
    give(&mut screen, &world, Command::NextPane);
    let effects = give(&mut screen, &world, Command::Open);
    assert!(matches!(&effects[..], [Effect::Push(Route::Ticket { ticket: id })] if *id == ticket().row.id));
    give(&mut screen, &world, Command::NextPane);
    let commands = screen.commands(&world.ctx());
    assert!(
        matches!(commands[0], (Command::Open, Availability::Dimmed(_))),
        "nothing is urgent"
    );
    for _ in 0..3 {
        give(&mut screen, &world, Command::NextPane);
    }
    give(&mut screen, &world, Command::Right);
    let effects = give(&mut screen, &world, Command::Open);
    assert!(
        matches!(&effects[..], [Effect::Push(Route::TicketsOf { query, .. })] if query == "created:2026-11-02"),
        "{effects:?}"
    );
}

#[test]
fn a_span_is_chosen_or_written_and_late_answers_are_dropped() {
    let world = World::of(Role::Supervisor, 120, 40);
    let mut screen = opened(&world);
    let (first, _) = call(&give(&mut screen, &world, Command::TurnDashboard));
    let told = Event::Told(Told::Query("2026-10-01..2026-10-31".to_owned()));
    let (second, asked) = call(&screen.update(told, &world.ctx()));
    let ApiCall::Case(TicketCall::Stats(params)) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(params.from.as_deref(), Some("2026-10-01"));
    screen.update(Event::Reply(first, Ok(desk())), &world.ctx());
    assert!(screen.desk.is_none(), "superseded");
    screen.update(Event::Reply(second, Ok(desk())), &world.ctx());
    assert!(screen.desk.is_some());
    let Some(Effect::Open(mut dialog)) = give(&mut screen, &world, Command::ChooseSpan).pop() else {
        panic!("a dialog")
    };
    dialog.update(Event::Opened, &world.ctx());
    insta::assert_snapshot!("spans", world.dialog(&mut *dialog));
    let effects = dialog.update(Event::Key("2".parse().expect("a key")), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Tell(Told::Query(span)), Effect::Close] if span == "2026-11-15.."),
        "{effects:?}"
    );
    let changed = Event::Happened(Fact::TicketTouched(ticket().row.id));
    let effects = screen.update(changed, &world.ctx());
    assert!(calls(&effects).is_empty() && matches!(&effects[..], [Effect::Wake { .. }]));
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::of(Role::Supervisor, cols, rows);
        let mut screen = DashboardScreen::default();
        let (id, _) = call(&screen.update(Event::Opened, &world.ctx()));
        insta::assert_snapshot!(format!("loading_{cols}"), world.frame(&mut screen));
        let error = CallError::new(Trouble::Offline, "The backend is not reachable.");
        screen.update(Event::Reply(id, Err(error)), &world.ctx());
        insta::assert_snapshot!(format!("error_{cols}"), world.frame(&mut screen));
        let mut screen = opened(&world);
        insta::assert_snapshot!(format!("mine_{cols}"), world.frame(&mut screen));
        insta::assert_snapshot!(format!("say_{cols}"), screen.say(&world.ctx()).join("\n"));
        for _ in 0..6 {
            give(&mut screen, &world, Command::NextPane);
        }
        insta::assert_snapshot!(format!("trend_{cols}"), world.frame(&mut screen));
        let (id, _) = call(&give(&mut screen, &world, Command::TurnDashboard));
        screen.update(Event::Reply(id, Ok(desk())), &world.ctx());
        insta::assert_snapshot!(format!("desk_{cols}"), world.frame(&mut screen));
    }
}
