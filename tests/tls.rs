//! A server whose certificate is not to be trusted: nothing is sent to it, and what is said tells what happened, at which
//! host, and how to mend it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

const LINE: &str = "I was there on Monday, on my own.";
const REPLY: &str = "I went to the house on Tuesday.";
const KEY: &str = "very-secret-key";

/// Who vouches for certificates in these tests.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn certificate(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

/// A server with this certificate that answers like a model. What it got to read, decrypted, is in the second.
fn serve(params: &CertificateParams, by: Option<&CertifiedIssuer<'_, KeyPair>>) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let key = KeyPair::generate().unwrap();
    let certificate = match by {
        Some(issuer) => params.signed_by(&key, issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let (config, read) = (Arc::new(config), Arc::new(Mutex::new(Vec::new())));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, all) = (listener.local_addr().unwrap().port(), Arc::clone(&read));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            let (mut part, mut got) = ([0; 4096], Vec::new());
            // The body has no line end: the request is whole when its last brace is there.
            while !got.ends_with(b"}") {
                match stream.read(&mut part) {
                    Ok(n @ 1..) => got.extend_from_slice(&part[..n]),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    _ => break,
                }
            }
            all.lock().unwrap().extend_from_slice(&got);
            let chunk =
                serde_json::json!({"choices": [{"index": 0, "delta": {"content": LINE}, "finish_reason": "stop"}]});
            let body = format!("data: {chunk}\n\ndata: [DONE]\n\n");
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n";
            let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (port, read)
}

/// Rehearse one reply with the model at this port, trusting what stands in this file.
fn rehearse(port: u16, trusted: &Path) -> String {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/saywell");
    std::fs::create_dir_all(&folder).unwrap();
    let settings = format!(
        "counterpart = \"home\"\n[servers.home]\nbase_url = \"https://localhost:{port}/v1\"\nmodel = \"tiny\"\n\
         key_env = \"HOME_KEY\"\n"
    );
    std::fs::write(folder.join("config.toml"), settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
    command
        .args(["play", "grief-mother-belongings", "--plain", "--seed", "7"])
        .env_clear()
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("SSL_CERT_FILE", trusted)
        .env("HOME_KEY", KEY);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{REPLY}\n/quit\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.contains(KEY), "{text}");
    text
}

/// A file with the authority's certificate.
fn trusted(folder: &Path, authority: &CertifiedIssuer<'_, KeyPair>) -> std::path::PathBuf {
    let path = folder.join("authority.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    path
}

#[test]
fn with_a_certificate_that_is_trusted_the_model_speaks() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), authority());
    let (port, read) = serve(&certificate("localhost"), Some(&authority));
    let text = rehearse(port, &trusted(folder.path(), &authority));
    assert!(text.contains(LINE), "{text}");
    let read = String::from_utf8_lossy(&read.lock().unwrap()).into_owned();
    assert!(read.contains(KEY) && read.contains(REPLY), "{read}");
}

#[test]
fn with_one_that_is_not_nothing_is_sent_and_it_is_said_what_to_do() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), authority());
    let trusted = trusted(folder.path(), &authority);
    let mut past = certificate("localhost");
    (past.not_before, past.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut future = certificate("localhost");
    (future.not_before, future.not_after) = (date_time_ymd(2200, 1, 1), date_time_ymd(2201, 1, 1));
    let mut itself = certificate("localhost");
    itself.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for (params, by, what, mend) in [
        (&certificate("localhost"), None, "nobody whom this computer trusts vouches", "add its certificate"),
        (&itself, None, "nobody whom this computer trusts vouches", "add its certificate"),
        (&past, Some(&authority), "has run out", "clock"),
        (&future, Some(&authority), "is not valid yet", "clock"),
        (&certificate("models.example"), Some(&authority), "is another host's", "name in base_url"),
    ] {
        let (port, read) = serve(params, by);
        let text = rehearse(port, &trusted);
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [what, mend, &format!("localhost:{port}"), "Nothing was sent", "The scene goes on"] {
            assert!(said.contains(part), "{part:?} is missing: {text}");
        }
        assert!(!text.contains(LINE) && text.contains("Rhian: "), "{text}");
        assert!(read.lock().unwrap().is_empty(), "{what}: something was sent");
    }
}
