//! The network, namespace by namespace: interfaces and what they are plugged into, routes, neighbours, who listens.

mod interfaces;
mod roads;
mod sockets;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;

use super::Page;
use crate::model::{Container, Inode, Kind, NetworkNamespace, NetworkSource, Process, Snapshot};
use crate::query::RowId;
use crate::report::table::Table;
use crate::report::words::{self, Census, Ends, Holders};

/// How far the parts of a namespace are moved in.
const INDENT: usize = 2;
/// Digits of a container's id that are shown where nothing else is known of it.
const SHORT_ID: usize = 12;

/// What the parts look names up in: all of the snapshot, whatever a filter keeps of it.
struct Network<'a> {
    page: &'a Page<'a>,
    holders: Holders<'a>,
    index: &'a Index<'a>,
}

/// Processes by their pids, containers and groups by their ids.
struct Index<'a> {
    processes: HashMap<u32, &'a Process>,
    containers: HashMap<&'a str, &'a Container>,
    groups: HashMap<&'a str, &'a str>,
}

impl<'a> Index<'a> {
    fn of(whole: &'a Snapshot) -> Self {
        let processes = whole.processes.iter().flatten();
        let containers = whole.containers.iter().flatten();
        let groups = whole.groups.iter().flatten();
        Self {
            processes: processes.map(|process| (process.pid, process)).collect(),
            containers: containers.map(|row| (row.id.as_str(), row)).collect(),
            groups: groups.map(|row| (&*row.id, &*row.name)).collect(),
        }
    }
}

impl Census for Index<'_> {
    fn process(&self, pid: u32) -> Option<&Process> {
        self.processes.get(&pid).copied()
    }

    fn name(&self, row: &RowId) -> Option<&str> {
        match row {
            RowId::Container(id) => Some(&self.containers.get(id.as_str())?.name),
            RowId::Group(id) => self.groups.get(id.as_str()).copied(),
            RowId::Reference => Some("host"),
            RowId::Family(_) => None,
        }
    }
}

impl Page<'_> {
    pub(super) fn network(
        &self,
        shown: &[NetworkNamespace],
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let index = Index::of(self.whole);
        let network = Network {
            page: self,
            holders: Holders::new(Ends::of(self.whole), &index),
            index: &index,
        };
        let host = self.whole.host.namespaces.inode(Kind::Net);
        let mut all: Vec<_> = shown.iter().collect();
        all.sort_by_cached_key(|space| {
            let is_other = host != Some(space.namespace);
            (is_other, network.title(space.namespace), space.namespace)
        });
        if all.is_empty() {
            writeln!(out, "\nNo network namespace is left to show.")?;
        }
        all.iter()
            .try_for_each(|space| network.namespace(space, out))
    }
}

impl Network<'_> {
    /// What a namespace is called, ready to be shown.
    fn title(&self, inode: Inode) -> String {
        self.page.name(&self.holders.ends.title(inode))
    }

    fn namespace(&self, space: &NetworkNamespace, out: &mut impl io::Write) -> io::Result<()> {
        self.heading(space, out)?;
        self.tenants(space, out)?;
        match space.source {
            NetworkSource::Netlink => {}
            NetworkSource::Proc => writeln!(
                out,
                "  Read from /proc of a process in it, without the right to enter: less is known."
            )?,
            NetworkSource::None => return writeln!(out, "  It could not be read."),
        }
        self.interfaces(space, out)?;
        self.routes(space, out)?;
        self.rules(space, out)?;
        self.neighbours(space, out)?;
        self.forwarding(space, out)?;
        self.sockets(space, out)?;
        self.published(space, out)?;
        self.forwards(space, out)
    }

    fn heading(&self, space: &NetworkNamespace, out: &mut impl io::Write) -> io::Result<()> {
        let title = self.title(space.namespace);
        let link = format!("net:[{}]", space.namespace);
        write!(out, "\n{title}")?;
        if title != link {
            write!(out, "  {link}")?;
        }
        let name = space.name.as_deref().map(|name| self.page.name(name));
        if let Some(name) = name.filter(|name| *name != title) {
            write!(out, "  netns {name}")?;
        }
        match space.leader_pid {
            Some(pid) => writeln!(out, "  pid {pid}"),
            None => writeln!(out, "  {}", words::nobody(self.page.whole)),
        }
    }

    /// Who is in it, where the title does not tell all.
    fn tenants(&self, space: &NetworkNamespace, out: &mut impl io::Write) -> io::Result<()> {
        let tenants = self.holders.ends.wiring().tenants(space.namespace);
        let is_host = tenants
            .first()
            .is_some_and(|one| one.row == RowId::Reference);
        // That other units are in the host's is no news.
        let is_news = |row: &RowId| !is_host || matches!(row, RowId::Container(_));
        let known = tenants.iter().filter(|one| is_news(&one.row));
        let mut names: Vec<_> = known.map(|one| self.page.name(one.name)).collect();
        let ids = space.containers.iter().flatten();
        let unnamed = ids.filter(|id| !self.index.containers.contains_key(id.as_str()));
        let short = |id: &String| id.chars().take(SHORT_ID).collect::<String>();
        names.extend(unnamed.map(|id| format!("container {}", self.page.shown(&short(id)))));
        let names = names.join(", ");
        if names.is_empty() || names == self.title(space.namespace) {
            return Ok(());
        }
        writeln!(out, "  Who: {names}")
    }

    /// A list under its heading, or that it is not known; nothing where there is nothing in it.
    fn list<T>(
        &self,
        heading: &str,
        list: Option<&[T]>,
        out: &mut impl io::Write,
        line: impl Fn(&T) -> Option<String>,
    ) -> io::Result<()> {
        let Some(list) = list else {
            return writeln!(out, "  {heading}: not known");
        };
        let lines: Vec<_> = list.iter().filter_map(line).collect();
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(out, "  {heading}:")?;
        lines
            .iter()
            .try_for_each(|line| writeln!(out, "    {}", self.page.shown(line)))
    }

    fn table(heading: &str, table: &Table, out: &mut impl io::Write) -> io::Result<()> {
        if table.is_empty() {
            return Ok(());
        }
        writeln!(out, "  {heading}:")?;
        table.write(out)
    }
}
