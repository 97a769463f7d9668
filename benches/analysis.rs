//! How long replies take: `cargo bench --bench analysis`. First what it costs to begin, then how time grows with length and with
//! hostile text, then one reply of thirty words.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashSet;
use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use divan::Bencher;
use saywell::analysis::labelled::Row;
use saywell::analysis::{Audience, Turn, analyse};

const REPLY: &str = "When you left before the speeches on Saturday I felt hurt. I know work is heavy, but could you tell me \
    next time, so that I'm not stood there alone?";
const CONTEXT: &str = "You always make such a fuss. Why didn't you say?";
/// Asks this program to begin and to tell what that cost.
const BEGIN: &str = "--begin";
const MEGABYTE: usize = 1 << 20;

fn main() {
    // `cargo test` runs a bench as well, to see that it can be run.
    if std::env::args().any(|arg| arg == BEGIN) {
        return begin();
    }
    if std::env::args().any(|arg| arg == "--bench") {
        beginnings();
        let said = said();
        length(&said);
        hostile(&said);
    }
    divan::main();
}

/// What it costs to begin, by programs that do nothing else.
fn beginnings() {
    let begun = || Command::new(std::env::current_exe().unwrap()).arg(BEGIN).output().unwrap().stdout;
    let tell = |bytes: Vec<u8>| -> Vec<f64> {
        String::from_utf8(bytes).unwrap().split_whitespace().map(|n| n.parse().unwrap()).collect()
    };
    let runs: Vec<Vec<f64>> = (0..21).map(|_| tell(begun())).collect();
    let [took, all, own, file] = [0, 1, 2, 3].map(|k| runs.iter().map(|run| run[k]).sum::<f64>() / runs.len() as f64);
    println!("lexicons, weights and a first reply: {took:.1} ms");
    println!("  {all:.1} MB resident: {own:.1} of its own, {file:.1} of the program's file");
}

/// Lexicons are read with the first reply; weights lie in the program's file.
fn begin() {
    let (before, clock) = (resident(), Clock::start());
    black_box(analyse(&Turn { audience: Audience::Client, context: CONTEXT, reply: REPLY }));
    let (took, after) = (clock.read(), resident());
    let [all, own, file] = [0, 1, 2].map(|n| after[n].saturating_sub(before[n]) as f64 / 1024.0);
    println!("{} {all} {own} {file}", ms(took));
}

/// Memory in use, that of its own, and that of files, in kB; 0 where the system does not tell.
fn resident() -> [usize; 3] {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    ["VmRSS:", "RssAnon:", "RssFile:"].map(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    })
}

/// Replies that were written one by one: what is said twice is read once, so made-up repetitions would be too quick.
fn said() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().filter(|path| path.extension().is_some_and(|e| e == "jsonl"));
    let texts: Vec<String> = texts.map(|path| fs::read_to_string(path).unwrap()).collect();
    let rows = texts.iter().flat_map(|text| text.lines());
    rows.map(|line| serde_json::from_str::<Row>(line).unwrap().reply).collect()
}

fn length(said: &[String]) {
    let words = |text: &str| text.split_whitespace().count();
    let short: Vec<&String> = said.iter().filter(|text| words(text) == 30).take(100).collect();
    let us = |time: Duration| ms(time) * 1000.0;
    let [median, quickest] = middle(&short, |reply| {
        black_box(analyse(black_box(&Turn { audience: Audience::Client, context: CONTEXT, reply })));
    });
    println!(
        "{} replies of 30 words: median {:.1} \u{b5}s, of the quickest runs {:.1}",
        short.len(),
        us(median),
        us(quickest)
    );
    // How quick the machine is just now.
    let known: HashSet<&str> = said.iter().take(500).flat_map(|text| text.split_whitespace()).collect();
    let [median_split, quickest_split] = middle(&short, |reply| {
        black_box(black_box(reply).split_whitespace().filter(|word| known.contains(word)).count());
    });
    println!(
        "  for scale, splitting them into words with one look-up each: median {:.2} \u{b5}s, quickest {:.2}",
        us(median_split),
        us(quickest_split)
    );
    for count in [10_000, 100_000] {
        let all: Vec<&str> = said.iter().flat_map(|text| text.split_whitespace()).take(count).collect();
        let time = took(&all.join(" "));
        let ratio = time.as_secs_f64() / median.as_secs_f64();
        println!("{} words: {:.1} ms, {ratio:.0} times the time of 30", all.len(), ms(time));
    }
}

/// Of many runs on each reply the median and the quickest; of these the median over the replies.
fn middle(replies: &[&String], of: impl Fn(&str)) -> [Duration; 2] {
    let mut of_each = [Vec::new(), Vec::new()];
    for reply in replies {
        let mut times: Vec<Duration> = (0..200)
            .map(|_| {
                let start = Instant::now();
                of(reply);
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        of_each[0].push(times[times.len() / 2]);
        of_each[1].push(times[0]);
    }
    of_each.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

/// Each hostile text of a quarter, a half and a whole megabyte, and how it compares with as much of plain talk.
fn hostile(said: &[String]) {
    let plain = said.join(" ");
    let cut = |bytes: usize| plain.get(..plain.floor_char_boundary(bytes)).unwrap_or_default().to_owned();
    let sizes = [MEGABYTE / 4, MEGABYTE / 2, MEGABYTE];
    let row = |name: &str, texts: [String; 3], beside: Option<Duration>| {
        let times = texts.map(|text| took(&text));
        let [a, b, c] = times.map(ms);
        let ratio = times[2].as_secs_f64() / beside.unwrap_or(times[2]).as_secs_f64();
        println!("{name:<34}{a:>9.1}{b:>9.1}{c:>9.1}{:>9.2}{ratio:>9.2}", c / a);
        times[2]
    };
    println!("{:<34}{:>9}{:>9}{:>9}{:>9}{:>9}", "ms", "1/4 MB", "1/2 MB", "1 MB", "1 to 1/4", "to plain");
    let of_plain = row("plain talk", sizes.map(cut), None);
    let repeat = |piece: &'static str| sizes.map(|bytes| piece.repeat(bytes / piece.len()));
    // Numbers between the words, that they don't repeat.
    let numbered = |piece: &str| {
        sizes.map(|bytes| {
            let mut text = String::with_capacity(bytes + 64);
            for n in 0.. {
                if text.len() >= bytes {
                    break;
                }
                text.push_str(&format!("{piece} {n} "));
            }
            text
        })
    };
    let nested = sizes.map(|bytes| ["(".repeat(bytes / 2), ")".repeat(bytes / 2)].concat());
    let marks = sizes.map(|bytes| ["e", &"\u{301}".repeat(bytes / 2)].concat());
    for (name, texts) in [
        ("quotes", repeat("\"")),
        ("quotes and brackets, never closed", repeat("((\"[\u{201c}")),
        ("brackets, nested", nested),
        ("one long word", repeat("a")),
        ("one letter, many marks", marks),
        ("letters with a mark each", repeat("e\u{301}")),
        ("zero-width spaces", repeat("\u{200b}")),
        ("zero-width between letters", repeat("y\u{200b}o\u{200d}u ")),
        ("homoglyphs", numbered("уоu nеvеr")),
        ("full stops", repeat(".")),
        ("line feeds", repeat("\n")),
        ("the same sentence", repeat("i feel sad ")),
        ("one feeling after the other", numbered("i feel sad")),
        ("half a phrase, again and again", numbered("you never i feel could you")),
    ] {
        row(name, texts, Some(of_plain));
    }
}

/// A run on a long reply: the mean of the quickest of three rounds.
fn took(reply: &str) -> Duration {
    let turn = Turn { audience: Audience::Client, context: CONTEXT, reply };
    let round = || {
        let (clock, start, mut runs) = (Clock::start(), Instant::now(), 0);
        while runs == 0 || start.elapsed() < Duration::from_millis(100) {
            black_box(analyse(black_box(&turn)));
            runs += 1;
        }
        clock.read() / runs
    };
    (0..3).map(|_| round()).min().unwrap_or_default()
}

/// Tells the time that this thread had on a processor, to a few milliseconds, so that other programs do not count; where the
/// system does not know that, the time that passed.
struct Clock(Instant, Option<Duration>);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), Self::used())
    }

    fn read(&self) -> Duration {
        match (self.1, Self::used()) {
            (Some(before), Some(after)) => after - before,
            _ => self.0.elapsed(),
        }
    }

    fn used() -> Option<Duration> {
        let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[divan::bench(args = [Audience::Client, Audience::Trainee])]
fn thirty_words(bencher: Bencher<'_, '_>, audience: Audience) {
    let turn = Turn { audience, context: CONTEXT, reply: REPLY };
    bencher.bench(|| analyse(black_box(&turn)));
}
