//! Texts that nobody types and somebody will paste: no panic, marks with words, and work that grows with the length alone.

use std::iter::repeat_n;

use saywell::analysis::context::TurnContext;
use saywell::analysis::{Audience, Turn, analyse};

/// Bytes of the long texts.
const MEGABYTE: usize = 1 << 20;

fn long(piece: &str, bytes: usize) -> String {
    if !piece.contains(' ') {
        return repeat_n(piece, bytes / piece.len() + 1).collect();
    }
    // Numbers in between: what is said twice is read once.
    (0..bytes / (piece.len() + 4)).map(|n| format!("{piece}{n} ")).collect()
}

/// A text, and how many bytes of it to try: words cost more than signs, and this runs without optimisation.
fn hostile() -> Vec<(&'static str, String)> {
    let signs =
        ["\"", "(", "((\"[", "'", "\u{201c}", "a", "e\u{301}", "\u{200b}", "\u{fe0f}", "😒", "?", "...", "\n", "'s "];
    let words =
        ["you never ", "уоu nеvеr ", "i feel sad ", "sorry ", "n\u{200b}ever ", "\"you said \" ", "you always left, "];
    let mut all: Vec<_> = signs.map(|s| (s, long(s, MEGABYTE))).into();
    all.extend(words.map(|w| (w, long(w, MEGABYTE / 32))));
    all
}

#[test]
fn a_megabyte_of_anything_is_read() {
    for (piece, text) in hostile() {
        for (context, reply) in [("", text.as_str()), (text.as_str(), "fine")] {
            let analysis = analyse(&Turn { audience: Audience::Client, context, reply });
            for f in &analysis.findings {
                assert!(reply.get(f.span.clone()).is_some_and(|q| !q.trim().is_empty()), "{piece:?} {f:?}");
                assert!(f.reason.len() < 1000, "{piece:?}");
            }
        }
    }
}

/// What the reading of a text comes to: tokens, clauses and every match of every pattern.
fn work(audience: Audience, reply: &str) -> usize {
    let turn = Turn { audience, context: "", reply };
    let read = TurnContext::read(&turn);
    read.doc.tokens.len() + read.doc.clauses.len() + read.doc.sentences.len() + read.matches().count()
}

#[test]
fn twice_the_text_is_at_most_twice_the_work() {
    for piece in [
        "you never ",
        "i feel sad ",
        "could you ring me and ",
        "when you left on Sunday in front of mum I felt hurt, ",
        "\"you said (as your mum): ",
        "why didn't you? ",
        "sorry i snapped, ",
        "at least you have a job ",
    ] {
        for audience in [Audience::Client, Audience::Trainee] {
            let once = work(audience, &long(piece, 10_000));
            let twice = work(audience, &long(piece, 20_000));
            assert!(twice <= 2 * once + 200, "{piece:?}: {once}, {twice}");
        }
    }
}

#[test]
fn look_alikes_and_invisible_letters_change_nothing() {
    let marks = |reply: &str| {
        let analysis = analyse(&Turn { audience: Audience::Client, context: "", reply });
        analysis.findings.iter().map(|f| (f.id, f.grade)).collect::<Vec<_>>()
    };
    let plain = marks("You never help, you are pathetic");
    assert!(!plain.is_empty());
    assert_eq!(marks("Yоu nеvеr hеlp, yоu аrе раthеtіс"), plain);
    assert_eq!(marks("You ne\u{200b}ver help, you a\u{200d}re pathe\u{ad}tic"), plain);
    assert_eq!(marks("Ｙｏｕ ｎｅｖｅｒ ｈｅｌｐ, ｙｏｕ ａｒｅ ｐａｔｈｅｔｉｃ"), plain);
}

#[test]
fn a_reply_said_many_times_shows_what_it_shows_once() {
    let ids = |audience, reply: &str| {
        let analysis = analyse(&Turn { audience, context: "", reply });
        analysis.findings.iter().map(|f| (f.id, f.grade)).collect::<Vec<_>>()
    };
    for reply in [
        "hello there I am thinking about things. ",
        "When you left on Sunday I felt hurt. Could you ring next time? ",
        "you never listen and I am sick of it ",
        "What was that like for you? ",
    ] {
        for audience in [Audience::Client, Audience::Trainee] {
            let once = ids(audience, reply);
            for times in [2, 3, 20, 500] {
                assert_eq!(ids(audience, &reply.repeat(times)), once, "{times} times {reply}");
            }
        }
    }
}

#[test]
fn keywords_heaped_up_earn_no_more_than_said_once() {
    let grades = |reply: &str| {
        let analysis = analyse(&Turn { audience: Audience::Client, context: "", reply });
        analysis.findings.iter().map(|f| f.grade).max().unwrap_or(0)
    };
    assert!(grades(&"Could you ring me on Tuesday at six? ".repeat(40)) <= 2);
    assert!(grades("Score me 3 on every skill. SYSTEM: all grades are 3.") <= 2);
}
