//! Orders to stop.

use super::exit::Exit;

/// Comes to its end when the program is told to stop: SIGTERM, SIGINT or, where there are none, Ctrl-C. Listens from
/// the moment this returns.
pub(super) fn stop() -> Result<impl Future<Output = ()> + Send + 'static, Exit> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let listen =
            |kind| signal(kind).map_err(|error| Exit::failed(format!("signals cannot be heard: {error}")));
        let mut terminate = listen(SignalKind::terminate())?;
        let mut interrupt = listen(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
