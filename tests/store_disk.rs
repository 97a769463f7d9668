//! A disk that is full, may not be written to or reports errors: it is said, nothing is acknowledged that is not
//! there, nothing acknowledged is gone, and when the disk is well again the session goes on.
#![allow(clippy::unwrap_used, clippy::panic)]

mod store_support;

use std::fs;
use std::path::Path;

use saywell::store::{Error, Options, SqliteStore, Store};
use store_support::{
    append_and_tell, database, fill, helper_injected, helper_under, is_whole, lines, open, opening, replies, reply,
    said, tell, told,
};

/// What this program does when another of these tests starts it once more.
#[test]
fn helper() {
    let Some((what, path)) = told() else { return };
    match what.as_str() {
        "append" => append_and_tell(&path, "a", 60, tell),
        "brief" => append_and_tell(&path, "a", 4, tell),
        "full" => fill_a_small_disk(&path),
        _ => match SqliteStore::open(&path) {
            Ok(mut store) => match store.create(&store_support::new("new"), 0, &opening()) {
                Ok(_) => tell("done"),
                Err(error) => tell(&format!("closed {error:?}: {error}")),
            },
            Err(error) => tell(&format!("closed {error:?}: {error}")),
        },
    }
}

/// All that was acknowledged is there. A reply whose writing failed at the very end may be, whole; no other is.
fn check(path: &Path, heard: &str) {
    let acknowledged = lines(heard, "ack ").len();
    let store = open(path);
    assert_eq!(store.mended(), None, "a failing disk is no damage: {heard}");
    let found = if store.find("a").is_ok() { replies(&store, "a") } else { Vec::new() };
    assert_eq!(found, (0..found.len()).map(reply).collect::<Vec<_>>());
    let unsure = usize::from(!lines(heard, "closed").is_empty());
    assert!((acknowledged..=acknowledged + unsure).contains(&found.len()), "{} are there: {heard}", found.len());
    drop(store);
    assert!(is_whole(path));
    append_and_tell(path, "a", 2, |_| ());
    assert_eq!(replies(&open(path), "a").len(), found.len() + 2, "it goes on");
}

#[test]
fn a_full_database_says_so_and_goes_on_when_there_is_room() {
    for room in 0..8 {
        let dir = tempfile::tempdir().unwrap();
        let path = database(&dir);
        fill(&mut open(&path), "a", 5);
        let pages = u32::try_from(fs::metadata(&path).unwrap().len() / 4096).unwrap();
        let small = Options { max_pages: Some(pages + room), ..Options::default() };
        let mut store = SqliteStore::open_with(&path, &small).unwrap();
        let (mut last, mut kept) = (7, 5);
        let error = loop {
            match store.append("a", last, 0, &[said(kept as u32 + 1, &reply(kept))]) {
                Ok(seq) => (last, kept) = (seq, kept + 1),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::Full { .. }), "{error:?}");
        assert!(error.to_string().contains("Make room and try again; what was kept is safe"), "{error}");
        assert_eq!(replies(&store, "a"), (0..kept).map(reply).collect::<Vec<_>>());
        // All or nothing, for several events at once as well; and no half of a new session.
        assert!(store.append("a", last, 0, &[said(0, "x"), said(1, &"y".repeat(100_000))]).is_err());
        assert_eq!(replies(&store, "a").len(), kept);
        assert!(
            store
                .create(&store_support::new("b"), 0, &[opening(), vec![said(1, &"z".repeat(100_000))]].concat())
                .is_err()
        );
        assert!(matches!(store.find("b"), Err(Error::NoSession(_))));
        drop(store);
        assert!(is_whole(&path));
        assert_eq!(open(&path).append("a", last, 0, &[said(kept as u32 + 1, &reply(kept))]), Ok(last + 1));
    }
}

/// The system refuses to make any file longer than this: a write fails, or is cut, wherever the limit falls.
#[cfg(unix)]
#[test]
fn a_write_that_fails_anywhere_acknowledges_nothing() {
    let mut all = 0;
    for half_kib in (1..20).chain((20..400).step_by(17)).chain((400..3_000).step_by(300)) {
        let dir = tempfile::tempdir().unwrap();
        let path = database(&dir);
        // The signal that comes with the limit would end the process; the error is what is wanted.
        let limit = format!("trap '' XFSZ; ulimit -f {half_kib}; exec \"$0\" \"$@\"");
        let output = helper_under(&["sh", "-c", &limit], "append", &path).output().unwrap();
        let heard = String::from_utf8(output.stdout).unwrap();
        assert!(lines(&heard, "done").len() + lines(&heard, "closed").len() == 1, "{half_kib}: {heard}");
        for error in lines(&heard, "closed").iter().chain(&lines(&heard, "refused")) {
            assert!(error.contains("Io {") || error.contains("Full {"), "{error}");
        }
        all += lines(&heard, "ack ").len();
        check(&path, &heard);
    }
    assert!(all > 100, "some room was left for work: {all}");
}

/// Each system call by which SQLite writes fails once, at its first, second, third ... use; then the disk is well.
#[test]
fn an_error_at_the_nth_write_is_told_and_the_session_goes_on() {
    let faults = ["pwrite64:error=EIO", "pwrite64:error=ENOSPC", "fsync:error=EIO", "ftruncate:error=EIO"];
    let failing = |fault: &str| {
        for nth in 1..200 {
            let dir = tempfile::tempdir().unwrap();
            let path = database(&dir);
            let Some(mut command) = helper_injected(&format!("{fault}:when={nth}"), "brief", &path) else { return };
            let output = command.output().unwrap();
            let heard = String::from_utf8(output.stdout).unwrap();
            for error in lines(&heard, "closed").iter().chain(&lines(&heard, "refused")) {
                assert!(error.contains("Io {") || error.contains("Full {"), "{fault} {nth}: {error}");
            }
            let (untouched, begun) = (lines(&heard, "refused").is_empty(), !lines(&heard, "begun").is_empty());
            if begun && !lines(&heard, "closed").is_empty() {
                panic!("{fault} {nth}: the second try failed, too: {heard}");
            }
            check(&path, &heard);
            if nth > 40 && untouched && begun {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for fault in faults {
            scope.spawn(|| failing(fault));
        }
    });
}

/// A namespace of our own, in which a file system can be mounted without being root; or not, where that is forbidden.
#[cfg(target_os = "linux")]
fn mounted(script: &str, what: &str, path: &Path) -> Option<String> {
    let usable = std::process::Command::new("unshare").args(["-rm", "true"]).output();
    if !usable.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no file system may be mounted here");
        return None;
    }
    let output = helper_under(&["unshare", "-rm", "sh", "-ec", script], what, path).output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_really_full_is_told_and_survived() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("mount -t tmpfs -o size=600k none {}; exec \"$0\" \"$@\"", dir.path().display());
    let Some(heard) = mounted(&script, "full", &database(&dir)) else { return };
    assert!(!lines(&heard, "done").is_empty(), "{heard}");
}

/// Runs in the helper: fill the disk, look, make room, go on.
fn fill_a_small_disk(path: &Path) {
    let ballast = path.with_file_name("ballast");
    fs::write(&ballast, vec![1; 100_000]).unwrap();
    let mut store = open(path);
    let mut last = store.create(&store_support::new("a"), 0, &opening()).unwrap();
    let mut kept = 0;
    let error = loop {
        match store.append("a", last, 0, &[said(kept as u32 + 1, &reply(kept))]) {
            Ok(seq) => (last, kept) = (seq, kept + 1),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full { .. } | Error::Io { .. }), "{error:?}");
    assert_eq!(replies(&store, "a").len(), kept);
    assert!(kept > 5);
    fs::remove_file(ballast).unwrap();
    last = store.append("a", last, 0, &[said(kept as u32 + 1, &reply(kept))]).unwrap();
    drop(store);
    let store = open(path);
    assert_eq!(store.mended(), None);
    assert_eq!(replies(&store, "a"), (0..=kept).map(reply).collect::<Vec<_>>());
    assert_eq!(store.find("a").unwrap().last_seq, last);
    drop(store);
    assert!(is_whole(path));
    tell("done");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let source = tempfile::tempdir().unwrap();
    fill(&mut open(&database(&source)), "a", 3);
    let at = dir.path().display();
    // With a database on it, and without one.
    for fill in [format!("cp {} {at}/", database(&source).display()), "true".to_owned()] {
        let script =
            format!("mount -t tmpfs -o size=1m none {at}; {fill}; mount -o remount,ro {at}; exec \"$0\" \"$@\"");
        let Some(heard) = mounted(&script, "open", &database(&dir)) else { return };
        let [error] = lines(&heard, "closed")[..] else { panic!("{heard}") };
        assert!(error.contains("ReadOnly {") && error.contains("may not be written to"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_is_explained() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(dir.path().join("probe"), "").is_ok() {
        eprintln!("skipped: this user (root) may write everywhere; a read-only disk is tried elsewhere");
        return;
    }
    for name in ["saywell.db", "deeper/saywell.db"] {
        let error = SqliteStore::open(dir.path().join(name)).unwrap_err();
        assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
        assert!(error.to_string().contains("set SAYWELL_DATA to a folder of yours"), "{error}");
    }
}
