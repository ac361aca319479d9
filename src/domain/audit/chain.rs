//! Checking a chain of entries: against itself, and against checkpoints that were kept elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Hash, LAYOUT, Sealed};
use crate::domain::id::{AccountId, AuditId};

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
    /// The texts of an entry are not those that were sealed with it.
    #[error("the texts of entry {seq} ({id}) have been altered or taken away")]
    Texts {
        /// Its place.
        seq: i64,
        /// Its identifier.
        id: AuditId,
    },
    /// The texts of an entry were erased, but nothing on record says that they were to be.
    #[error("the texts of entry {seq} were erased, and no erasure of that customer is on record")]
    Unrecorded {
        /// Its place.
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
    checkpoints: BTreeMap<i64, Hash>,
    /// About whom texts are gone, and where first.
    erased: BTreeMap<Option<AccountId>, i64>,
    /// Whose erasure is on record.
    recorded: BTreeSet<AccountId>,
}

impl Verifier {
    /// Begins behind `start`.
    ///
    /// # Errors
    /// When a checkpoint contradicts `start`, or two checkpoints contradict each other.
    pub fn new(start: Head, checkpoints: &[Head]) -> Result<Self, Broken> {
        let mut known = BTreeMap::new();
        for checkpoint in checkpoints {
            let other = known.insert(checkpoint.seq, checkpoint.hash);
            if other.is_some_and(|other| other != checkpoint.hash) {
                return Err(Broken::Rewritten { seq: checkpoint.seq });
            }
        }
        let verifier = Self {
            head: start,
            checkpoints: known,
            erased: BTreeMap::new(),
            recorded: BTreeSet::new(),
        };
        verifier.at_checkpoint()?;
        Ok(verifier)
    }

    /// Checks the next entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn next(&mut self, sealed: &Sealed) -> Result<(), Broken> {
        let work = Work::on(sealed, self.head.hash);
        self.next_with(sealed, work)
    }

    /// The same, with the work of hashing done before, perhaps elsewhere.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn next_with(&mut self, sealed: &Sealed, work: Work) -> Result<(), Broken> {
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
        let work = if work.behind == self.head.hash {
            work
        } else {
            Work::on(sealed, self.head.hash)
        };
        // a mark that no build ever wrote stands for no bytes at all
        let known = (1..=LAYOUT).contains(&sealed.entry.layout);
        if !known || work.hash != sealed.hash {
            return Err(Broken::Altered { seq: sealed.seq, id });
        }
        if !work.texts {
            return Err(Broken::Texts { seq: sealed.seq, id });
        }
        self.remember(sealed);
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
        if let Some((seen, _)) = self.checkpoints.last_key_value()
            && *seen > self.head.seq
        {
            return Err(Broken::Cut {
                last: self.head.seq,
                seen: *seen,
            });
        }
        let on_record = |whom: &Option<AccountId>| whom.is_some_and(|whom| self.recorded.contains(&whom));
        match self
            .erased
            .iter()
            .filter(|(whom, _)| !on_record(whom))
            .map(|(_, seq)| *seq)
            .min()
        {
            Some(seq) => Err(Broken::Unrecorded { seq }),
            None => Ok(self.head),
        }
    }

    fn remember(&mut self, sealed: &Sealed) {
        let entry = &sealed.entry;
        if entry.is_erased() {
            self.erased.entry(entry.account_id).or_insert(sealed.seq);
        }
        if entry.verb == super::ERASE
            && entry.outcome == super::Outcome::Done
            && let Some(account) = entry.account_id
        {
            self.recorded.insert(account);
        }
    }

    fn at_checkpoint(&self) -> Result<(), Broken> {
        match self.checkpoints.get(&self.head.seq) {
            Some(hash) if *hash != self.head.hash => Err(Broken::Rewritten { seq: self.head.seq }),
            _ => Ok(()),
        }
    }
}

/// The hashing that an entry's check takes: it depends on the entry and on the hash before it alone, so stretches of a
/// chain can be worked on side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    behind: Hash,
    hash: Hash,
    texts: bool,
}

impl Work {
    /// The same behind a hash that may not be known yet: then the work is left for later.
    #[must_use]
    pub fn on_known(sealed: &Sealed, behind: Option<Hash>) -> Self {
        match behind {
            Some(behind) => Self::on(sealed, behind),
            None => Self {
                // No entry stands behind a hash of its own, so this is never taken for the work done.
                behind: sealed.hash,
                hash: Hash::ZERO,
                texts: false,
            },
        }
    }

    /// Hashes an entry behind one with that hash.
    #[must_use]
    pub fn on(sealed: &Sealed, behind: Hash) -> Self {
        Self {
            behind,
            hash: sealed.expected(behind),
            texts: sealed.entry.personal_holds(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{AuditEntry, ERASE, Outcome, Salt};
    use super::*;
    use crate::domain::id::AgentId;
    use crate::domain::permission::Role;
    use crate::domain::time::Moment;

    fn entry(n: u64) -> AuditEntry {
        AuditEntry {
            id: AuditId(uuid::Uuid::from_u64_pair(7, n)),
            actor_id: Some(AgentId(uuid::Uuid::from_u64_pair(1, 1))),
            actor_name: "A-1042 Given Family".into(),
            role: Some(Role::Agent),
            address: "192.0.2.7".into(),
            verb: "token.remove".into(),
            subject_kind: "token".into(),
            subject_id: format!("t-{n}"),
            account_id: Some(account()),
            reason: "1 customer_request".into(),
            before: Some("{}".into()),
            salt: Some(Salt(uuid::Uuid::from_u64_pair(3, n))),
            ..AuditEntry::blank(Moment::EPOCH.plus_seconds(60))
        }
    }

    fn account() -> AccountId {
        AccountId(uuid::Uuid::from_u64_pair(5, 5))
    }

    /// As the first layout had it.
    fn old(n: u64) -> AuditEntry {
        AuditEntry {
            layout: 1,
            address: String::new(),
            account_id: None,
            salt: None,
            ..entry(n)
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
    fn an_entry_of_a_layout_that_was_never_written_is_none_of_ours() {
        for layout in [0, 1, 3, 99] {
            let mut sealed = chain(1);
            sealed[0].entry.layout = layout;
            assert!(
                matches!(
                    verify(&sealed, Head::START, &[]),
                    Err(Broken::Altered { seq: 1, .. })
                ),
                "{layout}"
            );
        }
    }

    #[test]
    fn the_layout_of_the_canonical_bytes_is_fixed() {
        // Changing the layout orphans every chain ever sealed: give it a new mark instead of a new number here.
        let bytes = old(1).canonical(1);
        assert!(bytes.starts_with(b"tokendesk-audit-1\x01\x00\x00\x00\x011\x01\x00\x00\x00\x24"));
        let first = old(1).seal(Head::START);
        let head = Head {
            seq: 1,
            hash: first.hash,
        };
        assert_eq!(
            old(2).seal(head).hash.to_string(),
            "050404927bc2690c64c2b9c10b2fca4999200849e8f82fdf622de8c6dbd5f7c1"
        );
        assert!(
            entry(1)
                .canonical(1)
                .starts_with(b"tokendesk-audit-2\x01\x00\x00\x00\x011\x01\x00\x00\x00\x24")
        );
        assert_eq!(
            chain(2)[1].hash.to_string(),
            "459caac8a67a1d1cbb595409cc01a7bdf4e46e9832158ce88cce46fb1d3b2960"
        );
    }

    #[test]
    fn absent_and_empty_differ_and_text_never_flows_into_its_neighbour() {
        for make in [entry, old] {
            let (mut absent, mut empty) = (make(1), make(1));
            absent.before = None;
            empty.before = Some(String::new());
            assert_ne!(absent.canonical(1), empty.canonical(1));
        }
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
    fn texts_can_be_erased_without_breaking_the_chain_but_only_on_record() {
        let mut entries: Vec<AuditEntry> = (1..=3).map(entry).collect();
        entries[1].account_id = None;
        let record = AuditEntry {
            verb: ERASE.into(),
            ..entry(4)
        };
        entries.push(record);
        let mut head = Head::START;
        let mut sealed = Vec::new();
        for entry in entries {
            let done = entry.seal(head);
            head = Head {
                seq: done.seq,
                hash: done.hash,
            };
            sealed.push(done);
        }
        let erase = |sealed: &mut Sealed| {
            sealed.entry.reason.clear();
            (sealed.entry.before, sealed.entry.after, sealed.entry.salt) = (None, None, None);
        };
        let mut erased = sealed.clone();
        erase(&mut erased[0]);
        erase(&mut erased[2]);
        assert_eq!(verify(&erased, Head::START, &[]), Ok(head));
        assert_eq!(
            verify(&erased[..3], Head::START, &[]),
            Err(Broken::Unrecorded { seq: 1 }),
            "nobody has put it on record"
        );
        erase(&mut erased[1]);
        assert_eq!(
            verify(&erased, Head::START, &[]),
            Err(Broken::Unrecorded { seq: 2 }),
            "it is about somebody else"
        );
        let mut rest = sealed.clone();
        rest[0].entry.salt = None;
        let id = rest[0].entry.id;
        assert_eq!(
            verify(&rest, Head::START, &[]),
            Err(Broken::Texts { seq: 1, id }),
            "half erased"
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
        fn any_altered_field_is_found_at_its_entry(at in 0usize..5, which in 0usize..11, text in "\\PC{1,9}") {
            let mut entries = chain(5);
            let entry = &mut entries[at].entry;
            let before = entry.clone();
            match which {
                0 => entry.actor_name = text,
                1 => entry.verb = text,
                2 => entry.subject_id = text,
                3 => entry.reason = text,
                4 => entry.before = Some(text),
                5 => entry.after = Some(text),
                6 => entry.outcome = Outcome::Denied,
                7 => entry.at = entry.at.plus_seconds(1),
                8 => entry.address = text,
                9 => entry.account_id = None,
                _ => entry.role = None,
            }
            prop_assume!(before != *entry);
            let seq = i64::try_from(at).expect("small") + 1;
            let id = entries[at].entry.id;
            let broken = if (3..=5).contains(&which) {
                Broken::Texts { seq, id }
            } else {
                Broken::Altered { seq, id }
            };
            prop_assert_eq!(verify(&entries, Head::START, &[]), Err(broken));
            let mut old_entries = vec![old(1).seal(Head::START)];
            old_entries[0].entry.reason.push('x');
            let id = old_entries[0].entry.id;
            prop_assert_eq!(verify(&old_entries, Head::START, &[]), Err(Broken::Altered { seq: 1, id }));
        }
    }
}
