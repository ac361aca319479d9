//! What screens may look at: one borrowed value, the same for update and view.

use std::cell::Cell;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::pending::RequestId;
use crate::domain::id::IntentKey;
use crate::domain::permission::Permission;
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
    /// Brand, words and choices of the desk.
    pub desk: &'a Desk,
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
    /// Whether the desk speaks in lines (`--linear`): revealed values must not be said then.
    pub linear: bool,
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

/// What the desk on screen needs of the desk profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Our own brand, such as `Kigo PRO`.
    pub brand: String,
    /// The partner's brand, such as `Extra Care`; empty when there is none.
    pub partner: String,
    /// The environment in capitals, such as `TEST`; always shown.
    pub environment: String,
    /// Whether this is the real thing: shown most plainly then.
    pub production: bool,
    /// Categories of tickets: code and label.
    pub categories: Vec<(String, String)>,
    /// Reasons for token actions: code and label. The digit before each is its place, from 1.
    pub reasons: Vec<(String, String)>,
    /// Labels of statuses and priorities by their word; what is absent is shown by its own word.
    pub labels: BTreeMap<String, String>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            brand: "tokendesk".to_owned(),
            partner: String::new(),
            environment: String::new(),
            production: false,
            categories: Vec::new(),
            reasons: Vec::new(),
            labels: BTreeMap::new(),
        }
    }
}

impl Desk {
    /// The label of a status or priority word.
    #[must_use]
    pub fn label<'a>(&'a self, word: &'a str) -> &'a str {
        self.labels.get(word).map_or(word, String::as_str)
    }

    /// Both brands, as the banner shows them.
    #[must_use]
    pub fn brands(&self) -> String {
        if self.partner.is_empty() {
            self.brand.clone()
        } else {
            format!("{} × {}", self.brand, self.partner)
        }
    }
}
