//! The desk on a screen.

use std::io::{self, Write};

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use tokio::sync::mpsc::UnboundedReceiver;

use super::Post;
use super::looped::{Desk, Surface};
use super::setup::{DeskError, DeskSetup, depth, protocol};
use super::work::Worker;
use crate::tui::app::{App, Msg};
use crate::tui::flow::Placed;
use crate::tui::term::{Guard, Hyperlinks, Input, Inputs, Painter, Pictures, Signals, Wanted, stop};

struct Screen {
    guard: Guard,
    painter: Painter,
    pictures: Pictures,
    links: Hyperlinks,
    frame: Buffer,
    size: Size,
}

/// Runs the desk in the terminal, in the present thread: input, signals and wakes reach it by a driver of its own, so
/// that a key wakes this thread and no other. The work runs in the runtime around.
pub(super) fn run(app: App, setup: DeskSetup) -> Result<(), DeskError> {
    let pictures = Pictures::new(protocol(&setup.config, false), depth(false));
    let (worker, inbox) = Worker::new(setup)?;
    let own = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    own.block_on(draw(app, pictures, worker, inbox))
}

async fn draw(
    app: App,
    mut pictures: Pictures,
    worker: Worker,
    inbox: UnboundedReceiver<Post>,
) -> Result<(), DeskError> {
    let signals = Signals::listen()?;
    let guard = Guard::enter()?;
    let size = Guard::size()?;
    pictures.measure(Guard::cell());
    let surface = Screen {
        guard,
        painter: Painter::new(size),
        pictures,
        links: Hyperlinks::default(),
        frame: Buffer::empty(Rect::from((ratatui::layout::Position::ORIGIN, size))),
        size,
    };
    let desk = Desk {
        app,
        surface,
        inputs: Inputs::open()?,
        worker,
        inbox,
        signals,
    };
    let open = desk.run(Inputs::ready).await?;
    if open > 0 {
        tracing::warn!(open, "left with actions whose end is not known yet");
        // the terminal is a shell's again
        let _ = writeln!(
            io::stderr(),
            "tokendesk was left while actions were on their way ({open}); the next start finds out what became of them."
        );
    }
    Ok(())
}

impl Surface for Screen {
    type Input = Input;

    fn messages(&mut self, input: Input, _app: &App) -> Vec<Msg> {
        match input {
            Input::Key(key) => vec![Msg::Key(key)],
            Input::Paste(text) => vec![Msg::Paste(text)],
            Input::Focus(here) => vec![Msg::Focus(here)],
            Input::Resized(size) => {
                self.size = size;
                self.pictures.measure(Guard::cell());
                vec![Msg::Resized(size)]
            }
            Input::Gone => vec![Msg::Terminate],
        }
    }

    fn show(&mut self, app: &mut App) -> io::Result<()> {
        let area = Rect::new(0, 0, self.size.width, self.size.height);
        if self.frame.area == area {
            self.frame.reset();
        } else {
            self.frame = Buffer::empty(area);
        }
        let cursor = app.view(&mut self.frame);
        if self.painter.begins_anew(area) {
            self.pictures.forget();
            self.links.forget();
        }
        let placed = app.picture();
        let picture = self.pictures.turn(&mut self.frame, placed.as_ref().map(wanted));
        let link = app.hyperlink();
        let link = link
            .as_ref()
            .map(|link| (link.url.as_str(), link.places.as_slice()));
        let link = self.links.turn(&self.frame, link);
        for area in [picture.spoiled, link.spoiled].into_iter().flatten() {
            self.painter.spoil(area);
        }
        self.painter.hold(self.pictures.held());
        let bytes = self.painter.paint(&self.frame, cursor);
        if picture.before.is_empty() && picture.after.is_empty() && link.after.is_empty() {
            return self.guard.write(bytes);
        }
        let whole = [picture.before.as_slice(), bytes, &picture.after, &link.after].concat();
        self.guard.write(&whole)
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.guard.write(bytes)
    }

    fn forget(&mut self) {
        self.painter.forget();
    }

    fn suspend(&mut self) -> io::Result<()> {
        let end = self.pictures.end();
        self.guard.write(&end)?;
        self.guard.pause();
        stop();
        self.guard.resume()?;
        self.painter.forget();
        self.remeasure();
        Ok(())
    }

    fn resumed(&mut self) -> io::Result<()> {
        self.guard.retake()?;
        self.painter.forget();
        self.remeasure();
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // the terminal may be gone already, and its pictures with it
        let end = self.pictures.end();
        let _ = self.guard.write(&end);
    }
}

/// What the terminal needs to know of a picture.
fn wanted(placed: &Placed) -> Wanted<'_> {
    let picture = &placed.picture;
    // the random end of the offer's identifier; kitty takes no 0
    let id = u32::try_from(picture.offer.0.as_u128() & 0x7fff_ffff)
        .unwrap_or(1)
        .max(1);
    Wanted {
        id,
        png: &picture.png,
        pixels: &picture.pixels,
        area: placed.area,
    }
}

impl Screen {
    /// The window may have changed while the program slept; the size comes as an input otherwise.
    fn remeasure(&mut self) {
        if let Ok(size) = Guard::size() {
            self.size = size;
        }
    }
}
