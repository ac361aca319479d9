//! A way to the backend on which anything happens: requests and answers get lost, come late, and come twice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longest delay.
const LATE: u64 = 120;

/// A row of numbers that a seed decides; those who draw at the same time share it.
#[derive(Debug, Clone)]
pub struct Dice(Arc<AtomicU64>);

impl Dice {
    /// The same seed gives the same row.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    /// The next number below `most`.
    pub fn below(&self, most: u64) -> u64 {
        // SplitMix64
        let mut z = self
            .0
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
            .wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

/// What befalls a request.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Passes,
    Lost,
    AnswerLost,
    Late,
    AnswerLate,
    Repeated,
    AnswerRepeated,
}

/// How often each befell one.
#[derive(Debug, Default)]
pub struct Weather([AtomicU64; 7]);

impl Weather {
    /// Requests that something befell.
    pub fn befallen(&self) -> u64 {
        self.0.iter().skip(1).map(|n| n.load(Ordering::Relaxed)).sum()
    }
}

/// Starts such a way to a backend that may come and go; gives back its address.
pub async fn start(backend: SocketAddr, dice: Dice) -> (String, Arc<Weather>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let weather = Arc::new(Weather::default());
    let seen = Arc::clone(&weather);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (dice, weather) = (dice.clone(), Arc::clone(&seen));
            // whoever hangs up has had what they get
            tokio::spawn(async move { serve(client, backend, &dice, &weather).await });
        }
    });
    (address, weather)
}

async fn serve(mut client: TcpStream, backend: SocketAddr, dice: &Dice, weather: &Weather) -> Option<()> {
    let mut seen = Vec::new();
    loop {
        let request = message(&mut client, &mut seen).await?;
        let late = Duration::from_millis(dice.below(LATE));
        let fate = match dice.below(20) {
            0 | 1 => Fate::Lost,
            2 | 3 => Fate::AnswerLost,
            4 | 5 => Fate::Late,
            6 => Fate::AnswerLate,
            7 | 8 => Fate::Repeated,
            9 => Fate::AnswerRepeated,
            _ => Fate::Passes,
        };
        weather.0[fate as usize].fetch_add(1, Ordering::Relaxed);
        if matches!(fate, Fate::Lost) {
            return None;
        }
        if matches!(fate, Fate::Late) {
            tokio::time::sleep(late).await;
        }
        if matches!(fate, Fate::Repeated) {
            let twin = request.clone();
            tokio::spawn(async move { ask(backend, &twin).await });
        }
        let answer = ask(backend, &request).await?;
        match fate {
            Fate::AnswerLost => return None,
            Fate::AnswerLate => tokio::time::sleep(late).await,
            _ => {}
        }
        client.write_all(&answer).await.ok()?;
        if matches!(fate, Fate::AnswerRepeated) {
            client.write_all(&answer).await.ok()?;
            return None;
        }
    }
}

/// The backend's answer to one request, by a connection of its own.
async fn ask(backend: SocketAddr, request: &[u8]) -> Option<Vec<u8>> {
    let mut to = TcpStream::connect(backend).await.ok()?;
    to.write_all(request).await.ok()?;
    message(&mut to, &mut Vec::new()).await
}

/// One whole message, head and body. `seen` holds what was read beyond it.
async fn message(from: &mut TcpStream, seen: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut chunk = vec![0; 16 << 10];
    loop {
        if let Some(head) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&seen[..head]).to_ascii_lowercase();
            let told = |name: &str| {
                text.lines()
                    .find_map(|line| line.strip_prefix(name).map(str::trim))
            };
            let long = told("content-length:").and_then(|n| n.parse::<usize>().ok());
            let body = match (long, told("transfer-encoding:")) {
                (None, Some("chunked")) => seen[head + 4..]
                    .windows(5)
                    .position(|five| five == b"0\r\n\r\n")
                    .map(|end| end + 5),
                (long, _) => Some(long.unwrap_or(0)),
            };
            if let Some(whole) = body.map(|body| head + 4 + body)
                && seen.len() >= whole
            {
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
