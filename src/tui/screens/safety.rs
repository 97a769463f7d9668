//! The question before a scene that could be dangerous to carry into real life. It can end here, kindly.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, brief, help};
use crate::safety;
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::talk::Talk;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Drawn};
use crate::tui::widgets::prose::Prose;

/// The question.
pub struct Ask {
    situation: Box<brief::Situation>,
    chosen: usize,
}

impl Ask {
    /// The question before this situation.
    pub fn new(situation: brief::Situation) -> Self {
        Self { situation: Box::new(situation), chosen: 0 }
    }

    fn answer(&mut self, on: &mut Shared) -> Go {
        if self.chosen == 0 {
            return Go::Replace(brief::after_question(on, (*self.situation).clone()));
        }
        Go::Replace(Box::new(Kind::default()))
    }
}

const ANSWERS: [(&str, char); 3] = [("No", 'n'), ("Yes", 'y'), ("I am not sure", 'u')];

impl Screen for Ask {
    fn title(&self, _: &Shared) -> String {
        self.situation.scenario.title.value.clone()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::SAFETY.to_vec()
    }

    fn draw(&self, _: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let mut prose = Prose::default();
        if let Some(note) = &self.situation.scenario.content_note {
            prose.para(note, theme.alert);
        }
        prose.para(&safety::words().screen.question, theme.strong);
        let area = Rect { width: area.width.min(72), ..area };
        let height = (prose.rows(area.width) as u16).min(area.height);
        prose.draw(canvas, Rect { height, ..area }, 0);
        (canvas.drawn.scroll_max, canvas.drawn.page) = (0, 0);
        let y = area.y + height;
        let mut x = area.x;
        for (n, (label, key)) in ANSWERS.into_iter().enumerate() {
            x = canvas.button(area, x, y, label, Key::Char(key), n == self.chosen) + 2;
        }
        let quiet = "The answer is not kept.";
        canvas.put(area, area.x, y + 2, quiet, theme.dim);
    }

    fn input(&mut self, on: &mut Shared, _: &Drawn, input: Input<'_>) -> Go {
        let Input::Key(key) = input else { return Go::Stay };
        match key {
            Key::Left | Key::Up | Key::BackTab => self.chosen = self.chosen.saturating_sub(1),
            Key::Right | Key::Down | Key::Tab => self.chosen = (self.chosen + 1).min(ANSWERS.len() - 1),
            Key::Enter => return self.answer(on),
            Key::Char('?') => return help::open(),
            Key::Char(c) => {
                if let Some(n) = ANSWERS.iter().position(|(_, key)| key.eq_ignore_ascii_case(&c)) {
                    self.chosen = n;
                    return self.answer(on);
                }
            }
            Key::Esc => return Go::Back,
            _ => {}
        }
        Go::Stay
    }
}

/// A kind word, and where to turn.
#[derive(Default)]
pub struct Kind {
    scroll: Scroll,
}

impl Screen for Kind {
    fn title(&self, _: &Shared) -> String {
        "first, your safety".into()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::READING.to_vec()
    }

    fn draw(&self, _: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let words = safety::words();
        let mut prose = Prose::default();
        prose.para(&words.screen.stop, theme.text);
        prose.para(&words.help, theme.strong);
        prose.para(&words.screen.kept, theme.dim);
        prose.draw(canvas, Rect { width: area.width.min(84), ..area }, self.scroll.0);
    }

    fn input(&mut self, _: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        if self.scroll.input(drawn, input) {
            return Go::Stay;
        }
        match input {
            Input::Key(Key::Esc | Key::Enter) => Go::Home,
            Input::Key(Key::Char('?')) => help::open(),
            _ => Go::Stay,
        }
    }
}

/// What is said when a reply stopped the scene, and what can be answered.
fn stop_page(talk: &Talk, theme: &Theme, about_me: bool) -> (Prose, Vec<(&'static str, Key)>) {
    let words = safety::words();
    let name = &talk.session().scenario().counterpart.name;
    let stop = talk.place().and_then(|id| talk.session().turn(id)).and_then(|t| t.safety.as_ref());
    let mut prose = Prose::default();
    if stop.is_some_and(|s| s.certain) || about_me {
        let signals = stop.map(|s| s.signals.as_slice()).unwrap_or_default();
        prose.para(&words.for_certain(signals, name), theme.text);
        prose.para(&words.help, theme.strong);
        prose.para(&words.certain.kept.replace("{name}", name), theme.dim);
        return (prose, vec![("Stop here for today (Enter)", Key::Enter), ("I am safe, go on (g)", Key::Char('g'))]);
    }
    prose.para(&words.unclear.question.replace("{name}", name), theme.strong);
    let buttons =
        vec![("About me (m)", Key::Char('m')), ("Part of the role (r)", Key::Char('r')), ("Stop (Enter)", Key::Enter)];
    (prose, buttons)
}

/// Draw the stop in place of the talk.
pub fn draw_stop(talk: &Talk, canvas: &mut Canvas<'_>, area: Rect, about_me: bool, scroll: Scroll) {
    let (prose, buttons) = stop_page(talk, &canvas.theme, about_me);
    let width = area.width.min(84);
    let text = Rect { width, height: area.height.saturating_sub(2), ..area };
    prose.draw(canvas, text, scroll.0);
    let y = area.y + text.height.min(prose.rows(width) as u16) + 1;
    let mut x = area.x;
    for (label, key) in buttons {
        x = canvas.button(area, x, y.min(area.bottom().saturating_sub(1)), label, key, key == Key::Enter) + 1;
    }
}
