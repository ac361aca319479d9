//! Which answer belongs to which question, and which answers come too late.

/// Names one request. Never reused while the desk runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// For reads: one question at a time, the newest wins. Answers to older questions are not recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Latest {
    waiting: Option<RequestId>,
}

impl Latest {
    /// Remembers `id` as the only question; the one before it, if still open, comes back so that it can be
    /// cancelled.
    #[must_use = "the superseded request should be cancelled"]
    pub fn ask(&mut self, id: RequestId) -> Option<RequestId> {
        self.waiting.replace(id)
    }

    /// Whether `id` is the open question; if so it is open no longer.
    pub fn takes(&mut self, id: RequestId) -> bool {
        let ours = self.waiting == Some(id);
        if ours {
            self.waiting = None;
        }
        ours
    }

    /// Whether a question is open.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Whether `id` is the open question, without closing it.
    #[must_use]
    pub fn is(&self, id: RequestId) -> bool {
        self.waiting == Some(id)
    }

    /// Forgets the open question and hands it out to be cancelled.
    pub fn forget(&mut self) -> Option<RequestId> {
        self.waiting.take()
    }
}

/// For requests whose every answer counts: each id with what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending<T> {
    open: Vec<(RequestId, T)>,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self { open: Vec::new() }
    }
}

impl<T> Pending<T> {
    /// Remembers what was asked under `id`.
    pub fn ask(&mut self, id: RequestId, what: T) {
        self.open.push((id, what));
    }

    /// What was asked under `id`, once.
    pub fn take(&mut self, id: RequestId) -> Option<T> {
        let at = self.open.iter().position(|(open, _)| *open == id)?;
        Some(self.open.swap_remove(at).1)
    }

    /// Whether anything is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Everything that is open.
    pub fn iter(&self) -> impl Iterator<Item = &(RequestId, T)> {
        self.open.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_question_wins() {
        let mut latest = Latest::default();
        assert_eq!(latest.ask(RequestId(1)), None);
        assert_eq!(latest.ask(RequestId(2)), Some(RequestId(1)));
        assert!(!latest.takes(RequestId(1)), "superseded");
        assert!(latest.is_waiting());
        assert!(latest.takes(RequestId(2)));
        assert!(!latest.takes(RequestId(2)), "answered once");
        assert!(!latest.is_waiting());
    }

    #[test]
    fn every_pending_answer_counts_once_in_any_order() {
        let mut pending = Pending::default();
        pending.ask(RequestId(1), "a");
        pending.ask(RequestId(2), "b");
        assert_eq!(pending.take(RequestId(2)), Some("b"));
        assert_eq!(pending.take(RequestId(2)), None);
        assert_eq!(pending.take(RequestId(1)), Some("a"));
        assert!(pending.is_empty());
    }
}
