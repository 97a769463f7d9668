//! Who is asked for the passphrase of a locked database. A process asks once: what was opened stays open for it.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::seal::{Passphrase, Refused, Seal, SealedKey};
use super::{Error, Result};

/// Asks for the passphrase of the database at this place; the number counts the wrong ones so far. `None` where there
/// is no other to try; a sentence for the user where nobody can be asked.
pub type Asker = fn(place: &Path, wrong: u32) -> std::result::Result<Option<Passphrase>, String>;

/// How often one may try before the program ends.
const TRIES: u32 = 3;

static ASKER: OnceLock<Asker> = OnceLock::new();
static OPENED: Mutex<Vec<(SealedKey, Seal)>> = Mutex::new(Vec::new());

/// Have the passphrases of locked databases asked for in this way. Only the first call counts.
pub fn ask_with(asker: Asker) {
    let _ = ASKER.set(asker);
}

/// Open a sealed key: with this passphrase, or else with one that is asked for.
pub(super) fn open(sealed: &SealedKey, given: Option<&Passphrase>, place: &Path) -> Result<Seal> {
    let shown = || place.display().to_string();
    let refused = |refused| match refused {
        Refused::Wrong => Error::WrongPassphrase { place: shown() },
        Refused::Damaged => Error::Damaged { place: shown(), copy: None },
    };
    if let Some(passphrase) = given {
        return Seal::opened(sealed, passphrase).map_err(refused);
    }
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, seal)) = opened.iter().find(|(known, _)| known == sealed) {
        return Ok(seal.clone());
    }
    let nobody = || "there is nobody to ask".to_owned();
    for wrong in 0..TRIES {
        let answer = ASKER.get().ok_or_else(nobody).and_then(|ask| ask(place, wrong));
        let Some(passphrase) = answer.map_err(|why| Error::NeedsPassphrase { place: shown(), why })? else { break };
        match Seal::opened(sealed, &passphrase) {
            Ok(seal) => {
                opened.push((sealed.clone(), seal.clone()));
                return Ok(seal);
            }
            Err(Refused::Wrong) => {}
            Err(Refused::Damaged) => return Err(refused(Refused::Damaged)),
        }
    }
    Err(refused(Refused::Wrong))
}
