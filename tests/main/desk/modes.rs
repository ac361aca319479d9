//! Whatever ends the desk, the terminal is as it was.

use portable_pty::CommandBuilder;

use super::pty::Pty;

/// The desk on a machine of its own, with a backend and an issuer that are not there.
fn desk(home: &std::path::Path) -> CommandBuilder {
    let config = home.join("config.toml");
    std::fs::write(
        &config,
        "[backend]\nurl = \"http://127.0.0.1:9\"\n[identity]\nissuer = \"http://127.0.0.1:9/oauth2/default\"\n\
         client_id = \"desk\"\nallow_http_loopback = true\ntoken_store = \"memory\"\n",
    )
    .expect("written");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
    command.env_clear();
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.args([std::ffi::OsStr::new("--config"), config.as_os_str()]);
    command
}

fn started(home: &std::path::Path) -> Pty {
    let pty = Pty::start(desk(home), 120, 40);
    pty.wait("the alternate screen", |screen| {
        screen.alternate_screen() && screen.hide_cursor()
    });
    pty.text("tokendesk");
    pty
}

#[test]
fn leaving_by_a_key_gives_the_terminal_back() {
    let home = tempfile::tempdir().expect("a folder");
    let mut pty = started(home.path());
    pty.text("Quit");
    pty.keys("Q");
    assert!(pty.end().success());
    pty.assert_sane();
}

#[test]
fn signals_and_a_dropped_connection_give_it_back_too() {
    for signal in ["TERM", "HUP", "INT"] {
        let home = tempfile::tempdir().expect("a folder");
        let mut pty = started(home.path());
        pty.signal(signal);
        assert!(pty.end().success(), "{signal}");
        pty.assert_sane();
    }
}

#[test]
fn a_suspended_desk_gives_the_terminal_to_the_shell_and_takes_it_back() {
    let home = tempfile::tempdir().expect("a folder");
    let mut pty = started(home.path());
    pty.signal("TSTP");
    pty.wait("the shell's screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor()
    });
    pty.signal("CONT");
    pty.wait("the desk again", |screen| {
        screen.alternate_screen() && screen.contents().contains("Quit")
    });
    pty.keys("Q");
    assert!(pty.end().success());
    pty.assert_sane();
}

#[test]
fn without_a_backend_it_says_so_and_stays() {
    let home = tempfile::tempdir().expect("a folder");
    let mut pty = started(home.path());
    pty.text("127.0.0.1:9");
    pty.resize(60, 10);
    pty.text("too small");
    pty.resize(100, 30);
    pty.text("Quit");
    pty.keys("\x03");
    assert!(pty.end().success());
}

/// Runs in a pseudo-terminal below the test that follows; does nothing by itself.
#[test]
fn a_desk_that_panics() {
    if std::env::var_os("TOKENDESK_TEST_PANIC").is_none() {
        return;
    }
    let mut guard = tokendesk::tui::term::Guard::enter().expect("a terminal");
    guard.write(b"inside").expect("written");
    panic!("ada@example.com");
}

#[test]
fn a_panic_gives_the_terminal_back_and_tells_its_place_alone() {
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this test"));
    command.env("TOKENDESK_TEST_PANIC", "1");
    command.args(["--exact", "desk::modes::a_desk_that_panics", "--nocapture"]);
    let mut pty = Pty::start(command, 100, 30);
    let status = pty.end();
    assert!(!status.success(), "the test below failed, as it must");
    pty.assert_sane();
    let shown = pty.wait("the place", |screen| screen.contents().contains("has a fault"));
    assert!(shown.contains("modes.rs"), "{shown}");
    assert!(
        !shown.contains("ada@example.com"),
        "the message can hold what somebody typed: {shown}"
    );
}

#[test]
fn without_a_terminal_it_says_so_and_exits_with_2() {
    let home = tempfile::tempdir().expect("a folder");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tokendesk"))
        .env_clear()
        .env("HOME", home.path())
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("not a terminal"), "{words}");
}
