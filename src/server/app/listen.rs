//! Taking connections: TLS where it is configured, and patience with slow clients that has an end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::tls::Tls;

/// Largest head of a request in bytes: the longest access token fits, with room for the rest.
const LARGEST_HEAD: usize = 32 * 1024;
/// Most header lines of a request.
const MOST_HEADERS: usize = 64;
/// How long a client may take to agree on encryption.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How connections are taken.
#[derive(Debug, Clone)]
pub struct Taking {
    /// How long the head of a request may take to arrive, and how long a connection may lie idle.
    pub head: Duration,
    /// Connections at once; more have to wait.
    pub most: usize,
    /// Encryption.
    pub tls: Option<Tls>,
}

/// Serves until it is told to stop; then lets what is being worked on end, for as long as the caller waits.
pub async fn serve(listener: TcpListener, app: Router, taking: Taking, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(taking.most.max(1)));
    let tasks = TaskTracker::new();
    loop {
        let place = tokio::select! {
            place = Arc::clone(&room).acquire_owned() => place,
            () = stop.cancelled() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or a client that went away: neither ends the server.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (app, taking, stop) = (app.clone(), taking.clone(), stop.clone());
        tasks.spawn(async move {
            let _place = place;
            stream.set_nodelay(true).ok();
            match &taking.tls {
                None => connection(stream, peer, app, taking.head, stop).await,
                Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(stream, peer, app, taking.head, stop).await,
                    Ok(Err(error)) => tracing::debug!(%error, "no encryption was agreed on"),
                    Err(_) => tracing::debug!("a client took too long to agree on encryption"),
                },
            }
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn connection<S>(stream: S, peer: SocketAddr, app: Router, head: Duration, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let app = app.clone();
        async move {
            let answer = app.oneshot(request.map(axum::body::Body::new)).await;
            Ok::<_, Infallible>(answer.unwrap_or_else(|never| match never {}))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
