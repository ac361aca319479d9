//! Rows that others change while they are in sight: they change in their place, and the order stays until it is asked
//! for. What moved and what is new is counted and said.

use std::collections::BTreeSet;

use super::window::{Call, PAGE, Row, Window};
use crate::tui::flow::{Changes, Ctx, Effect, Latest, Pending, Reply, RequestId};
use crate::tui::keys::Command;
use crate::wire::page::{ListParams, Page};

/// Rows that are read one by one at once, where they are held but not near the cursor.
const SINGLES: usize = 8;

/// What others have changed since the order was made.
#[derive(Debug)]
pub(super) struct News<Id> {
    /// What has to be read anew; everything when `all`.
    wanted: BTreeSet<Id>,
    all: bool,
    /// The page around the cursor, being read anew, and what for.
    page: Latest,
    page_for: BTreeSet<Id>,
    page_all: bool,
    singles: Pending<Id>,
    moved: BTreeSet<Id>,
    fresh: BTreeSet<Id>,
}

impl<Id> Default for News<Id> {
    fn default() -> Self {
        Self {
            wanted: BTreeSet::new(),
            all: false,
            page: Latest::default(),
            page_for: BTreeSet::new(),
            page_all: false,
            singles: Pending::default(),
            moved: BTreeSet::new(),
            fresh: BTreeSet::new(),
        }
    }
}

impl<Id> News<Id> {
    /// Whether an answer is to one of these questions.
    pub(super) fn is_mine(&self, id: RequestId) -> bool {
        self.page.is(id) || self.singles.iter().any(|(open, _)| *open == id)
    }
}

impl<T: Row> Window<T> {
    /// Takes changes of things of this kind, whoever made them. What is shown already is not read again; the rest is
    /// read in one page, and takes the place of the rows that are held.
    pub fn changed(&mut self, kind: &str, changes: &Changes, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        match changes.of(kind) {
            None => self.news.all = true,
            Some(changes) => {
                for change in changes {
                    let Ok(id) = change.id.parse::<T::Id>() else {
                        continue;
                    };
                    let shown = self.rows.iter().find(|row| row.id() == id).and_then(T::version);
                    let known = matches!((change.version, shown), (Some(new), Some(old)) if new <= old);
                    if !known {
                        self.news.wanted.insert(id);
                    }
                }
            }
        }
        self.read_news(ctx, call)
    }

    fn read_news(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let nothing = self.news.wanted.is_empty() && !self.news.all;
        if nothing || !self.has_come() || self.news.page.is_waiting() {
            // rows that have not come yet come as they are then; a page that is read now is followed by another
            return Vec::new();
        }
        let around = self.list.selected().filter(|_| !self.is_near_start());
        let params = ListParams {
            q: (!self.query.trim().is_empty()).then(|| self.query.clone()),
            limit: Some(PAGE),
            around: around.map(ToString::to_string),
            tz: ctx.zone.iana_name().map(str::to_owned),
            ..ListParams::default()
        };
        self.news.page_for = std::mem::take(&mut self.news.wanted);
        self.news.page_all = std::mem::take(&mut self.news.all);
        super::ask_latest(&mut self.news.page, ctx.request(), call(params))
    }

    /// Whether the first page holds what is in sight.
    fn is_near_start(&self) -> bool {
        self.holds_start() && self.list.cursor.at < PAGE as usize / 2
    }

    /// Takes an answer to one of these questions.
    pub(super) fn renewed(
        &mut self,
        id: RequestId,
        reply: Reply,
        ctx: &Ctx<'_>,
        call: Call<'_>,
    ) -> Vec<Effect> {
        if self.news.singles.take(id).is_some() {
            if let Some(row) = reply.ok().and_then(T::only) {
                self.replace(row);
            }
            return Vec::new();
        }
        self.news.page.takes(id);
        let wanted = std::mem::take(&mut self.news.page_for);
        let all = std::mem::take(&mut self.news.page_all);
        let mut there = BTreeSet::new();
        if let Some(page) = reply.ok().and_then(T::page) {
            there = page.items.iter().map(T::id).collect();
            self.take_news(page, &wanted, all);
        }
        // held, but not where the page was read: elsewhere in the list, or no longer found by its query
        let held: BTreeSet<T::Id> = self.rows.iter().map(T::id).collect();
        let mut effects = Vec::new();
        let apart = wanted
            .iter()
            .filter(|id| !there.contains(*id) && held.contains(*id));
        for lost in apart.take(SINGLES) {
            if let Some(one) = T::ask_one(lost) {
                let request = ctx.request();
                self.news.singles.ask(request, lost.clone());
                effects.push(Effect::Api(request, one));
            }
        }
        effects.extend(self.read_news(ctx, call));
        effects
    }

    /// Rows change in their place; what stands elsewhere by now, and what is new, is noted.
    fn take_news(&mut self, page: Page<T>, wanted: &BTreeSet<T::Id>, all: bool) {
        let held: BTreeSet<T::Id> = self.rows.iter().map(T::id).collect();
        let now: Vec<T::Id> = page
            .items
            .iter()
            .map(T::id)
            .filter(|id| held.contains(id))
            .collect();
        let there: BTreeSet<&T::Id> = now.iter().collect();
        let shown: Vec<T::Id> = self
            .rows
            .iter()
            .map(T::id)
            .filter(|id| there.contains(id))
            .collect();
        for (shown, now) in shown.iter().zip(&now).filter(|(shown, now)| shown != now) {
            let moved = [shown, now].into_iter().filter(|id| all || wanted.contains(*id));
            self.news.moved.extend(moved.cloned());
        }
        if page.total.is_some() {
            self.total = page.total;
        }
        for row in page.items {
            let id = row.id();
            if held.contains(&id) {
                self.replace(row);
            } else if wanted.contains(&id) {
                self.news.fresh.insert(id);
            }
        }
    }

    /// What moved and what is new since the order was made, with the key that sorts anew; nothing when nothing did.
    #[must_use]
    pub fn news_words(&self, ctx: &Ctx<'_>) -> String {
        let part = |id: &str, n: usize| (n > 0).then(|| ctx.words.with(id, &[("count", &n.to_string())]));
        let parts = [
            part("news-moved", self.news.moved.len()),
            part("news-new", self.news.fresh.len()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            return String::new();
        }
        let key = super::key(ctx, Command::Refresh);
        let values = [("what", parts.join(", ")), ("key", key)];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        ctx.words.with("news-line", &values)
    }
}
