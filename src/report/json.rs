//! A report as JSON: [`Report`] as it is.

use super::Report;

/// A report as a document, ending in a line feed.
pub fn text(report: &Report) -> String {
    // Nothing in a report is of a kind that JSON cannot hold.
    let mut out = serde_json::to_string_pretty(report).unwrap_or_default();
    out.push('\n');
    out
}
