//! What the desk knows of the world: the person, the brand, the time, the size of the terminal.

use jiff::tz::TimeZone;
use ratatui::layout::Size;

use crate::domain::profile::Profile;
use crate::domain::time::Moment;
use crate::text::words::Words;
use crate::tui::flow::{Ctx, Ids, Link, Memory, Presences, Stream, neutral_desk};
use crate::tui::keys::Keymap;
use crate::tui::theme::Theme;
use crate::wire::desk::Me;

/// Differences between the two clocks up to this many seconds are taken for delay on the way.
const CLOCK_SLACK: i64 = 2;

/// What the desk starts with.
pub struct Setup {
    /// Colours and signs.
    pub theme: Theme,
    /// Words of the interface.
    pub words: Words,
    /// Keys.
    pub keymap: Keymap,
    /// The person's zone.
    pub zone: TimeZone,
    /// The terminal.
    pub size: Size,
    /// Whether the desk speaks in lines.
    pub linear: bool,
    /// Whether pictures are shown.
    pub pictures: bool,
    /// Source of ids.
    pub ids: Ids,
}

pub(super) struct Env {
    pub me: Option<Me>,
    pub desk: Profile,
    pub theme: Theme,
    pub words: Words,
    pub keymap: Keymap,
    pub now: Moment,
    pub zone: TimeZone,
    pub size: Size,
    pub link: Link,
    pub stream: Stream,
    pub presences: Presences,
    pub linear: bool,
    pub pictures: bool,
    pub memory: Memory,
    pub ids: Ids,
    /// Seconds to add to the machine's time to get the backend's.
    offset: i64,
}

impl Env {
    pub fn new(setup: Setup) -> Self {
        Self {
            me: None,
            desk: neutral_desk(),
            theme: setup.theme,
            words: setup.words,
            keymap: setup.keymap,
            now: Moment::EPOCH,
            zone: setup.zone,
            size: setup.size,
            link: Link::Connecting,
            stream: Stream::Off,
            presences: Presences::default(),
            linear: setup.linear,
            pictures: setup.pictures,
            memory: Memory::default(),
            ids: setup.ids,
            offset: 0,
        }
    }

    /// Takes the machine's time.
    pub fn tick(&mut self, machine: Moment) {
        self.now = machine.plus_seconds(self.offset);
    }

    /// Takes the backend's time, told just now.
    pub fn set_clock(&mut self, backend: Moment) {
        let machine = self.now.plus_seconds(-self.offset);
        let difference = backend.seconds_since(machine);
        self.offset = if difference.abs() <= CLOCK_SLACK {
            0
        } else {
            difference
        };
        self.tick(machine);
    }

    pub fn ctx(&self) -> Ctx<'_> {
        Ctx {
            me: self.me.as_ref(),
            desk: &self.desk,
            theme: &self.theme,
            words: &self.words,
            keymap: &self.keymap,
            now: self.now,
            zone: &self.zone,
            size: self.size,
            link: self.link,
            presences: &self.presences,
            linear: self.linear,
            pictures: self.pictures,
            memory: &self.memory,
            ids: &self.ids,
        }
    }
}
