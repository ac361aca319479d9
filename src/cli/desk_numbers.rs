//! `dashboard`, `stats`, `agent …`, `clock`, `desk try`: numbers, people, clocks, and rules before they are switched on.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::client::Api;
use crate::domain::agent::Availability;
use crate::domain::id::AgentId;
use crate::domain::profile::Profile;
use crate::domain::sla::Length;
use crate::text::csv;
use crate::wire::agents::{AgentCard, EditAgent};
use crate::wire::clocks::{TicketClock, TicketClocks};
use crate::wire::rules::{RulesTried, TryRules};
use crate::wire::statistics::{Dashboard, Figure, Stats, StatsParams, Times};

use super::action::{IntentArgs, settled};
use super::context::Context;
use super::exit::Exit;
use super::output::{safe, table, when, when_any};

/// Arguments of `stats`.
#[derive(Debug, clap::Args)]
pub(super) struct StatsArgs {
    /// First day, such as 2026-01-01 [default: 29 days before the last one]
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Last day, included [default: today]
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Only tickets that this agent has
    #[arg(long, value_name = "ID")]
    agent: Option<AgentId>,
    /// Answer in comma-separated values
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Arguments of `agent`.
#[derive(Debug, clap::Args)]
pub(super) struct AgentArgs {
    #[command(subcommand)]
    verb: AgentVerb,
}

#[derive(Debug, clap::Subcommand)]
enum AgentVerb {
    /// List everybody behind the desk, with load and room
    List,
    /// Say whether you take work
    Available {
        /// available, busy, away or offline
        #[arg(value_parser = availability())]
        status: Availability,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Change what assignment goes by; what is left out stays
    Edit(Edit),
}

fn availability() -> impl clap::builder::TypedValueParser<Value = Availability> {
    PossibleValuesParser::new(Availability::ALL.map(Availability::word))
        .try_map(|w| Availability::from_word(&w).ok_or("unknown"))
}

#[derive(Debug, clap::Args)]
struct Edit {
    /// Whom
    agent: AgentId,
    /// A department's code; empty: none
    #[arg(long, value_name = "CODE")]
    department: Option<String>,
    /// Languages, as tags, separated by commas
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    languages: Option<Vec<String>>,
    /// Skills, as codes, separated by commas
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    skills: Option<Vec<String>>,
    /// Hours by weekday, JSON: '{"mon": ["08:00-12:00"]}'; '{}': always
    #[arg(long, value_name = "JSON")]
    shift: Option<String>,
    /// Most tickets at once; 0: as the desk says
    #[arg(long, value_name = "N")]
    max_load: Option<u32>,
    /// Whether they take work
    #[arg(long, value_parser = availability())]
    availability: Option<Availability>,
    /// The version that was seen [default: the current one]
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    #[command(flatten)]
    intent: IntentArgs,
}

/// Arguments of `desk`.
#[derive(Debug, clap::Args)]
pub(super) struct DeskArgs {
    #[command(subcommand)]
    verb: DeskVerb,
}

#[derive(Debug, clap::Subcommand)]
enum DeskVerb {
    /// Try the clocks, hours and assignment of a profile over history: nothing is changed
    Try {
        /// The profile: a file, or the name of one that comes with the program
        #[arg(long, value_name = "FILE")]
        profile: PathBuf,
        /// First day [default: 89 days before the last one]
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// Last day, included [default: today]
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
        /// Try assignment too
        #[arg(long)]
        assignment: bool,
    },
}

/// Seconds as people write a length.
fn length(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let minutes = seconds.abs() / 60 * 60;
    let shown = if seconds.abs() >= 3_600 {
        minutes
    } else {
        seconds.abs()
    };
    if shown == 0 {
        return "0".to_owned();
    }
    let whole = Length::read(&format!("{shown}s")).map(|l| l.to_string());
    format!("{sign}{}", whole.unwrap_or_else(|| format!("{shown}s")))
}

/// `dashboard`.
pub(super) async fn dashboard(ctx: Context) -> Result<(), Exit> {
    let api = ctx.api()?;
    ctx.output.show(&api.dashboard().await?, board)
}

fn board(d: &Dashboard) -> String {
    let card = &d.agent;
    let head = format!(
        "{} is {}, with {} of {} tickets.\n\n",
        card.agent.name,
        card.agent.availability.word(),
        card.load,
        card.max_load
    );
    let parts = [
        figures("queue", &d.queues),
        figures("my clocks", &d.clocks),
        figures("handled", &d.handled),
        table(
            &["last 30 days", "tickets", "in time", "average"],
            &[
                times("first response", &d.response),
                times("resolution", &d.resolution),
            ],
        ),
    ];
    safe_lines(&head) + &parts.join("\n")
}

fn safe_lines(text: &str) -> String {
    text.lines().map(|line| safe(line) + "\n").collect()
}

fn figures(heading: &str, all: &[Figure]) -> String {
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|f| {
            let n = if f.exact {
                f.n.to_string()
            } else {
                format!("{}+", f.n)
            };
            vec![f.label.clone(), n, f.query.clone()]
        })
        .collect();
    table(&[heading, "tickets", "query"], &rows)
}

fn times(what: &str, t: &Times) -> Vec<String> {
    let percent = t
        .compliance
        .map_or_else(|| "-".to_owned(), |p| format!("{p:.2} %"));
    let average = t.average_seconds.map_or_else(|| "-".to_owned(), length);
    vec![what.to_owned(), t.n.to_string(), percent, average]
}

/// `stats`.
pub(super) async fn stats(ctx: Context, args: StatsArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    let params = StatsParams {
        from: args.from,
        to: args.to,
        agent: args.agent,
    };
    let stats = api.stats(&params).await?;
    if args.csv {
        return ctx.output.text(&csv(&stats));
    }
    ctx.output.show(&stats, summary)
}

fn summary(s: &Stats) -> String {
    let head = format!("{} to {} ({})\n", s.from, s.to, s.timezone);
    let totals = [
        s.total.clone(),
        s.open.clone(),
        s.in_progress.clone(),
        s.unassigned.clone(),
    ];
    let agents: Vec<Vec<String>> = s
        .by_agent
        .iter()
        .map(|a| {
            let mut row = vec![if a.name.is_empty() {
                "nobody".to_owned()
            } else {
                a.name.clone()
            }];
            row.extend([a.total.to_string(), a.open.to_string(), a.done.to_string()]);
            row.extend(times("", &a.response).split_off(2));
            row.extend(times("", &a.resolution).split_off(2));
            row.push(
                a.csat
                    .average
                    .map_or_else(|| "-".to_owned(), |r| format!("{r:.2} ({})", a.csat.n)),
            );
            row
        })
        .collect();
    let heading = [
        "agent",
        "tickets",
        "open",
        "done",
        "response",
        "average",
        "resolution",
        "average",
        "csat",
    ];
    let parts = [
        figures("tickets", &totals),
        figures("status", &s.by_status),
        figures("priority", &s.by_priority),
        figures("category", &s.by_category),
        table(
            &["in time", "tickets", "in time", "average"],
            &[
                times("first response", &s.response),
                times("resolution", &s.resolution),
            ],
        ),
        table(&heading, &agents),
    ];
    let waiting = if s.uncounted > 0 {
        format!("{} tickets are not counted yet.\n", s.uncounted)
    } else {
        String::new()
    };
    safe_lines(&head) + "\n" + &parts.join("\n") + &waiting
}

/// All numbers in one table: what is counted, how many, and the query that finds them.
fn csv(s: &Stats) -> String {
    let mut lines = vec!["section,key,label,tickets,in_time,missed,average_seconds,rating,query".to_owned()];
    let mut line = |cells: [String; 9]| lines.push(cells.map(|c| csv::cell(&c)).join(","));
    let none = String::new;
    let totals = [&s.total, &s.open, &s.in_progress, &s.unassigned];
    let sections = [
        ("status", &s.by_status),
        ("priority", &s.by_priority),
        ("category", &s.by_category),
    ];
    let all = totals.into_iter().map(|f| ("total", f));
    let all = all.chain(
        sections
            .into_iter()
            .flat_map(|(name, figures)| figures.iter().map(move |f| (name, f))),
    );
    for (section, f) in all {
        line([
            section.to_owned(),
            f.key.clone(),
            f.label.clone(),
            f.n.to_string(),
            none(),
            none(),
            none(),
            none(),
            f.query.clone(),
        ]);
    }
    for (key, t) in [("response", &s.response), ("resolution", &s.resolution)] {
        let average = t.average_seconds.map(|n| n.to_string()).unwrap_or_default();
        line([
            "clock".to_owned(),
            key.to_owned(),
            none(),
            t.n.to_string(),
            t.met.to_string(),
            t.missed.to_string(),
            average,
            none(),
            t.query.clone(),
        ]);
    }
    for a in &s.by_agent {
        let average = a
            .resolution
            .average_seconds
            .map(|n| n.to_string())
            .unwrap_or_default();
        let rating = a.csat.average.map(|r| r.to_string()).unwrap_or_default();
        let (met, missed) = (a.resolution.met.to_string(), a.resolution.missed.to_string());
        line([
            "agent".to_owned(),
            a.employee_id.clone(),
            a.name.clone(),
            a.total.to_string(),
            met,
            missed,
            average,
            rating,
            a.query.clone(),
        ]);
    }
    for p in &s.trend {
        let rating = p.rating.map(|r| r.to_string()).unwrap_or_default();
        line([
            "opened".to_owned(),
            p.from.clone(),
            p.to.clone(),
            p.opened.to_string(),
            none(),
            none(),
            none(),
            none(),
            p.opened_query.clone(),
        ]);
        line([
            "resolved".to_owned(),
            p.from.clone(),
            p.to.clone(),
            p.resolved.to_string(),
            none(),
            none(),
            none(),
            none(),
            p.resolved_query.clone(),
        ]);
        line([
            "rated".to_owned(),
            p.from.clone(),
            p.to.clone(),
            p.rated.to_string(),
            none(),
            none(),
            none(),
            rating,
            p.rated_query.clone(),
        ]);
    }
    lines.join("\n") + "\n"
}

/// `agent …`.
pub(super) async fn agent(ctx: Context, args: AgentArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        AgentVerb::List => {
            let page = api.agents().await?;
            ctx.output.show(&serde_json::json!({ "items": page.items }), |_| {
                let rows: Vec<Vec<String>> = page.items.iter().map(person).collect();
                table(
                    &[
                        "id",
                        "number",
                        "name",
                        "role",
                        "is",
                        "load",
                        "department",
                        "languages",
                        "skills",
                    ],
                    &rows,
                )
            })
        }
        AgentVerb::Available { status, intent } => {
            let result = api.set_availability(intent.key(), status).await;
            let card = settled(&ctx.output, &api, result).await?;
            ctx.output.show(&card, |card| {
                format!("You are {}.\n", card.agent.availability.word())
            })
        }
        AgentVerb::Edit(edit) => change(&ctx, &api, edit).await,
    }
}

fn person(card: &AgentCard) -> Vec<String> {
    vec![
        card.agent.id.to_string(),
        card.agent.employee_id.clone(),
        card.agent.name.clone(),
        card.agent.role.map(|r| r.word().to_owned()).unwrap_or_default(),
        card.agent.availability.word().to_owned(),
        format!("{} of {}", card.load, card.max_load),
        card.department.clone(),
        card.languages.join(" "),
        card.skills.join(" "),
    ]
}

async fn change(ctx: &Context, api: &Api, args: Edit) -> Result<(), Exit> {
    let version = match args.version {
        Some(version) => version,
        None => {
            let all = api.agents().await?;
            let found = all.items.iter().find(|card| card.agent.id == args.agent);
            found.map_or(1, |card| card.version)
        }
    };
    let shift = match &args.shift {
        None => None,
        Some(text) => Some(serde_json::from_str(text).map_err(|e| Exit::usage(format!("--shift: {e}")))?),
    };
    let words =
        |list: Option<Vec<String>>| list.map(|all| all.into_iter().filter(|w| !w.is_empty()).collect());
    let edit = EditAgent {
        department: args.department,
        languages: words(args.languages),
        skills: words(args.skills),
        shift,
        max_load: args.max_load,
        availability: args.availability,
    };
    let result = api
        .edit_agent(args.agent, version, args.intent.key(), &edit)
        .await;
    let card = settled(&ctx.output, api, result).await?;
    ctx.output.show(&card, |card| {
        safe(&format!(
            "{} has room for {} tickets.",
            card.agent.name, card.max_load
        )) + "\n"
    })
}

/// `ticket clocks`.
pub(super) async fn clocks(ctx: &Context, api: &Api, ticket: &str) -> Result<(), Exit> {
    ctx.output.show(&api.ticket_clocks(ticket).await?, explained)
}

fn explained(t: &TicketClocks) -> String {
    let mut text = format!(
        "{} is {} ({} hours, {})\n",
        t.number,
        t.chip.state.word(),
        t.hours.word(),
        t.timezone
    );
    for clock in &t.clocks {
        text += &one(clock);
    }
    text
}

fn one(clock: &TicketClock) -> String {
    let mut head = format!(
        "\n{} is {}: {} of {}",
        clock.clock.word(),
        clock.state.word(),
        length(clock.elapsed_seconds),
        length(clock.target_seconds)
    );
    if let Some(due) = clock.due_at {
        head += &format!(", due {}", when(due));
    }
    if clock.paused_since.is_some() {
        head += &format!(", paused, {} left", length(clock.remaining_seconds));
    }
    let rows: Vec<Vec<String>> = clock
        .segments
        .iter()
        .map(|s| {
            let mark = match (s.late, s.ahead) {
                (true, _) => "late",
                (_, true) => "ahead",
                _ => "",
            };
            vec![
                when(s.from),
                when(s.to),
                s.piece.word().to_owned(),
                length(s.counted),
                mark.to_owned(),
            ]
        })
        .collect();
    head + "\n" + &table(&["from", "to", "what", "counted", ""], &rows)
}

/// `ticket why`.
pub(super) async fn assignments(ctx: &Context, api: &Api, ticket: &str) -> Result<(), Exit> {
    let page = api.assignments(ticket).await?;
    ctx.output.show(&serde_json::json!({ "items": page.items }), |_| {
        let rows: Vec<Vec<String>> = page
            .items
            .iter()
            .map(|a| {
                vec![
                    when(a.at),
                    a.agent_name.clone(),
                    a.how.word().to_owned(),
                    a.by.clone(),
                    a.why.clone(),
                ]
            })
            .collect();
        table(&["when", "who", "how", "by", "why"], &rows)
    })
}

/// `desk …`.
pub(super) async fn desk(ctx: Context, args: DeskArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    let DeskVerb::Try {
        profile,
        from,
        to,
        assignment,
    } = args.verb;
    let profile = read_profile(&profile)?;
    let rules = TryRules {
        from,
        to,
        around_the_clock: profile.calendar.is_none(),
        sla: Some(profile.sla),
        calendar: profile.calendar,
        assignment: assignment.then_some(profile.assignment),
    };
    ctx.output.show(&api.try_rules(&rules).await?, tried)
}

fn read_profile(path: &std::path::Path) -> Result<Profile, Exit> {
    let name = path.to_string_lossy();
    if Profile::shipped_names().any(|shipped| shipped == name) {
        return Profile::shipped(&name).map_err(|e| Exit::usage(e.to_string()));
    }
    let text = std::fs::read_to_string(path).map_err(|e| Exit::usage(format!("{}: {e}", path.display())))?;
    Profile::from_toml(&text).map_err(|e| Exit::usage(format!("{}: {e}", path.display())))
}

fn tried(t: &RulesTried) -> String {
    let head = format!(
        "{} to {} ({}): {} tickets, {} would have been otherwise.\n{} would have breached that did not, {} would not have that did.\n",
        t.from, t.to, t.timezone, t.tickets, t.changed, t.newly_breached, t.no_longer_breached
    );
    let given = if t.assigned_otherwise + t.left_waiting > 0 {
        format!(
            "{} would have gone to somebody else, {} would have waited.\n",
            t.assigned_otherwise, t.left_waiting
        )
    } else {
        String::new()
    };
    let rows: Vec<Vec<String>> = t
        .rows
        .iter()
        .map(|row| {
            vec![
                row.number.clone(),
                row.now.state.word().to_owned(),
                when_any(row.now.due_at),
                row.then.state.word().to_owned(),
                when_any(row.then.due_at),
                row.agent.clone(),
                row.would_get.clone(),
            ]
        })
        .collect();
    let shown = if (rows.len() as u64) < t.changed {
        format!("The first {} of them:\n", rows.len())
    } else {
        String::new()
    };
    head + &given
        + &shown
        + &table(
            &["ticket", "is", "due", "would be", "due", "went to", "would go to"],
            &rows,
        )
}
