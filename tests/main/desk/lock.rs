//! The lock in a real terminal: what it hides, what comes back, and that a restart does not get around it.

use super::rig::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_desk_shows_nothing_and_gives_everything_back_after_a_sign_in() {
    let rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    pty.text("Nothing looked up yet");
    pty.keys("whitfiel");
    pty.text("whitfiel");
    pty.keys("\x1b");
    pty.text("┏ customers");
    assert!(rig.run(&["whoami"]).status.success());

    pty.keys("g.");
    let locked = pty.text("Locked");
    assert!(
        !locked.contains("whitfiel") && !locked.contains("Okafor"),
        "{locked}"
    );
    assert!(
        !locked.contains("Copy code"),
        "no code until somebody asks for one: {locked}"
    );
    while rig.kept_on_disk().contains("refresh_token") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let who = rig.run(&["whoami", "--json"]);
    assert_eq!(who.status.code(), Some(3), "{who:?}");

    // another desk on this machine does not get in either
    let other = rig.desk(80, 24);
    let shown = other.text("Copy code");
    assert!(!shown.contains("Okafor"), "{shown}");

    pty.keys("n");
    let shown = pty.text("Copy code");
    rig.approve(&shown, "amara").await;
    pty.text("A-1042 Amara Okafor");
    pty.text("whitfiel");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_after_another_persons_lock_finds_nothing_of_theirs() {
    let rig = Rig::start().await;
    let mut pty = rig.signed_in("amara", 120, 40).await;
    pty.text("Nothing looked up yet");
    pty.keys("whitfiel");
    pty.text("whitfiel");
    pty.keys("\x1b");
    pty.text("┏ customers");
    pty.keys("g.");
    pty.text("Locked");
    pty.keys("n");
    let shown = pty.text("Copy code");
    let other = tokendesk::demo::idp::PEOPLE
        .iter()
        .find(|person| person.key != "amara" && person.groups.len() > 1)
        .expect("somebody else with a role");
    rig.approve(&shown, other.key).await;
    let shown = pty.text(other.employee_id);
    assert!(!shown.contains("whitfiel"), "{shown}");
}
