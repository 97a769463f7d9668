//! What the screens share: the desk, the open rehearsal, the settings, and what was typed and not sent.

use std::collections::HashMap;
use std::sync::mpsc::Sender;

use super::talk::Talk;
use super::theme::{Colours, Theme, ThemeName};
use super::{Incoming, Wishes};
use crate::analysis::Audience;
use crate::runtime::{Desk, Runtime};
use crate::session::{TurnId, Wording};

/// What the user set, remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefs {
    /// The theme that was chosen.
    pub theme: ThemeName,
    /// Whether feedback shows after each reply, unless a rehearsal says otherwise.
    pub feedback: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Who practises.
    pub audience: Audience,
    /// Whether the words about what this is were seen.
    pub seen_about: bool,
}

/// The names under which settings are kept.
mod names {
    pub const THEME: &str = "theme";
    pub const FEEDBACK: &str = "feedback";
    pub const MOUSE: &str = "mouse";
    pub const AUDIENCE: &str = "audience";
    pub const SEEN_ABOUT: &str = "seen_about";
    pub const DRAFT: &str = "draft:";
}

/// What the screens share.
pub struct Shared {
    /// The library and past rehearsals.
    pub desk: Desk,
    /// The rehearsal that is open.
    pub talk: Option<Talk>,
    /// What the user set.
    pub prefs: Prefs,
    /// What the command line wished for.
    pub wishes: Wishes,
    /// What the terminal can show.
    pub colours: Colours,
    /// What is to stand in the field when the conversation shows again.
    pub prefill: Option<String>,
    drafts: HashMap<(String, Option<TurnId>), String>,
    notice: Option<String>,
    last_words: Option<String>,
    /// It was told that the model fails.
    told_trouble: bool,
    tell: Sender<Incoming>,
}

impl Shared {
    /// What the screens share at this desk.
    pub fn new(desk: Desk, wishes: Wishes, tell: Sender<Incoming>) -> Self {
        let prefs = Prefs {
            theme: ThemeName::Dark,
            feedback: true,
            mouse: true,
            audience: Audience::Client,
            seen_about: false,
        };
        let mut shared = Self {
            desk,
            talk: None,
            prefs,
            wishes,
            colours: Colours::from_env(|name| std::env::var(name).ok()),
            prefill: None,
            drafts: HashMap::new(),
            notice: None,
            last_words: None,
            told_trouble: false,
            tell,
        };
        shared.read_prefs();
        shared.desk.recall_choice();
        shared
    }

    /// What is being said to the user.
    pub fn noticed(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// What there is to say of how a line was worded: that the model failed, and that the scene goes on. Once, until it works
    /// again.
    pub fn model_trouble(&mut self, wording: &Wording) -> Option<String> {
        let told = std::mem::replace(&mut self.told_trouble, wording.trouble.is_some());
        wording.notice().filter(|_| !told)
    }

    /// A key was pressed: what was said to the user was seen.
    pub fn forget_notice(&mut self) {
        self.notice = None;
    }

    /// What is to be said on the terminal when the app has ended.
    pub fn take_last_words(&mut self) -> Option<String> {
        self.last_words.take()
    }

    /// Say something to the user, until the next key.
    pub fn notice(&mut self, text: impl Into<String>) {
        self.notice = Some(text.into());
    }

    /// Make this rehearsal the open one.
    pub fn open(&mut self, runtime: Runtime) {
        self.talk = None;
        let id = runtime.id().to_owned();
        let talk = Talk::new(runtime, self.tell.clone());
        if let Some(text) = self.desk.setting(&format!("{}{id}", names::DRAFT)) {
            self.drafts.entry((id, talk.place())).or_insert(text);
        }
        self.talk = Some(talk);
    }

    /// Go on with a rehearsal. False where it cannot be opened; the user was told why.
    pub fn resume(&mut self, id: &str) -> bool {
        if self.talk.as_ref().is_some_and(|talk| talk.id() == id) {
            return true;
        }
        match self.desk.resume(id) {
            Ok(runtime) => {
                self.open(runtime);
                true
            }
            Err(error) => {
                self.notice(error.to_string());
                false
            }
        }
    }

    /// Keep what was typed and not sent, at this place of the open rehearsal.
    pub fn keep_draft(&mut self, text: &str) {
        let Some(talk) = &self.talk else { return };
        let (id, place) = (talk.id().to_owned(), talk.place());
        let name = format!("{}{id}", names::DRAFT);
        if text.trim().is_empty() {
            if self.drafts.remove(&(id, place)).is_some() {
                let _ = self.desk.set_setting(&name, None);
            }
        } else if self.draft() != Some(text) {
            // What cannot be written to disk is still in memory.
            let _ = self.desk.set_setting(&name, Some(text));
            self.drafts.insert((id, place), text.to_owned());
        }
    }

    /// What was typed and not sent at this place of the open rehearsal.
    pub fn draft(&self) -> Option<&str> {
        let talk = self.talk.as_ref()?;
        self.drafts.get(&(talk.id().to_owned(), talk.place())).map(String::as_str)
    }

    /// Whether something was typed and not sent in this rehearsal.
    pub fn has_draft(&mut self, id: &str) -> bool {
        self.drafts.keys().any(|(of, _)| of == id) || self.desk.setting(&format!("{}{id}", names::DRAFT)).is_some()
    }

    /// Say this on the terminal when the app has ended: something that could not be kept.
    pub fn last_words(&mut self, text: String) {
        self.last_words = Some(text);
    }

    fn read_prefs(&mut self) {
        let is = |value: Option<String>, word: &str| value.as_deref() == Some(word);
        let desk = &mut self.desk;
        self.prefs = Prefs {
            theme: desk.setting(names::THEME).and_then(|word| ThemeName::of(&word)).unwrap_or_default(),
            feedback: !is(desk.setting(names::FEEDBACK), "at the end"),
            mouse: !is(desk.setting(names::MOUSE), "off"),
            audience: desk.setting(names::AUDIENCE).and_then(|word| word.parse().ok()).unwrap_or_default(),
            seen_about: desk.setting(names::SEEN_ABOUT).is_some(),
        };
    }

    /// Remember the settings as they are now.
    pub fn keep_prefs(&mut self) {
        let prefs = self.prefs;
        let values = [
            (names::THEME, Some(prefs.theme.as_str())),
            (names::FEEDBACK, Some(if prefs.feedback { "after each reply" } else { "at the end" })),
            (names::MOUSE, Some(if prefs.mouse { "on" } else { "off" })),
            (names::AUDIENCE, Some(prefs.audience.as_str())),
            (names::SEEN_ABOUT, prefs.seen_about.then_some("1")),
        ];
        for (name, value) in values {
            if self.desk.setting(name).as_deref() == value {
                continue;
            }
            if let Err(error) = self.desk.set_setting(name, value) {
                self.notice(format!("This holds for now, but could not be kept: {error}"));
                return;
            }
        }
    }

    /// The theme, as far as the terminal can show it.
    pub fn theme(&self) -> Theme {
        Theme::of(if self.colours == Colours::Few { ThemeName::NoColour } else { self.prefs.theme })
    }
}
