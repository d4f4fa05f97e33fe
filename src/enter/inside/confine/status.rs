//! `/proc/PID/status`: who a process is, and what it may do.

use rustix::thread::CapabilitySet;

/// What the kernel tells of a process's rights. Users and groups are numbered as in the user namespace of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    /// Users: real, effective, saved, of the file system.
    pub(super) uid: [u32; 4],
    /// Groups: real, effective, saved, of the file system.
    pub(super) gid: [u32; 4],
    /// Supplementary groups.
    pub(super) groups: Vec<u32>,
    /// Capabilities that programs whose files say so keep.
    pub(super) inheritable: CapabilitySet,
    /// Capabilities that it may make effective.
    pub(super) permitted: CapabilitySet,
    /// Capabilities that count.
    pub(super) effective: CapabilitySet,
    /// Capabilities that no program it runs can exceed.
    pub(super) bounding: CapabilitySet,
    /// Capabilities that every program it runs keeps; none before Linux 4.3.
    pub(super) ambient: CapabilitySet,
    /// Whether no program that it runs gets more rights; not told before Linux 4.10.
    pub(super) no_new_privs: Option<bool>,
    /// 0 no seccomp, 1 strict, 2 filters.
    pub(super) seccomp: u32,
    /// How many filters; not told before Linux 5.9.
    pub(super) seccomp_filters: Option<u32>,
}

impl Status {
    /// Parses the file; `None` where a line is missing or malformed.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        };
        let number = |name: &str| field(name).map(|value| value.trim().parse::<u32>());
        let set = |name: &str| capabilities(field(name)?);
        Some(Self {
            uid: four(field("Uid")?)?,
            gid: four(field("Gid")?)?,
            groups: ids(field("Groups")?)?,
            inheritable: set("CapInh")?,
            permitted: set("CapPrm")?,
            effective: set("CapEff")?,
            bounding: set("CapBnd")?,
            ambient: set("CapAmb").unwrap_or_else(CapabilitySet::empty),
            no_new_privs: number("NoNewPrivs").transpose().ok()?.map(|it| it != 0),
            seccomp: number("Seccomp").transpose().ok()?.unwrap_or(0),
            seccomp_filters: number("Seccomp_filters").transpose().ok()?,
        })
    }

    /// The capabilities that a program has that it runs, if nothing in the program's file gives it more.
    pub(super) fn after_exec(&self) -> CapabilitySet {
        if self.uid[0] == 0 || self.uid[1] == 0 {
            self.bounding | self.inheritable | self.ambient
        } else {
            self.ambient
        }
    }
}

fn four(value: &str) -> Option<[u32; 4]> {
    ids(value)?.try_into().ok()
}

/// Numbers of users or groups; all ones is none of them.
fn ids(value: &str) -> Option<Vec<u32>> {
    let ids = value.split_whitespace().map(|id| id.parse().ok());
    ids.map(|id| id.filter(|id| *id != u32::MAX)).collect()
}

fn capabilities(value: &str) -> Option<CapabilitySet> {
    let bits = u64::from_str_radix(value.trim(), 16).ok()?;
    Some(CapabilitySet::from_bits_retain(bits))
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
