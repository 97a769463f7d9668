//! The file that `scenarios new` writes: short, complete, and ready to be made one's own.

use super::ProblemArea;
use crate::analysis::Audience;
use crate::text::tame_line;

const CLIENT: &str = include_str!("client.yaml");
const TRAINEE: &str = include_str!("trainee.yaml");

/// The longest title and the longest other answer that is kept, in characters.
const TITLE: usize = 70;
const ANSWER: usize = 240;

/// What the writer was asked.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The title.
    pub title: String,
    /// Who practises.
    pub audience: Audience,
    /// The problem area.
    pub problem_area: ProblemArea,
    /// The name of the user's part.
    pub you: String,
    /// Who that is.
    pub you_about: String,
    /// The other person's name.
    pub other: String,
    /// Who they are.
    pub other_about: String,
    /// What the user wants from the talk.
    pub goal: String,
}

impl Answers {
    /// What stands where nothing is answered.
    pub fn usual(audience: Audience) -> Self {
        let text = str::to_owned;
        let problem_area = ProblemArea::default();
        match audience {
            Audience::Client => Self {
                title: text("A talk I have been putting off"),
                audience,
                problem_area,
                you: text("Sam"),
                you_about: text("has been putting this talk off for weeks"),
                other: text("Alex"),
                other_about: text("someone who matters, and who may see it otherwise"),
                goal: text("Say what it is like for me, and ask for one thing"),
            },
            Audience::Trainee => Self {
                title: text("A session with a client who keeps feelings out"),
                audience,
                problem_area,
                you: text("Robin"),
                you_about: text("therapist in training"),
                other: text("Kim"),
                other_about: text("in the sixth week of therapy, low since a quarrel in the family"),
                goal: text("Help the client to see how the mood belongs to what happened"),
            },
        }
    }
}

/// The file.
pub fn file(answers: &Answers, id: &str) -> String {
    let template = match answers.audience {
        Audience::Client => CLIENT,
        Audience::Trainee => TRAINEE,
    };
    let other = tidy(&answers.other, ANSWER);
    let situation = match answers.audience {
        Audience::Client => format!(
            "You have carried this around for weeks. Today {other} is here, there is nobody else about, and neither of \
             you has to be anywhere for an hour. You have not spoken of it since it last went wrong. You would like to \
             be heard, and you would like to still be on good terms when it is over. (Say here what happened, where you \
             are, and what is at stake.)"
        ),
        Audience::Trainee => format!(
            "It is the sixth session with {other}. You agreed on a focus in the third. This week something happened \
             that {other} mentions in passing and then walks around. You have forty minutes, a client who keeps to the \
             facts, and the feeling that the facts are not the point. (Say here what you know of the client, and what \
             happened this week.)"
        ),
    };
    let fills = [
        ("@ID@", id.to_owned()),
        ("@TITLE@", quoted(&tidy(&answers.title, TITLE))),
        ("@AREA@", answers.problem_area.as_str().to_owned()),
        ("@YOU@", quoted(&tidy(&answers.you, ANSWER))),
        ("@YOU_ABOUT@", quoted(&tidy(&answers.you_about, ANSWER))),
        ("@OTHER@", quoted(&other)),
        ("@OTHER_ABOUT@", quoted(&tidy(&answers.other_about, ANSWER))),
        ("@SITUATION@", quoted(&situation)),
        ("@GOAL@", quoted(&tidy(&answers.goal, ANSWER))),
    ];
    fill(template, &fills)
}

/// Puts answers into a template in one pass, so that an answer that looks like a mark stays an answer.
fn fill(template: &str, fills: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len() + 1_000);
    let mut rest = template;
    while let Some(at) = rest.find('@') {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        match fills.iter().find(|(mark, _)| tail.starts_with(mark)) {
            Some((mark, text)) => {
                out.push_str(text);
                rest = &tail[mark.len()..];
            }
            None => {
                out.push('@');
                rest = &tail[1..];
            }
        }
    }
    out + rest
}

/// One line, without hidden characters, not too long.
fn tidy(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    tame_line(&line).trim().chars().take(most).collect::<String>().trim_end().to_owned()
}

/// A text in double quotes, as YAML and JSON both read it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An id made from a title: `Asking for time off` gives `asking-for-time-off`.
pub fn id_of(title: &str) -> String {
    let mut id = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'a'..='z' | '0'..='9' => Some(c),
            'à'..='å' => Some('a'),
            'è'..='ë' => Some('e'),
            'ì'..='ï' => Some('i'),
            'ò'..='ö' | 'ø' => Some('o'),
            'ù'..='ü' => Some('u'),
            'ç' => Some('c'),
            'ñ' => Some('n'),
            '\'' | '\u{2019}' => continue,
            _ => None,
        };
        match plain {
            Some(c) if id.is_empty() && !c.is_ascii_lowercase() => {}
            Some(c) => id.push(c),
            None if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            None => {}
        }
    }
    id.truncate(48);
    let id = id.trim_end_matches('-');
    if id.is_empty() { "my-scenario".to_owned() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::scenario::lint;
    use crate::session::playthrough;

    fn check(answers: &Answers) {
        let text = file(answers, &id_of(&answers.title));
        let checked = lint::check(&text);
        assert!(checked.problems.is_empty(), "{:#?} in\n{}", checked.problems, &text[..600]);
    }

    #[test]
    fn the_file_is_clean_and_plays_as_written() {
        for audience in [Audience::Client, Audience::Trainee] {
            for problem_area in ProblemArea::ALL {
                let answers = Answers { problem_area, ..Answers::usual(audience) };
                check(&answers);
                let scenario = Arc::new(lint::check(&file(&answers, "x")).scenario.expect("a scenario"));
                for test in &scenario.tests {
                    let result = playthrough::run(&scenario, test);
                    assert!(result.failures.is_empty(), "{}: {result:#?}", test.name);
                }
            }
        }
    }

    #[test]
    fn ids_come_from_titles() {
        assert_eq!(id_of("Asking for time off"), "asking-for-time-off");
        assert_eq!(id_of("  Mum's 60th: who pays? "), "mums-60th-who-pays");
        assert_eq!(id_of("3 Zimmer, Küche"), "zimmer-kuche");
        assert_eq!(id_of("日本"), "my-scenario");
        assert_eq!(id_of(&"a ".repeat(90)).len(), 47);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_answer_gives_a_clean_file(
            title in "[a-zA-Z]\\PC{0,90}", you in "\\PC{1,20}", about in "[^\u{0}]{1,40}", other in "[@A-Z\"\\\\:#{}']{1,12}",
        ) {
            let usual = Answers::usual(Audience::Client);
            let text = |answer: String, usual: &str| if tidy(&answer, ANSWER).is_empty() { usual.to_owned() } else { answer };
            check(&Answers {
                title,
                you: text(you, &usual.you),
                you_about: text(about.clone(), &usual.you_about),
                other,
                other_about: text(about, &usual.other_about),
                ..usual
            });
        }
    }
}
