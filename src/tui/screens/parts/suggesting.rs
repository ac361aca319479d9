//! Values to complete a query with, out of the data: asked while a value is typed, the newest question wins.

use super::ask_latest;
use crate::domain::permission::Permission;
use crate::domain::query::{Candidate, Completion, FieldSet, fold};
use crate::tui::flow::{Answer, ApiCall, AskAnswer, AskCall, Ctx, Effect, Latest, Reply, RequestId};
use crate::wire::tokens::Suggestion;

/// A place in a query: which field, and what was typed of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    field: &'static str,
    typed: String,
}

/// What the data has for the value that is being typed.
#[derive(Debug, Default)]
pub(super) struct Suggesting {
    asked: Latest,
    /// What the open question is about.
    about: Option<Place>,
    /// The latest answer, and what it was about.
    known: Option<(Place, Vec<Suggestion>)>,
}

/// The name of a field among those of tokens, where the data has values for it.
fn asked_as(set: &FieldSet, field: &str) -> Option<&'static str> {
    let name = match (set.noun, field) {
        ("token" | "offer", "merchant") => "merchant",
        ("token" | "offer", "location") => "location",
        ("token" | "offer", "source") => "source",
        ("token" | "offer", "campaign") => "campaign",
        ("token" | "offer", "name") => "name",
        ("token", "offer") | ("offer", "code") => "offer",
        _ => return None,
    };
    Some(name)
}

/// What was typed of a value, without the signs of the language around it.
fn bare(typed: &str) -> String {
    let typed = typed.strip_prefix('~').unwrap_or(typed);
    let typed = typed.strip_prefix('"').unwrap_or(typed);
    let mut out = String::with_capacity(typed.len());
    let mut escaped = false;
    for c in typed.chars() {
        if c == '\\' && !escaped {
            escaped = true;
            continue;
        }
        if c != '"' || escaped {
            out.push(c);
        }
        escaped = false;
    }
    out
}

fn place(found: &Completion, set: &FieldSet) -> Option<Place> {
    let field = asked_as(set, found.data?.name)?;
    Some(Place {
        field,
        typed: bare(&found.typed),
    })
}

impl Suggesting {
    /// Asks for the values that fit what is being typed, unless they are known or asked for already. Where nothing can
    /// be suggested, an open question is called off.
    pub fn ask(&mut self, found: &Completion, set: &FieldSet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let wanted = place(found, set).filter(|_| ctx.may(Permission::OfferView).is_ok());
        let Some(wanted) = wanted else {
            self.about = None;
            return self.asked.forget().into_iter().map(Effect::Cancel).collect();
        };
        let known = self.known.as_ref().is_some_and(|(of, _)| *of == wanted);
        if known || self.about.as_ref() == Some(&wanted) {
            return Vec::new();
        }
        let call = ApiCall::Ask(AskCall::Suggest {
            field: wanted.field,
            typed: wanted.typed.clone(),
        });
        self.about = Some(wanted);
        ask_latest(&mut self.asked, ctx.request(), call)
    }

    /// Takes an answer, or gives it back. A failure only means that nothing is suggested.
    pub fn reply(&mut self, id: RequestId, reply: Reply) -> Option<(RequestId, Reply)> {
        if !self.asked.takes(id) {
            return Some((id, reply));
        }
        if let (Some(about), Ok(Answer::Asked(AskAnswer::Suggestions(values)))) = (self.about.take(), reply) {
            self.known = Some((about, values));
        }
        None
    }

    /// Whether the answer for this place is still to come.
    pub fn is_waiting(&self, found: &Completion, set: &FieldSet) -> bool {
        self.about.is_some() && self.about == place(found, set)
    }

    /// The values that fit this place. An answer to less of the same value serves until the new one comes.
    pub fn fitting(&self, found: &Completion, set: &FieldSet, ctx: &Ctx<'_>) -> Vec<Candidate> {
        let (Some(here), Some((of, values))) = (place(found, set), &self.known) else {
            return Vec::new();
        };
        let serves = of.field == here.field && fold(&here.typed).starts_with(&fold(&of.typed));
        if !serves {
            return Vec::new();
        }
        let typed = fold(&here.typed);
        values
            .iter()
            .filter(|value| fold(&value.value).contains(&typed))
            .map(|value| Candidate {
                text: value.insert.clone(),
                about: value.count.map_or_else(String::new, |count| {
                    let count = count.to_string();
                    ctx.words.with("complete-offers", &[("count", &count)])
                }),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, call};
    use super::*;
    use crate::domain::query::{OFFER_FIELDS, TICKET_FIELDS, TOKEN_FIELDS, complete};

    fn at(text: &str, set: &'static FieldSet) -> Completion {
        complete(text, text.len(), set)
    }

    fn value(value: &str) -> Suggestion {
        Suggestion {
            value: value.to_owned(),
            insert: crate::domain::query::value_text(value),
            count: Some(3),
        }
    }

    #[test]
    fn values_are_asked_for_where_the_data_has_some() {
        let world = World::new(80, 24);
        let asked = |text: &str, set| {
            let effects = Suggesting::default().ask(&at(text, set), set, &world.ctx());
            (!effects.is_empty()).then(|| match call(&effects).1 {
                ApiCall::Ask(AskCall::Suggest { field, typed }) => (field, typed),
                other => panic!("{other:?}"),
            })
        };
        let of = |field, typed: &str| Some((field, typed.to_owned()));
        assert_eq!(asked("x merchant:co", &TOKEN_FIELDS), of("merchant", "co"));
        assert_eq!(asked("-campaign:a,~\"b c", &TOKEN_FIELDS), of("campaign", "b c"));
        assert_eq!(
            asked("name:\"20\\\" pizza", &TOKEN_FIELDS),
            of("name", "20\" pizza")
        );
        assert_eq!(asked("code:OFF", &OFFER_FIELDS), of("offer", "OFF"));
        for text in ["merch", "state:a", "value:3", "account:1", "claimed:t", "words"] {
            assert_eq!(asked(text, &TOKEN_FIELDS), None, "{text}");
        }
        assert_eq!(
            asked("category:x", &TICKET_FIELDS),
            None,
            "tickets have no such source"
        );
    }

    #[test]
    fn the_newest_question_wins_and_its_answer_serves_what_is_typed_on() {
        let world = World::new(80, 24);
        let mut data = Suggesting::default();
        let (c, co) = (at("merchant:c", &TOKEN_FIELDS), at("merchant:co", &TOKEN_FIELDS));
        let (old, _) = call(&data.ask(&c, &TOKEN_FIELDS, &world.ctx()));
        assert!(
            data.ask(&c, &TOKEN_FIELDS, &world.ctx()).is_empty(),
            "asked already"
        );
        let again = data.ask(&co, &TOKEN_FIELDS, &world.ctx());
        assert!(matches!(again[0], Effect::Cancel(id) if id == old));
        let (new, _) = call(&again[1..]);
        let answer = |values: Vec<Suggestion>| Ok(Answer::Asked(AskAnswer::Suggestions(values)));
        assert!(data.reply(old, answer(vec![value("Cash")])).is_some(), "late");
        assert!(data.is_waiting(&co, &TOKEN_FIELDS));
        assert!(
            data.reply(new, answer(vec![value("Corner Cafe"), value("Costa")]))
                .is_none()
        );
        let texts = |found: &Completion| -> Vec<String> {
            let found = data.fitting(found, &TOKEN_FIELDS, &world.ctx());
            found.into_iter().map(|candidate| candidate.text).collect()
        };
        assert_eq!(
            texts(&co),
            ["\"Corner Cafe\"", "Costa"],
            "quoted where it must be"
        );
        assert_eq!(texts(&at("merchant:cor", &TOKEN_FIELDS)), ["\"Corner Cafe\""]);
        assert_eq!(
            texts(&at("merchant:\"CORNER c", &TOKEN_FIELDS)),
            ["\"Corner Cafe\""]
        );
        assert!(texts(&c).is_empty(), "less is typed than was asked");
        assert!(
            texts(&at("campaign:co", &TOKEN_FIELDS)).is_empty(),
            "another field"
        );
    }
}
