//! What engines left in files and arguments about their containers.

use std::collections::BTreeMap;

use super::Miss;

/// What was learned about containers without asking an engine.
#[derive(Clone, Debug, Default)]
pub struct Runtimes {
    /// What each source says of a container; several of one container stand in the order of their worth.
    pub records: Vec<RuntimeRecord>,
    /// Sources that are there and could not be used.
    pub misses: Vec<SourceMiss>,
}

/// A container as one source describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuntimeRecord {
    /// Full id; the name where the engine has no other id.
    pub id: String,
    /// Its engine; `None` where the source does not tell.
    pub engine: Option<String>,
    /// Name; `None` where the source does not tell.
    pub name: Option<String>,
    /// Image; `None` where the source does not tell.
    pub image: Option<String>,
    /// Its first process; `None` where the source does not tell when that started.
    pub init: Option<InitRecord>,
    /// Its cgroup below the root of every hierarchy; `None` where the source does not tell, or names a systemd unit.
    pub cgroup: Option<String>,
    /// Host name that it was given; of Podman's infra containers that is the name of the pod.
    pub hostname: Option<String>,
    /// Labels, and those annotations that name things.
    pub labels: BTreeMap<String, String>,
    /// A file, or the process whose arguments were read.
    pub source: String,
}

/// A container's first process, told so that no other can be taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitRecord {
    /// Its pid in the pid namespace of the engine.
    pub pid: u32,
    /// Its start time in clock ticks after boot.
    pub start_ticks: u64,
}

/// A source that is there and could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceMiss {
    /// The container it is about.
    pub id: String,
    /// The source.
    pub source: String,
    /// Why.
    pub miss: Miss,
}
