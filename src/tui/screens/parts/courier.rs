//! Carries one intent of a person to the backend: at most one on its way, the same key until its fate is known.

use crate::domain::id::IntentKey;
use crate::tui::flow::{Answer, ApiCall, CallError, Ctx, Effect, Reply, RequestId, Trouble};

/// How far an intent has come.
#[derive(Debug, Clone, Default, PartialEq)]
enum Stage {
    /// Nothing is on its way.
    #[default]
    Idle,
    /// Sent; `words` say why it takes so long, if it does.
    Out {
        id: RequestId,
        call: Box<ApiCall>,
        words: Option<String>,
    },
    /// The answer was lost, or nothing got through: asking again is safe with the same key only.
    Open {
        call: Box<ApiCall>,
        error: Box<CallError>,
    },
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Came {
    /// It was for somebody else.
    NotMine(RequestId, Reply),
    /// The intent was done.
    Done(Answer),
    /// The intent was refused, and is settled: another try is another intent.
    Refused(CallError),
    /// What became of the intent is not known, or it did not get through. Sending again uses its key.
    Open(CallError),
}

/// Carries one intent at a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Courier {
    stage: Stage,
}

impl Courier {
    /// Sends an intent. `make` builds the call with a key; an intent that is still open and would be the very same
    /// is sent with its own key again. Nothing while one is on its way.
    pub fn send(&mut self, ctx: &Ctx<'_>, make: impl Fn(IntentKey) -> ApiCall) -> Vec<Effect> {
        let call = match &self.stage {
            Stage::Out { .. } => return Vec::new(),
            Stage::Open { call, error } => match call.intent().map(|intent| make(intent.key)) {
                Some(same) if same == **call || error.trouble == Trouble::FateUnknown => (**call).clone(),
                _ => make(ctx.intent()),
            },
            Stage::Idle => make(ctx.intent()),
        };
        let id = ctx.request();
        self.stage = Stage::Out {
            id,
            call: Box::new(call.clone()),
            words: None,
        };
        vec![Effect::Api(id, call)]
    }

    /// Takes the news that an answer is late; tells whether it was this one's.
    pub fn delayed(&mut self, late: RequestId, why: &str) -> bool {
        match &mut self.stage {
            Stage::Out { id, words, .. } if *id == late => {
                *words = Some(why.to_owned());
                true
            }
            _ => false,
        }
    }

    /// Takes an answer.
    pub fn reply(&mut self, id: RequestId, reply: Reply) -> Came {
        let call = match &self.stage {
            Stage::Out { id: ours, call, .. } if *ours == id => call.clone(),
            _ => return Came::NotMine(id, reply),
        };
        self.stage = Stage::Idle;
        match reply {
            Ok(answer) => Came::Done(answer),
            Err(error) if is_open(&error) => {
                self.stage = Stage::Open {
                    call,
                    error: Box::new(error.clone()),
                };
                Came::Open(error)
            }
            Err(error) => Came::Refused(error),
        }
    }

    /// Whether an intent is on its way.
    #[must_use]
    pub fn is_out(&self) -> bool {
        matches!(self.stage, Stage::Out { .. })
    }

    /// Why the answer takes so long, if it does.
    #[must_use]
    pub fn late(&self) -> Option<&str> {
        match &self.stage {
            Stage::Out { words, .. } => words.as_deref(),
            _ => None,
        }
    }

    /// Whether an intent was sent and nobody knows what became of it: what was typed for it must stay as it is.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(&self.stage, Stage::Open { error, .. } if error.trouble == Trouble::FateUnknown)
    }
}

/// Whether the same intent may be sent again: it was not settled.
fn is_open(error: &CallError) -> bool {
    matches!(
        error.trouble,
        Trouble::Offline | Trouble::Lost | Trouble::FateUnknown | Trouble::SignedOut
    )
}
