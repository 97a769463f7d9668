//! Running text with styles in it: paragraphs that wrap, and pages of them that scroll.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Hit};
use super::wrap::{self, wrap};
use crate::text::tame;

/// A text whose parts have styles.
#[derive(Clone, Debug, Default)]
pub struct Rich {
    text: String,
    runs: Vec<Run>,
}

#[derive(Clone, Debug)]
struct Run {
    end: usize,
    style: Style,
    hit: Option<Hit>,
}

impl Rich {
    /// A text in one style.
    pub fn of(text: &str, style: Style) -> Self {
        Self::default().add(text, style)
    }

    /// The same with something more behind it. The text is made safe.
    #[must_use]
    pub fn add(mut self, text: &str, style: Style) -> Self {
        self.push(text, style, None);
        self
    }

    /// The same with another text behind it.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.runs.extend(other.runs.into_iter().map(|run| Run { end: run.end + before, ..run }));
        self
    }

    /// Put something more behind it, that can be clicked.
    pub fn push(&mut self, text: &str, style: Style, hit: Option<Hit>) {
        let safe = tame(text);
        if safe.contains('\t') {
            self.text.push_str(&safe.replace('\t', "    "));
        } else {
            self.text.push_str(&safe);
        }
        self.runs.push(Run { end: self.text.len(), style, hit });
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn draw_row(&self, canvas: &mut Canvas<'_>, (x, y): (u16, u16), room: u16, row: &Range<usize>) {
        let first = self.runs.partition_point(|run| run.end <= row.start);
        let (mut at, mut col, right) = (row.start, x, x + room);
        for run in self.runs.iter().skip(first) {
            if at >= row.end {
                break;
            }
            let to = run.end.min(row.end);
            let piece = self.text.get(at..to).unwrap_or_default();
            let end = canvas.piece(col, y, piece, right.saturating_sub(col), run.style);
            if let Some(hit) = run.hit {
                canvas.hit(Rect::new(col, y, end.saturating_sub(col), 1), hit);
            }
            (at, col) = (to, end);
        }
    }
}

/// A paragraph: perhaps a heading line, perhaps a sign in front, then the text.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// A line of its own above.
    pub head: Option<(String, Style)>,
    /// What stands before the first row; the text is set in by its width.
    pub lead: Option<(String, Style)>,
    /// How far everything below the heading is set in.
    pub indent: u16,
    /// The text.
    pub rich: Rich,
    /// Empty rows below.
    pub gap: u16,
    /// What a click anywhere in it means.
    pub hit: Option<Hit>,
}

impl Block {
    fn set_in(&self) -> u16 {
        self.indent + self.lead.as_ref().map_or(0, |(lead, _)| wrap::width(lead) as u16)
    }

    fn rows(&self, width: u16) -> Vec<Range<usize>> {
        if self.rich.is_empty() && self.lead.is_none() {
            return Vec::new();
        }
        wrap(&self.rich.text, usize::from(width.saturating_sub(self.set_in())).max(1))
    }

    /// How many rows it takes, with the empty ones below.
    pub fn height(&self, width: u16) -> usize {
        usize::from(self.head.is_some()) + self.rows(width).len() + usize::from(self.gap)
    }

    /// Draw it from its row `skip` on into the area. The rows that it took.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, skip: usize) -> u16 {
        let rows = self.rows(area.width);
        let all = usize::from(self.head.is_some()) + rows.len() + usize::from(self.gap);
        let set_in = self.set_in().min(area.width);
        let head = self.head.iter().map(|head| (Some(head), None));
        for (n, (head, row)) in head.chain(rows.iter().map(|row| (None, Some(row)))).enumerate() {
            let shown = n >= skip && n - skip < usize::from(area.height);
            if shown {
                let y = area.y + (n - skip) as u16;
                if let Some((text, style)) = head {
                    canvas.put_fit(area, area.x, y, text, *style);
                }
                if let Some(row) = row {
                    if let (Some((lead, style)), true) = (&self.lead, row.start == 0) {
                        canvas.put(area, area.x + self.indent, y, lead, *style);
                    }
                    self.rich.draw_row(canvas, (area.x + set_in, y), area.width - set_in, row);
                }
            }
        }
        let shown = all.saturating_sub(skip).min(usize::from(area.height)) as u16;
        if let Some(hit) = self.hit {
            canvas.drawn.hits.insert(0, (Rect::new(area.x, area.y, area.width, shown), hit));
        }
        shown
    }
}

/// The text with its lines joined to paragraphs, as a file's line ends mean nothing here; empty lines and list items stay.
pub fn unfold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.trim().lines() {
        let trimmed = line.trim();
        let apart = out.is_empty() || out.ends_with('\n') || trimmed.is_empty() || trimmed.starts_with("- ");
        match (out.is_empty(), apart) {
            (true, _) => {}
            (false, true) => out.push('\n'),
            (false, false) => out.push(' '),
        }
        out.push_str(trimmed);
    }
    out
}

/// A page of paragraphs.
#[derive(Clone, Debug, Default)]
pub struct Prose {
    /// The paragraphs.
    pub blocks: Vec<Block>,
}

impl Prose {
    /// A heading.
    pub fn heading(&mut self, text: &str, style: Style) -> &mut Self {
        self.blocks.push(Block { rich: Rich::of(text, style), ..Block::default() });
        self
    }

    /// A paragraph with an empty row below.
    pub fn para(&mut self, text: &str, style: Style) -> &mut Self {
        self.rich(Rich::of(&unfold(text), style))
    }

    /// The same with styles in it.
    pub fn rich(&mut self, rich: Rich) -> &mut Self {
        self.blocks.push(Block { rich, gap: 1, ..Block::default() });
        self
    }

    /// A row, or several, with styles in it and none empty below.
    pub fn rich_line(&mut self, rich: Rich) -> &mut Self {
        self.blocks.push(Block { rich, ..Block::default() });
        self
    }

    /// One item of a list.
    pub fn item(&mut self, sign: &str, text: &str, styles: (Style, Style)) -> &mut Self {
        self.blocks.push(Block {
            lead: Some((format!("{sign} "), styles.0)),
            rich: Rich::of(text, styles.1),
            ..Block::default()
        });
        self
    }

    /// An empty row.
    pub fn gap(&mut self) -> &mut Self {
        self.blocks.push(Block { gap: 1, ..Block::default() });
        self
    }

    /// How many rows it takes in an area of this width.
    pub fn rows(&self, width: u16) -> usize {
        self.height(text_area(Rect { width, ..Rect::default() }).width)
    }

    fn height(&self, width: u16) -> usize {
        self.blocks.iter().map(|b| b.height(width)).sum()
    }

    /// Draw it from row `scroll` on, not beyond its end; the canvas notes how far it can be scrolled.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, scroll: usize) {
        let whole = area;
        let area = text_area(area);
        let all = self.height(area.width);
        let max = all.saturating_sub(usize::from(area.height));
        canvas.drawn.scroll_max = max;
        canvas.drawn.page = usize::from(area.height);
        let mut skip = scroll.min(max);
        let mut y = area.y;
        for block in &self.blocks {
            let height = block.height(area.width);
            if skip >= height {
                skip -= height;
                continue;
            }
            if y >= area.bottom() {
                break;
            }
            y += block.draw(canvas, Rect { y, height: area.bottom() - y, ..area }, skip);
            skip = 0;
        }
        scroll_sign(canvas, whole, scroll.min(max), max);
    }
}

/// The part of an area for text, where the signs for more have a column of their own.
pub fn text_area(area: Rect) -> Rect {
    Rect { width: if area.width > 24 { area.width - 2 } else { area.width }, ..area }
}

/// Small signs at the right edge where there is more above or below.
pub fn scroll_sign(canvas: &mut Canvas<'_>, area: Rect, scroll: usize, max: usize) {
    let Some(x) = area.right().checked_sub(1).filter(|_| area.height > 0 && area.width > 2) else { return };
    let style = canvas.theme.key;
    if scroll > 0 {
        canvas.put(area, x, area.y, "\u{25b2}", style);
    }
    if scroll < max {
        canvas.put(area, x, area.bottom() - 1, "\u{25bc}", style);
    }
}
