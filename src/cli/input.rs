//! Lines from a person or a pipe, bounded, whatever the bytes are; and questions that are answered by one.

use std::io::{self, BufRead, IsTerminal, Read};

use super::Failure;
use super::console::Console;

/// The longest line that is taken as a reply, in bytes: about 40,000 words.
pub const LONGEST: usize = 256 * 1024;

/// One line of input.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// The text, without its line end.
    Text(String),
    /// Longer than [`LONGEST`]; it was passed over.
    TooLong,
    /// Not text: it holds zero bytes.
    Binary,
    /// No more input.
    End,
}

/// Standard input, a line at a time.
pub struct Input {
    reader: Box<dyn BufRead>,
    /// What was read and not used.
    back: Option<Line>,
    /// Whether a person types, rather than a pipe.
    pub is_terminal: bool,
}

impl Input {
    /// Standard input.
    pub fn stdin() -> Self {
        let stdin = io::stdin();
        Self { is_terminal: stdin.is_terminal(), back: None, reader: Box::new(stdin.lock()) }
    }

    /// The next line. Bytes that are no UTF-8 are read as Latin-1, so that an old locale loses nothing.
    pub fn line(&mut self) -> io::Result<Line> {
        if let Some(line) = self.back.take() {
            return Ok(line);
        }
        let mut bytes = Vec::new();
        let mut bounded = (&mut self.reader).take(LONGEST as u64 + 2);
        if bounded.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(Line::End);
        }
        let ended = bytes.last() == Some(&b'\n');
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        if bytes.len() > LONGEST {
            if !ended {
                self.skip_line()?;
            }
            return Ok(Line::TooLong);
        }
        if bytes.contains(&0) {
            return Ok(Line::Binary);
        }
        Ok(Line::Text(
            String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect()),
        ))
    }

    /// Ask something and read the answer; where a pipe answers, it is shown, so that the output reads well. None at the end of
    /// the input; empty where the line is no text. Whoever wants to leave at once and without a trace leaves here.
    ///
    /// # Errors
    /// [`Failure::Closed`] after the screen was cleared; or what the terminal says.
    pub fn ask(&mut self, console: &mut Console, question: &str) -> Result<Option<String>, Failure> {
        console.prompt(question)?;
        let answer = self.answer(console)?;
        match &answer {
            None => console.gap()?,
            Some(text) if !self.is_terminal => console.say(text)?,
            Some(_) => {}
        }
        Ok(answer)
    }

    /// The same where the question was put in another way, and nothing is to be shown.
    ///
    /// # Errors
    /// As [`Input::ask`].
    pub fn answer(&mut self, console: &mut Console) -> Result<Option<String>, Failure> {
        let typed = match self.line()? {
            Line::Text(text) => text.trim().to_owned(),
            Line::TooLong | Line::Binary => String::new(),
            Line::End => return Ok(None),
        };
        if matches!(typed.as_str(), "/exit-now" | "/x") {
            console.wipe()?;
            return Err(Failure::Closed);
        }
        Ok(Some(typed))
    }

    /// Have a line that was read come again.
    pub fn put_back(&mut self, line: Line) {
        self.back = Some(line);
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(());
            }
            let end = chunk.iter().position(|b| *b == b'\n');
            let used = end.map_or(chunk.len(), |n| n + 1);
            self.reader.consume(used);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: Vec<u8>) -> Vec<Line> {
        let mut input = Input { reader: Box::new(io::Cursor::new(bytes)), back: None, is_terminal: false };
        let mut out = Vec::new();
        loop {
            match input.line().unwrap() {
                Line::End => return out,
                line => out.push(line),
            }
        }
    }

    #[test]
    fn a_line_too_long_is_passed_over_and_the_next_one_is_whole() {
        let mut bytes = vec![b'x'; LONGEST * 3];
        bytes.extend(b"\nnext\n");
        assert_eq!(lines(bytes), [Line::TooLong, Line::Text("next".into())]);
        let mut just = vec![b'x'; LONGEST];
        just.push(b'\n');
        assert!(matches!(lines(just).as_slice(), [Line::Text(t)] if t.len() == LONGEST));
    }

    #[test]
    fn other_encodings_lose_nothing_and_binary_is_no_text() {
        assert_eq!(lines(b"caf\xe9\r\n".to_vec()), [Line::Text("caf\u{e9}".into())]);
        assert_eq!(lines(b"a\0b\nc".to_vec()), [Line::Binary, Line::Text("c".into())]);
    }
}
