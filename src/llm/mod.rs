//! Language models behind one small face. Nothing here is set up, loaded or connected before it is first used, so a
//! program without a model pays nothing for it.
//!
//! What speaks to a model asks an [`Engine`] (blocking, from any thread) and hands it a [`Provider`]. There is one provider
//! for every server that talks like OpenAI ([`OpenAi`]); others wrap one: [`replay`] records and repeats, [`redact`] takes
//! names out of what is sent.
//!
//! **What may be relied on.** An answer is a stream of [`Chunk`]s. What goes wrong *before* the first words is the `Err` that
//! ends the stream; what goes wrong *after* them is [`Done::Incomplete`], and what came until then is to be kept. A stream
//! that gave no error ends with exactly one [`Chunk::Done`]. An answer without words is an error and never an empty text.
//! Only the text of [`Chunk::Text`] was said; a model's private reasoning is taken out. With [`Format::Json`] the text is one
//! whole JSON object in one chunk, and it has the keys that the schema requires; everything else about it the caller checks.

mod breaker;
pub mod catalogue;
mod engine;
mod error;
mod fault;
pub mod keys;
mod openai;
mod piece;
pub mod redact;
pub mod replay;
mod retry;
mod server;
mod think;
mod tokens;
mod wire;

use catalogue::Form;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

pub use engine::{Answer, Asked, Engine};
pub use error::{Error, Kind, Unsafe};
pub use openai::{OpenAi, Permit};
pub use server::{Limits, Server};
pub use tokens::Tokens;

/// Somebody who answers with text.
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// Which server and model this is.
    fn server(&self) -> &Server;

    /// Ask. Nothing is sent before the stream is polled (on an [`Engine`]); dropping it ends the request and closes its
    /// socket.
    fn stream(&self, request: Request) -> BoxStream<'static, Result<Chunk, Error>>;

    /// The form of structured output that works here, as far as is known: to be kept, and handed to the next provider.
    fn form(&self) -> Option<Form> {
        None
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Request {
    /// The conversation.
    pub messages: Vec<Message>,
    /// The longest answer, in tokens.
    pub max_tokens: u32,
    /// How freely words are picked, 0 to 2; none leaves it to the server.
    pub temperature: Option<f32>,
    /// Asks for the same answer to the same request; servers may not hold to it.
    pub seed: Option<u64>,
    /// What the answer has to be.
    pub format: Format,
}

impl Request {
    /// A request for text.
    pub fn text(messages: Vec<Message>, max_tokens: u32) -> Self {
        Self { messages, max_tokens, temperature: None, seed: None, format: Format::Text }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Whose.
    pub role: Role,
    /// Its text.
    pub content: String,
}

impl Message {
    /// A message of the program.
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    /// A message of the one whom the model answers.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// What the model said.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The program.
    System,
    /// The one whom the model answers.
    User,
    /// The model.
    Assistant,
}

/// What an answer has to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text.
    Text,
    /// A JSON object. How a server is brought to that differs; the client finds out and remembers.
    Json {
        /// A name for it: letters, digits and `_`.
        name: String,
        /// Its JSON Schema.
        schema: serde_json::Value,
    },
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chunk {
    /// The next words. They come as the server cuts them: a chunk may end in the middle of a word.
    Text(String),
    /// What it cost, where the server says so.
    Usage(Usage),
    /// The server asked for patience, or failed, and the request will be sent again. Told each second; nothing was said yet.
    #[serde(skip)]
    Waiting(Wait),
    /// The end.
    #[serde(skip)]
    Done(Done),
}

/// Tokens, as the server counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Of the request.
    pub prompt: u64,
    /// Of these, the ones it still knew from before; none where it does not say.
    pub cached: Option<u64>,
    /// Of the answer, private reasoning included.
    pub answer: u64,
}

/// Waiting before another try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Seconds that are left.
    pub seconds: u64,
    /// The try that comes then, counted from 1.
    pub attempt: u32,
    /// How many tries there are at most.
    pub attempts: u32,
    /// Why.
    pub why: Error,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// It is whole.
    Stop,
    /// It ran into the limit of its length.
    Length,
    /// It broke off, for this reason. What came is to be kept and marked.
    Incomplete(Error),
}
