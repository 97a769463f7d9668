//! The question before words go to another computer: which, what is sent, and what happens without.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, help};
use crate::runtime::Question;
use crate::tui::Opening;
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::widgets::canvas::{Canvas, Drawn};
use crate::tui::widgets::prose::Prose;

/// The question.
pub struct Consent {
    question: Question,
    /// What the app was opened for; it comes after the answer.
    then: Opening,
    chosen: usize,
    scroll: Scroll,
}

impl Consent {
    /// Ask this, then go on to that.
    pub fn new(question: Question, then: Opening) -> Self {
        Self { question, then, chosen: 0, scroll: Scroll::default() }
    }

    fn answer(&self, on: &mut Shared) -> Go {
        if self.chosen == 0 {
            on.desk.decline(&self.question.host);
        } else if let Err(error) = on.desk.agree(&self.question.host) {
            on.desk.decline(&self.question.host);
            on.notice(format!("Your answer could not be kept, so the script plays: {error}"));
        }
        Go::Open(self.then.clone())
    }
}

/// No stands first: whoever presses Enter without reading sends nothing.
const ANSWERS: [(&str, char); 2] = [("No, the script plays", 'n'), ("Yes, it may be sent", 'y')];

impl Screen for Consent {
    fn title(&self, _: &Shared) -> String {
        format!("may words go to {}?", self.question.host)
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::CONSENT.to_vec()
    }

    fn draw(&self, _: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let mut prose = Prose::default();
        for (n, para) in self.question.text.lines().enumerate() {
            prose.para(para, if n == 0 { theme.strong } else { theme.text });
        }
        let area = Rect { width: area.width.min(84), ..area };
        let height = (prose.rows(area.width) as u16).min(area.height.saturating_sub(2));
        prose.draw(canvas, Rect { height, ..area }, self.scroll.0);
        let y = area.y + height + 1;
        let mut x = area.x;
        for (n, (label, key)) in ANSWERS.into_iter().enumerate() {
            x = canvas.button(area, x, y, label, Key::Char(key), n == self.chosen) + 2;
        }
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        match input {
            Input::Key(Key::Left | Key::BackTab) => self.chosen = 0,
            Input::Key(Key::Right | Key::Tab) => self.chosen = 1,
            Input::Key(Key::Enter) => return self.answer(on),
            Input::Key(Key::Esc) => {
                self.chosen = 0;
                return self.answer(on);
            }
            Input::Key(Key::Char('?')) => return help::open(),
            Input::Key(Key::Char(c)) => {
                if let Some(n) = ANSWERS.iter().position(|(_, key)| key.eq_ignore_ascii_case(&c)) {
                    self.chosen = n;
                    return self.answer(on);
                }
            }
            input => {
                self.scroll.input(drawn, input);
            }
        }
        Go::Stay
    }
}
