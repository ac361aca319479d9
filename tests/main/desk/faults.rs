//! What dies in the middle of an action: the backend, the way to it, or the desk itself. Nothing is done twice, nothing
//! typed is lost, and the desk tells the truth about it.

use tokendesk::demo::seed;
use tokendesk::domain::time::{Clock as _, SystemClock};
use tokendesk::sql;

use super::pty::{Pty, flowing};
use super::relay::Rule;
use super::rig::Rig;

/// What a person writes as the reason.
const REASON: &str = "promised by hand";
const OFFER: &str = "ExtraCare $10 off $40";

/// Looks the known customer up and confirms the account.
fn open_wallet(pty: &mut Pty) {
    pty.text("Nothing looked up yet");
    pty.keys(seed::KNOWN_EMAIL);
    pty.keys("\r");
    pty.text("Providence");
    pty.keys("\r");
    pty.text("Is this the right account?");
    pty.keys("c");
    pty.text("Confirmed");
}

/// Opens the dialog that adds the offer, and writes the reason.
fn ask_for_offer(pty: &mut Pty) {
    pty.keys("a");
    pty.text("Token search");
    pty.keys("\"extracare $10 off $40\"\r");
    pty.wait("the one offer", |screen| {
        let shown = screen.contents();
        shown.contains(OFFER) && !shown.contains('✗')
    });
    pty.keys("\r");
    pty.text("customer is");
    pty.keys(REASON);
    pty.text(REASON);
}

/// How many tokens of the offer the known customer has, entries of the audit about it, and notices to the customer.
async fn added(rig: &Rig) -> [i64; 3] {
    let store = rig.store().await;
    let conn = store.read();
    let tokens = sql!(
        "SELECT count(*) AS n FROM tokens t JOIN offers o ON o.id = t.offer_id JOIN accounts a ON a.id = t.account_id \
         WHERE a.email_key = ? AND o.name = ? AND t.removed_at IS NULL",
        seed::KNOWN_EMAIL,
        OFFER
    );
    let audited = sql!(
        "SELECT count(*) AS n FROM audit WHERE verb = ? AND outcome = ?",
        "token.add",
        "done"
    );
    let told = sql!(
        "SELECT count(*) AS n FROM outbox WHERE kind = ?",
        "customer.token_add"
    );
    let counts = [
        tokens.number(conn).await.expect("a count"),
        audited.number(conn).await.expect("a count"),
        told.number(conn).await.expect("a count"),
    ];
    store.close().await;
    counts
}

/// Asserts that the journal holds this one intent, and nothing else of the work is on disk.
fn assert_journal_is_bare(rig: &Rig, verb: &str) {
    let lines = rig.journal();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    let mut names: Vec<&String> = line.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["agent", "key", "subject", "verb"], "{line}");
    assert_eq!(line["verb"], verb);
    let subject = line["subject"].as_str().expect("text");
    let (kind, id) = subject.split_once(' ').expect("a kind and an id");
    assert!(["account", "token", "ticket"].contains(&kind), "{subject}");
    for id in [
        id,
        line["key"].as_str().expect("text"),
        line["agent"].as_str().expect("text"),
    ] {
        assert!(uuid::Uuid::parse_str(id).is_ok(), "an opaque id: {id}");
    }
    let kept = rig.kept_on_disk().to_lowercase();
    for secret in [REASON, "whitfield", "dana.", "providence", "extracare $10"] {
        assert!(!kept.contains(secret), "{secret} is on the client's disk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dying_backend_did_is_found_out_and_told_as_done() {
    let mut rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    open_wallet(&mut pty);
    ask_for_offer(&mut pty);
    rig.relay.set(Rule::LoseAnswer("POST "));
    pty.keys("\r");
    rig.relay.lost().await;
    rig.kill_backend();

    let shown = flowing(&pty.says("The backend does not answer. What you typed is kept;"));
    assert!(
        shown.contains("It will not be done twice.") && shown.contains(REASON) && shown.contains("○ offline"),
        "{shown}"
    );
    assert_journal_is_bare(&rig, "token.add");

    rig.start_backend();
    rig.relay.set(Rule::Pass);
    pty.says(&format!("Added “{OFFER}” to the wallet of Dana Whitfield"));
    pty.text("● live");
    assert_eq!(added(&rig).await, [1, 1, 1], "once, audited once, told once");
    assert!(rig.journal().is_empty(), "settled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_reached_the_backend_is_told_as_not_done_and_can_be_sent_again() {
    let mut rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 80, 24).await;
    open_wallet(&mut pty);
    ask_for_offer(&mut pty);
    rig.relay.set(Rule::LoseRequest("POST "));
    pty.keys("\r");
    rig.relay.lost().await;
    rig.kill_backend();
    pty.says("The backend does not answer. What you typed is kept;");
    rig.start_backend();
    rig.relay.set(Rule::Pass);

    let shown =
        flowing(&pty.says(
            "this never reached it: nothing was changed. What you wrote is kept; “Add” sends it again.",
        ));
    assert!(shown.contains(REASON), "{shown}");
    pty.text("● live");
    assert_eq!(added(&rig).await, [0, 0, 0]);
    assert!(rig.journal().is_empty(), "settled");
    pty.keys("\r");
    pty.says(&format!("Added “{OFFER}” to the wallet of Dana Whitfield"));
    assert_eq!(added(&rig).await, [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_got_lost_is_still_there_to_be_sent() {
    let mut rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    pty.text("Nothing looked up yet");
    pty.keys("\x0e");
    pty.text("New ticket");
    pty.keys("The till forgot the coupon\x13");
    pty.text("opened");
    pty.keys("ti");
    pty.says("esc Cancel");
    pty.keys("She called twice.\rThe second line.");
    rig.relay.set(Rule::LoseRequest("POST "));
    pty.keys("\x13");
    rig.relay.lost().await;
    rig.kill_backend();
    let shown = pty.says("The backend does not answer. What you typed is kept;");
    assert!(
        shown.contains("She called twice.") && shown.contains("The second line."),
        "{shown}"
    );
    rig.start_backend();
    rig.relay.set(Rule::Pass);
    let shown = pty.says("this never reached it: nothing was changed.");
    assert!(
        shown.contains("She called twice.") && shown.contains("The second line."),
        "{shown}"
    );
    pty.keys("\x13");
    pty.says("note saved");
    let store = rig.store().await;
    let notes = sql!(
        "SELECT count(*) AS n FROM messages WHERE body = ?",
        "She called twice.\nThe second line."
    );
    assert_eq!(notes.number(store.read()).await.expect("a count"), 1);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_was_killed_in_an_action_settles_it_at_its_next_start() {
    let rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    open_wallet(&mut pty);
    ask_for_offer(&mut pty);
    rig.relay.set(Rule::Hold("POST "));
    pty.keys("\r");
    rig.relay.lost().await;
    pty.signal("KILL");
    pty.end();
    assert_journal_is_bare(&rig, "token.add");

    let mut again = rig.desk(120, 40);
    again.says(&format!(
        "was done after all, once: adding a token to a wallet, “{OFFER}”"
    ));
    assert_eq!(added(&rig).await, [1, 1, 1]);
    assert!(rig.journal().is_empty(), "settled");
    again.keys("\x03");
    again.text("Quit?");
    again.keys("y");
    assert!(again.end().success());
    again.assert_sane();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_was_killed_before_its_action_arrived_says_that_nothing_was_done() {
    let rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    open_wallet(&mut pty);
    ask_for_offer(&mut pty);
    rig.relay.set(Rule::LoseRequest("POST "));
    pty.keys("\r");
    rig.relay.lost().await;
    pty.signal("KILL");
    pty.end();
    assert_journal_is_bare(&rig, "token.add");
    rig.relay.set(Rule::Pass);
    let again = rig.desk(80, 24);
    again.says("it never arrived, nothing was changed: adding a token to a wallet");
    assert_eq!(added(&rig).await, [0, 0, 0]);
    assert!(rig.journal().is_empty(), "settled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_else_changed_is_shown_as_it_is_now() {
    let rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    open_wallet(&mut pty);
    pty.keys("/");
    pty.keys(" state:active\r");
    pty.text("3 of ");
    pty.keys("x");
    pty.text("It leaves the wallet now");
    let store = rig.store().await;
    let used = sql!(
        "UPDATE tokens SET used_at = ?, version = version + 1 WHERE account_id = (SELECT id FROM accounts WHERE email_key = ?)",
        SystemClock.now().plus_seconds(-60).micros(),
        seed::KNOWN_EMAIL
    );
    let tx = store.begin().await.expect("begun");
    used.run(&tx).await.expect("changed");
    tx.commit().await.expect("committed");
    store.close().await;
    pty.keys("2\r");
    pty.says("Somebody changed it meanwhile: state was active, is used, used was –, is");
    pty.keys("\x1b");
    pty.wait("the row under the cursor as it is now", |screen| {
        let shown = screen.contents();
        shown
            .lines()
            .any(|line| line.contains('▌') && line.contains("used"))
            && shown.contains("● active")
    });
}
