//! How far an import is, for somebody who waits.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::import::FileKind;

/// Is told how far an import is.
pub trait Meter: Send {
    /// A file begins, or goes on, at `offset` of `size` bytes.
    fn begin(&mut self, kind: FileKind, offset: u64, size: u64);
    /// So far: bytes, records and bad ones.
    fn advance(&mut self, offset: u64, rows: u64, bad: u64);
    /// The file is done, or given up.
    fn end(&mut self);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn begin(&mut self, _: FileKind, _: u64, _: u64) {}
    fn advance(&mut self, _: u64, _: u64, _: u64) {}
    fn end(&mut self) {}
}

/// A bar on standard error with rate and time left; nothing where that is no terminal.
#[derive(Debug, Default)]
pub struct Bar {
    bar: Option<ProgressBar>,
    kind: &'static str,
}

impl Meter for Bar {
    fn begin(&mut self, kind: FileKind, offset: u64, size: u64) {
        self.kind = kind.word();
        if !std::io::stderr().is_terminal() {
            return;
        }
        let style = "{msg} {wide_bar} {percent:>3} %  {binary_bytes_per_sec}, {eta} left";
        let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_position(offset);
        bar.reset_eta();
        bar.set_message(kind.word());
        self.bar = Some(bar);
    }

    fn advance(&mut self, offset: u64, rows: u64, bad: u64) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}: {rows} rows, {bad} bad", self.kind));
            bar.set_position(offset);
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
