//! A language model as the judge, measured on the same replies in the same way as the analyser.

use std::io::{self, Write as _};

use super::{Error, Found};
use crate::analysis::labelled::Row;
use crate::cli::console::Console;
use crate::cli::input::Input;
use crate::cli::{Failure, consent};
use crate::config;
use crate::judge::{Case, Judge};
use crate::runtime::{Choice, Stop};
use crate::store::{self, SqliteStore};

/// What the judge made of each reply, and in how many its answer could not be used: these count as "nothing shown".
pub fn predictions(judge: &Judge, rows: &[Row]) -> (Vec<Found>, usize) {
    let (mut all, mut unusable) = (Vec::with_capacity(rows.len()), 0);
    for (n, row) in rows.iter().enumerate() {
        if n % 20 == 0 {
            let _ = writeln!(io::stderr(), "saywell: {n} of {} replies judged", rows.len());
        }
        let before = Some(&row.context).filter(|context| !context.trim().is_empty());
        let context = before.map(|context| (false, context.clone())).into_iter().collect();
        let case = Case { audience: row.audience, context, reply: row.reply.clone() }.with_words();
        let marks = match case.map(|case| judge.opinion(&case, &Stop::default())) {
            None => Vec::new(),
            Some(Ok(opinion)) => opinion.marks,
            Some(Err(why)) => {
                unusable += 1;
                if unusable == 1 {
                    let _ = writeln!(io::stderr(), "saywell: {}", crate::text::tame(&why.to_string()));
                }
                Vec::new()
            }
        };
        all.push(marks.into_iter().map(|mark| (mark.id, mark.grade, mark.quote)).collect());
    }
    (all, unusable)
}

/// The judge on this server of the settings, where words may go to it.
pub fn judge(server: &str, offline: bool) -> Result<Judge, Error> {
    let refused = |why: String| Error::Judge(why);
    let config = config::load().map_err(|error| refused(error.to_string()))?;
    let models = Choice::for_judge(&config, server, offline).map_err(refused)?;
    let mut agreed = Vec::new();
    if models.goes_out() {
        let mut store =
            store::paths::database().and_then(SqliteStore::open).map_err(|error| refused(error.to_string()))?;
        let asked = consent::ask(&models, &mut store, &mut Console::stdout(), &mut Input::stdin(), true);
        agreed = asked.map_err(|failure| match failure {
            Failure::Failed(why) | Failure::Usage(why) => refused(why),
            _ => refused("the question about the server could not be asked".to_owned()),
        })?;
    }
    models.judge(|host| agreed.iter().any(|a| a == host)).ok_or_else(|| {
        refused(format!("the server '{server}' may not be asked: connections are off, or you did not agree"))
    })
}
