//! Sealing words: XChaCha20-Poly1305 under a random key, which itself is sealed under a passphrase by Argon2id.
//!
//! Because the passphrase seals only the key, changing it rewrites one row and none of the words. Nothing here knows of
//! files or databases.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What somebody typed to open their rehearsals. It is never shown, and overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The words as they were typed.
    pub fn new(words: String) -> Self {
        Self(Zeroizing::new(words))
    }

    /// How many characters it has.
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(...)")
    }
}

/// What trying one passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// How often it is gone over.
    pub passes: u32,
    /// How many strands.
    pub lanes: u32,
}

impl Default for Cost {
    /// The second recommended option of RFC 9106, section 4: 64 MiB, three passes, four lanes.
    fn default() -> Self {
        Self { memory: 64 * 1024, passes: 3, lanes: 4 }
    }
}

impl Cost {
    /// The least that Argon2 takes: for tests, which try many.
    pub const LEAST: Self = Self { memory: 8, passes: 1, lanes: 1 };
    /// What no file of ours asks for: opening a damaged or hostile one must not eat the memory.
    const MOST: Self = Self { memory: 1024 * 1024, passes: 64, lanes: 64 };
}

/// Bytes of a nonce.
const NONCE: usize = 24;
/// Bytes of a key.
const KEY: usize = 32;

type Key = Zeroizing<[u8; KEY]>;

/// The key of the words, sealed under the passphrase. This is what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SealedKey {
    /// Random; so that equal passphrases give unequal keys.
    pub(super) salt: String,
    pub(super) cost: Cost,
    pub(super) key: String,
}

/// Why something could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoRandom;

/// Why a sealed key could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The passphrase is another one.
    Wrong,
    /// No such key was ever written by us.
    Damaged,
}

/// The key of the words. Clones share it; it is overwritten when the last one goes.
#[derive(Clone)]
pub(super) struct Seal(Arc<Keys>);

struct Keys {
    data: Key,
    words: XChaCha20Poly1305,
    names: Key,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(...)")
    }
}

impl Seal {
    /// A new key.
    pub(super) fn random() -> Result<Self, NoRandom> {
        let mut data = Key::default();
        fill(data.as_mut_slice())?;
        Ok(Self::of(data))
    }

    /// From the one key that is kept come two: one for words, one that chooses the nonces of names.
    fn of(data: Key) -> Self {
        let derived = |label: &[u8]| Key::new(tag(&data, &[label]));
        let words = XChaCha20Poly1305::new((&*derived(b"words")).into());
        let names = derived(b"names");
        Self(Arc::new(Keys { data, words, names }))
    }

    /// Seal the key under a passphrase.
    pub(super) fn under(&self, passphrase: &Passphrase, cost: Cost) -> Result<SealedKey, NoRandom> {
        let mut salt = [0; 16];
        fill(&mut salt)?;
        // With these fixed bounds Argon2 refuses nothing.
        let key = stretched(passphrase, &salt, cost).ok_or(NoRandom)?;
        let cipher = XChaCha20Poly1305::new((&*key).into());
        let key = seal(&cipher, random_nonce()?, b"key", self.0.data.as_slice());
        Ok(SealedKey { salt: Base64UrlUnpadded::encode_string(&salt), cost, key })
    }

    /// Open a sealed key.
    pub(super) fn opened(sealed: &SealedKey, passphrase: &Passphrase) -> Result<Self, Refused> {
        let Cost { memory, passes, lanes } = sealed.cost;
        let most = Cost::MOST;
        if memory > most.memory || passes > most.passes || lanes > most.lanes {
            return Err(Refused::Damaged);
        }
        let salt = Base64UrlUnpadded::decode_vec(&sealed.salt).map_err(|_| Refused::Damaged)?;
        let key = stretched(passphrase, &salt, sealed.cost).ok_or(Refused::Damaged)?;
        let cipher = XChaCha20Poly1305::new((&*key).into());
        let data = Zeroizing::new(open(&cipher, b"key", &sealed.key).ok_or(Refused::Wrong)?);
        let data = <[u8; KEY]>::try_from(data.as_slice()).map_err(|_| Refused::Damaged)?;
        Ok(Self::of(Key::new(data)))
    }

    /// Seal words. They open only under the same `place`, and are other bytes each time.
    pub(super) fn words(&self, place: &str, text: &str) -> Result<String, NoRandom> {
        Ok(seal(&self.0.words, random_nonce()?, place.as_bytes(), text.as_bytes()))
    }

    /// Seal something that is looked up: the same each time, so one sees which are equal, and nothing else.
    pub(super) fn name(&self, place: &str, text: &str) -> String {
        let tag = Zeroizing::new(tag(&self.0.names, &[place.as_bytes(), &[0], text.as_bytes()]));
        let mut nonce = [0; NONCE];
        nonce.iter_mut().zip(tag.iter()).for_each(|(n, t)| *n = *t);
        seal(&self.0.words, nonce, place.as_bytes(), text.as_bytes())
    }

    /// Open what was sealed. None where it was sealed elsewhere, under another key, or was changed.
    pub(super) fn open(&self, place: &str, sealed: &str) -> Option<String> {
        String::from_utf8(open(&self.0.words, place.as_bytes(), sealed)?).ok()
    }
}

fn fill(bytes: &mut [u8]) -> Result<(), NoRandom> {
    getrandom::fill(bytes).map_err(|_| NoRandom)
}

fn random_nonce() -> Result<[u8; NONCE], NoRandom> {
    let mut nonce = [0; NONCE];
    fill(&mut nonce)?;
    Ok(nonce)
}

fn stretched(passphrase: &Passphrase, salt: &[u8], cost: Cost) -> Option<Key> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(KEY)).ok()?;
    let mut key = Key::default();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.0.as_bytes(), salt, key.as_mut_slice()).ok()?;
    Some(key)
}

fn tag(key: &Key, parts: &[&[u8]]) -> [u8; KEY] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_slice()) else { return [0; KEY] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Nonce and sealed bytes, as text: the columns of the file hold text.
fn seal(cipher: &XChaCha20Poly1305, nonce: [u8; NONCE], place: &[u8], bytes: &[u8]) -> String {
    let mut out = nonce.to_vec();
    // It refuses only what is longer than 256 GiB.
    out.extend(cipher.encrypt(&XNonce::from(nonce), Payload { msg: bytes, aad: place }).unwrap_or_default());
    Base64UrlUnpadded::encode_string(&out)
}

fn open(cipher: &XChaCha20Poly1305, place: &[u8], sealed: &str) -> Option<Vec<u8>> {
    let bytes = Base64UrlUnpadded::decode_vec(sealed).ok()?;
    let (nonce, msg) = bytes.split_first_chunk::<NONCE>()?;
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad: place }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(words: &str) -> Passphrase {
        Passphrase::new(words.to_owned())
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let seal = Seal::random().unwrap();
        let text = "I want you to know, \u{1f469}\u{200d}\u{1f469} nul \0";
        let sealed = seal.words("event:1", text).unwrap();
        assert_eq!(seal.open("event:1", &sealed).as_deref(), Some(text));
        assert_eq!(seal.open("event:2", &sealed), None);
        assert_eq!(Seal::random().unwrap().open("event:1", &sealed), None);
        assert_ne!(seal.words("event:1", text).unwrap(), sealed, "other bytes each time");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(seal.open("event:1", std::str::from_utf8(&changed).unwrap()), None, "byte {at}");
        }
        for cut in ["", "A", "AAAA", &sealed[..sealed.len() - 4], "not base64!"] {
            assert_eq!(seal.open("event:1", cut), None);
        }
    }

    #[test]
    fn a_name_is_the_same_each_time_and_opens_again() {
        let seal = Seal::random().unwrap();
        let name = seal.name("situation", "dispute-partner-chores");
        assert_eq!(seal.name("situation", "dispute-partner-chores"), name);
        assert_ne!(seal.name("situation", "grief-mother-belongings"), name);
        assert_ne!(seal.name("setting", "dispute-partner-chores"), name);
        assert_ne!(Seal::random().unwrap().name("situation", "dispute-partner-chores"), name);
        assert_eq!(seal.open("situation", &name).as_deref(), Some("dispute-partner-chores"));
    }

    #[test]
    fn only_the_passphrase_opens_the_key() {
        let seal = Seal::random().unwrap();
        let sealed = seal.under(&passphrase("correct horse"), Cost::LEAST).unwrap();
        let again = seal.under(&passphrase("correct horse"), Cost::LEAST).unwrap();
        assert_ne!(sealed, again, "a new salt each time");
        let words = seal.words("a", "b").unwrap();
        let opened = Seal::opened(&sealed, &passphrase("correct horse")).unwrap();
        assert_eq!(opened.open("a", &words).as_deref(), Some("b"));
        for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
            assert_eq!(Seal::opened(&sealed, &passphrase(wrong)).err(), Some(Refused::Wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_hostile_cost_is_refused_before_it_is_paid() {
        let seal = Seal::random().unwrap();
        let sealed = seal.under(&passphrase("correct horse"), Cost::LEAST).unwrap();
        for cost in [
            Cost { memory: u32::MAX, ..Cost::LEAST },
            Cost { passes: u32::MAX, ..Cost::LEAST },
            Cost { lanes: u32::MAX, ..Cost::LEAST },
            Cost { passes: 0, ..Cost::LEAST },
        ] {
            let hostile = SealedKey { cost, ..sealed.clone() };
            assert_eq!(Seal::opened(&hostile, &passphrase("correct horse")).err(), Some(Refused::Damaged), "{cost:?}");
        }
    }

    /// These were made by another implementation (libsodium, with Python's HMAC), so what stands in a file is what the
    /// standards say; and it stays so from version to version.
    #[test]
    fn what_another_implementation_sealed_opens() {
        let sealed = SealedKey { salt: "AAECAwQFBgcICQoLDA0ODw".into(), cost: Cost::LEAST, key: THEIR_KEY.into() };
        let seal = Seal::opened(&sealed, &passphrase("correct horse")).unwrap();
        assert_eq!(seal.open("event:1", THEIR_WORDS).as_deref(), Some("kept from an earlier version"));
    }

    const THEIR_KEY: &str =
        "yMnKy8zNzs_Q0dLT1NXW19jZ2tvc3d7fFovgeNtCrB8nxzVT-yAsWUpn-9oZx8eJi7GALYeyBVFDnyIytQvbeBjRzzZLcKtU";
    const THEIR_WORDS: &str =
        "yMnKy8zNzs_Q0dLT1NXW19jZ2tvc3d7fs-DUFI-HKZUELdgY6dOMaPE4JJZihxq7ANTdGnpbBBtwWFY9tvC00R0ESRU";
}
