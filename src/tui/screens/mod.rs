//! The screens, one file each.

pub mod attempt;
pub mod brief;
pub mod consent;
pub mod help;
pub mod history;
pub mod home;
pub mod progress;
pub mod rehearsal;
pub mod review;
pub mod safety;
pub mod settings;
pub mod takes;

use ratatui::layout::Rect;

use super::Opening;
use super::keymap::{Hint, Key};
use super::shared::Shared;
use super::talk::Happened;
use super::widgets::canvas::{Canvas, Drawn, Hit};

/// Something the user did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input<'a> {
    /// A key.
    Key(Key),
    /// Text was pasted.
    Paste(&'a str),
    /// The wheel was turned by so many rows, there.
    Scroll(i32, u16, u16),
    /// Something was clicked, at this place within it.
    Click {
        /// What.
        hit: Hit,
        /// Cells from its left.
        column: usize,
        /// Rows from its top.
        row: usize,
    },
}

/// Where to go.
pub enum Go {
    /// Nowhere.
    Stay,
    /// To this screen; Esc comes back.
    Push(Box<dyn Screen>),
    /// To this screen in place of the present one.
    Replace(Box<dyn Screen>),
    /// One step back.
    Back,
    /// To the first page.
    Home,
    /// On to what the app was opened for.
    Open(Opening),
    /// To the open rehearsal.
    Conversation,
    /// Ask whether to leave.
    Ask,
    /// Draw everything anew.
    Repaint,
}

/// One screen.
pub trait Screen {
    /// What stands in the bar above.
    fn title(&self, on: &Shared) -> String;

    /// What stands at the right of the bar above.
    fn aside(&self, _: &Shared) -> String {
        String::new()
    }

    /// The keys that work here, the most needed first.
    fn hints(&self, on: &Shared) -> Vec<Hint>;

    /// Draw it. Changes nothing.
    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect);

    /// React to the user. `drawn` is what is on the screen.
    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go;

    /// React to something that happened in the open rehearsal.
    fn happened(&mut self, _: &mut Shared, _: &Happened) -> Go {
        Go::Stay
    }

    /// It is on top again.
    fn on_top(&mut self, _: &mut Shared) {}

    /// Put on disk what is being written; it stays as it is.
    fn keep(&mut self, _: &mut Shared) {}

    /// It is about to go, or the app ends: keep what was typed.
    fn leave(&mut self, _: &mut Shared) {}

    /// Whether it is the help.
    fn is_help(&self) -> bool {
        false
    }

    /// Whether it is the conversation.
    fn is_conversation(&self) -> bool {
        false
    }
}

/// Where a page of text is scrolled to, and the keys that move it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll(pub usize);

impl Scroll {
    /// Move it; whether the input was one that does.
    pub fn input(&mut self, drawn: &Drawn, input: Input<'_>) -> bool {
        let page = drawn.page.saturating_sub(1).max(1) as isize;
        let by = match input {
            Input::Key(Key::Up) => -1,
            Input::Key(Key::Down) => 1,
            Input::Key(Key::PageUp) => -page,
            Input::Key(Key::PageDown | Key::Char(' ')) => page,
            Input::Key(Key::Home | Key::Top) => isize::MIN / 2,
            Input::Key(Key::End | Key::Bottom) => isize::MAX / 2,
            Input::Scroll(by, ..) => by as isize,
            _ => return false,
        };
        let at = self.0.min(drawn.scroll_max) as isize;
        self.0 = (at + by).clamp(0, drawn.scroll_max as isize) as usize;
        true
    }
}
