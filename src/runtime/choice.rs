//! Which models the user chose, and whether they may be used: nothing of them is asked before that is clear.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Model, Runtime};
use crate::config::{self, Config};
use crate::judge::Judge;
use crate::llm::catalogue::Form;
use crate::llm::redact::{Private, Redacted};
use crate::llm::{Engine, OpenAi, Permit, Provider, Server};
use crate::prompts::Prompts;

/// The name under which a setting remembers that the user agreed to a host.
const AGREED: &str = "consent:";

/// The models of the settings, ready to be asked about. Clones share their connections.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    servers: BTreeMap<String, Server>,
    voice: Option<Server>,
    judge: Option<Server>,
    judge_leads: bool,
    private: Private,
    prompts: Arc<Prompts>,
    offline: bool,
    /// The command line named who words the lines.
    named: bool,
    engine: Engine,
    /// What is known of servers by now, by their names.
    clients: Arc<Mutex<BTreeMap<String, OpenAi>>>,
}

/// The setting that remembers who words the lines, as it was chosen in the app.
pub const CHOSEN: &str = "counterpart";

/// What the user is to be asked before words go to another computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The host.
    pub host: String,
    /// What is sent there, and the question, in paragraphs.
    pub text: String,
}

/// What stands in the settings of the store about hosts, read and written by whoever has the store.
pub fn agreed_key(host: &str) -> String {
    format!("{AGREED}{host}")
}

impl Choice {
    /// What the settings choose; `named` goes before them, and `offline` before everything.
    ///
    /// # Errors
    /// A sentence for the user: there is no such server, or a prompt of the user's own cannot be used.
    pub fn of(config: &Config, named: Option<&str>, offline: bool) -> Result<Self, String> {
        let server =
            |name: &str| config.servers.get(name).cloned().ok_or_else(|| config::no_server(name, &config.servers));
        let voice = match named {
            Some(config::SCRIPTED) => None,
            named => named.or(config.counterpart.as_deref()).map(server).transpose()?,
        };
        let judge = config.judge.as_deref().map(server).transpose()?;
        let (voice, judge) = if offline { (None, None) } else { (voice, judge) };
        // Without a server nothing is ever prompted.
        let folder: Option<PathBuf> =
            config.prompts.clone().or_else(config::prompts_folder).filter(|_| !config.servers.is_empty());
        let prompts = Prompts::load(folder.as_deref()).map_err(|error| error.to_string())?;
        let (private, judge_leads) = (config.private.clone(), config.judge_leads);
        let servers = config.servers.clone();
        Ok(Self {
            named: named.is_some(),
            servers,
            voice,
            judge,
            judge_leads,
            private,
            prompts: Arc::new(prompts),
            offline,
            ..Self::default()
        })
    }

    /// This server as the judge and nobody else, to measure it.
    ///
    /// # Errors
    /// As [`Choice::of`].
    pub fn for_judge(config: &Config, name: &str, offline: bool) -> Result<Self, String> {
        let alone = Config { counterpart: None, judge: Some(name.to_owned()), ..config.clone() };
        Self::of(&alone, None, offline)
    }

    /// The judge, as far as it may be asked.
    pub fn judge(&self, mut agreed: impl FnMut(&str) -> bool) -> Option<Judge> {
        let server = self.judge.as_ref()?;
        self.model(server, agreed(server.host()), &self.private, None).map(|model| model.judge())
    }

    /// Have the server of this name word the other's lines from the next rehearsal on; [`config::SCRIPTED`] for the script.
    /// A name that there is none of changes nothing.
    pub fn choose(&mut self, name: &str) {
        if name == config::SCRIPTED || self.servers.contains_key(name) {
            self.voice = self.servers.get(name).filter(|_| !self.offline).cloned();
        }
    }

    /// The same for what was chosen in the app an earlier time: it goes before the settings file and behind the command line.
    pub fn recall(&mut self, kept: Option<&str>) {
        if let Some(name) = kept.filter(|_| !self.named) {
            self.choose(name);
        }
    }

    /// The servers that can be chosen, by name, with the one that is.
    pub fn servers(&self) -> impl Iterator<Item = (&str, bool)> {
        let chosen = self.voice.as_ref().map(|server| server.name.as_str());
        self.servers.keys().map(move |name| (name.as_str(), chosen == Some(name.as_str())))
    }

    /// Whether all connections are off.
    pub fn is_offline(&self) -> bool {
        self.offline
    }

    /// The server and the model that word the other's lines, in words; none for the script.
    pub fn voice(&self) -> Option<String> {
        self.voice.as_ref().map(|server| format!("{} ({})", server.name, server.model))
    }

    /// Whether any words may leave this computer, so that nobody is told otherwise.
    pub fn goes_out(&self) -> bool {
        self.voice.iter().chain(&self.judge).any(|server| !server.is_local())
    }

    /// What has to be asked first; `agreed` says of a host whether it was.
    pub fn question(&self, mut agreed: impl FnMut(&str) -> bool) -> Option<Question> {
        let open = |server: &&Server| !server.is_local() && !agreed(server.host());
        self.voice.iter().chain(&self.judge).find(open).map(|server| self.ask(server))
    }

    fn ask(&self, server: &Server) -> Question {
        let host = server.host().to_owned();
        let does = match (&self.voice, &self.judge) {
            (Some(voice), Some(judge)) if voice.host() == judge.host() => {
                "words the other person's lines and looks at your replies"
            }
            (Some(voice), _) if voice.host() == server.host() => "words the other person's lines",
            _ => "looks at your replies",
        };
        let open =
            if server.is_secure() { "" } else { " The connection is not encrypted: others on the way could read it." };
        let text = format!(
            "Your settings choose the model '{}' on {host}. That is another computer.\n\
             With each reply it is sent: the situation, what you and the other person said in this rehearsal, and how \
             things stand between you. It {does}. Nothing else is sent: no past rehearsals, no notes, nothing else about you. \
             Your name in the situation, and names and places listed under [private] in the settings, are replaced first.\n\
             Whoever runs that server can read what it is sent; its own rules say what it keeps.{open}\n\
             May it be sent to {host}? With no, the script plays the other person, and nothing leaves this computer.",
            server.model
        );
        Question { host, text }
    }

    /// Have the chosen models take part in a rehearsal, as far as they may. Nothing is connected yet.
    pub fn equip(&self, runtime: &mut Runtime, mut agreed: impl FnMut(&str) -> bool) {
        // People put themselves into situations of their own, with their name.
        let mut private = self.private.clone();
        private.names.push(runtime.session().scenario().you.name.clone());
        let mut model = |server: &Option<Server>, runtime: &Runtime| {
            let server = server.as_ref()?;
            self.model(server, agreed(server.host()), &private, runtime.kept_form(server))
        };
        if let Some(voice) = model(&self.voice, runtime) {
            runtime.use_model(&voice);
        }
        if let Some(judge) = model(&self.judge, runtime) {
            runtime.use_judge(&judge, self.judge_leads);
        }
    }

    /// `form` is the form of structured output that worked there another time.
    fn model(&self, server: &Server, agreed: bool, private: &Private, form: Option<Form>) -> Option<Model> {
        let permit = match (server.is_local(), agreed) {
            _ if self.offline => return None,
            (true, _) => Permit::ThisComputer,
            (false, true) => Permit::Host(server.host().to_owned()),
            (false, false) => return None,
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(server.name.clone()).or_insert_with(|| {
            let client = OpenAi::knowing(server.clone(), permit, form);
            // Ahead of the first reply, so that it does not wait; what goes wrong here is told when it is asked.
            let ready = client.clone();
            let _ = std::thread::Builder::new().name("model".to_owned()).spawn(move || ready.prepare());
            client
        });
        let mut provider: Arc<dyn Provider> = Arc::new(client.clone());
        if !server.is_local() && !private.is_empty() {
            provider = Arc::new(Redacted::new(provider, private.clone()));
        }
        Some(Model::new(self.engine.clone(), provider, Arc::clone(&self.prompts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(judge: Option<&str>) -> Config {
        let mut config =
            Config { counterpart: Some("cloud".into()), judge: judge.map(str::to_owned), ..Config::default() };
        for (name, url) in [("cloud", "https://models.example/v1"), ("home", "http://localhost:1/v1")] {
            config.servers.insert(name.into(), Server::new(name, url, "tiny").unwrap());
        }
        config
    }

    #[test]
    fn another_computer_is_asked_about_by_its_name_and_this_one_is_not() {
        let choice = Choice::of(&config(Some("home")), None, false).unwrap();
        let question = choice.question(|_| false).unwrap();
        assert_eq!(question.host, "models.example");
        assert!(
            question.text.contains("models.example") && question.text.contains("what you and the other person said")
        );
        assert!(!question.text.contains("not encrypted"));
        assert_eq!(choice.question(|host| host == "models.example"), None);
        assert!(choice.goes_out());
        let home = Choice::of(&config(None), Some("home"), false).unwrap();
        assert!(home.question(|_| false).is_none() && !home.goes_out());
    }

    #[test]
    fn offline_and_the_script_choose_nothing() {
        assert_eq!(Choice::of(&config(Some("home")), None, true).unwrap().question(|_| false), None);
        assert_eq!(Choice::of(&config(None), Some("scripted"), false).unwrap().voice(), None);
        let error = Choice::of(&config(None), Some("hoem"), false).unwrap_err();
        assert!(error.contains("cloud, home"), "{error}");
    }
}
