//! `saywell play` and `saywell resume`: choosing, the questions before a scene, and the start.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use super::console::Console;
use super::folder;
use super::input::Input;
use super::{Failure, consent, plain, reality};
use crate::analysis::Audience;
use crate::config;
use crate::runtime::desk::{Desk, Place};
use crate::runtime::{CHOSEN, Choice, Runtime, system_clock};
use crate::safety::{self, Country};
use crate::scenario::library::{Entry, Library};
use crate::scenario::{Difficulty, ProblemArea, Scenario};
use crate::session::Setup;
use crate::store::{self, Store};
use crate::tui;

/// How to rehearse.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// One line a turn, no screen drawing; reads well in a screen reader
    #[arg(long)]
    pub plain: bool,
    /// The number that picks among equal lines; the same number and replies give the same talk
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How hard the other makes it
    #[arg(long, value_name = "gentle|moderate|hard", value_parser = difficulty)]
    pub difficulty: Option<Difficulty>,
    /// Emit one JSON event a line (see docs/json-events.md)
    #[arg(long)]
    pub json: bool,
    /// Say nothing about the replies before the end
    #[arg(long)]
    pub hide_feedback: bool,
    /// Keep nothing on disk
    #[arg(long)]
    pub no_save: bool,
    /// Who words the other's lines: 'scripted', or a server of the settings (see docs/models.md)
    #[arg(long, visible_alias = "with", value_name = "NAME")]
    pub counterpart: Option<String>,
}

/// Arguments of `saywell play`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The situation, as `saywell scenarios list` names it
    pub id: Option<String>,
    #[command(flatten)]
    pub options: Options,
}

/// Arguments of `saywell resume`.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The rehearsal, by its id or the beginning of it; without it, the last one that was not finished
    pub id: Option<String>,
    /// Emit one JSON event a line (see docs/json-events.md)
    #[arg(long)]
    pub json: bool,
    /// Say nothing about the replies before the end
    #[arg(long)]
    pub hide_feedback: bool,
    /// One line a turn, no screen drawing
    #[arg(long)]
    pub plain: bool,
    /// Who words the other's lines: 'scripted', or a server of the settings
    #[arg(long, visible_alias = "with", value_name = "NAME")]
    pub counterpart: Option<String>,
}

fn difficulty(word: &str) -> Result<Difficulty, String> {
    let known = || Difficulty::ALL.map(Difficulty::as_str).join(", ");
    Difficulty::ALL.into_iter().find(|d| d.as_str() == word).ok_or_else(|| format!("the difficulties are: {}", known()))
}

/// What the store calls to mind about the first run.
const SEEN_ABOUT: &str = "seen_about";

/// Rehearse.
pub fn run(args: Args, folder: Option<&Path>, offline: bool, country: Option<Country>) -> Result<(), Failure> {
    let config = config::load()?;
    let mut models = Choice::of(&config, args.options.counterpart.as_deref(), offline).map_err(Failure::Usage)?;
    let country = country_of(country.or(config.country));
    let library = folder::library(folder.or(config.scenarios.as_deref()))?;
    let options = args.options;
    if !options.plain && !options.json && tui::terminal::can_draw() {
        let opening = match &args.id {
            Some(id) => {
                let entry = library.find(id).map_err(|error| Failure::Usage(error.to_string()))?;
                tui::Opening::Situation(entry.head.id.value.clone())
            }
            None => tui::Opening::Home,
        };
        let place = if options.no_save { Place::Memory } else { Place::File(store::paths::database()?) };
        let wishes = tui::Wishes {
            seed: options.seed,
            difficulty: options.difficulty.or(config.difficulty),
            hide_feedback: options.hide_feedback || config.hide_feedback,
            keep_days: config.keep_days,
            country,
        };
        return app(Desk::new(library, place, system_clock).with_models(models), &opening, wishes);
    }
    let mut console = Console::stdout();
    let mut input = Input::stdin();
    if options.json && args.id.is_none() {
        return Err(Failure::Usage(
            "with --json, name the situation: saywell play ID --json (see `saywell scenarios list`)".into(),
        ));
    }
    let asked = match &args.id {
        Some(id) => Some(library.find(id).map_err(|error| Failure::Usage(error.to_string()))?),
        None => None,
    };
    let mut desk = super::desk_at(if options.no_save { Place::Memory } else { Place::File(store::paths::database()?) });
    let mut store = share(&mut desk)?;
    if !options.json && store.setting(SEEN_ABOUT)?.is_none() {
        console.say(&format!("Welcome to Saywell. {}", safety::words().about))?;
        if !models.goes_out() {
            console.say("Nothing you type leaves this computer.")?;
        }
        store.set_setting(SEEN_ABOUT, Some("1"))?;
    }
    if !options.no_save {
        first(&mut desk, config.keep_days, options.json, &mut console, &mut input)?;
    }
    let entry = match asked {
        Some(entry) => entry,
        None => match choose(&library, &mut console, &mut input)? {
            Some(entry) => entry,
            None => return Ok(()),
        },
    };
    let scenario = Arc::new(load(entry)?);
    let text = entry.text();
    if let Some(word) = desk.word_about_attempts(&scenario.id.value).filter(|_| !options.json) {
        console.gap()?;
        console.aside(&word)?;
    }
    if !options.json {
        console.gap()?;
        console.heading(&scenario.title)?;
        if let Some(note) = &scenario.content_note {
            console.aside(&format!("Before you begin: {}", crate::session::explain::lower_first(note.trim())))?;
        }
    }
    let asks = scenario.safety.as_ref().is_some_and(|s| s.screen);
    if asks && !may_begin(&mut console, &mut input, options.json, country)? {
        return Ok(());
    }
    if !options.json {
        before(&scenario, &mut console)?;
    }
    let setup = Setup {
        audience: scenario.audience,
        difficulty: options.difficulty.or(config.difficulty).unwrap_or(scenario.difficulty),
        seed: options.seed.unwrap_or_else(|| uuid::Uuid::now_v7().as_u64_pair().1),
        scenario_hash: store::text_hash(text),
    };
    models.recall(store.setting(CHOSEN)?.as_deref());
    let agreed = consent::ask(&models, store.as_mut(), &mut console, &mut input, options.json)?;
    let (mut runtime, happened) = Runtime::start(store, scenario, text, setup, system_clock)?;
    models.equip(&mut runtime, |host| agreed.iter().any(|a| a == host));
    let view = plain::View {
        json: options.json,
        hide_feedback: options.hide_feedback || config.hide_feedback,
        saved: !options.no_save,
        country,
    };
    plain::Plain::new(runtime, console, input, view).begin(&happened)
}

/// What comes before anything else: what is too old to be kept goes, and a plan is asked about.
fn first(
    desk: &mut Desk,
    keep_days: Option<NonZeroU32>,
    json: bool,
    console: &mut Console,
    input: &mut Input,
) -> Result<(), Failure> {
    if let Some(said) = keep_days.map_or(Ok(None), |days| desk.keep_only(days))? {
        if json {
            console.raw(&serde_json::json!({"event": "note", "text": said}).to_string())?;
        } else {
            console.aside(&said)?;
            console.gap()?;
        }
    }
    if json { Ok(()) } else { reality::ask(desk, console, input) }
}

/// The terminal app.
fn app(mut desk: Desk, opening: &tui::Opening, wishes: tui::Wishes) -> Result<(), Failure> {
    desk.unlock()?;
    match tui::run(desk, opening, wishes)? {
        Some(words) => Err(Failure::Failed(words)),
        None => Ok(()),
    }
}

/// The desk's rehearsals. Damage that was mended is told of beside the talk: with --json, standard output holds events only.
fn share(desk: &mut Desk) -> Result<Box<dyn Store>, Failure> {
    let store = desk.share()?;
    if let Some(mended) = desk.take_notice() {
        super::tell(&mended);
    }
    Ok(store)
}

/// Go on with a rehearsal.
pub fn resume(args: ResumeArgs, offline: bool, country: Option<Country>) -> Result<(), Failure> {
    let config = config::load()?;
    let mut models = Choice::of(&config, args.counterpart.as_deref(), offline).map_err(Failure::Usage)?;
    let country = country_of(country.or(config.country));
    let plain = args.plain || args.json || !tui::terminal::can_draw();
    let (mut console, mut input) = (Console::stdout(), Input::stdin());
    let mut desk = super::desk()?;
    if plain {
        first(&mut desk, config.keep_days, args.json, &mut console, &mut input)?;
    }
    let mut store = share(&mut desk)?;
    let id = match &args.id {
        Some(id) => store.find(id)?,
        None => store
            .latest_unfinished()?
            .ok_or_else(|| Failure::Failed("there is no rehearsal to go on with; `saywell` begins a new one".into()))?,
    };
    if !plain {
        drop((store, desk, input));
        let wishes = tui::Wishes {
            hide_feedback: args.hide_feedback,
            keep_days: config.keep_days,
            country,
            ..tui::Wishes::default()
        };
        let desk = Desk::new(
            folder::library(config.scenarios.as_deref())?,
            Place::File(store::paths::database()?),
            system_clock,
        )
        .with_models(models);
        return app(desk, &tui::Opening::Rehearsal(id.id), wishes);
    }
    models.recall(store.setting(CHOSEN)?.as_deref());
    let agreed = consent::ask(&models, store.as_mut(), &mut console, &mut input, args.json)?;
    let (mut runtime, happened) = Runtime::resume(store, &id.id, system_clock)?;
    models.equip(&mut runtime, |host| agreed.iter().any(|a| a == host));
    let view = plain::View { json: args.json, hide_feedback: args.hide_feedback, saved: true, country };
    plain::Plain::new(runtime, console, input, view).go_on(&happened)
}

/// The scenario of an entry, whole.
fn load(entry: &Entry) -> Result<Scenario, Failure> {
    entry.load().map_err(|problems| {
        let first = problems.first().map_or_else(String::new, |p| p.message.clone());
        Failure::Failed(format!("{} cannot be played: {first}; `saywell scenarios check` shows more", entry.file))
    })
}

/// The picker. `None` where the user leaves.
fn choose<'l>(library: &'l Library, console: &mut Console, input: &mut Input) -> Result<Option<&'l Entry>, Failure> {
    let mut entries: Vec<&Entry> = library.entries().iter().collect();
    if entries.is_empty() {
        return Err(Failure::Failed("there are no situations to choose from; see `saywell scenarios path`".into()));
    }
    entries.sort_by_key(|e| (e.head.audience, e.head.problem_area, e.head.title.clone()));
    console.gap()?;
    console.heading("Which conversation would you like to rehearse?")?;
    let mut n = 0;
    for audience in [Audience::Client, Audience::Trainee] {
        for area in ProblemArea::ALL {
            let group: Vec<&Entry> = entries
                .iter()
                .copied()
                .filter(|e| e.head.audience == audience && e.head.problem_area == area)
                .collect();
            if group.is_empty() {
                continue;
            }
            console.gap()?;
            let whose = if audience == Audience::Trainee { "For trainee therapists: " } else { "" };
            console.heading(&format!("{whose}{}", area.name()))?;
            for entry in group {
                n += 1;
                let minutes = entry.head.minutes.map_or_else(String::new, |m| format!(", about {m} minutes"));
                console.say(&format!("  {n}. {} ({}{minutes})", entry.head.title, entry.head.difficulty.as_str()))?;
            }
        }
    }
    console.gap()?;
    loop {
        let question = format!("Type a number from 1 to {n}, or /quit: ");
        let Some(typed) = input.ask(console, &question)? else { return Ok(None) };
        if matches!(typed.as_str(), "/quit" | "/q" | "q" | "quit" | "exit") {
            return Ok(None);
        }
        let by_number =
            typed.parse::<usize>().ok().and_then(|k| k.checked_sub(1)).and_then(|k| entries.get(k)).copied();
        let lower = typed.to_lowercase();
        let by_name = || {
            let mut hits = entries.iter().copied().filter(|e| {
                lower.len() > 2 && (e.head.id.contains(&lower) || e.head.title.to_lowercase().contains(&lower))
            });
            let first = hits.next();
            first.filter(|_| hits.next().is_none())
        };
        if let Some(entry) = by_number.or_else(by_name) {
            return Ok(Some(entry));
        }
        console.say("That is none of them. A number is enough, for instance 1.")?;
    }
}

/// Whose lines for help are shown: of the country that was named or set, else of the one that the language setting says.
pub fn country_of(named: Option<Country>) -> Option<Country> {
    named.or_else(|| Country::of_environment(|name| std::env::var(name).ok()))
}

/// The question before a scene that could be dangerous to carry into real life. False where it is not begun. The answer
/// is kept nowhere.
fn may_begin(console: &mut Console, input: &mut Input, json: bool, country: Option<Country>) -> Result<bool, Failure> {
    let words = safety::words();
    if !json {
        console.gap()?;
        console.say(&words.screen.question)?;
    }
    loop {
        let answer = if json {
            let screen = &words.screen;
            let event = serde_json::json!({"event": "screen", "question": screen.question, "choices": screen.choices});
            console.raw(&event.to_string())?;
            input.answer(console)?
        } else {
            input.ask(console, &format!("{} ", words.screen.choices))?
        };
        let Some(answer) = answer else { return Ok(false) };
        match answer.to_lowercase().trim_end_matches(['.', '!']) {
            "no" | "n" | "nope" => return Ok(true),
            "yes" | "y" | "unsure" | "u" | "maybe" | "not sure" | "i don't know" => {
                let text = safety::text(&words.for_screen(country));
                if json {
                    console.raw(&serde_json::json!({"event": "screen_stopped", "text": text}).to_string())?;
                } else {
                    console.gap()?;
                    console.say(&text)?;
                }
                return Ok(false);
            }
            "/quit" | "/q" | "quit" => return Ok(false),
            _ => {}
        }
    }
}

/// What is told before the scene.
fn before(scenario: &Scenario, console: &mut Console) -> Result<(), Failure> {
    console.gap()?;
    console.say(&scenario.situation)?;
    console.gap()?;
    let about = |text: &str| text.trim().trim_end_matches('.').to_owned();
    console.say(&format!("You are {}: {}.", scenario.you.name, about(&scenario.you.about)))?;
    console.say(&format!("With you is {}: {}.", scenario.counterpart.name, about(&scenario.counterpart.about)))?;
    console.say(&format!("What you want: {}", scenario.goal.value))?;
    if !scenario.objectives.is_empty() {
        console.say("What to practise here:")?;
        for objective in &scenario.objectives {
            console.say(&format!("  - {}", objective.text))?;
        }
    }
    console.gap()?;
    console.aside(
        "Say what you would say, in your own words. /help lists what else you can do; /quit leaves, and all is kept.",
    )?;
    console.gap()?;
    Ok(())
}
