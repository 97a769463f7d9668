//! A report as one HTML page: no script, nothing fetched, every text escaped. The page stands in `templates/report.html`.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

use super::{Line, Remark, Report, SkillCount};
use crate::analysis::{Audience, Kind};
use crate::session::director::FULL;

const PAGE: &str = include_str!("../../templates/report.html");
/// The most points whose numbers and dots are drawn; of more, every so many.
const LABELLED: usize = 12;

/// Trust and tension as lines, in the units of the drawing.
#[derive(Serialize)]
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

#[derive(Serialize)]
struct Dot {
    x: i32,
    trust: i32,
    tension: i32,
}

/// A report as a page.
pub fn text(report: &Report) -> String {
    // The template is ours and filled whole in the tests: no report makes it fail.
    fill(report).unwrap_or_default()
}

fn fill(report: &Report) -> Result<String, minijinja::Error> {
    let mut page = Environment::new();
    page.set_undefined_behavior(UndefinedBehavior::Strict);
    page.set_auto_escape_callback(|_| AutoEscape::Html);
    page.add_filter("tenth", super::tenth);
    page.add_filter("level", super::level);
    page.add_filter("replies", crate::text::replies);
    page.add_function("lead", |quote: &str, text: &str| super::lead(quote, text));
    let versions = &report.versions;
    let analysers: Vec<String> = versions.analysers.iter().map(u32::to_string).collect();
    page.render_str(
        PAGE,
        context! {
            r => Serde(report),
            kind => kind(report),
            remarks => Serde(remarks(report)),
            dots => report.skills.iter().map(dots).collect::<Vec<_>>(),
            pieces => Serde(report.talk.iter().map(pieces).collect::<Vec<_>>()),
            became => report.attempt.as_ref().map(|attempt| attempt.how.words()),
            version => versions.scenario_hash.chars().take(12).collect::<String>(),
            analysers => analysers.join(", "),
            chart => Serde(Chart::of(report)),
        },
    )
}

fn kind(report: &Report) -> String {
    let who = match report.audience {
        Audience::Client => "A rehearsal",
        Audience::Trainee => "A rehearsal of a trainee therapist",
    };
    let day = report.day.as_ref().map_or_else(String::new, |day| format!(" of {day}"));
    let hard = report.difficulty.as_str();
    format!(
        "{who}{day} with {}. {}, {hard}. {}.",
        report.counterpart,
        report.area,
        crate::text::replies(report.replies)
    )
}

fn remarks(report: &Report) -> Vec<(&'static str, &Remark)> {
    let both = [("A strength", &report.strength), ("To try next", &report.next)];
    both.into_iter().filter_map(|(title, remark)| Some((title, remark.as_ref()?))).collect()
}

/// Chances as dots, full where they were taken; none where they would be too many to see.
fn dots(skill: &SkillCount) -> Option<String> {
    let (taken, chances) = (skill.tally.taken as usize, skill.tally.chances as usize);
    let drawn = || "\u{25cf}".repeat(taken) + &"\u{25cb}".repeat(chances.saturating_sub(taken));
    (chances <= LABELLED).then(drawn)
}

/// The pieces of a line, each with how it is marked.
fn pieces(line: &Line) -> Vec<(&str, &'static str)> {
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
