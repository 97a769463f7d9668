//! Keeps answers in a folder and gives them again: for tests, and for showing what a model did without asking it twice. The
//! key is the whole request with server and model, so that no answer is ever given to another question.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use serde::{Deserialize, Serialize};

use super::{Chunk, Done, Error, Kind, Provider, Request, Server};
use crate::store::paths::private;
use crate::store::text_hash;

/// A kept answer.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    chunks: Vec<Chunk>,
    /// Whether it ran into the limit of its length.
    cut: bool,
}

/// The key of a request: SHA-256 in hexadecimal.
pub fn key(server: &Server, request: &Request) -> String {
    let whole = serde_json::json!({ "base_url": server.base_url, "model": server.model, "request": request });
    text_hash(&whole.to_string())
}

fn file(folder: &Path, server: &Server, request: &Request) -> PathBuf {
    folder.join(format!("{}.json", key(server, request)))
}

/// Asks another provider and keeps each whole answer.
#[derive(Debug)]
pub struct Recorder {
    inner: Arc<dyn Provider>,
    folder: PathBuf,
}

impl Recorder {
    /// Keep the answers of this provider in this folder, which has to be there.
    pub fn new(inner: Arc<dyn Provider>, folder: PathBuf) -> Self {
        Self { inner, folder }
    }
}

impl Provider for Recorder {
    fn server(&self) -> &Server {
        self.inner.server()
    }

    fn stream(&self, request: Request) -> BoxStream<'static, Result<Chunk, Error>> {
        let path = file(&self.folder, self.server(), &request);
        let name = self.server().name.clone();
        let mut kept = Kept { chunks: Vec::new(), cut: false };
        let chunks = self.inner.stream(request).flat_map(move |chunk| {
            let mut failed = None;
            match &chunk {
                Ok(chunk @ (Chunk::Text(_) | Chunk::Usage(_))) => kept.chunks.push(chunk.clone()),
                Ok(Chunk::Done(done @ (Done::Stop | Done::Length))) => {
                    kept.cut = *done == Done::Length;
                    failed = write(&path, &kept).err();
                }
                _ => {}
            }
            let failed =
                failed.map(|why| Err(Kind::Here(format!("{} cannot be written: {why}", path.display())).at(&name)));
            stream::iter(match failed {
                Some(failed) => vec![failed],
                None => vec![chunk],
            })
        });
        chunks.boxed()
    }
}

/// Whole or not at all, and for the user's eyes only: it holds their words.
fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let partial = path.with_extension("part");
    let mut file = private(fs::OpenOptions::new().write(true).create(true).truncate(true)).open(&partial)?;
    file.write_all(serde_json::to_string_pretty(kept)?.as_bytes())?;
    fs::rename(partial, path)
}

/// Gives kept answers; opens no connection.
#[derive(Debug)]
pub struct Replayer {
    server: Server,
    folder: PathBuf,
}

impl Replayer {
    /// The answers of this server that are kept in this folder.
    pub fn new(server: Server, folder: PathBuf) -> Self {
        Self { server, folder }
    }

    fn kept(&self, request: &Request) -> Result<Kept, Kind> {
        let text =
            fs::read_to_string(file(&self.folder, &self.server, request)).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => Kind::NotRecorded(key(&self.server, request)),
                _ => Kind::Here(error.to_string()),
            })?;
        serde_json::from_str(&text).map_err(|_| Kind::Garbled)
    }
}

impl Provider for Replayer {
    fn server(&self) -> &Server {
        &self.server
    }

    fn stream(&self, request: Request) -> BoxStream<'static, Result<Chunk, Error>> {
        match self.kept(&request) {
            Ok(Kept { chunks, cut }) => {
                let done = Chunk::Done(if cut { Done::Length } else { Done::Stop });
                stream::iter(chunks.into_iter().chain([done]).map(Ok)).boxed()
            }
            Err(kind) => stream::iter([Err(kind.at(&self.server.name))]).boxed(),
        }
    }
}
