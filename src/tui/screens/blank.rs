//! A place that has no screen of its own yet.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::flow::{Availability, Ctx, Effect, Event, Screen, ScreenKind};
use crate::tui::keys::{Command, Context};

/// Tells where the person is, and nothing else.
pub(super) struct Blank(pub ScreenKind);

impl Screen for Blank {
    fn kind(&self) -> ScreenKind {
        self.0
    }

    fn crumb(&self, _: &Ctx<'_>) -> String {
        format!("{:?}", self.0)
    }

    fn update(&mut self, _: Event, _: &Ctx<'_>) -> Vec<Effect> {
        Vec::new()
    }

    fn view(&mut self, _: Rect, _: &mut Buffer, _: &Ctx<'_>) -> Option<Position> {
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        vec![self.crumb(ctx)]
    }

    fn contexts(&self) -> Vec<Context> {
        Vec::new()
    }

    fn commands(&self, _: &Ctx<'_>) -> Vec<(Command, Availability)> {
        Vec::new()
    }
}
