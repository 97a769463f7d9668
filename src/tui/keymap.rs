//! Every key of the app in one place: the bars at the bottom and the help page are made from it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key as the screens see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character without Ctrl or Alt.
    Char(char),
    /// Ctrl and a letter.
    Ctrl(char),
    /// Alt and a character.
    Alt(char),
    /// Enter.
    Enter,
    /// Enter with Alt or Shift: a new line.
    NewLine,
    /// Esc.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// Ctrl or Alt and an arrow: the reply before.
    Earlier,
    /// Ctrl or Alt and an arrow: the reply after.
    Later,
    /// Ctrl or Alt and an arrow: by words.
    WordLeft,
    /// Ctrl or Alt and an arrow: by words.
    WordRight,
    /// The beginning of the row.
    Home,
    /// The end of the row.
    End,
    /// Ctrl and Home.
    Top,
    /// Ctrl and End.
    Bottom,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Backspace by a word.
    DeleteWord,
    /// A function key.
    F(u8),
}

impl Key {
    /// The key of a terminal's event; none for one that means nothing here.
    pub fn of(event: KeyEvent) -> Option<Self> {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let shift = event.modifiers.contains(KeyModifiers::SHIFT);
        Some(match event.code {
            KeyCode::Char('h') if ctrl => Self::Backspace,
            // What terminals send for Ctrl+/ and Ctrl+_.
            KeyCode::Char('7' | '/' | '_') if ctrl => Self::Ctrl('u'),
            KeyCode::Char('j') if ctrl => Self::NewLine,
            KeyCode::Char('w') if ctrl => Self::DeleteWord,
            KeyCode::Char('b') if alt => Self::WordLeft,
            KeyCode::Char('f') if alt => Self::WordRight,
            KeyCode::Char(c) if ctrl && !alt => Self::Ctrl(c.to_ascii_lowercase()),
            // AltGr arrives as Ctrl and Alt on some systems: it makes characters.
            KeyCode::Char(c) if alt && !ctrl => Self::Alt(c),
            KeyCode::Char(c) => Self::Char(c),
            KeyCode::Enter if alt || shift || ctrl => Self::NewLine,
            KeyCode::Enter => Self::Enter,
            KeyCode::Esc => Self::Esc,
            KeyCode::BackTab => Self::BackTab,
            KeyCode::Tab if shift => Self::BackTab,
            KeyCode::Tab => Self::Tab,
            KeyCode::Up if ctrl || alt => Self::Earlier,
            KeyCode::Down if ctrl || alt => Self::Later,
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left if ctrl || alt => Self::WordLeft,
            KeyCode::Right if ctrl || alt => Self::WordRight,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::Home if ctrl => Self::Top,
            KeyCode::End if ctrl => Self::Bottom,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Backspace if ctrl || alt => Self::DeleteWord,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Delete => Self::Delete,
            KeyCode::F(n) => Self::F(n),
            _ => return None,
        })
    }
}

/// A key with what it does, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key's name.
    pub name: &'static str,
    /// What it does here, in a word or two.
    pub does: &'static str,
    /// What a click on it presses.
    pub key: Key,
}

const fn hint(name: &'static str, does: &'static str, key: Key) -> Hint {
    Hint { name, does, key }
}

/// One step back.
pub const BACK: Hint = hint("Esc", "back", Key::Esc);
/// Gone, at once.
pub const EXIT: Hint = hint("Ctrl+X", "leave at once", Key::Ctrl('x'));
/// Help where letters are typed.
pub const HELP: Hint = hint("F1", "help", Key::F(1));

/// Home.
pub const HOME: &[Hint] = &[
    hint("\u{2191}\u{2193}", "choose", Key::Down),
    hint("Enter", "open", Key::Enter),
    hint("Tab", "client / trainee", Key::Tab),
    hint("F2", "past", Key::F(2)),
    hint("F3", "progress", Key::F(3)),
    hint("F4", "settings", Key::F(4)),
    HELP,
    hint("Esc", "quit", Key::Esc),
];

/// Before a rehearsal.
pub const BRIEF: &[Hint] = &[
    hint("Enter", "begin", Key::Enter),
    hint("\u{2191}\u{2193}", "next line", Key::Down),
    hint("\u{2190}\u{2192}", "change", Key::Right),
    hint("Space", "tick", Key::Char(' ')),
    hint("PgDn", "read on", Key::PageDown),
    BACK,
    HELP,
];

/// The question before a scene.
pub const SAFETY: &[Hint] =
    &[hint("\u{2190}\u{2192}", "choose", Key::Right), hint("Enter", "answer", Key::Enter), BACK, EXIT, HELP];

/// Where to turn.
pub const LINES: &[Hint] = &[
    hint("\u{2191}\u{2193}", "scroll", Key::Down),
    hint("\u{2190}\u{2192}", "other countries", Key::Right),
    BACK,
    EXIT,
];

/// A stop in the middle of a scene.
pub const STOP: &[Hint] = &[
    hint("\u{2190}\u{2192}", "other countries", Key::Right),
    BACK,
    EXIT,
    hint("PgDn", "read on", Key::PageDown),
    HELP,
];

/// The question whether words may go to another computer.
pub const CONSENT: &[Hint] = &[
    hint("\u{2190}\u{2192}", "choose", Key::Right),
    hint("Enter", "answer", Key::Enter),
    hint("Esc", "no", Key::Esc),
    HELP,
];

/// The question what became of a plan.
pub const ATTEMPT: &[Hint] = &[
    hint("\u{2191}\u{2193}", "choose", Key::Down),
    hint("Enter", "answer", Key::Enter),
    hint("Esc", "pass this over", Key::Esc),
    HELP,
];

/// The conversation.
pub const REHEARSAL: &[Hint] = &[
    hint("Enter", "send", Key::Enter),
    hint("F2", "hint", Key::F(2)),
    hint("F3", "why", Key::F(3)),
    hint("F4", "takes", Key::F(4)),
    hint("F5", "finish", Key::F(5)),
    hint("Ctrl+B", "say it another way", Key::Ctrl('b')),
    hint("Esc", "leave", Key::Esc),
    HELP,
    hint("Tab", "read the coach on", Key::Tab),
    hint("Ctrl+J", "new line", Key::NewLine),
    hint("PgUp", "read back", Key::PageUp),
    hint("Ctrl+\u{2191}\u{2193}", "look at a reply", Key::Earlier),
    hint("F8", "where to turn", Key::F(8)),
    EXIT,
];

/// The same for keyboards on which the function keys are hard to reach.
pub const LETTERS: &[Hint] = &[
    hint("Ctrl+G", "hint", Key::F(2)),
    hint("Ctrl+Y", "why", Key::F(3)),
    hint("Ctrl+T", "takes", Key::F(4)),
    hint("Ctrl+F", "finish", Key::F(5)),
    hint("F6, Ctrl+O", "a line to start from", Key::F(6)),
];

/// The conversation when it is over.
pub const OVER: &[Hint] = &[
    hint("Enter", "look back on it", Key::Enter),
    hint("Ctrl+B", "say it another way", Key::Ctrl('b')),
    hint("F4", "takes", Key::F(4)),
    hint("F3", "why", Key::F(3)),
    hint("Esc", "leave", Key::Esc),
    HELP,
];

/// While the other thinks.
pub const THINKING: &[Hint] = &[hint("Esc", "stop waiting", Key::Esc), HELP];

/// Writing, wherever one can write.
pub const WRITING: &[Hint] = &[
    hint("Alt+Enter, Ctrl+J", "begin a new line", Key::NewLine),
    hint("\u{2191} at the top", "what you said earlier", Key::Up),
    hint("Ctrl+U, Ctrl+R", "undo, redo", Key::Ctrl('u')),
    hint("Ctrl+W", "delete a word", Key::DeleteWord),
    hint("Ctrl+\u{2190}\u{2192}", "go by words", Key::WordRight),
];

/// The tree of attempts.
pub const TAKES: &[Hint] = &[
    hint("\u{2191}\u{2193}", "choose", Key::Down),
    hint("Enter", "say it another way", Key::Enter),
    hint("g", "go on from here", Key::Char('g')),
    hint("Space", "mark to compare", Key::Char(' ')),
    hint("c", "side by side", Key::Char('c')),
    BACK,
    hint("?", "help", Key::Char('?')),
];

/// Two attempts side by side.
pub const COMPARE: &[Hint] =
    &[hint("\u{2191}\u{2193}", "read", Key::Down), hint("c", "the tree again", Key::Char('c')), BACK];

/// Looking back.
pub const REVIEW: &[Hint] = &[
    hint("Tab", "next page", Key::Tab),
    hint("\u{2191}\u{2193}", "move", Key::Down),
    hint("r", "try again", Key::Char('r')),
    hint("s", "save", Key::Char('s')),
    hint("t", "takes", Key::Char('t')),
    BACK,
    hint("?", "help", Key::Char('?')),
];

/// The page of the look back that one writes on.
pub const PLAN: &[Hint] = &[hint("Tab", "next page", Key::Tab), hint("Enter", "next field", Key::Enter), BACK, HELP];

/// Past rehearsals.
pub const HISTORY: &[Hint] = &[
    hint("\u{2191}\u{2193}", "choose", Key::Down),
    hint("Enter", "look back", Key::Enter),
    hint("F5", "go on", Key::F(5)),
    hint("Del", "delete", Key::Delete),
    hint("F3", "progress", Key::F(3)),
    BACK,
    HELP,
];

/// Progress.
pub const PROGRESS: &[Hint] = &[hint("\u{2191}\u{2193}", "scroll", Key::Down), BACK, hint("?", "help", Key::Char('?'))];

/// Settings.
pub const SETTINGS: &[Hint] = &[
    hint("\u{2191}\u{2193}", "choose", Key::Down),
    hint("\u{2190}\u{2192}", "change", Key::Right),
    BACK,
    hint("?", "help", Key::Char('?')),
];

/// Help.
pub const READING: &[Hint] = &[hint("\u{2191}\u{2193}", "scroll", Key::Down), BACK];

/// Everything, for the help page.
pub const ALL: &[(&str, &[Hint])] = &[
    ("First page", HOME),
    ("Before a rehearsal", BRIEF),
    ("The conversation", REHEARSAL),
    ("The same without function keys", LETTERS),
    ("Writing", WRITING),
    ("Takes", TAKES),
    ("Looking back", REVIEW),
    ("Past rehearsals", HISTORY),
    ("Settings", SETTINGS),
];
