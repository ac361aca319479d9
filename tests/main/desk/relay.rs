//! A relay between desk and backend that loses requests and answers when it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to what passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Everything passes.
    Pass,
    /// Nobody gets through, and who was connected is cut off.
    Down,
    /// Requests with this in their first line reach the backend, and from its answer on nobody gets through.
    LoseAnswer(&'static str),
    /// Requests with this in their first line get lost, and from then on nobody gets through.
    LoseRequest(&'static str),
    /// Requests with this in their first line reach the backend, and their answers never come.
    Hold(&'static str),
    /// Every answer takes this long.
    Slow(Duration),
}

/// A relay at work on a port of its own. It ends with the test.
#[derive(Clone)]
pub(crate) struct Relay {
    address: SocketAddr,
    rule: Arc<watch::Sender<Rule>>,
    /// How often a rule has lost something.
    lost: Arc<watch::Sender<usize>>,
    backend: SocketAddr,
}

impl Relay {
    /// Starts relaying to that backend.
    pub(crate) async fn start(backend: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let relay = Self {
            address: listener.local_addr().expect("an address"),
            rule: Arc::new(watch::Sender::new(Rule::Pass)),
            lost: Arc::new(watch::Sender::new(0)),
            backend,
        };
        let at_work = relay.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let relay = at_work.clone();
                tokio::spawn(async move { relay.serve(client).await });
            }
        });
        relay
    }

    /// Where the desk finds it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on.
    pub(crate) fn set(&self, rule: Rule) {
        self.rule.send_replace(rule);
    }

    /// Waits until the rule has lost something.
    pub(crate) async fn lost(&self) {
        let mut lost = self.lost.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(60), lost.wait_for(|n| *n > 0)).await;
        waited.expect("in time").expect("at work");
        self.lost.send_replace(0);
    }

    fn loses(&self, then: Rule) {
        self.rule.send_replace(then);
        self.lost.send_modify(|n| *n += 1);
    }

    async fn serve(self, client: TcpStream) {
        let mut rule = self.rule.subscribe();
        let relayed = self.clone().relay(client);
        tokio::select! {
            _ = rule.wait_for(|rule| *rule == Rule::Down) => {}
            () = relayed => {}
        }
    }

    async fn relay(self, client: TcpStream) {
        let Ok(backend) = TcpStream::connect(self.backend).await else {
            return;
        };
        let (from_client, to_client) = client.into_split();
        let (from_backend, to_backend) = backend.into_split();
        let met = Arc::new(Mutex::new(None));
        tokio::select! {
            () = self.clone().requests(from_client, to_backend, Arc::clone(&met)) => {}
            () = self.answers(from_backend, to_client, met) => {}
        }
    }

    /// Passes requests on, one after the other, and remembers the rule that one of them met.
    async fn requests(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, met: Arc<Mutex<Option<Rule>>>) {
        let mut seen = Vec::new();
        while let Some(request) = next_request(&mut from, &mut seen).await {
            let line = String::from_utf8_lossy(request.split(|b| *b == b'\r').next().unwrap_or_default())
                .into_owned();
            let rule = *self.rule.borrow();
            match rule {
                Rule::LoseRequest(what) if line.contains(what) => {
                    self.loses(Rule::Down);
                    return;
                }
                Rule::LoseAnswer(what) | Rule::Hold(what) if line.contains(what) => {
                    *met.lock().unwrap_or_else(PoisonError::into_inner) = Some(rule);
                }
                _ => {}
            }
            if to.write_all(&request).await.is_err() {
                return;
            }
        }
    }

    /// Passes answers on, unless a rule was met.
    async fn answers(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, met: Arc<Mutex<Option<Rule>>>) {
        let mut chunk = [0; 16 << 10];
        loop {
            let Ok(read @ 1..) = from.read(&mut chunk).await else {
                return;
            };
            let rule = *met.lock().unwrap_or_else(PoisonError::into_inner);
            match rule {
                Some(Rule::LoseAnswer(_)) => {
                    self.loses(Rule::Down);
                    return;
                }
                Some(Rule::Hold(_)) => {
                    self.loses(Rule::Pass);
                    // the connection stays open, and silent
                    std::future::pending::<()>().await;
                }
                _ => {}
            }
            let now = *self.rule.borrow();
            if let Rule::Slow(delay) = now {
                tokio::time::sleep(delay).await;
            }
            if to.write_all(&chunk[..read]).await.is_err() {
                return;
            }
        }
    }
}

/// One whole request, head and body. `seen` holds what was read beyond it.
async fn next_request(from: &mut OwnedReadHalf, seen: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut chunk = [0; 16 << 10];
    loop {
        if let Some(head) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&seen[..head]).to_ascii_lowercase();
            let body: usize = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            let whole = head + 4 + body;
            if seen.len() >= whole {
                let rest = seen.split_off(whole);
                return Some(std::mem::replace(seen, rest));
            }
        }
        match from.read(&mut chunk).await {
            Ok(read @ 1..) => seen.extend_from_slice(&chunk[..read]),
            _ => return None,
        }
    }
}
