//! Two desks on one backend: what one does, the other shows; what was typed outlives a killed desk, a lost line and a
//! backend that starts again.

use std::time::Duration;

use super::pty::Pty;
use super::relay::Rule;
use super::rig::Rig;

/// Out of the text field, so that letters are commands.
fn leave_field(pty: &mut Pty) {
    pty.keys("\x1b");
    pty.text("┏ customers");
}

/// The list of tickets.
fn tickets(pty: &mut Pty) -> String {
    leave_field(pty);
    pty.keys("gt");
    pty.text("TKT-")
}

/// The number of the first listed ticket.
fn first_number(shown: &str) -> String {
    let at = shown.find("TKT-").expect("a ticket");
    shown[at..at + 10].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_desk_does_the_other_shows_in_its_place() {
    let rig = Rig::start().await;
    let mut one = rig.signed_in("amara", 120, 40).await;
    let mut two = rig.signed_in_beside("jonas", 120, 40).await;
    one.text("Nothing looked up yet");
    two.text("Nothing looked up yet");
    tickets(&mut one);
    tickets(&mut two);
    // The first desk opens the first ticket: the second one's row says so.
    one.keys("\r");
    one.text("Conversation");
    two.wait("a sign in the row", |screen| screen.contents().contains('◉'));
    // It writes an internal note: the second one's ticket shows who types, and then the note.
    two.keys("\r");
    two.says("looks at this");
    one.keys("ti");
    one.text("Save note");
    one.keys("Called the shop");
    two.says("is typing");
    one.says("draft kept");
    one.keys("\x13");
    two.text("Called the shop");
    one.text("Called the shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_desk_on_an_open_stream_sends_nothing_to_its_terminal() {
    let rig = Rig::start().await;
    let mut one = rig.signed_in("amara", 120, 40).await;
    one.text("Nothing looked up yet");
    tickets(&mut one);
    // Toasts are over, and the stream has beaten.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let before = one.written().len();
    tokio::time::sleep(Duration::from_secs(17)).await;
    assert_eq!(one.written().len() - before, 0, "bytes while nothing happens");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_stream_is_said_and_comes_back_by_itself_with_what_was_missed() {
    let rig = Rig::start().await;
    let mut one = rig.signed_in("amara", 120, 40).await;
    let mut two = rig.signed_in_beside("jonas", 120, 40).await;
    tickets(&mut one);
    one.keys("\r");
    one.text("Conversation");
    tickets(&mut two);
    two.keys("\r");
    two.text("Conversation");
    // Only the first desk goes through the relay: the second one has its own way.
    rig.relay.set(Rule::Down);
    one.text("not live, retrying");
    two.keys("ti");
    two.text("Save note");
    two.keys("Written while the other was away");
    two.keys("\x13");
    two.text("Written while the other was away");
    rig.relay.set(Rule::Pass);
    one.says("Written while the other was away");
    one.text("● live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_outlives_a_lost_line_a_killed_desk_and_a_restarted_backend() {
    let mut rig = Rig::start().await;
    let mut one = rig.signed_in("amara", 120, 40).await;
    one.text("Nothing looked up yet");
    let number = first_number(&tickets(&mut one));
    one.keys("\r");
    one.text("Conversation");
    one.keys("ti");
    one.text("Save note");
    one.keys("Kept one, ");
    one.says("draft kept");
    // The line is lost while more is typed, and comes back.
    rig.relay.set(Rule::Down);
    one.keys("kept two, ");
    one.says("the draft is not kept yet");
    rig.relay.set(Rule::Pass);
    one.says("draft kept");
    // The desk is killed, the backend starts anew.
    one.signal("KILL");
    one.end();
    rig.kill_backend();
    rig.start_backend();
    let mut again = rig.desk(120, 40);
    again.text("● live");
    let shown = tickets(&mut again);
    assert_eq!(first_number(&shown), number);
    again.keys("\r");
    again.text("Conversation");
    again.keys("ti");
    again.says("Kept one, kept two,");
    // Sent, it is a draft no more.
    again.keys("\x13");
    again.wait("the note in the story", |screen| {
        let shown = screen.contents();
        shown.contains("Kept one, kept two,") && !shown.contains("Save note")
    });
    again.keys("ti");
    again.text("Save note");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let shown = again.wait("an empty field", |screen| screen.contents().contains("Save note"));
    assert_eq!(
        shown.matches("Kept one").count(),
        1,
        "in the story alone: {shown}"
    );
}
