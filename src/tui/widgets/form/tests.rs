use super::super::testing::{HOSTILE, drawn, look};
use super::*;

fn ticket() -> Form {
    let priorities = Choice::new([
        ("low", "Low"),
        ("medium", "Medium"),
        ("high", "High"),
        ("urgent", "Urgent"),
    ]);
    let categories = Choice::new((1..=11).map(|n| (format!("c{n}"), format!("Category {n} 中文"))));
    Form::new(vec![
        Entry::shown("customer", "Customer", format!("Amara Okafor {HOSTILE}")),
        Entry::line("subject", "Subject", "", 200)
            .needed()
            .hint("What it is about"),
        Entry::block("description", "Description", "", 3, 4_000).hint("The whole story"),
        Entry::choice("priority", "Priority", priorities.chosen("medium")),
        Entry::choice("category", "Category", categories).needed(),
    ])
}

fn frame(form: &mut Form, cols: u16, rows: u16) -> String {
    drawn(cols, rows, |area, buf| {
        let cursor = form.draw(area, buf, look());
        assert!(cursor.is_none_or(|at| area.contains(at)));
        assert!(cols < 40 || cursor.is_some() == form.wants_text());
    })
}

fn press(form: &mut Form, keys: &str) -> Outcome {
    let mut last = Outcome::Stay;
    for key in keys.split(' ') {
        last = form.key(key.parse().expect("a key"));
    }
    last
}

#[test]
fn enter_goes_on_and_sends_from_the_last_field() {
    let mut form = ticket();
    assert_eq!((form.focused(), form.is_dirty()), ("subject", false));
    assert_eq!(press(&mut form, "h i"), Outcome::Changed);
    assert_eq!(form.command(Command::Confirm), Outcome::Stay);
    assert_eq!(form.focused(), "description");
    form.paste("one");
    assert_eq!(form.command(Command::Confirm), Outcome::Changed, "a new line");
    press(&mut form, "t w o");
    form.command(Command::NextField);
    assert!(!form.wants_text());
    assert_eq!(press(&mut form, "4"), Outcome::Changed);
    form.command(Command::Confirm);
    assert_eq!(press(&mut form, "3"), Outcome::Changed);
    assert_eq!(form.command(Command::Confirm), Outcome::Send);
    assert!(form.check(look().words) && form.is_dirty());
    let values = ["subject", "description", "priority", "category", "none"].map(|name| form.value(name));
    assert_eq!(values, ["hi", "one\ntwo", "urgent", "c3", ""]);
    form.command(Command::NextField);
    assert_eq!(form.focused(), "subject", "round, and over what is only shown");
    form.command(Command::PreviousField);
    assert_eq!(form.focused(), "category");
}

#[test]
fn mistakes_stand_at_their_fields() {
    let mut form = ticket();
    form.focus("priority");
    assert_eq!(form.command(Command::Send), Outcome::Send);
    assert!(!form.check(look().words));
    assert_eq!(form.focused(), "subject", "the first that is wrong");
    assert!(form.say().iter().any(|line| line == "Subject is needed."));
    let missing = frame(&mut form, 78, 18);
    press(&mut form, "x");
    form.command(Command::NextField);
    assert!(form.mistake("description", format!("too long {HOSTILE}")));
    assert!(!form.mistake("nowhere", "?"));
    form.focus("category");
    let backend = frame(&mut form, 118, 30);
    insta::assert_snapshot!([missing, backend].join("--\n"));
    form.clear_mistakes();
    assert!(!form.say().iter().any(|line| line.contains("needed.")));
}

#[test]
fn what_does_not_fit_scrolls_with_the_focus() {
    let mut form = ticket();
    let mut frames = Vec::new();
    for name in ["subject", "category", "subject"] {
        form.focus(name);
        let text = frame(&mut form, 40, 5);
        let label = if name == "subject" {
            "▌Subject"
        } else {
            "▌Category"
        };
        assert!(text.contains(label), "{text}");
        frames.push(text);
    }
    insta::assert_snapshot!(frames.join("--\n"));
    for (cols, rows) in [(0, 0), (3, 2), (12, 1), (20, 40)] {
        frame(&mut form, cols, rows);
    }
}

#[test]
fn values_can_be_put_in_without_making_it_dirty() {
    let mut form = ticket();
    form.set("subject", "from a draft");
    form.set("priority", "high");
    form.set("customer", "somebody else");
    assert!(!form.is_dirty());
    assert_eq!(
        (form.value("subject").as_str(), form.value("priority").as_str()),
        ("from a draft", "high")
    );
    assert_eq!(press(&mut form, "backspace"), Outcome::Changed);
    assert!(form.is_dirty());
}
