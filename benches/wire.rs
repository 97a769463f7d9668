//! What a model in the loop costs besides the model: from Enter to the request on the wire, from a token to the screen, from
//! "stop" to the closed socket. Against a server in the same process; prints medians and the worst of each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/wire_support/mod.rs"]
mod wire_support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use saywell::analysis::Audience;
use saywell::counterpart::Partly;
use saywell::llm::{Chunk, Engine, OpenAi, Permit};
use saywell::prompts::Prompts;
use saywell::runtime::{Model, Runtime, Stop, Told, system_clock};
use saywell::scenario::{self, Difficulty};
use saywell::session::{Command, Setup};
use saywell::store::{SqliteStore, text_hash};
use wire_support::*;

const SCENARIO: &str = include_str!("../scenarios/dispute-partner-chores.yaml");
const TURNS: usize = 40;

fn main() {
    turns("all at once", Duration::ZERO);
    turns("200 tokens a second", Duration::from_millis(5));
    stops();
}

/// Different lines, as the counterpart says none twice.
fn line(n: usize) -> Vec<String> {
    let things = [
        "the bins",
        "the shift",
        "the car",
        "the dog",
        "the rent",
        "the bus",
        "my boots",
        "that form",
        "tea",
        "the van",
    ];
    let text = format!("I was thinking of {} on day {n}. It was a long one, and I am tired.", things[n % things.len()]);
    let mut tokens: Vec<String> = text.split_inclusive(' ').map(words).collect();
    tokens.push([finish("stop"), DONE.to_owned()].concat());
    tokens
}

fn turns(name: &str, pace: Duration) {
    let server = TestServer::new(move |n, _| vec![head(), Step::Paced(line(n), pace)]);
    let folder = tempfile::tempdir().unwrap();
    let store = Box::new(SqliteStore::open(folder.path().join("saywell.db")).unwrap());
    let (scenario, _) = scenario::parse(SCENARIO);
    let setup =
        Setup { audience: Audience::Client, difficulty: Difficulty::Hard, seed: 7, scenario_hash: text_hash(SCENARIO) };
    let (mut runtime, _) = Runtime::start(store, Arc::new(scenario.unwrap()), SCENARIO, setup, system_clock).unwrap();
    let client = OpenAi::new(server.settings(), Permit::ThisComputer);
    client.prepare().unwrap();
    runtime.use_model(&Model::new(Engine::default(), Arc::new(client), Arc::new(Prompts::default())));
    let (mut to_wire, mut to_sentence, mut to_end) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..TURNS {
        server.take_sent();
        let seen = server.requests().len();
        let enter = Instant::now();
        let (mut sentence, mut end) = (None, None);
        let said = runtime.submit_watched(Command::Say(format!("hm, number {n}")), &mut |told| {
            if let Told::Partly(_, Partly::Sentence(_)) = told {
                sentence.get_or_insert_with(Instant::now);
                end = Some(Instant::now());
            }
        });
        if said.is_err() {
            break;
        }
        let requests = server.requests();
        let Some(request) = requests.get(seen) else { continue };
        to_wire.push(request.at.duration_since(enter));
        // The head comes first; the first sentence is whole with the word after it.
        let sent = server.take_sent();
        let words = line(requests.len() - 1).len();
        let first = line(requests.len() - 1).iter().position(|token| token.contains(". ")).unwrap_or(0) + 1;
        if let (1, Some(sentence), Some(end)) = (requests.len() - seen, sentence, end)
            && sent.len() == words + 1
        {
            to_sentence.push(sentence.saturating_duration_since(sent[first]));
            to_end.push(end.saturating_duration_since(sent[words]));
        }
    }
    report(&format!("{name}: Enter to the whole request at the server (stored, analysed, prompt made)"), to_wire);
    report(&format!("{name}: last token of the first sentence sent, to the sentence told"), to_sentence);
    report(&format!("{name}: end of the answer sent, to the last sentence told"), to_end);
}

fn stops() {
    let mut closed = Vec::new();
    for _ in 0..TURNS {
        let server = TestServer::always(vec![head(), Step::Send(words("Well").into_bytes()), Step::Stall]);
        let (stop, mut at) = (Stop::default(), Instant::now());
        let mut settings = server.settings();
        settings.limits.idle = Duration::from_secs(60);
        let client = OpenAi::new(settings, Permit::ThisComputer);
        let engine = Engine::default();
        let _ = engine.ask(Arc::new(client), request(), &stop, &mut |chunk| {
            if matches!(chunk, Chunk::Text(_)) {
                at = Instant::now();
                stop.set();
            }
        });
        server.hung_up.recv().unwrap();
        closed.push(at.elapsed());
    }
    report("stop, to the socket closed at the server", closed);
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |t| t.as_secs_f64() * 1000.0);
    let (median, worst) = (times.get(times.len() / 2), times.last());
    println!("{what}: median {:.2} ms, worst {:.2} ms of {}", ms(median), ms(worst), times.len());
}
