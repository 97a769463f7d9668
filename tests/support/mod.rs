//! What the tests of the terminal app share: a driver that types into the real event loop and reads the screen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;
use saywell::runtime::Desk;
use saywell::runtime::desk::Place;
use saywell::scenario::library::{Library, Origin, Source};
use saywell::tui::app::App;
use saywell::tui::theme::Colours;
use saywell::tui::{Incoming, Opening, Wishes, turn};

/// The sizes that every screen is looked at in.
pub const SIZES: [(u16, u16); 3] = [(60, 20), (100, 30), (160, 50)];

const FLAT: &str = include_str!("../fixtures/tui-flat.yaml");
const SISTER: &str = include_str!("../fixtures/tui-sister.yaml");

/// A Sunday evening.
pub fn clock() -> i64 {
    1_795_377_600_000
}

/// A library of two situations, or of others.
pub fn library(texts: &[(&str, &str)]) -> Library {
    Library::of(texts.iter().map(|(file, text)| {
        Ok(Source { origin: Origin::BuiltIn, file: (*file).to_owned(), text: Cow::Owned((*text).to_owned()) })
    }))
}

/// The usual library.
pub fn usual() -> Library {
    library(&[("flat.yaml", FLAT), ("sister.yaml", SISTER)])
}

/// The text of the usual situation, to be changed.
pub fn flat() -> &'static str {
    FLAT
}

/// A desk that keeps nothing on disk.
pub fn desk(library: Library) -> Desk {
    Desk::new(library, Place::Memory, clock).in_zone(jiff::tz::TimeZone::UTC)
}

/// Types into the app and reads its screen.
pub struct Driver {
    /// The app.
    pub app: App,
    terminal: Terminal<TestBackend>,
    inbox: Receiver<Incoming>,
    /// Whether the app has ended.
    pub ended: bool,
}

impl Driver {
    /// An app of this size on the usual library.
    pub fn new(size: (u16, u16)) -> Self {
        Self::on(desk(usual()), size, &Opening::Home)
    }

    /// An app of this size at this desk.
    pub fn on(desk: Desk, size: (u16, u16), opening: &Opening) -> Self {
        let (tell, inbox) = channel();
        let wishes = Wishes { seed: Some(7), ..Wishes::default() };
        let mut app = App::new(desk, wishes, tell);
        app.set_colours(Colours::Many);
        app.open(opening);
        let terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        let mut driver = Self { app, terminal, inbox, ended: false };
        driver.feed(Vec::new());
        driver
    }

    /// Let the real loop run until these are taken in and nothing is under way.
    pub fn feed(&mut self, events: Vec<Event>) -> &mut Self {
        let mut events = events.into_iter();
        let mut ran_out = false;
        turn(&mut self.terminal, &mut self.app, |app, wait| {
            if !wait {
                return None;
            }
            if app.busy() {
                return self.inbox.recv().ok();
            }
            let next = events.next().map(Incoming::Terminal);
            ran_out = next.is_none();
            next
        })
        .unwrap();
        self.ended |= !ran_out;
        self
    }

    /// Let the moment pass after which what is being written is kept.
    pub fn pause(&mut self) -> &mut Self {
        assert!(self.app.unkept(), "nothing was typed");
        self.app.take_in(Incoming::Pause);
        assert!(!self.app.unkept());
        self
    }

    /// Press keys.
    pub fn keys(&mut self, keys: &[KeyCode]) -> &mut Self {
        self.feed(keys.iter().map(|code| Event::Key(KeyEvent::new(*code, KeyModifiers::NONE))).collect())
    }

    /// Press a key with Ctrl.
    pub fn ctrl(&mut self, c: char) -> &mut Self {
        self.feed(vec![Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))])
    }

    /// Type.
    pub fn typed(&mut self, text: &str) -> &mut Self {
        self.feed(text.chars().map(|c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))).collect())
    }

    /// Paste and send: the same as typing it, with one frame instead of one a letter.
    pub fn say(&mut self, text: &str) -> &mut Self {
        self.paste(text).keys(&[KeyCode::Enter])
    }

    /// Paste.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.feed(vec![Event::Paste(text.to_owned())])
    }

    /// Another size.
    pub fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.terminal.backend_mut().resize(width, height);
        self.feed(vec![Event::Resize(width, height)])
    }

    /// Click where this text stands.
    pub fn click(&mut self, text: &str) -> &mut Self {
        let (x, y) = self.find(text).unwrap_or_else(|| panic!("no {text:?} on\n{}", self.screen()));
        self.mouse(MouseEventKind::Down(MouseButton::Left), x, y)
    }

    /// Turn the wheel.
    pub fn wheel(&mut self, down: bool, x: u16, y: u16) -> &mut Self {
        self.mouse(if down { MouseEventKind::ScrollDown } else { MouseEventKind::ScrollUp }, x, y)
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        self.feed(vec![Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })])
    }

    /// Where a text stands first.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        self.screen().lines().enumerate().find_map(|(y, line)| {
            let at = line.find(text)?;
            Some((saywell::tui::widgets::wrap::width(&line[..at]) as u16, y as u16))
        })
    }

    /// Whether a text stands somewhere.
    pub fn shows(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// Where the cursor is.
    pub fn cursor(&mut self) -> Position {
        self.terminal.get_cursor_position().unwrap()
    }

    /// What is on the screen, row by row.
    pub fn screen(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let mut out = String::new();
        for y in 0..buffer.area.height {
            let mut row = String::new();
            let mut skip = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    row.push_str(symbol);
                    skip = saywell::tui::widgets::wrap::width(symbol).max(1);
                }
                skip -= 1;
            }
            out.push_str(row.trim_end());
            out.push('\n');
        }
        out
    }

    /// The first page, then the situation, then the talk, with nothing chosen.
    pub fn begin(&mut self) -> &mut Self {
        self.typed("flatmate").keys(&[KeyCode::Enter, KeyCode::Enter])
    }
}

/// A folder that is deleted with the test.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A desk on disk.
pub fn desk_in(folder: &std::path::Path) -> Desk {
    let path: PathBuf = folder.join("saywell.db");
    Desk::new(usual(), Place::File(path), clock).in_zone(jiff::tz::TimeZone::UTC).reports_in(folder.to_owned())
}
