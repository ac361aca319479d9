//! A way to the backend on which anything happens: requests and answers get lost, come late, and come twice.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
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

    /// Another row that the same seed decides, for somebody of their own.
    pub fn of(&self, whose: u64) -> Self {
        let start = self.0.load(Ordering::Relaxed);
        Self::new((start ^ whose.wrapping_mul(0xd134_2543_de82_ef95)).rotate_left(29))
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

/// How often each befell one, and how many answers came from the backend.
#[derive(Debug, Default)]
pub struct Weather([AtomicU64; 7], AtomicU64);

impl Weather {
    /// Answers that came from the backend.
    pub fn answered(&self) -> u64 {
        self.1.load(Ordering::Relaxed)
    }

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
        let line = request.split(|b| *b == b'\r').next().unwrap_or_default();
        if line.windows(7).any(|part| part == b"/events") {
            return stream(&mut client, backend, &request, dice, weather).await;
        }
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
        weather.1.fetch_add(1, Ordering::Relaxed);
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

/// Passes a stream of live events on for a while, and cuts it somewhere.
async fn stream(
    client: &mut TcpStream,
    backend: SocketAddr,
    request: &[u8],
    dice: &Dice,
    weather: &Weather,
) -> Option<()> {
    let mut to = TcpStream::connect(backend).await.ok()?;
    to.write_all(request).await.ok()?;
    let bytes = 300 + dice.below(4_000);
    let mut some = to.take(bytes);
    let patience = Duration::from_millis(200 + dice.below(4_000));
    // by time or by length: it is cut
    let _ = tokio::time::timeout(patience, tokio::io::copy(&mut some, client)).await;
    weather.0[Fate::AnswerLost as usize].fetch_add(1, Ordering::Relaxed);
    None
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
                (None, Some("chunked")) => chunks(&seen[head + 4..]),
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

/// How long a chunked body is, once all of it is there.
fn chunks(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = body.get(at..)?.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&body[at..at + line]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        at += line + 2 + size + 2;
        if size == 0 {
            return (body.len() >= at).then_some(at);
        }
    }
}

/// What somebody who is told of changes has heard.
#[derive(Debug, Default)]
pub struct Heard {
    /// By the delivery's id: which action it tells of, and how often it came.
    pub deliveries: BTreeMap<String, (String, u64)>,
}

/// Starts somebody who is told of changes by webhook, and who hangs up, dithers and says "not now" by luck; gives back
/// their address.
pub async fn receiver(dice: Dice) -> (String, Arc<Mutex<Heard>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let heard = Arc::new(Mutex::new(Heard::default()));
    let ear = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (dice, ear) = (dice.clone(), Arc::clone(&ear));
            tokio::spawn(async move { hear(client, &dice, &ear).await });
        }
    });
    (address, heard)
}

async fn hear(mut client: TcpStream, dice: &Dice, ear: &Mutex<Heard>) -> Option<()> {
    let request = message(&mut client, &mut Vec::new()).await?;
    let luck = dice.below(12);
    if luck == 0 {
        return None;
    }
    let mut status = "200 OK";
    if luck == 1 {
        status = "503 Service Unavailable";
    } else {
        let (head, body) = split(&request)?;
        let id = head
            .lines()
            .find_map(|line| line.strip_prefix("x-desk-delivery:"))?;
        let body: serde_json::Value = serde_json::from_slice(body).ok()?;
        let action = body["action_id"].as_str()?.to_owned();
        let mut heard = ear.lock().expect("not poisoned");
        let known = heard.deliveries.entry(id.trim().to_owned());
        let (whose, times) = known.or_insert_with(|| (action.clone(), 0));
        assert_eq!(*whose, action, "one id tells of one action");
        *times += 1;
    }
    match luck {
        // heard, and nobody learns of it
        2 => return None,
        3 => tokio::time::sleep(Duration::from_millis(dice.below(LATE))).await,
        _ => {}
    }
    let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    client.write_all(answer.as_bytes()).await.ok()
}

/// Head, in small letters, and body.
fn split(message: &[u8]) -> Option<(String, &[u8])> {
    let head = message.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&message[..head]).to_ascii_lowercase();
    Some((text, &message[head + 4..]))
}
