//! A command of this machine that looks through contents, such as `clamdscan --no-summary -`.

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::config::sections::FileSettings;
use crate::server::services::contents::{Content, FileError, Scanner};

/// A command that gets a content on its standard input, and ends with 0 when it is harmless and with 1 when it is not
/// (clamdscan(1), "RETURN CODES").
pub struct CommandScanner {
    line: String,
    patience: Duration,
}

impl CommandScanner {
    /// The command of the settings; `None` when there is none.
    #[must_use]
    pub fn new(settings: &FileSettings) -> Option<Self> {
        (!settings.scanner.trim().is_empty()).then(|| Self {
            line: settings.scanner.clone(),
            patience: Duration::from_secs(settings.scanner_seconds),
        })
    }

    fn start(&self) -> std::io::Result<Child> {
        let (shell, flag) = if cfg!(windows) {
            ("cmd", "/C")
        } else {
            ("sh", "-c")
        };
        Command::new(shell)
            .args([flag, &self.line])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

/// Hands a content to the command. One that has seen enough may close its input.
async fn feed(child: &mut Child, mut content: Content<'_>) -> Result<(), FileError> {
    let Some(mut input) = child.stdin.take() else {
        return Ok(());
    };
    while let Some(piece) = content.next().await {
        if input.write_all(&piece?).await.is_err() {
            break;
        }
    }
    Ok(())
}

impl Scanner for CommandScanner {
    fn is_clean<'a>(&'a self, content: Content<'a>) -> BoxFuture<'a, Result<bool, FileError>> {
        Box::pin(async move {
            let said = |why: String| FileError::Unavailable(format!("the scanner: {why}"));
            let mut child = self.start().map_err(|error| said(error.to_string()))?;
            let looked = async {
                feed(&mut child, content).await?;
                child.wait().await.map_err(|error| said(error.to_string()))
            };
            let status = tokio::time::timeout(self.patience, looked)
                .await
                .map_err(|_| said("it took too long".to_owned()))??;
            match status.code() {
                Some(0) => Ok(true),
                Some(1) => Ok(false),
                _ => Err(said(format!("it ended with {status}"))),
            }
        })
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use bytes::Bytes;

    async fn asked(line: &str, seconds: u64) -> Result<bool, FileError> {
        let settings = FileSettings {
            scanner: line.to_owned(),
            scanner_seconds: seconds,
            ..FileSettings::default()
        };
        let scanner = CommandScanner::new(&settings).expect("a command");
        let pieces = (0..64).map(|n| Ok(Bytes::from(vec![if n == 40 { b'!' } else { b'.' }; 4_096])));
        scanner
            .is_clean(futures_util::stream::iter(pieces.collect::<Vec<_>>()).boxed())
            .await
    }

    #[tokio::test]
    async fn the_command_sees_all_of_a_content_and_its_end_tells() {
        assert!(CommandScanner::new(&FileSettings::default()).is_none());
        assert!(matches!(asked("! grep -q '!'", 20).await, Ok(false)), "found");
        assert!(matches!(asked("! grep -q '?'", 20).await, Ok(true)));
        assert!(
            matches!(asked("test $(wc -c) = 262144", 20).await, Ok(true)),
            "all bytes of it"
        );
        assert!(
            matches!(asked("exit 1", 20).await, Ok(false)),
            "without reading any"
        );
    }

    #[tokio::test]
    async fn a_scanner_that_does_not_work_lets_nothing_through() {
        for line in ["exit 2", "no-such-command-here", "kill -9 $$"] {
            assert!(
                matches!(asked(line, 20).await, Err(FileError::Unavailable(_))),
                "{line}"
            );
        }
        assert!(
            matches!(asked("sleep 600", 1).await, Err(FileError::Unavailable(why)) if why.contains("too long"))
        );
    }
}
