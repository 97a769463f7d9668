//! Contrast pairs: the strong line shows what it teaches, the weak one does not.

use super::Check;
use super::context::Context;
use crate::analysis::{self, Analysis, Id, Kind, Turn};
use crate::scenario::problem::Code;

pub const CHECK: Check = Check { codes: &[Code::WeakExample], run };

fn run(context: &Context<'_>) {
    for pair in &context.scenario.coaching {
        let Some(about) = &pair.about else { continue };
        let Ok(id) = about.parse::<Id>() else { continue };
        // What answers to a refusal or a slip cannot be judged without it.
        if id == Id::PersistRepair || pair.weak.trim().is_empty() || pair.strong.trim().is_empty() {
            continue;
        }
        let weak = analyse(context, &pair.weak);
        let strong = analyse(context, &pair.strong);
        let span = |key| context.span_in(&pair.span, &[key]);
        match id.kind() {
            Kind::Skill if !strong.shows(id) => context.note(
                Code::WeakExample,
                span("strong"),
                format!("the strong line does not show '{id}'"),
                "make it a clearer example of it; people copy this line",
            ),
            Kind::Skill if weak.shows(id) => context.note(
                Code::WeakExample,
                span("weak"),
                format!("the weak line shows '{id}' too, so the two do not differ in it"),
                "write how it comes out when it goes wrong",
            ),
            Kind::Fault if strong.shows(id) => context.note(
                Code::WeakExample,
                span("strong"),
                format!("the strong line shows '{id}', which it should do without"),
                "say the same without it",
            ),
            Kind::Fault if !weak.shows(id) => context.note(
                Code::WeakExample,
                span("weak"),
                format!("the weak line does not show '{id}'"),
                "make it a clearer example, so that the difference is seen",
            ),
            _ => {}
        }
    }
}

fn analyse(context: &Context<'_>, reply: &str) -> Analysis {
    analysis::analyse(&Turn { audience: context.scenario.audience, context: "", reply: reply.trim() })
}
