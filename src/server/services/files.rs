//! Files that hang on tickets. What one is, is told by its content while it comes in; where contents are kept, and who looks
//! through them, are ports of [`super::contents`].

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::StreamExt as _;
use sha2::{Digest as _, Sha256};

use super::contents::{Content, FileError, FileStore as _, InDatabase};
use super::ticket_scope::{is_customer, needs, reachable};
use super::ticket_view::attachment;
use super::tickets::note;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AttachmentId, IntentKey};
use crate::domain::permission::Permission;
use crate::domain::ticket::{AuthorKind, TicketStatus, Visibility};
use crate::domain::ticket_rules::{FileRules, file_name};
use crate::domain::time::Moment;
use crate::server::store::StoreError;
use crate::server::store::attachments::{self, AttachmentRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef, part};
use crate::wire::ticket_parts::Attachment;

/// Bytes of a content that tell what it is.
const HEAD: usize = 8_192;
/// After so long a content that never became a file is forgotten, in seconds.
pub const STRAY: i64 = 86_400;
/// Contents that are forgotten in one go.
const MOST_STRAYS: u32 = 500;
const NO_FILE: ServiceError = ServiceError::NotFound("there is no such file");

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
        self.expect_content(id).await?;
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
                self.drop_content(id).await?;
                Ok(answer)
            }
            Err(refused) => Err(self.forget(id, refused).await),
        }
    }

    /// Notes that a content is on its way, so that one whose upload broke off is found and forgotten wherever it is kept.
    async fn expect_content(&self, id: AttachmentId) -> Result<(), ServiceError> {
        let tx = self.store.begin().await?;
        attachments::put_part(&tx, id, attachments::EXPECTED, &[], self.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    async fn drop_content(&self, id: AttachmentId) -> Result<(), FileError> {
        self.files.remove(id).await?;
        let here = InDatabase(self.store.clone(), self.clock.clone());
        here.remove(id).await
    }

    /// Forgets contents from before `before` that never became a file: their upload broke off. Gives back how many.
    ///
    /// # Errors
    /// When the database fails, or the place where contents are kept.
    pub async fn forget_strays(&self, before: Moment) -> Result<usize, FileError> {
        let strays = attachments::strays(self.store.read(), before, MOST_STRAYS).await?;
        for id in &strays {
            self.drop_content(*id).await?;
        }
        Ok(strays.len())
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
        Ok((attachment(row), self.content(id).await?))
    }

    /// A content from where it is: those that came before another place was chosen are still in the database.
    async fn content(&self, id: AttachmentId) -> Result<Content<'static>, ServiceError> {
        Ok(match attachments::get_part(self.store.read(), id, 0).await? {
            Some(_) => InDatabase(self.store.clone(), self.clock.clone()).get(id),
            None => self.files.get(id),
        })
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
        if let Err(error) = self.drop_content(id).await {
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
    attachments::arrived(&work.tx, row.id).await?;
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
