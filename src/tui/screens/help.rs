//! Help: what this is, every key, plain mode, and where to turn.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll};
use crate::safety::{self, lines};
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::widgets::canvas::{Canvas, Drawn};
use crate::tui::widgets::prose::Prose;
use crate::tui::widgets::wrap;

/// The help.
#[derive(Default)]
pub struct Help {
    scroll: Scroll,
}

/// The way to it.
pub fn open() -> Go {
    Go::Push(Box::new(Help::default()))
}

const SIGNS: [(&str, &str); 3] = [
    ("\u{2713}", "a skill that you showed; the words are underlined"),
    ("~", "a start at a skill"),
    ("!", "something that tends to hurt a talk; underlined and slanted or bold"),
];

impl Screen for Help {
    fn title(&self, _: &Shared) -> String {
        "help".into()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::READING.to_vec()
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let mut prose = Prose::default();
        prose.para(
            "You choose a situation, say what you would say, and someone answers the way people do: warily at first, \
             softer when they feel heard, sharper when they feel blamed. After each reply the coach says what it did. \
             Nothing is ever overwritten: you can go back to any turn and say it another way.",
            theme.text,
        );
        prose.para(&safety::words().about, theme.strong);
        prose.heading("Signs in your words", theme.strong);
        for (sign, text) in SIGNS {
            prose.item(&format!("  {sign}"), text, (theme.strong, theme.text));
        }
        prose.gap();
        prose.heading("Keys that work everywhere", theme.strong);
        for (name, does) in [
            ("Esc", "one step back; what you typed is kept"),
            ("F1", "this page; also ? wherever no text is being written"),
            ("Ctrl+C", "leave (it asks once)"),
            ("Ctrl+X", "be gone at once: nothing is asked or said, the terminal is cleared; what you said is kept"),
            ("F8", "where to turn, day or night"),
            ("Ctrl+Z", "to the shell for a while; `fg` comes back"),
            ("Ctrl+L", "draw the screen anew"),
            ("Mouse", "the wheel scrolls; click a row, underlined words, or a key in the bar below"),
            ("Shift+drag", "marks text to copy, in most terminals"),
        ] {
            line(&mut prose, name, does, canvas);
        }
        for (place, hints) in keymap::ALL {
            prose.gap();
            prose.heading(place, theme.strong);
            for hint in *hints {
                line(&mut prose, hint.name, hint.does, canvas);
            }
        }
        prose.gap();
        prose.heading("Plain mode", theme.strong);
        prose.para(
            "`saywell --plain` is the same without drawing: one line a turn, names in front, made to be read aloud by a \
             screen reader. It works at any size and in any terminal.",
            theme.text,
        );
        prose.heading("When it is more than practice", theme.strong);
        prose.para(&lines::help(on.wishes.country, &[]), theme.text);
        prose.draw(canvas, Rect { width: area.width.min(88), ..area }, self.scroll.0);
    }

    fn input(&mut self, _: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        if self.scroll.input(drawn, input) {
            return Go::Stay;
        }
        match input {
            Input::Key(Key::Esc | Key::Enter | Key::Char('?' | 'q')) => Go::Back,
            _ => Go::Stay,
        }
    }

    fn is_help(&self) -> bool {
        true
    }
}

fn line(prose: &mut Prose, name: &str, does: &str, canvas: &Canvas<'_>) {
    let fill = " ".repeat(18usize.saturating_sub(wrap::width(name)));
    prose.item(&format!("  {name}{fill}"), does, (canvas.theme.key, canvas.theme.text));
}
