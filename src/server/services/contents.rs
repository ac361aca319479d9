//! Where the contents of files are kept, and who looks through them: ports, with the database as the place that is always
//! there.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt as _};

use super::ServiceError;
use crate::domain::id::AttachmentId;
use crate::domain::time::Clock;
use crate::server::store::attachments;
use crate::server::store::{Store, StoreError};

/// Bytes of a piece in the database.
const PIECE: usize = 256 << 10;

/// Where contents go; by default into the database, and nobody looks through them.
#[derive(Default)]
pub struct Contents {
    /// Where they are kept; `None`: in the database.
    pub store: Option<Arc<dyn FileStore>>,
    /// Who looks through them; `None`: nobody.
    pub scanner: Option<Arc<dyn Scanner>>,
}

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
