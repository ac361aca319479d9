//! What the desk costs at a terminal: the real program in a pseudo-terminal of 120×40, on a wallet of 100,000 tokens,
//! key by key, beside an echo and, if one is named, beside another program that shows the same rows.
//!
//!     cargo bench --bench desk
//!     cargo bench --bench desk -- --peer 'csvlens {csv}'
//!
//! Times are medians and depend on the machine; compare them within one run. Bytes do not.

mod terminal;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use portable_pty::CommandBuilder;
use tempfile::TempDir;
use tokendesk::config::sections::Limits;
use tokendesk::demo::seed::{self, SeedOptions};
use tokendesk::demo::{self, DemoOptions, RunningDemo};
use tokendesk::domain::profile::Profile;
use tokendesk::domain::time::{Clock as _, SystemClock};

use terminal::{Answer, SIZE, Terminal};

const DOWN: &str = "\x1b[B";
const PAGE_DOWN: &str = "\x1b[6~";
const HOME: &str = "\x1b[H";
const END: &str = "\x1b[F";
/// Longer than the rest after which the detail pane follows the cursor.
const REST: Duration = Duration::from_millis(400);

/// What is asked of every program: a name, keys that lead there, the keys that are measured, how often.
type Step = (&'static str, String, String, usize);

fn steps() -> Vec<Step> {
    let step = |name, before: &str, keys: &str, times| (name, before.to_owned(), keys.to_owned(), times);
    vec![
        step("cursor down in view", HOME, DOWN, 15),
        step("cursor down, scrolling", &DOWN.repeat(60), DOWN, 25),
        step("page down", HOME, PAGE_DOWN, 15),
        step("100 keys in one write", HOME, &DOWN.repeat(100), 5),
        step("to the last row", HOME, END, 1),
        step("to the first row", "", HOME, 1),
    ]
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut peer, mut tokens) = (None, 100_000);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--peer" => peer = Some(arguments.next().context("--peer takes a command")?),
            "--tokens" => tokens = arguments.next().context("--tokens takes a number")?.parse()?,
            // cargo's own word for a benchmark run
            _ => {}
        }
    }
    let runtime = tokio::runtime::Runtime::new()?;
    say("start of `tokendesk demo` (release build)")?;
    starts()?;
    let home = tempfile::tempdir()?;
    let demo = runtime.block_on(filled(tokens))?;
    let mut echo = Terminal::start(echo_command())?;
    std::thread::sleep(Duration::from_millis(300));
    let mut desk = open_desk(&runtime, &demo, &home)?;
    let mut beside = match peer {
        Some(command) => Some(open_peer(&command, tokens, home.path())?),
        None => None,
    };
    say(&format!(
        "\nkeys, in a wallet of {tokens} tokens at {}×{}",
        SIZE.0, SIZE.1
    ))?;
    say(&format!(
        "{:<26}{:>9}{:>10}{:>9}{:>10}{:>12}{:>10}",
        "", "desk ms", "bytes", "echo ms", "peer ms", "peer bytes", "ratio"
    ))?;
    for (name, before, keys, times) in steps() {
        let mut taken = [Vec::new(), Vec::new(), Vec::new()];
        lead(&mut desk, &before)?;
        if let Some(peer) = &mut beside {
            lead(peer, &before)?;
        }
        // In turns, so that all of them meet the same moments of the machine.
        for _ in 0..times {
            taken[0].push(measured(&mut desk, &keys)?);
            taken[1].push(measured(&mut echo, "x")?);
            if let Some(peer) = &mut beside {
                taken[2].push(measured(peer, &keys)?);
            }
        }
        report(name, &taken)?;
    }
    filters(&mut desk)?;
    idle(&mut desk)?;
    drop(desk);
    runtime.block_on(demo.shutdown());
    Ok(())
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

fn binary(home: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
    command.env_clear();
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command
}

/// From the start of the demo to its first byte, its first frame and its sign-in code, five times.
fn starts() -> Result<()> {
    let mut rows = Vec::new();
    for _ in 0..5 {
        let home = tempfile::tempdir()?;
        let mut command = binary(home.path());
        command.arg("demo");
        let mut terminal = Terminal::start(command)?;
        let first = terminal.first_byte()?;
        let code = terminal.shows("Copy code")?;
        rows.push((first, code));
    }
    rows.sort_unstable();
    let (first, _) = rows.get(rows.len() / 2).context("five runs")?;
    let mut codes: Vec<_> = rows.iter().map(|(_, code)| *code).collect();
    codes.sort_unstable();
    let code = codes.get(codes.len() / 2).context("five runs")?;
    say(&format!(
        "  first byte {:.0} ms, sign-in code {:.0} ms (medians of 5)",
        ms(*first),
        ms(*code)
    ))?;
    Ok(())
}

/// A demo with one large wallet; says how long the demo's own data take, too.
async fn filled(tokens: usize) -> Result<RunningDemo> {
    let profile = Profile::shipped("extracare")?;
    let options = || DemoOptions {
        listen: "127.0.0.1:0".to_owned(),
        database: None,
        profile: profile.clone(),
        limits: Limits::default(),
        clock: Arc::new(SystemClock),
    };
    let usual = demo::start(options()).await.map_err(anyhow::Error::msg)?;
    let begun = Instant::now();
    let mut wallets = None;
    let sizes = SeedOptions::new(SystemClock.now());
    let all = sizes.tokens as u64;
    seed::seed(&usual.store, &sizes, |done| {
        if done.tokens == all {
            wallets.get_or_insert_with(|| begun.elapsed());
        }
    })
    .await?;
    say(&format!(
        "  its data: all wallets after {:.1} s, everything after {:.1} s",
        wallets.unwrap_or_default().as_secs_f64(),
        begun.elapsed().as_secs_f64()
    ))?;
    usual.shutdown().await;
    let demo = demo::start(options()).await.map_err(anyhow::Error::msg)?;
    let sizes = SeedOptions {
        accounts: 2,
        tokens: tokens + 23,
        largest: tokens,
        tickets: 1,
        ..SeedOptions::new(SystemClock.now())
    };
    seed::seed(&demo.store, &sizes, |_| {}).await?;
    Ok(demo)
}

fn open_desk(runtime: &tokio::runtime::Runtime, demo: &RunningDemo, home: &TempDir) -> Result<Terminal> {
    let config = demo.write_config()?;
    let mut command = binary(home.path());
    command.args([std::ffi::OsStr::new("--config"), config.as_os_str()]);
    let mut desk = Terminal::start(command)?;
    desk.shows("Copy code")?;
    let page = sign_in_page(&desk.text()).context("the sign-in screen shows address and code")?;
    runtime
        .block_on(demo::idp::approve(&reqwest::Client::new(), &page, "amara"))
        .map_err(|error| anyhow::anyhow!("{error:?}"))?;
    desk.shows("● live")?;
    desk.press(seed::LARGEST_EMAIL)?;
    desk.press("\r")?;
    desk.quiet(REST);
    let rows = desk.until("\r", |text| {
        rows_of(
            text,
            &["active", "used", "expired", "shared", "removed", "disputed"],
        ) >= 10
    })?;
    say(&format!(
        "\nfirst rows of the wallet after the key: {:.0} ms",
        ms(rows)
    ))?;
    desk.shows("Is this the right account?")?;
    desk.press("c")?;
    desk.shows("Confirmed")?;
    // Until the toast has gone and the wallet's counts have come.
    desk.quiet(Duration::from_secs(5));
    Ok(desk)
}

/// Lines that show one of these words.
fn rows_of(text: &str, words: &[&str]) -> usize {
    let shows = |line: &&str| words.iter().any(|word| line.contains(word));
    text.lines().filter(shows).count()
}

/// From a filter that is pasted, which is asked for at once, to its first rows.
fn filters(desk: &mut Terminal) -> Result<()> {
    for (query, word) in [("state:removed", "removed"), ("state:disputed", "disputed")] {
        desk.press("/")?;
        desk.quiet(REST);
        // over whatever the line held before
        let keys = format!("\x15\x1b[200~{query}\x1b[201~");
        let rows = desk.until(&keys, |text| rows_of(text, &[word]) >= 10)?;
        say(&format!("first rows of the filter {query}: {:.0} ms", ms(rows)))?;
        desk.press("\r")?;
        desk.quiet(REST);
    }
    Ok(())
}

/// The page that approves the sign-in, as a person reads it off the screen.
fn sign_in_page(shown: &str) -> Option<String> {
    let address = shown
        .split_whitespace()
        .find(|word| word.starts_with("http://"))?;
    let boxed = shown.lines().find(|line| line.contains('┃'))?;
    let code: String = boxed.split('┃').nth(1)?.split_whitespace().collect();
    Some(format!("{address}?user_code={code}"))
}

/// The floor: a program that answers each key with itself.
fn echo_command() -> CommandBuilder {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "stty raw -echo; exec cat"]);
    command
}

/// Another program on rows like the wallet's; `{csv}` in its command is a file with them.
fn open_peer(command: &str, rows: usize, home: &Path) -> Result<Terminal> {
    let csv = home.join("rows.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&csv)?);
    writeln!(
        file,
        "name,state,value,merchant,location,claimed,expires,campaign,reference"
    )?;
    for n in 0..rows {
        writeln!(
            file,
            "Extra Care offer {},expired,${}.00,Merchant {},City {},2025-{:02}-{:02},2026-{:02}-{:02},campaign-{},TK-{n:010}",
            n % 320,
            n % 40,
            n % 90,
            n % 70,
            n % 12 + 1,
            n % 28 + 1,
            n % 12 + 1,
            n % 28 + 1,
            n % 25
        )?;
    }
    file.flush()?;
    let text = command.replace("{csv}", &csv.display().to_string());
    let mut words = text.split_whitespace();
    let mut command = CommandBuilder::new(words.next().context("--peer takes a command")?);
    command.args(words);
    command.env("TERM", "xterm-256color");
    let mut peer = Terminal::start(command)?;
    peer.shows("Extra Care offer")?;
    peer.quiet(Duration::from_millis(500));
    Ok(peer)
}

fn lead(terminal: &mut Terminal, keys: &str) -> Result<()> {
    if !keys.is_empty() {
        terminal.press(keys)?;
    }
    terminal.quiet(REST);
    Ok(())
}

/// One answer, after which the program comes to rest unmeasured.
fn measured(terminal: &mut Terminal, keys: &str) -> Result<Answer> {
    let answer = terminal.press(keys)?;
    terminal.quiet(REST);
    Ok(answer)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn middle(answers: &[Answer]) -> Option<(f64, usize)> {
    let mut times: Vec<_> = answers.iter().map(|answer| answer.time).collect();
    let mut bytes: Vec<_> = answers.iter().map(|answer| answer.bytes).collect();
    times.sort_unstable();
    bytes.sort_unstable();
    Some((ms(*times.get(times.len() / 2)?), *bytes.get(bytes.len() / 2)?))
}

fn report(name: &str, [desk, echo, peer]: &[Vec<Answer>; 3]) -> Result<()> {
    let (time, bytes) = middle(desk).context("measured")?;
    let (floor, _) = middle(echo).context("measured")?;
    let rest = middle(peer).map_or(String::new(), |(other, others)| {
        format!("{other:>10.2}{others:>12}{:>10.2}", time / other)
    });
    say(&format!("{name:<26}{time:>9.2}{bytes:>10}{floor:>9.2}{rest}"))
}

/// Bytes and CPU of ten seconds without a key, and the memory so far (Linux tells both).
fn idle(desk: &mut Terminal) -> Result<()> {
    desk.quiet(Duration::from_secs(3));
    let Some(process) = desk.process() else {
        return Ok(());
    };
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let fields: Vec<u64> = stat
            .rsplit(')')
            .next()?
            .split_whitespace()
            .map(|f| f.parse().unwrap_or(0))
            .collect();
        Some(fields.get(11)? + fields.get(12)?)
    };
    let before = ticks();
    let end = Instant::now() + Duration::from_secs(10);
    let mut bytes = 0;
    while Instant::now() < end {
        bytes += desk.quiet(Duration::from_secs(1));
    }
    say(&format!("\n10 s without a key: {bytes} bytes written"))?;
    if let (Some(before), Some(after)) = (before, ticks()) {
        say(&format!("  CPU: {} clock ticks of 10 ms", after - before))?;
    }
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) {
        let peak = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap_or_default();
        say(&format!(
            "  peak memory of the desk: {}",
            peak.trim_start_matches("VmHWM:").trim()
        ))?;
    }
    Ok(())
}
