//! Playthroughs: a scene is tried out going well, going badly, and coming back.

use super::Check;
use super::context::Context;
use crate::analysis::{self, Id, Kind, Turn};
use crate::scenario::problem::Code;
use crate::scenario::{End, Playthrough, Scenario};

pub const CHECK: Check = Check { codes: &[Code::FewTests], run };

fn run(context: &Context<'_>) {
    let s = context.scenario;
    if context.is_damaged_top("tests") {
        return;
    }
    let span = context.top_span(&["tests"]);
    let note = |message: &str, help: &str| context.note(Code::FewTests, span.clone(), message, help);
    if s.tests.is_empty() {
        let help = "add at least one that goes well, one that goes badly and one that recovers, so that a later change \
                    cannot break the scene unseen";
        return note("there are no playthroughs", help);
    }
    if !s.tests.iter().any(|test| goes_badly(s, test)) {
        note("no playthrough goes badly", "add one whose replies blame or threaten, and say what comes of it");
    }
    if !s.tests.iter().any(|test| recovers(s, test)) {
        note(
            "no playthrough goes badly first and then recovers",
            "add one that begins with a slip and mends it, and say where it comes out",
        );
    }
}

fn goes_badly(s: &Scenario, test: &Playthrough) -> bool {
    test.expect.end == Some(End::WalkedAway)
        || test.expect.state.as_ref().is_some_and(|id| end_of(s, id) == Some(End::WalkedAway))
        || !test.expect.faults.is_empty()
        || faulty(s, test).any(|faulty| faulty)
}

/// A slip before the last reply, and an outcome that is no slip and no walking away.
fn recovers(s: &Scenario, test: &Playthrough) -> bool {
    let slips: Vec<bool> = faulty(s, test).collect();
    let Some((last, before)) = slips.split_last() else { return false };
    let ends = test.expect.end.or_else(|| test.expect.state.as_ref().and_then(|id| end_of(s, id)));
    before.contains(&true) && !last && test.expect.faults.is_empty() && ends != Some(End::WalkedAway)
}

fn end_of(s: &Scenario, id: &str) -> Option<End> {
    s.state_index(id).and_then(|n| s.states[n].end)
}

/// For each reply, whether it shows a fault.
fn faulty<'a>(s: &'a Scenario, test: &'a Playthrough) -> impl Iterator<Item = bool> + 'a {
    test.say.iter().map(move |reply| {
        let found = analysis::analyse(&Turn { audience: s.audience, context: "", reply });
        found.findings.iter().any(|f| f.id.kind() == Kind::Fault && f.id != Id::Indirect)
    })
}
