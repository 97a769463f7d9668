//! The states of a scenario and the ways between them: as sentences, and as a Mermaid diagram.

use super::condition::{Bound, Op};
use super::yaml::Spanned;
use super::{Condition, End, Scenario, State};
use crate::session::Signal;
use crate::text::tame_line;

/// What holds, in plain words: "tension is at least 7 and the reply shows blame".
pub fn describe(condition: &Condition) -> String {
    let c = condition;
    let mut parts = Vec::new();
    let names = |list: &[Spanned<String>]| list.iter().map(|id| signal(id)).collect::<Vec<_>>();
    if !c.all.is_empty() {
        parts.push(format!("the reply shows {}", join(&names(&c.all), "and")));
    }
    if !c.any.is_empty() {
        parts.push(format!("the reply shows {}", join(&names(&c.any), "or")));
    }
    if !c.none.is_empty() {
        parts.push(format!("the reply does not show {}", join(&names(&c.none), "or")));
    }
    if !c.mentions.is_empty() {
        let words: Vec<String> = c.mentions.iter().map(|word| format!("'{}'", tame_line(word))).collect();
        parts.push(format!("the reply mentions {}", join(&words, "or")));
    }
    let bounds = [("trust is", c.trust), ("tension is", c.tension)];
    parts.extend(bounds.into_iter().filter_map(|(what, b)| Some(format!("{what} {}", bound(b?)))));
    let counts = [("replies in all are", c.turn), ("replies in this state are", c.here)];
    parts.extend(counts.into_iter().filter_map(|(what, b)| Some(format!("{what} {}", bound(b?)))));
    for (list, what) in
        [(&c.told, "has been told"), (&c.not_told, "has not been told"), (&c.met, "is met"), (&c.not_met, "is not met")]
    {
        parts.extend(list.iter().map(|name| format!("'{}' {what}", tame_line(name))));
    }
    if parts.is_empty() { "whatever is said".to_owned() } else { parts.join(", and ") }
}

/// `a, b or c`.
fn join(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

fn bound(bound: Bound) -> String {
    let how = match bound.op {
        Op::AtLeast => "at least",
        Op::AtMost => "at most",
        Op::Over => "over",
        Op::Under => "under",
        Op::Equal => "exactly",
    };
    format!("{how} {}", bound.value)
}

/// The name of a skill, fault or kind of reply, as it reads in a sentence.
fn signal(id: &str) -> String {
    match id.parse::<Signal>() {
        Ok(Signal::Id(id)) => lower_first(id.name()).replace("; ", " and "),
        Ok(Signal::Act(act)) => act.describe().to_owned(),
        Err(_) => format!("'{}'", tame_line(id)),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

const fn ending(end: End) -> &'static str {
    match end {
        End::Good => "a good ending",
        End::Partial => "a partial ending",
        End::WalkedAway => "one of the two walks away",
    }
}

/// The graph as whole sentences, to be read or heard.
pub fn text(scenario: &Scenario) -> String {
    let mut out = format!("{}\n", tame_line(scenario.title.trim()));
    if let Some(first) = scenario.states.first() {
        out += &format!("The scene begins in '{}'.\n", tame_line(&first.id));
    }
    for state in scenario.states.iter().filter(|s| s.end.is_none()) {
        out += &format!("\n'{}'", tame_line(&state.id));
        if !state.stance.trim().is_empty() {
            out += &format!(": {}", tame_line(state.stance.trim()));
        }
        out += ".\n";
        for go in &state.go {
            let when = go.when.as_ref().map_or_else(|| "whatever is said".to_owned(), describe_when);
            out += &format!("  To '{}' {when}.\n", tame_line(&go.to));
        }
        if state.go.is_empty() {
            out += "  No way out.\n";
        }
    }
    let ends: Vec<(&State, End)> = scenario.states.iter().filter_map(|s| Some((&**s, s.end?))).collect();
    if !ends.is_empty() {
        out += "\nThe scene ends in:\n";
        for (state, end) in ends {
            out += &format!("  '{}': {}.\n", tame_line(&state.id), ending(end));
        }
    }
    out
}

fn describe_when(condition: &Condition) -> String {
    let described = describe(condition);
    if described == "whatever is said" { described } else { format!("when {described}") }
}

/// The graph as a Mermaid state diagram.
pub fn mermaid(scenario: &Scenario) -> String {
    let mut out = "stateDiagram-v2\n".to_owned();
    for (n, state) in scenario.states.iter().enumerate() {
        out += &format!("    state \"{}\" as s{n}\n", label(&state.id));
    }
    if !scenario.states.is_empty() {
        out += "    [*] --> s0\n";
    }
    for (n, state) in scenario.states.iter().enumerate() {
        if let Some(end) = state.end {
            out += &format!("    s{n} --> [*] : {}\n", ending(end));
            continue;
        }
        for go in &state.go {
            if let Some(to) = scenario.state_index(&go.to) {
                let when = go.when.as_ref().map_or_else(|| "whatever is said".to_owned(), describe);
                out += &format!("    s{n} --> s{to} : {}\n", label(&when));
            }
        }
    }
    out
}

/// A text that means nothing to Mermaid.
fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in tame_line(text).chars() {
        match c {
            '"' | '#' | ';' | ':' | '<' | '>' | '{' | '}' | '[' | ']' | '`' | '%' | '\\' => {
                out += &format!("#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario() -> Scenario {
        let text = r#"
title: A talk
states:
  - id: guarded
    stance: answers shortly
    go:
      - { to: heated, when: { tension: ">= 7", any: [blame, question] } }
      - { to: well, when: { trust: "> 5", mentions: ["late: \"shift\""], told: [x] } }
  - { id: heated, go: [{ to: well }] }
  - { id: well, end: good }
"#;
        crate::scenario::parse(text).0.expect("a scenario")
    }

    #[test]
    fn ways_are_sentences() {
        insta::assert_snapshot!(text(&scenario()), @r#"
        A talk
        The scene begins in 'guarded'.

        'guarded': answers shortly.
          To 'heated' when the reply shows blame or a question, and tension is at least 7.
          To 'well' when the reply mentions 'late: "shift"', and trust is over 5, and 'x' has been told.

        'heated'.
          To 'well' whatever is said.

        The scene ends in:
          'well': a good ending.
        "#);
    }

    #[test]
    fn ways_are_a_diagram() {
        insta::assert_snapshot!(mermaid(&scenario()), @r#"
        stateDiagram-v2
            state "guarded" as s0
            state "heated" as s1
            state "well" as s2
            [*] --> s0
            s0 --> s1 : the reply shows blame or a question, and tension is at least 7
            s0 --> s2 : the reply mentions 'late#58; #34;shift#34;', and trust is over 5, and 'x' has been told
            s1 --> s2 : whatever is said
            s2 --> [*] : a good ending
        "#);
    }
}
