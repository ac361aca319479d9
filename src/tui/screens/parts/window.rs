//! A window over a long list: pages around the cursor, asked for as the cursor comes near their ends.
//!
//! Rows are held in whole pages, so that the cursor strings at both ends stay known when pages are dropped. Old rows
//! stay until new ones come. One question runs and at most one waits: the newest.

use std::collections::{BTreeSet, VecDeque};

use super::news::News;
use crate::domain::id::{ActionId, ApprovalId, OfferId, TicketId, TokenId};
use crate::tui::flow::{Answer, ApiCall, CallError, Ctx, Effect, Latest, Reply, RequestId, TokenAnswer};
use crate::tui::widgets::list::{List, Move};
use crate::tui::widgets::table::Extent;
use crate::wire::approvals::Approval;
use crate::wire::offers::OfferRow;
use crate::wire::page::{ListParams, Page, Total};
use crate::wire::tickets::TicketRow;
use crate::wire::tokens::{Action, TokenRow};

/// Rows in a page.
pub(super) const PAGE: u32 = 100;
/// About so many rows are held; pages far from the cursor are dropped beyond.
const HELD: usize = 1_000;

/// Something that is listed in pages.
pub trait Row: Sized {
    /// What it is known by.
    type Id: Ord + Clone + std::fmt::Display + std::fmt::Debug + std::str::FromStr;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// The page in an answer.
    fn page(answer: Answer) -> Option<Page<Self>>;
    /// Its version, where it has one: an older one never takes the place of a newer one.
    fn version(&self) -> Option<i64> {
        None
    }
    /// How one of them is read, where it can be.
    fn ask_one(_id: &Self::Id) -> Option<ApiCall> {
        None
    }
    /// The only one in an answer.
    fn only(_answer: Answer) -> Option<Self> {
        None
    }
}

impl Row for TokenRow {
    type Id = TokenId;
    fn id(&self) -> TokenId {
        self.id
    }
    fn page(answer: Answer) -> Option<Page<Self>> {
        match answer {
            Answer::Tokens(page) => Some(page),
            _ => None,
        }
    }
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
    fn ask_one(id: &TokenId) -> Option<ApiCall> {
        Some(ApiCall::Token(*id))
    }
    fn only(answer: Answer) -> Option<Self> {
        match answer {
            Answer::Token(token) => Some(*token),
            _ => None,
        }
    }
}

impl Row for OfferRow {
    type Id = OfferId;
    fn id(&self) -> OfferId {
        self.offer.id
    }
    fn page(answer: Answer) -> Option<Page<Self>> {
        match answer {
            Answer::Offers(page) => Some(page),
            _ => None,
        }
    }
}

impl Row for Action {
    type Id = ActionId;
    fn id(&self) -> ActionId {
        self.id
    }
    fn page(answer: Answer) -> Option<Page<Self>> {
        match answer {
            Answer::Of(TokenAnswer::Actions(page)) => Some(page),
            _ => None,
        }
    }
}

impl Row for Approval {
    type Id = ApprovalId;
    fn id(&self) -> ApprovalId {
        self.id
    }
    fn page(answer: Answer) -> Option<Page<Self>> {
        match answer {
            Answer::Of(TokenAnswer::Approvals(page)) => Some(page),
            _ => None,
        }
    }
}

impl Row for TicketRow {
    type Id = TicketId;
    fn id(&self) -> TicketId {
        self.id
    }
    fn page(answer: Answer) -> Option<Page<Self>> {
        match answer {
            Answer::Tickets(page) => Some(page),
            _ => None,
        }
    }
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
    fn ask_one(id: &TicketId) -> Option<ApiCall> {
        Some(ApiCall::Ticket(*id))
    }
    fn only(answer: Answer) -> Option<Self> {
        match answer {
            Answer::Ticket(ticket) => Some(ticket.row),
            _ => None,
        }
    }
}

/// How a page is asked for.
pub type Call<'a> = &'a dyn Fn(ListParams) -> ApiCall;

/// Where a page is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Want {
    /// In the place of all rows, the cursor on the first.
    Anew,
    /// In the place of all rows, the cursor on the last.
    End,
    /// In the place of all rows, the cursor where it is.
    Around,
    /// Before the held rows.
    Before,
    /// After the held rows.
    After,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    len: usize,
    prev: Option<String>,
    next: Option<String>,
}

/// What is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks<'a, Id: Ord> {
    /// These rows.
    These(&'a BTreeSet<Id>),
    /// All that match this query.
    All(&'a str),
}

/// What an answer did to the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Took {
    /// It was for somebody else.
    NotMine(RequestId, Reply),
    /// Rows came. `anew`: they answer a new question.
    Rows {
        /// Whether the question was another one than before.
        anew: bool,
    },
    /// The question failed; see [`Window::problem`].
    Failed,
}

/// A window over a long list.
#[derive(Debug)]
pub struct Window<T: Row> {
    /// The rows that are held.
    pub rows: Vec<T>,
    /// The cursor.
    pub list: List<T::Id>,
    /// How many there are, as far as it was counted.
    pub total: Option<Total>,
    /// Why the latest question failed.
    pub problem: Option<CallError>,
    pages: VecDeque<Held>,
    before: Option<u64>,
    pub(super) query: String,
    running: String,
    shown: Option<String>,
    asked: Latest,
    counting: Latest,
    want: Want,
    waiting: bool,
    /// The query all of whose rows are marked, those included that are not held.
    all_marked: Option<String>,
    /// What others have changed since the order was made.
    pub(super) news: News<T::Id>,
}

impl<T: Row> Default for Window<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            list: List::default(),
            total: None,
            problem: None,
            pages: VecDeque::new(),
            before: None,
            query: String::new(),
            running: String::new(),
            shown: None,
            asked: Latest::default(),
            counting: Latest::default(),
            want: Want::Anew,
            waiting: false,
            all_marked: None,
            news: News::default(),
        }
    }
}

impl<T: Row> Window<T> {
    /// The row under the cursor.
    #[must_use]
    pub fn row(&self) -> Option<&T> {
        self.list.row(&self.rows)
    }

    /// Whether an answer is on its way.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.asked.is_waiting()
    }

    /// Whether the rows answer an older question than the one that was asked last.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| *shown != self.query) || self.problem.is_some()
    }

    /// Whether rows have come at all, be it none.
    #[must_use]
    pub fn has_come(&self) -> bool {
        self.shown.is_some()
    }

    /// The query line that was asked last.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The query line that the rows answer.
    #[must_use]
    pub fn shown_query(&self) -> Option<&str> {
        self.shown.as_deref()
    }

    /// Where the held rows stand in the whole list.
    #[must_use]
    pub fn extent(&self) -> Option<Extent> {
        Some(Extent {
            before: self.before?,
            total: self.total.filter(|total| total.exact)?.value,
        })
    }

    /// Asks a query line from its first page. While a question runs, the new one waits; a newer takes its place.
    pub fn ask(&mut self, query: &str, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.query = query.to_owned();
        if self.asked.is_waiting() && matches!(self.want, Want::Anew) {
            self.waiting = true;
            return Vec::new();
        }
        self.send(Want::Anew, None, ctx, call)
    }

    /// Asks a query line for the rows around one, which takes the cursor; from the first page where the query does not
    /// find it.
    pub fn ask_around(&mut self, query: &str, id: T::Id, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.query = query.to_owned();
        self.list.aim(id);
        self.send(Want::Around, None, ctx, call)
    }

    /// Reads the rows around the cursor again, in their order as it is now.
    pub fn refresh(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let want = if self.list.selected().is_some() && self.list.cursor.at > 0 {
            Want::Around
        } else {
            Want::Anew
        };
        self.send(want, None, ctx, call)
    }

    /// Moves the cursor, and asks for the rows that will soon be wanted. Tells whether it stands on another row.
    pub fn go(&mut self, way: Move, ctx: &Ctx<'_>, call: Call<'_>) -> (bool, Vec<Effect>) {
        let prev = self.pages.front().and_then(|page| page.prev.clone());
        let next = self.pages.back().and_then(|page| page.next.clone());
        match way {
            Move::First if prev.is_some() => return (false, self.send(Want::Anew, None, ctx, call)),
            Move::Last if next.is_some() => return (false, self.send(Want::End, None, ctx, call)),
            _ => {}
        }
        let moved = self.list.go(way, &self.rows, T::id);
        let effects = match (self.asked.is_waiting(), prev, next) {
            (false, Some(cursor), _) if moved.near_start => self.send(Want::Before, Some(cursor), ctx, call),
            (false, _, Some(cursor)) if moved.near_end => self.send(Want::After, Some(cursor), ctx, call),
            _ => Vec::new(),
        };
        (moved.changed, effects)
    }

    /// Marks the row under the cursor, or takes its mark away, and goes to the next.
    pub fn mark(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> (bool, Vec<Effect>) {
        if self.all_marked.take().is_some() {
            // of all that match, the held ones stay marked but this
            for row in &self.rows {
                self.list.mark(row.id());
            }
        }
        self.list.toggle_mark();
        self.go(Move::Down, ctx, call)
    }

    /// Begins or ends a range of marks; tells whether one lasts now.
    pub fn mark_range(&mut self) -> bool {
        self.list.toggle_range()
    }

    /// Marks all that match the query that is shown, also those that are not held.
    pub fn mark_all(&mut self) {
        self.list.clear_marks();
        self.all_marked.clone_from(&self.shown);
    }

    /// Takes all marks away; tells whether there were any.
    pub fn unmark(&mut self) -> bool {
        let any = self.has_marks();
        self.all_marked = None;
        self.list.clear_marks();
        any
    }

    /// Whether anything is marked.
    #[must_use]
    pub fn has_marks(&self) -> bool {
        self.all_marked.is_some() || !self.list.marked().is_empty()
    }

    /// What is marked.
    #[must_use]
    pub fn marks(&self) -> Option<Marks<'_, T::Id>> {
        match &self.all_marked {
            Some(query) => Some(Marks::All(query)),
            None if self.list.marked().is_empty() => None,
            None => Some(Marks::These(self.list.marked())),
        }
    }

    /// Whether a row is marked.
    #[must_use]
    pub fn is_marked(&self, row: &T) -> bool {
        self.list.is_marked(&row.id()) || (self.all_marked.is_some() && self.all_marked == self.shown)
    }

    fn send(&mut self, want: Want, cursor: Option<String>, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let params = ListParams {
            q: (!self.query.trim().is_empty()).then(|| self.query.clone()),
            limit: Some(PAGE),
            from: (want == Want::End).then(|| "last".to_owned()),
            around: (want == Want::Around)
                .then(|| self.list.selected().map(ToString::to_string))
                .flatten(),
            count: cursor.is_some().then(|| "false".to_owned()),
            cursor,
            tz: ctx.zone.iana_name().map(str::to_owned),
        };
        self.want = want;
        self.waiting = false;
        self.running.clone_from(&self.query);
        super::ask_latest(&mut self.asked, ctx.request(), call(params))
    }

    /// Counts again what the query finds, after rows were changed in place. The rows stay as they are.
    pub fn recount(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let params = ListParams {
            q: (!self.query.trim().is_empty()).then(|| self.query.clone()),
            limit: Some(1),
            tz: ctx.zone.iana_name().map(str::to_owned),
            ..ListParams::default()
        };
        super::ask_latest(&mut self.counting, ctx.request(), call(params))
    }

    /// Takes an answer, if it is this window's.
    pub fn reply(
        &mut self,
        id: RequestId,
        reply: Reply,
        ctx: &Ctx<'_>,
        call: Call<'_>,
    ) -> (Took, Vec<Effect>) {
        if self.news.is_mine(id) {
            return (Took::Rows { anew: false }, self.renewed(id, reply, ctx, call));
        }
        if self.counting.takes(id) {
            if let Some(page) = reply.ok().and_then(T::page) {
                self.total = page.total;
            }
            return (Took::Rows { anew: false }, Vec::new());
        }
        if !self.asked.takes(id) {
            return (Took::NotMine(id, reply), Vec::new());
        }
        if self.waiting {
            // something newer was asked meanwhile: this answer still counts until that one comes
            let took = self.take(reply);
            let effects = self.send(Want::Anew, None, ctx, call);
            return (took, effects);
        }
        if matches!(self.want, Want::Around) && reply.is_err() {
            // the row may be gone: read from the start
            return (Took::Failed, self.send(Want::Anew, None, ctx, call));
        }
        (self.take(reply), Vec::new())
    }

    fn take(&mut self, reply: Reply) -> Took {
        let page = match reply {
            Ok(answer) => T::page(answer),
            Err(error) => {
                self.problem = Some(error);
                return Took::Failed;
            }
        };
        let Some(page) = page else {
            return Took::Failed;
        };
        self.problem = None;
        match self.want {
            Want::Before => self.put_before(page),
            Want::After => self.put_after(page),
            Want::Anew | Want::End | Want::Around => return self.put_anew(page),
        }
        self.list.settle(&self.rows, T::id);
        Took::Rows { anew: false }
    }

    /// The row that takes the cursor when the one under it is not among these: the next one below that is still
    /// there, else the nearest above.
    fn heir(&self, new: &[T]) -> Option<T::Id> {
        let there: BTreeSet<T::Id> = new.iter().map(T::id).collect();
        let selected = self.list.selected().filter(|id| !there.contains(id))?;
        let at = self.rows.iter().position(|row| row.id() == *selected)?;
        let (above, below) = self.rows.split_at(at);
        below
            .iter()
            .chain(above.iter().rev())
            .map(T::id)
            .find(|id| there.contains(id))
    }

    fn put_anew(&mut self, page: Page<T>) -> Took {
        if self.want == Want::Around
            && let Some(heir) = self.heir(&page.items)
        {
            self.list.aim(heir);
        }
        self.news = News::default();
        let anew = self.shown.as_ref() != Some(&self.running);
        self.pages = VecDeque::from([Held {
            len: page.items.len(),
            prev: page.prev,
            next: page.next,
        }]);
        self.total = page.total;
        self.before = page.offset;
        self.rows = page.items;
        self.shown = Some(self.running.clone());
        match self.want {
            Want::End => {
                self.list.settle(&self.rows, T::id);
                self.list.go(Move::Last, &self.rows, T::id);
            }
            Want::Around => self.list.settle(&self.rows, T::id),
            _ => self.list.restart(&self.rows, T::id),
        }
        Took::Rows { anew }
    }

    fn put_before(&mut self, page: Page<T>) {
        let len = page.items.len();
        self.before = self.before.map(|before| before.saturating_sub(len as u64));
        if page.prev.is_none() {
            self.before = Some(0);
        }
        self.pages.push_front(Held {
            len,
            prev: page.prev,
            next: page.next,
        });
        let mut rows = page.items;
        rows.append(&mut self.rows);
        self.rows = rows;
        while self.rows.len() > HELD && self.pages.len() > 1 {
            if let Some(gone) = self.pages.pop_back() {
                self.rows.truncate(self.rows.len().saturating_sub(gone.len));
            }
        }
    }

    /// Puts a row in the place of the one with its id; tells whether it is held.
    pub fn replace(&mut self, row: T) -> bool {
        let id = row.id();
        let found = self.rows.iter_mut().find(|held| held.id() == id);
        let is_held = found.is_some();
        if let Some(held) = found
            && held.version() <= row.version()
        {
            *held = row;
        }
        is_held
    }

    /// Puts a new row at the top and the cursor on it; tells whether it is held now. Where the start of the list is not
    /// held, nothing is done.
    pub fn put_on_top(&mut self, row: T) -> bool {
        let at_start = self.pages.front().is_some_and(|page| page.prev.is_none());
        if self.holds(&row) {
            return true;
        }
        if !at_start {
            return false;
        }
        let id = row.id();
        self.rows.insert(0, row);
        if let Some(front) = self.pages.front_mut() {
            front.len += 1;
        }
        if let Some(total) = &mut self.total {
            total.value += u64::from(total.exact);
        }
        self.list.select(&id, &self.rows, T::id);
        true
    }

    /// Whether the start of the list is held.
    pub(super) fn holds_start(&self) -> bool {
        self.pages.front().is_some_and(|page| page.prev.is_none())
    }

    fn holds(&self, row: &T) -> bool {
        let id = row.id();
        self.rows.iter().any(|held| held.id() == id)
    }

    fn put_after(&mut self, page: Page<T>) {
        self.pages.push_back(Held {
            len: page.items.len(),
            prev: page.prev,
            next: page.next,
        });
        self.rows.extend(page.items);
        while self.rows.len() > HELD && self.pages.len() > 1 {
            if let Some(gone) = self.pages.pop_front() {
                let len = gone.len.min(self.rows.len());
                self.rows.drain(..len);
                self.before = self.before.map(|before| before + len as u64);
            }
        }
    }
}
