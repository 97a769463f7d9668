//! What a scenario file says, as types. The doc comments are the descriptions in the JSON Schema that editors show.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::condition::Condition;
use super::yaml::Spanned;
use crate::analysis::{Audience, Id};

/// A scenario: one interpersonal situation, the person met in it, and how that person reacts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// The version of this file format. Always 1.
    pub format: Spanned<u32>,
    /// A short name for files and commands: lower-case words joined by hyphens.
    pub id: Spanned<String>,
    /// The title that people choose by.
    pub title: Spanned<String>,
    /// The language of the lines, e.g. `en`.
    pub locale: String,
    /// Who practises: `client` or `trainee`.
    pub audience: Audience,
    /// The IPT problem area.
    pub problem_area: ProblemArea,
    /// The stage of a role dispute.
    pub stage: Option<Spanned<Stage>>,
    /// The phase of the therapy that a trainee's session is in.
    pub phase: Option<Phase>,
    /// How hard the scene is as written.
    pub difficulty: Difficulty,
    /// About how many minutes one rehearsal takes.
    pub minutes: Option<u32>,
    /// The skills this scene gives most room to practise.
    pub skills: Vec<Spanned<String>>,
    /// What someone should know before they begin, e.g. "speaks about the death of a parent".
    pub content_note: Option<String>,
    /// The part the user plays.
    pub you: You,
    /// The other person.
    pub counterpart: Counterpart,
    /// What the user reads before the scene begins.
    pub situation: Spanned<String>,
    /// What the user wants from the talk, in one sentence.
    pub goal: Spanned<String>,
    /// What the other person keeps to themselves until they are ready to tell it.
    pub facts: Vec<Spanned<Fact>>,
    /// What the user practises here.
    pub objectives: Vec<Spanned<Objective>>,
    /// First lines of the other person; one is picked.
    pub opening: Spanned<Vec<Spanned<String>>>,
    /// How the other person can be. The first is where the scene begins.
    pub states: Vec<Spanned<State>>,
    /// Reactions that hold in every state, used where the state has none that fits better.
    pub common: Vec<Spanned<Reaction>>,
    /// Pairs of a weak and a strong line, for hints and feedback.
    pub coaching: Vec<Spanned<Coaching>>,
    /// What is asked before the scene, and notes for whoever runs it.
    pub safety: Option<Safety>,
    /// Lines for playing the other side.
    pub reversal: Option<Reversal>,
    /// Changes for the three difficulties, where the usual ones do not fit.
    pub adjust: BTreeMap<Difficulty, Adjust>,
    /// Playthroughs that must come out as written.
    pub tests: Vec<Spanned<Playthrough>>,
}

/// The four problem areas of IPT (Weissman, Markowitz & Klerman 2018).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemArea {
    /// Grief after a death.
    Grief,
    /// A dispute with someone who matters.
    #[default]
    RoleDispute,
    /// A change of role in life.
    RoleTransition,
    /// Loneliness or trouble with people in general; also called interpersonal deficits.
    InterpersonalSensitivity,
}

impl ProblemArea {
    /// Every problem area, in the order they are listed to people.
    pub const ALL: [Self; 4] = [Self::Grief, Self::RoleDispute, Self::RoleTransition, Self::InterpersonalSensitivity];

    /// The id as it stands in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grief => "grief",
            Self::RoleDispute => "role_dispute",
            Self::RoleTransition => "role_transition",
            Self::InterpersonalSensitivity => "interpersonal_sensitivity",
        }
    }

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grief => "Grief",
            Self::RoleDispute => "A dispute with someone",
            Self::RoleTransition => "A change in life",
            Self::InterpersonalSensitivity => "Being with people",
        }
    }
}

/// The stage of a role dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Both still try to change things.
    Renegotiation,
    /// They have stopped talking about it.
    Impasse,
    /// It is ending.
    Dissolution,
}

/// The phase of an IPT course of 12-16 weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Sessions 1-3: history, inventory of relationships, the focus.
    Initial,
    /// The work on the focus.
    Middle,
    /// The last sessions.
    Termination,
}

/// How much the other person makes it easy.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// Forgives quickly.
    Gentle,
    /// As written.
    #[default]
    Moderate,
    /// Slow to trust, quick to anger.
    Hard,
}

impl Difficulty {
    /// Every difficulty, easiest first.
    pub const ALL: [Self; 3] = [Self::Gentle, Self::Moderate, Self::Hard];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gentle => "gentle",
            Self::Moderate => "moderate",
            Self::Hard => "hard",
        }
    }
}

/// The part the user plays.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct You {
    /// The name they are called by in the scene.
    pub name: String,
    /// Who they are, in a line.
    pub about: String,
}

/// The other person.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Counterpart {
    /// Their name.
    pub name: String,
    /// Who they are, in a line.
    pub about: String,
    /// How they speak.
    pub voice: String,
    /// What they need; the words complete "they need ...".
    pub needs: Vec<String>,
    /// What they fear; the words complete "the fear of ...".
    pub fears: Vec<String>,
    /// Where trust and tension stand at the start.
    pub start: Start,
    /// Faults that raise tension more (or less) than usual: 0 leaves them cold, 1 is usual, 3 is a sore spot.
    pub sensitive_to: BTreeMap<Spanned<String>, u8>,
    /// Skills that raise trust more (or less) than usual: 0 leaves them cold, 1 is usual, 3 goes straight to the heart.
    pub softened_by: BTreeMap<Spanned<String>, u8>,
}

/// Where the meters stand at the start, each 0-10.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Start {
    /// How far they trust the user.
    pub trust: u8,
    /// How tense they are.
    pub tension: u8,
}

impl Default for Start {
    fn default() -> Self {
        Self { trust: 3, tension: 4 }
    }
}

/// Something the other person keeps back until they are ready. A line that gives it away may stand only in `say` here,
/// or behind `when: { told: [id] }`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fact {
    /// A short name, used in `told`.
    pub id: Spanned<String>,
    /// The fact, for whoever reads the file or the debrief.
    pub text: String,
    /// When they are ready to tell it.
    pub told_when: Option<Condition>,
    /// How they tell it; one line is picked.
    pub say: Vec<Spanned<String>>,
}

/// Something the user practises. It is met by how they speak, whatever the other person answers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Objective {
    /// A short name, used in `met`.
    pub id: Spanned<String>,
    /// What to do, as a sentence for the user.
    pub text: String,
    /// When it counts as met.
    pub met_by: Option<Condition>,
}

/// One way the other person can be.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct State {
    /// A short name, used in `go`.
    pub id: Spanned<String>,
    /// How they are in this state: a line for whoever plays them.
    pub stance: String,
    /// How they seem from outside, in a few words that follow "seems": `guarded`, `hurt and silent`.
    pub seems: Option<String>,
    /// That the scene ends here, and how.
    pub end: Option<End>,
    /// What they say on coming into this state.
    pub enters: Vec<Spanned<String>>,
    /// A good reply that they refuse at first.
    pub resists: Option<Resists>,
    /// What they say to what. The most specific that fits wins.
    pub reactions: Vec<Spanned<Reaction>>,
    /// The ways out of this state, tried in order.
    pub go: Vec<Spanned<Go>>,
}

/// How a scene can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Something was settled or understood.
    Good,
    /// A beginning: not settled, the door is open.
    Partial,
    /// One of the two left.
    WalkedAway,
}

impl End {
    /// The word for it in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Partial => "partial",
            Self::WalkedAway => "walked_away",
        }
    }
}

/// A good reply that is refused at first; asking again calmly gets through.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Resists {
    /// The skills that are refused.
    pub to: Vec<Spanned<String>>,
    /// How many times; one fewer when gentle, one more when hard.
    pub times: u8,
    /// How they refuse.
    pub say: Vec<Spanned<String>>,
}

/// What the other person says when something holds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Reaction {
    /// When it fits; without it, always.
    pub when: Option<Condition>,
    /// Lines; one that was not said yet is picked. May hold `{request}`, `{event}`, `{feeling}` (the user's own words)
    /// and `{you}` (the user's name).
    pub say: Vec<Spanned<String>>,
}

/// A way from one state to another.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Go {
    /// The state it leads to.
    pub to: Spanned<String>,
    /// When it is taken.
    pub when: Option<Condition>,
    /// Why, as a clause for the user: "she heard that you had noticed".
    pub because: Option<String>,
}

/// A weak and a strong way of saying the same.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Coaching {
    /// The objective it serves.
    pub objective: Option<Spanned<String>>,
    /// The skill or fault it is about.
    pub about: Option<Spanned<String>>,
    /// A question to think about first, shown by `/hint`.
    pub hint: Option<String>,
    /// How it often comes out.
    pub weak: String,
    /// How it can be said.
    pub strong: String,
}

/// What is asked before the scene.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Safety {
    /// Ask first whether raising this could put the user in danger.
    pub screen: bool,
    /// In a trainee's scene: the simulated client may speak of these signals.
    pub may_mention: Vec<Spanned<String>>,
    /// Notes for whoever runs it.
    pub notes: Option<String>,
}

/// Lines for playing the other side.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Reversal {
    /// What the user reads before playing the other person.
    pub situation: Option<String>,
    /// What the user's own character says, in order.
    pub say: Vec<Spanned<String>>,
}

/// Changes to one difficulty.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Adjust {
    /// Added to trust at the start.
    pub trust: i8,
    /// Added to tension at the start.
    pub tension: i8,
    /// Added to how often good replies are refused at first.
    pub resists: i8,
    /// How strongly faults act, in per cent of the usual.
    pub faults: Option<u16>,
    /// How strongly skills act, in per cent of the usual.
    pub skills: Option<u16>,
}

/// A playthrough: replies, and what must come of them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Playthrough {
    /// What it shows.
    pub name: String,
    /// The difficulty; the scenario's own where left out.
    pub difficulty: Option<Difficulty>,
    /// The seed that picks among equal lines.
    pub seed: u64,
    /// The user's replies, in order.
    pub say: Vec<String>,
    /// What must hold after the last reply.
    pub expect: Expect,
}

/// What must hold after the last reply of a playthrough.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The state.
    pub state: Option<Spanned<String>>,
    /// How it ended.
    pub end: Option<End>,
    /// Skills shown in the last reply.
    pub skills: Vec<Spanned<String>>,
    /// Skills not shown in the last reply.
    pub not_skills: Vec<Spanned<String>>,
    /// Faults in the last reply.
    pub faults: Vec<Spanned<String>>,
    /// Faults not in the last reply.
    pub not_faults: Vec<Spanned<String>>,
    /// Facts told by now.
    pub told: Vec<Spanned<String>>,
    /// Facts still kept back.
    pub not_told: Vec<Spanned<String>>,
    /// Objectives met by now.
    pub met: Vec<Spanned<String>>,
    /// Objectives not met.
    pub not_met: Vec<Spanned<String>>,
    /// A bound on trust, e.g. `">= 5"`.
    pub trust: Option<super::condition::Bound>,
    /// A bound on tension.
    pub tension: Option<super::condition::Bound>,
    /// Words that the other person's last line must contain.
    pub said: Option<String>,
}

impl Scenario {
    /// The index of a state by id.
    pub fn state_index(&self, id: &str) -> Option<usize> {
        self.states.iter().position(|s| s.id.value == id)
    }

    /// The index of a fact by id.
    pub fn fact_index(&self, id: &str) -> Option<usize> {
        self.facts.iter().position(|f| f.id.value == id)
    }

    /// The index of an objective by id.
    pub fn objective_index(&self, id: &str) -> Option<usize> {
        self.objectives.iter().position(|o| o.id.value == id)
    }

    /// The skills that this scene gives most room to; ids that are none are left out (the check reports them).
    pub fn skill_ids(&self) -> impl Iterator<Item = Id> + '_ {
        self.skills.iter().filter_map(|s| s.value.parse().ok())
    }

    /// How a state seems from outside, in words that follow "seems".
    pub fn seems(&self, state: usize) -> &str {
        self.states.get(state).map_or("", |s| s.seems.as_deref().unwrap_or(&s.id.value))
    }
}
