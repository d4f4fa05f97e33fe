//! Who listens, and what arrives from elsewhere: published ports, proxies, forwards of the firewall.

use std::io;

use super::{INDENT, Network};
use crate::model::{
    Container, Inode, Kind, NetworkNamespace, PortForward, Process, PublishedPort, Socket,
};
use crate::query::RowId;
use crate::report::table::{Align, Table};

impl Network<'_> {
    pub(super) fn sockets(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let Some(sockets) = &space.sockets else {
            let why = match space.leader_pid {
                None => "not asked, since no process is in it",
                Some(_) => "not known",
            };
            return writeln!(out, "  Sockets: {why}");
        };
        let left = Align::Left;
        let mut table = Table::within(
            vec![
                ("PROTOCOL", left),
                ("STATE", left),
                ("LOCAL", left),
                ("REMOTE", left),
                ("WHO", left),
            ],
            2 * INDENT,
        );
        for socket in sockets {
            let who = socket.pids.as_deref();
            let who = who.map_or_else(
                || "?".to_owned(),
                |pids| self.holders(pids, space.namespace),
            );
            let proxied = socket.forwards_to.as_deref();
            let proxied = proxied.map(|to| format!(" -> {}", self.target(to, space.namespace)));
            table.push(vec![
                self.page.shown(&socket.protocol),
                self.page.shown(&socket.state),
                self.local(socket),
                socket
                    .remote
                    .as_deref()
                    .map_or_else(String::new, |one| self.page.name(one)),
                who + &proxied.unwrap_or_default(),
            ]);
        }
        Self::table("Sockets", &table, out)
    }

    fn local(&self, socket: &Socket) -> String {
        let local = socket.local.as_deref();
        let local = local.map_or_else(|| "(no name)".to_owned(), |local| self.page.name(local));
        let interface = socket.interface.as_deref();
        let interface = interface.map(|interface| format!(" on {}", self.page.name(interface)));
        let inet = (socket.v6_only == Some(false)).then(|| " and IPv4".to_owned());
        [Some(local), interface, inet]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Processes by name, those of a kind together, and to whom they belong where that is not the only one in `own`.
    pub(super) fn holders(&self, pids: &[u32], own: Inode) -> String {
        if pids.is_empty() {
            return "no process".to_owned();
        }
        let mut parties: Vec<(String, String, Vec<String>)> = Vec::new();
        for pid in pids {
            let process = self.processes.get(pid).copied();
            let comm = process.map(|process| self.page.maybe(process.comm.as_deref()));
            let comm = comm.unwrap_or_else(|| "pid".to_owned());
            let whose = process
                .and_then(|process| self.whose(process, own))
                .unwrap_or_default();
            let same = parties
                .iter_mut()
                .find(|(name, of, _)| (name, of) == (&comm, &whose));
            match same {
                Some((.., pids)) => pids.push(pid.to_string()),
                None => parties.push((comm, whose, vec![pid.to_string()])),
            }
        }
        let words = parties
            .iter()
            .map(|(name, of, pids)| format!("{name} {}{of}", pids.join(" ")));
        words.collect::<Vec<_>>().join(", ")
    }

    /// ` of NAME`, where the namespace alone does not tell.
    fn whose(&self, process: &Process, own: Inode) -> Option<String> {
        let tenants = self.wiring.tenants(own);
        let row = match (&process.container, &process.group) {
            (Some(id), _) => RowId::Container(id.clone()),
            (None, Some(id)) => RowId::Group(id.clone()),
            (None, None) => RowId::Reference,
        };
        let is_in = process.namespaces.inode(Kind::Net) == Some(own);
        let is_owner = tenants.first().is_some_and(|first| first.row == row);
        // In the host's namespace its own processes need no word, elsewhere those of the only tenant.
        if is_in && is_owner && (row == RowId::Reference || tenants.len() == 1) {
            return None;
        }
        let name = match &row {
            RowId::Container(id) => self
                .containers
                .get(id.as_str())
                .map(|one| one.name.as_str()),
            RowId::Group(id) => {
                let mut groups = self.page.whole.groups.iter().flatten();
                groups
                    .find(|group| group.id == *id)
                    .map(|group| group.name.as_str())
            }
            RowId::Reference => Some("host"),
            RowId::Family(_) => None,
        };
        name.map(|name| format!(" of {}", self.page.name(name)))
    }

    /// An address with a port, and who has that address.
    fn target(&self, text: &str, own: Inode) -> String {
        let address = text.rsplit_once(':').map_or(text, |(address, _)| address);
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let home = self.home(address, own);
        let home = home.map(|home| format!(" ({home})")).unwrap_or_default();
        format!("{}{home}", self.page.shown(text))
    }

    /// Where an address is, other than in `own`.
    pub(super) fn home(&self, address: &str, own: Inode) -> Option<String> {
        let homes = self.homes.get(address)?.iter();
        let others: Vec<_> = homes
            .filter(|home| **home != own)
            .map(|home| self.title(*home))
            .collect();
        (!others.is_empty()).then(|| others.join(" or "))
    }

    /// Ports that engines publish for those who are in it.
    pub(super) fn published(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let host = self.page.whole.host.namespaces.inode(Kind::Net);
        if host == Some(space.namespace) {
            return Ok(());
        }
        let tenants = self.wiring.tenants(space.namespace).iter();
        let rows = tenants.filter_map(|one| match &one.row {
            RowId::Container(id) => self.containers.get(id.as_str()),
            _ => None,
        });
        let ports: Vec<_> = rows
            .flat_map(|row| row.ports.iter().map(move |port| (*row, port)))
            .collect();
        self.list(
            "Published on the host",
            Some(&ports),
            out,
            |network, port| Some(network.port(*port)),
        )
    }

    fn port(&self, (row, port): (&Container, &PublishedPort)) -> String {
        let address = self.page.shown(&port.host_address);
        let address = if address.contains(':') {
            format!("[{address}]")
        } else {
            address
        };
        let (protocol, name) = (self.page.shown(&port.protocol), self.page.name(&row.name));
        format!(
            "{protocol} {address}:{} -> {} of {name}",
            port.host_port, port.container_port
        )
    }

    /// Ports that its firewall sends elsewhere.
    pub(super) fn forwards(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        self.list(
            "Forwarded by the firewall",
            space.port_forwards.as_deref(),
            out,
            |network, forward| Some(network.forward(forward, space.namespace)),
        )
    }

    fn forward(&self, forward: &PortForward, own: Inode) -> String {
        let any = |text: Option<&str>, any: &str| {
            text.map_or_else(|| any.to_owned(), |text| self.page.shown(text))
        };
        let protocol = any(forward.protocol.as_deref(), "any protocol");
        let address = any(forward.address.as_deref(), "any address");
        let first = forward
            .port
            .map_or_else(|| "any port".to_owned(), |port| port.to_string());
        let last = forward
            .last_port
            .map(|last| format!("-{last}"))
            .unwrap_or_default();
        let to = any(forward.to_address.as_deref(), "this host");
        let to_port = forward
            .to_port
            .map(|port| format!(" port {port}"))
            .unwrap_or_default();
        let home = forward
            .to_address
            .as_deref()
            .and_then(|to| self.home(to, own));
        let home = home.map(|home| format!(" ({home})")).unwrap_or_default();
        let source = self.page.shown(&forward.source);
        let more = if forward.has_more {
            ", on more conditions"
        } else {
            ""
        };
        format!("{protocol} {address} {first}{last} -> {to}{to_port}{home}, {source}{more}")
    }
}
