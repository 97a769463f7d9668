//! Looking back: what came of it, the talk with its findings, how trust and tension went, and what to do for real.

use ratatui::layout::Rect;

use super::{Go, Input, Screen, Scroll, help, takes};
use crate::report::course::{Mover, course, movers};
use crate::report::{Lens, Remark, Report, Summary, html, json, markdown, outcome};
use crate::session::{Command, MOST_TENSE, Moment, Plan, Session, Speaker, TurnId};
use crate::tui::app::dialog;
use crate::tui::coach;
use crate::tui::keymap::{self, Hint, Key};
use crate::tui::shared::Shared;
use crate::tui::talk::{Happened, Talk};
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Drawn, Hit};
use crate::tui::widgets::chart;
use crate::tui::widgets::conversation::{Shown, View};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::prose::{Prose, Rich};

/// The pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Page {
    #[default]
    Summary,
    Talk,
    Course,
    ForReal,
}

const PAGES: [(Page, &str); 4] = [
    (Page::Summary, "How it went"),
    (Page::Talk, "The talk"),
    (Page::Course, "Trust and tension"),
    (Page::ForReal, "For real"),
];

/// What is known of the take, found out once and not in each frame.
struct Found {
    summary: Summary,
    points: Vec<(i32, i32)>,
    movers: Vec<Mover>,
}

impl Found {
    fn of(session: &Session) -> Self {
        let points = course(session).iter().map(|p| (p.trust, p.tension)).collect();
        Self { summary: Summary::of(session), points, movers: movers(session) }
    }
}

/// The look back.
pub struct Review {
    found: Option<Found>,
    page: Page,
    scroll: Scroll,
    view: View,
    looked_at: Option<TurnId>,
    /// With whom, what and when.
    plan: [Editor; 3],
    /// Which of them is written in.
    field: usize,
    /// Whether it is asked in what form to save.
    saving: bool,
    /// Where to try again, once the way back is taken.
    going_back: bool,
}

impl Review {
    /// The look back on the open rehearsal.
    pub fn new(on: &Shared) -> Self {
        let plan = on.talk.as_ref().and_then(|t| t.session().notes().plan.clone()).unwrap_or_default();
        Self {
            found: on.talk.as_ref().map(|t| Found::of(t.session())),
            page: Page::Summary,
            scroll: Scroll::default(),
            view: Shown::beginning(),
            looked_at: None,
            plan: [&plan.who, &plan.what, &plan.when].map(|text| Editor::with(text)),
            field: 0,
            saving: false,
            going_back: false,
        }
    }

    fn turn_page(&mut self, on: &mut Shared, to: usize) {
        self.keep_plan(on);
        self.page = PAGES[to % PAGES.len()].0;
        self.scroll = Scroll::default();
    }

    fn page_number(&self) -> usize {
        PAGES.iter().position(|(page, _)| *page == self.page).unwrap_or(0)
    }

    fn keep_plan(&self, on: &mut Shared) {
        let Some(talk) = &mut on.talk else { return };
        let [who, what, when] = self.plan.each_ref().map(|editor| editor.text().trim().to_owned());
        let plan = Plan { who, what, when };
        if talk.session().notes().plan.clone().unwrap_or_default() != plan {
            talk.send(Command::Plan(plan));
        }
    }

    fn own(session: &Session, path: &[TurnId]) -> Vec<TurnId> {
        let is_own = |id: &TurnId| session.turn(*id).is_some_and(|t| t.speaker == Speaker::You);
        path.iter().copied().filter(is_own).collect()
    }

    fn look(&mut self, talk: &Talk, theme: &Theme, drawn: &Drawn, by: isize) {
        let own = Self::own(talk.session(), talk.path());
        let last = own.len().saturating_sub(1) as isize;
        let at = self.looked_at.and_then(|id| own.iter().position(|o| *o == id)).map_or(-1, |n| n as isize);
        self.looked_at = own.get((at + by).clamp(0, last) as usize).copied();
        self.scroll = Scroll::default();
        if let (Some(turn), Some(area)) = (self.looked_at, drawn.conversation) {
            let shown = self.shown(talk);
            self.view = shown.scroll(shown.at(turn), theme, area, -4);
        }
    }

    fn shown<'a>(&self, talk: &'a Talk) -> Shown<'a> {
        Shown {
            session: talk.session(),
            path: talk.path(),
            marks: true,
            situation: false,
            saying: None,
            answering: "",
            waiting: None,
            thinking: false,
            chosen: self.looked_at,
        }
    }

    /// Go back to say a reply another way: the one looked at, else the one that the next try is about, else the last.
    fn again(&mut self, on: &mut Shared) -> Go {
        self.keep_plan(on);
        let Some(talk) = &mut on.talk else { return Go::Home };
        let from = match (self.page, self.looked_at) {
            (Page::Talk, Some(turn)) => Some(turn),
            _ => self
                .found
                .as_ref()
                .and_then(|f| f.summary.next.as_ref())
                .map(|r| r.turn)
                .or_else(|| talk.last_reply().map(|t| t.id)),
        };
        let text = from.and_then(|id| talk.session().turn(id)).map(|t| t.text.clone());
        match (from, text) {
            (Some(turn), Some(text)) => {
                talk.send(Command::Retry(turn));
                on.prefill = Some(text);
                self.going_back = true;
                Go::Stay
            }
            _ => Go::Conversation,
        }
    }

    fn save(&mut self, on: &mut Shared, form: char) {
        self.saving = false;
        self.keep_plan(on);
        let Some(talk) = &on.talk else { return };
        let id = talk.id().to_owned();
        let report = Report::of(talk.session(), &on.desk.about(&id), Lens::Own);
        let (ending, text) = match form {
            'h' => ("html", html::text(&report)),
            'm' => ("md", markdown::text(&report)),
            _ => ("json", json::text(&report)),
        };
        match on.desk.save_report(&report, &id, ending, &text) {
            Ok(path) => on.notice(format!("Saved as {}", path.display())),
            Err(error) => on.notice(format!("This could not be saved: {error}")),
        }
    }

    fn remark(prose: &mut Prose, theme: &Theme, title: &str, remark: &Remark) {
        prose.heading(title, theme.strong);
        // A remark quotes the words itself, nearly always.
        let said = remark.quote.trim_end_matches(" \u{2026}");
        let lead = match (remark.quote.is_empty(), remark.text.contains(said)) {
            (true, _) => format!("Reply {}, (silence): ", remark.reply),
            (false, true) => format!("Reply {}: ", remark.reply),
            (false, false) => format!("Reply {}, \u{201c}{}\u{201d}: ", remark.reply, remark.quote),
        };
        prose.rich(Rich::of(&lead, theme.dim).add(remark.text.trim(), theme.text));
        if let Some(example) = &remark.example {
            prose.rich(Rich::of("For instance: ", theme.dim).add(&format!("\u{201c}{example}\u{201d}"), theme.strong));
        }
    }

    fn summary(&self, session: &Session, theme: &Theme) -> Prose {
        let scenario = session.scenario();
        let mut prose = Prose::default();
        let Some(Found { summary, .. }) = &self.found else { return prose };
        prose.para(&outcome(summary.ended, &scenario.counterpart.name), theme.strong);
        prose.rich(Rich::of("What you wanted: ", theme.dim).add(summary.goal.trim(), theme.text));
        coach::goals(&mut prose, theme, scenario, &session.position().met);
        if summary.replies == 0 {
            prose
                .para("You have not said anything yet. That is all right; it is there when you come back.", theme.text);
        }
        if let Some(strength) = &summary.strength {
            Self::remark(&mut prose, theme, "A strength", strength);
        }
        if let Some(next) = &summary.next {
            Self::remark(&mut prose, theme, "To try next  (r tries it from there; what you said is kept)", next);
        }
        prose.para(
            "This is practice feedback by a set of rules, not an assessment; no clinician has checked its marks.",
            theme.dim,
        );
        prose
    }

    fn tense(session: &Session, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let notes = session.notes();
        let before = notes.before.map_or_else(String::new, |b| format!(" (before: {b})"));
        let label = format!("How tense now?{before} ");
        let mut x = canvas.put_fit(area, area.x, area.y, &label, theme.strong);
        for level in 0..=MOST_TENSE {
            let on_it = notes.after == Some(level);
            let shown = if on_it { format!("({level})") } else { format!(" {level} ") };
            let end = canvas.put(area, x, area.y, &shown, if on_it { theme.select } else { theme.text });
            canvas.hit(Rect::new(x, area.y, end.saturating_sub(x), 1), Hit::Choice(1, usize::from(level)));
            x = end;
        }
        if x + 20 < area.right() {
            canvas.put(area, x + 1, area.y, "type a number", theme.dim);
        }
    }

    fn draw_talk(&self, talk: &Talk, canvas: &mut Canvas<'_>, area: Rect) {
        let beside = area.width >= 92;
        let (left, right) = if beside {
            let wide = (area.width * 2 / 5).min(52);
            canvas.upright(Rect { x: area.right() - wide - 1, width: 1, ..area });
            (
                Rect { width: area.width - wide - 2, ..area },
                Rect { x: area.right() - wide + 1, width: wide - 1, ..area },
            )
        } else {
            let below = (area.height * 2 / 5).max(3);
            let y = area.bottom() - below;
            canvas.rule(area, y);
            (Rect { height: area.height - below, ..area }, Rect { y: y + 1, height: below - 1, ..area })
        };
        self.shown(talk).draw(canvas, left, self.view);
        let theme = canvas.theme;
        let mut prose = Prose::default();
        match self.looked_at.and_then(|id| talk.session().turn(id)) {
            Some(turn) if turn.safety.is_some() => {
                prose.para("That reply stopped the scene. It was not scored.", theme.dim);
            }
            Some(turn) => {
                let all = turn.analysis.as_ref().map(|a| a.findings.as_slice()).unwrap_or_default();
                for (n, finding) in all.iter().enumerate() {
                    coach::finding_said(&mut prose, &theme, &turn.text, n, finding);
                }
                coach::trace(&mut prose, &theme, talk.session(), turn);
                prose.para("Enter tries again from this reply.", theme.dim);
            }
            None => {
                prose
                    .para("\u{2191}\u{2193} goes through your replies; here stands what was found in each.", theme.dim);
            }
        }
        prose.draw(canvas, right, self.scroll.0);
    }

    fn draw_course(&self, session: &Session, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let Some(Found { points, movers, .. }) = &self.found else { return };
        let height = (area.height / 2).clamp(5, 12);
        let plot = Rect { height: height.min(area.height), width: area.width.min(100), ..area };
        chart::lines(canvas, plot, points);
        let mut x = canvas.put(area, area.x, area.y + height, "      o ", theme.you);
        x = canvas.put(area, x, area.y + height, "trust   ", theme.text);
        x = canvas.put(area, x, area.y + height, "x ", theme.other);
        x = canvas.put(area, x, area.y + height, "tension   ", theme.text);
        x = canvas.put(area, x, area.y + height, "* ", theme.strong);
        canvas.put(area, x, area.y + height, "both    from the first reply to the last", theme.text);
        let mut prose = Prose::default();
        let name = &session.scenario().counterpart.name;
        if movers.is_empty() {
            prose.para(&format!("Nothing moved {name} much in this take."), theme.text);
        } else {
            prose.heading(&format!("What moved {name}"), theme.strong);
        }
        for mover in movers {
            prose.blocks.push(crate::tui::widgets::prose::Block {
                lead: Some((format!("{:>3}  ", mover.reply), theme.strong)),
                rich: Rich::of(&format!("\u{201c}{}\u{201d}: ", mover.quote), theme.dim).add(&mover.text, theme.text),
                ..Default::default()
            });
        }
        let below = area.y + height + 2;
        prose.draw(canvas, Rect { y: below, height: area.bottom().saturating_sub(below), ..area }, self.scroll.0);
    }

    fn draw_for_real(&self, session: &Session, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let wide = Rect { width: area.width.min(84), ..area };
        let mut prose = Prose::default();
        prose.para(
            "Practice is for the real talk. One small thing is enough: one sentence, to one person, at a time that suits \
             you both.",
            theme.text,
        );
        let plan = session.notes().plan.as_ref();
        if plan.is_some() {
            prose.para("Your plan is kept with this rehearsal. You can change it whenever you like.", theme.dim);
        }
        let height = (prose.rows(wide.width) as u16).min(wide.height);
        prose.draw(canvas, Rect { height, ..wide }, 0);
        (canvas.drawn.scroll_max, canvas.drawn.page) = (0, 0);
        let mut y = wide.y + height;
        let labels = [("With whom", 1), ("What I will say or do", 3), ("When", 1)];
        for (n, ((label, rows), editor)) in labels.into_iter().zip(&self.plan).enumerate() {
            let here = self.field == n;
            let sign = if here { "\u{25b8} " } else { "  " };
            canvas.put(wide, wide.x, y, &format!("{sign}{label}"), if here { theme.strong } else { theme.dim });
            let field = Rect { x: wide.x + 2, y: y + 1, width: wide.width - 2, height: rows }.intersection(wide);
            if editor.is_empty() && !here {
                canvas.put(field, field.x, field.y, "\u{2026}", theme.dim);
            }
            if here {
                editor.draw(canvas, field, true);
            } else {
                canvas.hit(Rect { y, height: rows + 1, ..wide }.intersection(wide), Hit::Choice(2, n));
                editor.draw(canvas, field, false);
                canvas.drawn.hits.retain(|(area, hit)| *area != field || !matches!(hit, Hit::Field(_)));
            }
            y += rows + 2;
        }
    }

    fn write(&mut self, drawn: &Drawn, key: Key) {
        let last = self.plan.len() - 1;
        let Some(editor) = self.plan.get_mut(self.field) else { return };
        match key {
            Key::Enter => self.field = (self.field + 1) % (last + 1),
            Key::Up if editor.key(key, drawn.field_width, true) == crate::tui::widgets::editor::Took::Edge => {
                self.field = self.field.saturating_sub(1);
            }
            Key::Down if editor.key(key, drawn.field_width, true) == crate::tui::widgets::editor::Took::Edge => {
                self.field = (self.field + 1).min(last);
            }
            Key::Up | Key::Down => {}
            key => {
                editor.key(key, drawn.field_width, true);
            }
        }
    }

    fn feel(on: &mut Shared, level: u8) {
        if let Some(talk) = &mut on.talk {
            talk.send(Command::Feel { when: Moment::After, level });
        }
    }

    fn key(&mut self, on: &mut Shared, drawn: &Drawn, key: Key) -> Go {
        match key {
            Key::Tab => self.turn_page(on, self.page_number() + 1),
            Key::BackTab => self.turn_page(on, self.page_number() + PAGES.len() - 1),
            Key::Esc => return Go::Back,
            key if self.page == Page::ForReal => self.write(drawn, key),
            Key::Right => self.turn_page(on, self.page_number() + 1),
            Key::Left => self.turn_page(on, self.page_number() + PAGES.len() - 1),
            Key::Char('r') => return self.again(on),
            Key::Char('s') => self.saving = true,
            Key::Char('t') => return Go::Push(Box::new(takes::Takes::new(on))),
            Key::Char('?') => return help::open(),
            Key::Enter if self.page == Page::Talk && self.looked_at.is_some() => return self.again(on),
            Key::Enter => self.turn_page(on, self.page_number() + 1),
            Key::Char(c) if c.is_ascii_digit() && self.page == Page::Summary => {
                let digit = c as u8 - b'0';
                // 1 and then 0 is ten.
                let one = on.talk.as_ref().is_some_and(|t| t.session().notes().after == Some(1));
                Self::feel(on, if one && digit == 0 { 10 } else { digit });
            }
            key @ (Key::Up | Key::Down) if self.page == Page::Talk => {
                let theme = on.theme();
                if let Some(talk) = &on.talk {
                    self.look(talk, &theme, drawn, if key == Key::Down { 1 } else { -1 });
                }
            }
            key => {
                self.scroll.input(drawn, Input::Key(key));
            }
        }
        Go::Stay
    }
}

impl Screen for Review {
    fn title(&self, on: &Shared) -> String {
        on.talk.as_ref().map_or_else(String::new, |t| format!("looking back: {}", t.session().scenario().title.value))
    }

    fn hints(&self, _: &Shared) -> Vec<Hint> {
        if self.page == Page::ForReal { keymap::PLAN.to_vec() } else { keymap::REVIEW.to_vec() }
    }

    fn draw(&self, on: &Shared, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(talk) = &on.talk else { return };
        let theme = canvas.theme;
        let mut x = area.x;
        for (n, (page, name)) in PAGES.into_iter().enumerate() {
            let style = if page == self.page { theme.select } else { theme.dim };
            let start = x;
            x = canvas.put(area, x, area.y, &format!(" {name} "), style);
            canvas.hit(Rect::new(start, area.y, x.saturating_sub(start), 1), Hit::Choice(0, n));
        }
        let inner = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        match self.page {
            Page::Summary => {
                let text = Rect { height: inner.height.saturating_sub(2), width: inner.width.min(96), ..inner };
                self.summary(talk.session(), &theme).draw(canvas, text, self.scroll.0);
                Self::tense(talk.session(), canvas, Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner });
            }
            Page::Talk => self.draw_talk(talk, canvas, inner),
            Page::Course => self.draw_course(talk.session(), canvas, inner),
            Page::ForReal => self.draw_for_real(talk.session(), canvas, inner),
        }
        if self.saving {
            let text = "In which form? The file holds what you said. Only you can read it, and it goes when you delete this \
                 rehearsal.";
            let buttons =
                [("HTML (h)", Key::Char('h')), ("Markdown (m)", Key::Char('m')), ("JSON (j)", Key::Char('j'))];
            dialog(canvas, "Save", text, &buttons);
        }
    }

    fn input(&mut self, on: &mut Shared, drawn: &Drawn, input: Input<'_>) -> Go {
        if self.saving {
            match input {
                Input::Key(Key::Char(c)) if "hmj".contains(c.to_ascii_lowercase()) => {
                    self.save(on, c.to_ascii_lowercase())
                }
                Input::Key(Key::Enter) => self.save(on, 'h'),
                Input::Key(Key::Esc) => self.saving = false,
                _ => {}
            }
            return Go::Stay;
        }
        match input {
            Input::Key(key) => return self.key(on, drawn, key),
            Input::Paste(text) if self.page == Page::ForReal => {
                if let Some(editor) = self.plan.get_mut(self.field) {
                    editor.insert(text, false);
                }
            }
            Input::Click { hit: Hit::Choice(0, n), .. } => self.turn_page(on, n),
            Input::Click { hit: Hit::Choice(1, n), .. } => Self::feel(on, u8::try_from(n).unwrap_or(MOST_TENSE)),
            Input::Click { hit: Hit::Choice(2, n), .. } => self.field = n.min(self.plan.len() - 1),
            Input::Click { hit: Hit::Finding(turn, _), .. } => {
                self.looked_at = Some(turn);
                self.scroll = Scroll::default();
            }
            Input::Click { hit: Hit::Field(first), column, row } => {
                if let Some(editor) = self.plan.get_mut(self.field) {
                    editor.click(drawn.field_width, column, row + first);
                }
            }
            Input::Scroll(by, column, row) => match (&on.talk, drawn.conversation) {
                (Some(talk), Some(area)) if area.contains((column, row).into()) => {
                    self.view = self.shown(talk).scroll(self.view, &on.theme(), area, by as isize);
                }
                _ => {
                    self.scroll.input(drawn, input);
                }
            },
            _ => {}
        }
        Go::Stay
    }

    fn happened(&mut self, on: &mut Shared, happened: &Happened) -> Go {
        match happened {
            Happened::Done if self.going_back => Go::Conversation,
            Happened::Trouble(why) | Happened::Unsaved(why, _) => {
                self.going_back = false;
                on.prefill = None;
                on.notice(why.clone());
                Go::Stay
            }
            _ => Go::Stay,
        }
    }

    fn on_top(&mut self, on: &mut Shared) {
        self.found = on.talk.as_ref().map(|t| Found::of(t.session()));
    }

    fn leave(&mut self, on: &mut Shared) {
        self.keep_plan(on);
    }
}
