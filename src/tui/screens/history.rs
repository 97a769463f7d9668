//! Past rehearsals: search, look back, go on, delete.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, help, progress, rehearsal, review};
use crate::runtime::desk::Past;
use crate::session::Finish;
use crate::text;
use crate::tui::app::dialog;
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::editor::{Editor, Took};
use crate::tui::widgets::prose::scroll_sign;
use crate::tui::widgets::wrap;

/// Past rehearsals.
pub struct History {
    past: Vec<Past>,
    /// What was said in each, in small letters; read when one first searches.
    words: Option<Vec<String>>,
    /// Those that fit what is searched for.
    fitting: Vec<usize>,
    chosen: usize,
    find: Editor,
    deleting: bool,
}

impl History {
    /// The list.
    pub fn new(on: &mut Shared) -> Self {
        let mut history = Self {
            past: Vec::new(),
            words: None,
            fitting: Vec::new(),
            chosen: 0,
            find: Editor::default(),
            deleting: false,
        };
        history.read(on);
        history
    }

    fn read(&mut self, on: &mut Shared) {
        match on.desk.past() {
            Ok(past) => {
                self.past = past;
                self.words = None;
            }
            Err(error) => on.notice(error.to_string()),
        }
        self.search(on);
    }

    fn search(&mut self, on: &mut Shared) {
        let wanted = self.find.text().trim().to_lowercase();
        if wanted.is_empty() {
            self.fitting = (0..self.past.len()).collect();
        } else {
            if self.words.is_none() {
                let line = |past: &Past| {
                    let said = on.desk.said(&past.id);
                    format!("{} {} {} {said}", past.title, day(on, past), past.difficulty.as_str()).to_lowercase()
                };
                self.words = Some(self.past.iter().map(line).collect());
            }
            let words = self.words.as_deref().unwrap_or_default();
            let fits =
                |n: &usize| words.get(*n).is_some_and(|line| wanted.split_whitespace().all(|w| line.contains(w)));
            self.fitting = (0..self.past.len()).filter(fits).collect();
        }
        self.chosen = self.chosen.min(self.fitting.len().saturating_sub(1));
    }

    fn past(&self) -> Option<&Past> {
        self.fitting.get(self.chosen).and_then(|n| self.past.get(*n))
    }

    fn open(&self, on: &mut Shared, go_on: bool) -> Go {
        let Some(id) = self.past().map(|p| p.id.clone()) else { return Go::Stay };
        if !on.resume(&id) {
            return Go::Stay;
        }
        if go_on {
            Go::Push(Box::new(rehearsal::Rehearsal::new(on)))
        } else {
            Go::Push(Box::new(review::Review::new(on)))
        }
    }

    fn delete(&mut self, on: &mut Shared) {
        self.deleting = false;
        let Some(id) = self.past().map(|p| p.id.clone()) else { return };
        if on.talk.as_ref().is_some_and(|t| t.id() == id) {
            on.talk = None;
        }
        match on.desk.delete(&[id]) {
            Ok(()) => on.notice("Deleted for good."),
            Err(error) => on.notice(error.to_string()),
        }
        self.read(on);
    }
}

fn day(on: &Shared, past: &Past) -> String {
    on.desk.local(past.last_ms).strftime("%-d %b %Y, %H:%M").to_string()
}

impl Screen for History {
    fn title(&self, _: &Shared) -> String {
        "past rehearsals".into()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::HISTORY.to_vec()
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let x = canvas.put(area, area.x, area.y, "Find  ", theme.dim);
        let field = Rect { x, height: 1, width: area.right().saturating_sub(x), ..area };
        self.find.draw(canvas, field, true);
        if self.find.is_empty() {
            canvas.put_fit(field, x, area.y, "a word you said, a title, a month", theme.dim);
        }
        let list = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if self.fitting.is_empty() {
            let text = if self.past.is_empty() {
                "Nothing yet. What you rehearse is kept here."
            } else {
                "None of them has these words."
            };
            canvas.put_fit(list, list.x, list.y, text, theme.dim);
        }
        let height = usize::from(list.height);
        let max = self.fitting.len().saturating_sub(height);
        let first = self.chosen.saturating_sub(height / 2).min(max);
        for (n, y) in (first..self.fitting.len()).zip(list.top()..list.bottom()) {
            let Some(past) = self.fitting.get(n).and_then(|k| self.past.get(*k)) else { continue };
            let row = Rect { y, height: 1, width: list.width.saturating_sub(2), ..list };
            let chosen = n == self.chosen;
            let style = if chosen { theme.select } else { theme.text };
            canvas.clear(row, style);
            canvas.hit(row, Hit::Row(n));
            let state = match past.finished {
                Some(Finish::Done) => "finished",
                Some(Finish::Safety) => "stopped",
                None => "open",
            };
            let narrow = area.width < 74;
            let date = if narrow { on.desk.local(past.last_ms).strftime("%-d %b").to_string() } else { day(on, past) };
            let right = if narrow {
                state.to_owned()
            } else {
                format!("{state:<8} {:>10}", text::replies(past.turns as usize))
            };
            let wide = wrap::width(&right) as u16 + 1;
            let left = Rect { width: row.width.saturating_sub(wide + 1), ..row };
            let quiet = if chosen { style } else { theme.dim };
            let x = canvas.put(left, row.x, y, if chosen { "\u{25b8} " } else { "  " }, style);
            let x = canvas.put(left, x, y, &format!("{date:<0$}", if narrow { 8 } else { 20 }), quiet);
            canvas.put_fit(left, x, y, &past.title, style);
            canvas.put(row, row.right().saturating_sub(wide), y, &right, quiet);
        }
        scroll_sign(canvas, list, first, max);
        canvas.drawn.page = height;
        if let Some(past) = self.past().filter(|_| self.deleting) {
            let text = format!(
                "\u{201c}{}\u{201d} of {}, {}. Its words are overwritten and cannot be brought back.",
                past.title,
                day(on, past),
                text::replies(past.turns as usize)
            );
            dialog(
                canvas,
                "Delete this rehearsal?",
                &text,
                &[("Keep it (Esc)", Key::Esc), ("Delete (d)", Key::Char('d'))],
            );
        }
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        if self.deleting {
            match input {
                Input::Key(Key::Char('d' | 'D')) => self.delete(on),
                Input::Key(Key::Esc | Key::Enter) => self.deleting = false,
                _ => {}
            }
            return Go::Stay;
        }
        let last = self.fitting.len().saturating_sub(1);
        match input {
            Input::Key(Key::Up) => self.chosen = self.chosen.saturating_sub(1),
            Input::Key(Key::Down) => self.chosen = (self.chosen + 1).min(last),
            Input::Key(Key::PageUp) => self.chosen = self.chosen.saturating_sub(drawn.page.max(2) - 1),
            Input::Key(Key::PageDown) => self.chosen = (self.chosen + drawn.page.max(2) - 1).min(last),
            Input::Key(Key::Enter) => return self.open(on, false),
            Input::Key(Key::F(5)) => return self.open(on, true),
            Input::Key(Key::F(3)) => return Go::Push(Box::new(progress::Progress::new(on))),
            Input::Key(Key::Delete) if self.find.is_empty() => self.deleting = self.past().is_some(),
            Input::Key(Key::Char('?')) if self.find.is_empty() => return help::open(),
            Input::Key(Key::Esc) if self.find.is_empty() => return Go::Back,
            Input::Key(Key::Esc) => {
                self.find.take();
                self.search(on);
            }
            Input::Key(key) => {
                if self.find.key(key, drawn.field_width, false) == Took::Yes {
                    self.search(on);
                }
            }
            Input::Paste(text) => {
                self.find.insert(&text.replace(['\r', '\n'], " "), false);
                self.search(on);
            }
            Input::Scroll(by, ..) => {
                self.chosen = self.chosen.saturating_add_signed(by.signum() as isize).min(last);
            }
            Input::Click { hit: Hit::Row(n), .. } => {
                // The first click chooses, the second opens.
                if n == self.chosen {
                    return self.open(on, false);
                }
                self.chosen = n.min(last);
            }
            Input::Click { .. } => {}
        }
        Go::Stay
    }

    fn on_top(&mut self, on: &mut Shared) {
        self.read(on);
    }
}
