//! The audit: what an entry says, its canonical bytes, and the chain of hashes that shows any change.
//!
//! An entry is sealed when it has got its place (`seq`, gapless from 1) and its hash
//! `h = SHA-256(previous hash || canonical bytes)`; before the first entry stand 32 zero bytes. The canonical bytes are
//! the text `tokendesk-audit-2` and then the fields in a fixed order: one byte 0 for a field that is absent, else one
//! byte 1, the length of its text as 4 bytes (big endian) and the text in UTF-8. Lengths come first, so no two entries
//! share their bytes. Numbers are decimal text, moments are microseconds since 1970 (decimal text), identifiers are
//! hyphenated lower case.
//!
//! What people wrote (reason, before, after) is not hashed itself. A hash over it and a random salt of the entry's own
//! is: when somebody has to be forgotten, text and salt are destroyed together, what is left tells nothing, not even to
//! whoever guesses the text, and the chain holds. Such an entry is only good if the erasure is itself on record.
//!
//! The first layout, `tokendesk-audit-1`, hashed those texts and knew neither address nor account; it is still read.

pub mod chain;
pub mod checkpoint;

use aws_lc_rs::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id::{AccountId, AgentId, AuditId, IntentKey, SessionId, TicketId};
use super::permission::Role;
use super::time::Moment;

pub use chain::{Broken, Head, Verifier, verify};

/// The layout that entries are written in; another layout gets another number and mark.
pub const LAYOUT: u8 = 2;
const MARKS: [&[u8]; 2] = [b"tokendesk-audit-1", b"tokendesk-audit-2"];
const PERSONAL: &[u8] = b"tokendesk-audit-personal-1";
/// The verb of an entry that puts an erasure on record.
pub const ERASE: &str = "audit.erase";

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
    /// Which layout of canonical bytes it is sealed in.
    #[serde(default = "first")]
    pub layout: u8,
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
    /// From which network address; empty when it was the backend itself, or in the first layout.
    #[serde(default)]
    pub address: String,
    /// What was done, such as `token.add`, `account.view` or `account.reveal`.
    pub verb: String,
    /// Kind of the thing it was done to, such as `token`.
    pub subject_kind: String,
    /// Identifier of that thing; opaque, never personal data.
    pub subject_id: String,
    /// About whom; not sealed in the first layout.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// Why, as the person gave it; may be empty.
    pub reason: String,
    /// The thing before, as JSON.
    pub before: Option<String>,
    /// The thing after, as JSON.
    pub after: Option<String>,
    /// The salt of reason, before and after; gone when they were erased.
    #[serde(default)]
    pub salt: Option<Salt>,
    /// The hash of salt, reason, before and after, as it stands in the chain; made when the entry is written.
    #[serde(default)]
    pub personal: Option<Hash>,
    /// For which ticket.
    pub ticket_id: Option<TicketId>,
    /// By which intent.
    pub intent_key: Option<IntentKey>,
    /// In which request; may be empty.
    pub request_id: String,
}

fn first() -> u8 {
    1
}

/// 122 random bits that keep the texts of an entry from being guessed by their hash.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(pub Uuid);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt")
    }
}

/// Writes fields as canonical bytes.
struct Fields<'a>(&'a mut Vec<u8>);

impl Fields<'_> {
    fn text(&mut self, text: &str) {
        self.0.push(1);
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            None => self.0.push(0),
            Some(text) => self.text(text),
        }
    }

    fn number(&mut self, number: i64) {
        self.text(&number.to_string());
    }

    fn id(&mut self, id: Option<Uuid>) {
        let mut buffer = Uuid::encode_buffer();
        self.maybe(id.map(|id| &*id.hyphenated().encode_lower(&mut buffer)));
    }

    fn hash(&mut self, hash: Hash) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.0.extend_from_slice(&[1, 0, 0, 0, 64]);
        for byte in hash.0 {
            let pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            self.0.extend_from_slice(&pair);
        }
    }
}

impl AuditEntry {
    /// An entry of this moment that says nothing yet, with an identifier and a salt of its own.
    #[must_use]
    pub fn blank(at: Moment) -> Self {
        Self {
            layout: LAYOUT,
            id: AuditId::new(),
            at,
            actor_id: None,
            actor_name: String::new(),
            role: None,
            session_id: None,
            address: String::new(),
            verb: String::new(),
            subject_kind: String::new(),
            subject_id: String::new(),
            account_id: None,
            outcome: Outcome::Done,
            reason: String::new(),
            before: None,
            after: None,
            salt: Some(Salt(Uuid::new_v4())),
            personal: None,
            ticket_id: None,
            intent_key: None,
            request_id: String::new(),
        }
    }

    /// The hash over the personal parts and their salt; `None` once the salt is gone, and in the first layout.
    #[must_use]
    pub fn commitment(&self) -> Option<Hash> {
        let salt = self.salt.filter(|_| self.layout >= 2)?;
        let mut bytes = PERSONAL.to_vec();
        let mut fields = Fields(&mut bytes);
        fields.id(Some(salt.0));
        fields.text(&self.reason);
        fields.maybe(self.before.as_deref());
        fields.maybe(self.after.as_deref());
        Some(Hash::read(digest(&SHA256, &bytes).as_ref()))
    }

    /// Whether the personal parts were erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.layout >= 2 && self.salt.is_none()
    }

    /// Whether the personal parts are those that were sealed, or were erased without a rest.
    #[must_use]
    pub fn personal_holds(&self) -> bool {
        if self.layout < 2 {
            return self.salt.is_none() && self.personal.is_none();
        }
        match self.commitment() {
            Some(hash) => self.personal == Some(hash),
            None => {
                self.personal.is_some()
                    && self.reason.is_empty()
                    && self.before.is_none()
                    && self.after.is_none()
            }
        }
    }

    /// The bytes that are hashed for the entry at place `seq`.
    #[must_use]
    pub fn canonical(&self, seq: i64) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        self.write_canonical(seq, &mut out);
        out
    }

    fn write_canonical(&self, seq: i64, out: &mut Vec<u8>) {
        let second = self.layout >= 2;
        out.extend_from_slice(MARKS[usize::from(second)]);
        let mut fields = Fields(out);
        fields.number(seq);
        fields.id(Some(self.id.0));
        fields.number(self.at.micros());
        fields.id(self.actor_id.map(|id| id.0));
        fields.text(&self.actor_name);
        fields.maybe(self.role.map(Role::word));
        fields.id(self.session_id.map(|id| id.0));
        if second {
            fields.text(&self.address);
        }
        fields.text(&self.verb);
        fields.text(&self.subject_kind);
        fields.text(&self.subject_id);
        if second {
            fields.id(self.account_id.map(|id| id.0));
        }
        fields.text(self.outcome.word());
        if second {
            let personal = self.personal.or_else(|| self.commitment());
            fields.hash(personal.unwrap_or(Hash::ZERO));
        } else {
            fields.text(&self.reason);
            fields.maybe(self.before.as_deref());
            fields.maybe(self.after.as_deref());
        }
        fields.id(self.ticket_id.map(|id| id.0));
        fields.id(self.intent_key.map(|key| key.0));
        fields.text(&self.request_id);
    }

    /// Gives the entry its place behind the head of the chain.
    #[must_use]
    pub fn seal(mut self, head: Head) -> Sealed {
        self.personal = self.personal.or_else(|| self.commitment());
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
        let mut digest = Context::new(&SHA256);
        digest.update(&previous.0);
        digest.update(canonical);
        Self::read(digest.finish().as_ref())
    }

    fn read(digest: &[u8]) -> Self {
        let mut hash = [0; 32];
        // A SHA-256 has 32 bytes.
        hash.copy_from_slice(&digest[..32]);
        Self(hash)
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
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NoHash);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, NoHash> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(NoHash),
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?
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
    pub entry: AuditEntry,
}

impl Sealed {
    /// The hash that the entry has to have behind an entry with this hash.
    #[must_use]
    pub fn expected(&self, previous: Hash) -> Hash {
        Hash::of(previous, &self.entry.canonical(self.seq))
    }
}
