//! What screens may look at: one borrowed value, the same for update and view.

use std::cell::Cell;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::live::Presences;
use super::memory::Memory;
use super::pending::RequestId;
use crate::domain::id::IntentKey;
use crate::domain::permission::Permission;
use crate::domain::profile::{Brand, Environment, EnvironmentKind, Profile};
use crate::domain::time::Moment;
use crate::text::words::Words;
use crate::tui::keys::Keymap;
use crate::tui::theme::Theme;
use crate::wire::desk::Me;

/// What a screen may look at.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    /// The signed-in person; `None` before sign-in.
    pub me: Option<&'a Me>,
    /// The desk profile: brand, categories, labels, reasons. Neutral until the backend has told it.
    pub desk: &'a Profile,
    /// Colours and signs by meaning.
    pub theme: &'a Theme,
    /// The words of the interface.
    pub words: &'a Words,
    /// Keys by command, for hints.
    pub keymap: &'a Keymap,
    /// The present moment, corrected by the backend's clock.
    pub now: Moment,
    /// The person's zone.
    pub zone: &'a TimeZone,
    /// The terminal.
    pub size: Size,
    /// The way to the backend.
    pub link: Link,
    /// Who else has which ticket in sight.
    pub presences: &'a Presences,
    /// Whether the desk speaks in lines (`--linear`): revealed values must not be said then.
    pub linear: bool,
    /// Whether pictures are shown at all.
    pub pictures: bool,
    /// What the desk remembers while it runs.
    pub memory: &'a Memory,
    /// Source of request ids and intent keys.
    pub ids: &'a Ids,
}

impl Ctx<'_> {
    /// Whether the person may do this.
    ///
    /// # Errors
    /// Why not, in words that fit a dimmed command.
    pub fn may(&self, permission: Permission) -> Result<(), String> {
        let Some(me) = self.me else {
            return Err("Sign in first.".to_owned());
        };
        if me.permissions.contains(&permission) {
            return Ok(());
        }
        let role = me.role.map_or("nobody yet", |role| role.word());
        let who: Vec<&str> = permission.roles().iter().map(|role| role.word()).collect();
        Err(format!(
            "Your role ({role}) does not have the permission {}; {} have it.",
            permission.word(),
            who.join(", ")
        ))
    }

    /// A new request id.
    #[must_use]
    pub fn request(&self) -> RequestId {
        self.ids.request()
    }

    /// A new intent key. Make one when a dialog is confirmed, and keep it until that intent is settled.
    #[must_use]
    pub fn intent(&self) -> IntentKey {
        self.ids.intent()
    }
}

/// The way to the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Nothing was asked yet.
    Connecting,
    /// The latest answer came.
    Live,
    /// The latest call did not get through.
    Offline {
        /// Since when; what is on screen is at least that old.
        since: Moment,
    },
}

/// Source of request ids and intent keys, so that screens stay pure and tests are repeatable.
#[derive(Debug)]
pub struct Ids {
    next: Cell<u64>,
    fixed: bool,
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            next: Cell::new(1),
            fixed: false,
        }
    }
}

impl Ids {
    /// A source whose intent keys are the same in every run, for tests.
    #[must_use]
    pub fn fixed() -> Self {
        Self {
            next: Cell::new(1),
            fixed: true,
        }
    }

    fn count(&self) -> u64 {
        let n = self.next.get();
        self.next.set(n + 1);
        n
    }

    /// A request id that was never given out before.
    #[must_use]
    pub fn request(&self) -> RequestId {
        RequestId(self.count())
    }

    /// An intent key that was never given out before.
    #[must_use]
    pub fn intent(&self) -> IntentKey {
        if self.fixed {
            IntentKey(uuid::Uuid::from_u64_pair(0, self.count()))
        } else {
            IntentKey::new()
        }
    }
}

/// A profile without any colour of its own, for the moment until the backend has told the real one.
#[must_use]
pub fn neutral_desk() -> Profile {
    Profile {
        calendar: None,
        sla: Default::default(),
        assignment: Default::default(),
        automation: Default::default(),
        name: "desk".to_owned(),
        timezone: "UTC".to_owned(),
        default_region: "US".to_owned(),
        undo_seconds: 0,
        lock_minutes: 0,
        undo_minutes: 1_440,
        approvals: Default::default(),
        external_link: None,
        language: "en".to_owned(),
        letters: Default::default(),
        tickets: Default::default(),
        macros: Vec::new(),
        brand: Brand {
            product: "tokendesk".to_owned(),
            partner: String::new(),
            external: String::new(),
        },
        environment: Environment {
            kind: EnvironmentKind::Test,
            label: String::new(),
        },
        categories: Vec::new(),
        priorities: BTreeMap::new(),
        statuses: BTreeMap::new(),
        reasons: BTreeMap::new(),
    }
}
