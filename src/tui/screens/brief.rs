//! Before a rehearsal: the situation, and what one wants of it.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, help, rehearsal, safety};
use crate::analysis::Id;
use crate::runtime::desk::Wish;
use crate::scenario::{Difficulty, Scenario};
use crate::session::{Command, MOST_FOCUS, MOST_TENSE, Moment};
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::prose::{Prose, Rich};
use crate::tui::widgets::wrap;

/// A situation, read whole, with its text.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// Its file's text, which is kept with the rehearsal.
    pub text: Arc<str>,
}

/// What was chosen for a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choices {
    difficulty: Difficulty,
    focus: Vec<Id>,
    tense: Option<u8>,
    feedback: bool,
}

/// Whether a situation's text looks as if a question has to be asked first. Only to choose what to offer: the question
/// itself rests on the scenario.
pub fn asks_first(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("screen:") && line.contains("true"))
}

fn read(on: &Shared, id: &str) -> Result<Situation, String> {
    let entry = on.desk.library().find(id).map_err(|error| error.to_string())?;
    Ok(Situation { scenario: Arc::new(on.desk.load(entry)?), text: entry.text().into() })
}

fn asks(situation: &Situation) -> bool {
    situation.scenario.safety.as_ref().is_some_and(|s| s.screen)
}

/// The page before a rehearsal of this situation, or the question before that.
///
/// # Errors
/// A sentence for the user where it cannot be played.
pub fn open(on: &mut Shared, id: &str) -> Result<Box<dyn Screen>, String> {
    let situation = read(on, id)?;
    if let Some(word) = on.desk.word_about_attempts(id) {
        on.notice(word);
    }
    if asks(&situation) {
        return Ok(Box::new(safety::Ask::new(situation)));
    }
    Ok(after_question(on, situation))
}

/// The page before a rehearsal of this situation, the question being answered.
pub fn after_question(on: &Shared, situation: Situation) -> Box<dyn Screen> {
    Box::new(Brief::new(on, situation))
}

/// The rehearsal of this situation itself, as gently as can be; or the question, where it asks one.
///
/// # Errors
/// A sentence for the user where it cannot be played or kept.
pub fn begin_at_once(on: &mut Shared, id: &str) -> Result<Box<dyn Screen>, String> {
    let situation = read(on, id)?;
    if asks(&situation) {
        return Ok(Box::new(safety::Ask::new(situation)));
    }
    let choices = Choices {
        difficulty: on.wishes.difficulty.unwrap_or(Difficulty::Gentle),
        focus: Vec::new(),
        tense: None,
        feedback: on.prefs.feedback && !on.wishes.hide_feedback,
    };
    begin(on, &situation, &choices)
}

fn begin(on: &mut Shared, situation: &Situation, choices: &Choices) -> Result<Box<dyn Screen>, String> {
    let wish = Wish { difficulty: choices.difficulty, seed: on.wishes.seed };
    let runtime =
        on.desk.begin(Arc::clone(&situation.scenario), &situation.text, wish).map_err(|error| error.to_string())?;
    on.open(runtime);
    if let Some(talk) = &mut on.talk {
        if !choices.focus.is_empty() || !choices.feedback {
            talk.send(Command::Prepare { focus: choices.focus.clone(), feedback: choices.feedback });
        }
        if let Some(level) = choices.tense {
            talk.send(Command::Feel { when: Moment::Before, level });
        }
    }
    if !on.prefs.seen_about {
        on.prefs.seen_about = true;
        on.keep_prefs();
    }
    Ok(Box::new(rehearsal::Rehearsal::new(on)))
}

/// The rows of the form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Difficulty,
    Focus,
    Tense,
    Feedback,
}

const FIELDS: [Field; 4] = [Field::Tense, Field::Difficulty, Field::Focus, Field::Feedback];

/// The page before a rehearsal.
pub struct Brief {
    situation: Situation,
    skills: Vec<Id>,
    choices: Choices,
    row: usize,
    /// The skill that the next tick is for.
    skill: usize,
    scroll: Scroll,
}

impl Brief {
    fn new(on: &Shared, situation: Situation) -> Self {
        let skills = situation.scenario.skill_ids().collect();
        let choices = Choices {
            difficulty: on.wishes.difficulty.unwrap_or(situation.scenario.difficulty),
            focus: Vec::new(),
            tense: None,
            feedback: on.prefs.feedback && !on.wishes.hide_feedback,
        };
        Self { situation, skills, choices, row: 0, skill: 0, scroll: Scroll::default() }
    }

    fn change(&mut self, by: isize) {
        let moved = |at: usize, of: usize| (at as isize + by).clamp(0, of.saturating_sub(1) as isize) as usize;
        match FIELDS[self.row] {
            Field::Difficulty => {
                let at = Difficulty::ALL.iter().position(|d| *d == self.choices.difficulty).unwrap_or(0);
                self.choices.difficulty = Difficulty::ALL[moved(at, Difficulty::ALL.len())];
            }
            Field::Focus => self.skill = moved(self.skill, self.skills.len()),
            Field::Tense => {
                let at = self.choices.tense.map_or(0, |t| usize::from(t) + 1);
                self.set(moved(at, usize::from(MOST_TENSE) + 2));
            }
            Field::Feedback => self.choices.feedback = by < 0,
        }
    }

    /// Choose the option of this number in the present row.
    fn set(&mut self, n: usize) {
        match FIELDS[self.row] {
            Field::Difficulty => {
                if let Some(difficulty) = Difficulty::ALL.get(n) {
                    self.choices.difficulty = *difficulty;
                }
            }
            Field::Focus => {
                self.skill = n;
                self.tick();
            }
            Field::Tense => self.choices.tense = n.checked_sub(1).and_then(|t| u8::try_from(t).ok()),
            Field::Feedback => self.choices.feedback = n == 0,
        }
    }

    fn tick(&mut self) {
        let Some(skill) = self.skills.get(self.skill).copied() else { return };
        match self.choices.focus.iter().position(|s| *s == skill) {
            Some(at) => drop(self.choices.focus.remove(at)),
            None => {
                if self.choices.focus.len() == MOST_FOCUS {
                    self.choices.focus.remove(0);
                }
                self.choices.focus.push(skill);
            }
        }
    }

    fn options(&self, field: Field) -> Vec<(String, bool)> {
        match field {
            Field::Difficulty => {
                Difficulty::ALL.iter().map(|d| (d.as_str().to_owned(), *d == self.choices.difficulty)).collect()
            }
            Field::Focus => {
                let ticked = |s: &Id| self.choices.focus.contains(s);
                let sign = |s: &Id| if ticked(s) { "[x]" } else { "[ ]" };
                self.skills.iter().map(|s| (format!("{} {}", sign(s), s.name()), ticked(s))).collect()
            }
            Field::Tense => {
                let mut all = vec![("skip".to_owned(), self.choices.tense.is_none())];
                all.extend((0..=MOST_TENSE).map(|t| (t.to_string(), self.choices.tense == Some(t))));
                all
            }
            Field::Feedback => vec![
                ("after each reply".to_owned(), self.choices.feedback),
                ("only at the end".to_owned(), !self.choices.feedback),
            ],
        }
    }

    fn label(field: Field) -> &'static str {
        match field {
            Field::Difficulty => "How hard",
            Field::Focus => "Look out for",
            Field::Tense => "Tense now?",
            Field::Feedback => "Feedback",
        }
    }

    /// Draw the form, or only find out how high it is. The rows it takes.
    fn form(&self, canvas: &mut Canvas<'_>, area: Rect, really: bool) -> u16 {
        let theme = canvas.theme;
        let mut y = area.y;
        for (n, field) in FIELDS.into_iter().enumerate() {
            let here = n == self.row;
            if really {
                let sign = if here { "\u{25b8} " } else { "  " };
                let style = if here { theme.strong } else { theme.dim };
                canvas.put(area, area.x, y, &format!("{sign}{}", Self::label(field)), style);
            }
            let left = area.x + 16;
            let mut x = left;
            for (k, (text, on_it)) in self.options(field).into_iter().enumerate() {
                let shown = if on_it && field != Field::Focus { format!("({text})") } else { format!(" {text} ") };
                let wide = wrap::width(&shown) as u16;
                if x > left && x + wide > area.right() {
                    (x, y) = (left, y + 1);
                }
                if really {
                    let at = here && field == Field::Focus && k == self.skill;
                    let style = match (at || (here && on_it && field != Field::Focus), on_it) {
                        (true, _) => theme.select,
                        (false, true) => theme.strong,
                        (false, false) => theme.text,
                    };
                    let end = canvas.put(area, x, y, &shown, style);
                    canvas.hit(Rect::new(x, y, end.saturating_sub(x), 1), Hit::Choice(n, k));
                }
                x += wide + u16::from(field != Field::Tense);
            }
            if really && here && field == Field::Tense && x + 26 < area.right() {
                canvas.put(area, x + 1, y, "0 at ease, 10 very tense", theme.dim);
            }
            y += 1;
        }
        y - area.y
    }

    fn text(&self, canvas: &Canvas<'_>) -> Prose {
        let theme = canvas.theme;
        let scenario = &self.situation.scenario;
        let mut prose = Prose::default();
        if let Some(note) = &scenario.content_note {
            prose.para(note, theme.alert);
        }
        prose.para(&scenario.situation, theme.text);
        let about = |text: &str| text.trim().trim_end_matches('.').to_owned();
        let who = |lead: &str, name: &str, text: &str, style| {
            Rich::of(lead, theme.dim).add(name, style).add(&format!(": {}.", about(text)), theme.text)
        };
        prose.rich(who("You are ", &scenario.you.name, &scenario.you.about, theme.you));
        prose.rich(who("With you is ", &scenario.counterpart.name, &scenario.counterpart.about, theme.other));
        prose.rich(Rich::of("What you want: ", theme.dim).add(scenario.goal.value.trim(), theme.strong));
        if !scenario.objectives.is_empty() {
            prose.heading("What to practise here", theme.dim);
            for objective in &scenario.objectives {
                prose.item("  \u{2022}", &objective.text, (theme.dim, theme.text));
            }
        }
        prose
    }
}

impl Screen for Brief {
    fn title(&self, _: &Shared) -> String {
        self.situation.scenario.title.value.clone()
    }

    fn aside(&self, _: &Shared) -> String {
        self.situation.scenario.problem_area.name().to_owned()
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        keymap::BRIEF.to_vec()
    }

    fn draw(&self, _: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let wide = Rect { width: area.width.min(96), ..area };
        let form = self.form(canvas, wide, false) + 2;
        let above = area.height.saturating_sub(form);
        let text = self.text(canvas);
        text.draw(canvas, Rect { height: above.saturating_sub(1), ..wide }, self.scroll.0);
        canvas.rule(area, area.y + above.saturating_sub(1));
        let below = Rect { y: area.y + above, height: form, ..wide };
        self.form(canvas, below, true);
        canvas.button(area, area.x, below.bottom().saturating_sub(1), "Begin: press Enter", Key::Enter, true);
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        match input {
            Input::Key(Key::Enter) => {
                return match begin(on, &self.situation, &self.choices) {
                    Ok(screen) => Go::Replace(screen),
                    Err(error) => {
                        on.notice(error);
                        Go::Stay
                    }
                };
            }
            Input::Key(Key::Esc) => return Go::Back,
            Input::Key(Key::Char('?')) => return help::open(),
            Input::Key(Key::Up | Key::BackTab) => self.row = self.row.saturating_sub(1),
            Input::Key(Key::Down | Key::Tab) => self.row = (self.row + 1).min(FIELDS.len() - 1),
            Input::Key(Key::Left) => self.change(-1),
            Input::Key(Key::Right) => self.change(1),
            Input::Key(Key::Char(' ')) if FIELDS[self.row] == Field::Focus => self.tick(),
            Input::Key(Key::Char(c)) if c.is_ascii_digit() && FIELDS[self.row] == Field::Tense => {
                let digit = usize::from(c as u8 - b'0');
                // 1 and then 0 is ten.
                let ten = self.choices.tense == Some(1) && digit == 0;
                self.set(if ten { 11 } else { digit + 1 });
            }
            Input::Click { hit: Hit::Choice(row, n), .. } => {
                self.row = row.min(FIELDS.len() - 1);
                self.set(n);
            }
            input => {
                self.scroll.input(drawn, input);
            }
        }
        Go::Stay
    }
}
