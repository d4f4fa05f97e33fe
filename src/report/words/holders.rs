//! Who holds a socket or serves an interface, and whose address something is.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::Ends;
use crate::model::{Inode, Kind, NetworkNamespace, Process, Snapshot};
use crate::query::RowId;

/// Pids that are named of one program; the others are counted.
const PIDS: usize = 4;

/// Where processes and the names of their rows are looked up.
pub(crate) trait Census {
    /// The process with this pid.
    fn process(&self, pid: u32) -> Option<&Process>;
    /// What a row of the matrix is called.
    fn name(&self, row: &RowId) -> Option<&str>;
}

/// What holders are named by.
pub(crate) struct Holders<'a> {
    /// The namespaces in which they and their addresses are.
    pub(crate) ends: Ends<'a>,
    census: &'a dyn Census,
    /// Where each address that can be reached from elsewhere is; worked out where it is asked for.
    homes: OnceCell<HashMap<&'a str, Vec<Inode>>>,
}

impl<'a> Holders<'a> {
    /// Those in the namespaces of `ends`, looked up in `census`.
    pub(crate) const fn new(ends: Ends<'a>, census: &'a dyn Census) -> Self {
        Self {
            ends,
            census,
            homes: OnceCell::new(),
        }
    }

    /// Processes by name, those of a program together, and to whom each belongs: a namespace can have several tenants.
    /// That processes of the host hold something in its own namespace is not said.
    pub(crate) fn of(&self, pids: &[u32], own: Inode) -> String {
        if pids.is_empty() {
            return "no process that is seen".to_owned();
        }
        let mut programs: Vec<((&str, String), Vec<u32>)> = Vec::new();
        for pid in pids {
            let process = self.census.process(*pid);
            let comm = process.and_then(|process| process.comm.as_deref());
            let program = (comm.unwrap_or("?"), self.owner(process, own));
            match programs.iter_mut().find(|(other, _)| *other == program) {
                Some((_, pids)) => pids.push(*pid),
                None => programs.push((program, vec![*pid])),
            }
        }
        let words = programs
            .iter()
            .map(|((comm, owner), pids)| format!("{comm} ({}){owner}", some(pids)));
        words.collect::<Vec<_>>().join(", ")
    }

    /// ` of web`
    fn owner(&self, process: Option<&Process>, own: Inode) -> String {
        let row = process.and_then(RowId::of);
        let is_here = process.and_then(|one| one.namespaces.inode(Kind::Net)) == Some(own);
        match &row {
            Some(RowId::Reference) if is_here => String::new(),
            row => {
                let name = row.as_ref().and_then(|row| self.census.name(row));
                format!(" of {}", name.unwrap_or("?"))
            }
        }
    }

    /// An address with a port, and who has that address.
    pub(crate) fn target(&self, text: &str, own: Inode) -> String {
        let address = text.rsplit_once(':').map_or(text, |(address, _)| address);
        let address = address.trim_start_matches('[').trim_end_matches(']');
        match self.home(address, own) {
            Some(home) => format!("{text} ({home})"),
            None => text.to_owned(),
        }
    }

    /// Where an address is, other than in `own`.
    pub(crate) fn home(&self, address: &str, own: Inode) -> Option<String> {
        let homes = self.homes.get_or_init(|| homes(self.ends.namespaces()));
        let others = homes.get(address)?.iter().filter(|home| **home != own);
        let others: Vec<_> = others.map(|home| self.ends.title(*home)).collect();
        (!others.is_empty()).then(|| others.join(" or "))
    }
}

/// That nobody is in a namespace, as far as that can be told.
pub(crate) fn nobody(snapshot: &Snapshot) -> &'static str {
    if snapshot.viewer.denied_processes > 0 {
        "no process that is seen"
    } else {
        "no process"
    }
}

/// Whether nobody from elsewhere can reach a socket that is bound to this address with a port.
pub(crate) fn is_inner(local: &str) -> bool {
    local.starts_with("127.") || local.starts_with("[::1]") || local.starts_with("[::ffff:127.")
}

/// The first of them, and how many more there are.
fn some(pids: &[u32]) -> String {
    let shown: Vec<_> = pids.iter().take(PIDS).map(u32::to_string).collect();
    match pids.len().saturating_sub(PIDS) {
        0 => shown.join(" "),
        more => format!("{} and {more} more", shown.join(" ")),
    }
}

/// Where each address is, other than those that every namespace has.
fn homes<'a>(
    namespaces: impl Iterator<Item = &'a NetworkNamespace>,
) -> HashMap<&'a str, Vec<Inode>> {
    let mut homes: HashMap<&str, Vec<Inode>> = HashMap::new();
    for space in namespaces {
        let interfaces = space.interfaces.iter().flatten();
        let addresses = interfaces.flat_map(|one| one.addresses.iter().flatten());
        let is_reachable = |scope: Option<&str>| !matches!(scope, Some("host" | "link"));
        for address in addresses.filter(|one| is_reachable(one.scope.as_deref())) {
            let home = homes.entry(address.address.as_str()).or_default();
            if !home.contains(&space.namespace) {
                home.push(space.namespace);
            }
        }
    }
    homes
}
