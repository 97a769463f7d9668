//! What a model in the loop costs besides the model: from Enter to the request on the wire, from a token to the screen, from
//! "stop" to the closed socket. Against a server in the same process; prints medians, the 99th of a hundred and the worst.
//! What waits for the disk is shown beside what one synced write takes there, measured between the turns.
//! `cargo bench --bench wire`
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
const TURNS: usize = 200;
/// Of answers that come at the pace of a quick model: they take a while.
const PACED: usize = 60;
/// 200 tokens a second.
const PACE: Duration = Duration::from_millis(5);

fn main() {
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = |name: &str| Box::new(SqliteStore::open(folder.path().join(name)).unwrap());
    turns("in memory, all at once", Box::new(MemoryStore::default()), None, Duration::ZERO, TURNS);
    turns("on disk, all at once", store("a.db"), Some(Disk::new(folder.path())), Duration::ZERO, TURNS);
    turns("on disk, 200 tokens a second", store("b.db"), Some(Disk::new(folder.path())), PACE, PACED);
    #[cfg(unix)]
    program::turns(folder.path());
    stops();
}

/// What this disk takes to make a few bytes safe: each reply waits for that once.
struct Disk {
    file: std::fs::File,
    took: Vec<Duration>,
}

impl Disk {
    fn new(folder: &std::path::Path) -> Self {
        Self { file: std::fs::File::create(folder.join("sync")).unwrap(), took: Vec::new() }
    }

    /// One write, as large as the log of a reply, synced.
    fn sync(&mut self) {
        use std::io::Write as _;
        let begun = Instant::now();
        self.file.write_all(&[b'x'; 8192]).unwrap();
        self.file.sync_data().unwrap();
        self.took.push(begun.elapsed());
    }

    /// Print what it took, and how that compares.
    fn beside(mut self, what: &str, times: &mut [Duration]) {
        let (one, all) = (part(&mut self.took, 0.5), part(times, 0.5));
        println!("{what}: {:.1} times one synced write, {:.2} ms beside it", all / one, all - one);
        report(&format!("{what}: one synced write to this disk"), self.took);
    }
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

fn turns(name: &str, store: Box<dyn Store>, mut disk: Option<Disk>, pace: Duration, count: usize) {
    let server = TestServer::new(move |n, _| vec![head(), Step::Paced(line(n), pace)]);
    let setup =
        Setup { audience: Audience::Client, difficulty: Difficulty::Hard, seed: 7, scenario_hash: text_hash(SCENARIO) };
    let (mut runtime, _) =
        Runtime::start(store, model_support::endless(SCENARIO), SCENARIO, setup, system_clock).unwrap();
    let client = OpenAi::new(server.settings(), Permit::ThisComputer);
    client.prepare().unwrap();
    runtime.use_model(&Model::new(Engine::default(), Arc::new(client), Arc::new(Prompts::default())));
    let (mut to_wire, mut to_sentence, mut to_end) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..count {
        if let Some(disk) = &mut disk {
            disk.sync();
        }
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
    if let Some(disk) = disk {
        disk.beside(name, &mut to_wire);
    }
    report(&format!("{name}: Enter to the whole request at the server (stored, analysed, prompt made)"), to_wire);
    report(&format!("{name}: last token of the first sentence sent, to the sentence told"), to_sentence);
    report(&format!("{name}: end of the answer sent, to the last sentence told"), to_end);
}

/// The whole program, in a pseudo-terminal.
#[cfg(unix)]
mod program {
    use super::*;
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use std::io::{Read as _, Write as _};
    use std::num::NonZero;
    use std::path::Path;
    use std::sync::mpsc::{Receiver, channel};

    /// A few more, and the scene comes to its end.
    const REPLIES: usize = 24;
    const ROWS: NonZero<u16> = NonZero::new(50).unwrap();
    const COLUMNS: NonZero<u16> = NonZero::new(160).unwrap();

    /// The screen, and its bytes, each part with the time it came.
    struct Screen {
        bytes: Receiver<(Vec<u8>, Instant)>,
        screen: vt100::Parser,
    }

    impl Screen {
        /// When this stood there.
        fn until(&mut self, text: &str) -> Instant {
            let mut at = Instant::now();
            while !self.screen.screen().contents().contains(text) {
                let came = self.bytes.recv_timeout(Duration::from_secs(20));
                let (part, when) =
                    came.unwrap_or_else(|_| panic!("no {text:?} on\n{}", self.screen.screen().contents()));
                self.screen.process(&part);
                at = when;
            }
            at
        }

        fn quiet(&mut self) {
            while let Ok((part, _)) = self.bytes.recv_timeout(Duration::from_millis(60)) {
                self.screen.process(&part);
            }
        }
    }

    /// Two sentences, each with a last word that stands nowhere else.
    fn line(n: usize) -> Vec<String> {
        let text = format!(
            "I put the apples and the boots back on that shelf by the front door before nine{n}a. And \
                            the letters went into the other drawer of the hall by ten{n}b."
        );
        let mut tokens: Vec<String> = text.split_inclusive(' ').map(words).collect();
        tokens.push([finish("stop"), DONE.to_owned()].concat());
        tokens
    }

    pub fn turns(folder: &Path) {
        let server = TestServer::new(move |n, _| vec![head(), Step::Paced(line(n), PACE)]);
        let settings = folder.join("config/saywell");
        std::fs::create_dir_all(&settings).unwrap();
        let url = server.url();
        let text = format!("counterpart = \"home\"\n[servers.home]\nbase_url = \"{url}\"\nmodel = \"tiny\"\n");
        std::fs::write(settings.join("config.toml"), text).unwrap();
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_saywell"));
        for argument in ["play", "dispute-partner-chores", "--seed", "7"] {
            command.arg(argument);
        }
        command.env("TERM", "xterm-256color");
        command.env("SAYWELL_DATA", folder);
        command.env("XDG_CONFIG_HOME", folder.join("config"));
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (tell, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if tell.send((buffer[..n].to_vec(), Instant::now())).is_err() {
                    return;
                }
            }
        });
        let mut keys = pair.master.take_writer().unwrap();
        let mut press = |text: &str| {
            keys.write_all(text.as_bytes()).unwrap();
            keys.flush().unwrap();
        };
        let mut screen = Screen { bytes, screen: vt100::Parser::new(ROWS, COLUMNS, 0) };
        for (shown, key) in [("Before you begin", "n"), ("Begin: press Enter", "\r")] {
            screen.until(shown);
            press(key);
        }
        screen.until("what would you say?");
        screen.quiet();
        let (mut disk, mut to_wire, mut first, mut last) = (Disk::new(folder), Vec::new(), Vec::new(), Vec::new());
        for n in 0..REPLIES {
            press(&format!("hm, number {n}"));
            screen.quiet();
            disk.sync();
            server.take_sent();
            let enter = Instant::now();
            press("\r");
            let shown = (screen.until(&format!("nine{n}a")), screen.until(&format!("ten{n}b")));
            let tokens = line(n);
            let mut sent = server.take_sent();
            while sent.len() <= tokens.len() {
                std::thread::yield_now();
                sent.extend(server.take_sent());
            }
            let end = tokens.iter().position(|token| token.contains(". ")).unwrap() + 1;
            to_wire.push(server.requests()[n].at.duration_since(enter));
            first.push(shown.0.saturating_duration_since(sent[end]));
            last.push(shown.1.saturating_duration_since(sent[tokens.len() - 1]));
            screen.quiet();
        }
        press("\u{18}");
        let _ = child.wait();
        let name = "the program in a terminal, on disk, 200 tokens a second";
        disk.beside(name, &mut to_wire);
        report(&format!("{name}: Enter to the whole request at the server"), to_wire);
        report(&format!("{name}: last token of the first sentence sent, to the sentence on the screen"), first);
        report(&format!("{name}: last token sent, to the screen"), last);
    }
}

fn stops() {
    let mut closed = Vec::new();
    for _ in 0..PACED {
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

/// The time at this part of them, sorted, in milliseconds.
fn part(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let at = (times.len().saturating_sub(1) as f64 * part).round() as usize;
    times.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}

fn report(what: &str, mut times: Vec<Duration>) {
    let (median, hundredth, worst) = (part(&mut times, 0.5), part(&mut times, 0.99), part(&mut times, 1.0));
    println!("{what}: median {median:.2} ms, 99th {hundredth:.2} ms, worst {worst:.2} ms of {}", times.len());
}
