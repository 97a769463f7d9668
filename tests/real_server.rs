//! A whole rehearsal against a real server. Off unless `SAYWELL_TEST_SERVER` is its address, such as
//! `http://localhost:8080/v1`; `SAYWELL_TEST_MODEL` names the model (else the first of its list), `SAYWELL_TEST_KEY_ENV` the
//! variable that holds its key. With `-- --nocapture` it tells what happened.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use saywell::analysis::Audience;
use saywell::llm::keys::KeySource;
use saywell::llm::{Chunk, Engine, Message, OpenAi, Permit, Provider, Request, Server};
use saywell::prompts::Prompts;
use saywell::runtime::{Model, Runtime, Stop, Told, system_clock};
use saywell::scenario::{self, Difficulty};
use saywell::session::{Command, Event, Phase, Setup, Source};
use saywell::store::{MemoryStore, text_hash};

const SCENARIO: &str = include_str!("../scenarios/dispute-partner-chores.yaml");

const REPLIES: [&str; 5] = [
    "I know you are tired after the late shift. I felt alone with it all on Tuesday.",
    "What was it like at the depot today?",
    "You never help with bedtime.",
    "I am sorry, that was unfair. When you texted at four on Wednesday I felt let down.",
    "Could you do bedtime on Tuesday and Thursday?",
];

fn server() -> Option<Server> {
    let url = std::env::var("SAYWELL_TEST_SERVER").ok().filter(|url| !url.is_empty())?;
    let mut server = Server::new("test", &url, &std::env::var("SAYWELL_TEST_MODEL").unwrap_or_default()).unwrap();
    server.key = std::env::var("SAYWELL_TEST_KEY_ENV").ok().map(KeySource::Env);
    server.limits.first = Duration::from_secs(300);
    server.limits.whole = Duration::from_secs(600);
    if server.model.is_empty() {
        let client = OpenAi::new(server.clone(), Permit::Host(server.host().to_owned()));
        let list = Engine::default().run(async move { client.get("models").await }, Duration::from_secs(10));
        server.model = list.unwrap().unwrap()["data"][0]["id"].as_str().expect("a list of models").to_owned();
    }
    Some(server)
}

#[test]
fn a_whole_rehearsal() {
    let Some(server) = server() else {
        println!("SAYWELL_TEST_SERVER is not set; nothing was asked");
        return;
    };
    println!("{} with {}", server.base_url, server.model);
    let engine = Engine::default();
    let client = OpenAi::new(server.clone(), Permit::Host(server.host().to_owned()));
    let provider: Arc<dyn Provider> = Arc::new(client.clone());

    let begun = Instant::now();
    let mut first = None;
    let mut text = String::new();
    let hello = Request::text(vec![Message::user("Say hello in one short sentence.")], 60);
    let asked = engine.ask(Arc::clone(&provider), hello, &Stop::default(), &mut |chunk| match chunk {
        Chunk::Text(more) => {
            first.get_or_insert_with(|| begun.elapsed());
            text.push_str(&more);
        }
        other => println!("  {other:?}"),
    });
    println!("hello: {asked:?}, first words after {first:?}, whole after {:?}: {text:?}", begun.elapsed());
    asked.unwrap();

    let (scenario, _) = scenario::parse(SCENARIO);
    let setup = Setup {
        audience: Audience::Client,
        difficulty: Difficulty::Moderate,
        seed: 7,
        scenario_hash: text_hash(SCENARIO),
    };
    let store = Box::new(MemoryStore::default());
    let (mut runtime, _) = Runtime::start(store, Arc::new(scenario.unwrap()), SCENARIO, setup, system_clock).unwrap();
    let model = Model::new(engine, provider, Arc::new(Prompts::default()));
    runtime.use_model(&model);
    runtime.use_judge(&model, false);
    let (mut answers, mut of_model) = (0, 0);
    for reply in REPLIES {
        if runtime.session().phase() != Phase::YourTurn {
            break;
        }
        let begun = Instant::now();
        println!("You: {reply}");
        runtime
            .submit_watched(Command::Say(reply.to_owned()), &mut |told| match told {
                Told::Event(recorded) => match &recorded.event {
                    Event::CounterpartSaid { text, source, .. } => {
                        answers += 1;
                        of_model += usize::from(*source == Source::Model);
                        assert!(!text.trim().is_empty());
                        println!("  {source:?} after {:?}: {text}", begun.elapsed());
                    }
                    Event::Worded { wording, .. } => println!("  {wording:?}"),
                    _ => {}
                },
                Told::Partly(..) => {}
            })
            .unwrap();
    }
    runtime.opinions(Duration::from_secs(300), &mut |_| {}).unwrap();
    println!("hint: {:?}\nadvice: {:?}", runtime.hint(), runtime.advice());
    println!(
        "{of_model} of {answers} lines were the model's; structured answers: {}",
        client.form().map_or("none", |form| form.as_str())
    );
    assert_eq!(answers, REPLIES.len(), "each reply is answered, whatever the model does");
}
