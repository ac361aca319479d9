//! Codes that are refused or too old, a backend that is not there at the start, and tokens that run out in mid-work.

use std::time::Duration;

use tokendesk::demo::idp::IdpOptions;
use tokendesk::demo::seed;

use super::pty::Pty;
use super::relay::Rule;
use super::rig::Rig;
use crate::identity::quick;

/// Out of the text field, so that letters are commands.
fn leave_field(pty: &mut Pty) {
    pty.keys("\x1b");
    pty.text("┏ customers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_away_at_the_start_is_told_and_waited_for() {
    let mut rig = Rig::start().await;
    rig.kill_backend();
    let pty = rig.desk(80, 24);
    let shown = pty.text("Copy code");
    rig.approve(&shown, "amara").await;
    pty.says("Approved.");
    pty.says("Check the network and the address ([backend] url)");
    rig.start_backend();
    pty.text("A-1042 Amara Okafor");
    pty.text("● live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_could_not_be_read_comes_by_itself_when_the_backend_is_back() {
    let mut rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    pty.text("Nothing looked up yet");
    rig.kill_backend();
    leave_field(&mut pty);
    pty.keys("gt");
    pty.says("The backend is not reachable. What is on screen may be old; what you typed is kept.");
    pty.text("○ offline");
    rig.start_backend();
    pty.text("TKT-");
    pty.text("● live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_code_says_so_and_one_key_brings_a_new_one() {
    let rig = Rig::start().await;
    let mut pty = rig.desk(80, 24);
    let first = pty.text("Copy code");
    rig.deny(&first).await;
    pty.says("The sign-in did not work.");
    pty.text("refused");
    pty.keys("n");
    let second = pty.wait("another code", |screen| {
        let shown = screen.contents();
        shown.contains("Copy code") && shown.contains('┃')
    });
    rig.approve(&second, "amara").await;
    pty.text("A-1042 Amara Okafor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_too_old_says_so_and_one_key_brings_a_new_one() {
    let rig = Rig::with(IdpOptions {
        code_life: Duration::from_secs(8),
        ..quick()
    })
    .await;
    let mut pty = rig.desk(80, 24);
    pty.text("seconds left");
    pty.says("The code has expired. Ask for a new one.");
    pty.keys("n");
    let second = pty.text("seconds left");
    rig.approve(&second, "amara").await;
    pty.text("A-1042 Amara Okafor");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_that_runs_out_in_mid_work_is_renewed_unseen() {
    let rig = Rig::with(IdpOptions {
        token_life: Duration::from_secs(1),
        ..quick()
    })
    .await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    pty.text("Nothing looked up yet");
    let first = rig.renewed_with();
    // each of these comes with a token that is older than it lives
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        leave_field(&mut pty);
        pty.keys("gt");
        pty.text("TKT-");
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        pty.keys("ga");
        pty.wait("the look-up", |screen| !screen.contents().contains("TKT-"));
        pty.keys("/");
        pty.text("┌ customers");
        pty.keys("\x15");
        pty.keys(&format!("{}\r", seed::KNOWN_EMAIL));
        let shown = pty.text("Providence");
        assert!(!shown.contains("Sign in") && shown.contains("● live"), "{shown}");
        pty.keys("/");
        pty.text("┌ customers");
    }
    assert_ne!(rig.renewed_with(), first, "it was renewed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_backend_is_said_and_keeps_nobody_from_working() {
    let rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 80, 24).await;
    pty.text("Nothing looked up yet");
    leave_field(&mut pty);
    rig.relay.set(Rule::Slow(Duration::from_secs(1)));
    pty.keys("gt");
    pty.text("Loading…");
    pty.keys("?");
    let shown = pty.text("Keys that work here");
    assert!(!shown.contains("TKT-"), "the answer is still on its way: {shown}");
    pty.keys("\x1b");
    pty.text("TKT-");
    pty.keys("ga");
    pty.wait("the look-up", |screen| !screen.contents().contains("TKT-"));
    pty.keys("/");
    pty.text("┌ customers");
    pty.keys(&format!("{}\r", seed::KNOWN_EMAIL));
    pty.text("Searching…");
    pty.text("Providence");
}
