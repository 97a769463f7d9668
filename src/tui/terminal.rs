//! The terminal, taken and given back: at the end, after a panic, on a signal, and around a stop with Ctrl+Z.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::crossterm::{cursor, execute};

/// Whether the terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether there is a terminal that can be drawn on.
pub fn can_draw() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term.is_empty() || term == "dumb");
    io::stdin().is_terminal()
        && io::stdout().is_terminal()
        && !dumb
        && (cfg!(windows) || std::env::var_os("TERM").is_some())
}

/// Whether a shell that manages jobs started us: it puts each job into a process group of its own. Stopped without one
/// (as the only command of a terminal window, of tmux or ssh) we would never be sent on.
#[cfg(unix)]
pub fn has_job_control() -> bool {
    let group = rustix::process::getpgrp();
    rustix::process::getsid(None).is_ok_and(|session| session != group)
}

/// Elsewhere there is no stopping.
#[cfg(not(unix))]
pub fn has_job_control() -> bool {
    false
}

/// Take the terminal.
///
/// # Errors
/// Where it cannot be set.
pub fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    set_mouse(mouse)
}

/// Have the mouse told of, or leave it to the terminal.
///
/// # Errors
/// Where the terminal is gone.
pub fn set_mouse(on: bool) -> io::Result<()> {
    let mut out = io::stdout();
    match on {
        // Presses and the wheel only: telling of every movement would wake us for nothing.
        true if cfg!(unix) => out.write_all(b"\x1b[?1000h\x1b[?1006h").and_then(|()| out.flush()),
        true => execute!(out, EnableMouseCapture),
        false => execute!(out, DisableMouseCapture),
    }
}

/// Give the terminal back as it was. Does nothing where it was given back already, or never taken.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Give the terminal back with nothing left on it, nor in what has scrolled off it, as far as it lets one.
pub fn vanish() {
    let mut out = io::stdout();
    // First what is on the screen now: that is what somebody must not see.
    let _ = out.write_all(crate::text::WIPE.as_bytes()).and_then(|()| out.flush());
    give_back();
    let _ = out.write_all(crate::text::WIPE.as_bytes()).and_then(|()| out.flush());
}

/// See to it that a panic gives the terminal back before it says what happened, and tells nothing of what was written.
pub fn guard_panics() {
    std::panic::set_hook(Box::new(move |info| {
        give_back();
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        // A message that was put together at run time may quote a text, as that of a cut inside a character does.
        let what = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(message left out)");
        let backtrace = std::backtrace::Backtrace::capture();
        if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
            let _ = writeln!(io::stderr(), "{backtrace}");
        }
        let _ = writeln!(
            io::stderr(),
            "stopped{place}: {what}\n\nsaywell has a fault and had to stop. What you said is kept: `saywell resume` goes on from there.\n\
             Please report the lines above; they hold nothing that you wrote."
        );
        // The others would go on without this thread, and without the screen.
        if std::thread::current().name() != Some("main") {
            std::process::exit(101);
        }
    }));
}

/// Gives the terminal back when it goes out of scope.
#[derive(Debug)]
pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether the terminal is ours now.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}
