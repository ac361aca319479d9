//! The journal of intents: which actions were sent and not yet known to be done or refused. It holds keys, verbs and
//! opaque identifiers, nothing else; one file for each running desk, readable by its owner alone.
//!
//! A desk that starts takes over the files that no running desk holds, and finds out what became of what is in them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::id::{AgentId, IntentKey};
use crate::tui::flow::Intent;

/// One intent that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub key: IntentKey,
    pub verb: String,
    pub subject: String,
    /// Whose intent it is: only they can ask what became of it.
    pub agent: Option<AgentId>,
}

/// The journal of this desk.
#[derive(Debug)]
pub(super) struct Journal {
    file: Option<(File, PathBuf)>,
    open: Vec<Entry>,
    /// What earlier desks left.
    left: Vec<Entry>,
}

const SUFFIX: &str = "jsonl";

impl Journal {
    /// Opens a new journal in `dir` and takes over what earlier desks left there. Without a directory it is kept in
    /// memory alone.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn open(dir: Option<&Path>) -> io::Result<Self> {
        let Some(dir) = dir else {
            return Ok(Self {
                file: None,
                open: Vec::new(),
                left: Vec::new(),
            });
        };
        let dir = dir.join("intents");
        private_dir(&dir)?;
        let path = dir.join(format!("{}.{SUFFIX}", uuid::Uuid::now_v7()));
        let file = private_file(&path)?;
        file.try_lock().map_err(io::Error::from)?;
        let mut journal = Self {
            file: Some((file, path.clone())),
            open: Vec::new(),
            left: Vec::new(),
        };
        for entry in fs::read_dir(&dir)?.flatten() {
            let other = entry.path();
            if other != path && other.extension().is_some_and(|e| e == SUFFIX) {
                journal.take_over(&other);
            }
        }
        journal.open = journal.left.clone();
        journal.write()?;
        Ok(journal)
    }

    /// Takes the entries of a file that nobody holds. They are written into ours before the other goes.
    fn take_over(&mut self, path: &Path) {
        let Ok(mut file) = OpenOptions::new().read(true).write(true).open(path) else {
            return;
        };
        if file.try_lock().is_err() {
            return;
        }
        let mut text = String::new();
        if file.read_to_string(&mut text).is_err() {
            return;
        }
        // a last line that was cut by a crash is of an intent that was not sent: lines are written first
        self.left.extend(
            text.lines()
                .filter_map(|line| serde_json::from_str::<Entry>(line).ok()),
        );
        self.open = self.left.clone();
        if self.write().is_ok() {
            let _ = fs::remove_file(path);
        }
    }

    /// Intents that earlier desks of this person left open.
    pub fn left_by(&self, agent: AgentId) -> Vec<Entry> {
        self.left
            .iter()
            .filter(|entry| entry.agent.is_none_or(|whose| whose == agent))
            .cloned()
            .collect()
    }

    /// Writes an intent down, before it is sent.
    ///
    /// # Errors
    /// When it cannot be written; it must not be sent then.
    pub fn begin(&mut self, intent: &Intent, agent: Option<AgentId>) -> io::Result<()> {
        let entry = Entry {
            key: intent.key,
            verb: intent.verb.to_owned(),
            subject: intent.subject.clone(),
            agent,
        };
        if let Some((file, _)) = &mut self.file {
            let mut line = serde_json::to_string(&entry)?;
            line.push('\n');
            file.write_all(line.as_bytes())?;
            file.sync_data()?;
        }
        self.open.push(entry);
        Ok(())
    }

    /// The fate of an intent is known.
    pub fn end(&mut self, key: IntentKey) {
        self.open.retain(|entry| entry.key != key);
        self.left.retain(|entry| entry.key != key);
        // when this fails, the intent is asked after once more at the next start, which does no harm
        let _ = self.write();
    }

    /// How many intents are open.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    fn write(&mut self) -> io::Result<()> {
        let Some((file, _)) = &mut self.file else {
            return Ok(());
        };
        let mut text = String::new();
        for entry in &self.open {
            text.push_str(&serde_json::to_string(entry)?);
            text.push('\n');
        }
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if let (Some((_, path)), true) = (&self.file, self.open.is_empty()) {
            let _ = fs::remove_file(path);
        }
    }
}

fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent() -> Intent {
        Intent {
            key: IntentKey::new(),
            verb: "token.remove",
            subject: "token 1".to_owned(),
        }
    }

    #[test]
    fn what_a_crashed_desk_left_is_found_and_a_running_one_is_let_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let me = AgentId::new();
        let (lost, done) = (intent(), intent());
        let mut running = Journal::open(Some(dir.path())).expect("opens");
        running.begin(&intent(), Some(me)).expect("written");
        {
            let mut crashed = Journal::open(Some(dir.path())).expect("opens");
            crashed.begin(&lost, Some(me)).expect("written");
            crashed.begin(&done, Some(me)).expect("written");
            crashed.end(done.key);
        }
        let mut next = Journal::open(Some(dir.path())).expect("opens");
        let left = next.left_by(me);
        assert_eq!(left.iter().map(|entry| entry.key).collect::<Vec<_>>(), [lost.key]);
        assert!(
            next.left_by(AgentId::new()).is_empty(),
            "somebody else cannot ask"
        );
        next.end(lost.key);
        assert_eq!(next.len(), 0);
        drop(next);
        drop(running);
        let last = Journal::open(Some(dir.path())).expect("opens");
        assert_eq!(
            last.left_by(me).len(),
            1,
            "only what the first desk had left open"
        );
    }

    #[test]
    fn it_survives_a_line_cut_short_and_is_private() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::open(Some(dir.path())).expect("opens");
        let whole = intent();
        journal.begin(&whole, None).expect("written");
        let path = journal
            .file
            .as_ref()
            .map(|(_, path)| path.clone())
            .expect("a file");
        journal
            .file
            .as_mut()
            .map(|(file, _)| file.write_all(b"{\"key\":\"01"))
            .expect("a file")
            .expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        drop(journal);
        let next = Journal::open(Some(dir.path())).expect("opens");
        assert_eq!(
            next.left_by(AgentId::new())
                .iter()
                .map(|e| e.key)
                .collect::<Vec<_>>(),
            [whole.key]
        );
        assert!(!path.exists(), "taken over");
    }
}
