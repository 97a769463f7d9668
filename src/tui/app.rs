//! The app: a stack of screens, what they share, and the frame around them.

use std::sync::mpsc::Sender;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::keymap::{self, Hint, Key};
use super::screens::{Go, Input, Screen, attempt, brief, consent, help, home, rehearsal, safety};
use super::shared::Shared;
use super::talk::{Happened, Talk};
use super::theme::Colours;
use super::widgets::canvas::{Canvas, Drawn, Hit};
use super::widgets::prose::Prose;
use super::widgets::wrap;
use super::{Incoming, Opening, Wishes};
use crate::runtime::Desk;
use crate::session::Command;

/// The smallest terminal that the screens are made for.
pub const SMALLEST: (u16, u16) = (60, 20);

/// What the loop is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Draw and wait.
    Go,
    /// End.
    Quit,
    /// Stop until somebody sends us on.
    Suspend,
    /// Draw everything anew.
    Repaint,
}

/// The app.
pub struct App {
    shared: Shared,
    stack: Vec<Box<dyn Screen>>,
    /// Ctrl+C was pressed once.
    asking: bool,
    /// Ctrl+X was pressed.
    vanish: bool,
    drawn: Drawn,
    size: (u16, u16),
    /// Something was typed since the screen on top last kept what is written.
    unkept: bool,
    /// Somebody is there who can send us on when we are stopped.
    stoppable: bool,
}

impl App {
    /// An app at this desk. What happens elsewhere is to be told to it through `tell`'s other end.
    pub fn new(desk: Desk, wishes: Wishes, tell: Sender<Incoming>) -> Self {
        let shared = Shared::new(desk, wishes, tell);
        Self {
            shared,
            stack: Vec::new(),
            asking: false,
            vanish: false,
            drawn: Drawn::default(),
            size: SMALLEST,
            unkept: false,
            stoppable: true,
        }
    }

    /// Show another number of colours than the environment says.
    pub fn set_colours(&mut self, colours: Colours) {
        self.shared.colours = colours;
    }

    /// Whether Ctrl+Z may stop us: only where a shell waits that can send us on.
    pub fn set_stoppable(&mut self, stoppable: bool) {
        self.stoppable = stoppable;
    }

    /// Open the first page, and on top of it what was asked for.
    pub fn open(&mut self, opening: &Opening) {
        match self.shared.wishes.keep_days.map_or(Ok(None), |days| self.shared.desk.keep_only(days)) {
            Ok(None) => {}
            Ok(Some(said)) => self.shared.notice(said),
            Err(error) => self.shared.notice(error.to_string()),
        }
        self.stack.push(Box::new(home::Home::new(&mut self.shared)));
        if let Some(text) = self.shared.desk.take_notice() {
            self.shared.notice(text);
        }
        self.open_on(opening);
    }

    /// Open what was asked for, on top of what is there; first the question whether words may go to another computer.
    fn open_on(&mut self, opening: &Opening) {
        if let Some(question) = self.shared.desk.question() {
            self.stack.push(Box::new(consent::Consent::new(question, opening.clone())));
            return;
        }
        match opening {
            Opening::Home => {}
            Opening::Situation(id) => match brief::open(&mut self.shared, id) {
                Ok(screen) => self.stack.push(screen),
                Err(error) => self.shared.notice(error),
            },
            Opening::Rehearsal(id) => {
                if self.shared.resume(id) {
                    if let Some(talk) = self.shared.talk.as_mut().filter(|_| self.shared.wishes.hide_feedback) {
                        let focus = talk.session().notes().focus.clone();
                        talk.send(Command::Prepare { focus, feedback: false });
                    }
                    self.stack.push(Box::new(rehearsal::Rehearsal::new(&self.shared)));
                }
            }
        }
        if let Some(due) = self.shared.desk.due_plan() {
            self.stack.push(Box::new(attempt::Asking::new(due)));
        }
    }

    /// Whether the mouse is to be told of.
    pub fn wants_mouse(&self) -> bool {
        self.shared.prefs.mouse
    }

    /// What the screens share, to look at.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether something was typed that may be lost when the program is killed now.
    pub fn unkept(&self) -> bool {
        self.unkept
    }

    /// Whether something is under way in the open rehearsal.
    pub fn busy(&self) -> bool {
        self.shared.talk.as_ref().is_some_and(Talk::busy)
    }

    /// End: keep what was typed, wait for what is being written. What is to be said on the terminal.
    pub fn close(&mut self) -> Option<String> {
        for screen in self.stack.iter_mut().rev() {
            screen.leave(&mut self.shared);
        }
        self.shared.talk = None;
        self.shared.take_last_words()
    }

    /// Whether the user wants to be gone at once: nothing is to be left on the terminal, and nothing said.
    pub fn wants_to_vanish(&self) -> bool {
        self.vanish
    }

    /// What came of drawing, for the mouse and for paging.
    pub fn was_drawn(&mut self, drawn: Drawn) {
        self.size = drawn.size;
        self.drawn = drawn;
    }

    /// Take in something that happened.
    pub fn take_in(&mut self, incoming: Incoming) -> Flow {
        match incoming {
            Incoming::Terminal(event) => self.event(event),
            Incoming::Talk(id, news) => {
                let Some(talk) = self.shared.talk.as_mut().filter(|talk| talk.id() == id) else { return Flow::Go };
                let happened = talk.take_in(news);
                if let Happened::Unsaved(why, Some(text)) = &happened {
                    self.shared.last_words(format!(
                        "This could not be saved ({why}). Here it is, so that you can copy it:\n\n{text}"
                    ));
                }
                let go = self.stack.last_mut().map(|screen| screen.happened(&mut self.shared, &happened));
                self.go(go.unwrap_or(Go::Stay))
            }
            Incoming::Pause => {
                self.unkept = false;
                if let Some(top) = self.stack.last_mut() {
                    top.keep(&mut self.shared);
                }
                Flow::Go
            }
            Incoming::End => Flow::Quit,
            Incoming::Suspend => Flow::Suspend,
            Incoming::Continued => Flow::Repaint,
        }
    }

    fn event(&mut self, event: Event) -> Flow {
        match event {
            Event::Key(event) if event.kind != KeyEventKind::Release => {
                Key::of(event).map_or(Flow::Go, |key| self.key(key))
            }
            Event::Paste(text) if !self.too_small() && !self.asking => self.input(Input::Paste(&text)),
            Event::Mouse(mouse) if !self.too_small() => self.mouse(mouse),
            _ => Flow::Go,
        }
    }

    fn too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    fn key(&mut self, key: Key) -> Flow {
        match key {
            Key::Ctrl('x') => {
                self.vanish = true;
                return Flow::Quit;
            }
            Key::Ctrl('z') if self.stoppable => return Flow::Suspend,
            Key::Ctrl('z') => {
                self.shared
                    .notice("There is no shell under Saywell here to go back to. Ctrl+C leaves; everything is kept.");
                return Flow::Go;
            }
            Key::Ctrl('l') => return Flow::Repaint,
            _ => {}
        }
        if self.asking {
            match key {
                Key::Ctrl('c') | Key::Enter | Key::Char('y' | 'Y') => return Flow::Quit,
                Key::Esc | Key::Char('n' | 'N') => self.asking = false,
                _ => {}
            }
            return Flow::Go;
        }
        self.shared.forget_notice();
        match key {
            Key::Ctrl('c') => {
                self.asking = true;
                Flow::Go
            }
            _ if self.too_small() => Flow::Go,
            Key::F(1) => {
                if self.stack.last().is_some_and(|top| top.is_help()) {
                    Flow::Go
                } else {
                    self.go(help::open())
                }
            }
            Key::F(8) => self.go(Go::Push(Box::new(safety::Lines::default()))),
            key => self.input(Input::Key(key)),
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Flow {
        match mouse.kind {
            MouseEventKind::ScrollUp => self.input(Input::Scroll(-3, mouse.column, mouse.row)),
            MouseEventKind::ScrollDown => self.input(Input::Scroll(3, mouse.column, mouse.row)),
            MouseEventKind::Down(MouseButton::Left) => match self.drawn.hit(mouse.column, mouse.row) {
                Some((_, Hit::Key(key))) => self.key(key),
                Some((area, hit)) if !self.asking => {
                    self.shared.forget_notice();
                    let (column, row) = (mouse.column - area.x, mouse.row - area.y);
                    self.input(Input::Click { hit, column: column.into(), row: row.into() })
                }
                _ => Flow::Go,
            },
            _ => Flow::Go,
        }
    }

    fn input(&mut self, input: Input<'_>) -> Flow {
        let Some(top) = self.stack.last_mut() else { return Flow::Quit };
        self.unkept = true;
        let go = top.input(&mut self.shared, &self.drawn, input);
        self.go(go)
    }

    fn go(&mut self, go: Go) -> Flow {
        match go {
            Go::Stay => return Flow::Go,
            Go::Push(screen) => self.stack.push(screen),
            Go::Replace(screen) => {
                self.leave_top();
                self.stack.push(screen);
            }
            Go::Back => self.leave_top(),
            Go::Home => {
                while self.stack.len() > 1 {
                    self.leave_top();
                }
            }
            Go::Conversation => {
                while self.stack.len() > 1 && !self.stack.last().is_some_and(|top| top.is_conversation()) {
                    self.leave_top();
                }
                if self.stack.len() == 1 {
                    self.stack.push(Box::new(rehearsal::Rehearsal::new(&self.shared)));
                }
            }
            Go::Open(opening) => {
                self.leave_top();
                self.open_on(&opening);
            }
            Go::Ask => {
                self.asking = true;
                return Flow::Go;
            }
            Go::Repaint => return Flow::Repaint,
        }
        match self.stack.last_mut() {
            Some(top) => {
                top.on_top(&mut self.shared);
                Flow::Go
            }
            None => Flow::Quit,
        }
    }

    fn leave_top(&mut self) {
        if let Some(mut screen) = self.stack.pop() {
            screen.leave(&mut self.shared);
        }
    }

    /// Draw everything. Changes nothing; what can be clicked comes back.
    pub fn draw(&self, buf: &mut Buffer) -> Drawn {
        let area = buf.area;
        let mut canvas = Canvas::new(buf, self.shared.theme());
        canvas.clear(area, canvas.theme.text);
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            too_small(&mut canvas);
        } else if let Some(top) = self.stack.last() {
            let hints = top.hints(&self.shared);
            let tight = area.height < 26;
            let rows = hint_rows(&hints, area.width, if tight { 2 } else { 3 });
            self.bar_above(&mut canvas, top.as_ref());
            let below = rows.len() as u16;
            hint_bar(&mut canvas, &rows);
            let notice = self.notice_above(&mut canvas, below);
            let air = u16::from(!tight);
            let inner = Rect {
                x: area.x + 2,
                y: area.y + 1 + air,
                width: area.width - 4,
                height: area.height.saturating_sub(1 + 2 * air + below + notice),
            };
            top.draw(&self.shared, &mut canvas, inner);
        }
        if self.asking {
            let text = "Everything you said is kept, and what you typed is there when you come back.";
            let buttons = [("Leave (Enter)", Key::Enter), ("Stay (Esc)", Key::Esc)];
            dialog(&mut canvas, "Leave Saywell?", text, &buttons);
        }
        canvas.drawn
    }

    fn bar_above(&self, canvas: &mut Canvas<'_>, top: &dyn Screen) {
        let area = Rect { height: 1, ..canvas.area() };
        let bar = canvas.theme.bar;
        canvas.clear(area, bar);
        let right = top.aside(&self.shared);
        let room = area.width.saturating_sub(wrap::width(&right) as u16 + 4);
        let left = Rect { width: room, ..area };
        let x = canvas.put(left, 2, 0, "Saywell", canvas.theme.bar_key());
        canvas.put_fit(left, x, 0, &format!("  \u{b7}  {}", top.title(&self.shared)), bar);
        canvas.put(area, room + 2, 0, &right, bar);
    }

    fn notice_above(&self, canvas: &mut Canvas<'_>, below: u16) -> u16 {
        let Some(text) = self.shared.noticed() else { return 0 };
        let area = canvas.area();
        let mut prose = Prose::default();
        prose.item("\u{2022}", text, (canvas.theme.key, canvas.theme.strong));
        let width = area.width - 4;
        let height = (prose.rows(width) as u16).min(4);
        let y = area.height.saturating_sub(below + height);
        prose.draw(canvas, Rect { x: 2, y, width, height }, 0);
        (canvas.drawn.scroll_max, canvas.drawn.page) = (0, 0);
        height
    }
}

fn too_small(canvas: &mut Canvas<'_>) {
    let area = canvas.area();
    let mut prose = Prose::default();
    let text = format!(
        "This window is a little small for a talk. Make it at least {} wide and {} high, or leave with Ctrl+C: \
         everything is kept. `saywell --plain` works at any size.",
        SMALLEST.0, SMALLEST.1
    );
    prose.para(&text, canvas.theme.text);
    prose.draw(canvas, area, 0);
}

/// The hints, set into as many rows as they need; those that do not fit into so many are left to the help.
fn hint_rows(hints: &[Hint], width: u16, most: usize) -> Vec<Vec<Hint>> {
    let mut rows = vec![Vec::new()];
    let mut used = 2;
    for hint in hints {
        let wide = wrap::width(hint.name) + wrap::width(hint.does) + 4;
        if used + wide > usize::from(width) + 2 {
            if rows.len() == most {
                break;
            }
            rows.push(Vec::new());
            used = 2;
        }
        if let Some(row) = rows.last_mut() {
            row.push(*hint);
        }
        used += wide;
    }
    rows
}

fn hint_bar(canvas: &mut Canvas<'_>, rows: &[Vec<Hint>]) {
    let all = canvas.area();
    let height = rows.len() as u16;
    let area = Rect { y: all.height.saturating_sub(height), height, ..all };
    canvas.clear(area, canvas.theme.bar);
    for (row, y) in rows.iter().zip(area.y..) {
        let mut x = 2;
        for hint in row {
            let start = x;
            x = canvas.put(area, x, y, hint.name, canvas.theme.bar_key());
            x = canvas.put(area, x + 1, y, hint.does, canvas.theme.bar);
            canvas.hit(Rect::new(start, y, x.saturating_sub(start), 1), Hit::Key(hint.key));
            x += 3;
        }
    }
}

/// A question on top of everything, with something to press for each answer.
pub fn dialog(canvas: &mut Canvas<'_>, title: &str, text: &str, buttons: &[(&str, Key)]) {
    let all = canvas.area();
    let width = 56.min(all.width.saturating_sub(2));
    if width < 12 {
        return;
    }
    let mut prose = Prose::default();
    prose.para(text, canvas.theme.text);
    let height = (prose.rows(width - 4) as u16 + 4).min(all.height);
    let area = Rect { x: (all.width - width) / 2, y: (all.height - height) / 2, width, height };
    canvas.drawn.hits.clear();
    canvas.drawn.cursor = None;
    canvas.clear(area, canvas.theme.text);
    frame(canvas, area);
    canvas.put_fit(area, area.x + 2, area.y, &format!(" {title} "), canvas.theme.strong);
    let inner = Rect { x: area.x + 2, y: area.y + 1, width: width - 4, height: height.saturating_sub(3) };
    prose.draw(canvas, inner, 0);
    let mut x = inner.x;
    for (n, (label, key)) in buttons.iter().enumerate() {
        x = canvas.button(area, x, area.bottom().saturating_sub(2), label, *key, n == 0) + 2;
    }
}

/// A frame around an area.
pub fn frame(canvas: &mut Canvas<'_>, area: Rect) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let line = canvas.theme.line;
    let across = "\u{2500}".repeat(usize::from(area.width - 2));
    canvas.put(area, area.x, area.y, &format!("\u{256d}{across}\u{256e}"), line);
    canvas.put(area, area.x, area.bottom() - 1, &format!("\u{2570}{across}\u{256f}"), line);
    for y in area.y + 1..area.bottom() - 1 {
        canvas.put(area, area.x, y, "\u{2502}", line);
        canvas.put(area, area.right() - 1, y, "\u{2502}", line);
    }
}

/// The hints of the plain reading screens.
pub const READING: &[Hint] = keymap::READING;
