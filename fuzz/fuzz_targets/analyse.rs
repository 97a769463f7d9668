//! Any text as a reply and as what was said before it: `cargo fuzz run -s none analyse`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell::analysis::{Audience, Turn, analyse, rewrite};

fuzz_target!(|text: &str| {
    // The first line is the other's turn.
    let (context, reply) = text.split_once('\n').unwrap_or(("", text));
    for audience in [Audience::Client, Audience::Trainee] {
        let turn = Turn { audience, context, reply };
        let analysis = analyse(&turn);
        for finding in &analysis.findings {
            let quote = reply.get(finding.span.clone());
            assert!(quote.is_some_and(|q| !q.is_empty()), "{finding:?}");
            let _ = rewrite(reply, finding);
        }
        assert!(analysis.scores.iter().all(|(_, s)| (0.0..=1.0).contains(s)));
        assert_eq!(analysis, analyse(&turn));
    }
});
