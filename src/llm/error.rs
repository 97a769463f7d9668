//! What can go wrong with a model, in words for the person in front of it: what happened, where, and how to mend it.
//! No key, no request and no answer stands in an error; what a server says is cut short and cleared of keys before it is kept.

use std::borrow::Cow;

/// What went wrong, and with which server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .kind.words(.server))]
pub struct Error {
    /// The server's name in the settings.
    pub server: String,
    /// What went wrong.
    pub kind: Kind,
}

/// The kinds of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The user forbade all connections.
    Offline,
    /// The user has not agreed that words go to this host.
    NoConsent(String),
    /// The user did not want to wait any longer.
    Stopped,
    /// It failed just now and is left alone for so many seconds.
    Resting(u64),
    /// Nobody listens there.
    Refused(String),
    /// The host's name leads nowhere.
    NoSuchHost(String),
    /// No connection came about, for this reason.
    NoConnection(String),
    /// The connection to this host and port could not be made safe. Nothing was sent.
    Tls(String, Unsafe),
    /// The key is missing or cannot be read.
    Key(super::keys::KeyError),
    /// The server did not accept the key (401, 403). Holds where the key comes from.
    NotAllowed(String),
    /// There is no such model (404).
    NoModel(String),
    /// There is no such page (404): the address is wrong.
    WrongAddress(String),
    /// The request has more tokens than the model can take in.
    TooLong,
    /// The request is too large for the server (413).
    TooLarge,
    /// Too many requests (429). Holds the seconds the server asked for, if it did.
    Busy(Option<u64>),
    /// Nothing is left to pay with (402, or 429 for that reason).
    NoCredit,
    /// The server did not accept the request. Holds the status and what it said.
    Rejected(u16, String),
    /// The server failed. Holds the status and what it said.
    Failing(u16, String),
    /// The model is still being loaded.
    Loading,
    /// No words within so many seconds.
    Slow(u64),
    /// No more words for so many seconds.
    Stalled(u64),
    /// The connection was lost in the middle.
    Cut,
    /// The answer ended without saying so.
    Unfinished,
    /// What came is no model's answer, but this.
    NotAModel(&'static str),
    /// A part of the answer could not be read.
    Garbled,
    /// The server reported an error in the middle of its answer.
    Said(String),
    /// The answer had no words.
    Empty,
    /// The model thought until its limit and said nothing.
    OnlyThinking,
    /// The server kept the answer back.
    Filtered,
    /// The server wants the request to go to another place, which it does not.
    Redirected(String),
    /// The answer was not the JSON that was asked for.
    NotJson,
    /// Nothing was recorded for this request. Holds its key.
    NotRecorded(String),
    /// Something on this computer is in the way.
    Here(String),
}

/// Why a connection could not be made safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsafe {
    /// Nobody whom this computer trusts vouches for the server's certificate.
    Unknown,
    /// The certificate was valid until some time ago.
    Expired,
    /// The certificate is valid from some later time on.
    NotYet,
    /// The certificate is another host's.
    OtherName,
    /// The certificate was taken back by whoever gave it out.
    Revoked,
    /// The server does not speak TLS.
    Plain,
    /// Something else, in the words of whoever found it.
    Other(String),
}

impl Unsafe {
    /// What is wrong, and how to mend it.
    fn words(&self) -> (Cow<'static, str>, &'static str) {
        let clock = "Look whether this computer's clock is right. If it is, only whoever runs the server can mend it";
        match self {
            Self::Unknown => (
                "nobody whom this computer trusts vouches for its certificate".into(),
                "If the server is yours, add its certificate to those that this computer trusts. If it is not, somebody \
                 may be in between: do not go on from this network",
            ),
            Self::Expired => ("its certificate has run out".into(), clock),
            Self::NotYet => ("its certificate is not valid yet".into(), clock),
            Self::OtherName => (
                "its certificate is another host's".into(),
                "Look at the name in base_url: it has to be one that the certificate is for. If it is right, somebody may \
                 be in between",
            ),
            Self::Revoked => ("its certificate was taken back".into(), "Only whoever runs the server can mend it"),
            Self::Plain => (
                "what answers there does not speak TLS".into(),
                "Look at the port in base_url. A server on this computer mostly wants http:// and not https://",
            ),
            Self::Other(why) => (why.clone().into(), "Look at base_url, and at the server's settings for TLS"),
        }
    }
}

impl Kind {
    /// This, at that server.
    pub fn at(self, server: &str) -> Error {
        Error { server: server.to_owned(), kind: self }
    }

    fn words(&self, server: &str) -> Cow<'static, str> {
        let words = match self {
            Self::Offline => return "connections are off (--offline); leave that out to use a model".into(),
            Self::NoConsent(host) => format!(
                "you have not agreed that words go to {host} (the server '{server}'). Start a rehearsal without --json, \
                 and you are asked"
            ),
            Self::Stopped => return "stopped".into(),
            Self::Resting(seconds) => {
                format!("the server '{server}' failed just now; it is asked again in {seconds} s at the earliest")
            }
            Self::Refused(place) => {
                format!("nobody listens at {place} (the server '{server}'). Start it, or mend its base_url")
            }
            Self::NoSuchHost(host) => format!(
                "the host '{host}' of the server '{server}' cannot be found. Look at the name in base_url and at the \
                 network"
            ),
            Self::NoConnection(why) => {
                format!("there is no connection to the server '{server}': {why}. Look at the network")
            }
            Self::Tls(place, why) => {
                let (what, mend) = why.words();
                format!(
                    "there is no safe connection to {place} (the server '{server}'): {what}. Nothing was sent. {mend}"
                )
            }
            Self::Key(error) => format!("the server '{server}' needs a key: {error}"),
            Self::NotAllowed(from) => {
                format!("the server '{server}' did not accept the key from {from}. Look whether it is the right one")
            }
            Self::NoModel(model) => format!(
                "the server '{server}' has no model '{model}'. `saywell doctor` lists what it has; set model to one of \
                 these"
            ),
            Self::WrongAddress(url) => {
                format!("the server '{server}' has nothing at {url}. Mend its base_url; most end in /v1")
            }
            Self::TooLong => format!(
                "the conversation is too long for the model of the server '{server}'. Set context in its settings to \
                 what the model can take in"
            ),
            Self::TooLarge => format!("the request was too large for the server '{server}'"),
            Self::Busy(Some(seconds)) => {
                format!("the server '{server}' has too much to do and asks for a pause of {seconds} s")
            }
            Self::Busy(None) => format!("the server '{server}' has too much to do. That often passes by itself"),
            Self::NoCredit => format!("there is no credit left at the server '{server}'. Look at your account there"),
            Self::Rejected(status, said) => {
                format!("the server '{server}' did not accept the request ({status}{})", after(said))
            }
            Self::Failing(status, said) => {
                format!("the server '{server}' failed ({status}{}). That often passes by itself", after(said))
            }
            Self::Loading => {
                format!("the server '{server}' is still loading its model. That takes a while and passes by itself")
            }
            Self::Slow(seconds) => format!(
                "the server '{server}' said nothing for {seconds} s. A smaller model answers sooner; or set patience in \
                 its settings to more seconds"
            ),
            Self::Stalled(seconds) => {
                format!("the server '{server}' stopped in the middle of its answer and was silent for {seconds} s")
            }
            Self::Cut => format!("the connection to the server '{server}' was lost in the middle of its answer"),
            Self::Unfinished => format!("the answer of the server '{server}' broke off"),
            Self::NotAModel(what) => format!(
                "what answered at the address of the server '{server}' is no model: it sent {what}. Mend its base_url; \
                 most end in /v1"
            ),
            Self::Garbled => format!("the server '{server}' sent something that cannot be read"),
            Self::Said(said) => format!("the server '{server}' reported an error in its answer{}", after(said)),
            Self::Empty => format!("the model of the server '{server}' said nothing"),
            Self::OnlyThinking => format!(
                "the model of the server '{server}' thought until its limit and said nothing. A model that does not \
                 reason fits better here"
            ),
            Self::Filtered => format!("the server '{server}' kept its answer back (its content filter)"),
            Self::Redirected(host) => format!(
                "the server '{server}' wants the request to go to {host}. Nothing was sent there. If that is right, \
                 put it into base_url"
            ),
            Self::NotJson => format!("the model of the server '{server}' did not keep to the form it was asked for"),
            Self::NotRecorded(key) => format!("no answer was recorded for this request ({key})"),
            Self::Here(why) => format!("the server '{server}' cannot be asked: {why}"),
        };
        words.into()
    }

    /// Whether another try soon may go better.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Failing(..) | Self::Loading | Self::NoConnection(_) | Self::Cut)
    }

    /// Whether the server itself is in trouble, so that it is better left alone for a while.
    pub fn is_failing(&self) -> bool {
        self.is_passing() || matches!(self, Self::Refused(_) | Self::NoSuchHost(_) | Self::Slow(_) | Self::Stalled(_))
    }

    /// Whether nothing will change before the user changes something: there is no sense in asking again at the next turn.
    pub fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Offline
                | Self::NoConsent(_)
                | Self::Key(_)
                | Self::NotAllowed(_)
                | Self::NoModel(_)
                | Self::WrongAddress(_)
                | Self::NoCredit
                | Self::NotAModel(_)
                | Self::Redirected(_)
                | Self::NoSuchHost(_)
                | Self::Tls(..)
                | Self::Here(_)
        )
    }
}

fn after(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

/// The longest part of a server's own words that is shown, in characters.
const LONGEST: usize = 200;

/// What a server said, short, on one line, and without anything that looks like a key.
pub(super) fn said(text: &str, key: Option<&str>) -> String {
    let text = match key.filter(|key| !key.is_empty()) {
        Some(key) => text.replace(key, "[key]"),
        None => text.to_owned(),
    };
    let words: Vec<&str> = text.split_whitespace().map(|w| if looks_like_a_key(w) { "[key]" } else { w }).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}\u{2026}", &line[..at]),
        None => line,
    }
}

/// Servers repeat a wrong key in part: `sk-abc***xyz`.
fn looks_like_a_key(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = word.to_ascii_lowercase();
    ["sk-", "sk_", "key-", "gsk_", "xai-", "hf_", "aiza"].iter().any(|start| lower.starts_with(start)) && word.len() > 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_said_is_short_and_has_no_key_in_it() {
        let text = "Incorrect API key provided: sk-abcd********wxyz. You can find\nyour API key at 'my-secret'.";
        let shown = said(text, Some("my-secret"));
        assert_eq!(shown, "Incorrect API key provided: [key] You can find your API key at '[key]'.");
        assert_eq!(said(&"word ".repeat(500), None).chars().count(), LONGEST + 1);
    }

    #[test]
    fn words_say_where_and_how_to_mend_it() {
        let error = Kind::NotAllowed("the variable HOME_KEY".into()).at("home");
        assert!(error.to_string().contains("'home'") && error.to_string().contains("HOME_KEY"), "{error}");
        let error = Kind::Failing(503, String::new()).at("home");
        assert_eq!(error.to_string(), "the server 'home' failed (503). That often passes by itself");
    }
}
