//! Use cases: one function per verb, each one transaction. [`work`] is the mechanism that all of them share.

pub mod accounts;
pub mod actions;
pub mod approvals;
pub mod assignment;
pub mod audit;
pub mod catalog;
pub mod clocks;
pub mod contents;
pub mod dashboard;
pub mod denials;
pub mod drafts;
pub mod error;
pub mod exports;
pub mod facets;
pub mod files;
pub mod history;
pub mod listing;
pub mod live;
pub mod outbound;
pub mod people;
pub mod pictures;
pub mod plans;
pub mod presets;
pub mod sessions;
pub mod steps;
pub mod ticket_changes;
mod ticket_edits;
mod ticket_escalations;
mod ticket_fields;
mod ticket_letters;
mod ticket_links;
mod ticket_merge;
mod ticket_moves;
mod ticket_parts;
mod ticket_scope;
mod ticket_search;
mod ticket_talk;
mod ticket_view;
pub mod tickets;
pub mod tokens;
pub mod tryout;
pub mod views;
pub mod work;

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::Notify;

pub use error::ServiceError;
pub use work::{Actor, Answer, IntentRequest, Work};

use super::store::Store;
use crate::domain::keys::Keys;
use crate::domain::profile::Profile;
use crate::domain::sla::Clocks;
use crate::domain::time::{Clock, Moment};

/// Everything that use cases need. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The desk.
    pub profile: Arc<Profile>,
    /// The rules of its clocks, ready for reckoning.
    pub clocks: Arc<Clocks>,
    /// The zone in which it works.
    pub zone: TimeZone,
    /// Rung after each commit: whoever assigns tickets wakes.
    pub moved: Arc<Notify>,
    /// Rung after each commit: the sealer wakes.
    pub committed: Arc<Notify>,
    /// Where open streams listen.
    pub live: live::Live,
    /// Denials of late.
    pub denials: denials::Denials,
    /// Hours after which a person has to sign in anew; 0: never.
    pub session_hours: u32,
    /// Whether after a lock only a sign-in counts for which the issuer asked the person anew.
    pub fresh_proof: bool,
    /// The backend's own keys.
    pub keys: Arc<Keys>,
    /// The pictures of offers.
    pub pictures: pictures::Pictures,
    /// Where the contents of files are kept.
    pub files: Arc<dyn contents::FileStore>,
    /// Who looks through files; `None`: nobody does.
    pub scanner: Option<Arc<dyn contents::Scanner>>,
}

impl Services {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, profile: Profile) -> Self {
        let files = contents::InDatabase(store.clone(), clock.clone());
        Self {
            store,
            clock,
            clocks: Arc::new(profile.clocks()),
            zone: profile.zone(),
            moved: Arc::new(Notify::new()),
            files: Arc::new(files),
            scanner: None,
            profile: Arc::new(profile),
            committed: Arc::new(Notify::new()),
            live: live::Live::default(),
            denials: denials::Denials::default(),
            session_hours: 0,
            fresh_proof: true,
            keys: Arc::new(Keys::default()),
            pictures: pictures::Pictures::new(None),
        }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }
}

impl Services {
    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        crate::sql!("SELECT 1 AS n").number(self.store.read()).await?;
        Ok(())
    }
}
