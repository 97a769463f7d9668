//! Problems of a file, shown with the line they stand in.
//!
//! The first line is always `file:line:column: error[S201]: message`, which editors and scripts understand. Below it the
//! line is drawn with a frame where a terminal can show one, and with plain characters everywhere else.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents};
use miette::{SourceCode, SourceSpan, SpanContents};

use crate::scenario::problem::{Problem, Severity};
use crate::text::{tame_in_place, tame_line};

/// The most characters of a line that are shown.
const LINE: usize = 100;

/// How problems are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// With a frame and colours; else as plain text.
    pub framed: bool,
    /// The width of the terminal, where there is one.
    pub width: Option<usize>,
}

/// A file that problems are shown of.
pub struct File {
    name: String,
    text: String,
    starts: Vec<usize>,
}

impl File {
    /// A file by its name for people and its text.
    pub fn new(name: &str, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(n, _)| n + 1)).collect();
        Self { name: tame_line(name).into_owned(), text: tame_in_place(text).into_owned(), starts }
    }

    /// Its name, safe to show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Line and column of a byte, both counted from 1; the column in characters.
    pub fn place(&self, at: usize) -> (usize, usize) {
        let (line, start) = self.line_of(at);
        let column = self.text.get(start..at.min(self.text.len())).map_or(0, |head| head.chars().count());
        (line + 1, column + 1)
    }

    /// The line of a byte, counted from 0, and where it begins.
    fn line_of(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= at).saturating_sub(1);
        (line, self.starts.get(line).copied().unwrap_or(0))
    }

    /// A line without its end.
    fn line(&self, line: usize) -> &str {
        let Some(&start) = self.starts.get(line) else { return "" };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r', ' '])
    }

    /// Everything about one problem, ending in a line end.
    pub fn show(&self, problem: &Problem, look: Look) -> String {
        let (line, column) = self.place(problem.span.start);
        let kind = match problem.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let message = tame_line(&problem.message);
        let mut out = format!("{}:{line}:{column}: {kind}[{}]: {message}\n", self.name, problem.code.as_str());
        let short = self.line(line - 1).chars().count() <= LINE;
        let framed = if look.framed && short { self.framed(problem, look.width) } else { None };
        match framed {
            Some(framed) => out += &framed,
            None => out += &self.plain(problem, line, column),
        }
        out
    }

    /// The line, and carets below it.
    fn plain(&self, problem: &Problem, line: usize, column: usize) -> String {
        let mut out = String::new();
        let text: Vec<char> = self.line(line - 1).chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
        if !text.is_empty() {
            // Of a very long line only what lies around the place.
            let skip = if text.len() > LINE { (column - 1).saturating_sub(LINE / 3) } else { 0 };
            let shown: String = text.iter().skip(skip).take(LINE).collect();
            let marked = self.text.get(problem.span.clone()).unwrap_or_default();
            let marked = marked.lines().next().unwrap_or_default().chars().count();
            let room = shown.chars().count().saturating_sub(column - 1 - skip);
            let carets = "^".repeat(marked.clamp(1, room.max(1)));
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            out += &format!("  {number} | {shown}\n");
            out += &format!("  {margin} | {}{carets}\n", " ".repeat(column - 1 - skip));
        }
        if let Some(help) = &problem.help {
            out += &format!("  help: {}\n", tame_line(help));
        }
        out
    }

    fn framed(&self, problem: &Problem, width: Option<usize>) -> Option<String> {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
            .with_width(width.unwrap_or(80))
            .with_context_lines(1)
            .without_cause_chain();
        let mut text = String::new();
        handler.render_report(&mut text, &Drawn { file: self, problem }).ok()?;
        // What goes before the frame is the message, which stands in the first line already.
        let frame = text.lines().position(|line| line.contains('\u{256D}'))?;
        let lines: Vec<&str> = text.lines().skip(frame).map(str::trim_end).collect();
        Some(lines.join("\n") + "\n")
    }
}

impl SourceCode for File {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let last = span.offset().saturating_add(span.len()).min(self.text.len());
        let first_line = self.line_of(span.offset()).0.saturating_sub(before);
        let last_line = (self.line_of(last.saturating_sub(1)).0 + after).min(self.starts.len().saturating_sub(1));
        let start = self.starts.get(first_line).copied().ok_or(MietteError::OutOfBounds)?;
        let end = self.starts.get(last_line + 1).copied().unwrap_or(self.text.len());
        let data = self.text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let (name, span) = (self.name.clone(), (start, end - start).into());
        let count = last_line + 1 - first_line;
        Ok(Box::new(MietteSpanContents::new_named(name, data.as_bytes(), span, first_line, 0, count)))
    }
}

/// A problem in the form that miette draws.
struct Drawn<'a> {
    file: &'a File,
    problem: &'a Problem,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.code.as_str())
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.code.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.problem.help.as_ref()?;
        Some(Box::new(tame_line(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = &self.problem.span;
        // The first line of a longer passage is enough to find it.
        let length = self.file.text.get(span.clone())?.lines().next().map_or(0, str::len);
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, (span.start, length)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::problem::Code;

    fn problem(span: std::ops::Range<usize>) -> Problem {
        Problem::new(Code::UnknownName, span, "'opne' is not one of this file's states").help("states: open".into())
    }

    const TEXT: &str = "states:\n  - { id: ä, go: opne }\n";

    #[test]
    fn plain_text_has_no_frame_and_no_colour() {
        let at = TEXT.find("opne").unwrap_or_default();
        insta::assert_snapshot!(File::new("a.yaml", TEXT).show(&problem(at..at + 4), Look::default()), @r"
        a.yaml:2:18: error[S207]: 'opne' is not one of this file's states
          2 |   - { id: ä, go: opne }
            |                  ^^^^
          help: states: open
        ");
    }

    #[test]
    fn a_frame_goes_below_the_same_first_line() {
        let at = TEXT.find("opne").unwrap_or_default();
        let look = Look { framed: true, width: Some(60) };
        let shown = File::new("a.yaml", TEXT).show(&problem(at..at + 4), look);
        assert!(shown.starts_with("a.yaml:2:18: error[S207]: 'opne'"), "{shown}");
        assert!(shown.contains('\u{256D}') && shown.contains("opne }") && shown.contains("help"), "{shown}");
    }

    #[test]
    fn nothing_of_a_file_reaches_the_terminal_as_a_command() {
        let text = "id: \u{1b}]0;x\u{7} \u{202e}y\n";
        let bad = Problem::new(Code::Syntax, 4..5, "bad \u{1b}[31m").help("\u{9b}31m".into());
        for framed in [false, true] {
            let shown = File::new("a\u{1b}[2J.yaml", text).show(&bad, Look { framed, width: None });
            let shown = shown.replace("\u{1b}[0m", "").replace("\u{1b}[31m\u{d7}", "");
            let bare: String = strip_styles(&shown);
            assert!(!bare.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{bare:?}");
        }
    }

    /// Without the colours that the frame is drawn in.
    fn strip_styles(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("\u{1b}[") {
            out.push_str(&rest[..at]);
            let tail = &rest[at + 2..];
            let end = tail.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(tail.len());
            assert!(tail[end..].starts_with('m'), "{text:?}");
            rest = &tail[end + 1..];
        }
        out + rest
    }

    #[test]
    fn places_outside_and_endless_lines_do_no_harm() {
        let long = format!("a: \"{}\"\n", "x".repeat(500_000));
        let file = File::new("l.yaml", &long);
        for look in [Look::default(), Look { framed: true, width: Some(80) }] {
            assert!(file.show(&problem(400_000..400_004), look).len() < 1_000);
            assert!(file.show(&problem(9_999_999..9_999_999), look).contains("S207"));
            assert!(File::new("e.yaml", "").show(&problem(0..0), look).starts_with("e.yaml:1:1: error"));
        }
    }
}
