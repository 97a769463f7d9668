//! How long one reply takes: `cargo bench --bench analysis`.

use divan::{Bencher, black_box};
use saywell::analysis::{Audience, Turn, analyse};

const REPLY: &str = "When you left before the speeches on Saturday I felt hurt, and I know work has been heavy for you, but could \
    you tell me next time so I am not stood there?";

fn main() {
    // The lexicon is read once; it is no part of a reply's time.
    analyse(&Turn { audience: Audience::Client, context: "", reply: "warm" });
    divan::main();
}

#[divan::bench(args = [Audience::Client, Audience::Trainee])]
fn thirty_words(bencher: Bencher<'_, '_>, audience: Audience) {
    let turn = Turn { audience, context: "You always make such a fuss. Why didn't you say?", reply: REPLY };
    bencher.bench(|| analyse(black_box(&turn)));
}

#[divan::bench]
fn hundred_thousand_words(bencher: Bencher<'_, '_>) {
    let reply = REPLY.repeat(100_000 / 33);
    bencher.bench(|| analyse(black_box(&Turn { audience: Audience::Client, context: "", reply: &reply })));
}
