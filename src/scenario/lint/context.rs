//! What every check looks at: the scenario, its places, its lines and its conditions.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::ways::Ways;
use crate::scenario::problem::{Code, Problem};
use crate::scenario::yaml::Spanned;
use crate::scenario::yaml::tree::{Kind, Node};
use crate::scenario::{Condition, Fact, Reaction, Scenario, State};

/// One file as the checks see it.
pub struct Context<'a> {
    /// The text of the file.
    pub text: &'a str,
    /// What was read from it.
    pub scenario: &'a Scenario,
    /// The states and the ways between them.
    pub ways: Ways,
    tree: &'a Node,
    groups: HashMap<usize, &'a Node>,
    damaged: Vec<usize>,
    lines: Vec<usize>,
    found: RefCell<Vec<Problem>>,
    seen: RefCell<HashSet<(Code, usize, String)>>,
}

impl<'a> Context<'a> {
    /// `damage`: the mistakes of form that were found on reading. What they broke is not held against the file twice.
    pub fn new(text: &'a str, scenario: &'a Scenario, tree: &'a Node, damage: &[Problem]) -> Self {
        let mut groups = HashMap::new();
        tree.walk(&mut |node| {
            if matches!(node.kind, Kind::Map(_)) {
                groups.entry(node.span.start).or_insert(node);
            }
        });
        let damaged = damage.iter().filter(|p| p.is_error()).map(|p| p.span.start).collect();
        let lines = text.match_indices('\n').map(|(at, _)| at).collect();
        let ways = Ways::of(scenario);
        Self { text, scenario, ways, tree, groups, damaged, lines, found: RefCell::default(), seen: RefCell::default() }
    }

    /// Note a problem with advice.
    pub fn note(&self, code: Code, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::new(code, span, message).help(help.into());
        if self.seen.borrow_mut().insert((code, problem.span.start, problem.message.clone())) {
            self.found.borrow_mut().push(problem);
        }
    }

    /// How many problems were noted so far.
    pub fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// The codes noted since there were `count`.
    pub fn since(&self, count: usize) -> Vec<Code> {
        self.found.borrow().iter().skip(count).map(|problem| problem.code).collect()
    }

    /// Everything that was noted.
    pub fn into_problems(self) -> Vec<Problem> {
        self.found.into_inner()
    }

    /// The value at a path of keys from the top of the file, e.g. `["you", "name"]`.
    pub fn top(&self, path: &[&str]) -> Option<&'a Node> {
        self.follow(self.tree, path)
    }

    /// The place of a path of keys from the top: the value, else the nearest key above it, else the file's first line.
    pub fn top_span(&self, path: &[&str]) -> Range<usize> {
        self.span_from(self.tree, path).unwrap_or_else(|| self.first_line())
    }

    /// The place of a key inside the group that begins at `span`: its value, or the nearest thing above it.
    pub fn span_in(&self, span: &Range<usize>, path: &[&str]) -> Range<usize> {
        self.groups.get(&span.start).and_then(|node| self.span_from(node, path)).unwrap_or_else(|| span.clone())
    }

    /// Whether the group that begins at `span` holds something at this path, even a value that could not be used.
    pub fn has(&self, span: &Range<usize>, path: &[&str]) -> bool {
        self.groups.get(&span.start).is_some_and(|node| self.follow(node, path).is_some())
    }

    /// Calls `visit` for every node of the file.
    pub fn walk(&self, visit: &mut impl FnMut(&'a Node)) {
        self.tree.walk(visit);
    }

    /// Whether the playthrough that begins at `span` has any expectation.
    pub fn expects_something(&self, span: &Range<usize>) -> bool {
        let group = self.groups.get(&span.start).and_then(|node| self.follow(node, &["expect"]));
        group.is_some_and(|node| !node.entries().is_empty())
    }

    fn follow(&self, from: &'a Node, path: &[&str]) -> Option<&'a Node> {
        path.iter().try_fold(from, |node, key| node.entry(key).map(|(_, value)| value))
    }

    /// The longest part of `path` that exists decides. A scalar or a list is shown by its value, a group by its key.
    fn span_from(&self, from: &'a Node, path: &[&str]) -> Option<Range<usize>> {
        let mut node = from;
        let mut best = None;
        for key in path {
            let Some((name, value)) = node.entry(key) else { break };
            best = Some(if matches!(value.kind, Kind::Scalar(_)) { value.span.clone() } else { name.span.clone() });
            node = value;
        }
        best
    }

    fn first_line(&self) -> Range<usize> {
        self.tree.entries().first().map_or(0..0, |(key, _)| key.span.clone())
    }

    /// Whether a mistake of form lies in the group that begins at `span`: what is missing there may be written but broken.
    pub fn is_damaged(&self, span: &Range<usize>) -> bool {
        self.groups.get(&span.start).is_some_and(|node| self.damage_in(node.span.start..node.end()))
    }

    /// Whether a mistake of form lies anywhere in the value of this top-level key.
    pub fn is_damaged_top(&self, key: &str) -> bool {
        self.tree.entry(key).is_some_and(|(name, value)| self.damage_in(name.span.start..value.end()))
    }

    fn damage_in(&self, range: Range<usize>) -> bool {
        self.damaged.iter().any(|at| (range.start..=range.end).contains(at))
    }

    /// Where a state is shown: its id, or its first character.
    pub fn state_span(&self, index: usize) -> Range<usize> {
        self.scenario.states.get(index).map_or(0..0, |state| named(&state.id, state))
    }

    /// Every set of lines that the other person may say.
    pub fn speeches(&self) -> Vec<Speech<'a>> {
        let scenario = self.scenario;
        let plain = |place, lines| Speech { place, lines, when: None };
        let mut all = vec![plain(Place::Opening, &*scenario.opening.value)];
        all.extend(scenario.facts.iter().map(|fact| plain(Place::Fact(fact), &*fact.say)));
        let reaction = |state, reaction: &'a Reaction| Speech {
            place: Place::Reaction(state),
            lines: &reaction.say,
            when: reaction.when.as_ref(),
        };
        for state in &scenario.states {
            all.push(plain(Place::Enters(state), &state.enters));
            all.extend(state.resists.iter().map(|resists| plain(Place::Resists(state), &*resists.say)));
            all.extend(state.reactions.iter().map(|r| reaction(Some(&**state), r)));
        }
        all.extend(scenario.common.iter().map(|r| reaction(None, r)));
        all
    }

    /// Every condition of the file with the group it stands in.
    pub fn conditions(&self) -> Vec<Ruled<'a>> {
        let scenario = self.scenario;
        let mut all = Vec::new();
        let mut push = |role, owner: &'a Range<usize>, key, condition: &'a Option<Condition>| {
            if let Some(condition) = condition {
                all.push(Ruled { role, owner, key, condition });
            }
        };
        for fact in &scenario.facts {
            push(Role::Fact(&fact.id), &fact.span, "told_when", &fact.told_when);
        }
        for objective in &scenario.objectives {
            push(Role::Objective(&objective.id), &objective.span, "met_by", &objective.met_by);
        }
        for state in &scenario.states {
            for reaction in &state.reactions {
                push(Role::Reaction, &reaction.span, "when", &reaction.when);
            }
            for go in &state.go {
                push(Role::Go, &go.span, "when", &go.when);
            }
        }
        for reaction in &scenario.common {
            push(Role::Reaction, &reaction.span, "when", &reaction.when);
        }
        all
    }

    /// The place of a key of a condition.
    pub fn rule_span(&self, rule: &Ruled<'_>, key: &str) -> Range<usize> {
        self.span_in(rule.owner, &[rule.key, key])
    }

    /// The line of a place, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|&end| end < at) + 1
    }
}

/// Where a named part is shown: its id, or its first character where it has none.
pub fn named<T>(id: &Spanned<String>, part: &Spanned<T>) -> Range<usize> {
    if id.value.is_empty() { part.span.clone() } else { id.span.clone() }
}

/// Lines that the other person may say, and where they stand.
pub struct Speech<'a> {
    /// What they are for.
    pub place: Place<'a>,
    /// The lines.
    pub lines: &'a [Spanned<String>],
    /// What must hold.
    pub when: Option<&'a Condition>,
}

/// What lines are for.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// The first words of the scene.
    Opening,
    /// Telling a fact.
    Fact(&'a Fact),
    /// Coming into a state.
    Enters(&'a State),
    /// Refusing at first.
    Resists(&'a State),
    /// Reacting, in one state or in all.
    Reaction(Option<&'a State>),
}

/// A condition and where it stands.
pub struct Ruled<'a> {
    /// What it decides.
    pub role: Role<'a>,
    /// The group it stands in.
    pub owner: &'a Range<usize>,
    /// The key it stands under.
    pub key: &'static str,
    /// The condition.
    pub condition: &'a Condition,
}

/// What a condition decides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// Whether a reaction fits.
    Reaction,
    /// Whether a way is taken.
    Go,
    /// Whether a fact is told.
    Fact(&'a str),
    /// Whether an objective is met.
    Objective(&'a str),
}
