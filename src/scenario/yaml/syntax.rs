//! What is wrong with a text that is no YAML, said to someone who has never heard of YAML.

use granit_parser::{ErrorKind, ScanError};

use super::tree::{byte, widen};
use crate::scenario::problem::{Code, Problem};

const TABS: &str = "YAML wants spaces: replace each tab at the beginning of a line by two spaces";
pub(super) const QUOTE: &str =
    "put \"double quotes\" around the whole text, and a \\ before each double quote inside it";
const INDENT: &str = "set the line in with as many spaces as the lines beside it; a text that runs over several lines \
                      wants quotes or a '|'";
const HYPHEN: &str = "write '- ' before each item of the list, all set in alike";

/// The problem that an error of the parser is.
pub(super) fn syntax_problem(text: &str, error: &ScanError) -> Problem {
    let at = byte(text, error.marker());
    let mut span = widen(text, at..at);
    let (what, help) = plain_words(error.kind());
    if help == TABS
        && let Some(tab) = first_tab(text, span.start)
    {
        span = tab..tab + 1;
    }
    Problem::new(Code::Syntax, span, format!("this cannot be read as YAML: {what}")).help(help.to_owned())
}

/// What is wrong, and what to do about it.
fn plain_words(kind: &ErrorKind) -> (&'static str, &'static str) {
    use ErrorKind as E;
    match kind {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabInPlainScalar
        | E::TabAtBlockScalarStart => ("a line is set in with a tab", TABS),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => {
            ("the quote that opens here is never closed", "add the closing quote at the end of the text")
        }
        E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping => {
            ("the bracket that opens here is never closed", "add the closing bracket")
        }
        E::MisplacedFlowCollectionEnd => {
            ("a closing bracket without an opening one", "take it away, or add the opening bracket")
        }
        E::MismatchedFlowCollectionEnd { .. } => {
            ("a bracket is closed by one of another kind", "close '[' with ']' and '{' with '}'")
        }
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => (
            "a comma or a closing bracket is missing",
            "put a comma between the items, and quotes around text with commas",
        ),
        E::MappingValueNotAllowed
        | E::MappingKeyNotAllowed
        | E::InvalidColonPlacement
        | E::InvalidMappingValueWhitespace
        | E::FlowMappingValueAdjacentCollection => ("a ':' where no key can stand", QUOTE),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            ("text goes on behind the closing quote", QUOTE)
        }
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidUnicodeEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate => ("a '\\' that means nothing here", "write '\\\\' for a backslash"),
        E::UnknownAnchor => ("a word with '*' before it repeats what is marked with '&' above, and nothing is", QUOTE),
        E::MissingAnchorOrAliasName => ("a '*' or '&' means something special to YAML", QUOTE),
        E::UnexpectedCharacter { character } if character.is_control() => {
            ("a control character", "delete the character that the caret points at; it is invisible")
        }
        E::UnexpectedCharacter { .. } => ("no text can begin with this character", QUOTE),
        E::BlockEntryInFlowCollection
        | E::BlockSequenceEntryNotAllowed
        | E::InvalidBlockEntryWhitespace
        | E::PlainScalarStartsWithDashFlowIndicator => {
            ("a list item where none can stand, or none where one belongs", HYPHEN)
        }
        E::ExpectedBlockMappingKey | E::SimpleKeyExpected | E::InvalidSimpleKey | E::ExpectedDocumentStart => {
            ("a line that is neither 'key: value' nor a list item", INDENT)
        }
        E::ExpectedBlockSequenceEntry
        | E::InvalidIndentation
        | E::InvalidBlockScalarIndent
        | E::InvalidQuotedScalarIndent
        | E::InvalidFlowScalarIndent => ("this line is set in otherwise than the lines it belongs to", INDENT),
        E::BomInsideDocument => ("an invisible mark in the middle of the file", "delete what the caret points at"),
        E::RecursionLimitExceeded => {
            ("things stand inside each other too deep here", "a scenario needs about ten levels")
        }
        E::CommentNotSeparated | E::CommentInterceptedScalar => {
            ("a '#' begins a note in the middle of something", "put a space before the '#', or quotes around the text")
        }
        _ => ("it is not written in the way that YAML is", INDENT),
    }
}

/// The first tab that sets a line in, in the line of `from` or after it: the parser points at where the text began that
/// the tab broke.
fn first_tab(text: &str, from: usize) -> Option<usize> {
    let mut at = text.get(..from)?.rfind('\n').map_or(0, |n| n + 1);
    for line in text[at..].split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some(at + tab);
        }
        at += line.len();
    }
    None
}
