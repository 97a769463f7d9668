//! Taking in sessions from elsewhere, within one transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Error, Meeting, Parcel, Recorded, Result, TakenIn, Tally, meet, opening_of};
use super::lock::{Words, place};
use super::{Filed, add, finish, lined, number};

const THERE: &str = "SELECT n, id, turns, finished FROM sessions WHERE id = ?1";
const EVENTS_OF: &str = "SELECT seq, at_ms, payload FROM events WHERE session = ?1 ORDER BY seq";
const SET_IF_NOT: &str = "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING";

/// A session that is there already.
struct There {
    n: i64,
    id: String,
    tally: Tally,
}

pub(super) fn take_in(
    tx: &Connection,
    words: &Words,
    parcels: &mut dyn Iterator<Item = Result<Parcel>>,
    failed: &impl Fn(rusqlite::Error) -> Error,
) -> Result<TakenIn> {
    let mut done = TakenIn::default();
    for parcel in parcels {
        let parcel = parcel?;
        let opening = opening_of(&parcel)?;
        let at_ms = parcel.events.first().map_or(0, |first| first.at_ms);
        let there = there(tx, words, &parcel.id).map_err(failed)?;
        let (mut there, rest) = match there {
            None => {
                let text = parcel.scenario_text.as_deref();
                let filed = Filed::new(words, &parcel.id, &parcel.title, &opening, text)?;
                let n = filed.insert(tx, at_ms).map_err(failed)?;
                done.added += 1;
                (There { n, id: parcel.id.clone(), tally: Tally::default() }, parcel.events.as_slice())
            }
            Some(there) => match meet(&parcel, &events_of(tx, words, &there, failed)?)? {
                Meeting::Known => {
                    done.known += 1;
                    (there, [].as_slice())
                }
                Meeting::GoesOn(rest) => {
                    done.continued += 1;
                    (there, rest)
                }
            },
        };
        // What was stored at one moment is stored as one.
        for moment in rest.chunk_by(|a, b| a.at_ms == b.at_ms) {
            let Some(first) = moment.first() else { continue };
            let events: Vec<_> = moment.iter().map(|recorded| recorded.event.clone()).collect();
            let after = first.seq - 1;
            let lines = lined(words, after, &events)?;
            add(tx, words, there.n, after, &mut there.tally, first.at_ms, &lines).map_err(failed)?;
        }
        for (name, value) in &parcel.settings {
            let key = format!("{name}:{}", there.id);
            let value = words.put(&place::setting(&key), value)?;
            let key = words.name(place::SETTING, &key);
            tx.prepare_cached(SET_IF_NOT).and_then(|mut s| s.execute(params![key, value])).map_err(failed)?;
        }
    }
    Ok(done)
}

fn there(tx: &Connection, words: &Words, id: &str) -> rusqlite::Result<Option<There>> {
    tx.prepare_cached(THERE)?
        .query_row([id], |row| {
            let n = row.get(0)?;
            let tally = Tally { turns: row.get(2)?, finished: finish(row, 3, words, n)? };
            Ok(There { n, id: row.get(1)?, tally })
        })
        .optional()
}

fn events_of(
    tx: &Connection,
    words: &Words,
    there: &There,
    failed: &impl Fn(rusqlite::Error) -> Error,
) -> Result<Vec<Recorded>> {
    let mut statement = tx.prepare_cached(EVENTS_OF).map_err(failed)?;
    let mut rows = statement.query([there.n]).map_err(failed)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let seq = row.get::<_, i64>(0).map_err(failed)?.unsigned_abs();
        let at_ms = row.get(1).map_err(failed)?;
        let unreadable = |why: String| Error::Unreadable { session: there.id.clone(), seq, why };
        let payload = words.take(&place::event(number(seq)), row.get(2).map_err(failed)?);
        let payload = payload.ok_or_else(|| unreadable("its seal is broken".to_owned()))?;
        let event = serde_json::from_str(&payload).map_err(|error| unreadable(error.to_string()))?;
        events.push(Recorded { seq, at_ms, event });
    }
    Ok(events)
}
