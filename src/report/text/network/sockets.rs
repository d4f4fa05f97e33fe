//! Who listens, and what arrives from elsewhere: published ports, proxies, forwards of the firewall.

use std::io;

use super::{INDENT, Network};
use crate::model::{Kind, NetworkNamespace, Socket};
use crate::query::RowId;
use crate::report::table::{Align, Table};
use crate::report::words::{self, PORT_FORWARDS, SOCKETS};

impl Network<'_> {
    pub(super) fn sockets(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let Some(sockets) = &space.sockets else {
            return self.unknown("Sockets", SOCKETS, space, out);
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
            table.push(vec![
                self.page.shown(&socket.protocol),
                self.page.shown(&socket.state),
                self.page.name(&words::local(socket)),
                socket
                    .remote
                    .as_deref()
                    .map_or_else(String::new, |one| self.page.name(one)),
                self.who(space, socket),
            ]);
        }
        Self::table("Sockets", &table, out)
    }

    /// Who holds a socket, and where a proxy sends what arrives there.
    fn who(&self, space: &NetworkNamespace, socket: &Socket) -> String {
        let pids = socket.pids.as_deref();
        let holders = pids.map(|pids| self.holders.of(pids, space.namespace));
        let to = socket.forwards_to.as_deref();
        let to = to.map(|to| format!(" -> {}", self.holders.target(to, space.namespace)));
        let words = holders.as_deref().unwrap_or("?").to_owned() + &to.unwrap_or_default();
        self.page.shown(&words)
    }

    /// That a list is not known, and why where that is known.
    fn unknown(
        &self,
        heading: &str,
        what: &str,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let why = words::why_unknown(self.page.whole, space, what);
        let why = why.as_deref().unwrap_or("not known");
        writeln!(out, "  {heading}: {why}")
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
        let tenants = self.holders.ends.wiring().tenants(space.namespace).iter();
        let rows = tenants.filter_map(|one| match &one.row {
            RowId::Container(id) => self.index.containers.get(id.as_str()),
            _ => None,
        });
        let ports: Vec<_> = rows
            .flat_map(|row| row.ports.iter().map(move |port| (*row, port)))
            .collect();
        self.list("Published on the host", Some(&ports), out, |(row, port)| {
            let [from, to] = words::published(&row.name, port);
            Some(format!("{} {from} -> {to}", port.protocol))
        })
    }

    /// Ports that its firewall sends elsewhere.
    pub(super) fn forwards(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let heading = "Forwarded by the firewall";
        let Some(forwards) = &space.port_forwards else {
            return self.unknown(heading, PORT_FORWARDS, space, out);
        };
        self.list(heading, Some(forwards), out, |forward| {
            let protocol = forward.protocol.as_deref().unwrap_or("any protocol");
            let [from, to] = words::forward(&self.holders, forward, space.namespace);
            Some(format!("{protocol} {from} -> {to}"))
        })
    }
}
