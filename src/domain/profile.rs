//! The desk profile: everything that makes one desk look and speak differently from another. Rules are not in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

mod service;

pub use service::{Automation, MAX_CLOSE_DAYS};

use super::approval::Limits;
use super::assignment;
use super::calendar::Calendar;
use super::canned::Macro;
use super::letter::Templates;
use super::link::LinkTemplate;
use super::sla;
use super::ticket::{Priority, TicketStatus};
use super::ticket_rules::TicketRules;

/// Most reason codes for one action: they are chosen by one digit.
pub const MAX_REASONS: usize = 9;
/// Longest label, in characters.
pub const MAX_LABEL: usize = 40;
/// Longest time in which an action can be undone before the customer is told, in seconds.
pub const MAX_UNDO_SECONDS: u32 = 300;
/// Longest time without use after which a desk may lock itself, in minutes.
pub const MAX_LOCK_MINUTES: u32 = 480;
/// After how many minutes without use a desk locks itself when its profile does not say.
const DEFAULT_LOCK_MINUTES: u32 = 15;
/// Longest time in which an action can be taken back, in minutes: a week.
pub const MAX_UNDO_MINUTES: u32 = 7 * 24 * 60;
/// For how many minutes an action can be taken back when the profile does not say.
const DEFAULT_UNDO_MINUTES: u32 = 24 * 60;

/// The profiles that come with the program, by name.
const SHIPPED: &[(&str, &str)] = &[("extracare", include_str!("profiles/extracare.toml"))];

/// One desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Short name, in lower case.
    pub name: String,
    /// IANA name of the zone in which the desk works.
    pub timezone: String,
    /// Region (ISO 3166, two letters) of mobile numbers without a country code.
    pub default_region: String,
    /// How long an action can be undone before the customer is told, in seconds.
    pub undo_seconds: u32,
    /// After how many minutes without use a sign-in is locked: data hidden, a fresh sign-in asked for. 0: never.
    #[serde(default = "default_lock_minutes")]
    pub lock_minutes: u32,
    /// For how long an action can be taken back, in minutes: past `undo_seconds` the customer gets a correction. 0: never.
    #[serde(default = "default_undo_minutes")]
    pub undo_minutes: u32,
    /// Above what an action or a plan waits for a second person.
    #[serde(default)]
    pub approvals: Limits,
    /// Where a token can be seen in the partner's system; absent: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_link: Option<LinkTemplate>,
    /// In which language customers are written to, as a tag such as `en`.
    #[serde(default = "default_language")]
    pub language: String,
    /// What customers are written, by language and kind (`token_add`); what is left out, the program's own words say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub letters: Templates,
    /// What tickets have here, and for how long they can be reopened.
    #[serde(default)]
    pub tickets: TicketRules,
    /// Canned replies with what goes with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub macros: Vec<Macro>,
    /// When the desk is at work; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// How long answers and resolutions may take.
    #[serde(default)]
    pub sla: sla::Rules,
    /// Who gets a ticket.
    #[serde(default)]
    pub assignment: assignment::Rules,
    /// What the desk does by itself.
    #[serde(default)]
    pub automation: Automation,
    /// Whose desk it is.
    pub brand: Brand,
    /// Whether real customers are behind it.
    pub environment: Environment,
    /// What a ticket can be about, most frequent first.
    pub categories: Vec<Category>,
    /// What priorities are called here.
    pub priorities: BTreeMap<Priority, String>,
    /// What statuses are called here; two may share a name.
    pub statuses: BTreeMap<TicketStatus, String>,
    /// Why actions are done, in the order of their digits.
    pub reasons: BTreeMap<ReasonFor, Vec<ReasonCode>>,
}

fn default_lock_minutes() -> u32 {
    DEFAULT_LOCK_MINUTES
}

fn default_language() -> String {
    "en".to_owned()
}

fn default_undo_minutes() -> u32 {
    DEFAULT_UNDO_MINUTES
}

/// Whose desk it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The product.
    pub product: String,
    /// The partner whose customers are served.
    pub partner: String,
    /// The system outside that tokens can be viewed in.
    pub external: String,
}

impl Brand {
    /// Both brands in one line.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} × {}", self.product, self.partner)
    }
}

/// Whether real customers are behind the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Production or test.
    pub kind: EnvironmentKind,
    /// What it is called on screen.
    pub label: String,
}

/// Production or test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    /// Real customers.
    Production,
    /// Nobody is harmed.
    Test,
}

/// What a ticket can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// How it is stored and filtered.
    pub code: String,
    /// What it is called on screen.
    pub label: String,
    /// The priority that a ticket of it starts with.
    pub priority: Priority,
    /// What somebody has to know to get one by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Whose business it is; empty: everybody's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub department: String,
}

/// A reason for an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonCode {
    /// How it is stored.
    pub code: String,
    /// What it is called on screen.
    pub label: String,
}

/// An action that asks for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReasonFor {
    /// Adding an offer to a wallet.
    TokenAdd,
    /// Removing a token.
    TokenRemove,
    /// Reissuing a token.
    TokenReissue,
    /// Disputing a token.
    TokenDispute,
    /// Seeing a masked field whole.
    AccountReveal,
    /// Reopening a ticket.
    TicketReopen,
}

impl ReasonFor {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::TokenAdd,
        Self::TokenRemove,
        Self::TokenReissue,
        Self::TokenDispute,
        Self::AccountReveal,
        Self::TicketReopen,
    ];

    /// The word for it in profiles and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::TokenAdd => "token_add",
            Self::TokenRemove => "token_remove",
            Self::TokenReissue => "token_reissue",
            Self::TokenDispute => "token_dispute",
            Self::AccountReveal => "account_reveal",
            Self::TicketReopen => "ticket_reopen",
        }
    }
}

/// One thing that is wrong with a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{message}", .line.map(|n| format!("line {n}: ")).unwrap_or_default(), prefix(.key))]
pub struct ProfileProblem {
    /// Line of the file, from 1, where it is known.
    pub line: Option<usize>,
    /// The key, such as `categories[2].code`; empty for the file as a whole.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

fn prefix(key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        format!("{key}: ")
    }
}

/// A profile that cannot be used: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the desk profile cannot be used:\n{}", .0.iter().map(|p| format!("  {p}")).collect::<Vec<_>>().join("\n"))]
pub struct ProfileError(pub Vec<ProfileProblem>);

impl Profile {
    /// Names of the profiles that come with the program.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// A profile that comes with the program.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn shipped(name: &str) -> Result<Self, ProfileError> {
        match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            Some((_, text)) => Self::from_toml(text),
            None => {
                let names: Vec<_> = Self::shipped_names().collect();
                let message = format!(
                    "no profile of this name; there is {}, or give a path to a file",
                    names.join(", ")
                );
                Err(ProfileError(vec![ProfileProblem {
                    line: None,
                    key: "desk.profile".into(),
                    message,
                }]))
            }
        }
    }

    /// Reads a profile and checks it.
    ///
    /// # Errors
    /// Everything that is wrong with it, with lines and keys.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_at(text, span.start));
            ProfileError(vec![ProfileProblem {
                line,
                key: String::new(),
                message: error.message().to_owned(),
            }])
        })?;
        let mut problems = profile.problems();
        for problem in &mut problems {
            problem.line = line_of(text, &problem.key);
        }
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(ProfileError(problems))
        }
    }

    /// The zone in which the desk works; UTC if its name is in no table (which [`Profile::from_toml`] refuses).
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.timezone).unwrap_or(TimeZone::UTC)
    }

    /// The category of that code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// What a status is called here.
    #[must_use]
    pub fn status_label(&self, status: TicketStatus) -> &str {
        self.statuses.get(&status).map_or(status.word(), String::as_str)
    }

    /// What a priority is called here.
    #[must_use]
    pub fn priority_label(&self, priority: Priority) -> &str {
        self.priorities
            .get(&priority)
            .map_or(priority.word(), String::as_str)
    }

    /// The reasons for an action, in the order of their digits.
    #[must_use]
    pub fn reasons_for(&self, action: ReasonFor) -> &[ReasonCode] {
        self.reasons.get(&action).map_or(&[], Vec::as_slice)
    }

    /// What a reason is called here; its code where the profile does not know it (any more).
    #[must_use]
    pub fn reason_label<'a>(&'a self, action: ReasonFor, code: &'a str) -> &'a str {
        self.reasons_for(action)
            .iter()
            .find(|reason| reason.code == code)
            .map_or(code, |reason| &reason.label)
    }

    fn problems(&self) -> Vec<ProfileProblem> {
        let mut found = Problems::default();
        found.code("name", &self.name);
        found.check(
            "timezone",
            TimeZone::get(&self.timezone).is_ok(),
            "an IANA zone, such as America/New_York",
        );
        let region = phonenumber::metadata::DATABASE
            .by_id(self.default_region.as_str())
            .is_some();
        found.check(
            "default_region",
            region,
            "two capital letters of a region (ISO 3166), such as US",
        );
        let most = format!("0 to {MAX_UNDO_SECONDS} seconds");
        found.check("undo_seconds", self.undo_seconds <= MAX_UNDO_SECONDS, &most);
        let most = format!("0 to {MAX_LOCK_MINUTES} minutes");
        found.check("lock_minutes", self.lock_minutes <= MAX_LOCK_MINUTES, &most);
        let most = format!("0 to {MAX_UNDO_MINUTES} minutes");
        found.check("undo_minutes", self.undo_minutes <= MAX_UNDO_MINUTES, &most);
        if let Some(link) = &self.external_link {
            found.check("external_link.template", link.is_good(), super::link::ALLOWED);
            let good = (1..=super::link::MAX_MINUTES).contains(&link.minutes);
            let most = format!("1 to {} minutes", super::link::MAX_MINUTES);
            found.check("external_link.minutes", good, &most);
        }
        for (language, kinds) in &self.letters {
            for (kind, template) in kinds {
                let key = format!("letters.{language}.{kind}");
                let unknown = template.unknown_place();
                let allowed = format!(
                    "places such as {{first_name}}, {{offer}}, {{merchant}}, {{expires}}, {{reference}}, {{product}}, \
                     {{partner}}; there is no {{{}}}",
                    unknown.as_deref().unwrap_or_default()
                );
                found.check(&key, unknown.is_none(), &allowed);
            }
        }
        let hours = self.approvals.hours;
        found.check("approvals.hours", (1..=720).contains(&hours), "1 to 720 hours");
        let currencies = |code: &String| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
        found.check(
            "approvals.amounts",
            self.approvals.amounts.keys().all(currencies),
            "currencies by their three capital letters (ISO 4217), such as { USD = \"100\" }",
        );
        found.label("brand.product", &self.brand.product);
        found.label("brand.partner", &self.brand.partner);
        found.label("brand.external", &self.brand.external);
        found.label("environment.label", &self.environment.label);
        found.check("categories", !self.categories.is_empty(), "at least one category");
        let categories = self
            .categories
            .iter()
            .map(|c| (c.code.as_str(), c.label.as_str()));
        found.coded("categories", categories);
        found.tickets(self);
        self.check_service(&mut found);
        for priority in Priority::ALL {
            let key = format!("priorities.{}", priority.word());
            found.named(&key, self.priorities.get(priority));
        }
        for status in TicketStatus::ALL {
            let key = format!("statuses.{}", status.word());
            found.named(&key, self.statuses.get(status));
        }
        for action in ReasonFor::ALL {
            let key = format!("reasons.{}", action.word());
            let reasons = self.reasons_for(action);
            let most = format!("1 to {MAX_REASONS} reasons, one for each digit");
            found.check(&key, (1..=MAX_REASONS).contains(&reasons.len()), &most);
            found.coded(&key, reasons.iter().map(|r| (r.code.as_str(), r.label.as_str())));
        }
        found.0
    }
}

#[derive(Default)]
struct Problems(Vec<ProfileProblem>);

impl Problems {
    fn check(&mut self, key: &str, good: bool, allowed: &str) {
        if !good {
            self.0.push(ProfileProblem {
                line: None,
                key: key.to_owned(),
                message: format!("allowed is {allowed}"),
            });
        }
    }

    fn label(&mut self, key: &str, label: &str) {
        let visible = !label.trim().is_empty() && !label.contains(char::is_control);
        let good = visible && label.chars().count() <= MAX_LABEL;
        self.check(
            key,
            good,
            &format!("a label of 1 to {MAX_LABEL} characters without control characters"),
        );
    }

    fn tickets(&mut self, profile: &Profile) {
        let rules = &profile.tickets;
        let fields = rules.fields.iter().map(|f| (f.code.as_str(), f.label.as_str()));
        self.coded("tickets.fields", fields);
        let entities = rules.entities.iter().map(|e| (e.code.as_str(), e.label.as_str()));
        self.coded("tickets.entities", entities);
        let categories = profile.categories.iter().map(|c| c.code.as_str()).collect();
        for (key, allowed) in rules.problems(&categories) {
            self.check(&key, false, &allowed);
        }
        let macros = profile.macros.iter();
        self.coded("macros", macros.map(|m| (m.code.as_str(), m.label.as_str())));
        for (i, one) in profile.macros.iter().enumerate() {
            for (field, allowed) in one.problems(&categories) {
                self.check(&format!("macros[{i}].{field}"), false, &allowed);
            }
        }
    }

    fn named(&mut self, key: &str, label: Option<&String>) {
        match label {
            Some(label) => self.label(key, label),
            None => self.check(key, false, "a label; this one is missing"),
        }
    }

    fn code(&mut self, key: &str, code: &str) {
        let good = code.starts_with(|c: char| c.is_ascii_lowercase())
            && code.len() <= 32
            && code
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        self.check(
            key,
            good,
            "a code of 1 to 32 of a-z, 0-9 and _, beginning with a letter",
        );
    }

    fn coded<'a>(&mut self, key: &str, entries: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut seen = BTreeSet::new();
        for (i, (code, label)) in entries.enumerate() {
            let code_key = format!("{key}[{i}].code");
            self.code(&code_key, code);
            self.check(
                &code_key,
                seen.insert(code),
                "each code once; this one is there already",
            );
            self.label(&format!("{key}[{i}].label"), label);
        }
    }
}

fn line_at(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|b| *b == b'\n').count() + 1
}

/// The line of a key such as `categories[2].code`, or of the nearest table around it that is there.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut table = Some(document.get_ref());
    let mut items: Option<&toml::de::DeArray<'_>> = None;
    let mut at = None;
    for step in key.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
        let next = match (table, items) {
            (Some(table), _) => table.get(step),
            (None, Some(items)) => step.parse::<usize>().ok().and_then(|i| items.get(i)),
            (None, None) => None,
        };
        let Some(next) = next else { break };
        at = Some(next.span().start);
        (table, items) = match next.get_ref() {
            DeValue::Table(inner) => (Some(inner), None),
            DeValue::Array(inner) => (None, Some(inner)),
            _ => (None, None),
        };
    }
    at.map(|byte| line_at(text, byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("profiles/extracare.toml");

    fn problems(from: &str, to: &str) -> Vec<String> {
        assert!(TEXT.contains(from), "{from:?} is not in the profile");
        let broken = TEXT.replacen(from, to, 1);
        Profile::from_toml(&broken)
            .expect_err("refused")
            .0
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_shipped_profile_is_good_and_survives_json() {
        for name in Profile::shipped_names() {
            let profile = Profile::shipped(name).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(profile.name, name);
            let json = serde_json::to_string(&profile).expect("serializes");
            assert_eq!(
                serde_json::from_str::<Profile>(&json).expect("reads back"),
                profile
            );
        }
        let profile = Profile::shipped("extracare").expect("shipped");
        assert_eq!(profile.brand.line(), "Kigo PRO × Extra Care");
        assert_eq!(
            profile.reasons_for(ReasonFor::TokenRemove)[0].code,
            "customer_request"
        );
        assert_eq!(profile.reason_label(ReasonFor::TokenAdd, "goodwill"), "Goodwill");
        assert_eq!(profile.reason_label(ReasonFor::TokenAdd, "gone"), "gone");
        assert!(
            Profile::shipped("nothing")
                .expect_err("refused")
                .to_string()
                .contains("extracare")
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_line_key_and_what_is_allowed() {
        let zone = problems("America/New_York", "America/Nowhere");
        assert_eq!(
            zone,
            ["line 5: timezone: allowed is an IANA zone, such as America/New_York"]
        );
        let twice = problems("code = \"expired_offer\"", "code = \"missing_offer\"");
        assert_eq!(twice.len(), 1);
        assert!(
            twice[0].starts_with("line 32: categories[2].code: allowed is each code once"),
            "{twice:?}"
        );
        assert!(problems("urgent = \"Urgent\"\n", "")[0].contains("priorities.urgent: allowed is a label"));
        assert!(problems("label = \"TEST\"", "label = \"\\u001b[2J\"")[0].contains("environment.label"));
        assert!(problems("undo_seconds = 10", "undo_seconds = 1000")[0].contains("0 to 300 seconds"));
        assert!(problems("lock_minutes = 15", "lock_minutes = 481")[0].contains("0 to 480 minutes"));
        assert!(problems("\"US\"", "\"us\"")[0].contains("default_region"));
        let choice = problems("choices = [\"Store\", \"Online\", \"App\"]", "choices = []");
        assert!(
            choice[0].starts_with("line ") && choice[0].contains("tickets.fields[0].choices: allowed is"),
            "{choice:?}"
        );
        assert!(problems("link = \"https://", "link = \"http://")[0].contains("tickets.entities[0].link"));
    }

    #[test]
    fn unknown_keys_and_words_are_refused_with_what_is_known() {
        assert!(problems("[brand]", "[brand]\ncolour = 1")[0].contains("unknown field `colour`"));
        let kind = problems("kind = \"test\"", "kind = \"staging\"");
        assert!(
            kind[0].starts_with("line 17: ") && kind[0].contains("`production`"),
            "{kind:?}"
        );
        assert!(problems("resolved = ", "solved = ")[0].contains("solved"));
        assert!(problems("[brand]", "[brand")[0].starts_with("line "));
    }
}
