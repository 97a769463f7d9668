//! Export, import, delete and report, each killed a hundred times at random moments: what they make is whole or not there,
//! what they do is done or not begun, and the next run puts everything right.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod after_support;
mod store_support;

use std::fs;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use after_support::{GRIEF, Home};
use saywell::session::Event;
use saywell::store::archive::Reader;
use saywell::store::{Filter, MemoryStore, NewSession, Store, text_hash};
use store_support::{Dice, Killed, is_whole, open, said};

const KILLS: usize = 100;
const REHEARSALS: usize = 24;
const TEXT: &str = include_str!("../scenarios/grief-mother-belongings.yaml");

fn id(n: usize) -> String {
    format!("0193a000-0000-7000-8000-{n:012x}")
}

/// Words by which a rehearsal can be told from all others.
fn secret(n: usize) -> String {
    format!("the kettle number {n:03};")
}

/// A rehearsal of some length, by hand.
fn keep(store: &mut dyn Store, n: usize) {
    let started = Event::Started {
        scenario: GRIEF.into(),
        scenario_hash: text_hash(TEXT),
        audience: saywell::analysis::Audience::Client,
        difficulty: saywell::scenario::Difficulty::Moderate,
        seed: 1,
        analyser: 1,
    };
    let opening = Event::CounterpartSaid {
        turn: 0,
        parent: None,
        text: "There you are.".into(),
        source: saywell::session::Source::Scripted,
    };
    let new = NewSession { id: &id(n), title: "Clearing", scenario_text: TEXT };
    let mut last = store.create(&new, 0, &[started, opening]).unwrap();
    for (turn, times) in [(1, 1 + n % 3), (2, 40), (3, 200)] {
        // Only the first is a turn of the talk; the others fill space and are read as what was planned.
        let text = secret(n).repeat(times);
        let event = if turn == 1 {
            said(1, &text)
        } else {
            Event::Planned { who: String::new(), what: text, when: "Sunday".into() }
        };
        last = store.append(&id(n), last, turn, &[event]).unwrap();
    }
}

fn start(mut command: Command) -> Killed {
    Killed(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// How often one can ask a process whether it has ended before it has.
fn patience(command: Command) -> usize {
    let mut process = start(command);
    (1..).find(|_| process.0.try_wait().unwrap().is_some()).unwrap()
}

/// Start it and kill it at a random moment; whether it was still alive.
fn killed(command: Command, patience: usize, dice: &mut Dice) -> bool {
    let mut process = start(command);
    for _ in 0..dice.below(patience) {
        if process.0.try_wait().unwrap().is_some() {
            return false;
        }
    }
    process.0.kill().unwrap();
    process.0.wait().unwrap().code().is_none()
}

/// Kill what `make` makes until it was killed a hundred times while alive, looking after each.
fn a_hundred_times(seed: u64, make: impl Fn() -> Command, mut look: impl FnMut(bool)) {
    let mut patience = patience(make());
    look(false);
    let mut dice = Dice::new(seed);
    let mut kills = 0;
    for _ in 0..KILLS * 20 {
        let alive = killed(make(), patience, &mut dice);
        kills += usize::from(alive);
        // How quick a process is changes with what else the machine does: some are to come to their end.
        let step = patience / 16 + 1;
        patience = if alive { patience + step } else { patience.saturating_sub(3 * step).max(2) };
        look(alive);
        if kills == KILLS {
            return;
        }
    }
    panic!("it could be killed only {kills} times");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn filled(count: usize) -> Home {
    let home = Home::new();
    fs::create_dir_all(home.data()).unwrap();
    let mut store = home.store();
    (0..count).for_each(|n| keep(&mut store, n));
    home
}

#[test]
fn an_export_is_the_old_one_or_the_new_one() {
    let home = filled(REHEARSALS);
    let folder = home.path().join("backup");
    let file = folder.join("all.saywell");
    let path = file.to_str().unwrap();
    let args = ["export", "--all", path, "--force"];
    // First with nothing there, then over the export of a moment before.
    let mut fresh = true;
    let mut seen = [0, 0];
    a_hundred_times(
        11,
        || home.command(&args),
        |_| {
            match fs::read(&file) {
                Ok(bytes) => {
                    let parcels: Result<Vec<_>, _> = Reader::new(Cursor::new(bytes)).collect();
                    assert_eq!(parcels.unwrap().len(), REHEARSALS);
                    seen[1] += 1;
                    fresh = !fresh;
                    if fresh {
                        fs::remove_file(&file).unwrap();
                    }
                }
                Err(_) => seen[0] += 1,
            }
            let others: Vec<String> = if folder.exists() { names(&folder) } else { Vec::new() };
            assert!(others.iter().all(|n| n == "all.saywell" || n.starts_with(".all.saywell.")), "{others:?}");
        },
    );
    assert!(seen[0] > 5 && seen[1] > 5, "{seen:?}");
    home.ok(&args, "");
    assert_eq!(names(&folder), ["all.saywell"], "what the kills left is gone");
}

#[test]
fn an_import_is_done_or_not_begun() {
    let source = filled(REHEARSALS);
    let file = source.path().join("all.saywell");
    source.ok(&["export", "--all", file.to_str().unwrap()], "");
    let home = filled(0);
    keep(&mut home.store(), 999);
    let base = fs::read(home.database()).unwrap();
    let mine = home.store().events(&id(999)).unwrap();
    let mut seen = [0, 0];
    a_hundred_times(
        12,
        || home.command(&["import", file.to_str().unwrap()]),
        |_| {
            let store = open(&home.database());
            assert_eq!(store.mended(), None);
            assert_eq!(store.events(&id(999)).unwrap(), mine);
            let there = store.sessions(&Filter::default()).unwrap().len() - 1;
            assert!(there == 0 || there == REHEARSALS, "{there}");
            for n in 0..there {
                assert_eq!(store.events(&id(n)).unwrap(), source.store().events(&id(n)).unwrap());
            }
            drop(store);
            assert!(is_whole(&home.database()));
            seen[usize::from(there > 0)] += 1;
            if there > 0 {
                fs::write(home.database(), &base).unwrap();
            }
        },
    );
    assert!(seen[0] > 5 && seen[1] > 0, "{seen:?}");
}

/// A home with some rehearsals, each with a report and a draft.
fn with_reports(count: usize) -> Home {
    let home = filled(count);
    fs::create_dir_all(home.reports()).unwrap();
    for n in 0..count {
        furnish(&home, n);
    }
    home
}

fn report_of(home: &Home, n: usize) -> PathBuf {
    home.reports().join(format!("saywell-{GRIEF}-{}.md", &id(n)[24..]))
}

fn furnish(home: &Home, n: usize) {
    home.store().set_setting(&format!("draft:{}", id(n)), Some(&secret(n))).unwrap();
    fs::write(report_of(home, n), secret(n)).unwrap();
}

#[test]
fn a_deletion_is_done_or_can_be_done_again() {
    let home = with_reports(4);
    let gone = id(2);
    let others = |home: &Home| [0, 1, 3].map(|n| home.store().events(&id(n)).unwrap());
    let before = others(&home);
    let mut seen = [0, 0];
    a_hundred_times(
        13,
        || home.command(&["delete", &gone, "--yes"]),
        |_| {
            // Any start puts the log in order.
            home.ok(&["history"], "");
            assert!(is_whole(&home.database()));
            let there = home.store().find(&gone).is_ok();
            seen[usize::from(!there)] += 1;
            if there {
                assert_eq!(home.store().events(&gone).unwrap().len(), 5, "whole, as it was");
                home.ok(&["delete", &gone, "--yes"], "");
            }
            assert_eq!(home.holding(&secret(2)), Vec::<PathBuf>::new());
            assert_eq!(others(&home), before);
            assert!([0, 1, 3].into_iter().all(|n| report_of(&home, n).exists()));
            keep(&mut home.store(), 2);
            furnish(&home, 2);
        },
    );
    assert!(seen[0] > 5 && seen[1] > 0, "{seen:?}");
}

#[test]
fn deleting_everything_takes_all_rehearsals_or_none() {
    let home = with_reports(6);
    let file = home.path().join("all.saywell");
    home.ok(&["export", "--all", file.to_str().unwrap()], "");
    let export = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    a_hundred_times(
        14,
        || home.command(&["delete", "--all", "--yes"]),
        |_| {
            home.ok(&["history"], "");
            let there = home.store().sessions(&Filter::default()).unwrap().len();
            assert!(there == 0 || there == 6, "{there}");
            home.ok(&["delete", "--all", "--yes"], "");
            assert_eq!(home.holding("the kettle number"), Vec::<PathBuf>::new());
            home.store().take_in(&mut Reader::new(Cursor::new(&export))).unwrap();
            (0..6).for_each(|n| fs::write(report_of(&home, n), secret(n)).unwrap());
        },
    );
}

#[test]
fn a_report_is_the_old_one_or_the_new_one() {
    let home = Home::new();
    let id = home.rehearse("You never ask me.\nI felt sad on Sunday when you rang.\n/finish\n");
    let folder = home.path().join("pages");
    let file = folder.join("talk.html");
    let args = ["report", &id, "--out", file.to_str().unwrap(), "--force"];
    home.ok(&args, "");
    let whole = fs::read(&file).unwrap();
    a_hundred_times(
        15,
        || home.command(&args),
        |_| {
            let found = fs::read(&file).unwrap_or_else(|_| b"old".to_vec());
            assert!(found == whole || found == b"old", "{} bytes", found.len());
            fs::write(&file, "old").unwrap();
        },
    );
    home.ok(&args, "");
    assert_eq!(names(&folder), ["talk.html"]);
    assert_eq!(fs::read(&file).unwrap(), whole);
}

/// Run it where the system refuses to make any file longer than so many bytes. (The signal that comes with the limit
/// would end the process; the error is what is wanted.)
#[cfg(unix)]
fn limited(inner: &Command, bytes: u64) -> std::process::Output {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", &(bytes / 512).to_string()]);
    command.arg(inner.get_program()).args(inner.get_args()).env_clear();
    command.envs(inner.get_envs().filter_map(|(k, v)| Some((k, v?))));
    command.output().unwrap()
}

/// Less than this, and the database cannot even be opened: its shared file has 32 KiB.
#[cfg(unix)]
const LEAST: u64 = 40_000;

#[cfg(unix)]
#[test]
fn a_disk_that_fills_leaves_the_old_export_and_says_so() {
    let home = filled(REHEARSALS);
    let folder = home.path().join("backup");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("all.saywell");
    home.ok(&["export", "--all", file.to_str().unwrap()], "");
    let size = fs::metadata(&file).unwrap().len();
    let mut refused = 0;
    for limit in [LEAST, size / 2, size - 1_024, size + 1_024, 10 * size] {
        fs::write(&file, "old").unwrap();
        let output = limited(&home.command(&["export", "--all", file.to_str().unwrap(), "--force"]), limit);
        let found = fs::read(&file).unwrap();
        if output.status.success() {
            assert!(Reader::new(BufReader::new(found.as_slice())).all(|parcel| parcel.is_ok()));
        } else {
            refused += 1;
            assert_eq!(found, b"old");
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1));
            assert!(said.contains("make room and try again") && said.contains("No export was made"), "{said}");
        }
        assert_eq!(names(&folder), ["all.saywell"], "no half file");
    }
    assert_eq!(refused, 3);
}

/// The same for an import: the database cannot grow.
#[cfg(unix)]
#[test]
fn an_import_that_finds_no_room_changes_nothing() {
    let source = filled(REHEARSALS);
    let file = source.path().join("all.saywell");
    source.ok(&["export", "--all", file.to_str().unwrap()], "");
    let home = filled(1);
    let before = home.store().sessions(&Filter::default()).unwrap();
    let needed = fs::metadata(source.database()).unwrap().len();
    for limit in [LEAST, needed / 3, needed / 2] {
        let output = limited(&home.command(&["import", file.to_str().unwrap()]), limit);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("Nothing was changed"), "{said}");
        assert_eq!(home.store().sessions(&Filter::default()).unwrap(), before);
        assert!(is_whole(&home.database()));
    }
    home.ok(&["import", file.to_str().unwrap()], "");
    let mut memory = MemoryStore::new();
    memory.take_in(&mut Reader::new(BufReader::new(fs::File::open(&file).unwrap()))).unwrap();
    assert_eq!(home.store().sessions(&Filter::default()).unwrap().len(), REHEARSALS);
}
