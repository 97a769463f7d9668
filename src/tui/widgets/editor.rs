//! A field that one writes in: several lines, wrapped, with undo, by what a person sees as a character.

use std::ops::Range;

use ratatui::layout::{Position, Rect};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::canvas::{Canvas, Hit};
use super::wrap::{at, place, wrap};
use crate::text::tame;
use crate::tui::keymap::Key;

/// The longest text that a field takes, in bytes: about 5,000 words.
pub const LONGEST: usize = 32 * 1024;
/// How many steps can be undone.
const MOST_UNDO: usize = 200;

/// What was there before a change.
#[derive(Clone, Debug)]
struct Snapshot {
    text: String,
    cursor: usize,
}

/// The field.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    text: String,
    cursor: usize,
    undo: Vec<Snapshot>,
    redo: Vec<Snapshot>,
    /// Whether the last change was typing, so that a word is undone at once and not letter by letter.
    typing: bool,
    /// The column that up and down keep to.
    column: Option<usize>,
}

/// What a field made of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Took {
    /// Something changed, or the cursor moved.
    Yes,
    /// The key is none of the field's.
    No,
    /// Up in the first row, or down in the last.
    Edge,
}

impl Editor {
    /// A field with this text, the cursor behind it.
    pub fn with(text: &str) -> Self {
        let mut editor = Self::default();
        editor.set(text);
        editor
    }

    /// What is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Put another text in its place; that can be undone.
    pub fn set(&mut self, text: &str) {
        self.remember(false);
        self.text = clean(text, LONGEST).0;
        self.cursor = self.text.len();
    }

    /// Take the text out.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        *self = Self::default();
        text
    }

    /// Put a text in at the cursor. False where not all of it found room.
    pub fn insert(&mut self, text: &str, typed: bool) -> bool {
        let (clean, whole) = clean(text, LONGEST.saturating_sub(self.text.len()));
        if !clean.is_empty() {
            let word_ends = clean.chars().all(char::is_whitespace);
            self.remember(typed && !word_ends);
            self.text.insert_str(self.cursor, &clean);
            self.cursor = self.edge(self.cursor + clean.len());
            self.typing = typed && !word_ends;
        }
        whole
    }

    /// A key. `width` is that of the field; `lines` whether it may have several.
    pub fn key(&mut self, key: Key, width: usize, lines: bool) -> Took {
        let vertical = matches!(key, Key::Up | Key::Down);
        if !vertical {
            self.column = None;
        }
        match key {
            Key::Char(c) => {
                self.insert(c.encode_utf8(&mut [0; 4]), true);
            }
            Key::NewLine if lines => {
                self.insert("\n", false);
            }
            Key::Backspace => self.delete(self.before(self.cursor)..self.cursor),
            Key::Delete => self.delete(self.cursor..self.after(self.cursor)),
            Key::DeleteWord => self.delete(self.word_before()..self.cursor),
            Key::Ctrl('k') => self.delete(self.cursor..self.line_end()),
            Key::Ctrl('u') => Self::swap(&mut self.text, &mut self.cursor, &mut self.undo, &mut self.redo),
            Key::Ctrl('r') => Self::swap(&mut self.text, &mut self.cursor, &mut self.redo, &mut self.undo),
            Key::Left => self.go(self.before(self.cursor)),
            Key::Right => self.go(self.after(self.cursor)),
            Key::WordLeft => self.go(self.word_before()),
            Key::WordRight => self.go(self.word_after()),
            Key::Home | Key::Ctrl('a') => self.go(self.line_start()),
            Key::End | Key::Ctrl('e') => self.go(self.line_end()),
            Key::Up => return self.vertical(width, false),
            Key::Down => return self.vertical(width, true),
            _ => return Took::No,
        }
        Took::Yes
    }

    /// Put the cursor where one clicked.
    pub fn click(&mut self, width: usize, column: usize, row: usize) {
        let rows = self.rows(width);
        self.go(at(&self.text, &rows, row, column));
    }

    /// The rows of the text in this width; the last cell is kept for the cursor.
    pub fn rows(&self, width: usize) -> Vec<Range<usize>> {
        wrap(&self.text, width.saturating_sub(1))
    }

    /// Draw it, the row with the cursor always in view. The cursor shows where `focused`.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
        if area.is_empty() {
            return;
        }
        let rows = self.rows(usize::from(area.width));
        let (row, col) = place(&self.text, &rows, self.cursor);
        let first = (row + 1).saturating_sub(usize::from(area.height));
        let style = canvas.theme.text;
        for (y, range) in (area.top()..area.bottom()).zip(rows.iter().skip(first)) {
            canvas.piece(area.x, y, self.text.get(range.clone()).unwrap_or_default(), area.width, style);
        }
        canvas.hit(area, Hit::Field(first));
        if focused {
            canvas.drawn.field_width = usize::from(area.width);
            let x = area.x + u16::try_from(col).unwrap_or(u16::MAX).min(area.width - 1);
            canvas.drawn.cursor = Some(Position::new(x, area.y + u16::try_from(row - first).unwrap_or(0)));
        }
    }

    fn remember(&mut self, typing: bool) {
        self.redo.clear();
        if !(typing && self.typing) {
            if self.undo.len() >= MOST_UNDO {
                self.undo.remove(0);
            }
            self.undo.push(Snapshot { text: self.text.clone(), cursor: self.cursor });
        }
        self.typing = typing;
    }

    fn swap(text: &mut String, cursor: &mut usize, from: &mut Vec<Snapshot>, to: &mut Vec<Snapshot>) {
        if let Some(then) = from.pop() {
            to.push(Snapshot { text: std::mem::replace(text, then.text), cursor: *cursor });
            *cursor = then.cursor;
        }
    }

    fn delete(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.remember(false);
            self.text.replace_range(range.clone(), "");
            self.cursor = self.edge(range.start);
        }
    }

    fn go(&mut self, to: usize) {
        self.cursor = to;
        self.typing = false;
    }

    fn before(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        cursor.prev_boundary(&self.text, 0).ok().flatten().unwrap_or(0)
    }

    fn after(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len())
    }

    /// The next edge between graphemes from here on: what was put in may have joined with what stands behind it.
    fn edge(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        if cursor.is_boundary(&self.text, 0).unwrap_or(true) { at } else { self.after(at) }
    }

    fn word_before(&self) -> usize {
        let head = self.text.get(..self.cursor).unwrap_or_default();
        let words = head.split_word_bound_indices().rev();
        let at = words.filter(|(_, word)| !word.trim().is_empty()).map(|(at, _)| at).next().unwrap_or(0);
        // Words may begin within what is seen as one character.
        if self.edge(at) == at { at } else { self.before(at) }
    }

    fn word_after(&self) -> usize {
        let tail = self.text.get(self.cursor..).unwrap_or_default();
        let mut words = tail.split_word_bound_indices().filter(|(_, word)| !word.trim().is_empty());
        self.edge(words.next().map_or(self.text.len(), |(at, word)| self.cursor + at + word.len()))
    }

    fn line_start(&self) -> usize {
        self.text.get(..self.cursor).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        let tail = self.text.get(self.cursor..).unwrap_or_default();
        self.cursor + tail.find('\n').unwrap_or(tail.len())
    }

    fn vertical(&mut self, width: usize, down: bool) -> Took {
        let rows = self.rows(width);
        let (row, col) = place(&self.text, &rows, self.cursor);
        let column = *self.column.get_or_insert(col);
        let to = if down { Some(row + 1).filter(|r| *r < rows.len()) } else { row.checked_sub(1) };
        match to {
            Some(to) => {
                self.go(at(&self.text, &rows, to, column));
                Took::Yes
            }
            None => Took::Edge,
        }
    }
}

/// As much of a text as has room, safe to show; false where something was left out.
fn clean(text: &str, room: usize) -> (String, bool) {
    let mut cut = text.len().min(room.saturating_mul(2).saturating_add(64));
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let head = text.get(..cut).unwrap_or_default();
    // Terminals send a pasted line end as a carriage return.
    let mut clean = tame(&head.replace("\r\n", "\n").replace('\r', "\n")).replace('\t', "    ");
    if clean.len() <= room && cut == text.len() {
        return (clean, true);
    }
    let fits = clean.grapheme_indices(true).map(|(at, g)| at + g.len()).take_while(|end| *end <= room).last();
    clean.truncate(fits.unwrap_or(0));
    (clean, false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::widgets::wrap::width;

    #[test]
    fn words_are_undone_at_once() {
        let mut editor = Editor::default();
        for c in "I felt alone".chars() {
            editor.key(Key::Char(c), 40, true);
        }
        editor.key(Key::Ctrl('u'), 40, true);
        assert_eq!(editor.text(), "I felt ");
        editor.key(Key::Ctrl('r'), 40, true);
        assert_eq!(editor.text(), "I felt alone");
        editor.key(Key::DeleteWord, 40, true);
        editor.key(Key::DeleteWord, 40, true);
        assert_eq!(editor.text(), "I ");
    }

    #[test]
    fn a_paste_keeps_its_lines_and_is_bounded() {
        let mut editor = Editor::default();
        assert!(editor.insert("one\r\ntwo\rthree\x1b[2J\t.", false));
        assert_eq!(editor.text(), "one\ntwo\nthree\u{FFFD}[2J    .");
        assert!(!editor.insert(&"日".repeat(400_000), false));
        assert!(editor.text().len() <= LONGEST);
        assert!(!editor.insert("x", true) || editor.text().len() < LONGEST + 1);
    }

    #[test]
    fn a_family_is_one_step() {
        let mut editor = Editor::with("a👨\u{200d}👩\u{200d}👧e\u{301}");
        editor.key(Key::Left, 40, true);
        editor.key(Key::Backspace, 40, true);
        assert_eq!(editor.text(), "ae\u{301}");
        assert_eq!(editor.cursor(), 1);
    }

    #[derive(Clone, Debug)]
    enum Do {
        Key(Key),
        Put(String),
        Click(usize, usize),
    }

    fn doing() -> impl Strategy<Value = Do> {
        use Key::{
            BackTab, Backspace, Char, Ctrl, Delete, DeleteWord, Down, End, Home, Left, NewLine, Right, Up, WordLeft,
            WordRight,
        };
        let keys = vec![
            Char('a'),
            Char(' '),
            Char('\u{301}'),
            Char('日'),
            Char('\u{200d}'),
            Char('👩'),
            NewLine,
            Backspace,
            Delete,
            DeleteWord,
            Ctrl('k'),
            Ctrl('u'),
            Ctrl('r'),
            Left,
            Right,
            WordLeft,
            WordRight,
            Home,
            End,
            Up,
            Down,
            BackTab,
        ];
        prop_oneof![
            8 => prop::sample::select(keys).prop_map(Do::Key),
            1 => any::<String>().prop_map(Do::Put),
            1 => (0usize..50, 0usize..9).prop_map(|(x, y)| Do::Click(x, y)),
        ]
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_between_characters_and_in_its_row(
            doings in prop::collection::vec(doing(), 0..80), cols in 2usize..40,
        ) {
            let mut editor = Editor::default();
            for doing in doings {
                match doing {
                    Do::Key(key) => { editor.key(key, cols, true); }
                    Do::Put(text) => { editor.insert(&text, false); }
                    Do::Click(x, y) => editor.click(cols, x, y),
                }
                let text = editor.text();
                let edges: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
                prop_assert!(edges.contains(&editor.cursor()), "{:?} at {}", text, editor.cursor());
                let rows = editor.rows(cols);
                let (row, col) = place(text, &rows, editor.cursor());
                prop_assert!(row < rows.len() && col <= cols.max(2), "{:?} {} {}", text, row, col);
                prop_assert_eq!(col, width(&text[rows[row].start..editor.cursor()]));
            }
        }
    }
}
