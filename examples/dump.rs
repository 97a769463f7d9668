//! Dumps what the analyser reads off labelled replies, for prototyping.
use std::io::{BufRead, Write};

use saywell::analysis::context::TurnContext;
use saywell::analysis::document::Document;
use saywell::analysis::lexicon::Lexicon;
use saywell::analysis::{Audience, Turn, registry};
use serde_json::{Value, json};

fn tokens(d: &Document) -> Value {
    let lex = Lexicon::get();
    d.tokens
        .iter()
        .enumerate()
        .map(|(i, t)| {
            let text = if t.word == 1 { "<number>" } else if t.word == 0 { d.norm(i) } else { lex.text(t.word).unwrap_or(d.norm(i)) };
            json!([text, t.class, t.mask, t.after, t.clause, t.sentence, t.start, t.end, u8::from(t.word == 0)])
        })
        .collect()
}

fn clauses(d: &Document) -> Value {
    d.clauses
        .iter()
        .map(|c| {
            json!([
                c.start, c.end, format!("{:?}", c.subject), format!("{:?}", c.form), format!("{:?}", c.tense), c.negated,
                c.subordinate, c.second_person, c.verb, c.classes, c.subject_at
            ])
        })
        .collect()
}

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for file in std::env::args().skip(1) {
        for line in std::io::BufReader::new(std::fs::File::open(&file).expect("file")).lines() {
            let row: Value = serde_json::from_str(&line.expect("line")).expect("json");
            let audience: Audience = row["audience"].as_str().unwrap_or("client").parse().expect("audience");
            let turn = Turn {
                audience,
                context: row["context"].as_str().unwrap_or(""),
                reply: row["reply"].as_str().unwrap_or(""),
            };
            let t = TurnContext::read(&turn);
            let hits: Vec<Value> = t
                .matches()
                .filter(|(r, _, _)| r.id.is_some())
                .map(|(r, h, a)| json!([r.id.map(|i| i.as_str()), r.tag, h.start, h.end, r.confidence, r.grade, a]))
                .collect();
            let mut found = Vec::new();
            for d in registry::DETECTORS.iter().filter(|d| d.meta().id.is_for(audience)) {
                d.detect(&t, &mut found);
            }
            let found: Vec<Value> =
                found.iter().map(|f| json!([f.id.as_str(), f.confidence, f.grade, f.span.start, f.span.end])).collect();
            let o = json!({"row": row, "tokens": tokens(&t.doc), "clauses": clauses(&t.doc), "before": tokens(&t.before),
                "bclauses": clauses(&t.before), "ctx": t.context, "hits": hits, "found": found});
            writeln!(out, "{o}").expect("write");
        }
    }
}
