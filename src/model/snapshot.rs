//! Everything at one instant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Container, Engine, Gap, Group, Host, Namespace, NetworkNamespace, Process, Viewer};

/// Name and version of the JSON form.
pub const SCHEMA: &str = "nslens.snapshot/1";

/// Everything that one pass over a host found. A section that was not asked for is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// [`SCHEMA`].
    pub schema: String,
    /// When the pass began, RFC 3339 in UTC.
    pub captured_at: String,
    /// How long it took.
    pub duration_ms: u64,
    /// Only what matches this filter was kept of the lists; `None` where all was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The host.
    pub host: Host,
    /// Who looked.
    pub viewer: Viewer,
    /// Engines that were asked.
    pub engines: Vec<Engine>,
    /// Namespaces, by inode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<Vec<Namespace>>,
    /// Processes, by pid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<Vec<Process>>,
    /// Containers, by name, then id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containers: Option<Vec<Container>>,
    /// Other isolated processes; part of the section containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Group>>,
    /// What the network namespaces hold, by inode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Vec<NetworkNamespace>>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

impl Snapshot {
    /// A snapshot of the same host at the same instant with every section there and empty.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            captured_at: self.captured_at.clone(),
            duration_ms: self.duration_ms,
            host: self.host.clone(),
            viewer: self.viewer.clone(),
            engines: Vec::new(),
            namespaces: Some(Vec::new()),
            processes: Some(Vec::new()),
            containers: Some(Vec::new()),
            groups: Some(Vec::new()),
            network: Some(Vec::new()),
            gaps: Vec::new(),
            filter: None,
        }
    }

    /// Drops every section that is not in `sections`.
    #[must_use]
    pub fn only(mut self, sections: Sections) -> Self {
        self.namespaces = self
            .namespaces
            .filter(|_| sections.has(Section::Namespaces));
        if !sections.has(Section::Containers) {
            for namespace in self.namespaces.iter_mut().flatten() {
                namespace.containers = None;
            }
            for process in self.processes.iter_mut().flatten() {
                process.group = None;
            }
            for network in self.network.iter_mut().flatten() {
                network.containers = None;
            }
        }
        self.processes = self.processes.filter(|_| sections.has(Section::Processes));
        self.containers = self
            .containers
            .filter(|_| sections.has(Section::Containers));
        self.groups = self.groups.filter(|_| sections.has(Section::Containers));
        self.network = self.network.filter(|_| sections.has(Section::Network));
        self
    }
}

/// A part of a snapshot that can be asked for by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Namespaces and what keeps them alive.
    Namespaces,
    /// Processes.
    Processes,
    /// Containers, groups and engines.
    Containers,
    /// What the network namespaces hold.
    Network,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 4] = [
        Self::Namespaces,
        Self::Processes,
        Self::Containers,
        Self::Network,
    ];

    /// The word on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Processes => "processes",
            Self::Containers => "containers",
            Self::Network => "network",
        }
    }
}

/// A word that names no section.
#[derive(Debug, thiserror::Error)]
#[error("no section is called {0:?}; there are: namespaces, processes, containers, network")]
pub struct UnknownSection(String);

impl FromStr for Section {
    type Err = UnknownSection;

    fn from_str(word: &str) -> Result<Self, UnknownSection> {
        Self::ALL
            .into_iter()
            .find(|section| section.name() == word)
            .ok_or_else(|| UnknownSection(word.to_owned()))
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sections(u8);

impl Sections {
    /// All of them.
    pub const ALL: Self = Self(0b1111);

    /// Whether `section` is in the set.
    #[must_use]
    pub const fn has(self, section: Section) -> bool {
        self.0 & (1 << section as u8) != 0
    }
}

impl FromIterator<Section> for Sections {
    fn from_iter<I: IntoIterator<Item = Section>>(sections: I) -> Self {
        Self(
            sections
                .into_iter()
                .fold(0, |set, section| set | 1 << section as u8),
        )
    }
}
