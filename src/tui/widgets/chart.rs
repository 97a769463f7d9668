//! Trust and tension over the turns, drawn with characters; columns of chances taken.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::session::director::FULL;

/// Draw two lines over the same turns: trust with `o`, tension with `x`, both with `*`; of many turns every so many.
pub fn lines(canvas: &mut Canvas<'_>, area: Rect, points: &[(i32, i32)]) {
    if area.width < 12 || area.height < 3 || points.is_empty() {
        return;
    }
    let theme = canvas.theme;
    let label = 6;
    canvas.put(area, area.x, area.y, "much", theme.dim);
    canvas.put(area, area.x, area.bottom() - 1, "none", theme.dim);
    let plot = Rect { x: area.x + label, width: area.width - label, ..area };
    for y in plot.top()..plot.bottom() {
        canvas.put(plot, plot.x, y, "\u{2502}", theme.line);
    }
    let room = usize::from(plot.width).saturating_sub(2).max(1);
    // Of more turns than columns, some stand for the others.
    let shown = points.len().min(room);
    let step = (room / points.len()).clamp(1, 8);
    let row = |level: i32| {
        let down = (FULL - level.clamp(0, FULL)) * i32::from(plot.height - 1);
        plot.y + u16::try_from((down + FULL / 2) / FULL).unwrap_or(0)
    };
    let at = |n: usize| points.get(if points.len() > room { n * (points.len() - 1) / (shown - 1).max(1) } else { n });
    // Between two turns the lines are dotted.
    for n in 1..shown {
        let (Some(before), Some(after)) = (at(n - 1), at(n)) else { continue };
        for k in 1..step {
            let part = |a: i32, b: i32| a + (b - a) * k as i32 / step as i32;
            let x = plot.x + 1 + u16::try_from((n - 1) * step + k).unwrap_or(0);
            canvas.put(plot, x, row(part(before.0, after.0)), "\u{b7}", theme.you);
            canvas.put(plot, x, row(part(before.1, after.1)), "\u{b7}", theme.other);
        }
    }
    for n in 0..shown {
        let Some((trust, tension)) = at(n).copied() else { continue };
        let x = plot.x + 1 + u16::try_from(n * step).unwrap_or(0);
        let (a, b) = (row(trust), row(tension));
        if a == b {
            canvas.put(plot, x, a, "*", theme.strong);
        } else {
            canvas.put(plot, x, a, "o", theme.you);
            canvas.put(plot, x, b, "x", theme.other);
        }
    }
}

/// A column of chances: filled for those taken, hollow for those not; of more than six, in proportion.
pub fn chances(taken: u32, chances: u32) -> String {
    let most = 6;
    let shown = chances.min(most);
    let full = (taken * shown + chances / 2).checked_div(chances).unwrap_or(0);
    // Somebody who took one sees one.
    let full = if taken > 0 { full.max(1) } else { 0 };
    "\u{25cf}".repeat(full as usize) + &"\u{25cb}".repeat(shown.saturating_sub(full) as usize)
}
