//! The first page: who practises, what to rehearse, and the ways to everything else.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, brief, help, history, progress, rehearsal, settings};
use crate::analysis::{Audience, Id};
use crate::runtime::desk::Past;
use crate::safety;
use crate::scenario::ProblemArea;
use crate::scenario::library::Entry;
use crate::text;
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::editor::{Editor, Took};
use crate::tui::widgets::prose::{Prose, Rich, scroll_sign};
use crate::tui::widgets::wrap;

/// Something to choose.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    /// The first rehearsal of somebody new.
    First(usize),
    Continue(Box<Past>),
    Situation(usize),
    History,
    Progress,
    Settings,
    Help,
}

/// A line of the list.
enum Line {
    Heading(String),
    Row(usize),
    Gap,
}

/// The first page.
pub struct Home {
    rows: Vec<Row>,
    chosen: usize,
    find: Editor,
    latest: Option<Past>,
    /// A rehearsal was opened: what to go on with is chosen when the page shows again.
    to_top: bool,
    /// Ids of the situations that were tried, with how often.
    tried: Vec<(String, usize)>,
}

impl Home {
    /// The first page.
    pub fn new(on: &mut Shared) -> Self {
        let mut home = Self {
            rows: Vec::new(),
            chosen: 0,
            find: Editor::default(),
            latest: None,
            to_top: false,
            tried: Vec::new(),
        };
        home.read(on);
        home
    }

    fn read(&mut self, on: &mut Shared) {
        match (on.desk.open_rehearsals(), on.desk.past()) {
            (Ok(open), Ok(past)) => {
                // One in which nothing was said yet counts where something was typed.
                self.latest = open.into_iter().find(|p| p.turns > 0 || on.has_draft(&p.id));
                self.tried.clear();
                for one in past {
                    match self.tried.iter_mut().find(|(id, _)| *id == one.scenario_id) {
                        Some((_, n)) => *n += 1,
                        None => self.tried.push((one.scenario_id, 1)),
                    }
                }
            }
            (Err(error), _) | (_, Err(error)) => on.notice(error.to_string()),
        }
        self.list(on);
    }

    fn list(&mut self, on: &Shared) {
        let before = self.rows.get(self.chosen).cloned().filter(|_| !self.to_top);
        self.to_top = false;
        let entries = on.desk.library().entries();
        let wanted = self.find.text().trim().to_lowercase();
        let mut rows = Vec::new();
        if wanted.is_empty() {
            if let Some(latest) = &self.latest {
                rows.push(Row::Continue(Box::new(latest.clone())));
            } else if !on.prefs.seen_about
                && let Some(n) = first_to_try(entries, on.prefs.audience)
            {
                rows.push(Row::First(n));
            }
        }
        for area in ProblemArea::ALL {
            let fitting = entries.iter().enumerate().filter(|(_, e)| {
                e.head.audience == on.prefs.audience && e.head.problem_area == area && fits(e, &wanted)
            });
            rows.extend(fitting.map(|(n, _)| Row::Situation(n)));
        }
        if wanted.is_empty() {
            rows.extend([Row::History, Row::Progress, Row::Settings, Row::Help]);
        }
        self.rows = rows;
        self.chosen = before.and_then(|row| self.rows.iter().position(|r| *r == row)).unwrap_or(0);
    }

    /// The rows with the headings between them.
    fn lines(&self, entries: &[Entry]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut area = None;
        for (n, row) in self.rows.iter().enumerate() {
            match row {
                Row::First(_) | Row::Continue(_) => {}
                Row::Situation(k) => {
                    let here = entries.get(*k).map(|e| e.head.problem_area);
                    if here != area {
                        if n > 0 {
                            lines.push(Line::Gap);
                        }
                        lines.push(Line::Heading(here.map_or("", ProblemArea::name).to_owned()));
                        area = here;
                    }
                }
                Row::History => lines.push(Line::Gap),
                _ => {}
            }
            lines.push(Line::Row(n));
        }
        lines
    }

    fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1) as isize;
        self.chosen = (self.chosen as isize + by).clamp(0, last) as usize;
    }

    fn choose(&mut self, on: &mut Shared) -> Go {
        let go = self.open(on);
        if !matches!(go, Go::Stay) {
            self.find.take();
            self.to_top =
                matches!(self.rows.get(self.chosen), Some(Row::First(_) | Row::Continue(_) | Row::Situation(_)));
        }
        go
    }

    fn open(&self, on: &mut Shared) -> Go {
        let id_of = |on: &Shared, n: usize| on.desk.library().entries().get(n).map(|e| e.head.id.value.clone());
        match self.rows.get(self.chosen).cloned() {
            Some(Row::First(n)) => {
                let begun = id_of(on, n).map(|id| brief::begin_at_once(on, &id));
                match begun {
                    Some(Ok(screen)) => Go::Push(screen),
                    Some(Err(error)) => {
                        on.notice(error);
                        Go::Stay
                    }
                    None => Go::Stay,
                }
            }
            Some(Row::Continue(past)) => {
                if on.resume(&past.id) {
                    Go::Push(Box::new(rehearsal::Rehearsal::new(on)))
                } else {
                    Go::Stay
                }
            }
            Some(Row::Situation(n)) => match id_of(on, n).map(|id| brief::open(on, &id)) {
                Some(Ok(screen)) => Go::Push(screen),
                Some(Err(error)) => {
                    on.notice(error);
                    Go::Stay
                }
                None => Go::Stay,
            },
            Some(Row::History) => Go::Push(Box::new(history::History::new(on))),
            Some(Row::Progress) => Go::Push(Box::new(progress::Progress::new(on))),
            Some(Row::Settings) => Go::Push(Box::new(settings::Settings::default())),
            Some(Row::Help) => help::open(),
            None => Go::Stay,
        }
    }

    fn draw_row(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect, n: usize) {
        let chosen = n == self.chosen;
        let theme = canvas.theme;
        let style = if chosen { theme.select } else { theme.text };
        canvas.clear(area, style);
        canvas.hit(area, Hit::Row(n));
        let sign = if chosen { "\u{25b8} " } else { "  " };
        let x = canvas.put(area, area.x, area.y, sign, style);
        let entry = |n: &usize| on.desk.library().entries().get(*n);
        let (text, right) = match self.rows.get(n) {
            Some(Row::First(n)) => {
                (format!("Try one now: {}", entry(n).map_or("", |e| e.head.title.trim())), "press Enter".to_owned())
            }
            Some(Row::Continue(past)) => (format!("Go on: {}", past.title), replies(past.turns)),
            Some(Row::Situation(n)) => {
                entry(n).map_or_else(Default::default, |e| (e.head.title.trim().to_owned(), self.facts(e, area.width)))
            }
            Some(Row::History) => ("Past rehearsals".into(), "F2".into()),
            Some(Row::Progress) => ("Progress".into(), "F3".into()),
            Some(Row::Settings) => ("Settings".into(), "F4".into()),
            Some(Row::Help) => ("Help, and where to turn".into(), "F1".into()),
            None => return,
        };
        let wide = wrap::width(&right) as u16;
        let left = Rect { width: area.width.saturating_sub(wide + 2), ..area };
        canvas.put_fit(left, x, area.y, &text, style);
        let style = if chosen { theme.select } else { theme.dim };
        canvas.put(area, area.right().saturating_sub(wide + 1), area.y, &right, style);
    }

    fn facts(&self, entry: &Entry, width: u16) -> String {
        if width < 74 {
            let tried = if self.times_tried(entry) > 0 { "\u{2713} " } else { "" };
            return format!("{tried}{}", entry.head.difficulty.as_str());
        }
        let tried = if self.times_tried(entry) > 0 { "tried \u{2713}  " } else { "" };
        let minutes = entry.head.minutes.map_or_else(String::new, |m| format!("{m} min"));
        format!("{tried}{:<8} {minutes:>6}", entry.head.difficulty.as_str())
    }

    fn times_tried(&self, entry: &Entry) -> usize {
        self.tried.iter().find(|(id, _)| *id == entry.head.id.value).map_or(0, |(_, n)| *n)
    }

    fn draw_detail(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let mut prose = Prose::default();
        match self.rows.get(self.chosen) {
            Some(Row::First(n) | Row::Situation(n)) => {
                let Some(entry) = on.desk.library().entries().get(*n) else { return };
                let skills: Vec<&str> =
                    entry.head.skills.iter().filter_map(|s| s.parse::<Id>().ok()).map(Id::name).collect();
                let minutes = entry.head.minutes.map_or_else(String::new, |m| format!(", about {m} minutes"));
                prose.rich_line(
                    Rich::of(entry.head.title.trim(), theme.strong)
                        .add(&format!("  {}{minutes}", entry.head.difficulty.as_str()), theme.dim),
                );
                if !skills.is_empty() {
                    prose.heading(&format!("To practise: {}.", skills.join(", ")), theme.text);
                }
                if let Some(note) = &entry.head.content_note {
                    prose.heading(note.trim(), theme.alert);
                }
                match self.times_tried(entry) {
                    0 => {}
                    1 => {
                        prose.heading("You have tried it once.", theme.dim);
                    }
                    n => {
                        prose.heading(&format!("You have tried it {n} times."), theme.dim);
                    }
                }
            }
            Some(Row::Continue(past)) => {
                prose.heading(&past.title, theme.strong);
                prose.heading("Goes on exactly where you left off.", theme.text);
            }
            Some(Row::History) => {
                prose.heading("Look back on what you rehearsed, and try again from any turn.", theme.text);
            }
            Some(Row::Progress) => {
                prose.heading("How often there was a chance for each skill, and how often you took it.", theme.text);
            }
            Some(Row::Settings) => {
                prose.heading("Colours, feedback, mouse.", theme.text);
            }
            Some(Row::Help) => {
                prose.heading("Every key, plain mode, and where to turn when it is more than practice.", theme.text);
            }
            None => {
                prose.heading(
                    "Nothing has these words. Backspace takes letters away; Tab looks on the other side.",
                    theme.text,
                );
            }
        }
        prose.draw(canvas, area, 0);
        (canvas.drawn.scroll_max, canvas.drawn.page) = (0, 0);
    }

    fn draw_top(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let theme = canvas.theme;
        let mut y = area.y;
        if !on.prefs.seen_about {
            let mut prose = Prose::default();
            let welcome = "Here you rehearse a conversation you dread, with someone who reacts to how you talk; nothing \
                 you type leaves this computer.";
            prose.para(&format!("{welcome} {}", safety::words().about), theme.strong);
            let height = prose.rows(area.width) as u16;
            prose.draw(canvas, Rect { height: height.min(area.height), ..area }, 0);
            y += height;
        }
        let mut x = canvas.put(area, area.x, y, "Practising as  ", theme.dim);
        for (n, (audience, name)) in
            [(Audience::Client, "myself"), (Audience::Trainee, "trainee therapist")].into_iter().enumerate()
        {
            let on_it = on.prefs.audience == audience;
            let style = if on_it { theme.strong } else { theme.dim };
            let start = x;
            x = canvas.put(area, x, y, &format!("{} {name}", if on_it { "(\u{2022})" } else { "( )" }), style);
            canvas.hit(Rect::new(start, y, x - start, 1), Hit::Choice(0, n));
            x += 2;
        }
        y += 1;
        let x = canvas.put(area, area.x, y, "Find  ", theme.dim);
        let field = Rect { x, y, width: area.right().saturating_sub(x), height: 1 };
        if self.find.is_empty() {
            canvas.put(field, x, y, "type a word, such as \u{201c}sister\u{201d}", theme.dim);
            canvas.drawn.cursor = Some((x, y).into());
            canvas.drawn.field_width = usize::from(field.width);
        } else {
            self.find.draw(canvas, field, true);
        }
        y + 2 - area.y
    }
}

fn replies(n: u32) -> String {
    if n == 0 { "something typed".to_owned() } else { format!("{} so far", text::replies(n as usize)) }
}

/// What to offer somebody new: the first that needs no question before it.
fn first_to_try(entries: &[Entry], audience: Audience) -> Option<usize> {
    let asks = |e: &Entry| brief::asks_first(e.text());
    let fits = |quiet: bool| {
        entries
            .iter()
            .position(|e| e.head.audience == audience && !asks(e) && !(quiet && e.head.content_note.is_some()))
    };
    fits(true).or_else(|| fits(false))
}

fn fits(entry: &Entry, wanted: &str) -> bool {
    let mut all = vec![entry.head.title.as_str(), entry.head.id.as_str(), entry.head.problem_area.name()];
    all.extend(entry.head.skills.iter().filter_map(|s| s.parse::<Id>().ok()).map(|id| -> &str { id.name() }));
    let all = all.join(" ").to_lowercase();
    wanted.split_whitespace().all(|word| all.contains(word))
}

impl Screen for Home {
    fn title(&self, _: &Shared) -> String {
        "a place to rehearse a conversation".into()
    }

    fn aside(&self, _: &Shared) -> String {
        "all offline".into()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::HOME.to_vec()
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let top = self.draw_top(on, canvas, area).min(area.height);
        let body = Rect { y: area.y + top, height: area.height - top, ..area };
        let (list, detail) = if body.width >= 110 {
            let right = 44;
            canvas.upright(Rect { x: body.right() - right, width: 1, ..body });
            (
                Rect { width: body.width - right - 1, ..body },
                Rect { x: body.right() - right + 2, width: right - 2, ..body },
            )
        } else {
            let below = 5.min(body.height / 3);
            canvas.rule(body, body.bottom() - below);
            (
                Rect { height: body.height - below, ..body },
                Rect { y: body.bottom() - below + 1, height: below.saturating_sub(1), ..body },
            )
        };
        self.draw_detail(on, canvas, detail);
        let lines = self.lines(on.desk.library().entries());
        let at = lines.iter().position(|l| matches!(l, Line::Row(n) if *n == self.chosen)).unwrap_or(0);
        let height = usize::from(list.height);
        let max = lines.len().saturating_sub(height);
        let first = at.saturating_sub(height / 2).min(max);
        for (line, y) in lines.iter().skip(first).zip(list.top()..list.bottom()) {
            let row = Rect { y, height: 1, width: list.width.saturating_sub(2), ..list };
            match line {
                Line::Heading(text) => {
                    canvas.put_fit(row, row.x, y, text, canvas.theme.strong);
                }
                Line::Row(n) => self.draw_row(on, canvas, row, *n),
                Line::Gap => {}
            }
        }
        scroll_sign(canvas, list, first, max);
        canvas.drawn.page = height;
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        match input {
            Input::Key(key) => match key {
                Key::Up => self.step(-1),
                Key::Down => self.step(1),
                Key::PageUp => self.step(-(drawn.page.max(2) as isize - 1)),
                Key::PageDown => self.step(drawn.page.max(2) as isize - 1),
                Key::Enter => return self.choose(on),
                Key::Tab | Key::BackTab => self.other_side(on),
                Key::F(2) => return Go::Push(Box::new(history::History::new(on))),
                Key::F(3) => return Go::Push(Box::new(progress::Progress::new(on))),
                Key::F(4) => return Go::Push(Box::new(settings::Settings::default())),
                Key::Char('?') if self.find.is_empty() => return help::open(),
                Key::Esc if self.find.is_empty() => return Go::Ask,
                Key::Esc => {
                    self.find.take();
                    self.list(on);
                }
                key => {
                    if self.find.key(key, drawn.field_width, false) == Took::Yes {
                        self.list(on);
                    }
                }
            },
            Input::Paste(text) => {
                self.find.insert(&text.replace(['\r', '\n'], " "), false);
                self.list(on);
            }
            Input::Scroll(by, ..) => self.step(by.signum() as isize),
            Input::Click { hit: Hit::Row(n), .. } => {
                self.chosen = n;
                return self.choose(on);
            }
            Input::Click { hit: Hit::Choice(0, n), .. } => {
                let wanted = if n == 0 { Audience::Client } else { Audience::Trainee };
                if wanted != on.prefs.audience {
                    self.other_side(on);
                }
            }
            Input::Click { .. } => {}
        }
        Go::Stay
    }

    fn on_top(&mut self, on: &mut Shared) {
        self.read(on);
    }
}

impl Home {
    fn other_side(&mut self, on: &mut Shared) {
        on.prefs.audience = match on.prefs.audience {
            Audience::Client => Audience::Trainee,
            Audience::Trainee => Audience::Client,
        };
        on.keep_prefs();
        self.list(on);
        self.chosen = 0;
    }
}
