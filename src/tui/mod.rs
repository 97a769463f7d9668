//! The terminal app. It stands on [`runtime`](crate::runtime) alone; drawing never changes state; one file a screen.

pub mod app;
pub mod coach;
pub mod keymap;
pub mod screens;
pub mod shared;
pub mod talk;
pub mod terminal;
pub mod theme;
pub mod widgets;

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::crossterm::event::{self, Event};
use ratatui::layout::Rect;

use crate::runtime::Desk;
use crate::safety::Country;
use app::{App, Flow};
use talk::News;

/// Something that the app reacts to. It waits for these and does nothing in between.
#[derive(Debug)]
pub enum Incoming {
    /// A key, a paste, the mouse, another size.
    Terminal(Event),
    /// Something about the rehearsal of this id.
    Talk(String, News),
    /// The terminal, or the system, wants us to end.
    End,
    /// Somebody outside stops us for a while.
    Suspend,
    /// We were stopped and go on.
    Continued,
    /// Nothing came for a moment after something was typed.
    Pause,
}

/// How long after the last key what is being written is kept. A crash costs no more than this.
const PAUSE: Duration = Duration::from_millis(800);

/// What to open the app on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Opening {
    /// The first page.
    #[default]
    Home,
    /// The page before a rehearsal of this situation.
    Situation(String),
    /// This rehearsal.
    Rehearsal(String),
}

/// How to start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The seed of new rehearsals.
    pub seed: Option<u64>,
    /// The difficulty of new rehearsals.
    pub difficulty: Option<crate::scenario::Difficulty>,
    /// Say nothing about the replies before the end.
    pub hide_feedback: bool,
    /// Whose lines for help are shown first.
    pub country: Option<Country>,
    /// Delete rehearsals that are older than so many days.
    pub keep_days: Option<std::num::NonZeroU32>,
}

/// Run the app on the terminal until the user leaves. What is to be said on the terminal afterwards.
///
/// # Errors
/// Where the terminal cannot be drawn on.
pub fn run(desk: Desk, opening: &Opening, wishes: Wishes) -> io::Result<Option<String>> {
    let (tell, inbox) = channel();
    let mut app = App::new(desk, wishes, tell.clone());
    app.set_stoppable(terminal::has_job_control());
    app.open(opening);
    listen_to_signals(&tell)?;
    let guard = terminal::Guard;
    terminal::take(app.wants_mouse())?;
    let mut screen = Terminal::new(CrosstermBackend::new(io::BufWriter::with_capacity(1 << 16, io::stdout())))?;
    std::thread::spawn(move || read_terminal(&tell));
    let ended = turn(
        &mut screen,
        &mut app,
        |app, wait| {
            if wait { wait_for(&inbox, app.unkept()) } else { inbox.try_recv().ok() }
        },
    );
    if app.wants_to_vanish() {
        terminal::vanish();
        app.close();
        return Ok(None);
    }
    // The rehearsal's thread may still be writing.
    let last_words = app.close();
    drop(guard);
    ended.map(|()| last_words)
}

/// The one loop: draw, wait, take in what came, draw again. `next` gives what comes; with `wait` false only what is there
/// already, so that a storm of events is drawn once. None ends the loop.
///
/// # Errors
/// Where the terminal cannot be drawn on.
pub fn turn<B: Backend>(
    screen: &mut Terminal<B>,
    app: &mut App,
    mut next: impl FnMut(&App, bool) -> Option<Incoming>,
) -> io::Result<()>
where
    B::Error: std::error::Error + Send + Sync + 'static,
{
    loop {
        draw(screen, app)?;
        let Some(first) = next(app, true) else { return Ok(()) };
        let mut flow = app.take_in(first);
        // Enough for a burst; bounded, so that something is always seen.
        for _ in 0..64 {
            if flow != Flow::Go {
                break;
            }
            match next(app, false) {
                Some(incoming) => flow = app.take_in(incoming),
                None => break,
            }
        }
        match flow {
            Flow::Go => {}
            Flow::Quit => return Ok(()),
            Flow::Suspend => {
                suspend(app)?;
                repaint(screen)?;
            }
            Flow::Repaint => repaint(screen)?,
        }
    }
}

/// Have everything drawn anew. (`Terminal::clear` would ask the terminal where the cursor is, and the answer would have to
/// come through the thread that reads the keys.)
fn repaint<B: Backend>(screen: &mut Terminal<B>) -> io::Result<()>
where
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let size = screen.size().map_err(io::Error::other)?;
    screen.resize(Rect::new(0, 0, size.width, size.height)).map_err(io::Error::other)
}

fn draw<B: Backend>(screen: &mut Terminal<B>, app: &mut App) -> io::Result<()>
where
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let mut drawn = None;
    screen
        .draw(|frame| {
            let result = app.draw(frame.buffer_mut());
            if let Some(at) = result.cursor {
                frame.set_cursor_position(at);
            }
            drawn = Some(result);
        })
        .map_err(io::Error::other)?;
    app.was_drawn(drawn.unwrap_or_default());
    Ok(())
}

/// The next thing that comes; a pause where something is unkept and nothing comes for a moment.
fn wait_for(inbox: &Receiver<Incoming>, unkept: bool) -> Option<Incoming> {
    if !unkept {
        return inbox.recv().ok();
    }
    match inbox.recv_timeout(PAUSE) {
        Ok(incoming) => Some(incoming),
        Err(RecvTimeoutError::Timeout) => Some(Incoming::Pause),
        Err(RecvTimeoutError::Disconnected) => None,
    }
}

fn read_terminal(tell: &Sender<Incoming>) {
    loop {
        let incoming = event::read().map_or(Incoming::End, Incoming::Terminal);
        let end = matches!(incoming, Incoming::End);
        if tell.send(incoming).is_err() || end {
            return;
        }
    }
}

#[cfg(unix)]
fn listen_to_signals(tell: &Sender<Incoming>) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT])?;
    let tell = tell.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let incoming = match signal {
                SIGTSTP => Incoming::Suspend,
                SIGCONT => Incoming::Continued,
                _ => Incoming::End,
            };
            if tell.send(incoming).is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn listen_to_signals(_: &Sender<Incoming>) -> io::Result<()> {
    Ok(())
}

/// Give the terminal back, stop until somebody sends us on, and take it again.
#[cfg(unix)]
fn suspend(app: &App) -> io::Result<()> {
    terminal::give_back();
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
    terminal::take(app.wants_mouse())
}

#[cfg(not(unix))]
fn suspend(_: &App) -> io::Result<()> {
    Ok(())
}
