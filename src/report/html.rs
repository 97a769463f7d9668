//! A report as one HTML page: no script, nothing fetched, every text escaped. The page stands in `templates/report.html`.

use askama::Template;

use super::{Line, Remark, Report, SkillCount};
use crate::analysis::{Audience, Kind};
use crate::session::Speaker;
use crate::session::director::FULL;

/// The most points whose numbers and dots are drawn; of more, every so many.
const LABELLED: usize = 12;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    r: &'a Report,
    chart: Option<Chart>,
}

/// Trust and tension as lines, in the units of the drawing.
struct Chart {
    width: i32,
    height: i32,
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    trust: String,
    tension: String,
    labels: Vec<(i32, usize)>,
    dots: Vec<Dot>,
    /// The same in words.
    said: String,
}

struct Dot {
    x: i32,
    trust: i32,
    tension: i32,
}

/// A report as a page.
pub fn text(report: &Report) -> String {
    // Rendering writes to memory and calls nothing that fails.
    Page { r: report, chart: Chart::of(report) }.render().unwrap_or_default()
}

impl Page<'_> {
    fn kind(&self) -> String {
        let who = match self.r.audience {
            Audience::Client => "A rehearsal",
            Audience::Trainee => "A rehearsal of a trainee therapist",
        };
        let day = self.r.day.as_ref().map_or_else(String::new, |day| format!(" of {day}"));
        let hard = self.r.difficulty.as_str();
        format!("{who}{day} with {}. {}, {hard}. {}.", self.r.counterpart, self.r.area, self.replies(&self.r.replies))
    }

    fn remarks(&self) -> Vec<(&'static str, &Remark)> {
        let both = [("A strength", &self.r.strength), ("To try next", &self.r.next)];
        both.into_iter().filter_map(|(title, remark)| Some((title, remark.as_ref()?))).collect()
    }

    fn dots(&self, skill: &SkillCount) -> String {
        let (taken, chances) = (skill.tally.taken as usize, skill.tally.chances as usize);
        "\u{25cf}".repeat(taken) + &"\u{25cb}".repeat(chances.saturating_sub(taken))
    }

    /// The pieces of a line, each with how it is marked.
    fn pieces<'l>(&self, line: &'l Line) -> Vec<(&'l str, &'static str)> {
        let class = |over: &[usize]| {
            let kinds = || over.iter().filter_map(|n| line.marks.get(*n)).map(|m| m.kind);
            match (kinds().any(|k| k == Kind::Fault), kinds().any(|k| k == Kind::Skill)) {
                (true, _) => "fault",
                (false, true) => "skill",
                (false, false) => "",
            }
        };
        line.pieces().into_iter().map(|(text, over)| (text, class(&over))).collect()
    }

    fn replies(&self, n: &usize) -> String {
        crate::text::replies(*n)
    }

    fn tenth(&self, level: &i32) -> String {
        super::tenth(*level)
    }

    fn level(&self, level: &Option<u8>) -> String {
        super::level(*level)
    }

    fn lead(&self, quote: &str, text: &str) -> String {
        super::lead(quote, text)
    }

    fn short_hash(&self) -> String {
        self.r.versions.scenario_hash.chars().take(12).collect()
    }

    fn analysers(&self) -> String {
        self.r.versions.analysers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Chart {
    fn of(report: &Report) -> Option<Self> {
        let points = &report.course;
        let (left, right, top, bottom) = (56, 470, 14, 170);
        let last = i32::try_from(points.len()).ok()?.checked_sub(1).filter(|last| *last > 0)?;
        let x = |n: usize| left + 12 + i32::try_from(n).unwrap_or(last).saturating_mul(right - left - 24) / last;
        let y = |level: i32| bottom - level.clamp(0, FULL) * (bottom - top) / FULL;
        let line = |level: fn(&super::course::Point) -> i32| {
            let at = |(n, point)| format!("{},{}", x(n), y(level(point)));
            points.iter().enumerate().map(at).collect::<Vec<_>>().join(" ")
        };
        let every = points.len().div_ceil(LABELLED);
        let shown = || points.iter().enumerate().step_by(every);
        let (first, end) = (points.first()?, points.last()?);
        let said = format!(
            "Over {last} replies trust went from {} to {} and tension from {} to {}, each from 0 to 10.",
            super::tenth(first.trust),
            super::tenth(end.trust),
            super::tenth(first.tension),
            super::tenth(end.tension)
        );
        Some(Self {
            width: 480,
            height: 200,
            left,
            right,
            top,
            bottom,
            trust: line(|p| p.trust),
            tension: line(|p| p.tension),
            labels: shown().filter(|(_, p)| p.reply > 0).map(|(n, p)| (x(n), p.reply)).collect(),
            dots: shown().map(|(n, p)| Dot { x: x(n), trust: y(p.trust), tension: y(p.tension) }).collect(),
            said,
        })
    }
}
