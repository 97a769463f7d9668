//! A report's transcript as CSV (RFC 4180), a turn a row, for a spreadsheet.
//!
//! A spreadsheet reads a cell that begins with `=`, `+`, `-` or `@` as a formula. Such a cell gets an apostrophe in front,
//! which says that it is text (OWASP, "CSV Injection").

use std::borrow::Cow;

use super::Report;
use crate::analysis::Kind;

const HEAD: [&str; 10] =
    ["turn", "reply", "speaker", "text", "skills", "faults", "notes", "better line", "trust after", "tension after"];

/// A report's transcript as a table. With a byte order mark, by which spreadsheets know that it is UTF-8.
pub fn text(report: &Report) -> String {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = table.write_record(HEAD);
    for line in &report.talk {
        let of = |kind: Kind| {
            let names = line.marks.iter().filter(|m| m.kind == kind).map(|m| m.name);
            names.collect::<Vec<_>>().join("; ")
        };
        let point = report.course.iter().find(|p| p.turn == Some(line.turn));
        let reasons = line.marks.iter().map(|m| m.reason.clone());
        let others = line.second_opinion.iter().map(|o| format!("A second opinion, by a language model: {o}."));
        let notes: Vec<String> = reasons.chain(others).collect();
        let cells = [
            line.turn.to_string(),
            line.reply.map_or_else(String::new, |n| n.to_string()),
            line.name.clone(),
            if line.stopped { "(stopped the scene; not scored)".to_owned() } else { line.text.clone() },
            of(Kind::Skill),
            of(Kind::Fault),
            notes.join(" "),
            line.better.clone().unwrap_or_default(),
            point.map_or_else(String::new, |p| super::tenth(p.trust)),
            point.map_or_else(String::new, |p| super::tenth(p.tension)),
        ];
        let _ = table.write_record(cells.iter().map(|cell| harmless(cell).into_owned()));
    }
    let about = [report.deidentified.unwrap_or_default(), report.note];
    for note in about.into_iter().filter(|note| !note.is_empty()) {
        let mut row = vec![""; HEAD.len()];
        row[6] = note;
        let _ = table.write_record(row);
    }
    let bytes = table.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}

/// A cell that no spreadsheet reads as a formula, whatever spaces or invisible signs stand in front.
fn harmless(cell: &str) -> Cow<'_, str> {
    let first = cell.chars().find(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{feff}');
    let formula = |c| matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}');
    let leads_in = cell.starts_with(['\t', '\r', '\n']);
    if first.is_some_and(formula) || leads_in { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\n=cmd|' /C calc'!A0", "\u{ff1d}1", "\tx"]
        {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        for cell in ["I felt = nothing", "", "1", "\u{2014} well", "a-b"] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
