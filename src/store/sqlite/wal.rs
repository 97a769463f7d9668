//! The write-ahead log beside the database, read as SQLite's file format describes it.
//!
//! SQLite takes a log up to the first frame that does not check and drops the rest without a word. After a crash that
//! is right: what was being written was not acknowledged yet. Where the file was damaged it is not, for frames behind
//! the damage may hold replies that were acknowledged. This tells the two apart, and reads such frames.

const HEADER: usize = 32;
const FRAME: usize = 24;
/// No database of rehearsals has more pages; a number beyond comes from damage.
const MOST_PAGES: u32 = 1 << 22;

/// What the log's first bytes say.
struct Header {
    big_endian: bool,
    page: usize,
    salt: Salt,
    sum: Sum,
}

type Salt = (u32, u32);
type Sum = (u32, u32);

/// One frame: a page, and what stands before it.
struct Frame<'a> {
    head: &'a [u8],
    page: &'a [u8],
}

impl Header {
    fn read(log: &[u8]) -> Option<Self> {
        let magic = number(log, 0);
        let big_endian = magic & 1 == 1;
        let page = usize::try_from(number(log, 8)).ok()?;
        let sum = checksum(big_endian, (0, 0), log.get(..24)?);
        let sound = magic & !1 == 0x377f_0682
            && number(log, 4) == 3_007_000
            && page.is_power_of_two()
            && (512..=65_536).contains(&page)
            && sum == (number(log, 24), number(log, 28));
        let salt = (number(log, 16), number(log, 20));
        sound.then_some(Self { big_endian, page, salt, sum })
    }
}

impl<'a> Frame<'a> {
    /// The frames of a log, the last one perhaps not whole.
    fn all(log: &'a [u8], page: usize) -> impl Iterator<Item = Self> {
        let frames = log.get(HEADER..).unwrap_or_default().chunks(FRAME + page);
        frames.filter_map(|bytes| bytes.split_at_checked(FRAME)).map(|(head, page)| Self { head, page })
    }

    fn salt(&self) -> Salt {
        (number(self.head, 8), number(self.head, 12))
    }

    /// Pages of the database after this frame where it ends a transaction, else 0.
    fn commits(&self) -> u32 {
        number(self.head, 4)
    }

    /// Whether it can have been a frame at some time. Frames of earlier rounds stay in the file, a power cut can leave
    /// a stretch of zeros; and nothing ties the numbers of one round to those of the next, for a process that finds the
    /// log of a killed one may draw new ones.
    fn is_plausible(&self) -> bool {
        let page = number(self.head, 0);
        self.head.iter().all(|byte| *byte == 0) || (1..MOST_PAGES).contains(&page) && self.commits() < MOST_PAGES
    }

    fn stored_sum(&self) -> Sum {
        (number(self.head, 16), number(self.head, 20))
    }

    /// Whether the frame is what was written behind one that had this sum.
    fn follows(&self, big_endian: bool, sum: Sum) -> bool {
        let head = self.head.get(..8).unwrap_or_default();
        checksum(big_endian, checksum(big_endian, sum, head), self.page) == self.stored_sum()
    }
}

/// Whether the log was damaged, in a way that neither a killed process nor a power cut explains.
pub(super) fn is_damaged(log: &[u8]) -> bool {
    if log.len() <= HEADER {
        return false;
    }
    let Some(header) = Header::read(log) else { return true };
    let ours = |frame: &Frame<'_>| frame.salt() == header.salt && frame.page.len() == header.page;
    let mut frames = Frame::all(log, header.page);
    let mut sum = header.sum;
    // The frames that SQLite takes, and the one at which it stops: the one that was being written, or an old one.
    for frame in frames.by_ref() {
        let taken = ours(&frame) && frame.follows(header.big_endian, sum);
        sum = frame.stored_sum();
        if !taken {
            if !frame.is_plausible() {
                return true;
            }
            break;
        }
    }
    // One transaction at most was under way, and it ended the log. A whole one of this round behind that was
    // acknowledged, for the next is begun only after that. What is not whole may be left of one that was cut off
    // earlier and written over in part.
    frames.any(|frame| {
        let whole = ours(&frame) && frame.commits() != 0 && frame.follows(header.big_endian, sum);
        sum = frame.stored_sum();
        whole || !frame.is_plausible()
    })
}

/// How much of a damaged log is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Up to the first frame that does not check, as SQLite does.
    ToTheDamage,
    /// Every frame that checks, behind the damage as well. There may be some among them that were given up.
    BeyondIt,
}

/// Lay the transactions of the log over the database.
///
/// A frame's sum goes on from the sum of the frame before, which stands in that one's head; so a frame behind a
/// damaged one can still be checked.
pub(super) fn lay_over(database: &mut Vec<u8>, log: &[u8], reach: Reach) {
    let header = Header::read(log);
    if header.is_none() && reach == Reach::ToTheDamage {
        return;
    }
    let page = header.as_ref().map_or_else(|| page_size(database), |h| h.page);
    let big_endian = header.as_ref().map_or(cfg!(target_endian = "big"), |h| h.big_endian);
    let mut frames = Frame::all(log, page).peekable();
    let Some(salt) = header.as_ref().map(|h| h.salt).or_else(|| frames.peek().map(Frame::salt)) else { return };
    // Without a header the first frame has nothing to be checked by; what is read later is checked once more.
    let mut sum = header.map(|h| h.sum);
    let mut waiting = Vec::new();
    for frame in frames {
        let sound = frame.page.len() == page && sum.is_none_or(|sum| frame.follows(big_endian, sum));
        sum = Some(frame.stored_sum());
        let at = number(frame.head, 0);
        if !sound || frame.salt() != salt || at == 0 {
            if reach == Reach::ToTheDamage {
                return;
            }
            continue;
        }
        waiting.push((at, frame.page));
        if frame.commits() == 0 {
            continue;
        }
        for (at, bytes) in waiting.drain(..) {
            let start = (at as usize - 1).saturating_mul(page);
            // A page far behind the end is damage that happens to check.
            if start > database.len().saturating_add(log.len()) {
                continue;
            }
            if database.len() < start + page {
                database.resize(start + page, 0);
            }
            if let Some(place) = database.get_mut(start..start + page) {
                place.copy_from_slice(bytes);
            }
        }
    }
}

/// The page size that a database's header names; SQLite's usual one where it names none that can be.
pub(super) fn page_size(database: &[u8]) -> usize {
    let named = number(database, 14) & 0xffff;
    let size = if named == 1 { 65_536 } else { named as usize };
    if size.is_power_of_two() && (512..=65_536).contains(&size) { size } else { 4_096 }
}

/// Four bytes as SQLite writes numbers; 0 where there are none.
fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at.saturating_add(4)).and_then(|four| four.try_into().ok());
    four.map_or(0, u32::from_be_bytes)
}

fn checksum(big_endian: bool, (mut a, mut b): Sum, bytes: &[u8]) -> Sum {
    let word = |four: &[u8]| {
        let four = four.try_into().unwrap_or_default();
        if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    for eight in bytes.chunks_exact(8) {
        let (first, second) = eight.split_at(4);
        a = a.wrapping_add(word(first)).wrapping_add(b);
        b = b.wrapping_add(word(second)).wrapping_add(a);
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 512;
    const SALT: Salt = (1_000, 77);

    /// A log by hand: whose round each frame is of, and whether it ends a transaction.
    fn log(frames: &[(Salt, bool)]) -> Vec<u8> {
        let mut log = numbers(&[0x377f_0682, 3_007_000, PAGE as u32, 1, SALT.0, SALT.1]);
        let sum = checksum(false, (0, 0), &log);
        log.extend(numbers(&[sum.0, sum.1]));
        for (n, (salt, commits)) in frames.iter().enumerate() {
            push(&mut log, n as u32 + 1, *salt, *commits);
        }
        log
    }

    fn numbers(all: &[u32]) -> Vec<u8> {
        all.iter().flat_map(|n| n.to_be_bytes()).collect()
    }

    fn push(log: &mut Vec<u8>, at: u32, salt: Salt, commits: bool) {
        let last = log.len().checked_sub(FRAME + PAGE).filter(|at| *at >= HEADER).map_or(24, |at| at + 16);
        let sum = (number(log, last), number(log, last + 4));
        let head = numbers(&[at, if commits { 9 } else { 0 }]);
        let page = vec![at as u8; PAGE];
        let sum = checksum(false, checksum(false, sum, &head), &page);
        log.extend(head);
        log.extend(numbers(&[salt.0, salt.1, sum.0, sum.1]));
        log.extend(page);
    }

    fn frame(n: usize) -> usize {
        HEADER + n * (FRAME + PAGE)
    }

    fn spoil(mut log: Vec<u8>, n: usize) -> Vec<u8> {
        log[frame(n) + FRAME + 5] ^= 1;
        log
    }

    #[test]
    fn what_a_kill_or_a_power_cut_leaves_is_no_damage() {
        let whole = log(&[(SALT, true), (SALT, false), (SALT, true)]);
        for length in 0..whole.len() {
            assert!(!is_damaged(&whole[..length]), "cut to {length}");
        }
        assert!(!is_damaged(&spoil(whole.clone(), 2)), "the last transaction was not all on disk");
        assert!(!is_damaged(&spoil(log(&[(SALT, true), (SALT, false)]), 1)));
        let old = [(SALT, true), ((999, 5), true), ((990, 6), false), ((990, 6), true), ((123_456_789, 5), true)];
        assert!(!is_damaged(&log(&old)), "frames of earlier rounds follow, whatever their numbers");
        let zeros = [whole, vec![0; 3 * (FRAME + PAGE)]].concat();
        assert!(!is_damaged(&zeros));
    }

    /// One process is killed when it had written four frames, the last but for its page; the next begins at the same
    /// place with a transaction of one frame.
    #[test]
    fn what_is_left_of_a_transaction_that_was_cut_off_is_no_damage() {
        let mut cut_off = log(&[(SALT, true), (SALT, false), (SALT, false), (SALT, false), (SALT, true)]);
        cut_off[frame(4) + FRAME..].fill(0);
        let mut shorter = log(&[(SALT, true)]);
        push(&mut shorter, 7, SALT, true);
        cut_off[..shorter.len()].copy_from_slice(&shorter);
        assert!(!is_damaged(&cut_off));
    }

    #[test]
    fn what_neither_explains_is() {
        let whole = log(&[(SALT, true), (SALT, true), (SALT, true)]);
        assert!(is_damaged(&spoil(whole.clone(), 0)) && is_damaged(&spoil(whole.clone(), 1)));
        for n in 0..3 {
            let mut noise = whole.clone();
            noise[frame(n)..frame(n) + 60].fill(0x5a);
            assert!(is_damaged(&noise), "frame {n}");
        }
        let mut headless = whole;
        headless[3] ^= 0xff;
        assert!(is_damaged(&headless));
    }

    #[test]
    fn transactions_behind_a_damaged_one_can_be_laid_over() {
        let log = spoil(log(&[(SALT, true), (SALT, true), (SALT, true), (SALT, false)]), 1);
        let laid = |reach| {
            let mut database = vec![0xee; 3 * PAGE];
            lay_over(&mut database, &log, reach);
            database.chunks(PAGE).map(|page| page[0]).collect::<Vec<u8>>()
        };
        assert_eq!(laid(Reach::ToTheDamage), [1, 0xee, 0xee]);
        assert_eq!(laid(Reach::BeyondIt), [1, 0xee, 3], "but not the damaged page, nor the transaction without an end");
    }
}
