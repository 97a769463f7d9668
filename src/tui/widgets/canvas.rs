//! Where a screen draws: the buffer, the theme, and a note of what can be clicked where. Drawing changes nothing else.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::wrap;
use crate::session::TurnId;
use crate::text::tame_line;
use crate::tui::keymap::Key;
use crate::tui::theme::Theme;

/// What a click on a place means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The same as this key.
    Key(Key),
    /// The row of this number.
    Row(usize),
    /// A reply, or a finding in it by its place in the analysis.
    Finding(TurnId, Option<usize>),
    /// A column of a scale or a form, by row and value.
    Choice(usize, usize),
    /// The field that is typed in; the row of its text that is shown first.
    Field(usize),
}

/// What came of drawing, for the mouse and for paging. It is handed back with the next input.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// What can be clicked; the later one lies on top.
    pub hits: Vec<(Rect, Hit)>,
    /// How large the screen is.
    pub size: (u16, u16),
    /// Where the cursor is.
    pub cursor: Option<Position>,
    /// How far the screen's text can be scrolled, in rows.
    pub scroll_max: usize,
    /// How many rows of it are seen at once.
    pub page: usize,
    /// Where the talk is.
    pub conversation: Option<Rect>,
    /// The width that the field which is typed in has.
    pub field_width: usize,
}

impl Drawn {
    /// What lies at this place.
    pub fn hit(&self, column: u16, row: u16) -> Option<(Rect, Hit)> {
        let at = Position::new(column, row);
        self.hits.iter().rev().find(|(area, _)| area.contains(at)).copied()
    }
}

/// A place to draw on.
pub struct Canvas<'a> {
    buf: &'a mut Buffer,
    /// The styles.
    pub theme: Theme,
    /// What can be clicked, and where the cursor is.
    pub drawn: Drawn,
}

impl<'a> Canvas<'a> {
    /// A canvas on this buffer.
    pub fn new(buf: &'a mut Buffer, theme: Theme) -> Self {
        let drawn = Drawn { size: (buf.area.width, buf.area.height), ..Drawn::default() };
        Self { buf, theme, drawn }
    }

    /// All of it.
    pub fn area(&self) -> Rect {
        self.buf.area
    }

    /// Give a whole area a style, and take away what stood there.
    pub fn clear(&mut self, area: Rect, style: Style) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
    }

    /// One row of text, cut where the area ends; the text is made safe. The column behind it.
    pub fn put(&mut self, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.buf.area);
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x;
        }
        let room = usize::from(area.right() - x);
        self.buf.set_stringn(x, y, tame_line(text), room, style).0
    }

    /// One row of text, with an ellipsis where it does not fit.
    pub fn put_fit(&mut self, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let room = usize::from(area.right().saturating_sub(x));
        let fitting = wrap::fit(&tame_line(text), room);
        self.put(area, x, y, &fitting, style)
    }

    /// A piece of a row that is safe already, in so many cells at most. The column behind it.
    pub fn piece(&mut self, x: u16, y: u16, text: &str, room: u16, style: Style) -> u16 {
        if self.buf.area.contains(Position::new(x, y)) && room > 0 {
            self.buf.set_stringn(x, y, text, usize::from(room), style).0
        } else {
            x
        }
    }

    /// A rule across an area's row.
    pub fn rule(&mut self, area: Rect, y: u16) {
        if y < area.top() || y >= area.bottom() {
            return;
        }
        let line = self.theme.line;
        self.put(area, area.x, y, &"\u{2500}".repeat(usize::from(area.width)), line);
    }

    /// A line from top to bottom at the left edge of an area.
    pub fn upright(&mut self, area: Rect) {
        let line = self.theme.line;
        for y in area.top()..area.bottom() {
            self.put(area, area.x, y, "\u{2502}", line);
        }
    }

    /// Put a style on top of what is drawn.
    pub fn tint(&mut self, area: Rect, style: Style) {
        self.buf.set_style(area.intersection(self.buf.area), style);
    }

    /// Note what a click there means.
    pub fn hit(&mut self, area: Rect, hit: Hit) {
        let area = area.intersection(self.buf.area);
        if !area.is_empty() {
            self.drawn.hits.push((area, hit));
        }
    }

    /// Something to press, with a key. The column behind it.
    pub fn button(&mut self, area: Rect, x: u16, y: u16, label: &str, key: Key, chosen: bool) -> u16 {
        let style = if chosen { self.theme.select } else { self.theme.key };
        let end = self.put(area, x, y, &format!("[ {label} ]"), style);
        self.hit(Rect::new(x, y, end.saturating_sub(x), 1), Hit::Key(key));
        end
    }
}
