//! The dependency rules of docs/ARCHITECTURE.md, held by reading the source: the core does no I/O, and the edges depend
//! on the core, never the reverse.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file of a module, and its code without comments and tests.
fn files(module: &str) -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = Vec::new();
    let mut queue = vec![src.join(module), src.join(format!("{module}.rs"))];
    while let Some(path) = queue.pop() {
        if path.is_dir() {
            queue.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "rs") && path.exists() {
            let text = fs::read_to_string(&path).unwrap();
            texts.push((path, text));
        }
    }
    // A file that is a module of tests: declared as `#[cfg(test)] mod name;` beside it.
    let tests: Vec<PathBuf> = texts
        .iter()
        .flat_map(|(path, text)| {
            let declared = text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| rest.strip_prefix("mod "));
            let names = declared.filter_map(|rest| rest.split_once(';')).map(|(name, _)| name.to_owned());
            names.map(|name| path.with_file_name(format!("{name}.rs"))).collect::<Vec<_>>()
        })
        .collect();
    texts.retain(|(path, _)| !tests.contains(path));
    texts
        .into_iter()
        .map(|(path, text)| {
            let inline = text.match_indices("#[cfg(test)]\n").find(|(i, mark)| {
                let next = text[i + mark.len()..].lines().next().unwrap_or_default();
                next.ends_with('{')
            });
            let code = &text[..inline.map_or(text.len(), |(i, _)| i)];
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            (path, code)
        })
        .collect()
}

/// The modules of this crate that a file uses, by `crate::name` wherever it stands.
fn uses(code: &str) -> Vec<String> {
    let mut out: Vec<String> = code
        .split("crate::")
        .skip(1)
        .flat_map(|rest| {
            let names = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap_or_default().to_owned(),
                None => rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default().to_owned(),
            };
            names.split(',').map(|n| n.trim().split("::").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        })
        .filter(|n| !n.is_empty())
        .collect();
    out.sort();
    out.dedup();
    out
}

/// What each core module may use of this crate.
const CORE: &[(&str, &[&str])] = &[
    ("analysis", &["analysis"]),
    ("scenario", &["scenario", "analysis", "session", "text"]),
    ("session", &["session", "scenario", "analysis"]),
    ("safety", &["safety", "analysis", "scenario"]),
    ("report", &["report", "session", "scenario", "analysis", "text"]),
];

#[test]
fn the_core_depends_on_the_core_only() {
    for (module, allowed) in CORE {
        let files = files(module);
        assert!(!files.is_empty(), "there is no module {module}");
        for (path, code) in files {
            for used in uses(&code) {
                assert!(allowed.contains(&used.as_str()), "{} uses crate::{used}", path.display());
            }
        }
    }
}

#[test]
fn the_core_does_no_io_and_knows_no_clock_and_no_terminal() {
    let forbidden = [
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::time",
        "SystemTime",
        "Instant",
        "tokio",
        "rusqlite",
        "jiff",
        "ratatui",
        "crossterm",
        "println!",
        "eprintln!",
        "print!(",
        "async ",
        "uuid",
    ];
    for (module, _) in CORE {
        for (path, code) in files(module) {
            for word in forbidden {
                assert!(!code.contains(word), "{} has {word}", path.display());
            }
        }
    }
}

#[test]
fn front_ends_know_the_runtime_and_not_what_is_behind_it() {
    for module in ["tui", "web"] {
        for (path, code) in files(module) {
            for behind in ["llm", "store"] {
                assert!(!uses(&code).contains(&behind.to_owned()), "{} uses crate::{behind}", path.display());
            }
        }
    }
}

#[test]
fn the_store_depends_on_the_core_and_on_no_front_end() {
    for (path, code) in files("store") {
        for used in uses(&code) {
            assert!(
                ["store", "session", "analysis", "scenario"].contains(&used.as_str()),
                "{} uses crate::{used}",
                path.display()
            );
        }
    }
}

#[test]
fn models_know_no_session_and_no_front_end() {
    for (path, code) in files("llm") {
        for used in uses(&code) {
            // Of the runtime: how to stop, and the clock. Of the store: the hash of a text.
            assert!(["llm", "runtime", "store"].contains(&used.as_str()), "{} uses crate::{used}", path.display());
        }
    }
}

#[test]
fn whoever_asks_a_model_knows_no_store_and_no_front_end() {
    for module in ["counterpart", "judge", "coach", "prompts"] {
        let files = files(module);
        assert!(!files.is_empty(), "there is no module {module}");
        for (path, code) in files {
            for behind in ["store", "cli", "tui", "web", "config"] {
                assert!(!uses(&code).contains(&behind.to_owned()), "{} uses crate::{behind}", path.display());
            }
        }
    }
}

/// `--offline` and the question about hosts are held in one place, so there is one place that opens connections.
#[test]
fn one_file_opens_connections() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let only = src.join("llm").join("wire.rs");
    let modules =
        fs::read_dir(&src).unwrap().map(|e| e.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
    for module in modules {
        for (path, code) in files(&module) {
            for word in
                ["reqwest::Client::builder", "Client::new(", "ClientBuilder", "TcpStream", "UdpSocket", "reqwest::get"]
            {
                assert!(path == only || !code.contains(word), "{} has {word}", path.display());
            }
        }
    }
}

#[test]
fn no_code_outside_tests_can_panic_on_purpose() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules: Vec<String> = fs::read_dir(src)
        .unwrap()
        .map(|e| e.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    for module in modules {
        for (path, code) in files(&module) {
            for word in [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("] {
                assert!(!code.contains(word), "{} has {word}", path.display());
            }
        }
    }
}
