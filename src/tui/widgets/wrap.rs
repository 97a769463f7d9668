//! Text set into rows: by grapheme, at spaces where it can be, never through a character that a person sees as one.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The cells that a text takes.
pub fn width(text: &str) -> usize {
    if is_simple(text) { text.len() } else { text.graphemes(true).map(cells).sum() }
}

/// The cells that one grapheme takes, as the terminal buffer counts them.
fn cells(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { grapheme.width() }
}

/// Printable ASCII: a byte is a grapheme is a cell.
fn is_simple(text: &str) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// The byte ranges of the rows of a text in so many cells. Every byte but the line feeds is in exactly one row. A row may
/// end in one space that stands outside the width; otherwise no row is wider, unless one single grapheme is.
pub fn wrap(text: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        wrap_line(line, start, width.max(1), &mut rows);
        start += line.len() + 1;
    }
    rows
}

fn wrap_line(line: &str, offset: usize, width: usize, rows: &mut Vec<Range<usize>>) {
    let mut fill = Fill { offset, width, row: 0, col: 0, after_space: 0, col_there: 0, rows };
    if is_simple(line) {
        for (at, byte) in line.bytes().enumerate() {
            fill.add(at, 1, 1, byte == b' ');
        }
    } else {
        for (at, grapheme) in line.grapheme_indices(true) {
            fill.add(at, grapheme.len(), cells(grapheme), grapheme == " ");
        }
    }
    let row = fill.row;
    rows.push(offset + row..offset + line.len());
}

struct Fill<'r> {
    offset: usize,
    width: usize,
    /// Where the present row begins.
    row: usize,
    col: usize,
    /// Behind the last space of the row, and the column there.
    after_space: usize,
    col_there: usize,
    rows: &'r mut Vec<Range<usize>>,
}

impl Fill<'_> {
    fn add(&mut self, at: usize, len: usize, cells: usize, space: bool) {
        let hangs = space && self.col <= self.width;
        while self.col + cells > self.width && !hangs && at > self.row {
            let (to, col) =
                if self.after_space > self.row { (self.after_space, self.col_there) } else { (at, self.col) };
            self.rows.push(self.offset + self.row..self.offset + to);
            self.row = to;
            self.col -= col;
        }
        self.col += cells;
        if space {
            self.after_space = at + len;
            self.col_there = self.col;
        }
    }
}

/// The row and column of a place in a text that was set into `rows`.
pub fn place(text: &str, rows: &[Range<usize>], at: usize) -> (usize, usize) {
    let row = rows.partition_point(|r| r.start <= at).saturating_sub(1);
    let start = rows.get(row).map_or(0, |r| r.start);
    (row, width(text.get(start..at).unwrap_or_default()))
}

/// The place in the text at a row and column, on a grapheme's edge; beyond the row's end, its last place.
pub fn at(text: &str, rows: &[Range<usize>], row: usize, col: usize) -> usize {
    let Some(range) = rows.get(row) else { return text.len() };
    let line = text.get(range.clone()).unwrap_or_default();
    let mut x = 0;
    let mut last = 0;
    for (at, grapheme) in line.grapheme_indices(true) {
        let next = x + cells(grapheme);
        if next > col {
            return range.start + at;
        }
        x = next;
        last = at;
    }
    // The end of a row that goes on below is the beginning of the next one; stay on this one.
    let goes_on = rows.get(row + 1).is_some_and(|next| next.start == range.end);
    if goes_on { range.start + last } else { range.end }
}

/// As much of a text as fits into so many cells, with an ellipsis where something is left out.
pub fn fit(text: &str, cells_free: usize) -> String {
    if width(text) <= cells_free {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = cells(grapheme);
        if used + wide + 1 > cells_free {
            break;
        }
        out.push_str(grapheme);
        used += wide;
    }
    if cells_free > 0 {
        out.truncate(out.trim_end().len());
        out.push('\u{2026}');
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(text: &str, width: usize) -> Vec<&str> {
        wrap(text, width).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn rows_break_at_spaces() {
        assert_eq!(set("one two three", 7), ["one two ", "three"]);
        assert_eq!(set("one two three", 8), ["one two ", "three"]);
        assert_eq!(set("abcdefgh ij", 3), ["abc", "def", "gh ", "ij"]);
        assert_eq!(set("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(set("", 9), [""]);
    }

    #[test]
    fn what_a_person_sees_as_one_stays_one() {
        assert_eq!(set("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(set("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(set("👨\u{200d}👩\u{200d}👧👍🏽", 2), ["👨\u{200d}👩\u{200d}👧", "👍🏽"]);
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 6), "日本語");
    }

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z]{1,9}",
            Just(" ".to_owned()),
            Just("   ".to_owned()),
            Just("\n".to_owned()),
            prop::sample::select(vec![
                "日本",
                "👨\u{200d}👩\u{200d}👧",
                "e\u{301}",
                "שלום",
                "❤\u{fe0f}",
                "한",
                "\u{301}"
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..30).prop_map(|p| p.concat())
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in pieces(), cols in 1usize..40) {
            let rows = wrap(&text, cols);
            prop_assert_eq!(rows[0].start, 0);
            prop_assert_eq!(rows[rows.len() - 1].end, text.len());
            for pair in rows.windows(2) {
                let gap = &text[pair[0].end..pair[1].start];
                prop_assert!(gap.is_empty() || gap == "\n");
            }
            for row in &rows {
                let row = &text[row.clone()];
                let seen = width(row.strip_suffix(' ').unwrap_or(row));
                prop_assert!(seen <= cols || row.graphemes(true).filter(|g| cells(g) > 0).count() <= 1, "{:?}", row);
            }
        }

        #[test]
        fn a_place_is_where_its_row_and_column_say(text in pieces(), cols in 1usize..40) {
            let rows = wrap(&text, cols);
            for (here, grapheme) in text.grapheme_indices(true) {
                if cells(grapheme) == 0 {
                    continue;
                }
                let (row, col) = place(&text, &rows, here);
                prop_assert_eq!(at(&text, &rows, row, col), here, "row {} col {}", row, col);
            }
        }
    }
}
