//! The checks of sense: what reads well as a file and still would not play well.
//!
//! Each file of this folder holds one family. A check goes through the whole file and notes whatever it finds, so that
//! a writer sees everything at once; what a mistake of form broke is not reported a second time.

mod coaching;
mod conditions;
mod context;
mod danger;
mod graph;
mod names;
mod placement;
mod playthroughs;
mod required;
mod secrets;
mod speech;
mod values;
mod ways;

use std::collections::HashMap;

use self::context::Context;
use super::problem::{Code, Problem, Severity};
use super::yaml::{self, tree};
use super::{Scenario, too_large};

/// One family of checks and the codes it may report.
struct Check {
    codes: &'static [Code],
    run: fn(&Context<'_>),
}

/// Every family, in the order they run. A new one is a new file and a line here.
const CHECKS: &[Check] = &[
    required::CHECK,
    values::CHECK,
    names::CHECK,
    graph::CHECK,
    conditions::CHECK,
    placement::CHECK,
    speech::CHECK,
    secrets::CHECK,
    playthroughs::CHECK,
    coaching::CHECK,
    danger::CHECK,
];

/// The codes that reading a file can report, before any check runs.
#[cfg(test)]
const FORM_CODES: &[Code] = &[
    Code::Unreadable,
    Code::Syntax,
    Code::NotAScenario,
    Code::UnknownKey,
    Code::WrongType,
    Code::BadValue,
    Code::DuplicateKey,
];

/// What became of one file.
#[derive(Debug, Default)]
pub struct Checked {
    /// The scenario, where the text is one at all.
    pub scenario: Option<Scenario>,
    /// Everything that is wrong with it, by place.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Whether the scenario cannot be played.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

/// Read a scenario and check everything: form and sense.
pub fn check(text: &str) -> Checked {
    run(text, CHECKS.iter())
}

/// Read a scenario and look only for what keeps it from being played. Much quicker: nothing has to be analysed.
pub fn check_errors(text: &str) -> Checked {
    let is_error = |code: &Code| code.severity() == Severity::Error;
    let mut checked = run(text, CHECKS.iter().filter(|check| check.codes.iter().any(is_error)));
    checked.problems.retain(Problem::is_error);
    checked
}

fn run<'c>(text: &str, checks: impl Iterator<Item = &'c Check>) -> Checked {
    let mut problems = Vec::new();
    if let Some(problem) = too_large(text) {
        return Checked { scenario: None, problems: vec![problem] };
    }
    let Some(tree) = tree::read(text, &mut problems) else {
        return Checked { scenario: None, problems };
    };
    let scenario = yaml::from_tree::<Scenario>(&tree, &mut problems);
    if let Some(scenario) = &scenario {
        if let Some(problem) = too_many(scenario) {
            problems.push(problem);
            return Checked { scenario: None, problems };
        }
        let context = Context::new(text, scenario, &tree, &problems);
        for check in checks {
            let before = context.count();
            (check.run)(&context);
            debug_assert!(context.since(before).iter().all(|code| check.codes.contains(code)));
        }
        problems.extend(context.into_problems());
    }
    sort(&mut problems);
    Checked { scenario, problems }
}

/// The most of each kind. A scene has a dozen states; a file with thousands is a mistake, and would take for ever.
const MOST: usize = 300;

fn too_many(scenario: &Scenario) -> Option<Problem> {
    let lists: [(&str, Option<std::ops::Range<usize>>); 3] = [
        ("states", scenario.states.get(MOST).map(|s| s.span.clone())),
        ("facts", scenario.facts.get(MOST).map(|f| f.span.clone())),
        ("objectives", scenario.objectives.get(MOST).map(|o| o.span.clone())),
    ];
    lists.into_iter().find_map(|(what, at)| {
        let problem = Problem::new(Code::BadValue, at?, format!("a scene has at most {MOST} {what}"));
        Some(problem.help("split it into several scenarios".into()))
    })
}

/// By place; at one place the error before the warning.
fn sort(problems: &mut [Problem]) {
    problems.sort_by(|a, b| {
        (a.span.start, b.code.severity(), a.code, &a.message).cmp(&(
            b.span.start,
            a.code.severity(),
            b.code,
            &b.message,
        ))
    });
}

/// Note ids that stand in more than one of these files, in the later ones. `files`: a name for people, what was found.
pub fn across(files: &mut [(String, Checked)]) {
    let mut first: HashMap<String, String> = HashMap::new();
    for (name, checked) in files {
        let Some(scenario) = &checked.scenario else { continue };
        let id = &scenario.id;
        if id.value.is_empty() {
            continue;
        }
        if let Some(other) = first.get(&id.value) {
            let message = format!("the id '{}' stands in {other} too", id.value);
            let help = "give one of the two another id; only the first can be chosen".to_owned();
            checked.problems.push(Problem::new(Code::DuplicateId, id.span.clone(), message).help(help));
            sort(&mut checked.problems);
        } else {
            first.insert(id.value.clone(), name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_belongs_to_a_check() {
        let here: BTreeSet<Code> = CHECKS.iter().flat_map(|check| check.codes).chain(FORM_CODES).copied().collect();
        let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
        assert_eq!(here, all);
    }
}
