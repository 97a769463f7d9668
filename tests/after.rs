//! What stays after a rehearsal, from the outside: reports, the list, progress, export and import, deleting, plans.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod after_support;

use std::fs;

use after_support::{GRIEF, Home, err, out};
use saywell::store::Store;
use serde_json::Value;

const TALK: &str = "/tense 7\nYou never ask me. Zbigniew says so too.\n/back\nIt must be hard to do all of it on your own.\n\
     I felt sad on Sunday when the machine had gone. Could we do the photos together in Treorchy at 10:30?\n/finish\n\
     /tense 3\n/plan\nRhian Pugh\nAsk for the photos, call 01443 555 0123\nSunday\n/quit\n";

fn talked() -> (Home, String) {
    let home = Home::new();
    let id = home.rehearse(TALK);
    (home, id)
}

#[test]
fn a_report_has_every_part() {
    let (home, id) = talked();
    for format in ["md", "html"] {
        let text = home.ok(&["report", &id, "--format", format, "--out", "-"], "");
        for part in [
            "What I wanted",
            "A strength",
            "To try next",
            "Chances, and those you took",
            "The talk",
            "What moved Rhian",
            "Your attempts side by side",
            "How tense I was",
            "Before: 7 of 10. After: 3 of 10.",
            "For real",
            "Rhian Pugh",
            "practice feedback, not an assessment",
            GRIEF,
            "analyser 1",
        ] {
            assert!(text.contains(part), "{format}: {part}\n{text}");
        }
        // Trust and tension stand there in numbers as well; a score of the user nowhere.
        assert!(!text.to_lowercase().contains("score:") && !text.contains('%') || format == "html", "{text}");
    }
    let json: Value = serde_json::from_str(&home.ok(&["report", &id, "--format", "json"], "")).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["takes"].as_array().unwrap().len(), 2);
    assert_eq!(json["plan"]["who"], "Rhian Pugh");
    assert_eq!(json["versions"]["scenario_hash"].as_str().unwrap().len(), 64);
    let skill = &json["skills"].as_array().unwrap()[0];
    assert!(skill["chances"].as_u64().unwrap() >= skill["taken"].as_u64().unwrap());
    let said = json["talk"].as_array().unwrap().iter().find(|l| l["reply"] == 1).unwrap();
    let mark = &said["marks"].as_array().unwrap()[0];
    let span = (mark["span"]["start"].as_u64().unwrap() as usize, mark["span"]["end"].as_u64().unwrap() as usize);
    assert!(said["text"].as_str().unwrap()[span.0..span.1].contains("hard to do all of it"), "{mark}");
}

#[test]
fn what_was_kept_back_is_for_the_debrief_alone() {
    let (home, id) = talked();
    let scenario = saywell::scenario::parse(include_str!("../scenarios/grief-mother-belongings.yaml")).0.unwrap();
    for format in ["md", "html", "json", "csv"] {
        let own = home.ok(&["report", &id, "--format", format, "--out", "-"], "");
        let debrief = home.ok(&["report", &id, "--format", format, "--out", "-", "--debrief"], "");
        // What the user was not told is nowhere in their own report.
        for fact in &scenario.facts {
            let start: String = fact.text.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
            assert!(!own.contains(&start), "{format}: {start}");
            assert!(format == "csv" || debrief.contains(&start), "{format}: {start}");
        }
        let stance = scenario.states[0].stance.trim();
        assert!(!own.contains(stance) && !own.contains("Behind it"), "{format}");
    }
}

#[test]
fn without_an_id_it_is_the_last_one_and_the_ending_says_the_form() {
    let (home, id) = talked();
    let path = home.path().join("mine.html");
    let said = home.ok(&["report", "--out", path.to_str().unwrap()], "");
    assert!(said.contains("only you can read it"), "{said}");
    assert!(fs::read_to_string(&path).unwrap().starts_with("<!doctype html>"));
    let error = home.fails(1, &["report", "--out", path.to_str().unwrap()], "");
    assert!(error.contains("--force replaces it"), "{error}");
    home.ok(&["report", &id[24..], "--out", path.to_str().unwrap(), "--force"], "");
    let error = home.fails(1, &["report", "nothing-like-it"], "");
    assert!(error.contains("saywell history"), "{error}");
}

#[test]
fn a_deidentified_report_has_no_name_place_number_or_address() {
    let home = Home::new();
    let id = home.rehearse(
        "I told Zbigniew in Treorchy that anna wrote to me@example.org.\nCall me at 01443 555 0123, Rhian.\n/finish\n\
         /plan\nZbigniew\nTell zbigniew at 10:30\nSunday\n",
    );
    for format in ["md", "html", "json", "csv"] {
        let text = home.ok(&["report", &id, "--format", format, "--out", "-", "--deidentify"], "");
        for word in
            ["bigniew", "Treorchy", "Rhian", "anna", "example.org", "01443", "10:30", id.as_str(), &id[24..], GRIEF]
        {
            // "anna" would be found in "Hannah" and the like; there is none here.
            assert!(!text.contains(word), "{format}: {word}\n{text}");
        }
        let text = text.replace('\\', "");
        assert!(text.contains("[name ") && text.contains("[place ") && text.contains("[mail 1]"), "{format}");
        assert!(text.contains("Rules miss some"), "{format}: it says what it cannot promise");
    }
    let json: Value = serde_json::from_str(&home.ok(&["report", "--format", "json", "--deidentify"], "")).unwrap();
    assert_eq!(
        json["plan"]["who"],
        json["plan"]["what"].as_str().unwrap().split(" at").next().unwrap()[5..].to_owned()
    );
    assert!(json["id"].is_null() && json["day"].is_null());
}

#[test]
fn a_table_has_no_formula_and_reads_back() {
    let home = Home::new();
    let id = home.rehearse("=HYPERLINK(\"http://example.invalid\")\n+1 for you, \"dear\"\n-2\n@you\n/finish\n");
    let text = home.ok(&["report", &id, "--format", "csv"], "");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let said: Vec<&str> = rows.iter().filter(|row| &row[2] == "You").map(|row| &row[3]).collect();
    assert_eq!(said[0], "'=HYPERLINK(\"http://example.invalid\")");
    assert_eq!(said[1], "'+1 for you, \"dear\"");
    for cell in rows.iter().flat_map(|row| row.iter()) {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[test]
fn nothing_in_a_report_commands_a_terminal() {
    let home = Home::new();
    let id = home.rehearse("\u{1b}]0;owned\u{7}\u{1b}[2Jhello \u{202e}reversed \u{9b}31m\n/finish\n");
    for format in ["md", "html", "json", "csv"] {
        let text = home.ok(&["report", &id, "--format", format, "--out", "-"], "");
        let bad = |c: &char| (c.is_control() && !matches!(c, '\n' | '\r')) || ('\u{202a}'..='\u{202e}').contains(c);
        assert_eq!(text.chars().find(bad), None, "{format}");
    }
}

#[test]
fn a_reply_that_stopped_the_scene_is_not_in_a_report() {
    let home = Home::new();
    let id = home.rehearse("Hello\nI want to kill myself.\ni am safe\nLet us talk about the photos.\n/finish\n");
    for format in ["md", "html", "json", "csv"] {
        let text = home.ok(&["report", &id, "--format", format, "--out", "-", "--debrief"], "");
        assert!(!text.contains("kill myself"), "{format}\n{text}");
        assert!(text.contains("Let us talk about the photos"), "{format}");
    }
}

#[test]
fn the_list_shows_and_counts_what_is_kept() {
    let (home, first) = talked();
    let second = home.rehearse("Hello\n");
    home.rehearse("");
    let text = home.ok(&["history"], "");
    let rows: Vec<&str> = text.lines().collect();
    assert!(rows[1].starts_with(&second[28..]) && rows[1].ends_with("open"), "{text}");
    assert!(rows[2].starts_with(&first[28..]) && rows[2].ends_with("3        finished"), "{text}");
    assert!(rows[3].is_empty(), "one in which nothing was said is not there: {text}");
    let json: Value = serde_json::from_str(&home.ok(&["history", "--json", "-n", "1"], "")).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!((&json[0]["id"], &json[0]["replies"]), (&Value::from(second), &Value::from(1)));
    assert!(Home::new().ok(&["history"], "").contains("Nothing yet"));
    assert_eq!(Home::new().ok(&["history", "--json"], "").trim(), "[]");
}

#[test]
fn a_trend_needs_three_comparable_rehearsals() {
    let home = Home::new();
    let progress = || -> Value { serde_json::from_str(&home.ok(&["progress", "--json"], "")).unwrap() };
    assert_eq!(progress()["skills"].as_array().unwrap().len(), 0);
    for n in 1..=3 {
        home.rehearse("I felt sad on Sunday when the machine had gone. Could we do the photos together?\n/finish\n");
        let now = progress();
        let trends = now["skills"].as_array().unwrap().iter().filter(|s| !s["trend"].is_null()).count();
        assert_eq!(trends > 0, n >= 3, "{n}: {now}");
        let text = home.ok(&["progress"], "");
        assert_eq!(text.contains("lately"), n >= 3, "{text}");
        assert_eq!(text.contains("A trend shows from 3"), n < 3, "{text}");
    }
    let now = progress();
    let trend = now["skills"].as_array().unwrap().iter().find(|s| !s["trend"].is_null()).unwrap();
    assert_eq!(trend["trend"]["rehearsals"], 3);
    assert!(trend["trend"]["later"]["chances"].is_u64());
    // Another difficulty is not comparable.
    home.ok(&["play", GRIEF, "--json", "--difficulty", "hard"], "I felt sad on Sunday when you rang.\n/finish\n");
    let text = home.ok(&["progress"], "");
    assert!(!text.contains("\"I\" statement: over"), "{text}");
}

#[test]
fn an_export_is_whole_private_and_comes_back() {
    let (home, id) = talked();
    home.rehearse("Hello\n");
    let file = home.path().join("all.saywell");
    let path = file.to_str().unwrap();
    let said = home.ok(&["export", "--all", path], "");
    assert!(said.contains("2 rehearsals"), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let error = home.fails(1, &["export", "--all", path], "");
    assert!(error.contains("--force"), "{error}");
    home.ok(&["export", "--all", path, "--force"], "");
    home.fails(2, &["export", path], "");
    let other = Home::new();
    assert!(other.ok(&["import", path], "").contains("2 rehearsals taken in"));
    assert_eq!(other.store().events(&id).unwrap(), home.store().events(&id).unwrap());
    assert!(other.ok(&["import", path], "").contains("2 rehearsals here already"));
    let again = other.path().join("again");
    other.ok(&["export", "--all", again.to_str().unwrap()], "");
    assert_eq!(fs::read(&again).unwrap(), fs::read(&file).unwrap());
    let piped = Home::new();
    assert!(piped.run(&["import", "-"], fs::read(&file).unwrap()).status.success());
    assert_eq!(piped.ok(&["history", "--json"], "").matches("\"id\"").count(), 2);
}

#[test]
fn a_bad_import_says_where_and_changes_nothing() {
    let (home, _) = talked();
    let file = home.path().join("all.saywell");
    home.ok(&["export", "--all", file.to_str().unwrap()], "");
    let before = home.ok(&["history", "--json"], "");
    let bytes = fs::read(&file).unwrap();
    let other = home.path().join("cut");
    fs::write(&other, &bytes[..bytes.len() / 2]).unwrap();
    for (path, why) in [
        (other.to_str().unwrap(), "it was cut short"),
        ("/no/such/file", "there is no such file"),
        (home.path().to_str().unwrap(), "it is no file"),
        ("/dev/zero", "it is no file"),
    ] {
        let error = home.fails(1, &["import", path], "");
        assert!(error.contains(why) && error.contains("Nothing was changed"), "{error}");
        assert!(error.contains(path), "{error}");
    }
    assert_eq!(home.ok(&["history", "--json"], ""), before);
    let error = Home::new().fails(1, &["export", "--all", other.to_str().unwrap(), "--force"], "");
    assert!(error.contains("nothing to export"), "{error}");
}

#[test]
fn deleting_names_what_goes_asks_and_leaves_nothing() {
    let home = Home::new();
    let secret = "the blue enamel kettle";
    let id = home.rehearse(&format!("I want {secret}.\n/plan\nRhian\nAsk for {secret}\nSunday\n"));
    let stays = home.rehearse("I would like the photos.\n");
    home.store().set_setting(&format!("draft:{id}"), Some(secret)).unwrap();
    fs::create_dir_all(home.reports()).unwrap();
    let report = home.reports().join(format!("saywell-{GRIEF}-{}.md", &id[24..]));
    home.ok(&["report", &id, "--out", report.to_str().unwrap()], "");
    let kept = home.reports().join(format!("saywell-{GRIEF}-{}.md", &stays[24..]));
    home.ok(&["report", &stays, "--out", kept.to_str().unwrap()], "");
    assert!(home.holding(secret).len() >= 2);
    for answer in ["no\n", "\n", "what?\n"] {
        let text = home.ok(&["delete", &id], answer);
        assert!(text.contains("1 reply") && text.contains(report.to_str().unwrap()), "{text}");
        assert!(text.contains("Nothing was deleted"), "{text}");
    }
    let error = home.fails(2, &["delete", &id], "");
    assert!(error.contains("--yes"), "{error}");
    assert!(report.exists());
    let text = home.ok(&["delete", &id], "yes\n");
    assert!(text.contains("Deleted for good."), "{text}");
    assert_eq!(home.holding(secret), Vec::<std::path::PathBuf>::new());
    assert_eq!(home.holding(&id), Vec::<std::path::PathBuf>::new());
    assert!(kept.exists() && home.ok(&["history"], "").contains(&stays[28..]));
    let error = home.fails(1, &["delete", &id, "--yes"], "");
    assert!(error.contains("no rehearsal has the id"), "{error}");
    // One that is not there keeps all others from going.
    home.fails(1, &["delete", &stays, &id, "--yes"], "");
    assert!(kept.exists() && home.ok(&["history"], "").contains(&stays[28..]));
}

#[test]
fn deleting_everything_leaves_no_word_anywhere() {
    let home = Home::new();
    let secret = "the blue enamel kettle";
    for n in 0..12 {
        let id = home.rehearse(&format!("I want {secret} {n}.\n{}\n", secret.repeat(40 + 30 * n)));
        home.store().set_setting(&format!("draft:{id}"), Some(secret)).unwrap();
        fs::create_dir_all(home.reports()).unwrap();
        let report = home.reports().join(format!("saywell-{n}-{}.md", &id[24..]));
        home.ok(&["report", &id, "--out", report.to_str().unwrap()], "");
    }
    fs::write(home.data().join("saywell.db.damaged-1"), secret).unwrap();
    fs::write(home.reports().join(".saywell-x.md.abc.part"), secret).unwrap();
    fs::write(home.reports().join("notes of mine.txt"), "mine").unwrap();
    let text = home.ok(&["delete", "--all"], "yes\n");
    assert!(text.contains("damaged-1") && text.contains("Deleted for good"), "{text}");
    assert_eq!(home.holding(secret), Vec::<std::path::PathBuf>::new());
    assert!(home.reports().join("notes of mine.txt").exists(), "what is not ours stays");
    assert!(home.ok(&["delete", "--all", "--yes"], "").contains("nothing to delete"));
    assert!(home.ok(&["history"], "").contains("Nothing yet"));
}

#[test]
fn a_deleted_report_file_is_no_trouble() {
    let (home, id) = talked();
    fs::create_dir_all(home.reports()).unwrap();
    home.ok(
        &["report", &id, "--out", home.reports().join(format!("saywell-x-{}.md", &id[24..])).to_str().unwrap()],
        "",
    );
    fs::remove_dir_all(home.reports()).unwrap();
    home.ok(&["delete", &id, "--yes"], "");
}

#[test]
fn old_rehearsals_go_as_the_settings_say_and_it_is_told() {
    let home = Home::new();
    let id = home.rehearse("I would like the blue enamel kettle.\n");
    let young = home.rehearse("Hello\n");
    let age = |days: i64| {
        let raw = rusqlite::Connection::open(home.database()).unwrap();
        let back = days * 24 * 60 * 60 * 1000;
        raw.execute("UPDATE sessions SET last_ms = last_ms - ?1 WHERE id = ?2", (back, &id)).unwrap();
    };
    age(31);
    home.ok(&["play", GRIEF, "--plain"], "/quit\n");
    assert!(home.ok(&["history"], "").contains(&id[28..]), "without the setting nothing goes");
    home.configure("keep_days = 32\n");
    home.ok(&["play", GRIEF, "--plain"], "/quit\n");
    assert!(home.ok(&["history"], "").contains(&id[28..]));
    home.configure("keep_days = 30\n");
    let text = home.ok(&["play", GRIEF, "--plain"], "/quit\n");
    assert!(text.contains("keep_days = 30") && text.contains("Clearing your mother's house"), "{text}");
    assert_eq!(home.holding("enamel kettle"), Vec::<std::path::PathBuf>::new());
    assert!(home.ok(&["history"], "").contains(&young[28..]));
    assert!(!home.ok(&["play", GRIEF, "--plain"], "/quit\n").contains("keep_days"), "said once");
    // A clock that went back: everything seems to lie in the future, and nothing goes.
    let raw = rusqlite::Connection::open(home.database()).unwrap();
    raw.execute("UPDATE sessions SET last_ms = last_ms + 10000000000000", []).unwrap();
    drop(raw);
    home.ok(&["play", GRIEF, "--plain"], "/quit\n");
    assert!(home.ok(&["history"], "").contains(&young[28..]));
}

#[test]
fn a_plan_is_asked_about_at_the_next_start() {
    let (home, id) = talked();
    let start = |typed: &str| home.ok(&["play", GRIEF, "--seed", "4"], typed);
    let text = start("1\nIt went better than I thought.\nHello Rhian\n/quit\n");
    let question = text.find("How did it go?").unwrap();
    assert!(text[..question].contains("Rhian Pugh") && text.contains("That took courage"), "{text}");
    assert!(text.contains("You: Hello Rhian"), "then the talk begins: {text}");
    let report = home.ok(&["report", &id], "");
    assert!(report.contains("What became of it: I did it. It went better than I thought."), "{report}");
    assert!(!start("/quit\n").contains("How did it go?"), "it is not asked again");
}

#[test]
fn a_plan_can_be_passed_over_and_nothing_typed_is_lost() {
    for (typed, said) in [("\nHello Rhian\n", ""), ("Hello Rhian\n", ""), ("2\nHello Rhian\n", "That's all right")] {
        let (home, _) = talked();
        let text = home.ok(&["play", GRIEF, "--seed", "4"], typed);
        assert!(text.contains("How did it go?") && text.contains(said), "{text}");
        assert!(text.contains("You: Hello Rhian"), "{text}");
        let text = home.ok(&["play", GRIEF, "--seed", "4"], "/quit\n");
        assert!(!text.contains("How did it go?"), "it rests for a day");
    }
    let (home, _) = talked();
    let text = home.ok(&["play", GRIEF, "--seed", "4", "--no-save"], "/quit\n");
    assert!(!text.contains("How did it go?"));
    assert!(!home.ok(&["play", GRIEF, "--json"], "Hi\n").contains("How did it go?"));
    let text = home.ok(&["play", GRIEF], "3\n/quit\n");
    assert!(text.contains("That can be the right choice"), "{text}");
}

#[test]
fn a_plan_broken_off_keeps_what_was_typed() {
    let home = Home::new();
    let id = home.rehearse("Hello\n/plan\nRhian\n/quit\n");
    assert!(home.ok(&["report", &id], "").contains("With whom: Rhian"));
    let text = home.ok(&["resume", &id], "\n/plan\n\nAsk for the photos\n");
    assert!(text.contains("now: Rhian; Enter keeps it"), "{text}");
    let report = home.ok(&["report", &id], "");
    assert!(report.contains("With whom: Rhian") && report.contains("What: Ask for the photos"), "{report}");
}

#[test]
fn many_rehearsals_without_the_real_talk_bring_one_gentle_word() {
    let home = Home::new();
    let word = "Maybe one sentence of it is ready";
    let mut texts = Vec::new();
    for _ in 0..7 {
        texts.push(home.ok(&["play", GRIEF], "Hello\n/quit\n"));
    }
    let said: Vec<bool> = texts.iter().map(|text| text.contains(word)).collect();
    assert_eq!(said, [false, false, false, false, true, false, false], "once, at the fifth start");
    let other = Home::new();
    for n in 0..5 {
        let typed = if n == 1 { "Hello\n/plan\nRhian\nAsk\nSunday\n" } else { "\nHello\n/quit\n" };
        assert!(!other.ok(&["play", GRIEF], typed).contains(word), "somebody with a plan is not spoken to");
    }
}

#[test]
fn a_scenario_that_is_gone_takes_nothing_with_it() {
    let home = Home::new();
    let folder = home.data().join("scenarios");
    fs::create_dir_all(&folder).unwrap();
    let text =
        include_str!("../scenarios/grief-mother-belongings.yaml").replace("id: grief-mother-belongings", "id: mine");
    fs::write(folder.join("mine.yaml"), text).unwrap();
    let typed = home.ok(&["play", "mine", "--json", "--scenarios", folder.to_str().unwrap()], "Hello\n");
    let id =
        serde_json::from_str::<Value>(typed.lines().next().unwrap()).unwrap()["session"].as_str().unwrap().to_owned();
    fs::remove_dir_all(folder).unwrap();
    assert!(home.ok(&["history"], "").contains(&id[28..]));
    assert!(home.ok(&["report", &id], "").contains("Hello"));
    assert!(home.ok(&["resume", &id], "/quit\n").contains("Going on with"));
    // Even the kept text may be lost, to damage.
    let raw = rusqlite::Connection::open(home.database()).unwrap();
    raw.execute_batch("DROP TRIGGER scenarios_never_change; UPDATE scenarios SET text = NULL").unwrap();
    drop(raw);
    let error = home.fails(1, &["report", &id], "");
    assert!(error.contains("the text of the scenario") && error.contains("is not kept"), "{error}");
    assert!(home.ok(&["history"], "").contains(&id[28..]));
    assert!(home.ok(&["progress"], "").contains("Nothing yet"));
    home.ok(&["delete", &id, "--yes"], "");
}

#[test]
fn a_database_from_a_newer_version_is_left_alone() {
    let (home, id) = talked();
    let raw = rusqlite::Connection::open(home.database()).unwrap();
    raw.pragma_update(None, "user_version", 7_000).unwrap();
    drop(raw);
    let before = fs::read(home.database()).unwrap();
    let file = home.path().join("x");
    let path = file.to_str().unwrap();
    for args in [
        &["history"][..],
        &["progress"],
        &["report", &id],
        &["export", "--all", path],
        &["import", path],
        &["delete", &id, "--yes"],
        &["delete", "--all", "--yes"],
    ] {
        fs::write(home.path().join("unrelated"), "").unwrap();
        let output = home.run(args, "");
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", out(&output));
        assert!(err(&output).contains("newer version") || args[0] == "import", "{}", err(&output));
    }
    assert_eq!(fs::read(home.database()).unwrap(), before);
    assert!(!file.exists());
}
