//! The real program in a real pseudo-terminal: it draws, rehearses, resizes, stops and goes on, and gives the terminal
//! back. No waiting by the clock: each step waits for what the screen has to show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The longest that a step may take before the test is given up; far beyond what it needs.
const GIVE_UP: Duration = Duration::from_secs(60);

const PROGRAM: &str = env!("CARGO_BIN_EXE_saywell");

struct Screen {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    all: Vec<u8>,
}

impl Screen {
    fn start(data: &std::path::Path, shell: bool) -> Self {
        if shell {
            // What is left of the terminal is asked for when the program has ended.
            return Self::script(data, &format!("'{PROGRAM}' 2>&1; echo ended:$?; stty -a"));
        }
        Self::run(data, CommandBuilder::new(PROGRAM))
    }

    fn script(data: &std::path::Path, script: &str) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", script]);
        Self::run(data, command)
    }

    fn run(data: &std::path::Path, mut command: CommandBuilder) -> Self {
        command.env("SAYWELL_DATA", data);
        command.env("XDG_CONFIG_HOME", data);
        let pair =
            native_pty_system().openpty(PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 }).unwrap();
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (tell, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 || tell.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(cells(30), cells(100), 0);
        Self { master: pair.master, child, keys, bytes, parser, all: Vec::new() }
    }

    /// Read on until the screen is as wanted.
    fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        while !wanted(self.parser.screen()) {
            match self.bytes.recv_timeout(GIVE_UP) {
                Ok(bytes) => {
                    self.parser.process(&bytes);
                    self.all.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("waited for {what}\n{}", self.parser.screen().contents())
                }
            }
        }
    }

    fn shows(&mut self, text: &str) {
        self.until(text, |screen| screen.contents().contains(text));
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    fn say(&mut self, text: &str) {
        self.keys(text);
        self.shows(&format!("> {text}"));
        self.keys("\r");
        self.until(text, |screen| screen.contents().contains("what would you say?"));
    }

    fn resize(&mut self, rows: u16, cols: u16) {
        self.parser.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Wait until the system has stopped the program.
    fn is_stopped(&self) {
        let id = self.child.process_id().unwrap().to_string();
        let state = || std::process::Command::new("ps").args(["-o", "stat=", "-p", &id]).output().unwrap().stdout;
        while !state().starts_with(b"T") {}
    }

    /// The terminal is as it was: the usual screen, the cursor shown, no mouse, no paste marks.
    fn is_given_back(&self) {
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is still there");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "pastes are still marked");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

fn cells(n: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(n).unwrap()
}

fn begin(screen: &mut Screen) {
    screen.shows("Try one now");
    assert!(screen.parser.screen().alternate_screen());
    screen.keys("\r");
    screen.shows("what would you say?");
}

#[test]
fn five_turns_a_resize_and_the_terminal_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    let mut screen = Screen::start(data.path(), true);
    begin(&mut screen);
    for text in [
        "You never help me with this.",
        "Sorry, that came out wrong.",
        "I felt sad on Sunday when I came in.",
        "You must be worn out.",
        "Could we do one room together?",
    ] {
        screen.say(text);
    }
    screen.resize(20, 60);
    screen.until("the layout for 60 columns", |s| s.contents().contains("F1 help") && !s.contents().contains("PgUp"));
    screen.resize(40, 140);
    screen.shows("PgUp read back");
    screen.keys("\x03");
    screen.shows("Leave Saywell?");
    screen.keys("\x03");
    screen.shows("ended:0");
    screen.until("the terminal's settings", |s| s.contents().contains("icanon"));
    screen.is_given_back();
    let left = screen.parser.screen().contents();
    for on in ["icanon", "echo", "isig"] {
        assert!(left.split_whitespace().any(|word| word == on), "{on} in\n{left}");
    }
    // Everything is there again.
    let mut screen = Screen::start(data.path(), false);
    screen.shows("Go on:");
    screen.keys("\r");
    screen.shows("You must be worn out");
}

#[test]
fn a_signal_gives_the_terminal_back_and_keeps_what_was_typed() {
    for signal in ["TERM", "HUP"] {
        let data = tempfile::tempdir().unwrap();
        let mut screen = Screen::start(data.path(), false);
        begin(&mut screen);
        screen.say("Hello.");
        screen.keys("half a thought");
        screen.shows("> half a thought");
        screen.signal(signal);
        screen.until("the usual screen", |s| !s.alternate_screen() && !s.hide_cursor());
        screen.is_given_back();
        assert!(screen.child.wait().unwrap().success());
        let mut screen = Screen::start(data.path(), false);
        screen.shows("Go on:");
        screen.keys("\r");
        screen.shows("> half a thought");
    }
}

#[test]
fn ctrl_z_and_back() {
    let data = tempfile::tempdir().unwrap();
    // A shell that manages jobs, as one has at a prompt: it goes on when the app is stopped, and sends it on.
    let mut screen = Screen::script(data.path(), &format!("set -m; '{PROGRAM}'; echo shell:here; stty -a; read x; fg"));
    begin(&mut screen);
    screen.keys("before");
    screen.shows("> before");
    screen.keys("\x1a");
    screen.shows("shell:here");
    screen.shows("echoe");
    screen.is_given_back();
    assert!(screen.parser.screen().contents().contains(" icanon"), "{}", screen.parser.screen().contents());
    screen.keys("\r");
    screen.until("the app again", |s| s.alternate_screen() && s.contents().contains("> before"));
    screen.keys(" and after");
    screen.shows("> before and after");
    assert!(screen.parser.screen().bracketed_paste());
}

#[test]
fn ctrl_z_does_not_hang_where_nobody_could_send_it_on() {
    let data = tempfile::tempdir().unwrap();
    let mut screen = Screen::start(data.path(), false);
    begin(&mut screen);
    screen.keys("before\x1a");
    screen.shows("There is no shell under Saywell");
    screen.keys(" and after");
    screen.shows("> before and after");
    // Somebody who stops it from outside can send it on.
    screen.signal("TSTP");
    screen.until("the usual screen", |s| !s.alternate_screen() && !s.hide_cursor());
    screen.is_stopped();
    screen.signal("CONT");
    screen.until("the app again", |s| s.alternate_screen() && s.contents().contains("> before and after"));
}

#[test]
fn it_only_opens_where_it_can_draw() {
    let data = tempfile::tempdir().unwrap();
    let out = assert_cmd::Command::cargo_bin("saywell")
        .unwrap()
        .env("SAYWELL_DATA", data.path())
        .env("TERM", "xterm-256color")
        .write_stdin("")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(text.contains("Which conversation") && !text.contains('\u{1b}'), "{text}");
}

const FAILS: &str = "SAYWELL_TEST_FAILS";

/// Not a test of its own: the next one runs it in a pseudo-terminal.
#[test]
fn fails_with_the_terminal_taken() {
    if std::env::var_os(FAILS).is_some() {
        saywell::tui::terminal::guard_panics();
        saywell::tui::terminal::take(true).unwrap();
        panic!("the reason");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_what_to_do() {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "fails_with_the_terminal_taken", "--nocapture"]);
    command.env(FAILS, "1");
    let data = tempfile::tempdir().unwrap();
    let mut screen = Screen::run(data.path(), command);
    screen.shows("saywell resume");
    screen.is_given_back();
    let left = screen.parser.screen().contents();
    assert!(left.contains("the reason") && left.contains("What you said is kept"), "{left}");
    assert!(String::from_utf8_lossy(&screen.all).contains("\x1b[?1049h"), "it was taken before");
}

/// The program in plain mode, and what it ended with.
fn plain(data: &std::path::Path) -> Screen {
    Screen::script(data, &format!("'{PROGRAM}' play grief-mother-belongings --plain; echo ended:$?"))
}

/// The terminal was told last to forget all of it, and nothing was said after that.
fn nothing_is_left(screen: &mut Screen, said: &str) {
    screen.shows("ended:0");
    screen.is_given_back();
    assert_eq!(screen.parser.screen().contents().trim(), "ended:0");
    let wipe = saywell::text::WIPE.as_bytes();
    let last = screen.all.windows(wipe.len()).rposition(|bytes| bytes == wipe).expect("it was never wiped");
    let after = String::from_utf8_lossy(&screen.all[last..]).into_owned();
    assert!(!after.contains(said) && !after.contains("aywell"), "{after:?}");
}

#[test]
fn leaving_at_once_leaves_nothing_on_the_terminal_and_keeps_everything() {
    let data = tempfile::tempdir().unwrap();
    let mut screen = Screen::start(data.path(), true);
    begin(&mut screen);
    screen.say("You never help me with this.");
    screen.keys("half a thought");
    screen.shows("half a thought");
    screen.keys("\x18");
    screen.shows("ended:0");
    screen.until("the terminal's settings", |s| s.contents().contains("icanon"));
    assert!(!screen.parser.screen().contents().contains("never help"), "{}", screen.parser.screen().contents());
    let wipe = saywell::text::WIPE.as_bytes();
    let last = screen.all.windows(wipe.len()).rposition(|bytes| bytes == wipe).expect("it was never wiped");
    let after = String::from_utf8_lossy(&screen.all[last..]).into_owned();
    assert!(!after.contains("thought") && !after.contains("aywell"), "{after:?}");
    screen.is_given_back();
    let mut screen = Screen::start(data.path(), false);
    screen.shows("Go on:");
    screen.keys("\r");
    screen.shows("You never help me with this");
    screen.shows("half a thought");

    let data = tempfile::tempdir().unwrap();
    let mut screen = plain(data.path());
    screen.shows("You: ");
    screen.keys("I miss her.\r");
    screen.until("an answer", |s| s.contents().matches("Rhian:").count() > 1);
    screen.keys("/exit-now\r");
    nothing_is_left(&mut screen, "miss her");
}

#[test]
fn a_locked_database_asks_before_the_screen_is_taken_and_shows_nothing_of_the_answer() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("passphrase");
    std::fs::write(&file, "correct horse\n").unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut lock = std::process::Command::new(env!("CARGO_BIN_EXE_saywell"));
    lock.arg("lock").env("SAYWELL_DATA", data.path()).env("SAYWELL_NEW_PASSPHRASE_FILE", &file);
    assert!(lock.output().unwrap().status.success());

    let mut screen = Screen::start(data.path(), true);
    screen.shows("is locked. Passphrase:");
    screen.keys("battery staple\r");
    screen.shows("That is not it. Passphrase:");
    screen.keys("correct horse\r");
    begin(&mut screen);
    screen.say("You never help me with this.");
    screen.keys("\x03");
    screen.shows("Leave Saywell?");
    screen.keys("\x03");
    screen.shows("ended:0");
    let seen = String::from_utf8_lossy(&screen.all).into_owned();
    assert!(!seen.contains("battery") && !seen.contains("correct"), "it was shown");

    let mut screen = Screen::start(data.path(), true);
    screen.shows("Passphrase:");
    screen.keys("\x03");
    screen.shows("ended:130");
    let mut screen = Screen::start(data.path(), true);
    for asked in ["is locked. Passphrase:", "That is not it. Passphrase:"] {
        screen.shows(asked);
        screen.keys("wrong\r");
    }
    screen.until("the third question", |s| s.contents().matches("That is not it.").count() == 2);
    screen.keys("wrong\r");
    screen.shows("that is not the passphrase of");
    screen.shows("ended:1");
}
