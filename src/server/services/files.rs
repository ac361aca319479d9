//! Files that hang on tickets. What one is, is told by its content while it comes in; where contents are kept, and who looks
//! through them, are ports.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt as _};
use sha2::{Digest as _, Sha256};

use super::ticket_scope::{is_customer, needs, reachable};
use super::ticket_view::attachment;
use super::tickets::note;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AttachmentId, IntentKey};
use crate::domain::permission::Permission;
use crate::domain::ticket::{AuthorKind, TicketStatus, Visibility};
use crate::domain::ticket_rules::{FileRules, file_name};
use crate::domain::time::Clock;
use crate::server::store::attachments::{self, AttachmentRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef, part};
use crate::server::store::{Store, StoreError};
use crate::wire::ticket_parts::Attachment;

/// Bytes of a content that tell what it is.
const HEAD: usize = 8_192;
/// Bytes of a piece in the database.
const PIECE: usize = 256 << 10;
/// After so long a content that never became a file is forgotten, in seconds.
pub const STRAY: i64 = 86_400;
const NO_FILE: ServiceError = ServiceError::NotFound("there is no such file");

/// Why a content cannot be kept or handed out.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The content itself is not taken: which field, why.
    #[error("{2}")]
    NotTaken(&'static str, &'static str, String),
    /// It did not arrive whole.
    #[error("the file did not arrive whole; send it again")]
    Broken,
    /// The place where contents are kept is not there for the moment.
    #[error("files cannot be kept for the moment: {0}")]
    Unavailable(String),
}

impl From<StoreError> for FileError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<FileError> for ServiceError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NotTaken(field, code, detail) => Self::field(field, code, detail),
            FileError::Broken => Self::field("body", "broken", FileError::Broken.to_string()),
            FileError::Unavailable(why) => {
                tracing::warn!(why, "files cannot be kept or read");
                Self::Unavailable
            }
        }
    }
}

/// A content on its way.
pub type Content<'a> = BoxStream<'a, Result<Bytes, FileError>>;

/// Where contents are kept.
pub trait FileStore: Send + Sync {
    /// Keeps a content of `size` bytes.
    fn put<'a>(
        &'a self,
        id: AttachmentId,
        size: u64,
        content: Content<'a>,
    ) -> BoxFuture<'a, Result<(), FileError>>;
    /// Hands a content out.
    fn get(&self, id: AttachmentId) -> Content<'static>;
    /// Forgets a content, if there is one.
    fn remove(&self, id: AttachmentId) -> BoxFuture<'_, Result<(), FileError>>;
}

/// Looks through contents before they hang on a ticket.
pub trait Scanner: Send + Sync {
    /// Whether the content is harmless; `Ok(false)`: it is not.
    fn is_clean<'a>(&'a self, content: Content<'a>) -> BoxFuture<'a, Result<bool, FileError>>;
}

/// Contents in the database, in pieces, each written in a short transaction of its own.
pub struct InDatabase(pub Store, pub Arc<dyn Clock>);

impl FileStore for InDatabase {
    fn put<'a>(
        &'a self,
        id: AttachmentId,
        _: u64,
        mut content: Content<'a>,
    ) -> BoxFuture<'a, Result<(), FileError>> {
        Box::pin(async move {
            let now = self.1.now();
            let mut waiting = BytesMut::new();
            let mut n = 0;
            loop {
                let next = content.next().await.transpose()?;
                let last = next.is_none();
                waiting.extend(next.unwrap_or_default());
                while waiting.len() >= PIECE || (last && !waiting.is_empty()) {
                    let piece = waiting.split_to(waiting.len().min(PIECE));
                    let tx = self.0.begin().await?;
                    attachments::put_part(&tx, id, n, &piece, now).await?;
                    tx.commit().await.map_err(StoreError::from)?;
                    n += 1;
                }
                if last {
                    return Ok(());
                }
            }
        })
    }

    fn get(&self, id: AttachmentId) -> Content<'static> {
        let store = self.0.clone();
        futures_util::stream::try_unfold((store, 0_i64), move |(store, n)| async move {
            let piece = attachments::get_part(store.read(), id, n).await?;
            Ok(piece.map(|bytes| (Bytes::from(bytes), (store, n + 1))))
        })
        .boxed()
    }

    fn remove(&self, id: AttachmentId) -> BoxFuture<'_, Result<(), FileError>> {
        Box::pin(async move {
            let tx = self.0.begin().await?;
            attachments::drop_parts(&tx, id).await?;
            tx.commit().await.map_err(StoreError::from)?;
            Ok(())
        })
    }
}

/// What a file is said to be.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What it is called, as it was sent.
    pub name: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// How many bytes it has.
    pub size: u64,
}

/// What was seen of a content while it went by.
#[derive(Default)]
struct Seen {
    head: Vec<u8>,
    size: u64,
    hash: Sha256,
    media_type: Option<String>,
}

impl Seen {
    /// Takes note of some bytes.
    fn pass(&mut self, bytes: &[u8], said: u64, rules: &FileRules) -> Result<(), FileError> {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        if self.size > said {
            return Err(FileError::Broken);
        }
        if self.media_type.is_none() {
            let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..room]);
            if self.head.len() >= HEAD || self.size == said {
                self.judge(rules)?;
            }
        }
        Ok(())
    }

    fn judge(&mut self, rules: &FileRules) -> Result<(), FileError> {
        let media_type = media_type(&self.head);
        if !rules.takes(&media_type) {
            return Err(FileError::NotTaken(
                "body",
                "type",
                format!(
                    "its content is {media_type}, whatever it is called; taken are: {}",
                    rules.types.join(", ")
                ),
            ));
        }
        self.media_type = Some(media_type);
        Ok(())
    }
}

/// What a content is, told by its first bytes.
fn media_type(head: &[u8]) -> String {
    if let Some(kind) = infer::get(head) {
        return kind.mime_type().to_owned();
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The end may stand in the middle of a character.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "\0",
    };
    let plain = !text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if plain {
        "text/plain"
    } else {
        "application/octet-stream"
    }
    .to_owned()
}

impl Services {
    /// Takes a file in for a ticket. What it is and how large is judged while it comes in.
    ///
    /// # Errors
    /// When the person may not, there is no such ticket, the file is too large or of a sort that is not taken, or it cannot
    /// be kept.
    pub async fn attach(
        &self,
        actor: &Actor,
        key: Option<IntentKey>,
        which: TicketRef,
        upload: Upload,
        content: Content<'_>,
    ) -> Result<Answer, ServiceError> {
        let permission = needs(actor, Permission::TicketMessage);
        self.allow(actor, permission).await?;
        let ticket = reachable(self.store.read(), actor, which).await?;
        let rules = &self.profile.tickets.attachments;
        self.fits_quota(actor, &ticket, &upload).await?;
        let id = AttachmentId::new();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (watching, said) = (seen.clone(), upload.size);
        let passing = content.map(move |bytes| {
            let bytes = bytes?;
            let mut seen = watching.lock().unwrap_or_else(PoisonError::into_inner);
            seen.pass(&bytes, said, rules)?;
            Ok(bytes)
        });
        let kept = self.receive(id, upload.size, passing.boxed(), &seen).await;
        let (media_type, sha256) = match kept {
            Ok(kept) => kept,
            Err(refused) => return Err(self.forget(id, refused.into()).await),
        };
        let scan = match self.scanned(id).await {
            Ok(scan) => scan,
            Err(refused) => return Err(self.forget(id, refused).await),
        };
        let row = AttachmentRow {
            id,
            ticket: ticket.id,
            message: None,
            name: file_name(&upload.name),
            media_type,
            size: upload.size,
            sha256,
            visibility: if is_customer(actor) {
                Visibility::Public
            } else {
                upload.visibility
            },
            by: actor.id,
            by_label: if is_customer(actor) {
                actor.name.clone()
            } else {
                actor.label()
            },
            by_kind: if is_customer(actor) {
                AuthorKind::Customer
            } else {
                AuthorKind::Agent
            },
            at: self.now(),
            scan,
        };
        let intent = key.map(|key| IntentRequest {
            key,
            fingerprint: super::listing::fingerprint(&[
                "attach",
                &ticket.id.to_string(),
                &row.name,
                &row.sha256,
            ]),
        });
        match self.begin(actor, intent, "ticket.attach", permission).await {
            Ok(Begun::Work(work)) => {
                let result = hang(&work, which, row).await;
                match work.settle(result).await {
                    Ok(answer) => Ok(answer),
                    Err(refused) => Err(self.forget(id, refused).await),
                }
            }
            Ok(Begun::Replay(answer)) => {
                self.files.remove(id).await?;
                Ok(answer)
            }
            Err(refused) => Err(self.forget(id, refused).await),
        }
    }

    /// A file and its content.
    ///
    /// # Errors
    /// When the person may not see it, there is none, or the database fails.
    pub async fn file(
        &self,
        actor: &Actor,
        id: AttachmentId,
    ) -> Result<(Attachment, Content<'static>), ServiceError> {
        self.allow(actor, needs(actor, Permission::TicketView)).await?;
        let conn = self.store.read();
        let row = attachments::find(conn, id).await?.ok_or(NO_FILE)?;
        let ticket = reachable(conn, actor, TicketRef::Id(row.ticket)).await;
        let ticket = ticket.map_err(|_| NO_FILE)?;
        if is_customer(actor) && row.visibility == Visibility::Internal {
            return Err(NO_FILE);
        }
        self.looks_at_ticket(actor, &ticket).await?;
        Ok((attachment(row), self.files.get(id)))
    }

    /// Takes a file off its ticket. What it was stays in the history.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn detach(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: AttachmentId,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.detach", Permission::TicketEdit)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let row = attachments::find(&work.tx, id).await?.ok_or(NO_FILE)?;
            attachments::retire(&work.tx, id, work.now).await?;
            note(
                &work,
                row.ticket,
                "attachment",
                row.name.clone(),
                String::new(),
                String::new(),
            )
            .await?;
            audit(&work, &row, "off").await?;
            Ok(Outcome2xx::ok(attachment(row), None))
        }
        .await;
        work.settle(result).await
    }

    async fn fits_quota(
        &self,
        actor: &Actor,
        ticket: &TicketRecord,
        upload: &Upload,
    ) -> Result<(), ServiceError> {
        let rules = &self.profile.tickets.attachments;
        if is_customer(actor) && ticket.status == TicketStatus::Closed {
            return Err(ServiceError::Illegal {
                code: "closed",
                detail: "the ticket is closed; reopen it and say why, or open a new one".to_owned(),
            });
        }
        if upload.size == 0 {
            return Err(ServiceError::field("body", "empty", "the file is empty"));
        }
        if upload.size > rules.file_bytes {
            return Err(ServiceError::field(
                "body",
                "too_large",
                format!(
                    "a file has at most {} bytes here; this one has {}",
                    rules.file_bytes, upload.size
                ),
            ));
        }
        let there = attachments::bytes_of(self.store.read(), ticket.id).await?;
        quota(there, upload.size, rules)
    }

    async fn receive(
        &self,
        id: AttachmentId,
        size: u64,
        content: Content<'_>,
        seen: &Mutex<Seen>,
    ) -> Result<(String, String), FileError> {
        self.files.put(id, size, content).await?;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(media_type) = seen.media_type.take().filter(|_| seen.size == size) else {
            return Err(FileError::Broken);
        };
        let hash = std::mem::take(&mut seen.hash).finalize();
        Ok((media_type, hash.iter().map(|b| format!("{b:02x}")).collect()))
    }

    async fn scanned(&self, id: AttachmentId) -> Result<String, ServiceError> {
        let Some(scanner) = &self.scanner else {
            return Ok("unscanned".to_owned());
        };
        if scanner.is_clean(self.files.get(id)).await? {
            return Ok("clean".to_owned());
        }
        Err(ServiceError::field(
            "body",
            "harmful",
            "the scanner found something harmful in it",
        ))
    }

    /// Forgets what was kept of a file that is not taken, and hands on why.
    async fn forget(&self, id: AttachmentId, refused: ServiceError) -> ServiceError {
        if let Err(error) = self.files.remove(id).await {
            // The sweeper finds it later.
            tracing::warn!(%error, "a content that was not taken could not be forgotten");
        }
        refused
    }
}

fn quota(there: u64, size: u64, rules: &FileRules) -> Result<(), ServiceError> {
    if there + size <= rules.ticket_bytes {
        return Ok(());
    }
    Err(ServiceError::field(
        "body",
        "quota",
        format!(
            "the files of a ticket have at most {} bytes together; {there} are there",
            rules.ticket_bytes
        ),
    ))
}

async fn hang(
    work: &Work,
    which: TicketRef,
    row: AttachmentRow,
) -> Result<Outcome2xx<Attachment>, ServiceError> {
    let ticket = reachable(&work.tx, &work.actor, which).await?;
    tickets::touch(&work.tx, ticket.id, part::FILES, work.now).await?;
    let there = attachments::bytes_of(&work.tx, ticket.id).await?;
    quota(there, row.size, &work.profile().tickets.attachments)?;
    attachments::insert(&work.tx, &row).await?;
    note(
        work,
        ticket.id,
        "attachment",
        String::new(),
        row.name.clone(),
        row.media_type.clone(),
    )
    .await?;
    audit(work, &row, "on").await?;
    Ok(Outcome2xx::created(attachment(row), None))
}

async fn audit(work: &Work, row: &AttachmentRow, how: &str) -> Result<(), ServiceError> {
    let what = serde_json::json!({
        "attachment": row.id, "how": how, "sha256": row.sha256, "size": row.size, "media_type": row.media_type,
        "visibility": row.visibility,
    });
    work.audit(Record {
        kind: "ticket",
        id: row.ticket.to_string(),
        ticket: Some(row.ticket),
        after: Some(what.to_string()),
        ..Record::default()
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_is_told_by_its_content() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png");
        assert_eq!(media_type(b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(media_type("Grüße\n".as_bytes()), "text/plain");
        assert_eq!(
            media_type(&"Grü".as_bytes()[..3]),
            "text/plain",
            "cut in a character"
        );
        assert_eq!(media_type(b"a\0b"), "application/octet-stream");
        assert_eq!(media_type(b"\x1b[2J"), "application/octet-stream");
        assert_eq!(media_type(b"\xff\xfe\xfd"), "application/octet-stream");
        assert_eq!(media_type(b"<!DOCTYPE html><script>"), "text/html");
    }
}
