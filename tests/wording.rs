//! What users read speaks of suicide and violence as the guidance on safe messaging asks (reportingonsuicide.org;
//! Samaritans' media guidelines; WHO, Preventing suicide: a resource for media professionals, 2023): "died by suicide",
//! no method, nothing "successful" or "failed" about it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// Wordings to avoid, and what is said instead.
const AVOID: &[(&str, &str)] = &[
    ("commit suicide", "die by suicide"),
    ("committed suicide", "died by suicide"),
    ("commits suicide", "dies by suicide"),
    ("committing suicide", "dying by suicide"),
    ("commit self-harm", "self-harm"),
    ("successful suicide", "died by suicide"),
    ("completed suicide", "died by suicide"),
    ("failed suicide", "survived a suicide attempt"),
    ("unsuccessful suicide", "survived a suicide attempt"),
    ("failed attempt", "survived an attempt"),
    ("suicide epidemic", "rising numbers"),
    ("suicidal gesture", "suicide attempt"),
    ("cry for help", "a sign that somebody needs help"),
    ("suicide victim", "person who died by suicide"),
    ("suicide threat", "spoke of suicide"),
    ("threatened suicide", "spoke of suicide"),
];

/// Words that name a method. The rules of the analyser have to know them; nobody has to read them.
const METHODS: &[&str] = &[
    "overdose",
    "hang myself",
    "hang himself",
    "hang herself",
    "hanged himself",
    "hanged herself",
    "slit my wrists",
    "slit his wrists",
    "slit her wrists",
    "jump off",
    "jumped off",
    "shoot myself",
    "shot himself",
    "shot herself",
    "drown myself",
    "gas myself",
    "swallow all",
    "noose",
    "razor",
];

/// Files that people read, or that are said to them.
fn read_by_people() -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from("README.md"), PathBuf::from("CONTRIBUTING.md")];
    let mut folders =
        vec![PathBuf::from("scenarios"), PathBuf::from("safety"), PathBuf::from("docs"), PathBuf::from("prompts")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.map(|e| e.unwrap().path()) {
            let text = path.extension().is_some_and(|e| ["md", "yaml", "txt"].iter().any(|known| e == *known));
            match path.is_dir() {
                true => folders.push(path),
                false if text => files.push(path),
                false => {}
            }
        }
    }
    files
}

/// One line, so that a wording that is broken over two is found too; small letters, plain apostrophes and hyphens.
fn plain(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap().to_lowercase().replace('\u{2019}', "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_people_read_keeps_to_the_guidance() {
    let files = read_by_people();
    assert!(files.len() > 12, "{files:?}");
    let mut found = Vec::new();
    for path in files {
        let text = plain(&path);
        // What docs/safety.md quotes as avoided stands in quotes there.
        let quoted = |word: &str| format!("\"{word}\"");
        for (avoid, instead) in AVOID {
            if text.replace(&quoted(avoid), "").contains(avoid) {
                found.push(format!("{}: '{avoid}'; say '{instead}'", path.display()));
            }
        }
        for method in METHODS.iter().filter(|method| text.contains(*method)) {
            found.push(format!("{}: '{method}' names a method", path.display()));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_text_of_the_flow_promises_secrecy_or_gives_a_risk() {
    for file in ["safety/words.yaml", "safety/lines.yaml"] {
        let text: String =
            fs::read_to_string(file).unwrap().lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join(" ");
        let text = text.to_lowercase();
        for word in [
            "confiden",
            "secret",
            "nobody will",
            "no one will",
            "% ",
            "risk score",
            "high risk",
            "low risk",
            "you must",
            "you should",
        ] {
            assert!(!text.contains(word), "{file}: {word}");
        }
    }
}
