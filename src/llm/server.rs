//! One server as the settings describe it.

use std::net::IpAddr;
use std::time::Duration;

use super::catalogue::{self, Profile};
use super::keys::KeySource;

/// A server and the model that is used there.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Its name in the settings.
    pub name: String,
    /// Where it is, up to and with `/v1`, without a slash at the end.
    pub base_url: String,
    /// The model.
    pub model: String,
    /// How many tokens the model takes in, request and answer together; none where the settings do not say.
    pub context: Option<u32>,
    /// What a million tokens of requests and of answers cost, where the user said so.
    pub price: Option<(f64, f64)>,
    /// Where its key comes from; none where it needs none.
    pub key: Option<KeySource>,
    /// How long is waited for what, and how much is taken in.
    pub limits: Limits,
    host: String,
    port: Option<u16>,
    secure: bool,
}

/// How long is waited for what, and how much is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the connection.
    pub connect: Duration,
    /// For the first words.
    pub first: Duration,
    /// For each next piece. A comment that only keeps the connection open is no piece.
    pub idle: Duration,
    /// For the whole answer.
    pub whole: Duration,
    /// The longest answer, in bytes of text.
    pub text: usize,
    /// The most that is read of one answer, in bytes, reasoning and wrapping included.
    pub bytes: usize,
    /// How often a request is sent at most.
    pub attempts: u32,
    /// The first pause between two tries, where the server names none; each next one is twice as long.
    pub backoff: Duration,
    /// How long all pauses between the tries may take together.
    pub pauses: Duration,
    /// How long a server that failed is left alone; the next times longer.
    pub rest: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first: Duration::from_secs(90),
            idle: Duration::from_secs(20),
            whole: Duration::from_secs(300),
            text: 64 * 1024,
            bytes: 8 * 1024 * 1024,
            attempts: 3,
            backoff: Duration::from_millis(500),
            pauses: Duration::from_secs(60),
            rest: Duration::from_secs(30),
        }
    }
}

impl Server {
    /// A server by its address.
    ///
    /// # Errors
    /// What is wrong with the address, in words.
    pub fn new(name: &str, base_url: &str, model: &str) -> Result<Self, String> {
        let url = reqwest::Url::parse(base_url.trim())
            .map_err(|_| format!("'{base_url}' is no address; one looks like http://localhost:11434/v1"))?;
        let (Some(host), "http" | "https") = (url.host_str(), url.scheme()) else {
            return Err(format!("'{base_url}' is no address of a server; one looks like http://localhost:11434/v1"));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a key does not belong into base_url; use key_env or key_file".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("'{base_url}' goes on after its path; leave out what stands behind ? or #"));
        }
        Ok(Self {
            name: name.to_owned(),
            base_url: url.as_str().trim_end_matches('/').to_owned(),
            model: model.to_owned(),
            context: None,
            price: None,
            key: None,
            limits: Limits::default(),
            host: host.trim_matches(['[', ']']).to_ascii_lowercase(),
            port: url.port_or_known_default(),
            secure: url.scheme() == "https",
        })
    }

    /// The host that the user's words go to.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Host and port.
    pub fn place(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    /// Whether it is this computer, so that nothing leaves it.
    pub fn is_local(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|ip| ip.to_canonical().is_loopback())
    }

    /// Whether what is sent is encrypted on its way.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// What is known of its kind.
    pub fn profile(&self) -> &'static Profile {
        catalogue::profile(&self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cleaned_and_a_wrong_one_explained() {
        let server = Server::new("home", " http://LocalHost:11434/v1/ ", "m").unwrap();
        assert_eq!((server.base_url.as_str(), server.host()), ("http://localhost:11434/v1", "localhost"));
        assert_eq!(server.profile().name, "Ollama");
        for wrong in ["localhost:11434", "ftp://host/v1", "", "http://user:secret@host/v1", "http://host/v1?key=secret"]
        {
            let error = Server::new("home", wrong, "m").unwrap_err();
            assert!(!error.is_empty());
        }
    }

    #[test]
    fn only_this_computer_is_local() {
        let local = |url: &str| Server::new("s", url, "m").unwrap().is_local();
        for url in [
            "http://localhost/v1",
            "http://127.0.0.1:1/v1",
            "http://127.9.9.9/v1",
            "http://[::1]:8080/v1",
            "http://[::ffff:127.0.0.1]/v1",
        ] {
            assert!(local(url), "{url}");
        }
        for url in [
            "http://192.168.0.2/v1",
            "https://localhost.example.org/v1",
            "http://127.0.0.1.example.org/v1",
            "http://0.0.0.0:8000/v1",
        ] {
            assert!(!local(url), "{url}");
        }
    }
}
