//! Tables for people: columns side by side where there is a terminal, as wide as they are in a pipe.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::console::Console;
use crate::text::tame_line;

/// A table with a column that gives way where the terminal is too narrow for all.
pub struct Table {
    rows: Vec<Vec<String>>,
    gives_way: usize,
}

impl Table {
    /// A table with these headings; the column `gives_way` is shortened first.
    pub fn new(head: &[&str], gives_way: usize) -> Self {
        Self { rows: vec![head.iter().map(|&h| h.to_owned()).collect()], gives_way }
    }

    /// Add a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| tame_line(cell.trim()).into_owned()).collect());
    }

    /// Show it.
    pub fn show(&self, console: &mut Console) -> io::Result<()> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest =
            |n: usize| self.rows.iter().filter_map(|row| row.get(n)).map(|c| c.width()).max().unwrap_or_default();
        let mut widths: Vec<usize> = (0..columns).map(widest).collect();
        let all = widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1);
        if let (Some(room), Some(wide)) = (console.width(), widths.get_mut(self.gives_way)) {
            *wide = wide.saturating_sub(all.saturating_sub(room)).max(8);
        }
        for row in &self.rows {
            let mut line = String::new();
            for (cell, wide) in row.iter().zip(&widths) {
                let cell = fit(cell, *wide);
                line.push_str(&cell);
                line.push_str(&" ".repeat(wide.saturating_sub(cell.width()) + 2));
            }
            console.block(line.trim_end())?;
            console.gap()?;
        }
        Ok(())
    }
}

fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) + 1 > width {
            break;
        }
        out.push(c);
    }
    out + "\u{2026}"
}
