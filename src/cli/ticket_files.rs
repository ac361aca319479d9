//! The verbs of `ticket` for files: list, bring, save, take off.

use std::path::PathBuf;

use crate::client::{Api, files};
use crate::domain::id::AttachmentId;
use crate::domain::ticket::Visibility;
use crate::wire::ticket_parts::Attachment;

use super::action::{IntentArgs, settled};
use super::context::Context;
use super::exit::Exit;
use super::output::{safe, table, when};

/// Verbs for the files that hang on tickets.
#[derive(Debug, clap::Subcommand)]
pub(super) enum FileVerb {
    /// List the files of a ticket
    Files {
        /// Id or number
        ticket: String,
    },
    /// Hang a file on a ticket
    Attach {
        /// Id or number
        ticket: String,
        /// The file
        path: PathBuf,
        /// The customer sees it, too
        #[arg(long)]
        public: bool,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Save a file of a ticket; never over one that is there
    Save {
        /// Id of the file
        file: AttachmentId,
        /// Where to
        #[arg(long, value_name = "PATH")]
        to: PathBuf,
    },
    /// Take a file off its ticket; that it was there stays in the history
    Detach {
        /// Id of the file
        file: AttachmentId,
    },
}

/// Does what was asked for.
pub(super) async fn run(ctx: &Context, api: &Api, verb: FileVerb) -> Result<(), Exit> {
    match verb {
        FileVerb::Files { ticket } => {
            let found = api.ticket(&ticket).await?.attachments;
            ctx.output.show(&found, |files| {
                let heading = ["id", "name", "type", "bytes", "seen", "by", "at", "scan"];
                let rows: Vec<Vec<String>> = files.iter().map(row).collect();
                table(&heading, &rows)
            })
        }
        FileVerb::Attach {
            ticket,
            path,
            public,
            intent,
        } => {
            let (name, bytes) = files::read(&path.to_string_lossy()).await?;
            let visibility = if public {
                Visibility::Public
            } else {
                Visibility::Internal
            };
            let result = api
                .attach_file(&ticket, intent.key(), (&name, bytes), visibility)
                .await;
            ctx.output
                .show(&settled(&ctx.output, api, result).await?, |file| {
                    let line = format!(
                        "{}: {}, {} bytes, {} (id {}).",
                        file.name,
                        file.media_type,
                        file.size,
                        file.visibility.word(),
                        file.id
                    );
                    safe(&line) + "\n"
                })
        }
        FileVerb::Save { file, to } => {
            let bytes = api.download_file(file).await?;
            let (path, size) = files::write(&to.to_string_lossy(), bytes).await?;
            let saved = serde_json::json!({ "path": path, "size": size });
            ctx.output
                .show(&saved, |_| safe(&format!("Saved {size} bytes as {path}.")) + "\n")
        }
        FileVerb::Detach { file } => {
            let gone = api.detach_file(file).await?;
            ctx.output.show(&gone, |file| {
                safe(&format!("{} is off the ticket.", file.name)) + "\n"
            })
        }
    }
}

fn row(file: &Attachment) -> Vec<String> {
    vec![
        file.id.to_string(),
        file.name.clone(),
        file.media_type.clone(),
        file.size.to_string(),
        file.visibility.word().to_owned(),
        file.by.clone(),
        when(file.at),
        file.scan.clone(),
    ]
}
