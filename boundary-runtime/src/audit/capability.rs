//! What makes somebody able to decrypt: the roles of the policy in force, and the state of an authority and of its key.
//!
//! A vault puts these facts into its audit log beside what was done, so that "who could have" is answered from the same signed
//! chain as "who did" (M93, M120).

use std::collections::{BTreeMap, BTreeSet};

/// A fact of the audit log about who could decrypt from then on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Capability {
    /// A vault began to give sessions under a policy with these roles.
    Roles {
        /// For how long an opened authority is held, in milliseconds.
        lease_ms: u64,
        /// The purposes of each role.
        roles: BTreeMap<String, BTreeSet<String>>,
    },
    /// An authority was provisioned, or its state or its key changed.
    Authority(AuthorityFact),
    /// The custody answered otherwise than the last time: the state of the key was changed at its keeper's.
    Answer {
        /// The class of the authority.
        class: String,
        /// Whether the key could be used.
        usable: bool,
        /// What the custody said.
        answer: String,
    },
}

/// What an authority was after an act on it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AuthorityFact {
    /// `tenant` or `retention`.
    pub class: String,
    /// `active`, `suspended`, `pending_deletion`, or `destroyed`.
    pub state: String,
    /// The custody that keeps its key, by its name in the region.
    pub custody: String,
    /// The rung of the ladder.
    pub rung: String,
    /// The custody's name for the key.
    pub reference: String,
    /// Where the key came from: `made`, `imported` or `designated`.
    pub origin: String,
    /// The generation of lease keys that new data keys are wrapped under.
    pub generation: u32,
}

impl AuthorityFact {
    /// The state in which sessions can be opened.
    pub const ACTIVE: &'static str = "active";

    /// The state after which there is no such authority.
    pub const DESTROYED: &'static str = "destroyed";
}
