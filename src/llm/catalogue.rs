//! What is known of the servers that people run and rent: data, so that another one is another entry.

/// How a kind of server differs from the others.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// What it is called.
    pub name: &'static str,
    /// Where it usually is.
    pub base_url: &'static str,
    /// What its host's name ends in, for those in the net.
    pub host: Option<&'static str>,
    /// The port on which it usually listens, for those on this computer.
    pub port: Option<u16>,
    /// What it calls the limit of an answer's length.
    pub max_tokens: &'static str,
    /// The header that carries the key.
    pub key_header: KeyHeader,
    /// The form of structured output that is tried first.
    pub form: Form,
    /// Where it says how much its model takes in, if not in the list of models: a path from the host.
    pub context_at: Option<&'static str>,
}

/// How the key is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHeader {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// `api-key: KEY`.
    ApiKey,
}

/// How a server is brought to answer in JSON, the surest form first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `response_format` of type `json_schema`.
    Schema,
    /// `json_schema` as a parameter of its own, as llama.cpp knows it.
    TopLevel,
    /// `response_format` of type `json_object`, the schema in words.
    Object,
    /// The schema in words only.
    Words,
}

impl Form {
    /// All of them, the surest first.
    pub const ALL: [Self; 4] = [Self::Schema, Self::TopLevel, Self::Object, Self::Words];

    /// What it is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "json_schema",
            Self::TopLevel => "json_schema at the top",
            Self::Object => "json_object",
            Self::Words => "asked for in words",
        }
    }

    /// The form of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == name)
    }

    /// The next that is tried.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|form| *form > self)
    }
}

const LOCAL: Profile = Profile {
    name: "a server",
    base_url: "",
    host: None,
    port: None,
    max_tokens: "max_tokens",
    key_header: KeyHeader::Bearer,
    form: Form::Schema,
    context_at: None,
};

/// The servers that are known.
pub const PROFILES: &[Profile] = &[
    Profile {
        name: "Ollama",
        base_url: "http://localhost:11434/v1",
        port: Some(11434),
        context_at: Some("/api/ps"),
        ..LOCAL
    },
    Profile {
        name: "LM Studio",
        base_url: "http://localhost:1234/v1",
        port: Some(1234),
        context_at: Some("/api/v0/models"),
        ..LOCAL
    },
    Profile {
        name: "llama.cpp",
        base_url: "http://localhost:8080/v1",
        port: Some(8080),
        context_at: Some("/props"),
        ..LOCAL
    },
    Profile { name: "vLLM", base_url: "http://localhost:8000/v1", port: Some(8000), ..LOCAL },
    Profile {
        name: "OpenAI",
        base_url: "https://api.openai.com/v1",
        host: Some("api.openai.com"),
        max_tokens: "max_completion_tokens",
        ..LOCAL
    },
    Profile {
        name: "Azure OpenAI",
        base_url: "https://RESOURCE.openai.azure.com/openai/v1",
        host: Some(".openai.azure.com"),
        max_tokens: "max_completion_tokens",
        key_header: KeyHeader::ApiKey,
        ..LOCAL
    },
    Profile { name: "OpenRouter", base_url: "https://openrouter.ai/api/v1", host: Some("openrouter.ai"), ..LOCAL },
];

/// What is known of the server at this host and port.
pub fn profile(host: &str, port: Option<u16>) -> &'static Profile {
    let by_host = PROFILES.iter().find(|p| p.host.is_some_and(|end| host == end || host.ends_with(end)));
    let by_port = || PROFILES.iter().find(|p| p.port.is_some() && p.port == port);
    by_host.or_else(by_port).unwrap_or(&LOCAL)
}
