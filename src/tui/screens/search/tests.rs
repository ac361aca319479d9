use super::*;
use crate::tui::flow::Trouble;
use crate::tui::screens::parts::testing::{World, call, calls, hostile, ticket, uuid};
use crate::wire::ticket_parts::Passage;

fn hit(n: u64, place: &str, text: &str, marks: &[(u32, u32)]) -> SearchHit {
    let mut row = ticket().row;
    row.id = TicketId(uuid(800 + n));
    row.number = format!("TKT-{:06}", 800 + n);
    SearchHit {
        ticket: row,
        score: 10,
        passages: vec![Passage {
            place: place.to_owned(),
            message_id: None,
            text: text.to_owned(),
            marks: marks.to_vec(),
        }],
    }
}

fn found(hits: Vec<SearchHit>) -> Answer {
    Answer::OfTicket(TicketAnswer::Found(Box::new(SearchResult {
        hits,
        ranked: 4_321,
        bounded: true,
    })))
}

fn asked(screen: &mut SearchScreen, world: &World, text: &str) -> RequestId {
    world.types(screen, text);
    let (id, call) = call(&screen.update(Event::Woke(WAKE), &world.ctx()));
    let ApiCall::Case(TicketCall::Search(params)) = call else {
        panic!("{call:?}")
    };
    assert_eq!(params.q, screen.line.text());
    id
}

#[test]
fn typing_asks_after_a_rest_and_the_newest_answer_wins() {
    let world = World::new(80, 24);
    let mut screen = SearchScreen::default();
    assert!(screen.wants_text());
    assert!(
        calls(&world.types(&mut screen, "co")).is_empty(),
        "not while typing"
    );
    let (old, _) = call(&screen.update(Event::Woke(WAKE), &world.ctx()));
    let new = asked(&mut screen, &world, "upon");
    let late = found(vec![hit(9, "subject", "late", &[])]);
    screen.update(Event::Reply(old, Ok(late)), &world.ctx());
    assert!(screen.found.is_none(), "superseded");
    let hits = vec![
        hit(1, "message", "my coupon", &[(3, 6)]),
        hit(2, "tag", "coupon", &[]),
    ];
    screen.update(Event::Reply(new, Ok(found(hits))), &world.ctx());
    let effects = screen.update(Event::Command(Command::Submit), &world.ctx());
    assert!(calls(&effects).is_empty(), "asked already");
    screen.update(Event::Command(Command::Down), &world.ctx());
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    let second = TicketId(uuid(802));
    assert!(matches!(&effects[1], Effect::Push(Route::Ticket { ticket }) if *ticket == second));
    let effects = screen.update(Event::Command(Command::TicketPriority), &world.ctx());
    assert!(matches!(&effects[..], [Effect::Open(_)]), "verbs work on hits");
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        let mut screen = SearchScreen::default();
        insta::assert_snapshot!(format!("hint_{cols}"), world.frame(&mut screen));
        let id = asked(&mut screen, &world, "coupon store");
        let hits = vec![
            hit(
                1,
                "message",
                "… the coupon was refused in the store …",
                &[(6, 6), (32, 5)],
            ),
            hit(
                2,
                "note",
                "Called the store: coupon was scanned twice",
                &[(11, 5), (18, 6)],
            ),
            hit(3, "description", &hostile(), &[(3, 4)]),
        ];
        screen.update(Event::Reply(id, Ok(found(hits))), &world.ctx());
        screen.update(Event::Command(Command::Submit), &world.ctx());
        insta::assert_snapshot!(format!("hits_{cols}"), world.frame(&mut screen));
        insta::assert_snapshot!(format!("say_{cols}"), screen.say(&world.ctx()).join("\n"));
        screen.update(Event::Command(Command::Filter), &world.ctx());
        let id = asked(&mut screen, &world, "x");
        let error = CallError::new(Trouble::Offline, "The backend is not reachable.");
        screen.update(Event::Reply(id, Err(error)), &world.ctx());
        insta::assert_snapshot!(format!("error_{cols}"), world.frame(&mut screen));
        let id = asked(&mut screen, &world, "y");
        screen.update(Event::Reply(id, Ok(found(Vec::new()))), &world.ctx());
        insta::assert_snapshot!(format!("nothing_{cols}"), world.frame(&mut screen));
    }
}
