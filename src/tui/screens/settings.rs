//! Settings: colours, feedback, the counterpart, the mouse.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, consent, help};
use crate::config::SCRIPTED;
use crate::runtime::desk::Place;
use crate::text::tame_line;
use crate::tui::Opening;
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::terminal;
use crate::tui::theme::{Colours, ThemeName};
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::prose::Prose;
use crate::tui::widgets::wrap;

/// The settings.
#[derive(Default)]
pub struct Settings {
    row: usize,
}

const ROWS: usize = 4;

/// A setting: its name, what can be chosen and whether it is, and what it means.
type Row = (&'static str, Vec<(String, bool)>, &'static str);

impl Settings {
    fn rows(on: &Shared) -> [Row; ROWS] {
        let prefs = on.prefs;
        let theme = ThemeName::ALL.iter().map(|t| (t.as_str().to_owned(), *t == prefs.theme)).collect();
        let models = on.desk.models();
        let scripted = models.voice().is_none();
        let mut voices = vec![("scripted".to_owned(), scripted)];
        voices.extend(models.servers().map(|(name, chosen)| (tame_line(name).into_owned(), chosen)));
        let few = on.colours == Colours::Few;
        [
            (
                "Colours",
                theme,
                if few {
                    "Your terminal, or NO_COLOR, asks for no colours: signs and underlines carry everything."
                } else {
                    "Every theme has a contrast of at least 4.5 to 1. Nothing is said by colour alone."
                },
            ),
            (
                "Feedback",
                vec![("after each reply".into(), prefs.feedback), ("only at the end".into(), !prefs.feedback)],
                "How new rehearsals begin; each can still choose. Practice with feedback works better; without it, it is a test.",
            ),
            (
                "Counterpart",
                voices,
                if scripted {
                    "The other person's lines come from the situation's script, on this computer. Nothing leaves it."
                } else {
                    "A language model words the lines, from the next rehearsal on; the script steps in where it fails."
                },
            ),
            (
                "Mouse",
                vec![("on".into(), prefs.mouse), ("off".into(), !prefs.mouse)],
                "Off leaves the mouse to the terminal, to mark and copy text. With it on, hold Shift for that.",
            ),
        ]
    }

    fn set(&self, on: &mut Shared, n: usize) -> Go {
        match self.row {
            0 => on.prefs.theme = ThemeName::ALL.get(n).copied().unwrap_or_default(),
            1 => on.prefs.feedback = n == 0,
            2 => return Self::choose(on, n),
            3 => {
                on.prefs.mouse = n == 0;
                if terminal::is_taken() {
                    // Where the terminal is gone, the next draw says so.
                    let _ = terminal::set_mouse(on.prefs.mouse);
                }
            }
            _ => return Go::Stay,
        }
        on.keep_prefs();
        Go::Stay
    }

    /// Choose who words the lines; where that is on another computer, the user is asked.
    fn choose(on: &mut Shared, n: usize) -> Go {
        let servers: Vec<String> = on.desk.models().servers().map(|(name, _)| name.to_owned()).collect();
        let name = n.checked_sub(1).and_then(|n| servers.get(n)).map_or(SCRIPTED, String::as_str);
        if let Err(error) = on.desk.choose(name) {
            on.notice(format!("This holds for now, but could not be kept: {error}"));
        } else if on.desk.models().is_offline() && n > 0 {
            on.notice("Connections are off (--offline), so the script plays.");
        } else if servers.is_empty() {
            on.notice("Another voice needs a language model; docs/models.md says how. `saywell doctor` looks for one.");
        }
        match on.desk.question() {
            Some(question) => Go::Push(Box::new(consent::Consent::new(question, Opening::Home))),
            None => Go::Stay,
        }
    }

    fn change(&self, on: &mut Shared, by: isize) -> Go {
        let (_, options, _) = &Self::rows(on)[self.row];
        let at = options.iter().position(|(_, is)| *is).unwrap_or(0) as isize;
        let to = (at + by).clamp(0, options.len() as isize - 1);
        self.set(on, to as usize)
    }
}

impl Screen for Settings {
    fn title(&self, _: &Shared) -> String {
        "settings".into()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::SETTINGS.to_vec()
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let mut y = area.y;
        for (n, (name, options, _)) in Self::rows(on).into_iter().enumerate() {
            let here = n == self.row;
            let style = if here { theme.strong } else { theme.dim };
            let sign = if here { "\u{25b8} " } else { "  " };
            canvas.put(area, area.x, y, &format!("{sign}{name}"), style);
            let mut x = area.x + 15;
            for (k, (text, on_it)) in options.into_iter().enumerate() {
                let shown = if on_it { format!("({text})") } else { format!(" {text} ") };
                let style = if here && on_it {
                    theme.select
                } else if on_it {
                    theme.strong
                } else {
                    theme.text
                };
                let wide = wrap::width(&shown) as u16;
                canvas.put(area, x, y, &shown, style);
                canvas.hit(Rect::new(x, y, wide, 1), Hit::Choice(n, k));
                x += wide + 1;
            }
            y += 2;
        }
        canvas.rule(area, y);
        let mut prose = Prose::default();
        let (_, _, about) = &Self::rows(on)[self.row];
        prose.para(about, theme.text);
        let place = match on.desk.place() {
            Place::File(path) => format!("Rehearsals are kept in {}", path.display()),
            Place::Memory => "Nothing is kept: rehearsals are gone when you leave.".into(),
        };
        prose.para(&place, theme.dim);
        prose.para("Keys are the same everywhere and stand in the bar below; ? lists them all.", theme.dim);
        let below = Rect { y: y + 2, height: area.bottom().saturating_sub(y + 2), width: area.width.min(84), ..area };
        prose.draw(canvas, below, 0);
    }

    fn input(&mut self, on: &mut Shared, _: &Drawn, input: Input<'_>) -> Go {
        match input {
            Input::Key(Key::Up | Key::BackTab) => self.row = self.row.saturating_sub(1),
            Input::Key(Key::Down | Key::Tab) => self.row = (self.row + 1).min(ROWS - 1),
            Input::Key(Key::Left) => return self.change(on, -1),
            Input::Key(Key::Right) => return self.change(on, 1),
            Input::Key(Key::Enter | Key::Char(' ')) => {
                let (_, options, _) = &Self::rows(on)[self.row];
                let at = options.iter().position(|(_, is)| *is).unwrap_or(0);
                return self.set(on, (at + 1) % options.len().max(1));
            }
            Input::Key(Key::Esc) => return Go::Back,
            Input::Key(Key::Char('?')) => return help::open(),
            Input::Click { hit: Hit::Choice(row, n), .. } => {
                self.row = row.min(ROWS - 1);
                return self.set(on, n);
            }
            _ => {}
        }
        Go::Stay
    }
}
