//! Signed heads of the chain, and receipts for single entries: what is kept elsewhere, so that nobody can rewrite or cut
//! the chain unnoticed, whoever holds the database.
//!
//! Signatures are Ed25519; the key pair is derived from the secret in `[keys] checkpoints`. The signed bytes are a mark
//! and then each field behind its length.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{AuditEntry, Hash, Head};
use crate::domain::id::AuditId;
use crate::domain::time::Moment;

const CHECKPOINT: &str = "tokendesk-checkpoint-1";
const RECEIPT: &str = "tokendesk-receipt-1";
const SEED: &[u8] = b"tokendesk checkpoint signing key 1";
/// How a receipt begins when it is written down.
pub const RECEIPT_START: &str = "tdr1-";

/// Why something signed is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It is not written as it should be.
    #[error("it cannot be read")]
    Unreadable,
    /// The signature is not the key's.
    #[error("its signature does not hold")]
    Forged,
    /// The key is none of those that are trusted.
    #[error("it is signed with another key ({0})")]
    OtherKey(String),
}

/// Signs checkpoints and receipts.
pub struct Signer {
    pair: Ed25519KeyPair,
    public: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// The signer of a secret. The same secret always gives the same key pair.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        let seed = Sha256::new().chain_update(SEED).chain_update(secret).finalize();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Some(Self { pair, public })
    }

    /// The public key, in base64url: give it to whoever checks.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Signs where the chain stands.
    #[must_use]
    pub fn checkpoint(&self, desk: &str, at: Moment, head: Head) -> Checkpoint {
        let mut checkpoint = Checkpoint {
            desk: desk.to_owned(),
            at,
            seq: head.seq,
            hash: head.hash,
            public_key: self.public.clone(),
            signature: String::new(),
        };
        checkpoint.signature = self.sign(&checkpoint.message());
        checkpoint
    }

    /// Signs that an entry has its place in the chain.
    #[must_use]
    pub fn receipt(&self, entry: &AuditEntry, head: Head) -> Receipt {
        let mut receipt = Receipt {
            entry: entry.id,
            at: entry.at,
            seq: head.seq,
            hash: head.hash,
            public_key: self.public.clone(),
            signature: String::new(),
        };
        receipt.signature = self.sign(&receipt.message());
        receipt
    }

    fn sign(&self, message: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.pair.sign(message))
    }
}

fn message(mark: &str, fields: &[&str]) -> Vec<u8> {
    let mut out = mark.as_bytes().to_vec();
    for field in fields {
        out.extend_from_slice(&(field.len() as u64).to_be_bytes());
        out.extend_from_slice(field.as_bytes());
    }
    out
}

fn check(key: &str, signature: &str, message: &[u8], trusted: &[String]) -> Result<(), Doubt> {
    let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Doubt::Unreadable);
    let (public, signature) = (decode(key)?, decode(signature)?);
    UnparsedPublicKey::new(&ED25519, &public)
        .verify(message, &signature)
        .map_err(|_| Doubt::Forged)?;
    if trusted.is_empty() || trusted.iter().any(|trusted| trusted == key) {
        return Ok(());
    }
    Err(Doubt::OtherKey(key.to_owned()))
}

/// Where the chain stood at a moment, signed. One JSON line where checkpoints are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Checkpoint {
    /// Name of the desk.
    pub desk: String,
    /// When.
    pub at: Moment,
    /// Place of the last entry then.
    pub seq: i64,
    /// Hash of the last entry then.
    #[cfg_attr(feature = "server", schema(value_type = String))]
    pub hash: Hash,
    /// The key that it is signed with, in base64url.
    pub public_key: String,
    /// The signature, in base64url.
    pub signature: String,
}

impl Checkpoint {
    fn message(&self) -> Vec<u8> {
        let (at, seq, hash) = (
            self.at.micros().to_string(),
            self.seq.to_string(),
            self.hash.to_string(),
        );
        message(CHECKPOINT, &[&self.desk, &at, &seq, &hash, &self.public_key])
    }

    /// The place and hash that it speaks for.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// Whether the signature holds and is of a trusted key; with no key named, of any key.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn check(&self, trusted: &[String]) -> Result<(), Doubt> {
        check(&self.public_key, &self.signature, &self.message(), trusted)
    }
}

/// That an entry has its place in the chain, signed: short enough for a work note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry.
    pub entry: AuditId,
    /// When it was done.
    pub at: Moment,
    /// Its place.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
    /// The key that it is signed with, in base64url.
    pub public_key: String,
    /// The signature, in base64url.
    pub signature: String,
}

impl Receipt {
    fn message(&self) -> Vec<u8> {
        let (at, seq, hash) = (
            self.at.micros().to_string(),
            self.seq.to_string(),
            self.hash.to_string(),
        );
        message(
            RECEIPT,
            &[&self.entry.to_string(), &at, &seq, &hash, &self.public_key],
        )
    }

    /// Whether the signature holds and is of a trusted key; with no key named, of any key.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn check(&self, trusted: &[String]) -> Result<(), Doubt> {
        check(&self.public_key, &self.signature, &self.message(), trusted)
    }

    /// Whether the entry that the receipt speaks of stands there.
    #[must_use]
    pub fn is_of(&self, sealed: &super::Sealed) -> bool {
        sealed.seq == self.seq && sealed.hash == self.hash && sealed.entry.id == self.entry
    }
}

impl std::fmt::Display for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = Vec::with_capacity(160);
        bytes.extend_from_slice(self.entry.0.as_bytes());
        bytes.extend_from_slice(&self.at.micros().to_be_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.hash.0);
        for text in [&self.public_key, &self.signature] {
            bytes.extend_from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default());
        }
        write!(f, "{RECEIPT_START}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl std::str::FromStr for Receipt {
    type Err = Doubt;

    fn from_str(text: &str) -> Result<Self, Doubt> {
        let body = text.trim().strip_prefix(RECEIPT_START).ok_or(Doubt::Unreadable)?;
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| Doubt::Unreadable)?;
        let bytes: &[u8; 160] = bytes.as_slice().try_into().map_err(|_| Doubt::Unreadable)?;
        let (entry, rest) = bytes.split_at(16);
        let (at, rest) = rest.split_at(8);
        let (seq, rest) = rest.split_at(8);
        let (hash, rest) = rest.split_at(32);
        let (key, signature) = rest.split_at(32);
        let number = |bytes: &[u8]| {
            bytes
                .try_into()
                .map(i64::from_be_bytes)
                .map_err(|_| Doubt::Unreadable)
        };
        Ok(Self {
            entry: AuditId(Uuid::from_slice(entry).map_err(|_| Doubt::Unreadable)?),
            at: Moment::from_micros(number(at)?),
            seq: number(seq)?,
            hash: Hash(hash.try_into().map_err(|_| Doubt::Unreadable)?),
            public_key: BASE64_URL_SAFE_NO_PAD.encode(key),
            signature: BASE64_URL_SAFE_NO_PAD.encode(signature),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(secret: u8) -> Signer {
        Signer::new(&[secret; 32]).expect("a signer")
    }

    fn head() -> Head {
        Head {
            seq: 7,
            hash: Hash([9; 32]),
        }
    }

    #[test]
    fn a_checkpoint_holds_until_anything_in_it_changes() {
        let (signer, other) = (signer(1), signer(2));
        let good = signer.checkpoint("extracare", Moment::EPOCH, head());
        let trusted = [signer.public().to_owned()];
        assert_eq!(good.check(&trusted), Ok(()));
        assert_eq!(good.check(&[]), Ok(()), "with no key named, any");
        let strange = [other.public().to_owned()];
        assert_eq!(
            good.check(&strange),
            Err(Doubt::OtherKey(signer.public().to_owned()))
        );
        let changes: [fn(&mut Checkpoint); 4] = [
            |c| c.desk.push('x'),
            |c| c.at = c.at.plus_seconds(1),
            |c| c.seq = 6,
            |c| c.hash = Hash::ZERO,
        ];
        for change in changes {
            let mut bad = good.clone();
            change(&mut bad);
            assert_eq!(bad.check(&trusted), Err(Doubt::Forged));
        }
        let mut swapped = good.clone();
        swapped.public_key = other.public().to_owned();
        assert_eq!(swapped.check(&[]), Err(Doubt::Forged));
        swapped.public_key = "no key".to_owned();
        assert_eq!(swapped.check(&[]), Err(Doubt::Unreadable));
    }

    #[test]
    fn a_receipt_is_one_short_line_that_reads_back() {
        let sealed = AuditEntry::blank(Moment::EPOCH).seal(Head::START);
        let place = Head {
            seq: sealed.seq,
            hash: sealed.hash,
        };
        let receipt = signer(1).receipt(&sealed.entry, place);
        let line = receipt.to_string();
        assert!(line.len() < 240 && !line.contains(char::is_whitespace), "{line}");
        let read: Receipt = line.parse().expect("a receipt");
        assert_eq!(read, receipt);
        assert!(read.is_of(&sealed));
        assert_eq!(read.check(&[signer(1).public().to_owned()]), Ok(()));
        let mut later = receipt.clone();
        later.seq += 1;
        assert_eq!(later.check(&[]), Err(Doubt::Forged));
        assert!(!later.is_of(&sealed));
        for rubbish in ["", "tdr1-", "tdr1-????", &line[..100]] {
            assert!(rubbish.parse::<Receipt>().is_err(), "{rubbish}");
        }
    }

    #[test]
    fn a_signer_shows_its_public_key_alone() {
        let shown = format!("{:?}", signer(1));
        assert!(shown.contains("public") && !shown.contains("pair"), "{shown}");
    }
}
