//! A pseudo-terminal with a program in it, and eyes on what it shows.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Longer than anything that works can take on a busy machine; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Seen {
    parser: vt100::Parser,
    /// Everything that was written, byte for byte.
    written: Vec<u8>,
    ended: bool,
}

/// A program in a pseudo-terminal.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

#[cfg(feature = "server")]
/// What is shown as one line, without frames.
pub(crate) fn flowing(shown: &str) -> String {
    let words: Vec<&str> = shown
        .split(|c: char| c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

fn number(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a size")
}

impl Pty {
    /// Starts the program in a terminal of this size.
    pub(crate) fn start(command: CommandBuilder, width: u16, height: u16) -> Self {
        let size = PtySize {
            rows: height,
            cols: width,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let parser = vt100::Parser::new(number(height), number(width), 0);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser,
                written: Vec::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            loop {
                let read = reader.read(&mut chunk).unwrap_or(0);
                let mut seen = shared.0.lock().expect("not poisoned");
                seen.ended = read == 0;
                seen.parser.process(&chunk[..read]);
                seen.written.extend_from_slice(&chunk[..read]);
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            master: pair.master,
            writer,
            child,
            seen,
        }
    }

    /// Waits until what is shown satisfies; gives back the text of the screen.
    pub(crate) fn wait(&self, what: &str, satisfies: impl Fn(&vt100::Screen) -> bool) -> String {
        match self.within(PATIENCE, satisfies) {
            Ok(shown) => shown,
            Err(shown) => panic!("waited for {what}; it shows:\n{shown}"),
        }
    }

    /// The same with a patience of its own; gives back what is shown in the end, whether it satisfies or not.
    pub(crate) fn within(
        &self,
        patience: Duration,
        satisfies: impl Fn(&vt100::Screen) -> bool,
    ) -> Result<String, String> {
        let end = Instant::now() + patience;
        let mut seen = self.seen.0.lock().expect("not poisoned");
        loop {
            let screen = seen.parser.screen();
            if satisfies(screen) {
                return Ok(screen.contents());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.ended {
                return Err(screen.contents());
            }
            seen = self.seen.1.wait_timeout(seen, left).expect("not poisoned").0;
        }
    }

    /// Waits until this text is shown.
    pub(crate) fn text(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contents().contains(text))
    }

    #[cfg(feature = "server")]
    /// Waits until these words are shown, however they are broken into lines and framed.
    pub(crate) fn says(&self, words: &str) -> String {
        self.wait(words, |screen| flowing(&screen.contents()).contains(words))
    }

    #[cfg(feature = "server")]
    /// Everything that the program has written so far.
    pub(crate) fn written(&self) -> Vec<u8> {
        self.seen.0.lock().expect("not poisoned").written.clone()
    }

    /// Sends keys, in one write.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("takes keys");
        self.writer.flush().expect("takes keys");
    }

    /// Makes the terminal larger or smaller.
    pub(crate) fn resize(&self, width: u16, height: u16) {
        self.seen
            .0
            .lock()
            .expect("not poisoned")
            .parser
            .set_size(number(height), number(width));
        let size = PtySize {
            rows: height,
            cols: width,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).expect("resizes");
    }

    /// Sends a signal to the program alone.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("runs").to_string();
        let sent = std::process::Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(sent.expect("kill runs").success(), "{name}");
    }

    /// Waits until everything that the program wrote was read, and it has ended.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let seen = self.seen.0.lock().expect("not poisoned");
        let (seen, timeout) = self
            .seen
            .1
            .wait_timeout_while(seen, PATIENCE, |seen| !seen.ended)
            .expect("not poisoned");
        let shown = seen.parser.screen().contents();
        drop(seen);
        assert!(!timeout.timed_out(), "it does not end; it shows:\n{shown}");
        self.child.wait().expect("ends")
    }

    /// Asserts that the terminal is as a shell wants it: no raw mode, no alternate screen, the cursor shown.
    pub(crate) fn assert_sane(&self) {
        let seen = self.seen.0.lock().expect("not poisoned");
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "left the alternate screen");
        assert!(!screen.hide_cursor(), "shows the cursor");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        if let Some(modes) = self.master.get_termios() {
            let cooked = libc::ICANON | libc::ECHO | libc::ISIG;
            assert_eq!(modes.local_flags.bits() & cooked, cooked, "raw mode is off");
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // it has ended already, except when a test fails
        let _ = self.child.kill();
    }
}
