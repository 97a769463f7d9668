//! The talk, turn by turn, with the words underlined that a finding is about. Only what is seen is set: the view is
//! anchored at a turn, so that a talk of ten thousand turns costs no more than one of ten.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::canvas::{Canvas, Hit};
use super::prose::{Block, Rich, scroll_sign, text_area, unfold};
use super::wrap;
use crate::analysis::{Analysis, Finding, Kind};
use crate::session::{Session, Speaker, Turn, TurnId};
use crate::text::{tame_in_place, tame_line};
use crate::tui::theme::Theme;

/// What is shown.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The session.
    pub session: &'a Session,
    /// The turns, by id.
    pub path: &'a [TurnId],
    /// Whether findings are marked.
    pub marks: bool,
    /// Whether the situation stands above.
    pub situation: bool,
    /// What was said and is not answered yet.
    pub saying: Option<&'a str>,
    /// What came of the other's answer so far.
    pub answering: &'a str,
    /// Seconds until a model that failed is asked again.
    pub waiting: Option<u64>,
    /// Whether the other thinks.
    pub thinking: bool,
    /// The reply that is looked at.
    pub chosen: Option<TurnId>,
}

/// Where the talk is looked at. None: its end, and it follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    top: Option<(usize, usize)>,
}

/// The sign of a finding: a tick for a skill, a tilde for a start at one, an exclamation mark for a fault.
pub fn sign(finding: &Finding) -> &'static str {
    match finding.id.kind() {
        Kind::Skill if finding.grade >= finding.id.cutoff() => "\u{2713}",
        Kind::Skill => "~",
        _ => "!",
    }
}

/// The style of a finding.
pub fn style(theme: &Theme, finding: &Finding) -> Style {
    if finding.id.kind() == Kind::Skill { theme.skill } else { theme.fault }
}

/// A reply with its findings marked: the words underlined, and behind them the sign and number of the finding.
pub fn marked(theme: &Theme, turn: &Turn, text: &str, analysis: &Analysis) -> Rich {
    let mut edges: Vec<usize> = vec![0, text.len()];
    for finding in &analysis.findings {
        edges.extend([finding.span.start.min(text.len()), finding.span.end.min(text.len())]);
    }
    edges.sort_unstable();
    edges.dedup();
    let mut rich = Rich::default();
    for pair in edges.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let over = analysis.findings.iter().enumerate().filter(|(_, f)| f.span.start <= from && f.span.end >= to);
        // Of two on the same words the fault shows: it is the one to do something about.
        let top = over.max_by_key(|(_, f)| f.id.kind() != Kind::Skill);
        let (style, hit) = match top {
            Some((n, finding)) => (style(theme, finding), Some(Hit::Finding(turn.id, Some(n)))),
            None => (theme.text, None),
        };
        rich.push(text.get(from..to).unwrap_or_default(), style, hit);
        for (n, finding) in analysis.findings.iter().enumerate().filter(|(_, f)| f.span.end.min(text.len()) == to) {
            let mark = self::style(theme, finding).remove_modifier(Modifier::UNDERLINED).add_modifier(Modifier::BOLD);
            rich.push(&format!("{}{}", sign(finding), n + 1), mark, Some(Hit::Finding(turn.id, Some(n))));
        }
    }
    rich
}

impl Shown<'_> {
    fn len(&self) -> usize {
        self.path.len() + usize::from(self.situation) + usize::from(self.saying.is_some()) + usize::from(self.thinking)
    }

    fn names(&self) -> usize {
        let name = tame_line(&self.session.scenario().counterpart.name).into_owned();
        wrap::width(&name).clamp(3, 12)
    }

    fn lead(&self, name: &str, style: Style, chosen: bool) -> (String, Style) {
        let room = self.names();
        let name = wrap::fit(&tame_line(name), room);
        let fill = " ".repeat(room - wrap::width(&name).min(room));
        let sign = if chosen { "\u{25b8}" } else { " " };
        (format!("{sign}{name}{fill}  "), style)
    }

    fn block(&self, theme: &Theme, n: usize) -> Block {
        let scenario = self.session.scenario();
        let Some(n) = n.checked_sub(usize::from(self.situation)) else {
            let rich = Rich::of(&unfold(&scenario.situation), theme.dim)
                .add("\nWhat you want: ", theme.dim)
                .add(scenario.goal.value.trim(), theme.strong);
            return Block { rich, gap: 1, indent: 1, ..Block::default() };
        };
        let Some(turn) = self.path.get(n).and_then(|id| self.session.turn(*id)) else {
            return self.tail(theme, n - self.path.len().min(n));
        };
        let chosen = self.chosen == Some(turn.id);
        let (lead, rich) = match turn.speaker {
            Speaker::Counterpart => {
                (self.lead(&scenario.counterpart.name, theme.other, false), Rich::of(turn.text.trim_end(), theme.text))
            }
            Speaker::You if turn.text.trim().is_empty() => {
                (self.lead("You", theme.you, chosen), Rich::of("(silence)", theme.dim))
            }
            Speaker::You => {
                // Places in the text have to stay where they are.
                let text = tame_in_place(&turn.text).replace('\t', " ");
                let rich = match turn.analysis.as_ref().filter(|_| self.marks) {
                    Some(analysis) => marked(theme, turn, &text, analysis),
                    None => Rich::of(&text, theme.text),
                };
                (self.lead("You", theme.you, chosen), rich)
            }
        };
        let hit = (turn.speaker == Speaker::You).then_some(Hit::Finding(turn.id, None));
        Block { lead: Some(lead), rich, gap: 1, hit, ..Block::default() }
    }

    fn tail(&self, theme: &Theme, n: usize) -> Block {
        let name = &self.session.scenario().counterpart.name;
        let (lead, rich) = match (n, self.saying) {
            (0, Some(text)) => {
                let text = if text.trim().is_empty() { "(silence)" } else { text };
                (self.lead("You", theme.you, false), Rich::of(text, theme.text))
            }
            _ if !self.answering.is_empty() => {
                let more = Rich::of(&tame_line(self.answering), theme.text).add(" \u{2026}", theme.dim);
                (self.lead(name, theme.other, false), more)
            }
            _ if self.waiting.is_some() => {
                let seconds = self.waiting.unwrap_or(0);
                let words = format!("is a little slow; asked again in {seconds} s  (Esc: do not wait)");
                (self.lead(name, theme.other, false), Rich::of(&words, theme.dim))
            }
            _ => (self.lead(name, theme.other, false), Rich::of("is thinking \u{2026}  (Esc: do not wait)", theme.dim)),
        };
        Block { lead: Some(lead), rich, gap: 1, ..Block::default() }
    }

    /// The place from which so many rows reach to the end: the last page.
    fn last_page(&self, theme: &Theme, area: Rect) -> (usize, usize) {
        let mut room = usize::from(area.height);
        let mut n = self.len();
        while n > 0 {
            n -= 1;
            let height = self.block(theme, n).height(area.width);
            if height >= room {
                return (n, height - room);
            }
            room -= height;
        }
        (0, 0)
    }

    /// Draw it.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, view: View) {
        if area.is_empty() {
            return;
        }
        let theme = canvas.theme;
        let whole = area;
        let area = text_area(area);
        let last = self.last_page(&theme, area);
        let (mut n, mut skip) = view.top.map_or(last, |top| top.min(last));
        let above = (n, skip) != (0, 0);
        let below = (n, skip) < last;
        let mut y = area.y;
        while y < area.bottom() && n < self.len() {
            let rest = Rect { y, height: area.bottom() - y, ..area };
            y += self.block(&theme, n).draw(canvas, rest, skip);
            (n, skip) = (n + 1, 0);
        }
        scroll_sign(canvas, whole, usize::from(above), usize::from(above) + usize::from(below));
        canvas.drawn.conversation = Some(area);
    }

    /// Move the view by so many rows.
    pub fn scroll(&self, view: View, theme: &Theme, area: Rect, by: isize) -> View {
        if area.is_empty() {
            return view;
        }
        let last = self.last_page(theme, area);
        let (mut n, skip) = view.top.map_or(last, |top| top.min(last));
        let mut skip = skip as isize + by;
        while skip < 0 && n > 0 {
            n -= 1;
            skip += self.block(theme, n).height(area.width) as isize;
        }
        let mut skip = usize::try_from(skip).unwrap_or(0);
        while (n, skip) < last {
            let height = self.block(theme, n).height(area.width);
            if skip < height {
                break;
            }
            (n, skip) = (n + 1, skip - height);
        }
        View { top: Some((n, skip)).filter(|top| *top < last) }
    }

    /// The view with this turn at its top.
    pub fn at(&self, turn: TurnId) -> View {
        let n = self.path.iter().position(|id| *id == turn).map_or(0, |n| n + usize::from(self.situation));
        View { top: Some((n, 0)) }
    }

    /// The very beginning.
    pub fn beginning() -> View {
        View { top: Some((0, 0)) }
    }
}
