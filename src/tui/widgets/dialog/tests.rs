use super::super::testing::{HOSTILE, drawn, look};
use super::*;

fn remove() -> Confirm {
    let reasons = Choice::new([
        ("customer_request", "Customer request"),
        ("added_by_mistake", "Added by mistake"),
        ("duplicate", "Duplicate"),
        ("wrong_account", "Wrong account"),
        ("suspected_fraud", "Suspected fraud"),
    ]);
    Confirm::new("Remove token", "Remove 20% off")
        .record("20% off at Corner Cafe, from the account …4411")
        .effect("It leaves the wallet now; its history stays. The customer is notified.")
        .reason("Reason", reasons, "In your own words", Rule::Either(3))
        .opened_by(Key::char('x'))
}

fn press(confirm: &mut Confirm, keys: &str) {
    for key in keys.split(' ') {
        assert_eq!(confirm.key(key.parse().expect("a key")), Outcome::Stay);
    }
}

fn enter(confirm: &mut Confirm) -> Outcome {
    confirm.command(Command::Confirm, look().words)
}

fn frame(confirm: &mut Confirm, cols: u16, rows: u16) -> String {
    drawn(cols, rows, |area, buf| {
        let cursor = confirm.draw(area, buf, look());
        assert!(cursor.is_none_or(|at| area.contains(at)));
    })
}

#[test]
fn enter_confirms_only_with_a_reason() {
    let mut confirm = remove();
    press(&mut confirm, "x x x");
    assert!(!confirm.is_dirty(), "the key that opened it is still held down");
    assert_eq!(enter(&mut confirm), Outcome::Stay);
    assert!(
        confirm
            .say(look().words)
            .last()
            .expect("said")
            .contains("Choose a reason")
    );
    press(&mut confirm, "2");
    assert_eq!(enter(&mut confirm), Outcome::Confirmed);
    assert_eq!(
        (confirm.code(), confirm.words().as_str()),
        ("added_by_mistake", "")
    );
    // own words instead
    let mut confirm = remove();
    press(&mut confirm, "n o");
    assert_eq!(enter(&mut confirm), Outcome::Stay, "too short");
    press(&mut confirm, "x 2");
    assert_eq!(enter(&mut confirm), Outcome::Confirmed);
    assert_eq!((confirm.code(), confirm.words().as_str()), ("", "nox2"));
    assert_eq!(confirm.command(Command::Back, look().words), Outcome::Cancel);
}

#[test]
fn both_can_be_asked_for() {
    let choices = Choice::new([("solved", "Solved"), ("duplicate", "Duplicate")]);
    let mut confirm = Confirm::new("Close ticket", "Close TKT-000801")
        .reason("How it was resolved", choices, "Summary", Rule::Both(3))
        .long_words(3, 4_000);
    assert_eq!(enter(&mut confirm), Outcome::Stay);
    press(&mut confirm, "1");
    assert_eq!(
        enter(&mut confirm),
        Outcome::Stay,
        "the summary is missing; it has the focus now"
    );
    confirm.paste("Offer added.\nThe customer knows.");
    assert_eq!(confirm.command(Command::Send, look().words), Outcome::Confirmed);
    assert_eq!(confirm.words(), "Offer added.\nThe customer knows.");
    press(&mut confirm, "up up");
    press(&mut confirm, "2");
    assert_eq!(confirm.code(), "duplicate", "back among the choices");
}

#[test]
fn without_a_reason_the_safe_choice_has_the_focus() {
    let mut confirm = Confirm::new("Put back?", "Put TKT-000801 back").effect("Anybody can take it then.");
    insta::assert_snapshot!(frame(&mut confirm, 80, 8));
    assert_eq!(enter(&mut confirm), Outcome::Cancel);
    press(&mut confirm, "right");
    assert_eq!(enter(&mut confirm), Outcome::Confirmed);
    confirm.command(Command::NextField, look().words);
    assert_eq!(enter(&mut confirm), Outcome::Cancel);
    assert!(!confirm.wants_text());
}

#[test]
fn while_it_is_sent_keys_wait_and_what_failed_keeps_what_was_typed() {
    let mut confirm = remove();
    press(&mut confirm, "1 s a i d");
    assert_eq!(enter(&mut confirm), Outcome::Confirmed);
    confirm.sending("Sending…");
    press(&mut confirm, "x y z");
    assert_eq!(enter(&mut confirm), Outcome::Stay, "once is enough");
    let sending = frame(&mut confirm, 80, 18);
    assert_eq!(confirm.command(Command::Back, look().words), Outcome::Leave);
    confirm.failed(format!("The token was changed by A-1077 meanwhile. {HOSTILE}"));
    let failed = frame(&mut confirm, 80, 18);
    assert_eq!(
        (confirm.code(), confirm.words().as_str()),
        ("customer_request", "said")
    );
    assert_eq!(enter(&mut confirm), Outcome::Confirmed, "again");
    confirm.done(vec!["Removed. The customer is notified.".to_owned()]);
    let done = frame(&mut confirm, 80, 18);
    assert_eq!(enter(&mut confirm), Outcome::Cancel);
    insta::assert_snapshot!([sending, failed, done].join("--\n"));
}

#[test]
fn it_fits_small_and_large_terminals_with_wide_and_hostile_text() {
    let mut confirm = remove().record(format!("中文餐廳 {HOSTILE} {}", "x".repeat(20_000)));
    enter(&mut confirm);
    let small = frame(&mut confirm, 80, 20);
    let large = frame(&mut confirm, 120, 36);
    assert!(!small.contains('\u{1b}') && !small.contains('\u{202e}'));
    insta::assert_snapshot!([small, large].join("--\n"));
    for (cols, rows) in [(0, 0), (5, 3), (30, 6), (40, 10)] {
        frame(&mut confirm, cols, rows);
    }
}
