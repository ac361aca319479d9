//! A pseudo-terminal that counts what a program writes and when.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Columns and rows of every measured terminal.
pub const SIZE: (u16, u16) = (120, 40);
/// Output that pauses this long is a painted frame.
const FRAME: Duration = Duration::from_millis(60);
/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one write of keys led to.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// From the keys to the last byte of the frame; zero when nothing was written.
    pub time: Duration,
    /// Bytes of the frame.
    pub bytes: usize,
}

/// A program in a pseudo-terminal.
pub struct Terminal {
    writer: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    started: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts the program.
    pub fn start(command: CommandBuilder) -> Result<Self> {
        let size = PtySize {
            rows: SIZE.1,
            cols: SIZE.0,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size)?;
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader()?;
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut chunk) {
                let part = chunk.get(..read).unwrap_or_default().to_vec();
                if sender.send((Instant::now(), part)).is_err() {
                    return;
                }
            }
        });
        let side = |n: u16| NonZeroU16::new(n).context("a terminal has a size");
        Ok(Self {
            writer: pair.master.take_writer()?,
            child,
            output,
            screen: vt100::Parser::new(side(SIZE.1)?, side(SIZE.0)?, 0),
            started,
            _master: pair.master,
        })
    }

    /// Its process.
    pub fn process(&self) -> Option<u32> {
        self.child.process_id()
    }

    /// Text of the screen as last read.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Time from the start to the first byte that it writes.
    pub fn first_byte(&mut self) -> Result<Duration> {
        let (at, part) = self.output.recv_timeout(PATIENCE).context("it writes nothing")?;
        self.screen.process(&part);
        Ok(at - self.started)
    }

    /// Reads until the screen shows this text; the time from the start of the program.
    pub fn shows(&mut self, text: &str) -> Result<Duration> {
        let end = Instant::now() + PATIENCE;
        let mut at = Instant::now();
        while !self.text().contains(text) {
            match self
                .output
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok((when, part)) => {
                    at = when;
                    self.screen.process(&part);
                }
                Err(_) => bail!("waited for '{text}'; it shows:\n{}", self.text()),
            }
        }
        Ok(at - self.started)
    }

    /// Sends keys in one write and reads until the screen is as asked; the time from the keys to the output that did it.
    pub fn until(&mut self, keys: &str, is: impl Fn(&str) -> bool) -> Result<Duration> {
        let sent = Instant::now();
        self.writer.write_all(keys.as_bytes())?;
        self.writer.flush()?;
        let end = sent + PATIENCE;
        loop {
            match self
                .output
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok((at, part)) => {
                    self.screen.process(&part);
                    if is(&self.text()) {
                        return Ok(at - sent);
                    }
                }
                Err(_) => bail!("waited after {keys:?}; it shows:\n{}", self.text()),
            }
        }
    }

    /// Reads until nothing comes for so long, or twice as long has passed: some programs never rest. The bytes read.
    pub fn quiet(&mut self, pause: Duration) -> usize {
        let end = Instant::now() + 2 * pause;
        let mut bytes = 0;
        while Instant::now() < end
            && let Ok((_, part)) = self.output.recv_timeout(pause)
        {
            bytes += part.len();
            self.screen.process(&part);
        }
        bytes
    }

    /// Sends keys in one write and reads the frame that answers them.
    pub fn press(&mut self, keys: &str) -> Result<Answer> {
        let sent = Instant::now();
        self.writer.write_all(keys.as_bytes())?;
        self.writer.flush()?;
        let mut answer = Answer {
            time: Duration::ZERO,
            bytes: 0,
        };
        let mut parts = Vec::new();
        let mut wait = Duration::from_millis(1_500);
        loop {
            match self.output.recv_timeout(wait) {
                Ok((at, part)) => {
                    answer.time = at - sent;
                    answer.bytes += part.len();
                    parts.push(part);
                    wait = FRAME;
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => bail!("it ended; it shows:\n{}", self.text()),
            }
        }
        // Emulated only now, so that the emulator takes no time from the program.
        for part in parts {
            self.screen.process(&part);
        }
        Ok(answer)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
