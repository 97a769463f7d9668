//! The states and the ways between them as a graph of indices.

use crate::scenario::{End, Scenario};

/// The graph of a scenario. Ways to states that do not exist are left out.
pub struct Ways {
    next: Vec<Vec<usize>>,
    reachable: Vec<bool>,
}

impl Ways {
    /// Read off the graph.
    pub fn of(scenario: &Scenario) -> Self {
        let next: Vec<Vec<usize>> = scenario
            .states
            .iter()
            .map(|state| match state.end {
                // Nothing comes after an ending, whatever ways are written there.
                Some(_) => Vec::new(),
                None => state.go.iter().filter_map(|go| scenario.state_index(&go.to)).collect(),
            })
            .collect();
        let mut ways = Self { next, reachable: Vec::new() };
        ways.reachable = if scenario.states.is_empty() { Vec::new() } else { ways.from(0) };
        ways
    }

    /// Whether the scene can come to this state from the first.
    pub fn is_reachable(&self, state: usize) -> bool {
        self.reachable.get(state).copied().unwrap_or(false)
    }

    /// The states that lead to this one.
    pub fn leading_to(&self, state: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.next.len()).filter(move |&from| from != state && self.next[from].contains(&state))
    }

    /// Which states can be reached from this one, itself included.
    pub fn from(&self, state: usize) -> Vec<bool> {
        let mut seen = vec![false; self.next.len()];
        let mut open = vec![state];
        while let Some(at) = open.pop() {
            if let Some(mark) = seen.get_mut(at)
                && !*mark
            {
                *mark = true;
                open.extend(&self.next[at]);
            }
        }
        seen
    }

    /// Whether an ending of one of these kinds can be reached from this state.
    pub fn can_end(&self, scenario: &Scenario, state: usize, kinds: &[End]) -> bool {
        let seen = self.from(state);
        scenario.states.iter().zip(seen).any(|(s, seen)| seen && s.end.is_some_and(|end| kinds.contains(&end)))
    }
}
