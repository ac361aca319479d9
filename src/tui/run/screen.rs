//! The desk on a screen.

use std::io::{self, Write};

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use tokio::sync::mpsc::UnboundedReceiver;

use super::Post;
use super::looped::{Desk, Surface};
use super::setup::{DeskError, DeskSetup};
use super::work::Worker;
use crate::tui::app::{App, Msg};
use crate::tui::term::{Guard, Input, Inputs, Painter, Signals, stop};

struct Screen {
    guard: Guard,
    painter: Painter,
    frame: Buffer,
    size: Size,
}

/// Runs the desk in the terminal, in the present thread: input, signals and wakes reach it by a driver of its own, so
/// that a key wakes this thread and no other. The work runs in the runtime around.
pub(super) fn run(app: App, setup: DeskSetup) -> Result<(), DeskError> {
    let (worker, inbox) = Worker::new(setup)?;
    let own = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    own.block_on(draw(app, worker, inbox))
}

async fn draw(app: App, worker: Worker, inbox: UnboundedReceiver<Post>) -> Result<(), DeskError> {
    let signals = Signals::listen()?;
    let guard = Guard::enter()?;
    let size = Guard::size()?;
    let surface = Screen {
        guard,
        painter: Painter::new(size),
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
            Input::Resized(size) => {
                self.size = size;
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
        let bytes = self.painter.paint(&self.frame, cursor);
        self.guard.write(bytes)
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.guard.write(bytes)
    }

    fn forget(&mut self) {
        self.painter.forget();
    }

    fn suspend(&mut self) -> io::Result<()> {
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

impl Screen {
    /// The window may have changed while the program slept; the size comes as an input otherwise.
    fn remeasure(&mut self) {
        if let Ok(size) = Guard::size() {
            self.size = size;
        }
    }
}
