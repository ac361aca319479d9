//! What is typed into long fields and not sent yet: kept by the backend after a short rest and at leaving, and put back
//! at the next opening.

use std::collections::BTreeMap;
use std::time::Duration;

use super::sheet::Sheet;
use crate::tui::flow::{Answer, ApiCall, Ctx, DraftAsk, Effect, Latest, Reply, RequestId, WakeKey};

/// The wake that ends the short rest.
pub const WAKE: WakeKey = "draft";
/// How long nothing is typed before it is kept.
const REST: Duration = Duration::from_millis(700);

/// The draft of one form.
#[derive(Debug)]
pub struct Drafting {
    key: String,
    asked: Latest,
    /// What was handed over to be kept.
    handed: BTreeMap<String, String>,
    restored: bool,
}

impl Drafting {
    /// The draft under this key: small letters, digits and hyphens.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            asked: Latest::default(),
            handed: BTreeMap::new(),
            restored: false,
        }
    }

    /// Asks for what was kept.
    pub fn open(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::Draft(self.key.clone());
        super::ask_latest(&mut self.asked, ctx.request(), call)
    }

    /// Something was typed.
    #[must_use]
    pub fn typed() -> Effect {
        Effect::Wake {
            after: REST,
            key: WAKE,
        }
    }

    /// Keeps what stands in the fields, if it is another thing than what is kept.
    pub fn keep(&mut self, sheet: &Sheet) -> Vec<Effect> {
        let fields = sheet.typed();
        if fields == self.handed || self.asked.is_waiting() {
            // what was kept before comes first: it is not to be overwritten unseen
            return Vec::new();
        }
        self.handed.clone_from(&fields);
        let key = self.key.clone();
        vec![Effect::Draft(if fields.is_empty() {
            DraftAsk::Forget { key }
        } else {
            DraftAsk::Keep { key, fields }
        })]
    }

    /// Whether what was handed over last is kept.
    #[must_use]
    pub fn is_kept(&self, ctx: &Ctx<'_>) -> bool {
        !self.handed.is_empty() && ctx.memory.draft(&self.key) == Some(true)
    }

    /// Whether all that stands in the fields is kept: whoever leaves loses nothing.
    #[must_use]
    pub fn holds(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> bool {
        self.is_kept(ctx) && self.handed == sheet.typed()
    }

    /// It was sent: there is nothing to keep any more.
    #[must_use]
    pub fn sent(&self) -> Effect {
        Effect::Draft(DraftAsk::Forget {
            key: self.key.clone(),
        })
    }

    /// Takes the answer: what was kept comes back, before whatever was typed meanwhile. Gives back the answer when it is
    /// for somebody else.
    pub fn reply(&mut self, id: RequestId, reply: Reply, sheet: &mut Sheet) -> Option<(RequestId, Reply)> {
        if !self.asked.takes(id) {
            return Some((id, reply));
        }
        if let Ok(Answer::Draft {
            draft: Some(draft), ..
        }) = reply
        {
            self.handed.clone_from(&draft.fields);
            self.restored = sheet.restore(&draft.fields);
        }
        None
    }

    /// How the draft stands, in words.
    #[must_use]
    pub fn words(&self, ctx: &Ctx<'_>) -> Option<String> {
        let id = match ctx.memory.draft(&self.key) {
            _ if self.handed.is_empty() => return None,
            Some(true) => "draft-kept",
            Some(false) => "draft-not-kept",
            None if self.restored => "draft-restored",
            None => return None,
        };
        Some(ctx.words.get(id))
    }
}
