//! Progress: per skill how often there was a chance and how often it was taken, by week; and tension before and after.

use jiff::civil::Date;
use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, help};
use crate::analysis::{Id, Kind};
use crate::report::progress::{FEWEST_FOR_TREND, Record, Tally, Trend, trend};
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Drawn};
use crate::tui::widgets::chart;
use crate::tui::widgets::prose::{Block, Prose, Rich};
use crate::tui::widgets::wrap;

/// Progress.
pub struct Progress {
    records: Vec<(Date, Record)>,
    scroll: Scroll,
}

impl Progress {
    /// What the past rehearsals of whoever practises show.
    pub fn new(on: &mut Shared) -> Self {
        let records = match on.desk.records() {
            Ok(records) => records,
            Err(error) => {
                on.notice(error.to_string());
                Vec::new()
            }
        };
        let mine = records.into_iter().filter(|r| r.audience == on.prefs.audience);
        let records = mine.map(|r| (monday(on.desk.local(r.at_ms).date()), r)).collect();
        Self { records, scroll: Scroll::default() }
    }

    fn weeks(&self, most: usize) -> Vec<Date> {
        let mut weeks: Vec<Date> = self.records.iter().map(|(week, _)| *week).collect();
        weeks.sort_unstable();
        weeks.dedup();
        weeks.split_off(weeks.len().saturating_sub(most))
    }

    fn page(&self, theme: &Theme, width: u16) -> Prose {
        let mut prose = Prose::default();
        if self.records.is_empty() {
            prose.para("Nothing yet. After a rehearsal you see here for each skill how often there was a chance, and how often you took it.", theme.text);
            return prose;
        }
        prose.para(
            "\u{25cf} a chance you took   \u{25cb} a chance that went by. A chance is a moment in which the skill would \
             have fitted; not taking every one of them is how people talk.",
            theme.dim,
        );
        let weeks = self.weeks(usize::from((width.saturating_sub(4) / 15).clamp(2, 6)));
        let mut head = Rich::of("  ", theme.dim);
        for week in &weeks {
            head = head.add(&format!("{:<15}", week.strftime("week %-d %b").to_string()), theme.dim);
        }
        prose.blocks.push(Block { rich: head, gap: 1, ..Block::default() });
        let all: Vec<Record> = self.records.iter().map(|(_, r)| r.clone()).collect();
        let mut none = true;
        for skill in Id::ALL.iter().copied().filter(|id| id.kind() == Kind::Skill) {
            let total = sum(all.iter(), skill);
            if total.chances == 0 {
                continue;
            }
            prose.heading(skill.name(), theme.strong);
            let mut row = Rich::of("  ", theme.text);
            for week in &weeks {
                let tally = sum(self.records.iter().filter(|(w, _)| w == week).map(|(_, r)| r), skill);
                let cell = match tally.chances {
                    0 => "\u{b7}".to_owned(),
                    n => format!("{} {} of {n}", chart::chances(tally.taken, n), tally.taken),
                };
                let fill = " ".repeat(15usize.saturating_sub(wrap::width(&cell)));
                row = row.add(&format!("{cell}{fill}"), theme.text);
            }
            prose.blocks.push(Block { rich: row, ..Block::default() });
            if let Some(trend) = trend(&all, skill) {
                prose.heading(&format!("  {}", trend_said(trend)), theme.dim);
                none = false;
            }
            prose.gap();
        }
        if none {
            prose.para(
                &format!("A trend shows from {FEWEST_FOR_TREND} rehearsals of the same kind and difficulty on."),
                theme.dim,
            );
        }
        self.tension(&mut prose, theme);
        prose
    }

    fn tension(&self, prose: &mut Prose, theme: &Theme) {
        let told: Vec<&Record> =
            self.records.iter().map(|(_, r)| r).filter(|r| r.before.is_some() || r.after.is_some()).collect();
        if told.is_empty() {
            return;
        }
        prose.heading("How tense you felt, before and after (0-10, as you said)", theme.strong);
        for record in told.iter().rev().take(10).rev() {
            let bar = |level: Option<u8>| match level {
                Some(n) => format!("{:<10} {n:>2}", "\u{25b0}".repeat(usize::from(n))),
                None => format!("{:<10}  -", "\u{b7}"),
            };
            let title = wrap::fit(record.title.trim(), 26);
            let fill = " ".repeat(26usize.saturating_sub(wrap::width(&title)));
            let line = Rich::of(&format!("  {title}{fill}  "), theme.dim)
                .add(&bar(record.before), theme.other)
                .add("  \u{2192}  ", theme.dim)
                .add(&bar(record.after), theme.you);
            prose.blocks.push(Block { rich: line, ..Block::default() });
        }
        prose.gap();
    }
}

fn sum<'r>(records: impl Iterator<Item = &'r Record>, skill: Id) -> Tally {
    records.filter_map(|r| r.tally(skill)).fold(Tally::default(), Tally::plus)
}

fn trend_said(trend: Trend) -> String {
    let Trend { rehearsals, earlier, later } = trend;
    format!(
        "Over {rehearsals} rehearsals of the same kind and difficulty: {} of {} at first, {} of {} lately.",
        earlier.taken, earlier.chances, later.taken, later.chances
    )
}

/// The Monday of a day's week.
fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day)
}

impl Screen for Progress {
    fn title(&self, _: &Shared) -> String {
        "progress".into()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::PROGRESS.to_vec()
    }

    fn draw(&self, _: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let area = Rect { width: area.width.min(100), ..area };
        self.page(&canvas.theme, area.width).draw(canvas, area, self.scroll.0);
    }

    fn input(&mut self, _: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        if self.scroll.input(drawn, input) {
            return Go::Stay;
        }
        match input {
            Input::Key(Key::Esc) => Go::Back,
            Input::Key(Key::Char('?')) => help::open(),
            _ => Go::Stay,
        }
    }
}
