//! The trace of a step in plain words: what was heard, how the other took it, why the state changed. Never a number.

use super::Turn;
use super::director::{Ended, Meter, Shift, Step};
use super::lines::mix;
use crate::analysis::{Analysis, Finding, Id, Kind};
use crate::scenario::{End, Scenario};

/// How strongly something moved, in words.
fn strength(by: i32) -> &'static str {
    match by.abs() {
        0..=6 => "a little",
        7..=14 => "clearly",
        _ => "a lot",
    }
}

/// The words of the reply that earned the finding.
pub fn quote<'a>(reply: &'a str, finding: &Finding) -> &'a str {
    reply.get(finding.span.clone()).unwrap_or_default()
}

/// A quote short enough for a sentence: at most about sixty characters, cut at a word, on one line.
pub fn short_quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 64 {
        return line;
    }
    let cut: String = line.chars().take(60).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{cut} \u{2026}")
}

/// The findings most worth a sentence: the fault that hurt most, and the strongest skill. Skills first.
pub fn most_telling(analysis: &Analysis) -> Vec<&Finding> {
    let best = |kind: Kind| {
        let of_kind = analysis.findings.iter().filter(move |f| f.id.kind() == kind);
        of_kind.max_by(|a, b| {
            let key = |f: &Finding| (f.grade, (f.confidence * 1000.0) as i32);
            key(a).cmp(&key(b)).then(b.id.cmp(&a.id))
        })
    };
    best(Kind::Skill).into_iter().chain(best(Kind::Fault)).collect()
}

/// What was seen in a reply, in a sentence each for the most telling skill and fault. Each quotes the reply.
pub fn what_was_seen(analysis: &Analysis) -> Vec<&str> {
    most_telling(analysis).into_iter().map(|finding| first_sentence(&finding.reason)).collect()
}

/// The first sentence of a reason; what stands in quotes is not cut.
fn first_sentence(text: &str) -> &str {
    let mut quoted = 0usize;
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        match c {
            '\u{201c}' => quoted += 1,
            '\u{201d}' => quoted = quoted.saturating_sub(1),
            '.' | '?' | '!' if quoted == 0 && chars.peek().is_some_and(|(_, next)| next.is_whitespace()) => {
                return &text[..i + c.len_utf8()];
            }
            _ => {}
        }
    }
    text.trim()
}

/// How the other took it, in one sentence. `Why` tells the rest.
pub fn how_it_landed(scenario: &Scenario, turn: &Turn) -> String {
    let Some(step) = &turn.step else { return String::new() };
    let name = &scenario.counterpart.name;
    let mut out = match &step.because {
        // Nothing in how it was said moved them, but what was said did.
        Some(because) if step.shifts.is_empty() && step.told.is_none() => capital(because.trim_end_matches('.')),
        _ => reception(scenario, turn, step),
    };
    let seems = scenario.state_index(&step.after.state).map_or("", |i| scenario.seems(i));
    match step.after.ended {
        Some(ended) => out.push_str(&format!("; {}", ending(ended, name))),
        None if step.changed() => out.push_str(&format!(", and {name} seems {seems} now")),
        None => {}
    }
    out.push('.');
    out
}

fn ending(ended: Ended, name: &str) -> String {
    match ended {
        Ended::Scene(End::Good) => "the talk has come to a good place".into(),
        Ended::Scene(End::Partial) => "the talk ends here for today, with the door open".into(),
        Ended::Scene(End::WalkedAway) => format!("{name} has left the talk"),
        Ended::Goodbye => "you have said goodbye".into(),
    }
}

/// A clause without its full stop.
fn reception(scenario: &Scenario, turn: &Turn, step: &Step) -> String {
    let name = &scenario.counterpart.name;
    // Deterministic variety: the same turn is always told the same way.
    let pick =
        |choices: &[&str]| choices[(mix(u64::from(turn.id)) % choices.len() as u64) as usize].replace("{}", name);
    if step.told.is_some() {
        return pick(&[
            "{} trusted you with something not said before",
            "{} told you something that had been kept back",
            "That opened a door: {} said what had been left unsaid",
        ]);
    }
    if step.refused.is_some() {
        return pick(&[
            "{} heard the ask and said no for now; a calm second try often gets through",
            "{} is not ready to say yes, which is no failure of yours: stay calm and come back to it",
        ]);
    }
    let worst = worst(&step.shifts, Meter::Tension);
    let helped: i32 = step.shifts.iter().filter(|s| s.meter == Meter::Trust && s.by > 0).map(|s| s.by).sum();
    let told: Option<Id> = turn
        .analysis
        .as_ref()
        .and_then(|a| most_telling(a).into_iter().rfind(|f| f.id.kind() == Kind::Fault))
        .map(|f| f.id);
    match worst {
        Some(hurt) => {
            let finding = turn.analysis.as_ref().and_then(|a| a.get(hurt.because));
            let what = match finding.filter(|f| Some(f.id) != told) {
                Some(finding) => format!("\u{201c}{}\u{201d}", short_quote(quote(&turn.text, finding))),
                None => "It".to_owned(),
            };
            let sore = scenario.counterpart.fears.first().filter(|_| hurt.deep);
            let mut out = match sore {
                Some(fear) => {
                    let of = if fear.starts_with("that ") { "" } else { "of " };
                    format!("{what} touched a sore spot in {name}, the fear {of}{fear}")
                }
                None if hurt.by >= 10 => format!("{what} made {name} tense up"),
                None => format!("{what} put {name} a little on guard"),
            };
            if helped >= 7 {
                out.push_str(", though the rest of it got through");
            }
            out
        }
        None if helped >= 7 && step.shifts.iter().any(|s| s.deep) => {
            pick(&["That reached {}", "{} felt understood by that", "That mattered to {}"])
        }
        None if helped >= 7 => pick(&["{} heard you", "That went in", "{} listened to that", "{} softened a little"]),
        None if !step.shifts.is_empty() => {
            pick(&["{} noticed the effort", "{} half heard that", "Some of that came across"])
        }
        None => pick(&["{} took it as it came", "That left {} much as before", "{} let that pass"]),
    }
}

fn worst(shifts: &[Shift], meter: Meter) -> Option<&Shift> {
    shifts.iter().filter(|s| s.meter == meter && s.by > 0).max_by_key(|s| s.by)
}

/// The whole trace, a sentence an entry, for someone who asks why.
pub fn why(scenario: &Scenario, turn: &Turn) -> Vec<String> {
    let Some(step) = &turn.step else { return Vec::new() };
    let name = &scenario.counterpart.name;
    let mut out = Vec::new();
    if let Some(analysis) = &turn.analysis {
        for finding in &analysis.findings {
            let moved: Vec<String> = step
                .shifts
                .iter()
                .filter(|s| s.because == finding.id && s.by.abs() >= 3)
                .map(|s| {
                    let direction = match (s.meter, s.by > 0) {
                        (Meter::Trust, true) => "trust grew",
                        (Meter::Trust, false) => "trust shrank",
                        (Meter::Tension, true) => "tension rose",
                        (Meter::Tension, false) => "tension eased",
                    };
                    format!("{direction} {}", strength(s.by))
                })
                .collect();
            let quote = short_quote(quote(&turn.text, finding));
            let effect = if moved.is_empty() { "it moved nothing".to_owned() } else { moved.join(", ") };
            let deep = step.shifts.iter().any(|s| s.because == finding.id && s.deep);
            let deep = match (deep, finding.id.kind()) {
                (true, Kind::Fault) => format!(" This is a sore spot of {name}'s."),
                (true, _) => format!(" This goes straight to what {name} needs."),
                _ => String::new(),
            };
            out.push(format!("{} in \u{201c}{quote}\u{201d}: {effect}.{deep}", finding.id.name()));
        }
    }
    if out.is_empty() {
        out.push("Nothing in this reply stood out, for good or ill.".to_owned());
    }
    let acts: Vec<&str> = step.acts.iter().map(|act| act.describe()).collect();
    if !acts.is_empty() {
        out.push(format!("{name} also took it as {}.", and(&acts)));
    }
    if let Some(refused) = step.refused {
        out.push(format!(
            "{name} refuses at first here, however well it is put ({}). Asking again calmly gets through.",
            refused.name().to_lowercase()
        ));
    }
    if step.told.is_some() {
        out.push(format!("There was enough trust for {name} to say something held back until now."));
    }
    if step.changed() {
        let seems = |id: &str| scenario.state_index(id).map_or("", |i| scenario.seems(i)).to_owned();
        let because = step.because.as_ref().map_or_else(String::new, |b| format!(": {b}"));
        out.push(format!("{name} went from {} to {}{because}.", seems(&step.from), seems(&step.after.state)));
    } else {
        let seems = scenario.state_index(&step.from).map_or("", |i| scenario.seems(i));
        out.push(format!("{name} still seems {seems}."));
    }
    for id in &step.met {
        if let Some(objective) = scenario.objective_index(id).and_then(|i| scenario.objectives.get(i)) {
            out.push(format!(
                "With this you did one of the things you came to practise: {}.",
                lower_first(&objective.text)
            ));
        }
    }
    out
}

/// "a", "a and b", "a, b and c".
pub fn and(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// The text with a capital first letter, to begin a sentence.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

/// The text without its full stop and with a small first letter, to stand inside a sentence.
pub fn lower_first(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut chars = text.chars();
    let keep = text.starts_with("I ") || text.starts_with("I'");
    match chars.next() {
        Some(first) if !keep => first.to_lowercase().collect::<String>() + chars.as_str(),
        _ => text.to_owned(),
    }
}
