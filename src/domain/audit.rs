//! The audit: what an entry says, its canonical bytes, and the chain of hashes that shows any change.
//!
//! An entry is sealed when it has got its place (`seq`, gapless from 1) and its hash
//! `h = SHA-256(previous hash || canonical bytes)`; before the first entry stand 32 zero bytes. The canonical bytes are
//! the text `tokendesk-audit-1` and then every field in the order of [`AuditEntry`]: one byte 0 for a field that is
//! absent, else one byte 1, the length of its text as 4 bytes (big endian) and the text in UTF-8. Lengths come first,
//! so no two entries share their bytes. Numbers are decimal text, moments are microseconds since 1970 (decimal text),
//! identifiers are hyphenated lower case.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::id::{AgentId, AuditId, IntentKey, SessionId, TicketId};
use super::permission::Role;
use super::time::Moment;

/// Marks the layout of the canonical bytes; another layout gets another mark.
const LAYOUT: &[u8] = b"tokendesk-audit-1";

/// Whether something was done or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Denied,
}

impl Outcome {
    /// The word for it in JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Denied => "denied",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Denied].into_iter().find(|o| o.word() == word)
    }
}

/// Who did what to what, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Identifier.
    pub id: AuditId,
    /// When it was done.
    pub at: Moment,
    /// Who did it; `None`: the backend itself.
    pub actor_id: Option<AgentId>,
    /// Employee id and name of that person at that time.
    pub actor_name: String,
    /// What they were then.
    pub role: Option<Role>,
    /// In which sign-in.
    pub session_id: Option<SessionId>,
    /// What was done, such as `token.add`, `account.view` or `account.reveal`.
    pub verb: String,
    /// Kind of the thing it was done to, such as `token`.
    pub subject_kind: String,
    /// Identifier of that thing; opaque, never personal data.
    pub subject_id: String,
    /// Whether it was done.
    pub outcome: Outcome,
    /// Why, as the person gave it; may be empty.
    pub reason: String,
    /// The thing before, as JSON.
    pub before: Option<String>,
    /// The thing after, as JSON.
    pub after: Option<String>,
    /// For which ticket.
    pub ticket_id: Option<TicketId>,
    /// By which intent.
    pub intent_key: Option<IntentKey>,
    /// In which request; may be empty.
    pub request_id: String,
}

impl AuditEntry {
    /// The bytes that are hashed for the entry at place `seq`.
    #[must_use]
    pub fn canonical(&self, seq: i64) -> Vec<u8> {
        let mut out = LAYOUT.to_vec();
        let mut put = |text: Option<&str>| match text {
            None => out.push(0),
            Some(text) => {
                out.push(1);
                out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
        };
        put(Some(&seq.to_string()));
        put(Some(&self.id.to_string()));
        put(Some(&self.at.micros().to_string()));
        put(self.actor_id.map(|id| id.to_string()).as_deref());
        put(Some(&self.actor_name));
        put(self.role.map(Role::word));
        put(self.session_id.map(|id| id.to_string()).as_deref());
        put(Some(&self.verb));
        put(Some(&self.subject_kind));
        put(Some(&self.subject_id));
        put(Some(self.outcome.word()));
        put(Some(&self.reason));
        put(self.before.as_deref());
        put(self.after.as_deref());
        put(self.ticket_id.map(|id| id.to_string()).as_deref());
        put(self.intent_key.map(|key| key.to_string()).as_deref());
        put(Some(&self.request_id));
        out
    }

    /// Gives the entry its place behind the head of the chain.
    #[must_use]
    pub fn seal(self, head: Head) -> Sealed {
        let seq = head.seq.saturating_add(1);
        let hash = Hash::of(head.hash, &self.canonical(seq));
        Sealed {
            seq,
            hash,
            entry: self,
        }
    }
}

/// A hash of the chain; in JSON, SQL and for people 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What stands before the first entry.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of an entry behind `previous`.
    #[must_use]
    pub fn of(previous: Self, canonical: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update(previous.0)
                .chain_update(canonical)
                .finalize()
                .into(),
        )
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// A text that is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct NoHash;

impl std::str::FromStr for Hash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NoHash);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NoHash)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NoHash)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// An entry in its place. One JSON line of an exported audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Its place, from 1, without gaps.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
    /// The entry.
    #[serde(flatten)]
    pub entry: AuditEntry,
}

/// A place in the chain and the hash there: the end of what has been sealed, or a checkpoint that was kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Place of the last entry; 0 before the first.
    pub seq: i64,
    /// Hash of the last entry.
    pub hash: Hash,
}

impl Head {
    /// The empty chain.
    pub const START: Self = Self {
        seq: 0,
        hash: Hash::ZERO,
    };
}

/// The first thing that is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The entry does not have the hash that its content and its predecessor give.
    #[error("entry {seq} ({id}) has been altered, or the hash of the entry before it has")]
    Altered {
        /// Its place.
        seq: i64,
        /// Its identifier.
        id: AuditId,
    },
    /// Entries are missing.
    #[error("entries {from} to {to} have been removed")]
    Removed {
        /// The first missing place.
        from: i64,
        /// The last missing place.
        to: i64,
    },
    /// The entry stands behind one that it has to stand before, or is there twice.
    #[error("entry {seq} ({id}) is out of order: entry {expected} has to stand here")]
    Reordered {
        /// Its place by its own number.
        seq: i64,
        /// Its identifier.
        id: AuditId,
        /// The place that it was found at.
        expected: i64,
    },
    /// The chain agrees with itself and not with a checkpoint.
    #[error(
        "entry {seq} is not the one that the checkpoint saw; the chain has been rewritten at or before it"
    )]
    Rewritten {
        /// The checkpoint's place.
        seq: i64,
    },
    /// The chain ends before a checkpoint.
    #[error("the chain ends at entry {last}, but a checkpoint saw entry {seen}: the tail has been cut")]
    Cut {
        /// Place of the last entry.
        last: i64,
        /// The checkpoint's place.
        seen: i64,
    },
}

/// Checks entries in the order in which they were stored, from behind `start`, against themselves and against
/// checkpoints that were kept elsewhere (in any order; those at or before `start` count at `start` alone).
///
/// # Errors
/// The first thing that is wrong.
pub fn verify<'a>(
    entries: impl IntoIterator<Item = &'a Sealed>,
    start: Head,
    checkpoints: &[Head],
) -> Result<Head, Broken> {
    let mut chain = Verifier::new(start, checkpoints)?;
    for sealed in entries {
        chain.next(sealed)?;
    }
    chain.finish()
}

/// Checks a chain entry by entry, for those who read it in pages.
#[derive(Debug, Clone)]
pub struct Verifier {
    head: Head,
    checkpoints: std::collections::BTreeMap<i64, Hash>,
}

impl Verifier {
    /// Begins behind `start`.
    ///
    /// # Errors
    /// When a checkpoint contradicts `start`, or two checkpoints contradict each other.
    pub fn new(start: Head, checkpoints: &[Head]) -> Result<Self, Broken> {
        let mut known = std::collections::BTreeMap::new();
        for checkpoint in checkpoints {
            let other = known.insert(checkpoint.seq, checkpoint.hash);
            if other.is_some_and(|other| other != checkpoint.hash) {
                return Err(Broken::Rewritten { seq: checkpoint.seq });
            }
        }
        let verifier = Self {
            head: start,
            checkpoints: known,
        };
        verifier.at_checkpoint()?;
        Ok(verifier)
    }

    /// Checks the next entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn next(&mut self, sealed: &Sealed) -> Result<(), Broken> {
        let expected = self.head.seq.saturating_add(1);
        let id = sealed.entry.id;
        match sealed.seq.cmp(&expected) {
            std::cmp::Ordering::Greater => {
                return Err(Broken::Removed {
                    from: expected,
                    to: sealed.seq - 1,
                });
            }
            std::cmp::Ordering::Less => {
                return Err(Broken::Reordered {
                    seq: sealed.seq,
                    id,
                    expected,
                });
            }
            std::cmp::Ordering::Equal => {}
        }
        if Hash::of(self.head.hash, &sealed.entry.canonical(sealed.seq)) != sealed.hash {
            return Err(Broken::Altered { seq: sealed.seq, id });
        }
        self.head = Head {
            seq: sealed.seq,
            hash: sealed.hash,
        };
        self.at_checkpoint()
    }

    /// The end of what has been checked.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Ends the check; gives the end of the chain.
    ///
    /// # Errors
    /// When a checkpoint saw more than there is.
    pub fn finish(self) -> Result<Head, Broken> {
        match self.checkpoints.last_key_value() {
            Some((seen, _)) if *seen > self.head.seq => Err(Broken::Cut {
                last: self.head.seq,
                seen: *seen,
            }),
            _ => Ok(self.head),
        }
    }

    fn at_checkpoint(&self) -> Result<(), Broken> {
        match self.checkpoints.get(&self.head.seq) {
            Some(hash) if *hash != self.head.hash => Err(Broken::Rewritten { seq: self.head.seq }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(n: u64) -> AuditEntry {
        AuditEntry {
            id: AuditId(uuid::Uuid::from_u64_pair(7, n)),
            at: Moment::EPOCH.plus_seconds(60),
            actor_id: Some(AgentId(uuid::Uuid::from_u64_pair(1, 1))),
            actor_name: "A-1042 Given Family".into(),
            role: Some(Role::Agent),
            session_id: None,
            verb: "token.remove".into(),
            subject_kind: "token".into(),
            subject_id: format!("t-{n}"),
            outcome: Outcome::Done,
            reason: "1 customer_request".into(),
            before: Some("{}".into()),
            after: None,
            ticket_id: None,
            intent_key: None,
            request_id: String::new(),
        }
    }

    fn chain(length: u64) -> Vec<Sealed> {
        let mut head = Head::START;
        (1..=length)
            .map(|n| {
                let sealed = entry(n).seal(head);
                head = Head {
                    seq: sealed.seq,
                    hash: sealed.hash,
                };
                sealed
            })
            .collect()
    }

    #[test]
    fn the_layout_of_the_canonical_bytes_is_fixed() {
        // Changing the layout orphans every chain ever sealed: give it a new mark instead of a new number here.
        let bytes = entry(1).canonical(1);
        assert!(bytes.starts_with(b"tokendesk-audit-1\x01\x00\x00\x00\x011\x01\x00\x00\x00\x24"));
        assert_eq!(
            chain(2)[1].hash.to_string(),
            "050404927bc2690c64c2b9c10b2fca4999200849e8f82fdf622de8c6dbd5f7c1"
        );
    }

    #[test]
    fn absent_and_empty_differ_and_text_never_flows_into_its_neighbour() {
        let (mut absent, mut empty) = (entry(1), entry(1));
        absent.before = None;
        empty.before = Some(String::new());
        assert_ne!(absent.canonical(1), empty.canonical(1));
        let (mut left, mut right) = (entry(1), entry(1));
        (left.verb, left.subject_kind) = ("ab".into(), "c".into());
        (right.verb, right.subject_kind) = ("a".into(), "bc".into());
        assert_ne!(left.canonical(1), right.canonical(1));
    }

    #[test]
    fn removed_reordered_cut_and_rewritten_chains_are_named() {
        let whole = chain(6);
        let end = Head {
            seq: 6,
            hash: whole[5].hash,
        };
        assert_eq!(verify(&whole, Head::START, &[end]), Ok(end));
        assert_eq!(
            verify(
                &whole[3..],
                Head {
                    seq: 3,
                    hash: whole[2].hash
                },
                &[]
            ),
            Ok(end),
            "from a checkpoint on"
        );

        let mut removed = whole.clone();
        removed.drain(2..4);
        assert_eq!(
            verify(&removed, Head::START, &[]),
            Err(Broken::Removed { from: 3, to: 4 })
        );
        let mut swapped = whole.clone();
        swapped.swap(2, 3);
        assert_eq!(
            verify(&swapped, Head::START, &[]),
            Err(Broken::Removed { from: 3, to: 3 })
        );
        let mut twice = whole.clone();
        twice.insert(3, whole[1].clone());
        let id = whole[1].entry.id;
        assert_eq!(
            verify(&twice, Head::START, &[]),
            Err(Broken::Reordered {
                seq: 2,
                id,
                expected: 4
            })
        );
        assert_eq!(
            verify(&whole[..4], Head::START, &[end]),
            Err(Broken::Cut { last: 4, seen: 6 })
        );
        let other = Head {
            seq: 4,
            hash: Hash::ZERO,
        };
        assert_eq!(
            verify(&whole, Head::START, &[other]),
            Err(Broken::Rewritten { seq: 4 })
        );
    }

    #[test]
    fn sealed_entries_survive_json() {
        let sealed = chain(1).remove(0);
        let json = serde_json::to_string(&sealed).expect("serializes");
        assert_eq!(serde_json::from_str::<Sealed>(&json).expect("reads back"), sealed);
        assert!("xyz".parse::<Hash>().is_err() && "é".repeat(32).parse::<Hash>().is_err());
    }

    proptest! {
        #[test]
        fn any_altered_field_is_found_at_its_entry(at in 0usize..5, which in 0usize..9, text in "\\PC{1,9}") {
            let mut entries = chain(5);
            let entry = &mut entries[at].entry;
            let old = entry.clone();
            match which {
                0 => entry.actor_name = text,
                1 => entry.verb = text,
                2 => entry.subject_id = text,
                3 => entry.reason = text,
                4 => entry.before = Some(text),
                5 => entry.after = Some(text),
                6 => entry.outcome = Outcome::Denied,
                7 => entry.at = entry.at.plus_seconds(1),
                _ => entry.role = None,
            }
            prop_assume!(old != *entry);
            let seq = i64::try_from(at).expect("small") + 1;
            let id = entries[at].entry.id;
            prop_assert_eq!(verify(&entries, Head::START, &[]), Err(Broken::Altered { seq, id }));
        }
    }
}
