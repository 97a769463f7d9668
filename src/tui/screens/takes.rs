//! The tree of attempts: go back to any turn, say it another way, and put two takes side by side.

use std::collections::HashMap;

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, help};
use crate::report::outcome;
use crate::scenario::End;
use crate::session::explain::{lower_first, short_quote};
use crate::session::{Command, Ended, Session, Speaker, TurnId};
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::talk::{Happened, Talk};
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::prose::{Block, Prose, Rich, scroll_sign};
use crate::tui::widgets::wrap;

/// One reply in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    turn: TurnId,
    /// The lines of the tree in front of it.
    branch: String,
    /// Which reply of its take it is, from 1.
    reply: usize,
}

/// The tree, or two takes side by side.
pub struct Takes {
    rows: Vec<Row>,
    chosen: usize,
    marked: Vec<TurnId>,
    comparing: Option<(TurnId, TurnId)>,
    scroll: Scroll,
    leaving: bool,
}

impl Takes {
    /// The takes of the open rehearsal.
    pub fn new(on: &Shared) -> Self {
        let mut takes = Self {
            rows: Vec::new(),
            chosen: 0,
            marked: Vec::new(),
            comparing: None,
            scroll: Scroll::default(),
            leaving: false,
        };
        if let Some(talk) = &on.talk {
            takes.rows = tree(talk.session());
            let last = talk.last_reply().map(|t| t.id);
            takes.chosen = takes.rows.iter().position(|r| Some(r.turn) == last).unwrap_or(0);
        }
        takes
    }

    fn row(&self) -> Option<&Row> {
        self.rows.get(self.chosen)
    }

    fn mark(&mut self) {
        let Some(turn) = self.row().map(|r| r.turn) else { return };
        match self.marked.iter().position(|m| *m == turn) {
            Some(at) => drop(self.marked.remove(at)),
            None => {
                if self.marked.len() == 2 {
                    self.marked.remove(0);
                }
                self.marked.push(turn);
            }
        }
    }

    fn compare(&mut self, on: &mut Shared) {
        let Some(talk) = &on.talk else { return };
        let session = talk.session();
        let ends = session.takes();
        let end = |turn: TurnId| take_of(session, &ends, turn);
        let here = self.row().map(|r| r.turn);
        let pair = match (self.marked.as_slice(), here, talk.place()) {
            (&[a, b], ..) => Some((end(a), end(b))),
            (&[a], Some(b), _) if end(a) != end(b) => Some((end(a), end(b))),
            (_, Some(a), Some(now)) if end(a) != now => Some((end(a), now)),
            (_, _, Some(now)) => ends.iter().rev().find(|e| **e != now).map(|other| (*other, now)),
            _ => None,
        };
        match pair.filter(|(a, b)| a != b) {
            Some(pair) => {
                self.comparing = Some(pair);
                self.scroll = Scroll::default();
            }
            None if ends.len() < 2 => {
                on.notice("There is one attempt so far. Choose a reply and press Enter to say it another way; then the two can be compared.");
            }
            None => on.notice("These two are in the same attempt. Mark a reply in another one with Space."),
        }
    }

    /// Go back to before the chosen reply, with its words in the field; or go on after it.
    fn go(&mut self, on: &mut Shared, another_way: bool) -> Go {
        let (Some(turn), Some(talk)) = (self.row().map(|r| r.turn), &mut on.talk) else { return Go::Stay };
        if another_way {
            on.prefill = talk.session().turn(turn).filter(|t| t.safety.is_none()).map(|t| t.text.clone());
            talk.send(Command::Retry(turn));
        } else {
            let answer =
                talk.session().turns().iter().find(|t| t.parent == Some(turn) && t.speaker == Speaker::Counterpart);
            let Some(answer) = answer.map(|t| t.id) else {
                on.notice("That reply was not answered; there is nothing to go on from.");
                return Go::Stay;
            };
            talk.send(Command::GoTo(answer));
        }
        self.leaving = true;
        Go::Stay
    }

    fn draw_tree(&self, talk: &Talk, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let session = talk.session();
        let scenario = session.scenario();
        let height = usize::from(area.height);
        let max = self.rows.len().saturating_sub(height);
        let first = self.chosen.saturating_sub(height / 2).min(max);
        for (n, y) in (first..self.rows.len()).zip(area.top()..area.bottom()) {
            let Some((row, turn)) = self.rows.get(n).and_then(|r| Some((r, session.turn(r.turn)?))) else { continue };
            let line = Rect { y, height: 1, width: area.width.saturating_sub(2), ..area };
            let chosen = n == self.chosen;
            let style = if chosen { theme.select } else { theme.text };
            canvas.clear(line, style);
            canvas.hit(line, Hit::Row(n));
            let mark = if self.marked.contains(&row.turn) { "*" } else { " " };
            let now = if talk.path().binary_search(&row.turn).is_ok() { "\u{2022}" } else { " " };
            let after = turn.step.as_ref().map_or_else(String::new, |step| match step.after.ended {
                Some(ended) => ending(ended).to_owned(),
                None => scenario.state_index(&step.after.state).map_or("", |i| scenario.seems(i)).to_owned(),
            });
            let after = if turn.safety.is_some() { "stopped".to_owned() } else { wrap::fit(&after, 24) };
            let room = Rect { width: line.width.saturating_sub(wrap::width(&after) as u16 + 2), ..line };
            let x = canvas.put(room, line.x, y, &format!("{mark}{now} "), style);
            let branch = if chosen { style } else { theme.line };
            let x = canvas.put(room, x, y, &row.branch, branch);
            let text = if turn.text.trim().is_empty() { "(silence)".to_owned() } else { short_quote(&turn.text) };
            canvas.put_fit(room, x, y, &format!("{}. {text}", row.reply), style);
            let right = if chosen { style } else { theme.dim };
            canvas.put(line, line.right().saturating_sub(wrap::width(&after) as u16 + 1), y, &after, right);
        }
        scroll_sign(canvas, area, first, max);
        canvas.drawn.page = height;
        if self.rows.is_empty() {
            canvas.put_fit(area, area.x, area.y, "You have not said anything yet.", theme.dim);
        }
    }

    fn draw_comparison(&self, talk: &Talk, canvas: &mut Canvas<'_>, area: Rect, pair: (TurnId, TurnId)) {
        let theme = canvas.theme;
        let session = talk.session();
        let (a, b) = (session.path_to(Some(pair.0)), session.path_to(Some(pair.1)));
        let common = a.iter().zip(&b).take_while(|(x, y)| x.id == y.id).count();
        let mut top = Prose::default();
        let name = &session.scenario().counterpart.name;
        let replies = a.iter().take(common).filter(|t| t.speaker == Speaker::You).count();
        let lead = match replies {
            0 => "They part at the first reply, after ".to_owned(),
            n => format!("They are the same for {n} {}, then part after ", if n == 1 { "reply" } else { "replies" }),
        };
        let said = common.checked_sub(1).and_then(|n| a.get(n)).map_or("", |t| t.text.as_str());
        top.rich(Rich::of(&lead, theme.dim).add(&format!("{name}: \u{201c}{}\u{201d}", short_quote(said)), theme.text));
        let height = (top.rows(area.width) as u16).min(area.height / 3);
        top.draw(canvas, Rect { height, ..area }, 0);
        let half = (area.width - 3) / 2;
        let body = Rect { y: area.y + height, height: area.height - height, ..area };
        canvas.upright(Rect { x: area.x + half + 1, width: 1, ..body });
        let mut max = 0;
        for (n, path) in [a, b].into_iter().enumerate() {
            let column = Rect { x: area.x + if n == 0 { 0 } else { half + 3 }, width: half, ..body };
            let page = column_of(session, &theme, n, &path[common.min(path.len())..], pair, talk.place());
            page.draw(canvas, column, self.scroll.0);
            max = max.max(canvas.drawn.scroll_max);
        }
        canvas.drawn.scroll_max = max;
    }
}

/// One of two takes, from where they part.
fn column_of(
    session: &Session,
    theme: &Theme,
    n: usize,
    rest: &[&crate::session::Turn],
    pair: (TurnId, TurnId),
    now: Option<TurnId>,
) -> Prose {
    let scenario = session.scenario();
    let end = if n == 0 { pair.0 } else { pair.1 };
    let mut prose = Prose::default();
    let here = if Some(end) == now { " (where you are)" } else { "" };
    prose.heading(&format!("Attempt {}{here}", if n == 0 { "A" } else { "B" }), theme.strong);
    for turn in rest {
        let (name, style) = match turn.speaker {
            Speaker::You => ("You", theme.you),
            Speaker::Counterpart => (scenario.counterpart.name.as_str(), theme.other),
        };
        let text = if turn.text.trim().is_empty() { "(silence)" } else { turn.text.trim_end() };
        let lead = Rich::of(&format!("{name}: "), style);
        let rich = match turn.analysis.as_ref() {
            Some(analysis) => {
                let text = crate::text::tame_in_place(&turn.text).replace('\t', " ");
                lead.then(crate::tui::widgets::conversation::marked(theme, turn, &text, analysis))
            }
            None => lead.add(text, theme.text),
        };
        prose.blocks.push(Block { rich, gap: 1, ..Block::default() });
    }
    prose.heading("What came of it", theme.strong);
    let at = session.position_at(Some(end));
    let name = &scenario.counterpart.name;
    let outcome = match at.ended {
        Some(ended) => outcome(Some(ended), name),
        None => format!("{name} seems {}.", scenario.state_index(&at.state).map_or("", |i| scenario.seems(i))),
    };
    prose.heading(&outcome, theme.text);
    for objective in &scenario.objectives {
        let done = at.met.contains(&objective.id.value);
        let style = if done { theme.strong } else { theme.dim };
        prose.item(if done { "[x]" } else { "[ ]" }, &lower_first(&objective.text), (style, style));
    }
    for id in &at.told {
        if let Some(fact) = scenario.fact_index(id).and_then(|i| scenario.facts.get(i)) {
            prose.item("+", &format!("told you: {}", fact.text.trim()), (theme.strong, theme.text));
        }
    }
    prose
}

/// How an ending is called in a list.
fn ending(ended: Ended) -> &'static str {
    match ended {
        Ended::Scene(End::Good) => "a good place",
        Ended::Scene(End::Partial) => "the door open",
        Ended::Scene(End::WalkedAway) => "walked away",
        Ended::Goodbye => "goodbye",
    }
}

/// The end of the take that a turn is in: the latest one that goes through it.
fn take_of(session: &Session, ends: &[TurnId], turn: TurnId) -> TurnId {
    let through = |end: &&TurnId| session.path_to(Some(**end)).iter().any(|t| t.id == turn);
    ends.iter().rev().find(through).copied().unwrap_or(turn)
}

/// The replies as a tree: a line that has one answer goes straight on; where there are several, each gets a branch.
fn tree(session: &Session) -> Vec<Row> {
    let mut below: HashMap<Option<TurnId>, Vec<TurnId>> = HashMap::new();
    let mut answer: HashMap<TurnId, TurnId> = HashMap::new();
    for turn in session.turns() {
        match turn.speaker {
            Speaker::You => below.entry(turn.parent).or_default().push(turn.id),
            Speaker::Counterpart => {
                if let Some(parent) = turn.parent {
                    answer.insert(parent, turn.id);
                }
            }
        }
    }
    let mut rows = Vec::new();
    let mut todo: Vec<(TurnId, String, String, usize)> = Vec::new();
    let push = |todo: &mut Vec<_>, at: Option<TurnId>, lead: &str, reply: usize| {
        let children = below.get(&at).map(Vec::as_slice).unwrap_or_default();
        let many = children.len() > 1;
        for (n, child) in children.iter().enumerate().rev() {
            let last = n + 1 == children.len();
            let (branch, under) = match (many, last) {
                (false, _) => (lead.to_owned(), lead.to_owned()),
                (true, false) => (format!("{lead}\u{251c}\u{2500} "), format!("{lead}\u{2502}  ")),
                (true, true) => (format!("{lead}\u{2514}\u{2500} "), format!("{lead}   ")),
            };
            todo.push((*child, branch, under, reply));
        }
    };
    let opening = session.turns().first().map(|t| t.id);
    push(&mut todo, opening, "", 1);
    while let Some((turn, branch, under, reply)) = todo.pop() {
        rows.push(Row { turn, branch, reply });
        if let Some(answer) = answer.get(&turn) {
            push(&mut todo, Some(*answer), &under, reply + 1);
        }
    }
    rows
}

impl Screen for Takes {
    fn title(&self, on: &Shared) -> String {
        let title = on.talk.as_ref().map(|t| t.session().scenario().title.value.clone()).unwrap_or_default();
        format!("takes: {title}")
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        if self.comparing.is_some() { keymap::COMPARE.to_vec() } else { keymap::TAKES.to_vec() }
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(talk) = &on.talk else { return };
        if let Some(pair) = self.comparing {
            self.draw_comparison(talk, canvas, area, pair);
            return;
        }
        let theme = canvas.theme;
        let head = "\u{2022} where you are   * marked   at the right: how they seemed then";
        canvas.put_fit(area, area.x, area.y, head, theme.dim);
        let below = 3.min(area.height / 4);
        let list = Rect { y: area.y + 2, height: area.height.saturating_sub(2 + below), ..area };
        self.draw_tree(talk, canvas, list);
        // The whole of the chosen reply.
        if let Some(turn) = self.row().and_then(|r| talk.session().turn(r.turn)) {
            let mut prose = Prose::default();
            prose.heading(turn.text.trim(), theme.text);
            let y = list.bottom();
            canvas.rule(area, y);
            prose.draw(canvas, Rect { y: y + 1, height: below.saturating_sub(1), ..area }, 0);
        }
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        let last = self.rows.len().saturating_sub(1);
        if self.comparing.is_some() {
            match input {
                Input::Key(Key::Esc | Key::Char('c')) => self.comparing = None,
                Input::Key(Key::Char('?')) => return help::open(),
                input => {
                    self.scroll.input(drawn, input);
                }
            }
            return Go::Stay;
        }
        match input {
            Input::Key(Key::Up) => self.chosen = self.chosen.saturating_sub(1),
            Input::Key(Key::Down) => self.chosen = (self.chosen + 1).min(last),
            Input::Key(Key::PageUp) => self.chosen = self.chosen.saturating_sub(drawn.page.max(2) - 1),
            Input::Key(Key::PageDown) => self.chosen = (self.chosen + drawn.page.max(2) - 1).min(last),
            Input::Key(Key::Home | Key::Top) => self.chosen = 0,
            Input::Key(Key::End | Key::Bottom) => self.chosen = last,
            Input::Key(Key::Enter) => return self.go(on, true),
            Input::Key(Key::Char('g')) => return self.go(on, false),
            Input::Key(Key::Char(' ')) => self.mark(),
            Input::Key(Key::Char('c')) => self.compare(on),
            Input::Key(Key::Char('?')) => return help::open(),
            Input::Key(Key::Esc) => return Go::Back,
            Input::Scroll(by, ..) => {
                self.chosen = self.chosen.saturating_add_signed(by.signum() as isize).min(last);
            }
            Input::Click { hit: Hit::Row(n), .. } => self.chosen = n.min(last),
            _ => {}
        }
        Go::Stay
    }

    fn happened(&mut self, on: &mut Shared, happened: &Happened) -> Go {
        match happened {
            Happened::Done if self.leaving => Go::Conversation,
            Happened::Trouble(why) => {
                self.leaving = false;
                on.prefill = None;
                on.notice(why.clone());
                Go::Stay
            }
            _ => Go::Stay,
        }
    }
}
