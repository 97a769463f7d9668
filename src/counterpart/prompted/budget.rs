//! How much of a talk a prompt holds. Old turns leave in blocks at a few fixed points, not one at each turn: a window that
//! slides breaks the beginning that a server has kept from the last request, every time.

use crate::session::TurnId;

/// Counts tokens.
pub trait Count: Send {
    /// The tokens of a text; an estimate may be too high and should not be too low.
    fn count(&self, text: &str) -> usize;
}

/// Tokens without a vocabulary: four characters or four fifths of a word each, whichever makes more; a character of a
/// script that is written without spaces is a token of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Estimate;

impl Count for Estimate {
    fn count(&self, text: &str) -> usize {
        let dense = text.chars().filter(|c| !c.is_ascii() && !c.is_whitespace()).count();
        let ascii = text.chars().count() - dense;
        by_words(text).max(ascii / 4 + dense)
    }
}

/// No text counts for less than this: five tokens for four words, as in ordinary English. So a prompt has the same length in
/// words whatever the model's vocabulary.
pub fn by_words(text: &str) -> usize {
    text.split_whitespace().count() * 5 / 4
}

/// What a server adds around each message.
pub const A_MESSAGE: usize = 4;

/// How long prompts may be, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The whole prompt.
    pub prompt: usize,
    /// The answer.
    pub answer: usize,
}

/// What is assumed of a model of which nothing is known.
const USUAL_CONTEXT: usize = 4_096;
/// Longer prompts than this make nothing better, whatever the model could take in: the note holds what matters of old turns.
const LONGEST: usize = 3_600;
/// Kept for the note on old turns, and for the cue of this one.
const NOTE: usize = 200;
const CUE: usize = 130;

impl Budget {
    /// The budget for a model that takes in so many tokens, request and answer together.
    pub fn of(context: Option<u32>) -> Self {
        let context = context.map_or(USUAL_CONTEXT, |tokens| tokens as usize);
        // Counts are not exact: a part is left free.
        let answer = (context / 12).clamp(64, 1_024);
        let prompt = context.saturating_sub(answer + context / 24).min(LONGEST);
        Self { prompt, answer }
    }

    /// A smaller one, for a server that says that the prompt was too long.
    #[must_use]
    pub fn smaller(self) -> Self {
        Self { prompt: self.prompt * 5 / 8, ..self }
    }

    /// The tokens for the turns of the talk, beside a first part of so many.
    fn room(&self, first: usize) -> usize {
        self.prompt.saturating_sub(first + NOTE + CUE)
    }

    /// The first turn of the talk that the prompt still holds, given what each turn costs and a first part of so many
    /// tokens. A turn's place never depends on later turns, so the prompts of a talk agree with each other.
    ///
    /// A block begins with a line of the counterpart; the last turn always stays.
    pub fn first_kept(&self, first: usize, turns: &[(TurnId, usize)], ours: impl Fn(TurnId) -> bool) -> usize {
        let room = self.room(first);
        let keep = room / 5;
        let (mut start, mut sum) = (0, 0);
        for (n, (id, cost)) in turns.iter().enumerate() {
            sum += cost;
            // A request is made after each turn of the user.
            if ours(*id) || sum <= room {
                continue;
            }
            while start < n && (sum > keep || !turns.get(start).is_some_and(|(id, _)| ours(*id))) {
                sum -= turns.get(start).map_or(0, |(_, cost)| *cost);
                start += 1;
            }
        }
        start
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_context_is_shared_between_prompt_and_answer() {
        for context in [512, 1_024, 2_048, 4_096, 8_192, 128_000] {
            let budget = Budget::of(Some(context));
            assert!(budget.prompt + budget.answer < context as usize, "{context}: {budget:?}");
            assert!(budget.prompt <= LONGEST && budget.smaller().prompt < budget.prompt);
        }
        assert_eq!(Budget::of(None), Budget::of(Some(4_096)));
    }

    #[test]
    fn an_estimate_is_never_under_the_words() {
        assert_eq!(Estimate.count("one two three four"), 5);
        assert_eq!(Estimate.count("我想和你谈谈"), 6);
        assert!(Estimate.count(&"antidisestablishmentarianism ".repeat(4)) > 20);
    }

    proptest! {
        #[test]
        fn blocks_leave_seldom_and_what_stays_fits(costs in prop::collection::vec(1usize..160, 1..400)) {
            let budget = Budget::of(Some(4_096));
            let turns: Vec<(TurnId, usize)> = costs.iter().enumerate().map(|(n, c)| (n as TurnId, *c)).collect();
            let ours = |id: TurnId| id.is_multiple_of(2);
            let mut last = 0;
            let mut moved_at = None;
            for n in (1..turns.len()).step_by(2) {
                let start = budget.first_kept(600, &turns[..=n], ours);
                let sum: usize = costs[start..=n].iter().sum();
                prop_assert!(start >= last && start <= n);
                prop_assert!(sum <= budget.room(600) || start == n);
                if start != last {
                    prop_assert!(start == n || ours(start as TurnId));
                    // At least so many turns between two blocks.
                    if let Some(before) = moved_at { prop_assert!(n - before >= 10); }
                    moved_at = Some(n);
                    last = start;
                }
            }
        }
    }
}
