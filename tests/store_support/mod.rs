//! What the tests of the store share: a scenario, events by hand, and this test program started once more as a helper
//! process that does one thing and can be killed at it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use saywell::analysis::Audience;
use saywell::scenario::Difficulty;
use saywell::session::{Event, Source};
use saywell::store::{NewSession, SqliteStore, Store, text_hash};

pub const TEXT: &str = "format: 1\nid: chores\ntitle: Asking for help\n";

pub fn new(id: &str) -> NewSession<'_> {
    NewSession { id, title: "Asking for help", scenario_text: TEXT }
}

pub fn started_with(text: &str) -> Event {
    Event::Started {
        scenario: "chores".into(),
        scenario_hash: text_hash(text),
        audience: Audience::Trainee,
        difficulty: Difficulty::Hard,
        seed: u64::MAX,
        analyser: 1,
    }
}

pub fn opening() -> Vec<Event> {
    let text = "You're home. Before you start: I'm exhausted.".into();
    vec![started_with(TEXT), Event::CounterpartSaid { turn: 0, parent: None, text, source: Source::Scripted }]
}

pub fn said(turn: u32, text: &str) -> Event {
    Event::UserSaid { turn, parent: Some(turn.saturating_sub(1)), text: text.into() }
}

/// A reply that can be told from all others and fills some space.
pub fn reply(n: usize) -> String {
    format!("reply {n}: {}", "I felt alone with the dishes on Tuesday. ".repeat(1 + n % 7))
}

pub fn database(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("saywell.db")
}

/// The replies of a session, in order.
pub fn replies(store: &dyn Store, session: &str) -> Vec<String> {
    let said = |event| if let Event::UserSaid { text, .. } = event { Some(text) } else { None };
    store.events(session).unwrap().into_iter().filter_map(|r| said(r.event)).collect()
}

/// A session `a` with so many replies, each appended alone.
pub fn fill(store: &mut dyn Store, session: &str, count: usize) {
    let mut last = store.create(&new(session), 0, &opening()).unwrap();
    for n in 0..count {
        last = store.append(session, last, n as i64, &[said(n as u32 + 1, &reply(n))]).unwrap();
    }
}

/// The file as SQLite judges it. By way of a store, which other processes may know of, and other threads: SQLite's
/// locks belong to the process and not to the one who opened the file.
pub fn is_whole(path: &Path) -> bool {
    open(path).check().is_ok()
}

pub fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).unwrap()
}

/// What the helper process is told to do; `None` in an ordinary run of the tests.
pub fn told() -> Option<(String, PathBuf)> {
    let what = std::env::var("STORE_HELPER").ok()?;
    Some((what, PathBuf::from(std::env::var_os("STORE_HELPER_DB")?)))
}

/// This test program once more: it runs its test `helper`, which does `what` to the database at `path`.
pub fn helper(what: &str, path: &Path) -> Command {
    helper_under(&[], what, path)
}

/// The same under another program, such as a shell that sets a limit first: the helper's command line goes behind.
pub fn helper_under(before: &[&str], what: &str, path: &Path) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut command = match before {
        [] => Command::new(this),
        [program, rest @ ..] => {
            let mut command = Command::new(program);
            command.args(rest).arg(this);
            command
        }
    };
    command.args(["helper", "--exact", "--nocapture", "--test-threads=1", "--quiet"]);
    command.env("STORE_HELPER", what).env("STORE_HELPER_DB", path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The same with system calls that fail, or kill it, at a certain time, as `strace --inject` writes it. `None` where
/// there is no strace or it may not be used.
pub fn helper_injected(inject: &str, what: &str, path: &Path) -> Option<Command> {
    static USABLE: OnceLock<bool> = OnceLock::new();
    let usable = USABLE.get_or_init(|| {
        let tried = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
        let usable = tried.is_ok_and(|output| output.status.success());
        if !usable {
            eprintln!("skipped: faults are injected by strace, which is not here or not allowed to trace");
        }
        usable
    });
    let (calls, _) = inject.split_once(':')?;
    let (trace, inject) = (format!("trace={calls}"), format!("inject={inject}"));
    let before = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    usable.then(|| helper_under(&before, what, path))
}

/// The lines of the helper that begin with `word`, without it.
pub fn lines<'o>(output: &'o str, word: &str) -> Vec<&'o str> {
    output.lines().filter_map(|line| line.trim_start_matches('.').strip_prefix(word)).map(str::trim).collect()
}

/// The helper's usual work: open the database, go on with `session` or begin it, add `count` replies one by one, and
/// say `ack <n>` for each that was acknowledged. What was refused is told and tried once more.
pub fn append_and_tell(path: &Path, session: &str, count: usize, tell: impl Fn(&str)) {
    let mut store = match SqliteStore::open(path) {
        Ok(store) => store,
        Err(error) => return tell(&format!("closed {error:?}")),
    };
    let begun = match store.find(session) {
        Ok(found) => Ok((found.last_seq, found.turns as usize)),
        Err(_) => store.create(&new(session), 0, &opening()).map(|last| (last, 0)),
    };
    let (mut last, first) = match begun {
        Ok(begun) => begun,
        Err(error) => return tell(&format!("closed {error:?}")),
    };
    tell("begun");
    for n in first..first + count {
        let event = [said(n as u32 + 1, &reply(n))];
        let mut add = || store.append(session, last, 0, &event);
        match add().or_else(|error| {
            tell(&format!("refused {n} {error:?}"));
            add()
        }) {
            Ok(seq) => last = seq,
            Err(error) => return tell(&format!("closed {error:?}")),
        }
        tell(&format!("ack {n}"));
    }
    tell("done");
}

/// One line, out of the process before this returns.
pub fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).unwrap();
}

/// Kills what it holds when it is dropped, so that a failing test leaves no process behind.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A small generator of numbers that look random and are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound.max(1)
    }
}
