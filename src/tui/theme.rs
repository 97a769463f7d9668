//! Colours and styles by what they mean. All colours are of the fixed part of the 256-colour table, so that they look the
//! same everywhere and their contrast can be reckoned; meaning never rests on colour alone.

use ratatui::style::{Color, Modifier, Style};

/// Which theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// As much contrast as there is.
    HighContrast,
    /// The terminal's own two colours.
    NoColour,
}

impl ThemeName {
    /// Every theme, in the order that settings go through.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::NoColour];

    /// The word for it in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high contrast",
            Self::NoColour => "no colour",
        }
    }

    /// The theme of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == word)
    }
}

/// The styles of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Running text, and the ground of everything.
    pub text: Style,
    /// What stands back.
    pub dim: Style,
    /// Headings and names.
    pub strong: Style,
    /// What can be pressed.
    pub key: Style,
    /// The bars above and below.
    pub bar: Style,
    /// The chosen row.
    pub select: Style,
    /// Frames and rules: no words.
    pub line: Style,
    /// The user's name.
    pub you: Style,
    /// The other's name.
    pub other: Style,
    /// A skill.
    pub skill: Style,
    /// A fault.
    pub fault: Style,
    /// Something to read before all else.
    pub alert: Style,
}

const fn on(bg: u8, fg: u8) -> Style {
    Style::new().bg(Color::Indexed(bg)).fg(Color::Indexed(fg))
}

impl Theme {
    /// The theme of this name.
    pub const fn of(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => {
                Self::coloured(234, [252, 247, 255, 117, 240, 152, 222, 114, 216, 222], (237, 252), (24, 231))
            }
            ThemeName::Light => {
                Self::coloured(255, [235, 240, 16, 25, 248, 24, 94, 22, 124, 88], (252, 235), (24, 231))
            }
            ThemeName::HighContrast => {
                Self::coloured(16, [231, 231, 231, 226, 231, 123, 226, 120, 217, 226], (16, 231), (226, 16))
            }
            ThemeName::NoColour => Self::plain(),
        }
    }

    const fn coloured(bg: u8, fg: [u8; 10], bar: (u8, u8), select: (u8, u8)) -> Self {
        let [text, dim, strong, key, line, you, other, skill, fault, alert] = fg;
        Self {
            text: on(bg, text),
            dim: on(bg, dim),
            strong: on(bg, strong).add_modifier(Modifier::BOLD),
            key: on(bg, key).add_modifier(Modifier::BOLD),
            bar: on(bar.0, bar.1),
            select: on(select.0, select.1).add_modifier(Modifier::BOLD),
            line: on(bg, line),
            you: on(bg, you).add_modifier(Modifier::BOLD),
            other: on(bg, other).add_modifier(Modifier::BOLD),
            skill: on(bg, skill).add_modifier(Modifier::UNDERLINED),
            fault: on(bg, fault).add_modifier(Modifier::UNDERLINED.union(Modifier::ITALIC)),
            alert: on(bg, alert).add_modifier(Modifier::BOLD),
        }
    }

    const fn plain() -> Self {
        let plain = Style::new().bg(Color::Reset).fg(Color::Reset);
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            text: plain,
            dim: plain,
            strong: bold,
            key: bold,
            bar: plain.add_modifier(Modifier::REVERSED),
            select: plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            line: plain,
            you: bold,
            other: bold,
            skill: plain.add_modifier(Modifier::UNDERLINED),
            fault: plain.add_modifier(Modifier::UNDERLINED.union(Modifier::BOLD)),
            alert: bold,
        }
    }

    /// The style of a key's name in the bar below.
    pub fn bar_key(&self) -> Style {
        self.bar.add_modifier(Modifier::BOLD)
    }

    /// Every style that words are set in, by name.
    pub fn worded(&self) -> [(&'static str, Style); 11] {
        [
            ("text", self.text),
            ("dim", self.dim),
            ("strong", self.strong),
            ("key", self.key),
            ("bar", self.bar),
            ("select", self.select),
            ("you", self.you),
            ("other", self.other),
            ("skill", self.skill),
            ("fault", self.fault),
            ("alert", self.alert),
        ]
    }
}

/// What a terminal can show, by its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// The 256 colours.
    Many,
    /// Only the terminal's own: what they look like nobody knows, so none are used.
    Few,
}

impl Colours {
    /// What the variables say.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| get(name).is_some_and(|value| !value.is_empty());
        let term = get("TERM").unwrap_or_default();
        let many = ["256color", "truecolor", "direct", "kitty", "alacritty", "ghostty", "foot"];
        let can = set("COLORTERM") || many.iter().any(|word| term.contains(word)) || cfg!(windows);
        if set("NO_COLOR") || !can { Self::Few } else { Self::Many }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colour of an index from 16 on, in the fixed part of the table.
    fn rgb(color: Option<Color>) -> [f64; 3] {
        let Some(Color::Indexed(n)) = color else { panic!("not of the fixed table: {color:?}") };
        assert!(n >= 16, "{n} looks different in every terminal");
        if n >= 232 {
            return [f64::from(8 + 10 * (u16::from(n) - 232)); 3];
        }
        let level = |k: u8| f64::from([0, 95, 135, 175, 215, 255][usize::from(k)]);
        let n = n - 16;
        [level(n / 36), level(n / 6 % 6), level(n % 6)]
    }

    /// Relative luminance by WCAG 2.
    fn luminance(rgb: [f64; 3]) -> f64 {
        let linear = rgb.map(|c| {
            let c = c / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    fn contrast(style: Style) -> f64 {
        let (a, b) = (luminance(rgb(style.fg)), luminance(rgb(style.bg)));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_has_a_contrast_of_at_least_four_and_a_half() {
        for name in [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast] {
            for (what, style) in Theme::of(name).worded() {
                assert!(contrast(style) >= 4.5, "{what} in {}: {:.2}", name.as_str(), contrast(style));
            }
        }
        assert!(contrast(on(16, 231)) > 20.9);
    }

    #[test]
    fn skills_and_faults_differ_by_more_than_colour() {
        for name in ThemeName::ALL {
            let theme = Theme::of(name);
            assert_ne!(theme.skill.add_modifier, theme.fault.add_modifier);
            assert_ne!(theme.skill.add_modifier, theme.text.add_modifier);
            assert_ne!(theme.select, theme.text);
        }
    }

    #[test]
    fn without_colour_only_the_terminals_own_two_are_used() {
        for (what, style) in Theme::of(ThemeName::NoColour).worded() {
            assert_eq!((style.fg, style.bg), (Some(Color::Reset), Some(Color::Reset)), "{what}");
        }
    }

    #[test]
    fn the_environment_decides() {
        let env = |pairs: &'static [(&str, &str)]| {
            Colours::from_env(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(env(&[("TERM", "xterm-256color")]), Colours::Many);
        assert_eq!(env(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Colours::Few);
        assert_eq!(env(&[("TERM", "linux")]), Colours::Few);
        assert_eq!(env(&[("TERM", "screen"), ("COLORTERM", "truecolor")]), Colours::Many);
    }
}
