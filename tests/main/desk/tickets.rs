//! The main job of a ticket desk, counted key by key: take the next ticket of a queue, work on it, answer, hand it over,
//! close it, and go to the next. In a real pseudo-terminal, and checked in the database afterwards.

use tokendesk::sql;

use super::use_case::{Hands, audited_once, desk_of, seeded};

/// Most command keys that the job may take: every key that inserts no character.
const BUDGET: usize = 24;

async fn walk(width: u16, height: u16) {
    let demo = seeded().await;
    let home = tempfile::tempdir().expect("a folder");
    let mut hands: Hands = desk_of(&demo, home.path(), width, height).await;

    // Out of the look-up's field, to the queue of what nobody has; the first of it is taken, and opened.
    hands.press("\x1b");
    hands.pty.text("┏ customers");
    hands.press("g");
    hands.press("t");
    hands.pty.text("TKT-");
    hands.press("2");
    hands.pty.text("Tickets  2 ─ unassigned");
    hands.press("+");
    hands.pty.text(" is yours");
    hands.press("\r");
    hands.pty.text("Conversation");
    hands.pty.text("Assigned");

    // Work begins; the customer is told.
    hands.press("t");
    hands.press("s");
    hands.pty.text("Where does it go?");
    hands.press("2");
    hands.press("\r");
    hands.pty.text("is In progress now");
    hands.press("t");
    hands.press("r");
    hands.pty.text("Reply to the customer");
    hands.type_text("We are looking into it and write again today.");
    hands.press("\x13");
    hands.pty.text("Reply sent");

    // It needs tier 2: handed over with a reason, and why it is due when it is.
    hands.press("t");
    hands.press("e");
    hands.pty.text("Whom does it go to?");
    hands.press("1");
    hands.pty.text("Reason");
    hands.type_text("The log needs somebody who can read it.");
    hands.press("\x13");
    hands.pty.text("is escalated to");
    hands.press("=");
    hands.pty.text("Together");
    hands.press("\x1b");
    hands.pty.wait("the explanation to be gone", |screen| {
        !screen.contents().contains("Together")
    });

    // Done: closed with what was done, and on to the next ticket of the queue.
    hands.press("t");
    hands.press("c");
    hands.pty.text("Solved");
    hands.press("1");
    hands.type_text("The offer was added again; the customer sees it.");
    hands.press("\x13");
    hands.pty.wait("the ticket to be closed", |screen| {
        let shown = screen.contents();
        shown.contains(" is closed") && !shown.contains("Summary")
    });
    hands.press("]");
    hands.pty.wait("another ticket", |screen| {
        let shown = screen.contents();
        shown.contains("Conversation") && !shown.contains("Solved")
    });

    let commands = hands.commands;
    assert!(
        commands <= BUDGET,
        "{commands} command keys, and {BUDGET} are the budget"
    );
    let conn = demo.store.read();
    let closed = sql!(
        "SELECT count(*) AS n FROM tickets WHERE resolution_summary = ? AND status = ? AND resolution_type = ? \
         AND escalations = 1",
        "The offer was added again; the customer sees it.",
        "closed",
        "solved"
    );
    assert_eq!(closed.number(conn).await.expect("a count"), 1, "closed, once");
    audited_once(
        &demo,
        &[
            "ticket.assign",
            "ticket.status",
            "ticket.message",
            "ticket.escalate",
            "ticket.close",
        ],
    )
    .await;
    hands.pty.keys("\x03");
    hands.pty.text("Quit?");
    hands.pty.keys("y");
    assert!(hands.pty.end().success());
    hands.pty.assert_sane();
    demo.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_worked_off_in_120_by_40() {
    walk(120, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_worked_off_in_80_by_24() {
    walk(80, 24).await;
}
