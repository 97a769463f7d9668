//! What a model in the loop costs besides the model: from Enter to the request on the wire, from a token to the screen, from
//! "stop" to the closed socket. Against a server in the same process; prints medians and the worst of each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/model_support/mod.rs"]
mod model_support;
#[path = "../tests/wire_support/mod.rs"]
mod wire_support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use saywell::analysis::Audience;
use saywell::counterpart::Partly;
use saywell::llm::{Chunk, Engine, OpenAi, Permit};
use saywell::prompts::Prompts;
use saywell::runtime::{Model, Runtime, Stop, Told, system_clock};
use saywell::scenario::Difficulty;
use saywell::session::{Command, Setup};
use saywell::store::{MemoryStore, SqliteStore, Store, text_hash};
use wire_support::*;

const SCENARIO: &str = model_support::CHORES;
const TURNS: usize = 40;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let disk = || Box::new(SqliteStore::open(folder.path().join("saywell.db")).unwrap());
    turns("in memory, all at once", Box::new(MemoryStore::default()), Duration::ZERO);
    turns("on disk, all at once", disk(), Duration::ZERO);
    turns("on disk, 200 tokens a second", disk(), Duration::from_millis(5));
    syncs(folder.path());
    stops();
}

/// Different lines, as the counterpart says none twice.
fn line(n: usize) -> Vec<String> {
    let things = ["apples", "boots", "curtains", "ladders", "saucepans", "letters", "bottles"];
    let thing = |k: usize| things[(n + k) % things.len()];
    let text = format!(
        "I put the {} number {n} back on shelf 0 by the door. I put the {} number {n} back on shelf 1 by the door.",
        thing(0),
        thing(1)
    );
    let mut tokens: Vec<String> = text.split_inclusive(' ').map(words).collect();
    tokens.push([finish("stop"), DONE.to_owned()].concat());
    tokens
}

fn turns(name: &str, store: Box<dyn Store>, pace: Duration) {
    let server = TestServer::new(move |n, _| vec![head(), Step::Paced(line(n), pace)]);
    let setup =
        Setup { audience: Audience::Client, difficulty: Difficulty::Hard, seed: 7, scenario_hash: text_hash(SCENARIO) };
    let (mut runtime, _) =
        Runtime::start(store, model_support::endless(SCENARIO), SCENARIO, setup, system_clock).unwrap();
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

/// What this disk takes to make a few bytes safe: each reply waits for that.
fn syncs(folder: &std::path::Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(folder.join("sync")).unwrap();
    let one = |file: &mut std::fs::File| {
        let begun = Instant::now();
        file.write_all(&[b'x'; 512]).unwrap();
        file.sync_data().unwrap();
        begun.elapsed()
    };
    report("512 bytes to this disk, synced", (0..TURNS).map(|_| one(&mut file)).collect());
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
