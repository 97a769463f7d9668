//! The way to the real talk, in plain mode: asking what became of a plan, and noting one.

use super::Failure;
use super::console::Console;
use super::input::{Input, Line};
use crate::runtime::attempts::thanks;
use crate::runtime::desk::Desk;
use crate::session::{Attempt, Plan};

/// Ask what became of the plan that is due, if one is. A line that is no answer passes the question over and counts for
/// what comes next.
pub fn ask(desk: &mut Desk, console: &mut Console, input: &mut Input) -> Result<(), Failure> {
    let Some(due) = desk.due_plan() else { return Ok(()) };
    console.say(&due.question())?;
    let choices: Vec<String> = Attempt::ALL.iter().zip(1..).map(|(a, n)| format!("{n}. {}", a.words())).collect();
    console.prompt(&format!("{}. Enter passes this over: ", choices.join("   ")))?;
    let answer = input.answer(console)?;
    let typed = answer.as_deref().unwrap_or_default().to_lowercase();
    let how = match typed.trim_end_matches('.') {
        "1" | "i did it" | "did it" | "done" | "yes" => Some(Attempt::Done),
        "2" | "not yet" | "no" | "later" => Some(Attempt::NotYet),
        "3" | "i decided not to" | "decided not to" => Some(Attempt::LetGo),
        _ => None,
    };
    if !input.is_terminal {
        console.say(if how.is_some() { &typed } else { "" })?;
    }
    let Some(how) = how else {
        desk.rest_plan(&due);
        match answer {
            Some(text) if text.is_empty() => {}
            Some(text) => input.put_back(Line::Text(text)),
            None => input.put_back(Line::End),
        }
        console.gap()?;
        return Ok(());
    };
    let mut note = String::new();
    if how == Attempt::Done {
        note = input.ask(console, "How was it, in a few words? Enter leaves it at that: ")?.unwrap_or_default();
    }
    match desk.answer_plan(&due, how, &note) {
        Ok(()) => console.say(thanks(how))?,
        // The rehearsal to come is not held up by this.
        Err(error) => console.say(&format!("This could not be kept: {error}"))?,
    }
    console.gap()?;
    Ok(())
}

/// Ask for a plan, question by question; what is there stays where nothing is typed. None where the input ends or a
/// command is typed: the command counts for what comes next.
pub fn plan(
    present: &Plan,
    tell: &mut dyn FnMut(&str) -> Result<(), Failure>,
    input: &mut Input,
) -> Result<Plan, Failure> {
    let mut plan = present.clone();
    let questions = [
        ("With whom?", &mut plan.who),
        ("What will you say or do? One small thing is enough.", &mut plan.what),
        ("When?", &mut plan.when),
    ];
    for (question, answer) in questions {
        let now = if answer.is_empty() { String::new() } else { format!(" (now: {answer}; Enter keeps it)") };
        tell(&format!("{question}{now}"))?;
        match input.line()? {
            Line::Text(text) if text.trim_start().starts_with('/') => {
                input.put_back(Line::Text(text));
                break;
            }
            Line::Text(text) if text.trim().is_empty() => {}
            Line::Text(text) => *answer = text.trim().to_owned(),
            other => {
                input.put_back(other);
                break;
            }
        }
    }
    Ok(plan)
}
