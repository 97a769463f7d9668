//! What became of a plan: asked once at a start, passed over with one key.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, help};
use crate::runtime::attempts::{Due, thanks};
use crate::session::{Attempt, Command};
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::prose::Prose;

/// The question.
pub struct Asking {
    due: Due,
    chosen: usize,
    note: Editor,
    answered: bool,
}

impl Asking {
    /// The question about this plan.
    pub fn new(due: Due) -> Self {
        Self { due, chosen: 0, note: Editor::default(), answered: false }
    }

    fn answer(&mut self, on: &mut Shared) -> Go {
        let Some(how) = Attempt::ALL.get(self.chosen).copied() else { return Go::Back };
        self.answered = true;
        // The rehearsal that is open writes for itself: two writers would get in each other's way.
        let kept = match on.talk.as_mut().filter(|talk| talk.id() == self.due.id) {
            Some(talk) => {
                talk.send(Command::Attempt { how, note: self.note.text().trim().to_owned() });
                Ok(())
            }
            None => on.desk.answer_plan(&self.due, how, self.note.text()),
        };
        match kept {
            Ok(()) => on.notice(thanks(how)),
            Err(error) => on.notice(format!("This could not be kept: {error}")),
        }
        Go::Back
    }
}

impl Screen for Asking {
    fn title(&self, _: &Shared) -> String {
        "welcome back".into()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::ATTEMPT.to_vec()
    }

    fn draw(&self, _: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let area = Rect { width: area.width.min(76), ..area };
        let mut prose = Prose::default();
        prose.para(&self.due.question(), theme.strong);
        let height = (prose.rows(area.width) as u16).min(area.height);
        prose.draw(canvas, Rect { height, ..area }, 0);
        (canvas.drawn.scroll_max, canvas.drawn.page) = (0, 0);
        let mut y = area.y + height;
        for (n, how) in Attempt::ALL.into_iter().enumerate() {
            let row = Rect { y, height: 1, ..area }.intersection(area);
            let style = if n == self.chosen { theme.select } else { theme.text };
            let sign = if n == self.chosen { "\u{25b8} " } else { "  " };
            canvas.hit(row, Hit::Row(n));
            canvas.put_fit(row, row.x, y, &format!("{sign}{}", how.words()), style);
            y += 1;
        }
        canvas.put_fit(area, area.x, y + 1, "In a few words, if you like:", theme.dim);
        let field = Rect { x: area.x + 2, y: y + 2, width: area.width - 2, height: 3 }.intersection(area);
        self.note.draw(canvas, field, true);
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        match input {
            Input::Key(Key::Up) => self.chosen = self.chosen.saturating_sub(1),
            Input::Key(Key::Down) => self.chosen = (self.chosen + 1).min(Attempt::ALL.len() - 1),
            Input::Key(Key::Enter) => return self.answer(on),
            Input::Key(Key::Esc) => return Go::Back,
            Input::Key(Key::Char('?')) if self.note.is_empty() => return help::open(),
            Input::Key(key) => {
                self.note.key(key, drawn.field_width, true);
            }
            Input::Paste(text) => {
                self.note.insert(text, false);
            }
            Input::Click { hit: Hit::Row(n), .. } => self.chosen = n.min(Attempt::ALL.len() - 1),
            Input::Click { .. } | Input::Scroll(..) => {}
        }
        Go::Stay
    }

    fn leave(&mut self, on: &mut Shared) {
        if !self.answered {
            on.desk.rest_plan(&self.due);
        }
    }
}
