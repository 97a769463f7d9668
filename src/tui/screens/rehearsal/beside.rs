//! What stands beside the talk or below it: how the other seems, and the coach.

use ratatui::layout::Rect;

use super::Rehearsal;
use crate::coach::offline;
use crate::session::Position;
use crate::tui::coach;
use crate::tui::talk::Talk;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Hit};
use crate::tui::widgets::mood;
use crate::tui::widgets::prose::{Prose, Rich};

impl Rehearsal {
    fn coach_page(&self, theme: &Theme, talk: &Talk, tight: bool) -> Prose {
        let session = talk.session();
        let mut prose = Prose::default();
        let met = session.position().met;
        if self.hints > 0 {
            let hint = match talk.hinted() {
                Some(hint) => offline::worded(hint, self.hints, "F2 again"),
                None if talk.asking() => "one moment \u{2026}".to_owned(),
                None => offline::hint(session.scenario(), &met, self.hints, "F2 again"),
            };
            prose.rich(Rich::of("Hint: ", theme.strong).add(&hint, theme.text));
        }
        if Self::hidden(talk) {
            prose.para("Feedback waits until the end, as you chose. F5 finishes and shows it.", theme.dim);
            return prose;
        }
        let reply = match self.looked_at {
            Some((id, _)) => session.turn(id),
            None => talk.last_reply(),
        };
        match reply {
            Some(turn) if turn.safety.is_some() => {
                prose.para("That reply stopped the scene. It was not scored.", theme.dim);
            }
            Some(turn) => {
                let earlier = self.looked_at.is_some() && talk.last_reply().is_some_and(|last| last.id != turn.id);
                if earlier || !tight {
                    prose.heading(if earlier { "An earlier reply" } else { "Your last reply" }, theme.strong);
                }
                if self.why {
                    if self.looked_at.is_none() {
                        coach::advice(&mut prose, theme, talk);
                    }
                    coach::trace(&mut prose, theme, session, turn);
                } else {
                    coach::about_reply(&mut prose, theme, session, turn, self.looked_at.and_then(|(_, n)| n));
                }
            }
            None => {
                prose.para("Say what you would say, in your own words. Nobody hears it but this computer.", theme.text);
            }
        }
        coach::goals(&mut prose, theme, session.scenario(), &met);
        if tight {
            prose.blocks.iter_mut().for_each(|block| block.gap = 0);
        }
        let focus: Vec<&str> = session.notes().focus.iter().map(|id| id.name()).collect();
        if !focus.is_empty() {
            prose.rich(Rich::of("You look out for: ", theme.dim).add(&format!("{}.", focus.join(", ")), theme.text));
        }
        prose
    }

    /// How the other seems. The rows that it takes.
    fn mood(talk: &Talk, canvas: &mut Canvas<'_>, area: Rect, at: &Position) -> u16 {
        let theme = canvas.theme;
        let scenario = talk.session().scenario();
        let seems = scenario.state_index(&at.state).map_or("", |i| scenario.seems(i));
        let x = canvas.put(area, area.x, area.y, mood::face(at.trust, at.tension), theme.other);
        let text = format!(" {} seems {seems}", scenario.counterpart.name);
        canvas.put_fit(area, x, area.y, &text, theme.text);
        if Self::hidden(talk) {
            return 1;
        }
        if area.width >= 56 && area.height < 9 {
            let half = area.width / 2;
            mood::bar(canvas, Rect { width: half - 1, ..area }, area.y + 1, "Trust", at.trust);
            let right = Rect { x: area.x + half, width: area.width - half, ..area };
            mood::bar(canvas, right, area.y + 1, "Tension", at.tension);
            return 2;
        }
        mood::bar(canvas, area, area.y + 1, "Trust", at.trust);
        mood::bar(canvas, area, area.y + 2, "Tension", at.tension);
        3
    }

    pub(super) fn draw_coach(&self, talk: &Talk, canvas: &mut Canvas<'_>, area: Rect) {
        if area.is_empty() {
            return;
        }
        let at = match self.looked_at {
            Some((turn, _)) => talk.session().position_at(Some(turn)),
            None => talk.session().position(),
        };
        let used = Self::mood(talk, canvas, area, &at);
        let gap = u16::from(area.height > 10);
        let rest = Rect { y: area.y + used + gap, height: area.height.saturating_sub(used + gap), ..area };
        self.coach_page(&canvas.theme, talk, area.height < 8).draw(canvas, rest, self.coach.0);
        canvas.hit(rest, Hit::Choice(0, 0));
    }
}
