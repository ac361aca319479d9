//! From the first frame through the real device flow to the greeting, against the demo's provider and backend.

use std::sync::Arc;

use portable_pty::CommandBuilder;
use tokendesk::config::sections::Limits;
use tokendesk::demo::{self, DemoOptions, RunningDemo};
use tokendesk::domain::profile::Profile;
use tokendesk::domain::time::SystemClock;

use super::pty::Pty;

async fn demo() -> RunningDemo {
    demo::start(DemoOptions {
        listen: "127.0.0.1:0".to_owned(),
        database: None,
        profile: Profile::shipped("extracare").expect("shipped"),
        limits: Limits::default(),
        clock: Arc::new(SystemClock),
    })
    .await
    .expect("starts")
}

fn desk(demo: &RunningDemo, home: &std::path::Path, more: &[&str]) -> CommandBuilder {
    let config = demo.write_config().expect("written");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
    command.env_clear();
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.args([std::ffi::OsStr::new("--config"), config.as_os_str()]);
    command.args(more);
    command
}

/// The address of the sign-in page with the code in it, read off the screen.
pub(crate) fn page(shown: &str) -> String {
    let address = shown
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .expect("an address");
    let boxed = shown.lines().find(|line| line.contains('┃')).expect("a code");
    let code: String = boxed
        .split('┃')
        .nth(1)
        .expect("in the box")
        .split_whitespace()
        .collect();
    format!("{address}?user_code={code}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_is_greeted_and_is_known_the_next_time() {
    let demo = demo().await;
    let home = tempfile::tempdir().expect("a folder");
    let mut pty = Pty::start(desk(&demo, home.path(), &[]), 120, 40);
    let shown = pty.text("Copy code");
    demo::idp::approve(&reqwest::Client::new(), &page(&shown), "amara")
        .await
        .expect("approved");
    pty.text("A-1042 Amara Okafor");
    let shown = pty.text("● live");
    assert!(
        shown.contains("Kigo PRO × Extra Care") && shown.contains("TEST"),
        "{shown}"
    );
    pty.keys("\x03");
    pty.text("Quit?");
    pty.keys("y");
    assert!(pty.end().success());
    pty.assert_sane();

    let mut again = Pty::start(desk(&demo, home.path(), &[]), 80, 24);
    again.text("A-1042 Amara Okafor");
    again.keys("\x03");
    again.text("Quit?");
    again.keys("y");
    assert!(again.end().success());
    demo.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_role_is_told_so() {
    let demo = demo().await;
    let home = tempfile::tempdir().expect("a folder");
    let mut pty = Pty::start(desk(&demo, home.path(), &[]), 80, 24);
    let shown = pty.text("Copy code");
    let nobody = demo::idp::PEOPLE
        .iter()
        .find(|person| person.groups.len() == 1)
        .expect("somebody without a role");
    demo::idp::approve(&reqwest::Client::new(), &page(&shown), nobody.key)
        .await
        .expect("approved");
    pty.text("You have no role at this desk");
    pty.keys("Q");
    assert!(pty.end().success());
    demo.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_desk_speaks_in_lines() {
    let demo = demo().await;
    let home = tempfile::tempdir().expect("a folder");
    let mut pty = Pty::start(desk(&demo, home.path(), &["--linear"]), 100, 60);
    let shown = pty.text("Approve only");
    let mut words = shown.split_whitespace();
    let address = words
        .by_ref()
        .find(|word| word.starts_with("http://"))
        .expect("an address");
    let code = words
        .find(|word| word.contains('-') && word.len() == 9)
        .expect("a code");
    let page = format!("{address}?user_code={code}");
    demo::idp::approve(&reqwest::Client::new(), &page, "amara")
        .await
        .expect("approved");
    pty.text("Hello Amara Okafor (A-1042).");
    pty.wait("no screen of its own", |screen| !screen.alternate_screen());
    pty.keys(":sign-out\n");
    pty.text("Sign out?");
    pty.keys("y\n");
    pty.wait("another code", |screen| {
        screen.contents().matches("Approve only").count() == 2
    });
    pty.keys(":quit\n");
    assert!(pty.end().success());
    demo.shutdown().await;
}

#[test]
fn the_demo_opens_the_desk_and_approves_from_the_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
    command.env_clear();
    command.env("HOME", home.path());
    command.env("TERM", "xterm-256color");
    command.args(["demo"]);
    let mut pty = Pty::start(command, 120, 40);
    pty.text("Approve (demo)");
    pty.keys("d");
    pty.text("Mei-Ling Chen");
    pty.keys("1");
    pty.text("A-1042 Amara Okafor");
    pty.text("● live");
    pty.keys("\x03");
    pty.text("Quit?");
    pty.keys("y");
    assert!(pty.end().success());
    pty.assert_sane();
}
