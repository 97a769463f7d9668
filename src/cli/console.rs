//! Output for people: wrapped where a terminal shows it, whole lines where a pipe or a screen reader takes it, styled
//! only where that is wanted. Nothing reaches the terminal without going through [`tame`](crate::text::tame).

use std::env;
use std::io::{self, IsTerminal, Write};

use super::diagnostics::Look;
use crate::text::tame;

/// The widest that prose is set; longer lines are hard to read.
const WIDEST: usize = 88;

/// How a piece of text stands out, where the terminal can show it. Meaning never rests on it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Names and headings.
    Bold,
    /// What is said about the talk rather than in it.
    Dim,
}

/// Where output goes.
pub struct Console {
    out: Box<dyn Write>,
    styled: bool,
    width: Option<usize>,
    /// How far the present row is written, where what is told is not at its end yet.
    open: Option<usize>,
}

impl Console {
    /// Standard output.
    pub fn stdout() -> Self {
        let terminal = io::stdout().is_terminal();
        let set = |name: &str| env::var_os(name).is_some_and(|v| !v.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let width = terminal.then(|| terminal_size::terminal_size().map_or(80, |(w, _)| usize::from(w.0)));
        Self {
            out: Box::new(io::BufWriter::new(io::stdout())),
            styled: terminal && !dumb && !set("NO_COLOR"),
            width: width.map(|w| w.clamp(20, WIDEST)),
            open: None,
        }
    }

    /// How wide a terminal's lines are set; none in a pipe.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// How problems of files are shown here: framed only where the terminal can draw and its language setting can show
    /// the frame's characters.
    pub fn look(&self) -> Look {
        let language = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os).find(|v| !v.is_empty());
        let utf8 = language.is_some_and(|v| v.to_string_lossy().to_lowercase().replace('-', "").contains("utf8"));
        Look { framed: self.styled && utf8, width: self.width }
    }

    /// Text that was laid out and tamed before, as it is.
    pub fn block(&mut self, text: &str) -> io::Result<()> {
        self.end()?;
        self.out.write_all(text.as_bytes())
    }

    /// A paragraph, or several.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        self.styled_lines(Style::Plain, "", text)
    }

    /// A paragraph that stands back.
    pub fn aside(&mut self, text: &str) -> io::Result<()> {
        self.styled_lines(Style::Dim, "", text)
    }

    /// A heading.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.styled_lines(Style::Bold, "", text)
    }

    /// `Name: what was said`, the name standing out.
    pub fn line(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.styled_lines(Style::Plain, name, text)
    }

    /// `Name: what was said so far`; [`Console::more`] goes on in the same paragraph, and whatever else is shown ends it.
    pub fn begin(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.end()?;
        let (on, off) = self.codes(Style::Bold);
        let name = format!("{}:", tame(name));
        write!(self.out, "{on}{name}{off}")?;
        self.open = Some(textwrap::core::display_width(&name));
        self.more(text)
    }

    /// More of what was begun.
    pub fn more(&mut self, text: &str) -> io::Result<()> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let mut column = self.open.unwrap_or_default();
        for word in tame(text).split_whitespace() {
            let wide = textwrap::core::display_width(word);
            if column > 0 && self.width.is_some_and(|width| column + 1 + wide > width) {
                writeln!(self.out)?;
                column = 0;
            }
            if column > 0 {
                write!(self.out, " ")?;
                column += 1;
            }
            write!(self.out, "{word}")?;
            column += wide;
        }
        self.open = Some(column);
        Ok(())
    }

    /// What was begun is whole.
    pub fn end(&mut self) -> io::Result<()> {
        if self.open.take().is_some() { writeln!(self.out) } else { Ok(()) }
    }

    /// `Coach: what was seen`, standing back.
    pub fn note(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.styled_lines(Style::Dim, name, text)
    }

    /// An empty line.
    pub fn gap(&mut self) -> io::Result<()> {
        self.end()?;
        writeln!(self.out)
    }

    /// A prompt, without a line end, shown at once.
    pub fn prompt(&mut self, text: &str) -> io::Result<()> {
        self.end()?;
        let text = tame(text);
        let (on, off) = self.codes(Style::Bold);
        write!(self.out, "{on}{text}{off}")?;
        self.out.flush()
    }

    /// A line exactly as given, for machines.
    pub fn raw(&mut self, line: &str) -> io::Result<()> {
        self.end()?;
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }

    /// Clear the screen and, where the terminal can, what has scrolled off it. Nothing where there is no terminal.
    pub fn wipe(&mut self) -> io::Result<()> {
        if io::stdout().is_terminal() {
            self.out.write_all(crate::text::WIPE.as_bytes())?;
        }
        self.out.flush()
    }

    /// Show what was written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn codes(&self, style: Style) -> (&'static str, &'static str) {
        match style {
            _ if !self.styled => ("", ""),
            Style::Plain => ("", ""),
            Style::Bold => ("\x1b[1m", "\x1b[0m"),
            Style::Dim => ("\x1b[2m", "\x1b[0m"),
        }
    }

    fn styled_lines(&mut self, style: Style, name: &str, text: &str) -> io::Result<()> {
        self.end()?;
        let tamed_name = tame(name).into_owned();
        let tamed = tame(text);
        let (on, off) = self.codes(style);
        let (name_on, name_off) = self.codes(Style::Bold);
        let mut first = true;
        for line in tamed.trim_end().split('\n') {
            let lead = if first && !name.is_empty() { format!("{tamed_name}: ") } else { String::new() };
            let whole = format!("{lead}{line}");
            let rows = match self.width {
                Some(width) => {
                    let indent = line.len() - line.trim_start().len();
                    let hang = if line.trim_start().starts_with("- ") { indent + 2 } else { indent };
                    let hang = " ".repeat(hang.min(width / 2));
                    let options = textwrap::Options::new(width).subsequent_indent(&hang);
                    textwrap::wrap(&whole, options).into_iter().map(std::borrow::Cow::into_owned).collect()
                }
                None => vec![whole],
            };
            for (n, row) in rows.iter().enumerate() {
                match row.strip_prefix(lead.as_str()) {
                    Some(rest) if n == 0 && !lead.is_empty() => {
                        writeln!(self.out, "{name_on}{lead}{name_off}{on}{rest}{off}")?;
                    }
                    _ => writeln!(self.out, "{on}{row}{off}")?,
                }
            }
            first = false;
        }
        Ok(())
    }
}
