//! What a talk of 50 turns costs to send: words and tokens, and how many of them a server still knows from the request
//! before. Prints a table; nothing is sent anywhere. `cargo bench --bench prompt`, and with `-- --show` one whole prompt, to be
//! read aloud.

#[path = "../tests/model_support/mod.rs"]
mod model_support;

use std::sync::OnceLock;
use std::time::Instant;

use model_support::{CHORES, Fake, answer, endless, reply, say, says, scripted};
use saywell::counterpart::prompted::budget::{A_MESSAGE, Budget, Estimate};
use saywell::counterpart::prompted::prompt::{Prompt, Remembered};
use saywell::llm::Message;
use saywell::llm::Tokens;
use saywell::prompts::Prompts;
use saywell::runtime::Told;
use saywell::session::{Command, Cue, Event};

const TURNS: usize = 50;
static VOCABULARY: OnceLock<Tokens> = OnceLock::new();

fn words(messages: &[Message]) -> usize {
    messages.iter().map(|m| m.content.split_whitespace().count()).sum()
}

fn tokens(messages: &[Message]) -> usize {
    let vocabulary = VOCABULARY.get_or_init(|| Tokens::of("gpt-4o"));
    messages.iter().map(|m| vocabulary.count(&m.content) + A_MESSAGE).sum()
}

/// The part of a request that its predecessor begins with in the same way.
fn known(before: &[Message], after: &[Message]) -> Vec<Message> {
    let mut same = Vec::new();
    for (a, b) in before.iter().zip(after) {
        if a == b {
            same.push(b.clone());
            continue;
        }
        let bytes = a.content.bytes().zip(b.content.bytes()).take_while(|(x, y)| x == y).count();
        let whole = b.content.get(..bytes).unwrap_or_default();
        same.push(Message { role: b.role, content: whole.to_owned() });
        break;
    }
    same
}

/// One whole prompt, as a model reads it, late in a talk.
fn show() {
    let fake = Fake::new((0..TURNS).map(|n| says(&answer(n, 60))));
    let mut runtime = scripted(&endless(CHORES), CHORES);
    runtime.set_counterpart(Box::new(model_support::counterpart(&fake)));
    for n in 0..40 {
        say(&mut runtime, &reply(n));
    }
    let asked = fake.asked.lock().map(|asked| asked.clone()).unwrap_or_default();
    for message in asked.last().into_iter().flat_map(|request| &request.messages) {
        println!("[{:?}] {}\n", message.role, message.content);
    }
}

fn main() {
    if std::env::args().any(|arg| arg == "--show") {
        return show();
    }
    println!("{TURNS} turns, 20 words a reply, context 4,096; tokens by the vocabulary o200k");
    println!("(a client that sends everything again each time: words 148,000 at 100 words an answer)\n");
    println!(
        "{:>14} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "words/answer", "words", "of all", "uncached", "peak", "tokens", "peak tok", "known %"
    );
    for size in [15, 30, 60, 100] {
        let scenario = endless(CHORES);
        let fake = Fake::new((0..TURNS).map(|n| says(&answer(n, size))));
        let mut runtime = scripted(&scenario, CHORES);
        runtime.set_counterpart(Box::new(model_support::counterpart(&fake)));
        for n in 0..TURNS {
            say(&mut runtime, &reply(n));
        }
        let asked = fake.asked.lock().map(|asked| asked.clone()).unwrap_or_default();
        assert_eq!(asked.len(), TURNS, "an answer was refused");
        let requests: Vec<&Vec<Message>> = asked.iter().map(|request| &request.messages).collect();
        let all: usize = requests.iter().map(|r| words(r)).sum();
        let again: usize = (1..=TURNS).map(|n| n * 20 + (n - 1) * size).sum();
        let peak = requests.iter().map(|r| words(r)).max().unwrap_or(0);
        let pairs = || requests.windows(2).map(|pair| (known(pair[0], pair[1]), pair[1]));
        let kept: usize = pairs().map(|(same, _)| words(&same)).sum();
        let (same, sent) = pairs().fold((0, 0), |(a, b), (same, r)| (a + tokens(&same), b + tokens(r)));
        println!(
            "{size:>14} {all:>9} {:>9.2} {:>9} {peak:>9} {sent:>9} {:>9} {:>9.1}",
            all as f64 / again as f64,
            all - kept,
            requests.iter().map(|r| tokens(r)).max().unwrap_or(0),
            same as f64 * 100.0 / sent as f64
        );
    }
    assembly();
    sentence();
}

/// How long it takes from a reply that was moved on to the messages of its request, at turn 200.
fn assembly() {
    let scenario = endless(CHORES);
    let mut runtime = scripted(&scenario, CHORES);
    for n in 0..200 {
        say(&mut runtime, &reply(n));
    }
    let session = runtime.session();
    let last = session.turns().iter().rev().find(|turn| turn.step.is_some());
    let Some((turn, step)) = last.and_then(|turn| Some((turn, turn.step.as_ref()?))) else { return };
    let cue = Cue {
        turn: turn.id + 1,
        parent: Some(turn.id),
        state: step.after.state.clone(),
        stance: String::new(),
        facts: Vec::new(),
        line: step.line.clone(),
    };
    let (prompts, budget, mut remembered) = (Prompts::default(), Budget::of(Some(4_096)), Remembered::default());
    let mut assemble =
        || Prompt::of(session, &cue, &prompts, &Estimate, budget, &mut remembered).map(|p| p.messages().len());
    let _ = assemble();
    let mut times: Vec<_> = (0..200)
        .map(|_| {
            let begun = Instant::now();
            let _ = std::hint::black_box(assemble());
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("\nfrom the director's step to the messages, at turn 200: median {:?}", times[times.len() / 2]);
}

/// How long it takes from the last piece of a sentence to the sentence on its way to the screen, in a long talk.
fn sentence() {
    let scenario = endless(CHORES);
    let answers = (0..200).map(|n| says(&answer(n, 30)));
    let last = (0..40).map(|n| says(&format!("That was number {n} of it, and now I want my tea. And more.")));
    let fake = Fake::new(answers.chain(last));
    let mut runtime = scripted(&scenario, CHORES);
    runtime.set_counterpart(Box::new(model_support::counterpart(&fake)));
    for n in 0..200 {
        say(&mut runtime, &reply(n));
    }
    let (mut whole, mut times) = (None, Vec::new());
    for n in 0..40 {
        let command = Command::Say(format!("And {n}? {}", reply(n)));
        let _ = runtime.submit_watched(command, &mut |told| match told {
            Told::Event(recorded) if matches!(recorded.event, Event::Moved { .. }) => whole = Some(Instant::now()),
            Told::Partly(..) => times.extend(whole.take().map(|moved: Instant| moved.elapsed())),
            Told::Event(_) => {}
        });
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2);
    println!("from the director's step to the first sentence shown, model's time none, at turn 200: median {median:?}");
}
