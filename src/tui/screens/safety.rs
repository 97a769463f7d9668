//! The question before a scene that could be dangerous to carry into real life. It can end here, kindly.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, brief, help};
use crate::safety::{self, Country, Tone, lines};
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
        Go::Replace(Box::new(Lines { after_question: true, ..Lines::default() }))
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

/// Where to turn; after the question with a kind word before it.
#[derive(Default)]
pub struct Lines {
    after_question: bool,
    scroll: Scroll,
}

impl Screen for Lines {
    fn title(&self, _: &Shared) -> String {
        if self.after_question { "first, your safety".into() } else { "where to turn".into() }
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::LINES.to_vec()
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let country = on.wishes.country;
        let said = if self.after_question {
            safety::words().for_screen(country)
        } else {
            vec![(Tone::Help, lines::help(country, &[])), (Tone::Aside, safety::words().exit.clone())]
        };
        let area = Rect { width: area.width.min(84), ..area };
        paragraphs(&said, &canvas.theme).draw(canvas, area, self.scroll.0);
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        if self.scroll.input(drawn, input) {
            return Go::Stay;
        }
        match input {
            Input::Key(Key::Esc | Key::Enter) if self.after_question => Go::Home,
            Input::Key(Key::Esc | Key::Enter) => Go::Back,
            Input::Key(Key::Char('?')) => help::open(),
            Input::Key(key) => {
                other_country(on, key);
                Go::Stay
            }
            _ => Go::Stay,
        }
    }
}

/// The lines of the country before or after the present one in the list; none of them stands for the list of several.
pub fn other_country(on: &mut Shared, key: Key) {
    let now = on.wishes.country;
    on.wishes.country = match (key, now) {
        (Key::Right, None) => Country::all().next(),
        (Key::Right, Some(country)) => country.next(),
        (Key::Left, None) => Country::all().last(),
        (Key::Left, Some(country)) => country.previous(),
        _ => now,
    };
}

fn paragraphs(said: &[(Tone, String)], theme: &Theme) -> Prose {
    let mut prose = Prose::default();
    for (tone, text) in said {
        let style = match tone {
            Tone::Said => theme.text,
            Tone::Help => theme.strong,
            Tone::Aside => theme.dim,
        };
        prose.para(text, style);
    }
    prose
}

/// What is said when a reply stopped the scene, and what can be answered.
fn stop_page(talk: &Talk, theme: &Theme, country: Option<Country>) -> (Prose, Vec<(&'static str, Key)>) {
    let words = safety::words();
    let name = &talk.session().scenario().counterpart.name;
    let Some((_, stop)) = talk.session().stop() else { return (Prose::default(), Vec::new()) };
    if stop.certain {
        let said = words.for_certain(&stop.signals, name, country);
        let buttons = vec![("Stop here for today (Enter)", Key::Enter), ("I am safe, go on (g)", Key::Char('g'))];
        return (paragraphs(&said, theme), buttons);
    }
    let mut prose = Prose::default();
    prose.para(&words.unclear.question.replace("{name}", name), theme.strong);
    let buttons =
        vec![("About me (m)", Key::Char('m')), ("Part of the role (r)", Key::Char('r')), ("Stop (Enter)", Key::Enter)];
    (prose, buttons)
}

/// Draw the stop in place of the talk.
pub fn draw_stop(talk: &Talk, canvas: &mut Canvas<'_>, area: Rect, country: Option<Country>, scroll: Scroll) {
    let (prose, buttons) = stop_page(talk, &canvas.theme, country);
    let width = area.width.min(84);
    let text = Rect { width, height: area.height.saturating_sub(2), ..area };
    prose.draw(canvas, text, scroll.0);
    let y = area.y + text.height.min(prose.rows(width) as u16) + 1;
    let mut x = area.x;
    for (label, key) in buttons {
        x = canvas.button(area, x, y.min(area.bottom().saturating_sub(1)), label, key, key == Key::Enter) + 1;
    }
}
