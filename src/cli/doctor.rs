//! `saywell doctor`: whether everything is in order, line by line, and how to mend what is not.

mod servers;

use std::cell::RefCell;
use std::io::IsTerminal as _;

use super::Failure;
use super::console::Console;
use crate::config::{self, Config};
use crate::runtime::agreed_key;
use crate::safety::{Country, lines};
use crate::store::{self, Filter, SqliteStore, Store};
use crate::tui;

/// Arguments of `saywell doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Take back that words may go to this host; you are asked again before they do
    #[arg(long, value_name = "HOST")]
    pub forget: Option<String>,
}

/// How a line turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it should be.
    Good,
    /// Good to know.
    Note,
    /// To be mended.
    Bad,
    /// A model that was chosen does not answer.
    Unreachable,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok    ",
            Self::Note => "note  ",
            Self::Bad | Self::Unreachable => "mend  ",
        }
    }
}

/// One line: what was found, and how to mend it.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    state: State,
    found: String,
    mend: Option<String>,
}

impl Line {
    fn new(state: State, found: impl Into<String>) -> Self {
        Self { state, found: found.into(), mend: None }
    }

    fn mend(mut self, how: impl Into<String>) -> Self {
        self.mend = Some(how.into());
        self
    }
}

/// What the checks look at.
struct Ground {
    config: Result<Config, String>,
    offline: bool,
    /// The store, opened once, as it may ask for a passphrase; none where there is none yet.
    store: RefCell<Option<store::Result<SqliteStore>>>,
}

/// A part of the report: its heading and what finds its lines.
type Part = (&'static str, fn(&Ground, &mut dyn FnMut(Line)));

/// Every part, in order. Another check is another entry.
const PARTS: &[Part] = &[
    ("Settings", settings),
    ("Rehearsals", database),
    ("Where to turn", lines_for_help),
    ("Terminal", terminal),
    ("Language models", servers::chosen),
    ("Found on this computer", servers::found),
];

/// Look at everything, or take an agreement back.
pub fn run(args: Args, offline: bool) -> Result<(), Failure> {
    let mut console = Console::stdout();
    if let Some(host) = args.forget {
        SqliteStore::open(store::paths::database()?)?.set_setting(&agreed_key(&host), None)?;
        console.say(&format!("Forgotten. You are asked again before words go to {host}."))?;
        return Ok(console.flush()?);
    }
    let kept = store::paths::database().ok().filter(|path| path.exists()).map(SqliteStore::open);
    let config = config::load().map_err(|error| error.to_string());
    let ground = Ground { config, offline, store: RefCell::new(kept) };
    let mut worst = State::Good;
    for (heading, part) in PARTS {
        console.heading(heading)?;
        console.flush()?;
        let mut shown = Ok(());
        part(&ground, &mut |line| {
            worst = match (worst, line.state) {
                (State::Unreachable, _) | (_, State::Unreachable) => State::Unreachable,
                (State::Bad, _) | (_, State::Bad) => State::Bad,
                _ => State::Good,
            };
            if shown.is_ok() {
                shown = show(&mut console, &line);
            }
        });
        shown?;
        console.gap()?;
    }
    console.flush()?;
    match worst {
        State::Unreachable => Err(Failure::Unreachable),
        State::Bad => Err(Failure::Failed("something is to be mended; see above".to_owned())),
        State::Good | State::Note => Ok(()),
    }
}

fn show(console: &mut Console, line: &Line) -> std::io::Result<()> {
    let mut rows = line.found.lines();
    console.say(&format!("  {}{}", line.state.word(), rows.next().unwrap_or_default()))?;
    for row in rows {
        console.say(&format!("        {row}"))?;
    }
    for row in line.mend.iter().flat_map(|mend| mend.lines()) {
        console.aside(&format!("        {row}"))?;
    }
    // A server may take its time for the next line.
    console.flush()
}

fn settings(ground: &Ground, line: &mut dyn FnMut(Line)) {
    let place =
        config::path().map_or_else(|| "no home directory is known".to_owned(), |path| path.display().to_string());
    match &ground.config {
        Err(error) => line(Line::new(State::Bad, error.clone())),
        Ok(config) if *config == Config::default() => {
            line(Line::new(State::Good, format!("the usual ones; your own would be in {place}")));
        }
        Ok(config) => {
            let voice = config.counterpart.as_deref().unwrap_or(config::SCRIPTED);
            line(Line::new(State::Good, format!("{place}; the counterpart is '{voice}'")));
        }
    }
}

fn database(ground: &Ground, line: &mut dyn FnMut(Line)) {
    let path = match store::paths::database() {
        Ok(path) => path,
        Err(error) => return line(Line::new(State::Bad, error.to_string())),
    };
    let store = ground.store.borrow();
    line(match store.as_ref() {
        None => return line(Line::new(State::Good, format!("none yet; they will be kept in {}", path.display()))),
        Some(Err(error @ store::Error::NeedsPassphrase { .. })) => Line::new(State::Note, error.to_string()),
        Some(Err(error)) => Line::new(State::Bad, error.to_string()),
        Some(Ok(store)) => match store.sessions(&Filter { min_turns: 1, ..Filter::default() }) {
            Ok(all) => Line::new(State::Good, format!("{} kept in {}", all.len(), path.display())),
            Err(error) => Line::new(State::Bad, error.to_string()),
        },
    });
    line(if SqliteStore::is_locked_at(&path).unwrap_or(false) {
        Line::new(State::Good, "locked: what was said is encrypted on the disk")
            .mend("Not encrypted: how many rehearsals there are and when, reports and exports, swap, what the terminal shows.")
    } else {
        Line::new(State::Note, "not locked: whoever can read your files can read what was said")
            .mend("`saywell lock` sets a passphrase.")
    });
}

fn lines_for_help(ground: &Ground, line: &mut dyn FnMut(Line)) {
    let set = ground.config.as_ref().ok().and_then(|config| config.country);
    line(match super::play::country_of(set) {
        Some(country) => Line::new(State::Good, format!("lines for help in {} are shown first", country.name())),
        None => Line::new(State::Note, "your country is not known, so lines for help in several are shown")
            .mend(format!("Write country = \"...\" into the settings: {}.", Country::codes())),
    });
    let today = jiff::Zoned::now();
    let (text, old) = lines::age((today.year(), today.month(), today.day()));
    line(if old {
        Line::new(State::Note, text).mend("A newer saywell brings a newer list.")
    } else {
        Line::new(State::Good, text)
    });
}

fn terminal(_: &Ground, line: &mut dyn FnMut(Line)) {
    if !std::io::stdout().is_terminal() {
        return line(Line::new(State::Note, "the output is no terminal; rehearsals run in plain mode here"));
    }
    let size = terminal_size::terminal_size().map_or_else(String::new, |(w, h)| format!("{} by {} cells", w.0, h.0));
    line(if tui::terminal::can_draw() {
        Line::new(State::Good, size)
    } else {
        Line::new(State::Note, format!("{size}; it cannot be drawn on, so rehearsals run in plain mode"))
            .mend("TERM says what a terminal can do; 'dumb' can do nothing.")
    });
}
