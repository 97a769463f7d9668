//! The conversation: what was said, the field to write in, and the coach beside it or below.

mod beside;

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, help, review, safety, takes};
use crate::coach::offline;
use crate::session::{Command, Event, Finish, Phase, Speaker, TurnId};
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::talk::{Happened, Talk};
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::conversation::{Shown, View};
use crate::tui::widgets::editor::{Editor, Took};

/// From this width on the coach stands beside the talk.
const BESIDE: u16 = 92;

/// The conversation.
#[derive(Default)]
pub struct Rehearsal {
    editor: Editor,
    view: View,
    /// The reply, and the finding in it, that is looked at; none: the last one.
    looked_at: Option<(TurnId, Option<usize>)>,
    coach: Scroll,
    why: bool,
    hints: usize,
    /// Enter was pressed with nothing written.
    silence: bool,
    /// Which earlier reply was called back, counted from the last; and what was written before.
    earlier: Option<(usize, String)>,
    stop: Scroll,
    /// The summary was asked for.
    finishing: bool,
    /// A line to start from was asked for and is not there yet.
    wanted: bool,
    /// Where the talk stood when another screen came on top.
    left_at: Option<TurnId>,
}

impl Rehearsal {
    /// The open rehearsal.
    pub fn new(on: &Shared) -> Self {
        let editor = on.draft().map(Editor::with).unwrap_or_default();
        Self { editor, ..Self::default() }
    }

    fn hidden(talk: &Talk) -> bool {
        talk.session().notes().feedback_hidden && talk.session().finished().is_none()
    }

    fn shown<'a>(&self, talk: &'a Talk) -> Shown<'a> {
        Shown {
            session: talk.session(),
            path: talk.path(),
            marks: !Self::hidden(talk),
            situation: true,
            saying: talk.saying(),
            answering: talk.answering(),
            waiting: talk.waiting(),
            thinking: talk.thinking(),
            chosen: self.looked_at.map(|(turn, _)| turn),
        }
    }

    /// To a screen from which the talk may be gone on with elsewhere: what is written keeps its place.
    fn to(&mut self, on: &mut Shared, screen: Box<dyn Screen>) -> Go {
        on.keep_draft(self.editor.text());
        self.left_at = on.talk.as_ref().and_then(Talk::place);
        Go::Push(screen)
    }

    fn say(&mut self, on: &mut Shared) -> Go {
        let Some(talk) = &mut on.talk else { return Go::Home };
        match talk.session().phase() {
            _ if talk.thinking() => {
                let name = talk.session().scenario().counterpart.name.clone();
                on.notice(format!("{name} is still thinking. What you write stays here; Esc stops the waiting."));
                return Go::Stay;
            }
            Phase::Ended => {
                self.finishing = true;
                talk.send(Command::Finish);
                return Go::Stay;
            }
            Phase::Finished => return self.to(on, Box::new(review::Review::new(on))),
            Phase::YourTurn => {}
            Phase::Working | Phase::SafetyStop => return Go::Stay,
        }
        if self.editor.text().trim().is_empty() && !self.silence {
            self.silence = true;
            on.notice("Nothing is written yet. Enter once more says nothing at all: silence is an answer too.");
            return Go::Stay;
        }
        on.keep_draft("");
        let text = self.editor.take();
        if let Some(talk) = &mut on.talk {
            talk.send(Command::Say(text.trim_end().to_owned()));
        }
        self.fresh();
        Go::Stay
    }

    /// Look at the end of the talk again, with nothing opened.
    fn fresh(&mut self) {
        let editor = std::mem::take(&mut self.editor);
        *self = Self { editor, ..Self::default() };
    }

    /// Take back the last reply and have it in the field to say it another way.
    fn another_way(&mut self, on: &mut Shared) -> Go {
        let Some(talk) = &on.talk else { return Go::Home };
        if talk.thinking() {
            return Go::Stay;
        }
        let Some(reply) = talk.last_reply() else {
            on.notice("You have not said anything yet.");
            return Go::Stay;
        };
        let text = if reply.safety.is_some() { String::new() } else { reply.text.clone() };
        // What was being written keeps its place.
        on.keep_draft(self.editor.text());
        if let Some(talk) = &mut on.talk {
            talk.send(Command::Back(1));
        }
        self.fresh();
        self.editor = Editor::with(&text);
        on.notice("Here is what you said, to say it another way; Ctrl+U empties the field. The first attempt is kept: F4 shows both.");
        Go::Stay
    }

    /// Put a line to start from into the field. A model's may still be on its way.
    fn say_it_for_me(&mut self, on: &mut Shared) {
        let Some(talk) = on.talk.as_ref().filter(|talk| self.wanted && !talk.asking()) else { return };
        self.wanted = false;
        let session = talk.session();
        let line = match talk.hinted() {
            Some(hint) => Some(hint.example.clone()),
            None => offline::line(session.scenario(), &session.position().met),
        };
        match line {
            Some(line) => {
                self.editor.set(&line);
                on.notice(
                    "A line to start from: change it until it sounds like you. Ctrl+U brings back what stood there.",
                );
            }
            None => on.notice("Say what happened, how it was for you, and what you would like."),
        }
    }

    /// Call back what was said earlier, one further or one nearer.
    fn recall(&mut self, on: &Shared, further: bool) {
        let Some(talk) = &on.talk else { return };
        let own: Vec<&str> = talk
            .session()
            .turns()
            .iter()
            .rev()
            .filter(|t| t.speaker == Speaker::You && t.safety.is_none() && !t.text.trim().is_empty())
            .map(|t| t.text.as_str())
            .take(200)
            .collect();
        let (at, written) = match (&self.earlier, further) {
            (None, true) => (Some(0), self.editor.text().to_owned()),
            (None, false) => return,
            (Some((n, written)), true) => (Some((n + 1).min(own.len().saturating_sub(1))), written.clone()),
            (Some((n, written)), false) => (n.checked_sub(1), written.clone()),
        };
        match at.and_then(|n| own.get(n)) {
            Some(text) => {
                self.editor.set(text);
                self.earlier = at.map(|n| (n, written));
            }
            None if self.earlier.is_some() => {
                self.editor.set(&written);
                self.earlier = None;
            }
            None => {}
        }
    }

    /// Look at the reply before or after the one that is looked at.
    fn look(&mut self, on: &Shared, drawn: &Drawn, later: bool) {
        let Some(talk) = &on.talk else { return };
        let turn = |id: &TurnId| talk.session().turn(*id).is_some_and(|t| t.speaker == Speaker::You);
        let own: Vec<TurnId> = talk.path().iter().copied().filter(turn).collect();
        let at = self.looked_at.and_then(|(turn, _)| own.iter().position(|id| *id == turn));
        let to = match (at, later) {
            (None, true) => None,
            (None, false) => own.len().checked_sub(1),
            (Some(n), true) => Some(n + 1).filter(|n| *n < own.len()),
            (Some(n), false) => Some(n.saturating_sub(1)),
        };
        self.looked_at = to.and_then(|n| own.get(n)).map(|id| (*id, None));
        self.coach = Scroll::default();
        let shown = self.shown(talk);
        self.view = match (self.looked_at, drawn.conversation) {
            // A row or two above it, so that one sees what it answered.
            (Some((turn, _)), Some(area)) => shown.scroll(shown.at(turn), &on.theme(), area, -4),
            _ => View::default(),
        };
    }

    fn draw_field(&self, talk: &Talk, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        canvas.rule(area, area.y);
        let scenario = talk.session().scenario();
        let label = format!(" You are {} ", scenario.you.name);
        canvas.put_fit(area, area.x + 2, area.y, &label, theme.you);
        let field = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let over = match talk.session().phase() {
            Phase::Ended => Some("The talk is over. Press Enter to look back on it, or Ctrl+B to say it another way."),
            Phase::Finished => Some("Summed up. Enter shows it again; Ctrl+B says it another way."),
            _ => None,
        };
        if let Some(text) = over {
            canvas.put_fit(field, field.x, field.y, text, theme.alert);
            return;
        }
        let x = canvas.put(field, field.x, field.y, "> ", theme.key);
        let inner = Rect { x, width: field.right().saturating_sub(x), ..field };
        self.editor.draw(canvas, inner, true);
        if self.editor.is_empty() && !talk.thinking() {
            canvas.put_fit(inner, inner.x, inner.y, "what would you say?", theme.dim);
        }
    }

    fn in_stop(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        let Some(talk) = &mut on.talk else { return Go::Home };
        let told = talk.session().stop().is_some_and(|(_, stop)| stop.certain);
        match input {
            Input::Key(Key::Enter) if talk.session().finished().is_some() => return Go::Home,
            Input::Key(Key::Enter) => {
                self.finishing = true;
                talk.send(Command::Finish);
            }
            Input::Key(Key::Char('g')) if told => talk.send(Command::Acknowledge { in_role: false }),
            Input::Key(Key::Char('m')) if !told => talk.send(Command::AboutMe),
            Input::Key(Key::Char('r')) if !told => talk.send(Command::Acknowledge { in_role: true }),
            Input::Key(Key::Esc) => return Go::Back,
            Input::Key(key @ (Key::Left | Key::Right)) => safety::other_country(on, key),
            input => {
                self.stop.input(drawn, input);
            }
        }
        Go::Stay
    }

    fn written(&mut self, key: Key, on: &mut Shared, drawn: &Drawn) {
        match self.editor.key(key, drawn.field_width, true) {
            Took::Edge => self.recall(on, key == Key::Up),
            Took::Yes if !matches!(key, Key::Up | Key::Down) => self.earlier = None,
            _ => {}
        }
        self.silence = false;
    }
}

impl Screen for Rehearsal {
    fn title(&self, on: &Shared) -> String {
        on.talk.as_ref().map_or_else(String::new, |t| t.session().scenario().title.value.clone())
    }

    fn aside(&self, on: &Shared) -> String {
        let Some(talk) = &on.talk else { return String::new() };
        let takes = talk.attempts();
        let attempt = if takes > 1 { format!("attempt {takes}  \u{b7}  ") } else { String::new() };
        format!("{attempt}{}", talk.session().setup().difficulty.as_str())
    }

    fn hints(&self, on: &Shared) -> Vec<Hint> {
        match on.talk.as_ref().map(|t| (t.thinking(), t.session().phase())) {
            Some((true, _)) => keymap::THINKING.to_vec(),
            _ if on.talk.as_ref().is_some_and(|t| t.session().stop().is_some()) => keymap::STOP.to_vec(),
            Some((_, Phase::Ended | Phase::Finished)) => keymap::OVER.to_vec(),
            _ => keymap::REHEARSAL.to_vec(),
        }
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(talk) = &on.talk else { return };
        if talk.session().stop().is_some() {
            safety::draw_stop(talk, canvas, area, on.wishes.country, self.stop);
            return;
        }
        let beside = area.width >= BESIDE;
        let coach_width = if beside { (area.width * 2 / 5).min(52) } else { 0 };
        let left = Rect { width: area.width - coach_width - if beside { 2 } else { 0 }, ..area };
        let rows = self.editor.rows(usize::from(left.width.saturating_sub(2))).len() as u16;
        let most = if beside { area.height / 2 } else { area.height / 4 };
        let field = rows.clamp(1, most.max(1)) + 1;
        let below = if beside { 0 } else { (area.height.saturating_sub(field) * 2 / 5 + 1).clamp(4, 14) };
        let talk_area = Rect { height: area.height.saturating_sub(field + below), width: left.width - 1, ..left };
        self.shown(talk).draw(canvas, talk_area, self.view);
        if beside {
            let side = Rect { x: left.right() + 1, width: coach_width + 1, ..area };
            canvas.upright(Rect { width: 1, ..side });
            self.draw_coach(talk, canvas, Rect { x: side.x + 2, width: side.width - 2, ..side });
        } else {
            let y = talk_area.bottom();
            canvas.rule(area, y);
            self.draw_coach(talk, canvas, Rect { y: y + 1, height: below - 1, ..area });
        }
        let y = left.bottom().saturating_sub(field);
        self.draw_field(talk, canvas, Rect { y, height: field, ..left });
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        let theme = on.theme();
        let Some(talk) = &mut on.talk else { return Go::Home };
        if talk.session().stop().is_some() {
            return self.in_stop(on, drawn, input);
        }
        let over = matches!(talk.session().phase(), Phase::Ended | Phase::Finished);
        match input {
            Input::Key(Key::Enter) => return self.say(on),
            Input::Key(Key::Esc) if talk.thinking() => talk.stop(),
            Input::Key(Key::Esc) if self.looked_at.is_some() || self.why || self.view != View::default() => {
                self.fresh()
            }
            Input::Key(Key::Esc) => return Go::Back,
            Input::Key(Key::Ctrl('b')) => return self.another_way(on),
            Input::Key(Key::F(2) | Key::Ctrl('g')) => {
                self.hints += 1;
                self.coach = Scroll::default();
                talk.ask_hint();
            }
            Input::Key(Key::F(3) | Key::Ctrl('y')) => {
                self.why = !self.why;
                self.coach = Scroll::default();
                if self.why {
                    talk.ask_advice();
                }
            }
            Input::Key(Key::F(6) | Key::Ctrl('o')) if !over => {
                talk.ask_hint();
                self.wanted = true;
                self.say_it_for_me(on);
            }
            Input::Key(Key::F(4) | Key::Ctrl('t')) => return self.to(on, Box::new(takes::Takes::new(on))),
            Input::Key(Key::F(5) | Key::Ctrl('f')) if talk.session().phase() == Phase::Finished => return self.say(on),
            Input::Key(Key::F(5) | Key::Ctrl('f')) if !talk.thinking() => {
                self.finishing = true;
                talk.send(Command::Finish);
            }
            Input::Key(Key::Char('?')) if self.editor.is_empty() => return help::open(),
            Input::Key(key @ (Key::Earlier | Key::Later)) => self.look(on, drawn, key == Key::Later),
            Input::Key(Key::Tab) => {
                let read = self.coach.0.min(drawn.scroll_max);
                self.coach.0 = if read >= drawn.scroll_max { 0 } else { read + drawn.page.saturating_sub(1).max(1) };
            }
            Input::Key(key @ (Key::PageUp | Key::PageDown | Key::Top | Key::Bottom)) => {
                let Some(area) = drawn.conversation else { return Go::Stay };
                let page = area.height.saturating_sub(2).max(1) as isize;
                let by = if key == Key::PageUp { -page } else { page };
                self.view = match key {
                    Key::Top => Shown::beginning(),
                    Key::Bottom => View::default(),
                    _ => self.shown(talk).scroll(self.view, &theme, area, by),
                };
            }
            Input::Key(_) | Input::Paste(_) if over => {}
            Input::Key(key) => self.written(key, on, drawn),
            Input::Paste(text) => {
                if !self.editor.insert(text, false) {
                    on.notice("That is more than fits into one reply: the beginning was taken, the rest was left out.");
                }
                self.silence = false;
            }
            Input::Scroll(by, column, row) => match drawn.conversation {
                Some(area) if area.contains((column, row).into()) => {
                    self.view = self.shown(talk).scroll(self.view, &theme, area, by as isize);
                }
                _ => drop(self.coach.input(drawn, input)),
            },
            Input::Click { hit: Hit::Finding(turn, n), .. } => {
                self.looked_at = Some((turn, n));
                self.coach = Scroll::default();
            }
            Input::Click { hit: Hit::Field(first), column, row } => {
                self.editor.click(drawn.field_width, column, row + first);
            }
            Input::Click { .. } => {}
        }
        Go::Stay
    }

    fn happened(&mut self, on: &mut Shared, happened: &Happened) -> Go {
        match happened {
            Happened::Event(Event::Finished { how: Finish::Safety }) => {
                on.notice(crate::safety::words().certain.stopped.clone());
                return Go::Home;
            }
            Happened::Event(Event::Finished { .. }) if self.finishing => {
                self.finishing = false;
                return self.to(on, Box::new(review::Review::new(on)));
            }
            Happened::Event(Event::SafetyAcknowledged { .. }) => {
                on.notice(crate::safety::words().go_on.clone());
            }
            Happened::Event(Event::SafetyStopped { .. }) => self.fresh(),
            Happened::Unsaved(why, text) => {
                if let Some(text) = text.as_ref().filter(|_| self.editor.is_empty()) {
                    self.editor.set(text);
                }
                on.notice(format!("{why}. What you wrote is in the field again."));
                self.finishing = false;
            }
            Happened::Trouble(why) => {
                on.notice(why.clone());
                self.finishing = false;
            }
            Happened::Helped => self.say_it_for_me(on),
            Happened::Event(Event::Worded { wording, .. }) => {
                if let Some(words) = on.model_trouble(wording) {
                    on.notice(words);
                }
            }
            Happened::Event(_) | Happened::Partly | Happened::Done => {}
        }
        Go::Stay
    }

    fn on_top(&mut self, on: &mut Shared) {
        if on.talk.as_ref().is_some_and(|talk| talk.session().turns().len() == 1) && self.editor.is_empty() {
            on.notice("Say what you would say, and press Enter. PgUp reads the situation.");
        }
        if let Some(text) = on.prefill.take() {
            self.fresh();
            self.editor = Editor::with(&text);
        } else if self.left_at.is_some_and(|at| on.talk.as_ref().and_then(Talk::place) != Some(at)) {
            self.fresh();
            self.editor = on.draft().map(Editor::with).unwrap_or_default();
        } else if self.editor.is_empty()
            && let Some(draft) = on.draft()
        {
            self.editor.set(draft);
        }
    }

    fn keep(&mut self, on: &mut Shared) {
        on.keep_draft(self.editor.text());
    }

    fn leave(&mut self, on: &mut Shared) {
        on.keep_draft(self.editor.text());
    }

    fn is_conversation(&self) -> bool {
        true
    }
}
