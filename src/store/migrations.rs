//! The form of the database, step by step. `user_version` counts the steps; all that are missing are taken in one
//! transaction, so that a process killed half-way leaves the old form or the new one.
//!
//! A step that was released is never changed. A new kind of event needs a step of its own, even an empty one: older
//! versions then refuse the file with a clear word instead of stumbling over an entry they cannot read.

use rusqlite_migration::{M, Migrations};

/// The newest form that this version knows.
pub(super) const LATEST: u32 = STEPS.len() as u32;

/// Marks the file as ours: "sayw" in ASCII.
pub(super) const APPLICATION_ID: i32 = 0x7361_7977;

/// Every step, oldest first.
pub(super) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

const STEPS: &[M<'static>] = &[
    M::up(FIRST),
    M::up("-- The events 'worded' and 'judged'."),
    M::up("-- The event 'attempted'."),
    M::up(PROTECTION),
];

const FIRST: &str = "
    PRAGMA application_id = 0x73617977;

    CREATE TABLE scenarios (
        n     INTEGER PRIMARY KEY,
        hash  TEXT NOT NULL UNIQUE,
        text  TEXT -- missing only where it was lost to damage
    ) STRICT;

    -- What lists show of a session. Everything from last_ms on can be told from the events and changes with them.
    CREATE TABLE sessions (
        n           INTEGER PRIMARY KEY,
        id          TEXT NOT NULL UNIQUE COLLATE NOCASE,
        scenario_id TEXT NOT NULL,
        title       TEXT NOT NULL,
        audience    TEXT NOT NULL,
        difficulty  TEXT NOT NULL,
        scenario    INTEGER NOT NULL REFERENCES scenarios (n),
        started_ms  INTEGER NOT NULL,
        last_ms     INTEGER NOT NULL,
        last_seq    INTEGER NOT NULL,
        last_pos    INTEGER NOT NULL,
        turns       INTEGER NOT NULL,
        finished    TEXT
    ) STRICT;
    CREATE INDEX sessions_by_scenario ON sessions (scenario);
    CREATE INDEX sessions_by_last ON sessions (last_pos);

    -- The log. pos grows over all sessions and is what 'newest' means; seq counts within one.
    CREATE TABLE events (
        pos     INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
        seq     INTEGER NOT NULL CHECK (seq > 0),
        at_ms   INTEGER NOT NULL,
        kind    TEXT NOT NULL,
        payload TEXT NOT NULL,
        UNIQUE (session, seq)
    ) STRICT;

    CREATE TABLE settings (
        key   TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TRIGGER events_leave_no_gap BEFORE INSERT ON events
    WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM events WHERE session = NEW.session), 0)
    BEGIN SELECT raise(ABORT, 'the log has no gaps'); END;

    CREATE TRIGGER events_never_change BEFORE UPDATE ON events
    BEGIN SELECT raise(ABORT, 'the log is only ever added to'); END;

    -- Deleting a session takes its events along: by then the session itself is gone. Anything else is refused.
    CREATE TRIGGER events_stay_with_their_session BEFORE DELETE ON events
    WHEN EXISTS (SELECT 1 FROM sessions WHERE n = OLD.session)
    BEGIN SELECT raise(ABORT, 'the log is only ever added to'); END;

    CREATE TRIGGER scenarios_never_change BEFORE UPDATE ON scenarios
    WHEN OLD.text IS NOT NULL
    BEGIN SELECT raise(ABORT, 'the text of a scenario belongs to its hash'); END;
";

/// Whether the words are sealed, and the key to them, sealed under the passphrase. Without it nothing could be read, so it
/// stands twice, in tables, and so on pages, of their own.
const PROTECTION: &str = "
    CREATE TABLE protection (
        n          INTEGER PRIMARY KEY CHECK (n = 1),
        generation INTEGER NOT NULL, -- another one whenever words are sealed or opened
        scrub      INTEGER NOT NULL, -- 1 while plain words may still stand in unused parts of the files
        sealed_key TEXT              -- JSON; NULL where the words are not sealed
    ) STRICT;
    CREATE TABLE protection_again (
        n          INTEGER PRIMARY KEY CHECK (n = 1),
        generation INTEGER NOT NULL,
        scrub      INTEGER NOT NULL,
        sealed_key TEXT
    ) STRICT;
    INSERT INTO protection VALUES (1, 0, 0, NULL);
    INSERT INTO protection_again VALUES (1, 0, 0, NULL);
";
