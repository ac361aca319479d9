//! One owner of the terminal's modes: enables them in order, disables them in reverse, and only what it enabled; by
//! the same routine on exit, on panic, on signals and on suspend.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread::ThreadId;

use ratatui::layout::Size;

/// Raw mode is on.
const RAW: u8 = 1;
/// The alternate screen is on.
const SCREEN: u8 = 2;
/// Bracketed paste is on.
const PASTE: u8 = 4;
/// The cursor is hidden.
const CURSOR: u8 = 8;
/// The terminal says when its window comes to the front and when it goes.
const FOCUS: u8 = 16;

const ENTER: &[(u8, &str)] = &[
    (SCREEN, "\x1b[?1049h"),
    (PASTE, "\x1b[?2004h"),
    (CURSOR, "\x1b[?25l"),
    (FOCUS, "\x1b[?1004h"),
];
const LEAVE: &[(u8, &str)] = &[
    (FOCUS, "\x1b[?1004l"),
    (CURSOR, "\x1b[?25h"),
    (PASTE, "\x1b[?2004l"),
    (SCREEN, "\x1b[?1049l"),
];

/// What is on at present, for the panic hook too.
static ON: AtomicU8 = AtomicU8::new(0);
static HOOKED: AtomicBool = AtomicBool::new(false);

/// Standard input or output is no terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a terminal; run tokendesk in a terminal window, or use its commands with --json in scripts", if *.output { "standard output" } else { "standard input" })]
pub struct NotATerminal {
    /// Whether it is the output.
    pub output: bool,
}

/// Holds the terminal in the desk's modes until it is dropped.
#[derive(Debug)]
pub struct Guard {
    out: File,
}

/// The terminal as a file without any buffer, so that a frame goes out in one write.
fn terminal() -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle;
        Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
    }
}

impl Guard {
    /// Checks that both ends are terminals, without touching them.
    ///
    /// # Errors
    /// Which end is not.
    pub fn check() -> Result<(), NotATerminal> {
        if !io::stdout().is_terminal() {
            return Err(NotATerminal { output: true });
        }
        if !io::stdin().is_terminal() {
            return Err(NotATerminal { output: false });
        }
        Ok(())
    }

    /// Takes the terminal over: raw mode, alternate screen, bracketed paste, hidden cursor. A panic of this thread
    /// gives it back first.
    ///
    /// # Errors
    /// When the terminal refuses; what was switched on is off again then.
    pub fn enter() -> io::Result<Self> {
        let mut guard = Self { out: terminal()? };
        hook(std::thread::current().id());
        guard.resume()?;
        Ok(guard)
    }

    /// Switches on what is off: at the start, and after a suspend.
    ///
    /// # Errors
    /// When the terminal refuses; what was switched on is off again then.
    pub fn resume(&mut self) -> io::Result<()> {
        if ON.load(Ordering::SeqCst) & RAW == 0 {
            crossterm::terminal::enable_raw_mode()?;
            ON.fetch_or(RAW, Ordering::SeqCst);
        }
        let on = ON.load(Ordering::SeqCst);
        let wanted: String = ENTER
            .iter()
            .filter(|(bit, _)| on & bit == 0)
            .map(|(_, code)| *code)
            .collect();
        ON.fetch_or(SCREEN | PASTE | CURSOR | FOCUS, Ordering::SeqCst);
        self.out.write_all(wanted.as_bytes()).inspect_err(|_| restore())
    }

    /// Gives the terminal back, for a suspend. [`Guard::resume`] takes it again.
    pub fn pause(&mut self) {
        restore();
    }

    /// Takes for granted that somebody else has changed the modes meanwhile, and sets them again.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn retake(&mut self) -> io::Result<()> {
        restore();
        self.resume()
    }

    /// Sends bytes out, in one write where the system takes them in one.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            Ok(())
        } else {
            self.out.write_all(bytes)
        }
    }

    /// The size of a cell in pixels, where the terminal has told it to the system.
    #[must_use]
    pub fn cell() -> Option<(u16, u16)> {
        let size = crossterm::terminal::window_size().ok()?;
        let cell = (
            size.width.checked_div(size.columns)?,
            size.height.checked_div(size.rows)?,
        );
        (cell.0 > 0 && cell.1 > 0).then_some(cell)
    }

    /// The size of the terminal.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn size() -> io::Result<Size> {
        crossterm::terminal::size().map(|(width, height)| Size { width, height })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Switches off what is on, in reverse. Works any number of times and from any thread.
fn restore() {
    let on = ON.swap(0, Ordering::SeqCst);
    let codes: String = LEAVE
        .iter()
        .filter(|(bit, _)| on & bit != 0)
        .map(|(_, code)| *code)
        .collect();
    if !codes.is_empty()
        && let Ok(mut out) = terminal()
    {
        // nobody is left to be told when this fails: the terminal is gone
        let _ = out.write_all(format!("\x1b[0m\x1b[r{codes}").as_bytes());
    }
    if on & RAW != 0 {
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// Gives the terminal back before a panic of the desk's own thread is told. A panic elsewhere ends a task only; telling
/// it would spoil the screen. The message of a panic can hold what somebody typed, so only its place is told.
fn hook(desk: ThreadId) {
    if HOOKED.swap(true, Ordering::SeqCst) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        if ON.load(Ordering::SeqCst) == 0 {
            return before(info);
        }
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if std::thread::current().id() == desk {
            restore();
            let _ = writeln!(
                io::stderr(),
                "tokendesk has a fault and had to stop (at {place}). Actions that were sent are settled at the next start."
            );
        }
        tracing::error!(place, "panic");
    }));
}
