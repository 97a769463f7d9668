//! The question before words go to another computer, in plain mode.

use std::io::{self, Write as _};

use super::Failure;
use super::console::Console;
use super::input::Input;
use crate::runtime::{Choice, agreed_key};
use crate::store::Store;

/// The hosts that the user agreed to, now or before. Someone else's program is not asked: without an earlier yes, the script
/// plays.
pub fn ask(
    models: &Choice,
    store: &mut dyn Store,
    console: &mut Console,
    input: &mut Input,
    silent: bool,
) -> Result<Vec<String>, Failure> {
    let mut agreed: Vec<String> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    while let Some(question) = models.question(|host| {
        let kept = store.setting(&agreed_key(host)).ok().flatten().is_some_and(|word| word == "yes");
        if kept && !agreed.iter().any(|a| a == host) {
            agreed.push(host.to_owned());
        }
        kept || refused.iter().any(|r| r == host)
    }) {
        if silent {
            let _ = writeln!(
                io::stderr(),
                "saywell: the script plays: you have not agreed yet that words go to {}. Rehearse once without --json, and \
                 you are asked",
                question.host
            );
            refused.push(question.host);
            continue;
        }
        console.gap()?;
        console.say(&question.text)?;
        if yes(console, input)? {
            store.set_setting(&agreed_key(&question.host), Some("yes"))?;
        } else {
            console.say("Then the script plays, and nothing leaves this computer.")?;
            refused.push(question.host);
        }
        console.gap()?;
    }
    Ok(agreed)
}

/// Yes or no; the end of the input is a no. Whoever would rather leave is not asked again.
fn yes(console: &mut Console, input: &mut Input) -> Result<bool, Failure> {
    loop {
        let Some(answer) = input.ask(console, "yes or no: ")? else { return Ok(false) };
        match answer.to_lowercase().trim_end_matches(['.', '!']) {
            "yes" | "y" => return Ok(true),
            "no" | "n" => return Ok(false),
            "/quit" | "/q" | "quit" => return Err(Failure::Closed),
            _ => {}
        }
    }
}
