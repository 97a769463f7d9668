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
        spread(&self.next, vec![state])
    }

    /// For each state, whether an ending of one of these kinds can be reached from it.
    pub fn can_end(&self, scenario: &Scenario, kinds: &[End]) -> Vec<bool> {
        let mut back = vec![Vec::new(); self.next.len()];
        for (from, targets) in self.next.iter().enumerate() {
            targets.iter().for_each(|&to| back[to].push(from));
        }
        let ends = |n: &usize| scenario.states[*n].end.is_some_and(|end| kinds.contains(&end));
        spread(&back, (0..back.len()).filter(ends).collect())
    }
}

/// Everything that can be reached from the open ones.
fn spread(next: &[Vec<usize>], mut open: Vec<usize>) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    while let Some(at) = open.pop() {
        if let Some(mark) = seen.get_mut(at)
            && !std::mem::replace(mark, true)
        {
            open.extend(&next[at]);
        }
    }
    seen
}
