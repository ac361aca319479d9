//! Numbers: of the desk over a span, and of one agent now. Each comes with the query that finds its tickets.

use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::listing::read_query;
use super::tickets::row;
use super::{Actor, ServiceError, Services};
use crate::domain::agent::Agent;
use crate::domain::calendar::{date_of, day_of};
use crate::domain::id::AgentId;
use crate::domain::permission::Permission;
use crate::domain::query::TICKET_FIELDS;
use crate::domain::sla::SlaState;
use crate::domain::statistics::{Dim, Sums};
use crate::domain::ticket::{Priority, TicketStatus};
use crate::domain::time::Moment;
use crate::server::store::page::Window;
use crate::server::store::statistics::{self, By};
use crate::server::store::{people, tickets};
use crate::wire::page::{COUNT_CAP, ListParams};
use crate::wire::statistics::{AgentFigures, Csat, Dashboard, Figure, Stats, StatsParams, Times, TrendPoint};
use crate::wire::tickets::TicketRow;

/// Days of a span when nothing is said.
const USUAL: i64 = 30;
/// Longest span, in days.
const LONGEST: i64 = 3_660;
/// Most steps of a trend.
const STEPS: i64 = 60;
/// Tickets that a dashboard shows of each kind.
const SHOWN: u32 = 15;
/// Tickets that wait to be counted are counted up to this.
const WAITING: i64 = 100_000;

/// Days in a row, as numbers since 1970-01-01.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: i64,
    last: i64,
}

impl Span {
    /// `2026-01-01..2026-01-31`.
    fn words(self) -> String {
        format!("{}..{}", word(self.first), word(self.last))
    }
}

fn word(day: i64) -> String {
    date_of(day).map(|d| d.to_string()).unwrap_or_default()
}

fn number(date: Date) -> i64 {
    Moment::parse(&format!("{date}T00:00:00Z")).map_or(0, |m| m.seconds().div_euclid(86_400))
}

/// A quotient as people read it, to two places.
fn ratio(part: i64, whole: i64, times: f64) -> Option<f64> {
    if whole == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of tickets are far below 2^52")]
    let exact = part as f64 * times / whole as f64;
    Some((exact * 100.0).round() / 100.0)
}

fn average(sum: i64, n: i64) -> Option<i64> {
    (n > 0).then(|| (sum + n / 2).div_euclid(n))
}

fn response(sums: &Sums, base: &str) -> Times {
    Times {
        n: sums.first_n,
        met: sums.first_met,
        missed: sums.first_n - sums.first_met,
        average_seconds: average(sums.first_seconds, sums.first_n),
        compliance: ratio(sums.first_met, sums.first_n, 100.0),
        query: format!("{base} -responded:none"),
        missed_query: format!("{base} response_target:missed"),
    }
}

fn resolution(sums: &Sums, base: &str) -> Times {
    Times {
        n: sums.done_n,
        met: sums.done_met,
        missed: sums.done_n - sums.done_met,
        average_seconds: average(sums.done_seconds, sums.done_n),
        compliance: ratio(sums.done_met, sums.done_n, 100.0),
        query: format!("{base} -resolved:none"),
        missed_query: format!("{base} resolution_target:missed"),
    }
}

/// A value as the query language reads it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

fn figure(key: &str, label: &str, n: i64, query: String) -> Figure {
    Figure {
        key: key.to_owned(),
        label: label.to_owned(),
        n,
        exact: true,
        query,
    }
}

impl Services {
    /// The numbers of a span.
    ///
    /// # Errors
    /// When the person may not, a date is wrong, or the database fails.
    pub async fn stats(&self, actor: &Actor, params: &StatsParams) -> Result<Stats, ServiceError> {
        self.allow(actor, Permission::StatsView).await?;
        let span = self.span(params)?;
        let agents = people::all(self.store.read()).await?;
        match params.agent {
            None => self.whole(span, &agents).await,
            Some(id) => self.of_one(span, id, &agents).await,
        }
    }

    fn today(&self) -> i64 {
        day_of(self.now().seconds(), &self.zone)
    }

    fn span(&self, params: &StatsParams) -> Result<Span, ServiceError> {
        let day = |field: &str, text: &Option<String>| -> Result<Option<i64>, ServiceError> {
            let Some(text) = text else { return Ok(None) };
            let date = crate::domain::calendar::dated(text);
            let allowed = "write a day such as 2026-01-31";
            date.map(|date| Some(number(date)))
                .ok_or_else(|| ServiceError::field(field, "not_a_day", allowed))
        };
        let last = day("to", &params.to)?.unwrap_or_else(|| self.today());
        let first = day("from", &params.from)?.unwrap_or(last - USUAL + 1);
        if first > last || last - first >= LONGEST {
            let allowed = "write a first day that is not after the last one, and at most ten years before it";
            return Err(ServiceError::field("from", "out_of_range", allowed));
        }
        Ok(Span { first, last })
    }

    /// The moments between which a span of days lies, and its first and last day; so many days when nothing is said.
    pub(super) fn moments(
        &self,
        params: &StatsParams,
        usual: i64,
    ) -> Result<(Moment, Moment, String, String), ServiceError> {
        let mut span = self.span(params)?;
        if params.from.is_none() {
            span.first = span.last - usual + 1;
        }
        let (from, to) = (self.start_of(span.first), self.start_of(span.last + 1));
        Ok((from, to, word(span.first), word(span.last)))
    }

    async fn whole(&self, span: Span, agents: &[Agent]) -> Result<Stats, ServiceError> {
        let conn = self.store.read();
        let days = (span.first, span.last);
        let mut cells: BTreeMap<(Dim, String), Sums> = BTreeMap::new();
        for (dim, word, _, sums) in statistics::read(conn, &Dim::ALL, days, By::Word, None).await? {
            cells.insert((dim, word), sums);
        }
        let created = format!("created:{}", span.words());
        let mut stats = self.figures(span, &cells, &created);
        stats.by_agent = by_agent(&cells, agents, &created, span);
        stats.trend = self.trend(span, None, "", STEPS).await?;
        stats.uncounted = statistics::uncounted(conn, WAITING).await?;
        Ok(stats)
    }

    async fn of_one(&self, span: Span, id: AgentId, agents: &[Agent]) -> Result<Stats, ServiceError> {
        let conn = self.store.read();
        let Some(agent) = agents.iter().find(|a| a.id == id) else {
            return Err(ServiceError::field(
                "agent",
                "unknown",
                "there is nobody with this identifier",
            ));
        };
        let mut cells: BTreeMap<(Dim, String), Sums> = BTreeMap::new();
        let from = self.start_of(span.first).micros();
        let before = self.start_of(span.last + 1).micros();
        for (status, priority, category, sums) in statistics::of_agent(conn, id.0, (from, before)).await? {
            let rank = usize::try_from(priority).unwrap_or(0);
            let priority = Priority::ALL.get(rank).map_or("", |p| p.word()).to_owned();
            let parts = [
                (Dim::All, String::new()),
                (Dim::Status, status),
                (Dim::Priority, priority),
                (Dim::Category, category),
                (Dim::Agent, id.0.to_string()),
            ];
            for key in parts {
                cells.entry(key).or_default().add(&sums, 1);
            }
        }
        let word = id.0.to_string();
        let days = (span.first, span.last);
        let rated = statistics::read(conn, &[Dim::RatedAgent], days, By::Word, Some(&word)).await?;
        for (dim, word, _, sums) in rated {
            cells.insert((Dim::Rated, String::new()), sums);
            cells.insert((dim, word), sums);
        }
        let created = format!("created:{} assignee:{}", span.words(), quoted(&agent.employee_id));
        let mut stats = self.figures(span, &cells, &created);
        stats.csat.query = format!("{} assignee:{}", stats.csat.query, quoted(&agent.employee_id));
        stats.csat.by_rating.clear();
        stats.agent = Some(id);
        stats.by_agent = by_agent(&cells, agents, &format!("created:{}", span.words()), span);
        let mine = format!(" assignee:{}", quoted(&agent.employee_id));
        stats.trend = self.trend(span, Some(&word), &mine, STEPS).await?;
        stats.uncounted = statistics::uncounted(conn, WAITING).await?;
        Ok(stats)
    }

    fn start_of(&self, day: i64) -> Moment {
        let start = date_of(day).and_then(|date| date.to_zoned(self.zone.clone()).ok());
        start.map_or(Moment::EPOCH, |zoned| Moment::from_timestamp(zoned.timestamp()))
    }

    /// What can be read from the cells alone.
    fn figures(&self, span: Span, cells: &BTreeMap<(Dim, String), Sums>, base: &str) -> Stats {
        let get = |dim: Dim, word: &str| cells.get(&(dim, word.to_owned())).copied().unwrap_or_default();
        let all = get(Dim::All, "");
        let nobody = get(Dim::Agent, "");
        let status = |s: &TicketStatus| {
            let query = format!("{base} status:{}", s.word());
            figure(
                s.word(),
                self.profile.status_label(*s),
                get(Dim::Status, s.word()).n,
                query,
            )
        };
        let priority = |p: &Priority| {
            let query = format!("{base} priority:{}", p.word());
            figure(
                p.word(),
                self.profile.priority_label(*p),
                get(Dim::Priority, p.word()).n,
                query,
            )
        };
        let mut by_category: Vec<Figure> = cells
            .iter()
            .filter(|((dim, _), sums)| *dim == Dim::Category && sums.n != 0)
            .map(|((_, code), sums)| {
                let label = self
                    .profile
                    .category(code)
                    .map_or(code.as_str(), |c| c.label.as_str());
                figure(code, label, sums.n, format!("{base} category:{}", quoted(code)))
            })
            .collect();
        by_category.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.key.cmp(&b.key)));
        let over = "-status:resolved,closed";
        Stats {
            from: word(span.first),
            to: word(span.last),
            timezone: self.profile.timezone.clone(),
            agent: None,
            uncounted: 0,
            total: figure("total", "Total", all.n, base.to_owned()),
            open: figure("open", "Open", all.n - all.done_n, format!("{base} {over}")),
            in_progress: status(&TicketStatus::InProgress),
            unassigned: figure(
                "unassigned",
                "Unassigned",
                nobody.n - nobody.done_n,
                format!("{base} assignee:none {over}"),
            ),
            by_status: TicketStatus::ALL.iter().map(status).collect(),
            by_priority: Priority::ALL.iter().rev().map(priority).collect(),
            by_category,
            by_agent: Vec::new(),
            response: response(&all, base),
            resolution: resolution(&all, base),
            csat: csat(cells, span),
            trend: Vec::new(),
        }
    }

    /// Steps of a span; `word` is the agent's, `more` what is added to queries.
    async fn trend(
        &self,
        span: Span,
        word_of: Option<&str>,
        more: &str,
        steps: i64,
    ) -> Result<Vec<TrendPoint>, ServiceError> {
        let dims = match word_of {
            None => [Dim::All, Dim::Done, Dim::Rated],
            Some(_) => [Dim::Agent, Dim::DoneAgent, Dim::RatedAgent],
        };
        let days = (span.first, span.last);
        let cells = statistics::read(self.store.read(), &dims, days, By::Day, word_of).await?;
        let length = (span.last - span.first) / steps + 1;
        let mut points: BTreeMap<i64, [Sums; 3]> = BTreeMap::new();
        let mut first = span.first;
        while first <= span.last {
            points.insert(first, [Sums::default(); 3]);
            first += length;
        }
        for (dim, _, day, sums) in cells {
            let at = span.first + (day - span.first) / length * length;
            if let Some(slot) = dims.iter().position(|d| *d == dim)
                && let Some(point) = points.get_mut(&at)
            {
                point[slot].add(&sums, 1);
            }
        }
        Ok(points
            .into_iter()
            .map(|(first, [opened, done, rated])| {
                let part = Span {
                    first,
                    last: (first + length - 1).min(span.last),
                };
                let query = |field: &str| format!("{field}:{}{more}", part.words());
                TrendPoint {
                    from: word(part.first),
                    to: word(part.last),
                    opened: opened.n,
                    resolved: done.n,
                    compliance: ratio(done.done_met, done.n, 100.0),
                    rated: rated.n,
                    rating: ratio(rated.rating, rated.n, 1.0),
                    opened_query: query("created"),
                    resolved_query: query("resolved"),
                    rated_query: query("rated"),
                }
            })
            .collect())
    }

    /// What an agent sees first: their work now, and how they did of late.
    ///
    /// # Errors
    /// When the person may not, or the database fails.
    pub async fn dashboard(&self, actor: &Actor) -> Result<Dashboard, ServiceError> {
        self.allow(actor, Permission::DashboardView).await?;
        let agent = self.own_card(actor).await?;
        let over = "-status:resolved,closed";
        let queues = [
            ("mine", "Mine", format!("assignee:me {over}")),
            ("unassigned", "Unassigned", format!("assignee:none {over}")),
            ("urgent", "Urgent", format!("priority:urgent {over}")),
            ("at_risk", "At risk", "sla:at_risk".to_owned()),
            ("breached", "Breached", "sla:breached".to_owned()),
            ("escalated", "Escalated", format!("escalated:yes {over}")),
            (
                "waiting",
                "Waiting",
                "status:waiting_customer,waiting_internal".to_owned(),
            ),
            ("all", "All open", over.to_owned()),
        ];
        let mut counted = Vec::with_capacity(queues.len());
        for (key, label, query) in queues {
            counted.push(self.counted(actor, key, label, query).await?);
        }
        let mut clocks = Vec::new();
        for state in [
            SlaState::Breached,
            SlaState::AtRisk,
            SlaState::Ok,
            SlaState::Paused,
        ] {
            let query = format!("assignee:me sla:{}", state.word());
            clocks.push(self.counted(actor, state.word(), state.word(), query).await?);
        }
        let today = self.today();
        let mut handled = Vec::new();
        for (key, label, days) in [
            ("today", "Today", 1),
            ("week", "7 days", 7),
            ("month", "30 days", 30),
        ] {
            let span = Span {
                first: today - days + 1,
                last: today,
            };
            let query = format!("assignee:me resolved:{}", span.words());
            handled.push(self.counted(actor, key, label, query).await?);
        }
        let month = Span {
            first: today - USUAL + 1,
            last: today,
        };
        let word = actor.id.0.to_string();
        let days = (month.first, month.last);
        let dims = [Dim::Agent, Dim::RatedAgent];
        let conn = self.store.read();
        let mut sums = Sums::default();
        let mut rated = Sums::default();
        for (dim, _, _, found) in statistics::read(conn, &dims, days, By::Word, Some(&word)).await? {
            let slot = if dim == Dim::Agent { &mut sums } else { &mut rated };
            slot.add(&found, 1);
        }
        let base = format!("assignee:me created:{}", month.words());
        let fortnight = Span {
            first: today - 13,
            last: today,
        };
        Ok(Dashboard {
            agent,
            timezone: self.profile.timezone.clone(),
            queues: counted,
            clocks,
            mine: self.some(actor, &format!("assignee:me {over} sort:due")).await?,
            unassigned: self
                .some(
                    actor,
                    &format!("assignee:none {over} sort:-priority sort:created"),
                )
                .await?,
            urgent: self
                .some(actor, &format!("priority:urgent {over} sort:due"))
                .await?,
            handled,
            response: response(&sums, &base),
            resolution: resolution(&sums, &base),
            csat: Csat {
                n: rated.n,
                average: ratio(rated.rating, rated.n, 1.0),
                by_rating: Vec::new(),
                query: format!("assignee:me rated:{}", month.words()),
            },
            trend: self.trend(fortnight, Some(&word), " assignee:me", STEPS).await?,
        })
    }

    fn asked(&self, actor: &Actor, query: &str) -> Result<super::listing::Asked, ServiceError> {
        let params = ListParams {
            q: Some(query.to_owned()),
            tz: Some(self.profile.timezone.clone()),
            ..ListParams::default()
        };
        read_query(&params, &TICKET_FIELDS, "tickets", actor, self.now())
    }

    async fn counted(
        &self,
        actor: &Actor,
        key: &str,
        label: &str,
        query: String,
    ) -> Result<Figure, ServiceError> {
        let asked = self.asked(actor, &query)?;
        let list = tickets::list(&asked.query, &asked.scope, asked.hash);
        let n = list.count(self.store.read(), Some(COUNT_CAP)).await?;
        Ok(Figure {
            key: key.to_owned(),
            label: label.to_owned(),
            n: i64::try_from(n.min(COUNT_CAP)).unwrap_or(i64::MAX),
            exact: n <= COUNT_CAP,
            query,
        })
    }

    async fn some(&self, actor: &Actor, query: &str) -> Result<Vec<TicketRow>, ServiceError> {
        let asked = self.asked(actor, query)?;
        let list = tickets::list(&asked.query, &asked.scope, asked.hash);
        let now = asked.scope.now;
        let found = list
            .slice(self.store.read(), &Window::First, SHOWN, |r| {
                Ok(row(&tickets::read(r)?, now))
            })
            .await?;
        Ok(found.map(|slice| slice.items).unwrap_or_default())
    }
}

fn csat(cells: &BTreeMap<(Dim, String), Sums>, span: Span) -> Csat {
    let mut sums = Sums::default();
    let mut by_rating = vec![0; 5];
    for ((dim, word), found) in cells {
        if *dim != Dim::Rated {
            continue;
        }
        sums.add(found, 1);
        let place = word.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        if let Some(slot) = place.and_then(|i| by_rating.get_mut(i)) {
            *slot += found.n;
        }
    }
    Csat {
        n: sums.n,
        average: ratio(sums.rating, sums.n, 1.0),
        by_rating,
        query: format!("rated:{}", span.words()),
    }
}

fn by_agent(
    cells: &BTreeMap<(Dim, String), Sums>,
    agents: &[Agent],
    created: &str,
    span: Span,
) -> Vec<AgentFigures> {
    let mut all: Vec<AgentFigures> = cells
        .iter()
        .filter(|((dim, _), sums)| *dim == Dim::Agent && sums.n != 0)
        .map(|((_, word), sums)| {
            let id = Uuid::parse_str(word).ok().map(AgentId);
            let agent = agents.iter().find(|a| Some(a.id) == id);
            let who = agent.map_or_else(|| "none".to_owned(), |a| quoted(&a.employee_id));
            let base = format!("{created} assignee:{who}");
            let rated = cells
                .get(&(Dim::RatedAgent, word.clone()))
                .copied()
                .unwrap_or_default();
            AgentFigures {
                agent_id: id,
                employee_id: agent.map(|a| a.employee_id.clone()).unwrap_or_default(),
                name: agent.map(|a| a.name.clone()).unwrap_or_default(),
                total: sums.n,
                open: sums.n - sums.done_n,
                done: sums.done_n,
                response: response(sums, &base),
                resolution: resolution(sums, &base),
                csat: Csat {
                    n: rated.n,
                    average: ratio(rated.rating, rated.n, 1.0),
                    by_rating: Vec::new(),
                    query: format!("rated:{} assignee:{who}", span.words()),
                },
                query: base,
            }
        })
        .collect();
    all.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
    all
}
