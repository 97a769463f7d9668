//! Names: ids of the rubric, kinds of reply, and the file's own states, facts and objectives.

use std::collections::HashMap;
use std::ops::Range;

use super::Check;
use super::context::Context;
use crate::analysis::{Audience, Id, Kind};
use crate::scenario::problem::{Code, did_you_mean};
use crate::scenario::yaml::Spanned;
use crate::session::Act;

pub const CHECK: Check = Check { codes: &[Code::UnknownSignal, Code::UnknownName, Code::DuplicateId], run };

fn run(context: &Context<'_>) {
    duplicates(context);
    rubric_ids(context);
    own_names(context);
}

fn duplicates(context: &Context<'_>) {
    let s = context.scenario;
    let states: Vec<&Spanned<String>> = s.states.iter().map(|x| &x.id).collect();
    let facts: Vec<&Spanned<String>> = s.facts.iter().map(|x| &x.id).collect();
    let objectives: Vec<&Spanned<String>> = s.objectives.iter().map(|x| &x.id).collect();
    for (what, ids) in [("state", states), ("fact", facts), ("objective", objectives)] {
        let mut first: HashMap<&str, &Range<usize>> = HashMap::new();
        for id in ids.into_iter().filter(|id| !id.value.is_empty()) {
            if let Some(before) = first.get(id.value.as_str()) {
                context.note(
                    Code::DuplicateId,
                    id.span.clone(),
                    format!("there is another {what} '{}', in line {}", id.value, context.line(before.start)),
                    "give one of the two another id",
                );
            } else {
                first.insert(&id.value, &id.span);
            }
        }
    }
}

/// Which ids of the rubric may stand somewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Skills, faults and kinds of reply.
    Signal,
    Skill,
    Fault,
    SkillOrFault,
    Safety,
}

impl Wanted {
    fn takes(self, kind: Kind) -> bool {
        match self {
            Self::Signal | Self::SkillOrFault => kind != Kind::Safety,
            Self::Skill => kind == Kind::Skill,
            Self::Fault => kind == Kind::Fault,
            Self::Safety => kind == Kind::Safety,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Signal => "a skill, a fault or a kind of reply",
            Self::Skill => "a skill",
            Self::Fault => "a fault",
            Self::SkillOrFault => "a skill or a fault",
            Self::Safety => "a safety signal",
        }
    }

    fn names(self, audience: Audience) -> Vec<&'static str> {
        let ids = Id::ALL.iter().filter(|id| self.takes(id.kind()) && id.is_for(audience)).map(|id| id.as_str());
        let kinds = Act::ALL.iter().map(|act| act.as_str()).filter(|_| self == Self::Signal);
        ids.chain(kinds).collect()
    }
}

fn rubric_ids(context: &Context<'_>) {
    let s = context.scenario;
    let each = |ids: &mut dyn Iterator<Item = &Spanned<String>>, wanted| {
        ids.for_each(|id| rubric_id(context, id, wanted));
    };
    each(&mut s.skills.iter(), Wanted::Skill);
    each(&mut s.counterpart.sensitive_to.keys(), Wanted::Fault);
    each(&mut s.counterpart.softened_by.keys(), Wanted::Skill);
    for rule in context.conditions() {
        let c = rule.condition;
        each(&mut c.any.iter().chain(&c.all).chain(&c.none), Wanted::Signal);
    }
    each(&mut s.states.iter().filter_map(|s| s.resists.as_ref()).flat_map(|r| &r.to), Wanted::Skill);
    each(&mut s.coaching.iter().filter_map(|pair| pair.about.as_ref()), Wanted::SkillOrFault);
    each(&mut s.safety.iter().flat_map(|safety| &safety.may_mention), Wanted::Safety);
    for test in &s.tests {
        let e = &test.expect;
        each(&mut e.skills.iter().chain(&e.not_skills), Wanted::Skill);
        each(&mut e.faults.iter().chain(&e.not_faults), Wanted::Fault);
    }
}

fn rubric_id(context: &Context<'_>, id: &Spanned<String>, wanted: Wanted) {
    let audience = context.scenario.audience;
    let text = id.value.as_str();
    let names = || wanted.names(audience);
    let allowed = || format!("allowed here: {}", names().join(", "));
    let note = |message: String, help: String| context.note(Code::UnknownSignal, id.span.clone(), message, help);
    match text.parse::<Id>() {
        Ok(found) if wanted.takes(found.kind()) && found.is_for(audience) => {}
        Ok(found) if wanted.takes(found.kind()) => {
            let other = if audience == Audience::Client { "trainee" } else { "client" };
            note(
                format!("'{text}' is only looked for in the replies of a {other}, and this is a {audience}'s scene"),
                allowed(),
            );
        }
        Ok(found) if found.kind() == Kind::Safety => {
            note(
                format!("'{text}' is a safety signal: it stops the scene, so it cannot stand here"),
                "take it away; scenes never react to danger, the safety page does".to_owned(),
            );
        }
        Ok(found) => {
            let kind = if found.kind() == Kind::Skill { "a skill" } else { "a fault" };
            note(format!("'{text}' is {kind}; {} belongs here", wanted.name()), allowed());
        }
        Err(_) if Act::ALL.iter().any(|act| act.as_str() == text) => {
            if wanted != Wanted::Signal {
                note(format!("'{text}' is a kind of reply; {} belongs here", wanted.name()), allowed());
            }
        }
        Err(_) => {
            let near = did_you_mean(text, names().into_iter());
            note(format!("'{text}' is not {}{near}", wanted.name()), allowed());
        }
    }
}

fn own_names(context: &Context<'_>) {
    let s = context.scenario;
    let states: Vec<&str> = s.states.iter().map(|x| x.id.as_str()).collect();
    let facts: Vec<&str> = s.facts.iter().map(|x| x.id.as_str()).collect();
    let objectives: Vec<&str> = s.objectives.iter().map(|x| x.id.as_str()).collect();
    let fact = |name: &Spanned<String>| own_name(context, name, "facts", &facts);
    let objective = |name: &Spanned<String>| own_name(context, name, "objectives", &objectives);
    let state = |name: &Spanned<String>| own_name(context, name, "states", &states);

    for rule in context.conditions() {
        let c = rule.condition;
        c.told.iter().chain(&c.not_told).for_each(fact);
        c.met.iter().chain(&c.not_met).for_each(objective);
    }
    s.states.iter().flat_map(|from| &from.go).map(|go| &go.to).for_each(state);
    s.coaching.iter().filter_map(|pair| pair.objective.as_ref()).for_each(objective);
    for test in &s.tests {
        let e = &test.expect;
        e.state.iter().for_each(state);
        e.told.iter().chain(&e.not_told).for_each(fact);
        e.met.iter().chain(&e.not_met).for_each(objective);
    }
}

fn own_name(context: &Context<'_>, name: &Spanned<String>, kind: &str, names: &[&str]) {
    // A name that is missing is reported as missing.
    if name.value.is_empty() || names.contains(&name.as_str()) || context.is_damaged_top(kind) {
        return;
    }
    let near = did_you_mean(name, names.iter().copied());
    let known: Vec<&str> = names.iter().copied().filter(|n| !n.is_empty()).collect();
    let help =
        if known.is_empty() { format!("this file has no {kind}") } else { format!("{kind}: {}", known.join(", ")) };
    context.note(
        Code::UnknownName,
        name.span.clone(),
        format!("'{}' is not one of this file's {kind}{near}", name.value),
        help,
    );
}
