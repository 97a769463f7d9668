//! How the other seems: a face, a word, and bars. Never a number.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::session::director::FULL;

/// A small face for how things stand.
pub fn face(trust: i32, tension: i32) -> &'static str {
    match (trust, tension) {
        (_, 80..) => "(>_<)",
        (_, 60..) => "(-_-)",
        (70.., _) => "(^_^)",
        (50.., _) => "('-')",
        _ => "('_')",
    }
}

/// A word for how much of something there is.
pub fn amount(level: i32) -> &'static str {
    match level {
        ..=19 => "hardly any",
        20..=39 => "a little",
        40..=59 => "some",
        60..=79 => "much",
        _ => "very much",
    }
}

/// A bar with its name: `Trust    ▰▰▰▱▱▱▱▱▱▱  a little`.
pub fn bar(canvas: &mut Canvas<'_>, area: Rect, y: u16, name: &str, level: i32) {
    let theme = canvas.theme;
    let x = canvas.put(area, area.x, y, &format!("{name:<8} "), theme.dim);
    let room = area.right().saturating_sub(x);
    let cells = room.saturating_sub(12).clamp(4, 12).min(room);
    let filled = (level.clamp(0, FULL) * i32::from(cells) + FULL / 2) / FULL;
    let full = usize::try_from(filled).unwrap_or(0);
    let empty = usize::from(cells).saturating_sub(full);
    let x = canvas.put(area, x, y, &"\u{25b0}".repeat(full), theme.strong);
    let x = canvas.put(area, x, y, &"\u{25b1}".repeat(empty), theme.dim);
    if usize::from(area.right().saturating_sub(x)) > amount(level).len() {
        canvas.put(area, x + 1, y, amount(level), theme.dim);
    }
}
