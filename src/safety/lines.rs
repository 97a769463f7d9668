//! Where to turn, by country: `safety/lines.yaml`, a dated list.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer};

use super::words;
use crate::analysis::Id;
use crate::scenario::yaml;

/// The list as it stands in its file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    checked: String,
    common: Vec<String>,
    countries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    name: String,
    emergency: String,
    crisis: String,
    text: Option<String>,
    abuse: Option<String>,
    child: Option<String>,
}

/// The members of the European Union; those without lines of their own have the Union's.
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

const FILE: &str = include_str!("../../safety/lines.yaml");

fn lines() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| yaml::read(FILE, &mut Vec::new()).unwrap_or_default())
}

/// A country that the list has lines of.
#[derive(Clone, Copy)]
pub struct Country(&'static Entry);

impl Country {
    /// All of them, in the order of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        lines().countries.iter().map(Self)
    }

    /// The country of this code (ISO 3166, and `UK`) or name. A member of the European Union without an entry has the
    /// Union's.
    pub fn of(word: &str) -> Option<Self> {
        let word = word.trim();
        let code = if word.eq_ignore_ascii_case("UK") { "GB" } else { word };
        let found = Self::all().find(|c| c.code().eq_ignore_ascii_case(code) || c.name().eq_ignore_ascii_case(word));
        let in_union = || EU.iter().any(|member| member.eq_ignore_ascii_case(code));
        found.or_else(|| if in_union() { Self::of("EU") } else { None })
    }

    /// The country that a locale names, such as `en_GB.UTF-8`.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let (_, rest) = locale.split_once('_')?;
        Self::of(rest.split(['.', '@']).next()?)
    }

    /// The country by the variables that say which language a person reads, the one that counts most first.
    pub fn of_environment(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let set = |name: &&str| get(name).filter(|value| !value.is_empty());
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set).and_then(|locale| Self::of_locale(&locale))
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        &self.0.code
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// The one after it in the list; none after the last.
    pub fn next(self) -> Option<Self> {
        Self::all().skip_while(|c| *c != self).nth(1)
    }

    /// The one before it in the list; none before the first.
    pub fn previous(self) -> Option<Self> {
        Self::all().take_while(|c| *c != self).last()
    }

    /// The codes, for a message.
    pub fn codes() -> String {
        Self::all().map(Self::code).collect::<Vec<_>>().join(", ")
    }
}

impl PartialEq for Country {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Country {}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Country {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::of(word).ok_or_else(|| {
            format!(
                "there are no lines of '{word}' here, only of: {}. findahelpline.com has every country",
                Self::codes()
            )
        })
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where to turn, a line each: what is most urgent first, then what fits the signals. Where the country is not known, the
/// most asked-for ones are named.
pub fn help(country: Option<Country>, signals: &[Id]) -> String {
    let words = &words().help;
    let mut out = Vec::new();
    match country {
        Some(Country(entry)) => {
            out.push(words.heading.replace("{country}", &entry.name));
            out.push(format!("- {}", words.emergency.replace("{number}", &entry.emergency)));
            let mut lines = vec![
                (Id::SelfHarm, &words.crisis, Some(&entry.crisis)),
                (Id::SelfHarm, &words.text, entry.text.as_ref()),
                (Id::Abuse, &words.abuse, entry.abuse.as_ref()),
                (Id::ChildOrElderHarm, &words.child, entry.child.as_ref()),
            ];
            lines.sort_by_key(|(id, ..)| !signals.contains(id));
            let given = lines.into_iter().filter_map(|(_, words, line)| Some(words.replace("{line}", line?)));
            out.extend(given.map(|line| format!("- {line}")));
        }
        None => {
            out.push(words.anywhere.clone());
            out.push(format!("- {}", words.unknown));
            let common = lines().common.iter().filter_map(|code| Country::of(code));
            out.extend(common.map(|Country(c)| format!("- {}: {}; {}", c.name, c.emergency, c.crisis)));
        }
    }
    out.push(format!("- {}", words.elsewhere));
    out.join("\n")
}

/// Every country's lines, for who looks for another one than their own.
pub fn all() -> String {
    let each = Country::all().map(|country| help(Some(country), &[]));
    let elsewhere = format!("\n- {}", words().help.elsewhere);
    let mut out = each.map(|text| text.replace(&elsewhere, "")).collect::<Vec<_>>().join("\n\n");
    out.push_str(&elsewhere.replacen("\n- ", "\n\n", 1));
    out
}

/// A day: year, month, day.
pub type Day = (i16, i8, i8);

/// The day on which the list was last checked.
pub fn checked() -> Option<Day> {
    let mut parts = lines().checked.splitn(3, '-');
    let mut next = || parts.next();
    Some((next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?))
}

/// The list's date, and whether it is older than a year on this day, in words for `doctor`. A clock that was set back
/// makes it no older.
pub fn age(today: Day) -> (String, bool) {
    let date = &lines().checked;
    let old = checked().is_none_or(|(year, month, day)| today > (year.saturating_add(1), month, day));
    let text = if old {
        format!(
            "the crisis lines were last checked on {date}, more than a year ago; look up yours at findahelpline.com"
        )
    } else {
        format!("the crisis lines were last checked on {date}")
    };
    (text, old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_whole_and_covers_what_was_promised() {
        let mut problems = Vec::new();
        let lines: Option<Lines> = yaml::read(FILE, &mut problems);
        assert_eq!(problems, vec![]);
        let lines = lines.unwrap();
        assert!(lines.common.iter().all(|code| Country::of(code).is_some_and(|c| c.code() == code)));
        for code in ["US", "CA", "GB", "UK", "IE", "AU", "NZ", "IN", "ZA", "EU", "PT", "gr", "Ireland"] {
            assert!(Country::of(code).is_some(), "{code}");
        }
        assert!(checked().is_some());
        let mut codes: Vec<&str> = Country::all().map(Country::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), lines.countries.len(), "a country stands twice");
        assert!(codes.iter().all(|c| c.len() == 2 && *c == c.to_uppercase()));
    }

    #[test]
    fn the_locale_names_the_country() {
        let code = |locale: &str| Country::of_locale(locale).map(Country::code);
        assert_eq!(code("en_GB.UTF-8"), Some("GB"));
        assert_eq!(code("de_AT@euro"), Some("AT"));
        assert_eq!(code("pt_PT"), Some("EU"));
        for none in ["C", "C.UTF-8", "POSIX", "", "en", "en_", "pt_BR.UTF-8", "en_\u{1f469}"] {
            assert_eq!(code(none), None, "{none}");
        }
        let get = |name: &str| match name {
            "LC_ALL" => Some(String::new()),
            "LC_MESSAGES" => Some("en_IE.UTF-8".to_owned()),
            _ => Some("en_US.UTF-8".to_owned()),
        };
        assert_eq!(Country::of_environment(get).map(Country::code), Some("IE"));
    }

    #[test]
    fn the_emergency_number_comes_first_and_then_what_fits() {
        let place = |text: &str, word: &str| text.find(word).unwrap_or_else(|| panic!("no {word} in {text}"));
        for country in Country::all() {
            for signals in [&[Id::SelfHarm][..], &[Id::Abuse], &[Id::ChildOrElderHarm], &[Id::Stop], &[]] {
                let text = help(Some(country), signals);
                let second = text.lines().nth(1).unwrap();
                assert!(second.contains(&country.0.emergency), "{text}");
                assert!(place(&text, &country.0.crisis) < place(&text, "findahelpline.com"));
                if let (&[Id::Abuse], Some(line)) = (signals, &country.0.abuse) {
                    assert!(place(&text, line) < place(&text, &country.0.crisis), "{text}");
                }
            }
        }
        let anywhere = help(None, &[Id::SelfHarm]);
        for word in ["112", "911", "999", "000", "988", "116 123", "13 11 14", "1737", "14416", "findahelpline.com"] {
            assert!(anywhere.contains(word), "{word}");
        }
        assert!(all().contains("3114") && all().matches("findahelpline.com").count() == 1);
    }

    #[test]
    fn going_through_the_countries_meets_each_once() {
        let first = Country::all().next().unwrap();
        let mut seen = vec![first];
        while let Some(next) = seen.last().and_then(|c| c.next()) {
            assert_eq!(next.previous(), seen.last().copied());
            seen.push(next);
        }
        assert_eq!(seen.len(), Country::all().count());
        assert_eq!(first.previous(), None);
    }

    #[test]
    fn the_list_is_old_from_a_year_on() {
        let (year, month, day) = checked().unwrap();
        assert!(!age((year, month, day)).1 && !age((year - 5, month, day)).1);
        assert!(!age((year + 1, month, day)).1);
        assert!(age((year + 1, month, day + 1)).1 && age((year + 2, 1, 1)).1);
        assert!(age((year + 2, 1, 1)).0.contains("more than a year ago"));
    }
}
