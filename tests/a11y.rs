//! The HTML report in a real browser: axe-core finds nothing, no script runs, nothing is fetched, it fits a phone and
//! both papers. Needs node, Chromium and `npm ci --prefix tests/a11y`; `.ci/run` sees to all three and then requires it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod after_support;

use std::path::Path;
use std::process::Command;

use after_support::{Home, err, out};

/// Where the browser is; none where there is none.
fn chromium() -> Option<String> {
    let named = std::env::var("CHROMIUM").ok();
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    named.into_iter().chain(names.map(str::to_owned)).find_map(|name| {
        let found = Command::new("sh").args(["-c", "command -v \"$0\"", &name]).output().ok()?;
        let path = String::from_utf8(found.stdout).ok()?.trim().to_owned();
        (found.status.success() && !path.is_empty()).then_some(path)
    })
}

#[test]
fn the_page_is_accessible_fits_and_fetches_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/a11y");
    let required = std::env::var_os("SAYWELL_A11Y").is_some();
    let ready = folder.join("node_modules/axe-core").is_dir() && Command::new("node").arg("--version").output().is_ok();
    let Some(chromium) = chromium().filter(|_| ready) else {
        assert!(!required, "node, Chromium or the packages of tests/a11y are missing");
        eprintln!("skipped: needs node, Chromium and `npm ci --prefix tests/a11y`; `.ci/run` runs it");
        return;
    };
    let home = Home::new();
    let long = "\u{1f469}\u{200d}\u{1f467} aaaaaaaaaaaaaaaaaaaa".repeat(3).replace(' ', "") + &"x".repeat(300);
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'>& </p></main>";
    let replies = format!(
        "/tense 7\nYou never ask me.\n/back\nIt must be hard to do all of it alone.\n{hostile}\n{long}\n\n/finish\n\
         /tense 3\n/plan\nRhian\nAsk for the {hostile}\nSunday\n/quit\n"
    );
    let output = home.run(&["play", "grief-mother-belongings", "--seed", "4"], replies);
    assert!(output.status.success(), "{}", err(&output));
    let pages: [(&str, &[&str]); 3] =
        [("own.html", &[]), ("debrief.html", &["--debrief"]), ("masked.html", &["--deidentify"])];
    let mut command = Command::new("node");
    command.arg(folder.join("check.mjs")).env("CHROMIUM", chromium);
    for (name, more) in pages {
        let path = home.path().join(name);
        let output = home.run(&[&["report", "--out", path.to_str().unwrap()], more].concat(), "");
        assert!(output.status.success(), "{}", err(&output));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("<script") && !text.contains("<img"), "what was typed is escaped");
        command.arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}{}", out(&output), err(&output));
    eprintln!("{}", out(&output).trim());
}
