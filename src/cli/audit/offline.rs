//! Checking an exported chain without any backend: line by line, the hashing spread over all cores.

use std::io::BufRead;
use std::path::Path;

use crate::domain::audit::chain::{Broken, Work};
use crate::domain::audit::checkpoint::Checkpoint;
use crate::domain::audit::{Hash, Head, Sealed, Verifier};

use super::super::exit::{Exit, USAGE};

/// Lines that are worked on at once.
const STRETCH: usize = 8_192;
/// Longest line that is read.
const LONGEST: usize = 16 << 20;

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Entries that held.
    pub checked: u64,
    /// Where the check got to.
    pub head: Head,
    /// The first thing that is wrong.
    pub broken: Option<String>,
}

/// Checks an export against itself and against checkpoints.
///
/// # Errors
/// When it cannot be read. What is wrong with the chain is no error.
pub(crate) fn check(mut lines: impl BufRead, heads: &[Head]) -> Result<Verdict, String> {
    let mut verdict = Verdict {
        checked: 0,
        head: Head::START,
        broken: None,
    };
    let mut verifier = match Verifier::new(Head::START, heads) {
        Ok(verifier) => verifier,
        Err(broken) => {
            verdict.broken = Some(broken.to_string());
            return Ok(verdict);
        }
    };
    let mut number = 0_u64;
    loop {
        let stretch = read(&mut lines)?;
        if stretch.is_empty() {
            break;
        }
        let mut entries = parse(&stretch, verifier.head().hash).into_iter();
        while let Some(parsed) = entries.next() {
            number += 1;
            let Some((sealed, work)) = parsed else {
                verdict.broken = Some(format!("line {number} is not an entry of an audit"));
                return Ok(verdict);
            };
            if let Err(broken) = verifier.next_with(&sealed, work) {
                let behind = entries.flatten().map(|(sealed, _)| sealed.seq);
                let moved = match broken {
                    Broken::Removed { from, to } => stands_behind(from..=to, behind, &mut lines)?,
                    _ => None,
                };
                verdict.broken = Some(match moved {
                    Some(seq) => format!(
                        "entry {seq} stands behind entry {}: the entries have been reordered",
                        sealed.seq
                    ),
                    None => broken.to_string(),
                });
                return Ok(verdict);
            }
            verdict.checked += 1;
            verdict.head = verifier.head();
        }
    }
    if let Err(broken) = verifier.finish() {
        verdict.broken = Some(broken.to_string());
    }
    Ok(verdict)
}

/// The lowest of the missing places that is there after all, further behind.
fn stands_behind(
    missing: std::ops::RangeInclusive<i64>,
    near: impl Iterator<Item = i64>,
    lines: &mut impl BufRead,
) -> Result<Option<i64>, String> {
    let mut lowest = near.filter(|seq| missing.contains(seq)).min();
    // Nothing lower than the first can come.
    while lowest != Some(*missing.start()) {
        let stretch = read(lines)?;
        if stretch.is_empty() {
            break;
        }
        let far = stretch
            .iter()
            .filter_map(|line| serde_json::from_slice::<Sealed>(line).ok())
            .map(|sealed| sealed.seq)
            .filter(|seq| missing.contains(seq));
        lowest = lowest.into_iter().chain(far).min();
    }
    Ok(lowest)
}

fn read(lines: &mut impl BufRead) -> Result<Vec<Vec<u8>>, String> {
    let mut stretch = Vec::with_capacity(STRETCH);
    while stretch.len() < STRETCH {
        let mut line = Vec::new();
        let limited = &mut std::io::Read::take(&mut *lines, LONGEST as u64);
        let n = limited
            .read_until(b'\n', &mut line)
            .map_err(|error| error.to_string())?;
        if n == 0 {
            break;
        }
        if n == LONGEST {
            return Err("a line is far too long for an entry of an audit".to_owned());
        }
        if !line.trim_ascii().is_empty() {
            stretch.push(line);
        }
    }
    Ok(stretch)
}

/// Parses and hashes a stretch on all cores. Each entry is hashed behind the hash that the line before claims; the
/// verifier does it anew where that claim turns out wrong.
fn parse(stretch: &[Vec<u8>], behind: Hash) -> Vec<Option<(Sealed, Work)>> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = stretch.len().div_ceil(cores).max(1);
    let mut parts: Vec<_> = std::thread::scope(|scope| {
        let at_work: Vec<_> = stretch
            .chunks(share)
            .map(|lines| scope.spawn(move || part(lines)))
            .collect();
        at_work
            .into_iter()
            .map(|thread| thread.join().unwrap_or_default())
            .collect()
    });
    // The first of each part stands behind the last of the part before, which is known only now.
    let mut behind = behind;
    for part in &mut parts {
        if let Some(Some((first, work))) = part.first_mut() {
            *work = Work::on(first, behind);
        }
        if let Some(Some((last, _))) = part.last() {
            behind = last.hash;
        }
    }
    parts.into_iter().flatten().collect()
}

fn part(lines: &[Vec<u8>]) -> Vec<Option<(Sealed, Work)>> {
    let mut behind: Option<Hash> = None;
    lines
        .iter()
        .map(|line| {
            let sealed: Sealed = serde_json::from_slice(line).ok()?;
            // The first one is hashed by whoever knows what stands before it.
            let work = Work::on_known(&sealed, behind);
            behind = Some(sealed.hash);
            Some((sealed, work))
        })
        .collect()
}

/// Reads checkpoints that were kept: one in a line, of the keys that are trusted, or with none named of any one key.
///
/// # Errors
/// When the file cannot be read or a checkpoint is not to be believed.
pub(super) fn checkpoints(path: &Path, trusted: &[String]) -> Result<Vec<Checkpoint>, Exit> {
    let wrong = |why: String| Exit::new(USAGE, "checkpoints", format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let mut found: Vec<Checkpoint> = Vec::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let at = |why: String| wrong(format!("line {}: {why}", number + 1));
        let checkpoint: Checkpoint =
            serde_json::from_str(line).map_err(|_| at("is not a checkpoint".to_owned()))?;
        checkpoint.check(trusted).map_err(|doubt| at(doubt.to_string()))?;
        if trusted.is_empty()
            && found
                .first()
                .is_some_and(|first| first.public_key != checkpoint.public_key)
        {
            return Err(at(
                "is signed with another key than those before; name the keys that you trust with --key"
                    .to_owned(),
            ));
        }
        found.push(checkpoint);
    }
    if found.is_empty() {
        return Err(wrong("holds no checkpoint".to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::AuditEntry;
    use crate::domain::audit::checkpoint::Signer;
    use crate::domain::time::Moment;

    fn export(n: usize) -> Vec<String> {
        let mut head = Head::START;
        (0..n)
            .map(|i| {
                let entry = AuditEntry {
                    reason: format!("call {i}"),
                    ..AuditEntry::blank(Moment::EPOCH)
                };
                let sealed = entry.seal(head);
                head = Head {
                    seq: sealed.seq,
                    hash: sealed.hash,
                };
                serde_json::to_string(&sealed).expect("JSON")
            })
            .collect()
    }

    fn verdict(lines: &[String]) -> Verdict {
        check(lines.join("\n").as_bytes(), &[]).expect("read")
    }

    #[test]
    fn a_long_export_holds_and_a_change_anywhere_is_named() {
        let lines = export(STRETCH + 100);
        let whole = verdict(&lines);
        assert_eq!(
            (whole.checked, whole.broken.as_deref()),
            (lines.len() as u64, None)
        );
        for at in [0, 1, STRETCH / 2, STRETCH - 1, STRETCH, lines.len() - 1] {
            let mut bad = lines.clone();
            bad[at] = bad[at].replace("call ", "nothing ");
            let told = verdict(&bad).broken.expect("broken");
            assert!(told.contains(&format!("entry {} ", at + 1)), "{told}");
            let mut gone = lines.clone();
            gone.remove(at);
            let told = verdict(&gone).broken;
            if at + 1 < lines.len() {
                let place = at + 1;
                assert_eq!(
                    told.as_deref(),
                    Some(&*format!("entries {place} to {place} have been removed"))
                );
            } else {
                assert_eq!(told, None, "a cut tail shows by a checkpoint alone");
            }
        }
        for (one, other) in [(10, 11), (3, STRETCH + 50)] {
            let mut swapped = lines.clone();
            swapped.swap(one, other);
            let told = verdict(&swapped).broken.expect("broken");
            let words = format!(
                "entry {} stands behind entry {}: the entries have been reordered",
                one + 1,
                other + 1
            );
            assert_eq!(told, words);
        }
        let mut rubbish = lines;
        rubbish[5] = "{}".to_owned();
        assert_eq!(
            verdict(&rubbish).broken.as_deref(),
            Some("line 6 is not an entry of an audit")
        );
    }

    #[test]
    fn a_cut_tail_and_a_rewritten_chain_show_by_a_checkpoint() {
        let (lines, other) = (export(20), export(20));
        let head = verdict(&lines).head;
        let cut = check(lines[..15].join("\n").as_bytes(), &[head]).expect("read");
        assert!(cut.broken.expect("cut").contains("the tail has been cut"));
        let rewritten = check(other.join("\n").as_bytes(), &[head]).expect("read");
        assert!(rewritten.broken.expect("rewritten").contains("rewritten"));
    }

    #[test]
    fn checkpoints_are_believed_by_their_signature() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("checkpoints");
        let (ours, theirs) = (
            Signer::new(&[1; 32]).expect("a signer"),
            Signer::new(&[2; 32]).expect("a signer"),
        );
        let line = |signer: &Signer| {
            let checkpoint = signer.checkpoint("extracare", Moment::EPOCH, Head::START);
            serde_json::to_string(&checkpoint).expect("JSON")
        };
        let keys = [ours.public().to_owned()];
        std::fs::write(&path, line(&ours)).expect("written");
        assert_eq!(checkpoints(&path, &keys).expect("believed").len(), 1);
        std::fs::write(&path, format!("{}\n{}\n", line(&ours), line(&theirs))).expect("written");
        assert!(checkpoints(&path, &keys).is_err() && checkpoints(&path, &[]).is_err());
        std::fs::write(&path, line(&ours).replace("\"seq\":0", "\"seq\":9")).expect("written");
        assert!(checkpoints(&path, &[]).is_err(), "forged");
    }
}
