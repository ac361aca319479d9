//! Contents in an S3-like store, each under its identifier. Requests are signed in their address (Signature Version 4,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>); contents go through in pieces and are
//! never whole in memory.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use reqwest::header::CONTENT_LENGTH;
use rusty_s3::actions::{DeleteObject, GetObject, PutObject, S3Action as _};
use rusty_s3::{Credentials, UrlStyle};
use secrecy::ExposeSecret as _;

use crate::config::sections::FileSettings;
use crate::domain::id::AttachmentId;
use crate::server::services::contents::{Content, FileError, FileStore};

/// How long a signed address is good for.
const SIGNED: Duration = Duration::from_secs(900);
/// How long the store may keep silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pieces of a content that may wait for the store.
const AHEAD: usize = 4;

/// One bucket of a store.
pub struct Bucket {
    http: reqwest::Client,
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
}

impl Bucket {
    /// The bucket of the settings; `None` when none is configured. Connects to nothing yet.
    ///
    /// # Errors
    /// In words, when a setting cannot be used.
    pub fn new(settings: &FileSettings) -> Result<Option<Self>, String> {
        if settings.s3_url.is_empty() {
            return Ok(None);
        }
        let url = settings
            .s3_url
            .parse()
            .map_err(|error| format!("files.s3_url: {error}"))?;
        if settings.s3_bucket.is_empty() || settings.s3_access_key.is_empty() {
            return Err("files.s3_url: set s3_bucket and s3_access_key, too".to_owned());
        }
        let source = settings
            .s3_secret
            .first()
            .ok_or_else(|| "files.s3_secret: an access key is set, but no source of its secret".to_owned())?;
        let secret = source
            .passphrase()
            .map_err(|why| format!("files.s3_secret: {why}"))?;
        let style = if settings.s3_path_style {
            UrlStyle::Path
        } else {
            UrlStyle::VirtualHost
        };
        let bucket =
            rusty_s3::Bucket::new(url, style, settings.s3_bucket.clone(), settings.s3_region.clone())
                .map_err(|error| format!("files.s3_url: {error}"))?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("tokendesk/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(PATIENCE)
            .read_timeout(PATIENCE);
        if settings.s3_url.starts_with("http://") {
            // Nothing to verify: a machine without any certificates will do.
            builder = builder.tls_certs_only([]).no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| format!("files.s3_url: the client cannot be set up: {error}"))?;
        Ok(Some(Self {
            http,
            bucket,
            credentials: Credentials::new(&settings.s3_access_key, secret.expose_secret()),
        }))
    }
}

/// The name of a content in the bucket.
fn name(id: AttachmentId) -> String {
    format!("attachments/{id}")
}

/// A request that did not come through. Its address is signed, so it is not told.
fn away(error: reqwest::Error) -> FileError {
    FileError::Unavailable(format!("the store: {}", error.without_url()))
}

/// What the store answered, if it did as it was told.
fn done(answer: Result<reqwest::Response, reqwest::Error>) -> Result<reqwest::Response, FileError> {
    let answer = answer.map_err(away)?;
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(FileError::Unavailable(format!(
            "the store answered {}",
            answer.status().as_u16()
        )))
    }
}

impl FileStore for Bucket {
    fn put<'a>(
        &'a self,
        id: AttachmentId,
        size: u64,
        mut content: Content<'a>,
    ) -> BoxFuture<'a, Result<(), FileError>> {
        Box::pin(async move {
            let name = name(id);
            let url = PutObject::new(&self.bucket, Some(&self.credentials), &name).sign(SIGNED);
            let (to, from) = tokio::sync::mpsc::channel::<Result<Bytes, FileError>>(AHEAD);
            let pieces = stream::unfold(from, |mut from| async move { Some((from.recv().await?, from)) });
            let sent = self
                .http
                .put(url)
                .header(CONTENT_LENGTH, size)
                .body(reqwest::Body::wrap_stream(pieces))
                .send();
            let fed = async move {
                let mut n = 0;
                while let Some(piece) = content.next().await {
                    let piece = match piece {
                        Ok(piece) => piece,
                        Err(why) => {
                            // The store must not take what is here so far for the whole.
                            let _ = to.send(Err(FileError::Broken)).await;
                            return Err(why);
                        }
                    };
                    n += piece.len() as u64;
                    if to.send(Ok(piece)).await.is_err() {
                        // The store has answered already, or is gone: its answer tells.
                        return Ok(());
                    }
                }
                if n == size { Ok(()) } else { Err(FileError::Broken) }
            };
            let (fed, sent) = tokio::join!(fed, sent);
            fed?;
            done(sent).map(|_| ())
        })
    }

    fn get(&self, id: AttachmentId) -> Content<'static> {
        let name = name(id);
        let url = GetObject::new(&self.bucket, Some(&self.credentials), &name).sign(SIGNED);
        let asked = self.http.get(url).send();
        stream::once(async move { Ok::<_, FileError>(done(asked.await)?.bytes_stream().map_err(away)) })
            .try_flatten()
            .boxed()
    }

    fn remove(&self, id: AttachmentId) -> BoxFuture<'_, Result<(), FileError>> {
        Box::pin(async move {
            let name = name(id);
            let url = DeleteObject::new(&self.bucket, Some(&self.credentials), &name).sign(SIGNED);
            match self.http.delete(url).send().await {
                Ok(answer) if answer.status() == reqwest::StatusCode::NOT_FOUND => Ok(()),
                answer => done(answer).map(|_| ()),
            }
        })
    }
}
