//! Writes the tokens of a query to a file of the person's choosing: page by page, readable to them alone, and under its
//! name only when it is whole. Who gives up or is cut off on the way leaves no file behind.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::errors::call_error;
use super::{Post, Posts};
use crate::client::{Api, Pages};
use crate::domain::id::IntentKey;
use crate::text::csv;
use crate::text::words::Words;
use crate::tui::app::Msg;
use crate::tui::flow::{
    Answer, ApiCall, AskAnswer, AskCall, CallError, Export, Exported, Reply, RequestId, Trouble,
};
use crate::wire::exports::{COLUMNS, ExportFormat, NewExport, cells};
use crate::wire::page::{ListParams, MAX_LIMIT};
use crate::wire::tokens::TokenRow;

/// Writes it, and tells how far it has come on the way.
pub(super) async fn export(api: &Api, id: RequestId, asked: &Export, posts: &Posts, words: &Words) -> Reply {
    let path = place(&asked.path);
    let told = |done, all| {
        let _ = posts.send(Post::Msg(Msg::Progress(id, done, all)));
    };
    if !asked.overwrite && path.symlink_metadata().is_ok() {
        return exists(&path);
    }
    let failed = |error: &io::Error| file_error(words, &path, error);
    let refused = |error| call_error(&ApiCall::Ask(AskCall::Export(Box::new(asked.clone()))), error);
    // the file first: an export that cannot be written needs no entry in the audit
    let mut part = Part::beside(&path).map_err(|error| failed(&error))?;
    let begun = api
        .begin_export(IntentKey::new(), &body(asked))
        .await
        .map_err(refused)?;
    told(0, begun.rows);
    let mut pages = pages(api, asked);
    let mut rows: u64 = 0;
    part.write(head(asked.format).as_bytes())
        .map_err(|error| failed(&error))?;
    while let Some(page) = pages.next().await.map_err(refused)? {
        for row in page.items {
            let text =
                line(asked.format, row, rows == 0).map_err(|error| failed(&io::Error::other(error)))?;
            part.write(text.as_bytes()).map_err(|error| failed(&error))?;
            rows += 1;
        }
        told(rows, begun.rows.max(rows));
    }
    part.write(foot(asked.format, rows).as_bytes())
        .map_err(|error| failed(&error))?;
    match part.keep(&path, asked.overwrite) {
        Ok(()) => Ok(Answer::Asked(AskAnswer::Exported(Exported::Written {
            path: path.display().to_string(),
            rows,
            expected: begun.rows,
        }))),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => exists(&path),
        Err(error) => Err(failed(&error)),
    }
}

fn exists(path: &Path) -> Reply {
    Ok(Answer::Asked(AskAnswer::Exported(Exported::Exists {
        path: path.display().to_string(),
    })))
}

fn body(asked: &Export) -> NewExport {
    NewExport {
        account_id: asked.account,
        q: Some(asked.query.clone()).filter(|query| !query.is_empty()),
        tz: asked.tz.clone(),
        as_of: asked.at,
        format: asked.format,
    }
}

fn pages(api: &Api, asked: &Export) -> Pages<TokenRow> {
    let params = ListParams {
        q: Some(asked.query.clone()).filter(|query| !query.is_empty()),
        tz: asked.tz.clone(),
        limit: Some(MAX_LIMIT),
        count: Some("false".to_owned()),
        ..ListParams::default()
    };
    api.token_pages_at(asked.account, asked.at, params)
}

/// Where a path of the person's leads: `~` is their home; a path without a root begins where the desk was started.
fn place(typed: &str) -> PathBuf {
    let typed = typed.trim();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let path = match (typed.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(typed),
    };
    std::path::absolute(&path).unwrap_or(path)
}

fn head(format: ExportFormat) -> String {
    match format {
        ExportFormat::Csv => csv::line(COLUMNS),
        ExportFormat::Json => "{\"items\":[".to_owned(),
    }
}

fn line(format: ExportFormat, mut row: TokenRow, first: bool) -> serde_json::Result<String> {
    Ok(match format {
        ExportFormat::Csv => csv::line(cells(&row).iter().map(String::as_str)),
        ExportFormat::Json => {
            row.owner = None;
            let comma = if first { "\n" } else { ",\n" };
            format!("{comma}{}", serde_json::to_string(&row)?)
        }
    })
}

fn foot(format: ExportFormat, rows: u64) -> String {
    match format {
        ExportFormat::Csv => String::new(),
        ExportFormat::Json => {
            format!("\n],\"more\":false,\"total\":{{\"value\":{rows},\"exact\":true}}}}\n")
        }
    }
}

fn file_error(words: &Words, path: &Path, error: &io::Error) -> CallError {
    let (path, why) = (path.display().to_string(), error.to_string());
    let values = [("path", path.as_str()), ("why", why.as_str())];
    CallError::new(Trouble::Broken, words.with("export-failed", &values))
}

/// The file while it is written. Dropped before it is kept, it takes itself away.
struct Part {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Part {
    /// A new file in the same folder, readable and writable for its owner alone.
    fn beside(path: &Path) -> io::Result<Self> {
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "this names no file"))?;
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a folder"));
        }
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(format!(".{}.part", uuid::Uuid::now_v7().simple()));
        let part = path.with_file_name(part);
        let file = private().open(&part)?;
        Ok(Self {
            path: part,
            file: Some(BufWriter::new(file)),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.write_all(bytes),
            None => Err(io::Error::other("the file is closed")),
        }
    }

    /// Gives it its name. Without `overwrite`, a file that took the name meanwhile stays.
    fn keep(mut self, path: &Path, overwrite: bool) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            file.into_inner()
                .map_err(io::IntoInnerError::into_error)?
                .sync_all()?;
        }
        if !overwrite {
            // claims the name, so that nobody else's file is replaced
            private().open(path)?;
        }
        std::fs::rename(&self.path, path)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.file = None;
        // kept ones have another name by now
        let _ = std::fs::remove_file(&self.path);
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(dir)
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_has_its_name_only_when_it_is_whole_and_belongs_to_its_owner_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("tokens.csv");
        let mut part = Part::beside(&path).expect("opened");
        part.write(b"half").expect("written");
        assert!(!path.exists());
        drop(part);
        assert!(left(dir.path()).is_empty(), "nothing is left behind");
        let mut part = Part::beside(&path).expect("opened");
        part.write(b"whole").expect("written");
        part.keep(&path, false).expect("kept");
        assert_eq!(std::fs::read(&path).expect("read"), b"whole");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = path.metadata().expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // a file that is there stays unless the person said so
        let mut part = Part::beside(&path).expect("opened");
        part.write(b"other").expect("written");
        let error = part.keep(&path, false).expect_err("taken");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).expect("read"), b"whole");
        let mut part = Part::beside(&path).expect("opened");
        part.write(b"other").expect("written");
        part.keep(&path, true).expect("kept");
        assert_eq!(std::fs::read(&path).expect("read"), b"other");
        assert_eq!(left(dir.path()), ["tokens.csv"]);
        assert!(Part::beside(dir.path()).is_err(), "a folder is no file");
        assert!(Part::beside(&dir.path().join("no/such/folder.csv")).is_err());
    }

    #[test]
    fn json_is_what_lists_give_to_scripts() {
        let json = head(ExportFormat::Json) + &foot(ExportFormat::Json, 0);
        let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read["items"], serde_json::json!([]));
        assert_eq!(read["total"]["value"], 0);
        assert!(head(ExportFormat::Csv).starts_with("id,token_ref,account_id,"));
        assert_eq!(place(" /x/y.csv "), PathBuf::from("/x/y.csv"));
        assert!(place("y.csv").is_absolute());
    }
}
