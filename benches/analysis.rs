//! How long one reply takes: `cargo bench --bench analysis`.

use std::time::Instant;

use divan::{Bencher, black_box};
use saywell::analysis::{Audience, Turn, analyse};

const REPLY: &str = "When you left before the speeches on Saturday I felt hurt, and I know work has been heavy for you, but could \
    you tell me next time so I am not stood there?";

fn main() {
    // The lexicon is read once; it is no part of a reply's time, and told apart.
    let (before, start) = (resident(), Instant::now());
    analyse(&Turn { audience: Audience::Client, context: "", reply: "warm" });
    let took = start.elapsed();
    println!("lexicons and weights: {took:?}, {} kB resident", resident().saturating_sub(before));
    divan::main();
}

/// Memory in use, in kB; 0 where the system does not tell.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[divan::bench(args = [Audience::Client, Audience::Trainee])]
fn thirty_words(bencher: Bencher<'_, '_>, audience: Audience) {
    let turn = Turn { audience, context: "You always make such a fuss. Why didn't you say?", reply: REPLY };
    bencher.bench(|| analyse(black_box(&turn)));
}

/// Words that don't repeat, for what is said twice is read once.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 10)]
fn words(bencher: Bencher<'_, '_>, count: usize) {
    let sentences = (0..count / 33).map(|n| REPLY.replace("Saturday", &format!("the {n}th")));
    let reply: String = sentences.collect::<Vec<_>>().join(" ");
    bencher.bench(|| analyse(black_box(&Turn { audience: Audience::Client, context: "", reply: &reply })));
}

/// A quarter, a half and a whole megabyte: the time should go in the same steps.
#[divan::bench(args = ["\"", "((\"[", "a", "e\u{301}", "\u{200b}", "уоu nеvеr ", "i feel sad "], consts = [256, 512, 1024], sample_count = 5)]
fn hostile<const KILOBYTES: usize>(bencher: Bencher<'_, '_>, piece: &str) {
    // Numbers between the words, that they don't repeat.
    let words = piece.contains(' ');
    let mut reply = String::new();
    let mut n = 0;
    while reply.len() < KILOBYTES * 1024 {
        reply.push_str(piece);
        n += 1;
        if words {
            reply.push_str(&format!("{n} "));
        }
    }
    bencher.bench(|| analyse(black_box(&Turn { audience: Audience::Client, context: "", reply: &reply })));
}
