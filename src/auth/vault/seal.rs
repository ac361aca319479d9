//! Sealing with a passphrase: scrypt makes the key, ChaCha20-Poly1305 encrypts. The file says with what cost it was
//! sealed, so that a later version may ask for more.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::VaultError;

/// Binary logarithm of scrypt's cost for new seals: 64 MiB, a good part of a second.
const COST: u8 = 16;
/// What a file may ask for: less is no protection, more would be an attack on this machine.
const COSTS: std::ops::RangeInclusive<u8> = 10..=20;
const BLOCK: u32 = 8;
const LANES: u32 = 1;
const KIND: &str = "tokendesk sealed sign-in 1";

/// Seals and opens with the passphrases that are given: the first seals, any of them opens.
pub(super) struct Seal {
    passphrases: Vec<SecretString>,
    cost: u8,
    /// The key made last, with its salt and cost: making one takes long.
    made: Mutex<Option<Made>>,
}

struct Made {
    salt: [u8; 16],
    cost: u8,
    by: usize,
    key: Zeroizing<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    kind: String,
    kdf: String,
    log_n: u8,
    salt: String,
    nonce: String,
    sealed: String,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seal").finish_non_exhaustive()
    }
}

impl Seal {
    /// Seals with the first of these, opens with any.
    pub(super) fn new(passphrases: Vec<SecretString>) -> Self {
        Self {
            passphrases,
            cost: COST,
            made: Mutex::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn cheap(passphrases: &[&str]) -> Self {
        Self {
            cost: *COSTS.start(),
            ..Self::new(passphrases.iter().map(|p| SecretString::from(*p)).collect())
        }
    }

    /// Seals.
    ///
    /// # Errors
    /// When there is no chance to be had, or no passphrase.
    pub(super) fn close(&self, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (salt, cost) = {
            let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            match made
                .as_ref()
                .filter(|made| made.by == 0 && made.cost == self.cost)
            {
                Some(made) => (made.salt, made.cost),
                None => (random()?, self.cost),
            }
        };
        let key = self.key(0, salt, cost)?;
        let nonce: [u8; 12] = random()?;
        let mut sealed = plain.to_vec();
        let header = header(cost, &salt);
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(header.as_bytes()),
            &mut sealed,
        )
        .map_err(|_| VaultError("the sign-in cannot be sealed".to_owned()))?;
        serde_json::to_vec(&Sealed {
            kind: KIND.to_owned(),
            kdf: "scrypt".to_owned(),
            log_n: cost,
            salt: STANDARD.encode(salt),
            nonce: STANDARD.encode(nonce),
            sealed: STANDARD.encode(sealed),
        })
        .map_err(|_| VaultError("the sign-in cannot be sealed".to_owned()))
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    /// When no passphrase fits, or it is no sealed sign-in.
    pub(super) fn open(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let foreign = || VaultError("the file is no sealed sign-in of tokendesk".to_owned());
        let file: Sealed = serde_json::from_slice(bytes).map_err(|_| foreign())?;
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| foreign());
        let salt: [u8; 16] = bytes(&file.salt)?.try_into().map_err(|_| foreign())?;
        let nonce: [u8; 12] = bytes(&file.nonce)?.try_into().map_err(|_| foreign())?;
        let sealed = bytes(&file.sealed)?;
        if file.kind != KIND || file.kdf != "scrypt" || !COSTS.contains(&file.log_n) {
            return Err(foreign());
        }
        let header = header(file.log_n, &salt);
        for by in 0..self.passphrases.len() {
            let key = self.key(by, salt, file.log_n)?;
            let mut plain = Zeroizing::new(sealed.clone());
            let nonce = Nonce::assume_unique_for_key(nonce);
            let opened = key
                .open_in_place(nonce, Aad::from(header.as_bytes()), &mut plain)
                .map(|plain| plain.len());
            if let Ok(length) = opened {
                plain.truncate(length);
                return Ok(plain);
            }
        }
        Err(VaultError(
            "the passphrase does not fit, or the file was changed".to_owned(),
        ))
    }

    fn key(&self, by: usize, salt: [u8; 16], cost: u8) -> Result<LessSafeKey, VaultError> {
        let failed = || VaultError("no key can be made from the passphrase".to_owned());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = made
            .as_ref()
            .is_some_and(|made| made.by == by && made.salt == salt && made.cost == cost);
        if !fits {
            let passphrase = self
                .passphrases
                .get(by)
                .ok_or_else(|| VaultError("there is no passphrase".to_owned()))?;
            let params = scrypt::Params::new(cost, BLOCK, LANES).map_err(|_| failed())?;
            let mut key = Zeroizing::new([0_u8; 32]);
            scrypt::scrypt(
                passphrase.expose_secret().as_bytes(),
                &salt,
                &params,
                key.as_mut_slice(),
            )
            .map_err(|_| failed())?;
            *made = Some(Made { salt, cost, by, key });
        }
        let key = made.as_ref().ok_or_else(failed)?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.key.as_slice()).map_err(|_| failed())?;
        Ok(LessSafeKey::new(key))
    }
}

/// What is sealed along with the content, so that nobody can change it.
fn header(cost: u8, salt: &[u8; 16]) -> String {
    format!("{KIND} scrypt {cost} {BLOCK} {LANES} {}", STANDARD.encode(salt))
}

fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| VaultError("the system gives no random numbers".to_owned()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_passphrase_and_with_no_other() {
        let seal = Seal::cheap(&["correct horse"]);
        let sealed = seal.close(b"very-secret").expect("sealed");
        assert!(!String::from_utf8_lossy(&sealed).contains("very-secret"));
        assert_eq!(seal.open(&sealed).expect("opened").as_slice(), b"very-secret");
        let error = Seal::cheap(&["wrong horse"])
            .open(&sealed)
            .expect_err("does not fit");
        assert!(error.to_string().contains("passphrase"), "{error}");
        assert_eq!(
            Seal::cheap(&["new", "correct horse"])
                .open(&sealed)
                .expect("the second one")
                .as_slice(),
            b"very-secret"
        );
    }

    #[test]
    fn any_change_of_the_file_is_noticed() {
        let seal = Seal::cheap(&["p"]);
        let sealed = seal.close(b"secret").expect("sealed");
        let other = seal.close(b"secret").expect("sealed");
        assert_ne!(sealed, other, "never the same nonce twice");
        let file: serde_json::Value = serde_json::from_slice(&sealed).expect("JSON");
        for (name, value) in [
            ("log_n", serde_json::json!(11)),
            ("log_n", serde_json::json!(63)),
            ("log_n", serde_json::json!(1)),
            ("kind", serde_json::json!("tokendesk sealed sign-in 2")),
            ("salt", serde_json::json!(STANDARD.encode([0_u8; 16]))),
            ("nonce", serde_json::json!(STANDARD.encode([0_u8; 12]))),
            ("nonce", serde_json::json!("")),
            ("sealed", serde_json::json!(STANDARD.encode(b"short"))),
        ] {
            let mut changed = file.clone();
            changed[name] = value;
            let bytes = serde_json::to_vec(&changed).expect("bytes");
            assert!(seal.open(&bytes).is_err(), "{name}");
        }
        assert!(seal.open(b"").is_err() && seal.open(&sealed[..40]).is_err());
    }

    #[test]
    fn new_seals_are_dear() {
        let seal = Seal::new(vec![SecretString::from("p")]);
        let sealed: Sealed = serde_json::from_slice(&seal.close(b"x").expect("sealed")).expect("JSON");
        assert!(sealed.log_n >= 16);
    }
}
